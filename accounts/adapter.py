"""How allauth signs people in here: by e-mail, sign-up open for authors by a setting."""

from allauth.account.adapter import DefaultAccountAdapter
from django.conf import settings


class AccountAdapter(DefaultAccountAdapter):
    """Sign-up is for authors and can be closed; everyone else comes by an invitation."""

    def is_open_for_signup(self, request) -> bool:
        return settings.SIGN_UP_OPEN

    def save_user(self, request, user, form, commit=True):
        user = super().save_user(request, user, form, commit=False)
        user.is_author = True
        user.name = form.cleaned_data.get("name", "")
        if commit:
            user.save()
        return user

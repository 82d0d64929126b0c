"""How allauth signs people in here: by e-mail, sign-up open for authors by a setting, mails through `accounts.mail`."""

import logging

from allauth.account.adapter import DefaultAccountAdapter
from allauth.account.models import EmailAddress
from allauth.core import context as request_context
from django.conf import settings
from django.contrib import messages
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from .mail import AddressRefused, MailServerDown, deliver, one_line

log = logging.getLogger("widemargin.accounts")


class AccountAdapter(DefaultAccountAdapter):
    """Sign-up is for authors and can be closed; everyone else comes by an invitation."""

    error_messages = {
        **DefaultAccountAdapter.error_messages,
        "email_password_mismatch": gettext_lazy("The e-mail address or the password is not right."),
    }

    def is_open_for_signup(self, request) -> bool:
        return settings.SIGN_UP_OPEN

    def save_user(self, request, user, form, commit=True):
        user = super().save_user(request, user, form, commit=False)
        user.is_author = True
        user.name = one_line(form.cleaned_data.get("name", ""), 120)
        if commit:
            user.save()
        return user

    def send_mail(self, template_prefix: str, email: str, context: dict) -> None:
        """One mail of allauth's. The same happens on the page whether or not the account exists."""
        request = request_context.request
        message = self.render_mail(template_prefix, email, {**context, "email": email, "base_url": settings.BASE_URL})
        try:
            deliver(message)
        except AddressRefused as refusal:
            log.info("a sign-in mail was refused: %s", refusal)
        except MailServerDown:
            messages.error(request, _("The mail could not be sent: our mail server does not answer. Try again later."))

    def pre_login(self, request, user, **kwargs):
        """An account that did not come by sign-up was made by whoever runs the site, who vouches for its address."""
        if not EmailAddress.objects.filter(user=user).exists():
            EmailAddress.objects.create(user=user, email=user.email, verified=True, primary=True)
        return super().pre_login(request, user, **kwargs)

    def get_signup_redirect_url(self, request) -> str:
        return settings.LOGIN_REDIRECT_URL

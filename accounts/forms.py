"""Forms about one's own account."""

from django import forms
from django.utils.translation import gettext_lazy as _


class SignUpForm(forms.Form):
    """Adds the name to allauth's sign-up form; the adapter stores it."""

    name = forms.CharField(label=_("Your name"), max_length=120)

    def signup(self, request, user) -> None:
        """Asked for by allauth; everything is stored by the adapter."""

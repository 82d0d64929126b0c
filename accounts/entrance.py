"""allauth's forms of the entrance in the words of the other pages."""

from allauth.account import forms as allauth
from django.utils.translation import gettext as _


class OurWords:
    """An address is called "E-mail" everywhere; a label says what a field is, so nothing repeats it inside."""

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        for name, field in self.fields.items():
            if name in {"login", "email"}:
                field.label = _("E-mail")
            field.widget.attrs.pop("placeholder", None)


class LoginForm(OurWords, allauth.LoginForm):
    """Sign in with a password."""


class SignupForm(OurWords, allauth.SignupForm):
    """An author's new account."""


class ResetPasswordForm(OurWords, allauth.ResetPasswordForm):
    """Ask for a code that lets one set a new password."""


class RequestLoginCodeForm(OurWords, allauth.RequestLoginCodeForm):
    """Ask for a code to sign in with."""


class ConfirmLoginCodeForm(OurWords, allauth.ConfirmLoginCodeForm):
    """Enter that code."""

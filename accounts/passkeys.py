"""Passkeys: one more way in, for those who come back often. Never a second step after a mailed code."""

from collections.abc import Iterable

from allauth.mfa.adapter import DefaultMFAAdapter
from allauth.mfa.models import Authenticator
from allauth.mfa.webauthn.forms import AddWebAuthnForm
from django import forms
from django.contrib.auth.models import AnonymousUser
from django.utils import formats, timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from .mail import one_line
from .models import User


def passkeys_of(user: User) -> list[Authenticator]:
    """The person's passkeys, oldest first."""
    return list(Authenticator.objects.filter(user=user, type=Authenticator.Type.WEBAUTHN).order_by("created_at"))


class PasskeyAdapter(DefaultMFAAdapter):
    """allauth treats a key as a second step of signing in. Here whoever has one may still come by a mailed code."""

    error_messages = {
        **DefaultMFAAdapter.error_messages,
        "incorrect_code": gettext_lazy("This passkey is not known here."),
        "unverified_email": gettext_lazy("Confirm your e-mail first; then you can add a passkey."),
    }

    def is_mfa_enabled(self, user: User | AnonymousUser, types: Iterable[str] | None = None) -> bool:
        return False

    def generate_authenticator_name(self, user: User, type: str) -> str:
        return _("Added on %(date)s") % {"date": formats.date_format(timezone.localdate(), "DATE_FORMAT")}

    def get_public_key_credential_rp_entity(self) -> dict[str, str]:
        return {**super().get_public_key_credential_rp_entity(), "name": "Widemargin"}


class AddPasskeyForm(AddWebAuthnForm):
    """What the browser made; it always proves that the person is there (`passwordless`), as nothing else is asked."""

    passwordless = forms.BooleanField(widget=forms.HiddenInput, initial=True)
    name = forms.CharField(
        label=gettext_lazy("A name for it"),
        required=False,
        max_length=60,
        help_text=gettext_lazy("So that you know it again: my phone, the laptop at work."),
    )

    def clean_name(self) -> str:
        return one_line(super().clean_name(), 60)

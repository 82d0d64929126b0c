"""Forms about one's own account."""

from zoneinfo import available_timezones

from django import forms
from django.conf import settings
from django.utils.translation import gettext_lazy as _

from .mail import one_line
from .models import User


def time_zone_choices(empty: object) -> list[tuple[str, object]]:
    """Every zone of the tz database by its name, after an entry for none."""
    return [("", empty), *((name, name.replace("_", " ")) for name in sorted(available_timezones()))]


class SignUpForm(forms.Form):
    """Adds the name to allauth's sign-up form; the adapter stores it."""

    name = forms.CharField(label=_("Your name"), max_length=120, widget=forms.TextInput(attrs={"autocomplete": "name"}))

    def signup(self, request, user) -> None:
        """Asked for by allauth; everything is stored by the adapter."""


class AccountForm(forms.ModelForm):
    """What people say about themselves and how they want the pages."""

    time_zone = forms.ChoiceField(label=_("Time zone"), required=False)

    class Meta:
        model = User
        fields = ["name", "language", "time_zone", "single_keys"]
        labels = {"name": _("Name"), "language": _("Language"), "single_keys": _("Shortcuts of a single key")}
        help_texts = {"single_keys": _("J, K, C and others act at once while you read. They never act in a field.")}

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["language"] = forms.ChoiceField(label=_("Language"), choices=settings.LANGUAGES)
        self.fields["time_zone"].choices = time_zone_choices(_("that of the manuscript"))
        self.fields["name"].required = True

    def clean_name(self) -> str:
        return one_line(self.cleaned_data["name"], 120)

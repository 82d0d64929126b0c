"""The dialog that makes a report."""

from datetime import date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django import forms
from django.utils.translation import gettext_lazy as _

from manuscripts.models import Draft, Manuscript, Placement
from manuscripts.rendering import clean_input
from reports.formats import DEFAULT, FORMATS
from reports.making import LONGEST_COVER, YEARS, Wish
from reports.wording import DECISION_WORDS, KIND_WORDS
from reviews.contents import numbered

NAMES = [
    ("all", _("All names: for your desk only")),
    ("allowed", _("Names, where the reader said yes")),
    ("roles", _("Disciplines, no names")),
    ("none", _("No names, no disciplines beside quotes")),
]
EDITIONS = {
    "all": ("author", True),
    "allowed": ("readers", True),
    "roles": ("readers", False),
    "none": ("publisher", False),
}
#: What a script reads, offered as one.
DATA = ("json", "csv")
ICONS = {"xlsx": "table", "data": "data"}


class ReportForm(forms.Form):
    """What goes in, for whom, in which form."""

    draft = forms.ChoiceField(label=_("Draft"))
    names = forms.ChoiceField(label=_("Names"), choices=NAMES, initial="all")
    disciplines = forms.MultipleChoiceField(
        label=_("Disciplines"),
        widget=forms.CheckboxSelectMultiple,
        error_messages={"required": _("Choose at least one discipline.")},
    )
    leave_out = forms.BooleanField(label=_("Leave out notes for the author only"), required=False)
    formats = forms.MultipleChoiceField(
        label=_("Formats"),
        choices=[*((name, kind.label) for name, kind in FORMATS.items() if name not in DATA), ("data", _("Data"))],
        widget=forms.CheckboxSelectMultiple,
        initial=[*(name for name in DEFAULT if name not in DATA), "data"],
        error_messages={"required": _("Choose at least one form.")},
    )
    chapters = forms.MultipleChoiceField(label=_("Chapters"), required=False)
    kinds = forms.MultipleChoiceField(label=_("Kinds of notes"), choices=list(KIND_WORDS.items()), required=False)
    decisions = forms.MultipleChoiceField(label=_("Decisions"), choices=list(DECISION_WORDS.items()), required=False)
    since = forms.DateField(label=_("Notes from"), required=False)
    until = forms.DateField(label=_("Notes until"), required=False)
    paper = forms.ChoiceField(
        label=_("Paper"), choices=[("a4", _("A4")), ("letter", _("Letter"))], initial="a4", required=False
    )
    cover = forms.CharField(
        label=_("Covering note"),
        help_text=_("It stands on the first page, above your name. Nothing else in the report is yours to change."),
        max_length=LONGEST_COVER,
        required=False,
        widget=forms.Textarea(attrs={"rows": 3}),
    )

    def __init__(self, manuscript: Manuscript, *args: Any, **kwargs: Any):
        super().__init__(*args, **kwargs)
        self.drafts = list(manuscript.drafts.filter(state__in=["open", "closed"]).order_by("-number"))
        self.fields["draft"].choices = [(str(d.number), draft_label(d)) for d in self.drafts]
        rows = [d for d in manuscript.disciplines.all() if d.merged_into_id is None]
        self.fields["disciplines"].choices = [(d.slug, d.name) for d in rows]
        self.fields["disciplines"].initial = [d.slug for d in rows]
        self.codes = {d.slug: d.code for d in rows}
        self.fields["chapters"].choices = chapters_of(self.drafts)
        self.zone = ZoneInfo(manuscript.time_zone)

    def clean_cover(self) -> str:
        return clean_input(self.cleaned_data["cover"])

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        for name in ("since", "until"):
            if data.get(name) and data[name].year not in YEARS[:-1]:
                self.add_error(name, _("Choose a day between 1900 and 2999."))
        since, until = data.get("since"), data.get("until")
        if since and until and until < since:
            self.add_error("until", _("“Notes until” lies before “Notes from”."))
        return data

    @property
    def narrows(self) -> list[dict[str, Any]]:
        """What narrows the notes, each with its choices; nothing ticked is all of them."""
        return [
            {
                "name": name,
                "label": self.fields[name].label,
                "choices": [
                    {"value": value, "label": label, "ticked": value in (self[name].value() or [])}
                    for value, label in self.fields[name].choices
                ],
            }
            for name in ("chapters", "kinds", "decisions")
        ]

    @property
    def is_narrowed(self) -> bool:
        return any(self[name].value() for name in ("chapters", "kinds", "decisions", "since", "until"))

    def _begins(self, day: date) -> datetime:
        """The first moment of a day where the manuscript is."""
        return datetime.combine(day, time(), self.zone)

    def chips(self) -> list[dict[str, Any]]:
        """The disciplines with their codes and whether they are ticked."""
        ticked = self["disciplines"].value() or []
        return [
            {"slug": slug, "code": self.codes[slug], "name": name, "ticked": slug in ticked}
            for slug, name in self.fields["disciplines"].choices
        ]

    def forms_offered(self) -> list[dict[str, Any]]:
        """The formats with their words, in the order of the choices, and whether they are ticked."""
        ticked = self["formats"].value() or []
        return [
            {
                "name": name,
                "label": label,
                "suffixes": [FORMATS[part].suffix for part in (DATA if name == "data" else (name,))],
                "hint": FORMATS["json" if name == "data" else name].hint,
                "ticked": name in ticked,
                "icon": ICONS.get(name, "file"),
            }
            for name, label in self.fields["formats"].choices
        ]

    def wish(self) -> Wish:
        """The report asked for; all disciplines ticked means no narrowing."""
        data = self.cleaned_data
        edition, names = EDITIONS[data["names"]]
        everything = len(data["disciplines"]) == len(self.codes)
        return Wish(
            formats=tuple(f for name in data["formats"] for f in (DATA if name == "data" else (name,))),
            draft=int(data["draft"]),
            edition=edition,
            names=names,
            disciplines=None if everything else tuple(data["disciplines"]),
            chapters=tuple(data["chapters"]) or None,
            kinds=tuple(data["kinds"]) or None,
            decisions=tuple(data["decisions"]) or None,
            since=self._begins(data["since"]) if data["since"] else None,
            until=self._begins(data["until"] + timedelta(days=1)) if data["until"] else None,
            cover=data["cover"].strip(),
            paper=data["paper"] or "a4",
            author_only=not data["leave_out"],
        )


def chapters_of(drafts: list[Draft]) -> list[tuple[str, str]]:
    """The chapters of these drafts by key, as the newest of them that has each calls it."""
    rows = Placement.objects.filter(draft__in=drafts, chapter_position__gt=0).order_by("draft__number")
    rows = rows.values_list("chapter__key", "chapter_position", "chapter_title").distinct()
    named = {key: (position, title) for key, position, title in rows}
    return [(key, numbered(*named[key])) for key in sorted(named, key=lambda key: named[key])]


def draft_label(draft: Draft) -> str:
    """A draft in the list: its label and whether readers still see it."""
    state = _("open now") if draft.state == "open" else _("closed")
    return _("Draft %(label)s, %(state)s") % {"label": draft, "state": state}

"""The dialog of reports with what keeps its choice under a name."""

from datetime import timedelta
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from manuscripts.models import Manuscript
from reports.forms import DATA, EDITIONS, ReportForm
from reports.making import Wish
from reports.models import Schedule
from reports.schedules import wish_of


class ChoiceForm(ReportForm):
    """A report as it is asked for, and the name and times of a choice that is kept.

    `keeping`: the choice is to be kept, and needs its name; otherwise what stands in those fields is only shown again.
    """

    keep_as = forms.CharField(label=_("Name of this choice"), required=False, strip=True)
    every = forms.ChoiceField(
        label=_("Make it again by itself"), choices=Schedule.EVERY, initial="never", required=False
    )
    mail = forms.BooleanField(label=_("Mail me a link each time"), required=False, initial=True)

    def __init__(self, manuscript: Manuscript, *args: Any, keeping: bool = False, **kwargs: Any):
        super().__init__(manuscript, *args, **kwargs)
        for name in ("keep_as", "every"):
            self.fields[name].required = keeping
        self.fields["keep_as"].error_messages["required"] = _("Give the choice a name.")

    @property
    def keeps(self) -> bool:
        """Whether something stands in the fields about keeping, so that they are shown."""
        return bool(self["keep_as"].value() or self["keep_as"].errors)


def initial_of(manuscript: Manuscript, schedule: Schedule, is_mailed: bool) -> dict[str, Any]:
    """What the dialog shows of a kept choice. A discipline that was merged since is the one that stands for it."""
    form, wish = ReportForm(manuscript), wish_of(schedule)
    newest = str(form.drafts[0].number) if form.drafts else ""
    held = {
        "draft": newest if wish.draft is None else str(wish.draft),
        "names": names_of(wish),
        "formats": list(dict.fromkeys("data" if name in DATA else name for name in wish.formats)),
        "chapters": list(wish.chapters or ()),
        "kinds": list(wish.kinds or ()),
        "decisions": list(wish.decisions or ()),
        "since": wish.since.astimezone(form.zone).date().isoformat() if wish.since else None,
        "until": (wish.until.astimezone(form.zone).date() - timedelta(days=1)).isoformat() if wish.until else None,
        "leave_out": not wish.author_only,
        "cover": wish.cover,
        "paper": wish.paper,
        "keep_as": schedule.name,
        "every": schedule.every,
        "mail": is_mailed,
    }
    if wish.disciplines is not None:
        merged = {d.slug: d.resolved().slug for d in manuscript.all_disciplines}
        held["disciplines"] = sorted({merged[slug] for slug in wish.disciplines if slug in merged})
    return held


def names_of(wish: Wish) -> str:
    """The choice of the dialog that means the wish's edition and names."""
    named = wish.edition == "author" if wish.names is None else wish.names
    fitting = [name for name, (edition, names) in EDITIONS.items() if edition == wish.edition and names == named]
    return (fitting or [name for name, (edition, _names) in EDITIONS.items() if edition == wish.edition])[0]

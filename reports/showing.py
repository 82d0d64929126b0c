"""A report shown to the readers of its manuscript.

It tells all of them the same. So it is shown only where no round it tells of keeps others' notes, others' sections or,
where it gives them, others' names from a reader. This is looked at again whenever someone asks for it: a round whose
modes are tightened takes the report away with them.
"""

from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from manuscripts.errors import Refused
from manuscripts.manuscripts import record_event
from manuscripts.models import Round
from manuscripts.modes import OthersSections, Visibility
from manuscripts.permissions import Actor, check
from reports.models import KEEPS_BACK, KEEPS_NAMES, Report, telling_rounds
from reports.page import title_of
from reports.wording import Pages

LEAVING = ("readers", "publisher")
WHY_NEVER = _("In round %(round)s readers never see one another’s notes, and a report tells of them.")
WHY_CLOSED = _("In round %(round)s readers see no sections but their own, and a report tells of all.")
WHY_RUNNING = _(
    "Round %(round)s is running, and its readers see others’ notes only after their own verdict. "
    "Show the report when the round has ended."
)
WHY_NAMES = _(
    "In round %(round)s readers do not know one another’s names, and this report gives some. "
    "Make one with disciplines and no names, and show that."
)


def may_be_shown(report: Report) -> bool:
    """Whether it is made for others than its author, and is there."""
    return report.options.get("edition") in LEAVING and report.state == "done" and report.is_readable


def kept_back(report: Report) -> str:
    """Why the report may not be shown to readers now, in the words of the page; empty where it may."""
    if report.draft.round is None:
        return ""
    rounds = telling_rounds(report.manuscript_id, report.draft.round.number)
    row, said = rounds.filter(KEEPS_BACK).first(), ""
    if row is None and report.names_readers:
        row, said = rounds.filter(KEEPS_NAMES).first(), WHY_NAMES
    return str(said or _why(row)) % {"round": row} if row else ""


def _why(row: Round) -> Any:
    if row.visibility == Visibility.NEVER:
        return WHY_NEVER
    return WHY_CLOSED if row.others_sections == OthersSections.CLOSED else WHY_RUNNING


def show(actor: Actor, report: Report) -> None:
    """Lets every member of the manuscript read it; nothing where they do already. Refused with the reason."""
    check(actor, "report.show", report)
    if not may_be_shown(report):
        detail = _("Only a report made for others can be shown to readers. Make one in that form first.")
        raise Refused("not_for_others", detail, status=409, field="edition")
    if reason := kept_back(report):
        raise Refused("kept_back", reason, status=409, field="shown")
    title = title_of(Pages(report.snapshot or {}))
    _set(actor, report, "report.shown", Report.objects.filter(shown=None), shown=timezone.now(), title=title)


def stop_showing(actor: Actor, report: Report) -> None:
    """Takes it from its readers at once; nothing where it was not shown."""
    check(actor, "report.show", report)
    _set(actor, report, "report.show_stopped", Report.objects.exclude(shown=None), shown=None)


def _set(actor: Actor, report: Report, kind: str, rows, **values) -> None:
    with transaction.atomic():
        if rows.filter(pk=report.pk).update(**values):
            record_event(report.manuscript, kind, actor.membership_in(report.manuscript), f"report:{report.pk}")

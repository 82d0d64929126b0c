"""The kept choices as the page of reports lists them: what they hold, when they come next, what became of the last."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django.utils import timezone
from django.utils.formats import date_format
from django.utils.text import capfirst
from django.utils.translation import gettext as _

from manuscripts.models import Manuscript, Membership, Round
from reports.formats import FORMATS
from reports.forms import NAMES, chapters_of
from reports.forms_schedules import names_of
from reports.making import Wish
from reports.models import Report, Schedule
from reports.moments import next_moment
from reports.schedules import wish_in, wish_of
from reports.wording import DECISION_WORDS, KIND_WORDS

#: Of a long list so many are named, and the rest counted.
NAMED = 3


@dataclass(frozen=True)
class Line:
    """One kept choice. `comes`: when it is made next, in words with the zone; empty where nothing is due.
    `said`: why nothing was made; `stuck` where somebody has to do something about it."""

    schedule: Schedule
    holds: list[str]
    comes: str
    said: str
    stuck: bool
    is_mailed: bool


def lines_of(manuscript: Manuscript, me: Membership | None) -> list[Line]:
    """All kept choices of the manuscript, in a fixed number of queries."""
    rows = manuscript.schedules.select_related("made_by", "last").defer("last__snapshot").prefetch_related("mailed")
    schedules = list(rows)
    if not schedules:
        return []
    opened = list(manuscript.drafts.filter(state__in=["open", "closed"]))
    drafts, chapters = {d.number: str(d) for d in opened}, dict(chapters_of(opened))
    zone, running = ZoneInfo(manuscript.time_zone), manuscript.rounds.filter(state="running").first()
    return [
        Line(
            schedule=each,
            holds=holds(manuscript, each, drafts, chapters),
            comes=comes(each, zone, running),
            said=said(each, zone),
            stuck=not each.has_maker or each.outcome not in ("", "nothing"),
            is_mailed=me is not None and any(m.pk == me.pk for m in each.mailed.all()),
        )
        for each in schedules
    ]


def holds(manuscript: Manuscript, schedule: Schedule, drafts: dict[int, str], chapters: dict[str, str]) -> list[str]:
    """What it holds: draft, form of names, files, and what narrows it."""
    wish = wish_of(schedule)
    draft = _("the newest draft") if wish.draft is None else _("draft %s") % drafts.get(wish.draft, wish.draft)
    files = ", ".join(kind.short for name, kind in FORMATS.items() if name in wish.formats)
    names, *narrowed = chosen(manuscript, wish, chapters)
    return [capfirst(draft), names, files, *narrowed]


def tell_made(manuscript: Manuscript, reports: Iterable[Report]) -> None:
    """Gives each of these reports `holds`: the form of names and what narrows it, which tell it from the others."""
    opened = list(manuscript.drafts.filter(state__in=["open", "closed"]))
    chapters = dict(chapters_of(opened))
    for report in reports:
        report.holds = chosen(manuscript, wish_in(report.options), chapters)  # type: ignore[attr-defined]


def chosen(manuscript: Manuscript, wish: Wish, chapters: dict[str, str]) -> list[str]:
    """The form of names, and what narrows a report."""
    disciplines = {d.slug: d.resolved().name for d in manuscript.all_disciplines}
    kept = [
        _for_whom(wish),
        _listed(wish.disciplines, disciplines),
        _listed(wish.chapters, chapters),
        _listed(wish.kinds, KIND_WORDS),
        _listed(wish.decisions, DECISION_WORDS),
    ]
    zone = ZoneInfo(manuscript.time_zone)
    if wish.since:
        kept.append(_("notes from %s") % day(wish.since, zone))
    if wish.until:
        kept.append(_("notes until %s") % day(wish.until - timedelta(seconds=1), zone))
    if wish.edition == "author" and not wish.author_only:
        kept.append(_("without notes for the author only"))
    if wish.cover:
        kept.append(_("with a covering note"))
    return [capfirst(words) for words in kept if words]


def _for_whom(wish: Wish) -> str:
    """The form of names as the dialog says it; the one for the desk without names is for scripts alone."""
    if wish.edition == "author" and wish.names is False:
        return _("No names: for your desk only")
    return str(dict(NAMES)[names_of(wish)])


def _listed(chosen: Any, words: dict[str, str]) -> str:
    """What was chosen by its names; empty where that is everything."""
    named = list(dict.fromkeys(words.get(each, each) for each in chosen or ()))
    more = len(named) - NAMED
    return ", ".join(named[:NAMED]) + (_(" and %d more") % more if more > 0 else "")


def comes(schedule: Schedule, zone: ZoneInfo, running: Round | None) -> str:
    """When it is made next; for a round its deadline, where it has one."""
    if schedule.every == "never" or not schedule.has_maker:
        return ""
    if schedule.every == "round":
        if running is None:
            return _("No round is running")
        if running.deadline is None:
            return _("It has no deadline: you end it")
        at = date_format(running.deadline, "l j F Y, 23:59")
    else:
        moment = next_moment(schedule.every, max(timezone.now(), schedule.reached), zone)
        at = date_format(moment.astimezone(zone), "l j F Y, H:i")
    return _("Next on %(at)s (%(zone)s)") % {"at": at, "zone": zone.key}


def said(schedule: Schedule, zone: ZoneInfo) -> str:
    """Why nothing was made last time, in a sentence; empty where a report was."""
    if not schedule.has_maker:
        return _("Stopped: %s is no longer of the author team. Change it to take it over.") % schedule.made_by.name
    if schedule.outcome == "nothing":
        since = day(schedule.last_as_of, zone) if schedule.last_as_of else ""
        return _("Nothing new since %s") % since
    return {
        "left": _("Nothing was made while its maker was not of the author team."),
        "no_draft": _("Nothing was made: there is no open draft."),
        "refused": _("Nothing was made: %s Change it, and choose again.") % schedule.trouble,
        "failed": _("The last one could not be made. It was logged; tell your operator."),
    }.get(schedule.outcome, "")


def day(moment: datetime, zone: ZoneInfo) -> str:
    """A day where the manuscript is."""
    return date_format(moment.astimezone(zone), "j F Y")

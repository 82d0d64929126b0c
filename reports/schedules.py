"""Choices for reports that are kept under a name, and made again by themselves.

Every minute a worker asks what is due: `begin_due` moves a schedule past the moment in the transaction that
writes its job, so that whoever asks at the same time, or again after a crash, finds nothing owed. What fell due while
nothing ran is one report.
"""

from dataclasses import asdict, fields, replace
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from django.db import IntegrityError, transaction
from django.db.models import Max
from django.utils import timezone
from django.utils.translation import gettext as _

from jobs.models import Job
from jobs.queue import enqueue
from jobs.running import RunningJob
from manuscripts.errors import Refused, conflict
from manuscripts.manuscripts import record_event
from manuscripts.models import Draft, Manuscript
from manuscripts.permissions import Actor, check
from manuscripts.rendering import clean_input
from reports import making
from reports.canonical import sha256
from reports.collecting import collect, rfc3339
from reports.findings import findings
from reports.formats import check_formats
from reports.making import Wish
from reports.models import Report, Schedule
from reports.moments import newest_moment
from reports.news import news

MOST = 50
LONGEST_NAME = 80
#: Pieces of a report that change while nobody says anything: its moment, how far readers have come, and what is
#: summed up from that and the other pieces.
NOT_SAID = ("as_of", "coverage", "done", "headlines", "thanks")


def keep(
    actor: Actor,
    manuscript: Manuscript,
    wish: Wish,
    *,
    name: str,
    every: str,
    mail: bool,
    schedule: Schedule | None = None,
) -> Schedule:
    """Keeps the choice under its name, as a new one or in place of what `schedule` held. `mail`: the actor is told of
    each report. Whoever changes one whose maker has left takes it over. Refused names the field at fault."""
    check(actor, "schedule.change", manuscript)
    me = actor.membership_in(manuscript)
    assert me is not None
    name = " ".join(clean_input(name).split())
    if not name or len(name) > LONGEST_NAME:
        raise Refused("invalid", _("Give the choice a name of at most 80 characters."), field="keep_as")
    if every not in dict(Schedule.EVERY):
        raise Refused("invalid", _("Choose one of the times offered."), field="every")
    making.planned(manuscript, wish, None)
    row = schedule or Schedule(manuscript=manuscript, made_by=me)
    if schedule is None and manuscript.schedules.count() >= MOST:
        raise conflict("too_many", _("At most 50 choices are kept. Delete one first."), field="keep_as")
    options, before = as_options(manuscript, wish), row.options
    row.name, row.every, row.options = name, every, options
    row.reached, row.outcome, row.trouble = timezone.now(), "", ""
    row.digest = row.digest if options == before else ""
    row.made_by = row.made_by if row.has_maker else me
    try:
        with transaction.atomic():
            row.save()
            record_event(manuscript, "schedule.kept", me, f"schedule:{row.pk}")
            tell_by_mail(actor, row, mail)
    except IntegrityError:
        raise conflict("taken", _("Another choice has this name."), field="keep_as") from None
    return row


def stop(actor: Actor, schedule: Schedule) -> None:
    """It is kept, and made only when somebody asks."""
    check(actor, "schedule.change", schedule)
    with transaction.atomic():
        if Schedule.objects.filter(pk=schedule.pk).exclude(every="never").update(every="never", outcome="", trouble=""):
            me = actor.membership_in(schedule.manuscript)
            record_event(schedule.manuscript, "schedule.stopped", me, f"schedule:{schedule.pk}")


def forget(actor: Actor, schedule: Schedule) -> None:
    """Deletes it; reports made of it stay."""
    check(actor, "schedule.change", schedule)
    with transaction.atomic():
        me = actor.membership_in(schedule.manuscript)
        record_event(schedule.manuscript, "schedule.deleted", me, f"schedule:{schedule.pk}")
        schedule.delete()


def tell_by_mail(actor: Actor, schedule: Schedule, wanted: bool) -> None:
    """Whether the actor is mailed a link to each report it makes."""
    check(actor, "schedule.change", schedule)
    me = actor.membership_in(schedule.manuscript)
    assert me is not None
    if wanted:
        schedule.mailed.add(me)
    else:
        schedule.mailed.remove(me)


def make_now(actor: Actor, schedule: Schedule) -> Report:
    """A report of the choice as somebody asked for one: nobody is mailed, and the schedule goes on as it was."""
    return making.request_report(actor, schedule.manuscript, wish_of(schedule))


def as_options(manuscript: Manuscript, wish: Wish) -> dict[str, Any]:
    """The wish as it is kept. The newest draft is none: what is newest then is meant."""
    newest = manuscript.open_draft
    draft = None if newest and newest.number == wish.draft else wish.draft
    dates = {"since": rfc3339(wish.since), "until": rfc3339(wish.until)}
    options = asdict(replace(wish, draft=draft)) | dates
    return {name: list(value) if isinstance(value, tuple) else value for name, value in options.items()}


def wish_of(schedule: Schedule) -> Wish:
    """What was kept, as the wish it was."""
    return wish_in(schedule.options)


def wish_in(options: dict[str, Any]) -> Wish:
    """The wish that the options of a kept choice or of a report hold; a report's draft is not among them."""
    known = {field.name for field in fields(Wish)}
    kept = {name: tuple(value) if isinstance(value, list) else value for name, value in options.items()}
    dates = {name: datetime.fromisoformat(kept[name]) if kept.get(name) else None for name in ("since", "until")}
    return Wish(**{name: value for name, value in (kept | dates).items() if name in known})


def owed(schedule: Schedule, now: datetime, ended: datetime | None) -> datetime | None:
    """The newest moment that has come and was not seen to, None where there is none. `ended`: when a round of the
    manuscript ended last."""
    if schedule.every == "round":
        moment = ended
    elif schedule.every == "never":
        moment = None
    else:
        moment = newest_moment(schedule.every, now, ZoneInfo(schedule.manuscript.time_zone))
    return moment if moment and moment > schedule.reached else None


def begin_due() -> int:
    """Begins what is due; how many."""
    now = timezone.now()
    rows = Schedule.objects.exclude(every="never").select_related("manuscript").defer("options")
    rows = rows.annotate(ended=Max("manuscript__rounds__ended"))
    return sum(_begin(row.pk, now) for row in rows.order_by("pk") if owed(row, now, row.ended))


@transaction.atomic
def _begin(pk: int, now: datetime) -> bool:
    """Moves the schedule on and writes its job; False where somebody else did."""
    rows = Schedule.objects.select_for_update(of=("self",)).select_related("manuscript", "made_by__user")
    row = rows.filter(pk=pk).first()
    last = row and row.manuscript.rounds.filter(ended__isnull=False).order_by("ended").last()
    moment = owed(row, now, last.ended if last else None) if row else None
    if row is None or moment is None:
        return False
    row.reached = moment
    row.save(update_fields=["reached"])
    enqueue(
        "run_schedule",
        {"schedule": row.pk, "round": last.pk if last and row.every == "round" else None},
        user=row.made_by.user,
        subject=f"manuscript:{row.manuscript_id}",
        key=f"schedule:{row.pk}",
    )
    return True


def run(job: RunningJob) -> None:
    """The job: a report with its snapshot, once; none where there is nothing new, or nothing that could be made."""
    rows = Schedule.objects.select_related("manuscript", "made_by__user", "last").defer("last__snapshot")
    schedule = rows.filter(pk=job.args["schedule"]).exclude(every="never").first()
    if schedule is None:
        return
    if not schedule.has_maker:
        return _nothing_made(job, schedule, "left")
    book = schedule.manuscript
    draft = draft_for(schedule, job.args["round"])
    if draft is None:
        return _nothing_made(job, schedule, "no_draft")
    wish = replace(wish_of(schedule), draft=draft.number)
    try:
        _draft, edition = making.planned(book, wish, schedule.made_by)
    except Refused as refused:
        return _nothing_made(job, schedule, "refused", str(refused.detail))
    job.progress(0.1, _("Collecting what was said"))
    snapshot = collect(book, draft)
    data = findings(snapshot, edition)
    digest = sha256({name: part for name, part in data.items() if name not in NOT_SAID})
    if digest == schedule.digest and not (schedule.last and schedule.last.may_be_tried_again):
        return _nothing_made(job, schedule, "nothing")
    as_of = datetime.fromisoformat(data["as_of"])
    with job.commit() as result:
        kept = Schedule.objects.select_for_update().filter(pk=schedule.pk).first()
        if kept is None or kept.options != schedule.options:
            return  # deleted or changed meanwhile
        report = Report.objects.create(
            manuscript=book,
            draft=draft,
            made_by=schedule.made_by,
            options=asdict(edition) | {"formats": check_formats(wish.formats)},
            snapshot=data,
            snapshot_sha256=sha256(data),
            as_of=as_of,
            schedule=kept,
            news=news(snapshot, edition, rfc3339(schedule.last_as_of)),
        )
        making.begin(report, schedule.made_by.user)
        kept.last, kept.last_as_of, kept.digest, kept.outcome, kept.trouble = report, as_of, digest, "", ""
        kept.save()
        result["report"] = str(report.pk)


def draft_for(schedule: Schedule, round_id: int | None) -> Draft | None:
    """What it is made of: the draft that was picked, else the last one of the round that ended, else the newest that
    readers know."""
    book, picked = schedule.manuscript, schedule.options["draft"]
    opened = book.drafts.filter(state__in=["open", "closed"])
    if picked is not None:
        return opened.filter(number=picked).first()
    return opened.filter(round=round_id).order_by("-number").first() if round_id else book.open_draft


def _nothing_made(job: RunningJob, schedule: Schedule, outcome: str, trouble: str = "") -> None:
    with job.commit():
        Schedule.objects.filter(pk=schedule.pk).update(outcome=outcome, trouble=trouble[:250])


def put_back(job: Job) -> None:
    """A run that failed for good says so beside its choice."""
    Schedule.objects.filter(pk=job.args.get("schedule")).update(outcome="failed", trouble="")

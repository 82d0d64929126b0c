"""Rounds of asking: opening a draft, ending a round, and each reader's part in one."""

from collections.abc import Collection, Sequence
from datetime import date
from typing import Any
from zoneinfo import ZoneInfo

from django.db import transaction
from django.utils import timezone
from django.utils.dateparse import parse_date
from django.utils.translation import gettext as _

from jobs.models import Job
from jobs.queue import enqueue
from jobs.running import JobError, RunningJob, TryLater
from manuscripts.errors import Refused, conflict
from manuscripts.manuscripts import record_event
from manuscripts.models import Draft, Manuscript, Membership, Placement, Round
from manuscripts.modes import Anonymity, OthersSections, Visibility
from manuscripts.permissions import Actor, check
from manuscripts.working import hold

from .applied import stand_on_applied
from .arriving import mark_changed, may_be_marked
from .carrying import plan, store
from .contents import READ_SHARE
from .models import Answer, Comment, Invitation, Reading, Review
from .settling import settle

MODES = {"visibility": Visibility, "anonymity": Anonymity, "others_sections": OthersSections}
# From the strictest promise to the loosest
STRICTNESS = {
    "visibility": ["never", "after_verdict", "open"],
    "anonymity": ["all", "peers", "named"],
    "others_sections": ["closed", "open"],
}


def round_in_preparation(manuscript: Manuscript) -> Round:
    """The round that the next new opening starts; made from the last one's modes where there is none yet."""
    row = manuscript.rounds.filter(state="preparing").first()
    if row:
        return row
    last = manuscript.rounds.order_by("-number").first()
    modes = {name: getattr(last, name) for name in MODES} if last else {}
    return Round.objects.create(manuscript=manuscript, number=(last.number + 1 if last else 1), **modes)


def shown_round(manuscript: Manuscript) -> Round:
    """The running round, else the one in preparation."""
    return manuscript.rounds.filter(state="running").first() or round_in_preparation(manuscript)


def read_modes(modes: dict[str, Any]) -> dict[str, Any]:
    """Checked modes and deadline; raises Refused naming the field."""
    result: dict[str, Any] = {}
    for name, value in modes.items():
        if name in MODES:
            if value not in MODES[name].values:
                raise Refused("invalid", _("Choose one of: %s.") % ", ".join(MODES[name].values), field=name)
            result[name] = value
        elif name == "deadline":
            result[name] = _read_deadline(value)
        else:
            raise Refused("unknown_field", _("There is no such setting of a round."), field=name)
    return result


def _read_deadline(value: Any) -> date | None:
    if value in (None, ""):
        return None
    try:
        deadline = value if isinstance(value, date) else parse_date(str(value))
    except ValueError:
        deadline = None
    if deadline is None:
        raise Refused("invalid", _("A deadline is a date like 2031-05-17."), field="deadline")
    return deadline


def change_modes(actor: Actor, manuscript: Manuscript, modes: dict[str, Any]) -> Round:
    """Changes the shown round. Loosening a promise that someone has already written under: 409 `promise`."""
    check(actor, "manuscript.change", manuscript)
    values = read_modes(modes)
    with transaction.atomic():
        round_ = Round.objects.select_for_update().get(pk=shown_round(manuscript).pk)
        _keep_promises(round_, values)
        for name, value in values.items():
            setattr(round_, name, value)
        round_.save()
        me = actor.membership_in(manuscript)
        record_event(manuscript, "round.changed", me, f"round:{round_.pk}", **{k: str(v) for k, v in values.items()})
    return round_


def _keep_promises(round_: Round, values: dict[str, Any]) -> None:
    """409 `promise` where `values` would loosen what someone has already written under."""
    for name in STRICTNESS:
        if name in values and _is_looser(name, getattr(round_, name), values[name]) and _has_words(round_):
            detail = _("Readers have already written under the stricter promise: it holds until the round ends.")
            raise Refused("promise", detail, status=409, field=name)


def _is_looser(name: str, before: str, after: str) -> bool:
    return STRICTNESS[name].index(after) > STRICTNESS[name].index(before)


def _has_words(round_: Round) -> bool:
    return (
        Comment.objects.filter(round=round_, author__role="reviewer").exists()
        or Answer.objects.filter(round=round_).exists()
    )


def open_draft(
    actor: Actor,
    draft: Draft,
    kind: str | None = None,
    modes: dict[str, Any] | None = None,
    changed: Collection[int] = (),
) -> Job | None:
    """Starts the job that opens a ready draft, as a new round or (`same`) as a correction of the running one.
    `changed` are notes of the change list that are marked changed with it.

    None if it is open already; refuses with 409 unless it is ready and newer than every draft that was open.
    """
    check(actor, "draft.open", draft)
    values = read_modes(modes or {})
    with transaction.atomic():
        hold(draft.manuscript)  # an edit that is being stored now belongs to what opens, and to what is carried
        draft = Draft.objects.select_for_update().get(pk=draft.pk)
        if draft.state == "open":
            return None
        kind = _check_opening(draft, kind)
        if kind == "same":
            _keep_promises(draft.manuscript.rounds.select_for_update().get(state="running"), values)
        draft.state = "opening"
        me = actor.membership_in(draft.manuscript_id)
        job = enqueue(
            "open_draft",
            {
                "draft": draft.pk,
                "kind": kind,
                "modes": {name: str(value) if value else None for name, value in values.items()},
                "member": me.pk,
                "changed": sorted(may_be_marked(draft).intersection(changed)),
            },
            user=actor.user,
            subject=f"manuscript:{draft.manuscript_id}",
            key=f"open_draft:{draft.pk}",
        )
        draft.job_id = job.pk
        draft.save(update_fields=["state", "job_id"])
    return job


def _check_opening(draft: Draft, kind: str | None) -> str:
    """`new` or `same` for what was asked; refuses what cannot be opened."""
    if kind not in {None, "new", "same"}:
        raise Refused("invalid", _("Open it as a new round or as a correction of the same."), field="round")
    if draft.state != "ready":
        raise conflict("not_ready", _("Only a draft that is ready can be opened."))
    before = draft.manuscript.open_draft
    if before and before.number > draft.number:
        raise conflict("not_newer", _("A newer draft has been opened since."))
    if any(problem["severity"] == "error" for problem in draft.problems):
        raise conflict("has_errors", _("This draft has errors that must be mended first."))
    if not draft.placements.exists():
        raise conflict("empty", _("This draft holds no text."))
    running = draft.manuscript.rounds.filter(state="running").exists()
    if kind == "same" and not running:
        raise conflict("no_round", _("No round is running that this could correct."))
    return kind or ("same" if running else "new")


def run_opening(job: RunningJob) -> dict[str, Any]:
    """The job of `open_draft`: carries the notes, then switches the readers in one short transaction."""
    draft = Draft.objects.select_related("manuscript").get(pk=job.args["draft"])
    if draft.was_opened:
        return {}
    if draft.state != "opening":
        raise JobError("not_ready", _("This draft is no longer waiting to be opened."))
    args = job.args
    carry_and_open(job, draft, args["kind"], args["modes"], args["member"], args.get("changed", ()))
    return {}


def carry_and_open(
    job: RunningJob,
    draft: Draft,
    kind: str,
    modes: dict[str, Any],
    member_id: int | None,
    changed: Sequence[int] = (),
) -> None:
    """Computes where the notes go, then stores that and opens the draft, all or nothing; the notes `changed` are
    decided so."""
    before = draft.manuscript.open_draft
    if before and before.number > draft.number:
        raise JobError("not_newer", _("A newer draft has been opened since."))
    job.progress(0.1, _("Carrying the notes"))
    prepared = None
    if before:
        prepared = plan(before, draft, tick=job.stop_if_asked, progress=lambda share: job.progress(0.1 + 0.7 * share))
        stand_on_applied(prepared)
    job.progress(0.8, _("Opening the draft"))
    with job.commit():
        manuscript = Manuscript.objects.select_for_update().get(pk=draft.manuscript_id)
        if manuscript.open_draft != before:
            raise TryLater(0)  # another draft was opened meanwhile, and the notes stand there now
        if kind == "same" and not manuscript.rounds.filter(state="running").exists():
            raise JobError("no_round", _("No round is running that this could correct."))
        draft = Draft.objects.select_for_update().get(pk=draft.pk)
        if before and prepared:
            draft.changes = {**draft.changes, "remarks": store(prepared, before)}
        member = Membership.objects.filter(pk=member_id).first()
        _switch(draft, before, kind, read_modes(modes), member)
        settle(draft, member)
        mark_changed(draft, changed, member)
        if before:
            subject, key = f"manuscript:{manuscript.pk}", f"compare_drafts:{draft.pk}"
            enqueue("compare_drafts", {"draft": draft.pk}, subject=subject, key=key)


def _switch(draft: Draft, before: Draft | None, kind: str, modes: dict[str, Any], member: Membership | None) -> None:
    """Puts the draft in its round, closes the former one, and asks the readers where the round is new."""
    now = timezone.now()
    manuscript = draft.manuscript
    if kind == "same":
        round_ = manuscript.rounds.get(state="running")
        draft.label = f"{round_.number}.{round_.drafts.exclude(pk=draft.pk).count()}"
    else:
        manuscript.rounds.filter(state="running").update(state="ended", ended=now)
        round_ = round_in_preparation(manuscript)
        round_.state, round_.started = "running", now
        draft.label = str(round_.number)
    for name, value in modes.items():
        setattr(round_, name, value)
    round_.save()
    manuscript.drafts.filter(state="open").update(state="closed", closed=now)
    draft.round, draft.state, draft.opened = round_, "open", now
    draft.save()
    record_event(manuscript, "draft.opened", member, f"draft:{draft.pk}", number=draft.number, label=draft.label)
    if kind == "new":
        _ask_readers(manuscript, round_, told=before is not None)


def _ask_readers(manuscript: Manuscript, round_: Round, told: bool) -> None:
    """A review for every reader who is still there and did not ask to be left alone; a mail to those who took part
    or asked to be asked again (`told`)."""
    readers = manuscript.memberships.present().filter(role="reviewer").select_related("invitation")
    readers = list(readers.exclude(invitation__state="declined", invitation__ask_next=False))
    Review.objects.bulk_create([Review(member=m, round=round_) for m in readers], ignore_conflicts=True)
    if told:
        for member in readers:
            invitation = getattr(member, "invitation", None)
            has_answered = member.accepted or (invitation and invitation.state == "declined")
            if member.email and has_answered:
                enqueue(
                    "send_round_mail",
                    {"member": member.pk, "round": round_.pk},
                    subject=f"manuscript:{manuscript.pk}",
                    key=f"round_mail:{round_.pk}:{member.pk}",
                )


@transaction.atomic
def close_round(actor: Actor, manuscript: Manuscript) -> Round:
    """Ends the running round: reading and deciding go on. 409 where none runs."""
    check(actor, "draft.open", manuscript)
    round_ = manuscript.rounds.select_for_update().filter(state="running").first()
    if round_ is None:
        raise conflict("no_round", _("No round is running."))
    return _end(round_, actor.membership_in(manuscript))


def _end(round_: Round, member: Membership | None) -> Round:
    now = timezone.now()
    round_.state, round_.ended = "ended", now
    round_.save(update_fields=["state", "ended"])
    round_.drafts.filter(state="open").update(state="closed", closed=now)
    record_event(round_.manuscript, "round.ended", member, f"round:{round_.pk}", number=round_.number)
    return round_


def close_due_rounds() -> int:
    """Ends the rounds whose deadline (23:59 in the manuscript's zone) has passed; how many."""
    ended = 0
    for row in Round.objects.filter(state="running", deadline__isnull=False).select_related("manuscript"):
        if timezone.now().astimezone(ZoneInfo(row.manuscript.time_zone)).date() > row.deadline:
            with transaction.atomic():
                due = Round.objects.select_for_update().filter(pk=row.pk, state="running").first()
                if due:
                    _end(due, None)
                    ended += 1
    return ended


def review_of(member: Membership, round_: Round) -> Review:
    """The member's part in the round, made at first need."""
    row, _made = Review.objects.get_or_create(member=member, round=round_)
    return row


@transaction.atomic
def set_review(actor: Actor, review: Review, state: str, reason: str = "", ask_next: bool = True) -> Review:
    """Starts, submits, reopens (`started`) or declines one's review while its round runs. Who declines may say why,
    and whether they want to be asked at the next draft."""
    check(actor, "review.change", review)
    if state not in {"started", "submitted", "declined"}:
        raise Refused("invalid", _("A review is started, submitted or declined."), field="state")
    if review.round.state != "running":
        raise conflict("round_ended", _("The round has ended."))
    now = timezone.now()
    review.state, review.active = state, now
    review.submitted = now if state == "submitted" else None
    review.save(update_fields=["state", "active", "submitted"])
    invitation = Invitation.objects.filter(membership=review.member)
    if state == "declined":
        invitation.update(state="declined", decline_reason=reason.strip()[:2000], ask_next=ask_next)
    else:
        invitation.filter(state="declined").update(state="accepted", decline_reason="", ask_next=True)
    record_event(review.manuscript, f"review.{state}", review.member, f"review:{review.pk}")
    return review


def mark_opened(member: Membership) -> None:
    """The member has come in by their link or account: asked becomes opened."""
    round_ = member.manuscript.rounds.filter(state="running").first()
    if round_ and member.role == "reviewer":
        review_of(member, round_)
        Review.objects.filter(member=member, round=round_, state="invited").update(
            state="opened", active=timezone.now()
        )


def record_reading(actor: Actor, manuscript: Manuscript, chapter_key: str, share: float) -> None:
    """How far (0-1) the actor has got in a chapter of the newest open draft; it never goes back."""
    member, draft = actor.membership_in(manuscript), manuscript.open_draft
    if member is None or draft is None or not 0 <= share <= 1:
        return
    place = Placement.objects.readable_by(actor, draft).filter(chapter__key=chapter_key).first()
    if place is None:
        return
    now = timezone.now()
    row, _made = Reading.objects.get_or_create(member=member, chapter_id=place.chapter_id, draft=draft)
    row.share, row.updated = max(row.share, share), now
    row.save(update_fields=["share", "updated"])
    if member.role == "reviewer" and draft.round.state == "running":
        review_of(member, draft.round)
        Review.objects.filter(member=member, round=draft.round).update(active=now)
        Review.objects.filter(member=member, round=draft.round, state__in=["invited", "opened"]).update(state="started")


def progress(reviews: list[Review], draft: Draft | None) -> dict[int, dict[str, int]]:
    """By review id: how many of the chapters asked about have been read to the end, in this round or, where the
    chapter is the same since, before it. Three queries for any number."""
    if draft is None:
        return {review.pk: {"read": 0, "asked": 0} for review in reviews}
    root = {d.pk: d.resolved().pk for d in draft.manuscript.all_disciplines}
    members = {review.member_id: review.member for review in reviews}
    done = Reading.objects.filter(member__in=members, draft__number__lte=draft.number, share__gte=READ_SHARE)
    seen = list(done.values_list("member_id", "chapter_id", "draft_id", "draft__round_id"))
    rows: list[tuple[int, int | None]] = []
    texts: dict[tuple[int, int], list[int]] = {}
    places = Placement.objects.filter(draft__in={row[2] for row in seen} | {draft.pk}).order_by("position")
    columns = ("draft_id", "chapter_id", "chapter_position", "discipline_id", "text_id")
    for draft_id, chapter_id, position, discipline, text_id in places.values_list(*columns):
        texts.setdefault((draft_id, chapter_id), []).append(text_id)
        if draft_id == draft.pk and position:
            rows.append((chapter_id, discipline))
    common = {chapter for chapter, discipline in rows if discipline is None}
    finished: dict[int, set[int]] = {}
    for member_id, chapter_id, draft_id, round_id in seen:
        if round_id == draft.round_id or texts.get((draft_id, chapter_id)) == texts.get((draft.pk, chapter_id)):
            finished.setdefault(member_id, set()).add(chapter_id)
    result = {}
    for review in reviews:
        own = {root[d.pk] for d in review.member.disciplines.all()}
        asked = common | {chapter for chapter, discipline in rows if discipline and root[discipline] in own}
        result[review.pk] = {"read": len(asked & finished.get(review.member_id, set())), "asked": len(asked)}
    return result

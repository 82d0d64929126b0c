"""What becomes of the working draft's edits: when it opens, when another draft opens, when it is thrown away."""

from collections.abc import Sequence
from dataclasses import dataclass

from django.db import transaction
from django.utils import timezone
from django.utils.translation import ngettext

from manuscripts import uploads
from manuscripts.formats import Problem
from manuscripts.manuscripts import record_event
from manuscripts.models import Draft, Membership, Placement
from manuscripts.permissions import Actor, check
from manuscripts.working import copy_placements, free_number, hold, working_draft

from .edits import chains_of, edits_of, foresee_soon, take_decisions_back
from .models import Decision, Edit, Thread

UNFIT = "edits_unfit"


def settle(draft: Draft, member: Membership | None) -> None:
    """A draft has opened, in this very transaction: what was applied in it is changed now, and a working draft that
    waits is put on the new text."""
    if draft.working:
        _mark_changed(edits_of(draft).standing, draft, member)
        return
    working = working_draft(draft.manuscript)
    if working is not None:
        _rebase(working, draft, member)


def _mark_changed(edits: Sequence[Edit], draft: Draft, member: Membership | None) -> None:
    """The notes whose suggestions stand in the draft that opened: changed there."""
    by_thread = {edit.thread_id: edit for edit in edits if edit.thread_id is not None}
    now = timezone.now()
    old = Decision.objects.filter(thread__in=list(by_thread)).exclude(decision="duplicate")
    old.update(decision="changed", applied_in=draft, at=now)
    decided = set(Decision.objects.filter(thread__in=list(by_thread)).values_list("thread_id", flat=True))
    Decision.objects.bulk_create(
        [
            Decision(thread_id=pk, decision="changed", applied_in=draft, by=edit.by, at=now)
            for pk, edit in by_thread.items()
            if pk not in decided
        ]
    )
    Thread.objects.filter(pk__in=list(by_thread)).update(status="decided", updated=now)
    for pk in by_thread:
        record_event(draft.manuscript, "thread.decided", member, f"thread:{pk}", decision="changed")


def _rebase(working: Draft, opened: Draft, member: Membership | None) -> None:
    """Puts the working draft on the draft that opened: edits of sections that are unchanged there stay, those that
    the opened draft holds already belong to it, and the others are kept as not fitting any more."""
    before: dict[int, Placement] = {row.section_id: row for row in working.placements.all()}
    texts = dict(opened.placements.values_list("section_id", "text_id"))
    kept: dict[int, Placement] = {}
    held: list[Edit] = []
    for section_id, chain in chains_of(edits_of(working).standing).items():
        at = _reached(chain, texts.get(section_id))
        if at is not None:
            held += chain[:at]
            kept[section_id] = before[section_id]
    Edit.objects.filter(pk__in=[edit.pk for edit in held]).update(draft=opened)
    _mark_changed(held, opened, member)
    copy_placements(opened, working, kept)
    if working.number < opened.number:
        working.number = free_number(working.manuscript)
    unfit = len(edits_of(working).unfit)
    working.problems = [_unfit(unfit, opened)] if unfit else []
    working.save(update_fields=["number", "problems"])
    if working.edits.exists():
        foresee_soon(working)
    else:
        _throw_away(working, member)


def _reached(chain: Sequence[Edit], text_id: int | None) -> int | None:
    """How many edits of a section a text of it holds; None where it is another text altogether."""
    steps = [chain[0].before_id, *[edit.after_id for edit in chain]]
    return max((n for n, pk in enumerate(steps) if pk == text_id), default=None)


@dataclass(frozen=True)
class Waiting:
    """The working draft while an upload is looked over: how many edits it has, and how many of them would not fit
    any more were the upload opened."""

    draft: Draft
    edits: int
    unfit: int


def edits_waiting(upload: Draft) -> Waiting | None:
    """What an upload that waits to be opened would do to the working draft; None where there is none with edits."""
    working = working_draft(upload.manuscript)
    if working is None or working == upload:
        return None
    found = edits_of(working)
    texts = dict(upload.placements.values_list("section_id", "text_id"))
    chains = chains_of(found.standing)
    unfit = sum(len(chain) for key, chain in chains.items() if _reached(chain, texts.get(key)) is None)
    every = len(found.standing) + len(found.unfit)
    return Waiting(working, every, unfit + len(found.unfit)) if every else None


def _unfit(count: int, opened: Draft) -> dict:
    told = ngettext(
        "%(count)d edit no longer fits: draft %(label)s changed its section. Nothing of it was thrown away.",
        "%(count)d edits no longer fit: draft %(label)s changed their sections. Nothing of them was thrown away.",
        count,
    ) % {"count": count, "label": opened.label or opened.number}
    return Problem(UNFIT, "warning", told).as_json()


def _throw_away(draft: Draft, member: Membership | None) -> None:
    draft.state = "discarded"
    draft.save(update_fields=["state"])
    draft.placements.all().delete()
    record_event(draft.manuscript, "draft.discarded", member, f"draft:{draft.pk}", number=draft.number)


def discard(actor: Actor, draft: Draft) -> Draft:
    """Throws a draft away that is ready or failed. With a working draft its edits go, and the notes that were decided
    by applying them wait again. 409 in any other state."""
    check(actor, "draft.change", draft)
    with transaction.atomic():
        manuscript = hold(draft.manuscript)
        draft = Draft.objects.select_for_update().get(pk=draft.pk)
        if draft.working and draft.state == "ready":
            edits = list(draft.edits.all())
            draft.edits.all().delete()
            take_decisions_back(edits)
        draft.manuscript = manuscript
        return uploads.discard(actor, draft)

"""Applying a suggestion to the text: its words written into the working draft where the note stands.

Exact or refused. Where the note stands is carried from the open draft through the section's earlier edits; the words
are spliced into the Markdown and accepted only where the rendered text is the old one with the replacement.
"""

import time
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _

from anchoring.carry import Range, carry
from jobs.models import Job
from jobs.queue import enqueue
from jobs.running import JobError, RunningJob, TryLater
from manuscripts.errors import Refused, conflict
from manuscripts.manuscripts import record_event
from manuscripts.maps import text_map
from manuscripts.models import Draft, Manuscript, Membership, Placement, SectionText
from manuscripts.permissions import Actor, check
from manuscripts.rendering import Limits, Rendered, RenderError, clean_input, render
from manuscripts.splicing import Change, candidates, changed, is_exact, shifted, tidy
from manuscripts.working import begun, editable_place, hold, kept_text, must_be_ready, working_draft

from .carrying import newest_anchor
from .edits import add_edit, edits_of, with_words
from .models import Decision, Edit, Thread

FIRST = 2  # ways to write it that are tried before the rest is rendered
LIMITS = Limits(seconds=5.0)
PATIENCE = 3.0  # seconds; a text that renders more slowly is not tried in more ways
WAIT = 2.0  # seconds until a job looks again whether the working draft has opened


@dataclass(frozen=True)
class Spot:
    """What a suggestion would change: a text as it stands now, and the words in it. `open_draft` is the one the note
    was found in."""

    section_key: str
    text: SectionText
    change: Change
    open_draft: Draft


class _Stale(Exception):
    """The section, or the open draft, changed while the words were being set."""


def apply(actor: Actor, thread: Thread) -> Job:
    """Begins to apply a suggestion. Whether it can be is found out at once, in this request.

    Refuses (409): `no_suggestion`, `applied`, `opening`, `detached`, `overlap` with both replacements where another
    applied suggestion changed these words, `edit_by_hand` where they cannot be written without harm.
    """
    check(actor, "thread.apply", thread)
    me = actor.membership_in(thread.manuscript_id)
    running = Job.objects.active().filter(key=_key(thread)).first()
    if running is not None:
        return running
    if applied_edit(thread) is not None:
        raise conflict("applied", _("This suggestion is applied already."))
    spliced(find_spot(thread))
    return enqueue(
        "apply_suggestion",
        {"thread": thread.pk, "member": me.pk if me else None},
        user=actor.user,
        subject=f"manuscript:{thread.manuscript_id}",
        key=_key(thread),
    )


def _key(thread: Thread) -> str:
    return f"apply:{thread.pk}"


def applied_edit(thread: Thread) -> Edit | None:
    """The edit of the working draft that stands for this suggestion."""
    draft = working_draft(thread.manuscript)
    if draft is None:
        return None
    return next((edit for edit in edits_of(draft).standing if edit.thread_id == thread.pk), None)


def last_job(thread: Thread) -> Job | None:
    """The newest attempt to apply the suggestion, where the worker has it or gave it up."""
    rows = Job.objects.filter(kind="apply_suggestion", args__thread=thread.pk)
    return rows.filter(subject=f"manuscript:{thread.manuscript_id}").order_by("-created").first()


# Where


def find_spot(thread: Thread) -> Spot:
    """The words that the suggestion would replace, as they stand in the working draft now. Raises Refused (409)."""
    if thread.replacement is None or thread.withdrawn is not None:
        raise conflict("no_suggestion", _("This note suggests no other words."))
    newest = thread.manuscript.open_draft
    anchor = newest_anchor(thread, newest) if newest else None
    if newest is None or anchor is None or anchor.fate == "detached" or anchor.section is None or anchor.text is None:
        raise conflict("detached", _("This note stands on no words of the open draft. Put it on its words first."))
    if anchor.start is None or anchor.end is None:
        raise conflict("edit_by_hand", _("This note is about the whole section. Edit its text by hand."))
    working = working_draft(thread.manuscript)
    if working is not None:
        must_be_ready(working)
    place = editable_place(thread.manuscript, anchor.section.key)
    if place is None:
        raise conflict("detached", _("Its section does not stand in the working draft."))
    words = anchor.text.text[anchor.start : anchor.end]
    start, end = anchor.start, anchor.end
    at = anchor.text
    for edit in with_words(edits_of(working).of_section(anchor.section_id), "text") if working else []:
        start, end = by_map(at, edit.before, start, end)
        start, end = through(edit, start, end, thread)
        at = edit.after
    start, end = by_map(at, place.text, start, end)
    if place.text.text[start:end] != words:
        raise _by_hand()
    change = tidy(place.text.text, Change(start, end, clean_input(thread.replacement)))
    return Spot(anchor.section.key, place.text, change, newest)


def through(edit: Edit, start: int, end: int, thread: Thread) -> tuple[int, int]:
    """The place after one edit. A suggestion changed one stretch, so that what it left alone is certain."""
    if edit.thread is None:
        return by_map(edit.before, edit.after, start, end)
    place = shifted(start, end, changed(edit.before.text, edit.after.text))
    if place is None:
        raise conflict(
            "overlap",
            _("Another suggestion that you applied changed these words."),
            yours=thread.replacement,
            applied=edit.thread.replacement,
            thread=str(edit.thread_id),
            words=edit.before.text[start:end],
        )
    return place


def by_map(old: SectionText, new: SectionText, start: int, end: int) -> tuple[int, int]:
    """The place in another text of the section; only where the very same words stand there for certain."""
    if old.pk == new.pk:
        return start, end
    (found,) = carry(text_map(old, new), [Range(start, end)])
    if found.start is None or found.end is None or old.text[start:end] != new.text[found.start : found.end]:
        raise _by_hand()
    return found.start, found.end


def _by_hand() -> Refused:
    return conflict(
        "edit_by_hand", _("This cannot be written into the text without changing more than its words. Edit it by hand.")
    )


def spliced(spot: Spot) -> tuple[str, Rendered]:
    """The section's Markdown with the suggestion in it, and how it renders. Raises Refused (409 `edit_by_hand`)."""
    ways = candidates(spot.text.markdown, spot.text.text, spot.change)
    began = time.monotonic()
    for some in (ways[:FIRST], ways[FIRST:]):
        if time.monotonic() - began > PATIENCE:
            break
        for markdown, made in zip(some, render(some, LIMITS) if some else [], strict=True):
            if isinstance(made, RenderError):
                if made.code == "failed":
                    continue  # this way is no Markdown; another may be
                raise _by_hand()
            if is_exact(spot.text.html, spot.text.text, spot.change, made.html, made.text):
                return markdown, made
    raise _by_hand()


# The job


def run_applying(job: RunningJob) -> dict[str, Any] | None:
    """The job of `apply`: sets the words, then stores them in one short transaction; again where the section
    changed meanwhile."""
    thread = Thread.objects.select_related("manuscript").get(pk=job.args["thread"])
    while True:
        job.stop_if_asked()
        try:
            if applied_edit(thread) is None:
                spot = find_spot(thread)
                _store(job, thread, spot, *spliced(spot))
            return None
        except _Stale:
            thread.refresh_from_db()
        except Refused as error:
            if error.code == "opening":
                raise TryLater(WAIT) from error
            raise JobError(error.code, error.detail) from error


def _store(job: RunningJob, thread: Thread, spot: Spot, markdown: str, made: Rendered) -> None:
    with job.commit() as result:
        manuscript = hold(thread.manuscript)
        asked = Thread.objects.select_for_update().filter(pk=thread.pk).values_list("withdrawn", "replacement").get()
        if manuscript.open_draft != spot.open_draft or asked != (None, thread.replacement):
            raise _Stale
        draft = begun(manuscript)
        place = draft.placements.select_related("section", "chapter").filter(section__key=spot.section_key).first()
        if place is None or place.text_id != spot.text.pk:
            raise _Stale
        draft.edits.filter(thread=thread).delete()  # one that no longer fitted
        me, now = Membership.objects.filter(pk=job.args["member"]).first(), timezone.now()
        edit = add_edit(draft, place, kept_text(manuscript, markdown, made), me, now, thread)
        _decide(thread, edit, now)
        record_event(manuscript, "thread.applied", me, f"thread:{thread.pk}", number=draft.number)
        result["url"] = f"/api/v1/threads/{thread.pk}/"


def _decide(thread: Thread, edit: Edit, now: datetime) -> None:
    """Will change, unless something was decided that a change does not contradict."""
    before = Decision.objects.filter(thread=thread).first()
    if before is None:
        Decision.objects.create(thread=thread, decision="will_change", by=edit.by, at=now)
    elif before.decision in ("later", "no_change"):
        # At another moment than the edit, so that taking that back leaves a decision that was there before.
        Decision.objects.filter(pk=before.pk).update(decision="will_change", by=edit.by, at=timezone.now())
    Thread.objects.filter(pk=thread.pk).update(status="decided", updated=now)


def place_of(thread: Thread, manuscript: Manuscript) -> Placement | None:
    """Where the suggestion's section stands in the text that applying would change."""
    newest = manuscript.open_draft
    anchor = newest_anchor(thread, newest) if newest else None
    return editable_place(manuscript, anchor.section.key) if anchor and anchor.section else None

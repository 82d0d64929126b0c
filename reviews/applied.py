"""Where notes will stand in sections that were edited here, as far as that is certain: suggestions that were applied on
the very words that they asked for, and notes whose words no edit touched on these."""

from collections.abc import Sequence

from django.utils.translation import gettext as _

from anchoring.following import followed, steps
from manuscripts.errors import Refused
from manuscripts.models import Placement
from manuscripts.rendering import clean_input
from manuscripts.splicing import Change, tidy
from manuscripts.working import working_draft

from .applying import by_map, through
from .carrying import Plan
from .edits import chains_of, edits_of, with_words
from .models import Anchor, Edit


def stand_on_applied(prepared: Plan) -> None:
    """Puts planned anchors where the edits of the working draft leave no doubt, wherever the aligner saw them. Other
    sections, and words that an edit touched, stay as they were planned."""
    draft = prepared.draft
    source = draft if draft.working else working_draft(draft.manuscript)
    chains = chains_of(edits_of(source).standing) if source else {}
    if source is None or not chains:
        return
    kept = dict(source.placements.filter(section__in=chains).values_list("section_id", "text_id"))
    places = {row.section_id: row for row in draft.placements.filter(section__in=chains)}
    standing = {key: places[key] for key in chains if key in places and places[key].text_id == kept.get(key)}
    with_words([edit for key in standing for edit in chains[key]], "text")
    for section_id, place in standing.items():
        _untouched(prepared, chains[section_id], place)
        _applied(prepared, chains[section_id], place)


def _untouched(prepared: Plan, chain: Sequence[Edit], place: Placement) -> None:
    """The notes on words of the section that every edit left alone: kept, where these words are now."""
    known = [steps(edit.before.text, edit.after.text, exact=edit.thread_id is not None) for edit in chain]
    for anchor in prepared.anchors:
        before = prepared.before[anchor.thread_id]
        if before.text_id != chain[0].before_id or before.section_id != place.section_id:
            continue
        if before.start is None or before.end is None:
            continue
        words = followed(known, before.start, before.end)
        if words is not None and (anchor.text_id, anchor.start, anchor.end) != (place.text_id, *words):
            moved = before.chapter_id != place.chapter_id
            reason = _("Its section moved to another chapter") if moved else ""
            _put(anchor, place, words, "moved" if moved else "kept", reason)


def _applied(prepared: Plan, chain: Sequence[Edit], place: Placement) -> None:
    """The notes whose suggestions were applied: on the words that were put in."""
    planned = {anchor.thread_id: anchor for anchor in prepared.anchors}
    for edit in chain:
        anchor = planned.get(edit.thread_id) if edit.thread is not None else None
        words = _suggested(prepared.before[anchor.thread_id], chain, edit) if anchor is not None else None
        if anchor is not None and words is not None:
            _put(anchor, place, words, "edited", "Changed as this note suggested")


def _put(anchor: Anchor, place: Placement, words: tuple[int, int], fate: str, reason: str) -> None:
    anchor.chapter_id, anchor.section_id, anchor.text_id = place.chapter_id, place.section_id, place.text_id
    anchor.start, anchor.end = words
    anchor.near, anchor.near_end, anchor.fate, anchor.confidence, anchor.reason = None, None, fate, 1.0, reason


def _suggested(anchor: Anchor, chain: Sequence[Edit], applied: Edit) -> tuple[int, int] | None:
    """The suggested words in the last text of the chain; None where nothing was put in, or it was changed again."""
    at = chain[0].before if anchor.text_id == chain[0].before_id else anchor.text
    if at is None or anchor.start is None or anchor.end is None or applied.thread is None:
        return None
    start, end = anchor.start, anchor.end
    try:
        for edit in chain:
            start, end = by_map(at, edit.before, start, end)
            if edit.pk == applied.pk:
                words = clean_input(applied.thread.replacement or "")
                change = tidy(edit.before.text, Change(start, end, words))
                if not change.words or change.applied(edit.before.text) != edit.after.text:
                    return None
                start, end = change.start, change.start + len(change.words)
            else:
                start, end = through(edit, start, end, applied.thread)
            at = edit.after
    except Refused:
        return None
    return start, end

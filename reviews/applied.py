"""Where notes will stand whose suggestions were applied: on the very words that they asked for."""

from manuscripts.errors import Refused
from manuscripts.rendering import clean_input
from manuscripts.splicing import Change, tidy
from manuscripts.working import working_draft

from .applying import by_map, through
from .carrying import Plan, newest_anchor
from .edits import edits_of
from .models import Anchor, Edit


def stand_on_applied(prepared: Plan) -> None:
    """Puts the planned anchors of applied suggestions on their new words, wherever the aligner saw them: what was
    written where is known. Other sections, and words that a later edit changed again, stay as they were planned."""
    draft = prepared.draft
    source = draft if draft.working else working_draft(draft.manuscript)
    newest = draft.manuscript.open_draft
    chains: dict[int, list[Edit]] = {}
    for edit in edits_of(source).standing if source else []:
        chains.setdefault(edit.section_id, []).append(edit)
    if source is None or newest is None or not chains:
        return
    kept = dict(source.placements.filter(section__in=chains).values_list("section_id", "text_id"))
    places = {row.section_id: row for row in draft.placements.filter(section__in=chains)}
    planned = {anchor.thread_id: anchor for anchor in prepared.anchors}
    for section_id, chain in chains.items():
        place = places.get(section_id)
        if place is None or place.text_id != kept.get(section_id):
            continue
        for edit in chain:
            anchor = planned.get(edit.thread_id) if edit.thread is not None else None
            before = newest_anchor(edit.thread, newest) if anchor is not None else None
            words = _followed(before, chain, edit) if before is not None else None
            if anchor is None or words is None:
                continue
            anchor.chapter_id, anchor.section_id, anchor.text_id = place.chapter_id, section_id, place.text_id
            anchor.start, anchor.end = words
            anchor.near, anchor.fate, anchor.confidence = None, "edited", 1.0
            anchor.reason = "Changed as this note suggested"


def _followed(anchor: Anchor, chain: list[Edit], applied: Edit) -> tuple[int, int] | None:
    """The suggested words in the last text of the chain; None where nothing was put in, or it was changed again."""
    if anchor.text is None or anchor.start is None or anchor.end is None or applied.thread is None:
        return None
    at, start, end = anchor.text, anchor.start, anchor.end
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

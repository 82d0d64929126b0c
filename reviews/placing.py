"""What someone who puts a note in its place chooses from: the passages of the open draft closest to its words."""

from dataclasses import dataclass

from anchoring.closest import closest
from manuscripts.models import Draft, Placement
from manuscripts.permissions import Actor

from .carrying import newest_anchor
from .contents import numbered
from .desk import Passage
from .models import Anchor, Thread
from .presenting import around


@dataclass(frozen=True)
class Choice:
    """A passage on offer: its range in code points of the text, how like it is in per cent, its paragraph in three."""

    text_id: int
    start: int
    end: int
    percent: int
    chapter: str
    section: str
    passage: Passage


@dataclass(frozen=True)
class Placing:
    """`old` are the words that are looked for, in their paragraph, as they were in the draft `old_draft`; `chapter`
    is where the note can be kept without words."""

    anchor: Anchor | None
    old: Passage | None
    old_draft: Draft
    choices: list[Choice]
    chapter: Placement | None
    may_undo: bool


def placing_of(actor: Actor, thread: Thread, draft: Draft) -> Placing:
    """What can be chosen for a note on a passage; `draft` is the open one."""
    anchor = newest_anchor(thread, draft)
    stood = thread.anchors.filter(start__isnull=False, draft__number__lte=draft.number).select_related("text", "draft")
    last = stood.order_by("-draft__number", "-attempt").first()
    text, start, end = (last.text, last.start, last.end) if last else (thread.text, thread.start, thread.end)
    rows = Placement.objects.readable_by(actor, draft).select_related("chapter", "text")
    places = list(rows.defer("text__html", "text__markdown"))
    chapter_id = anchor.chapter_id if anchor else thread.chapter_id
    choices: list[Choice] = []
    if text is not None and start is not None and end is not None:
        choices = _choices(text.text, start, end, places, chapter_id, anchor)
    return Placing(
        anchor=anchor,
        old=_passage(text.text, start, end, 1000) if text and start is not None and end is not None else None,
        old_draft=last.draft if last else thread.draft,
        choices=choices,
        chapter=next((place for place in places if place.chapter_id == chapter_id), None),
        may_undo=anchor is not None and anchor.by == "hand" and anchor.attempt > 1,
    )


def _choices(
    old: str, start: int, end: int, places: list[Placement], chapter_id: int | None, anchor: Anchor | None
) -> list[Choice]:
    by_key = {str(place.pk): place for place in places}
    home = {str(place.pk) for place in places if place.chapter_id == chapter_id}
    found = closest(old, start, end, [(key, place.text.text) for key, place in by_key.items()], home)
    choices = []
    for candidate in found:
        place = by_key[candidate.key]
        here = anchor is not None and anchor.start is not None and anchor.section_id == place.section_id
        if here and candidate.start < anchor.end and anchor.start < candidate.end:
            continue  # there it stands already
        choices.append(
            Choice(
                text_id=place.text_id,
                start=candidate.start,
                end=candidate.end,
                percent=min(round(candidate.likeness * 100), 100),
                chapter=numbered(place.chapter_position, place.chapter_title),
                section=place.title if place.discipline_id else "",
                passage=_passage(place.text.text, candidate.start, candidate.end, 120),
            )
        )
    return choices


def _passage(text: str, start: int, end: int, most: int) -> Passage:
    """A range with what stands beside it in its paragraph, in three."""
    before, after = around(text, start, end, most)
    return Passage(before, text[start:end], after, text[start:end])

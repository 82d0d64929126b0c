"""What someone who puts a note in its place chooses from: what stands there instead of its words, and the passages of
the open draft closest to them."""

from dataclasses import dataclass

from anchoring.closest import closest
from manuscripts.models import Draft, Placement
from manuscripts.permissions import Actor

from .becoming import before_placing
from .carrying import newest_anchor
from .contents import numbered
from .desk import Passage
from .models import Anchor, Thread
from .presenting import around
from .querysets import closed_section_ids

LIKELY = 60  # per cent alike, from which the closest passage is the page's main action


@dataclass(frozen=True)
class Choice:
    """A passage on offer: its range in code points of the text, how like it is in per cent (None: it is what came in
    the place of the words that are gone), its paragraph in three."""

    text_id: int
    start: int
    end: int
    percent: int | None
    chapter: str
    section: str
    passage: Passage

    @property
    def likely(self) -> bool:
        return self.percent is not None and self.percent >= LIKELY


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
    last = _last_words(actor, thread, draft)
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
        may_undo=before_placing(thread.anchors.filter(draft=draft).order_by("attempt")) is not None,
    )


def _last_words(actor: Actor, thread: Thread, draft: Draft) -> Anchor | None:
    """Where the note last stood on words that the actor may read."""
    me = actor.membership_in(thread.manuscript_id)
    stood = thread.anchors.filter(start__isnull=False, draft__number__lte=draft.number).select_related("text", "draft")
    for draft_id, sections in (closed_section_ids(me) if me else {}).items():
        stood = stood.exclude(draft=draft_id, section__in=sections)
    return stood.order_by("-draft__number", "-attempt").first()


def _choices(
    old: str, start: int, end: int, places: list[Placement], chapter_id: int | None, anchor: Anchor | None
) -> list[Choice]:
    by_key = {str(place.pk): place for place in places}
    home = {str(place.pk) for place in places if place.chapter_id == chapter_id}
    found = closest(old, start, end, [(key, place.text.text) for key, place in by_key.items()], home)
    choices = []
    taken = None  # the section and range that are not offered again
    if anchor is not None and anchor.start is not None and anchor.end is not None:
        taken = (anchor.section_id, anchor.start, anchor.end)  # there it stands already
    elif anchor is not None and anchor.near is not None and anchor.near_end is not None:
        taken = (anchor.section_id, anchor.near, anchor.near_end)
        place = next((row for row in places if row.section_id == anchor.section_id), None)
        if place is not None and place.text_id == anchor.text_id:
            choices.append(_choice(place, anchor.near, anchor.near_end, None))
    for candidate in found:
        place = by_key[candidate.key]
        if taken and taken[0] == place.section_id and candidate.start < taken[2] and taken[1] < candidate.end:
            continue
        percent = min(round(candidate.likeness * 100), 100)
        choices.append(_choice(place, candidate.start, candidate.end, percent))
    return choices


def _choice(place: Placement, start: int, end: int, percent: int | None) -> Choice:
    return Choice(
        text_id=place.text_id,
        start=start,
        end=end,
        percent=percent,
        chapter=numbered(place.chapter_position, place.chapter_title),
        section=place.title if place.discipline_id else "",
        passage=_passage(place.text.text, start, end, 120),
    )


def _passage(text: str, start: int, end: int, most: int) -> Passage:
    """A range with what stands beside it in its paragraph, in three."""
    before, after = around(text, start, end, most)
    return Passage(before, text[start:end], after, text[start:end])

"""Notes whose words are back: what was lost or changed on the way from draft to draft is compared once more with the
words it belongs to, those it was written on or was last placed on by hand."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.utils.translation import gettext as _

from anchoring.align import Alignment, align
from anchoring.book import CarriedInBook, carry_book
from anchoring.carry import Carried, Range, carry
from manuscripts.maps import text_map
from manuscripts.models import Draft, Placement, SectionText

from .models import Anchor

if TYPE_CHECKING:
    from .carrying import Books

LEAST_RETURN = 0.7  # confidence from which changed words count as the ones that a lost note belongs to


@dataclass(frozen=True)
class Origin:
    """Where a note belongs: where it was written, else where it was last placed by hand.

    On words: text, start and end. On a whole section: no start. On a chapter: no section. `dropped`: nowhere, because
    someone detached it.
    """

    chapter_id: int | None
    section_id: int | None
    text_id: int | None
    start: int | None
    end: int | None
    dropped: bool = False

    @property
    def on_words(self) -> bool:
        return not self.dropped and self.text_id is not None and self.start is not None

    @property
    def on_section(self) -> bool:
        return not self.dropped and self.section_id is not None and self.start is None

    @property
    def on_chapter(self) -> bool:
        return not self.dropped and self.section_id is None


def origins_of(anchors: Sequence[Anchor], draft: Draft) -> dict[int, Origin]:
    """By thread, for notes that stand in `draft`; one query for what was placed by hand until then."""
    fields = ("chapter_id", "section_id", "text_id", "start", "end")
    result = {a.thread_id: Origin(*(getattr(a.thread, name) for name in fields)) for a in anchors}
    by_hand = Anchor.objects.filter(thread__manuscript=draft.manuscript_id, by="hand").values("thread")
    rows = Anchor.objects.filter(thread__in=by_hand, draft__number__lte=draft.number)
    newest: dict[tuple[int, int], tuple] = {}  # of each thread in each draft: what was undone does not count
    for thread, at, by, fate, *place in rows.order_by("draft__number", "attempt").values_list(
        "thread_id", "draft_id", "by", "fate", *fields
    ):
        newest[thread, at] = (by, fate, place)
    for (thread, _draft), (by, fate, place) in newest.items():
        if by == "hand" and thread in result:
            result[thread] = Origin(*place, dropped=fate == "detached")
    return result


def returned(
    books: Books, notes: Sequence[tuple[Anchor, Anchor, Origin]], tick: Callable[[], None]
) -> dict[int, Anchor]:
    """By thread: its anchor in the new draft where the words it belongs to stand there, better than `now` says.
    `notes` are where each stood before, where it would stand now, and where it belongs."""
    wanted = [(before, now, origin) for before, now, origin in notes if _may_return(before, now, origin)]
    texts = SectionText.objects.only("text").in_bulk({origin.text_id for _before, _now, origin in wanted})
    result: dict[int, Anchor] = {}
    lost: list[tuple[Anchor, Origin]] = []
    for before, now, origin in wanted:
        tick()
        text = texts[origin.text_id]
        place, found = _in_its_section(books, now, origin, text)
        back = place and found and _back(books, before, now, origin, text, place, found)
        if back:
            result[before.thread_id] = back
        elif before.fate == now.fate == "detached":
            lost.append((before, origin))
    for (before, origin), found in zip(lost, _elsewhere(books, lost, texts), strict=True):
        place = books.new_by_key[found.key] if found.key else None
        back = place and _back(books, before, None, origin, texts[origin.text_id], place, found)
        if back:
            result[before.thread_id] = back
    return result


def _may_return(before: Anchor, now: Anchor, origin: Origin) -> bool:
    """Whether its words are worth looking for. Of a note that stands on the text it belongs to, nothing more can be
    said; where the text it stood on is the same, nothing came back."""
    if not origin.on_words:
        return False
    if before.fate == "detached":
        return True
    return before.text_id != origin.text_id and before.text_id != now.text_id


def _in_its_section(
    books: Books, now: Anchor, origin: Origin, text: SectionText
) -> tuple[Placement | None, Carried | None]:
    """The words in the section they stood in or, where that is gone, in one that came to have its very text."""
    place = books.new_by_section.get(origin.section_id)
    homes = books.new_by_text.get(text.pk, [])
    if len(homes) == 1 and text.pk not in books.old_texts:
        place = homes[0]
    if place is None or (now.start is not None and now.text_id != place.text_id):
        return None, None
    words = text.text[origin.start : origin.end]
    if now.start is not None and place.text_id != text.pk and place.text.text[now.start : now.end] == words:
        return None, None  # they are the words it stands on
    (found,) = carry(text_map(text, place.text), [Range(origin.start, origin.end)])
    return place, found


def _back(
    books: Books,
    before: Anchor,
    now: Anchor | None,
    origin: Origin,
    text: SectionText,
    place: Placement,
    found: Carried | CarriedInBook,
) -> Anchor | None:
    """The anchor on what was found, if that is certain enough."""
    if found.start is None or found.end is None:
        return None
    exact = place.text.text[found.start : found.end] == text.text[origin.start : origin.end]
    if now is not None and now.start is not None and place.text_id != text.pk:
        # Two ways lead to the same words: then the original says how far they reach.
        if not (exact and now.start < found.end and found.start < now.end):
            return None
    elif not exact and found.confidence < LEAST_RETURN:
        return None
    moved = place.chapter_id != origin.chapter_id
    return Anchor(
        thread=before.thread,
        draft=books.new,
        chapter_id=place.chapter_id,
        section_id=place.section_id,
        text_id=place.text_id,
        start=found.start,
        end=found.end,
        fate="moved" if found.fate == "kept" and moved else found.fate,
        confidence=round(found.confidence, 4),
        reason=_("Its words are back") if exact else found.reason[:200],
    )


def _elsewhere(
    books: Books, lost: Sequence[tuple[Anchor, Origin]], texts: dict[int, SectionText]
) -> list[CarriedInBook]:
    """The paragraphs of notes without a place, looked for in those of the new draft that nothing of the old one
    became."""
    if not lost:
        return []
    lines: dict[str, dict[tuple[int, int], int]] = defaultdict(dict)  # paragraphs by the key of a text made of them
    parts: dict[str, str] = defaultdict(str)
    ranges: list[tuple[str, int, int]] = []
    for _before, origin in lost:
        text = texts[origin.text_id].text
        first = text.rfind("\n", 0, origin.start) + 1
        last = text.find("\n", origin.end)
        last = len(text) if last < 0 else last
        key = f" {origin.text_id}"  # no section has such a key
        if (first, last) not in lines[key]:
            lines[key][first, last] = len(parts[key])
            parts[key] += text[first:last] + "\n"
        shift = lines[key][first, last] - first
        ranges.append((key, origin.start + shift, origin.end + shift))
    made = {key: ("", words) for key, words in parts.items()}

    def aligned(key: str, home: str) -> Alignment:
        return align(parts[key], books.new_changed[home][1]) if key in parts else books.aligned(key, home)

    return carry_book({**books.old_changed, **made}, books.new_changed, ranges, aligned=aligned)

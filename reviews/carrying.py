"""Notes keep their place: from the draft that readers see to the one that is about to open.

`plan` computes, outside any transaction, where each note of the open draft will stand in the next; `store` writes it
in the caller's short transaction and carries what was posted since. Sections whose words are the same keep their
notes without any computing; the others are aligned by `anchoring.book`, book against book, and the maps of their texts
are kept. What was lost or changed on the way is compared once more with the words the note was written on, or was
placed on by hand: a text that returns gets its notes back.
"""

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field

from django.utils.translation import gettext as _

from anchoring.align import Alignment
from anchoring.book import CarriedInBook, carry_book
from anchoring.diff import Change, changes, in_place_of
from anchoring.near import where_stood
from manuscripts.maps import text_map
from manuscripts.models import Draft, Placement

from .models import Anchor, Thread
from .returning import Origin, origins_of, returned

FATES = ("kept", "moved", "edited", "detached")
MORE_THAN_A_LINE = 60  # characters of a text that says by itself which section it is


def newest_anchor(thread: Thread, draft: Draft) -> Anchor | None:
    """Where the thread stands in that draft: its newest attempt."""
    return thread.anchors.filter(draft=draft).order_by("-attempt").first()


def standing_anchors(draft: Draft) -> list[Anchor]:
    """The newest anchor in `draft` of each note on a passage that still exists, one query."""
    rows = Anchor.objects.filter(draft=draft, thread__in=Thread.objects.existing())
    rows = rows.select_related("thread").order_by("attempt")
    return list({anchor.thread_id: anchor for anchor in rows}.values())


def _placements(draft: Draft) -> list[Placement]:
    rows = draft.placements.select_related("section", "text")
    return list(rows.defer("text__html", "text__markdown"))


@dataclass
class Plan:
    """Where notes will stand in `draft`; `before` holds the anchors it was computed from, by thread."""

    draft: Draft
    anchors: list[Anchor] = field(default_factory=list)
    before: dict[int, Anchor] = field(default_factory=dict)

    def counts(self) -> dict[str, int]:
        """How many notes will be kept, moved, edited, detached."""
        fates = Counter(anchor.fate for anchor in self.anchors)
        return {fate: fates[fate] for fate in FATES}


@dataclass
class Books:
    """Two drafts side by side. `same` says for old sections, by id, where their very words stand in the new draft;
    `*_changed` are the others, by key: title and text."""

    old: Draft
    new: Draft

    def __post_init__(self) -> None:
        self.old_rows, self.new_rows = _placements(self.old), _placements(self.new)
        self.compared: dict[tuple[str, str], list[Change]] = {}
        self.old_by_key = {row.section.key: row for row in self.old_rows}
        self.old_by_section = {row.section_id: row for row in self.old_rows}
        self.old_texts = {row.text_id for row in self.old_rows}
        self.new_by_text: dict[int, list[Placement]] = defaultdict(list)
        for row in self.new_rows:
            self.new_by_text[row.text_id].append(row)
        self.new_by_key = {row.section.key: row for row in self.new_rows}
        self.new_by_section = {row.section_id: row for row in self.new_rows}
        self.new_by_chapter: dict[int, Placement] = {}
        for row in self.new_rows:
            self.new_by_chapter.setdefault(row.chapter_id, row)
        self.same = self._same_words()
        taken = {place.section_id for place in self.same.values()}
        self.old_changed = {
            r.section.key: (r.title, r.text.text) for r in self.old_rows if r.section_id not in self.same
        }
        self.new_changed = {r.section.key: (r.title, r.text.text) for r in self.new_rows if r.section_id not in taken}

    def _same_words(self) -> dict[int, Placement]:
        """In the same section; else in the only other one that came to have them, where they are more than a line:
        of sections with equal words nobody knows which became which."""
        same: dict[int, Placement] = {}
        for row in self.old_rows:
            place = self.new_by_section.get(row.section_id)
            if place and place.text_id == row.text_id:
                same[row.section_id] = place
        homes: dict[int, list[Placement]] = defaultdict(list)
        for row in self.new_rows:
            if row.section_id not in same:
                homes[row.text_id].append(row)
        left = Counter(row.text_id for row in self.old_rows if row.section_id not in same)
        for row in self.old_rows:
            alone = left[row.text_id] == len(homes[row.text_id]) == 1 and len(row.text.text) >= MORE_THAN_A_LINE
            if row.section_id not in same and alone:
                same[row.section_id] = homes[row.text_id][0]
        return same

    def aligned(self, key: str, home: str) -> Alignment:
        """The map of an old section's text and a new one's, kept."""
        return text_map(self.old_by_key[key].text, self.new_by_key[home].text)

    def instead(self, anchor: Anchor, home: str) -> tuple[int, int] | None:
        """The words of the new section `home` that came in the place of those the note stood on."""
        key = self.old_by_section[anchor.section_id].section.key
        if (key, home) not in self.compared:
            self.compared[key, home] = changes(self.aligned(key, home))
        text = self.new_by_key[home].text.text
        return in_place_of(self.compared[key, home], text, anchor.start, anchor.end)

    def stood(self, section_id: int | None, chapter_id: int | None) -> tuple[Placement | None, int | None]:
        """Where a section that is gone stood: after the one before it that is still in its chapter, else before the
        one after it; the offset there. (None, None) where the chapter is gone too."""
        beside = [row for row in self.old_rows if row.chapter_id == chapter_id]
        at = next((i for i, row in enumerate(beside) if row.section_id == section_id), len(beside))
        for row in reversed(beside[:at]):
            if (place := self.new_by_section.get(row.section_id)) and place.chapter_id == chapter_id:
                return place, len(place.text.text)
        for row in beside[at + 1 :]:
            if (place := self.new_by_section.get(row.section_id)) and place.chapter_id == chapter_id:
                return place, 0
        first = self.new_by_chapter.get(chapter_id) if chapter_id else None
        return (first, 0) if first else (None, None)


def plan(
    old: Draft,
    new: Draft,
    tick: Callable[[], None] = lambda: None,
    progress: Callable[[float], None] = lambda share: None,
    anchors: Iterable[Anchor] | None = None,
) -> Plan:
    """Where the notes that stand in `old` will stand in `new`. `tick` is called now and then and may raise to stop;
    `progress` is called with 0-1."""
    rows = standing_anchors(old) if anchors is None else list(anchors)
    books = Books(old, new)
    result = Plan(new, before={anchor.thread_id: anchor for anchor in rows})
    origins = origins_of(rows, old)
    carried: dict[int, Anchor] = {}
    to_align: list[Anchor] = []
    for anchor in rows:
        tick()
        easily = _without_alignment(books, anchor, origins[anchor.thread_id])
        if easily is not None:
            carried[anchor.pk] = easily
        else:
            to_align.append(anchor)
    ranges = [(books.old_by_section[a.section_id].section.key, a.start, a.end) for a in to_align]

    def text_done(share: float) -> None:
        tick()
        progress(0.8 * share)

    if ranges:
        found = carry_book(books.old_changed, books.new_changed, ranges, text_done, books.aligned)
        for anchor, each in zip(to_align, found, strict=True):
            carried[anchor.pk] = _aligned(books, anchor, each)
    back = returned(books, [(a, carried[a.pk], origins[a.thread_id]) for a in rows], tick)
    result.anchors = [back.get(anchor.thread_id) or carried[anchor.pk] for anchor in rows]
    progress(1.0)
    return result


def new_anchor(draft: Draft, anchor: Anchor, place: Placement | None, **fields) -> Anchor:
    """An unsaved anchor of the same thread in that draft, at `place`; without one in the chapter where it was."""
    row = Anchor(thread=anchor.thread, draft=draft, chapter_id=anchor.chapter_id, **fields)
    if place is not None:
        row.chapter_id, row.section_id, row.text_id = place.chapter_id, place.section_id, place.text_id
    return row


def _without_alignment(books: Books, anchor: Anchor, origin: Origin) -> Anchor | None:
    """Carried because the text is the same, or because no words are marked; None where texts must be compared."""
    if anchor.fate == "detached":
        return _still_detached(books, anchor, origin)
    if anchor.section_id is None:
        return _on_chapter(books, anchor)
    place = books.same.get(anchor.section_id)
    if place is None:
        return None if anchor.start is not None else _whole_section(books, anchor, origin)
    moved = place.chapter_id != anchor.chapter_id
    fate = "moved" if moved else "kept"
    reason = _("Its section moved to another chapter") if moved else ""
    return new_anchor(books.new, anchor, place, start=anchor.start, end=anchor.end, fate=fate, reason=reason)


def _still_detached(books: Books, anchor: Anchor, origin: Origin) -> Anchor:
    """Detached where it was, between what still stands beside it; a note that belongs to a whole section or chapter
    is back where that is."""
    if origin.on_chapter and origin.chapter_id in books.new_by_chapter:
        row = Anchor(thread=anchor.thread, draft=books.new, chapter_id=origin.chapter_id, by="hand")
        row.fate, row.reason = "kept", _("Its chapter is back")
        return row
    back = books.new_by_section.get(origin.section_id) if origin.on_section else None
    if back is not None:
        if back.text_id == origin.text_id:
            return new_anchor(books.new, anchor, back, fate="kept", reason=_("Its words are back"))
        return new_anchor(books.new, anchor, back, fate="edited", reason=_("Its section is back, with other words"))
    near: int | None
    near_end: int | None = None
    place = books.new_by_section.get(anchor.section_id)
    if place is None:
        place, near = books.stood(anchor.section_id, anchor.chapter_id)
    elif place.text_id == anchor.text_id or anchor.near is None:
        near, near_end = anchor.near, anchor.near_end
    else:
        near = where_stood(text_map(books.old_by_section[anchor.section_id].text, place.text), anchor.near)
    fields = {"near": near, "near_end": near_end, "confidence": 1, "reason": anchor.reason, "by": anchor.by}
    return new_anchor(books.new, anchor, place, fate="detached", **fields)


def _on_chapter(books: Books, anchor: Anchor) -> Anchor:
    """A note that was put on a whole chapter by hand stays on it while the chapter stands."""
    if anchor.chapter_id in books.new_by_chapter:
        return new_anchor(books.new, anchor, None, fate="kept", reason=anchor.reason, by="hand")
    return new_anchor(books.new, anchor, None, fate="detached", reason=_("Its chapter was removed"))


def _whole_section(books: Books, anchor: Anchor, origin: Origin) -> Anchor:
    """A note on a whole section stays with the section, whatever its words became."""
    place = books.new_by_section.get(anchor.section_id)
    if place and origin.on_section and place.text_id == origin.text_id:
        return new_anchor(books.new, anchor, place, fate="kept", reason=_("Its words are back"))
    if place:
        return new_anchor(books.new, anchor, place, fate="edited", reason=_("The words of its section changed"))
    place, near = books.stood(anchor.section_id, anchor.chapter_id)
    return new_anchor(books.new, anchor, place, near=near, fate="detached", reason=_("Its section was removed"))


def _aligned(books: Books, anchor: Anchor, found: CarriedInBook) -> Anchor:
    """What the aligner found, as an anchor; a place in another chapter is a move."""
    place = books.new_by_key.get(found.key) if found.key else None
    near, fate, reason = found.near, found.fate, found.reason
    near_end: int | None = None
    if place is None:
        place, near = books.stood(anchor.section_id, anchor.chapter_id)
    elif fate == "kept" and place.chapter_id != anchor.chapter_id:
        fate, reason = "moved", _("Its section moved to another chapter")
    elif fate == "detached" and found.key and (came := books.instead(anchor, found.key)):
        near, near_end = came
    return new_anchor(
        books.new,
        anchor,
        place,
        start=found.start,
        end=found.end,
        near=near,
        near_end=near_end,
        fate=fate,
        confidence=round(found.confidence, 4),
        reason=reason[:200],
    )


def carry_one(anchor: Anchor, draft: Draft) -> Anchor:
    """Carries one note at once, from where it was just written on an older draft to `draft`; stored."""
    (carried,) = plan(anchor.draft, draft, anchors=[anchor]).anchors
    carried.save()
    return carried


def store(prepared: Plan, old: Draft) -> dict[str, int]:
    """Writes the plan, and carries what was posted or moved on `old` since it was computed. In the caller's
    transaction; returns the counts by fate."""
    seen = {anchor.pk for anchor in prepared.before.values()}
    late = [anchor for anchor in standing_anchors(old) if anchor.pk not in seen]
    if late:
        again = {anchor.thread_id for anchor in late}
        extra = plan(old, prepared.draft, anchors=late)
        prepared.anchors = [a for a in prepared.anchors if a.thread_id not in again] + extra.anchors
    gone = {a.thread_id for a in prepared.anchors} - set(
        Thread.objects.filter(pk__in=[a.thread_id for a in prepared.anchors]).existing().values_list("pk", flat=True)
    )
    prepared.anchors = [a for a in prepared.anchors if a.thread_id not in gone]
    Anchor.objects.bulk_create(prepared.anchors, batch_size=500)
    return prepared.counts()

"""Notes keep their place: from the draft that readers see to the one that is about to open.

`plan` computes, outside any transaction, where each note of the open draft will stand in the next; `store` writes it
in the caller's short transaction and carries what was posted since. Sections whose words are the same keep their
notes without any computing; the others are aligned by `anchoring.book`, book against book.
"""

from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field

from django.utils.translation import gettext as _

from anchoring.book import CarriedInBook, carry_book
from manuscripts.models import Draft, Placement

from .models import Anchor, Thread

FATES = ("kept", "moved", "edited", "detached")


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
    """Where notes will stand in `draft`; `seen` holds the ids of the anchors it was computed from."""

    draft: Draft
    anchors: list[Anchor] = field(default_factory=list)
    seen: set[int] = field(default_factory=set)

    def counts(self) -> dict[str, int]:
        """How many notes will be kept, moved, edited, detached."""
        fates = Counter(anchor.fate for anchor in self.anchors)
        return {fate: fates[fate] for fate in FATES}


@dataclass
class _Books:
    """Two drafts side by side. `changed_*` are the sections whose words do not stand in the other draft."""

    old: Draft
    new: Draft

    def __post_init__(self) -> None:
        old, new = _placements(self.old), _placements(self.new)
        self.old_by_text = {row.text_id: row for row in old}
        self.new_by_key = {row.section.key: row for row in new}
        self.new_by_section = {row.section_id: row for row in new}
        self.new_by_text = {row.text_id: row for row in new}
        self.new_by_chapter: dict[int, Placement] = {}
        for row in new:
            self.new_by_chapter.setdefault(row.chapter_id, row)
        self.old_changed = {r.section.key: (r.title, r.text.text) for r in old if r.text_id not in self.new_by_text}
        self.new_changed = {r.section.key: (r.title, r.text.text) for r in new if r.text_id not in self.old_by_text}
        self.old_by_section = {row.section_id: row for row in old}

    def unchanged(self, anchor: Anchor) -> Placement | None:
        """The place in the new draft where the anchor's very text stands: the same section's if it does there."""
        same = self.new_by_section.get(anchor.section_id)
        if same and same.text_id == anchor.text_id:
            return same
        return self.new_by_text.get(anchor.text_id)


def plan(
    old: Draft, new: Draft, anchors: Iterable[Anchor] | None = None, tick: Callable[[], None] = lambda: None
) -> Plan:
    """Where the notes that stand in `old` will stand in `new`. `tick` is called now and then and may raise to stop."""
    rows = standing_anchors(old) if anchors is None else list(anchors)
    books = _Books(old, new)
    result = Plan(new, seen={anchor.pk for anchor in rows})
    to_align: list[Anchor] = []
    for anchor in rows:
        tick()
        carried = _without_alignment(books, anchor)
        if carried is not None:
            result.anchors.append(carried)
        elif anchor.start is None or anchor.end is None:
            result.anchors.append(_whole_section(books, anchor))
        else:
            to_align.append(anchor)
    ranges = [(books.old_by_section[a.section_id].section.key, a.start, a.end) for a in to_align]
    if ranges:
        tick()
        carried_ranges = carry_book(books.old_changed, books.new_changed, ranges, progress=lambda _share: tick())
        for anchor, found in zip(to_align, carried_ranges, strict=True):
            result.anchors.append(_aligned(books, anchor, found))
    return result


def _new(books: _Books, anchor: Anchor, place: Placement | None, **fields) -> Anchor:
    """An unsaved anchor of the same thread in the new draft, at `place`."""
    row = Anchor(thread=anchor.thread, draft=books.new, **fields)
    if place is not None:
        row.chapter_id, row.section_id, row.text_id = place.chapter_id, place.section_id, place.text_id
    return row


def _without_alignment(books: _Books, anchor: Anchor) -> Anchor | None:
    """Carried because the text is the same, or because the note was detached; None where texts must be compared."""
    if anchor.fate == "detached":
        return _still_detached(books, anchor)
    place = books.unchanged(anchor)
    if place is None:
        return None
    moved = place.chapter_id != anchor.chapter_id
    fate = "moved" if moved else "kept"
    reason = _("Its section moved to another chapter") if moved else ""
    return _new(books, anchor, place, start=anchor.start, end=anchor.end, fate=fate, reason=reason)


def _still_detached(books: _Books, anchor: Anchor) -> Anchor:
    """Back on its words where the text it was written on has returned; else detached near the same place."""
    thread = anchor.thread
    if anchor.by != "hand" and thread.text_id in books.new_by_text:
        place = books.new_by_text[thread.text_id]
        return _new(
            books, anchor, place, start=thread.start, end=thread.end, fate="kept", reason=_("Its words are back")
        )
    place = books.new_by_section.get(anchor.section_id) or books.new_by_chapter.get(anchor.chapter_id)
    near = min(anchor.near or 0, len(place.text.text)) if place and place.section_id == anchor.section_id else None
    return _new(books, anchor, place, near=near, fate="detached", confidence=1, reason=anchor.reason, by=anchor.by)


def _whole_section(books: _Books, anchor: Anchor) -> Anchor:
    """A note on a whole section stays with the section, whatever its words became."""
    place = books.new_by_section.get(anchor.section_id)
    if place:
        return _new(books, anchor, place, fate="edited", confidence=1, reason=_("The words of its section changed"))
    near = books.new_by_chapter.get(anchor.chapter_id)
    return _new(books, anchor, near, fate="detached", confidence=1, reason=_("Its section was removed"))


def _aligned(books: _Books, anchor: Anchor, found: CarriedInBook) -> Anchor:
    """What the aligner found, as an anchor; a place in another chapter is a move."""
    place = books.new_by_key.get(found.key) if found.key else None
    if place is None:
        place = books.new_by_section.get(anchor.section_id) or books.new_by_chapter.get(anchor.chapter_id)
    fate = found.fate
    if fate == "kept" and place and place.chapter_id != anchor.chapter_id:
        fate = "moved"
    return _new(
        books,
        anchor,
        place,
        start=found.start,
        end=found.end,
        near=found.near,
        fate=fate,
        confidence=round(found.confidence, 4),
        reason=found.reason[:200],
    )


def carry_one(anchor: Anchor, draft: Draft) -> Anchor:
    """Carries one note at once, from where it was just written on an older draft to `draft`; stored."""
    (carried,) = plan(anchor.draft, draft, [anchor]).anchors
    carried.save()
    return carried


def store(prepared: Plan, old: Draft) -> dict[str, int]:
    """Writes the plan, and carries what was posted or moved on `old` since it was computed. In the caller's
    transaction; returns the counts by fate."""
    late = [anchor for anchor in standing_anchors(old) if anchor.pk not in prepared.seen]
    if late:
        again = {anchor.thread_id for anchor in late}
        extra = plan(old, prepared.draft, late)
        prepared.anchors = [a for a in prepared.anchors if a.thread_id not in again] + extra.anchors
    gone = {a.thread_id for a in prepared.anchors} - set(
        Thread.objects.filter(pk__in=[a.thread_id for a in prepared.anchors]).existing().values_list("pk", flat=True)
    )
    prepared.anchors = [a for a in prepared.anchors if a.thread_id not in gone]
    Anchor.objects.bulk_create(prepared.anchors, batch_size=500)
    return prepared.counts()

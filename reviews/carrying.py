"""Notes keep their place: from the draft that readers see to the one that is about to open.

`plan` computes, outside any transaction, where each note of the open draft will stand in the next; `store` writes it
in the caller's short transaction and carries what was posted since. Sections whose words are the same keep their
notes without any computing; the others are aligned by `anchoring.book`, book against book, and the maps of their texts
are kept. What was lost or changed on the way is compared once more with the words the note was written on, or was
placed on by hand: a text that returns gets its notes back.
"""

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field

from django.utils.translation import gettext as _

from anchoring.align import Alignment
from anchoring.book import CarriedInBook, carry_book
from anchoring.carry import Carried, Range, carry
from manuscripts.maps import text_map
from manuscripts.models import Draft, Placement, SectionText

from .models import Anchor, Thread

FATES = ("kept", "moved", "edited", "detached")
LEAST_RETURN = 0.7  # confidence from which changed words count as the ones that a lost note was written on


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
        self.old_by_key = {row.section.key: row for row in old}
        self.old_changed = {r.section.key: (r.title, r.text.text) for r in old if r.text_id not in self.new_by_text}
        self.new_changed = {r.section.key: (r.title, r.text.text) for r in new if r.text_id not in self.old_by_text}
        self.old_by_section = {row.section_id: row for row in old}

    def unchanged(self, anchor: Anchor) -> Placement | None:
        """The place in the new draft where the anchor's very text stands: the same section's if it does there."""
        same = self.new_by_section.get(anchor.section_id)
        if same and same.text_id == anchor.text_id:
            return same
        return self.new_by_text.get(anchor.text_id)

    def aligned(self, key: str, home: str) -> Alignment:
        """The map of an old section's text and a new one's, kept."""
        return text_map(self.old_by_key[key].text, self.new_by_key[home].text)


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
    books = _Books(old, new)
    result = Plan(new, seen={anchor.pk for anchor in rows})
    carried: dict[int, Anchor] = {}
    to_align: list[Anchor] = []
    for anchor in rows:
        tick()
        easily = _without_alignment(books, anchor)
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
    returned = _Returns(books, [(anchor, carried[anchor.pk]) for anchor in rows])
    result.anchors = [returned.better(anchor, carried[anchor.pk]) for anchor in rows]
    progress(1.0)
    return result


def _new(books: _Books, anchor: Anchor, place: Placement | None, **fields) -> Anchor:
    """An unsaved anchor of the same thread in the new draft, at `place`."""
    row = Anchor(thread=anchor.thread, draft=books.new, **fields)
    if place is not None:
        row.chapter_id, row.section_id, row.text_id = place.chapter_id, place.section_id, place.text_id
    return row


def _without_alignment(books: _Books, anchor: Anchor) -> Anchor | None:
    """Carried because the text is the same, or because no words are marked; None where texts must be compared."""
    if anchor.fate == "detached":
        return _still_detached(books, anchor)
    if anchor.section_id is None:
        return _on_chapter(books, anchor)
    place = books.unchanged(anchor)
    if place is None:
        return None if anchor.start is not None else _whole_section(books, anchor)
    moved = place.chapter_id != anchor.chapter_id
    fate = "moved" if moved else "kept"
    reason = _("Its section moved to another chapter") if moved else ""
    return _new(books, anchor, place, start=anchor.start, end=anchor.end, fate=fate, reason=reason)


def _still_detached(books: _Books, anchor: Anchor) -> Anchor:
    """Detached near the place where it was; a note on a whole section is back where the section is."""
    thread = anchor.thread
    back = books.new_by_section.get(thread.section_id) if thread.start is None and anchor.by != "hand" else None
    if back is not None:
        if back.text_id == thread.text_id:
            return _new(books, anchor, back, fate="kept", reason=_("Its words are back"))
        return _new(books, anchor, back, fate="edited", reason=_("Its section is back, with other words"))
    place = books.new_by_section.get(anchor.section_id) or books.new_by_chapter.get(anchor.chapter_id)
    near = min(anchor.near or 0, len(place.text.text)) if place and place.section_id == anchor.section_id else None
    return _new(books, anchor, place, near=near, fate="detached", confidence=1, reason=anchor.reason, by=anchor.by)


def _on_chapter(books: _Books, anchor: Anchor) -> Anchor:
    """A note that was put on a whole chapter by hand stays on it while the chapter stands."""
    row = Anchor(thread=anchor.thread, draft=books.new, chapter_id=anchor.chapter_id, fate="kept", reason=anchor.reason)
    if anchor.chapter_id not in books.new_by_chapter:
        row.fate, row.reason = "detached", _("Its chapter was removed")
    return row


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


@dataclass(frozen=True)
class _Origin:
    """The words a note belongs to: those it was written on, or was last placed on by hand."""

    chapter_id: int
    section_id: int
    section_key: str
    text: SectionText
    start: int
    end: int


class _Returns:
    """What has become of the original words of notes that were lost or changed on the way."""

    def __init__(self, books: _Books, pairs: Sequence[tuple[Anchor, Anchor]]) -> None:
        self.books = books
        wanted = [before.thread for before, now in pairs if _may_return(before, now)]
        self.origins = _origins([thread.pk for thread in wanted])
        self.elsewhere = self._in_new_sections()

    def better(self, before: Anchor, now: Anchor) -> Anchor:
        """`now`, or the place of the original words where they are there again."""
        origin = self.origins.get(before.thread_id)
        if origin is None:
            return now
        place, found = self._find(before.thread_id, origin)
        if place is None or found is None or found.start is None or found.end is None:
            return now
        exact = place.text.text[found.start : found.end] == origin.text.text[origin.start : origin.end]
        if now.fate != "detached":
            # Two ways lead to the same words: then the original says how far they reach.
            same = now.text_id == place.text_id and now.start < found.end and found.start < now.end
            if not (same and exact):
                return now
        elif not exact and found.confidence < LEAST_RETURN:
            return now
        fate = found.fate
        if fate == "kept" and place.chapter_id != origin.chapter_id:
            fate = "moved"
        fields = {"start": found.start, "end": found.end, "fate": fate, "confidence": round(found.confidence, 4)}
        reason = _("Its words are back") if exact else found.reason[:200]
        return _new(self.books, before, place, **fields, reason=reason)

    def _find(self, thread_id: int, origin: _Origin) -> tuple[Placement | None, Carried | CarriedInBook | None]:
        books = self.books
        place = books.new_by_text.get(origin.text.pk) or books.new_by_section.get(origin.section_id)
        if place is not None:
            (found,) = carry(text_map(origin.text, place.text), [Range(origin.start, origin.end)])
            return place, found
        elsewhere = self.elsewhere.get(thread_id)
        return (books.new_by_key[elsewhere.key], elsewhere) if elsewhere and elsewhere.key else (None, None)

    def _in_new_sections(self) -> dict[int, CarriedInBook]:
        """Originals whose section stands no more, looked for in the sections that nothing became."""
        books = self.books
        lost = {
            pk: origin
            for pk, origin in self.origins.items()
            if origin.section_id not in books.new_by_section and origin.text.pk not in books.new_by_text
        }
        new = {
            key: words
            for key, words in books.new_changed.items()
            if books.new_by_key[key].section_id not in books.old_by_section
        }
        if not lost or not new:
            return {}
        keys = {pk: f"{origin.section_key} {origin.text.pk}" for pk, origin in lost.items()}
        old = {keys[pk]: ("", origin.text.text) for pk, origin in lost.items()}
        found = carry_book(old, new, [(keys[pk], origin.start, origin.end) for pk, origin in lost.items()])
        return dict(zip(lost, found, strict=True))


def _may_return(before: Anchor, now: Anchor) -> bool:
    """Whether the original words are worth looking for: none marked, or put aside by hand, never return."""
    if before.thread.start is None and before.by != "hand":
        return False
    if before.fate == "detached":
        return before.by != "hand"
    return now.fate == "detached" or before.fate == "edited" or now.fate == "edited"


def _origins(thread_ids: Sequence[int]) -> dict[int, _Origin]:
    """By thread: two queries, and the texts."""
    if not thread_ids:
        return {}
    fields = ["chapter_id", "section_id", "section__key", "text_id", "start", "end"]
    written = Thread.objects.filter(pk__in=thread_ids, start__isnull=False)
    rows = {pk: rest for pk, *rest in written.values_list("pk", *fields)}
    placed = Anchor.objects.filter(thread__in=thread_ids, by="hand", start__isnull=False)
    for pk, *rest in placed.order_by("draft__number", "attempt").values_list("thread_id", *fields):
        rows[pk] = rest
    texts = SectionText.objects.only("text").in_bulk({row[3] for row in rows.values()})
    return {pk: _Origin(*place, texts[text], start, end) for pk, (*place, text, start, end) in rows.items()}


def carry_one(anchor: Anchor, draft: Draft) -> Anchor:
    """Carries one note at once, from where it was just written on an older draft to `draft`; stored."""
    (carried,) = plan(anchor.draft, draft, anchors=[anchor]).anchors
    carried.save()
    return carried


def store(prepared: Plan, old: Draft) -> dict[str, int]:
    """Writes the plan, and carries what was posted or moved on `old` since it was computed. In the caller's
    transaction; returns the counts by fate."""
    late = [anchor for anchor in standing_anchors(old) if anchor.pk not in prepared.seen]
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

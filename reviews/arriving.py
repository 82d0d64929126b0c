"""What of the change list has arrived in a draft on its way in, and the notes that the draft would change.

A suggestion is in where its replacement stands in the place of its words, between what stood around them; that it
stands anywhere else says nothing.
"""

from bisect import bisect_left, bisect_right
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from functools import cache
from typing import Any

from django.utils import timezone

from anchoring.align import Alignment
from manuscripts.formats.docx_places import BLANKS, alike
from manuscripts.manuscripts import record_event
from manuscripts.maps import text_map
from manuscripts.models import Draft, Membership, Placement, SectionText
from manuscripts.permissions import Actor

from .carrying import standing_anchors
from .changelist import Passage, clipped, on_list, order_in, passage_of
from .desk import add_passages
from .models import Anchor, Decision, Thread
from .note_cards import Card, Cards
from .presenting import present

AROUND = 30  # characters beside a replacement that must stand beside it in the new draft
LEAST_AROUND = 12  # of them, unless the paragraph is shorter
KINDS = ("in", "changed", "missing")


def arrived(before: Draft, draft: Draft, anchors: Iterable[Anchor]) -> dict[str, list[int]]:
    """The change list of the open draft `before` against `draft`, where `anchors` say where notes would stand:
    ids of the notes whose replacement is `in`, whose words `changed` otherwise, and those that are `missing`."""
    listed = Thread.objects.existing().filter(manuscript=draft.manuscript_id, withdrawn=None)
    listed = listed.filter(decision__decision="will_change")
    wanted = dict(listed.order_by("pk").values_list("pk", "replacement"))
    was = {anchor.thread_id: anchor for anchor in standing_anchors(before) if anchor.thread_id in wanted}
    now = {anchor.thread_id: anchor for anchor in anchors if anchor.thread_id in wanted}
    rows = [*was.values(), *now.values()]
    texts = SectionText.objects.only("text").in_bulk({a.text_id for a in rows if a.text_id})
    others: dict[int, list[tuple[int, int, str]]] = {}
    for pk, anchor in was.items():
        if wanted[pk] is not None and anchor.start is not None:
            others.setdefault(anchor.text_id, []).append((anchor.start, anchor.end, wanted[pk]))

    @cache
    def mapped(old_id: int, new_id: int) -> Alignment:
        return text_map(texts[old_id], texts[new_id])

    found: dict[str, list[int]] = {kind: [] for kind in KINDS}
    for pk, replacement in wanted.items():
        old, new = was.get(pk), now.get(pk)
        kind = "missing"
        if old is not None and new is not None and old.fate != "detached":
            if replacement is not None and _is_in(old, new, replacement, mapped, others):
                kind = "in"
            elif new.fate in ("edited", "detached"):
                kind = "changed"
        found[kind].append(pk)
    return found


def _is_in(
    old: Anchor,
    new: Anchor,
    replacement: str,
    mapped: Callable[[int, int], Alignment],
    others: dict[int, list[tuple[int, int, str]]],
) -> bool:
    if old.start is None or old.end is None or new.text_id is None or old.text_id == new.text_id:
        return False
    at = new.start if new.start is not None else new.near
    map_ = mapped(old.text_id, new.text_id)
    return stands(map_, old.start, old.end, replacement, others.get(old.text_id, ()), at)


def stands(
    mapped: Alignment,
    start: int,
    end: int,
    replacement: str,
    others: Sequence[tuple[int, int, str]] = (),
    at: int | None = None,
) -> bool:
    """Whether `replacement` stands in the new text of `mapped` where `start:end` stood in the old one. `others` are
    changes of the old text that may have been made beside it; `at` is where the words were carried to."""
    if not mapped.complete:
        return False
    if _between_neighbours(mapped, start, end, replacement):
        return True
    block = _block_at(mapped.new_text, at) if at is not None else ""
    apart = [each for each in others if each[1] <= start or end <= each[0]]
    return any(_in_block(mapped.old_text, start, end, replacement, chosen, block) for chosen in ([], apart))


def _between_neighbours(mapped: Alignment, start: int, end: int, replacement: str) -> bool:
    """The word before and the word after still stand, and between them just what was wanted."""
    old, new, to = mapped.old, mapped.new, mapped.to
    left = bisect_right(old.ends, start) - 1
    right = bisect_left(old.starts, end)
    if (left >= 0 and to[left] < 0) or (right < len(old) and to[right] < 0):
        return False
    if not any(0 <= i < len(old) and mapped.solid[i] for i in (left, right)):
        return False
    old_low, low = (old.ends[left], new.ends[to[left]]) if left >= 0 else (0, 0)
    old_high, high = len(mapped.old_text), len(mapped.new_text)
    if right < len(old):
        old_high, high = old.starts[right], new.starts[to[right]]
    if low > high or old_low > start or old_high < end:
        return False
    wanted = mapped.old_text[old_low:start] + replacement + mapped.old_text[end:old_high]
    return _says(mapped.new_text[low:high], wanted, mapped.old_text[old_low:old_high])


def _says(words: str, wanted: str, was: str) -> bool:
    """Whether words are those wanted. Where more than their quotation marks and dashes was to change, these may be
    of another kind: Word sets them as it likes."""
    if _plain(words) == _plain(wanted):
        return True
    return alike(words).strip() == alike(wanted).strip() != alike(was).strip()


def _plain(words: str) -> str:
    return BLANKS.sub(" ", words).strip()


def _block_at(text: str, at: int) -> str:
    begin, end = text.rfind("\n", 0, at) + 1, text.find("\n", at)
    return text[begin : end if end >= 0 else len(text)]


def _in_block(
    text: str, start: int, end: int, replacement: str, others: Sequence[tuple[int, int, str]], block: str
) -> bool:
    """The replacement stands in the paragraph `block` between what stood beside it, the changes `others` made."""
    low = text.rfind("\n", 0, start) + 1
    high = text.find("\n", end)
    high = len(text) if high < 0 else high
    before, after = text[low:start], text[end:high]
    for first, last, words in sorted(others, reverse=True):
        if low <= first and last <= start:
            before = before[: first - low] + words + before[last - low :]
        elif end <= first and last <= high:
            after = after[: first - end] + words + after[last - end :]
    beside = before[-AROUND:], after[:AROUND]
    wanted = beside[0] + replacement + beside[1]
    if _plain(wanted) == _plain(beside[0] + text[start:end] + beside[1]):
        return False
    whole = len(before) + len(after) <= LEAST_AROUND
    if whole:
        return _plain(block) == _plain(before + replacement + after)
    return _plain(wanted) in _plain(block)


# Marking


def mark_changed(draft: Draft, thread_ids: Sequence[int], member: Membership | None) -> None:
    """The notes of the list that the author ticked are changed in `draft`, which opens in the caller's transaction.
    What was decided otherwise meanwhile stays."""
    rows = Decision.objects.filter(thread__in=thread_ids, thread__manuscript=draft.manuscript_id)
    rows = rows.filter(decision="will_change", thread__withdrawn=None)
    found = list(rows.values_list("thread_id", flat=True))
    now = timezone.now()
    by = {"by": member} if member else {}
    rows.update(decision="changed", applied_in=draft, at=now, **by)
    Thread.objects.filter(pk__in=found).update(updated=now)
    for pk in found:
        record_event(draft.manuscript, "thread.decided", member, f"thread:{pk}", decision="changed")


def may_be_marked(draft: Draft) -> set[int]:
    """The notes whose words the draft brings or changes: those that opening it may mark as changed."""
    listed = draft.foreseen.get("change_list") or {}
    return {*listed.get("in", ()), *listed.get("changed", ())}


# What the preview shows


@dataclass
class Line:
    """One note of the list beside a draft on its way in: its passage in the open draft, and the words it would stand
    on."""

    note: dict[str, Any]
    card: Card
    passage: Passage
    now: Passage | None = None

    @property
    def place(self) -> dict[str, Any]:
        return self.note["place"]


@dataclass
class Panel:
    """The change list against a draft on its way in; `total` counts all of it."""

    arrived: list[Line] = field(default_factory=list)
    changed: list[Line] = field(default_factory=list)
    missing: list[Line] = field(default_factory=list)

    @property
    def total(self) -> int:
        return len(self.arrived) + len(self.changed) + len(self.missing)


def panel(actor: Actor, draft: Draft, makes: Cards) -> Panel:
    """What of the list is in the draft, as its notes stand in the open one. Decided otherwise since: left out."""
    listed = draft.foreseen.get("change_list") or {}
    before = draft.manuscript.open_draft
    if draft.state != "ready" or before is None or not any(listed.get(kind) for kind in KINDS):
        return Panel()
    lines = _lines(actor, before, makes, [pk for kind in KINDS for pk in listed[kind]])
    still = set(on_list(actor, draft.manuscript).values_list("pk", flat=True))
    foreseen = {each["thread"]: each for each in draft.foreseen.get("notes") or [] if each["thread"] in lines}
    texts = _texts_of(foreseen.values())
    for pk, each in foreseen.items():
        lines[pk].now = _now(each, texts)
    return Panel(*([line for pk, line in lines.items() if pk in still and pk in listed[kind]] for kind in KINDS))


def _lines(actor: Actor, before: Draft, makes: Cards, ids: Sequence[int]) -> dict[int, Line]:
    """By note, in the order of the open draft's text."""
    rows = before.placements.select_related("section", "chapter", "text").defer("text__html", "text__markdown")
    places = {row.section.key: row for row in rows}
    texts = {row.text_id: row.text.text for row in places.values()}
    notes = present(actor, Thread.objects.visible_to(actor).filter(pk__in=ids), before, texts)
    add_passages(before, notes)
    notes.sort(key=lambda note: order_in(note, places))
    return {int(note["id"]): Line(note, makes.card(note), passage_of(note, places)) for note in notes}


@dataclass
class ChangedNote:
    """A note whose words a draft changes or takes away: as they stand in the open draft, and what would be there."""

    line: Line
    is_detached: bool
    reason: str
    now: Passage | None
    chapter: str


def changed_notes(actor: Actor, draft: Draft, makes: Cards) -> list[ChangedNote]:
    """The notes that `draft` would change, detached ones first, in the order foreseen."""
    foreseen = draft.foreseen.get("notes") or []
    before = draft.manuscript.open_draft
    if draft.state != "ready" or before is None:
        return []
    lines = _lines(actor, before, makes, [each["thread"] for each in foreseen])
    texts = _texts_of(foreseen)
    rows: Iterable[Placement] = draft.placements.only("chapter_id", "chapter_title")
    titles = {row.chapter_id: row.chapter_title for row in rows}
    return [
        ChangedNote(
            lines[each["thread"]],
            each["fate"] == "detached",
            each["reason"],
            _now(each, texts),
            titles.get(each["chapter_id"], ""),
        )
        for each in foreseen
        if each["thread"] in lines
    ]


def _texts_of(foreseen: Iterable[dict[str, Any]]) -> dict[int, str]:
    return dict(SectionText.objects.filter(pk__in={each["text_id"] for each in foreseen}).values_list("pk", "text"))


def _now(each: dict[str, Any], texts: dict[int, str]) -> Passage | None:
    """The words a note would stand on; for one without words what stands where they stood, if anything does."""
    text = texts.get(each["text_id"])
    if text is None:
        return None
    if each["start"] is not None:
        return Passage(*clipped(text, each["start"], each["end"]), None)
    beside = clipped(text, each["near"], each["near"]) if each["near"] is not None else ()
    return Passage(*beside, None) if any(beside) else None

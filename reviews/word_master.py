"""The author's Word file with the change list's suggestions in it as tracked changes."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from pathlib import Path

from manuscripts.formats import ConversionFailed, docx_tracked
from manuscripts.models import Placement, SectionText, Source

REMEMBERED = 32  # files whose outcome is kept: looking takes a second for 100,000 words


@dataclass(frozen=True)
class Wanted:
    """The note `thread` wants `start:end` (code points) of a text to become `replacement`."""

    thread: int
    text_id: int
    start: int
    end: int
    replacement: str

    def overlaps(self, other: "Wanted") -> bool:
        return self.text_id == other.text_id and self.start < other.end and other.start < self.end


@dataclass(frozen=True)
class Outcome:
    """Which notes' words the file can hold, and by note why not (`docx_tracked.Plan`)."""

    done: tuple[int, ...]
    by_hand: dict[int, str]


def outcome(source: Source, places: Sequence[Placement], wanted: Sequence[Wanted]) -> Outcome:
    """What `marked_file` would put into the file; `places` are the sections that come from it, in order."""
    if not wanted:
        return Outcome((), {})
    return _outcome(str(source.path), tuple(place.text_id for place in places), tuple(wanted))


@lru_cache(maxsize=REMEMBERED)
def _outcome(path: str, text_ids: tuple[int, ...], wanted: tuple[Wanted, ...]) -> Outcome:
    plan = _plan(_bytes(path), text_ids, wanted)
    return Outcome(tuple(plan.done), plan.by_hand)


def marked_file(
    source: Source, places: Sequence[Placement], wanted: Sequence[Wanted], author: str, when: datetime
) -> bytes | None:
    """The file as it was uploaded, with what can be put in tracked; None where it cannot be made."""
    data = _bytes(str(source.path))
    plan = _plan(data, tuple(place.text_id for place in places), tuple(wanted))
    try:
        return docx_tracked.write(data, plan, author, when) if data else None
    except ConversionFailed:
        return None


def _bytes(path: str) -> bytes:
    """The file's bytes, which are named by their hash and never change; none where it is lost."""
    try:
        return Path(path).read_bytes()
    except OSError:
        return b""


def _plan(data: bytes, text_ids: tuple[int, ...], wanted: tuple[Wanted, ...]) -> docx_tracked.Plan:
    texts = dict(SectionText.objects.filter(pk__in=text_ids).values_list("pk", "text"))
    numbers = {pk: number for number, pk in enumerate(text_ids)}
    suggested = [
        docx_tracked.Suggested(each.thread, numbers[each.text_id], each.start, each.end, each.replacement)
        for each in wanted
    ]
    return docx_tracked.plan(data, [texts[pk] for pk in text_ids], suggested)

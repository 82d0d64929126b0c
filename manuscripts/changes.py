"""What a draft changed against another: by key for the API, by passages for the page."""

from __future__ import annotations

import difflib
import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from rapidfuzz.distance import LCSseq

MOST_PASSAGES = 4_000  # of a section, old and new, that are compared in their order
MOST_TWINS = 100_000  # pairs of equal passages, of which each round of comparing looks at every one
LONGEST_DIFF = 60_000  # words; beyond them only whole passages are compared


@dataclass(frozen=True, slots=True)
class Place:
    """A section in a draft. `text_id` may be any value that is equal where the text is."""

    key: str
    chapter: str
    title: str
    text_id: Any
    markdown: str


@dataclass(frozen=True, slots=True)
class Difference:
    """How one section stands against the last draft.

    `state`: unchanged, changed, renamed, added. `passages` counts the paragraphs that are new or other, `share` is
    the part of the words that is new (0-1), `moved` says that it stands elsewhere in the order.
    """

    state: str
    moved: bool = False
    passages: int = 0
    share: float = 0.0


def compare(old: Sequence[Place], new: Sequence[Place]) -> dict[str, list[str]]:
    """Keys of sections added, changed, moved, renamed and removed, each in the order of its draft."""
    before = {place.key: place for place in old}
    after = {place.key for place in new}
    states = differences(old, new, count=False)
    return {
        "added": [p.key for p in new if states[p.key].state == "added"],
        "changed": [p.key for p in new if states[p.key].state == "changed"],
        "moved": [p.key for p in new if states[p.key].moved],
        "renamed": [p.key for p in new if states[p.key].state == "renamed"],
        "removed": [key for key in before if key not in after],
    }


def differences(old: Sequence[Place], new: Sequence[Place], count: bool = True) -> dict[str, Difference]:
    """How each section of `new` stands against `old`, by key. `count` asks for passages and shares too."""
    before = {place.key: place for place in old}
    moved = _moved(old, new)
    result = {}
    for place in new:
        was = before.get(place.key)
        if was is None:
            result[place.key] = Difference("added", passages=len(passages(place.markdown)), share=1.0)
        elif was.text_id == place.text_id:
            result[place.key] = Difference("unchanged", place.key in moved)
        elif _body(was.markdown) == _body(place.markdown):
            result[place.key] = Difference("renamed", place.key in moved)
        else:
            changed, share = _extent(was.markdown, place.markdown) if count else (0, 0.0)
            result[place.key] = Difference("changed", place.key in moved, changed, share)
    return result


def vanished_chapters(old: Sequence[Place], new: Sequence[Place]) -> tuple[list[str], int]:
    """Keys of chapters that stand no more, and how many there were; front matter does not count."""
    chapters = list(dict.fromkeys(place.chapter for place in old if place.chapter != "front"))
    left = {place.chapter for place in new}
    return [key for key in chapters if key not in left], len(chapters)


def passages(markdown: str) -> list[str]:
    """The blocks of a text, as blank lines part them."""
    return [part.strip() for part in re.split(r"\n\s*\n", markdown) if part.strip()]


def _body(markdown: str) -> str:
    """The text without its first heading line."""
    first, _, rest = markdown.partition("\n")
    return rest.strip() if first.startswith("#") else markdown.strip()


def _extent(old: str, new: str) -> tuple[int, float]:
    changed, old_words, new_words = 0, [], []
    for before, after in _replaced(passages(old), passages(new)):
        changed += max(len(before), len(after))
        old_words += " ".join(before).split()
        new_words += " ".join(after).split()
    total = len(new.split()) or 1
    if len(old_words) + len(new_words) > LONGEST_DIFF:
        return changed, len(new_words) / total
    kept = LCSseq.similarity(old_words, new_words)
    return changed, (len(new_words) - kept) / total


def _replaced(old: Sequence[str], new: Sequence[str]) -> list[tuple[list[str], list[str]]]:
    """The passages that went and those that came in their place, for each place. Where they are very many, or the same
    ones stand again and again, comparing their order would take too long: all that one side has and the other not."""
    counts, others = Counter(old), Counter(new)
    twins = sum(count * others[passage] for passage, count in counts.items())
    if twins > MOST_TWINS or len(old) + len(new) > MOST_PASSAGES:
        return [(list((counts - others).elements()), list((others - counts).elements()))]
    blocks = difflib.SequenceMatcher(None, old, new, autojunk=False)
    return [(list(old[a:b]), list(new[c:d])) for tag, a, b, c, d in blocks.get_opcodes() if tag != "equal"]


def _moved(old: Sequence[Place], new: Sequence[Place]) -> set[str]:
    """Keys that changed their chapter, or their order: all that stand outside the longest run in the old order."""
    before = {place.key: (index, place.chapter) for index, place in enumerate(old)}
    common = [place for place in new if place.key in before]
    elsewhere = {place.key for place in common if before[place.key][1] != place.chapter}
    stayed = [place for place in common if place.key not in elsewhere]
    kept = _longest_rising([before[place.key][0] for place in stayed])
    return elsewhere | {place.key for at, place in enumerate(stayed) if at not in kept}


def _longest_rising(values: Sequence[int]) -> set[int]:
    """Positions of a longest strictly increasing subsequence (patience sorting)."""
    tails: list[int] = []
    previous: list[int] = []
    for at, value in enumerate(values):
        low, high = 0, len(tails)
        while low < high:
            middle = (low + high) // 2
            if values[tails[middle]] < value:
                low = middle + 1
            else:
                high = middle
        previous.append(tails[low - 1] if low else -1)
        tails[low : low + 1] = [at]
    kept: set[int] = set()
    at = tails[-1] if tails else -1
    while at >= 0:
        kept.add(at)
        at = previous[at]
    return kept

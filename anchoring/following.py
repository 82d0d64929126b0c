"""Words followed through edits that are known one by one: what none of them touched is where it was, for certain.

Where no more is known than the first text and the last, `anchoring.carry` says what became of a range.
"""

import re
from bisect import bisect_left, bisect_right
from collections.abc import Iterable
from typing import NamedTuple

from anchoring.text import MARKS, UNSPACED
from anchoring.tokens import tokenise

MOST_TAKEN = 0.5  # of a sentence that was written over by hand; with more, another one took its place
#: What belongs to the word beside it. Where words are not parted by blanks each character is one by itself.
OF_A_WORD = re.compile(rf"[^\W_{UNSPACED}]|[{MARKS}]")


class Step(NamedTuple):
    """One edit: the stretch `start:end` of the text before it gave way to others, `longer` code points more than it
    had. Whole words: of one that was spelled anew nothing stayed."""

    start: int
    end: int
    longer: int


Ways = tuple[Step, ...]  # to see one edit


def steps(old: str, new: str, exact: bool) -> Ways:
    """What one edit did. `exact`: only certain words were replaced, so that those beside them stayed what they are;
    else a sentence of which little is left was written anew."""
    ways = _ways(old, new)
    return ways if exact else tuple(_whole_sentences(old, step) for step in ways)


def followed(through: Iterable[Ways], start: int, end: int) -> tuple[int, int] | None:
    """Where `start:end` of the first text stands after all edits; None where one of them touched its words."""
    for ways in through:
        place = next((found for step in ways if (found := _past(step, start, end))), None)
        if place is None:
            return None
        start, end = place
    return start, end


def shared_ends(old: str, new: str) -> tuple[int, int]:
    """How many characters the two begin and end with alike; the two stretches never overlap."""
    head = _shared_head(old, new)
    return head, _shared_tail(old, new, head)


def _shared_head(old: str, new: str, taken: int = 0) -> int:
    low, high = 0, min(len(old), len(new)) - taken
    while low < high:
        middle = (low + high + 1) // 2
        low, high = (middle, high) if old.startswith(new[:middle]) else (low, middle - 1)
    return low


def _shared_tail(old: str, new: str, taken: int = 0) -> int:
    low, high = 0, min(len(old), len(new)) - taken
    while low < high:
        middle = (low + high + 1) // 2
        low, high = (middle, high) if old.endswith(new[len(new) - middle :]) else (low, middle - 1)
    return low


def _ways(old: str, new: str) -> Ways:
    """The stretch by which two texts differ, taken as late as can be, and as early: of words that stand there twice in
    a row nobody knows which came or went, and the one that stayed is not touched."""
    head, tail = shared_ends(old, new)
    late = _whole_words(old, new, head, tail)
    tail = _shared_tail(old, new)
    early = _whole_words(old, new, _shared_head(old, new, tail), tail)
    return (late,) if early == late else (late, early)


def _whole_words(old: str, new: str, head: int, tail: int) -> Step:
    start, end, came = head, len(old) - tail, len(new) - tail
    if head and _one_word(old[head - 1], old[head : head + 1], new[head : head + 1]):
        while start and OF_A_WORD.match(old[start - 1]):
            start -= 1
    if tail and _one_word(old[end], old[end - 1 : end] if end else "", new[came - 1 : came] if came else ""):
        while end < len(old) and OF_A_WORD.match(old[end]):
            end += 1
    return Step(start, end, len(new) - len(old))


def _one_word(shared: str, was: str, now: str) -> bool:
    """Whether the character that both texts share was, or is now, in a word with the one that they do not."""
    return bool(OF_A_WORD.match(shared) and (OF_A_WORD.match(was) or OF_A_WORD.match(now)))


def _whole_sentences(old: str, step: Step) -> Step:
    start, end = step.start, step.end
    if start == end:
        return step
    for low, high in (_sentence(old, start), _sentence(old, end - 1)):
        taken = sum(not each.isspace() for each in old[max(low, step.start) : min(high, step.end)])
        if taken > MOST_TAKEN * sum(not each.isspace() for each in old[low:high]):
            start, end = min(start, low), max(end, high)
    return Step(start, end, step.longer)


def _sentence(text: str, at: int) -> tuple[int, int]:
    """The sentence that holds the character `at`, or the one before a blank between two."""
    low = text.rfind("\n", 0, at) + 1
    high = text.find("\n", at)
    tokens = tokenise(text[low : len(text) if high < 0 else high], {})
    number = max(bisect_right(tokens.starts, at - low) - 1, 0)
    if not tokens:
        return at, at
    same = tokens.sentences[number]
    first = bisect_left(tokens.sentences, same)
    last = bisect_right(tokens.sentences, same) - 1
    return low + tokens.starts[first], low + tokens.ends[last]


def _past(step: Step, start: int, end: int) -> tuple[int, int] | None:
    if end <= step.start:
        return start, end
    if start >= step.end:
        return start + step.longer, end + step.longer
    return None

"""The passages of a new book that are most like words which have none: for a person to choose from, never to be taken
without asking.

The sentences that share the rarest words with the old ones are compared letter by letter (rapidfuzz); a short phrase
is offered where it stands inside its sentence. Time grows with the length of the book and is bounded otherwise.
"""

import re
from collections import Counter
from collections.abc import Collection, Iterator, Sequence
from math import log
from typing import NamedTuple

from rapidfuzz import fuzz

from anchoring.tokens import TOKEN

SENTENCE = re.compile(r"[^\n.!?…。！？؟।]+(?:[.!?…。！？؟।]+[\"'”’»)\]]*|(?=\n)|$)")
LONGEST = 1200  # characters of old words, and of a passage, that are compared
COMPARED = 250  # passages that are compared letter by letter
LEAST = 0.45  # likeness from which a passage is offered: any two sentences of a language are some 0.4 alike
PHRASE = 0.6  # likeness from which a phrase is offered by itself and not with its sentence


class Candidate(NamedTuple):
    """A passage: the key of its text, its range in code points, and how like the old words it is, 0-1."""

    key: str
    start: int
    end: int
    likeness: float


class _Passage(NamedTuple):
    key: str
    start: int
    end: int
    words: str  # in small letters


def closest(
    old: str, start: int, end: int, texts: Sequence[tuple[str, str]], home: Collection[str] = (), most: int = 5
) -> list[Candidate]:
    """The passages of `texts` (key, text) most like `old[start:end]` in its sentence, best first, no two of them
    overlapping. Of those equally like, the ones in `home` come first, then the earlier ones."""
    words = _small(old[start : min(end, start + LONGEST)]).strip()
    if not words:
        return []
    around = _around(old, start, min(end, start + LONGEST))
    size = max(1, sum(1 for _ in _sentences(words)))
    passages = [
        _Passage(key, low, high, _small(text[low:high])) for key, text in texts for low, high in _windows(text, size)
    ]
    found = [_compare(words, around, passage) for passage in _sharing(f"{words} {around}", passages)]
    order = {key: at for at, (key, _text) in enumerate(texts)}
    found.sort(key=lambda c: (-round(c.likeness * 100), c.key not in home, order[c.key], c.start))
    chosen: list[Candidate] = []
    for candidate in found:
        if len(chosen) == most or candidate.likeness < LEAST:
            break
        if not any(c.key == candidate.key and c.start < candidate.end and candidate.start < c.end for c in chosen):
            chosen.append(candidate)
    return chosen


def _small(text: str) -> str:
    """In small letters where that leaves every character in its place."""
    small = text.lower()
    return small if len(small) == len(text) else text


def _around(text: str, start: int, end: int) -> str:
    """The sentences that hold the words, not more than twice as long as what is compared."""
    first = text.rfind("\n", 0, start) + 1
    last = text.find("\n", end)
    last = len(text) if last < 0 else last
    first, last = max(first, start - LONGEST // 2), min(last, end + LONGEST // 2)
    held = [(low, high) for low, high in _sentences(text, first, last) if low < end and start < high]
    return _small(text[held[0][0] : held[-1][1]]) if held else _small(text[start:end])


def _sentences(text: str, first: int = 0, last: int | None = None) -> Iterator[tuple[int, int]]:
    """The ranges of the sentences of a text; what has no end is cut."""
    for match in SENTENCE.finditer(text, first, len(text) if last is None else last):
        low, high = match.span()
        while low < high and text[low].isspace():
            low += 1
        while high - low > LONGEST:
            cut = text.rfind(" ", low, low + LONGEST)
            cut = cut if cut > low else low + LONGEST
            yield low, cut
            low = cut
        if low < high:
            yield low, high


def _windows(text: str, size: int) -> Iterator[tuple[int, int]]:
    """Ranges of `size` sentences in a row, as far as they are not too long."""
    spans = list(_sentences(text))
    if len(spans) < size:
        spans, size = spans, 1
    for at in range(len(spans) - size + 1):
        low, high = spans[at][0], spans[at + size - 1][1]
        yield low, (high if high - low <= 2 * LONGEST else spans[at][1])


def _sharing(words: str, passages: list[_Passage]) -> list[_Passage]:
    """The passages that share most with the words, rare ones counting more."""
    wanted = set(TOKEN.findall(words))
    held = [wanted.intersection(TOKEN.findall(passage.words)) for passage in passages]
    counts = Counter(word for shared in held for word in shared)
    weight = {word: log(1 + len(passages) / count) for word, count in counts.items()}
    scored = [(sum(weight[word] for word in shared), -at) for at, shared in enumerate(held) if shared]
    scored.sort(reverse=True)
    return [passages[-at] for _score, at in scored[:COMPARED]]


def _compare(words: str, around: str, passage: _Passage) -> Candidate:
    """The likeness of the words and of their sentence, each by its length; the range of the words where they are a
    phrase of the sentence."""
    context = fuzz.ratio(around, passage.words) / 100
    low, high, alike = 0, len(passage.words), fuzz.ratio(words, passage.words) / 100
    if len(words) < len(passage.words):
        found = fuzz.partial_ratio_alignment(words, passage.words)
        if found and found.score / 100 >= PHRASE:
            low, high, alike = _whole_words(passage.words, found.dest_start, found.dest_end, found.score / 100)
    likeness = (alike * len(words) + context * len(around)) / (len(words) + len(around))
    return Candidate(passage.key, passage.start + low, passage.start + high, round(likeness, 4))


def _whole_words(text: str, low: int, high: int, alike: float) -> tuple[int, int, float]:
    """A range grown to whole words, without the blanks at its ends."""
    while low > 0 and text[low - 1].isalnum() and text[low].isalnum():
        low -= 1
    while high < len(text) and text[high].isalnum() and text[high - 1].isalnum():
        high += 1
    while low < high - 1 and text[low].isspace():
        low += 1
    while high > low + 1 and text[high - 1].isspace():
        high -= 1
    return low, high, alike

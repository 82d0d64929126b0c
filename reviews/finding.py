"""Finding words in texts, as someone types them: case, accents and the shape of quotes and dashes do not matter. Pure.

Every character is compared as one character, so that what is found has the offsets of the text, in code points.
"""

import re
import unicodedata
from dataclasses import dataclass
from itertools import islice

MOST_TERMS = 8
MOST_SPANS = 200  # of one term in one text
ANY_MARKS = "\u0301*"
QUOTED = re.compile(r'"([^"]+)"|(\S+)')
SHAPES = str.maketrans(
    {**dict.fromkeys("‘’‚‛′`´", "'"), **dict.fromkeys("“”„‟«»″", '"'), **dict.fromkeys("‐‑‒–—―−", "-")}
)


class _Folds(dict[int, str]):
    """Of a character by its code point: the one it is compared as. Marks upon letters are all the same, and skipped."""

    def __missing__(self, point: int) -> str:
        char = chr(point).translate(SHAPES)
        if char.isspace():
            folded = " "
        elif unicodedata.category(char)[0] == "M":
            folded = "\u0301"
        else:
            folded = unicodedata.normalize("NFKD", char)[:1].casefold()[:1] or char
        self[point] = folded
        return folded


_FOLDS = _Folds()


def fold(text: str) -> str:
    """`text` as it is compared: as many characters, at the same places."""
    return text.translate(_FOLDS)


@dataclass(frozen=True)
class Wanted:
    """What someone looks for: each term must be there; words in quotes are one term."""

    patterns: tuple[re.Pattern[str], ...]

    def is_in(self, text: str) -> bool:
        """Whether all of its terms are somewhere in `text`."""
        folded = fold(text)
        return all(pattern.search(folded) for pattern in self.patterns)

    def spans(self, text: str) -> list[tuple[int, int]]:
        """Where its terms stand in `text`, in order and without overlap, of each the first MOST_SPANS; none unless
        all of them are there."""
        folded = fold(text)
        found: list[tuple[int, int]] = []
        for pattern in self.patterns:
            matches = [match.span() for match in islice(pattern.finditer(folded), MOST_SPANS)]
            if not matches:
                return []
            found += matches
        kept: list[tuple[int, int]] = []
        for start, end in sorted(found, key=lambda span: (span[0], -span[1])):
            if not kept or start >= kept[-1][1]:
                kept.append((start, end))
        return kept


def wanted(typed: str) -> Wanted | None:
    """What was typed, understood; None where there is nothing to look for. More than MOST_TERMS terms are too many
    to be meant: the first count."""
    terms = [fold(phrase or word).strip() for phrase, word in QUOTED.findall(typed.translate(SHAPES))]
    patterns = [_pattern(term) for term in dict.fromkeys(terms) if term.strip('" \u0301')]
    return Wanted(tuple(patterns[:MOST_TERMS])) if patterns else None


def _pattern(term: str) -> re.Pattern[str]:
    words = [ANY_MARKS.join(map(re.escape, word.replace("\u0301", ""))) for word in term.split()]
    return re.compile((ANY_MARKS + " +").join(words) + ANY_MARKS)


def excerpt(text: str, spans: list[tuple[int, int]], around: int = 90) -> list[tuple[str, bool]]:
    """The words about the first of the spans as (piece, whether it was looked for), cut at blanks, with an ellipsis
    where something was cut off."""
    first, last = spans[0]
    start, end = max(0, first - around), min(len(text), last + around)
    if start:
        start = next((i + 1 for i in range(start, first) if text[i].isspace()), start)
    if end < len(text):
        end = next((i for i in range(end, last, -1) if text[i - 1].isspace()), end)
    pieces: list[tuple[str, bool]] = [("… ", False)] if start else []
    at = start
    for begin, stop in spans:
        if begin >= end:
            break
        pieces += [(text[at:begin], False), (text[begin : min(stop, end)], True)]
        at = min(stop, end)
    pieces.append((text[at:end].rstrip() + (" …" if end < len(text) else ""), False))
    return [piece for piece in pieces if piece[0]]

"""Where words of canonical texts stand in the plain text of the file they were read from, and how they would change.

Both texts are aligned as wholes; a place counts only where the very words stand in one stretch that is no chance.
"""

from __future__ import annotations

import itertools
import re
import unicodedata
from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from itertools import accumulate
from typing import Any, NamedTuple

from rapidfuzz.distance import Indel
from rapidfuzz.fuzz import ratio

from anchoring.align import align
from anchoring.text import MARKS
from anchoring.tokens import UNIFIED

PART = re.compile(rf"\s+|[\w{MARKS}]+|[^\w\s]")
BLANKS = re.compile(r"\s+")
ISLAND = 3  # parts that stay between two changes, and are marked with them: it reads better
LIKE_LINE = 50  # per cent alike, from which a line became another
MOST_CELLS = 4_000_000  # old times new parts of one suggestion that are compared


class Change(NamedTuple):
    """Characters `start:end` of the file's text give way to `words`; either may be empty."""

    start: int
    end: int
    words: str


class Place(NamedTuple):
    """Characters `start:end` of the file's text; `whole` unless some of the words wanted are not there."""

    start: int
    end: int
    whole: bool = True


class Line(NamedTuple):
    """The line `start:end` of a text gives way to `words`, which stand from `now` on in the other text; either may be
    empty."""

    start: int
    end: int
    words: str
    now: int


class Unit(NamedTuple):
    """A word, or what stands between two: `old` in the canonical texts and `new` in the file."""

    old_start: int
    old_end: int
    new_start: int
    new_end: int


def alike(words: str) -> str:
    """Words as they compare: blanks as one, quotation marks and dashes of one kind, accents composed."""
    return unicodedata.normalize("NFC", BLANKS.sub(" ", words)).translate(UNIFIED)


class Places:
    """The canonical texts of one file, in order, against the file's own text."""

    def __init__(self, texts: Sequence[str], body: str) -> None:
        self.joined, self.body = "\n".join(texts), body
        self.begins = [0, *accumulate(len(text) + 1 for text in texts)]
        self.map = align(self.joined, body)

    def changes(self, section: int, start: int, end: int, replacement: str) -> list[Change] | str:
        """What turns `start:end` of the text number `section` into `replacement`; or why that cannot be told:
        "too_long", "no_words", "not_there", "paragraphs", "same"."""
        if not self.map.complete:
            return "too_long"
        start, end = start + self.begins[section], end + self.begins[section]
        first = bisect_right(self.map.old.ends, start)
        last = bisect_left(self.map.old.starts, end)
        if first >= last or start >= end:
            return "no_words"
        units = self._units(first, last)
        if not units or start < units[0].old_start or end > units[-1].old_end:
            return "not_there"
        found = []
        for low, high, words in _edits(self.joined[start:end], replacement):
            if "\n" in words:
                return "paragraphs"
            at, to = _begin(units, start + low), _end(units, start + high)
            if low == high:
                at = to = to if to is not None else at
            if at is None or to is None:
                return "not_there"
            found.append(Change(at, to, words))
        return found or "same"

    def lines_behind(self, section: int, position: int, words: str) -> list[Change] | str:
        """What puts new lines into the file, where a line of the text number `section` begins at `position`: behind
        the one before. "no_words" or "not_there" where that cannot be told."""
        begin = self.begins[section]
        before = self.joined[begin : begin + position]
        if not self.map.complete or not before.endswith("\n") or not words.strip():
            return "no_words"
        last = before.rstrip()
        place = self.words(section, last.rfind("\n") + 1, len(last))
        if place is None or not place.whole or self.body[place.end : place.end + 1] != "\n":
            return "not_there"
        lines = [each for each in words.split("\n") if each.strip()]
        return [Change(place.end, place.end, "".join(f"\n{each}" for each in lines))]

    def words(self, section: int, start: int, end: int) -> Place | None:
        """Where the words `start:end` of the text number `section` stand in the file.

        Some may be missing in it, as those of a footnote or a formula are from its main text: then the others stand
        there side by side. None where not even the others do.
        """
        start, end = start + self.begins[section], end + self.begins[section]
        if not self.map.complete:
            return self._only(self.joined[start:end])
        first = bisect_right(self.map.old.ends, start)
        last = bisect_left(self.map.old.starts, end)
        if first >= last or start >= end:
            return None
        if units := self._units(first, last):  # only blanks and signs that are no words can stand outside of them
            at, to = _begin(units, max(start, units[0].old_start)), _end(units, min(end, units[-1].old_end))
            if at is not None and to is not None and at < to:
                return Place(at, to)
        there = [i for i in range(first, last) if self._same(i)]
        if 2 * len(there) < last - first or any(
            self.map.to[b] != self.map.to[a] + 1 for a, b in itertools.pairwise(there)
        ):
            return None
        return Place(self.map.new.starts[self.map.to[there[0]]], self.map.new.ends[self.map.to[there[-1]]], False)

    def _only(self, words: str) -> Place | None:
        """The one place in the file where these words stand, of texts too long to be compared."""
        parts = [re.escape(part) for part in words.split()]
        found = [match.span() for match in itertools.islice(re.finditer(r"\s+".join(parts), self.body), 2)]
        return Place(*found[0]) if parts and len(found) == 1 else None

    def _units(self, first: int, last: int) -> list[Unit]:
        """The words `first` to `last` with their counterparts, and one neighbour on each side where it stands
        there too; empty unless all stand together, the same, in a run that is no chance."""
        words = list(range(first, last))
        if not all(self._same(i) for i in words) or not all(self._follows(i) for i in words[1:]):
            return []
        if first and self._same(first - 1) and self._follows(first):
            words.insert(0, first - 1)
        if last < len(self.map.old) and self._same(last) and self._follows(last):
            words.append(last)
        old, new, to = self.map.old, self.map.new, self.map.to
        units: list[Unit] = []
        for i in words:
            unit = Unit(old.starts[i], old.ends[i], new.starts[to[i]], new.ends[to[i]])
            if units and units[-1].old_end < unit.old_start:
                units.append(Unit(units[-1].old_end, unit.old_start, units[-1].new_end, unit.new_start))
            units.append(unit)
        return units

    def _same(self, i: int) -> bool:
        """Whether word i stands in the file as it is, in a run of words that stayed together."""
        old, new, j = self.map.old, self.map.new, self.map.to[i]
        return j >= 0 and bool(self.map.solid[i]) and alike(old.word(i)) == alike(new.word(j))

    def _follows(self, i: int) -> bool:
        """Whether the word before stands before it in the file too, with the same between them."""
        old, new, to = self.map.old, self.map.new, self.map.to
        if to[i] != to[i - 1] + 1:
            return False
        between = self.joined[old.ends[i - 1] : old.starts[i]]
        return alike(between) == alike(self.body[new.ends[to[i - 1]] : new.starts[to[i]]])


def rewritten_lines(old: str, new: str) -> list[Line]:
    """What turns a text into another, by lines: one that changed or went stands alone, those that came stand
    together, behind the line they follow."""
    lines, others = old.splitlines(), new.splitlines()
    ends, other_ends = _line_ends(old), _line_ends(new)
    steps = [step for step in Indel.opcodes(lines, others) if step.tag != "equal"]
    found = []
    for group in _side_by_side(steps):
        a, b, c, d = group
        for low, high, new_low, new_high in _paired(lines[a:b], others[c:d]):
            start, end = ends[a + low], ends[a + high]
            words = new[other_ends[c + new_low] : other_ends[c + new_high]].removesuffix("\n")
            end = start + len(old[start:end].removesuffix("\n"))
            found.append(Line(start, end, words, other_ends[c + new_low]))
    return found


def _line_ends(text: str) -> list[int]:
    return [0, *accumulate(map(len, text.splitlines(keepends=True)))]


def _side_by_side(steps: Sequence[Any]) -> list[list[int]]:
    """Lines that went and came at one place: (first and last of the old, first and last of the new ones)."""
    groups: list[list[int]] = []
    for step in steps:
        if groups and groups[-1][1] == step.src_start and groups[-1][3] == step.dest_start:
            groups[-1][1], groups[-1][3] = step.src_end, step.dest_end
        else:
            groups.append([step.src_start, step.src_end, step.dest_start, step.dest_end])
    return groups


def _paired(lines: Sequence[str], others: Sequence[str]) -> list[tuple[int, int, int, int]]:
    """Which of the lines became which of the others, in their order; what has no counterpart stands alone."""
    found: list[tuple[int, int, int, int]] = []
    done = 0
    for i, line in enumerate(lines):
        like = next((j for j in range(done, len(others)) if ratio(line, others[j]) >= LIKE_LINE), None)
        if like is None:
            found.append((i, i + 1, done, done))
            continue
        if like > done:
            found.append((i, i, done, like))
        found.append((i, i + 1, like, like + 1))
        done = like + 1
    return [*found, (len(lines), len(lines), done, len(others))] if done < len(others) else found


def _begin(units: list[Unit], position: int) -> int | None:
    """Where in the file what begins at `position` begins; None inside a unit that is not letter for letter alike."""
    for unit in units:
        if unit.old_start <= position < unit.old_end:
            return _inside(unit, position)
    return None


def _end(units: list[Unit], position: int) -> int | None:
    for unit in units:
        if unit.old_start < position <= unit.old_end:
            return unit.new_end if position == unit.old_end else _inside(unit, position)
    return None


def _inside(unit: Unit, position: int) -> int | None:
    if position == unit.old_start:
        return unit.new_start
    same = unit.old_end - unit.old_start == unit.new_end - unit.new_start
    return unit.new_start + position - unit.old_start if same else None


def _edits(old: str, new: str) -> list[tuple[int, int, str]]:
    """What turns `old` into `new`, by words: (start, end, words instead). Few and whole rather than least."""
    parts, others = PART.findall(old), PART.findall(new)
    ends, other_ends = [0, *accumulate(map(len, parts))], [0, *accumulate(map(len, others))]
    if len(parts) * len(others) > MOST_CELLS:
        return [(0, len(old), new)]
    found: list[list[int]] = []
    for step in Indel.opcodes(parts, others):
        if step.tag == "equal":
            continue
        low, high, new_low, new_high = step.src_start, step.src_end, step.dest_start, step.dest_end
        if found and low - found[-1][1] <= ISLAND and "\n" not in "".join(parts[found[-1][1] : low]):
            found[-1][1], found[-1][3] = high, new_high
        else:
            found.append([low, high, new_low, new_high])
    return [(ends[a], ends[b], new[other_ends[c] : other_ends[d]]) for a, b, c, d in found]

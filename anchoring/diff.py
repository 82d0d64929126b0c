"""What changed between two texts, word by word, read off an alignment: for pages that people read."""

from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from anchoring.align import Alignment

ISLAND = 2  # words that stayed between two changes, and are shown with them where both are longer

Kind = Literal["inserted", "deleted", "moved"]


@dataclass(frozen=True, slots=True)
class Change:
    """One stretch that is other than before, in code points.

    inserted: the new words `new_start:new_end`; old_start == old_end is where they were put in.
    deleted: the old words `old_start:old_end`; new_start == new_end is where they stood.
    moved: the same words, `old_start:old_end` before and `new_start:new_end` now.
    """

    kind: Kind
    old_start: int
    old_end: int
    new_start: int
    new_end: int


def changes(alignment: Alignment) -> list[Change]:
    """Every change, in the order of the new text; a word replaced by another is a deletion and an insertion there.

    Where the texts were too large to compare, all of the old one is deleted and all of the new one inserted.
    """
    old_text, new_text = alignment.old_text, alignment.new_text
    if old_text == new_text:
        return []
    if not alignment.complete:
        end = len(old_text)
        return [Change("deleted", 0, end, 0, 0), Change("inserted", end, end, 0, len(new_text))]
    return _Reader(alignment).changes()


class _Reader:
    def __init__(self, alignment: Alignment) -> None:
        self.old, self.new = alignment.old, alignment.new
        self.old_text, self.new_text = alignment.old_text, alignment.new_text
        self.moved = alignment.moved
        # Words spelled anew are shown as replaced, though a note on them stays.
        self.to = [j if j >= 0 and self.old.word(i) == self.new.word(j) else -1 for i, j in enumerate(alignment.to)]
        self._drop_islands()
        self.back = [-1] * len(self.new)
        for i, j in enumerate(self.to):
            if j >= 0:
                self.back[j] = i
        self.mapped = [i for i, j in enumerate(self.to) if j >= 0]
        self.stayed = [i for i in self.mapped if not self.moved[i]]

    def changes(self) -> list[Change]:
        found = [*self._deleted(), *self._inserted(), *self._moved()]
        order = {"deleted": 0, "inserted": 1, "moved": 1}
        return sorted(found, key=lambda each: (each.new_start, order[each.kind], each.old_start))

    def _drop_islands(self) -> None:
        """A word or two that happen to stay between longer changes are shown as replaced too: it reads better."""
        to = self.to
        begin = 0
        while begin < len(to):
            if to[begin] < 0:
                begin += 1
                continue
            end = begin + 1
            while end < len(to) and to[end] == to[end - 1] + 1:
                end += 1
            if end - begin <= ISLAND:
                before = _gap(to, begin, -1)
                after = _gap(to, end - 1, 1)
                same_block = begin > 0 and end < len(to) and self.old.blocks[begin - 1] == self.old.blocks[end]
                if same_block and min(before, after) > 2 * (end - begin):
                    to[begin:end] = [-1] * (end - begin)
            begin = end

    def _deleted(self) -> list[Change]:
        found = []
        for first, last in _runs(self.to, self.old.blocks):
            at = self._place(first)
            found.append(Change("deleted", self.old.starts[first], self.old.ends[last], at, at))
        return found

    def _place(self, first: int) -> int:
        """Where deleted words stood in the new text: beside their neighbours in the paragraph, wherever it is now,
        else after the last word before them that stayed."""
        block = self.old.blocks[first]
        after = bisect_left(self.mapped, first)
        if after and self.old.blocks[self.mapped[after - 1]] == block:
            return self.new.ends[self.to[self.mapped[after - 1]]]
        if after < len(self.mapped) and self.old.blocks[self.mapped[after]] == block:
            return self.new.starts[self.to[self.mapped[after]]]
        before = bisect_left(self.stayed, first) - 1
        return self.new.ends[self.to[self.stayed[before]]] if before >= 0 else 0

    def _inserted(self) -> list[Change]:
        found = []
        at = position = 0
        for first, last in _runs(self.back, self.new.blocks):
            for i in self.back[position:first]:
                if i >= 0:
                    at = self.old.ends[i]
            position = last + 1
            found.append(Change("inserted", at, at, self.new.starts[first], self.new.ends[last]))
        return found

    def _moved(self) -> list[Change]:
        found = []
        begin = 0
        while begin < len(self.to):
            if self.to[begin] < 0 or not self.moved[begin]:
                begin += 1
                continue
            end = begin + 1
            while (
                end < len(self.to)
                and self.moved[end]
                and self.to[end] == self.to[end - 1] + 1
                and self.old.blocks[end] == self.old.blocks[begin]
            ):
                end += 1
            low, high = self.to[begin], self.to[end - 1]
            found.append(
                Change(
                    "moved", self.old.starts[begin], self.old.ends[end - 1], self.new.starts[low], self.new.ends[high]
                )
            )
            begin = end
        return found


def _gap(to: list[int], at: int, step: int) -> int:
    """How many words beside this one found no place, on the longer side of the two texts."""
    length, k = 0, at + step
    while 0 <= k < len(to) and to[k] < 0:
        length, k = length + 1, k + step
    there = abs(to[k] - to[at]) - 1 if 0 <= k < len(to) else length
    return max(length, there)


def _runs(to: list[int], blocks: list[int]) -> list[tuple[int, int]]:
    """First and last of each run of words without a counterpart, no run reaching over two blocks."""
    found = []
    begin = -1
    for index in range(len(to) + 1):
        free = index < len(to) and to[index] < 0
        if begin >= 0 and (not free or blocks[index] != blocks[begin]):
            found.append((begin, index - 1))
            begin = -1
        if free and begin < 0:
            begin = index
    return found


def in_place_of(found: Sequence[Change], new_text: str, start: int, end: int) -> tuple[int, int] | None:
    """The new words that stand where the old range `start:end` was taken out, between the same neighbours.

    None where nothing came instead, or where it cannot be said what. `found` are the changes of these two texts, in
    the order of the new one.
    """
    gone = [each for each in found if each.kind == "deleted" and each.old_start <= start and end <= each.old_end]
    if len(gone) != 1:
        return None
    last = gone[0].new_start
    first: int | None = None
    for each in found:
        beside = each.new_start >= last and not new_text[last : each.new_start].strip()
        if beside and each.kind == "deleted" and each is not gone[0]:
            return None  # two passages went here: which of them the new words replace is not known
        if beside and each.kind == "inserted":
            first = each.new_start if first is None else first
            last = each.new_end
    return None if first is None else (first, last)

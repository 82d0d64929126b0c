"""Where ranges of an old text stand in the new one, read off an alignment. Wrong is worse than detached."""

from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Literal, NamedTuple

from rapidfuzz.distance import Indel

from anchoring.align import Alignment
from anchoring.following import shared_ends

Fate = Literal["kept", "moved", "edited", "detached"]

LEAST_SHARE = 0.45  # of a range's characters that must stand together in the new text
FREE_GAP, GAP_COST = 25, 0.25  # new characters between matches that cost nothing; what each further one costs
FEW_WORDS = 4  # a range this short needs the words around it as witnesses
WITNESSES, LEAST_WITNESSES = 6, 0.4
MANY_WITNESSES = 0.7  # with so many a short range may stand in a sentence that is mostly gone
MOST_WORDS = 0.6  # of a longer range's words; with fewer, none of them in a solid run, it needs witnesses too
REPLACED_MOST = 40  # characters of a range that may be wholly replaced in place
SAME_WORD = 0.6  # likeness from which a word is the same one, spelled anew


class Range(NamedTuple):
    """A place in a text: start and end in code points."""

    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Carried:
    """Where a range stands now; start and end are None when it is detached.

    `near` is then the offset in the new text at which its paragraph stood. `confidence` is 0-1. `reason` is one
    English sentence for people.
    """

    start: int | None
    end: int | None
    near: int | None
    fate: Fate
    confidence: float
    reason: str


def carry(alignment: Alignment, ranges: Sequence[Range]) -> list[Carried]:
    """Each range's place in the new text, in the order given; none depends on another.

    Ranges are code points in the old text, not empty and inside it; raises ValueError otherwise.
    """
    reader = _Reader(alignment)
    return [reader.carry(*each) for each in ranges]


class _Reader:
    def __init__(self, alignment: Alignment) -> None:
        self.map = alignment
        self.old, self.new = alignment.old, alignment.new
        self.to, self.solid = alignment.to, alignment.solid
        self.mapped = [i for i, j in enumerate(self.to) if j >= 0]
        self._ends: tuple[int, int] | None = None
        self._marks: bytearray | None = None
        self.shares: dict[tuple[int, int, frozenset[int]], float] = {}

    def carry(self, start: int, end: int) -> Carried:
        if not 0 <= start < end <= len(self.map.old_text):
            raise ValueError(f"no range of the old text: {start}-{end}")
        if self.map.old_text == self.map.new_text:
            return Carried(start, end, None, "kept", 1.0, "Nothing changed here")
        if not self.map.complete:
            return self._by_ends(start, end)
        first = bisect_right(self.old.ends, start)
        last = bisect_left(self.old.starts, end)
        if first >= last:
            return self._detached(first, first, "It marks no words")
        weights = self._weights(first, last, start, end)
        segment = self._segment(first, last, weights)
        share = sum(weights[i - first] for i in segment) / sum(weights)
        if not segment or share < LEAST_SHARE:
            return self._replaced(first, last, start, end) or self._detached(first, last)
        if not (self._witnessed(first, last, segment) and self._backed(first, last, segment, share)):
            return self._detached(first, last, "Too little around it stayed to be sure")
        return self._placed(first, last, start, end, segment, share)

    def _by_ends(self, start: int, end: int) -> Carried:
        """A place in texts too long to compare: certain only in the beginning or the end that they share."""
        if self._ends is None:
            self._ends = shared_ends(self.map.old_text, self.map.new_text)
        head, tail = self._ends
        if end <= head:
            return Carried(start, end, None, "kept", 1.0, "Nothing changed here")
        shift = len(self.map.new_text) - len(self.map.old_text)
        if start >= len(self.map.old_text) - tail:
            return Carried(start + shift, end + shift, None, "kept", 1.0, "Nothing changed here")
        return Carried(None, None, head, "detached", 0.0, "The text is too long to compare")

    def _weights(self, first: int, last: int, start: int, end: int) -> list[int]:
        """How many characters of each of these old words are in the range."""
        words = zip(self.old.starts[first:last], self.old.ends[first:last], strict=True)
        return [min(end, ended) - max(start, begun) for begun, ended in words]

    def _segment(self, first: int, last: int, weights: list[int]) -> list[int]:
        """The old words of the range whose places in the new text lie together and weigh most.

        Matched characters count one each; new ones between them cost a quarter beyond the first 25.
        """
        pairs = sorted((j, i) for i, j in enumerate(self.to[first:last], start=first) if j >= 0)
        best: tuple[float, int, int] = (0.0, 0, 0)
        score, begin = 0.0, 0
        for index, (j, i) in enumerate(pairs):
            if index:
                between = self.new.starts[j] - self.new.ends[pairs[index - 1][0]]
                score -= GAP_COST * max(0, between - FREE_GAP)
            if score <= 0:
                score, begin = 0.0, index
            score += weights[i - first]
            if score > best[0]:
                best = (score, begin, index + 1)
        return sorted(i for _, i in pairs[best[1] : best[2]])

    def _witnessed(self, first: int, last: int, segment: list[int]) -> bool:
        """Whether what stayed is no chance.

        A short range with no solid run is backed by the words around it. A longer one needs most of its own words, or
        those around it too: words kept here and there are found in any sentence that was written in the place of
        another.
        """
        if any(self.solid[i] for i in segment):
            return True
        if last - first > FEW_WORDS and len(segment) >= MOST_WORDS * (last - first):
            return True
        return self._nearby(first, last, segment) >= LEAST_WITNESSES

    def _backed(self, first: int, last: int, segment: list[int], share: float) -> bool:
        """Whether its sentence went where it went, or what stands right around it did; `share` of it stayed.

        The frame of a sentence ("or only the", "said") is found again in another one that took its place, and the words
        of the sentences beside are no witnesses for it.
        """
        few = last - first <= FEW_WORDS
        if not few and share >= MOST_WORDS:
            return True
        if self._share_of_sentence(segment) >= LEAST_SHARE:
            return True
        return few and (self._stays_between(segment) or self._nearby(first, last, segment) >= MANY_WITNESSES)

    def _nearby(self, first: int, last: int, segment: list[int]) -> float:
        """How many of the words around the range stand around it still: 0-1."""
        around = [*range(max(0, first - WITNESSES), first), *range(last, min(len(self.to), last + WITNESSES))]
        shift = self.to[segment[0]] - segment[0]
        nearby = sum(1 for i in around if self.to[i] >= 0 and abs(self.to[i] - i - shift) <= WITNESSES)
        return nearby / len(around) if around else 0.0

    def _stays_between(self, segment: list[int]) -> bool:
        """Whether the word before and the word after, of the same sentence, still touch it."""
        i, k, sentences = segment[0], segment[-1], self.old.sentences
        if i == 0 or k + 1 == len(self.to) or not sentences[i - 1] == sentences[i] == sentences[k + 1]:
            return False
        return self.to[i - 1] == self.to[i] - 1 and self.to[k + 1] == self.to[k] + 1

    def _share_of_sentence(self, segment: list[int]) -> float:
        """How much of the sentences that hold these words went to the same paragraph, by weight: 0-1."""
        old = self.old
        low = bisect_left(old.sentences, old.sentences[segment[0]])
        high = bisect_right(old.sentences, old.sentences[segment[-1]])
        blocks = frozenset(self.new.blocks[self.to[i]] for i in segment)
        if (low, high, blocks) not in self.shares:  # many notes may stand in one long sentence
            weight = there = 0
            for i in range(low, high):
                length = old.ends[i] - old.starts[i]
                weight += length
                if self.to[i] >= 0 and self.new.blocks[self.to[i]] in blocks:
                    there += length
            self.shares[low, high, blocks] = there / weight
        return self.shares[low, high, blocks]

    def _placed(self, first: int, last: int, start: int, end: int, segment: list[int], share: float) -> Carried:
        homes = [self.to[i] for i in segment]
        low, high = min(homes), max(homes)
        low = self._grown(first, segment[0], low, -1)
        high = self._grown(last - 1, segment[-1], high, 1)
        new_start, new_end = self.new.starts[low], self.new.ends[high]
        # A range may begin or end inside a word, or hold blanks beyond it.
        if self.to[first] == low:
            new_start += self._inside(first, low, start - self.old.starts[first])
        if self.to[last - 1] == high:
            new_end -= self._inside(last - 1, high, self.old.ends[last - 1] - end)
        if new_end <= new_start:
            new_start, new_end = self.new.starts[low], self.new.ends[high]
        was = self.map.old_text[start:end].strip()
        now = self.map.new_text[new_start:new_end].strip()
        if was == now:
            new_start, new_end = self._with_blanks(start, end, new_start, new_end)
        else:
            new_start, new_end = self._with_signs(
                first, last, Range(start, end), (low, high), Range(new_start, new_end)
            )
        moved = any(self.map.moved[i] for i in segment)
        gone = [j for j in self.to[first:last] if not low <= j <= high]
        came = (high - low + 1) - (last - first - len(gone))
        respelt = sum(self.old.ids[i] != self.new.ids[self.to[i]] for i in segment)
        if any(after < before for before, after in pairwise(homes)) and not (gone or came or respelt):
            fate: Fate = "edited"
            reason = "Its words stand in another order"
        elif gone or came or respelt:
            fate = "edited"
            reason = _changed(max(len(gone), came) + respelt) + (", and it was moved" if moved else "")
        elif moved:
            fate, reason = "moved", "It was moved"
        else:
            fate = "kept"
            reason = "Nothing changed here" if was == now else "Only signs, spaces or capitals changed"
        confidence = share * (1.0 if was == now else 0.97) * (0.95 if moved else 1.0)
        return Carried(new_start, new_end, None, fate, round(confidence, 3), reason)

    def _inside(self, old: int, new: int, missing: int) -> int:
        """How much of the new word the range leaves out, where it left out `missing` of the old one."""
        same = self.old.ends[old] - self.old.starts[old] == self.new.ends[new] - self.new.starts[new]
        return missing if missing > 0 and same else 0

    def _with_blanks(self, start: int, end: int, new_start: int, new_end: int) -> tuple[int, int]:
        """The whole range where its very characters, blanks at its ends included, stand there."""
        words = self.map.old_text[start:end]
        lead = len(words) - len(words.lstrip())
        begin = new_start - lead
        if begin >= 0 and self.map.new_text[begin : begin + len(words)] == words:
            return begin, begin + len(words)
        return new_start, new_end

    def _with_signs(self, first: int, last: int, was: Range, home: tuple[int, int], now: Range) -> Range:
        """The range with the signs before its first and after its last word that are no words, where they stayed."""
        lead = self.map.old_text[was.start : self.old.starts[first]]
        tail = self.map.old_text[self.old.ends[last - 1] : was.end]
        start, end = now
        if self.to[first] == home[0] and self.map.new_text[max(0, start - len(lead)) : start] == lead:
            start -= len(lead)
        if self.to[last - 1] == home[1] and self.map.new_text[end : end + len(tail)] == tail:
            end += len(tail)
        return Range(start, end)

    def _grown(self, edge: int, matched: int, home: int, step: int) -> int:
        """The new word at which the range ends, when its own last words were replaced there.

        They were if the old word beyond the range still stands beyond what came instead, near by; or if both are the
        edge of a paragraph, in the sentence that stayed.
        """
        if edge == matched:
            return home
        beyond, lost = edge + step, abs(edge - matched)
        if _at_edge(self.old.blocks, edge, step):
            there, most = _edge_of_block(self.new.blocks, home, step), lost + 1
            gap = (there - home) * step
            if self.new.sentences[there] != self.new.sentences[home]:
                return home
        elif self.to[beyond] >= 0:
            gap, most = (self.to[beyond] - home) * step - 1, 2 * lost + 2
        else:
            return home
        if not 0 < gap <= most or any(self._claimed(home + step * n) for n in range(1, gap + 1)):
            return home
        return home + step * gap

    def _claimed(self, j: int) -> bool:
        if self._marks is None:
            self._marks = self.map.claimed()
        return bool(self._marks[j])

    def _replaced(self, first: int, last: int, start: int, end: int) -> Carried | None:
        """Other words between the same neighbours in the same sentence, for a short range."""
        if end - start > REPLACED_MOST or not 0 < first < last < len(self.to):
            return None
        left, right = self.to[first - 1], self.to[last]
        sentence = self.old.sentences[first]
        if left < 0 or right - left < 2 or right - left - 1 > 2 * (last - first) + 2:
            return None
        if not self.solid[first - 1] and not self.solid[last]:
            return None
        if self.old.sentences[first - 1] != sentence or self.new.blocks[left] != self.new.blocks[right]:
            return None
        if any(self._claimed(j) for j in range(left + 1, right)):
            return None
        low, high = left + 1, right - 1
        new_start, new_end = self.new.starts[low], self.new.ends[high]
        alike = Indel.normalized_similarity(
            self.map.old_text[start:end].casefold(), self.map.new_text[new_start:new_end].casefold()
        )
        if alike >= SAME_WORD:
            return Carried(new_start, new_end, None, "edited", round(alike, 3), _changed(last - first))
        return Carried(new_start, new_end, None, "edited", 0.5, "Other words stand in its place")

    def _detached(self, first: int, last: int, reason: str | None = None) -> Carried:
        near = self._near(first, last)
        if reason is None:
            block = self.old.blocks[min(first, len(self.to) - 1)]
            low = bisect_left(self.old.blocks, block)
            high = bisect_right(self.old.blocks, block)
            stayed = bisect_left(self.mapped, high) - bisect_left(self.mapped, low)
            gone = stayed < 0.3 * (high - low)
            reason = "Its paragraph was removed or rewritten" if gone else "Its words were removed or rewritten"
        return Carried(None, None, near, "detached", 0.0, reason)

    def _near(self, first: int, last: int) -> int:
        """Where the range stood: after the last old word before it that still stands, of its paragraph if any."""
        if not self.mapped:
            return 0
        after = bisect_left(self.mapped, last)
        before = bisect_left(self.mapped, first) - 1
        block = self.old.blocks[min(first, len(self.to) - 1)]
        if before >= 0 and self.old.blocks[self.mapped[before]] == block:
            return self.new.ends[self.to[self.mapped[before]]]
        if after < len(self.mapped) and (before < 0 or self.old.blocks[self.mapped[after]] == block):
            return self.new.starts[self.to[self.mapped[after]]]
        return self.new.ends[self.to[self.mapped[before]]]


def _changed(count: int) -> str:
    names = ("", "One word", "Two words", "Three words", "Four words", "Five words")
    return f"{names[count] if count < len(names) else f'{count} words'} changed"


def _at_edge(blocks: Sequence[int], word: int, step: int) -> bool:
    """Whether a word is the last of its paragraph in that direction."""
    beyond = word + step
    return not 0 <= beyond < len(blocks) or blocks[beyond] != blocks[word]


def _edge_of_block(blocks: Sequence[int], word: int, step: int) -> int:
    """The last word of this word's paragraph in that direction."""
    return bisect_right(blocks, blocks[word]) - 1 if step > 0 else bisect_left(blocks, blocks[word])

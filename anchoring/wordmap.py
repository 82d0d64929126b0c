"""The map of old words to new ones while it is made: who became whom, what is taken, and what a word tells."""

import re
from collections import Counter
from functools import cached_property
from itertools import accumulate, pairwise
from math import log2

from anchoring.text import UNSPACED
from anchoring.tokens import Tokens, spans

SOLID = 4  # words of a run that is no chance
PHRASE_TIMES = 3  # two words in a row that the old text has so often are one phrase
WORD_BITS = 12  # what single characters must tell together to be a word: two of Chinese, three of Thai
LETTER = re.compile(f"[{UNSPACED}]")


class WordMap:
    """`to[i]` is the new word of old word i, or -1; `taken[j]` is 1 where new word j has become of an old one.

    Each new word is claimed by one old word at most: that is what keeps a note off a lookalike. `moved[i]` is 1 where
    the word stands out of order.
    """

    def __init__(self, old: Tokens, new: Tokens) -> None:
        self.old, self.new = old, new
        self.a, self.b = old.ids, new.ids
        self.to = [-1] * len(old)
        self.moved = bytearray(len(old))
        self.taken = bytearray(len(new))
        # Words the search of gaps may still read: hostile texts could make it split one word at a time.
        self.budget = 100_000 + 8 * (len(old) + len(new))

    def claim(self, i: int, j: int, length: int, moved: int = 0) -> None:
        """Maps a run, passing over what is mapped or taken already."""
        for step in range(length):
            if self.to[i + step] < 0 and not self.taken[j + step]:
                self.to[i + step] = j + step
                self.taken[j + step] = 1
                self.moved[i + step] = moved

    def release(self, i: int) -> None:
        """Unmaps a mapped word."""
        self.taken[self.to[i]] = 0
        self.to[i] = -1
        self.moved[i] = 0

    def mapped(self) -> list[int]:
        """The old words that have a new one, in order."""
        return [i for i, j in enumerate(self.to) if j >= 0]

    def edges(self, step: int) -> list[int]:
        """The old words that have a new one while the word after (step 1) or before them (-1) has none, in order."""
        pairs = enumerate(pairwise(self.to))
        if step > 0:
            return [i for i, (j, after) in pairs if j >= 0 > after]
        return [i + 1 for i, (before, j) in pairs if j >= 0 > before]

    @cached_property
    def old_sentences(self) -> list[tuple[int, int]]:
        """First and last+1 word of each old sentence; a sentence's number is its place in this list."""
        return spans(self.old.sentences)

    @cached_property
    def new_sentences(self) -> list[tuple[int, int]]:
        """The same of the new text."""
        return spans(self.new.sentences)

    @cached_property
    def counts(self) -> Counter[int]:
        """How often the old text has each word."""
        return Counter(self.a)

    @cached_property
    def bits(self) -> dict[int, float]:
        """What each word tells: the rarer in both texts, the more. "The" tells little, a name much."""
        counts = self.counts + Counter(self.b)
        most = len(self.a) + len(self.b)
        return {word: log2(1 + most / count) for word, count in counts.items()}

    @cached_property
    def _phrases(self) -> dict[tuple[int, int], float]:
        """What the second of two words tells at most, where the old text has the two in a row so often that they are
        one phrase. In scripts without spaces two letters in a row are no phrase, but a word."""
        known = {pair: count for pair, count in Counter(pairwise(self.a)).items() if count >= PHRASE_TIMES}
        places = dict(zip(self.a, range(len(self.a)), strict=True))
        return {
            pair: log2(1 + self.counts[pair[0]] / count)
            for pair, count in known.items()
            if not LETTER.fullmatch(self.old.word(places[pair[1]]))
        }

    @cached_property
    def _sums(self) -> tuple[list[float], list[float]]:
        return self._summed(self.a), self._summed(self.b)

    def _summed(self, words: list[int]) -> list[float]:
        bits, phrases = self.bits, self._phrases
        told = [bits[word] for word in words]
        for index, pair in enumerate(pairwise(words), start=1):
            if pair in phrases:
                told[index] = min(told[index], phrases[pair])
        return [0.0, *accumulate(told)]

    def tells_old(self, start: int, end: int) -> float:
        """What old words start to end-1 tell together: little where a phrase goes on."""
        return self._sums[0][end] - self._sums[0][start]

    def tells_new(self, start: int, end: int) -> float:
        """The same of new words."""
        return self._sums[1][end] - self._sums[1][start]

    def says(self, start: int, end: int) -> float:
        """What a run of old words tells; nothing where it is a letter or two of a script without spaces.

        Such letters are found in the same order in any two sentences.
        """
        told = self.tells_old(start, end)
        return told if told >= WORD_BITS or not LETTER.fullmatch(self.old.word(start)) else 0.0

    def solid_words(self) -> bytearray:
        """1 for each old word in a run of four or more that stayed together."""
        marks = bytearray(len(self.to))
        for begin, end in self.runs_in(0, len(self.to)):
            if end - begin >= SOLID:
                marks[begin:end] = b"\1" * (end - begin)
        return marks

    def runs_in(self, start: int, end: int) -> list[tuple[int, int]]:
        """First and last+1 of the runs of old words between start and end that stayed together."""
        found: list[tuple[int, int]] = []
        begin = start
        previous = -2
        for i in range(start, end):
            j = self.to[i]
            if j != previous + 1 or j < 0:
                if previous >= 0:
                    found.append((begin, i))
                begin = i
            previous = j if j >= 0 else -2
        if previous >= 0:
            found.append((begin, end))
        return found

"""Which word of an old draft became which word of the new one.

The whole of both texts is compared once, whatever the number of notes. Runs of words that occur once in each text are
found first; the heaviest chain of them in order is the backbone, runs off the chain are moves. What lies between
is compared in ever shorter runs, then what is left over sentence by sentence. Each new word is claimed by one old
word at most: that is what keeps a note off a lookalike.
"""

from bisect import bisect_left
from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from rapidfuzz.distance import Indel, LCSseq

from anchoring.runs import Run, heaviest_chain, unique_runs
from anchoring.tokens import Tokens, TooManyTokens, spans, tokenise

VERSION = 1  # of the map below; raised with every change that makes maps other than those kept before
SEED = 6  # words of a run that must be unique in both texts
LONG_MOVE = 9  # words that may stand elsewhere without more evidence
MOST_CHARACTERS = 3_000_000  # old and new together; beyond that only equal beginnings and ends are mapped
MOST_CELLS = 1_000_000  # old times new words of one comparison without unique runs
LIKE_BLOCK, LIKE_SENTENCE, MARGIN = 0.5, 0.6, 0.1
BESIDE = 0.12  # what a neighbour's home beside it adds to a leftover's likeness
RESPELT, MOST_RESPELT = 0.65, 8  # likeness of one word spelled anew; words of a stretch searched for them
RARE, RARE_SHARED = 3, 2  # a word is rare if the old text has it so often; how many a far home must share
SOLID = 4  # words of a run that is no chance
CHANCE_SHARE = 0.38  # a sentence mapped less than this holds only chance matches and solid runs


@dataclass(frozen=True, slots=True)
class Alignment:
    """The map from old words to new ones.

    `to[i]` is the new word of old word i, or -1. `moved[i]` is 1 where it stands out of order. `solid[i]` is 1 where
    it belongs to a run of equal words, so that it is no chance match. `complete` is false where the texts were
    too large to compare.
    """

    old_text: str
    new_text: str
    old: Tokens
    new: Tokens
    to: list[int]
    moved: bytearray
    solid: bytearray
    complete: bool = True

    def runs(self) -> list[list[int]]:
        """The map as data: [first old word, first new word, words, 1 if moved] for each run; `restore` reads it."""
        found: list[list[int]] = []
        for i, j in enumerate(self.to):
            if j < 0:
                continue
            last = found[-1] if found else None
            if last and last[0] + last[2] == i and last[1] + last[2] == j and last[3] == self.moved[i]:
                last[2] += 1
            else:
                found.append([i, j, 1, self.moved[i]])
        return found

    def claimed(self) -> bytearray:
        """1 for each new word that an old word became."""
        marks = bytearray(len(self.new))
        for j in self.to:
            if j >= 0:
                marks[j] = 1
        return marks


def align(old: str, new: str) -> Alignment:
    """Compares two texts. Time grows with their length, and is bounded whatever they hold."""
    vocabulary: dict[str, int] = {}
    try:
        if len(old) + len(new) > MOST_CHARACTERS:
            raise TooManyTokens
        old_tokens = tokenise(old, vocabulary)
        new_tokens = old_tokens if old == new else tokenise(new, vocabulary)
    except TooManyTokens:
        return _incomplete(old, new)
    work = _Work(old_tokens, new_tokens)
    if old == new:
        work.to = list(range(len(old_tokens)))
    else:
        work.run()
    return Alignment(old, new, old_tokens, new_tokens, work.to, work.moved, work.solid_words())


def restore(old: str, new: str, runs: Sequence[Sequence[int]] | None) -> Alignment:
    """The alignment of two texts from its kept `runs`; None where they were too large to compare.

    Raises ValueError where the runs are not of these texts.
    """
    if runs is None:
        return _incomplete(old, new)
    vocabulary: dict[str, int] = {}
    work = _Work(tokenise(old, vocabulary), tokenise(new, vocabulary))
    for i, j, length, moved in runs:
        if not (0 <= i <= i + length <= len(work.a) and 0 <= j <= j + length <= len(work.b)):
            raise ValueError("this map is of other texts")
        work.claim(i, j, length, moved)
    return Alignment(old, new, work.old, work.new, work.to, work.moved, work.solid_words())


def _incomplete(old: str, new: str) -> Alignment:
    nothing = Tokens("", [], [], [], [], [])
    return Alignment(old, new, nothing, nothing, [], bytearray(), bytearray(), complete=False)


class _Work:
    def __init__(self, old: Tokens, new: Tokens) -> None:
        self.old, self.new = old, new
        self.a, self.b = old.ids, new.ids
        self.to = [-1] * len(old)
        self.moved = bytearray(len(old))
        self.taken = bytearray(len(new))
        # Words the search of gaps may still read: hostile texts could make it split one word at a time.
        self.budget = 200_000 + 12 * (len(old) + len(new))
        self.counts: Counter[int] | None = None
        self.pairs: dict[tuple[int, int], list[int]] = defaultdict(list)

    def run(self) -> None:
        runs = unique_runs(self.a, self.b, SEED)
        chain = heaviest_chain(runs)
        for run in chain:
            self.claim(run.old, run.new, run.length)
        in_chain = {id(run) for run in chain}
        backbone = [i for i, j in enumerate(self.to) if j >= 0]
        self.moves([run for run in runs if id(run) not in in_chain], backbone)
        self.gaps(backbone)
        self.borders()
        self.prune()
        for units, likeness in ((self.old.blocks, LIKE_BLOCK), (self.old.sentences, LIKE_SENTENCE)):
            new_units = self.new.blocks if units is self.old.blocks else self.new.sentences
            self.leftovers(spans(units), spans(new_units), likeness)
        self.prune()

    def claim(self, i: int, j: int, length: int, moved: int = 0) -> None:
        """Maps a run, passing over what is mapped or taken already."""
        for step in range(length):
            if self.to[i + step] < 0 and not self.taken[j + step]:
                self.to[i + step] = j + step
                self.taken[j + step] = 1
                self.moved[i + step] = moved

    # Moves

    def moves(self, runs: list[Run], backbone: list[int]) -> None:
        """Accepts runs that stand out of order, longest first, unless their words are also where they were."""
        shared = len(backbone) / max(1, len(self.a))
        least = 2 * SEED if shared < 0.2 else SEED
        if runs:
            for position, pair in enumerate(pairwise(self.b)):
                self.pairs[pair].append(position)
        for run in sorted(runs, key=lambda each: -each.length):
            free = self._free_part(run)
            if free is None or free.length < least:
                continue
            if free.length < LONG_MOVE and not (
                self._fills(self.old.sentences, free.old, free.length)
                and self._fills(self.new.sentences, free.new, free.length)
            ):
                continue
            if not self._still_there(free, backbone):
                self.claim(free.old, free.new, free.length, moved=1)

    def _free_part(self, run: Run) -> Run | None:
        """The longest part of a run that nothing has claimed."""
        best: Run | None = None
        begin = -1
        for step in range(run.length + 1):
            free = step < run.length and self.to[run.old + step] < 0 and not self.taken[run.new + step]
            if free and begin < 0:
                begin = step
            elif not free and begin >= 0:
                if best is None or step - begin > best.length:
                    best = Run(run.old + begin, run.new + begin, step - begin)
                begin = -1
        return best

    @staticmethod
    def _fills(sentences: list[int], first: int, length: int) -> bool:
        """Whether the run is more than half of the sentence it begins in."""
        name = sentences[first + length // 2]
        low = bisect_left(sentences, name)
        high = bisect_left(sentences, name + 1)
        return 2 * (min(high, first + length) - max(low, first)) > high - low

    def _still_there(self, run: Run, backbone: list[int]) -> bool:
        """Whether most of its word pairs stand in the new text where it stood: then the far one is a copy."""
        at = bisect_left(backbone, run.old)
        low = self.to[backbone[at - 1]] + 1 if at else 0
        after = bisect_left(backbone, run.old + run.length)
        high = self.to[backbone[after]] if after < len(backbone) else len(self.b)
        words = self.a[run.old : run.old + run.length]
        pairs = list(pairwise(words))
        there = 0
        for pair in pairs:
            places = self.pairs[pair]
            nearest = bisect_left(places, low)
            there += nearest < len(places) and places[nearest] < high - 1
        return there >= 0.6 * len(pairs)

    # Gaps

    def gaps(self, backbone: list[int]) -> None:
        previous_i = previous_j = -1
        for i in [*backbone, len(self.a)]:
            j = self.to[i] if i < len(self.a) else len(self.b)
            if i - previous_i > 1 and j - previous_j > 1:
                self.gap(range(previous_i + 1, i), range(previous_j + 1, j), 0)
            previous_i, previous_j = i, j

    def gap(self, old: range, new: range, moved: int) -> None:
        """Maps what is unclaimed in one stretch of the old text to what is unclaimed in one of the new."""
        stack = [([i for i in old if self.to[i] < 0], [j for j in new if not self.taken[j]], 5)]
        while stack:
            rows, columns, size = stack.pop()
            self.budget -= len(rows) + len(columns)
            if self.budget < 0:
                return
            head = 0
            while head < min(len(rows), len(columns)) and self.a[rows[head]] == self.b[columns[head]]:
                self.claim(rows[head], columns[head], 1, moved)
                head += 1
            rows, columns = rows[head:], columns[head:]
            tail = 0
            while tail < min(len(rows), len(columns)) and self.a[rows[-1 - tail]] == self.b[columns[-1 - tail]]:
                self.claim(rows[-1 - tail], columns[-1 - tail], 1, moved)
                tail += 1
            rows, columns = rows[: len(rows) - tail], columns[: len(columns) - tail]
            if not rows or not columns:
                continue
            words, others = [self.a[i] for i in rows], [self.b[j] for j in columns]
            for run_size in (n for n in (5, 3, 2) if n <= size):
                chain = heaviest_chain(unique_runs(words, others, run_size))
                if chain:
                    self._split(stack, rows, columns, chain, run_size, moved)
                    break
            else:
                self._subsequence(rows, columns, words, others, moved)

    def _split(
        self,
        stack: list[tuple[list[int], list[int], int]],
        rows: list[int],
        columns: list[int],
        chain: list[Run],
        size: int,
        moved: int,
    ) -> None:
        row = column = 0
        for run in [*chain, Run(len(rows), len(columns), 0)]:
            if run.old > row and run.new > column:
                stack.append((rows[row : run.old], columns[column : run.new], size))
            for step in range(run.length):
                self.claim(rows[run.old + step], columns[run.new + step], 1, moved)
            row, column = max(row, run.old + run.length), max(column, run.new + run.length)

    def _subsequence(
        self, rows: list[int], columns: list[int], words: list[int], others: list[int], moved: int
    ) -> None:
        cells = len(rows) * len(columns)
        self.budget -= cells // 64
        if cells > MOST_CELLS or self.budget < 0:
            return
        row = column = 0
        for block in LCSseq.opcodes(words, others):
            if block.tag != "equal":
                continue
            self._respelt(rows[row : block.src_start], columns[column : block.dest_start], moved)
            for step in range(block.src_end - block.src_start):
                self.claim(rows[block.src_start + step], columns[block.dest_start + step], 1, moved)
            row, column = block.src_end, block.dest_end
        self._respelt(rows[row:], columns[column:], moved)

    def _respelt(self, rows: list[int], columns: list[int], moved: int) -> None:
        """Pairs words that were only spelled anew, in a short stretch that was replaced."""
        if max(len(rows), len(columns)) > MOST_RESPELT:
            return
        column = 0
        for i in rows:
            word = self.old.word(i)
            if len(word) < 3:
                continue
            for at in range(column, len(columns)):
                if Indel.normalized_similarity(word, self.new.word(columns[at])) >= RESPELT:
                    self.claim(i, columns[at], 1, moved)
                    column = at + 1
                    break

    def borders(self) -> None:
        """Grows moved runs over their neighbours inside the paragraph, where both sides are free."""
        for step, edge in ((1, len(self.a)), (-1, -1)):
            indices = range(len(self.a)) if step == 1 else range(len(self.a) - 1, -1, -1)
            for i in indices:
                j, k = self.to[i], i + step
                if j < 0 or not self.moved[i] or k == edge or self.to[k] >= 0:
                    continue
                if self.old.blocks[k] != self.old.blocks[i]:
                    continue
                low, high = self._free_old(k, step), self._free_new(j + step, step)
                if low and high:
                    self.gap(low, high, 1)

    def _free_old(self, k: int, step: int) -> range | None:
        block, last = self.old.blocks[k], k
        while 0 <= last < len(self.a) and self.to[last] < 0 and self.old.blocks[last] == block:
            last += step
        return range(k, last) if step == 1 else range(last + 1, k + 1)

    def _free_new(self, k: int, step: int) -> range | None:
        if not 0 <= k < len(self.b):
            return None
        block, last = self.new.blocks[k], k
        while 0 <= last < len(self.b) and not self.taken[last] and self.new.blocks[last] == block:
            last += step
        found = range(k, last) if step == 1 else range(last + 1, k + 1)
        return found if len(found) else None

    # What is left

    def leftovers(self, units: list[tuple[int, int]], homes: list[tuple[int, int]], least: float) -> None:
        """Gives units that are mostly unmapped to the one unclaimed home that is alike, if it is clearly the one."""
        open_units = [(s, e) for s, e in units if e - s > 3 and _share(self.to, s, e) < 0.3]
        open_homes = [(s, e) for s, e in homes if e - s > 3 and sum(self.taken[s:e]) < 0.3 * (e - s)]
        if not open_units or not open_homes:
            return
        where: dict[int, list[int]] = defaultdict(list)
        for number, (s, e) in enumerate(open_homes):
            for word in set(self.b[s:e]):
                where[word].append(number)
        if self.counts is None:
            self.counts = Counter(self.a)
        counts = self.counts
        found: list[tuple[float, int, int]] = []
        for number, (s, e) in enumerate(open_units):
            votes: Counter[int] = Counter()
            words = sorted(set(self.a[s:e]), key=lambda word: counts[word])
            for word in words[:16]:
                if len(where.get(word, ())) <= 16:
                    votes.update(where[word])
            for home, _ in votes.most_common(6):
                likeness = self._likeness(open_units[number], open_homes[home])
                if likeness >= least - BESIDE:
                    found.append((likeness, number, home))
        self._assign(found, open_units, open_homes, least)

    def _likeness(self, unit: tuple[int, int], home: tuple[int, int]) -> float:
        words, others = self.a[slice(*unit)], self.b[slice(*home)]
        if len(words) * len(others) > MOST_CELLS:
            return 0.0
        likeness = 2 * LCSseq.similarity(words, others) / (len(words) + len(others))
        return likeness + (BESIDE if self._beside(unit, home) else 0.0)

    def _beside(self, unit: tuple[int, int], home: tuple[int, int]) -> bool:
        before = unit[0] > 0 and home[0] > 0 and self.to[unit[0] - 1] == home[0] - 1
        after = unit[1] < len(self.a) and home[1] < len(self.b) and self.to[unit[1]] == home[1]
        return before or after

    def _assign(
        self,
        found: list[tuple[float, int, int]],
        units: list[tuple[int, int]],
        homes: list[tuple[int, int]],
        least: float,
    ) -> None:
        by_unit: dict[int, list[float]] = defaultdict(list)
        by_home: dict[int, list[float]] = defaultdict(list)
        for likeness, unit, home in found:
            by_unit[unit].append(likeness)
            by_home[home].append(likeness)
        for likeness, unit, home in sorted(found, reverse=True):
            rivals = [*by_unit[unit], *by_home[home]]
            rivals.remove(likeness)
            rivals.remove(likeness)
            if likeness < least or any(rival > likeness - MARGIN for rival in rivals):
                continue
            in_order = self._beside(units[unit], homes[home])
            if not in_order and not self._telling(units[unit], homes[home]):
                continue
            self.gap(range(*units[unit]), range(*homes[home]), 0 if in_order else 1)

    def _telling(self, unit: tuple[int, int], home: tuple[int, int]) -> bool:
        """Whether the two share words rare enough to say that one became the other, far from where it stood."""
        if self.counts is None:
            self.counts = Counter(self.a)
        shared = set(self.a[slice(*unit)]) & set(self.b[slice(*home)])
        return sum(self.counts[word] <= RARE for word in shared) >= RARE_SHARED

    def prune(self) -> None:
        """Unmaps chance matches: single words of a sentence that is otherwise gone."""
        solid = self.solid_words()
        for s, e in spans(self.old.sentences):
            weight = sum(self.old.ends[i] - self.old.starts[i] for i in range(s, e))
            mapped = sum(self.old.ends[i] - self.old.starts[i] for i in range(s, e) if self.to[i] >= 0)
            if mapped and mapped < CHANCE_SHARE * weight:
                for i in range(s, e):
                    if self.to[i] >= 0 and not solid[i]:
                        self.taken[self.to[i]] = 0
                        self.to[i] = -1
                        self.moved[i] = 0

    def solid_words(self) -> bytearray:
        """1 for each old word in a run of four or more that stayed together."""
        marks = bytearray(len(self.to))
        begin = 0
        for i in range(1, len(self.to) + 1):
            if i == len(self.to) or self.to[i] < 0 or self.to[i] != self.to[i - 1] + 1:
                if self.to and self.to[begin] >= 0 and i - begin >= SOLID:
                    marks[begin:i] = b"\1" * (i - begin)
                begin = i
        return marks


def _share(to: list[int], start: int, end: int) -> float:
    return sum(j >= 0 for j in to[start:end]) / (end - start)

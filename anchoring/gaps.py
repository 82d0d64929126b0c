"""Maps what is left between words that are mapped: by ever shorter runs, the longest common subsequence, spelling."""

from itertools import pairwise
from math import log2

from rapidfuzz.distance import Indel, LCSseq

from anchoring.runs import Run, heaviest_chain, unique_runs
from anchoring.wordmap import SOLID, WordMap

MOST_CELLS = 1_000_000  # old times new words of one comparison without unique runs
RESPELT, MOST_RESPELT = 0.65, 8  # likeness of one word spelled anew; words of a stretch searched for them
SWAPPED = 3  # words of a run that changed its place within the sentence
BEYOND_CHANCE = 10  # bits such a run must tell beyond those that chance gives in so many places


def gaps(work: WordMap, backbone: list[int]) -> None:
    """Maps what lies between neighbours in the backbone, in order."""
    previous_i = previous_j = -1
    for i in [*backbone, len(work.a)]:
        j = work.to[i] if i < len(work.a) else len(work.b)
        if i - previous_i > 1 and j - previous_j > 1:
            gap(work, range(previous_i + 1, i), range(previous_j + 1, j), 0)
        previous_i, previous_j = i, j


def gap(work: WordMap, old: range, new: range, moved: int) -> None:
    """Maps what is unclaimed in one stretch of the old text to what is unclaimed in one of the new."""
    if work.budget < 0:
        return
    stack = [([i for i in old if work.to[i] < 0], [j for j in new if not work.taken[j]], 5)]
    while stack:
        rows, columns, size = stack.pop()
        work.budget -= len(rows) + len(columns)
        if work.budget < 0:
            return
        head = 0
        while head < min(len(rows), len(columns)) and work.a[rows[head]] == work.b[columns[head]]:
            work.claim(rows[head], columns[head], 1, moved)
            head += 1
        rows, columns = rows[head:], columns[head:]
        tail = 0
        while tail < min(len(rows), len(columns)) and work.a[rows[-1 - tail]] == work.b[columns[-1 - tail]]:
            work.claim(rows[-1 - tail], columns[-1 - tail], 1, moved)
            tail += 1
        rows, columns = rows[: len(rows) - tail], columns[: len(columns) - tail]
        if not rows or not columns:
            continue
        words, others = [work.a[i] for i in rows], [work.b[j] for j in columns]
        for run_size in (n for n in (5, 3, 2) if n <= size):
            work.budget -= len(words) + len(others)
            if work.budget < 0:
                return
            chain = heaviest_chain(unique_runs(words, others, run_size))
            if chain:
                _split(work, stack, rows, columns, chain, run_size, moved)
                break
        else:
            _subsequence(work, rows, columns, words, others, moved)


def _split(
    work: WordMap,
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
            work.claim(rows[run.old + step], columns[run.new + step], 1, moved)
        row, column = max(row, run.old + run.length), max(column, run.new + run.length)


def _subsequence(
    work: WordMap, rows: list[int], columns: list[int], words: list[int], others: list[int], moved: int
) -> None:
    cells = len(rows) * len(columns)
    work.budget -= cells // 64
    if cells > MOST_CELLS or work.budget < 0:
        return
    row = column = 0
    for block in LCSseq.opcodes(words, others):
        if block.tag != "equal":
            continue
        _respelt(work, rows[row : block.src_start], columns[column : block.dest_start], moved)
        for step in range(block.src_end - block.src_start):
            work.claim(rows[block.src_start + step], columns[block.dest_start + step], 1, moved)
        row, column = block.src_end, block.dest_end
    _respelt(work, rows[row:], columns[column:], moved)


def _respelt(work: WordMap, rows: list[int], columns: list[int], moved: int) -> None:
    """Pairs words that were only spelled anew, in a short stretch that was replaced."""
    if max(len(rows), len(columns)) > MOST_RESPELT:
        return
    column = 0
    for i in rows:
        word = work.old.word(i)
        if len(word) < 3:
            continue
        for at in range(column, len(columns)):
            if Indel.normalized_similarity(word, work.new.word(columns[at])) >= RESPELT:
                work.claim(i, columns[at], 1, moved)
                column = at + 1
                break


def inside(work: WordMap) -> None:
    """Maps what stands between two mapped words of one sentence that are in one sentence there too."""
    old, new = work.old.sentences, work.new.sentences
    holes = [(before, after) for before, after in pairwise(work.mapped()) if after - before > 1]
    for before, after in holes:
        low, high = work.to[before], work.to[after]
        if high - low > 1 and old[before] == old[after] and new[low] == new[high]:
            gap(work, range(before + 1, after), range(low + 1, high), work.moved[after])


def borders(work: WordMap, within: str, only_moved: bool) -> None:
    """Grows mapped runs over their free neighbours `within` the "sentences" or "blocks" of both sides."""
    units, homes = getattr(work.old, within), getattr(work.new, within)
    for step in (1, -1):
        for i in work.edges(step)[::step]:
            j, k = work.to[i], i + step
            if work.to[k] >= 0 or (only_moved and not work.moved[i]):
                continue
            if units[k] != units[i] or not 0 <= j + step < len(work.b) or homes[j + step] != homes[j]:
                continue
            there = j + step
            while 0 <= there < len(work.b) and not work.taken[there] and homes[there] == homes[j]:
                there += step
            if there == j + step:
                continue
            here = k
            while 0 <= here < len(work.a) and work.to[here] < 0 and units[here] == units[k]:
                here += step
            gap(work, _between(k, here), _between(j + step, there), work.moved[i])


def _between(first: int, beyond: int) -> range:
    return range(first, beyond) if beyond > first else range(beyond + 1, first + 1)


def swapped(work: WordMap) -> None:
    """Maps runs of words that changed places within their sentence: "A, and B." became "B, A."."""
    for start, end in work.old_sentences:
        rows = [i for i in range(start, end) if work.to[i] < 0]
        if len(rows) < SWAPPED or end - start - len(rows) < SOLID:
            continue
        home = main_home(work, start, end)
        columns = [j for j in range(*work.new_sentences[home]) if not work.taken[j]]
        if len(columns) < SWAPPED:
            continue
        least = BEYOND_CHANCE + log2(len(rows) * len(columns))
        words = [work.a[i] for i in rows]
        for run in heaviest_chain(unique_runs(words, [work.b[j] for j in columns], SWAPPED)):
            if sum(work.bits[word] for word in words[run.old : run.old + run.length]) >= least:
                for step in range(run.length):
                    work.claim(rows[run.old + step], columns[run.new + step], 1, 1)


def main_home(work: WordMap, start: int, end: int) -> int:
    """The new sentence that most of the mapped ones of old words start to end-1 are in."""
    counts: dict[int, int] = {}
    for j in work.to[start:end]:
        if j >= 0:
            home = work.new.sentences[j]
            counts[home] = counts.get(home, 0) + 1
    return max(counts, key=counts.__getitem__)

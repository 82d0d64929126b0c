"""Runs of equal words in two lists, and the heaviest chain of them in order."""

from dataclasses import dataclass


@dataclass(slots=True)
class Run:
    """Equal words: `length` from `old` on are those from `new` on."""

    old: int
    new: int
    length: int


def unique_runs(a: list[int], b: list[int], size: int) -> list[Run]:
    """Maximal equal runs that grow from sequences of `size` words which occur once in each list."""
    if len(a) < size or len(b) < size:
        return []
    here = _once(a, size)
    there = _once(b, size)
    runs: list[Run] = []
    end_old = end_new = -1
    for key, i in here.items():
        j = there.get(key, -1)
        if i < 0 or j < 0 or (i < end_old and j - i == end_new - end_old):
            continue
        first_i, first_j = i, j
        while first_i and first_j and a[first_i - 1] == b[first_j - 1]:
            first_i, first_j = first_i - 1, first_j - 1
        end_old, end_new = i + size, j + size
        while end_old < len(a) and end_new < len(b) and a[end_old] == b[end_new]:
            end_old, end_new = end_old + 1, end_new + 1
        runs.append(Run(first_i, first_j, end_old - first_i))
    return runs


def _once(words: list[int], size: int) -> dict[tuple[int, ...], int]:
    """Where each sequence of `size` words begins; -1 where it occurs more than once."""
    seen: dict[tuple[int, ...], int] = {}
    for position, key in enumerate(zip(*(words[offset:] for offset in range(size)), strict=False)):
        seen[key] = -1 if key in seen else position
    return seen


def heaviest_chain(runs: list[Run]) -> list[Run]:
    """The runs, in order in both texts, that hold the most words; O(n log n) by a Fenwick tree of best weights."""
    if len(runs) < 2:
        return list(runs)
    runs = sorted(runs, key=lambda run: (run.old, run.new))
    ranks = {start: rank for rank, start in enumerate(sorted({run.new for run in runs}), start=1)}
    best: list[tuple[int, int]] = [(0, -1)] * (len(ranks) + 1)
    previous = [-1] * len(runs)
    top = (0, -1)
    for index, run in enumerate(runs):
        rank = ranks[run.new] - 1
        score = (0, -1)
        while rank:
            score = max(score, best[rank])
            rank &= rank - 1
        previous[index] = score[1]
        mine = (score[0] + run.length, index)
        top = max(top, mine)
        rank = ranks[run.new]
        while rank < len(best):
            best[rank] = max(best[rank], mine)
            rank += rank & -rank
    chain: list[Run] = []
    index = top[1]
    while index >= 0:
        chain.append(runs[index])
        index = previous[index]
    return chain[::-1]

"""Runs of equal words that stand out of order: what was moved, and not what was copied."""

from bisect import bisect_left
from collections import defaultdict
from itertools import pairwise

from rapidfuzz.distance import LCSseq

from anchoring.gaps import MOST_CELLS
from anchoring.runs import Run
from anchoring.tokens import Tokens
from anchoring.wordmap import WordMap

OVERHANG = 2  # words of a run beyond the edge of a sentence that say nothing about it
LONG_MOVE = 9  # words that may stand elsewhere without more evidence
SHARED_LITTLE = 0.2  # of the old text in the backbone; below it another text stands there, and chance runs are many
STILL_THERE = 0.4  # of a run's word pairs; a sentence with a quarter of its words swapped keeps about half of them
STILL_SAID = 0.5  # of what a run tells, in a place that has room for it alone


def moves(work: WordMap, runs: list[Run], backbone: list[int], least: int) -> None:
    """Accepts runs off the backbone, longest first, unless their words are also where they were.

    `least` is the length of the shortest one; `backbone` names the old words that stand in order.
    """
    if not runs:
        return
    if len(backbone) < SHARED_LITTLE * len(work.a):
        least *= 2
    places: dict[tuple[int, int], list[int]] = defaultdict(list)
    for position, pair in enumerate(pairwise(work.b)):
        places[pair].append(position)
    for run in sorted(runs, key=lambda each: -each.length):
        free = _free_part(work, run)
        if free is None or free.length < least:
            continue
        if free.length < LONG_MOVE and not (
            _fills(work.old.sentences, free.old, free.length) and _fills(work.new.sentences, free.new, free.length)
        ):
            continue
        if not _still_there(work, free, backbone, places):
            work.claim(free.old, free.new, free.length, moved=1)


def without_overhang(work: WordMap, run: Run) -> Run:
    """The run without the few words by which it reaches into the sentence before or after it: a full stop, a "The".

    Sentences end and begin alike, so those are often another one's that stands there; gaps find them if they are not.
    """
    start, end = run.old, run.old + run.length
    shift = run.new - run.old
    low, high = start, end
    for at in range(start + 1, min(start + OVERHANG, end - 1) + 1):
        if _opens(work.old, at) and _opens(work.new, at + shift):
            low = at
    for at in range(end - 1, max(end - 1 - OVERHANG, low), -1):
        if _opens(work.old, at) and _opens(work.new, at + shift):
            high = at
    # A sentence that is short but whole is no overhang.
    if _opens(work.old, start) and _opens(work.new, start + shift):
        low = start
    if _opens(work.old, end) and _opens(work.new, end + shift):
        high = end
    return Run(low, low + shift, high - low)


def _opens(tokens: Tokens, at: int) -> bool:
    return not 0 < at < len(tokens) or tokens.sentences[at] != tokens.sentences[at - 1]


def hole(work: WordMap, backbone: list[int], start: int, end: int) -> tuple[int, int]:
    """First and last+1 new word between the neighbours in the backbone of old words start to end-1."""
    at = bisect_left(backbone, start)
    low = work.to[backbone[at - 1]] + 1 if at else 0
    after = bisect_left(backbone, end)
    return low, work.to[backbone[after]] if after < len(backbone) else len(work.b)


def is_said(work: WordMap, start: int, end: int, low: int, high: int) -> bool:
    """Whether new words low to high-1 say most of what old words start to end-1 do, in the same order."""
    if (end - start) * (high - low) > MOST_CELLS:
        return False
    blocks = LCSseq.opcodes(work.a[start:end], work.b[low:high])
    told = sum(work.says(start + each.src_start, start + each.src_end) for each in blocks if each.tag == "equal")
    return told >= STILL_SAID * work.tells_old(start, end)


def _free_part(work: WordMap, run: Run) -> Run | None:
    """The longest part of a run that nothing has claimed."""
    best: Run | None = None
    begin = -1
    for step in range(run.length + 1):
        free = step < run.length and work.to[run.old + step] < 0 and not work.taken[run.new + step]
        if free and begin < 0:
            begin = step
        elif not free and begin >= 0:
            if best is None or step - begin > best.length:
                best = Run(run.old + begin, run.new + begin, step - begin)
            begin = -1
    return best


def _fills(sentences: list[int], first: int, length: int) -> bool:
    """Whether the run is more than half of the sentence that its middle is in."""
    name = sentences[first + length // 2]
    low = bisect_left(sentences, name)
    high = bisect_left(sentences, name + 1)
    return 2 * (min(high, first + length) - max(low, first)) > high - low


def _still_there(work: WordMap, run: Run, backbone: list[int], places: dict[tuple[int, int], list[int]]) -> bool:
    """Whether the run's word pairs stand in the new text where it stood, edited or not: the far one is a copy then."""
    low, high = hole(work, backbone, run.old, run.old + run.length)
    if (
        high - low <= 2 * run.length and run.length * (high - low) <= MOST_CELLS
    ):  # room for this sentence alone, not for chance: single words tell enough
        return is_said(work, run.old, run.old + run.length, low, high)
    there = 0
    for pair in pairwise(work.a[run.old : run.old + run.length]):
        positions = places.get(pair, [])
        nearest = bisect_left(positions, low)
        there += nearest < len(positions) and positions[nearest] < high - 1
    return there >= STILL_THERE * (run.length - 1)

"""Second thoughts about a map: chance matches go, and edges fall where sentences do."""

from itertools import pairwise

from anchoring.tokens import Tokens
from anchoring.wordmap import SOLID, WordMap

CHANCE_SHARE = 0.35  # of what a sentence tells; mapped less than this it holds only chance matches and solid runs
SOLID_BITS = 28  # what a run within such a sentence must tell to be no chance, single characters being words in Thai
STRAY_SHARE = 0.2  # of what a sentence tells; less than this did not stay behind when it was moved
MOST_SLID = 64  # words that the edge of something put in may be slid over


def prune(work: WordMap) -> None:
    """Unmaps words that two sentences have in common by chance, and those that stayed behind without theirs."""
    homes = work.new.sentences
    for start, end in work.old_sentences:
        first = work.to[start]
        if first >= 0 and work.to[start:end] == list(range(first, first + end - start)):
            continue
        shared: dict[int, float] = {}
        for low, high in work.runs_in(start, end):
            if not work.says(low, high):
                for i in range(low, high):
                    work.release(i)
                continue
            for i in range(low, high):
                home = homes[work.to[i]]
                shared[home] = shared.get(home, 0.0) + work.tells_old(i, i + 1)
        if not shared:
            continue
        whole = work.tells_old(start, end)
        if sum(shared.values()) < CHANCE_SHARE * whole:
            _unmap_chance(work, start, end, shared, whole)
        elif len(shared) > 1:
            _unmap_strays(work, start, end, shared, whole)


def _unmap_chance(work: WordMap, start: int, end: int, shared: dict[int, float], whole: float) -> None:
    """What two sentences share goes if it is little of both and no run of words; a short part may be all of one."""
    weak = {
        home
        for home, told in shared.items()
        if told < CHANCE_SHARE * min(whole, work.tells_new(*work.new_sentences[home]))
    }
    if not weak:
        return
    solid = bytearray(end - start)
    for low, high in work.runs_in(start, end):
        if high - low >= SOLID and work.tells_old(low, high) >= SOLID_BITS:
            solid[low - start : high - start] = b"\1" * (high - low)
    for i in range(start, end):
        if work.to[i] >= 0 and not solid[i - start] and work.new.sentences[work.to[i]] in weak:
            work.release(i)


def _unmap_strays(work: WordMap, start: int, end: int, shared: dict[int, float], whole: float) -> None:
    """A word that stayed when its sentence was moved belongs to another one that begins, or ends, alike."""
    homes = work.new.sentences
    main = max(shared, key=shared.__getitem__)
    moved = next(work.moved[i] for i in range(start, end) if work.to[i] >= 0 and homes[work.to[i]] == main)
    for i in range(start, end):
        if work.to[i] >= 0 and work.moved[i] != moved:
            home = homes[work.to[i]]
            if home != main and shared[home] < STRAY_SHARE * whole:
                work.release(i)


def slide(work: WordMap) -> None:
    """Lets what was put in or taken out begin and end with sentences, where equal words leave the choice.

    "A. B." that became "A. X. B." got either ". X" or "X." in addition: it was a sentence.
    """
    for before, after in pairwise(work.mapped()):
        low, high = work.to[before], work.to[after]
        if low < 0 or high < 0 or work.moved[before] != work.moved[after]:
            continue
        if after == before + 1 and high > low + 1 and work.taken.find(1, low + 1, high) < 0:
            _slide_new(work, after, low + 1, high)
        elif high == low + 1 and after > before + 1:
            _slide_old(work, before + 1, after, high)


def _slide_new(work: WordMap, i: int, low: int, high: int) -> None:
    """New words low to high-1 stand between old words i-1 and i."""
    words, to = work.b, work.to
    left = right = 0
    while (
        left < min(MOST_SLID, i)
        and to[i - left - 1] == low - left - 1
        and words[low - left - 1] == words[high - left - 1]
    ):
        left += 1
    while (
        right < min(MOST_SLID, len(to) - i)
        and to[i + right] == high + right
        and words[low + right] == words[high + right]
    ):
        right += 1
    shift = _best_shift(left, right, (work.new, low), (work.new, high), (work.old, i))
    for k in range(1, -shift + 1):
        to[i - k] = high - k
        work.taken[low - k], work.taken[high - k] = 0, 1
    for k in range(shift):
        to[i + k] = low + k
        work.taken[high + k], work.taken[low + k] = 0, 1


def _slide_old(work: WordMap, low: int, high: int, j: int) -> None:
    """Old words low to high-1 are gone between new words j-1 and j."""
    words, to = work.a, work.to
    left = right = 0
    while (
        left < min(MOST_SLID, low)
        and to[low - left - 1] == j - left - 1
        and words[low - left - 1] == words[high - left - 1]
    ):
        left += 1
    while (
        right < min(MOST_SLID, len(to) - high)
        and to[high + right] == j + right
        and words[low + right] == words[high + right]
    ):
        right += 1
    shift = _best_shift(left, right, (work.old, low), (work.old, high), (work.new, j))
    moved = work.moved[high]
    for k in range(1, -shift + 1):
        to[high - k], to[low - k] = to[low - k], -1
        work.moved[high - k], work.moved[low - k] = moved, 0
    for k in range(shift):
        to[low + k], to[high + k] = to[high + k], -1
        work.moved[low + k], work.moved[high + k] = moved, 0


def _best_shift(left: int, right: int, *edges: tuple[Tokens, int]) -> int:
    """How far to slide so that most edges are the beginnings of paragraphs and sentences; 0 where it is all one."""
    best, shift = sum(_edge(tokens, at) for tokens, at in edges), 0
    for k in [*range(-1, -left - 1, -1), *range(1, right + 1)]:
        score = sum(_edge(tokens, at + k) for tokens, at in edges)
        if score > best:
            best, shift = score, k
    return shift


def _edge(tokens: Tokens, at: int) -> int:
    """2 where a paragraph begins, 1 where a sentence does."""
    if not 0 < at < len(tokens) or tokens.blocks[at] != tokens.blocks[at - 1]:
        return 2
    return int(tokens.sentences[at] != tokens.sentences[at - 1])

"""Paragraphs and sentences that are still unmapped, each to the one unclaimed home that is alike, if it is clear."""

from collections import Counter, defaultdict

from rapidfuzz.distance import LCSseq

from anchoring.gaps import MOST_CELLS, gap
from anchoring.moves import hole
from anchoring.wordmap import WordMap

MARGIN = 0.1  # by which the one home must be better than the next, for this unit and for this home
BESIDE = 0.12  # what a neighbour's home beside it adds to a leftover's likeness
RARE, RARE_SHARED = 3, 2  # a word is rare if the old text has it so often; how many a far home must share
OPEN = 0.3  # of a unit mapped, or a home taken, below which it is open
VOTERS, MOST_HOMES, CANDIDATES = 16, 16, 6  # words that name homes; homes of a word that names; homes compared
FAR = 2_000  # unmapped words looked over for a neighbour

Span = tuple[int, int]


def leftovers(
    work: WordMap, units: list[Span], homes: list[Span], least: float, backbone: list[int] | None = None
) -> None:
    """Gives open units their homes. `least` is the likeness needed (0-1); with a `backbone` only homes between the
    unit's neighbours in it are seen, so that what was edited where it stood is found before any copy of it."""
    open_units = [(s, e) for s, e in units if e - s > 3 and _mapped(work, s, e) < OPEN * (e - s)]
    open_homes = [(s, e) for s, e in homes if e - s > 3 and work.taken.count(1, s, e) < OPEN * (e - s)]
    if not open_units or not open_homes:
        return
    where: dict[int, list[int]] = defaultdict(list)
    for number, (s, e) in enumerate(open_homes):
        for word in set(work.b[s:e]):
            where[word].append(number)
    found: list[tuple[float, int, int]] = []
    for number, unit in enumerate(open_units):
        votes: Counter[int] = Counter()
        words = sorted(set(work.a[slice(*unit)]), key=lambda word: work.counts[word])
        for word in words[:VOTERS]:
            if len(where.get(word, ())) <= MOST_HOMES:
                votes.update(where[word])
        if backbone is not None:
            low, high = hole(work, backbone, *unit)
            votes = Counter({n: v for n, v in votes.items() if low <= open_homes[n][0] and open_homes[n][1] <= high})
        for home, _ in votes.most_common(CANDIDATES):
            alike = likeness(work, unit, open_homes[home])
            if alike >= least - BESIDE:
                found.append((alike, number, home))
    _assign(work, found, open_units, open_homes, least)


def _mapped(work: WordMap, start: int, end: int) -> int:
    return end - start - work.to[start:end].count(-1)


def likeness(work: WordMap, unit: Span, home: Span) -> float:
    """What the words tell that both have in the same order, as a share of what all of them tell."""
    words, others = work.a[slice(*unit)], work.b[slice(*home)]
    if len(words) * len(others) > MOST_CELLS:
        return 0.0
    shared = 0.0
    for block in LCSseq.opcodes(words, others):
        if block.tag == "equal":
            shared += work.says(unit[0] + block.src_start, unit[0] + block.src_end)
    likeness = 2 * shared / (work.tells_old(*unit) + work.tells_new(*home))
    return likeness + (BESIDE if _beside(work, unit, home) else 0.0)


def _beside(work: WordMap, unit: Span, home: Span) -> bool:
    before = unit[0] > 0 and home[0] > 0 and work.to[unit[0] - 1] == home[0] - 1
    after = unit[1] < len(work.a) and home[1] < len(work.b) and work.to[unit[1]] == home[1]
    return before or after


def _assign(
    work: WordMap, found: list[tuple[float, int, int]], units: list[Span], homes: list[Span], least: float
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
        here, there = units[unit], homes[home]
        if _beside(work, here, there) or _telling(work, here, there):
            gap(work, range(*here), range(*there), 0 if _in_order(work, here, there) else 1)


def _telling(work: WordMap, unit: Span, home: Span) -> bool:
    """Whether the two share words rare enough to say that one became the other, far from where it stood."""
    shared = set(work.a[slice(*unit)]) & set(work.b[slice(*home)])
    return sum(work.counts[word] <= RARE for word in shared) >= RARE_SHARED


def _in_order(work: WordMap, unit: Span, home: Span) -> bool:
    """Whether the home stands between the homes of the unit's nearest neighbours that were not moved."""
    for i in range(unit[0] - 1, max(-1, unit[0] - FAR), -1):
        if work.to[i] >= 0 and not work.moved[i]:
            if work.to[i] > home[0]:
                return False
            break
    for i in range(unit[1], min(len(work.a), unit[1] + FAR)):
        if work.to[i] >= 0 and not work.moved[i]:
            return work.to[i] >= home[1] - 1
    return True

"""Paragraphs that were edited where they stand: known by what stands around them, whatever copies there are of them."""

from anchoring.gaps import gap
from anchoring.leftovers import likeness
from anchoring.moves import hole, is_said
from anchoring.runs import Run
from anchoring.tokens import spans
from anchoring.wordmap import WordMap

EDGE = 3  # words before and after a paragraph that say where it stands
LIKE_BEFORE = 0.5  # likeness from which a paragraph is the one that stood there, edited

Span = tuple[int, int]
Edges = tuple[tuple[int, ...], tuple[int, ...]]


def without_copies(work: WordMap, runs: list[Run]) -> tuple[list[Run], list[tuple[Span, Span]]]:
    """The runs without what they take from paragraphs that stand where they stood, edited, to copies elsewhere; and
    those paragraphs with their places."""
    there = _there(work)
    kept: list[Run] = []
    copied: dict[int, tuple[Span, Span]] = {}
    blocks = work.old.blocks
    for run in runs:
        shift = run.new - run.old
        begin, end = run.old, run.old + run.length
        for number in range(blocks[begin], blocks[end - 1] + 1):
            if number not in there:
                continue
            (start, stop), (low, high) = there[number]
            first, last = max(start, begin), min(stop, end)
            if low <= first + shift < high or not _is_copied(work, (first, last), *there[number]):
                continue
            copied[number] = there[number]
            kept.append(Run(begin, begin + shift, first - begin))
            begin = last
        kept.append(Run(begin, begin + shift, end - begin))
    return [run for run in kept if run.length], list(copied.values())


def _is_copied(work: WordMap, part: Span, here: Span, there: Span) -> bool:
    """Whether the paragraph and this part of it stand where they stood, so that what is elsewhere is a copy."""
    return is_said(work, *part, *there) and likeness(work, here, there) >= LIKE_BEFORE


def edited(work: WordMap, copied: list[tuple[Span, Span]]) -> None:
    """Maps these paragraphs to their places, as far as they stand in order."""
    backbone = work.mapped()
    reached = 0
    for here, there in sorted(copied):
        low, high = hole(work, backbone, *here)
        if max(low, reached) <= there[0] and there[1] <= high:
            gap(work, range(*here), range(*there), 0)
            reached = there[1]


def _there(work: WordMap) -> dict[int, tuple[Span, Span]]:
    """By number, where paragraphs stand that changed between the same neighbours."""
    homes = _by_edges(work.b, work.new.blocks)
    found = {}
    for edges, here in _by_edges(work.a, work.old.blocks).items():
        there = homes.get(edges)
        if here is None or there is None or work.a[slice(*here)] == work.b[slice(*there)]:
            continue
        found[work.old.blocks[here[0]]] = here, there
    return found


def _by_edges(words: list[int], blocks: list[int]) -> dict[Edges, Span | None]:
    """The paragraphs by the words around them; None for those that several stand between."""
    found: dict[Edges, Span | None] = {}
    for start, end in spans(blocks):
        edges = tuple(words[max(0, start - EDGE) : start]), tuple(words[end : end + EDGE])
        found[edges] = None if edges in found else (start, end)
    return found

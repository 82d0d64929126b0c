"""The last look at a map: paragraphs that stand unchanged elsewhere, and what is told to be in order."""

from anchoring.runs import Run, heaviest_chain
from anchoring.tokens import spans
from anchoring.wordmap import WordMap

LEAST_WORDS = 4  # of a paragraph that is looked at
LEAST_THERE = 0.25  # of its words that the map has there already; a paragraph that was only copied there has none
LEAST_HERE = 0.6  # of its words that are mapped at all, where it was not moved

Paragraphs = dict[tuple[int, ...], tuple[int, int] | None]


def settle(work: WordMap) -> None:
    """Completes paragraphs that were moved unchanged, then marks as moved all that is out of order.

    Words of a moved paragraph may have been given to others: its full stop to the run that begins with the next
    paragraph, a phrase of it to what stands in its old place.
    """
    _complete(work)
    _mark_moved(work)


def _complete(work: WordMap) -> None:
    holders = [-1] * len(work.b)
    for i, j in enumerate(work.to):
        if j >= 0:
            holders[j] = i
    homes = _paragraphs(work.b, work.new.blocks)
    for words, here in _paragraphs(work.a, work.old.blocks).items():
        there = homes.get(words)
        if here is None or there is None:
            continue
        start, length = here[0], len(words)
        if work.to[start : here[1]] == list(range(*there)):
            continue
        pairs = [(start + step, there[0] + step) for step in range(length)]
        settled = [work.moved[i] for i, j in pairs if work.to[i] == j]
        mapped = length - work.to[start : here[1]].count(-1)
        is_there = len(settled) >= LEAST_THERE * length or mapped < LEAST_HERE * length
        if not is_there:
            continue
        for i, j in pairs:
            if work.to[i] == j:
                continue
            for other in (i, holders[j]):
                if other >= 0 and work.to[other] >= 0:
                    holders[work.to[other]] = -1
                    work.release(other)
            work.claim(i, j, 1, int(2 * sum(settled) >= len(settled)))
            holders[j] = i


def _paragraphs(words: list[int], blocks: list[int]) -> Paragraphs:
    """Where each paragraph stands; None for one that is there more than once."""
    found: Paragraphs = {}
    for start, end in spans(blocks):
        if end - start >= LEAST_WORDS:
            key = tuple(words[start:end])
            found[key] = None if key in found else (start, end)
    return found


def _mark_moved(work: WordMap) -> None:
    """The words that are not moved stand in the order they had: the heaviest chain of runs, all others are moved."""
    runs: list[Run] = []
    for begin, end in work.runs_in(0, len(work.to)):
        if work.moved.find(1, begin, end) < 0:
            runs.append(Run(begin, work.to[begin], end - begin))
            continue
        for i in range(begin, end):
            if work.moved[i]:
                continue
            last = runs[-1] if runs else None
            if last and last.old + last.length == i and last.new + last.length == work.to[i]:
                last.length += 1
            else:
                runs.append(Run(i, work.to[i], 1))
    kept = {run.old for run in heaviest_chain(runs)}
    for run in runs:
        if run.old not in kept:
            work.moved[run.old : run.old + run.length] = b"\1" * run.length

"""The baseline: a quote searched in the new text, as web annotators do, without the old one.

Every exact hit is a candidate; only where there is none, the most similar stretch. They are scored as the Hypothesis
client scores them (quote 50, 32 characters before and after 20 each, position 2), and the best one always wins.
"""

from collections.abc import Iterator, Sequence

from rapidfuzz import fuzz
from rapidfuzz.distance import Levenshtein

CONTEXT = 32
MOST_HITS = 2_000


def search(old: str, new: str, ranges: Sequence[tuple[int, int]]) -> list[tuple[int, int] | None]:
    """Where each range of the old text is found in the new one; None where nothing is half like it."""
    return [_best(old, new, start, end) for start, end in ranges]


def _best(old: str, new: str, start: int, end: int) -> tuple[int, int] | None:
    quote = old[start:end]
    hits = [(at, at + len(quote), 1.0) for at in _exact(new, quote)]
    if not hits:
        found = fuzz.partial_ratio_alignment(quote, new, score_cutoff=50)
        if found is None or found.dest_start == found.dest_end:
            return None
        hits = [(found.dest_start, found.dest_end, found.score / 100)]
    before, after = old[max(0, start - CONTEXT) : start], old[end : end + CONTEXT]

    def score(hit: tuple[int, int, float]) -> float:
        low, high, alike = hit
        near = 1 - abs(low - start) / max(1, len(new))
        return (
            50 * alike
            + 20 * _alike(before, new[max(0, low - CONTEXT) : low])
            + 20 * _alike(after, new[high : high + CONTEXT])
            + 2 * near
        )

    low, high, _ = max(hits, key=score)
    return low, high


def _exact(text: str, quote: str) -> Iterator[int]:
    at = text.find(quote)
    for _ in range(MOST_HITS):
        if at < 0:
            return
        yield at
        at = text.find(quote, at + 1)


def _alike(one: str, two: str) -> float:
    return 1 - Levenshtein.distance(one, two) / max(len(one), len(two), 1)

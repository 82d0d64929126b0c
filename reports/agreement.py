"""How sure a share is, and how far readers agree. Pure.

Wilson, E. B. (1927): interval of a share. Krippendorff, K. (2004), Content Analysis, ch. 11: alpha, ordinal.
"""

from collections import Counter
from collections.abc import Iterable, Sequence
from itertools import product
from math import sqrt

Z = 1.959964  # two-sided 95 %


def wilson(yes: int, n: int) -> tuple[float, float] | None:
    """95 % interval of a share of `yes` in `n`, each 0-1 with 4 decimals; None where n is 0."""
    if not n:
        return None
    share, square = yes / n, Z * Z
    middle = (share + square / (2 * n)) / (1 + square / n)
    half = Z * sqrt(share * (1 - share) / n + square / (4 * n * n)) / (1 + square / n)
    return round(max(0.0, middle - half), 4), round(min(1.0, middle + half), 4)


def alpha_ordinal(units: Iterable[Sequence[int]]) -> float | None:
    """Krippendorff's alpha for ordered values: one sequence a unit (all values it was given), 4 decimals.

    1 is full agreement, 0 what chance would give. Units with one value do not count; None where nothing varies.
    """
    weights: dict[tuple[int, int], float] = {}
    for unit in units:
        if len(unit) < 2:
            continue
        counts = Counter(unit)
        for a, b in product(counts, repeat=2):
            together = counts[a] * (counts[b] - (a == b))
            weights[a, b] = weights.get((a, b), 0.0) + together / (len(unit) - 1)
    values = sorted({a for a, _ in weights})
    marginal = {v: sum(w for (a, _), w in weights.items() if a == v) for v in values}
    total = sum(marginal.values())

    def distance(a: int, b: int) -> float:
        low, high = min(a, b), max(a, b)
        between = sum(marginal[v] for v in values if low <= v <= high)
        return (between - (marginal[a] + marginal[b]) / 2) ** 2

    seen = sum(w * distance(a, b) for (a, b), w in weights.items())
    expected = sum(marginal[a] * marginal[b] * distance(a, b) for a, b in product(values, repeat=2))
    return round(1 - (total - 1) * seen / expected, 4) if expected else None

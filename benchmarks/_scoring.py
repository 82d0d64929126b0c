"""Judges where ranges were put against where they belong, and tells it as tables.

correct; partial: on the right words but too many or too few of them; wrong: on other words; missed: detached though
its words stand; false: placed though its words are gone. misplaced = wrong + false must go to zero.
"""

import gzip
import json
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from benchmarks._revisions import SHORT, Revision

VERDICTS = ("correct", "partial", "wrong", "missed", "false")
BLANKS = " \n\t\u00a0\u202f"
ALIKE = 0.8  # of two spans that are the same one for all purposes: what they share of what they cover
GATE = {"correct": 98.8, "misplaced": 0.10, "class correct": 94.0, "class misplaced": 1.0}
REAL_GATE = {"correct": 98.7, "misplaced": 0.11}
REAL = "real_history"

Place = tuple[int, int] | None


def judge(text: str, truth: Mapping[str, Any], found: Place) -> str:
    """One of the five verdicts on a place found in the new text. A short range that was replaced in place may be
    detached or stand on what came for it."""
    if found is not None:
        found = _trimmed(text, *found)
        found = found if found[0] < found[1] else None
    if truth["type"] == "detached":
        return "correct" if found is None else "false"
    if truth["type"] == "replaced":
        return _of_replaced(text, truth, found)
    if found is None:
        return "missed"
    start, end = found
    low, high = _trimmed(text, truth["s"], truth["e"])
    outer_low, outer_high = _trimmed(text, min(truth["os"], low), max(truth["oe"], high))
    if end <= low or start >= high:
        return "wrong" if end <= outer_low or start >= outer_high else "partial"
    if _overlap(found, (low, high)) >= ALIKE or _overlap(found, (outer_low, outer_high)) >= ALIKE:
        return "correct"
    slack = max(3, 0.1 * (high - low))
    inside = start >= outer_low - slack and end <= outer_high + slack
    return "correct" if inside and start <= low + slack and end >= high - slack else "partial"


def _of_replaced(text: str, truth: Mapping[str, Any], found: Place) -> str:
    if found is None:
        return "correct"
    start, end = found
    low, high = _trimmed(text, truth["s"], truth["e"])
    if _overlap(found, (low, high)) >= 0.5 or (start >= low - 1 and end <= high + 1):
        return "correct"
    near = start < high and end > low and end - start < 3 * (high - low) + SHORT
    return "partial" if near else "false"


def _trimmed(text: str, start: int, end: int) -> tuple[int, int]:
    start, end = max(0, start), min(len(text), end)
    while start < end and text[start] in BLANKS:
        start += 1
    while end > start and text[end - 1] in BLANKS:
        end -= 1
    return start, end


def _overlap(one: tuple[int, int], two: tuple[int, int]) -> float:
    shared = max(0, min(one[1], two[1]) - max(one[0], two[0]))
    union = (one[1] - one[0]) + (two[1] - two[0]) - shared
    return shared / union if union else 0.0


def read(path: Path) -> Iterator[Revision]:
    """The revisions of a file of JSON lines, gzipped if its name ends so. Raises ValueError naming a bad line."""
    with gzip.open(path, "rt", encoding="utf-8") if path.suffix == ".gz" else path.open(encoding="utf-8") as lines:
        for number, line in enumerate(lines, start=1):
            try:
                case = json.loads(line)
                name, kind = str(case.get("id", number)), str(case.get("cls", "all"))
                yield Revision(
                    name, kind, int(case.get("level", 0)), case["old_text"], case["new_text"], case["anchors"]
                )
            except (ValueError, KeyError, TypeError, AttributeError) as error:
                raise ValueError(f"{path}: line {number} is no revision: {error!r}") from error


class Tally:
    """Verdicts by class and matcher."""

    def __init__(self) -> None:
        self.counts: dict[str, dict[str, Counter[str]]] = defaultdict(lambda: defaultdict(Counter))

    def add(self, group: str, matcher: str, verdict: str) -> None:
        self.counts[group][matcher][verdict] += 1

    def take(self, other: "Tally") -> None:
        """Adds the verdicts of another."""
        for group, matchers in other.counts.items():
            for matcher, verdicts in matchers.items():
                self.counts[group][matcher].update(verdicts)

    def all(self) -> dict[str, Counter[str]]:
        """The sum of all classes, by matcher."""
        total: dict[str, Counter[str]] = defaultdict(Counter)
        for matchers in self.counts.values():
            for matcher, verdicts in matchers.items():
                total[matcher].update(verdicts)
        return total

    def table(self, title: str) -> str:
        """A line for each class and matcher, all classes last."""
        groups = [*self.counts.items(), ("ALL", self.all())]
        wide = max(len(title), *(len(group) for group, _ in groups))
        head = "".join(f"{name:>10}" for name in (*VERDICTS, "misplaced"))
        lines = [f"{title:<{wide}}  {'matcher':<13}{'n':>6}{head}   (percent)"]
        for group, matchers in groups:
            for matcher, verdicts in matchers.items():
                shares = [percent(verdicts, name) for name in VERDICTS]
                cells = "".join(f"{share:>10.2f}" for share in (*shares, misplaced(verdicts)))
                lines.append(f"{group:<{wide}}  {matcher:<13}{verdicts.total():>6}{cells}")
        return "\n".join(lines)

    def short_of(self, matcher: str, gate: Mapping[str, float] = GATE) -> list[str]:
        """What the matcher fails of the gate, in words; real history has its own."""
        real = self.counts[REAL][matcher] if REAL in self.counts else None
        faults = _short("all classes", self.all()[matcher], gate["correct"], gate["misplaced"])
        for group, matchers in self.counts.items():
            faults += _short(group, matchers[matcher], gate["class correct"], gate["class misplaced"])
        if real:
            faults += _short(REAL, real, REAL_GATE["correct"], REAL_GATE["misplaced"])
        return faults


def percent(verdicts: Counter[str], name: str) -> float:
    return 100 * verdicts[name] / max(1, verdicts.total())


def misplaced(verdicts: Counter[str]) -> float:
    return percent(verdicts, "wrong") + percent(verdicts, "false")


def _short(name: str, verdicts: Counter[str], correct: float, wrong: float) -> Sequence[str]:
    faults = []
    if percent(verdicts, "correct") < correct:
        faults.append(f"{name}: {percent(verdicts, 'correct'):.2f} % correct, less than {correct:g}")
    if misplaced(verdicts) > wrong:
        faults.append(f"{name}: {misplaced(verdicts):.2f} % misplaced, more than {wrong:g}")
    return faults

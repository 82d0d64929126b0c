"""Counting answers: the figure of a cell, small numbers, and who counts where. Pure.

A cell is a list of answers to one question about one target in the voice of one discipline. One person counts
once in a cell and once in a total; of two answers of one person the newer counts.
"""

import statistics
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction
from typing import Any

from reports.snapshot import Answer

LEAST = 3
VERDICTS = ("yes", "partly", "no")
CANNOT = "cannot_judge"
STEPS = {"verdict": (0.4, 0.65, 0.8, 0.9), "rating": (2.0, 3.0, 3.6, 4.3)}  # where a colour step begins

Figure = dict[str, Any]
CellKey = tuple[str, str]


def newest_each(answers: Iterable[Answer]) -> list[Answer]:
    """The newest answer of each person, in the order of their ids (ties: the larger answer id)."""
    given = list(answers)
    newest = {answer.member: answer for answer in given}
    if len(newest) < len(given):
        for answer in given:
            held = newest[answer.member]
            if (held.updated, held.id) < (answer.updated, answer.id):
                newest[answer.member] = answer
    return [newest[member] for member in sorted(newest)]


def judged(answers: Iterable[Answer]) -> list[int]:
    """The ratings 1-5 among the answers, low to high; "cannot judge" left out."""
    return sorted(a.value for a in answers if isinstance(a.value, int))


def rating_figure(answers: Sequence[Answer], hidden: bool = False) -> Figure:
    """Figure of ratings: n, distribution of 1-5, mean, median and sample sd (4 decimals), cannot_judge apart.

    Under LEAST ratings there is no mean, median or sd for anyone; `hidden` blanks everything, n included.
    """
    if hidden:
        return {
            "n": None,
            "cannot_judge": None,
            "distribution": None,
            "mean": None,
            "median": None,
            "sd": None,
            "hidden": True,
        }
    values = judged(answers)
    enough = len(values) >= LEAST
    median = statistics.median(values) if enough else None
    return {
        "n": len(values),
        "cannot_judge": sum(a.value == CANNOT for a in answers),
        "distribution": [values.count(step) for step in range(1, 6)],
        "mean": round(float(Fraction(sum(values), len(values))), 4) if enough else None,
        "median": int(median) if median is not None and median == int(median) else median,
        "sd": round(statistics.stdev(values), 4) if enough else None,
        "hidden": False,
    }


def tenth(value: float) -> float:
    """A mean as it is shown, with one decimal, halves up as a spreadsheet rounds: 4.25 is 4.3."""
    return float(Decimal(str(value)).quantize(Decimal("0.1"), ROUND_HALF_UP))


def verdict_figure(answers: Sequence[Answer], hidden: bool = False) -> Figure:
    """Figure of verdicts: n and how many said yes, partly, no; all blank where `hidden`."""
    if hidden:
        return {"n": None, "yes": None, "partly": None, "no": None, "hidden": True}
    found = Counter(a.value for a in answers)
    counts = {verdict: found[verdict] for verdict in VERDICTS}
    return {"n": sum(counts.values()), **counts, "hidden": False}


def choice_figure(answers: Sequence[Answer], options: Sequence[str], hidden: bool = False) -> Figure:
    """Figure of choices: n and how many chose each option, then each that was chosen and is offered no more; all blank
    where `hidden`."""
    if hidden:
        return {"n": None, "options": None, "hidden": True}
    found = Counter(str(a.value) for a in answers if a.value is not None and a.value != CANNOT)
    counts = [{"option": option, "n": found[option]} for option in [*options, *sorted(set(found) - set(options))]]
    return {"n": sum(count["n"] for count in counts), "options": counts, "hidden": False}


def low_high(figure: Figure) -> tuple[int, int, int]:
    """(low, high, n) of a shown figure: ratings 1-2 and 4-5, or no and yes."""
    if "distribution" in figure:
        d = figure["distribution"]
        assert isinstance(d, list)
        return d[0] + d[1], d[3] + d[4], sum(d)
    return figure["no"], figure["yes"], figure["n"]


def is_split(figure: Figure) -> bool:
    """A third or more low and a third or more high, of at least LEAST answers."""
    if figure["hidden"]:
        return False
    low, high, n = low_high(figure)
    return n >= LEAST and low * 3 >= n and high * 3 >= n


def sees_value(figure: Figure) -> bool:
    """LEAST or more readers, two thirds of whom rate 4 or 5."""
    if figure["hidden"]:
        return False
    _, high, n = low_high(figure)
    return n >= LEAST and high * 3 >= n * 2


def yes_share(figure: Figure) -> float | None:
    """Share of yes among verdicts, 0-1; None under LEAST answers or where hidden."""
    if figure["hidden"]:
        return None
    _, high, n = low_high(figure)
    return high / n if n >= LEAST else None


def level(figure: Figure) -> float | None:
    """The number a map colours by: mean of ratings (1-5) or share of yes (0-1); None where there is none."""
    if "distribution" in figure:
        mean = figure["mean"]
        return mean if mean is not None else None
    return yes_share(figure)


def is_of_most(figure: Figure, finished: int | None) -> bool:
    """Whether a total that leaves blank cells out still holds two thirds of those who finished. It looks at nothing
    that is blank."""
    return (figure["n"] or 0) * 3 >= (finished or 0) * 2


def step(figure: Figure) -> int | None:
    """Colour step 1-5 of a figure, None where it takes no colour."""
    at = level(figure)
    if at is None:
        return None
    bounds = STEPS["rating" if "distribution" in figure else "verdict"]
    rounded = tenth(at) if "distribution" in figure else int(at * 100 + 0.5) / 100
    return 1 + sum(rounded >= bound for bound in bounds)


def with_marks(figure: Figure) -> Figure:
    """A cell of a map: the figure with its level, colour step and whether it is split."""
    at = level(figure)
    return figure | {
        "level": round(at, 4) if at is not None else None,
        "step": step(figure),
        "split": is_split(figure),
    }


def blanked(counts: Mapping[CellKey, int], rows: Sequence[str], columns: Sequence[str]) -> set[CellKey]:
    """The cells of a table that stay blank for someone who does not know the names.

    Every cell under LEAST; and where a row or column would have just one blank that holds somebody, the next
    smallest cell of that line too, again and again until no line gives a single blank away.
    """
    hidden = {(r, c) for r in rows for c in columns if counts.get((r, c), 0) < LEAST}
    lines = [[(r, c) for c in columns] for r in rows] + [[(r, c) for r in rows] for c in columns]
    changed = True
    while changed:
        changed = False
        for line in lines:
            if sum(1 for cell in line if cell in hidden and counts.get(cell, 0)) != 1:
                continue
            shown = [cell for cell in line if cell not in hidden]
            if shown:
                hidden.add(min(shown, key=lambda cell: (counts[cell], line.index(cell))))
                changed = True
    return hidden


class Table:
    """Answers to one question: targets (rows) by the disciplines that speak (columns), with what is blank."""

    def __init__(
        self, kind: str, rows: Sequence[str], columns: Sequence[str], named: bool, options: Sequence[str] = ()
    ):
        self.kind, self.rows, self.columns, self.named = kind, list(rows), list(columns), named
        self.options = options
        self.cells: dict[CellKey, list[Answer]] = {}
        self.hidden: set[CellKey] = set()

    def fill(self, answers: Iterable[tuple[str, Answer]]) -> "Table":
        """Sort (row, answer) pairs into cells and settle what is blank. An answer without a discipline has a
        column of its own, '', that is never listed but stands in totals like any other."""
        gathered: dict[CellKey, list[Answer]] = {}
        for row, answer in answers:
            column = answer.discipline if answer.discipline in self.columns else ""
            gathered.setdefault((row, column), []).append(answer)
        self.cells = {cell: newest_each(found) for cell, found in gathered.items()}
        if not self.named:
            columns = [*self.columns, ""]
            counts = {cell: self.count(found) for cell, found in self.cells.items()}
            self.hidden = blanked(counts, self.rows, columns)
        return self

    def count(self, answers: Sequence[Answer]) -> int:
        """How many people the figure of these answers rests on."""
        return sum(a.value is not None and a.value != CANNOT for a in answers)

    def figure_of(self, answers: Sequence[Answer], hidden: bool) -> Figure:
        """The figure of this table's kind."""
        if self.kind == "choice":
            return choice_figure(answers, self.options, hidden)
        make = rating_figure if self.kind == "rating" else verdict_figure
        return make(answers, hidden)

    def cell(self, row: str, column: str) -> Figure:
        """The figure of one discipline on one target."""
        return self.figure_of(self.cells.get((row, column), []), (row, column) in self.hidden)

    def people(self, row: str, columns: Sequence[str] | None = None) -> list[Answer]:
        """The answers of all disciplines on one target, one of each person; those of blank cells are left out."""
        chosen = [*self.columns, ""] if columns is None else columns
        found: list[Answer] = []
        for column in chosen:
            if (row, column) not in self.hidden:
                found += self.cells.get((row, column), [])
        return newest_each(found)

    def total(self, row: str, columns: Sequence[str] | None = None) -> Figure:
        """The figure of all disciplines on one target, each person once; blank cells are left out of it."""
        people = self.people(row, columns)
        return self.figure_of(people, not self.named and self.count(people) < LEAST)

    def block(self, row: str, columns: Sequence[str] | None = None) -> dict[str, Any]:
        """`{"all": figure, "by_discipline": {slug: figure}}` of one target."""
        chosen = self.columns if columns is None else columns
        return {
            "all": self.total(row, columns),
            "by_discipline": {column: self.cell(row, column) for column in chosen},
        }

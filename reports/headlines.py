"""Sentences that follow from stated rules, each with the numbers it rests on. Pure.

Each rule looks at the finished figures only, so a headline can never say more than the tables show.
"""

from collections.abc import Callable, Sequence
from typing import Any

from reports.figures import LEAST, Figure, is_of_most, low_high, sees_value, tenth, yes_share

Data = dict[str, Any]
SMALL = (
    "no",
    "one",
    "two",
    "three",
    "four",
    "five",
    "six",
    "seven",
    "eight",
    "nine",
    "ten",
    "eleven",
    "twelve",
)
GAP_POINTS = 40
GAP_MEAN = 2.0
TURN_POINTS = 10


def number(n: int, capital: bool = False) -> str:
    """`n` in words up to twelve."""
    word = SMALL[n] if n < len(SMALL) else str(n)
    return word[:1].upper() + word[1:] if capital else word


def several(n: int, one: str, many: str) -> str:
    """`n` with the right form of a noun: "one reader", "40 readers"."""
    return f"{number(n)} {one if n == 1 else many}"


def whole(share: float | None) -> int:
    """A share 0-1 in whole percent, halves up; 0 for none."""
    return int((share or 0) * 100 + 0.5)


def percent(share: float) -> str:
    """A share 0-1 as whole percent."""
    return f"{whole(share)}%"


def mean(figure: Figure) -> str:
    """A mean with one decimal."""
    return f"{tenth(figure['mean']):.1f}"


def chapter_name(row: Data) -> str:
    """ "Chapter 3", or its title where it has no number."""
    return f"Chapter {row['position']}" if row["position"] else str(row["title"])


def sees(book: Data, codes: dict[str, str], named: bool) -> Data:
    """How many disciplines see value in the book."""
    figures: dict[str, Figure] = book["by_discipline"]
    total: Figure = book["all"]
    full = {d: f for d, f in figures.items() if not f["hidden"] and low_high(f)[2] >= LEAST}
    if not full:
        n = 0 if total["hidden"] else low_high(total)[2]
        if total["hidden"]:
            text = "The value of the book has no figure here."
            detail = "Where names are not known it needs three readers of one discipline who rated the book."
            return {"rule": "sees_value", "n": 0, "text": text, "detail": detail}
        if not n:
            text = "No answers about the book’s value stand here yet."
            return {"rule": "sees_value", "n": 0, "text": text, "detail": ""}
        text = f"{several(n, 'person', 'people')} rated the book. This says what they said."
        detail = "It cannot say what their disciplines think: none has three readers who rated it."
        return {"rule": "sees_value", "n": n, "text": text[:1].upper() + text[1:], "detail": detail}
    seeing = [d for d, f in full.items() if sees_value(f)]
    _, high, n = low_high(total)
    do = "does" if high == 1 else "do"
    those = f"{high} of {n} readers {do}." if named else f"Of {n} readers whose answers show, {high} {do}."
    ranked = sorted(full, key=lambda d: (-full[d]["mean"], list(codes).index(d)))
    if len(full) == 1:
        does = "sees" if seeing else "does not see"
        who = codes[ranked[0]] if len(codes) == 1 else "The one discipline with three or more readers"
        text = f"{who} {does} value in this book."
    else:
        verb = "sees" if len(seeing) < 2 else "see"
        seen = number(len(seeing), capital=True) if seeing else "None"
        text = f"{seen} of {number(len(full))} disciplines with three or more readers {verb} value in this book."
    spread = ""
    if len(ranked) > 1:
        first, last = ranked[0], ranked[-1]
        spread = f" Means run from {mean(full[first])} ({codes[first]}) to {mean(full[last])} ({codes[last]})."
    detail = (
        "A discipline sees value when three or more of its readers answered and two thirds of them rate the book "
        f"4 or 5. {those}{spread}"
    )
    return {"rule": "sees_value", "n": n, "text": text, "detail": detail}


def loses(rows: Sequence[Data], finished: int | None, named: bool) -> list[Data]:
    """The chapter that makes sense to fewest, where that is under 60 %; all of them where several have that share.

    Where names are not known totals leave blank cells out: one that holds fewer than two thirds of those who finished
    is none to say it by. The rule looks at nothing that is blank.
    """
    shares = [(yes_share(r["all"]), r) for r in rows if r["all"] and (named or is_of_most(r["all"], finished))]
    known = sorted(((s, r) for s, r in shares if s is not None), key=lambda pair: (pair[0], pair[1]["position"]))
    if not known or known[0][0] >= 0.6:
        return []
    lowest = [pair for pair in known if whole(pair[0]) == whole(known[0][0])]
    rest = f", against {percent(known[len(lowest)][0])} or more everywhere else." if len(lowest) < len(known) else "."
    share, row = known[0]
    n = min(low_high(row["all"])[2] for _, row in lowest)
    if len(lowest) == 1:
        text, detail = f"{chapter_name(row)} loses its readers.", f"{percent(share)} of {n} readers say it makes sense"
    else:
        lowest.sort(key=lambda pair: pair[1]["position"])
        said = [f"{chapter_name(row)} {percent(share)} of {low_high(row['all'])[2]}" for share, row in lowest]
        text = f"{number(len(lowest), capital=True)} chapters lose their readers."
        detail = f"Makes sense: {', '.join(said)}"
    detail += rest
    return [{"rule": "loses_readers", "n": n, "text": text, "detail": detail}]


def divides(rows: Sequence[Data], codes: dict[str, str], kind: str) -> list[Data]:
    """The chapter with the widest marked gap between two disciplines."""
    marked = [r for r in rows if r["gap"] and r["gap"]["marked"]]
    if not marked:
        return []
    row = min(marked, key=lambda r: (-r["gap"]["size"], r["position"]))
    gap: Data = row["gap"]
    low, high = str(gap["lowest"]), str(gap["highest"])
    cells: dict[str, Figure] = row["by_discipline"]
    n = low_high(cells[low])[2] + low_high(cells[high])[2]
    if kind == "verdict":
        say = [f"{codes[d]} {percent(yes_share(cells[d]) or 0)} of {low_high(cells[d])[2]}" for d in (high, low)]
        detail = f"It makes sense to {' and '.join(say)}."
    else:
        say = [f"{codes[d]} {mean(cells[d])} of {low_high(cells[d])[2]}" for d in (high, low)]
        detail = f"Value of the chapter: {', '.join(say)}."
    text = f"{chapter_name(row)} divides {codes[high]} from {codes[low]}."
    return [{"rule": f"gap_{kind}", "n": n, "text": text, "detail": detail}]


def own_pages(own: Data, codes: dict[str, str]) -> list[Data]:
    """Disciplines fewer than half of whose readers say that their own section makes sense."""
    cells: dict[str, Figure] = own["by_discipline"]
    shares = {d: yes_share(f) for d, f in cells.items()}
    unhappy = [d for d in codes if shares.get(d) is not None and (shares[d] or 0) < 0.5]
    if not unhappy:
        return []
    said = [f"{codes[d]} {percent(shares[d] or 0)} of {low_high(cells[d])[2]}" for d in unhappy]
    n = sum(low_high(cells[d])[2] for d in unhappy)
    if len(unhappy) == 1:
        text = f"{codes[unhappy[0]]} does not follow its own section."
    else:
        text = f"{number(len(unhappy), capital=True)} disciplines do not follow their own sections."
    return [{"rule": "own_section", "n": n, "text": text, "detail": f"Makes sense: {', '.join(said)}."}]


def turned(since: Data | None) -> list[Data]:
    """The chapter that makes sense to most more, and the one to most fewer, of those who answered for both drafts."""
    paired = [(row, row["verdict"]["paired"]) for row in (since["chapters"] if since else ())]
    shares = [(row, pair, yes_share(pair["then"]), yes_share(pair["now"])) for row, pair in paired]
    moved = [(whole(now) - whole(then), row, pair) for row, pair, then, now in shares if None not in (then, now)]
    if since is None or not moved:
        return []
    made = []
    rose = max(moved, key=lambda each: (each[0], -each[1]["position"]))
    fell = min(moved, key=lambda each: (each[0], each[1]["position"]))
    for (points, row, pair), word in ((rose, "more"), (fell, "fewer")):
        if (points if word == "more" else -points) < TURN_POINTS:
            continue
        text = f"{chapter_name(row)} makes sense to {word} readers than in draft {since['label']}."
        then, now = (percent(yes_share(pair[at]) or 0) for at in ("then", "now"))
        n = pair["now"]["n"]
        detail = f"{then} then and {now} now of the {n} who answered for both drafts."
        made.append({"rule": f"since_{word}", "n": n, "text": text, "detail": detail})
    return made


def silent(coverage: Data, names: dict[str, str], people: Callable[[Sequence[str]], int] | None = None) -> list[Data]:
    """Disciplines that were asked and in which nobody has finished. `people`: how many were asked in some of them,
    each person once; not needed of one discipline alone."""
    cells: dict[str, Data] = coverage["by_discipline"]
    quiet = [d for d in names if d in cells and cells[d]["asked"] and cells[d]["finished"] == 0]
    if not quiet:
        return []
    asked = people(quiet) if people else sum(cells[d]["asked"] for d in quiet)
    who = ", ".join(names[d] for d in quiet)
    text = f"{who[:1].upper() + who[1:]}: nobody has finished yet."
    return [{"rule": "silent", "n": asked, "text": text, "detail": f"Readers asked: {asked}."}]


def waiting(remarks: Data) -> list[Data]:
    """Notes without a decision."""
    decided: Data = remarks["by_decision"]
    n, total = decided["open"], remarks["total"]
    if not n:
        return []
    text = f"{several(n, 'note waits', 'notes wait')} for an answer."
    return [{"rule": "waiting", "n": n, "text": text[:1].upper() + text[1:], "detail": f"Of {total} in all."}]


def left_out(
    book: Data,
    tension: Data,
    named: bool,
    unquoted: int,
    *,
    thin: bool = False,
    silent: int = 0,
    team: int = 0,
) -> list[str]:
    """What a thin report does not show, and why; how many notes are `unquoted` by the author's choice, and how many
    are `silent`, as nobody allowed to quote them, or the `team`'s own. `thin`: it is made of disciplines some of which
    are too small for that."""
    said = []
    rows = [row for rows in tension.values() for row in rows or ()]
    if not any(figure["level"] is not None for row in rows for figure in row["by_discipline"].values()):
        said.append("Colours, means and gaps of the tension map: no discipline has three readers of one chapter.")
    if not any(not f["hidden"] and low_high(f)[2] >= LEAST for f in book["by_discipline"].values()):
        said.append("“Sees value”: no discipline has three readers who rated the book.")
    if not named:
        said.append("Cells of fewer than three readers, and the next smallest where one alone would follow: blank.")
    if thin:
        said.append(
            "Notes of a discipline with fewer than three voices, and of the next smallest where that one would follow: "
            "a report made of it would tell whose they are."
        )
    if tension["value"] is None:
        said.append("Value of each chapter: it is not asked.")
    if unquoted:
        text = several(unquoted, "note is", "notes are")
        said.append(f"{text[:1].upper()}{text[1:]} not quoted, by the author’s choice. Every figure counts them.")
    if silent:
        text = several(silent, "note is not quoted, as its writer", "notes are not quoted, as their writers")
        said.append(
            f"{text[:1].upper()}{text[1:]} did not allow it. Every figure counts {'it' if silent == 1 else 'them'}."
        )
    if team:
        text = several(team, "note of the authors is", "notes of the authors are")
        said.append(f"{text[:1].upper()}{text[1:]} not quoted. Every figure counts {'it' if team == 1 else 'them'}.")
    return said

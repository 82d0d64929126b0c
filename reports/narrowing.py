"""What one discipline said, out of the findings of a whole report. Pure.

Everything is taken or counted from the findings alone, never from the answers behind them. What the whole leaves blank
is therefore blank here too, and nothing can be worked out from the part that the whole does not tell.
"""

from collections import Counter
from collections.abc import Callable, Iterable
from typing import Any

from reports import headlines
from reports.agreement import wilson
from reports.figures import LEAST
from reports.remarks import DECISIONS, FATES, KINDS, REACTIONS

Data = dict[str, Any]
WHOLE = (
    "Gaps, conflicts, where notes cluster, which chapters are done and what changed since the draft before: "
    "these need the whole report."
)
NOBODY = {"n": 0, "yes": 0, "partly": 0, "no": 0, "hidden": False, "level": None, "step": None, "split": False}


def speaking(data: Data) -> list[str]:
    """The disciplines, in the report's order, of whom it holds an answer or words that it says are theirs."""
    said = {answer["discipline"] for answer in data["answers"]}
    said |= {note["who"]["discipline"] for note in notes_of(data)}
    said |= {fact["discipline"] for fact in data["unquoted"]}
    said |= {answer["who"]["discipline"] for question in data["written"] for answer in question["answers"]}
    return [d["slug"] for d in data["disciplines"] if d["slug"] in said]


def notes_of(data: Data) -> Iterable[Data]:
    """Every note of the report once, in the order of the book."""
    for chapter in data["notes"]:
        yield from chapter["notes"]
        for section in chapter["sections"]:
            yield from section["notes"]


def narrowed(data: Data, slug: str) -> Data:
    """The findings of one discipline: a report of the same shape in which it alone speaks.

    What needs all of them together has no place in it: gaps, conflicts, spheres, strips, thanks, which chapters are
    done, what changed. Notes count where the report says that they are this discipline's; how many the whole
    counts for it stays in `by_discipline`.
    """
    about = next(d for d in data["disciplines"] if d["slug"] == slug)
    desk = data["edition"] == "author"
    names, codes = {slug: about["name"]}, {slug: about["code"]}

    def own(block: Data) -> Data:
        figure = block["by_discipline"][slug]
        return {**block, "all": figure, "by_discipline": {slug: figure}}

    def theirs(rows: Iterable[Data]) -> list[Data]:
        return [row for row in rows if row["who"]["discipline"] == slug]

    def both(place: Data) -> Data:
        return place | {"value": own(place["value"]), "verdict": own(place["verdict"])}

    def row(of_map: Data) -> Data:
        return own(of_map) | {"gap": None}

    def neighbour(section: Data) -> Data:
        cell = section["by_discipline"][slug]
        others = NOBODY if section["discipline"] == slug else {key: cell[key] for key in NOBODY}
        return section | {"by_discipline": {slug: cell}, "others": others}

    tension = {kind: rows and [row(r) for r in rows] for kind, rows in data["map"].items()}
    chapters = [both(block) for block in data["chapters"]]
    book = own(data["book"]["value"])
    covered = own(data["coverage"])
    notes = in_context(data["notes"], theirs)
    answers = [answer for answer in data["answers"] if answer["discipline"] == slug]
    unquoted = [fact for fact in data["unquoted"] if fact["discipline"] == slug]
    # On the desk the list of all notes holds them too.
    counted = counts([*notes_of({"notes": notes}), *([] if desk else unquoted)], slug, desk)
    # A discipline's own cell is all there is of it: nothing is left out of what stands here as a total.
    said = [headlines.sees(book, codes, True), *headlines.loses(tension["verdict"][:-1], 0, True)]
    said += headlines.own_pages(tension["verdict"][-1], codes) + headlines.silent(covered, names)
    if desk:
        said += headlines.waiting(counted)
    told = theirs(data["stories"]["notes"])
    came = [*told, *(fact for fact in unquoted if fact["kind"] == "experience")]
    elsewhere = (data["remarks"]["by_discipline"][slug] or 0) - counted["total"]
    return {
        **data,
        "filters": data["filters"] | {"disciplines": [slug]},
        "disciplines": [about],
        "headlines": said,
        "left_out": [*headlines.left_out(book, tension, data["named"], len(unquoted)), *whole_alone(elsewhere), WHOLE],
        "coverage": covered,
        "book": {"value": book, "sees_value": {slug: data["book"]["sees_value"][slug]}},
        "spheres": None,
        "map": tension,
        "neighbours": [neighbour(section) for section in data["neighbours"]],
        "since": None,
        "own_value": own(data["own_value"]),
        "done": None,
        "strips": {key: [] for key in data["strips"]},
        "clusters": {},
        "chapters": chapters,
        "sections": [both(block) for block in data["sections"] if block["discipline"] == slug],
        "remarks": counted | {"by_discipline": {slug: counted["total"] + max(elsewhere, 0)}},
        "conflicts": [],
        "quotes": [q | {"notes": mine} for q in data["quotes"] if (mine := theirs(q["notes"]))],
        "stories": {
            "total": len(came),
            "quotable": sum(story["permission"] != "no" for story in came),
            "named": sum(story["permission"] == "named" for story in came),
            "notes": told,
        },
        "unquoted": unquoted,
        "thanks": {"finished": covered["all"]["finished"], "names": []},
        "appendix": {
            "makes_sense_95": {block["key"]: interval(block["verdict"]) for block in chapters},
            "makes_sense_alpha": None,
        },
        "recorded": sum(bool(answer["via"]) for answer in answers) if data["named"] and desk else None,
        "questions": [q for q in map(own, data["questions"]) if q["all"]["hidden"] or q["all"]["n"]],
        "written": [q | {"answers": mine} for q in data["written"] if (mine := theirs(q["answers"]))],
        "notes": notes,
        "answers": answers,
    }


def whole_alone(notes: int) -> list[str]:
    """The sentence for so many notes that the whole counts for the discipline and that have no words here."""
    if notes < 1:
        return []
    text = headlines.several(notes, "note", "notes")
    return [f"{text[:1].upper()}{text[1:]} without words that may stand here: the whole report alone counts them."]


def in_context(places: list[Data], theirs: Callable[[Iterable[Data]], list[Data]]) -> list[Data]:
    """The notes by chapter and section with only those that `theirs` keeps; places without any go."""
    made = []
    for chapter in places:
        sections = [section | {"notes": theirs(section["notes"])} for section in chapter["sections"]]
        kept = chapter | {"notes": theirs(chapter["notes"]), "sections": [s for s in sections if s["notes"]]}
        if kept["notes"] or kept["sections"]:
            made.append(kept)
    return made


def counts(notes: list[Data], slug: str, told: bool) -> Data:
    """How many of these notes there are by kind, reaction, decision and fate; decisions only where `told`."""
    decided = (*DECISIONS, "open")

    def tally(values: Iterable[str], keys: Iterable[str]) -> Data:
        found = Counter(values)
        return {key: found[key] for key in keys}

    return {
        "total": len(notes),
        "by_kind": tally((n["kind"] for n in notes), KINDS),
        "by_reaction": tally((n["reaction"] for n in notes if n["reaction"]), REACTIONS),
        "by_decision": tally((n["decision"] or "open" for n in notes), decided) if told else dict.fromkeys(decided),
        "by_fate": tally((n["fate"] for n in notes), FATES),
        "by_discipline": {slug: len(notes)},
    }


def interval(verdict: Data) -> Any:
    """The 95 % interval of the share of yes, None under LEAST answers or where left blank."""
    figure = verdict["all"]
    return wilson(figure["yes"], figure["n"]) if not figure["hidden"] and figure["n"] >= LEAST else None

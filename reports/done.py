"""The definition of done: whether a chapter or a discipline's section is done, and why not. Pure.

A chapter is done when it was read in two thirds of the disciplines asked, 80 % say that it makes sense, in two thirds
of the disciplines that answered two thirds rate it 3 or more, no open passage is marked confusing or disputed by a
quarter of its disciplines (at least two), and every note is decided. One short is "nearly". Value and making sense
count only where they are asked.
"""

from collections.abc import Sequence
from typing import Any

from reports.figures import LEAST, Figure, is_of_most
from reports.remarks import passages
from reports.snapshot import Remark, Section, Snapshot
from reports.tables import Tables

Data = dict[str, Any]
BLOCKING = ("confusing", "disagree")
NO_ANSWERS, LEFT_BLANK, MOST_BLANK, NOBODY_ASKED = "no answers", "left blank", "too few shown", "nobody asked"
NOBODY_RATED, NOT_ASKED = "0 of 0", "not asked"


def chapter_states(snapshot: Snapshot, tables: Tables, remarks: Sequence[Remark]) -> list[Data]:
    """The state of each chapter asked about: `{"key", "title", "position", "state", "criteria"}`."""
    disciplines = {m.id: set(m.disciplines) for m in snapshot.members}
    asked = {d for r in snapshot.reviews if r.present for d in disciplines.get(r.member, ())}
    own = {s.key for s in tables.sections}
    finished = sum(r.present and r.state == "submitted" for r in snapshot.reviews)
    made = []
    for chapter in tables.chapters:
        people = {r.member for r in snapshot.reviews if chapter.key in r.read}
        people |= {
            a.member for cell, found in tables.chapter_sense.cells.items() if cell[0] == chapter.key for a in found
        }
        read = asked & {d for m in people for d in disciplines.get(m, ())}
        notes = [r for r in remarks if r.chapter == chapter.key and r.section not in own]
        sense = tables.chapter_sense.total(chapter.key)
        told = tables.named or sense["hidden"] or is_of_most(sense, finished)
        values = [tables.chapter_value.cell(chapter.key, d) for d in tables.columns]
        criteria = [
            read_by(len(read), len(asked)),
            if_asked(
                tables.asks("makes_sense", "chapter", chapter),
                makes_sense(sense) if told else criterion("sense", False, MOST_BLANK),
            ),
            if_asked(tables.asks("value", "chapter", chapter), worth_it(values)),
            unblocked(notes, len(read)),
            answered(notes),
        ]
        about = {"key": chapter.key, "title": chapter.title, "position": chapter.position}
        made.append(about | settled(criteria))
    return made


def section_states(snapshot: Snapshot, tables: Tables, remarks: Sequence[Remark]) -> list[Data]:
    """The state of each discipline's section as its own readers judge it; None where their answers are blank."""
    return [{"key": s.key, "discipline": s.discipline} | section_state(s, tables, remarks) for s in tables.sections]


def section_state(section: Section, tables: Tables, remarks: Sequence[Remark]) -> Data:
    """One section: read by someone of its discipline, and the rest as for a chapter."""
    cell = (section.key, section.discipline)
    if cell in tables.section_sense.hidden or cell in tables.section_value.hidden:
        return {"state": None, "criteria": []}
    people = tables.section_sense.cells.get(cell, []) + tables.section_value.cells.get(cell, [])
    notes = [r for r in remarks if r.section == section.key]
    criteria = [
        criterion("read", bool(people), "1 of 1" if people else "0 of 1"),
        if_asked(tables.asks("makes_sense", "own_section", section), makes_sense(tables.section_sense.cell(*cell))),
        if_asked(tables.asks("value", "own_section", section), worth_it([tables.section_value.cell(*cell)])),
        unblocked(notes, len({r.discipline for r in notes})),
        answered(notes),
    ]
    return settled(criteria)


def criterion(name: str, holds: bool | None, figure: str) -> Data:
    """One criterion: whether it holds (None: not asked) and the figure it rests on."""
    return {"name": name, "holds": holds, "figure": figure}


def if_asked(asked: bool, judged: Data) -> Data:
    """A criterion that rests on a question; where that is not asked it neither holds nor is short."""
    return judged if asked else criterion(judged["name"], None, NOT_ASKED)


def read_by(disciplines: int, asked: int) -> Data:
    """Read in two thirds of the disciplines asked."""
    figure = f"{disciplines} of {asked}" if asked else NOBODY_ASKED
    return criterion("read", asked > 0 and disciplines * 3 >= asked * 2, figure)


def makes_sense(figure: Figure) -> Data:
    """80 % of the answers are yes. A share only of LEAST answers or more, as everywhere."""
    if figure["hidden"] or not figure["n"]:
        return criterion("sense", False, NO_ANSWERS if not figure["hidden"] else LEFT_BLANK)
    holds = figure["yes"] * 5 >= figure["n"] * 4
    if figure["n"] < LEAST:
        return criterion("sense", holds, f"{figure['yes']} of {figure['n']}")
    share = 100 * figure["yes"] / figure["n"]
    # One decimal, cut off, where whole percent would say that 80% are too few.
    told = int(share * 10) / 10 if not holds and share >= 79.5 else int(share + 0.5)
    return criterion("sense", holds, f"{told}% of {figure['n']}")


def worth_it(figures: Sequence[Figure]) -> Data:
    """In two thirds of the disciplines that answered, two thirds rate 3 or more."""
    known = [f["distribution"] for f in figures if not f["hidden"] and f["n"]]
    good = sum(sum(d[2:]) * 3 >= sum(d) * 2 for d in known)
    return criterion("worth", bool(known) and good * 3 >= len(known) * 2, f"{good} of {len(known)}")


def unblocked(notes: Sequence[Remark], disciplines: int) -> Data:
    """No open passage that a quarter of the disciplines, at least two, marked confusing or disagree with."""
    against = [r for r in notes if r.reaction in BLOCKING and not r.decision]
    blocked = 0
    for group in passages(against):
        speaking = {r.discipline for r in group} - {""}
        blocked += len(speaking) >= 2 and len(speaking) * 4 >= disciplines
    return criterion("unblocked", not blocked, str(blocked))


def answered(notes: Sequence[Remark]) -> Data:
    """Every note is decided."""
    waiting = sum(not r.decision for r in notes)
    return criterion("answered", not waiting, str(waiting))


def settled(criteria: list[Data]) -> Data:
    """done, nearly (one short) or not_yet."""
    short = sum(c["holds"] is False for c in criteria)
    return {"state": ("done", "nearly")[short] if short < 2 else "not_yet", "criteria": criteria}


WORDS = {
    "read": "read in {0} {1} asked",
    "sense": "makes sense to {}",
    "worth": "worth it in {0} {1}",
    "unblocked": "passages blocked: {}",
    "answered": "notes waiting: {}",
}
WORDS_OF_SECTION = {
    "read": "nobody of its discipline has answered",
    "sense": "makes sense to {}, under 80%",
    "worth": "rated 3 or more by fewer than two thirds",
    "unblocked": WORDS["unblocked"],
    "answered": WORDS["answered"],
}
WITHOUT = {
    NO_ANSWERS: "nobody has said yet whether it makes sense",
    MOST_BLANK: "too many answers are left blank to say whether it makes sense",
    NOBODY_ASKED: "no reader has been asked yet",
    LEFT_BLANK: "too few have said whether it makes sense for a figure to stand",
    NOBODY_RATED: "no rating of its value stands here",
}


def why_not(state: Data) -> str:
    """The criteria of a chapter that are short, in words; empty where nothing is."""
    return sentence_of(state, WORDS)


def why_section_not(state: Data) -> str:
    """The criteria of a discipline's section that are short, in words; empty where nothing is."""
    return sentence_of(state, WORDS_OF_SECTION)


def sentence_of(state: Data, words: dict[str, str]) -> str:
    """The criteria that are short as one sentence."""
    short = [
        WITHOUT.get(c["figure"]) or words[c["name"]].format(c["figure"], one_or_many(c["figure"]))
        for c in state["criteria"]
        if c["holds"] is False
    ]
    said = "; ".join(short)
    return said[:1].upper() + said[1:] + "." if said else ""


def one_or_many(figure: str) -> str:
    """What "1 of 3" counts."""
    return "discipline" if figure.endswith(" of 1") else "disciplines"

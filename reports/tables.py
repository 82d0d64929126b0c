"""The answers of a snapshot, sorted into tables of targets by disciplines. Pure."""

from collections.abc import Sequence
from typing import NamedTuple

from reports.figures import Table
from reports.snapshot import Answer, Chapter, Question, Snapshot


class Tables:
    """The answers to value and makes sense, sorted into tables of targets by disciplines."""

    def __init__(self, snapshot: Snapshot, named: bool):
        self.snapshot, self.named = snapshot, named
        self.columns = [d.slug for d in snapshot.disciplines]
        self.codes: dict[str, Question] = {q.code: q for q in snapshot.questions if q.code}
        self.chapters = chapters_asked(snapshot)
        self.sections = sorted(
            (s for s in snapshot.sections if s.discipline), key=lambda s: (s.chapter, s.position, s.key)
        )
        order = {c.key: c.position for c in snapshot.chapters}
        self.sections.sort(key=lambda s: (order.get(s.chapter, 0), s.position, s.key))
        self.standing: dict[tuple[str, str], list[Answer]] = {}
        for answer in snapshot.answers:
            if answer.stands:
                self.standing.setdefault((answer.question, answer.scope), []).append(answer)
        self.book_value = self._table("value", "book", [""])
        self.chapter_value = self._table("value", "chapter", [c.key for c in self.chapters])
        self.chapter_sense = self._table("makes_sense", "chapter", [c.key for c in self.chapters])
        keys = [s.key for s in self.sections]
        self.section_value = self._table("value", "own_section", keys)
        self.section_sense = self._table("makes_sense", "own_section", keys)
        self.own_value = self._own(self.section_value)
        self.own_sense = self._own(self.section_sense)

    def _table(self, code: str, scope: str, rows: Sequence[str]) -> Table:
        kind = "rating" if code == "value" else "verdict"
        known = set(rows)
        question = self.codes.get(code)
        answers = self.standing.get((question.id, scope), []) if question else []
        pairs = ((a.key or "", a) for a in answers if (a.key or "") in known)
        return Table(kind, rows, self.columns, self.named).fill(pairs)

    def _own(self, table: Table) -> Table:
        """Each discipline on its own section(s): one row. What is blank by section stays blank here."""
        discipline = {s.key: s.discipline for s in self.sections}
        own = [(cell, found) for cell, found in table.cells.items() if discipline[cell[0]] == cell[1]]
        made = Table(table.kind, ["own"], self.columns, self.named)
        made.fill(("own", a) for _, found in own for a in found)
        made.hidden |= {("own", cell[1]) for cell, _ in own if cell in table.hidden}
        return made

    def asks(self, code: str, scope: str) -> bool:
        """Whether readers are asked this of their own section, each chapter or the book; of a question that was
        retired, whether answers stand that were given before."""
        question = self.codes.get(code)
        if question is None or scope not in question.scopes:
            return False
        return not question.retired or (question.id, scope) in self.standing


def chapters_asked(snapshot: Snapshot) -> list[Chapter]:
    """The chapters readers are asked about, in order."""
    return sorted((c for c in snapshot.chapters if c.asked), key=lambda c: (c.position, c.key))


class Target(NamedTuple):
    """Something answers are about: where it stands in the book, its chapter's key, its title."""

    order: tuple[int, int, str]
    chapter: str
    title: str


def targets(snapshot: Snapshot, scope: str) -> dict[str, Target]:
    """What answers of that scope are about, by key. A chapter and a section may have the same key."""
    positions = {c.key: c.position for c in snapshot.chapters}
    if scope == "chapter":
        return {c.key: Target((c.position, 0, c.key), c.key, c.title) for c in snapshot.chapters}
    if scope == "own_section":
        return {
            s.key: Target((positions.get(s.chapter, 0), s.position, s.key), s.chapter, s.title)
            for s in snapshot.sections
        }
    return {"": Target((0, 0, ""), "", "")}

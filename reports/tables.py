"""The answers of a snapshot, sorted into tables of targets by disciplines. Pure."""

from collections.abc import Iterable, Sequence, Set
from typing import NamedTuple

from reports.figures import Table
from reports.snapshot import Answer, Chapter, Question, Section, Snapshot


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

    def _table(self, code: str, scope: str, rows: Sequence[str]) -> Table:
        kind = "rating" if code == "value" else "verdict"
        known = set(rows)
        question = self.codes.get(code)
        answers = self.standing.get((question.id, scope), []) if question else []
        pairs = ((a.key or "", a) for a in answers if (a.key or "") in known)
        return Table(kind, rows, self.columns, self.named).fill(pairs)

    def own(self, table: Table, sections: Iterable[Section]) -> Table:
        """Each discipline on its own among these sections: one row. What is blank by section, or of all sections, stays
        blank here."""
        whole = self._own(table, {s.key for s in self.sections})
        made = self._own(table, {s.key for s in sections})
        made.hidden |= whole.hidden
        return made

    def _own(self, table: Table, keys: Set[str]) -> Table:
        """The row of the sections with these keys; what is blank by section stays blank."""
        discipline = {s.key: s.discipline for s in self.sections}
        own = [(c, found) for c, found in table.cells.items() if c[0] in keys and discipline[c[0]] == c[1]]
        made = Table(table.kind, ["own"], self.columns, self.named)
        made.fill(("own", a) for _, found in own for a in found)
        made.hidden |= {("own", cell[1]) for cell, _ in own if cell in table.hidden}
        return made

    def asks(self, code: str, scope: str, target: Chapter | Section | None = None) -> bool:
        """Whether readers are asked this of their own section, each chapter or the book; of this `target`, or any.

        A question that was retired is still asked where answers stand that were given before.
        """
        question = self.codes.get(code)
        if question is None or scope not in question.scopes:
            return False
        said = self.standing.get((question.id, scope), [])
        if question.retired and not any(target is None or a.key == target.key for a in said):
            return False
        if isinstance(target, Section):
            asked = not question.disciplines or target.discipline in question.disciplines
            return asked and (not question.chapters or target.chapter in question.chapters)
        return target is None or not question.chapters or target.key in question.chapters


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

"""Answers one by one: what readers wrote, every single answer as a row, and the author's own questions. Pure."""

from collections.abc import Container, Sequence
from typing import Any

from reports.figures import Table
from reports.snapshot import Answer, Edition, Question, Snapshot
from reports.tables import Tables, targets
from reports.voices import Voices

Data = dict[str, Any]
SCOPES = ("book", "chapter", "own_section")


def written_answers(snapshot: Snapshot, voices: Voices, edition: Edition) -> list[Data]:
    """What readers wrote to questions, question by question; on the author's desk only."""
    if voices.leaves:
        return []
    made = []
    scopes = {scope: targets(snapshot, scope) for scope in SCOPES}
    for question in sorted(snapshot.questions, key=lambda q: (q.position, q.id)):
        said = [
            (SCOPES.index(a.scope), scopes[a.scope][a.key], a)
            for a in snapshot.answers
            if a.question == question.id
            and a.words
            and a.stands
            and a.key in scopes.get(a.scope, ())
            and within(a, edition, snapshot)
            and voices.is_chosen(a.discipline, a.promise)
        ]
        said.sort(key=lambda row: (row[0], row[1].order, row[2].updated, row[2].id))
        if said:
            answers = [
                {
                    "who": voices.who(a.member, a.discipline, a.promise),
                    "scope": a.scope,
                    "key": a.key or None,
                    "title": target.title,
                    "words": a.words,
                    "via": a.via or None,
                }
                for _, target, a in said
            ]
            made.append({"question": question.text, "code": question.code or None, "answers": answers})
    return made


def single_answers(snapshot: Snapshot, tables: Tables, voices: Voices, edition: Edition) -> list[Data]:
    """Every standing answer as a row. Where names are not known: those of cells that show, without a person,
    in an order that ties no two of them together. Nobody allowed to quote an answer, so that what is written in it,
    and how the author came by it, never leaves the desk."""
    texts = {q.id: q for q in snapshot.questions}
    if voices.named:
        said = (a for a in snapshot.answers if a.value is not None or not voices.leaves)

        def place(a: Answer) -> tuple[str, ...]:
            return a.question, a.scope, a.key, a.discipline, str(a.value) if voices.leaves else a.member, a.id

        return [
            {
                "question": texts[a.question].text,
                "code": texts[a.question].code or None,
                "scope": a.scope,
                "key": a.key or None,
                "discipline": a.discipline or None,
                "value": a.value,
                "words": "" if voices.leaves else a.words,
                "who": voices.who(a.member, a.discipline, a.promise),
                "via": None if voices.leaves else a.via or None,
            }
            for a in sorted(said, key=place)
            if a.stands and within(a, edition, snapshot)
        ]
    made = []
    parts = [
        ("value", "book", tables.book_value),
        ("value", "chapter", tables.chapter_value),
        ("makes_sense", "chapter", tables.chapter_sense),
        ("value", "own_section", tables.section_value),
        ("makes_sense", "own_section", tables.section_sense),
    ]
    for code, scope, table in parts:
        for (row, column), found in sorted(table.cells.items()):
            shown = (row, column) not in table.hidden and column
            for a in sorted(found, key=lambda a: str(a.value)) if shown else []:
                if within(a, edition, snapshot):
                    made.append(
                        {
                            "question": tables.codes[code].text,
                            "code": code,
                            "scope": scope,
                            "key": row or None,
                            "discipline": column,
                            "value": a.value,
                            "words": "",
                            "who": None,
                            "via": None,
                        }
                    )
    return made


def within(answer: Answer, edition: Edition, snapshot: Snapshot) -> bool:
    """Whether an answer's discipline and chapter are among those the edition holds."""
    if edition.disciplines is not None and answer.discipline not in edition.disciplines:
        return False
    if edition.chapters is None or answer.scope == "book":
        return True
    known = targets(snapshot, answer.scope)
    return answer.key in known and known[answer.key].chapter in edition.chapters


def other_questions(
    snapshot: Snapshot, tables: Tables, heard: Sequence[str] | None, chapters: Container[str] | None
) -> list[Data]:
    """Figures of the questions the author added: each target in these chapters (None: all) and the book, with all
    readers and by discipline; `heard`: of these disciplines, None: of everyone."""
    made = []
    for question in sorted(snapshot.questions, key=lambda q: (q.position, q.id)):
        if question.code or question.kind == "words":
            continue
        for scope in SCOPES:
            known = targets(snapshot, scope)
            said = tables.standing.get((question.id, scope), [])
            rows = sorted({a.key for a in said} & set(known), key=lambda key: known[key].order)
            table = Table(question.kind, rows, tables.columns, tables.named, question.options)
            table.fill((a.key, a) for a in said if a.key in known)
            shown = [row for row in rows if chapters is None or not row or known[row].chapter in chapters]
            made += [_about(question, scope, row, known[row].title) | table.block(row, heard) for row in shown]
    return made


def _about(question: Question, scope: str, key: str, title: str) -> Data:
    return {
        "question": question.text,
        "kind": question.kind,
        "scope": scope,
        "key": key or None,
        "title": title,
    }

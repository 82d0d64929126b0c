"""Answers one by one: what readers wrote, every single answer as a row, and the author's own questions. Pure."""

from collections.abc import Sequence
from typing import Any

from reports.figures import Table
from reports.snapshot import Answer, Edition, Question, Snapshot
from reports.tables import Tables
from reports.voices import Voices

Data = dict[str, Any]


def written_answers(snapshot: Snapshot, voices: Voices, edition: Edition) -> list[Data]:
    """What readers wrote to questions, question by question; on the author's desk only."""
    if voices.leaves:
        return []
    titles = {c.key: c.title for c in snapshot.chapters} | {s.key: s.title for s in snapshot.sections}
    chapter_of = {c.key: c.key for c in snapshot.chapters} | {s.key: s.chapter for s in snapshot.sections}
    made = []
    for question in sorted(snapshot.questions, key=lambda q: (q.position, q.id)):
        said = [
            a
            for a in snapshot.answers
            if a.question == question.id
            and a.words
            and a.stands
            and (edition.disciplines is None or a.discipline in edition.disciplines)
            and (edition.chapters is None or chapter_of.get(a.key) in edition.chapters)
        ]
        said.sort(key=lambda a: (a.scope, chapter_of.get(a.key, ""), a.key, a.updated, a.id))
        if said:
            answers = [
                {
                    "who": voices.who(a.member, a.discipline, a.promise),
                    "scope": a.scope,
                    "key": a.key or None,
                    "title": titles.get(a.key, ""),
                    "words": a.words,
                    "via": a.via or None,
                }
                for a in said
            ]
            made.append({"question": question.text, "code": question.code or None, "answers": answers})
    return made


def single_answers(snapshot: Snapshot, tables: Tables, voices: Voices, edition: Edition) -> list[Data]:
    """Every standing answer as a row. Where names are not known: those of cells that show, without a person,
    in an order that ties no two of them together."""
    texts = {q.id: q for q in snapshot.questions}
    if voices.named:
        order = sorted(snapshot.answers, key=lambda a: (a.question, a.scope, a.key, a.discipline, a.member, a.id))
        return [
            {
                "question": texts[a.question].text,
                "code": texts[a.question].code or None,
                "scope": a.scope,
                "key": a.key or None,
                "discipline": a.discipline or None,
                "value": a.value,
                "words": a.words,
                "who": voices.who(a.member, a.discipline, a.promise),
                "via": a.via or None,
            }
            for a in order
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
    chapter = {s.key: s.chapter for s in snapshot.sections}.get(answer.key, answer.key)
    return chapter in edition.chapters


def other_questions(snapshot: Snapshot, tables: Tables, columns: Sequence[str]) -> list[Data]:
    """Figures of the questions the author added: each target with all readers and by discipline."""
    titles = {c.key: c.title for c in snapshot.chapters} | {s.key: s.title for s in snapshot.sections}
    order = {key: place for place, key in enumerate(titles)}
    made = []
    for question in sorted(snapshot.questions, key=lambda q: (q.position, q.id)):
        if question.code or question.kind == "words":
            continue
        for scope in ("book", "chapter", "own_section"):
            said = [a for a in snapshot.answers if a.question == question.id and a.scope == scope and a.stands]
            rows = sorted({a.key for a in said} & {"", *titles}, key=lambda key: (order.get(key, -1), key))
            table = Table(question.kind, rows, tables.columns, tables.named, question.options)
            table.fill((a.key, a) for a in said if a.key in rows)
            made += [_about(question, scope, row, titles) | table.block(row, columns) for row in rows]
    return made


def _about(question: Question, scope: str, key: str, titles: dict[str, str]) -> Data:
    return {
        "question": question.text,
        "kind": question.kind,
        "scope": scope,
        "key": key or None,
        "title": titles.get(key, ""),
    }

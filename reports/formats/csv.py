"""A row for each note and each answer: RFC 4180, UTF-8 with BOM, safe to open in a spreadsheet."""

import csv
import io
from collections.abc import Iterator
from itertools import chain
from typing import IO, Any

from reports.formats.packing import in_memory
from reports.wording import Pages

COLUMNS = (
    "type",
    "id",
    "chapter",
    "chapter_title",
    "section",
    "section_title",
    "discipline",
    "person",
    "kind",
    "reaction",
    "quote",
    "words",
    "replacement",
    "replies",
    "fate",
    "decision",
    "reason",
    "agreements",
    "visibility",
    "quote_permission",
    "via",
    "created",
    "question",
    "scope",
    "value",
)
FORMULA = tuple("=+-@\t\r\n＝＋－＠")  # the wide ones are formulas too where Japanese is set


def guarded(value: object) -> str:
    """The text of a cell; an apostrophe goes before what a spreadsheet would take for a formula."""
    text = "" if value is None else str(value)
    return f"'{text}" if text.startswith(FORMULA) else text


def write(data: dict[str, Any], sha256: str, out: IO[bytes]) -> None:
    """One table of notes, then answers, with the columns of COLUMNS."""
    text = io.TextIOWrapper(out, encoding="utf-8-sig", newline="")
    writer = csv.DictWriter(text, COLUMNS, restval="", lineterminator="\r\n")
    writer.writeheader()
    pages = Pages(data)
    for row in chain(notes(pages), answers(pages)):
        writer.writerow({column: guarded(value) for column, value in row.items()})
    text.detach()


render = in_memory(write)


def notes(pages: Pages) -> Iterator[dict[str, Any]]:
    """The notes in the order of the book."""
    for chapter in pages.data["notes"]:
        for section in ({"key": None, "title": "", "notes": chapter["notes"]}, *chapter["sections"]):
            for note in section["notes"]:
                person = pages.person(note["who"])
                replies = (f"{pages.person(r['who'])['label']}: {r['body']}" for r in note.get("replies", []))
                yield {
                    "type": "note",
                    "id": note.get("id"),
                    "chapter": chapter["key"],
                    "chapter_title": chapter["title"],
                    "section": section["key"],
                    "section_title": section["title"],
                    "discipline": person["code"],
                    "person": person["label"],
                    "words": note["body"],
                    "replies": "\n\n".join(replies),
                    "quote_permission": note["permission"],
                } | {
                    column: note.get(column)
                    for column in (
                        "kind",
                        "reaction",
                        "quote",
                        "replacement",
                        "fate",
                        "decision",
                        "reason",
                        "agreements",
                        "visibility",
                        "via",
                        "created",
                        "scope",
                    )
                }


def answers(pages: Pages) -> Iterator[dict[str, Any]]:
    """The answers; where names are not known, what was written stands apart from the figures."""
    for answer in pages.data["answers"]:
        yield answer_row(pages, answer, answer["question"])
    if not pages.data["named"]:
        for question in pages.data["written"]:
            for answer in question["answers"]:
                yield answer_row(pages, answer, question["question"])


def answer_row(pages: Pages, answer: dict[str, Any], question: str) -> dict[str, Any]:
    """One answer. Only its own row says in whose voice it is."""
    person = pages.person(answer["who"])
    key = answer["key"]
    chapter = key if answer["scope"] == "chapter" else None
    return {
        "type": "answer",
        "chapter": chapter,
        "chapter_title": pages.chapters.get(chapter, ""),
        "section": key if answer["scope"] == "own_section" else None,
        "section_title": pages.sections.get(key, "") if answer["scope"] == "own_section" else "",
        "discipline": pages.code(answer.get("discipline")) or person["code"],
        "person": person["label"],
        "question": question,
        "scope": answer["scope"],
        "value": answer.get("value"),
        "words": answer["words"],
        "via": answer["via"],
    }

"""The report as a Word file: real headings, tables and lists; words as typed; opened by three other programs."""

import io
import json
import re
from dataclasses import replace

import docx
import pypandoc
import pytest
import time_machine
from docx.oxml.ns import qn

from reports.canonical import sha256
from reports.findings import findings
from reports.formats import report_docx
from reports.formats.office import closed, visible
from reports.page import page
from reports.snapshot import Edition
from tests.reports.hostile import IMPOSSIBLE, WORDS, hostile_round
from tests.reports.samples import full_round, snapshot
from tests.soffice import converted, needs_libreoffice


def made(data) -> bytes:
    return report_docx.render(data, sha256(data))


def opened(data):
    return docx.Document(io.BytesIO(made(data)))


@pytest.fixture(scope="module")
def hostile():
    return findings(hostile_round(WORDS), Edition(cover=WORDS[0]))


def headings(document, level: int) -> list[str]:
    return [p.text for p in document.paragraphs if p.style.name == f"Heading {level}"]


def test_its_headings_are_those_of_the_page():
    data = findings(full_round(), Edition(cover="Three days in."))
    document = opened(data)
    shown = page(data)
    titles = [p.text for p in document.paragraphs if p.style.name == "Title"]
    assert titles == ["What 17 readers made of draft 2"] == [shown["title"]]
    assert headings(document, 1)[:4] == [
        "Findings",
        "Value of the book, by discipline",
        "Tension map",
        "Sections and their neighbours",
    ]
    notes = document.paragraphs[[p.text for p in document.paragraphs].index("All notes, in their place") :]
    assert [p.text for p in notes if p.style.name == "Heading 2"] == [c["title"] for c in shown["notes"]]
    assert document.core_properties.title == f"{shown['title']}, {shown['book']}"
    assert document.core_properties.created.isoformat()[:19] == "2026-04-09T10:00:00"


def test_tables_are_tables_with_heads_that_stand_on_every_page():
    data = findings(full_round())
    shown = page(data)
    tables = opened(data).tables
    for table in tables:
        assert table.rows[0]._tr.trPr.find(qn("w:tblHeader")) is not None
        assert {len(row.cells) for row in table.rows} == {len(table.columns)}
    value = [[cell.text for cell in row.cells] for row in tables[0].rows[1:]]
    assert value == [
        [
            row["code"],
            row["name"],
            " ".join(map(str, row["ratings"])),
            row["sees"],
            str(row["cell"]["n"]),
            row["cell"]["text"],
        ]
        for row in shown["value"]
    ]
    cells = [[cell.text for cell in row.cells] for row in tables[1].rows[1:]]
    for told, row in zip(cells, shown["maps"][0]["rows"], strict=True):
        for text, figure in zip(told[1:-2], row["cells"], strict=True):
            if figure["state"] == "figure":
                assert text.split("\n")[:2] == [figure["text"], f"n {figure['n']}"]
            else:
                assert text.split("\n") == figure["text"].split(" · ")


@pytest.mark.parametrize("edition", ["author", "readers", "publisher"])
def test_no_column_of_states_stands_empty_where_they_are_not_told(edition):
    tables = opened(findings(full_round(), Edition(edition))).tables
    (heads,) = [h for t in tables if "What its readers say" in (h := [cell.text for cell in t.rows[0].cells])]
    assert ("State" in heads) == (edition == "author")


def test_findings_are_a_numbered_list_and_every_page_has_its_number():
    data = findings(full_round())
    document = opened(data)
    numbered = [p.text for p in document.paragraphs if p.style.name == "List Number"]
    assert numbered == [f"{h['text']} {h['detail']} (n {h['n']})" for h in data["headlines"]]
    footer = document.sections[0].footer.paragraphs[0]
    assert footer.text.startswith("One System, Ten Trades, draft 2")
    fields = [e.text.strip() for e in footer._p.iter(qn("w:instrText"))]
    assert fields == ["PAGE", "NUMPAGES"]


def test_every_note_stands_in_it_once_in_its_place():
    data = findings(full_round())
    document = opened(data)
    texts = [p.text for p in document.paragraphs]
    place = texts[texts.index("All notes, in their place") :]
    for chapter in data["notes"]:
        for note in (*chapter["notes"], *(n for s in chapter["sections"] for n in s["notes"])):
            assert not note["body"] or place.count(note["body"]) == 1


def test_every_hostile_word_reads_back_as_typed(hostile):
    texts = {p.text for p in opened(hostile).paragraphs}
    for word in WORDS:
        assert closed(visible(word)) in texts
        assert f"Instead: {closed(visible(word))}" in texts


def test_pandoc_reads_the_words_and_no_markup_of_theirs(hostile):
    tree = json.loads(pypandoc.convert_text(made(hostile), "json", format="docx"))
    said = re.sub(r"\s+", "", "".join(strings(tree)))
    for word in WORDS:
        assert re.sub(r"\s+", "", visible(word)) in said, word[:40]


def strings(tree):
    """The words of pandoc's tree, in order."""
    if isinstance(tree, dict):
        if tree.get("t") == "Str":
            yield tree["c"]
        elif "c" in tree:
            yield from strings(tree["c"])
        else:
            for value in tree.values():
                yield from strings(value)
    elif isinstance(tree, list):
        for value in tree:
            yield from strings(value)


def test_what_no_xml_can_hold_is_shown():
    file = report_docx.render(findings(hostile_round(IMPOSSIBLE)), "")
    texts = {p.text for p in docx.Document(io.BytesIO(file)).paragraphs}
    assert {"nul ␀ bell ␇ escape ␛ delete ␡", "half � of a pair", "none � �"} <= texts


@pytest.mark.parametrize(
    ("typed", "ended"),
    [
        ("plain", "plain"),
        ("\u202eover", "\u202eover\u202c"),
        ("\u202eover\u202c", "\u202eover\u202c"),
        ("\u2067in \u202eboth", "\u2067in \u202eboth\u202c\u2069"),
        ("\u202c\u2069 none was open", "\u202c\u2069 none was open"),
        ("\u2067in \u202eboth\u2069", "\u2067in \u202eboth\u2069"),
    ],
)
def test_a_change_of_direction_ends_with_the_words_that_began_it(typed, ended):
    assert closed(typed) == ended


def test_words_from_the_right_run_from_the_right():
    book = full_round(notes=3)
    bodies = ("مرحبا بالعالم", "A title: مرحبا", "(שלום)")
    remarks = tuple(replace(r, body=b, kind="comment") for r, b in zip(book.remarks, bodies, strict=True))
    paragraphs = opened(findings(replace(book, remarks=remarks))).paragraphs
    runs = {p.text: p._p.find(f".//{qn('w:bidi')}") is not None for p in paragraphs}
    assert [runs[body] for body in bodies] == [True, False, True]


def test_the_bytes_do_not_know_the_time():
    data = findings(full_round())
    files = []
    for moment in ("2026-05-01", "2031-01-02"):
        with time_machine.travel(moment):
            files.append(made(data))
    assert files[0] == files[1]


def test_the_head_of_a_table_never_stands_with_one_row_at_the_foot_of_a_page():
    tables = opened(findings(full_round())).tables
    assert len(tables) > 4
    for table in tables:
        cells = [[p._p.pPr for cell in row.cells for p in cell.paragraphs] for row in table.rows]
        kept = [all(look.find(qn("w:keepNext")) is not None for look in row) for row in cells]
        assert kept == [True, True, *[False] * (len(kept) - 2)]


def test_an_empty_book_makes_a_file():
    assert headings(opened(findings(snapshot())), 1)[0] == "Findings"


@needs_libreoffice
def test_libreoffice_shows_the_words_as_typed(tmp_path):
    words = WORDS[:-2]  # it breaks 100,000 letters without a space into lines for minutes
    file = made(findings(hostile_round(words), Edition(cover=words[0])))
    said = re.sub(r"\s+", "", converted(file, "docx", "txt", tmp_path)[""].read_text(encoding="utf-8-sig"))
    for word in words:
        assert re.sub(r"\s+", "", visible(word)) in said, word[:40]

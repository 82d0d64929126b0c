"""The spreadsheet: strings stay strings, nothing is cut, numbers and dates are ones, in a second program too."""

import csv
import io
import tracemalloc
import zipfile
from dataclasses import replace
from datetime import datetime

import openpyxl
import pytest
import time_machine
from openpyxl.utils.escape import unescape

from reports.canonical import sha256
from reports.findings import findings
from reports.formats import xlsx
from reports.formats.office import visible
from reports.formats.sheets import LONGEST, parts
from reports.snapshot import Edition
from tests.reports.hostile import IMPOSSIBLE, WORDS, hostile_round
from tests.reports.samples import full_round, snapshot
from tests.soffice import converted, needs_calc


def workbook(data):
    return openpyxl.load_workbook(io.BytesIO(xlsx.render(data, sha256(data))))


def rows(sheet) -> list[dict]:
    """The rows of a sheet by the names in its head, with what went on in further columns put together again."""
    head, *body = sheet.iter_rows(values_only=True)
    made = []
    for row in body:
        found: dict = {}
        for name, value in zip(head, row, strict=True):
            value = unescape(value) if isinstance(value, str) else value  # openpyxl leaves _x005F_ as it is
            column, further = name.partition(" ")[::2]
            found[column] = found[column] + (value or "") if further and value else found.get(column, value)
        made.append(found)
    return made


@pytest.fixture(scope="module")
def hostile():
    return findings(hostile_round(WORDS), Edition(cover=WORDS[0]))


def test_every_hostile_word_reads_back_as_typed(hostile):
    book = workbook(hostile)
    found = rows(book["notes"])
    assert len(found) == len(WORDS)
    for column in ("words", "replacement", "reason"):
        assert sorted(row[column] for row in found) == sorted(visible(word) for word in WORDS), column
    assert {row["replies"].split(": ", 1)[0] for row in found} == {WORDS[0]}
    assert {visible(word[:600]) for word in WORDS} == {row["quote"] for row in found}
    assert {visible(a["words"]) for a in hostile["answers"]} == {r["words"] for r in rows(book["answers"])}


def test_no_cell_is_a_formula_a_link_or_an_error(hostile):
    made = xlsx.render(hostile, sha256(hostile))
    with zipfile.ZipFile(io.BytesIO(made)) as archive:
        parts_of = {name: archive.read(name).decode() for name in archive.namelist()}
    for name, part in parts_of.items():
        assert "<f>" not in part and "<f " not in part and "hyperlink" not in part.lower().replace("=hyperlink", ""), (
            name
        )
    book = openpyxl.load_workbook(io.BytesIO(made))
    assert book.sheetnames == ["summary", "ratings", "notes", "answers"]
    kinds = {cell.data_type for sheet in book for row in sheet.iter_rows() for cell in row if cell.value is not None}
    assert kinds <= {"s", "n", "d", "inlineStr"}
    marked = [c for row in book["notes"].iter_rows(min_row=2) for c in row if str(c.value).startswith(tuple("=+-@"))]
    assert marked and all(cell.quotePrefix for cell in marked)  # still text when somebody edits it


def test_what_no_xml_can_hold_is_shown():
    data = findings(hostile_round(IMPOSSIBLE))
    words = {row["words"] for row in rows(openpyxl.load_workbook(io.BytesIO(xlsx.render(data, "")))["notes"])}
    assert words == {"nul ␀ bell ␇ escape ␛ delete ␡", "half � of a pair", "none � �"}


@pytest.mark.parametrize("text", ["x" * 100_000, "😀" * 50_000, "x" * LONGEST, "x" * (LONGEST + 1), "", "é😀" * 16_384])
def test_long_text_is_cut_where_a_cell_ends_and_nowhere_else(text):
    cut = parts(text)
    assert "".join(cut) == text
    assert all(len(piece.encode("utf-16-le")) <= 2 * LONGEST for piece in cut)


def test_numbers_are_numbers_and_dates_are_dates():
    data = findings(full_round())
    book = workbook(data)
    notes = {row["id"]: row for row in rows(book["notes"])}
    assert notes["t005"]["created"] == datetime(2026, 4, 7, 5) and notes["t005"]["agreements"] == 2
    assert {type(row["value"]) for row in rows(book["answers"])} == {int, str, type(None)}
    ratings = [row for row in rows(book["ratings"]) if row["question"] == "Value of the book"]
    assert all(isinstance(row["n"], int) for row in ratings)
    assert all(isinstance(row["mean"], (int, float)) == (row["n"] >= 3) for row in ratings)
    summary = {row[0].value: row[1:] for row in book["summary"].iter_rows()}
    assert summary["As of (UTC)"][0].value == datetime(2026, 4, 9, 10)
    assert summary["Snapshot"][0].value == sha256(data)


def test_only_the_day_of_a_note_whose_writer_must_not_be_known():
    book = full_round(notes=6)
    data = findings(replace(book, remarks=tuple(replace(r, promise="all") for r in book.remarks)))
    assert {row["created"] for row in rows(workbook(data)["notes"])} == {datetime(2026, 4, 7)}


def test_heads_stay_in_sight_and_columns_can_be_filtered():
    for sheet in workbook(findings(full_round())).worksheets[1:]:
        assert sheet.freeze_panes == "A2"
        assert sheet.auto_filter.ref == sheet.dimensions
        assert all(sheet.column_dimensions[letter].width >= 6 for letter in "ABCDEFG")


def test_an_empty_book_has_every_sheet():
    book = workbook(findings(snapshot()))
    assert [sheet.max_row for sheet in book.worksheets[2:]] == [1, 1]


def test_the_bytes_do_not_know_the_time():
    data = findings(full_round())
    made = []
    for moment in ("2026-05-01", "2031-01-02"):
        with time_machine.travel(moment):
            made.append(xlsx.render(data, sha256(data)))
    assert made[0] == made[1]


def test_rows_are_written_and_not_kept():
    """What ten times the notes need more is the finished file, not the rows."""

    def beside_the_file(notes: int) -> int:
        data = findings(full_round(notes=notes))
        tracemalloc.start()
        made = xlsx.render(data, "")
        most = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        return most - 2 * len(made)  # once as it is written, once as it is given back

    assert beside_the_file(1000) - beside_the_file(100) < 100_000


@pytest.mark.slow
@needs_calc
def test_libreoffice_shows_the_words_as_typed(hostile, tmp_path):
    files = converted(xlsx.render(hostile, sha256(hostile)), "xlsx", "csv", tmp_path)
    with files["notes"].open(encoding="utf-8", newline="") as file:
        csv.field_size_limit(10**7)
        head, *body = csv.reader(file)
    shown = {
        "".join(cell for name, cell in zip(head, row, strict=True) if name.split(" ")[0] == "words") for row in body
    }
    assert {visible(word) for word in WORDS} == shown

"""Page, Word file, spreadsheet, CSV and JSON of one report, each read back: the same figures."""

import csv
import io
import json
import re
from collections import Counter, defaultdict
from statistics import mean, median, stdev

import docx
import html5lib
import openpyxl
import pypdf
import pytest

from reports.canonical import sha256
from reports.findings import findings
from reports.formats import FORMATS
from reports.page import page
from reports.snapshot import Edition
from tests.reports.samples import full_round

EDITIONS = {
    "desk": Edition(),
    "unnamed": Edition("author", names=False),
    "publisher": Edition("publisher", names=False),
}


class Files:
    """One report in all forms, read back by readers of those forms."""

    def __init__(self, edition: Edition):
        data = findings(full_round(readers=44, notes=200), edition)
        files = {
            name: FORMATS[name].render(data, sha256(data))
            for name in ("pdf", "html", "report_docx", "xlsx", "csv", "json")
        }
        self.pdf = "\n".join(p.extract_text() for p in pypdf.PdfReader(io.BytesIO(files["pdf"])).pages)
        self.json = json.loads(files["json"])["findings"]
        self.page = html5lib.parse(files["html"].decode(), namespaceHTMLElements=False)
        self.word = docx.Document(io.BytesIO(files["report_docx"]))
        self.book = openpyxl.load_workbook(io.BytesIO(files["xlsx"]))
        self.csv = list(csv.DictReader(io.StringIO(files["csv"].decode("utf-8-sig"), newline="")))

    def table(self, kind: str) -> list[list[str]]:
        """The rows of the first table of the page with this class."""
        found, *_ = [t for t in self.page.iter("table") if kind in t.get("class", "").split()]
        rows = [[" ".join("".join(c.itertext()).split()) for c in row] for row in found.iter("tr")]
        return rows[1:]

    def sheet(self, name: str) -> list[dict]:
        head, *rows = self.book[name].iter_rows(values_only=True)
        return [dict(zip(head, row, strict=True)) for row in rows]

    def figures(self, question: str, key: str | None = None) -> dict[str, dict]:
        """Rows of the sheet of ratings by discipline, the total under ""."""
        return {
            row["discipline"] or "": row
            for row in self.sheet("ratings")
            if row["question"] == question and row["key"] == key
        }


@pytest.fixture(scope="module", params=EDITIONS)
def files(request):
    return Files(EDITIONS[request.param])


def codes(files) -> dict[str, str]:
    return {d["slug"]: d["code"] for d in files.json["disciplines"]}


def test_value_of_the_book(files):
    told = files.figures("Value of the book")
    shown = {row[0].split(" ")[0]: row for row in files.table("dist")}
    in_word = {row.cells[0].text: [c.text for c in row.cells] for row in files.word.tables[word_table(files)].rows[1:]}
    for slug, code in codes(files).items():
        figure = files.json["book"]["value"]["by_discipline"][slug]
        row = told[code]
        assert [row[f"rated_{at}"] for at in range(1, 6)] == (figure["distribution"] or [None] * 5)
        assert (row["n"], row["mean"], row["median"], row["sd"], row["cannot_judge"]) == tuple(
            figure[name] for name in ("n", "mean", "median", "sd", "cannot_judge")
        )
        n = "" if figure["n"] is None else str(figure["n"])
        assert shown[code][3] == n == in_word[code][4]
        assert shown[code][4] == in_word[code][5]
        if figure["mean"] is not None:
            assert shown[code][4] == f"{figure['mean']:.1f}"
    assert told[""]["n"] == files.json["book"]["value"]["all"]["n"]


def test_the_words_of_the_pdf_hold_the_same_figures(files):
    text = " ".join(files.pdf.split())
    values = text[text.index("Value of the book, by discipline") : text.index("Tension map")]
    for slug, code in codes(files).items():
        figure = files.json["book"]["value"]["by_discipline"][slug]
        (name,) = [d["name"] for d in files.json["disciplines"] if d["slug"] == slug]
        ratings = [str(at) for at, count in enumerate(figure["distribution"] or (), 1) for _ in range(count)]
        if figure["mean"] is not None:
            sees = "yes" if files.json["book"]["sees_value"][slug] else "not yet"
            row = [code, name, *ratings, sees, str(figure["n"]), f"{figure['mean']:.1f}"]
            assert " ".join(row) in values
        elif figure["hidden"]:
            assert not re.search(rf"{code} {name} \d", values)
    total = page(files.json)["everyone"].lower()
    rows = text[text.index("Makes sense: share") : text.index(f"Their own section {total}")]
    for row in files.json["map"]["verdict"][:-1]:
        title = f"{row['position']}. {row['title']}"
        part = rows.split(title)[1].split(f" {total}: ")[1].split(f"{row['position'] + 1}. ")[0]
        yes, n = row["all"]["yes"], row["all"]["n"]
        assert part.startswith(f"{int(yes / n * 100 + 0.5)}%, n {n} ")
        shown = [f for _, f in ((s, row["by_discipline"][s]) for s in codes(files)) if f["step"] is not None]
        assert re.findall(r"(\d+)% n (\d+)", part.split("%, n ", 1)[1]) == [
            (str(int(f["yes"] / f["n"] * 100 + 0.5)), str(f["n"])) for f in shown
        ]


def word_table(files) -> int:
    """Where the table of values stands: after the single answers, if there are any."""
    return next(at for at, table in enumerate(files.word.tables) if table.rows[0].cells[1].text == "Discipline")


def test_whether_chapters_make_sense(files):
    for chapter in files.json["chapters"]:
        told = files.figures("Makes sense", chapter["key"])
        for slug, code in (*codes(files).items(), (None, "")):
            figure = chapter["verdict"]["by_discipline"][slug] if slug else chapter["verdict"]["all"]
            row = told[code]
            assert [row[name] for name in ("n", "yes", "partly", "no")] == [
                figure[n] for n in ("n", "yes", "partly", "no")
            ]
            assert (row["shown"] == "left blank") == figure["hidden"]
            if row["yes_share"] is not None:
                assert row["yes_share"] == pytest.approx(figure["yes"] / figure["n"])


def test_the_map_on_the_page_in_word_and_in_the_spreadsheet(files):
    page_rows = [[cell.split(" n ")[0].removesuffix(" split") for cell in row] for row in files.table("map")]
    word_rows = [[c.text.split("\n")[0] for c in r.cells] for r in files.word.tables[word_table(files) + 1].rows[1:]]
    summary = list(files.book["summary"].iter_rows(values_only=True))
    at = next(n for n, row in enumerate(summary) if str(row[0]).startswith("Tension map."))
    rows = summary[at + 2 : at + 2 + 2 * len(word_rows)]  # each with a row of how many it rests on
    sheet_rows = [[f"{c:.0%}" if isinstance(c, float | int) else c or "" for c in row] for row in rows[::2]]
    disciplines = len(codes(files))
    assert len(page_rows) == len(word_rows) == len(files.json["map"]["verdict"])
    for row, page_row, word_row, sheet_row, counted in zip(
        files.json["map"]["verdict"], page_rows, word_rows, sheet_rows, rows[1::2], strict=True
    ):
        assert row["title"] in page_row[0] and row["title"] in word_row[0] == sheet_row[0]
        for place, (slug, _) in enumerate(codes(files).items(), 1):
            figure = row["by_discipline"][slug]
            assert counted[place] == figure["n"]
            if figure["step"] is not None:
                share = f"{int(figure['yes'] / figure['n'] * 100 + 0.5)}%"
                assert share == word_row[place] == sheet_row[place]
                assert page_row[place].startswith(share)
            elif figure["hidden"]:
                assert word_row[place] == sheet_row[place] == ""
        assert len(word_row) == disciplines + 3


def test_notes_by_kind_and_where_they_stand(files):
    standing = [row for row in files.csv if row["type"] == "note"]
    sheet = files.sheet("notes")
    assert len(standing) == len(sheet)
    assert [row["words"] for row in standing] == [row["words"] or "" for row in sheet]
    by_kind = Counter(row["kind"] for row in sheet)
    assert by_kind == Counter(row["kind"] for row in standing)
    if files.json["edition"] == "author":  # elsewhere only those stand that may be quoted
        assert len(sheet) == files.json["remarks"]["total"]
        assert dict(by_kind) == {kind: n for kind, n in files.json["remarks"]["by_kind"].items() if n}
        decided = Counter(row["decision"] or "open" for row in sheet)
        assert dict(decided) == {kind: n for kind, n in files.json["remarks"]["by_decision"].items() if n}
    facts = " ".join(" ".join(f.itertext()) for f in files.page.iter("p") if f.get("class") == "facts")
    assert f"{files.json['remarks']['total']} notes" in " ".join(facts.split())


def test_answers_counted_again_from_the_rows_of_the_csv(files):
    rows = [row for row in files.csv if row["type"] == "answer"]
    assert len(rows) - sum(map(len, (q["answers"] for q in files.json["written"]))) * (not files.json["named"]) == len(
        files.json["answers"]
    )
    ratings: dict[str, list[int]] = defaultdict(list)
    verdicts: dict[tuple[str, str], Counter] = defaultdict(Counter)
    for row in rows:
        if row["scope"] == "book" and row["value"].isdigit():
            ratings[row["discipline"]].append(int(row["value"]))
        if row["scope"] == "chapter" and row["value"]:
            verdicts[row["chapter"], row["discipline"]][row["value"]] += 1
    for slug, code in codes(files).items():
        figure = files.json["book"]["value"]["by_discipline"][slug]
        values = ratings[code]
        assert len(values) == (figure["n"] or 0)
        if figure["mean"] is not None:
            assert (figure["mean"], figure["median"]) == (round(mean(values), 4), median(values))
            assert figure["sd"] == round(stdev(values), 4)
        for chapter in files.json["chapters"]:
            told = chapter["verdict"]["by_discipline"][slug]
            counted = verdicts[chapter["key"], code]
            assert [counted[v] for v in ("yes", "partly", "no")] == [told[v] or 0 for v in ("yes", "partly", "no")]


def test_how_far_readers_came(files):
    shown = {row[0]: row[1:] for row in files.table("cover-table")}
    summary = list(files.book["summary"].iter_rows(values_only=True))
    at = next(n for n, row in enumerate(summary) if row[0] == "In numbers")
    told = {
        row[0]: ["" if n is None else str(n) for n in row[1:6]] for row in summary[at + 2 : at + 3 + len(codes(files))]
    }
    assert shown == told
    for slug, code in codes(files).items():
        (row,) = [row for name, row in shown.items() if name.split(" ")[0] == code]
        counted = files.json["coverage"]["by_discipline"][slug]
        assert row == [
            "" if n is None else str(n)
            for n in (counted[s] for s in ("asked", "opened", "reading", "finished", "declined"))
        ]


def rows_after(files, title: str, n: int) -> list[list[str]]:
    """Rows of the summary below the head of a table, with percent as the page writes them."""
    summary = list(files.book["summary"].iter_rows(values_only=True))
    at = next(n for n, row in enumerate(summary) if str(row[0]).startswith(title))
    return [
        [f"{cell:.0%}" if isinstance(cell, float) else "" if cell is None else str(cell) for cell in row]
        for row in summary[at + 2 : at + 2 + n]
    ]


def word_rows(files, head: str) -> list[list[str]]:
    """The rows of the table in Word whose last head is this."""
    (found,) = [table for table in files.word.tables if table.rows[0].cells[-1].text == head]
    return [[cell.text for cell in row.cells] for row in found.rows[1:]]


def test_what_neighbours_say(files):
    if not page(files.json)["neighbours"]:
        assert "Sections and their neighbours" not in [p.text for p in files.word.paragraphs]
        return
    told = word_rows(files, "All neighbours")
    rows = [
        row
        for row in files.json["neighbours"]
        if any(f["n"] or f["notes"] for slug, f in row["by_discipline"].items() if slug != row["discipline"])
    ]
    assert rows
    for row, cells in zip(rows, told, strict=True):
        for (slug, figure), text in zip(
            ((slug, row["by_discipline"][slug]) for slug in codes(files)), cells[1:-1], strict=True
        ):
            lines = text.split("\n")
            if figure["step"] is not None:
                assert lines[:2] == [f"{int(figure['yes'] / figure['n'] * 100 + 0.5)}%", f"n {figure['n']}"], slug
            if figure["notes"]:
                assert f"{figure['notes']} note" in text
    sheet = [row for row in rows_after(files, "Sections and their neighbours", 2 * len(told)) if row[0]]
    names = [row[0] for row in told]
    figures = {row[0]: row[1 : len(codes(files)) + 1] for row in sheet if row[0] in names}
    for name, *cells in told:
        if name in figures:
            assert [text.split("\n")[0] for text in cells[:-1] if "%" in text] == [c for c in figures[name] if "%" in c]


def test_then_and_now(files):
    shown = page(files.json)["since"]
    told = word_rows(files, page(files.json)["everyone"])[-len(shown["rows"]) :] if shown else []
    sheet = rows_after(files, "Since draft", len(shown["rows"])) if shown else []
    for row, in_word, in_sheet in zip(shown["rows"] if shown else [], told, sheet, strict=True):
        said = [row["title"]]
        for kind in ("verdict", "value"):
            said += [str((row[kind] or {}).get(name) or "") for name in ("text", "change", "n", "beside")]
        assert in_word == said == in_sheet[:9]

"""Every file says the same, prints words as typed, and comes out the same each time."""

import csv
import io
import json
import os
import re
import unicodedata
from dataclasses import replace
from html import unescape
from itertools import pairwise

import docx
import html5lib
import openpyxl
import pypandoc
import pypdf
import pytest

from reports.canonical import canonical, sha256
from reports.findings import findings
from reports.formats import DEFAULT, FORMATS, FormatRefused, check_formats, pdf
from reports.formats.csv import COLUMNS
from reports.formats.markdown import line, quoted
from reports.page import page
from reports.snapshot import Answer, Discipline, Edition
from tests.reports.hostile import WORDS, hostile_round
from tests.reports.samples import full_round, members, rating, snapshot

HOSTILE = [
    '#read("/etc/passwd")',
    '#import "@preview/cetz:0.3.0"',
    "*bold* _it_ $x^2$ @ref <label> `code` [link](x) // no comment /* nor this */",
    "</script><script>alert(1)</script> & <b>b</b>",
    "=HYPERLINK(1)",
    "数据库迁移需要一个负责人。日本語のメモ 한국어 메모",
    "👩‍👩‍👧‍👦 😀 🚀 ✅",
    "Ελληνικά Кириллица ñ ß ệ “quotes” -- --- ...",
    "1. not a list",
    "- nor this | or | that",
    "\\u{1F600} \\# {{ 7|add:7 }} {% now %}",
]
RIGHT_TO_LEFT = ["مرحبا بالعالم، هذا تعليق", "שלום עולם, זו הערה"]


@pytest.fixture(scope="module")
def hostile():
    """A round whose notes, quotes, names and title are all meant to break out."""
    words = HOSTILE + RIGHT_TO_LEFT
    book = full_round(notes=len(words))
    remarks = tuple(
        replace(r, body=w, quote=w, reason=w, replacement=w, reaction="", kind="comment", visibility="everyone")
        for r, w in zip(book.remarks, words, strict=True)
    )
    people = tuple(replace(m, name=f"{HOSTILE[0]} {m.name}") for m in book.members)
    data = findings(replace(book, remarks=remarks, members=people, title=HOSTILE[2]), Edition(cover=HOSTILE[0]))
    return data, sha256(data)


def text_of(made: bytes) -> str:
    return "\n".join(p.extract_text() for p in pypdf.PdfReader(io.BytesIO(made)).pages)


def flat(text: str) -> str:
    """Words without spaces and zero-width breaks, as lines may fall anywhere."""
    return re.sub(r"[\s\u200b]+", "", text)


@pytest.fixture(scope="module")
def usual():
    """A round with notes of several kinds on a chapter."""
    data = findings(full_round(notes=60), Edition())
    assert max(sum(n > 0 for n in c["by_kind"].values()) for c in data["clusters"].values() if c) > 2
    return data, sha256(data)


def turned(data):
    """The same with the keys of every object the other way round."""
    if isinstance(data, dict):
        return {key: turned(data[key]) for key in reversed(data)}
    return [turned(each) for each in data] if isinstance(data, list) else data


@pytest.mark.parametrize("name", FORMATS)
@pytest.mark.parametrize("round_of", ["hostile", "usual"])
def test_same_snapshot_same_bytes(name, round_of, request):
    """Whether its keys stand as they were made, sorted as they come from the database, or in any other order."""
    data, digest = request.getfixturevalue(round_of)
    made = FORMATS[name].render(data, digest)
    assert made == FORMATS[name].render(json.loads(canonical(data)), digest)
    assert made == FORMATS[name].render(turned(json.loads(canonical(data))), digest)


def test_pdf_prints_words_as_typed(hostile):
    text = flat(text_of(pdf.render(*hostile)))
    for words in HOSTILE:
        assert flat(words) in text, words
    assert "root:" not in text
    for words in RIGHT_TO_LEFT:  # extraction gives letters in drawing order
        assert set(words) - set(" ,،") <= set(text), words


def test_pdf_is_tagged_dated_and_named(hostile):
    reader = pypdf.PdfReader(io.BytesIO(pdf.render(*hostile)))
    assert reader.trailer["/Root"]["/MarkInfo"]["/Marked"]
    assert "/StructTreeRoot" in reader.trailer["/Root"]
    assert b"pdfuaid:part" in reader.trailer["/Root"]["/Metadata"].get_data()  # PDF/UA
    assert reader.metadata.creation_date_raw.startswith("D:20260409100000")
    assert HOSTILE[2] in reader.metadata.title
    assert [round(float(n)) for n in reader.pages[0].mediabox[2:]] == [595, 842]


def test_pdf_holds_every_note_and_every_figure_with_its_n():
    data = findings(full_round(seed=3))
    text = flat(text_of(pdf.render(data, sha256(data))))
    for chapter in data["notes"]:
        for note in (*chapter["notes"], *(n for s in chapter["sections"] for n in s["notes"])):
            assert flat(note["body"]) in text
    row = next(r for r in data["map"]["verdict"] if any(f["step"] for f in r["by_discipline"].values()))
    figure = next(f for f in row["by_discipline"].values() if f["step"])
    assert f"{int(figure['level'] * 100 + 0.5)}%" in text and f"n{figure['n']}" in text


def test_pdf_breaks_no_date_and_leaves_no_number_alone_at_its_head():
    data = findings(full_round(), Edition(disciplines=("information-security",)))
    lines = text_of(pdf.render(data, "")).replace("\u00a0", " ").splitlines()
    assert [line for line in lines if "open since 6 April 2026, as of 9 April 2026" in line]
    assert "2" not in [line.strip() for line in lines[: lines.index("Findings")]]


@pytest.mark.parametrize("lines", [0, 12, 20, 26])
def test_pdf_parts_no_short_table_of_chapters(lines):
    """Wherever it begins: its last row stood alone on the next page."""
    data = findings(full_round(notes=60), Edition(cover="Words.\n" * lines))
    pages = [flat(p.extract_text()) for p in pypdf.PdfReader(io.BytesIO(pdf.render(data, ""))).pages]
    (told,) = [page.split("Whichchaptersaredone")[1] for page in pages if "Whichchaptersaredone" in page]
    assert all(flat(chapter["title"]) in told for chapter in data["chapters"])


@pytest.mark.parametrize(("long", "wide"), [("", "w---"), ("3", "w--w"), ("2", "www-"), ("4", "w--ww")])
def test_a_headline_with_much_below_it_goes_over_the_whole_width_and_leaves_no_gap(long, wide):
    """The PDF was refused where such a one came second in its row."""
    data = findings(snapshot())
    (first,) = data["headlines"]
    data["headlines"] = [first | {"detail": "Many words. " * (20 if str(at) in long else 1)} for at in range(len(wide))]
    assert "".join("w" if h["wide"] else "-" for h in page(data)["headlines"]) == wide
    assert "Many words" in text_of(pdf.render(data, ""))


def lowest(made: bytes) -> float:
    """How many points above the end of its paper the lowest words of a PDF stand."""
    found: list[float] = []

    def look(text, cm, tm, font, size):
        if text.strip():
            found.append(cm[5] + tm[5] * cm[3])

    for at in pypdf.PdfReader(io.BytesIO(made)).pages:
        at.extract_text(visitor_text=look)
    return min(found)


def test_pdf_cuts_no_table_of_few_rows_that_is_taller_than_a_page():
    book = full_round(notes=60)
    titles = [f"{'Words of a long title ' * 6}{n}" for n in range(1, 14)]
    chapters = tuple(replace(book.chapters[0], key=f"k{n}", title=t, position=n) for n, t in enumerate(titles, 1))
    assert lowest(pdf.render(findings(replace(book, chapters=chapters)), "")) > 20


@pytest.mark.parametrize("end", ["\n", "\u2028", "\u2029", "\x85"])
def test_pdf_cuts_no_note_of_many_short_lines(end):
    book = full_round(notes=1)
    remark = replace(book.remarks[0], body=f"a{end}" * 120)
    assert lowest(pdf.render(findings(replace(book, remarks=(remark,))), "")) > 20


@pytest.mark.parametrize("code", ["OPS", "INFRAOPS"])
@pytest.mark.parametrize("many", [3, 13, 44])
def test_pdf_keeps_the_squares_of_many_readers_between_their_columns(many, code):
    low, high = Discipline("low", code, "Low " * 6), Discipline("high", "DEV", "High")
    seats = [(f"{d.slug}{n:02}", d.slug) for d in (low, high) for n in range(many)]
    given = tuple(rating(member, slug, {"low": 1, "high": 5}[slug]) for member, slug in seats)
    book = snapshot(disciplines=(low, high), members=members(*seats), answers=given, sections=(), chapters=())
    found: list[tuple[float, str]] = []

    def look(text, cm, tm, font, size):
        found.append((cm[4] + tm[4] * cm[0], text.strip()))

    pypdf.PdfReader(io.BytesIO(pdf.render(findings(book), ""))).pages[0].extract_text(visitor_text=look)
    words = [word for _, word in found]
    for name, square, verdict in (("Low Low Low Low Low Low", "1", "not yet"), ("High", "5", "yes")):
        begin = words.index(name)
        row = found[begin : words.index(verdict, begin) + 1]
        squares = [x for x, word in row if word == square]
        assert len(squares) == many
        assert row[0][0] + 130 < min(squares) and max(squares) + 3 < row[-1][0]  # points: the name has 46 mm


def test_pdf_is_made_of_all_that_is_hostile_at_once():
    """Words of 100,000 letters side by side with others took longer than a file may."""
    made = pypdf.PdfReader(io.BytesIO(pdf.render(findings(hostile_round()), "")))
    assert len(made.pages) > 100 and WORDS[0] in made.pages[0].extract_text()


def test_pdf_sets_forty_disciplines_in_tables_that_fit():
    book = full_round()
    more = tuple(Discipline(f"d{n}", f"D{n:02}", f"Discipline {n}") for n in range(30))
    text = text_of(pdf.render(findings(replace(book, disciplines=(*book.disciplines, *more))), ""))
    assert text.count("Gap, low to high") >= 3  # a head for each part of the map


def test_pdf_sets_fewer_disciplines_side_by_side_where_their_letters_are_many():
    book = snapshot(disciplines=tuple(Discipline(f"d{n}", f"DISCIP{n:02}", f"Discipline {n}") for n in range(16)))
    found: list[tuple[float, str]] = []

    def look(text, cm, tm, font, size):
        found.append((cm[4] + tm[4] * cm[0], text.strip()))

    for at in pypdf.PdfReader(io.BytesIO(pdf.render(findings(book), ""))).pages:
        at.extract_text(visitor_text=look)
    heads = [x for x, word in found if word.startswith("DISCIP")]
    assert all(right - left > 40 for left, right in pairwise(heads) if right > left)  # points; each takes 36


def test_pdf_breaks_long_words_of_titles():
    book = full_round()
    chapters = tuple(replace(c, title="unbroken" * 15) for c in book.chapters)
    text = text_of(pdf.render(findings(replace(book, chapters=chapters)), ""))
    lines = [line.replace("\u200b", "") for line in text.splitlines() if "unbroken" in line]
    assert lines and max(map(len, lines)) < 120


def test_pdf_breaks_long_words_of_quotes_questions_and_sections():
    book, long = full_round(), "unbroken" * 30
    data = findings(
        replace(
            book,
            sections=tuple(replace(s, title=long) for s in book.sections),
            questions=tuple(replace(q, text=long) for q in book.questions),
            remarks=tuple(replace(r, quote=long, fate="kept") for r in book.remarks),
        )
    )
    ops, dev = "it-operations", "application-development"
    against = [{"discipline": dev, "reaction": "disagree"}]
    data["conflicts"] = [{"chapter": "c1", "section": "c1-1", "quote": long, "valuable": [ops], "against": against}]
    assert data["written"]
    lines = [line.replace("\u200b", "") for line in text_of(pdf.render(data, "")).splitlines() if "unbroken" in line]
    assert lines and not [line for line in lines if "unbroken" * 20 in line]


def test_pdf_says_which_characters_it_cannot_draw():
    base = full_round(notes=1)
    data = findings(replace(base, remarks=(replace(base.remarks[0], body="Egypt 𓀀, private \ue000"),)))
    text = text_of(pdf.render(data, sha256(data)))
    assert "U+E000" in text and "U+13000" in text
    assert "U+13000" not in text_of(pdf.render(findings(base), sha256(data)))


def test_every_character_said_to_be_covered_is_drawn():
    """The standard is refused, and so is not claimed, where a single one has no glyph."""
    apart = ("Cc", "Cf", "Cn", "Co", "Cs", "Mc", "Me", "Mn", "Zl", "Zp", "Zs")
    covered = [chr(c) for first, last in pdf.covered() for c in range(first, last + 1)]
    drawn = [c for c in covered if unicodedata.category(c) not in apart]
    base = full_round(notes=8)
    parts = [" ".join(drawn[at::8]) for at in range(8)]
    remarks = tuple(replace(r, body=words) for r, words in zip(base.remarks, parts, strict=True))
    made = pypdf.PdfReader(io.BytesIO(pdf.render(findings(replace(base, remarks=remarks)), "")))
    assert len(drawn) > 40_000
    assert b"pdfuaid:part" in made.trailer["/Root"]["/Metadata"].get_data()


def test_every_shipped_font_is_free_and_licensed():
    fonts = {f for f in os.listdir(pdf.FONTS) if f.endswith((".ttf", ".otf"))}
    licences = [f.removesuffix("-OFL.txt") for f in os.listdir(pdf.FONTS) if f.endswith("-OFL.txt")]
    assert all(any(font.startswith(family) for family in licences) for font in fonts)
    assert sum((pdf.FONTS / f).stat().st_size for f in fonts) < 25 * 1024 * 1024


def test_csv_reads_back_as_typed_and_holds_no_formula(hostile):
    made = FORMATS["csv"].render(*hostile)
    assert made.startswith(b"\xef\xbb\xbf") and b"\r\n" in made
    rows = list(csv.DictReader(io.StringIO(made.decode("utf-8-sig"), newline="")))
    assert tuple(rows[0]) == COLUMNS
    assert not any(cell.startswith(("=", "+", "-", "@", "\t", "\r")) for row in rows for cell in row.values())
    bodies = {row["words"] for row in rows if row["type"] == "note"}
    assert {w if w[0] not in "=-" else "'" + w for w in HOSTILE} <= bodies
    assert sum(row["type"] == "answer" for row in rows) == len(hostile[0]["answers"])


def test_csv_has_a_row_for_each_note_and_each_answer():
    said = (Answer("1", "a", "q3", "own_section", "c1-ops", "it-operations", None, "a line\nand another"),)
    data = findings(snapshot(answers=said))
    rows = list(csv.DictReader(io.StringIO(FORMATS["csv"].render(data, "").decode("utf-8-sig"), newline="")))
    assert [(r["type"], r["words"], r["section"]) for r in rows] == [("answer", "a line\nand another", "c1-ops")]


@pytest.mark.parametrize("dialect", ["gfm", "commonmark", "markdown-smart"])
def test_markdown_prints_words_as_typed(hostile, dialect):
    made = FORMATS["markdown"].render(*hostile).decode()
    text = flat(pypandoc.convert_text(made, "html", format=dialect, extra_args=["--wrap=none"]))
    plain = flat(unescape(re.sub("<[^>]*>", "", text)))
    for words in HOSTILE + RIGHT_TO_LEFT:
        assert flat(words) in plain, words
    assert "<script" not in text and "<em>it" not in text


@pytest.mark.parametrize(
    ("before", "quote", "after"),
    [
        ("One sheet, ", "one side", ", written by hand."),
        ("", "Whole sentence.", ""),
        ("It costs four", " minutes ", "each."),
        ("un", "believ", "able"),
        ("He said ", "“no”", "."),
        ("*", "*", "*"),
    ],
)
def test_markdown_quotes_the_book_with_its_own_spaces(before, quote, after):
    html = pypandoc.convert_text(quoted(before, quote, after), "html", format="gfm")
    assert re.sub("<[^>]*>", "", html).strip() == before + quote + after
    assert f"<strong>{quote.strip()}</strong>" in html


def test_markdown_quotes_in_bold_where_its_marks_alone_would_not_be():
    html = pypandoc.convert_text(quoted("He said", "(no)", "and left"), "html", format="gfm")
    assert html.strip() == "<p>He said <strong>(no)</strong> and left</p>"


def test_markdown_is_read_as_it_is_and_escapes_no_more_than_it_must():
    typed = "Forty-seven minutes (n 20): 4.7, not 4.8. Why?"
    assert line(typed) == typed
    marked = {
        "1. one": "1\\. one",
        "(a) one": "\\(a\\) one",
        "- one": "\\- one",
        "x -- y": "x \\-\\- y",
        "x (c)": "x \\(c)",
    }
    marked |= {"www.example.org": "www\\.example\\.org", "https://x": "https\\://x", ": one": "\\: one"}
    assert {words: line(words) for words in marked} == marked


def test_html_file_holds_the_words_and_loads_nothing(hostile):
    made = FORMATS["html"].render(*hostile).decode()
    tree = html5lib.parse(made, namespaceHTMLElements=False)
    text = flat("".join(tree.itertext()))
    for words in HOSTILE + RIGHT_TO_LEFT:
        assert flat(words) in text
    assert not list(tree.iter("script")) and not list(tree.iter("link")) and not list(tree.iter("img"))
    assert "url(" not in made
    assert not [
        e for e in tree.iter() if isinstance(e.tag, str) and any(a.startswith(("on", "style")) for a in e.attrib)
    ]


def test_json_carries_the_hash_of_its_findings(hostile):
    data, digest = hostile
    made = json.loads(FORMATS["json"].render(data, digest))
    assert made["sha256"] == digest == sha256(made["findings"])


def test_formats_there_are_not_are_refused_in_words():
    with pytest.raises(FormatRefused) as refused:
        check_formats(["exe"])
    assert refused.value.code == "unknown_format"
    with pytest.raises(FormatRefused):
        check_formats([])
    assert check_formats(["json", "pdf", "json"]) == list(DEFAULT)


def test_an_empty_round_makes_every_file():
    data = findings(snapshot())
    for made in FORMATS.values():
        assert made.render(data, sha256(data))


@pytest.mark.parametrize("paper, points, twentieths, number", [("a4", 842, 16838, 9), ("letter", 792, 15840, 1)])
def test_pages_are_of_the_paper_that_was_chosen(paper, points, twentieths, number):
    data = findings(full_round(), Edition(paper=paper))
    pages = pypdf.PdfReader(io.BytesIO(FORMATS["pdf"].render(data, ""))).pages
    assert {round(float(p.mediabox.height)) for p in pages} == {points}
    section = docx.Document(io.BytesIO(FORMATS["report_docx"].render(data, ""))).sections[0]
    assert section.page_height.twips == twentieths
    assert section.page_width.twips - section.left_margin.twips - section.right_margin.twips == 10_206
    sheets = openpyxl.load_workbook(io.BytesIO(FORMATS["xlsx"].render(data, ""))).worksheets
    assert {int(sheet.page_setup.paperSize) for sheet in sheets} == {number}
    assert (b"@page{size:letter}" in FORMATS["html"].render(data, "")) == (paper == "letter")

"""What each discipline said: a part of the whole report, of which it tells nothing that the whole keeps back."""

import io
import json
import re
import zipfile
from dataclasses import replace

import pypdf
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from reports.canonical import canonical, sha256
from reports.findings import findings
from reports.formats import by_discipline
from reports.narrowing import narrowed, notes_of, speaking, whole_alone
from reports.page import page
from reports.snapshot import Discipline, Edition, Remark
from tests.reports.hostile import WORDS, hostile_round
from tests.reports.samples import DISCIPLINES, full_round, members, rating, snapshot, verdict

DEV, OPS, SEC, BA = "application-development", "it-operations", "information-security", "business-analysis"
EDITIONS = (Edition(), Edition("author", names=False), Edition("readers"), Edition("publisher", names=False))


def opened(data) -> zipfile.ZipFile:
    return zipfile.ZipFile(io.BytesIO(by_discipline.render(data, sha256(data))))


def text_of(made: bytes) -> str:
    return " ".join(" ".join(p.extract_text() for p in pypdf.PdfReader(io.BytesIO(made)).pages).split())


def test_a_file_for_each_discipline_that_spoke_and_a_list_of_those_that_did_not():
    people = members(("d", DEV), ("o", OPS), ("s", SEC))
    said = (Remark("1", "o", "comment", "Who carries the pager?", OPS), Remark("2", "d", "comment", "Fine by me.", DEV))
    data = findings(snapshot(members=people, remarks=said, answers=(rating("s", SEC, 2),)))
    with opened(data) as archive:
        names = archive.namelist()
        texts = {name: text_of(archive.read(name)) for name in names[1:]}
        contents = archive.read("contents.txt").decode()
    assert names == [
        "contents.txt",
        "02-application-development.pdf",
        "03-it-operations.pdf",
        "04-information-security.pdf",
    ]
    operations = texts["03-it-operations.pdf"]
    assert "What IT operations said of draft 1" in operations and "1 note, 1 to answer" in operations
    assert "Who carries the pager?" in operations and "Fine by me." not in operations
    assert "Person o" in operations and "Person d" not in operations
    assert "One person rated the book" in texts["04-information-security.pdf"]
    assert "03-it-operations.pdf: IT operations" in contents
    assert contents.index("No file") < contents.index("Business analysis")
    assert sha256(data) in contents and sha256(data) in operations


@pytest.mark.parametrize("edition", EDITIONS)
def test_its_figures_are_those_of_the_whole(edition):
    whole = findings(full_round(), edition)
    shown = page(whole)
    assert speaking(whole)
    for slug in speaking(whole):
        part = narrowed(whole, slug)
        rows = {row["code"]: row for row in shown["value"]}
        (row,) = page(part)["value"]
        assert row == rows[row["code"]]
        for mine, row in zip(page(part)["maps"][0]["rows"], shown["maps"][0]["rows"], strict=True):
            assert mine["cells"] == [c for c in row["cells"] if c["code"] == part["disciplines"][0]["code"]]
        theirs = [n for n in notes_of(whole) if n["who"]["discipline"] == slug]
        assert list(notes_of(part)) == theirs and part["remarks"]["total"] == len(theirs)
        assert sum(part["remarks"]["by_kind"].values()) == len(theirs)


def test_where_it_counts_fewer_notes_than_the_whole_it_says_so():
    for edition in (Edition("readers"), Edition("publisher", names=False)):
        whole = findings(full_round(notes=300), edition)
        for slug, counted in whole["remarks"]["by_discipline"].items():
            part = narrowed(whole, slug)
            elsewhere = (counted or 0) - part["remarks"]["total"]
            said = [line for line in part["left_out"] if "the whole report alone" in line]
            assert len(said) == (elsewhere > 0) and said[:1] == whole_alone(elsewhere)
            told = [f"{fact['figure']} {fact['text']}" for fact in page(part)["facts"]]
            head = f"{part['remarks']['total']} notes of {counted} with words here"
            assert (head in told) == (elsewhere > 0)
        assert any("the whole report alone" in line for line in narrowed(whole, DEV)["left_out"])
    silent = tuple(replace(r, permission="no") for r in full_round().remarks)
    shown = page(narrowed(findings(full_round(remarks=silent), Edition("publisher", names=False)), DEV))
    assert shown["counts"] == [] and "notes of" in shown["facts"][2]["text"]  # no list of noughts
    desk = narrowed(findings(full_round()), DEV)
    assert not any("the whole report alone" in line for line in desk["left_out"])


def test_with_names_it_says_what_a_report_on_that_discipline_alone_says():
    """The whole tells everything then, so both ways must agree."""
    book = full_round()
    for slug in speaking(findings(book)):
        part, alone = narrowed(findings(book), slug), findings(book, Edition(disciplines=(slug,)))
        for key in ("book", "chapters", "sections", "own_value", "answers", "written", "disciplines", "notes"):
            assert part[key] == alone[key], key
        assert part["coverage"]["by_discipline"] == alone["coverage"]["by_discipline"]
        for mine, theirs in zip(part["map"]["verdict"], alone["map"]["verdict"], strict=True):
            assert mine == theirs
        assert part["remarks"] == alone["remarks"]
        assert part["appendix"]["makes_sense_95"] == alone["appendix"]["makes_sense_95"]


def test_a_discipline_too_small_to_be_named_has_no_file():
    said = [Remark(f"d{n}", f"d{n}", "comment", "dev", DEV) for n in range(4)]
    said += [Remark(f"o{n}", f"o{n}", "comment", "ops", OPS) for n in range(3)]
    said += [Remark("s", "s", "comment", "sec", SEC)]
    whole = findings(snapshot(remarks=tuple(said)), Edition("author", names=False))
    assert speaking(whole) == [DEV]
    assert [n["body"] for n in notes_of(narrowed(whole, DEV))] == ["dev"] * 4
    with opened(whole) as archive:
        assert archive.namelist() == ["contents.txt", "02-application-development.pdf"]


SAID = st.tuples(st.sampled_from([d.slug for d in DISCIPLINES]), st.integers(1, 5), st.sampled_from(["yes", "no"]))


@settings(max_examples=40, deadline=None)
@given(st.lists(SAID, min_size=1, max_size=14), st.sampled_from(EDITIONS))
def test_what_the_whole_leaves_blank_every_part_leaves_blank(people, edition):
    answers = []
    for n, (discipline, value, sense) in enumerate(people):
        answers += [rating(f"m{n}", discipline, value), verdict(f"m{n}", discipline, "c1", sense)]
    book = snapshot(members=members(*((f"m{n}", p[0]) for n, p in enumerate(people))), answers=tuple(answers))
    whole = json.loads(canonical(findings(book, edition)))
    for d in whole["disciplines"]:
        part = narrowed(whole, d["slug"])
        told = whole["book"]["value"]["by_discipline"][d["slug"]]
        assert part["book"]["value"] == {"all": told, "by_discipline": {d["slug"]: told}}
        assert part["coverage"]["all"] == whole["coverage"]["by_discipline"][d["slug"]]
        for mine, row in zip(part["map"]["verdict"], whole["map"]["verdict"], strict=True):
            assert mine["all"] == row["by_discipline"][d["slug"]] and mine["gap"] is None
        for mine, row in zip(part["neighbours"], whole["neighbours"], strict=True):
            assert mine["by_discipline"] == {d["slug"]: row["by_discipline"][d["slug"]]}
            own = mine["discipline"] == d["slug"]
            assert mine["others"]["n"] == (0 if own else mine["by_discipline"][d["slug"]]["n"])
        assert part["since"] is None
        assert part["answers"] == [a for a in whole["answers"] if a["discipline"] == d["slug"]]
        assert page(part)  # blank figures make a page too


def test_what_leaves_the_desk_says_nothing_of_decisions():
    whole = findings(full_round(), Edition("readers"))
    for slug in speaking(whole):
        part = narrowed(whole, slug)
        assert set(part["remarks"]["by_decision"].values()) == {None}
        assert not [h for h in part["headlines"] if h["rule"] == "waiting"]


def test_names_of_files_can_be_taken_anywhere():
    odd = ("../../etc/passwd", "con", "Ü", "a" * 200, "x\x00y", "no:colon?", "it-operations")
    book = snapshot(disciplines=tuple(Discipline(slug, "X", slug) for slug in odd))
    said = tuple(Remark(str(n), f"m{n}", "comment", "words", slug) for n, slug in enumerate(odd))
    data = findings(replace(book, remarks=said, sections=()))
    names = [name for _, name in by_discipline.files(data)]
    assert len(set(names)) == len(names) == len(odd)
    assert all(re.fullmatch(r"\d\d-[a-z0-9-]{1,60}\.pdf", name) for name in names)
    assert names[0] == "01-etc-passwd.pdf" and names[-1] == "07-it-operations.pdf"


def test_hostile_words_break_nothing_and_bytes_are_the_same():
    words = tuple(w for w in WORDS if len(w) < 1000)
    data = findings(hostile_round(words), Edition(cover=words[0], disciplines=(OPS, DEV, "project-management")))
    first = by_discipline.render(data, sha256(data))
    assert first == by_discipline.render(json.loads(canonical(data)), sha256(data))
    with zipfile.ZipFile(io.BytesIO(first)) as archive:
        assert archive.testzip() is None
        assert {info.date_time for info in archive.infolist()} == {(1980, 1, 1, 0, 0, 0)}
        text = "".join("".join(text_of(archive.read(name)).split()) for name in archive.namelist()[1:])
    latin = [word for word in words if word.isascii() and "\t" not in word]
    kept = {"".join(n["body"].split()) for n in notes_of(data)} & {"".join(word.split()) for word in latin}
    assert len(kept) > 5 and all(word in text for word in kept)


def test_nobody_said_anything():
    with opened(findings(snapshot())) as archive:
        assert archive.namelist() == ["contents.txt"]
        assert "IT operations" in archive.read("contents.txt").decode()

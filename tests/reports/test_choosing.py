"""What was chosen is said on the first page, and how figures and missing figures are told."""

import io
import zipfile

import pytest

from reports import done
from reports.figures import tenth
from reports.findings import findings
from reports.formats import FORMATS, markdown
from reports.page import page
from reports.snapshot import Edition, Remark, Review
from reports.tables import Tables
from tests.reports.samples import full_round, members, rating, snapshot

DEV, OPS = "application-development", "it-operations"


def left_out(**chosen):
    return page(findings(full_round(), Edition(**chosen)))["left_out"]


@pytest.mark.parametrize(
    ("chosen", "said"),
    [
        ({"disciplines": (DEV, OPS)}, "Other disciplines than DEV and OPS: this report was made of these."),
        (
            {"kinds": ("reaction", "suggestion")},
            "Notes other than suggested edits and reactions: no other kind is counted.",
        ),
        ({"decisions": ("open",)}, "Notes other than those that say “Waits for an answer”: no other is counted."),
        ({"since": "2026-04-07T00:00:00.000000Z"}, "Notes from before 7 April 2026."),
        ({"until": "2026-04-08T06:30:00.000000Z"}, "Notes from 8 April 2026, 06:30 on."),
        ({"author_only": False}, "Notes for the author only."),
    ],
)
def test_what_narrows_a_report_is_said_in_it(chosen, said):
    assert said in left_out(**chosen) and said not in left_out()
    data = findings(full_round(), Edition(**chosen))
    assert said[:20] in markdown.render(data, "0" * 64).decode()


def test_chapters_that_were_chosen_are_named():
    first = page(findings(full_round()))["maps"][0]["rows"][0]["title"]
    (key,) = [c["key"] for c in findings(full_round())["chapters"]][:1]
    assert f"Other chapters than “{first}”, and notes on the book as a whole: not chosen." in left_out(chapters=(key,))
    assert "Other chapters than one chapter, and notes on the book as a whole: not chosen." in left_out(
        chapters=("gone",)
    )


@pytest.mark.parametrize(
    ("chosen", "narrowed"),
    [
        ({}, False),
        ({"chapters": ("c1",)}, False),
        ({"disciplines": (DEV,)}, True),
        ({"since": "2026-04-07T00:00:00.000000Z"}, True),
        ({"author_only": False}, True),
        ({"edition": "readers", "disciplines": (DEV,)}, False),
    ],
)
def test_what_a_narrowed_report_says_of_chapters_is_of_everyone_and_it_says_so(chosen, narrowed):
    """Its other figures are of those chosen alone: the same chapter has two shares in it."""
    said = "Nothing from “Which chapters are done”: all disciplines and all notes count there."
    assert (said in left_out(**chosen)) is narrowed


@pytest.mark.parametrize(
    ("chosen", "total"),
    [
        ({}, "All readers"),
        ({"chapters": ("c1",)}, "All readers"),
        ({"disciplines": (DEV, OPS)}, "All shown here"),
        ({"names": False}, "All shown here"),
        ({"edition": "publisher"}, "All shown here"),
    ],
)
def test_a_total_that_leaves_readers_out_is_not_of_all_readers(chosen, total):
    data = findings(full_round(readers=30), Edition(**chosen))
    for name in ("html", "markdown", "report_docx", "xlsx"):
        made = FORMATS[name].render(data, "0" * 64)
        if name in ("report_docx", "xlsx"):
            parts = zipfile.ZipFile(io.BytesIO(made))
            made = b"".join(parts.read(part) for part in parts.namelist() if part.endswith(".xml"))
        assert (b"ll readers" in made) is (total == "All readers"), name
        assert (b"ll shown here" in made) is (total != "All readers"), name


def test_a_report_of_one_discipline_says_it_in_its_title_alone():
    assert not any("Other disciplines" in said for said in left_out(disciplines=(DEV,)))


@pytest.mark.parametrize(("mean", "shown"), [(4.25, 4.3), (3.65, 3.7), (4.35, 4.4), (3.3333, 3.3), (4.0, 4.0)])
def test_halves_go_up_as_in_a_spreadsheet(mean, shown):
    assert tenth(mean) == shown


def test_a_mean_reads_the_same_wherever_it_stands():
    said = [rating(f"d{n}", DEV, value) for n, value in enumerate((4, 4, 4, 5))]
    said += [rating(f"o{n}", OPS, value) for n, value in enumerate((3, 3, 3, 3))]
    shown = page(findings(snapshot(answers=tuple(said))))
    assert shown["value"][0]["cell"]["text"] == "4.3"
    assert "from 4.3 (DEV) to 3.0 (OPS)" in shown["headlines"][0]["detail"]


def test_why_a_chapter_is_not_done_is_a_sentence_without_answers_too():
    book = snapshot(members=members(("a", DEV)), reviews=(Review("a", "started"),))
    for named, words in ((True, "nobody has said yet"), (False, "too few have said")):
        states = done.chapter_states(book, Tables(book, named=named), ())
        assert all(words in done.why_not(state) and "sense to" not in done.why_not(state) for state in states)


def test_where_nobody_was_asked_no_share_of_nobody_is_told():
    shown = page(findings(snapshot(members=members(("a", DEV)), answers=(rating("a", DEV, 4),))))
    assert shown["facts"][0] == {"figure": "0", "text": "readers asked"}
    assert shown["done"][0]["criteria"][0]["figure"] == "nobody asked"
    assert shown["done"][0]["why"].startswith("No reader has been asked yet; ")


@pytest.mark.parametrize(
    ("permissions", "said"),
    [
        (("no",), "One story came in. None may be quoted."),
        (("no", "unnamed"), "Two stories came in. One may be quoted."),
        (("named", "named", "unnamed"), "Three stories came in. Three may be quoted, two by name."),
    ],
)
def test_how_many_stories_may_be_quoted_is_a_sentence(permissions, said):
    told = [Remark(str(n), "a", "experience", "Once.", DEV, permission=each) for n, each in enumerate(permissions)]
    assert page(findings(snapshot(members=members(("a", DEV)), remarks=tuple(told))))["story_line"] == said


def test_few_ratings_are_not_called_none():
    said = tuple(rating(f"o{n}", OPS, 4) for n in range(2))
    unnamed = page(findings(snapshot(answers=said), Edition("readers")))
    assert unnamed["headlines"][0]["text"] == "The value of the book has no figure here."


def test_no_group_of_counts_and_no_gap_stands_empty():
    said = (Remark("1", "a", "comment", "words", DEV, permission="unnamed"),)
    shown = page(findings(snapshot(members=members(("a", DEV)), remarks=said), Edition("publisher")))
    assert "By discipline" not in [group["title"] for group in shown["counts"]]
    assert "()" not in markdown.render(findings(full_round()), "0" * 64).decode()

"""The figures beside those of the draft before, and what disciplines say of one another's sections, by hand."""

from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from reports.findings import findings
from reports.page import page
from reports.snapshot import Answer, Before, Edition, Remark, Section
from reports.tables import Tables
from tests.reports.samples import DISCIPLINES, SECTIONS, full_round, members, rating, snapshot, verdict
from tests.reports.test_quotes import text_of

DEV, OPS, SEC = "application-development", "it-operations", "information-security"
UNNAMED = Edition(names=False)
SLUGS = [d.slug for d in DISCIPLINES]


def said(chapter="c1", **values):
    return tuple(verdict(member, DEV, chapter, value) for member, value in values.items())


def two_drafts(then, now, **more):
    people = members(*((m, DEV) for m in "abcdefgh"))
    return snapshot(members=people, answers=now, before=Before(1, "1", then), draft=2, label="2", **more)


THEN = said(a="yes", b="no", c="no", d="yes")
NOW = said(a="yes", b="yes", c="no", e="yes")


def test_those_who_answered_both_times_are_compared_and_everyone_beside_them():
    found = findings(two_drafts(THEN, NOW))
    (first, second) = found["since"]["chapters"]
    assert first["verdict"]["paired"] == {
        "then": {"n": 3, "yes": 1, "partly": 0, "no": 2, "hidden": False},
        "now": {"n": 3, "yes": 2, "partly": 0, "no": 1, "hidden": False},
    }
    assert (first["verdict"]["all"]["then"]["n"], first["verdict"]["all"]["now"]["yes"]) == (4, 3)
    assert second["verdict"]["paired"]["now"]["n"] == 0 and first["value"] is None
    (row,) = page(found)["since"]["rows"]
    assert row["verdict"] == {
        "text": "33% to 67%",
        "change": "+34 pts",
        "n": 3,
        "beside": "50% of 4 then, 75% of 4 now",
        "way": [0.33, 0.67],
    }
    (headline,) = [h for h in found["headlines"] if h["rule"] == "since_more"]
    assert (headline["n"], headline["text"]) == (3, "Chapter 1 makes sense to more readers than in draft 1.")
    assert headline["detail"] == "33% then and 67% now of the 3 who answered for both drafts."


def test_a_fall_is_said_and_a_small_change_is_not():
    fell = findings(two_drafts(said(a="yes", b="yes", c="yes"), said(a="no", b="no", c="yes")))
    assert [h["rule"] for h in fell["headlines"] if h["rule"].startswith("since")] == ["since_fewer"]
    same = findings(two_drafts(THEN, THEN))
    assert not [h for h in same["headlines"] if h["rule"].startswith("since")]
    assert page(same)["since"]["rows"][0]["verdict"]["change"] == "0 pts"


def test_means_are_compared_as_they_are_printed():
    then = [rating(m, DEV, v) for m, v in (("a", 3), ("b", 4), ("c", 4))]  # 3.67
    now = [rating(m, DEV, v) for m, v in (("a", 3), ("b", 3), ("c", 4))]  # 3.33
    (row,) = page(findings(two_drafts(tuple(then), tuple(now))))["since"]["rows"]
    assert (row["title"], row["value"]["text"], row["value"]["change"]) == ("The book", "3.7 to 3.3", "−0.4")
    assert row["value"]["way"] == pytest.approx([0.675, 0.575])  # of the way from 1 to 5


@pytest.mark.parametrize("name", ["html", "markdown", "report_docx", "pdf"])
def test_where_no_figure_stands_there_is_no_table_and_no_word_of_one(name):
    earlier = Remark("r1", "a", "comment", "Words.", DEV, chapter="c1", section="c1-1", earlier=True, permission="no")
    few = findings(two_drafts(said(a="yes"), said(a="yes"), remarks=(earlier,)), Edition("readers", names=False))
    assert page(few)["since"]["rows"] == [] and page(few)["since"]["line"]
    text = text_of(name, few)
    assert "Of one note from before" in text and "answered for both drafts" not in text
    assert "answered for both drafts" in text_of(name, findings(two_drafts(THEN, NOW)))


def test_the_first_round_has_nothing_to_compare():
    found = findings(snapshot(answers=NOW))
    assert found["since"] is None and page(found)["since"] is None


def test_under_three_who_answered_twice_take_no_share():
    (row,) = page(findings(two_drafts(said(a="yes", b="no"), said(a="yes", b="yes", c="no", d="no"))))["since"]["rows"]
    assert (row["verdict"]["text"], row["verdict"]["change"]) == ("yes · no to yes · yes", "")


@pytest.mark.parametrize(
    "then, now, shown",
    [
        (THEN, NOW, False),  # d alone left: what d said would follow
        (said(a="yes", b="no", c="no"), said(a="yes", b="yes", c="no"), True),
        (said(a="yes", b="no", c="no"), NOW, False),  # e alone came
        (said(a="yes", b="no", c="no"), said(a="yes", b="yes", c="no", d="no", e="no", f="no"), True),
    ],
)
def test_without_names_nobody_who_came_or_left_alone_is_told(then, now, shown):
    (first, _) = findings(two_drafts(then, now), UNNAMED)["since"]["chapters"]
    assert first["verdict"]["paired"]["now"]["hidden"] is not shown


def test_two_choices_of_disciplines_do_not_tell_what_one_reader_said_both_times():
    """One reader of OPS answered for both drafts: with DEV and without, the difference would be their answers."""
    then = said(a="yes", b="no", c="no") + tuple(verdict(m, OPS, "c1", "no") for m in "xyzw")
    now = said(a="yes", b="yes", c="no") + tuple(verdict(m, OPS, "c1", "yes") for m in "xuvt")

    def paired(disciplines):
        edition = Edition("publisher", False, disciplines=disciplines)
        return findings(two_drafts(then, now), edition)["since"]["chapters"][0]["verdict"]["paired"]

    assert paired(None)["then"]["n"] == 4
    assert paired((DEV, OPS))["then"]["hidden"] and paired((DEV,))["then"]["hidden"]
    assert not findings(two_drafts(then, now), Edition(disciplines=(DEV,)))["since"]["chapters"][0]["verdict"][
        "paired"
    ]["then"]["hidden"]


def test_a_round_before_that_was_anonymous_keeps_its_promise():
    then = tuple(replace(a, promise="all") for a in said(a="yes", b="no"))
    found = findings(two_drafts(then, said(a="yes", b="yes", c="no")))
    assert found["named"]
    (first, _) = found["since"]["chapters"]
    assert first["verdict"]["all"]["then"]["hidden"] and first["verdict"]["paired"]["then"]["hidden"]


ANSWERS = st.lists(st.tuples(st.sampled_from(SLUGS), st.sampled_from(["yes", "partly", "no"])), min_size=1, max_size=14)


@settings(max_examples=40, deadline=None)
@given(ANSWERS, ANSWERS, st.data())
def test_what_was_blank_has_no_influence_on_the_comparison(then, now, data):
    """Change any earlier answer in a blank cell: nothing of the report changes."""
    before = [verdict(f"m{n}", slug, "c1", value) for n, (slug, value) in enumerate(then)]
    after = tuple(verdict(f"m{n}", slug, "c1", value) for n, (slug, value) in enumerate(now))
    shot = snapshot(answers=after, before=Before(1, "1", tuple(before)))
    table = Tables(replace(shot, answers=tuple(before)), named=False).chapter_sense
    blank = {a.id for cell in table.hidden for a in table.cells.get(cell, [])}
    other = [
        replace(a, value=data.draw(st.sampled_from(["yes", "partly", "no"]))) if a.id in blank else a for a in before
    ]
    changed = replace(shot, before=Before(1, "1", tuple(other)))
    assert findings(shot, UNNAMED) == findings(changed, UNNAMED)


def test_earlier_notes_are_counted_by_what_became_of_them():
    notes = (
        Remark("1", "a", "comment", "x", DEV, fate="kept", earlier=True, decision="changed"),
        Remark("2", "a", "comment", "y", DEV, fate="detached", earlier=True),
        Remark("3", "a", "comment", "z", DEV, fate="kept"),
    )
    shown = page(findings(two_drafts(THEN, NOW, remarks=notes)))["since"]
    assert shown["line"].startswith("Of two notes from before: 1 on the same words, 0 on words that were changed, 1 on")
    assert shown["line"].endswith("Answered by a change: 1.")


def of_a_section(member, discipline, key, value):
    return Answer(f"{member}-{key}", member, "q2", "own_section", key, discipline, value)


def note_on(number, member, discipline, section):
    return Remark(str(number), member, "comment", "x", discipline, section=section, chapter=section[:2])


def test_a_section_by_its_own_readers_and_by_its_neighbours():
    own = [of_a_section(f"o{n}", OPS, "c1-ops", v) for n, v in enumerate(("yes", "yes", "no"))]
    others = [of_a_section(f"s{n}", SEC, "c1-ops", "no") for n in range(2)]
    notes = tuple(note_on(n, f"s{n}", SEC, "c1-ops") for n in range(2))
    found = findings(snapshot(answers=(*own, *others), remarks=notes))
    row = found["neighbours"][0]
    assert (row["key"], row["discipline"]) == ("c1-ops", OPS)
    assert row["by_discipline"][OPS]["yes"] == 2 and row["by_discipline"][SEC]["notes"] == 2
    assert (row["others"]["n"], row["others"]["yes"]) == (2, 0)
    shown = page(found)["neighbours"][0]
    cells = {cell["code"]: cell for cell in shown["cells"]}
    assert cells["OPS"]["own"] and cells["OPS"]["text"] == "67%"
    assert (cells["SEC"]["state"], cells["SEC"]["notes"], cells["BA"]["notes"]) == ("few", "2 notes", "")


def test_two_sections_of_one_discipline_are_told_apart():
    more = Section("c2-ops", "c2", "For operations", 2, OPS, 1200)
    book = snapshot(sections=(*SECTIONS, more), remarks=[note_on(n, "s0", SEC, f"c{n}-ops") for n in (1, 2)])
    shown = page(findings(book))
    twice = ["For operations, chapter 1", "For operations, chapter 2"]
    assert [row["title"] for row in shown["neighbours"] if row["code"] == "OPS"] == twice
    assert [row["title"] for row in shown["sections"] if row["code"] == "OPS"] == twice


def test_a_section_of_which_no_neighbour_said_anything_is_no_row_of_the_table():
    more = Section("c2-ops", "c2", "For operations", 2, OPS, 1200)
    notes = (note_on(1, "s0", SEC, "c1-ops"), note_on(2, "o0", OPS, "c2-ops"))
    shown = page(findings(snapshot(sections=(*SECTIONS, more), remarks=notes)))
    assert [row["title"] for row in shown["neighbours"]] == ["For operations, chapter 1"]


def test_notes_of_fewer_than_three_neighbours_are_not_counted_without_names():
    notes = [note_on(n, f"s{n}", SEC, "c1-ops") for n in range(2)]
    notes += [note_on(9 + n, f"d{n}", DEV, "c1-ops") for n in range(5)]
    notes += [note_on(20 + n, f"o{n}", OPS, "c1-ops") for n in range(4)]
    left = findings(snapshot(remarks=tuple(notes)), UNNAMED)["neighbours"][0]["by_discipline"]
    assert (left[SEC]["notes"], left[DEV]["notes"], left[OPS]["notes"]) == (None, 5, None)


def test_a_book_in_which_nobody_read_beyond_their_own_pages_has_no_such_table():
    own = [of_a_section(f"o{n}", OPS, "c1-ops", "yes") for n in range(3)]
    assert page(findings(snapshot(answers=tuple(own))))["neighbours"] == []
    assert len(page(findings(full_round()))["neighbours"]) == 10

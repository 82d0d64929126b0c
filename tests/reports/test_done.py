"""The definition of done by its rules, and where notes cluster."""

from dataclasses import replace

import pytest

from reports import charts, done, strips
from reports.findings import findings
from reports.page import page
from reports.snapshot import Edition, Remark, Review
from reports.tables import Tables
from tests.reports.samples import QUESTIONS, members, rating, snapshot, verdict

DEV, OPS, SEC, BA = "application-development", "it-operations", "information-security", "business-analysis"
PEOPLE = [("a", DEV), ("b", OPS), ("c", SEC)]


def note(key, discipline, reaction="", decision="", start=0, end=10, **more):
    kind = "reaction" if reaction else "comment"
    place = {"chapter": "c1", "section": "c1-1", "start": start, "end": end}
    return Remark(key, key, kind, "", discipline, reaction=reaction, decision=decision, **{**place, **more})


def states(shot):
    return {c["key"]: c for c in done.chapter_states(shot, Tables(shot, named=True), shot.remarks)}


def base(**changes):
    """Three disciplines asked, all three read chapter 1 and say that it makes sense."""
    said = tuple(verdict(m, d, "c1", "yes") for m, d in PEOPLE)
    return snapshot(
        **{
            "members": members(*PEOPLE),
            "reviews": tuple(Review(m, "submitted", frozenset({"c1"})) for m, _ in PEOPLE),
            "answers": said,
            **changes,
        }
    )


def holds(state, name):
    return next(c["holds"] for c in state["criteria"] if c["name"] == name)


def test_a_chapter_is_done_when_nothing_is_short():
    found = states(base())
    assert found["c1"]["state"] == "done" and done.why_not(found["c1"]) == ""
    assert holds(found["c1"], "worth") is None  # the value of a chapter is not asked
    assert found["c2"]["state"] == "not_yet"  # nobody has read it


def test_one_waiting_note_is_nearly_and_says_why():
    found = states(base(remarks=(note("1", DEV),)))["c1"]
    assert found["state"] == "nearly"
    assert done.why_not(found) == "Notes waiting: 1."
    assert states(base(remarks=(note("1", DEV, decision="later"),)))["c1"]["state"] == "done"


def test_read_in_two_thirds_of_the_disciplines_asked():
    two = tuple(verdict(m, d, "c1", "yes") for m, d in PEOPLE[:2])
    reviews = tuple(Review(m, "started", frozenset()) for m, _ in PEOPLE)
    assert holds(states(base(answers=two, reviews=reviews))["c1"], "read") is True  # 2 of 3
    one = states(base(answers=two[:1], reviews=reviews))["c1"]
    assert holds(one, "read") is False and "1 of 3" in done.why_not(one)


@pytest.mark.parametrize(("words", "expected"), [("yyyyn", True), ("yyypn", False), ("yyyp", False)])
def test_makes_sense_to_four_fifths(words, expected):
    full = {"y": "yes", "n": "no", "p": "partly"}
    said = tuple(verdict(f"r{n}", DEV, "c1", full[w]) for n, w in enumerate(words))
    assert holds(states(base(answers=said))["c1"], "sense") is expected


@pytest.mark.parametrize(
    ("yes", "n", "told"), [(35, 44, "79.5% of 44"), (1999, 2500, "79.9% of 2500"), (4, 5, "80% of 5"), (1, 2, "1 of 2")]
)
def test_a_share_that_is_too_small_is_not_rounded_to_what_would_do(yes, n, told):
    said = tuple(verdict(f"r{at}", DEV, "c1", "yes" if at < yes else "no") for at in range(n))
    found = states(base(answers=said))["c1"]
    assert [c["figure"] for c in found["criteria"] if c["name"] == "sense"] == [told]
    assert ("akes sense" in done.why_not(found)) == (yes * 5 < n * 4)


def test_worth_it_counts_disciplines_not_readers():
    asked = (replace(QUESTIONS[0], scopes=("book", "chapter")), *QUESTIONS[1:])

    def value(member, discipline, at):
        return rating(member, discipline, at, scope="chapter", key="c1", id=f"v{member}")

    good = [value("a", DEV, 5), value("b", OPS, 3), value("c", SEC, 1), value("d", SEC, 1)]
    assert holds(states(base(questions=asked, answers=tuple(good)))["c1"], "worth") is True  # 2 of 3 disciplines
    bad = [*good[:1], value("b", OPS, 2), *good[2:]]
    assert holds(states(base(questions=asked, answers=tuple(bad)))["c1"], "worth") is False


def test_blocked_by_two_disciplines_on_the_same_open_passage():
    alone = base(remarks=(note("1", DEV, "confusing"), note("2", DEV, "disagree")))
    assert holds(states(alone)["c1"], "unblocked") is True  # one discipline only
    apart = base(remarks=(note("1", DEV, "confusing"), note("2", OPS, "disagree", start=20, end=30)))
    assert holds(states(apart)["c1"], "unblocked") is True
    both = base(remarks=(note("1", DEV, "confusing"), note("2", OPS, "disagree", start=5, end=15)))
    assert holds(states(both)["c1"], "unblocked") is False
    praised = base(remarks=(note("1", DEV, "valuable"), note("2", OPS, "valuable")))
    assert holds(states(praised)["c1"], "unblocked") is True


def test_a_section_is_judged_by_its_own_readers():
    own = {"scope": "own_section", "key": "c1-ops"}
    said = (rating("b", OPS, 4, **own), verdict("b", OPS, "c1", "yes", id="x", **own))
    shot = base(answers=said)
    found = {s["key"]: s for s in done.section_states(shot, Tables(shot, named=True), ())}
    assert found["c1-ops"]["state"] == "done"
    assert found["c2-sec"]["state"] == "not_yet"
    hidden = {s["key"]: s for s in done.section_states(shot, Tables(shot, named=False), ())}
    assert hidden["c1-ops"]["state"] is None  # one person's verdict would show


def test_a_section_says_whether_it_is_done_and_what_is_short():
    own = {"scope": "own_section", "key": "c1-ops"}
    people = [(m, OPS) for m in "bde"]
    said = [rating(m, d, v, id=f"v{m}", **own) for (m, d), v in zip(people, (2, 2, 5), strict=True)]
    said += [verdict(m, d, "c1", v, id=f"s{m}", **own) for (m, d), v in zip(people, ("yes", "yes", "no"), strict=True)]
    shot = base(members=members(*people), answers=tuple(said), remarks=(note("b", OPS, section="c1-ops"),))
    first, second = page(findings(shot))["sections"]
    assert (first["state"], first["label"], first["mark"]) == ("not_yet", "Not yet", "no")
    assert first["text"] == (
        "Value of its own section 3.0, n\N{NO-BREAK SPACE}3; makes sense 67%, n\N{NO-BREAK SPACE}3. "
        "Makes sense to 67% of 3, under 80%; rated 3 or more by fewer than two thirds; notes waiting: 1."
    )
    assert (second["state"], second["text"]) == ("", "No answers stand here yet.")
    assert [s["state"] for s in page(findings(shot, Edition("readers", names=False)))["sections"]] == ["", ""]


def test_a_section_that_nobody_rated_says_so():
    own = {"scope": "own_section", "key": "c1-ops"}
    shot = base(answers=(verdict("b", OPS, "c1", "yes", id="x", **own),))
    (row, _) = page(findings(shot))["sections"]
    assert (row["state"], row["text"]) == (
        "nearly",
        "Makes sense yes. No rating of its value stands here.",
    )


def test_the_value_of_a_section_counts_only_where_it_is_asked():
    own = {"scope": "own_section", "key": "c1-ops"}
    asked = (replace(QUESTIONS[0], scopes=("book",)), *QUESTIONS[1:])
    shot = base(questions=asked, answers=(verdict("b", OPS, "c1", "yes", id="x", **own),))
    (row, _) = page(findings(shot))["sections"]
    assert (row["state"], row["text"]) == ("done", "Makes sense yes.")


def test_notes_are_counted_where_their_words_begin():
    shot = snapshot()
    said = [note("1", DEV), note("2", DEV, start=3999, end=4000), note("3", OPS, section="c1-ops")]
    bins = strips.strip(shot, "c1", said)
    assert len(bins) == strips.BINS and (bins[0], bins[-1], sum(bins)) == (1, 1, 2)
    assert charts.strip(bins).count("<rect") == strips.BINS


def test_a_question_that_was_retired_counts_while_answers_to_it_stand():
    retired = tuple(replace(q, retired=True, scopes=("book", "chapter")) for q in QUESTIONS)
    found = states(base(questions=retired, answers=(verdict("a", DEV, "c1", "no"),)))["c1"]
    assert (holds(found, "sense"), holds(found, "worth")) == (False, None)
    read = tuple(Review(m, "submitted", frozenset({"c1"})) for m, _ in PEOPLE)
    nothing = states(base(questions=retired, answers=(), reviews=read))["c1"]
    assert (nothing["state"], holds(nothing, "sense"), holds(nothing, "worth")) == ("done", None, None)
    data = findings(base(questions=retired, answers=()))
    assert data["map"]["value"] is None


def test_what_is_not_asked_of_a_chapter_or_a_discipline_keeps_neither_from_being_done():
    read = tuple(Review(m, "submitted", frozenset({"c1", "c2"})) for m, _ in PEOPLE)
    value, sense, improve = QUESTIONS
    both = (replace(value, scopes=("chapter",), chapters=("c1",)), replace(sense, chapters=("c1",)), improve)
    found = states(base(questions=both, reviews=read))
    assert (holds(found["c2"], "sense"), holds(found["c2"], "worth")) == (None, None)
    assert (holds(found["c1"], "sense"), holds(found["c1"], "worth")) == (True, False)
    assert found["c2"]["state"] == "done"
    retired = (value, replace(sense, retired=True), improve)
    assert {key: s["state"] for key, s in states(base(questions=retired, reviews=read)).items()} == {
        "c1": "done",
        "c2": "done",
    }
    own = {"scope": "own_section", "key": "c2-sec"}
    ops_alone = (replace(value, disciplines=(OPS,)), sense, improve)
    shot = base(questions=ops_alone, answers=(verdict("c", SEC, "c1", "yes", id="x", **own),))
    sections = {s["key"]: s for s in done.section_states(shot, Tables(shot, named=True), ())}
    assert sections["c2-sec"]["state"] == "done" and holds(sections["c1-ops"], "worth") is False


def test_disciplines_of_those_taken_out_of_the_round_are_not_asked():
    reviews = (Review("a", "submitted"), *(Review(m, "invited", frozenset(), False) for m in "bc"))
    found = states(base(reviews=reviews, answers=(verdict("a", DEV, "c1", "yes"),)))["c1"]
    assert next(c["figure"] for c in found["criteria"] if c["name"] == "read") == "1 of 1"
    unread = states(base(reviews=reviews, answers=()))["c1"]
    assert done.why_not(unread).startswith("Read in 0 of 1 discipline asked;")

"""Where to begin: the first page names a passage to change, and who said so."""

from dataclasses import replace

import pytest

from reports.findings import findings
from reports.page import page
from reports.snapshot import Answer, Edition, Remark
from tests.reports.samples import members, rating, snapshot

DEV, OPS, SEC = "application-development", "it-operations", "information-security"
HERE = {"chapter": "c2", "section": "c2-1"}


def note(at, member, kind="comment", body="", start=10, end=30, quote="evidence is a form of memory", **more):
    return Remark(str(at), member, kind, body, OPS, **(HERE | more), start=start, end=end, quote=quote)


def first(*said, **more):
    book = snapshot(members=members(("o", OPS), ("d", DEV), ("s", SEC)), remarks=said, **more)
    found = [h for h in findings(book)["headlines"] if h["rule"] == "to_change"]
    return found[0] if found else None


def test_three_readers_the_passage_two_ask_to_change_and_who_they_are():
    said = (
        note(1, "o", "reaction", "Whose?", reaction="confusing"),
        replace(note(2, "d", "suggestion", replacement="evidence remembers", start=15, end=20), discipline=DEV),
        note(3, "s", "reaction", start=15, end=20, reaction="valuable"),
        note(4, "s", "reaction", "Slow.", start=90, end=95, quote="elsewhere", reaction="too_slow"),
    )
    found = first(*said, answers=(rating("o", OPS, 4),))
    assert found["text"] == "Look first at chapter 2: “evidence is a form of memory”."
    assert found["detail"] == "Person o (OPS): confusing, “Whose?” Person d (DEV): suggests “evidence remembers”."
    assert found["n"] == 2


def test_it_stands_second_where_too_few_answered_and_after_the_figures_where_not():
    thin = findings(snapshot(members=members(("o", OPS)), remarks=(note(1, "o", body="Why?"),)))
    assert [h["rule"] for h in thin["headlines"]][:2] == ["sees_value", "to_change"]
    full = tuple(rating(m, OPS, 4) for m in "abc")
    people = members(*((m, OPS) for m in "abc"))
    rules = [
        h["rule"]
        for h in findings(snapshot(members=people, answers=full, remarks=(note(1, "a", body="Why?"),)))["headlines"]
    ]
    assert rules.index("to_change") > rules.index("sees_value") and rules[-1] == "waiting"


@pytest.mark.parametrize(
    "done_with",
    [
        {"decision": "changed"},
        {"decision": "no_change"},
        {"kind": "reaction", "reaction": "valuable"},
        {"choice": "hidden"},
    ],
)
def test_what_is_decided_or_praised_is_nothing_to_change(done_with):
    assert first(replace(note(1, "o", body="x"), **done_with)) is None


def test_the_authors_own_notes_are_not_what_readers_say():
    assert first(note(1, "author", body="Rewrite this.")) is None


def test_a_note_on_no_words_and_an_answer_stand_where_there_is_no_passage():
    whole = replace(note(1, "o", body="Too many names.", start=None, end=None, quote=""), scope="chapter", section="")
    assert first(whole)["text"] == "Look first at chapter 2."
    said = Answer("w", "o", "q3", "own_section", "c1-ops", OPS, None, "Say who is on call.")
    found = first(answers=(said,))
    assert (found["text"], found["detail"]) == (
        "Look first at “For operations”.",
        "Person o (OPS): “Say who is on call.”",
    )


def test_many_are_counted_each_once_and_long_words_cut_between_two_of_them():
    people = members(*((f"p{n}", OPS) for n in range(5)))
    said = tuple(note(n, f"p{n % 5}", body="A long remark of many words. " * 20) for n in range(8))
    (found,) = [h for h in findings(snapshot(members=people, remarks=said))["headlines"] if h["rule"] == "to_change"]
    assert found["n"] == 5 and found["detail"].endswith(" And two more there.")
    assert [found["detail"].count(f"Person p{n} (OPS): ") for n in range(5)] == [1, 1, 1, 0, 0]
    assert "A long remark …”" in found["detail"]


def test_one_person_who_asks_twice_weighs_less_than_two():
    said = (
        note(1, "o", "reaction", "No.", reaction="disagree"),
        note(2, "o", "reaction", "Still no.", reaction="disagree"),
        note(3, "o", "reaction", start=90, end=95, quote="elsewhere.", reaction="confusing"),
        note(4, "d", "reaction", start=90, end=95, quote="elsewhere.", reaction="confusing"),
    )
    assert first(*said)["text"] == "Look first at chapter 2: “elsewhere.”"


def test_it_leaves_the_desk_in_no_edition():
    book = snapshot(members=members(("o", OPS)), remarks=(replace(note(1, "o", body="Why?"), permission="named"),))
    for edition in (Edition("readers"), Edition("publisher", names=False)):
        assert not [h for h in findings(book, edition)["headlines"] if h["rule"] == "to_change"]
    assert page(findings(book))["headlines"][1]["text"].startswith("Look first")


@pytest.mark.parametrize(
    ("people", "title"),
    [
        ("ooo", "What one discipline made of draft 1"),
        ("oood", "What one discipline made of draft 1"),
        ("ooods", "What five readers made of draft 1"),
        ("oooddds", "What two disciplines made of draft 1"),
        ("od", "What two readers made of draft 1"),
        ("", "What readers made of draft 1"),
    ],
)
def test_the_title_speaks_for_disciplines_only_where_most_of_them_are_heard(people, title):
    of = {"o": OPS, "d": DEV, "s": SEC}
    seats = [(f"{who}{n}", of[who]) for n, who in enumerate(people)]
    given = tuple(rating(member, discipline, 4) for member, discipline in seats)
    assert page(findings(snapshot(members=members(*seats), answers=given)))["title"] == title


def test_the_title_counts_no_readers_where_answers_are_left_blank():
    seats = [(f"{d}{n}", d) for d, many in ((OPS, 3), (DEV, 1), (SEC, 2)) for n in range(many)]
    book = snapshot(members=members(*seats), answers=tuple(rating(member, d, 4) for member, d in seats))
    assert page(findings(book))["title"] == "What six readers made of draft 1"
    assert page(findings(book, Edition("readers")))["title"] == "What readers made of draft 1"

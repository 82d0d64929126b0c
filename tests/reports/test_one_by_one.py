"""Few readers, their answers person by person: each answer in its own place, none in that of another."""

from reports.findings import findings
from reports.page import page
from reports.snapshot import Answer, Member, Section
from tests.reports.samples import SECTIONS, members, rating, snapshot

OPS, SEC = "it-operations", "information-security"
TWO = (*SECTIONS, Section("c1-sec", "c1", "Before the queue", 3, SEC))


def own(member, discipline, key, value):
    question = "q2" if value in ("yes", "partly", "no") else "q1"
    return Answer(f"{member}-{key}-{question}", member, question, "own_section", key, discipline, value)


def rows(*answers, sections=SECTIONS):
    people = members(("o", OPS), ("s", SEC))
    shown = page(findings(snapshot(members=people, sections=sections, answers=answers)))["one_by_one"]
    assert [p["label"] for p in shown["people"]] == ["Person o", "Person s"]
    return {row["title"]: row["answers"] for row in shown["rows"]}


def test_one_section_of_each_discipline_is_one_row():
    answers = (own("o", OPS, "c1-ops", 4), own("s", SEC, "c2-sec", 2), own("s", SEC, "c2-sec", "no"))
    assert rows(rating("o", OPS, 5), *answers) == {
        "Value of the book": ["5", "–"],
        "Value of its own section": ["4", "2"],
        "Their own section makes sense": ["–", "no"],
    }


def test_two_sections_of_one_discipline_are_two_rows_so_that_no_answer_is_lost():
    answers = (own("s", SEC, "c1-sec", 5), own("s", SEC, "c2-sec", 2), own("s", SEC, "c2-sec", "no"))
    assert rows(own("o", OPS, "c1-ops", 4), *answers, own("s", SEC, "c1-sec", "yes"), sections=TWO) == {
        "Value of “For operations”": ["4", "–"],
        "Value of “Before the queue”": ["–", "5"],
        "Value of “For security”": ["–", "2"],
        "“Before the queue” makes sense": ["–", "yes"],
        "“For security” makes sense": ["–", "no"],
    }


def test_an_answer_about_the_section_of_a_neighbour_is_not_of_the_own_one():
    told = rows(own("o", OPS, "c1-ops", "yes"), own("o", OPS, "c2-sec", "no"), own("s", SEC, "c2-sec", "partly"))
    assert told == {"Their own section makes sense": ["yes", "partly"]}


def test_two_of_one_name_and_discipline_lose_no_answer():
    twins = tuple(Member(m, "Anna Berg", "", disciplines=(OPS,)) for m in "ab")
    shot = snapshot(members=twins, answers=(rating("a", OPS, 1), rating("b", OPS, 5)))
    (row,) = page(findings(shot))["one_by_one"]["rows"]
    assert row == {"title": "Value of the book", "answers": ["1 · 5"]}

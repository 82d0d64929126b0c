"""The snapshot is read in the same number of queries whatever its size, and says what the database says."""

import threading

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from manuscripts.models import Discipline, Draft
from reports.collecting import CONTEXT, around, collect, one_moment, shortened
from reports.findings import api_findings, findings
from reviews.answers import questions_of, save_answer
from reviews.questions import change_question
from reviews.threads import NewThread, agree, create_thread, decide, reply, withdraw
from tests.books import actor_of, make_book, make_reader
from tests.reviews.test_since import next_draft

pytestmark = pytest.mark.django_db


def say(draft, member, words, body="Who says so?", section="c1-1", **fields):
    text = draft.placements.get(section__key=section).text
    start = text.text.index(words)
    selector = {"start": start, "end": start + len(words)}
    new = NewThread(**{"kind": "comment", "body": body, "text_id": text.pk, "selector": selector, **fields})
    return create_thread(actor_of(member), draft.manuscript, new)[0]


def answer(draft, member, code, scope, value, key=None, **more):
    question = next(q for q in questions_of(draft.manuscript) if q.code == code)
    return save_answer(
        actor_of(member), draft.manuscript, question=question, scope=scope, key=key, value=value, **more
    )[0]


def author_of(draft):
    return draft.manuscript.memberships.get(role="author")


def test_a_note_comes_with_its_words_in_context_and_what_became_of_it():
    draft = make_book()
    ops = make_reader(draft.manuscript, "Omar Haddad", "it-operations", sphere="manager")
    sec = make_reader(draft.manuscript, "Signe Berg", "information-security")
    thread = say(draft, ops, "The pager does.", quote_permission="named")
    agree(actor_of(sec), thread)
    reply(actor_of(author_of(draft)), thread, "The pager, yes.")
    decide(actor_of(author_of(draft)), thread, "no_change", reason="It is meant so.")
    gone = say(draft, ops, "Who is awake?")
    withdraw(actor_of(ops), gone)
    (remark,) = collect(draft.manuscript, draft).remarks
    assert remark.before == "Nobody owns the night shift. 👩‍🚒 "
    assert (remark.quote, remark.after) == ("The pager does.", "")
    assert (remark.chapter, remark.section, remark.discipline) == ("c1", "c1-1", "it-operations")
    assert (remark.decision, remark.reason, remark.agreements) == ("no_change", "It is meant so.", 1)
    assert [r.body for r in remark.replies] == ["The pager, yes."]
    assert (remark.permission, remark.promise, remark.fate) == ("named", "peers", "kept")


def test_answers_reviews_and_people():
    draft = make_book()
    ops = make_reader(draft.manuscript, "Omar Haddad", "it-operations")
    answer(draft, ops, "value", "book", 4)
    answer(draft, ops, "makes_sense", "chapter", "partly", key="c1")
    answer(draft, ops, "improve", "own_section", None, key="c1-ops", words="Say who wakes whom.")
    shot = collect(draft.manuscript, draft)
    assert {(a.scope, a.key, a.value, a.words, a.discipline) for a in shot.answers} == {
        ("book", "", 4, "", "it-operations"),
        ("chapter", "c1", "partly", "", "it-operations"),
        ("own_section", "c1-ops", None, "Say who wakes whom.", "it-operations"),
    }
    assert {(c.key, c.title, c.asked) for c in shot.chapters} == {
        ("c1", "The handover", True),
        ("c2", "The promise", True),
    }
    assert {r.state for r in shot.reviews} == {"started"}
    found = api_findings(shot)
    assert found["book"]["value"]["all"]["distribution"] == [0, 0, 0, 1, 0]
    assert found["coverage"]["all"]["reading"] == 1


def test_a_question_that_was_retired_stays_with_its_answers():
    draft = make_book()
    ops = make_reader(draft.manuscript, "Omar Haddad", "it-operations")
    answer(draft, ops, "value", "book", 4)
    for question in questions_of(draft.manuscript):
        if question.code != "makes_sense":
            change_question(actor_of(author_of(draft)), question, {"retired": True})
    shot = collect(draft.manuscript, draft)
    assert {q.code: q.retired for q in shot.questions} == {"value": True, "makes_sense": False, "improve": True}
    assert findings(shot)["book"]["value"]["all"]["n"] == 1


def test_merged_disciplines_speak_with_one_voice():
    draft = make_book()
    ops = make_reader(draft.manuscript, "Omar Haddad", "it-operations", "deployment")
    answer(draft, ops, "value", "book", 2, discipline="deployment")
    answer(draft, ops, "value", "book", 5, discipline="it-operations")
    into = Discipline.objects.get(manuscript=draft.manuscript, slug="it-operations")
    Discipline.objects.filter(manuscript=draft.manuscript, slug="deployment").update(merged_into=into)
    found = api_findings(collect(draft.manuscript, draft))["book"]["value"]
    assert "deployment" not in found["by_discipline"]
    assert found["by_discipline"]["it-operations"]["distribution"] == [0, 0, 0, 0, 1]


def test_a_book_never_opened_has_findings_of_nothing():
    draft = make_book()
    found = api_findings(collect(draft.manuscript, None))
    assert found["draft"] is None and found["chapters"] == []
    assert found["book"]["value"]["all"]["n"] == 0


def counted(draft):
    draft = Draft.objects.get(pk=draft.pk)  # nothing remembered from the last time
    with CaptureQueriesContext(
        connection,
    ) as queries:
        collect(draft.manuscript, draft)
    return [q["sql"] for q in queries.captured_queries if "SAVEPOINT" not in q["sql"]]


def test_the_round_before_comes_with_the_answers_that_stood_for_its_draft():
    first = make_book()
    ops = make_reader(first.manuscript, "Omar Haddad", "it-operations")
    say(first, ops, "The pager does.")
    answer(first, ops, "makes_sense", "chapter", "no", "c1")
    answer(first, ops, "value", "book", 2)
    assert collect(first.manuscript, first).before is None
    second = next_draft(first)
    say(second, ops, second.placements.get(section__key="c1-1").text.text[:12])
    answer(second, ops, "makes_sense", "chapter", "yes", "c1")
    found = collect(second.manuscript, second)
    assert (found.before.draft, found.before.label) == (first.number, first.label)
    told = {(a.scope, a.key): a.value for a in found.before.answers}
    assert told == {("chapter", "c1"): "no", ("book", ""): 2}
    assert {a.value for a in found.answers if a.scope == "chapter"} == {"yes"}
    assert [r.earlier for r in sorted(found.remarks, key=lambda r: int(r.id))] == [True, False]


def test_the_number_of_queries_is_fixed():
    draft = make_book()

    def one_more(n):
        reader = make_reader(draft.manuscript, f"Reader {n}", "it-operations")
        answer(draft, reader, "value", "book", 4)
        reply(actor_of(reader), say(draft, reader, "The pager does."), "And again.")

    one_more(1)
    with_one = counted(draft)
    one_more(2)
    one_more(3)
    with_three = counted(draft)
    assert len(with_one) == len(with_three) == 20, "\n".join(with_three)


def test_context_ends_with_the_paragraph_and_between_words():
    text = "One line.\nBefore the words and after.\nNext."
    start = text.index("the words")
    assert around(text, start, start + 9) == ("Before ", " and after.")
    long = "word " * 200
    before, after = around(long, 500, 504)
    assert before.startswith("… word") and after.endswith("word …") and len(before) <= CONTEXT + 2
    assert len(shortened("x" * 5000)) < 700


@pytest.mark.django_db(transaction=True)
def test_one_moment_sees_nothing_that_is_written_meanwhile_and_keeps_nobody_waiting():
    draft = make_book()
    rows = draft.manuscript.memberships

    def write():
        try:
            make_reader(draft.manuscript, "Late Comer", "it-operations")
        finally:
            connection.close()

    with one_moment():
        before = rows.count()
        writer = threading.Thread(target=write)
        writer.start()
        writer.join(10)
        assert not writer.is_alive()
        assert rows.count() == before
    assert rows.count() == before + 1


@pytest.mark.django_db(transaction=True)
def test_collected_outside_a_transaction():
    draft = make_book()
    assert collect(draft.manuscript, draft).title == "The Night Shift"
    assert not connection.in_atomic_block
    make_reader(draft.manuscript, "After It", "it-operations")  # the connection writes as before

"""The figures of the author's own page."""

import pytest

from manuscripts.manuscripts import make_manuscript
from reports.dashboard import dashboard
from reports.templatetags.charts import boxes
from reviews.threads import decide
from tests.books import actor_of, make_author, make_book, make_reader
from tests.reports.test_collecting import answer, author_of, say

pytestmark = pytest.mark.django_db


def test_chapters_and_disciplines():
    draft = make_book()
    ops = make_reader(draft.manuscript, "Omar Haddad", "it-operations")
    make_reader(draft.manuscript, "Signe Berg", "information-security")
    answer(draft, ops, "value", "book", 4)
    answer(draft, ops, "makes_sense", "chapter", "yes", key="c1")
    answer(draft, ops, "value", "own_section", 5, key="c1-ops")
    waiting = say(draft, ops, "The pager does.")
    say(draft, ops, "Nobody owns")
    decide(actor_of(author_of(draft)), waiting, "will_change")
    found = dashboard(draft.manuscript)
    assert (found["label"], found["total"], found["waiting"], found["detached"]) == ("1", 2, 1, 0)
    first, second = found["chapters"]
    assert (first["title"], first["read"], first["asked"], first["waiting"]) == ("1. The handover", 1, 1, 1)
    assert (first["sense"]["state"], first["sense"]["text"], first["value"]) == ("few", "yes", None)
    assert (first["state"], first["why"]) == ("nearly", "Notes waiting: 1.")
    assert sum(first["strip"]) == 2
    assert (second["state"], second["read"]) == ("not_yet", 0)
    rows = {row["slug"]: row for row in found["disciplines"]}
    row = rows["it-operations"]
    assert (row["code"], row["own"]["text"], row["book"]["text"], row["thin"]) == ("OPS", "5", "4", 1)
    assert row["people"] == {"asked": 1, "opened": 1, "reading": 1, "finished": 0, "declined": 0}
    assert rows["deployment"]["state"] is None  # it has no section in this book
    assert found["said"][0].startswith("None of two chapters is done. One person rated the book.")


def test_a_book_never_opened():
    found = dashboard(make_manuscript(make_author(), "Unopened"))
    assert found["draft"] is None and found["chapters"] == []
    assert len(found["disciplines"]) == 10


def test_a_box_for_each_reader_who_did_not_decline():
    people = {"asked": 7, "opened": 4, "finished": 1, "reading": 2, "declined": 1}
    assert boxes(people) == ["fin", "rea", "rea", "ope", "inv", "inv"]
    assert boxes({**people, "declined": 3, "opened": 3}) == ["fin", "rea", "rea", "inv"]
    assert boxes(dict.fromkeys(people)) == []


def test_while_nobody_is_asked_the_next_thing_is_to_ask(client):
    draft = make_book()
    address = f"/m/{draft.manuscript.slug}/"
    client.force_login(author_of(draft).user)
    assert "Nobody has been asked yet." in client.get(address).content.decode()
    make_reader(draft.manuscript, "Omar Haddad", "it-operations")
    page = client.get(address).content.decode()
    assert "Nobody has been asked yet." not in page and "Nobody has written yet." in page

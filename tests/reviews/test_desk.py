"""The author's desk, through HTTP: what is said after a decision, and after one that was refused."""

import pytest

from tests.books import make_book, make_reader
from tests.reports.test_collecting import author_of, say

pytestmark = pytest.mark.django_db


@pytest.fixture
def book(client):
    draft = make_book()
    omar = make_reader(draft.manuscript, "Omar Haddad", "it-operations")
    client.force_login(author_of(draft).user)
    return draft.manuscript, [say(draft, omar, words, body=words) for words in ("The pager does.", "Nobody owns")]


def decide(client, book, thread, other, **data):
    after = f"/m/{book.slug}/desk/?note={other.pk}&decided={thread.pk}"
    return client.post(
        f"/m/{book.slug}/notes/{thread.pk}/decide/", {"next": after, **data}, follow=True
    ).content.decode()


def test_a_decision_is_named_and_can_be_undone_and_the_next_note_is_open(client, book):
    manuscript, (one, two) = book
    page = decide(client, manuscript, one, two, decision="later")
    assert "Decided: later." in page and "data-undo" in page
    assert f'data-note="{two.pk}"' in page


def test_a_refused_decision_leaves_its_note_open_and_claims_nothing(client, book):
    manuscript, (one, two) = book
    page = decide(client, manuscript, one, two, decision="duplicate")
    assert "Say which note says the same." in page
    assert "Decided" not in page and "data-undo" not in page
    assert f'data-note="{one.pk}"' in page
    assert client.get(f"/m/{manuscript.slug}/desk/?decided=999999999999999999999").status_code == 200


def test_an_empty_desk_says_whether_there_was_ever_a_note(client, book):
    manuscript, (one, two) = book
    desk = f"/m/{manuscript.slug}/desk/"
    for thread in (one, two):
        decide(client, manuscript, thread, thread, decision="later")
    assert "Every note is answered." in client.get(desk).content.decode()
    one.delete(), two.delete()
    page = client.get(desk).content.decode()
    assert "No notes here yet" in page and "Every note is answered." not in page

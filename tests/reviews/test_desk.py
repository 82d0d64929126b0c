"""The author's desk, through HTTP: what is said after a decision, and after one that was refused."""

import pytest

from tests.books import make_book, make_reader
from tests.reports.test_collecting import author_of, say
from tests.reviews.test_carrying import BILL, NIGHT, PAGER, WINDOW, Drafts, md

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


def test_a_link_to_a_filter_opens_where_it_finds_something_and_an_empty_tab_points_to_the_others(client, book):
    manuscript, (one, two) = book
    desk = f"/m/{manuscript.slug}/desk/?q=pager"
    assert f'data-note="{one.pk}"' in client.get(desk).content.decode()
    decide(client, manuscript, one, two, decision="later")
    assert f'data-note="{one.pk}"' in client.get(desk).content.decode()
    page = client.get(f"{desk}&tab=open").content.decode()
    assert "Nothing here matches" in page and "The tabs above count what does." in page
    page = client.get(f"/m/{manuscript.slug}/desk/?q=lighthouse").content.decode()
    assert "Nothing matches" in page and "The tabs above" not in page


def test_a_note_says_the_draft_it_was_written_on_as_readers_know_it(client):
    held = Drafts(c1=md(NIGHT, PAGER))
    held.next(c1=md(NIGHT, PAGER, WINDOW))
    note = held.note("c1-1", "whoever looks into it")
    client.force_login(held.author.user)
    assert "Written on draft 1.1," in client.get(f"/m/{held.book.slug}/desk/?note={note.pk}").content.decode()
    held.next(c1=md(NIGHT, PAGER, WINDOW, BILL))
    assert "Written on draft 1.1," in client.get(f"/m/{held.book.slug}/desk/?note={note.pk}").content.decode()


def test_a_suggestion_without_a_word_more_is_named_by_what_it_suggests(client, book):
    manuscript, (one, _two) = book
    omar = manuscript.memberships.get(name="Omar Haddad")
    fields = {"kind": "suggestion", "body": "", "replacement": "Whoever carries the pager does."}
    say(manuscript.open_draft, omar, "The pager does.", **fields)
    page = client.get(f"/m/{manuscript.slug}/desk/?note={one.pk}").content.decode()
    assert ">Whoever carries the pager does.</a>" in page[page.index("Others on this passage") :]

"""A new manuscript comes with everything it needs."""

import pytest

from accounts.models import User
from manuscripts.manuscripts import make_manuscript, record_event
from manuscripts.models import Event, Manuscript

pytestmark = pytest.mark.django_db


@pytest.fixture
def ada():
    return User.objects.create_user("ada@books.example", name="Ada Quill", is_author=True)


def test_it_has_ten_disciplines_in_value_stream_order_and_its_author(ada):
    book = make_manuscript(ada, "  One plan, ten trades ", pitch="For everyone.", time_zone="Europe/Vienna")
    assert (book.slug, book.title, book.pitch) == ("one-plan-ten-trades", "One plan, ten trades", "For everyone.")
    assert list(book.disciplines.values_list("code", flat=True)) == [
        "BA", "DEV", "INF", "DEP", "OPS", "EA", "SEC", "PM", "QA", "GRC",
    ]  # fmt: skip
    author = book.memberships.get()
    assert (author.user, author.role, author.name, author.email) == (ada, "author", "Ada Quill", "ada@books.example")
    assert author.accepted is not None
    assert Event.objects.get(manuscript=book).kind == "manuscript.created"


def test_the_same_title_gets_another_slug_and_new_is_a_page(ada):
    slugs = [make_manuscript(ada, title).slug for title in ("New", "Plan", "Plan", "計画", "計画")]
    assert slugs == ["new-2", "plan", "plan-2", "book", "book-2"]


def test_a_slug_taken_in_the_same_moment_is_made_again(ada, monkeypatch):
    make_manuscript(ada, "Plan")
    free = Manuscript.free_slug
    answers = iter(["plan"])
    monkeypatch.setattr(Manuscript, "free_slug", staticmethod(lambda title: next(answers, None) or free(title)))
    assert make_manuscript(ada, "Plan").slug == "plan-2"


def test_an_event_keeps_who_what_and_facts(ada):
    book = make_manuscript(ada, "Plan")
    author = book.memberships.get()
    event = record_event(book, "draft.opened", author, "draft:7", number=2)
    event.refresh_from_db()
    assert (event.actor, event.subject, event.data) == (author, "draft:7", {"number": 2})

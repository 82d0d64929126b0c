"""Values that nobody should send, to every form and filter of the pages: an answer in words, never a fault of ours."""

import json
from typing import Any

import pytest
from django.test import Client

from tests.books import make_book, make_reader
from tests.reviews.test_reading import JSON, signed_in

pytestmark = pytest.mark.django_db
BOOK = "/m/the-night-shift/"
VALUES = {"long": "9" * 5000, "large": "9" * 30, "arabic": "٣", "nul": "\x00", "negative": "-1", "nobody": "1" * 19}
FILTERS = ("page", "note", "decided", "tab", "chapter", "discipline", "mark", "fate", "q", "visibility")
FORMS = ("settings/", "questions/", "people/invite/", "people/contacts/", "settings/round/", "settings/disciplines/",
         "drafts/1/correct/", "reports/")  # fmt: skip
FIELDS = ("name", "title", "lines", "minutes", "kind", "text", "deadline", "do", "correction", "at", "send", "options",
          "disciplines", "chapters", "scopes", "code", "span", "visibility", "draft", "names", "formats",
          "cover")  # fmt: skip


@pytest.fixture(params=VALUES.values(), ids=VALUES)
def value(request) -> str:
    return request.param


@pytest.fixture
def draft():
    return make_book()


@pytest.fixture
def author(draft) -> Client:
    return signed_in(draft.manuscript.memberships.get(role="author").user)


@pytest.fixture
def reader(draft) -> Client:
    return signed_in(make_reader(draft.manuscript, "Omar Haddad", "it-operations").user)


def note(**fields: Any) -> dict[str, Any]:
    return {"kind": "comment", "body": "x", "chapter": "c1", **fields}


def test_filters_of_the_authors_pages(author, value):
    for name in FILTERS:
        assert author.get(f"{BOOK}desk/", {name: value}).status_code in {200, 400}
    for page, name in (("activity/", "page"), ("drafts/1/", "edit"), ("drafts/new", "chapter")):
        assert author.get(BOOK + page, {name: value}).status_code in {200, 400}
    assert author.get(f"{BOOK}read/c1/", {"draft": value}).status_code == 404


def test_forms_of_the_authors_pages(author, draft, value):
    for page in FORMS:
        assert author.post(BOOK + page, dict.fromkeys(FIELDS, value)).status_code < 500, page
    member = draft.manuscript.memberships.get(role="author").pk
    changes = {"name": "Ada", "minutes": value, "role": value, "disciplines": value}
    assert author.post(f"{BOOK}people/{member}/", changes).status_code < 500
    guests = {"lines": "Nora, nora@post.example, OPS", "minutes": value, "message": value, "send": "1"}
    assert author.post(f"{BOOK}people/invite/", guests).status_code < 500
    assert author.post("/m/new/", {"title": value, "language": value, "time_zone": value}).status_code < 500
    token = {"name": value, "scope": value, "manuscript": value, "days": value}
    assert author.post("/account/tokens/", token).status_code < 500


def test_what_the_reading_room_posts(reader, draft, value):
    place = {"text_id": draft.placements.first().text_id, "chapter": ""}
    nested = "[" * 20_000
    position = '[{"type": "TextPositionSelector", "start": %s, "end": 3}]' % ("9" * 30)
    for odd in ({"text_id": value}, {"chapter": value}, {"discipline": value}, {"kind": value}, {"place": value[:200]}):
        assert reader.post(f"{BOOK}notes/", note(**odd), **JSON).status_code in {200, 400}
    for selector in (value, position, nested, "null", "5"):
        posted = note(**place, selector=selector)
        assert reader.post(f"{BOOK}notes/", posted, **JSON).status_code in {200, 400, 409}
    for name in (f"answer:{value}:chapter:c1:", f"answer:1:{value}:c1:", f"answer:1:chapter:c1:{value}"):
        assert reader.post(f"{BOOK}answers/", {name: value}, **JSON).status_code < 500
    assert reader.post(f"{BOOK}review/", {"state": value}, **JSON).status_code == 400
    assert reader.post(f"{BOOK}reading/", {"chapter": "c1", "share": value}).status_code < 500
    profile = {"disciplines": value, "years": value, "sphere": value}
    assert reader.post(f"{BOOK}profile/", profile).status_code == 400


def test_whatever_was_kept_unsent_the_home_opens(reader, value):
    odd = [{"reply": value}, {"edit": value}, {"chapter": {"a": 1}}, {"fields": {"a": value}}, {"exact": {"a": 1}}]
    for at, content in enumerate(odd):
        kept = {"place": f"odd-{at}", "content": json.dumps({"body": "Typed", **content})}
        assert reader.post(f"{BOOK}unsent/", kept, **JSON).status_code in {200, 400}
        assert reader.get(BOOK).status_code == 200
    deep = {"place": "deep", "content": "[" * 100_000}
    assert reader.post(f"{BOOK}unsent/", deep, **JSON).status_code == 400

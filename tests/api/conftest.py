"""A cast with tokens, and a client that speaks as one of them."""

import json

import pytest
from django.core.cache import cache
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from accounts.models import User
from api.models import ApiToken
from manuscripts.manuscripts import make_manuscript
from manuscripts.permissions import Actor
from reviews.invitations import accept, invite
from tests.books import make_book

from .description import conforms


class Api:
    """A script with a token. Paths are given without /api/v1."""

    def __init__(self, user=None, *, scope="admin", manuscript=None, days=90):
        self.user, self.client, self.headers = user, Client(raise_request_exception=True), {}
        if user is not None:
            self.token, secret = ApiToken.make(user, scope=scope, days=days, manuscript=manuscript)
            self.headers = {"Authorization": f"Bearer {secret}"}

    def send(self, method, path, body=None, *, headers=None, data=None, content_type="application/json"):
        path = path.removeprefix("http://testserver").removeprefix("/api/v1")
        payload = data if body is None else json.dumps(body)
        response = self.client.generic(
            method,
            "/api/v1" + path,
            payload if payload is not None else b"",
            content_type=content_type,
            headers={**self.headers, **(headers or {})},
        )
        conforms(method, "/api/v1" + path, response)
        return response

    def upload(self, slug, files, headers=None, **fields):
        """Posts files, as {name: bytes}, to a manuscript's drafts."""
        parts = [SimpleUploadedFile(name, data) for name, data in files.items()]
        return self.client.post(
            f"/api/v1/manuscripts/{slug}/drafts/",
            {"file": parts, **fields},
            headers={**self.headers, **(headers or {})},
        )

    def get(self, path, **more):
        return self.send("GET", path, **more)

    def post(self, path, body=None, **more):
        return self.send("POST", path, body, **more)

    def patch(self, path, body=None, **more):
        return self.send("PATCH", path, body, **more)

    def delete(self, path, **more):
        return self.send("DELETE", path, **more)


def problem(response, status, code):
    """Checks that the answer is a problem document and returns it."""
    assert response.status_code == status, response.content
    assert response["Content-Type"] == "application/problem+json"
    found = response.json()
    assert set(found) >= {"type", "title", "status", "code", "detail", "errors"}
    assert (found["status"], found["code"]) == (status, code), found
    return found


@pytest.fixture(autouse=True)
def fresh_counts():
    """Requests are counted by token id, and ids come again in each test."""
    cache.clear()


@pytest.fixture
def owner(db):
    """Olive, author of the book."""
    return Api(User.objects.create_user("olive@books.example", name="Olive Marsh", is_author=True))


@pytest.fixture
def stranger(db):
    """Xaver, author of another project."""
    user = User.objects.create_user("xaver@elsewhere.example", name="Xaver Toll", is_author=True)
    make_manuscript(user, "Another book")
    return Api(user)


@pytest.fixture
def book(owner):
    return make_manuscript(owner.user, "Nine crossings", pitch="For all trades.")


@pytest.fixture
def reader(book, owner):
    """Rosa, who runs systems: invited, accepted."""
    return join(book, "rosa@ops.example", "Rosa Field", ["it-operations"])


@pytest.fixture
def other_reader(book, owner):
    """Dmitri, who deploys: invited, accepted."""
    return join(book, "dmitri@deploy.example", "Dmitri Vale", ["deployment"])


def join(book, email, name, disciplines, role="reviewer"):
    """Invites a person as the author would; they come with a token of their own."""
    author = book.memberships.get(role="author")
    rows = [{"name": name, "email": email, "disciplines": disciplines, "role": role}]
    membership = invite(Actor(user=author.user), book, rows)[0].membership
    user = User.objects.create_user(email, name=name)
    accept(membership, user)
    api = Api(user)
    api.member = membership
    return api


@pytest.fixture
def draft(owner):
    """The open first draft of The Night Shift, Olive's book of two chapters."""
    return make_book(owner.user)


@pytest.fixture
def night(draft):
    return draft.manuscript


@pytest.fixture
def rosa(night):
    """Rosa, who runs systems, a reader of The Night Shift."""
    return join(night, "rosa@ops.example", "Rosa Field", ["it-operations"])


@pytest.fixture
def selma(night):
    """Selma, who keeps systems safe, a reader of The Night Shift."""
    return join(night, "selma@sec.example", "Selma Kay", ["information-security"])


@pytest.fixture
def bruno(night):
    """Bruno, who observes The Night Shift."""
    return join(night, "bruno@watch.example", "Bruno Ash", [], role="observer")


def queries_of(api, path):
    """How many queries a GET takes once everything that is made at first need is there, and how many rows it lists."""
    api.get(path)
    with CaptureQueriesContext(connection) as asked:
        rows = api.get(path).json()["results"]
    return len(asked), len(rows)


def text_of(draft, key):
    """The text of a section as the draft has it."""
    return draft.placements.select_related("text").get(section__key=key).text


def note(draft, key, words, **more):
    """The body of a comment on words of a section."""
    text = text_of(draft, key)
    start = text.text.index(words)
    selector = [
        {"type": "TextQuoteSelector", "exact": words},
        {"type": "TextPositionSelector", "start": start, "end": start + len(words)},
    ]
    return {"kind": "comment", "body": "Say who.", "text_id": str(text.pk), "selector": selector, **more}

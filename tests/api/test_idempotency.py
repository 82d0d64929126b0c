"""The same POST sent again is answered as before and done once."""

import threading
import time
from functools import partial

import pytest
from django.db import connection
from django.test import Client

from api.models import IdempotencyKey
from manuscripts.manuscripts import make_manuscript
from manuscripts.models import Manuscript

from .conftest import Api, problem

KEY = {"Idempotency-Key": "3f2c"}


@pytest.mark.django_db
def test_again_is_answered_as_before(owner):
    first = owner.post("/manuscripts/", {"title": "A"}, headers=KEY)
    again = owner.post("/manuscripts/", {"title": "A"}, headers=KEY)
    assert first.status_code == again.status_code == 201
    assert again.json() == first.json()
    assert again["Location"] == first["Location"]
    assert (first.get("Idempotent-Replayed"), again["Idempotent-Replayed"]) == (None, "true")
    assert Manuscript.objects.count() == 1
    assert owner.post("/manuscripts/", {"title": "A"}).json()["slug"] == "a-2"


@pytest.mark.django_db
def test_another_body_under_the_same_key(owner):
    owner.post("/manuscripts/", {"title": "A"}, headers=KEY)
    problem(owner.post("/manuscripts/", {"title": "B"}, headers=KEY), 422, "key_reused")
    assert Manuscript.objects.count() == 1


@pytest.mark.django_db
def test_a_key_counts_for_its_user_and_path(owner, stranger, book):
    owner.post("/manuscripts/", {"title": "A"}, headers=KEY)
    assert stranger.post("/manuscripts/", {"title": "A"}, headers=KEY).json()["slug"] == "a-2"
    question = {"kind": "words", "text": "Why?", "scopes": ["book"]}
    assert owner.post("/manuscripts/a/questions/", question, headers=KEY).status_code == 201
    assert IdempotencyKey.objects.count() == 3


@pytest.mark.django_db
def test_personal_links_are_not_kept_with_the_answer(owner, book):
    """They are made again for the one who asks: a kept answer opens nothing, and a link that was ended stays ended."""
    send = partial(owner.post, f"/manuscripts/{book.slug}/invitations/", [{"name": "Nora Falk"}], headers=KEY)
    first, again = send().json(), send()
    assert again["Idempotent-Replayed"] == "true"
    assert again.json() == first
    assert "/i/" in first["results"][0]["link"]
    assert "/i/" not in IdempotencyKey.objects.get().response
    pk = first["results"][0]["id"]
    assert owner.post(f"/invitations/{pk}/revoke/").status_code == 200
    assert send().json()["results"][0]["link"] is None


@pytest.mark.django_db
def test_what_was_refused_or_failed_leaves_the_key_free(owner, monkeypatch):
    problem(owner.post("/manuscripts/", {}, headers=KEY), 400, "invalid")
    owner.client.raise_request_exception = False
    monkeypatch.setattr("api.resources.manuscripts.represent", lambda *args: 1 / 0)
    problem(owner.post("/manuscripts/", {"title": "A"}, headers=KEY), 500, "error")
    assert not Manuscript.objects.exists()
    monkeypatch.undo()
    assert owner.post("/manuscripts/", {"title": "A"}, headers=KEY).status_code == 201


@pytest.mark.django_db
def test_a_key_is_forgotten_after_a_day(owner):
    owner.post("/manuscripts/", {"title": "A"}, headers=KEY)
    row = IdempotencyKey.objects.get()
    IdempotencyKey.objects.update(created=row.created.replace(year=row.created.year - 1))
    assert owner.post("/manuscripts/", {"title": "B"}, headers=KEY).json()["slug"] == "b"


@pytest.mark.django_db
@pytest.mark.parametrize("key", ["", "x" * 201, "tab\there", "ü"])
def test_what_is_no_key(owner, key):
    problem(owner.post("/manuscripts/", {"title": "A"}, headers={"Idempotency-Key": key}), 400, "invalid")
    assert not Manuscript.objects.exists()


def all_at_once(many, send):
    """Runs `send` in that many threads; their results."""
    start, results = threading.Barrier(many), []

    def run():
        try:
            start.wait(10)
            results.append(send())
        finally:
            connection.close()

    threads = [threading.Thread(target=run) for _ in range(many)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    return results


@pytest.mark.django_db(transaction=True)
def test_twins_at_the_same_moment(transactional_db, owner, monkeypatch):
    slow = make_manuscript

    def dawdle(*args, **fields):
        made = slow(*args, **fields)
        time.sleep(0.3)
        return made

    monkeypatch.setattr("api.resources.manuscripts.make_manuscript", dawdle)

    def send(headers):
        return Client().post(
            "/api/v1/manuscripts/",
            {"title": "Twin"},
            content_type="application/json",
            headers={**owner.headers, **headers},
        )

    answers = all_at_once(8, lambda: send(KEY))
    assert [answer.status_code for answer in answers] == [201] * 8
    assert {answer.json()["slug"] for answer in answers} == {"twin"}
    assert Manuscript.objects.count() == 1


@pytest.mark.django_db(transaction=True)
def test_without_the_key_twins_are_done_twice(transactional_db, owner):
    """The control of the test above."""
    send = lambda: Api.post(owner_again(owner), "/manuscripts/", {"title": "Twin"})  # noqa: E731
    assert len(all_at_once(2, send)) == 2
    assert Manuscript.objects.count() == 2


def owner_again(owner):
    api = Api()
    api.headers = owner.headers
    return api


@pytest.mark.django_db
def test_the_seam_of_a_form_does_not_count(owner, book):
    files = {"a.md": b"# One\n\nWords."}
    first = owner.upload("nine-crossings", files, headers=KEY, note="n")
    again = owner.upload("nine-crossings", files, headers=KEY, note="n")
    assert first.status_code == again.status_code == 202
    assert again.json() == first.json()
    assert again["Location"] == first["Location"] == first.json()["job"]
    problem(owner.upload("nine-crossings", {"a.md": b"# Two\n\nWords."}, headers=KEY, note="n"), 422, "key_reused")
    problem(owner.upload("nine-crossings", files, headers=KEY, note="other"), 422, "key_reused")
    assert book.drafts.count() == 1

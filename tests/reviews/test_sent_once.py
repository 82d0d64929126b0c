"""What a page's scripts are told where the session, the browser's token or what was written on is another by now."""

import json

import pytest
from django.test import Client

from manuscripts.manuscripts import make_manuscript
from reviews.answers import questions_of
from reviews.invitations import open_link, personal_link
from reviews.members import remove_member
from reviews.models import Answer, Comment, Thread
from reviews.threads import NewThread, create_thread
from tests.books import actor_of, make_author, make_book, make_reader

pytestmark = pytest.mark.django_db
BOOK = "/m/the-night-shift/"
JSON = {"Accept": "application/json"}
NOTE = {"kind": "comment", "body": "Say who.", "chapter": "c1"}


@pytest.fixture
def omar():
    return make_reader(make_book().manuscript, "Omar Haddad", "it-operations")


@pytest.fixture
def saskia(omar):
    return make_reader(omar.manuscript, "Saskia Vos", "information-security")


def of(member, **options) -> Client:
    client = Client(**options)
    client.force_login(member.user, backend="django.contrib.auth.backends.ModelBackend")
    return client


def send(client, path, data, member=None):
    return client.post(BOOK + path, data, headers={**JSON, **({"X-Member": str(member.pk)} if member else {})})


def test_what_one_person_typed_is_not_sent_as_another(omar, saskia):
    here = of(saskia)
    for path in ("notes/", "unsent/", "answers/", "reading/"):
        assert send(here, path, NOTE, omar).status_code == 409
    assert send(here, "notes/", NOTE, omar).json()["code"] == "another_person"
    assert not Thread.objects.exists()
    assert send(here, "notes/", NOTE, saskia).status_code == 200
    assert Thread.objects.get().author == saskia


def test_an_outsiders_account_is_another_person_and_nobody_is_signed_out(omar):
    outsider = make_reader(make_book_of_another(), "Ines Moreau", "deployment")
    assert send(of(outsider), "notes/", NOTE, omar).json()["code"] == "another_person"
    assert send(Client(), "notes/", NOTE, omar).json()["code"] == "signed_out"


def make_book_of_another():
    return make_manuscript(make_author("eve@example.org", "Eve Strand"), "Another book")


def test_who_lost_the_manuscript_is_told_so(omar):
    client = of(omar)
    other = make_reader(make_book_of_another(), "Omar Haddad", "deployment")
    assert other.user == omar.user
    type(omar).objects.filter(pk=omar.pk).update(role="contact")
    answer = send(client, "notes/", NOTE, omar)
    assert (answer.status_code, answer.json()["code"]) == (409, "no_longer")


def test_a_reader_by_link_is_told_that_they_were_removed_and_a_link_taken_back_that_it_was(omar):
    linked = Client()
    linked.post(personal_link(omar))
    type(omar).objects.filter(pk=omar.pk).update(link_version=omar.link_version + 1)
    assert send(linked, "notes/", NOTE, omar).json()["code"] == "signed_out"
    omar.refresh_from_db()
    linked.post(personal_link(omar))
    remove_member(actor_of(omar.manuscript.memberships.get(role="author")), omar)
    answer = send(linked, "notes/", NOTE, omar)
    assert (answer.status_code, answer.json()["code"]) == (409, "no_longer")
    assert linked.get("/live/the-night-shift/", headers={"X-Member": str(omar.pk)}).json() == answer.json()
    assert send(Client(), "notes/", NOTE, omar).json()["code"] == "signed_out", "to others it is not said"


def test_who_is_here_is_told_to_their_own_browser_alone(omar):
    assert Client().get("/session/").json() == {"members": []}
    assert of(omar).get("/session/").json() == {"members": [omar.pk]}
    linked = Client()
    session = linked.session
    open_link(session, omar)
    session.save()
    linked.cookies["sessionid"] = session.session_key
    assert linked.get("/session/").json() == {"members": [omar.pk]}


def test_a_script_without_the_token_is_given_one_and_sends_again(omar):
    client = of(omar, enforce_csrf_checks=True)
    refused = send(client, "notes/", NOTE)
    assert (refused.status_code, refused.json()["code"]) == (403, "csrf")
    token = refused.cookies["csrftoken"].value
    again = client.post(BOOK + "notes/", NOTE, headers={**JSON, "X-CSRFToken": token})
    assert again.status_code == 200 and Comment.objects.get().body == "Say who."
    plain = of(omar, enforce_csrf_checks=True).post(BOOK + "notes/", NOTE)
    assert plain.status_code == 403 and "This was not sent" in plain.content.decode()


def test_an_edit_in_two_windows_replaces_nothing_unseen(omar):
    thread = create_thread(actor_of(omar), omar.manuscript, NewThread("comment", "First.", chapter="c1"))[0]
    path, client = f"comments/{thread.comments.get().pk}/", of(omar)
    assert send(client, path, {"body": "Second.", "was": "First."}).status_code == 200
    edited = thread.comments.get().edited
    assert send(client, path, {"body": "Second.", "was": "First."}).status_code == 200  # its answer was lost
    assert thread.comments.get().edited == edited
    refused = send(client, path, {"body": "Third.", "was": "First."})
    assert (refused.status_code, refused.json()["code"], refused.json()["current"]) == (409, "changed", "Second.")
    assert send(client, path, {"body": "Third.", "was": "Second."}).status_code == 200
    assert thread.comments.get().body == "Third."


def test_an_answer_in_two_windows_replaces_nothing_unseen(omar):
    question = next(q for q in questions_of(omar.manuscript) if q.code == "improve")
    name, client = f"answer:{question.pk}:own_section:c1-ops:it-operations", of(omar)
    assert send(client, "answers/", {name: "Tools.", "was": ""}).status_code == 200
    assert send(client, "answers/", {name: "Tools.", "was": ""}).status_code == 200
    for given in ("Names.", ""):
        refused = send(client, "answers/", {name: given, "was": ""})
        assert (refused.status_code, refused.json()["current"]) == (409, "Tools.")
    assert Answer.objects.get().words == "Tools."
    assert send(client, "answers/", {name: "Names.", "was": "Tools."}).status_code == 200
    assert send(client, "answers/", {name: "", "was": "Names."}).status_code == 200
    assert not Answer.objects.exists()


def test_what_was_sent_is_not_said_to_be_kept(omar):
    client, content = of(omar), {"content": json.dumps({"body": "Say who, and more."})}
    assert send(client, "unsent/", {"place": "note:1", **content}).json() == {"kept": True}
    send(client, "notes/", {**NOTE, "place": "note:1"})
    assert send(client, "unsent/", {"place": "note:1", **content}).json() == {"kept": False}


def test_a_page_names_whose_words_its_browser_may_keep(omar, saskia):
    page = of(omar).get(BOOK + "read/c1/").content.decode()
    assert f'data-members="{omar.pk} "' in page and f'data-member="{omar.pk}"' in page
    assert "data-members" not in Client().get("/account/login/").content.decode()

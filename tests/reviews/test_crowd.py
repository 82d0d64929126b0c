"""The list of a crowded chapter: whose it is, when it is made anew, what stays on the page."""

import gzip
import json
import re

import pytest
from django.core.cache import caches
from django.test import Client
from django.utils import timezone

from anchoring.selectors import describe
from manuscripts.models import Placement
from reviews import crowd as crowds
from reviews.models import Answer, Question, Thread
from reviews.threads import (
    agree,
    decide,
    edit_comment,
    place_by_hand,
    reply,
    unagree,
    withdraw,
    withdraw_comment,
)
from tests.books import actor_of, make_book, make_reader
from tests.crowds import crowd
from tests.reviews.test_reading import draft, note, ops, sec  # noqa: F401 - fixtures

# ruff: noqa: F811 - fixtures are named where they are used
pytestmark = pytest.mark.django_db
READ = "/m/the-night-shift/read/c1/"
LIST = READ + "notes/"


def signed_in(member) -> Client:
    client = Client()
    client.force_login(member.user, backend="django.contrib.auth.backends.ModelBackend")
    return client


def listed(member, **headers):
    return signed_in(member).get(LIST, **headers)


def words_of(answer) -> str:
    body = answer.content
    return (gzip.decompress(body) if answer.get("Content-Encoding") == "gzip" else body).decode()


@pytest.fixture(autouse=True)
def none_kept():
    caches["lists"].clear()


@pytest.fixture
def author(draft):
    return draft.manuscript.memberships.get(role="author")


def test_the_list_holds_every_note_as_the_page_would_show_it(draft, ops, sec):
    crowd(draft, "c1", [ops, sec], 40)
    page = signed_in(ops).get(READ).content.decode()
    answer = listed(ops)
    notes = json.loads(words_of(answer))["notes"]
    assert len(notes) == 40 == page.count(' data-id="')
    assert all(found["html"] in page for found in notes)
    some = Thread.objects.get(pk=notes[3]["id"])
    assert (notes[3]["start"], notes[3]["end"], notes[3]["text"]) == (some.start, some.end, str(some.text_id))
    assert {found.get("mine") for found in notes} == {None, "1"}
    assert (answer["Cache-Control"], answer["Content-Type"]) == ("private, no-cache", "application/json")


def places(notes) -> set[tuple[str, str, int, int]]:
    return {(n["text"], n["kind"], n["start"], n["end"]) for n in notes if "start" in n}


def test_the_page_of_a_crowd_knows_the_place_of_every_note_that_its_list_shows_on_words(draft, ops, sec):
    crowd(draft, "c1", [ops, sec], crowds.MOST_ON_PAGE + 20)
    author = actor_of(draft.manuscript.memberships.get(role="author"))
    moved, lost = Thread.objects.order_by("pk")[5:7]
    place_by_hand(author, moved, moved.text_id, describe(moved.text.text, 3, 9))
    place_by_hand(author, lost, None, None)
    page = signed_in(ops).get(READ).content.decode()
    said = json.loads(re.search(r'id="crowd-marks"[^>]*>(.*?)</script>', page)[1])
    marks = [
        {"text": text, "kind": kind, "start": start, "end": end}
        for text, kinds in said.items()
        for kind, ends in kinds.items()
        for start, end in zip(ends[::2], ends[1::2], strict=True)
    ]
    notes = json.loads(words_of(listed(ops)))["notes"]
    assert (len(notes), len(marks)) == (crowds.MOST_ON_PAGE + 20, crowds.MOST_ON_PAGE + 19)
    assert places(marks) == places(notes)


def test_it_is_sent_packed_to_those_who_can_unpack_it_and_not_at_all_when_nothing_changed(draft, ops, sec):
    crowd(draft, "c1", [ops, sec], 40)
    plain, packed = listed(ops), listed(ops, HTTP_ACCEPT_ENCODING="br, gzip")
    assert packed["Content-Encoding"] == "gzip" and "Accept-Encoding" in packed["Vary"]
    assert words_of(packed) == plain.content.decode()
    again = listed(ops, HTTP_IF_NONE_MATCH=plain["ETag"], HTTP_ACCEPT_ENCODING="gzip")
    assert (again.status_code, again.content, again["Cache-Control"]) == (304, b"", "private, no-cache")


def test_it_is_made_once_for_each_version(draft, ops, sec, monkeypatch):
    crowd(draft, "c1", [ops, sec], 40)
    made = []
    monkeypatch.setattr(crowds, "_listed", lambda card, maker: made.append(card.id) or {"id": card.id})
    for _ in range(3):
        listed(ops)
    assert len(made) == 40
    listed(sec)
    assert len(made) == 80


def test_a_list_takes_few_queries_however_many_notes_there_are(draft, ops, sec, django_assert_max_num_queries):
    crowd(draft, "c1", [ops, sec], 40)
    client = signed_in(ops)
    with django_assert_max_num_queries(26):
        client.get(LIST)
    with django_assert_max_num_queries(16):
        client.get(LIST)


CHANGES = {
    "a note": lambda s: note(s["sec"], "Who is"),
    "a reply": lambda s: reply(actor_of(s["sec"]), s["note"], "Ruth does."),
    "an agreement": lambda s: agree(actor_of(s["sec"]), s["note"]),
    "an agreement taken back": lambda s: unagree(actor_of(s["sec"]), s["agreed"]),
    "a decision": lambda s: decide(actor_of(s["author"]), s["note"], "no_change", "It is meant so."),
    "a decision taken back": lambda s: decide(actor_of(s["author"]), s["decided"], None),
    "other words": lambda s: edit_comment(actor_of(s["ops"]), s["note"].comments.get(), "Say when."),
    "a withdrawal": lambda s: withdraw(actor_of(s["ops"]), s["note"]),
    "a reply withdrawn": lambda s: withdraw_comment(actor_of(s["sec"]), s["answered"].comments.last()),
    "a place by hand": lambda s: place_by_hand(actor_of(s["author"]), s["note"], None, None),
    "a name": lambda s: s["manuscript"].memberships.filter(pk=s["sec"].pk).update(name="Saskia de Vos"),
    "a pseudonym": lambda s: s["manuscript"].memberships.filter(pk=s["sec"].pk).update(pseudonym_number=77),
    "a discipline's code": lambda s: s["manuscript"].disciplines.filter(code="SEC").update(code="XY"),
    "the round's end": lambda s: s["manuscript"].rounds.update(state="ended"),
    "what readers see": lambda s: s["manuscript"].rounds.update(visibility="never"),
    "a zone": lambda s: type(s["ops"].user).objects.update(time_zone="Asia/Tokyo"),
}


@pytest.mark.parametrize("change", CHANGES)
def test_each_change_that_shows_makes_another_list_for_each_who_sees_it(draft, ops, sec, author, change):
    scene = {"ops": ops, "sec": sec, "author": author, "manuscript": draft.manuscript}
    scene |= {"note": note(ops), "agreed": note(ops, "shift"), "decided": note(sec), "answered": note(ops, "Nobody")}
    agree(actor_of(sec), scene["agreed"])
    decide(actor_of(author), scene["decided"], "later")
    reply(actor_of(sec), scene["answered"], "We do.")
    scene = {name: Thread.objects.get(pk=found.pk) if type(found) is Thread else found for name, found in scene.items()}
    before = {member.pk: listed(member) for member in (ops, sec, author)}
    CHANGES[change](scene)
    changed = 0
    for member in (ops, sec, author):
        kept = listed(member, HTTP_IF_NONE_MATCH=before[member.pk]["ETag"])
        caches["lists"].clear()
        fresh = listed(member)
        assert (kept.status_code == 304) == (words_of(fresh) == words_of(before[member.pk]))
        assert kept.status_code == 304 or words_of(kept) == words_of(fresh)
        changed += kept.status_code == 200
    assert changed


MODES = [
    {},
    {"anonymity": "named"},
    {"anonymity": "all"},
    {"visibility": "never"},
    {"visibility": "after_verdict"},
    {"others_sections": "closed"},
]


@pytest.mark.parametrize("mode", MODES, ids=lambda mode: "-".join(mode.values()) or "usual")
def test_nobody_gets_what_was_made_for_another(mode):
    draft = make_book(**mode)
    ops = make_reader(draft.manuscript, "Omar Haddad", "it-operations")
    sec = make_reader(draft.manuscript, "Saskia Vos", "information-security")
    also = make_reader(draft.manuscript, "Oda Kern", "it-operations")
    observer = make_reader(draft.manuscript, "Olle Sund", role="observer")
    author = draft.manuscript.memberships.get(role="author")
    note(ops, body="From operations.")
    note(ops, "wakes", key="c1-ops", body="In our own section.")
    note(sec, body="From security.", visibility="authors")
    note(sec, "pager", body="For all.")
    everyone = [ops, sec, also, observer, author]
    first = {}
    for member in everyone:
        caches["lists"].clear()
        first[member.pk] = words_of(listed(member))
    caches["lists"].clear()
    for member in everyone:  # in turn, now with all that is kept for those before
        answer = listed(member)
        assert words_of(answer) == first[member.pk]
        for other in everyone:
            told = listed(other, HTTP_IF_NONE_MATCH=answer["ETag"])
            assert told.status_code == (304 if first[other.pk] == first[member.pk] else 200)
    unnamed = "named" not in mode.values()
    for reader, others in ((ops, "Saskia Vos"), (sec, "Omar Haddad")):
        assert "From security." not in first[ops.pk] and (others not in first[reader.pk]) == unnamed
    assert ("Omar Haddad" in first[author.pk]) == ("all" not in mode.values())
    hidden = mode.get("visibility") in {"never", "after_verdict"}
    assert ("For all." in first[ops.pk]) == (not hidden) and "For all." in first[author.pk]
    assert ("In our own section." in first[sec.pk]) == (not hidden and "others_sections" not in mode)


def test_who_has_lost_the_right_is_not_told_that_nothing_changed(draft, ops, sec):
    crowd(draft, "c1", [ops, sec], 10)
    tag = listed(ops)["ETag"]
    client = signed_in(ops)
    assert client.get(LIST, HTTP_IF_NONE_MATCH=tag).status_code == 304
    draft.manuscript.memberships.filter(pk=ops.pk).update(removed=timezone.now())
    assert client.get(LIST, HTTP_IF_NONE_MATCH=tag).status_code == 404
    assert Client().get(LIST, HTTP_IF_NONE_MATCH=tag).status_code == 404


def test_a_chapter_that_was_closed_to_a_reader_is_gone_with_its_list():
    draft = make_book()
    ops = make_reader(draft.manuscript, "Omar Haddad", "it-operations")
    draft.placements.filter(section__key="c2-1").delete()
    client, there = signed_in(ops), "/m/the-night-shift/read/c2/notes/"
    tag = client.get(there)["ETag"]
    assert client.get(there, HTTP_IF_NONE_MATCH=tag).status_code == 304
    draft.manuscript.rounds.update(others_sections="closed")
    assert client.get(there, HTTP_IF_NONE_MATCH=tag).status_code == 404


def test_a_verdict_shows_what_it_was_to_show_at_once():
    draft = make_book(visibility="after_verdict")
    ops = make_reader(draft.manuscript, "Omar Haddad", "it-operations")
    sec = make_reader(draft.manuscript, "Saskia Vos", "information-security")
    note(sec, body="For all.")
    before = listed(ops)
    assert "For all." not in words_of(before)
    place = Placement.objects.get(section__key="c1-1")
    asked = Question.objects.create(
        manuscript=draft.manuscript, code="makes_sense", kind="verdict", text="Does it?", scopes=["chapter"], position=1
    )
    Answer.objects.create(
        member=ops,
        question=asked,
        scope="chapter",
        chapter=place.chapter,
        round=draft.round,
        draft=draft,
        value="yes",
        anonymity="peers",
    )
    assert "For all." in words_of(listed(ops, HTTP_IF_NONE_MATCH=before["ETag"]))


def test_a_merge_of_disciplines_shows_in_the_list(draft, ops, sec):
    note(sec, body="For all.")
    before = listed(ops)
    slugs = draft.manuscript.disciplines
    slugs.filter(slug="information-security").update(merged_into=slugs.get(slug="it-operations"))
    after = listed(ops, HTTP_IF_NONE_MATCH=before["ETag"])
    assert json.loads(words_of(after))["notes"][0]["discipline"] == "it-operations"


def test_a_crowd_is_no_part_of_the_page_but_its_number_and_pages_of_it_without_script(draft, ops, sec, monkeypatch):
    monkeypatch.setattr("reviews.views_reading.MOST_ON_PAGE", 30)
    monkeypatch.setattr("reviews.views_reading.ON_A_PLAIN_PAGE", 25)
    crowd(draft, "c1", [ops, sec], 31)
    client = signed_in(ops)
    page = client.get(READ).content.decode()
    assert page.count(' data-id="') == 0 and "31 notes" in page
    assert f'data-list-url="{LIST}"' in page and 'href="?notes=1#notes"' in page
    first, last = (client.get(READ, {"notes": n}).content.decode() for n in (1, 2))
    assert (first.count(' data-id="'), last.count(' data-id="')) == (25, 6)
    assert "1 to 25 of 31" in first and 'href="?notes=2#notes"' in first and "26 to 31 of 31" in last
    assert client.get(READ, {"notes": "x"}).content.decode().count(' data-id="') == 25
    Thread.objects.last().delete()
    small = client.get(READ).content.decode()
    assert small.count(' data-id="') == 30 and "data-list-url" not in small

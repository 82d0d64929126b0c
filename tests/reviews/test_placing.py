"""Fates people can see, and putting a note in its place by hand: cards, choices, the desk, the reader's home."""

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from manuscripts.errors import Refused
from reviews.placing import placing_of
from reviews.threads import (
    NewThread,
    create_thread,
    decide,
    keep_on_chapter,
    place_by_hand,
    reply,
    undo_placement,
    withdraw,
)
from tests.books import actor_of, make_reader
from tests.reviews.test_carrying import BILL, HOURS, LAMPS, LEDGER, NIGHT, PAGER, WINDOW, Drafts, md

pytestmark = pytest.mark.django_db
JSON = {"headers": {"accept": "application/json"}}


def signed_in(actor):
    client = Client()
    client.force_login(actor.user, backend="django.contrib.auth.backends.ModelBackend")
    return client


@pytest.fixture
def book():
    return Drafts(c1=md(NIGHT, PAGER, WINDOW), c2=md(BILL, HOURS, LEDGER))


def seen(book, path="read/c1/", actor=None):
    answer = signed_in(actor or book.author).get(f"/m/the-night-shift/{path}")
    assert answer.status_code == 200
    return answer.content.decode()


def place_url(note):
    return f"/m/the-night-shift/notes/{note.pk}/place/"


def test_a_detached_note_is_listed_where_its_paragraph_stood_with_old_words_and_reason(book):
    note = book.note("c1-1", "a window at dusk")
    book.next(c1=md(NIGHT, PAGER, LAMPS), c2=md(BILL, HOURS, LEDGER))
    page = seen(book, actor=book.reader)
    near = book.anchor(note).near
    assert book.section("c1-1").text.text[:near].endswith("it was meant for.\n")
    assert f'data-near="{near}"' in page and "#i-detached" in page
    assert "<del>a window at dusk</del>" in page and "The paragraph they stood in" in page
    assert "Its paragraph was removed or rewritten in draft 1.1." in page
    assert f'In its place stands: <ins dir="auto">{LAMPS}</ins>' in page
    other = actor_of(make_reader(book.book, "Selma Lind", "information-security"))
    assert "data-place" not in seen(book, actor=other)
    assert place_url(note) in page and place_url(note) in seen(book)
    book.next(c1=md(NIGHT, PAGER, LAMPS), c2=md(BILL, LEDGER))
    assert "Its paragraph was removed or rewritten in draft 1.1." in seen(book, actor=book.reader)


def test_changed_words_stand_beside_the_old_ones_in_every_later_draft(book):
    book.note("c2-1", "larger than the saving")
    changed = HOURS.replace("larger than the saving", "larger than any saving")
    for more in ([], [LAMPS]):
        book.next(c1=md(NIGHT, PAGER, WINDOW), c2=md(BILL, changed, LEDGER, *more))
        page = seen(book, "read/c2/", book.reader)
        assert "Words changed" in page and "One word changed in draft 1.1." in page
        assert "<del>larger than the saving</del> <ins>larger than any saving</ins>" in page
    book.next(c1=md(NIGHT, PAGER, WINDOW), c2=md(BILL, HOURS, LEDGER))
    assert "Words changed" not in seen(book, "read/c2/", book.reader)


def test_a_moved_note_says_where_it_came_from(book):
    book.note("c1-1", "a window at dusk")
    book.next(c1=md(NIGHT, PAGER), c2=md(BILL, HOURS, LEDGER, WINDOW))
    assert "It came from “C1” in draft 1.1." in seen(book, "read/c2/", book.reader)


def test_the_note_of_a_removed_chapter_is_read_on_the_page_of_the_book(book):
    note = book.note("c1-1", "a window at dusk")
    create_thread(book.reader, book.book, NewThread(kind="comment", body="All of chapter one", chapter="c1"))
    book.next(c2=md(BILL, HOURS, LEDGER))
    page = seen(book, "read/", book.reader)
    assert f'id="note-{note.pk}"' in page and "All of chapter one" in page and "Its chapter was removed" in page
    home = seen(book, "", book.reader)
    assert f'href="/m/the-night-shift/read/#note-{note.pk}"' in home


def test_a_note_put_elsewhere_is_listed_there_alone(book):
    note = book.note("c1-1", "a window at dusk")
    book.place(note, "c2-1", "three people kept")
    assert f'id="note-{note.pk}"' not in seen(book)
    page = seen(book, "read/c2/")
    assert f'id="note-{note.pk}"' in page and "Placed by hand" in page and "Since draft 1." in page


def detached(book):
    note = book.note("c1-1", "whoever looks into it sees mostly the room")
    book.next(
        c1=md(NIGHT, PAGER),
        c2=md(BILL, HOURS, "Whoever signs for it sees mostly the price, and the years behind it.", LEDGER),
    )
    assert book.stands(note)[0] == "detached"
    return note


def test_the_closest_passages_are_offered_and_one_is_chosen_without_script(book):
    note = detached(book)
    client = signed_in(book.author)
    page = client.get(place_url(note))
    (best, *_) = page.context["placing"].choices
    assert best.passage.words.startswith("Whoever signs for it") and 50 < best.percent < 100
    assert f"{best.percent}%<small>alike</small>" in page.content.decode()
    assert "whoever looks into it sees mostly the room" in page.content.decode()
    answer = client.post(place_url(note), {"text_id": best.text_id, "start": best.start, "end": best.end}, follow=True)
    assert answer.request["PATH_INFO"] == "/m/the-night-shift/read/c2/"
    assert book.stands(note) == ("kept", "c2-1", best.passage.words)
    again = client.post(place_url(note), {"undo": "1", "next": "/m/the-night-shift/desk/"})
    assert again["Location"] == "/m/the-night-shift/desk/"
    assert book.stands(note)[0] == "detached" and book.anchor(note).by == "worker"


def test_words_selected_in_the_chapter_the_chapter_itself_or_nothing(book):
    note = detached(book)
    client = signed_in(book.author)
    text = book.section("c1-1").text
    there = {"text_id": text.pk, "start": 16, "end": 30, "chapter": "c1"}
    answer = client.post(place_url(note), there, **JSON).json()
    assert book.stands(note)[2] == text.text[16:30] and f'data-start="{16}"' in answer["html"]
    answer = client.post(place_url(note), {"keep": "1", "chapter": "c1"}, **JSON).json()
    assert (book.anchor(note).chapter.key, book.anchor(note).section) == ("c1", None)
    assert "Kept on the chapter by hand in draft 1.1" in answer["html"] and "data-text" not in answer["html"]
    assert f'data-id="{note.pk}"' in seen(book, "desk/?fate=kept")
    desk = seen(book, f"desk/?note={note.pk}")
    assert "The text it was written on" in desk and "<mark>" not in desk  # no word of it stands in this draft
    client.post(place_url(note), {"detach": "1", "chapter": "c1"}, **JSON)
    assert book.stands(note)[0] == "detached" and book.anchor(note).by == "hand"
    elsewhere = book.section("c2-1").text
    answer = client.post(place_url(note), {"text_id": elsewhere.pk, "start": 0, "end": 8, "chapter": "c1"}, **JSON)
    assert answer.json()["gone"] and answer.json()["address"].startswith("/m/the-night-shift/read/c2/")


@pytest.mark.parametrize("fields", [{}, {"text_id": "999999", "start": 0, "end": 3}, {"text_id": "x", "start": "a"}])
def test_what_is_no_place_is_refused(book, fields):
    note = detached(book)
    answer = signed_in(book.author).post(place_url(note), fields, **JSON)
    assert answer.status_code in {400, 409} and answer.json()["detail"]
    assert book.stands(note)[0] == "detached"


def test_a_range_beyond_the_text_or_nothing_to_undo_is_refused(book):
    note = detached(book)
    client = signed_in(book.author)
    text = book.section("c1-1").text
    for start, end in ((0, 999_999), (5, 5), (7, 3)):
        answer = client.post(place_url(note), {"text_id": text.pk, "start": start, "end": end}, **JSON)
        assert answer.status_code in {400, 409}
    assert client.post(place_url(note), {"undo": "1"}, **JSON).json()["code"] == "nothing_to_undo"


def test_other_readers_and_strangers_put_a_note_nowhere(book):
    note = detached(book)
    client = signed_in(actor_of(make_reader(book.book, "Selma Lind", "information-security")))
    assert client.get(place_url(note)).status_code == 403
    assert client.post(place_url(note), {"detach": "1"}, **JSON).status_code == 403
    assert Client().get(place_url(note)).status_code == 404
    assert book.anchor(note).by == "worker"


def test_who_wrote_a_note_puts_it_in_its_place_and_back(book):
    note = detached(book)
    client = signed_in(book.reader)
    page = client.get(place_url(note)).content.decode()
    assert "Put a note in its place" in page and "/desk/" not in page and "/people/" not in page
    (best, *_) = client.get(place_url(note)).context["placing"].choices
    answer = client.post(place_url(note), {"text_id": best.text_id, "start": best.start, "end": best.end}, **JSON)
    assert answer.json()["address"].startswith("/m/the-night-shift/read/c2/")
    assert book.stands(note) == ("kept", "c2-1", best.passage.words) and book.anchor(note).by == "hand"
    page = seen(book, "read/c2/", book.reader)
    assert f'data-put-back href="{place_url(note)}">Undo</a>' in page and ">Put it elsewhere</a>" in page
    assert "data-put-back" in seen(book, "read/c2/")  # for the author too
    client.post(place_url(note), {"undo": "1"})
    assert book.stands(note)[0] == "detached" and "data-put-back" not in seen(book, actor=book.reader)


def test_a_reader_puts_no_note_once_it_is_withdrawn_or_the_round_has_ended(book):
    note = detached(book)
    reply(book.author, note, "Where should it stand?")
    client = signed_in(book.reader)
    running = book.now.round
    running.state = "ended"
    running.save()
    assert client.get(place_url(note)).status_code == 403 and "data-place" not in seen(book, actor=book.reader)
    told = client.post(place_url(note), {"keep": "1"}, **JSON)
    assert told.status_code == 403 and "while the round runs, by who wrote it" in told.json()["detail"]
    running.state = "running"
    running.save()
    withdraw(book.reader, note)
    assert client.post(place_url(note), {"keep": "1"}, **JSON).status_code == 403
    assert "data-place" not in seen(book, actor=book.reader)
    assert signed_in(book.author).post(place_url(note), {"keep": "1"}, **JSON).status_code == 200


def test_a_reader_is_offered_and_may_take_only_text_they_may_read():
    crews = PAGER.replace("four teams", "four crews")
    book = Drafts(c1=[("c1-1", md(NIGHT, PAGER)), ("c1-sec", md("## For security", LAMPS, crews))])
    note = book.note("c1-1", "which of the four teams")
    security = book.book.disciplines.get(slug="information-security")
    book.now.placements.filter(section__key="c1-sec").update(discipline=security)
    place_by_hand(book.author, note, None, None)
    book.now.round.others_sections = "closed"
    book.now.round.save()
    for actor, offered in ((book.author, ["which of the four crews"]), (book.reader, [])):
        placing = placing_of(actor, note, book.now)
        assert [c.passage.words for c in placing.choices if "crews" in c.passage.words] == offered
        assert "which of the four teams" in [c.passage.words for c in placing.choices]
    closed = book.section("c1-sec").text
    answer = signed_in(book.reader).post(place_url(note), {"text_id": closed.pk, "start": 0, "end": 8}, **JSON)
    assert answer.status_code == 400 and book.stands(note)[0] == "detached"


def test_the_words_of_a_section_that_is_closed_now_are_not_told_to_who_wrote_the_note():
    book = Drafts(c1=[("c1-1", md(NIGHT, PAGER)), ("c1-sec", md("## For security", LAMPS, WINDOW))])
    note = book.note("c1-1", "which of the four teams")
    security = book.book.disciplines.get(slug="information-security")
    book.now.placements.filter(section__key="c1-sec").update(discipline=security)
    book.place(note, "c1-sec", "a window at dusk")
    book.now.round.others_sections = "closed"
    book.now.round.save()
    assert placing_of(book.author, note, book.now).old.words == "a window at dusk"
    assert placing_of(book.reader, note, book.now).old.words == "which of the four teams"
    assert "window at dusk" not in seen(book, place_url(note).removeprefix("/m/the-night-shift/"), book.reader)


def test_what_stands_in_the_place_of_the_words_is_offered_first_by_that_name(book):
    note = book.note("c1-1", "whoever looks into it sees mostly the room")
    alike = "Whoever signs for it sees mostly the price, and the years behind it."
    book.next(c1=md(NIGHT, PAGER, LAMPS), c2=md(BILL, HOURS, alike, LEDGER))
    for actor in (book.author, book.reader):
        page = signed_in(actor).get(place_url(note))
        first, *others = page.context["placing"].choices
        assert (first.passage.words, first.percent) == (LAMPS, None)
        assert others and all(each.percent and each.passage.words not in LAMPS for each in others)
        assert page.content.decode().count("In its place") == 1
    fields = {"text_id": first.text_id, "start": first.start, "end": first.end}
    signed_in(book.reader).post(place_url(note), fields, **JSON)
    assert book.stands(note) == ("kept", "c1-1", LAMPS)
    undo_placement(book.reader, note)
    assert f'In its place stands: <ins dir="auto">{LAMPS}</ins>' in seen(book, actor=book.reader)


def test_undo_goes_back_one_placing_at_a_time_to_where_the_note_was_carried(book):
    note = book.note("c1-1", "a window at dusk")
    carried = book.anchor(note)
    book.place(note, "c2-1", "three people kept")
    keep_on_chapter(book.author, note)
    book.place(note, "c2-1", "We counted the hours")
    assert undo_placement(book.reader, note).section is None
    assert "Kept on the chapter by hand" in seen(book, "read/c2/") and "data-put-back" in seen(book, "read/c2/")
    book.place(note, "c2-1", "larger than the saving")
    for expected in (None, "three people kept"):
        undo_placement(book.author, note)
        assert book.stands(note)[2] == expected
    undo_placement(book.author, note)
    now = book.anchor(note)
    assert (now.text_id, now.start, now.end, now.fate, now.by) == (
        carried.text_id,
        carried.start,
        carried.end,
        "kept",
        "worker",
    )
    with pytest.raises(Refused):
        undo_placement(book.author, note)
    assert "data-put-back" not in seen(book) and "Placed by hand" not in seen(book)


def test_the_desk_shows_undo_beside_what_was_done(book):
    note = detached(book)
    client = signed_in(book.author)
    client.post(place_url(note), {"keep": "1", "next": "/m/the-night-shift/desk/"})
    desk = seen(book, f"desk/?note={note.pk}")
    done = desk.index("Kept on the chapter by hand in draft 1.1")
    assert 'form="put-back" name="undo" value="1"' in desk[done : desk.index("Put it elsewhere")]
    client.post(place_url(note), {"undo": "1", "next": "/m/the-night-shift/desk/"})
    assert "put-back" not in seen(book, f"desk/?note={note.pk}")


def test_a_removed_chapter_cannot_keep_a_note_and_notes_without_words_have_none(book):
    note = book.note("c1-1", "a window at dusk")
    on_chapter, _ = create_thread(book.reader, book.book, NewThread(kind="comment", body="All of it", chapter="c2"))
    book.next(c2=md(BILL, HOURS, LEDGER))
    with pytest.raises(Refused) as refused:
        keep_on_chapter(book.author, note)
    assert refused.value.code == "chapter_gone"
    page = signed_in(book.author).get(place_url(note)).content.decode()
    assert "Keep it on the chapter" not in page
    with pytest.raises(Refused):
        place_by_hand(book.author, on_chapter, None, None)
    assert signed_in(book.author).get(place_url(on_chapter)).status_code == 302


def test_the_desk_finds_detached_notes_and_offers_their_places(book):
    note = detached(book)
    kept = book.note("c2-1", "We counted the hours")
    page = seen(book, "desk/?fate=detached")
    assert f'data-id="{note.pk}"' in page and f'data-id="{kept.pk}"' not in page
    assert f'hx-get="{place_url(note)}' in page and "The text it was written on" in page
    fragment = signed_in(book.author).get(place_url(note), headers={"hx-request": "true"}).content.decode()
    assert fragment.lstrip().startswith("<section") and "alike" in fragment and "<html" not in fragment


def test_the_reader_sees_the_new_words_beside_the_old_and_in_which_draft(book):
    text = book.section("c2-1").text
    start = text.text.index("larger than the saving")
    new = NewThread(
        kind="suggestion",
        body="It was twice that",
        replacement="twice the saving",
        text_id=text.pk,
        selector={"start": start, "end": start + len("larger than the saving")},
    )
    suggested, _ = create_thread(book.reader, book.book, new)
    changed = book.note("c1-1", "at two in the morning")
    decide(book.author, changed, "changed", "You were right about the hour.")
    book.next(
        c1=md(NIGHT, PAGER.replace("at two in the morning", "at three in the morning"), WINDOW),
        c2=md(BILL, HOURS.replace("larger than the saving", "twice the saving"), LEDGER),
    )
    home = seen(book, "", book.reader)
    assert "Your words are in draft 1.1." in home
    assert "at <del>two</del> <ins>three</ins> in the morning" in home and "You were right about the hour." in home
    assert f'href="/m/the-night-shift/read/c2/#note-{suggested.pk}"' in home
    assert "Your words are in draft 1.1." in seen(book, "read/c2/", book.reader)
    assert "The suggested words are in draft 1.1." in seen(book, "read/c2/")


def test_a_chapter_of_changed_and_lost_notes_costs_the_same_queries_whatever_their_number(book):
    costs = []
    client = signed_in(book.reader)
    pager = PAGER
    for count, words in ((1, ["a window at dusk", "four teams"]), (3, ["the morning", "nobody could say"])):
        for _ in range(count):
            for each in words:
                book.note("c1-1", each)
        pager = pager.replace(words[1].split()[0], "seven")
        book.next(c1=md(NIGHT, pager), c2=md(BILL, HOURS, LEDGER))
        client.get("/m/the-night-shift/read/c1/")
        with CaptureQueriesContext(connection) as queries:
            assert client.get("/m/the-night-shift/read/c1/").status_code == 200
        costs.append(len(queries))
    assert costs[0] == costs[1]

"""Two people at the same chapter in two browsers, on the real server: what one does comes to the other."""

import re
import statistics

import pytest
from django.contrib.sessions.models import Session
from django.test import Client

from reviews.members import remove_member
from reviews.models import Thread
from reviews.threads import NewThread, create_thread, decide, reply, withdraw
from tests.books import actor_of, make_book, make_reader
from tests.e2e.test_reading_room import SIZES, marked, select
from tests.streams import WebProcess

pytestmark = [pytest.mark.e2e, pytest.mark.django_db(transaction=True)]

#: s until a note stands in another's browser: the middle of this many notes, and of more where other tests run beside.
WITHIN, NOTES, MOST_NOTES = 2, 5, 15
#: ms of patience with what comes to another.
SOON = 6000
#: When each note was drawn first, by its id, in ms as the clock of the server has them.
WATCH = """() => { window.drawn = {};
  const look = () => document.querySelectorAll('.note:not(.draft)').forEach(({ dataset }) => {
    if (!(dataset.id in drawn)) requestAnimationFrame(() => { drawn[dataset.id] ??= Date.now(); }); });
  new MutationObserver(look).observe(document.body, { childList: true, subtree: true }); }"""
#: Whether the line of what others did is what one sees where it stands.
ON_TOP = """() => { const line = document.querySelector("[data-arrived]"), box = line.getBoundingClientRect();
  return line.contains(document.elementFromPoint(box.x + box.width / 2, box.y + box.height / 2)); }"""


@pytest.fixture(scope="module")
def web(django_db_setup, django_db_blocker, tmp_path_factory):
    with django_db_blocker.unblock():
        server = WebProcess(tmp_path_factory.mktemp("web") / "log")
    yield server
    server.stop()
    print(server.log.read_text())


@pytest.fixture
def draft():
    return make_book()


@pytest.fixture
def author(draft):
    return draft.manuscript.memberships.get()


@pytest.fixture
def omar(draft):
    return make_reader(draft.manuscript, "Omar Haddad", "it-operations")


@pytest.fixture
def saskia(draft):
    return make_reader(draft.manuscript, "Saskia Vos", "information-security")


@pytest.fixture
def enter(new_page, web):
    """Opens a page of the book as a member, in a browser of their own that listens."""

    def go(member, path="read/c1/", size="wide"):
        client = Client()
        client.force_login(member.user, backend="django.contrib.auth.backends.ModelBackend")
        page = new_page(viewport=SIZES[size], has_touch=size == "phone", reduced_motion="reduce")
        session = client.cookies["sessionid"].value
        page.context.add_cookies([{"name": "sessionid", "value": session, "url": web.url}])
        with page.expect_response(re.compile("/live/")) as listening:
            page.goto(f"{web.url}/m/the-night-shift/{path}")
        assert listening.value.headers["content-type"].startswith("text/event-stream")
        return page

    return go


def card(thread):
    return f"#note-{thread.pk}"


def write(member, **new):
    new = {"kind": "comment", "body": "Who is awake then?", "chapter": "c1", **new}
    return create_thread(actor_of(member), member.manuscript, NewThread(**new))[0]


def test_note_reply_agreement_decision_and_withdrawal_come_without_reload(enter, author, omar, saskia):
    page, other, desk = enter(omar), enter(saskia), enter(author)
    select(page, "the night shift")
    page.keyboard.press("c")
    page.fill(".draft [name=body]", "Say whose.")
    page.click(".draft [type=submit]")
    other.wait_for_selector(".note >> text=Say whose.", timeout=SOON, state="attached")
    thread = Thread.objects.get()
    assert other.inner_text("[data-arrived]").startswith("1 new note")
    assert marked(other)["m-comment"] == ["the night shift"]
    assert page.locator(card(thread)).count() == 1, "it is not put beside itself"
    assert page.inner_text("[data-arrived]") == ""

    other.click("[data-arrived] button")
    assert other.inner_text("[data-arrived]") == ""
    other.fill(f"{card(thread)} [data-reply] [name=body]", "Ours, I fear.")
    other.click(f"{card(thread)} [data-reply] [type=submit]")
    page.wait_for_selector(f"{card(thread)} >> text=Ours, I fear.", timeout=SOON)
    other.click(f"{card(thread)} [data-agree]")
    page.wait_for_selector(f"{card(thread)} .foot >> text=1 agrees", timeout=SOON, state="attached")

    desk.click(f"{card(thread)} .open")
    desk.click(f"{card(thread)} [value=later]")
    for reader in (page, other):
        reader.wait_for_selector(f"{card(thread)} .decided >> text=Later", timeout=SOON, state="attached")

    page.click(f"{card(thread)} [data-own] [data-withdraw], {card(thread)} [data-withdraw]")
    page.click(".toast button")
    other.wait_for_selector(f"{card(thread)} .gone", timeout=SOON, state="attached")
    mine = write(omar)
    other.wait_for_selector(card(mine), timeout=SOON, state="attached")
    withdraw(actor_of(omar), mine)
    other.wait_for_selector(card(mine), timeout=SOON, state="detached")


def test_a_note_is_in_another_browser_within_two_seconds(enter, omar, saskia):
    page, other = enter(omar), enter(saskia)
    other.evaluate(WATCH)
    took: list[float] = []
    while len(took) < NOTES or (statistics.median(took) >= WITHIN and len(took) < MOST_NOTES):
        page.click("[data-note-chapter]:visible")
        page.fill(".draft [name=body]", f"No. {len(took)}")
        page.click(".draft [type=submit]")
        page.wait_for_selector(".note.on:not(.draft)")
        stored = Thread.objects.latest("pk")
        at = other.wait_for_function("id => drawn[id]", arg=stored.pk).json_value()
        took.append(at / 1000 - stored.created.timestamp())
        page.keyboard.press("Escape")
    assert statistics.median(took) < WITHIN, took


def test_what_is_typed_and_what_is_read_stay(enter, author, omar, saskia):
    thread, filler = write(omar), [write(omar, body=f"No. {n}") for n in range(3)]
    page = enter(saskia)
    page.click(f"{card(thread)} .open")
    page.fill(f"{card(thread)} [data-reply] [name=body]", "I am, and")
    before = page.evaluate("[scrollY, document.querySelector('#text').getBoundingClientRect().top]")
    reply(actor_of(author), thread, "You are.")
    decide(actor_of(author), filler[0], "later")
    new = write(omar, body="One more.")
    page.wait_for_selector(card(new), timeout=SOON, state="attached")
    page.wait_for_selector(f"{card(filler[0])} .decided", timeout=SOON, state="attached")
    assert page.input_value(f"{card(thread)} [data-reply] [name=body]") == "I am, and"
    assert page.evaluate("document.activeElement.name") == "body"
    assert page.evaluate("[scrollY, document.querySelector('#text').getBoundingClientRect().top]") == before
    assert page.locator(f"{card(thread)} >> text=You are.").count() == 0
    page.fill(f"{card(thread)} [data-reply] [name=body]", "")
    page.click(f"{card(new)} .open")
    page.wait_for_selector(f"{card(thread)} >> text=You are.", timeout=SOON, state="attached")


def test_an_open_note_stays_open_with_its_focus(enter, author, omar, saskia):
    thread = write(omar)
    page = enter(saskia)
    page.click(f"{card(thread)} .open")
    page.focus(f"{card(thread)} [data-agree]")
    reply(actor_of(author), thread, "You are.")
    page.wait_for_selector(f"{card(thread)}.on >> text=You are.", timeout=SOON)
    assert page.evaluate("document.activeElement.matches('[data-agree]')")


def test_one_s_own_note_that_comes_before_its_answer_stands_here_once(enter, omar):
    page, cut = enter(omar), []

    def lose_two(route):
        if len(cut) == 2:
            return route.continue_()
        cut.append(route.fetch().status)
        return route.abort()

    page.route(re.compile(r"/notes/$"), lose_two)
    select(page, "the night shift")
    page.keyboard.press("c")
    page.keyboard.type("Once.")
    page.click(".draft [type=submit]")
    page.wait_for_selector(".note:not(.draft) >> text=Once.", timeout=SOON, state="attached")
    page.wait_for_selector(".draft", timeout=4 * SOON, state="detached")
    assert page.locator(".note").count() == 1 and Thread.objects.count() == 1
    page.problems.clear()


def test_who_reads_a_note_that_is_withdrawn_keeps_a_place_and_their_words(enter, omar, saskia):
    thread, written = write(omar), write(omar, body="One more.")
    page = enter(saskia)
    page.click(f"{card(thread)} .open")
    page.focus(f"{card(thread)} [data-agree]")
    withdraw(actor_of(omar), thread)
    page.wait_for_selector(card(thread), timeout=SOON, state="detached")
    assert page.evaluate("document.activeElement !== document.body")
    page.click(f"{card(written)} .open")
    page.fill(f"{card(written)} [data-reply] [name=body]", "I am, and")
    withdraw(actor_of(omar), written)
    page.click(f"{card(written)} [data-reply] [type=submit]")
    page.wait_for_selector(f"{card(written)} [data-reply] .error:has-text('no longer here')")
    assert page.input_value(f"{card(written)} [data-reply] [name=body]") == "I am, and"
    page.problems.clear()


def test_only_my_discipline_shows_only_mine_of_what_comes(enter, omar, saskia):
    page = enter(saskia)
    page.select_option("#show", "mine")
    thread = write(omar)
    page.wait_for_selector(card(thread), timeout=SOON, state="attached")
    assert page.is_hidden(card(thread))


def test_a_page_that_was_not_seen_catches_up(enter, omar, saskia, web):
    """The stream is lost and the network too; what happened meanwhile is there when it is back."""
    page = enter(saskia)
    page.context.set_offline(True)
    thread = write(omar)
    page.wait_for_timeout(300)
    page.context.set_offline(False)
    page.wait_for_selector(card(thread), timeout=2 * SOON, state="attached")
    page.problems = [problem for problem in page.problems if "ERR_INTERNET_DISCONNECTED" not in problem]


def test_the_desk_says_how_many_came(enter, author, omar):
    page = enter(author, "desk/")
    write(omar)
    page.wait_for_selector("[data-arrived] >> text=1 new note", timeout=SOON)
    write(omar)
    page.wait_for_selector("[data-arrived] >> text=2 new notes", timeout=SOON)
    page.click("[data-arrived] button")
    page.wait_for_selector("#list a[data-id] >> nth=1")


def test_a_page_of_modes_that_changed_says_so(enter, author, omar):
    from reviews.rounds import change_modes

    page = enter(omar)
    change_modes(actor_of(author), omar.manuscript, {"visibility": "never"})
    page.wait_for_selector("[data-arrived] >> text=Something about this page has changed.", timeout=SOON)


def test_who_was_removed_is_told_at_once_and_who_was_signed_out_is_told_the_way_back(enter, author, omar, saskia, web):
    page, other = enter(omar), enter(saskia)
    page.click("[data-note-chapter]:visible")
    page.fill(".draft [name=body]", "Half a")
    remove_member(actor_of(author), omar)
    page.wait_for_selector("[data-arrived] >> text=no longer open to you. Your words are still", timeout=SOON)
    assert not page.locator("[data-arrived] button").count(), "no way leads back"
    page.set_viewport_size(SIZES["phone"])
    assert page.evaluate(ON_TOP), "the sheet in which they write does not cover it"
    assert page.input_value(".draft [name=body]") == "Half a"

    Session.objects.filter(pk=other.context.cookies(web.url)[0]["value"]).delete()
    other.click("[data-arrived] button >> text=Sign in again", timeout=SOON)
    other.wait_for_selector("dialog.renewal[open]")
    again = Client()
    again.force_login(saskia.user, backend="django.contrib.auth.backends.ModelBackend")
    session = again.cookies["sessionid"].value
    other.context.add_cookies([{"name": "sessionid", "value": session, "url": web.url}])
    other.evaluate("window.dispatchEvent(new Event('focus'))")
    other.wait_for_selector("dialog.renewal", state="detached")
    assert other.inner_text("[data-arrived]") == ""
    thread = write(author)
    other.wait_for_selector(card(thread), timeout=SOON, state="attached")
    page.problems = [problem for problem in page.problems if "409" not in problem]
    other.problems = [problem for problem in other.problems if "404" not in problem]


def test_where_no_stream_comes_through_it_is_asked_for(enter, omar, saskia, new_page, live_server):
    """As behind a proxy that answers at once: the development server has no streams."""
    client = Client()
    client.force_login(saskia.user, backend="django.contrib.auth.backends.ModelBackend")
    page = new_page()
    page.context.add_cookies(
        [{"name": "sessionid", "value": client.cookies["sessionid"].value, "url": live_server.url}]
    )
    page.clock.install()
    page.goto(f"{live_server.url}/m/the-night-shift/read/c1/")
    page.wait_for_selector("[data-ready]")
    thread = write(omar)
    page.clock.run_for(12000)
    page.wait_for_selector(card(thread), state="attached")

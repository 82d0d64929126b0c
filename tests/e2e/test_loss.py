"""Nothing typed is lost: a sample of what `scripts/bench loss` does hundreds of times."""

import re

import pytest
from django.contrib.sessions.models import Session

from benchmarks import _faults as faults
from benchmarks._cutting import Proxy
from benchmarks._writing import (
    ANSWER,
    DECISION,
    DESK_REPLY,
    EDIT,
    NOTE,
    REPLY,
    STORY,
    enter,
    kept,
    make_book,
    stored,
    wait_for,
)
from benchmarks.loss import held
from reviews import unsent
from reviews.models import Comment, UnsentNote
from tests.books import make_reader

pytestmark = [pytest.mark.e2e, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def desk(browser, live_server):
    made = faults.Desk(browser, Proxy(live_server.thread.port), make_book(8))
    yield made
    made.close()


def once(desk, fault, way, turn=0):
    words = fault(desk, way, turn)
    assert stored(words) == 1, (fault.__name__, way.name)


def test_a_cut_connection_loses_and_doubles_nothing(desk):
    once(desk, faults.cut_before, REPLY)
    once(desk, faults.cut_after, NOTE)
    once(desk, faults.cut_before, ANSWER)
    once(desk, faults.cut_after, EDIT)
    once(desk, faults.cut_after, DESK_REPLY)
    once(desk, faults.cut_before, DECISION)
    assert desk.proxy.cuts.made == ["before", "after", "before", "after", "after", "before"]


def test_what_could_not_be_sent_says_so_and_goes_by_itself(desk):
    page, words = faults.typed(desk, NOTE)
    desk.proxy.cuts.arm(NOTE.path, "after", "before")
    page.click(NOTE.submit)
    page.wait_for_selector(".draft .error:has-text('Not saved')")
    assert page.input_value(".draft [name=body]") == words
    page.wait_for_selector(".note.on:not(.draft)")
    assert stored(words) == 1


@pytest.mark.parametrize(
    "way, place, field",
    [(STORY, "", "#story-body"), (DESK_REPLY, "desk/", "#reply")],
    ids=["story", "desk reply"],
)
def test_words_typed_before_the_script_is_there_are_kept(desk, way, place, field):
    """On a slow line a page can be written in long before its modules have come."""
    page, words = desk.page(way.who), desk.words(way)
    held_back = []
    page.route(re.compile(r"/js/modules/(story|desk)\."), lambda route: held_back.append(route))
    desk.book.note(desk.book.others, "c1", "A note to be answered by its author.")
    page.goto(desk.book.path(place), wait_until="commit")
    page.fill(field, words)
    assert wait_for(page, lambda: held_back, 20_000)
    for route in held_back:
        route.continue_()
    assert wait_for(page, lambda: kept(words), 20_000)
    assert words in held(page)


def test_an_answer_typed_as_soon_as_the_questions_are_there_is_saved(desk):
    """They come by themselves, a moment before the script takes care of them."""
    page, words = desk.page("reader"), "typed at once, by hand: ä €"
    page.add_init_script(
        """document.addEventListener("htmx:afterSwap", () => {
             document.querySelector("#verdict textarea").focus();
             document.execCommand("insertText", false, "typed at once, by hand: ä €");
           }, { once: true })"""
    )
    page.goto(desk.book.path("read/c1/"))
    assert wait_for(page, lambda: stored(words), 20_000)


def test_without_what_makes_it_happen_once_this_is_noticed(desk, monkeypatch):
    monkeypatch.setattr(unsent, "send_once", lambda _member, _place, _what, send: send())
    assert stored(faults.cut_after(desk, NOTE, 0)) == 2


@pytest.mark.parametrize("way, turn", [(NOTE, 0), (REPLY, 1), (DESK_REPLY, 2)], ids=["password", "link", "other tab"])
def test_a_session_that_ended_is_renewed_in_place(desk, way, turn):
    once(desk, faults.expired, way, turn)


def test_a_token_that_changed_is_not_noticed(desk):
    for turn, way in enumerate((NOTE, ANSWER, DECISION)):
        once(desk, faults.new_token, way, turn)


def test_two_clicks_and_two_tabs_send_once(desk):
    once(desk, faults.double, REPLY, 0)
    once(desk, faults.double, NOTE, 1)


def test_an_hour_without_a_connection(desk):
    page, words = faults.typed(desk, NOTE)
    page.clock.install()
    page.context.set_offline(True)
    page.click(NOTE.submit)
    page.clock.run_for(2000)
    page.wait_for_selector(".draft .error:has-text('sent when you are back online')")
    page.clock.fast_forward("01:00:00")
    assert stored(words) == 0 and page.input_value(".draft [name=body]") == words
    page.context.set_offline(False)
    page.wait_for_selector(".note.on:not(.draft)")
    assert stored(words) == 1


def test_what_was_sent_offline_goes_from_another_page_after_the_tab_was_closed(desk):
    once(desk, faults.offline, STORY, 1)


def test_what_was_typed_offline_is_on_the_server_once_another_page_is_open(desk):
    page, words = faults.typed(desk, NOTE)
    place = page.get_attribute(".draft", "data-place")
    assert wait_for(page, lambda: UnsentNote.objects.filter(place=place, content__body=words).exists())
    page.context.set_offline(True)
    page.fill(".draft [name=body]", words + " And more, on the train.")
    page.close()
    page.context.set_offline(False)
    tab = desk.page("reader")
    tab.goto(desk.book.path("read/"))
    at = UnsentNote.objects.filter(place=place)
    assert wait_for(tab, lambda: at.filter(content__body=words + " And more, on the train.").exists())
    at.update(content={**at.get().content, "body": "Newer, of another device.", "at": 2**42})
    tab.reload()
    tab.wait_for_load_state("networkidle")
    assert at.get().content["body"] == "Newer, of another device."


def test_nothing_of_one_person_is_sent_or_shown_as_another(desk):
    page, words = faults.typed(desk, NOTE)
    other = make_reader(desk.book.manuscript, "Ines Moreau", "deployment")
    other.user.set_password("the-ferry-that-waited")
    other.user.save()
    tab = page.context.new_page()
    page.context.clear_cookies(name="sessionid")
    enter(tab, other)
    page.click(NOTE.submit)
    page.wait_for_selector(".draft .error:has-text('Someone else is signed in')")
    page.fill(".draft [name=body]", words + " More of it.")
    tab.goto(page.url)
    tab.wait_for_selector("[data-ready]")
    assert page.input_value(".draft [name=body]") == words + " More of it."
    assert "typed by hand" not in tab.content() and "typed by hand" not in held(tab)
    assert not Comment.objects.filter(body__contains="typed by hand").exists()


@pytest.mark.parametrize("way", [NOTE, ANSWER, DECISION], ids=lambda way: way.name)
def test_nothing_typed_is_left_in_the_browser_after_signing_out(desk, way):
    page, words = faults.typed(desk, way)
    assert words in held(page)
    tab = page.context.new_page()
    tab.goto("/account/")
    tab.click('form[action$="/logout/"] button')
    tab.wait_for_url(desk.proxy.url + "/")
    page.keyboard.type("x")  # the page that still stands open
    page.wait_for_timeout(300)
    assert "widemargin:" not in tab.evaluate("Object.keys(localStorage).join()") and "typed by hand" not in held(tab)
    tab.go_back()
    assert words not in tab.content()


def test_words_answered_in_another_window_are_shown_before_they_are_replaced(desk):
    page, words = desk.page("reader"), "Name the tools, typed by hand."
    tab = page.context.new_page()
    for window in (page, tab):
        window.goto(desk.book.path("read/c1/"))
        window.wait_for_selector("#verdict textarea")
    page.locator("#verdict textarea").first.fill(words)
    page.click(ANSWER.submit)
    assert wait_for(page, lambda: stored(words))
    tab.locator("#verdict textarea").first.fill("Other words.")
    tab.click(ANSWER.submit)
    tab.wait_for_selector(f"#verdict .error:has-text('{words}')")
    assert stored(words) == 1
    tab.click("#verdict .error button")
    assert wait_for(page, lambda: stored("Other words."))


def test_a_mailed_code_lets_somebody_in_again_on_the_page(desk, mailoutbox):
    page, words = faults.typed(desk, NOTE)
    Session.objects.all().delete()
    page.click(NOTE.submit)
    page.click("dialog.renewal [data-mail-code]")
    page.fill("dialog.renewal [name=code]", "WRONG-CODE")
    page.click("dialog.renewal [data-code] [type=submit]")
    page.wait_for_selector("dialog.renewal .error:not([hidden])")
    page.fill("dialog.renewal [name=code]", re.search(r"(?m)^\s+([A-Z0-9-]{6,})$", mailoutbox[-1].body)[1])
    page.click("dialog.renewal [data-code] [type=submit]")
    page.wait_for_selector(".note.on:not(.draft)")
    assert stored(words) == 1

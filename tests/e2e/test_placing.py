"""A detached note put in its place in a browser: by keyboard, by selected words, on a phone, in another chapter."""

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.test import Client

from tests.e2e.test_reading_room import SELECT, SIZES
from tests.reviews.test_carrying import BILL, HOURS, LEDGER, NIGHT, PAGER, WINDOW, Drafts, md

pytestmark = [pytest.mark.e2e, pytest.mark.django_db(transaction=True)]
AFTER = "Whoever signs for it sees mostly the price, and the years behind it."


@pytest.fixture
def book():
    held = Drafts(c1=md(NIGHT, PAGER, WINDOW), c2=md(BILL, HOURS, LEDGER))
    held.lost = held.note("c1-1", "whoever looks into it sees mostly the room")
    held.next(c1=md(NIGHT, PAGER, LEDGER), c2=md(BILL, HOURS, AFTER))
    assert held.stands(held.lost)[0] == "detached"
    return held


@pytest.fixture
def enter(new_page, live_server):
    """A page of the book as its author, or as `who`."""

    def go(book, path="read/c1/", size="wide", who=None, **options):
        client = Client()
        client.force_login((who or book.author).user, backend="django.contrib.auth.backends.ModelBackend")
        page = new_page(viewport=SIZES[size], has_touch=size == "phone", reduced_motion="reduce", **options)
        session = client.cookies["sessionid"].value
        page.context.add_cookies([{"name": "sessionid", "value": session, "url": live_server.url}])
        page.goto(f"{live_server.url}/m/the-night-shift/{path}")
        if path.startswith("read/") and options.get("java_script_enabled", True):
            page.wait_for_selector("[data-ready]")
        return page

    return go


def test_the_closest_passage_is_chosen_by_keyboard_and_taken_back(book, enter):
    page = enter(book)
    note = page.locator(f"#note-{book.lost.pk}")
    page.keyboard.press("j")
    note.locator("a[data-place]").press("Enter")
    page.wait_for_selector(".placing .cands")
    assert "alike" in note.inner_text()
    assert not Axe().run(page, {"include": [[".note.on"]]}).response["violations"]
    note.locator(".cands li", has_text="the years behind it").locator("button").press("Enter")
    page.wait_for_selector(".toast:not([hidden])")
    fate, key, words = book.stands(book.lost)
    assert (fate, key) == ("kept", "c2-1") and words in AFTER
    assert page.locator(f"#note-{book.lost.pk}").count() == 0
    page.get_by_role("button", name="Go there").click()
    page.wait_for_url("**/read/c2/**")
    page.wait_for_selector(f"#note-{book.lost.pk}.on")
    assert "Since draft 1.1" in page.locator(f"#note-{book.lost.pk}").inner_text()


def test_words_selected_in_the_chapter_and_undo(book, enter):
    page = enter(book)
    page.locator(f"#note-{book.lost.pk} .open").click()
    page.locator("a[data-place]").click()
    page.locator("[data-pick]").click()
    page.wait_for_selector(".picking:not([hidden])")
    page.evaluate(SELECT, ["three people kept", "c1-1"])
    page.get_by_role("button", name="Put the note here").click()
    page.wait_for_selector(".toast:not([hidden])")
    assert book.stands(book.lost) == ("kept", "c1-1", "three people kept")
    assert page.locator(".picking").is_hidden()
    page.locator(".toast").get_by_role("button", name="Undo").click()
    page.wait_for_selector(f"#note-{book.lost.pk}:not([data-start])")
    assert book.stands(book.lost)[0] == "detached"


def test_who_wrote_it_keeps_it_on_the_chapter_and_undoes_that_on_the_card(book, enter):
    page = enter(book, who=book.reader)
    note = page.locator(f"#note-{book.lost.pk}")
    note.locator(".open").click()
    note.locator("a[data-place]").click()
    note.get_by_role("button", name="Keep it on the chapter").click()
    page.locator(".toast").get_by_role("button", name="Undo").wait_for()
    assert book.stands(book.lost) == ("kept", None, None)
    assert "Kept on the chapter by hand in draft 1.1." in note.inner_text()
    assert not Axe().run(page, {"include": [[".note.on"]]}).response["violations"]
    note.get_by_role("link", name="Undo").press("Enter")
    page.get_by_text("The note stands where it stood before.").wait_for()
    assert book.stands(book.lost)[0] == "detached"
    assert note.get_by_role("link", name="Undo").count() == 0
    assert note.get_by_role("link", name="Put it on words").is_visible()


def test_a_note_that_went_to_another_chapter_is_fetched_back_from_the_toast(book, enter):
    page = enter(book, who=book.reader)
    note = page.locator(f"#note-{book.lost.pk}")
    note.locator(".open").click()
    note.locator("a[data-place]").click()
    note.locator(".cands li", has_text="the years behind it").locator("button").click()
    toast = page.locator(".toast")
    toast.get_by_role("button", name="Go there").wait_for()
    assert book.stands(book.lost)[1] == "c2-1" and note.count() == 0
    toast.get_by_role("button", name="Undo").click()
    page.wait_for_selector(f"#note-{book.lost.pk}.on")
    assert book.stands(book.lost)[0] == "detached"


def test_on_a_phone_the_margin_of_a_paragraph_is_tapped(book, enter):
    page = enter(book, size="phone")
    page.locator("[data-first]").click()
    page.locator("a[data-place]").click()
    page.wait_for_selector(".placing .cands")
    page.get_by_role("link", name="Pick the words myself").click()
    page.get_by_role("button", name="Note on this paragraph: The pager").click()
    page.wait_for_selector(".toast:not([hidden])")
    assert book.stands(book.lost) == ("kept", "c1-1", PAGER)


def test_the_words_are_picked_in_another_chapter(book, enter):
    page = enter(book, f"read/c2/?place={book.lost.pk}")
    page.wait_for_selector(".picking:not([hidden])")
    page.evaluate(SELECT, ["counted the hours", "c2-1"])
    page.get_by_role("button", name="Put the note here").click()
    page.wait_for_selector(f"#note-{book.lost.pk}.on")
    assert book.stands(book.lost) == ("kept", "c2-1", "counted the hours")


def test_the_desk_offers_the_closest_text_and_the_page_does_without_script(book, enter):
    page = enter(book, "desk/?fate=detached")
    page.wait_for_selector("#pane .cands")
    assert page.locator("#pane .cands b").first.inner_text() == "In its place"
    page.locator("#pane .cands button").first.click()
    page.wait_for_selector(".messages")
    assert book.stands(book.lost) == ("kept", "c1-1", LEDGER)
    page.locator("#pane").get_by_role("button", name="Undo").click()
    page.get_by_text("The note stands where it stood before.").wait_for()
    page.locator("#pane .cands li", has_text="the years behind it").locator("button").click()
    page.get_by_text("The note stands there now.").wait_for()
    assert book.stands(book.lost)[1] == "c2-1"
    plain = enter(book, f"notes/{book.lost.pk}/place/", java_script_enabled=False)
    plain.get_by_role("button", name="Undo the placing").click()
    plain.get_by_text("The note stands where it stood before.").wait_for()
    assert book.stands(book.lost)[0] == "detached"
    plain.get_by_text("Put it on words").wait_for()

"""The reading room in other manners: a book written from right to left, on paper, with letters of another size."""

import pytest

from manuscripts.models import Membership
from tests.state_scene import make_book_ar, session_of

pytestmark = [pytest.mark.e2e, pytest.mark.django_db(transaction=True)]

BOX = "at => (({ left, right }) => [left, right])(document.querySelector(at).getBoundingClientRect())"
RUNS = "element => getComputedStyle(element).direction"
PRESSED = "button:not(.open), a.btn, input, select, textarea, [role=toolbar], nav"


@pytest.fixture
def enter(new_page, live_server):
    """The Arabic book's first chapter, opened by its only reader."""

    def go(width=1440, height=900):
        book = make_book_ar()
        reader = Membership.objects.get(manuscript=book, role="reviewer")
        page = new_page(viewport={"width": width, "height": height}, has_touch=width < 720, reduced_motion="reduce")
        page.context.add_cookies([{"name": "sessionid", "value": session_of(reader), "url": live_server.url}])
        page.goto(f"{live_server.url}/m/{book.slug}/read/c1/")
        page.wait_for_selector("[data-ready]")
        return page

    return go


def test_from_right_to_left_everything_stands_on_the_other_side(enter):
    page = enter()
    text, notes, strip, margin = (page.evaluate(BOX, at) for at in ("#text", "#notes", ".strip", ".pm"))
    assert notes[1] <= text[0] < text[1] <= strip[0]
    assert notes[1] <= margin[0] and margin[1] <= text[0] + 5
    assert page.locator("#text").evaluate(RUNS) == "rtl"
    assert page.locator("#notes").evaluate(RUNS) == "ltr"
    words = page.locator(".note .txt")
    assert {each.inner_text().split()[0]: each.evaluate(RUNS) for each in words.all()} == {
        "Is": "ltr",
        "متى": "rtl",
        "أوضح.": "rtl",
    }
    page.keyboard.press("j")
    wire = page.locator(".wire path").bounding_box()
    assert wire["x"] >= notes[1] - 8 and wire["x"] + wire["width"] <= text[1]


def test_from_right_to_left_on_a_phone_the_margin_is_beside_the_text(enter):
    page = enter(390, 844)
    text, margin = page.evaluate(BOX, "#text"), page.evaluate(BOX, ".pm")
    assert margin[0] >= 0 and margin[1] - margin[0] >= 44 and margin[1] <= text[0] + 1
    page.locator(".pm").first.tap()
    assert page.locator(".draft .quote").evaluate(RUNS) == "rtl"
    page.fill(".draft [name=body]", "لماذا؟")
    assert page.locator(".draft [name=body]").evaluate(RUNS) == "rtl"
    page.fill(".draft [name=body]", "Why?")
    assert page.locator(".draft [name=body]").evaluate(RUNS) == "ltr"


@pytest.mark.parametrize("width", [1440, 390])
def test_on_paper_all_notes_are_whole_and_nothing_can_be_pressed(enter, width):
    page = enter(width)
    page.keyboard.press("j")
    page.emulate_media(media="print")
    assert [name for name in page.locator(PRESSED).all() if name.is_visible()] == []
    notes = page.locator(".note")
    assert notes.count() == 3 and all(note.is_visible() for note in notes.all())
    assert page.get_by_text("عند الفجر").is_visible()  # a reply, of a note that is not open
    assert page.locator(".note .sugg").is_visible()
    tops = [note.bounding_box() for note in notes.all()]
    assert all(box["y"] >= page.locator("#text").bounding_box()["height"] for box in tops)
    assert len(page.pdf()) > 10_000


def test_the_size_of_the_letters_is_said_and_kept(enter):
    page = enter()
    size = "getComputedStyle(document.querySelector('#text p')).fontSize"
    usual = page.evaluate(size)
    page.get_by_role("button", name="Text size").press("Enter")
    assert page.locator(".toast").inner_text() == "Larger text"
    larger = page.evaluate(size)
    assert float(larger[:-2]) > float(usual[:-2])
    page.reload()
    page.wait_for_selector("[data-ready]")
    assert page.evaluate(size) == larger

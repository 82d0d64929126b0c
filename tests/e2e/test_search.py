"""Search from the reading room in a real browser."""

import pytest
from axe_playwright_python.sync_playwright import Axe

from manuscripts.models import Placement
from tests.e2e.test_reading_room import draft, enter, omar, saskia  # noqa: F401 - fixtures
from tests.reviews.test_reading import note

pytestmark = [pytest.mark.e2e, pytest.mark.django_db(transaction=True)]

FOUND = "() => [...(CSS.highlights.get('m-found') ?? [])].map((range) => range.toString()).join('|')"


@pytest.mark.parametrize("size", ["wide", "phone"])
def test_words_are_searched_from_the_text_and_gone_to(enter, omar, saskia, size):  # noqa: F811
    theirs = note(saskia, words="night", body="Whose lantern is it?")
    page = enter(omar, size=size)
    page.locator("#main").focus()
    if size == "phone":
        page.get_by_role("link", name="Search").tap()
    else:
        page.keyboard.press("/")
    dialog = page.get_by_role("dialog", name="Search")
    assert dialog.get_by_role("searchbox").evaluate("field => field === document.activeElement")
    page.keyboard.type("LANTERN")
    dialog.get_by_text("Whose lantern is it?").wait_for()
    assert dialog.locator("mark").all_inner_texts() == ["lantern"]
    assert Axe().run(page).response["violations"] == []

    words = Placement.objects.get(section__key="c1-ops").text.text.split()
    word = max(words, key=len).strip(".,?!")
    dialog.get_by_role("searchbox").fill(word.upper())
    hit = dialog.locator(".found a").filter(has_text=word).first
    hit.tap() if size == "phone" else hit.click()
    page.wait_for_function(f"({FOUND})() === '{word}'")
    top = page.evaluate("() => [...CSS.highlights.get('m-found')][0].getBoundingClientRect().top")
    assert 0 < top < 844 and not dialog.is_visible()
    assert page.evaluate("() => document.activeElement.closest('section.sec')?.dataset.key") == "c1-ops"

    page.goto(page.url.split("#")[0])
    page.wait_for_selector("[data-ready]")
    page.get_by_role("link", name="Search").click()
    dialog.get_by_role("searchbox").fill("lantern")
    dialog.get_by_role("link", name="Whose lantern").click()
    page.locator(f"#note-{theirs.pk}").get_by_text("Whose lantern is it?").wait_for()


def test_what_was_found_is_gone_to_again_and_whatever_notes_are_shown(enter, omar, saskia):  # noqa: F811
    theirs = note(saskia, words="night", body="Whose lantern is it?")
    page = enter(omar)
    page.select_option("#show", "mine")
    page.keyboard.press("Tab")
    page.keyboard.press("/")
    page.keyboard.type("lantern")
    hit = page.get_by_role("link", name="Whose lantern")
    for _ in "again":
        hit.focus()
        page.keyboard.press("Enter")
        page.locator(f"#note-{theirs.pk}.on").get_by_text("Whose lantern is it?").wait_for()
        assert page.evaluate("() => document.activeElement.closest('.note')?.id") == f"note-{theirs.pk}"
        page.keyboard.press("Escape")
        page.wait_for_selector(".note.on", state="detached")
        page.keyboard.press("/")
    assert page.input_value("#show") == "all"


def test_escape_closes_and_the_focus_goes_back(enter, omar):  # noqa: F811
    page = enter(omar)
    opener = page.get_by_role("link", name="Search")
    opener.focus()
    page.keyboard.press("Enter")
    page.get_by_role("dialog", name="Search").wait_for()
    page.keyboard.type("lantern")
    page.keyboard.press("Escape")
    page.get_by_role("dialog", name="Search").wait_for(state="hidden")
    assert opener.evaluate("link => link === document.activeElement")


def test_without_script_search_is_a_page(enter, omar):  # noqa: F811
    page = enter(omar, path="search/", java_script_enabled=False)
    page.get_by_role("searchbox").fill("night")
    page.get_by_role("button", name="Search").click()
    assert page.locator(".found mark").first.inner_text().lower() == "night"

"""An author applies a suggestion from the desk and writes a section anew, in a browser; nothing typed is lost."""

import pytest
from axe_playwright_python.sync_playwright import Axe

from jobs import running
from jobs.models import Job
from manuscripts.models import Draft
from reviews.threads import NewThread, create_thread
from tests.books import actor_of, make_book, make_reader
from tests.e2e.test_drafts import shoot, sign_in

pytestmark = [pytest.mark.e2e, pytest.mark.django_db(transaction=True)]


def is_accessible(page):
    found = Axe().run(page, options={"resultTypes": ["violations"]}).response["violations"]
    assert not found, [(problem["id"], [node["html"][:120] for node in problem["nodes"]]) for problem in found]


def suggest(draft, words, replacement):
    omar = make_reader(draft.manuscript, f"Omar {words}", "it-operations")
    text = draft.placements.get(section__key="c1-1").text
    at = text.text.index(words)
    selector = {"start": at, "end": at + len(words)}
    new = NewThread(kind="suggestion", replacement=replacement, text_id=str(text.pk), selector=selector)
    return create_thread(actor_of(omar), draft.manuscript, new)[0]


def run_jobs():
    while waiting := list(Job.objects.waiting().values_list("pk", flat=True)):
        for pk in waiting:
            running.run(pk)


def test_applied_from_the_desk_and_edited_by_hand(live_server, new_page):
    draft = make_book()
    book = draft.manuscript
    first, second = suggest(draft, "night shift", "early shift"), suggest(draft, "the night", "this night")
    page = new_page(viewport={"width": 1440, "height": 900}, reduced_motion="reduce")
    sign_in(page, live_server, book)
    desk = f"{live_server.url}/m/{book.slug}/desk/"

    page.goto(f"{desk}?note={first.pk}")
    shoot(page, "desk-offer")
    page.get_by_role("button", name="Apply it to the text").click()
    page.get_by_text("Being written into the working draft").wait_for()
    run_jobs()
    page.get_by_text("Applied in the working draft").wait_for()  # the page looks by itself
    shoot(page, "desk-applied")

    page.goto(f"{desk}?note={second.pk}")
    page.get_by_role("button", name="Apply it to the text").click()
    both = page.locator("dl.both")
    assert "early shift" in both.inner_text() and "this night" in both.inner_text()
    shoot(page, "desk-overlap")
    is_accessible(page)
    page.get_by_role("link", name="Edit by hand").click()

    field = page.locator("#markdown")
    assert "the **early** shift" in field.input_value()
    page.get_by_text("The suggestion that led here").wait_for()
    written = field.input_value().replace("the **early** shift", "this **early** shift, or *late*")
    field.fill(written)
    page.on("dialog", lambda dialog: dialog.accept())
    page.reload()
    assert field.input_value() == written  # put back from this browser
    page.get_by_role("button", name="Preview").click()
    assert page.locator(".seen-as em").inner_text() == "late"
    assert field.input_value() == written
    shoot(page, "editor")
    is_accessible(page)
    page.set_viewport_size({"width": 390, "height": 844})
    page.emulate_media(color_scheme="dark")
    shoot(page, "editor-390-dark")
    is_accessible(page)
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    page.keyboard.press("Tab")
    field.press("Control+Enter")
    page.get_by_text("What you wrote is safe.").wait_for()
    run_jobs()
    page.get_by_text("Kept in the working draft.").wait_for()
    page.get_by_role("heading", name="2 edits").wait_for()
    shoot(page, "working-390-dark")
    is_accessible(page)
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    page.set_viewport_size({"width": 1440, "height": 900})
    page.emulate_media(color_scheme="light")
    shoot(page, "working")
    is_accessible(page)
    page.set_viewport_size({"width": 820, "height": 1100})
    shoot(page, "working-820")

    page.get_by_role("button", name="Take back").first.click()
    page.get_by_role("heading", name="One edit").wait_for()
    page.goto(f"{live_server.url}/m/{book.slug}/")
    shoot(page, "home-820")
    page.get_by_role("link", name="Open it as a correction").click()
    page.get_by_role("button", name="Publish correction 1.1").click()
    run_jobs()
    page.get_by_role("heading", name="Draft 1.1").wait_for()
    assert Draft.objects.get(number=2).state == "open"


def test_what_was_typed_stands_beside_what_someone_else_kept(live_server, new_page):
    draft = make_book()
    book = draft.manuscript
    page = new_page(viewport={"width": 1440, "height": 900}, reduced_motion="reduce")
    other = new_page()
    address = f"{live_server.url}/m/{book.slug}/drafts/working/sections/c1-ops/"
    for each in (page, other):
        sign_in(each, live_server, book)
        each.goto(address)
    other.locator("#markdown").fill("## For operations\n\nTheirs.")
    other.get_by_role("button", name="Keep it").click()
    other.get_by_text("What you wrote is safe.").wait_for()
    run_jobs()
    other.get_by_text("Kept in the working draft.").wait_for()
    page.locator("#markdown").fill("## For operations\n\nMine.")
    page.get_by_role("button", name="Keep it").click()
    page.get_by_text("Someone changed this section while you wrote.").wait_for()
    assert "Mine." in page.locator("#markdown").input_value()
    assert "Theirs." in page.locator("#current").input_value()
    shoot(page, "editor-beside")
    is_accessible(page)
    page.problems.clear()  # the answer 412 is noted by the browser
    page.get_by_role("button", name="Keep mine instead").click()
    page.get_by_text("What you wrote is safe.").wait_for()
    run_jobs()
    page.get_by_text("Kept in the working draft.").wait_for()
    page.goto(address)
    assert page.locator("#markdown").input_value() == "## For operations\n\nMine."

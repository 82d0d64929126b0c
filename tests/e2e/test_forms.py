"""In a real browser: forms that help where they can."""

import pytest

from manuscripts.models import Manuscript
from reviews.models import Question
from tests.cast import make_cast

pytestmark = [pytest.mark.e2e, pytest.mark.django_db(transaction=True)]


def enter(page, live_server, client, cast) -> None:
    session = cast.enter(client, "author").cookies["sessionid"].value
    page.context.add_cookies([{"name": "sessionid", "value": session, "url": live_server.url}])


@pytest.mark.parametrize("script, zone", [(True, "Europe/Oslo"), (False, "UTC")])
def test_a_new_manuscript_begins_in_the_browsers_time_zone(live_server, client, new_page, script, zone):
    cast = make_cast()
    page = new_page(timezone_id="Europe/Oslo", java_script_enabled=script)
    enter(page, live_server, client, cast)
    page.goto(f"{live_server.url}/m/new/")
    page.get_by_label("Title").fill("The Ferry That Waited")
    page.get_by_role("button", name="Begin").click()
    page.wait_for_url("**/drafts/new")
    assert Manuscript.objects.get(title="The Ferry That Waited").time_zone == zone


def test_the_account_has_the_first_say_about_the_time_zone(live_server, client, new_page):
    cast = make_cast()
    cast.users["author"].time_zone = "Asia/Tokyo"
    cast.users["author"].save()
    page = new_page(timezone_id="Europe/Oslo")
    enter(page, live_server, client, cast)
    page.goto(f"{live_server.url}/m/new/")
    assert page.get_by_label("Time zone").input_value() == "Asia/Tokyo"


def test_a_long_question_is_seen_whole_on_a_phone(live_server, client, new_page):
    cast = make_cast()
    page = new_page(viewport={"width": 390, "height": 800})
    enter(page, live_server, client, cast)
    page.goto(f"{live_server.url}/m/{cast.book.slug}/questions/")
    words = "What in these pages would you never let stand before the people you work with, and why is that so?"
    page.get_by_label("The question").fill(words.replace(", and", ",\nand"))
    page.get_by_role("radio", name="Words").check(force=True)
    page.locator(".add").get_by_label("the book").check(force=True)
    page.get_by_role("button", name="Ask it").click()
    page.get_by_text(words).wait_for()
    field = page.locator(f"#text-{Question.objects.get(text=words).pk}")  # one question is one line of text
    assert field.input_value() == words
    hidden = field.evaluate("field => field.scrollHeight - field.clientHeight")
    assert hidden <= 0


def test_enter_in_the_name_of_a_choice_keeps_it_and_makes_no_report(live_server, client, new_page):
    cast = make_cast()
    page = new_page()
    enter(page, live_server, client, cast)
    page.goto(f"{live_server.url}/m/{cast.book.slug}/reports/")
    page.locator(".keep summary").click()
    page.locator("#id_keep_as").fill("For Halvard")
    page.keyboard.press("Enter")
    page.locator("[id^=choice-] h3 >> nth=0").wait_for()
    assert cast.book.schedules.get().name == "For Halvard"
    assert not cast.book.reports.exists()

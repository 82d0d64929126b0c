"""The page that draws the API's description, in a real browser under the site's own policy."""

import pytest

from api.resources.docs import description

pytestmark = [pytest.mark.e2e, pytest.mark.django_db(transaction=True)]


def test_every_operation_is_drawn_and_nothing_is_blocked(live_server, page):
    page.goto(f"{live_server.url}/api/v1/docs/")
    page.wait_for_selector(".opblock")
    ways = sum(len(ways) for ways in description()["paths"].values())
    assert page.locator(".opblock").count() == ways
    page.locator(".opblock-summary-control", has_text="Post a note").click()
    page.get_by_role("button", name="Try it out").click()
    page.locator(".opblock select").first.wait_for()
    assert page.problems == []


def test_it_says_where_the_description_is_without_javascript(live_server, new_page):
    page = new_page(java_script_enabled=False)
    page.goto(f"{live_server.url}/api/v1/docs/")
    assert page.locator("noscript a").get_attribute("href") == "/api/v1/schema/"

"""The author's desk by keyboard alone: stepping, deciding, undoing; what is half typed stays with its note."""

import pytest
from django.test import Client

from reviews.models import Decision
from tests.books import make_book, make_reader
from tests.reports.test_collecting import author_of, say

pytestmark = [pytest.mark.e2e, pytest.mark.django_db(transaction=True)]


def test_deciding_by_keyboard(live_server, new_page):
    draft = make_book()
    omar = make_reader(draft.manuscript, "Omar Haddad", "it-operations")
    places = [("Nobody owns", "c1-1"), ("Who is awake?", "c1-1"), ("The pager does.", "c1-1")]
    notes = [say(draft, omar, words, body=f"On {words}", section=key) for words, key in places]
    client = Client()
    client.force_login(author_of(draft).user, backend="django.contrib.auth.backends.ModelBackend")
    page = new_page(viewport={"width": 1280, "height": 900})
    session = client.cookies["sessionid"].value
    page.context.add_cookies([{"name": "sessionid", "value": session, "url": live_server.url}])
    desk = f"{live_server.url}/m/{draft.manuscript.slug}/desk/"
    page.goto(desk)
    order = page.locator("#list a").evaluate_all("links => links.map(link => link.dataset.id)")
    assert sorted(order) == sorted(str(note.pk) for note in notes)

    def opened(pk):
        """Waits until the note is there and its heading has the focus: only then does the page listen to keys."""
        page.locator(f'#pane [data-note="{pk}"] h2:focus').wait_for()

    page.goto(f"{desk}?note={order[0]}")
    opened(order[0])
    page.keyboard.press("r")
    page.keyboard.type("Half a reply, w c l")
    page.keyboard.press("Escape")
    page.keyboard.press("j")
    opened(order[1])
    assert page.locator("#reply").input_value() == ""
    page.keyboard.press("k")
    opened(order[0])
    assert page.locator("#reply").input_value() == "Half a reply, w c l"

    page.keyboard.press("n")
    page.keyboard.type("It is meant so.")
    page.keyboard.press("Control+Enter")
    page.get_by_text("Decided: no change.").wait_for()
    opened(order[1])
    assert Decision.objects.get(thread=order[0]).reason == "It is meant so."
    page.keyboard.press("z")
    opened(order[0])
    assert not Decision.objects.exists()

    page.keyboard.press("d")
    page.keyboard.press("Control+Enter")  # nothing is chosen yet: nothing is sent
    assert page.evaluate("document.activeElement.name") == "duplicate_of"
    page.select_option("#duplicate_of", order[2])
    page.keyboard.press("Control+Enter")
    page.get_by_text("Decided: duplicate.").wait_for()
    assert Decision.objects.get().duplicate_of_id == int(order[2])
    opened(order[1])
    page.keyboard.press("r")
    page.keyboard.type("Thank you.")
    page.keyboard.press("Control+Enter")
    page.locator(".reply", has_text="Thank you.").wait_for()
    assert page.locator("#reply").input_value() == ""

"""In a real browser: the author invites, a reader comes in by the mailed link, the author takes the link back."""

import re

import pytest
from django.conf import settings
from django.core import mail

from manuscripts.models import Membership
from tests.cast import make_cast

pytestmark = [pytest.mark.e2e, pytest.mark.django_db(transaction=True)]


def test_asked_by_mail_in_by_the_link_out_at_once(live_server, client, new_page, run_jobs):
    cast = make_cast()
    people = f"{live_server.url}/m/{cast.book.slug}/people/"
    author = new_page(viewport={"width": 1280, "height": 900})
    session = cast.enter(client, "author").cookies["sessionid"].value
    author.context.add_cookies([{"name": "sessionid", "value": session, "url": live_server.url}])

    author.goto(people)
    author.get_by_label("One person a line").fill("Nora Falk, nora@falk.example, OPS")
    author.get_by_label("Minutes asked of each").fill("9")
    author.get_by_role("button", name="Show me what goes out").click()
    assert "Ada Quill asks for 9 minutes" in author.locator(".mailp").inner_text()
    assert mail.outbox == []
    author.get_by_role("button", name="Send one invitation").click()
    author.get_by_text("1 person invited.").wait_for()
    run_jobs()
    (message,) = mail.outbox
    path = re.search(re.escape(settings.BASE_URL) + r"(/i/\S+)", message.body)[1]

    reader = new_page(viewport={"width": 390, "height": 844})
    reader.goto(live_server.url + path)
    assert "Nora, is this section about your work?" in reader.locator("h1").inner_text()
    reader.get_by_role("button", name="Yes, open my section").click()
    assert reader.get_by_label("IT operations").is_checked()
    reader.get_by_label("Worker").check()
    reader.get_by_label("More than 10").check()
    reader.get_by_role("button", name="Save, and read").click()
    reader.wait_for_url(f"{live_server.url}/m/{cast.book.slug}/read/c1/#s-c1-ops")
    nora = Membership.objects.get(email="nora@falk.example")
    assert (nora.sphere, nora.years, nora.accepted is not None) == ("worker", 11, True)

    author.goto(people)
    row = author.locator(f"#p{nora.pk}")
    assert "Said yes" in row.inner_text()
    row.get_by_text("More", exact=True).click()
    row.get_by_role("button", name="End the personal link").click()
    author.get_by_text("The link opens nothing any more.").wait_for()
    assert reader.goto(f"{live_server.url}/m/{cast.book.slug}/").status == 404
    assert reader.goto(live_server.url + path).status == 404
    reader.problems.clear()  # the two 404s were expected

"""A person makes a report in a browser: waits, reads it, downloads the PDF; on a phone, in the dark, without script."""

import io

import pypdf
import pytest
from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
from django.contrib.sessions.backends.db import SessionStore

from reports.making import Wish, request_report
from reports.models import Report
from tests.books import actor_of, make_book, make_reader
from tests.reports.test_collecting import answer, say

pytestmark = [pytest.mark.e2e, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def draft(settings, tmp_path):
    """A draft with something said about it."""
    settings.REPORTS_DIR = tmp_path / "reports"
    draft = make_book()
    for name, value in (("Omar Haddad", 4), ("Ines Prado", 5), ("Tove Lund", 5)):
        reader = make_reader(draft.manuscript, name, "it-operations")
        answer(draft, reader, "value", "book", value)
        answer(draft, reader, "makes_sense", "chapter", "yes", key="c1")
        say(draft, reader, "The pager does.", body=f"So says {name}")
    return draft


def sign_in(page, live_server, draft):
    """The author's session in this browser."""
    user = draft.manuscript.memberships.get(role="author").user
    session = SessionStore()
    session[SESSION_KEY], session[HASH_SESSION_KEY] = str(user.pk), user.get_session_auth_hash()
    session[BACKEND_SESSION_KEY] = "django.contrib.auth.backends.ModelBackend"
    session.create()
    page.context.add_cookies([{"name": "sessionid", "value": session.session_key, "url": live_server.url}])


def test_make_wait_read_download(live_server, worker, page, draft):
    sign_in(page, live_server, draft)
    page.goto(f"{live_server.url}/m/{draft.manuscript.slug}/reports/")
    page.get_by_role("textbox", name="Covering note").fill("For my desk.")
    page.get_by_role("button", name="Make the report").click()
    page.get_by_role("heading", name="What one discipline made of draft 1").wait_for(timeout=30_000)
    assert "For my desk." in page.inner_text("main")
    page.get_by_text("1. The handover", exact=True).last.click()  # unfolds the chapter's notes
    assert page.get_by_text("So says Tove Lund").last.is_visible()
    with page.expect_download() as got:
        page.get_by_role("link", name="This report as PDF").click()
    text = "\n".join(p.extract_text() for p in pypdf.PdfReader(io.BytesIO(got.value.path().read_bytes())).pages)
    for words in ("So says Omar Haddad", "So says Ines Prado", "For my desk.", "4.7", "100%"):
        assert words in text


def test_the_first_page_follows_the_choices_and_what_was_typed_stays(live_server, page, draft):
    sign_in(page, live_server, draft)
    page.goto(f"{live_server.url}/m/{draft.manuscript.slug}/reports/")
    page.get_by_role("textbox", name="Covering note").fill("For my desk.")
    first = page.get_by_role("region", name="First page")
    first.get_by_text("All names: for your desk only").wait_for()
    page.get_by_label("Names", exact=True).select_option("none")
    first.get_by_text("No names, no disciplines beside quotes").wait_for()
    for box in page.locator(".chip input").all():
        box.uncheck(force=True)
    first.get_by_text("Choose at least one discipline.").wait_for()
    assert page.get_by_role("textbox", name="Covering note").input_value() == "For my desk."
    assert not Report.objects.exists()


def test_the_first_page_is_of_the_choices_that_the_way_back_brings_again(live_server, new_page, draft):
    page = new_page()
    sign_in(page, live_server, draft)
    page.goto(f"{live_server.url}/m/{draft.manuscript.slug}/reports/")
    page.get_by_label("Names", exact=True).select_option("none")
    first = page.get_by_role("region", name="First page")
    first.get_by_text("No names, no disciplines beside quotes").wait_for()
    page.goto(f"{live_server.url}/m/{draft.manuscript.slug}/")
    page.go_back()
    assert page.get_by_label("Names", exact=True).input_value() == "none"
    first.get_by_text("No names, no disciplines beside quotes").wait_for()


@pytest.mark.parametrize("script", [True, False])
def test_a_quote_is_left_out_and_taken_back_by_keys_on_its_own_button(live_server, run_jobs, new_page, draft, script):
    author = draft.manuscript.memberships.get(role="author")
    report = request_report(actor_of(author), draft.manuscript, Wish(formats=("json",)))
    run_jobs()
    page = new_page(java_script_enabled=script)
    sign_in(page, live_server, draft)
    page.goto(f"{live_server.url}/m/{draft.manuscript.slug}/reports/{report.pk}/")
    quoted = page.locator("#quoting-" + str(draft.manuscript.threads.earliest("pk").pk))
    leave_out = quoted.get_by_role("button", name="Leave out")
    for said, pressed in (("Left out of quotes in the next report", "true"), ("Taken back", "false")):
        leave_out.focus()
        page.keyboard.press("Enter")
        page.get_by_text(said).wait_for()
        assert leave_out.get_attribute("aria-pressed") == pressed
        if script:
            page.wait_for_function("document.activeElement.textContent.includes('Leave out')")
        else:
            assert page.url.endswith(quoted.get_attribute("id"))


@pytest.mark.parametrize(
    ("width", "scheme", "script"), [(375, "dark", True), (820, "light", False), (1440, "light", True)]
)
def test_nothing_runs_out_of_the_page(live_server, worker, new_page, draft, width, scheme, script):
    page = new_page(viewport={"width": width, "height": 900}, color_scheme=scheme, java_script_enabled=script)
    sign_in(page, live_server, draft)
    page.goto(f"{live_server.url}/m/{draft.manuscript.slug}/reports/")
    assert fits(page, width)
    page.get_by_role("button", name="Make the report").click()
    for _ in range(60):
        if Report.objects.filter(state="done").exists():
            break
        page.wait_for_timeout(500)
    page.goto(f"{live_server.url}/m/{draft.manuscript.slug}/reports/{Report.objects.get().pk}/")
    page.get_by_role("heading", name="What one discipline made of draft 1").wait_for()
    assert fits(page, width)


def fits(page, width):
    """Whether the page is no wider than the window (measured by Playwright, with or without script)."""
    return page.locator("main").bounding_box()["width"] <= width

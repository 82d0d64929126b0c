"""An author gets a draft in with a browser: uploads, waits, corrects, opens; on a phone, in the dark, scriptless."""

import os

import pytest
from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
from django.contrib.sessions.backends.db import SessionStore

from manuscripts.manuscripts import make_manuscript
from tests.books import make_author

pytestmark = [pytest.mark.e2e, pytest.mark.django_db(transaction=True)]
LONG = "The release had been ready since noon. It waited for a signature until Thursday. " * 6
BOOK = f"""Thanks to everyone who read the first pages.

# The handover nobody owns

{LONG}

{LONG}

## Deployment

The release had been ready since noon. It waited for a signature until Thursday.

# A change is a promise

{LONG}

## Business analysis

{LONG}

## IT operations

{LONG}

![A plan of the quay](https://example.org/plan.png)
"""
SECOND = BOOK.replace("since noon", "since ten", 3).replace("## Business analysis", "## Security\n\nNew.\n\n## Trades")


@pytest.fixture
def book(settings, tmp_path):
    settings.SOURCES_DIR, settings.IMAGES_DIR = tmp_path / "sources", tmp_path / "images"
    return make_manuscript(make_author(), "One System, Ten Trades")


def sign_in(page, live_server, book):
    """The author's session in this browser."""
    user = book.memberships.get(role="author").user
    session = SessionStore()
    session[SESSION_KEY], session[HASH_SESSION_KEY] = str(user.pk), user.get_session_auth_hash()
    session[BACKEND_SESSION_KEY] = "django.contrib.auth.backends.ModelBackend"
    session.create()
    page.context.add_cookies([{"name": "sessionid", "value": session.session_key, "url": live_server.url}])


def shoot(page, name):
    """A picture for people, where SHOTS names a folder."""
    if folder := os.environ.get("SHOTS"):
        page.screenshot(path=f"{folder}/{name}.png", full_page=True)


def send(page, live_server, book, name, text):
    page.goto(f"{live_server.url}/m/{book.slug}/drafts/new")
    page.set_input_files("#id_file", [{"name": name, "mimeType": "text/markdown", "buffer": text.encode()}])
    page.get_by_role("button", name="Upload").click()
    page.get_by_role("heading", name="before anyone sees it").wait_for(timeout=30_000)


def fits(page, seen):
    """Nothing runs out of the page at the side, once `seen` is there."""
    seen.wait_for(timeout=30_000)
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth + 1")


def test_upload_correct_open(live_server, worker, page, book):
    sign_in(page, live_server, book)
    page.goto(f"{live_server.url}/m/{book.slug}/drafts/new")
    shoot(page, "new")
    send(page, live_server, book, "book.md", BOOK)
    shoot(page, "preview")
    assert "The first draft" in page.inner_text("h1")
    page.get_by_label("Yes, make it the section of Deployment").check()
    page.get_by_role("button", name="Keep these answers").click()
    page.get_by_text("For Deployment", exact=True).wait_for()
    page.get_by_role("row", name="A change is a promise").get_by_role("link", name="Edit").click()
    page.get_by_label("Chapter, name").fill("A change is a vow")
    shoot(page, "edit")
    page.get_by_role("button", name="Keep", exact=True).click()
    page.get_by_role("row", name="2. A change is a vow").wait_for()
    page.get_by_role("row", name="1. The handover").get_by_role("link", name="Edit").click()
    page.get_by_role("link", name="Split it at a paragraph").click()
    page.get_by_role("radio").nth(1).check()
    page.get_by_label("Its name").fill("Between")
    shoot(page, "split")
    page.get_by_role("button", name="A chapter begins here").click()
    page.get_by_role("row", name="2. Between").wait_for()
    page.get_by_role("button", name="Open it", exact=True).click()
    page.get_by_role("heading", name="Draft 1").wait_for(timeout=30_000)
    send(page, live_server, book, "book2.md", SECOND)
    shoot(page, "second")
    assert "“Trades” is new. Is it “Business analysis” under a new name?" in page.inner_text("main")
    page.get_by_label("A correction, 1.1").check()
    assert page.get_by_role("button", name="Publish correction 1.1").is_visible()


@pytest.mark.parametrize(
    ("width", "scheme", "script"), [(375, "dark", True), (820, "light", False), (1440, "dark", True)]
)
def test_nothing_runs_out_of_the_page(live_server, worker, new_page, book, width, scheme, script):
    page = new_page(viewport={"width": width, "height": 900}, color_scheme=scheme, java_script_enabled=script)
    sign_in(page, live_server, book)
    page.goto(f"{live_server.url}/m/{book.slug}/drafts/new")
    fits(page, page.get_by_role("heading", name="The first draft", exact=True))
    page.set_input_files("#id_file", [{"name": "b.md", "mimeType": "text/markdown", "buffer": BOOK.encode()}])
    page.get_by_role("button", name="Upload").click()
    seen = page.get_by_role("heading", name="The first draft, before anyone sees it")
    waiting = page.get_by_role("link", name="Look again")
    while not script:
        seen.or_(waiting).first.wait_for()
        if seen.count():
            break
        waiting.click()
    fits(page, seen)
    page.get_by_role("link", name="Edit").first.click()
    fits(page, page.get_by_label("Chapter, name"))
    shoot(page, f"preview-{width}-{scheme}")

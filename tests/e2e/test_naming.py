"""Naming someone by @ while writing, by keys and by touch, and what the named person then finds."""

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.test import Client

from manuscripts.modes import Anonymity
from reviews.models import Comment, Mention
from reviews.threads import NewThread, create_thread
from tests.books import actor_of, make_book, make_reader
from tests.e2e.test_reading_room import wait_for

pytestmark = [pytest.mark.e2e, pytest.mark.django_db(transaction=True)]

HOME = "/m/the-night-shift/"
SASKIA = "Information security 2"


@pytest.fixture
def people():
    """Two readers under pseudonyms, each of whom has written on the first chapter."""
    manuscript = make_book(anonymity=Anonymity.PEERS).manuscript
    omar = make_reader(manuscript, "Omar Haddad", "it-operations")
    saskia = make_reader(manuscript, "Saskia Vos", "information-security")
    for member, body in ((omar, "The night is long."), (saskia, "Ours is shorter.")):
        create_thread(actor_of(member), manuscript, NewThread(kind="comment", body=body, chapter="c1"))
    return omar, saskia


@pytest.fixture
def enter(new_page, live_server):
    def at(member, path, **options):
        page = new_page(reduced_motion="reduce", **options)
        client = Client()
        client.force_login(member.user, backend="django.contrib.auth.backends.ModelBackend")
        session = client.cookies["sessionid"].value
        page.context.add_cookies([{"name": "sessionid", "value": session, "url": live_server.url}])
        page.goto(live_server.url + HOME + path)
        if path:
            page.wait_for_selector("[data-ready]")
        return page

    return at


def violations(page) -> list[str]:
    found = Axe().run(page, options={"resultTypes": ["violations"]}).response["violations"]
    return [f"{problem['id']}: {problem['nodes'][0]['html'][:160]}" for problem in found]


def test_a_reply_names_a_reader_by_keys_alone(people, enter):
    omar, saskia = people
    asked = []
    page = enter(omar, "read/c1/", viewport={"width": 1440, "height": 900})
    page.on("request", lambda request: asked.append(request.url) if "/names/" in request.url else None)
    page.locator(".note", has_text="Ours is shorter.").locator(".open").press("Enter")
    field = page.get_by_role("textbox", name="Reply")
    field.focus()
    page.keyboard.type("Hello a@b, is it @")
    offered = page.locator(".names-offered [role=option]")
    offered.first.wait_for()
    assert offered.all_inner_texts() == ["Ada Lindqvist\nauthor", SASKIA]
    assert page.get_by_role("listbox", name="Who is meant").count() == 1
    assert field.get_attribute("aria-activedescendant") == offered.first.get_attribute("id")
    for theme in ("light", "dark"):
        page.emulate_media(color_scheme=theme)
        assert violations(page) == []
    page.keyboard.press("ArrowDown")
    assert page.locator(".names-offered [aria-selected=true]").inner_text() == SASKIA
    page.keyboard.press("Escape")
    assert offered.count() == 0 and field.is_visible()  # the note stays open
    page.keyboard.type("sec")
    assert offered.all_inner_texts() == [SASKIA]
    page.keyboard.press("Enter")
    assert field.input_value() == f"Hello a@b, is it @{SASKIA} " and offered.count() == 0
    page.keyboard.type("?")
    page.locator("[data-reply] button[type=submit]").click()
    comment = wait_for(page, lambda: Comment.objects.filter(body=f"Hello a@b, is it @{SASKIA} ?").first())
    assert [m.member for m in Mention.objects.filter(comment=comment)] == [saskia]
    assert len(asked) == 1

    hers = enter(saskia, "", viewport={"width": 1440, "height": 900})
    told = hers.get_by_role("region", name="New for you")
    assert "IT operations 1" in told.inner_text() and "Omar" not in hers.inner_text("body")
    assert violations(hers) == []
    told.get_by_role("link", name="named you").click()
    hers.wait_for_selector("[data-ready]")
    hers.locator(".note.on").get_by_text("Names you").wait_for()
    hers.locator(".note.on").get_by_role("button", name="Stop following").click()
    hers.locator(".note.on").get_by_role("button", name="Follow", exact=True).wait_for()
    hers.goto(hers.url.partition("read/")[0])
    told.get_by_role("button", name="Mark as read").click()
    told.get_by_role("button", name="Undo").wait_for()
    assert told.get_by_role("listitem").count() == 0
    told.get_by_role("button", name="Undo").click()
    told.get_by_role("link", name="named you").wait_for()


def test_a_new_note_names_a_reader_by_touch_on_a_phone(people, enter):
    omar, saskia = people
    size = {"width": 390, "height": 844}
    page = enter(omar, "read/c1/", viewport=size, has_touch=True, is_mobile=True, color_scheme="dark")
    page.get_by_role("button", name="Chapter note").tap()
    field = page.get_by_role("textbox", name="Your note")
    field.tap()
    page.keyboard.type("What does @inf")
    option = page.get_by_role("option", name=SASKIA)
    option.wait_for()
    box = option.bounding_box()
    assert box["height"] >= 44 and box["x"] >= 0 and box["x"] + box["width"] <= 390 and box["y"] + box["height"] <= 844
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    assert violations(page) == []
    option.tap()
    assert field.input_value() == f"What does @{SASKIA} "
    assert field.evaluate("(field) => field === document.activeElement")
    page.get_by_role("button", name="Save").tap()
    wait_for(page, lambda: Mention.objects.filter(member=saskia).first())

"""A reader on a phone, by touch: what is said where the eye is, and what stays out of the way."""

import pytest

from manuscripts.manuscripts import make_manuscript
from reviews.models import Answer, Thread
from reviews.threads import NewThread, create_thread
from tests.books import actor_of, make_author, make_draft, make_reader, open_at_once
from tests.e2e.test_reader_journeys import draft, hand, omar, saskia  # noqa: F401 - fixtures
from tests.e2e.test_reading_room import wait_for
from tests.reviews.test_since import next_draft, read

pytestmark = [pytest.mark.e2e, pytest.mark.django_db(transaction=True)]

HOME, ROOM = "/m/the-night-shift/", "/m/the-night-shift/read/c1/"


@pytest.fixture
def phone(hand):  # noqa: F811
    return lambda member, path=ROOM: hand(390, path, member)


def test_an_accidental_tap_leaves_nothing_behind_and_typed_words_are_kept(phone, omar):  # noqa: F811
    at = phone(omar)
    page = at.page
    at.press("[data-first]")
    assert "No one has marked this chapter yet" in page.inner_text(".toast")
    at.press(".pm")
    at.press("[data-close]")
    page.locator(".draft").wait_for(state="detached")
    at.press(".pm")
    page.fill(".draft [name=body]", "Not yet.")
    at.press("[data-close]")
    page.locator(".toast", has_text="Your words are kept here.").wait_for()
    at.press("[data-first]")
    assert page.input_value(".draft.on [name=body]") == "Not yet."


def test_the_margin_opens_the_note_that_was_begun_there_and_is_not_sent_yet(phone, omar):  # noqa: F811
    at = phone(omar)
    passage = at.page.get_by_role("button", name="Who is awake?")
    at.press(passage)
    at.page.fill(".draft [name=body]", "Half a thou")
    wait_for(at.page, lambda: omar.unsent_notes.count())
    at.press("[data-close]")
    for _ in range(2):
        at.press(passage)
        assert at.page.input_value(".draft.on [name=body]") == "Half a thou"
        assert at.page.locator(".draft").count() == 1
        at.page.reload()
        at.page.wait_for_selector(".draft", state="attached")
    assert omar.unsent_notes.count() == 1


def test_an_unsent_note_is_opened_in_its_place(phone, omar):  # noqa: F811
    at = phone(omar)
    at.press(at.page.get_by_role("button", name="Who is awake?"))
    at.page.fill(".draft [name=body]", "Half a thou")
    wait_for(at.page, lambda: omar.unsent_notes.count())
    at = phone(omar, HOME)
    at.link("Open there")
    at.page.wait_for_selector(".draft.on")
    body = at.page.locator(".draft.on [name=body]")
    assert body.input_value() == "Half a thou" and body.evaluate("(field) => field === document.activeElement")
    words, sheet = (at.page.get_by_text("Who is awake?").first.bounding_box(), at.page.locator(".notes").bounding_box())
    assert 0 < words["y"] < sheet["y"]


def test_a_composer_fits_above_a_keyboard(phone, omar):  # noqa: F811
    at = phone(omar)
    page = at.page
    assert "resizes-content" in page.get_attribute("meta[name=viewport]", "content")
    page.set_viewport_size({"width": 390, "height": 420})
    at.press(".pm")
    page.locator(".notes.up").wait_for()
    boxes = [page.locator(what).bounding_box() for what in (".sheetbar", ".draft [name=body]", ".draft [type=submit]")]
    assert boxes[0]["y"] > 0 and boxes[-1]["y"] + boxes[-1]["height"] <= 420


def test_a_note_that_the_address_names_is_shown_from_its_head(phone, draft, omar, saskia):  # noqa: F811
    long = NewThread("comment", "It is a long one.\n\n" * 30, chapter="c1")
    note, _made = create_thread(actor_of(saskia), draft.manuscript, long)
    page = phone(omar, f"{ROOM}#note-{note.pk}").page
    bar = page.locator(".sheetbar").bounding_box()
    assert page.locator(".note.on .by").bounding_box()["y"] >= bar["y"] + bar["height"]


def test_the_size_of_the_letters_is_in_the_contents(phone, omar):  # noqa: F811
    at = phone(omar)
    size = "getComputedStyle(document.querySelector('#text')).fontSize"
    before = at.page.evaluate(size)
    at.press(".phonebar [data-contents]")
    at.press("#contents [data-size]")
    assert float(at.page.evaluate(size)[:-2]) > float(before[:-2])


def test_the_bar_counts_the_changes(phone, draft, omar):  # noqa: F811
    read(omar, "c1")
    next_draft(draft)
    page = phone(omar).page
    page.locator(".phonebar", has_text="2 changes").wait_for()
    for width in (390, 320):  # its words stand on one line each
        page.set_viewport_size({"width": width, "height": 640})
        tops = page.locator(".phonebar svg").evaluate_all(
            "(all) => all.map((icon) => icon.getBoundingClientRect().top)"
        )
        assert len(set(tops)) == 1 and page.evaluate("document.documentElement.scrollWidth") == width


def test_an_answer_says_that_it_is_saved_beside_its_question(phone, omar):  # noqa: F811
    at = phone(omar)
    question = at.page.locator("#verdict .ask", has=at.page.locator(".opts.five")).first
    at.press(question.locator("label", has_text="4"))
    wait_for(at.page, lambda: Answer.objects.filter(value="4").exists())
    at.page.locator("#verdict .q[data-saved^='Saved at']").wait_for()
    said = question.locator(".q").evaluate("(q) => getComputedStyle(q, '::after').content")
    assert "Saved at" in said and question.get_by_role("radio", name="4").is_checked()


def test_what_leads_from_the_text_to_its_questions_stands_clear_of_the_words(phone):
    manuscript = make_manuscript(make_author(), "Two Trades")
    own = ("c1-ops", "it-operations", "## For IT operations\n\nKeep a list.")
    other = ("c1-sec", "information-security", "## For information security\n\nAsk of each door whom it lets in.")
    open_at_once(make_draft(manuscript, {"c1": ("The night", [("c1-1", None, "# The night\n\nNobody."), own, other])}))
    page = phone(make_reader(manuscript, "Nora Falk", "it-operations"), "/m/two-trades/read/c1/").page
    above = page.locator("[data-key=c1-ops] p").bounding_box()
    assert page.locator(".step-end .btn").bounding_box()["y"] - above["y"] - above["height"] >= 12


def test_the_ends_of_the_scale_are_named_where_its_words_have_no_room(phone, omar):  # noqa: F811
    page = phone(omar, HOME).page
    assert page.locator("[aria-labelledby=book] .ends").is_visible()


def test_what_agreeing_means_is_said_of_each_kind(phone, draft, omar, saskia):  # noqa: F811
    for new in (
        NewThread("reaction", reaction="disagree", chapter="c1"),
        NewThread("experience", "At sea.", chapter="c1"),
    ):
        create_thread(actor_of(saskia), draft.manuscript, new)
    at = phone(omar)
    at.press("[data-first]")
    at.button("Me too")
    at.page.locator(".note.on .what", has_text="2 readers disagree").wait_for()
    assert Thread.objects.get(kind="reaction").agreements.count() == 1
    at.press("[data-next]")
    at.page.get_by_role("button", name="Same here").wait_for()


@pytest.mark.parametrize("height", [640, 844])
def test_a_link_to_the_questions_shows_them(phone, omar, height):  # noqa: F811
    page = phone(omar, HOME).page
    page.set_viewport_size({"width": 390, "height": height})
    page.goto(page.url.partition("/m/")[0] + f"{ROOM}#verdict")
    page.wait_for_selector("#verdict fieldset")
    page.wait_for_selector("[data-ready]")
    page.wait_for_function("() => document.querySelector('#verdict').getBoundingClientRect().top < 160")


def test_a_page_opens_on_its_passage_at_once(new_page, live_server, omar):  # noqa: F811
    from django.test import Client

    client = Client()
    client.force_login(omar.user, backend="django.contrib.auth.backends.ModelBackend")
    page = new_page(viewport={"width": 390, "height": 500}, has_touch=True, is_mobile=True)
    session = client.cookies["sessionid"].value
    page.context.add_cookies([{"name": "sessionid", "value": session, "url": live_server.url}])
    page.goto(f"{live_server.url}{ROOM}", wait_until="commit")
    behaviour = "getComputedStyle(document.documentElement).scrollBehavior"
    page.wait_for_selector("#text")
    page.wait_for_selector("[data-ready]")
    assert page.evaluate(behaviour) == "smooth"
    assert page.evaluate(f"delete document.documentElement.dataset.settled, {behaviour}") == "auto"

"""A reader's journeys in a real browser, as wide as a desk, a tablet and a phone, by mouse, touch and keys alone."""

import pytest
from django.conf import settings
from django.test import Client

from manuscripts.models import Event, Membership
from manuscripts.permissions import Actor
from reviews.invitations import invite, personal_link
from reviews.models import Answer, Comment, Invitation, Review, Thread
from reviews.threads import NewThread, create_thread
from tests.books import actor_of, make_book, make_reader
from tests.e2e.test_reading_room import SELECT, wait_for

pytestmark = [pytest.mark.e2e, pytest.mark.django_db(transaction=True)]

WIDTHS = {1440: 900, 820: 1180, 390: 844}
widths = pytest.mark.parametrize("width", WIDTHS)


class Hand:
    """Presses things in a page, with a finger where there is a touch screen, and counts."""

    def __init__(self, page, touch: bool):
        self.page, self.touch, self.presses = page, touch, 0

    def press(self, thing) -> None:
        target = self.page.locator(thing) if isinstance(thing, str) else thing
        target.first.tap() if self.touch else target.first.click()
        self.presses += 1

    def button(self, name: str) -> None:
        self.press(self.page.get_by_role("button", name=name))

    def link(self, name: str) -> None:
        self.press(self.page.get_by_role("link", name=name))


@pytest.fixture
def draft():
    return make_book()


@pytest.fixture
def hand(new_page, live_server):
    """A hand on the page of an address; `member` is signed in there."""

    def at(width: int, path: str, member=None) -> Hand:
        touch = width < 1000
        size = {"width": width, "height": WIDTHS[width]}
        page = new_page(viewport=size, has_touch=touch, is_mobile=width == 390, reduced_motion="reduce")
        if member:
            client = Client()
            client.force_login(member.user, backend="django.contrib.auth.backends.ModelBackend")
            session = client.cookies["sessionid"].value
            page.context.add_cookies([{"name": "sessionid", "value": session, "url": live_server.url}])
        page.goto(live_server.url + path)
        if "/read/" in path:
            page.wait_for_selector("[data-ready]")
        return Hand(page, touch)

    return at


@pytest.fixture
def nora(draft):
    """Someone who was invited for nine minutes and has not opened the link yet."""
    author = draft.manuscript.memberships.get(role="author")
    row = {"name": "Nora Falk", "disciplines": ["it-operations"], "minutes": 9}
    return invite(Actor(user=author.user), draft.manuscript, [row])[0].membership


@pytest.fixture
def omar(draft):
    return make_reader(draft.manuscript, "Omar Haddad", "it-operations", minutes=10)


@pytest.fixture
def saskia(draft):
    return make_reader(draft.manuscript, "Saskia Vos", "information-security")


def link_of(member) -> str:
    return personal_link(member).removeprefix(settings.BASE_URL)


def fits(page) -> bool:
    return page.evaluate("document.documentElement.scrollWidth <= innerWidth")


# The invitation


@widths
def test_from_the_link_to_the_first_rating_in_six_presses_and_no_typing(hand, nora, width):
    at = hand(width, link_of(nora))
    at.button("Yes, open my section")
    at.link("Skip, and read")
    at.page.wait_for_selector("#verdict fieldset")
    at.page.wait_for_selector("[data-ready]")
    assert at.page.url.endswith("/read/c1/#s-c1-ops") and at.page.locator("#s-c1-ops").is_visible()
    if width == 390:
        at.link("Rate")
    at.press(at.page.locator("#verdict .opts.five label", has_text="4"))
    answer = wait_for(at.page, lambda: Answer.objects.filter(member=nora).first())
    assert (answer.value, answer.section.key, answer.question.code) == ("4", "c1-ops", "value")
    assert at.presses <= 6 and fits(at.page)


@widths
def test_the_profile_is_a_tap_each_and_knows_what_is_not_listed(hand, nora, width):
    at = hand(width, link_of(nora))
    at.button("Yes, open my section")
    page = at.page
    assert page.get_by_label("IT operations").is_checked() and not page.get_by_label("Call it what").is_visible()
    at.press(page.get_by_text("Mine is not listed"))
    page.get_by_label("Call it what").fill("Site reliability")
    at.press(page.get_by_text("Manager", exact=True))
    at.press(page.get_by_text("3 to 10"))
    at.button("Save, and read")
    page.wait_for_url("**/read/c1/#s-c1-ops")
    nora.refresh_from_db()
    assert (nora.sphere, nora.years) == ("manager", 5)
    assert sorted(d.code for d in nora.disciplines.all()) == ["OPS", "SR"]


@widths
def test_not_me_a_colleague_and_not_this_time(hand, nora, width):
    at = hand(width, link_of(nora))
    page = at.page
    at.press(page.locator("summary", has_text="I am not Nora Falk"))
    page.get_by_label("Your name").fill("Lou Marsh")
    page.get_by_label("What you do").fill("I run the night desk.")
    at.button("Ask for a link of my own")
    page.get_by_text("may send you one of your own").wait_for()
    at.press(page.locator("summary", has_text="Suggest a colleague"))
    page.get_by_label("Their name").fill("Lea Brandt")
    at.button("Suggest them")
    page.get_by_text("decides whether to ask them").wait_for()
    at.press(page.locator("summary", has_text="Not this time"))
    at.press(page.get_by_text("Not my subject"))
    at.press(page.get_by_label("Ask me again at the next draft"))
    at.button("Decline, and tell")
    page.get_by_text("Should you change your mind").wait_for()
    assert [(e.kind, e.data["name"]) for e in Event.objects.filter(kind__startswith="invitation.").order_by("pk")] == [
        ("invitation.not_me", "Lou Marsh"),
        ("invitation.colleague", "Lea Brandt"),
    ]
    said = Invitation.objects.get(membership=nora)
    assert (said.state, said.decline_reason, said.ask_next) == ("declined", "Not my subject", False)
    assert fits(page)


# Home and the path


@widths
def test_the_path_is_walked_to_its_end_from_step_to_step(hand, omar, width):
    at = hand(width, "/m/the-night-shift/", omar)
    page = at.page
    page.get_by_text("Omar, about 8 minutes").wait_for()
    assert fits(page)
    at.press(page.locator(".path li", has_text="1. The handover").get_by_role("button", name="Skip"))
    page.locator(".path li.skipped", has_text="1. The handover").wait_for()
    at.press(page.locator(".path li.skipped").get_by_role("button", name="Undo"))
    page.locator(".path li.skipped").wait_for(state="detached")
    at.link("Open my page")
    page.wait_for_selector("#verdict fieldset")
    own = page.locator("#verdict section").first
    at.press(own.locator(".opts.five label", has_text="5"))
    at.press(own.get_by_text("It makes sense"))
    at.press(page.locator("#verdict section").nth(1).get_by_text("Partly"))
    wait_for(page, lambda: Answer.objects.filter(member=omar).count() == 3)
    at.link("Next: 2. The promise, 2 min")
    page.wait_for_url("**/read/c2/")
    page.wait_for_selector("#verdict fieldset")
    at.button("Skip the rest here")
    page.wait_for_url("**/m/the-night-shift/#book")
    at.press(page.locator("[aria-labelledby=book] .opts.five label", has_text="3"))
    wait_for(page, lambda: Answer.objects.filter(member=omar, scope="book", value="3").exists())
    page.reload()
    states = [item.split()[0] for item in page.locator(".path .m").all_inner_texts()]
    assert states == ["read", "answered", "answered", "skipped", "answered"]
    assert "Everything that you did not skip is answered." in page.inner_text("[aria-labelledby=finish]")
    at.press(page.locator("#finish ~ form").get_by_role("button", name="Submit my review"))
    page.get_by_text("You have submitted your review.").wait_for()
    assert Review.objects.get(member=omar).state == "submitted"


@widths
def test_home_tells_a_story_names_a_colleague_and_stops(hand, omar, width):
    at = hand(width, "/m/the-night-shift/", omar)
    page = at.page
    page.get_by_label("What happened?").fill(" ")
    at.button("Send the story")
    page.get_by_role("alert").get_by_text("Write something first.").wait_for()
    assert page.evaluate("document.activeElement.id + document.activeElement.ariaInvalid") == "story-bodytrue"
    page.problems.clear()  # the browser reports the refusal
    page.get_by_label("What happened?").fill("We lost the list with the door it was taped to.")
    at.press(page.get_by_text("Unnamed", exact=True))
    at.button("Send the story")
    page.locator("[aria-labelledby=became]").get_by_text("We lost the list").wait_for()
    page.get_by_text("Sent. It stands under “What became of your notes”.").wait_for()
    story = Thread.objects.get()
    assert (story.kind, story.scope, story.visibility, story.quote_permission) == (
        "experience",
        "book",
        "authors",
        "unnamed",
    )
    at.press(page.locator("summary", has_text="Suggest a colleague"))
    page.get_by_label("Their name").fill("Lea Brandt")
    at.button("Suggest them")
    page.get_by_text("decides whether to ask them.").wait_for()
    at.press(page.locator("summary", has_text="Stop reading this draft"))
    at.press(page.get_by_text("Not my subject"))
    at.button("Stop reading, and tell the author")
    page.get_by_text("You have stopped reading this draft.").wait_for()
    assert Review.objects.get(member=omar).state == "declined" and page.locator(".path").count() == 0
    at.button("Read on after all")
    page.locator(".path").wait_for()
    assert fits(page)


@widths
def test_what_is_unsent_is_found_finished_and_sent(hand, omar, width):
    content = {
        "mark": "comment",
        "body": "Half a thou",
        "chapter": "c1",
        "fields": {"kind": "comment", "chapter": "c1", "body": "Half a thou"},
    }
    omar.unsent_notes.create(place="note:1", content={**content, "member": omar.pk})
    at = hand(width, "/m/the-night-shift/", omar)
    at.link("One note is not sent yet.")
    at.press(at.page.locator(".uns").get_by_role("button", name="Send"))
    at.page.locator("[aria-labelledby=became]").get_by_text("Half a thou").wait_for()
    assert Comment.objects.get().body == "Half a thou" and not at.page.locator(".uns").count()


# Reading


@widths
def test_noting_without_selecting_reacting_and_suggesting(hand, omar, width):
    at = hand(width, "/m/the-night-shift/read/c1/", omar)
    page = at.page
    paragraph = page.get_by_role("button", name="Who is awake?")
    if not at.touch:
        page.get_by_text("Who is awake?").first.hover()
    at.press(paragraph)
    page.fill(".draft [name=body]", "Nobody on a Sunday.")
    at.press(".draft [type=submit]")
    note = wait_for(page, lambda: Thread.objects.first())
    assert (note.exact, note.kind) == ("Who is awake?", "comment")
    page.wait_for_selector(".note.on:not(.draft)")
    if at.touch:
        at.press("[data-close]")
    page.evaluate(SELECT, ["The pager does.", "c1-1"])
    at.press(".marker:not([hidden]) [data-do=confusing]")
    wait_for(page, lambda: Thread.objects.filter(reaction="confusing").exists())
    page.wait_for_selector(".note[data-kind=confusing].on")
    if at.touch:
        at.press("[data-close]")
    page.evaluate(SELECT, ["Nobody owns", "c1-1"])
    at.press(".marker:not([hidden]) [data-do=suggest]")
    page.fill(".draft [name=replacement]", "No one owns")
    at.press(".draft [type=submit]")
    wait_for(page, lambda: Thread.objects.filter(replacement="No one owns").exists())
    assert fits(page)


@widths
def test_other_sections_are_a_press_away_and_home_too(hand, omar, width):
    at = hand(width, "/m/the-night-shift/read/c1/", omar)
    page = at.page
    if width == 390:
        at.press(".phonebar [data-contents]")
    elif width == 820:
        at.press(".bar [data-contents]")
    at.press("#contents summary:has-text('other section')")
    at.press("#contents a:has-text('For security')")
    page.wait_for_url("**/read/c2/#s-c2-sec")
    page.wait_for_selector("[data-ready]")
    assert page.get_by_text("Ask what each door can reach.").is_visible()
    if width != 1440:
        at.press(".phonebar [data-contents]" if width == 390 else ".bar [data-contents]")
    at.press("#contents a:has-text('My part')")
    page.wait_for_url("**/m/the-night-shift/")


# By keys alone


def test_a_whole_review_by_keyboard_alone(hand, draft, omar, saskia):
    create_thread(actor_of(saskia), draft.manuscript, NewThread("comment", "Whose night?", chapter="c1"))
    page = hand(1440, "/m/the-night-shift/", omar).page
    keys = page.keyboard

    def focused(what: str):
        """What has the focus, which can be seen."""
        found = page.evaluate(
            """(what) => { const e = document.activeElement, box = e.getBoundingClientRect();
            const ring = (x, pseudo) => getComputedStyle(x, pseudo).outlineStyle !== 'none';
            const shown = ring(e) || ring(e, '::after') || ring(e.parentElement);
            return [e.matches(what), shown && box.bottom > 0 && box.top < innerHeight, e.outerHTML.slice(0, 120)]; }""",
            what,
        )
        assert found[:2] == [True, True], found[2]

    def tab_to(what: str) -> None:
        for _ in range(60):
            keys.press("Tab")
            if page.evaluate("(what) => document.activeElement.matches(what)", what):
                return focused(what)
        raise AssertionError(f"no way to {what}")

    tab_to(".path .go a")
    keys.press("Enter")
    page.wait_for_selector("[data-ready]")
    page.wait_for_selector("#verdict fieldset")
    keys.press("j")
    page.wait_for_selector(".note.on")
    keys.press("r")
    keys.type("Ours, on Sundays.")
    tab_to(".note.on form [type=submit]")
    keys.press("Enter")
    page.wait_for_selector(".note .reply:has-text('Ours, on Sundays.')")
    keys.press("Escape")
    focused(".note .open")
    page.focus("#main")
    tab_to(".pm")
    keys.press("ArrowDown")
    keys.press("1")
    wait_for(page, lambda: Thread.objects.filter(reaction="confusing").exists())
    page.wait_for_selector(".note[data-kind=confusing].on")
    keys.press("Escape")
    page.focus(".pm[tabindex='0']")
    keys.press("ArrowDown")
    keys.press("c")
    keys.type("Who, by name? 12jk")
    tab_to(".draft [type=submit]")
    keys.press("Enter")
    wait_for(page, lambda: Comment.objects.filter(body="Who, by name? 12jk").exists())
    page.wait_for_selector(".note.on:not(.draft)")
    keys.press("Escape")
    keys.press("v")
    focused("#verdict .opts.five input")
    keys.press("4")
    wait_for(page, lambda: Answer.objects.filter(value="4", question__code="value").exists())
    keys.press("Tab")
    focused("#verdict .opts.three input")
    keys.press("Space")
    wait_for(page, lambda: Answer.objects.filter(value="yes", scope="own_section").exists())
    keys.press("Tab")
    focused("#verdict textarea")
    keys.press("Tab")
    focused("#verdict .opts.three input")
    keys.press("ArrowRight")
    wait_for(page, lambda: Answer.objects.filter(value="partly", scope="chapter").exists())
    tab_to("#verdict .done a:last-of-type")
    keys.press("Enter")
    page.wait_for_url("**/m/the-night-shift/")
    tab_to("#finish ~ form button")
    keys.press("Enter")
    page.get_by_text("You have submitted your review.").wait_for()
    assert Review.objects.get(member=omar).state == "submitted"
    assert Membership.objects.get(pk=omar.pk).comments.count() == 3


def test_ones_own_link_is_not_called_someone_elses_where_somebody_else_came_in(new_page, live_server, draft):
    """The dialog that lets a writer back in says what stands in the way."""
    author = Actor(user=draft.manuscript.memberships.get(role="author").user)
    rows = [{"name": name, "disciplines": ["it-operations"]} for name in ("Nora Falk", "Wim Roth")]
    people = [invitation.membership for invitation in invite(author, draft.manuscript, rows)]
    own, other = (personal_link(member).replace(settings.BASE_URL, live_server.url) for member in people)
    page = new_page(reduced_motion="reduce")

    def come_in(window, link):
        window.goto(link)
        window.get_by_role("button", name="Yes, open my").click()
        window.wait_for_selector("text=Skip, and read")

    come_in(page, own)
    page.goto(f"{live_server.url}/m/the-night-shift/read/c1/")
    page.wait_for_selector("[data-ready]")
    page.locator(".pm").first.click()
    page.fill(".draft [name=body]", "Half a thought")
    page.context.clear_cookies()
    page.click(".draft [type=submit]")
    page.wait_for_selector("dialog.renewal")
    come_in(page.context.new_page(), other)
    page.fill("dialog.renewal [name=link]", own)
    with page.expect_response(lambda answer: "/i/" in answer.url):
        page.click("dialog.renewal [data-link] [type=submit]")
    page.wait_for_selector("dialog.renewal [data-link] [type=submit]:enabled")
    page.wait_for_timeout(500)
    assert "Someone else is signed in in this browser now." in page.inner_text("dialog.renewal .error")
    page.problems.clear()

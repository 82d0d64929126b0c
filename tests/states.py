"""Every page and every state of a page that a person meets: who opens what, and what is done there then.

`scripts/bench states` visits all of them in every size and theme; tests/e2e/test_states.py a part. Addresses are
filled from the `places` of tests/state_scene.py.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from reviews.models import UnsentNote
from tests.state_scene import Scene

Act = Callable[[Any], None]
SELECT = """([from, to]) => {
  const words = (at) => document.createTreeWalker(at, NodeFilter.SHOW_TEXT).nextNode();
  const found = [...document.querySelectorAll('#text section.sec p')];
  const [first, last] = [words(found.at(from)), words(found.at(to))];
  first.parentElement.scrollIntoView({block: 'center'});
  const range = document.createRange();
  range.setStart(first, 0); range.setEnd(last, 9);
  getSelection().removeAllRanges(); getSelection().addRange(range);
}"""
LONG = "What should be said about it, and by whom? " * 6


@dataclass(frozen=True)
class State:
    """`act` is done once the page stands; `sampled` states are visited by the tests too."""

    name: str
    who: str
    path: str
    act: Act | None = None
    sampled: bool = False
    status: int = 200


def press(key: str, then: str) -> Act:
    """Presses a key until what `then` selects is there."""

    def act(page: Any) -> None:
        page.keyboard.press(key)
        page.wait_for_selector(then)

    return act


def after(*acts: Act) -> Act:
    def act(page: Any) -> None:
        for each in acts:
            each(page)

    return act


def click(selector: str, then: str | None = None) -> Act:
    def act(page: Any) -> None:
        page.locator(selector).locator("visible=true").first.click()
        if then:
            page.wait_for_selector(then)

    return act


def fill(selector: str, words: str, then: str | None = None) -> Act:
    def act(page: Any) -> None:
        page.locator(selector).locator("visible=true").first.fill(words)
        if then:
            page.wait_for_selector(then)

    return act


def select(start: int = 0, end: int = 0) -> Act:
    """Selects words from the beginning of one paragraph into another."""

    def act(page: Any) -> None:
        page.evaluate(SELECT, [start, end])
        page.wait_for_selector(".marker:not([hidden])")

    return act


def unfold(page: Any) -> None:
    """Opens every fold there is, and the first of the small menus."""
    page.evaluate("document.querySelectorAll('main details:not(.more)').forEach((each) => (each.open = true))")
    page.evaluate("document.querySelectorAll('main details.more').forEach((each, i) => (each.open = i === 0))")


def contents(page: Any) -> None:
    if page.locator("[data-contents] >> visible=true").count():
        page.locator("[data-contents] >> visible=true").first.click()
    page.evaluate("document.querySelectorAll('.rail details').forEach((each) => (each.open = true))")


def show(value: str) -> Act:
    """Filters the notes, where the list for it is shown."""

    def act(page: Any) -> None:
        page.evaluate(
            "value => { const at = document.querySelector('#show'); at.value = value;"
            " at.dispatchEvent(new Event('change')); }",
            value,
        )

    return act


def without_line(page: Any) -> None:
    """A note is sent while there is no connection."""
    page.context.set_offline(True)
    page.fill(".draft [name=body]", "Written on the ferry, where nothing gets through.")
    page.click(".draft [type=submit]")
    page.wait_for_selector(".draft .error:not([hidden])")


def end(page: Any) -> None:
    page.wait_for_selector("#verdict fieldset")
    page.locator("#verdict").scroll_into_view_if_needed()


def edit_own(page: Any) -> None:
    page.locator(".note[data-mine='1'][data-status=open] .open").first.evaluate("each => each.click()")
    page.locator(".note.on [data-edit]").click()
    page.wait_for_selector(".note.on form.edit")


COMPOSER = ".draft [name=body]"
NOTE = press("j", ".note.on .do")
COMMENT = after(select(), press("c", COMPOSER), fill(COMPOSER, LONG))
SUGGEST = after(
    select(), press("e", ".draft [name=replacement]"), fill(".draft [name=replacement]", "Someone owns it.")
)
NAMES = after(
    click("[data-note-chapter]", COMPOSER),
    lambda page: page.locator(COMPOSER).press_sequentially("@", delay=20),
    lambda page: page.wait_for_selector(".names-offered li"),
)
ROOM = "{book}read/{chapter}/"

REFUSED = after(
    fill("[name=login]", "a@b.example"),
    fill("[name=password]", "wrong"),
    click("form:has([name=password]) [type=submit]", ".errors"),
)
RESET = after(fill("[name=email]", "a@b.example"), click("main [type=submit]"))

READING_ROOM = [
    State("room", "reader", ROOM),
    State("room note", "reader", ROOM, NOTE, sampled=True),
    State("room own note edited", "reader", ROOM, edit_own),
    State("room select", "reader", ROOM, select(), sampled=True),
    State("room select over two sections", "reader", ROOM, select(0, -1)),
    State("room comment", "reader", ROOM, COMMENT, sampled=True),
    State("room suggest", "reader", ROOM, SUGGEST),
    State("room story", "reader", ROOM, after(select(), press("x", COMPOSER))),
    State("room margin", "reader", ROOM, lambda page: page.locator(".pm").first.focus()),
    State(
        "room note on a paragraph",
        "reader",
        ROOM,
        after(lambda page: page.locator(".pm").nth(1).focus(), press("c", COMPOSER)),
    ),
    State("room note on the chapter", "reader", ROOM, click("[data-note-chapter]", COMPOSER)),
    State("room names", "reader", ROOM, NAMES),
    State(
        "room changes",
        "reader",
        ROOM,
        after(lambda page: page.wait_for_timeout(600), lambda page: page.keyboard.press("d")),
    ),
    State("room contents", "reader", ROOM, contents),
    State("room end", "reader", ROOM, end, sampled=True),
    State("room keys", "reader", ROOM, press("?", "#keys[open]")),
    State(
        "room search",
        "reader",
        ROOM,
        after(press("/", "#search[open]"), fill("#search-words", "the", ".found li")),
        sampled=True,
    ),
    State(
        "room nothing found",
        "reader",
        ROOM,
        after(press("/", "#search[open]"), fill("#search-words", "xyzzyx", ".nothing")),
    ),
    State("room only mine", "reader", ROOM, show("mine")),
    State("room read alone", "reader", ROOM, show("none")),
    State("room nothing matches", "observer", ROOM, show("mine")),
    State("room without notes", "reader", "{book}read/{silent}/"),
    State("room offline", "reader", ROOM, after(click("[data-note-chapter]", COMPOSER), without_line)),
    State("room of a former draft", "reader", "{book}read/{chapter}/?draft=1"),
    State("room of an ended round", "reader", "{ended}read/c1/"),
    State("room of a draft to come", "author", "{next}read/c1/?draft=2"),
    State("room of the author", "author", ROOM, NOTE),
    State("room of a co-author", "co_author", ROOM),
    State("room of an observer", "observer", ROOM),
    State(
        "room detached note",
        "author",
        "{book}read/{lost_chapter}/#note-{lost}",
        lambda page: page.wait_for_selector(".note.on"),
    ),
    State(
        "room placing",
        "author",
        "{book}read/{lost_chapter}/#note-{lost}",
        click(".note.on [data-place]", ".placing .acts"),
    ),
    State("room book", "reader", "{book}read/"),
    State("room right to left", "reader", "{rtl}read/c1/"),
    State("room right to left note", "reader", "{rtl}read/c1/", NOTE, sampled=True),
    State("room right to left suggest", "reader", "{rtl}read/c1/", SUGGEST),
    State("room right to left end", "reader", "{rtl}read/c1/", end),
    State("place a note", "author", "{book}notes/{lost}/place/"),
    State("questions on a chapter", "reader", "{book}read/{chapter}/questions/"),
    State("search", "reader", "{book}search/?q=the"),
    State("search nothing", "reader", "{book}search/?q=xyzzyx"),
]
READER = [
    State("reader's home", "reader", "{book}", sampled=True),
    State("reader's home unfolded", "reader", "{book}", unfold),
    State("reader's home right to left", "reader", "{rtl}"),
    State("reader's home ended", "reader", "{ended}"),
    State("reader waiting", "waiting", "{empty}"),
    State("observer's home", "observer", "{book}"),
    State("profile", "reader", "{book}profile/"),
    State("reader's home stopping", "reader", "{book}", click("details.fold[name=else] >> nth=-1", "[value=declined]")),
    State("report shown", "reader", "{book}reports/{shown}/", unfold),
    State("what changed", "reader", "{book}drafts/2/changes/"),
    State("what changed right to left", "reader", "{rtl}read/"),
]
INVITATION = [
    State("invitation", "nobody", "{asked}"),
    State("invitation unfolded", "nobody", "{asked}", unfold, sampled=True),
    State("invitation of another", "reader", "{asked}"),
    State("invitation declined", "nobody", "{declined}"),
    State("invitation profile", "nora", "{book}profile/"),
    State("invitation gone", "nobody", "/i/not-a-link/", status=404),
]
AUTHOR = [
    State("manuscripts", "author", "/"),
    State("manuscripts of a newcomer", "newcomer", "/"),
    State("new manuscript", "author", "/m/new/"),
    State("author's home", "author", "{book}", sampled=True),
    State("author's home of a co-author", "co_author", "{book}"),
    State("author's home empty", "author", "{empty}"),
    State("author's home ended", "author", "{ended}"),
    State("desk", "author", "{book}desk/", sampled=True),
    State("desk note", "author", "{book}desk/?note={note}"),
    State("desk detached", "author", "{book}desk/?fate=detached&note={lost}"),
    State("desk nothing", "author", "{book}desk/?q=xyzzyx"),
    State("desk empty", "author", "{empty}desk/"),
    State("desk right to left", "layla", "{rtl}desk/"),
    State("change list", "author", "{book}desk/changes/"),
    State("people", "author", "{book}people/", sampled=True),
    State("people unfolded", "author", "{book}people/", unfold),
    State("people empty", "author", "{empty}people/"),
    State("person", "author", "{book}people/{person}/"),
    State("questions", "author", "{book}questions/"),
    State("questions unfolded", "author", "{book}questions/", unfold),
    State("reports unfolded", "author", "{book}reports/", unfold),
    State("reports", "author", "{book}reports/", unfold),
    State("reports change a choice", "author", "{book}reports/choices/{choice}/", unfold),
    State("report failed", "author", "{book}reports/{failed}/"),
    State("reports empty", "author", "{empty}reports/"),
    State("report", "author", "{book}reports/{report}/", sampled=True),
    State("report unfolded", "author", "{book}reports/{report}/", unfold),
    State("report for readers", "author", "{book}reports/{shown}/"),
    State(
        "report chosen", "author", "{book}reports/{report}/", click(".quoting .btn >> nth=0", ".quoting [autofocus]")
    ),
    State("settings", "author", "{book}settings/", unfold),
    State("activity", "author", "{book}activity/"),
    State("upload", "author", "{book}drafts/new"),
    State("preview", "author", "{next}drafts/2/", sampled=True),
    State("preview edit", "author", "{next}drafts/2/?edit=c1-1"),
    State("preview notes", "author", "{next}drafts/2/notes/"),
    State("preview changes", "author", "{next}drafts/2/changes/"),
    State("preview split", "author", "{next}drafts/2/split/c1-1/"),
    State("draft failed", "author", "{broken}drafts/1/"),
    State("draft under way", "author", "{underway}drafts/1/"),
    State("draft open", "author", "{book}drafts/{draft}/"),
    State("changes", "author", "{book}drafts/2/changes/"),
    State("section edit", "author", "{book}drafts/working/sections/{section}/"),
]
ACCOUNT = [
    State("landing", "nobody", "/"),
    State("sign in", "nobody", "/account/login/", sampled=True),
    State("sign in refused", "nobody", "/account/login/", REFUSED),
    State("sign-in code", "nobody", "/account/login/code/"),
    State("sign up", "nobody", "/account/signup/"),
    State("password reset", "nobody", "/account/password/reset/"),
    State("password reset sent", "nobody", "/account/password/reset/", RESET),
    State("sign-in link", "nobody", "/account/link/{secret}/"),
    State("sign-in link used", "nobody", "/account/link/never-made/", status=404),
    State("account", "author", "/account/"),
    State("add a passkey", "author", "/account/passkeys/add/"),
    State("set a password", "author", "/account/password/set/"),
    State("tokens", "author", "/account/tokens/"),
    State("sent mail", "operator", "/account/mail/"),
    State("manuscripts of the operator", "operator", "/"),
    State("API docs", "nobody", "/api/v1/docs/"),
    State("not found", "nobody", "/nowhere/", status=404),
    State("forbidden", "reader", "{book}desk/", status=403),
]
STATES = [*READING_ROOM, *READER, *INVITATION, *AUTHOR, *ACCOUNT]


class Visits:
    """A browser for each person and size, kept so that nothing is fetched twice; each state has a page of its own."""

    def __init__(self, browser: Any, address: str, scene: Scene):
        self.browser, self.address, self.scene = browser, address, scene
        self.contexts: dict[tuple[str, int, bool], Any] = {}

    @contextmanager
    def opened(self, state: State, width: int, height: int, touch: bool, text: int = 1) -> Iterator[Any]:
        """The page of a state; `text` times as large as it comes. Nothing typed there stays behind."""
        UnsentNote.objects.all().delete()
        context = self._context(state.who, width, height, touch)
        page = context.new_page()
        try:
            answer = page.goto(self.address + state.path.format(**self.scene.places))
            assert answer.status == state.status, f"{state.name}: {answer.status} at {page.url}"
            if text != 1:
                page.evaluate("text => document.documentElement.style.setProperty('font-size', `${text * 100}%`)", text)
            if page.locator("[data-module=reading-room]").count():
                page.wait_for_selector("[data-ready]")
            if state.act:
                state.act(page)
            page.evaluate("document.fonts.ready")
            page.wait_for_timeout(200)  # sheets have come up, fragments are in
            yield page
        finally:
            page.evaluate("localStorage.clear()")
            context.set_offline(True)  # what is typed is sent as its page is left
            page.close()
            context.set_offline(False)

    def _context(self, who: str, width: int, height: int, touch: bool) -> Any:
        key = (who, width, touch)
        if key not in self.contexts:
            context = self.browser.new_context(
                viewport={"width": width, "height": height}, has_touch=touch, is_mobile=touch, reduced_motion="reduce"
            )
            context.set_default_timeout(60_000)
            session = self.scene.people[who]
            if session:
                context.add_cookies([{"name": "sessionid", "value": session, "url": self.address}])
            self.contexts[key] = context
        return self.contexts[key]

    def close(self) -> None:
        for context in self.contexts.values():
            context.close()

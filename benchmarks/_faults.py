"""What goes wrong while someone writes. Each fault takes one way of writing through and leaves the words where they
must be found: one time in the database."""

import itertools
from dataclasses import dataclass, field
from typing import Any

from benchmarks._cutting import AFTER, BEFORE, Proxy
from benchmarks._writing import LINKS, PASSWORD, Book, Way, admit, enter, kept, path_of, stored, wait_for


@dataclass
class Desk:
    """A browser with a page for each writer, behind a proxy; `server` can be killed and started again."""

    browser: Any
    proxy: Proxy
    book: Book
    server: Any = None
    pages: dict[str, Any] = field(default_factory=dict)
    count: Any = field(default_factory=itertools.count)

    def page(self, who: str) -> Any:
        """The page of "reader", "author" or "linked 3", who is signed in."""
        page = self.pages.get(who)
        if page is None or page.is_closed():
            context = page.context if page else self.browser.new_context(base_url=self.proxy.url)
            context.set_default_timeout(120_000)  # also on a machine that does much else
            fresh = page is None
            page = self.pages[who] = context.new_page()
            if fresh:
                admit(page, self.book.member(who), self.proxy.url)
        return page

    def words(self, way: Way) -> str:
        """Words that were never typed before."""
        return f"{way.name} {next(self.count)}, typed by hand: ä €, 👩‍🚒"

    def close(self) -> None:
        for page in self.pages.values():
            page.context.close()
        self.proxy.close()


def cut(desk: Desk, way: Way, turn: int, when: str) -> str:
    """The connection is cut once or, at every fourth, so often that it is said to be not saved and waits."""
    page, words = typed(desk, way)
    desk.proxy.cuts.arm(way.path, *[when] * (3 if turn % 4 == 3 else 1))
    page.click(way.submit)
    _settle(page, words)
    desk.proxy.cuts.arm("$^")
    return words


def cut_before(desk: Desk, way: Way, turn: int) -> str:
    """The connection is cut before the server has heard of it."""
    return cut(desk, way, turn, BEFORE)


def cut_after(desk: Desk, way: Way, turn: int) -> str:
    """The connection is cut when the server has stored it, before the browser knows."""
    return cut(desk, way, turn, AFTER)


def expired(desk: Desk, way: Way, turn: int) -> str:
    """The session is gone from the database when it is sent; they come back in the page, or in another tab."""
    from django.contrib.sessions.models import Session

    from reviews.invitations import personal_link

    by_link = way.who == "reader" and way.name != "edit" and turn % 2
    who = f"linked {turn // 2 % LINKS}" if by_link else way.who
    page, words = typed(desk, way, who)
    Session.objects.all().delete()
    page.click(way.submit)
    if way.name == "answer":  # saved while typing goes on: nothing opens before it is asked for
        page.locator("#verdict .error:not([hidden]) a").first.click()
    page.wait_for_selector("dialog.renewal")
    member = desk.book.member(who)
    if turn % 3 == 2:
        tab = page.context.new_page()
        enter(tab, member)
        tab.close()
    elif by_link:
        page.fill("dialog.renewal [name=link]", desk.proxy.url + path_of(personal_link(member)))
        page.click("dialog.renewal [data-link] [type=submit]")
    else:
        page.fill("dialog.renewal [name=password]", PASSWORD)
        page.click("dialog.renewal [data-password] [type=submit]")
    _settle(page, words)
    for other in desk.pages.values():
        if other is not page:
            other.context.close()
    desk.pages = {who: page}
    return words


def new_token(desk: Desk, way: Way, turn: int) -> str:
    """The browser's token is gone, is another, or is spoiled when it is sent."""
    page, words = typed(desk, way)
    if turn % 3 == 0:
        page.context.clear_cookies(name="csrftoken")
    else:
        value = f"{turn:032}" if turn % 3 == 1 else "spoiled"
        page.context.add_cookies([{"name": "csrftoken", "value": value, "url": desk.proxy.url}])
    page.click(way.submit)
    _settle(page, words)
    return words


def double(desk: Desk, way: Way, turn: int) -> str:
    """Two clicks at once; or, of what stands in two tabs, one in each."""
    page, words = typed(desk, way)
    if turn % 2 == 0 or way.name in {"edit", "answer", "decision"}:
        page.dblclick(way.submit)
        _settle(page, words)
        return words
    assert wait_for(page, lambda: kept(words)), "the server does not keep it"
    tab = page.context.new_page()
    tab.goto(page.url)
    if way.name == "reply":
        tab.locator(".note .open").last.click()
    there = "words => [...document.querySelectorAll('textarea')].some((field) => field.value === words)"
    tab.wait_for_function(there, arg=words)
    press = "selector => document.querySelector(selector).click()"
    page.evaluate(f"setTimeout(() => ({press})({way.submit!r}), 300)")
    tab.evaluate(f"setTimeout(() => ({press})({way.submit!r}), 300)")
    _settle(page, words)
    page.wait_for_timeout(1500)
    tab.close()
    return words


def killed(desk: Desk, way: Way, turn: int) -> str:
    """The server is killed when it has stored it and before it answers, and is started again."""
    page, words = typed(desk, way)
    desk.server.kill_after_next(way.path)
    page.click(way.submit)
    assert wait_for(page, lambda: not desk.server.runs()), "the server was not killed"
    desk.server.start()
    _settle(page, words)
    return words


def offline(desk: Desk, way: Way, turn: int) -> str:
    """There is no connection when it is sent; at every second the tab is closed before it is back."""
    page, words = typed(desk, way)
    page.context.set_offline(True)
    page.click(way.submit)
    page.wait_for_selector(".error:not([hidden]):visible:has-text('back online')")
    leaves = way.name != "decision" and turn % 2
    if leaves:
        page.close()
    page.context.set_offline(False)
    if leaves:
        page = desk.page(way.who)
        page.goto(desk.book.path("read/"))
    _settle(page, words)
    return words


def typed(desk: Desk, way: Way, who: str | None = None) -> tuple[Any, str]:
    page, words = desk.page(who or way.who), desk.words(way)
    way.begin(page, desk.book, desk.book.next_chapter(), words)
    return page, words


def _settle(page: Any, words: str) -> None:
    """Until it is stored and nothing of it waits in the browser, or for as long as there is patience."""
    held = "words => Object.values(localStorage).some(value => value.includes(JSON.stringify(words).slice(1, -1)))"

    def gone() -> bool:
        try:
            return not page.evaluate(held, words)
        except Exception:  # the page is going on to another
            return False

    if wait_for(page, lambda: stored(words)):
        wait_for(page, gone, 15_000)

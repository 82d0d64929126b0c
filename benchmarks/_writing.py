"""What people type in the reading room and at the desk, done in a real browser; and where it must be afterwards."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

PASSWORD = "the-ferry-that-waited"
PATIENCE = 60_000  # ms until what was typed is stored, further tries included
SUBMIT = "[type=submit]"
LINKS = 12  # readers with a personal link: each link may be used twenty times within ten minutes


@dataclass
class Book:
    """A book of many small chapters; its author, a reader with an account, and readers with a personal link alone."""

    manuscript: Any
    author: Any
    reader: Any
    linked: list[Any]
    others: Any  # whose notes are answered and decided on
    chapters: int
    turn: int = 0

    def member(self, who: str) -> Any:
        """ "author", "reader", or "linked 3"."""
        return self.linked[int(who.split()[1])] if who.startswith("linked") else getattr(self, who)

    def next_chapter(self) -> str:
        self.turn += 1
        return f"c{self.turn % self.chapters + 1}"

    def path(self, rest: str = "") -> str:
        return f"/m/{self.manuscript.slug}/{rest}"

    def note(self, member: Any, chapter: str, words: str) -> Any:
        """A note of `member` on that chapter, written before."""
        from reviews.threads import NewThread, create_thread
        from tests.books import actor_of

        return create_thread(actor_of(member), self.manuscript, NewThread("comment", words, chapter=chapter))[0]


def make_book(chapters: int) -> Book:
    """That book, open for its first round."""
    from manuscripts.manuscripts import make_manuscript
    from manuscripts.models import Membership
    from tests.books import make_author, make_draft, make_reader, open_at_once

    manuscript = make_manuscript(make_author(), "The Ferry That Waited")
    words = "# The quay\n\nNobody owns the night boat. Who is awake?", "## For operations\n\nA list of what wakes you."
    drawn = {
        f"c{n}": (f"Chapter {n}", [(f"c{n}-1", None, words[0]), (f"c{n}-ops", "it-operations", words[1])])
        for n in range(1, chapters + 1)
    }
    open_at_once(make_draft(manuscript, drawn))
    reader = make_reader(manuscript, "Omar Haddad", "it-operations")
    linked = [make_reader(manuscript, f"Lena Brandt {n}", "it-operations") for n in range(LINKS)]
    other = make_reader(manuscript, "Saskia Vos", "information-security")
    Membership.objects.filter(pk__in=[member.pk for member in linked]).update(user=None, email=None)
    for member in linked:
        member.refresh_from_db()
    author = manuscript.memberships.get(role="author")
    for member in (reader, author):
        member.user.set_password(PASSWORD)
        member.user.save()
    return Book(manuscript, author, reader, linked, other, chapters)


@dataclass
class Way:
    """One way of writing: `who` writes, `begin` opens the place and types the words, `submit` is the button that sends
    them; `path` matches the address they are posted to."""

    name: str
    who: str
    begin: Callable[[Any, Book, str, str], None]  # page, book, chapter, words
    submit: str
    path: str


def _note(page: Any, book: Book, chapter: str, words: str) -> None:
    _read(page, book, chapter)
    page.click("[data-note-chapter]:visible")
    page.fill(".draft [name=body]", words)


def _reply(page: Any, book: Book, chapter: str, words: str) -> None:
    note = book.note(book.others, chapter, "A note to be answered.")
    _open(page, book, chapter, note)
    page.fill(".note.on [data-reply] textarea", words)


def _edit(page: Any, book: Book, chapter: str, words: str) -> None:
    note = book.note(book.reader, chapter, "A note to be written anew.")
    _open(page, book, chapter, note)
    page.click(".note.on [data-edit]")
    page.fill(".note.on form.edit textarea", words)


def _answer(page: Any, book: Book, chapter: str, words: str) -> None:
    _read(page, book, chapter)
    page.locator("#verdict textarea").first.fill(words)


def _story(page: Any, book: Book, chapter: str, words: str) -> None:
    page.goto(book.path())
    page.fill("#story-body", words)


def _decision(page: Any, book: Book, chapter: str, words: str) -> None:
    note = book.note(book.others, chapter, "A note to be decided on.")
    page.goto(book.path(f"desk/?note={note.pk}"))
    page.fill("#reason", words)


def _desk_reply(page: Any, book: Book, chapter: str, words: str) -> None:
    note = book.note(book.others, chapter, "A note to be answered by its author.")
    page.goto(book.path(f"desk/?note={note.pk}"))
    page.fill("#reply", words)


def _read(page: Any, book: Book, chapter: str) -> None:
    page.goto(book.path(f"read/{chapter}/"))
    page.wait_for_selector("[data-ready]")
    page.wait_for_selector("#verdict textarea, .verdict.plain, #notes", state="attached")


def _open(page: Any, book: Book, chapter: str, note: Any) -> None:
    _read(page, book, chapter)
    page.click(f"#note-{note.pk} .open")
    page.wait_for_selector(".note.on .do")


NOTE = Way("note", "reader", _note, f".draft {SUBMIT}", r"/notes/$")
REPLY = Way("reply", "reader", _reply, f".note.on [data-reply] {SUBMIT}", r"/reply/$")
EDIT = Way("edit", "reader", _edit, f".note.on form.edit {SUBMIT}", r"/comments/")
ANSWER = Way("answer", "reader", _answer, "#verdict h2 >> nth=0", r"/answers/$")  # leaving the field sends it
STORY = Way("story", "reader", _story, f"form[data-module=story] {SUBMIT}", r"/notes/$")
DECISION = Way("decision", "author", _decision, "#decide [value=no_change]", r"/decide/$")
DESK_REPLY = Way("desk reply", "author", _desk_reply, "form.rform button", r"/reply/$")
WAYS = (NOTE, REPLY, EDIT, ANSWER, STORY, DECISION, DESK_REPLY)


def stored(words: str) -> int:
    """How often these very words are in the database as sent: in messages, answers and reasons."""
    from reviews.models import Answer, Comment, Decision

    found = Comment.objects.filter(body=words).count(), Answer.objects.filter(words=words).count()
    return sum(found) + Decision.objects.filter(reason=words).count()


def kept(words: str) -> bool:
    """Whether the server keeps these very words as not sent yet."""
    from reviews.models import UnsentNote

    return UnsentNote.objects.filter(content__body=words).exists()


def wait_for(page: Any, condition: Callable[[], Any], patience: int = PATIENCE) -> bool:
    """Whether it came about while the browser went on."""
    for _ in range(patience // 50):
        if condition():
            return True
        page.wait_for_timeout(50)
    return False


def enter(page: Any, member: Any) -> None:
    """Signs in in this browser as the button of the personal link does, or with the account's password."""
    from reviews.invitations import personal_link

    if member.user_id is None:
        page.goto(path_of(personal_link(member)))
        if page.url.rstrip("/").endswith(path_of(personal_link(member)).rstrip("/")):
            page.locator("main form button.primary").first.click()
        page.wait_for_url("**/m/**")
        return
    page.goto("/account/login/")
    page.fill("[name=login]", member.user.email)
    page.fill("[name=password]", PASSWORD)
    page.locator("form:has([name=password]) [type=submit]").click()
    page.wait_for_url(lambda url: "/account/" not in url)


def admit(page: Any, member: Any, address: str) -> None:
    """Someone signed in in this browser, with a session made for them where they have an account."""
    from django.test import Client

    if member.user_id is None:
        return enter(page, member)
    client = Client()
    client.force_login(member.user, backend="django.contrib.auth.backends.ModelBackend")
    session = client.cookies["sessionid"].value
    page.context.add_cookies([{"name": "sessionid", "value": session, "url": address}])


def path_of(url: str) -> str:
    return "/" + url.split("/", 3)[3]

"""Three drafts of a book with sixty notes, in a browser: what becomes of each, and how the loop closes."""

import io
import re

import docx
import pytest
from django.test import Client
from playwright.sync_api import expect

from accounts.models import User
from manuscripts.manuscripts import make_manuscript
from manuscripts.models import Draft
from reviews.carrying import newest_anchor
from reviews.threads import NewThread, create_thread
from tests.books import actor_of, make_reader
from tests.e2e.harbour import ASKED_FOR, MASTER, NOTES, QUAY, SUGGESTED_HERE, SUGGESTED_IN_WORD, third_master
from tests.e2e.test_main_job import SELECT, open_it, sign_in
from tests.reviews.test_change_list import accepted
from tests.word_files import save_book

pytestmark = [pytest.mark.e2e, pytest.mark.django_db(transaction=True), pytest.mark.timeout(600)]
READERS = {"Omar Haddad": "it-operations", "Sana Virtanen": "information-security", "Tuuli Okafor": "deployment"}


class Harbour:
    """The author and three readers of one book, the author in a browser."""

    def __init__(self, live_server, new_page, folder):
        self.at, self.new_page, self.folder = live_server, new_page, folder
        self.maren = User.objects.create_user("maren@example.org", name="Maren Oldervik", is_author=True)
        self.book = make_manuscript(self.maren, "The Ferry That Waited")
        self.readers = [make_reader(self.book, name, slug) for name, slug in READERS.items()]
        self.page = self.enter(self.maren)
        self.notes: dict[str, int] = {}

    def enter(self, user):
        page = self.new_page(viewport={"width": 1440, "height": 900}, reduced_motion="reduce")
        sign_in(page, self.at, Client(), user)
        return page

    def url(self, path=""):
        return f"{self.at.url}/m/{self.book.slug}/{path}"

    def upload(self, *files, chapters=""):
        self.page.goto(self.url(f"drafts/new?chapter={chapters.replace(' ', '+')}"))
        self.page.locator("input[type=file]").set_input_files(files)
        self.page.get_by_role("button", name="Upload", exact=True).click()
        self.page.get_by_role("heading", name=re.compile("before anyone sees it")).wait_for(timeout=60_000)

    def say(self, at, words, **fields):
        """One note on words of the open draft by the reader of that number; its id."""
        (place,) = [p for p in self.book.open_draft.placements.select_related("text") if words in p.text.text]
        start = place.text.text.index(words)
        selector = {"start": start, "end": start + len(words)}
        said = {"kind": "comment", "body": f"On “{words}”."} | fields
        new = NewThread(text_id=str(place.text_id), selector=selector, **said)
        thread, _made = create_thread(actor_of(self.readers[at % len(self.readers)]), self.book, new)
        return thread.pk

    def decide(self, pk, button):
        self.page.goto(self.url(f"desk/?note={pk}"))
        self.page.locator("#pane").get_by_role("button", name=re.compile(button)).first.click()
        self.page.get_by_text("Decided: will change.").wait_for()

    def read(self, page, key, draft=""):
        page.goto(self.url(f"read/{key}/{draft}"))
        page.wait_for_selector("[data-ready]")


@pytest.fixture
def harbour(live_server, new_page, worker, settings, tmp_path):
    settings.BASE_URL = live_server.url
    settings.SOURCES_DIR, settings.IMAGES_DIR = tmp_path / "sources", tmp_path / "images"
    settings.MAIL_DIR, settings.EMAIL_BACKEND = tmp_path / "mail", "accounts.mail.FileBackend"
    return Harbour(live_server, new_page, tmp_path)


def texts(lines):
    """The words of the lines as Word holds them, without the marks of emphasis."""
    return [words.replace("*", "") for _style, words in lines if isinstance(words, str)]


def test_sixty_notes_through_three_drafts(harbour):
    book, page = harbour.book, harbour.page

    # The first draft: a Word master and a chapter that is written here.
    quay = harbour.folder / "quay.md"
    quay.write_text(QUAY)
    harbour.upload(save_book(harbour.folder / "harbour.docx", MASTER), quay)
    open_it(page, "new")
    first = Draft.objects.get(number=1)
    chapters = {p.chapter_title: p.chapter.key for p in first.placements.select_related("chapter")}
    for at, (words, _fate, _now) in enumerate(NOTES):
        harbour.notes[words] = harbour.say(at, words)
    here = harbour.say(0, SUGGESTED_HERE[0], kind="suggestion", replacement=SUGGESTED_HERE[1], body="")
    in_word = harbour.say(1, SUGGESTED_IN_WORD[0], kind="suggestion", replacement=SUGGESTED_IN_WORD[1], body="")

    # A suggestion on what is written here is applied here, and opens as a correction.
    page.goto(harbour.url(f"desk/?note={here}"))
    page.get_by_role("button", name="Apply it to the text").click()
    page.get_by_role("link", name="To the working draft").click(timeout=60_000)
    open_it(page, "same")
    second = Draft.objects.get(number=2)
    assert (second.label, second.state) == ("1.1", "open")
    quay_text = second.placements.get(chapter_title="Notes from the quay").text
    assert "for the **owner** and one for the weather" in quay_text.markdown
    omar = harbour.enter(harbour.readers[0].user)
    omar.goto(harbour.url())
    told = omar.locator("li", has_text="Your words are in draft 1.1")
    expect(told.first).to_be_visible()
    assert set(fates(harbour, second).values()) == {"kept"}

    # One on the Word master goes onto the change list, and into the author's own file.
    harbour.decide(in_word, "Put on my change list|Will change")
    asked = harbour.notes[ASKED_FOR[0]]
    harbour.decide(asked, "Will change")
    page.goto(harbour.url("desk/changes/"))
    with page.expect_download() as download:
        page.get_by_role("link", name=re.compile("Download my Word file")).click()
    tracked = harbour.folder / "tracked.docx"
    download.value.save_as(tracked)
    taken = docx.Document(io.BytesIO(accepted(tracked.read_bytes())))
    master = [(kind, swapped(words, *SUGGESTED_IN_WORD)) for kind, words in MASTER]
    assert [p.text for p in taken.paragraphs] == texts(master)

    # The author goes on writing in that file, and uploads it: the preview says what will become of everything.
    last = save_book(harbour.folder / "harbour-2.docx", third_master(master))
    of_master = [
        p.chapter.key for p in second.placements.select_related("chapter") if p.chapter_title != "Notes from the quay"
    ]
    harbour.upload(last, chapters=" ".join(dict.fromkeys(of_master)))
    page.get_by_text("Your change list of 2").wait_for(timeout=60_000)  # worked out after the page is there
    preview = page.locator("main").inner_text()
    assert "1 is in" in preview.replace("\n", " ")
    opening, checked = (page.locator(f"section[aria-labelledby={name}]").bounding_box() for name in ("op", "cl"))
    assert checked["y"] >= opening["y"] + opening["height"], "the change list lies over what opens the draft"
    page.locator(f"input[name=changed][value='{asked}']").check()
    third = Draft.objects.get(number=3)
    foreseen = dict(third.changes["remarks"])
    open_it(page, "new")
    third.refresh_from_db()
    assert (third.label, third.state) == ("2", "open")
    assert third.changes["remarks"] == foreseen
    assert {words: (fate, now) for words, (fate, now) in standing(harbour, third).items()} == {
        words: (fate, None if fate == "detached" else now or words) for words, fate, now in NOTES
    }

    # Each is visible where it belongs, with its fate in words.
    titles = {p.chapter.key: p.chapter_title for p in third.placements.select_related("chapter")}
    seen = {}
    for key in titles:
        harbour.read(page, key)
        for card in page.locator(".notes > .note").all():
            seen[int(card.get_attribute("data-id"))] = card.inner_text()
    assert set(seen) == {*harbour.notes.values(), here, in_word}
    said = {"edited": "Words changed", "detached": "Its words are gone", "moved": "Moved"}
    for words, fate, _now in NOTES:
        card = seen[harbour.notes[words]]
        assert said.get(fate, "") in card
        assert fate != "kept" or not any(each in card for each in said.values()), card

    # One that lost its words is put on others by hand; its reader finds it there.
    lost = harbour.notes["rehearsed the lifeboats"]
    harbour.read(page, chapters["Leaving"], f"?place={lost}")
    page.wait_for_selector(".picking:not([hidden])")
    assert page.evaluate(SELECT, "the mate nods")
    page.get_by_role("button", name="Put the note here").click()
    page.wait_for_selector(f"#note-{lost}.on")
    index = [words for words, *_ in NOTES].index("rehearsed the lifeboats")
    reader = harbour.enter(harbour.readers[index % 3].user)
    harbour.read(reader, chapters["Leaving"])
    assert "Placed by hand" in reader.locator(f"#note-{lost}").inner_text()
    anchor = newest_anchor(book.threads.get(pk=lost), third)
    assert (anchor.by, anchor.text.text[anchor.start : anchor.end]) == ("hand", "the mate nods")

    # Those who suggested and asked see what became of it: the new words beside the old.
    sana = harbour.enter(harbour.readers[1].user)
    sana.goto(harbour.url())
    mine = sana.locator("li", has_text="Your words are in draft 2")
    assert "the only part that can be printed" in mine.first.inner_text().replace("\n", " ")
    asker = harbour.enter(harbour.readers[[w for w, *_ in NOTES].index(ASKED_FOR[0]) % 3].user)
    asker.goto(harbour.url())
    became = asker.locator("li", has_text="Waiting costs more than it says on the bill.").first.inner_text()
    assert "Changed" in became and ASKED_FOR[1] in became, became

    # The first round can be looked at as it was.
    harbour.read(reader, chapters["The ferry that waited"], "?draft=1")
    assert "eleven lorries" in reader.locator("main").inner_text()


def swapped(words, old, new):
    return words.replace(old, new) if isinstance(words, str) else words


def fates(harbour, draft):
    return {words: newest_anchor(harbour.book.threads.get(pk=pk), draft).fate for words, pk in harbour.notes.items()}


def standing(harbour, draft):
    """By the words each note was written on: its fate, and the words it stands on."""
    found = {}
    for words, pk in harbour.notes.items():
        anchor = newest_anchor(harbour.book.threads.get(pk=pk), draft)
        now = anchor.text.text[anchor.start : anchor.end] if anchor.start is not None else None
        found[words] = (anchor.fate, now)
    return found

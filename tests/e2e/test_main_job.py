"""The main job, end to end, in a real browser: a Word file in, three practitioners' words on it, a report out."""

import email
import email.policy
import re
from pathlib import Path

import pytest
from pypdf import PdfReader

from accounts.models import User
from manuscripts.models import Draft, Manuscript
from reviews.models import Anchor, Answer, Review, Thread
from tests.word_files import save_book

pytestmark = [pytest.mark.e2e, pytest.mark.django_db(transaction=True)]

BOOK = [
    ("p", "A few words before the first chapter."),
    ("h1", "The ferry that waited"),
    ("p", "Nobody had *checked the ramp* before the cars rolled on, and the clock said ten past six."),
    ("p", "👩‍🚒👨‍👩‍👧 The crew of four counted twice. What the crew counted was never written down."),
    ("p", "A ship is a promise with a timetable."),
    ("h1", "The people who know"),
    ("p", "Each trade reads the same plan and sees another ship."),
    ("h2", "For operations"),
    ("p", "Keep a list of what wakes you, and read it to the people who caused it."),
    ("h2", "Notes for information security"),
    ("p", "Ask of each door whom it lets in, and who would notice."),
    ("h2", "For testing"),
    ("p", "A test that cannot fail is a decoration."),
    ("h1", "The price of waiting"),
    ("table", [("load", "owner"), ("fuel", "the chief engineer"), ("cars", "the loading mate")]),
    ("p", "Waiting costs more than it says on the bill."),
    ("bold", "What the harbour remembers"),
    ("p", "The harbour remembers every late departure, and so do its gulls."),
]
SECOND = [
    (kind, words.replace("ten past six", "a quarter past six") if isinstance(words, str) else words)
    for kind, words in BOOK
]
PEOPLE = {
    "Omar Haddad": ("omar@example.org", "OPS"),
    "Sana Virtanen": ("sana@example.org", "SEC"),
    "Tuuli Okafor": ("tuuli@example.org", "QA"),
}
SELECT = """(words) => {
  for (const root of document.querySelectorAll('[data-text-id]')) {
    const walker = document.createTreeWalker(root, NodeFilter.SHOW_TEXT);
    const nodes = []; let text = '';
    for (let n = walker.nextNode(); n; n = walker.nextNode()) { nodes.push([text.length, n]); text += n.data; }
    const at = text.indexOf(words);
    if (at < 0) continue;
    const place = (offset) => {
      const [start, node] = nodes.findLast(([s]) => s <= offset);
      return [node, offset - start];
    };
    const range = document.createRange();
    range.setStart(...place(at));
    const [node, offset] = place(at + words.length - 1);
    range.setEnd(node, offset + 1);
    range.startContainer.parentElement.scrollIntoView({block: 'center'});
    getSelection().removeAllRanges(); getSelection().addRange(range);
    return true;
  }
  return false;
}"""


@pytest.fixture
def mails(settings, tmp_path):
    """Mail becomes files, as on a server where none is set up."""
    settings.EMAIL_BACKEND = "accounts.mail.FileBackend"
    settings.MAIL_DIR = tmp_path / "mail"
    return settings.MAIL_DIR


def sign_in(page, live_server, client, user) -> None:
    client.force_login(user)
    page.context.add_cookies(
        [{"name": "sessionid", "value": client.cookies["sessionid"].value, "url": live_server.url}]
    )


def mark(page, words: str, kind: str) -> None:
    """Selects words and presses a button of the toolbar that comes up."""
    assert page.evaluate(SELECT, words), words
    page.locator(f".marker [data-do={kind}]").click()


def write(page, words: str, **fields: str) -> None:
    """Fills the open composer and saves it; waits until the note stands in the margin."""
    draft = page.locator(".note.draft")
    for name, value in fields.items():
        field = draft.locator(f"[name={name}]")
        if field.evaluate("el => el.tagName") == "SELECT":
            field.select_option(value)
        else:
            field.fill(value)
    draft.locator("[name=body]").fill(words)
    draft.locator("button[type=submit]").click()
    page.locator(".note:not(.draft)", has_text=words).first.wait_for(state="attached")


def answer(page, question: str, value: str) -> None:
    """Gives one answer of the page and waits until it is saved."""
    asked = page.locator("fieldset.ask", has_text=question).first
    with page.expect_response(lambda r: "/answers/" in r.url and r.request.method == "POST"):
        asked.locator(f"input[value='{value}']").check(force=True)


def upload(page, live_server, slug: str, path: Path) -> None:
    page.goto(f"{live_server.url}/m/{slug}/drafts/new")
    page.locator("input[type=file]").set_input_files(path)
    page.get_by_role("button", name="Upload", exact=True).click()
    page.get_by_role("heading", name=re.compile("before anyone sees it")).wait_for(timeout=60_000)


def open_it(page, as_what: str) -> None:
    page.locator(f"input[name=as][value={as_what}]").check(force=True)
    page.locator("[data-open]").click()
    page.locator("h1", has_text=re.compile("^Draft ")).wait_for(timeout=60_000)


def invitation_links(folder: Path) -> dict[str, str]:
    """The personal link in each mail file, by address."""
    links = {}
    for path in sorted(folder.glob("*.eml")):
        message = email.message_from_bytes(path.read_bytes(), policy=email.policy.default)
        plain = message.get_body(("plain",)).get_content()
        found = re.search(r"https?://\S+/i/\S+/", plain)
        if found:
            links[message["To"].addresses[0].addr_spec] = found.group(0)
            assert message["Reply-To"].addresses[0].addr_spec == "maren@example.org"
            assert "minutes" in plain and message.get_body(("html",)) is not None
    return links


def test_the_main_job(live_server, client, new_page, worker, mails, settings, tmp_path):
    settings.BASE_URL = live_server.url
    maren = User.objects.create_user("maren@example.org", name="Maren Oldervik", is_author=True)
    author = new_page(viewport={"width": 1280, "height": 900})
    sign_in(author, live_server, client, maren)

    # The author makes a manuscript, uploads, corrects and opens.
    author.goto(f"{live_server.url}/m/new/")
    author.get_by_label("Title").fill("The Ferry That Waited")
    author.get_by_role("button", name=re.compile("Make|Create|Begin")).first.click()
    author.wait_for_url(re.compile("/m/(?!new/)"))
    slug = Manuscript.objects.get().slug
    upload(author, live_server, slug, save_book(tmp_path / "ferry.docx", BOOK))
    assert "What the harbour remembers" in author.locator("main").inner_text()
    author.locator(".fake input[value=no]").first.check(force=True)
    author.get_by_role("button", name="Keep these answers").click()
    author.get_by_role("link", name=re.compile("Edit The price of waiting|Edit.*The price of waiting")).first.click()
    author.locator("input[name=title]").fill("What waiting costs")
    author.get_by_role("button", name="Keep", exact=True).click()
    author.get_by_role("rowheader", name=re.compile("What waiting costs")).wait_for()
    open_it(author, "new")
    draft = Draft.objects.get(number=1)
    titles = [p.chapter_title for p in draft.placements.all()]
    assert titles[1:] == ["The ferry that waited", *["The people who know"] * 4, "What waiting costs"]
    slugs = {p.discipline.slug for p in draft.placements.all() if p.discipline}
    assert slugs == {"it-operations", "information-security", "quality-assurance-and-testing"}

    # Three people of three disciplines are invited by mail.
    author.goto(f"{live_server.url}/m/{slug}/people/")
    author.locator("[name=lines]").fill("\n".join(f"{n}, {mail}, {code}" for n, (mail, code) in PEOPLE.items()))
    author.get_by_role("button", name="Show me what goes out").click()
    author.get_by_role("button", name="Send 3 invitations").click()
    author.wait_for_url(re.compile("/people/"))
    for _ in range(100):
        links = invitation_links(mails) if mails.exists() else {}
        if len(links) == 3:
            break
        author.wait_for_timeout(100)
    assert set(links) == {mail for mail, _code in PEOPLE.values()}

    # Each comes in by the link, reads, answers and writes.
    chapters = {p.chapter_title: p.chapter.key for p in draft.placements.select_related("chapter")}
    readers = {}
    for name, (mail, _code) in PEOPLE.items():
        page = readers[name] = new_page(viewport={"width": 1280, "height": 900})
        page.goto(links[mail])
        page.locator("form button.primary").first.click()
        page.get_by_role("link", name="Skip, and read").click()
        page.get_by_role("heading", level=1).wait_for()

    omar = readers["Omar Haddad"]
    omar.goto(f"{live_server.url}/m/{slug}/read/{chapters['The ferry that waited']}/")
    mark(omar, "Nobody had checked the ramp before", "comment")
    write(omar, "On our quay two people sign for the ramp. Name them.")
    mark(omar, "the crew counted", "suggest")
    write(omar, "Say whose count it was.", replacement="the boatswain counted")
    answer(omar, "Does it make sense?", "partly")
    omar.goto(f"{live_server.url}/m/{slug}/read/{chapters['The people who know']}/")
    answer(omar, "How much value", "5")
    answer(omar, "Does it make sense?", "yes")
    improve = omar.locator(".field.ask textarea").first
    with omar.expect_response(lambda r: "/answers/" in r.url and r.request.method == "POST"):
        improve.fill("Add the person who cleans up at four in the morning.")
        improve.blur()

    sana = readers["Sana Virtanen"]
    sana.goto(f"{live_server.url}/m/{slug}/read/{chapters['What waiting costs']}/")
    mark(sana, "the loading mate", "comment")
    write(sana, "Who replaces the mate when she is ill?", visibility="authors")
    mark(sana, "Waiting costs more than it says", "valuable")
    sana.locator(".note[data-kind=valuable]").wait_for(state="attached")
    answer(sana, "Does it make sense?", "yes")
    sana.goto(f"{live_server.url}/m/{slug}/")
    sana.locator("[name=body]").fill("We once kept a door open for a year because its alarm annoyed the night shift.")
    sana.get_by_role("button", name="Send the story").click()
    sana.get_by_role("heading", name="What became of your notes").wait_for()

    tuuli = readers["Tuuli Okafor"]
    tuuli.goto(f"{live_server.url}/m/{slug}/read/{chapters['The ferry that waited']}/")
    tuuli.locator(".note", has_text="two people sign for the ramp").first.wait_for(state="attached")
    assert "Omar" not in tuuli.content()
    mark(tuuli, "A ship is a promise", "confusing")
    tuuli.locator(".note[data-kind=confusing]").wait_for(state="attached")
    answer(tuuli, "Does it make sense?", "no")
    for page in readers.values():
        page.goto(f"{live_server.url}/m/{slug}/")
        page.get_by_role("button", name="Submit my review").click()
        page.get_by_text("You have submitted your review.").wait_for()
    assert set(Review.objects.values_list("state", flat=True)) == {"submitted"}
    exact = {t.comments.first().body: t.exact for t in Thread.objects.filter(scope="section")}
    assert exact["On our quay two people sign for the ramp. Name them."] == "Nobody had checked the ramp before"
    assert exact["Say whose count it was."] == "the crew counted"
    assert exact["Who replaces the mate when she is ill?"] == "the loading mate"

    # The author reads it all, decides, and downloads a PDF that holds every note and every figure with its n.
    author.goto(f"{live_server.url}/m/{slug}/desk/")
    desk = author.locator("main").inner_text()
    for thread in Thread.objects.all():
        words = thread.comments.first().body
        assert not words or words[:40] in desk
    author.locator("#list a", has_text="two people sign").click()
    author.locator("#pane .said", has_text="two people sign").wait_for()
    author.get_by_role("button", name=re.compile("Will change")).click()
    author.get_by_text("Decided: will change.").wait_for()
    author.goto(f"{live_server.url}/m/{slug}/reports/")
    author.get_by_role("button", name="Make the report").click()
    with author.expect_download(timeout=60_000) as download:
        author.get_by_role("link", name=re.compile("PDF")).first.click(timeout=60_000)
    saved = tmp_path / "report.pdf"
    download.value.save_as(saved)
    said = " ".join(" ".join(page.extract_text() for page in PdfReader(saved).pages).split())
    for thread in Thread.objects.all():
        assert " ".join(thread.comments.first().body.split()) in said
    assert "the boatswain counted" in said and "Add the person who cleans up at four in the morning." in said
    for name in PEOPLE:
        assert name in said
    assert "3 of 3 readers finished" in said
    for figure in ("partly, n 1", "no, n 1", "yes, n 1", "Comment 2, Suggested edit 1, Reaction 2, From practice 1"):
        assert figure in said, figure

    # A second draft with one chapter changed opens as a correction, and nothing is lost.
    before = (Thread.objects.count(), Answer.objects.count())
    upload(author, live_server, slug, save_book(tmp_path / "ferry-2.docx", SECOND))
    assert author.get_by_role("rowheader", name=re.compile("What waiting costs")).count() == 1  # remembered
    open_it(author, "same")
    second = Draft.objects.get(number=2)
    assert (second.label, second.state) == ("1.1", "open")
    assert (Thread.objects.count(), Answer.objects.count()) == before
    on_passages = Thread.objects.filter(scope="section")
    carried = {a.thread_id: a.fate for a in Anchor.objects.filter(draft=second)}
    assert set(carried) == set(on_passages.values_list("pk", flat=True)) and set(carried.values()) == {"kept"}
    omar.goto(f"{live_server.url}/m/{slug}/read/{chapters['The ferry that waited']}/")
    assert "a quarter past six" in omar.locator("article, main").first.inner_text()
    omar.locator(".note", has_text="two people sign for the ramp").first.wait_for(state="attached")
    assert "Will change" in omar.locator(".note", has_text="two people sign for the ramp").first.inner_text()

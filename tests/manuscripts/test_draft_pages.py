"""The pages of getting a draft in, through HTTP: upload, preview, corrections, opening, and who may not."""

import html
import re

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from accounts.models import User
from manuscripts.manuscripts import make_manuscript
from manuscripts.models import Draft
from tests.books import make_author
from tests.manuscripts.test_importing import FIRST
from tests.manuscripts.uploads import MARKDOWN, by_pandoc, rezipped, word, zipped

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def folders(settings, tmp_path):
    settings.SOURCES_DIR = tmp_path / "sources"
    settings.IMAGES_DIR = tmp_path / "images"


@pytest.fixture
def author(client):
    client.force_login(make_author())
    return client


@pytest.fixture
def book(author):
    return make_manuscript(User.objects.get(), "The Night Shift")


@pytest.fixture
def send(author, book, run_jobs):
    def post(data: bytes, name: str = "book.md", follow: bool = True, **fields):
        file = SimpleUploadedFile(name, data)
        answer = author.post(reverse("draft_new", args=[book.slug]), {"file": file, **fields})
        if follow and answer.status_code == 302:
            run_jobs()
            answer = author.get(answer.url)
        return answer

    return post


def words(answer) -> str:
    """The page's words as a person reads them."""
    return html.unescape(re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", answer.content.decode())))


def test_upload_preview_open(send, author, book, run_jobs):
    answer = send(FIRST.encode(), note="Look at chapter one.")
    page = words(answer)
    assert "2 chapters, 2 sections for disciplines." in page
    assert "1. One" in page and "2. Two" in page and "Look at chapter one." in page
    opened = author.post(reverse("draft_open", args=[book.slug, 1]), {"as": "new"}, follow=True)
    assert "being opened" in words(opened)
    run_jobs()
    assert Draft.objects.get().state == "open"
    assert "Draft 1" in words(author.get(reverse("draft", args=[book.slug, 1])))


def test_while_it_is_read_the_page_waits(send, author, book, run_jobs):
    answer = send(FIRST.encode(), follow=False)
    waiting = author.get(answer.url)
    assert "Your file is being read" in words(waiting)
    progress = reverse("draft_progress", args=[book.slug, 1])
    assert "Waiting for its turn" in words(author.get(progress))
    run_jobs()
    assert author.get(progress)["HX-Refresh"] == "true"


def test_questions_are_answered_and_kept(send, author, book):
    text = "# One\n\nWords.\n\n## Deployment\n\nThe release waited.\n\n# Two\n\nMore.\n"
    page = words(send(text.encode()))
    assert "One question first" in page
    assert "A heading reads “Deployment”." in page and "The release waited." in page
    correct = reverse("draft_correct", args=[book.slug, 1])
    after = words(author.post(correct, {"do": "answers", "q0": "yes"}, follow=True))
    assert "question" not in after
    assert Draft.objects.get().placements.filter(discipline__slug="deployment").exists()
    assert "For Deployment" in after
    undone = words(author.post(correct, {"do": "undo", "correction": "0"}, follow=True))
    assert "One question first" in undone


def test_edit_split_join(send, author, book):
    send(FIRST.encode())
    page, correct = reverse("draft", args=[book.slug, 1]), reverse("draft_correct", args=[book.slug, 1])
    assert 'value="Two"' in author.get(page, {"edit": "c2"}).content.decode()
    saved = {"do": "save", "key": "c2", "title": "Zwei", "was_title": "Two", "discipline": "", "was_discipline": ""}
    assert "2. Zwei" in words(author.post(correct, saved, follow=True))
    split = author.get(reverse("draft_split", args=[book.slug, 1, "c2"]))
    (at,) = re.findall(r'name="at" value="([^"]+)"', split.content.decode())
    three = words(author.post(correct, {"do": "chapter", "at": at, "title": "Drei"}, follow=True))
    assert "3 chapters" in three and "3. Drei" in three
    assert "2 chapters" in words(author.post(correct, {"do": "merge", "key": "c3"}, follow=True))
    refused = words(author.post(correct, {"do": "merge", "key": "c1"}, follow=True))
    assert "This cannot be done at that place." in refused


def test_files_can_take_the_place_of_those_that_another_file_brought(author, book, run_jobs):
    new = reverse("draft_new", args=[book.slug])
    assert "takes the place of" not in words(author.get(new))
    files = [SimpleUploadedFile("a.md", b"# One\n\nThe pager.\n"), SimpleUploadedFile("b.md", b"# Two\n\nThe bill.\n")]
    author.post(new, {"file": files})
    run_jobs()
    author.post(reverse("draft_open", args=[book.slug, 1]), {"as": "new"})
    run_jobs()
    offered = author.get(new, {"chapter": "c2"}).content.decode()
    assert '<option value="c1" dir="auto">what came from a.md: 1 chapter</option>' in offered
    assert '<option value="c2" selected dir="auto">Two</option>' in offered
    answer = author.post(new, {"file": SimpleUploadedFile("a2.md", b"# One\n\nThe radio.\n"), "chapters": "c1"})
    run_jobs()
    page = words(author.get(answer.url))
    assert "2. Two" in page and "Removed since draft 1: nothing." in page
    assert "a2.md" in page and "b.md" in page and " a.md" not in page


def test_what_changed_and_what_would_vanish(send, author, book, run_jobs):
    send(FIRST.encode())
    author.post(reverse("draft_open", args=[book.slug, 1]), {"as": "new"})
    run_jobs()
    page = words(send(FIRST.replace("pager", "radio").encode()))
    assert "1 passage changed" in page and "Unchanged" in page and "Removed since draft 1: nothing." in page
    assert "A correction, 1.1" in page
    gone = words(send(b"# Another book\n\nAltogether other words.\n"))
    assert "2 of 2 chapters would vanish." in gone
    held = author.post(reverse("draft_open", args=[book.slug, 3]), {"as": "same"}, follow=True)
    assert "Confirm first" in words(held)
    author.post(reverse("draft_open", args=[book.slug, 3]), {"as": "same", "confirmed": "on"})
    run_jobs()
    assert Draft.objects.get(number=3).label == "1.1"


def test_thrown_away(send, author, book):
    send(FIRST.encode())
    author.post(reverse("draft_discard", args=[book.slug, 1]))
    assert author.get(reverse("draft", args=[book.slug, 1])).status_code == 404


BOMB = zipped({"a.md": bytes(40_000_000)})
LOCKED = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(500) + "EncryptedPackage".encode("utf-16-le") + bytes(500)


@pytest.mark.parametrize(
    ("name", "data", "status", "said"),
    [
        ("a.docx", b"", 400, "“a.docx” is empty."),
        ("a.pdf", b"%PDF-1.7", 415, "“a.pdf” cannot be read."),
        ("a.docx", b"%PDF-1.7", 415, "is not what its name says"),
        ("a.zip", BOMB, 413, "“a.zip” is refused"),
        ("a.zip", zipped({"../a.md": b"# A"}), 400, "leads outside"),
    ],
    ids=["empty", "unknown", "renamed", "bomb", "slip"],
)
def test_refused_at_once_on_the_page(send, name, data, status, said):
    answer = send(data, name)
    assert answer.status_code == status
    assert said in words(answer)
    assert not Draft.objects.exists()


def xxe() -> bytes:
    evil = b'<?xml version="1.0"?><!DOCTYPE a [<!ENTITY x SYSTEM "file:///etc/passwd">]><a>&x;</a>'
    return rezipped(by_pandoc("# One\n\nwords\n", "docx"), {"word/document.xml": evil})


@pytest.mark.parametrize(
    ("name", "make", "said"),
    [
        ("a.docx", lambda: word(lambda d: d.add_paragraph("x"))[:9000], "damaged or cut off"),
        ("a.docx", lambda: LOCKED, "locked with a password"),
        ("a.docx", xxe, "declares XML entities"),
        ("a.md", lambda: b"# A\n\n" + b"x" * 5_000_000, "longer than a million characters"),
        ("a.md", lambda: b"\n\n".join(b"# H %d" % n for n in range(50_000)), "50000 chapters were found"),
        ("a.md", lambda: b"# A\n\n" + b"> " * 500 + b"x", "deep"),
    ],
    ids=["truncated", "encrypted", "xxe", "long line", "headings", "deep"],
)
def test_what_conversion_finds_is_said_on_the_page(send, name, make, said):
    answer = send(make(), name)
    assert answer.status_code == 200
    assert "This upload could not be read" in words(answer)
    assert said in words(answer)
    assert Draft.objects.get().state == "failed"
    assert not Draft.objects.get().placements.exists()


@pytest.mark.parametrize(
    ("name", "make"),
    [
        ("a.docx", lambda: rezipped(by_pandoc(MARKDOWN, "docx"), {"word/vbaProject.bin": b"x"})),
        ("a.txt", lambda: b"caf\xe9 without any heading"),
        ("a.txt", lambda: b"word " * 900_000),
        ("a.html", lambda: b"<h1>A</h1><img src='http://127.0.0.1:9/x.png'><p>words</p>"),
    ],
    ids=["macros", "bad utf-8", "long line", "outside picture"],
)
def test_harmless_imports(send, name, make):
    assert "To know" in words(send(make(), name))
    assert Draft.objects.get().state == "ready"


def chapter_file(form: str, number: int) -> SimpleUploadedFile:
    def build(d):
        d.add_heading(f"Part {number}", 1)
        d.add_paragraph("Words.")

    data = word(build) if form == "docx" else b"# Part %d\n\nWords.\n" % number
    return SimpleUploadedFile(f"{number}.{form}", data)


@pytest.mark.parametrize("form", ["docx", "md"])
def test_a_book_of_six_files(author, book, run_jobs, form):
    files = [chapter_file(form, number) for number in range(1, 7)]
    first = author.post(reverse("draft_new", args=[book.slug]), {"file": files})
    run_jobs()
    author.post(reverse("draft_open", args=[book.slug, 1]), {"as": "new"})
    run_jobs()
    draft = Draft.objects.get()
    assert draft.state == "open"
    assert list(draft.placements.values_list("chapter_title", flat=True)) == [f"Part {n}" for n in range(1, 7)]
    for file in files:
        file.seek(0)
    again = author.post(reverse("draft_new", args=[book.slug]), {"file": files})
    assert (again.status_code, again.url, run_jobs()) == (302, first.url, 0)
    assert Draft.objects.get().state == "open"


def test_a_book_of_bold_lines(send, author, book, run_jobs):
    def build(d):
        for title, text in (("Chapter 1 Night", "Nobody slept that night."), ("Chapter 2 Day", "Everyone slept.")):
            d.add_paragraph().add_run(title).bold = True
            d.add_paragraph(text)

    assert "2 lines look like headings" in words(send(word(build), "bold.docx"))
    author.post(reverse("draft_open", args=[book.slug, 1]), {"as": "new"})
    run_jobs()
    draft = Draft.objects.get()
    assert (draft.state, draft.placements.count()) == ("open", 2)


PAGES = [("draft_new", ()), ("draft", (1,)), ("draft_progress", (1,)), ("draft_split", (1, "c1-1"))]


@pytest.mark.parametrize(("name", "more"), PAGES)
def test_only_the_author_team_comes_in(cast, client, name, more):
    address = reverse(name, args=[cast.book.slug, *more])
    answers = {who: cast.enter(client, who).get(address).status_code for who in cast.ROLES}
    members = dict.fromkeys(("ops", "sec", "observer", "link"), 403)
    assert answers == dict.fromkeys(("author", "co_author"), 200) | members | dict.fromkeys(cast.OUTSIDE, 404)


@pytest.mark.parametrize("name", ["draft_correct", "draft_open", "draft_discard"])
def test_only_the_author_team_changes(cast, client, name):
    address = reverse(name, args=[cast.book.slug, 1])
    before = Draft.objects.get(manuscript=cast.book).state
    answers = {who: cast.enter(client, who).post(address).status_code for who in cast.ROLES}
    members = dict.fromkeys(("ops", "sec", "observer", "link"), 403)
    assert answers == dict.fromkeys(("author", "co_author"), 302) | members | dict.fromkeys(cast.OUTSIDE, 404)
    assert Draft.objects.get(manuscript=cast.book).state == before


def test_what_the_page_shows_holds_when_the_draft_is_opened(send, author, book, run_jobs):
    page = send(FIRST.replace("## ", "**Aside**\n\n## ", 1).encode())
    assert page.content.count(b'form="opening" name="q0"') == 2
    author.post(reverse("draft_open", args=[book.slug, 1]), {"as": "new", "q0": "no"})
    run_jobs()
    draft = Draft.objects.get()
    assert draft.state == "open"
    assert [(c["op"], c["level"]) for c in draft.corrections] == [("heading", 0)]


def test_a_correction_names_its_line_and_keeps_the_place(send, author, book):
    page = send(FIRST.encode())
    key = Draft.objects.get().placements.filter(chapter_title="Two").first().section.key
    address = reverse("draft_correct", args=[book.slug, 1])
    kept = author.post(address, {"do": "save", "key": key, "title": "Twice", "was_title": "Two"})
    assert kept.url == reverse("draft", args=[book.slug, 1]) + f"#at-{key}"
    page = author.get(kept.url)
    assert f'id="at-{key}"' in page.content.decode()
    assert "Named “Twice” Two" in words(page)
    nothing = author.post(address, {"do": "save", "key": key, "title": " ", "was_title": "Twice"}, follow=True)
    assert "Kept, for this draft" not in words(nothing)


def test_what_was_typed_for_a_failed_upload_is_there_again(send, author, book):
    failed = send(word(lambda d: d.add_paragraph("Words."))[:-200], "cut.docx", note="Shorter now.")
    assert "This upload could not be read" in words(failed)
    assert "?after=1" in failed.content.decode()
    assert "Shorter now." in words(author.get(reverse("draft_new", args=[book.slug]) + "?after=1"))
    assert "Shorter now." not in words(author.get(reverse("draft_new", args=[book.slug]) + "?after=x"))

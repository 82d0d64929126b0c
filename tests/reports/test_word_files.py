"""Reports as Word files: the author's own with the notes in it, and a new one of what came otherwise."""

import hashlib
import io
import re
from dataclasses import replace

import docx
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from lxml import etree

from manuscripts.models import Image
from reports.findings import findings
from reports.formats import FORMATS
from reports.making import Wish, request_report
from reports.models import Report
from reports.snapshot import Edition
from reviews.editing import edit_section
from reviews.models import Anchor
from reviews.threads import NewThread, agree, create_thread, decide, reply
from tests.api.conftest import Api
from tests.books import actor_of
from tests.manuscripts.test_docx_tracked import W, part, read
from tests.manuscripts.uploads import by_pandoc as made_by_pandoc
from tests.manuscripts.uploads import png
from tests.reports.samples import full_round
from tests.reports.test_formats import HOSTILE
from tests.reviews.test_change_list import Desk
from tests.soffice import accepted_by_libreoffice, needs_libreoffice
from tests.word_comments import Noted, by_pandoc, by_python_docx, flat

pytestmark = pytest.mark.django_db
WORD = """# The handover

Nobody owns the *night* shift.[^1] The pager does, and it wakes whoever stands nearest to it.

Keep a list of what wakes you, and read it aloud on Mondays.

## IT operations

Put the list where the night can read it.

[^1]: As the survey of last year says at length.

# The promise

A change is a promise between trades.[^2] It waits for a signature until Thursday.

| when | who |
|------|-----|
| noon | Ruth |

[^2]: Another note, of the second chapter.
"""
PLAIN = """# The third door

Ask what each door can reach before you open it.[^1] Ask **twice** ~~or never~~.

[^1]: Doors of all kinds.
"""


@pytest.fixture(autouse=True)
def folders(settings, tmp_path):
    settings.SOURCES_DIR, settings.IMAGES_DIR = tmp_path / "sources", tmp_path / "images"
    settings.REPORTS_DIR = tmp_path / "reports"


@pytest.fixture
def desk(client, run_jobs):
    """A book of a Word file and a Markdown file, open to its readers."""
    made = Desk(client, run_jobs)
    files = {"The book.docx": made_by_pandoc(WORD, "docx"), "third.md": PLAIN.encode()}
    client.post(made.url("draft_new"), {"file": [SimpleUploadedFile(*each) for each in files.items()]})
    run_jobs()
    made.open(1)
    made.uploaded = files["The book.docx"]
    return made


def made(desk, formats=("docx",), **wish) -> list[tuple[str, bytes]]:
    """The report's Word files with the names of the author's files that they are."""
    report = request_report(actor_of(desk.me), desk.book, Wish(formats=formats, **wish))
    desk.run_jobs()
    files = list(Report.objects.get(pk=report.pk).files.all())
    assert [file.state for file in files] == ["done"] * len(files)
    return [(file.source, file.path.read_bytes()) for file in files]


def comments(data: bytes) -> list[Noted]:
    """The comments, the same for both readers."""
    found = list(by_python_docx(data).values())
    other = {flat(c.text): flat(c.words) for c in by_pandoc(data).values()}
    assert other == {flat(c.text): flat(c.words) for c in found}
    return found


def about(data: bytes, words: str) -> Noted:
    (found,) = [c for c in comments(data) if words in c.text]
    return found


def test_the_authors_file_and_a_new_one_each_with_its_notes_on_their_words(desk):
    note = desk.say(desk.omar, "The pager does", body="*Not* on Sundays.", accept=False)
    reply(actor_of(desk.me), note, "Since when?")
    agree(actor_of(desk.signe), note)
    decide(actor_of(desk.me), note, "no_change", "It does.")
    desk.say(desk.signe, "Ruth", body="Who is she?", accept=False)
    desk.say(desk.signe, "Ask twice", body="Why twice?", accept=False)
    (name, own), (other_name, new) = made(desk)
    assert (name, other_name) == ("The book.docx", "")
    first, answer = about(own, "Sundays"), about(own, "Since when")
    assert first.words == answer.words == "The pager does"
    assert first.author == "Omar Haddad (OPS)" and answer.author == "Ada Lindqvist"
    assert first.text.split("\n") == ["*Not* on Sundays.", "No change. One reader agrees.", "It does."]
    assert about(own, "Who is she").words.strip() == "Ruth"
    assert b'w15:done="1"' in part(own, "word/commentsExtended.xml")
    assert about(own, "Two notes on draft 1 in this file").text.endswith("2 on their words")
    assert read(own) == read(desk.uploaded)
    assert about(new, "Why twice").words == "Ask twice"
    assert [p.text for p in docx.Document(io.BytesIO(new)).paragraphs][:2] == ["The Night Shift", "The third door"]
    assert "Doors of all kinds" in read(new)


def test_notes_without_words_of_the_main_text_go_where_they_belong_and_say_so(desk):
    def say(**fields):
        new = NewThread(kind="comment", **fields)
        return create_thread(actor_of(desk.omar), desk.book, new)[0]

    places = desk.book.open_draft.placements.select_related("chapter").order_by("chapter_position", "position")
    _first, second, _third = places
    say(body="Of the book.")
    say(body="Of the chapter.", chapter=second.chapter.key)
    say(body="Of the section.", text_id=str(second.text_id))
    desk.say(desk.omar, "of last year", body="Which survey?", accept=False)
    gone = desk.say(desk.omar, "on Mondays", body="Tuesdays too.", accept=False)
    draft = desk.book.open_draft
    Anchor.objects.create(thread=gone, draft=draft, attempt=9, chapter=second.chapter, fate="detached", by="worker")
    (_name, own), _new = made(desk)
    assert about(own, "Of the book.").words.strip() == "The handover"
    assert about(own, "Of the chapter.").words.strip() == "The promise"
    assert about(own, "Of the section.").words.strip() == "The promise"
    lost = about(own, "Tuesdays")
    assert lost.words.strip() == "The promise" and "no longer in this draft: “on Mondays”" in lost.text
    footnote = about(own, "Which survey?")
    assert footnote.words == "shift" and "“of last year”" in footnote.text
    told = about(own, "Five notes on draft 1").text
    assert (
        "1 on a whole section" in told
        and "1 on the book" in told
        and "no longer in this draft" in told
        and "1 at the mark" in told
    )


def test_suggestions_are_tracked_unless_decided_otherwise(desk):
    desk.say(desk.omar, "read it aloud", "sing it")
    desk.say(desk.signe, "it aloud on", "softly on", accept=False)
    refused = desk.say(desk.signe, "until Thursday", "until Friday", accept=False)
    decide(actor_of(desk.me), refused, "no_change", "Thursday it is.")
    (_name, own), _new = made(desk)
    assert "and sing it on Mondays" in read(own) and "until Thursday" in read(own)
    assert read(own, "reject") == read(desk.uploaded)
    marks = list(etree.fromstring(part(own)).iter(f"{W}ins", f"{W}del"))
    assert {mark.get(f"{W}author") for mark in marks} == {"Omar Haddad (OPS)"}
    assert "Instead: “softly on”" in about(own, "softly").text and "Another suggestion" in about(own, "softly").text
    assert "Instead: “until Friday”" in about(own, "Friday").text


def test_what_was_written_here_since_stands_in_the_file_tracked(desk):
    old = desk.say(desk.omar, "wakes whoever", body="And who is nearest?", accept=False)
    place = desk.book.open_draft.placements.select_related("text").first()
    markdown = place.text.markdown.replace("The pager does", "The old pager does")
    assert markdown != place.text.markdown
    markdown = markdown.replace("Put the list where the night can read it.\n", "").replace(
        "Keep a list", "A paragraph of its own.\n\nKeep a list"
    )
    edit_section(actor_of(desk.me), desk.book, place, markdown)
    second = desk.book.open_draft.placements.select_related("text")[1]
    table = re.sub(r"(\| noon .*\n)", r"\1| dusk | Omar |\n", second.text.markdown)
    edit_section(actor_of(desk.me), desk.book, second, table)
    desk.run_jobs()
    desk.open(2)
    desk.say(desk.signe, "old pager", body="How old?", accept=False)
    (_name, own), _new = made(desk)
    assert "The old pager does" in read(own) and "where the night" not in read(own)
    assert read(own, "reject") == read(desk.uploaded)
    assert about(own, "How old?").words == "old pager"
    assert about(own, "And who is nearest?").words == "wakes whoever" and old.pk
    assert "A paragraph of its own.\n\nKeep a list" in read(own)
    row = about(own, "Omar”")
    assert "the old words still stand" in row.text and row.author == "Ada Lindqvist" and "Ruth" in row.words
    (_name, former), _new = made(desk, draft=1)
    assert read(former) == read(desk.uploaded) and about(former, "nearest").words == "wakes whoever"


def test_the_same_snapshot_gives_the_same_bytes_and_each_file_its_address(desk, client):
    desk.say(desk.omar, "The pager does", body="Not on Sundays.", accept=False)
    report = request_report(actor_of(desk.me), desk.book, Wish(formats=("docx", "json")))
    desk.run_jobs()
    report = Report.objects.get(pk=report.pk)
    own, new, data = report.files.all()
    assert (own.address, new.address, data.address) == ("docx", "docx-2", "json")
    assert own.name == "The book with notes on draft 1.docx" and new.name == "the-night-shift-draft-1.docx"
    for file, source in zip((own, new), FORMATS["docx"].sources(report.snapshot), strict=True):
        again = FORMATS["docx"].render(report.snapshot, report.snapshot_sha256, source)
        assert hashlib.sha256(again).hexdigest() == file.sha256
        sent = client.get(desk.url("report_file", report.pk, file.address))
        assert b"".join(sent.streaming_content) == again
    api = Api(desk.author)
    told = api.get(f"/reports/{report.pk}/").json()["files"]
    assert [file.get("source") for file in told] == ["The book.docx", None, None]
    assert hashlib.sha256(b"".join(api.get(told[1]["url"]).streaming_content)).hexdigest() == new.sha256
    page = client.get(desk.url("report", report.pk)).content.decode()
    assert "Your Word file with the notes in it: The book.docx" in page


def test_what_leaves_the_author_team_names_nobody_and_holds_allowed_words_only(desk):
    desk.say(desk.omar, "The pager does", body="Not on Sundays.", accept=False, quote_permission="unnamed")
    desk.say(desk.signe, "Keep a list", body="For you alone.", accept=False)
    (_name, own), _new = made(desk, edition="publisher")
    assert about(own, "Not on Sundays").words == "The pager does"
    everything = b"".join(part(own, f"word/{name}.xml") for name in ("document", "comments", "commentsExtended"))
    for word in (b"Omar", b"Haddad", b"For you alone", b"Signe"):
        assert word not in everything
    assert about(own, "Not on Sundays").author == "A reader"


def test_a_file_that_is_lost_or_broken_fails_in_words_and_the_others_are_made(desk, settings):
    source = desk.book.sources.get(format="docx")
    (settings.SOURCES_DIR / source.sha256).write_bytes(b"no zip")
    report = request_report(actor_of(desk.me), desk.book, Wish(formats=("docx", "csv")))
    desk.run_jobs()
    states = {file.address: file.state for file in Report.objects.get(pk=report.pk).files.all()}
    assert states == {"docx": "failed", "docx-2": "done", "csv": "done"}


def test_pictures_of_the_book_stand_in_the_new_file(desk, settings):
    picture = png(20, 10)
    sha256 = hashlib.sha256(picture).hexdigest()
    settings.IMAGES_DIR.mkdir(exist_ok=True)
    (settings.IMAGES_DIR / sha256).write_bytes(picture)
    Image.objects.create(manuscript=desk.book, sha256=sha256, media_type="image/png", width=20, height=10)
    third = desk.book.open_draft.placements.select_related("text").last()
    edit_section(actor_of(desk.me), desk.book, third, f"{third.text.markdown}\n\n![A door](image:{sha256})\n")
    desk.run_jobs()
    desk.open(2)
    _own, (_name, new) = made(desk)
    (shape,) = docx.Document(io.BytesIO(new)).inline_shapes
    assert shape.width > 0 and "A door" in read(new)


def hostile_data():
    words = [*HOSTILE, "\x00\x1b[31m\ud800\uffff", "\u202eover\u2066turned", "x" * 100_000]
    book = full_round(notes=len(words))
    remarks = tuple(
        replace(r, body=w, quote=w, reason=w, replacement=w, reaction="", kind="comment", visibility="everyone")
        for r, w in zip(book.remarks, words, strict=True)
    )
    people = tuple(replace(m, name=f"{words[0]} {m.name} \x07\udfff") for m in book.members)
    return words, findings(replace(book, remarks=remarks, members=people, title=HOSTILE[2]), Edition())


def test_hostile_words_give_a_file_that_shows_them():
    words, data = hostile_data()
    made = FORMATS["docx"].render(data, "")
    assert f"{len(words)} at the head of their section" in about(made, " in this file:").text
    said = "".join(flat(c.text) for c in by_python_docx(made).values())
    for typed in words[: len(HOSTILE)]:
        assert flat(typed) in said
    assert "␀␛[31m\ufffd\ufffd" in said and "x" * 100_000 in said
    assert HOSTILE[2] in docx.Document(io.BytesIO(made)).paragraphs[0].text


@needs_libreoffice
@pytest.mark.slow
def test_libreoffice_opens_it_with_hostile_words_in_it(tmp_path):
    _words, data = hostile_data()
    assert "@ref" in accepted_by_libreoffice(FORMATS["docx"].render(data, ""), tmp_path)

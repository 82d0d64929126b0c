"""The change list through HTTP: from a suggestion through the author's Word file to the reader who made it."""

import html
import io
import re

import docx
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from lxml import etree

from anchoring.align import align
from manuscripts.formats.wordxml import accept_changes
from manuscripts.manuscripts import make_manuscript
from reviews.arriving import stands
from reviews.models import Decision, Thread
from reviews.threads import NewThread, create_thread, decide, withdraw
from tests.books import actor_of, make_author, make_reader
from tests.manuscripts.test_docx_tracked import part
from tests.manuscripts.uploads import rezipped

pytestmark = pytest.mark.django_db
WORD = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"


@pytest.fixture(autouse=True)
def folders(settings, tmp_path):
    settings.SOURCES_DIR = tmp_path / "sources"
    settings.IMAGES_DIR = tmp_path / "images"


CHAPTERS = {
    "The handover": [
        "Nobody owns the night shift. The pager does, and it wakes whoever stands nearest to it.",
        "Keep a list of what wakes you, and read it aloud on Mondays.",
    ],
    "The promise": [
        "A change is a promise between trades. It waits for a signature until Thursday.",
        "Ask what each door can reach before you open it.",
    ],
}


def word_book(chapters=CHAPTERS, swap=()) -> bytes:
    """The book as Word saves it; `swap` pairs words with what stands there instead."""
    document = docx.Document()
    for title, paragraphs in chapters.items():
        document.add_heading(title, level=1)
        for words in paragraphs:
            for old, new in swap:
                words = words.replace(old, new)
            document.add_paragraph(words)
    out = io.BytesIO()
    document.save(out)
    return out.getvalue()


def accepted(data: bytes) -> bytes:
    """The file after its author has accepted every tracked change in it."""
    tree = etree.fromstring(part(data))
    accept_changes(tree)
    return rezipped(data, {"word/document.xml": etree.tostring(tree, encoding="UTF-8", xml_declaration=True)})


def words(answer) -> str:
    """The page's words as a person reads them."""
    return html.unescape(re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", answer.content.decode())))


class Desk:
    """An author at work on one book, with a reader of operations and one of security."""

    def __init__(self, client, run_jobs):
        self.client, self.run_jobs = client, run_jobs
        self.author = make_author()
        self.book = make_manuscript(self.author, "The Night Shift")
        self.omar = make_reader(self.book, "Omar Haddad", "it-operations")
        self.signe = make_reader(self.book, "Signe Berg", "information-security")
        client.force_login(self.author)

    def url(self, name, *args):
        return reverse(name, args=[self.book.slug, *args])

    def upload(self, *files, name="book.docx"):
        """Uploads files and looks at the preview."""
        sent = [SimpleUploadedFile(name if len(files) == 1 else f"{n}-{name}", data) for n, data in enumerate(files)]
        answer = self.client.post(self.url("draft_new"), {"file": sent})
        self.run_jobs()
        return self.client.get(answer.url)

    def open(self, number, **fields):
        self.client.post(self.url("draft_open", number), {"as": "new", "confirmed": "on", **fields})
        self.run_jobs()

    def say(self, member, old, new=None, body="Better so.", accept=True, **fields):
        """A note on words of the open draft, with a replacement a suggestion; accepted at once."""
        place = next(p for p in self.book.open_draft.placements.select_related("text") if old in p.text.text)
        start = place.text.text.index(old)
        kind = "comment" if new is None else "suggestion"
        note = NewThread(kind=kind, body=body, replacement=new, text_id=str(place.text_id),
                         selector={"start": start, "end": start + len(old)}, **fields)  # fmt: skip
        thread, _made = create_thread(actor_of(member), self.book, note)
        return decide(actor_of(self.me), thread, "will_change", "Thank you.") if accept else thread

    @property
    def me(self):
        return self.book.memberships.get(role="author")

    def file(self):
        """The Word file with the accepted changes, as the button on the page gives it."""
        page = self.client.get(self.url("change_list")).content.decode()
        (link,) = re.findall(r'href="([^"]+)" download', page)
        return self.client.get(link)


@pytest.fixture
def desk(client, run_jobs):
    made = Desk(client, run_jobs)
    made.upload(word_book())
    made.open(1)
    return made


def test_from_a_suggestion_through_the_word_file_to_its_reader(desk, client):
    taken = desk.say(desk.omar, "Nobody owns the night shift", "Somebody must own the night shift")
    missing = desk.say(desk.signe, "until Thursday", "until it is read")
    comment = desk.say(desk.signe, "read it aloud", body="To whom?")
    page = words(desk.client.get(desk.url("change_list")))
    assert "Your change list of 3" in page and "2 changes tracked in it" in page
    assert "By hand" in page and "No words were suggested." in page

    answer = desk.file()
    assert answer["Content-Type"] == WORD and "book with accepted changes.docx" in answer["Content-Disposition"]
    assert "no-store" in answer["Cache-Control"]
    made = b"".join(answer.streaming_content)
    marks = {mark.get(f"{{{mark.nsmap['w']}}}author") for mark in etree.fromstring(part(made)).iter("{*}ins", "{*}del")}
    assert marks == {"Ada Lindqvist"}
    final = docx.Document(io.BytesIO(accepted(made)))
    assert [p.text for p in final.paragraphs if p.text.startswith(("Some", "A change"))] == [
        "Somebody must own the night shift. The pager does, and it wakes whoever stands nearest to it.",
        "A change is a promise between trades. It waits for a signature until it is read.",
    ]

    # The author takes one of the two, and rewrites what the comment was about.
    for paragraph in final.paragraphs:
        if "until it is read" in paragraph.text:
            paragraph.text = paragraph.text.replace("until it is read", "until Thursday")
        if "aloud" in paragraph.text:
            paragraph.text = "Keep a list of what wakes you, and have somebody go through all of it on Mondays."
    out = io.BytesIO()
    final.save(out)
    preview = desk.upload(out.getvalue())
    said = words(preview)
    assert "Your change list of 3" in said
    assert "1 is in this file" in said and "1 is not" in said and "1 on words that changed otherwise" in said
    page = preview.content.decode()
    assert re.search(rf'name="changed" value="{taken.pk}" checked', page)
    assert re.search(rf'name="changed" value="{comment.pk}">', page)
    assert f'name="changed" value="{missing.pk}"' not in page
    assert "until it is read" in page[page.index("Not in this file") :]
    assert {d.decision for d in Decision.objects.all()} == {"will_change"}, "nothing is marked until it opens"

    desk.open(2, changed=[str(taken.pk), str(missing.pk), "x", "9" * 30])
    decisions = dict(Decision.objects.values_list("thread_id", "decision"))
    assert decisions == {taken.pk: "changed", comment.pk: "will_change", missing.pk: "will_change"}
    assert Decision.objects.get(thread=taken).applied_in == desk.book.open_draft
    assert Decision.objects.get(thread=taken).reason == "Thank you."
    client.force_login(desk.omar.user)
    mine = words(client.get(reverse("manuscript", args=[desk.book.slug])))
    assert "Changed" in mine and "changed" in words(client.get(reverse("read", args=[desk.book.slug, "c1"]))).lower()


def test_the_words_elsewhere_are_not_the_words_in_their_place(desk):
    desk.say(desk.omar, "a promise between trades", "a debt")
    swapped = word_book(swap=[("Ask what each door", "A change is a debt. Ask what each door")])
    said = words(desk.upload(swapped))
    assert "0 are in this file" in said and "1 is not" in said


def test_of_two_on_the_same_words_the_second_shows_the_conflict_and_can_be_taken_off_and_put_back(desk):
    first = desk.say(desk.omar, "the night shift", "the late shift")
    second = desk.say(desk.signe, "owns the night", "has the night")
    page = words(desk.client.get(desk.url("change_list")))
    assert "In conflict with another" in page and "one change tracked in it" in page
    assert "On the same words you have already accepted:" in page
    taken_off = desk.client.post(desk.url("change_list"), {"thread": first.pk}, follow=True)
    assert "Taken off the list" in words(taken_off) and "In conflict" not in words(taken_off)
    assert Thread.objects.get(pk=first.pk).status == "open"
    back = desk.client.post(desk.url("change_list"), {"thread": first.pk, "do": "put_back"}, follow=True)
    assert "Your change list of 2" in words(back)
    decision = Decision.objects.get(thread=first)
    assert (decision.decision, decision.reason) == ("will_change", "Thank you.")
    again = desk.client.post(desk.url("change_list"), {"thread": second.pk, "do": "put_back"}, follow=True)
    assert "Your change list of 2" in words(again)
    decide(actor_of(desk.me), second, "later")
    gone = desk.client.post(desk.url("change_list"), {"thread": second.pk}, follow=True)
    assert "no longer on the list" in words(gone)
    assert Decision.objects.get(thread=second).decision == "later"


def test_a_file_for_each_chapter_gives_each_back(desk):
    titles = list(CHAPTERS)
    files = [word_book({title: CHAPTERS[title]}) for title in titles]
    desk.upload(*files)
    desk.open(2)
    desk.say(desk.omar, "the night shift", "the late shift")
    desk.say(desk.omar, "before you open it", "before you open or close it")
    page = desk.client.get(desk.url("change_list")).content.decode()
    links = re.findall(r'href="([^"]+)" download', page)
    texts = []
    for link in links:
        made = b"".join(desk.client.get(link).streaming_content)
        texts.append("\n".join(p.text for p in docx.Document(io.BytesIO(accepted(made))).paragraphs))
    assert "the late shift" in texts[0] and "The promise" not in texts[0]
    assert "before you open or close it" in texts[1] and "handover" not in texts[1]


def test_a_book_that_is_no_word_file_has_no_button_and_says_where_to_go_on(desk):
    desk.upload(b"# The handover\n\nNobody owns the night shift.\n\n# Two\n\nMore words.\n", name="book.md")
    desk.open(2)
    desk.say(desk.omar, "the night shift", "the late shift")
    page = desk.client.get(desk.url("change_list"))
    assert " download>" not in page.content.decode() and "does not come from a Word file" in words(page)
    assert desk.client.get(desk.url("change_list_file", 1)).status_code == 404


def test_what_was_suggested_for_other_words_is_left_to_the_author(desk):
    desk.say(desk.omar, "wakes whoever stands nearest", "wakes us all")
    desk.say(desk.signe, "what each door can reach", "what doors reach")
    changed = [
        ("wakes whoever stands", "rouses whoever sits"),
        ("Ask what each door can reach before you open it.", ""),
    ]
    desk.upload(word_book(swap=changed))
    desk.open(2)
    page = words(desk.client.get(desk.url("change_list")))
    assert "The words have changed since this was suggested." in page
    assert "Its words are gone from the open draft." in page
    assert "no suggestion of the list can go into it" in page


def test_notes_that_a_draft_changes_are_listed_with_old_and_new_words_and_no_names_that_were_promised_away(desk):
    desk.say(desk.omar, "stands nearest", body="Why nearest?", accept=False)
    desk.say(desk.omar, "Ask what each door can reach", body="Every door?", accept=False)
    changed = [("stands nearest", "happens to stand near"), ("Ask what each door can reach before you open it.", "")]
    preview = desk.upload(word_book(swap=changed))
    assert "See the 2 that changed or came off" in words(preview)
    listed = desk.client.get(desk.url("draft_notes", 2))
    page = words(listed)
    assert "2 notes on words that change or go" in page and "Omar Haddad" in page
    assert page.index("Every door?") < page.index("Why nearest?"), "those that come off stand first"
    assert "Comes off" in page and "stand near</ins>" in listed.content.decode()
    desk.book.rounds.update(anonymity="all")
    for thread in Thread.objects.all():
        thread.comments.update(anonymity="all")
    assert "Omar" not in words(desk.client.get(desk.url("draft_notes", 2)))


def test_where_the_section_of_a_note_stood_is_named_by_its_chapter_and_what_was_off_before_stays_off(desk):
    without = b"# The trades\n\nA change.\n\n## For operations\n\nKeep a list.\n\n## For security\n\nAsk each door.\n"
    desk.upload(without + b"\n## For testing\n\nA drill that everybody passes.\n", name="book.md")
    desk.open(2)
    desk.say(desk.omar, "A drill that everybody", body="Every drill?", accept=False)
    desk.upload(without, name="book.md")
    page = words(desk.client.get(desk.url("draft_notes", 3)))
    assert "Where it stood The trades Its section was removed" in page and "Comes off" in page
    desk.open(3)
    desk.upload(without.replace(b"Keep a list.", b"Keep a longer list."), name="book.md")
    page = words(desk.client.get(desk.url("draft_notes", 4)))
    assert "Stays off" in page and "Comes off" not in page


def test_withdrawn_notes_leave_the_list(desk):
    thread = desk.say(desk.omar, "the night shift", "the late shift")
    withdraw(actor_of(desk.omar), thread)
    assert "Nothing is on it" in words(desk.client.get(desk.url("change_list")))


def test_the_list_and_the_preview_take_as_many_queries_for_one_note_as_for_three(desk):
    def queries(path):
        desk.client.get(path)
        with CaptureQueriesContext(
            connection,
        ) as seen:
            desk.client.get(path)
        return len(seen)

    desk.say(desk.omar, "the night shift", "the late shift")
    desk.upload(word_book(swap=[("the night shift", "the late shift"), ("Mondays", "Fridays")]))
    paths = [desk.url("change_list"), desk.url("draft", 2), desk.url("draft_notes", 2)]
    one = [queries(path) for path in paths]
    desk.say(desk.signe, "until Thursday", "until Friday")
    desk.say(desk.signe, "read it aloud", body="To whom?")
    desk.client.post(desk.url("draft_correct", 2), {"do": "save", "key": "c2", "title": "The vow", "was_title": "x"})
    desk.run_jobs()
    assert [queries(path) for path in paths] == one


OLD = "The desk keeps a long list of the night calls. Nobody reads it before noon. Then the day begins anew.\n"


@pytest.mark.parametrize(
    ("marked", "wanted", "new", "is_in"),
    [
        ("long list", "short list", OLD.replace("long list", "short list"), True),
        ("long list", "short list", OLD.replace("long list", "endless list"), False),
        ("long list", "short list", OLD, False),
        ("long list", "short list", OLD + "A short list is better.\n", False),
        (" of the night calls", "", OLD.replace(" of the night calls", ""), True),
        ("Nobody", "“Nobody” it seems", OLD.replace("Nobody", '"Nobody" it seems'), True),
        ("it before", "it – ever – before", OLD.replace("it before", "it - ever - before"), True),
        ("list of", "list - of", OLD.replace("list of", "list – of").replace("Nobody", "No one"), True),
        ("The desk", "Our desk", OLD.replace("The desk", "Our desk"), True),
        ("begins anew.", "begins.", OLD.replace("begins anew.", "begins."), True),
        ("anew", "again", OLD.replace("anew", "Again"), False),
        (OLD.strip(), "All other words.", "All other words.\n", True),
    ],
)  # fmt: skip
def test_a_replacement_counts_only_in_its_place(marked, wanted, new, is_in):
    start = OLD.index(marked)
    assert stands(align(OLD, new), start, start + len(marked), wanted, at=start if start < len(new) else 0) is is_in


def test_only_dashes_and_quotation_marks_must_be_those_wanted_where_they_are_all_that_changes():
    old, wanted = 'He said "so" twice, and went on to the next of them.\n', "“so”"
    start = old.index('"so"')
    for new, is_in in ((old, False), (old.replace('"so"', "“so”"), True), (old.replace('"so"', "«so»"), False)):
        assert stands(align(old, new), start, start + 4, wanted, at=start) is is_in


def test_two_suggestions_side_by_side_are_both_found():
    old = "The pager wakes nobody at night, and the desk sleeps until it is noon.\n"
    new = old.replace("wakes nobody", "rouses everyone").replace("at night", "by day")
    pairs = [("wakes nobody", "rouses everyone"), ("at night", "by day")]
    places = [(old.index(a), old.index(a) + len(a), b) for a, b in pairs]
    for number, (start, end, wanted) in enumerate(places):
        assert stands(align(old, new), start, end, wanted, [places[1 - number]], at=10)
    half = old.replace("wakes nobody", "rouses everyone")
    assert not stands(align(old, half), *places[1], [places[0]], at=10)


def test_what_is_put_on_the_list_while_an_upload_waits_is_looked_for_in_it(desk):
    desk.upload(word_book(swap=[("the night shift", "the late shift")]))
    thread = desk.say(desk.omar, "the night shift", "the late shift")
    waiting = desk.client.get(desk.url("draft", 2)).content.decode()
    assert "Being looked at" in waiting and 'hx-trigger="every 2s"' in waiting
    assert 'name="changed"' not in waiting and "notes from draft" not in waiting  # what was found before is old
    desk.run_jobs()
    page = desk.client.get(desk.url("draft", 2)).content.decode()
    assert "Being looked at" not in page and "every 2s" not in page
    assert re.search(rf'name="changed" value="{thread.pk}" checked', page)
    desk.client.post(desk.url("change_list"), {"thread": thread.pk})
    assert f'name="changed" value="{thread.pk}"' not in desk.client.get(desk.url("draft", 2)).content.decode()
    desk.open(2, changed=str(thread.pk))
    assert not Decision.objects.exists()


def test_the_desk_puts_a_suggestion_on_the_list_and_counts_it(desk):
    thread = desk.say(desk.omar, "the night shift", "the late shift", accept=False)
    page = desk.client.get(desk.url("desk"), {"note": thread.pk})
    assert "Put on my change list" in words(page) and "Your change list 0" in words(page)
    assert "Apply it to the text" not in words(page)
    decide(actor_of(desk.me), thread, "will_change")
    page = desk.client.get(desk.url("desk"), {"note": thread.pk, "tab": "will_change"})
    assert "On your change list" in words(page) and "Your change list 1" in words(page)

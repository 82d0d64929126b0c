"""Carrying through several drafts: where each note stands, with which fate, and why."""

import itertools
import re

import pytest

from manuscripts.manuscripts import make_manuscript
from manuscripts.models import TextMap
from reviews.carrying import plan, store
from reviews.models import Anchor, Thread
from reviews.threads import NewThread, create_thread, keep_on_chapter, place_by_hand, undo_placement, withdraw
from tests.books import actor_of, make_author, make_draft, make_reader, open_at_once

pytestmark = pytest.mark.django_db

PAGER = "The pager rang at two in the morning, and nobody could say which of the four teams it was meant for."
WINDOW = "A plan is closer to a window at dusk: whoever looks into it sees mostly the room behind them."
HOURS = "We counted the hours afterwards, and the sum was larger than the saving that had started the project."
LEDGER = "Every change was entered in a ledger that three people kept and that no two of them read alike."
BRIDGE = "A bridge that two villages pay for is repaired by neither until the first cart falls through it."
LAMPS = "Lamps were lit along the quay each evening by a man whose name stood on no list of duties."
NIGHT, BILL = "# The night shift", "# The bill"


def md(*paragraphs):
    return "\n\n".join(paragraphs)


class Drafts:
    """A book through its drafts: each is {chapter key: [(section key, Markdown)]}."""

    def __init__(self, **chapters):
        self.book = make_manuscript(make_author(), "The Night Shift")
        self.author = actor_of(self.book.memberships.get())
        self.now = open_at_once(self.make(chapters))
        self.reader = actor_of(make_reader(self.book, "Omar Haddad", "it-operations"))

    def make(self, chapters):
        held = {}
        for key, sections in chapters.items():
            rows = [(f"{key}-1", sections)] if isinstance(sections, str) else sections
            held[key] = (key.upper(), [(name, None, words) for name, words in rows])
        return make_draft(self.book, held)

    def next(self, **chapters):
        """The next draft, opened with every note carried."""
        draft = self.make(chapters)
        store(plan(self.now, draft), self.now)
        self.open(draft)

    def open(self, draft):
        round_ = self.now.round
        self.now.state = "closed"
        self.now.save()
        draft.round, draft.label, draft.state = round_, f"1.{draft.number - 1}", "open"
        draft.save()
        self.now = draft

    def section(self, key, draft=None):
        return (draft or self.now).placements.select_related("text").get(section__key=key)

    def note(self, key, words, draft=None):
        """A note on the words; on the whole section where there are none."""
        text = self.section(key, draft).text
        start = text.text.index(words)
        selector = {"start": start, "end": start + len(words)} if words else None
        new = NewThread(kind="comment", body="Who says so?", text_id=text.pk, selector=selector)
        return create_thread(self.reader, self.book, new)[0]

    def place(self, thread, key, words):
        text = self.section(key).text
        start = text.text.index(words)
        place_by_hand(self.author, thread, text.pk, {"start": start, "end": start + len(words)})

    def anchor(self, thread):
        rows = Anchor.objects.filter(thread=thread, draft=self.now).select_related("chapter", "section", "text")
        return rows.order_by("attempt").last()

    def stands(self, thread):
        """(fate, section key, words) of the note now."""
        a = self.anchor(thread)
        words = a.text.text[a.start : a.end] if a.start is not None else None
        return a.fate, a.section.key if a.section else None, words


def test_kept_edited_moved_and_detached_each_with_how_sure_and_why():
    book = Drafts(c1=md(NIGHT, PAGER, WINDOW, LAMPS), c2=md(BILL, HOURS, LEDGER))
    kept = book.note("c1-1", "at two in the morning")
    edited = book.note("c2-1", "larger than the saving")
    moved = book.note("c1-1", "a window at dusk")
    gone = book.note("c1-1", "on no list of duties")
    book.next(
        c1=md(NIGHT, "Before it all began there was a quiet week.", PAGER),
        c2=md(BILL, HOURS.replace("larger than the saving", "far larger than any saving"), LEDGER, WINDOW),
    )
    assert book.stands(kept) == ("kept", "c1-1", "at two in the morning")
    assert book.anchor(kept).confidence == 1
    assert book.stands(edited) == ("edited", "c2-1", "larger than any saving")
    assert book.anchor(edited).reason == "One word changed" and 0.5 < book.anchor(edited).confidence < 1
    assert book.stands(moved) == ("moved", "c2-1", "a window at dusk")
    assert book.anchor(moved).reason == "Its paragraph was moved to another section"
    lost = book.anchor(gone)
    assert (lost.fate, lost.start, lost.reason) == ("detached", None, "Its paragraph was removed or rewritten")
    assert lost.text.text[: lost.near].endswith("it was meant for.")


def test_a_passage_that_changed_on_its_way_to_another_chapter_is_edited_there():
    book = Drafts(c1=md(NIGHT, PAGER, WINDOW), c2=md(BILL, HOURS))
    note = book.note("c1-1", "sees mostly the room behind them")
    book.next(c1=md(NIGHT, PAGER), c2=md(BILL, HOURS, WINDOW.replace("mostly the room", "mostly the dark room")))
    assert book.stands(note) == ("edited", "c2-1", "sees mostly the dark room behind them")
    assert book.anchor(note).reason == "One word changed, and it was moved to another section"


def test_a_chapter_split_in_two_and_joined_again():
    both, first, second = md(NIGHT, PAGER, WINDOW), md(NIGHT, PAGER), md("# At dusk", WINDOW)
    book = Drafts(c1=both, c2=md(BILL, HOURS))
    notes = {words: book.note("c1-1", words) for words in ("which of the four teams", "a window at dusk")}
    book.next(c1=first, c3=second, c2=md(BILL, HOURS))
    stands = [book.stands(note) for note in notes.values()]
    assert stands == [("kept", "c1-1", "which of the four teams"), ("moved", "c3-1", "a window at dusk")]
    book.next(c1=both, c2=md(BILL, HOURS))
    assert [book.stands(note)[1:] for note in notes.values()] == [("c1-1", words) for words in notes]


def test_chapters_in_another_order_and_sections_renamed_keep_their_notes():
    book = Drafts(c1=md(NIGHT, PAGER, WINDOW), c2=md(BILL, HOURS, LEDGER))
    notes = [book.note("c1-1", "window at dusk"), book.note("c2-1", "no two of them read alike")]
    book.next(c2=md("# What it costs", HOURS, LEDGER), c1=md(NIGHT, PAGER, WINDOW))
    assert [book.stands(note) for note in notes] == [
        ("kept", "c1-1", "window at dusk"),
        ("kept", "c2-1", "no two of them read alike"),
    ]


def test_a_section_that_moves_to_another_chapter_takes_its_notes_along():
    book = Drafts(c1=[("a", md(NIGHT, PAGER)), ("b", md("## At dusk", WINDOW))], c2=md(BILL, HOURS))
    note, whole = book.note("b", "window at dusk"), book.note("b", "")
    book.next(c1=[("a", md(NIGHT, PAGER))], c2=[("c2-1", md(BILL, HOURS)), ("b", md("## At dusk", WINDOW))])
    assert book.stands(note) == ("moved", "b", "window at dusk")
    assert (book.anchor(note).chapter.key, book.anchor(note).reason) == ("c2", "Its section moved to another chapter")
    assert book.stands(whole) == ("moved", "b", None)


def test_a_section_known_by_its_words_alone_is_followed_where_nobody_else_has_them():
    dusk, short = md("## At dusk", WINDOW), md("## In short", "To come.")
    book = Drafts(c1=[("a", md(NIGHT, PAGER)), ("b", dusk), ("s", short)], c2=md(BILL, HOURS))
    on_words, on_short = book.note("b", "window at dusk"), book.note("s", "To come")
    book.next(c1=[("a", md(NIGHT, PAGER))], c2=[("c2-1", md(BILL, HOURS)), ("new", dusk), ("other", short)])
    assert book.stands(on_words) == ("moved", "new", "window at dusk")
    assert book.anchor(on_words).reason == "Its section moved to another chapter"
    assert book.stands(on_short)[1] != "c2-1"


def test_of_two_sections_with_the_same_words_neither_takes_the_notes_of_the_other():
    same = md("## In short", LAMPS)
    book = Drafts(c1=[("a", md(NIGHT, PAGER)), ("b", same)], c2=[("c", md(BILL, HOURS)), ("d", same)])
    on_b, on_d = book.note("b", "along the quay"), book.note("b", "along the quay")
    for row in (on_d, book.anchor(on_d)):
        row.chapter, row.section = book.section("d").chapter, book.section("d").section
        row.save()
    book.next(c1=[("a", md(NIGHT, PAGER)), ("b", md("## In short", BRIDGE))], c2=[("c", md(BILL, HOURS)), ("d", same)])
    assert book.stands(on_b) == ("detached", "b", None)
    assert book.stands(on_d) == ("kept", "d", "along the quay")
    book.next(c1=[("a", md(NIGHT, PAGER))], c2=[("c", md(BILL, HOURS)), ("d", same)])
    assert book.stands(on_b) == ("detached", "a", None)
    assert book.stands(on_d) == ("kept", "d", "along the quay")


def test_notes_on_whole_sections_stay_with_them_whatever_their_words_become():
    book = Drafts(c1=[("a", md(NIGHT, PAGER)), ("b", md("## At dusk", WINDOW))], c2=md(BILL, HOURS))
    first, second = book.note("a", ""), book.note("b", "")
    book.next(c1=[("a", md(NIGHT, LAMPS)), ("b", md("## At dusk", WINDOW))], c2=md(BILL, HOURS))
    assert (book.stands(first), book.stands(second)) == (("edited", "a", None), ("kept", "b", None))
    assert book.anchor(first).reason == "The words of its section changed"
    book.next(c1=[("a", md(NIGHT, LAMPS))], c2=md(BILL, HOURS))
    gone = book.anchor(second)
    assert (gone.fate, gone.reason, gone.section.key) == ("detached", "Its section was removed", "a")
    assert gone.near == len(gone.text.text)
    book.next(c1=[("a", md(NIGHT, LAMPS)), ("b", md("## At dusk", WINDOW))], c2=md(BILL, HOURS))
    assert book.stands(second) == ("kept", "b", None)


def test_notes_on_chapters_and_on_the_book_have_no_place_to_lose():
    book = Drafts(c1=md(NIGHT, PAGER), c2=md(BILL, HOURS))
    for chapter in ("c1", None):
        create_thread(book.reader, book.book, NewThread(kind="comment", body="All of it", chapter=chapter))
    book.next(c2=md(BILL, HOURS))
    assert Anchor.objects.count() == 0 and Thread.objects.count() == 2


def test_a_removed_chapter_leaves_its_notes_without_a_place_until_it_is_back():
    held = {"c1": md(NIGHT, PAGER, WINDOW), "c2": md(BILL, HOURS)}
    book = Drafts(**held)
    note = book.note("c1-1", "at two in the morning")
    book.next(c2=held["c2"])
    gone = book.anchor(note)
    assert (gone.fate, gone.chapter.key, gone.section, gone.reason) == (
        "detached",
        "c1",
        None,
        "Its section was removed",
    )
    book.next(c2=md(BILL, HOURS, LEDGER))
    assert book.stands(note) == ("detached", None, None)
    book.next(**held)
    assert book.stands(note) == ("kept", "c1-1", "at two in the morning")


@pytest.mark.parametrize("drafts_without", [1, 2])
@pytest.mark.parametrize(
    ("back", "expected"),
    [
        ({"c1": md(NIGHT, PAGER, WINDOW), "c2": md(BILL, HOURS)}, ("kept", "c1-1", "a window at dusk")),
        ({"c1": md(NIGHT, PAGER), "c2": md(BILL, HOURS, WINDOW)}, ("moved", "c2-1", "a window at dusk")),
        (
            {"c1": md(NIGHT, PAGER, WINDOW.replace("mostly", "only")), "c2": md(BILL, HOURS)},
            ("kept", "c1-1", "a window at dusk"),
        ),
        (
            {"c1": md(NIGHT, PAGER), "c2": md(BILL, WINDOW.replace("at dusk", "at late dusk"), HOURS)},
            ("edited", "c2-1", "a window at late dusk"),
        ),
    ],
)
def test_a_text_that_returns_gets_its_notes_back(back, expected, drafts_without):
    """In its chapter, in another one, a little changed."""
    book = Drafts(c1=md(NIGHT, PAGER, WINDOW), c2=md(BILL, HOURS))
    note = book.note("c1-1", "a window at dusk")
    for extra in range(drafts_without):
        book.next(c1=md(NIGHT, PAGER), c2=md(BILL, HOURS, *[LEDGER] * extra))
        assert book.stands(note)[0] == "detached"
    book.next(**back)
    assert book.stands(note) == expected


def test_a_paragraph_that_only_resembles_the_lost_one_gets_nothing():
    book = Drafts(c1=md(NIGHT, PAGER, WINDOW), c2=md(BILL, HOURS))
    note = book.note("c1-1", "sees mostly the room")
    book.next(c1=md(NIGHT, PAGER), c2=md(BILL, HOURS))
    other = "A plan is a letter to strangers: whoever opens it reads mostly their own worries into the blanks."
    book.next(c1=md(NIGHT, PAGER, other), c2=md(BILL, HOURS))
    assert book.stands(note)[0] == "detached"


@pytest.mark.parametrize("between", [0, 1])
def test_an_edit_undone_gives_the_note_its_first_range_again(between):
    first = md(NIGHT, PAGER, WINDOW)
    book = Drafts(c1=first, c2=md(BILL, HOURS))
    note = book.note("c1-1", "nobody could say which of the four teams it was meant for")
    start = book.anchor(note).start
    book.next(c1=md(NIGHT, PAGER.replace("four teams it was meant for", "four teams"), WINDOW), c2=md(BILL, HOURS))
    assert book.stands(note)[0] == "edited"
    for _ in range(between):
        book.next(
            c1=md(NIGHT, PAGER.replace("four teams it was meant for", "four teams"), WINDOW, LAMPS), c2=md(BILL, HOURS)
        )
    book.next(c1=first, c2=md(BILL, HOURS))
    assert book.stands(note)[2] == "nobody could say which of the four teams it was meant for"
    assert book.anchor(note).start == start


def test_a_place_given_by_hand_outlives_later_drafts_and_is_returned_to():
    book = Drafts(c1=md(NIGHT, PAGER, WINDOW), c2=md(BILL, HOURS, LEDGER))
    note = book.note("c1-1", "a window at dusk")
    book.next(c1=md(NIGHT, PAGER), c2=md(BILL, HOURS, LEDGER))
    book.place(note, "c2-1", "a ledger that three people kept")
    book.next(c1=md(NIGHT, PAGER), c2=md(BILL, LEDGER))
    assert book.stands(note) == ("kept", "c2-1", "a ledger that three people kept")
    book.next(c1=md(NIGHT, PAGER), c2=md(BILL, HOURS))
    assert book.stands(note)[0] == "detached"
    book.next(c1=md(NIGHT, PAGER, WINDOW), c2=md(BILL, HOURS))
    assert book.stands(note)[0] == "detached"
    book.next(c1=md(NIGHT, PAGER, WINDOW), c2=md(BILL, HOURS, LEDGER))
    assert book.stands(note) == ("kept", "c2-1", "a ledger that three people kept")


def test_a_note_on_a_whole_section_placed_on_words_belongs_to_them_and_the_reverse():
    book = Drafts(c1=[("a", md(NIGHT, PAGER)), ("b", md("## At dusk", WINDOW))], c2=md(BILL, HOURS, LEDGER))
    to_words, to_section = book.note("b", ""), book.note("a", "four teams")
    book.place(to_words, "c2-1", "three people kept")
    place_by_hand(book.author, to_section, book.section("b").text.pk, None)
    book.next(c1=[("a", md(NIGHT, PAGER)), ("b", md("## At dusk", WINDOW, LAMPS))], c2=md(BILL, HOURS))
    assert book.stands(to_words) == ("detached", "c2-1", None)
    assert book.stands(to_section) == ("edited", "b", None)
    book.next(c1=[("a", md(NIGHT, PAGER))], c2=md(BILL, HOURS, LEDGER))
    assert book.stands(to_words) == ("kept", "c2-1", "three people kept")
    assert book.stands(to_section)[0] == "detached"
    book.next(c1=[("a", md(NIGHT, PAGER)), ("b", md("## At dusk", WINDOW))], c2=md(BILL, HOURS, LEDGER))
    assert book.stands(to_section)[:2] == ("kept", "b")


def test_detached_by_hand_stays_detached_though_its_words_are_there():
    book = Drafts(c1=md(NIGHT, PAGER, WINDOW), c2=md(BILL, HOURS))
    note = book.note("c1-1", "a window at dusk")
    place_by_hand(book.author, note, None, None)
    for extra in ([LAMPS], [LAMPS, BRIDGE]):
        book.next(c1=md(NIGHT, *extra, PAGER, WINDOW), c2=md(BILL, HOURS))
        anchor = book.anchor(note)
        assert (anchor.fate, anchor.by, anchor.reason) == ("detached", "hand", "Detached by hand")
        assert anchor.text.text[: anchor.near].endswith("A plan is closer to")


def test_kept_on_the_chapter_by_hand_stays_there_while_the_chapter_stands():
    book = Drafts(c1=md(NIGHT, PAGER, WINDOW), c2=md(BILL, HOURS))
    note = book.note("c1-1", "a window at dusk")
    book.next(c1=md(NIGHT, PAGER), c2=md(BILL, HOURS))
    keep_on_chapter(book.author, note)
    for held in ({"c1": md(NIGHT, LAMPS)}, {"c1": md(NIGHT, PAGER, WINDOW)}):
        book.next(**held, c2=md(BILL, HOURS))
        anchor = book.anchor(note)
        assert (anchor.fate, anchor.chapter.key, anchor.section, anchor.by) == ("kept", "c1", None, "hand")
    book.next(c2=md(BILL, HOURS))
    assert (book.anchor(note).fate, book.anchor(note).reason) == ("detached", "Its chapter was removed")
    book.next(c1=md(NIGHT, PAGER, WINDOW), c2=md(BILL, HOURS))
    assert (book.anchor(note).fate, book.stands(note)[1]) == ("kept", None)


def test_a_placement_undone_never_was():
    book = Drafts(c1=md(NIGHT, PAGER, WINDOW), c2=md(BILL, HOURS, LEDGER))
    note = book.note("c1-1", "a window at dusk")
    book.place(note, "c2-1", "three people kept")
    undo_placement(book.author, note)
    assert book.stands(note) == ("kept", "c1-1", "a window at dusk")
    book.next(c1=md(NIGHT, PAGER), c2=md(BILL, HOURS))
    book.next(c1=md(NIGHT, PAGER, WINDOW), c2=md(BILL, HOURS, LEDGER))
    assert book.stands(note) == ("kept", "c1-1", "a window at dusk")


def test_a_note_posted_on_an_older_draft_is_carried_at_once():
    first = {"c1": md(NIGHT, PAGER, WINDOW), "c2": md(BILL, HOURS)}
    book = Drafts(**first)
    old = book.now
    book.next(c1=md(NIGHT, PAGER), c2=md(BILL, HOURS.replace("hours", "days"), WINDOW))
    kept = book.note("c1-1", "the four teams", old)
    moved = book.note("c1-1", "a window at dusk", old)
    edited = book.note("c2-1", "counted the hours afterwards", old)
    assert book.stands(kept) == ("kept", "c1-1", "the four teams")
    assert book.stands(moved) == ("moved", "c2-1", "a window at dusk")
    assert book.stands(edited) == ("edited", "c2-1", "counted the days afterwards")


def test_what_changes_while_carrying_runs_is_carried_as_it_is_at_the_end():
    book = Drafts(c1=md(NIGHT, PAGER, WINDOW), c2=md(BILL, HOURS, LEDGER))
    early, placed, taken = (book.note("c1-1", words) for words in ("four teams", "at dusk", "The pager rang"))
    draft = book.make({"c1": md(NIGHT, PAGER), "c2": md(BILL, LEDGER, HOURS)})
    prepared = plan(book.now, draft)
    late = book.note("c1-1", "at two in the morning")
    book.place(placed, "c2-1", "three people kept")
    withdraw(book.reader, taken)
    counts = store(prepared, book.now)
    book.open(draft)
    assert book.stands(early) == ("kept", "c1-1", "four teams")
    assert book.stands(late) == ("kept", "c1-1", "at two in the morning")
    assert book.stands(placed)[1:] == ("c2-1", "three people kept")
    assert book.anchor(taken) is None
    assert sum(counts.values()) == 3


def as_data(anchors):
    fields = ("chapter_id", "section_id", "text_id", "start", "end", "near", "fate", "confidence", "reason", "by")
    return {a.thread_id: tuple(getattr(a, name) for name in fields) for a in anchors}


def test_the_order_of_notes_never_matters_and_a_second_run_says_the_same():
    book = Drafts(c1=md(NIGHT, PAGER, WINDOW, LAMPS), c2=md(BILL, HOURS, LEDGER))
    for key, words in (("c1-1", "four teams"), ("c1-1", "at dusk"), ("c1-1", "along the quay"), ("c2-1", "the sum")):
        book.note(key, words)
    book.next(c1=md(NIGHT, PAGER, LAMPS), c2=md(BILL, HOURS, LEDGER))
    draft = book.make(
        {"c1": md(NIGHT, PAGER.replace("four", "five")), "c2": md(BILL, LEDGER, WINDOW, HOURS.replace("sum", "total"))}
    )
    rows = list(Anchor.objects.filter(draft=book.now).select_related("thread"))
    expected = as_data(plan(book.now, draft).anchors)
    for order in itertools.permutations(rows):
        assert as_data(plan(book.now, draft, anchors=order).anchors) == expected
    for row in rows:
        assert as_data(plan(book.now, draft, anchors=[row]).anchors) == {row.thread_id: expected[row.thread_id]}
    TextMap.objects.all().delete()
    assert as_data(plan(book.now, draft).anchors) == expected


def test_maps_are_kept_and_posting_on_the_open_draft_needs_none(django_assert_num_queries):
    book = Drafts(c1=md(NIGHT, PAGER, WINDOW), c2=md(BILL, HOURS))
    book.note("c1-1", "four teams")
    assert TextMap.objects.count() == 0
    draft = book.make({"c1": md(NIGHT, LAMPS, PAGER, WINDOW), "c2": md(BILL, HOURS)})
    plan(book.now, draft)
    (kept,) = TextMap.objects.all()
    assert (kept.old, kept.new) == (book.section("c1-1").text, book.section("c1-1", draft).text)
    for _ in range(3):
        book.note("c1-1", "at dusk")
    with django_assert_num_queries(5):  # anchors, two books, what hands placed, the kept map
        plan(book.now, draft)
    assert TextMap.objects.count() == 1


def test_a_text_that_is_as_it_was_has_its_notes_where_they_were():
    """Opened with other words, then opened again as before: start, end and fate are those of the beginning."""
    text = md(NIGHT, PAGER, LAMPS, WINDOW)
    book = Drafts(c1=text, c2=md(BILL, HOURS))
    words = [*re.finditer(r"[^\W\d]+", book.section("c1-1").text.text)]
    notes = [book.note("c1-1", "")]
    for each in words:
        selector = {"start": each.start(), "end": each.end()}
        new = NewThread(kind="comment", body="Here", text_id=book.section("c1-1").text.pk, selector=selector)
        notes.append(create_thread(book.reader, book.book, new)[0])
    first = {note.pk: (book.anchor(note).start, book.anchor(note).end, "kept") for note in notes}
    other = PAGER.replace("nobody could say", "the two of us asked for once").replace("two in", "one in")
    book.next(c1=md(NIGHT, "Quiet.", WINDOW.replace("plan", "map"), other, "A lamp."), c2=md(BILL, HOURS))
    book.next(c1=text, c2=md(BILL, HOURS))
    assert {
        note.pk: (book.anchor(note).start, book.anchor(note).end, book.anchor(note).fate) for note in notes
    } == first

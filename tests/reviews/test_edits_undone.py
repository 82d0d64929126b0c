"""Edits of the working draft taken back in any order: every note whose words are untouched is where it was."""

import re

import pytest

from jobs import running
from jobs.models import Job
from manuscripts.errors import Refused
from manuscripts.models import Draft
from manuscripts.working import editable_place
from reviews.applied import stand_on_applied
from reviews.applying import apply
from reviews.carrying import plan
from reviews.editing import edit_section
from reviews.edits import undo
from reviews.models import Anchor, Edit
from reviews.rounds import open_draft
from reviews.threads import NewThread, create_thread
from tests.reviews.test_carrying import BILL, BRIDGE, HOURS, LAMPS, LEDGER, NIGHT, PAGER, WINDOW, Drafts, md

pytestmark = pytest.mark.django_db
QUIET = "Before it all began there was a quiet week, and nobody wrote that down."
#: (section, words of the text as it was, what stands there instead); empty words: put in before what follows them.
WRITTEN = ("c1-1", "", f"{QUIET}\n")
SUGGESTED = [
    ("c1-1", "at two in the morning", "before dawn"),
    ("c1-1", "sees mostly the room behind them", "sees little but the dark"),
    ("c2-1", "three people kept", "one of us kept"),
    ("c1-1", "were lit along the quay each evening by a man whose name stood on", "burned and were on"),
]


@pytest.fixture
def book():
    return Drafts(c1=md(NIGHT, PAGER, WINDOW, LAMPS, HOURS), c2=md(BILL, LEDGER, BRIDGE))


def run_jobs():
    while waiting := list(Job.objects.waiting().values_list("pk", flat=True)):
        for pk in waiting:
            running.run(pk)


def notes_everywhere(book):
    """A note on each word, each paragraph and each whole section; by its id: section, start, end."""
    places = {}
    for key in ("c1-1", "c2-1"):
        text = book.section(key).text
        spans = [match.span() for match in re.finditer(r"[\w']+", text.text)]
        spans += [match.span() for match in re.finditer(r"[^\n]+", text.text)]
        for start, end in spans:
            new = NewThread(kind="comment", body="Here", text_id=text.pk, selector={"start": start, "end": end})
            places[create_thread(book.reader, book.book, new)[0].pk] = (key, start, end)
        whole = create_thread(book.reader, book.book, NewThread(kind="comment", body="All of it", text_id=text.pk))[0]
        places[whole.pk] = (key, None, None)
    return places


def suggestion(book, key, words, replacement):
    text = book.section(key).text
    start = text.text.index(words)
    new = NewThread(
        kind="suggestion",
        replacement=replacement,
        text_id=text.pk,
        selector={"start": start, "end": start + len(words)},
    )
    return create_thread(book.reader, book.book, new)[0]


def make_edits(book):
    """Four suggestions applied and a paragraph written by hand between them; the edits by what they did."""
    made = {}
    for number, (key, words, replacement) in enumerate(SUGGESTED):
        if number == 2:
            now = editable_place(book.book, "c1-1")
            edit_section(book.author, book.book, now, now.text.markdown.replace(NIGHT, md(NIGHT, QUIET)))
            run_jobs()
            made[WRITTEN] = Edit.objects.latest("pk")
        apply(book.author, suggestion(book, key, words, replacement))
        run_jobs()
        made[key, words, replacement] = Edit.objects.latest("pk")
    assert Edit.objects.count() == 5
    return made


def spot(book, done):
    key, words, replacement = done
    text = book.section(key).text.text
    start = text.index(words) if words else text.index(PAGER)
    return key, start, start + len(words), len(replacement) - len(words)


def stand(book, anchors, places, standing):
    """Whether each note stands where these edits leave its words."""
    spots = [spot(book, done) for done in standing]
    found = {anchor.thread_id: anchor for anchor in anchors}
    untouched = 0
    for pk, (key, start, end) in places.items():
        mine = [(low, high, longer) for at, low, high, longer in spots if at == key]
        if start is None:
            assert found[pk].fate == ("edited" if mine else "kept")
            continue
        if any(start < high and low < end for low, high, _longer in mine):
            continue
        shift = sum(longer for _low, high, longer in mine if high <= start)
        now = found[pk]
        assert (now.fate, now.start, now.end) == ("kept", start + shift, end + shift)
        untouched += 1
    return untouched


def foreseen(book):
    prepared = plan(book.now, Draft.objects.get(working=True, state="ready"))
    stand_on_applied(prepared)
    return prepared.anchors


ORDERS = [(1, 4, 0, 2, 3), (2, 0, 4, 3, 1)]


@pytest.mark.parametrize("order", ORDERS)
def test_five_edits_taken_back_one_after_the_other(book, order):
    places = notes_everywhere(book)
    before = sorted(Anchor.objects.filter(thread__in=places).values_list("thread", "fate", "start", "end"))
    made = make_edits(book)
    standing = list(made)
    counts = [stand(book, foreseen(book), places, standing)]
    for number in order:
        done = list(made)[number]
        undo(book.author, Edit.objects.get(pk=made[done].pk))
        run_jobs()
        standing.remove(done)
        if standing:
            counts.append(stand(book, foreseen(book), places, standing))
    assert counts == sorted(counts) and 60 < counts[0] < counts[-1]
    assert not Draft.objects.filter(working=True, state="ready").exists()
    after = Anchor.objects.filter(thread__in=places).values_list("thread", "fate", "start", "end")
    assert sorted(after) == before


def test_what_opens_leaves_them_there_too(book):
    places = notes_everywhere(book)
    made = make_edits(book)
    gone = list(made)[1]
    undo(book.author, Edit.objects.get(pk=made[gone].pk))
    run_jobs()
    working = Draft.objects.get(working=True, state="ready")
    expected = [done for done in made if done != gone]
    foreseen_there = stand(book, foreseen(book), places, expected)
    open_draft(book.author, working, "same")
    run_jobs()
    working.refresh_from_db()
    assert working.state == "open"
    assert stand(book, Anchor.objects.filter(draft=working), places, expected) == foreseen_there


def test_an_edit_of_a_draft_that_was_thrown_away_meanwhile_says_so(book):
    made = make_edits(book)
    stale = Edit.objects.select_related("draft").get(pk=made[WRITTEN].pk)
    Draft.objects.filter(pk=stale.draft_id).update(state="discarded")
    stale.draft.refresh_from_db()
    with pytest.raises(Refused) as refused:
        undo(book.author, stale)
    assert "thrown away" in str(refused.value.detail)

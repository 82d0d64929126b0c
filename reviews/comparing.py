"""What went from section to section in a draft that opened, found by a job for those who will look at what changed."""

from collections.abc import Callable
from functools import cache

from django.db.models import Max

from anchoring.align import Alignment, align
from anchoring.book import Align, moved_passages
from anchoring.elsewhere import Went
from anchoring.near import where_stood
from jobs.running import RunningJob
from manuscripts.models import Draft
from manuscripts.moves import are_kept, keep_moves
from manuscripts.passages import Move

from .carrying import Books
from .models import Reading

MOST_COMPARED = 8  # older drafts: the one before, and the newest that anyone read last


def run_comparing(job: RunningJob) -> None:
    """The job `compare_drafts`: the draft against each one that someone knows instead."""
    draft = Draft.objects.filter(pk=job.args["draft"]).first()
    known = drafts_known(draft) if draft else []
    for done, old in enumerate(known):
        job.progress(done / len(known))
        if not are_kept(old, draft):
            found = moves_between(old, draft, job.stop_if_asked)
            with job.checkpoint():
                keep_moves(old, draft, found)


def drafts_known(draft: Draft) -> list[Draft]:
    """The draft that was open before, and those in which someone last read a chapter; newest first."""
    older = draft.manuscript.drafts.filter(state__in=["open", "closed"], number__lt=draft.number)
    read = Reading.objects.filter(draft__manuscript=draft.manuscript_id, draft__number__lt=draft.number)
    numbers = {number for _m, _c, number in read.values_list("member", "chapter").annotate(Max("draft__number"))}
    before = older.aggregate(newest=Max("number"))["newest"]
    return list(older.filter(number__in={before, *numbers} - {None}).order_by("-number")[:MOST_COMPARED])


def moves_between(old: Draft, new: Draft, tick: Callable[[], None] = lambda: None) -> list[Move]:
    """The passages that went from one section to another. Keeps the maps of the texts it compares; `tick` is called
    before each and may raise to stop."""
    books = Books(old, new)

    @cache
    def aligned(key: str, home: str) -> Alignment:
        tick()
        return books.aligned(key, home)

    whole = [
        Went(row.section.key, 0, len(row.text.text), books.same[row.section_id].section.key, 0, len(row.text.text))
        for row in books.old_rows
        if row.section_id in books.same and books.same[row.section_id].section_id != row.section_id
    ]
    found = [*whole, *moved_passages(books.old_changed, books.new_changed, aligned)]
    return [_move(books, aligned, number, went) for number, went in enumerate(found, start=1)]


def _move(books: Books, aligned: Align, number: int, went: Went) -> Move:
    was = books.old_by_key[went.old].text.text[went.old_start : went.old_end]
    now = books.new_by_key[went.new].text.text[went.new_start : went.new_end]
    stood = where_stood(aligned(went.old, went.old), went.old_start) if went.old in books.new_by_key else None
    place = (went.old, went.old_start, went.old_end, went.new, went.new_start, went.new_end)
    return Move(number, *place, stood, align(was, now).runs(), was)

"""A worker killed while it carries the notes: the old draft stays open and whole, and another worker gives every note
the place that an undisturbed one would."""

import random

import pytest

from jobs.models import Job
from manuscripts.models import Draft
from reviews.carrying import plan
from reviews.models import Anchor
from reviews.rounds import open_draft
from reviews.threads import NewThread, create_thread
from tests.books import actor_of, make_author, make_draft, make_reader, make_text, open_at_once
from tests.jobs.processes import wait_until

pytestmark = pytest.mark.django_db(transaction=True)

CHAPTERS, PARAGRAPHS, NOTES = 16, 60, 40
ROOTS = ("lamp", "quay", "cart", "bill", "plan", "team", "night", "road", "salt", "rope", "door", "hour", "ledger")
FIELDS = ("thread_id", "section_id", "text_id", "start", "end", "near", "fate", "confidence", "reason")


def paragraph(pick):
    return " ".join(f"{pick.choice(ROOTS)}{pick.choice('abcdefghij')}" for _ in range(70)) + "."


def edited(words, pick):
    """Some words replaced, some paragraphs gone, some moved to the end."""
    kept = [words[0], *(line for line in words[1:] if pick.random() > 0.12)]
    moved = [kept.pop(pick.randrange(1, len(kept))) for _ in range(4)]
    return [
        " ".join(pick.choice(ROOTS) if n and pick.random() < 0.08 else word for n, word in enumerate(line.split(" ")))
        for line in [*kept, *moved]
    ]


def draft_of(book, chapters):
    plain = {f"c{n}": (words[0], [(f"c{n}-1", None, "\n\n".join(words))]) for n, words in enumerate(chapters)}
    return make_draft(book, plain)


@pytest.fixture
def unrendered(monkeypatch):
    """Texts without the child processes of rendering: there are many, and only their words matter here."""
    from manuscripts.rendering import Rendered

    def rendered(markdown):
        lines = [f"<p>{line}</p>" for line in markdown.split("\n\n")]
        return Rendered(html="\n".join(lines) + "\n", text=markdown.replace("\n\n", "\n") + "\n", words=0)

    monkeypatch.setattr("tests.books.rendered", rendered)


def as_data(anchors):
    return {tuple(getattr(anchor, name) for name in FIELDS) for anchor in anchors}


def test_a_killed_carrying_leaves_the_old_draft_and_the_second_run_says_the_same(start_worker, unrendered):
    from manuscripts.manuscripts import make_manuscript

    pick = random.Random(11)
    author = make_author()
    book = make_manuscript(author, "The Night Shift")
    chapters = [[f"Chapter {n}", *(paragraph(pick) for _ in range(PARAGRAPHS))] for n in range(CHAPTERS)]
    first = open_at_once(draft_of(book, chapters))
    reader = actor_of(make_reader(book, "Omar Haddad", "it-operations"))
    for n in range(NOTES):
        text = first.placements.get(section__key=f"c{n % CHAPTERS}-1").text
        start = text.text.index(" ", pick.randrange(len(text.text) - 400)) + 1
        selector = {"start": start, "end": text.text.index(" ", start + pick.choice((3, 40, 200)))}
        create_thread(reader, book, NewThread(kind="comment", body="?", text_id=text.pk, selector=selector))
    before = as_data(Anchor.objects.all())
    second = draft_of(book, [edited(words, pick) for words in chapters])
    killed = start_worker()
    open_draft(actor_of(book.memberships.get(role="author")), second, "same")
    job = Job.objects.get(kind="open_draft")
    wait_until(Job.objects.filter(pk=job.pk, state="running", progress__gt=0.1).exists, 60)
    killed.kill()
    job.refresh_from_db()
    assert (job.state, job.stored) == ("running", False)
    assert (Draft.objects.get(pk=first.pk).state, Draft.objects.get(pk=second.pk).state) == ("open", "opening")
    assert as_data(Anchor.objects.all()) == before
    assert make_text(book, "\n\n".join(chapters[0])).pk == first.placements.get(section__key="c0-1").text_id
    start_worker()
    wait_until(lambda: Job.objects.get(pk=job.pk).state not in {"queued", "running"}, 120)
    job.refresh_from_db()
    assert (job.state, job.attempts) == ("done", 2)
    assert (Draft.objects.get(pk=first.pk).state, Draft.objects.get(pk=second.pk).state) == ("closed", "open")
    carried = Anchor.objects.filter(draft=second)
    assert as_data(carried) == as_data(plan(first, second).anchors)
    assert carried.count() == NOTES and len(set(carried.values_list("fate", flat=True))) > 2
    assert as_data(Anchor.objects.filter(draft=first)) == before

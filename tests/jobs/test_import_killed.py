"""A worker killed while it imports a draft: another takes up the job, and one whole draft comes of it."""

import pytest

from benchmarks._books import DISCIPLINES, docx_book
from jobs.models import Job
from manuscripts.formats import Upload
from manuscripts.manuscripts import make_manuscript
from manuscripts.models import Draft, SectionText
from manuscripts.permissions import Actor
from manuscripts.uploads import upload
from tests.books import make_author
from tests.jobs.processes import wait_until

pytestmark = pytest.mark.django_db(transaction=True)
CHAPTERS = 12


WHOLE = CHAPTERS * (1 + len(DISCIPLINES))


@pytest.mark.parametrize("share", [0.0, 0.6])
def test_a_killed_import_ends_in_one_whole_draft(start_worker, share):
    """Killed at once when it reads, and when it has converted: at every moment there is all of the draft or nothing."""
    author = make_author()
    manuscript = make_manuscript(author, "The Night Shift")
    files = [Upload("book.docx", docx_book(60_000, CHAPTERS))]
    first = start_worker()
    made = upload(Actor(user=author), manuscript, files)
    job = Job.objects.get(pk=made.job.pk)
    running = Job.objects.filter(pk=job.pk, state="running", progress__gte=share)
    wait_until(running.exists, 120)
    first.kill()
    job.refresh_from_db()
    assert job.state == "running"
    assert Draft.objects.get().placements.count() in {0, WHOLE}
    start_worker()
    wait_until(lambda: Job.objects.get(pk=job.pk).state not in {"queued", "running"}, 120)
    job.refresh_from_db()
    assert (job.state, job.attempts) == ("done", 2)
    draft = Draft.objects.get()
    placements = list(draft.placements.select_related("text", "discipline"))
    assert (draft.state, draft.number, len(placements)) == ("ready", 1, WHOLE)
    assert {place.chapter_position for place in placements} == set(range(1, CHAPTERS + 1))
    assert sum(place.text.words for place in placements) > 60_000
    assert SectionText.objects.count() == len({place.text_id for place in placements})
    again = upload(Actor(user=author), manuscript, files)
    assert (again.draft.pk, Draft.objects.count()) == (draft.pk, 1)

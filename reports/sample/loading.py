"""Bringing the sample book in: uploaded, opened, read, answered, decided and revised like anyone's."""

import time

from django.db import transaction

from accounts.models import User
from jobs import running
from jobs.models import Job
from manuscripts.formats import Upload
from manuscripts.manuscripts import make_manuscript, record_event
from manuscripts.models import Draft, Manuscript, Round
from manuscripts.permissions import Actor
from manuscripts.uploads import upload
from reports.making import Wish, request_report
from reports.removing import delete_manuscript
from reviews.models import Thread
from reviews.rounds import open_draft

from . import book
from .past import Calendar, Past
from .telling import Cast, Telling, keep_mail_in

BEGUN, LOADED = "sample.begun", "sample.loaded"
LONGEST_WAIT = 120.0  # seconds for a job that another worker has taken
REVISED_AFTER = 0.2  # days into a round at which the notes that the new draft answers are marked as changed


class SampleFailed(Exception):
    """The sample could not be brought in; the message says why."""


def is_wanted() -> bool:
    """Whether a start should bring the sample in: nothing is here yet, or an earlier start broke off in the middle."""
    return not Manuscript.objects.exists() or _of_event(BEGUN, without=LOADED) is not None


def load() -> tuple[Manuscript, bool]:
    """The sample manuscript, and whether it was made now. What an interrupted call left is removed and made again.

    Raises SampleFailed. No letter is sent to the sample's people. Each round is one transaction; reading and
    opening the drafts are jobs, done here and now; a report waits for the worker.
    """
    there = _of_event(LOADED)
    if there is not None:
        return there, False
    half = _of_event(BEGUN)
    if half is not None:
        delete_manuscript(_author_of(half), half)
    manuscript = _begin()
    cast = Cast(manuscript, _author_of(manuscript))
    notes: dict[str, Thread] = {}
    for number in range(1, len(book.about()["rounds"]) + 1):
        _load_round(cast, number, notes)
    with transaction.atomic():
        request_report(cast.author, manuscript, Wish())
        record_event(manuscript, LOADED, cast.author.membership_in(manuscript), f"manuscript:{manuscript.pk}")
    return manuscript, True


def _of_event(kind: str, without: str | None = None) -> Manuscript | None:
    """The manuscript in whose log that event stands, and the other does not."""
    rows = Manuscript.objects.filter(events__kind=kind)
    if without:
        rows = rows.exclude(events__kind=without)
    return rows.first()


def _author_of(manuscript: Manuscript) -> Actor:
    return Actor(user=manuscript.memberships.get(role="author").user)


@transaction.atomic
def _begin() -> Manuscript:
    """The manuscript, and the accounts of its author and of the reader whose part a visitor can take."""
    about = book.about()
    accounts = [p for p in book.read("people") if p["role"] == "author" or p["id"] == about["visitor"]]
    for person in accounts:
        if User.objects.by_email(person["email"]) is None:
            author = person["role"] == "author"
            User.objects.create_user(person["email"], name=person["name"], is_author=author)
    past = Past()
    past.begin(Calendar(about["time_zone"], about["rounds"][0]["started_days_ago"]).moment(-3.0))
    author = User.objects.get(email=next(p["email"] for p in accounts if p["role"] == "author"))
    fields = {name: about[name] for name in ("pitch", "language", "time_zone")}
    manuscript = make_manuscript(author, about["title"], **fields)
    record_event(manuscript, BEGUN, manuscript.memberships.get(), f"manuscript:{manuscript.pk}")
    past.date_back(manuscript)
    return manuscript


def _load_round(cast: Cast, number: int, notes: dict[str, Thread]) -> None:
    """A draft is uploaded and opened, and people read it."""
    about = book.about()
    plan = about["rounds"][number - 1]
    calendar = Calendar(about["time_zone"], plan["started_days_ago"])
    past = Past()
    past.begin(calendar.moment(-0.2))
    draft = _bring_in(cast, number, plan["note"])
    past.begin(calendar.moment(0.0))
    _finish(open_draft(cast.author, draft, "new", {"anonymity": plan["anonymity"]}))
    keep_mail_in(cast.manuscript)
    with transaction.atomic():
        telling = Telling(cast, number, calendar, past, notes)
        telling.run()
        if number > 1:
            telling.keep_promises(REVISED_AFTER)
        # Only now: a deadline that has passed would end the round before its people have spoken.
        Round.objects.filter(drafts=draft).update(deadline=calendar.moment(plan["days"] - 1.0).date())
        past.date_back(cast.manuscript)


def _bring_in(cast: Cast, number: int, note: str) -> Draft:
    name = f"{book.about()['file']}, draft {number}.docx"
    uploaded = upload(cast.author, cast.manuscript, [Upload(name, book.word_file(number))], note=note)
    if uploaded.job is not None:
        _finish(uploaded.job)
    draft = cast.manuscript.drafts.get(number=number)
    if draft.state != "ready":
        raise SampleFailed(f"Draft {number} is {draft.state}: {[p['detail'] for p in draft.problems]}")
    return draft


def _finish(job: Job | None) -> None:
    """Do a job here and now, or wait until the worker that was faster has done it."""
    if job is None:
        return
    until = time.monotonic() + LONGEST_WAIT
    running.run(job.pk)
    job.refresh_from_db()
    while job.active and time.monotonic() < until:
        time.sleep(0.1)
        job.refresh_from_db()
    if job.state != Job.State.DONE:
        raise SampleFailed(f"The job {job.kind} ended {job.state}: {job.error or 'no reason given'}")

"""Putting work into the queue, taking it out again, and ringing the bell."""

import logging
from datetime import timedelta
from typing import Any

from django.conf import settings
from django.db import IntegrityError, transaction
from django.db.models import Q
from django.utils import timezone

from jobs.models import Job
from jobs.registry import find_handler, put_back
from jobs.tasks import run_job

log = logging.getLogger("widemargin.jobs")

#: How many waiting jobs one sweep rings for. More would only pile up messages before busy workers.
RINGS_A_SWEEP = 100


def enqueue(kind: str, args: dict[str, Any], *, user: Any = None, subject: str = "", key: str | None = None) -> Job:
    """Write the row of a job; the queue is told once the surrounding transaction has committed.

    `subject` is what the right to see the job is judged on ("manuscript:12"). While a job with the same `key`
    is queued or running, that one is returned and nothing new is made. A broker that is down does no harm: the
    row waits and a worker's sweep finds it. LookupError for a kind that nobody handles.
    """
    max_attempts = find_handler(kind).max_attempts
    for last in (False, False, True):
        try:
            with transaction.atomic():
                job = Job.objects.create(
                    kind=kind, args=args, user=user, subject=subject, key=key, max_attempts=max_attempts
                )
        except IntegrityError:
            existing = Job.objects.active().filter(key=key).first() if key else None
            if existing:
                return existing
            if last or not key:
                raise
        else:
            break
    transaction.on_commit(lambda: ring(job.pk), robust=True)
    return job


def cancel(job: Job) -> bool:
    """End a job: at once while it waits, at its next step while it runs. False once it is over."""
    waiting = Job.objects.filter(pk=job.pk, state=Job.State.QUEUED)
    with transaction.atomic():
        if waiting.update(state=Job.State.CANCELLED, cancel_requested=True, finished=timezone.now(), key=None, step=""):
            job.refresh_from_db()
            put_back(job)
            return True
    return bool(Job.objects.filter(pk=job.pk, state=Job.State.RUNNING).update(cancel_requested=True))


def ring(pk: str) -> bool:
    """Tell the queue that a job waits. False, and a line in the log, where the broker cannot be reached."""
    try:
        run_job.apply_async(args=[pk], retry=False)
    except Exception as error:  # each transport has its own errors; the sweep rings again
        log.warning("the queue cannot be reached (%s); job %s waits for a sweep", type(error).__name__, pk)
        return False
    return True


def sweep() -> int:
    """Find what was left lying: jobs whose worker is gone, and waiting jobs whose bell was lost.

    Returns how many jobs were found. Any number of workers may sweep at once.
    """
    found = sum(job.release() for job in Job.objects.abandoned())
    unheard = Q(rung=None) | Q(rung__lte=timezone.now() - timedelta(seconds=settings.JOB_SWEEP))
    for pk in Job.objects.waiting().filter(unheard).values_list("pk", flat=True)[:RINGS_A_SWEEP]:
        if Job.objects.filter(unheard, pk=pk, state=Job.State.QUEUED).update(rung=timezone.now()):
            found += 1
            if not ring(pk):
                break
    return found

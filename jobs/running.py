"""Doing a job: claim the row, keep the lease alive, store the outcome once."""

import contextlib
import logging
import threading
import time
import traceback
import uuid
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

from django.conf import settings
from django.db import DatabaseError, InterfaceError, OperationalError, connection, models, transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from jobs.models import Job
from jobs.registry import find_handler

log = logging.getLogger("widemargin.jobs")

BROKE = _("Something went wrong on our side and was logged. Try again; tell your operator if it fails.")

#: Seconds between two looks at the row, or two writes of progress, while a handler reports often.
GLANCE = 0.5

#: Set while this process is asked to end; running jobs go back into the queue.
stopping = threading.Event()


class JobError(Exception):
    """A failure that was to be expected; `detail` is told to the person, `code` to scripts."""

    def __init__(self, code: str, detail: object) -> None:
        super().__init__(code)
        self.code = code
        self.detail = detail


class TryLater(Exception):
    """Nothing is wrong with the job: begin it again in `seconds` (a mail server that is down)."""

    def __init__(self, seconds: float) -> None:
        super().__init__(f"try again in {seconds} s")
        self.seconds = seconds


class Stopped(Exception):
    """This worker must let go of the job. Handlers let it pass."""


class Cancelled(Stopped):
    """A person asked for the end of the job."""


class LeaseLost(Stopped):
    """Another worker took the job over while this one was stalled."""


class WorkerStopping(Stopped):
    """The worker process is asked to end; another one will begin the job again."""


class RunningJob:
    """What a handler sees of its job.

    A handler that writes to the database ends with

        with job.commit() as result:
            ...                      # write everything
            result["url"] = ...

    The block is one transaction in which the lease is checked and the job marked as stored: all of it happens
    once, whatever happens to this or any other worker. A handler that writes nothing may just return its
    result.
    """

    def __init__(self, row: Job) -> None:
        self.id: str = row.pk
        self.args: dict[str, Any] = row.args
        self.user_id: Any = row.user_id
        self.subject: str = row.subject
        self.attempt: int = row.attempts
        self._row = row
        self._lost = threading.Event()
        self.committed = False
        self._looked = 0.0
        self._wrote = 0.0
        self._cancel = False

    def _look(self) -> None:
        now = time.monotonic()
        if now - self._looked < GLANCE:
            return
        self._looked = now
        asked = self._row.held().values_list("cancel_requested", flat=True).first()
        if asked is None:
            self._lost.set()
        self._cancel = bool(asked)

    def should_stop(self) -> bool:
        """Whether to let go: cancelled, taken over, worker ending. Cheap: ask while a subprocess runs."""
        self._look()
        return self._cancel or self._lost.is_set() or stopping.is_set()

    def stop_if_asked(self) -> None:
        """Raise Cancelled, LeaseLost or WorkerStopping where `should_stop` is true."""
        self._look()
        if self._lost.is_set():
            raise LeaseLost
        if self._cancel:
            raise Cancelled
        if stopping.is_set():
            raise WorkerStopping

    def progress(self, fraction: float, step: object = "") -> None:
        """Report how far the work is (0-1) and what is being done, for people. Raises as `stop_if_asked`.

        Written at most twice a second; call it as often as is handy.
        """
        self.stop_if_asked()
        now = time.monotonic()
        if now - self._wrote < GLANCE:
            return
        self._wrote = now
        done = min(max(fraction, 0.0), 1.0)
        if not self._row.held().update(progress=done, step=str(step)[:200]):
            self._lost.set()
            raise LeaseLost

    @contextlib.contextmanager
    def checkpoint(self) -> Iterator[None]:
        """A transaction for one part of the work, entered only while the lease holds.

        The whole job may be begun again after it, so the part must see for itself that it was done already.
        """
        with transaction.atomic():
            row = self._row.held().select_for_update().first()
            if row is None:
                self._lost.set()
                raise LeaseLost
            if row.cancel_requested:
                raise Cancelled
            yield

    @contextlib.contextmanager
    def commit(self) -> Iterator[dict[str, Any]]:
        """The transaction that stores the outcome; yields the result to fill in. Once, at the end."""
        if self.committed:
            raise RuntimeError("A job commits once; use checkpoint() for parts.")
        result: dict[str, Any] = {}
        with self.checkpoint():
            yield result
            self._row.held().update(stored=True, result=result or None, lease_until=_lease_end())
        self.committed = True

    def beat(self) -> bool:
        """Renew the lease; False when it is no longer ours."""
        held = bool(self._row.held().update(lease_until=_lease_end()))
        if not held:
            self._lost.set()
        return held


def _lease_end() -> Any:
    return timezone.now() + timedelta(seconds=settings.JOB_LEASE)


def claim(pk: str) -> Job | None:
    """Take a waiting job by one conditional UPDATE; None if it is not there to take."""
    token = uuid.uuid4().hex
    now = timezone.now()
    taken = (
        Job.objects.waiting()
        .filter(pk=pk)
        .order_by()
        .update(
            state=Job.State.RUNNING,
            lease_token=token,
            lease_until=_lease_end(),
            attempts=models.F("attempts") + 1,
            started=now,
            not_before=None,
        )
    )
    return Job.objects.get(pk=pk, lease_token=token) if taken else None


def run(pk: str) -> bool:
    """Claim and do one job. False if it was not there to take; its failures end in the row, never here."""
    if stopping.is_set():
        return False
    row = claim(pk)
    if row is None:
        return False
    job = RunningJob(row)
    with _heartbeat(job):
        try:
            returned = find_handler(row.kind).run(job)
        except Exception as error:
            _end(job, row, error)
        else:
            result = {"result": returned} if returned else {}
            row.finish(Job.State.DONE, progress=1.0, stored=True, **result)
    return True


def _end(job: RunningJob, row: Job, error: Exception) -> None:
    """Write down how a job ended that did not run through."""
    if isinstance(error, LeaseLost):
        log.warning("job %s (%s) was taken over by another worker", row.pk, row.kind)
    elif isinstance(error, WorkerStopping):
        row.release(count_attempt=False)
    elif isinstance(error, TryLater):
        row.release(wait=error.seconds)
    elif isinstance(error, Cancelled) and not job.committed:
        row.finish(Job.State.CANCELLED)
    elif isinstance(error, JobError) and not job.committed:
        row.finish(Job.State.FAILED, error=str(error.detail), problem_code=error.code)
    else:
        _log_failure(row, error)
        if isinstance(error, OperationalError | InterfaceError):
            connection.close()
            row.release(wait=settings.JOB_SWEEP)
        elif job.committed:
            row.release()
        else:
            row.finish(Job.State.FAILED, error=str(BROKE), problem_code="internal")


def _log_failure(row: Job, error: BaseException) -> None:
    """Type and place of an error. Its words stay out of the log: they may quote the manuscript."""
    place = "".join(traceback.format_tb(error.__traceback__))
    log.error("job %s (%s) failed with %s\n%s", row.pk, row.kind, type(error).__qualname__, place)


@contextlib.contextmanager
def _heartbeat(job: RunningJob) -> Iterator[None]:
    """Renew the lease from a thread of its own until the block ends."""
    over = threading.Event()

    def beat() -> None:
        try:
            while not over.wait(settings.JOB_HEARTBEAT):
                try:
                    if not job.beat():
                        return
                except DatabaseError as error:
                    log.warning("heartbeat of job %s: %s", job.id, type(error).__name__)
                    connection.close()
        finally:
            connection.close()

    thread = threading.Thread(target=beat, name=f"heartbeat-{job.id}", daemon=True)
    thread.start()
    try:
        yield
    finally:
        over.set()
        thread.join(settings.JOB_HEARTBEAT)

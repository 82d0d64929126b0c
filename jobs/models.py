"""The row that is a piece of background work, and the sign of life of each worker."""

import uuid
from datetime import timedelta

from django.conf import settings
from django.db import models, transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from jobs.registry import put_back

GAVE_UP = _("This was begun several times and never finished. Try again; tell your operator if it fails.")


def new_id() -> str:
    """An opaque public id: 32 hexadecimal digits."""
    return uuid.uuid4().hex


class JobQuerySet(models.QuerySet["Job"]):
    """Selections the queue and the sweeper ask for."""

    def active(self) -> "JobQuerySet":
        """Queued or running."""
        return self.filter(state__in=Job.ACTIVE)

    def waiting(self) -> "JobQuerySet":
        """Queued and due now, oldest first."""
        due = models.Q(not_before=None) | models.Q(not_before__lte=timezone.now())
        return self.filter(due, state=Job.State.QUEUED).order_by("created")

    def abandoned(self) -> "JobQuerySet":
        """Running, but the worker has not renewed its lease in time."""
        return self.filter(state=Job.State.RUNNING, lease_until__lt=timezone.now())


class Job(models.Model):
    """One piece of background work. The row is the truth; the message in the queue is only a bell."""

    class State(models.TextChoices):
        QUEUED = "queued", _("waiting")
        RUNNING = "running", _("running")
        DONE = "done", _("done")
        FAILED = "failed", _("failed")
        CANCELLED = "cancelled", _("cancelled")

    ACTIVE = (State.QUEUED, State.RUNNING)

    id = models.CharField(primary_key=True, max_length=32, default=new_id, editable=False)
    kind = models.CharField(max_length=60)
    args = models.JSONField(default=dict, blank=True)
    state = models.CharField(max_length=10, choices=State.choices, default=State.QUEUED)
    progress = models.FloatField(default=0.0, help_text="From 0 to 1.")
    step = models.CharField(max_length=200, blank=True, help_text="What is being done, for people.")
    error = models.TextField(blank=True, help_text="Why it failed, for people.")
    problem_code = models.CharField(max_length=60, blank=True)
    result = models.JSONField(null=True, blank=True)
    stored = models.BooleanField(default=False, help_text="The outcome is in the database; never run again.")
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL, related_name="jobs"
    )
    subject = models.CharField(max_length=100, blank=True, db_index=True, help_text='E.g. "manuscript:12".')
    key = models.CharField(
        max_length=200,
        null=True,
        blank=True,
        unique=True,
        help_text="Unique while active, then null.",
    )
    attempts = models.PositiveSmallIntegerField(default=0)
    max_attempts = models.PositiveSmallIntegerField(default=3)
    not_before = models.DateTimeField(null=True, blank=True)
    rung = models.DateTimeField(null=True, blank=True, default=timezone.now, help_text="Last bell.")
    lease_until = models.DateTimeField(null=True, blank=True)
    lease_token = models.CharField(max_length=32, blank=True)
    cancel_requested = models.BooleanField(default=False)
    created = models.DateTimeField(default=timezone.now, editable=False)
    started = models.DateTimeField(null=True, blank=True)
    finished = models.DateTimeField(null=True, blank=True)

    objects = JobQuerySet.as_manager()

    class Meta:
        verbose_name = _("job")
        verbose_name_plural = _("jobs")
        ordering = ("created",)
        indexes = (
            models.Index(fields=["state", "created"], name="job_state_created"),
            models.Index(fields=["state", "lease_until"], name="job_state_lease"),
        )

    def __str__(self) -> str:
        return f"{self.kind} {self.id}"

    @property
    def active(self) -> bool:
        """Queued or running: its state may still change."""
        return self.state in self.ACTIVE

    def held(self) -> "JobQuerySet":
        """This very row while the lease read with it still holds, else nothing."""
        return Job.objects.filter(pk=self.pk, state=Job.State.RUNNING, lease_token=self.lease_token)

    def finish(self, state: str, **fields: object) -> bool:
        """End the job in `state` and free its key; False if the lease has passed on to another worker."""
        with transaction.atomic():
            ended = self.held().update(
                state=state,
                step="",
                key=None,
                lease_token="",
                lease_until=None,
                finished=timezone.now(),
                **fields,
            )
            if ended and state in {Job.State.FAILED, Job.State.CANCELLED}:
                self.refresh_from_db()
                put_back(self)
        return bool(ended)

    def release(self, *, count_attempt: bool = True, wait: float = 0.0) -> bool:
        """Give the job back: into the queue, or to its end where it was stored, cancelled or tried too often.

        It is not begun again for `wait` seconds. False if the lease had already passed on.
        """
        self.refresh_from_db(fields=["cancel_requested", "stored", "attempts"])
        if self.stored:
            return self.finish(Job.State.DONE, progress=1.0)
        if self.cancel_requested:
            return self.finish(Job.State.CANCELLED)
        attempts = self.attempts if count_attempt else self.attempts - 1
        if attempts >= self.max_attempts:
            return self.finish(Job.State.FAILED, problem_code="gave_up", error=str(GAVE_UP))
        return bool(
            self.held().update(
                state=Job.State.QUEUED,
                attempts=attempts,
                lease_token="",
                lease_until=None,
                rung=None,
                not_before=timezone.now() + timedelta(seconds=wait) if wait else None,
            )
        )


class WorkerBeat(models.Model):
    """When a worker was last seen; written at each sweep, read by /readyz."""

    name = models.CharField(primary_key=True, max_length=200)
    seen = models.DateTimeField()

    class Meta:
        verbose_name = _("worker")
        verbose_name_plural = _("workers")

    def __str__(self) -> str:
        return self.name

"""A report: a snapshot as data, and files rendered from it."""

import json
import zlib
from typing import Any

from django.conf import settings
from django.db import models
from django.utils import timezone
from django.utils.functional import cached_property
from django.utils.translation import gettext_lazy as _

from jobs.models import Job
from manuscripts.models import Draft, Manuscript, Membership

from .canonical import pieces
from .findings import SCHEMA
from .formats import FORMATS


class PackedJSON(models.BinaryField):
    """JSON kept compressed, written bit by bit: the findings of 100,000 notes are 100 MB of text and 10 of these."""

    def get_prep_value(self, value: Any) -> bytes | None:
        if value is None:
            return None
        packer = zlib.compressobj(6)
        return b"".join([packer.compress(piece.encode()) for piece in pieces(value)] + [packer.flush()])

    def from_db_value(self, value: Any, expression: Any, connection: Any) -> Any:
        return None if value is None else json.loads(zlib.decompress(value))


class ReportQuerySet(models.QuerySet["Report"]):
    def visible_to(self, actor) -> "ReportQuerySet":
        """Those of manuscripts of whose author team the actor is."""
        return self.filter(manuscript__in=actor.team_manuscript_ids())


class Report(models.Model):
    STATES = [
        ("queued", _("waiting")),
        ("running", _("being made")),
        ("done", _("done")),
        ("failed", _("failed")),
        ("cancelled", _("cancelled")),
    ]
    manuscript = models.ForeignKey(Manuscript, on_delete=models.CASCADE, related_name="reports")
    draft = models.ForeignKey(Draft, on_delete=models.PROTECT, related_name="reports")
    made_by = models.ForeignKey(Membership, on_delete=models.SET_NULL, null=True, related_name="+")
    state = models.CharField(max_length=10, choices=STATES, default="queued")
    options = models.JSONField(default=dict, help_text="formats, filters, edition and names as asked for")
    snapshot = PackedJSON(null=True, help_text="findings as data; every file is rendered from it alone")
    snapshot_sha256 = models.CharField(max_length=64, blank=True)
    as_of = models.DateTimeField(null=True, blank=True)
    error = models.TextField(blank=True)
    job_id = models.CharField(max_length=32, blank=True)
    schedule = models.ForeignKey(
        "Schedule", on_delete=models.SET_NULL, null=True, blank=True, related_name="reports", help_text="that made it"
    )
    news = models.JSONField(default=dict, help_text="what a schedule's report holds that the one before did not")
    created = models.DateTimeField(default=timezone.now)

    objects = ReportQuerySet.as_manager()

    class Meta:
        ordering = ["-created", "-pk"]

    @cached_property
    def job(self) -> Job | None:
        """The job that makes it, while its row is kept."""
        return Job.objects.filter(pk=self.job_id).first() if self.job_id else None

    def file_at(self, address: str) -> "ReportFile | None":
        """The file of that address, once it is made."""
        return next((file for file in self.files.filter(state="done") if file.address == address), None)

    @property
    def is_readable(self) -> bool:
        """Whether there is a snapshot of the shape that this version knows; its files stay what they are."""
        return self.snapshot is not None and self.snapshot.get("schema") == SCHEMA

    @property
    def is_being_made(self) -> bool:
        return self.state in {"queued", "running"}

    @property
    def may_be_tried_again(self) -> bool:
        return self.state in {"failed", "cancelled"}

    @property
    def bytes(self) -> int:
        """How large its files are together."""
        return sum(file.bytes for file in self.files.all())

    @property
    def progress(self) -> float:
        """How far it is, 0-1."""
        if self.state == "done":
            return 1.0
        return self.job.progress if self.job else 0.0


class ReportFile(models.Model):
    """One file of a report, under REPORTS_DIR by its sha256."""

    report = models.ForeignKey(Report, on_delete=models.CASCADE, related_name="files")
    format = models.CharField(max_length=16)
    part = models.PositiveSmallIntegerField(default=1, help_text="of the files that the format comes in")
    source = models.CharField(max_length=255, blank=True, help_text="the name of the author's file that this one is")
    state = models.CharField(max_length=8, choices=[("done", _("done")), ("failed", _("failed"))])
    error = models.CharField(max_length=250, blank=True)
    name = models.CharField(max_length=200)
    bytes = models.PositiveBigIntegerField(default=0)
    sha256 = models.CharField(max_length=64, blank=True)

    class Meta:
        ordering = ["pk"]
        constraints = [models.UniqueConstraint(fields=["report", "format", "part"], name="one_file_a_part")]

    @property
    def address(self) -> str:
        """Its name in URLs: that of its format, with the number behind it from the second one on."""
        return self.format if self.part == 1 else f"{self.format}-{self.part}"

    @property
    def short(self) -> str:
        """What it is called in a list of files."""
        return FORMATS[self.format].short

    @property
    def path(self):
        return settings.REPORTS_DIR / self.sha256


class ShareLink(models.Model):
    """Opens the page of one report to whoever holds it, without an account, until it expires or is stopped. Only the
    hash of its secret is kept."""

    report = models.ForeignKey(Report, on_delete=models.CASCADE, related_name="share_links")
    recipient = models.CharField(max_length=120, help_text="for whom it was made, in the author's words")
    secret_hash = models.CharField(max_length=64, unique=True)
    made_by = models.ForeignKey(Membership, on_delete=models.SET_NULL, null=True, related_name="+")
    created = models.DateTimeField(default=timezone.now)
    expires = models.DateTimeField()
    stopped = models.DateTimeField(null=True, blank=True)
    opened = models.PositiveIntegerField(default=0, help_text="how often its page was asked for")

    class Meta:
        ordering = ["-created", "-pk"]

    @property
    def is_open(self) -> bool:
        return self.stopped is None and self.expires > timezone.now()


class ScheduleQuerySet(models.QuerySet["Schedule"]):
    def visible_to(self, actor) -> "ScheduleQuerySet":
        """Those of manuscripts of whose author team the actor is."""
        return self.filter(manuscript__in=actor.team_manuscript_ids())


class Schedule(models.Model):
    """A choice for reports kept under a name, and when a report of it is made by itself.

    `reached` is the moment up to which that was seen to: what fell due after it is owed. `digest` is the hash of the
    snapshot made last without its moment, so that nothing is made twice of the same.
    """

    EVERY = [
        ("never", _("only when I ask")),
        ("day", _("every day")),
        ("week", _("every Monday")),
        ("round", _("when the round ends")),
    ]
    OUTCOMES = [
        ("", ""),
        ("nothing", _("nothing new")),
        ("left", _("its maker left")),
        ("no_draft", _("no draft")),
        ("refused", _("something chosen is gone")),
        ("failed", _("failed")),
    ]
    manuscript = models.ForeignKey(Manuscript, on_delete=models.CASCADE, related_name="schedules")
    made_by = models.ForeignKey(Membership, on_delete=models.CASCADE, related_name="+")
    name = models.CharField(max_length=80)
    options = models.JSONField(help_text="the wish; no draft is the newest that was opened")
    every = models.CharField(max_length=8, choices=EVERY, default="never")
    reached = models.DateTimeField(default=timezone.now)
    mailed = models.ManyToManyField(Membership, related_name="+", help_text="who asked for a link to each report")
    last = models.ForeignKey(Report, on_delete=models.SET_NULL, null=True, blank=True, related_name="+")
    last_as_of = models.DateTimeField(null=True, blank=True)
    digest = models.CharField(max_length=64, blank=True)
    outcome = models.CharField(max_length=8, choices=OUTCOMES, blank=True, help_text="why nothing was made last time")
    trouble = models.CharField(max_length=250, blank=True, help_text="what was refused, in words")
    created = models.DateTimeField(default=timezone.now)

    objects = ScheduleQuerySet.as_manager()

    class Meta:
        ordering = ["name", "pk"]
        constraints = [models.UniqueConstraint(fields=["manuscript", "name"], name="schedule_name_once")]

    def __str__(self) -> str:
        return self.name

    @property
    def has_maker(self) -> bool:
        """Whether who made it is still of the author team."""
        return self.made_by.removed is None and self.made_by.is_author_team

"""A report: a snapshot as data, and files rendered from it."""

import json
import zlib
from typing import Any

from django.conf import settings
from django.db import models
from django.db.models import Exists, OuterRef, Q
from django.utils import timezone
from django.utils.functional import cached_property
from django.utils.translation import gettext_lazy as _

from jobs.models import Job
from manuscripts.models import Draft, Manuscript, Membership, Round
from manuscripts.modes import Anonymity, OthersSections, Visibility
from manuscripts.permissions import Actor, check
from reviews.models import Thread

from .canonical import pieces
from .findings import SCHEMA
from .formats import FORMATS

#: Rounds whose readers do not see all that a report tells them: others' notes, or others' sections.
KEEPS_BACK = (
    Q(visibility=Visibility.NEVER)
    | Q(visibility=Visibility.AFTER_VERDICT, state="running")
    | Q(others_sections=OthersSections.CLOSED)
)
#: Rounds whose readers do not know one another's names: one beside a quote would tell whose the other notes are.
KEEPS_NAMES = ~Q(anonymity=Anonymity.NAMED)


def telling_rounds(manuscript: Any, newest: Any) -> models.QuerySet[Round]:
    """The rounds that a report about a draft of round `newest` tells of: that one, and those before it in which
    something was written."""
    rounds = Round.objects.filter(manuscript=manuscript, number__lte=newest).order_by("number")
    return rounds.filter(Q(number=newest) | Exists(Thread.objects.filter(round=OuterRef("pk"))))


def shown_to_members(path: str = "") -> Q:
    """Reports that the members of their manuscript may read: shown, and told of no round that keeps more from readers
    than a report tells. `path` leads to the report."""
    rounds = telling_rounds(OuterRef(f"{path}manuscript"), OuterRef(f"{path}draft__round__number"))
    nameless = Q(**{f"{path}options__names": False}) | Q(**{f"{path}options__edition": "publisher"})
    shown = Q(**{f"{path}shown__isnull": False}) & ~Exists(rounds.filter(KEEPS_BACK))
    return shown & (nameless | ~Exists(rounds.filter(KEEPS_NAMES)))


class PackedJSON(models.BinaryField):
    """JSON kept compressed, written bit by bit: as text the findings of 100,000 notes are some 100 MB."""

    def get_prep_value(self, value: Any) -> bytes | None:
        if value is None:
            return None
        packer = zlib.compressobj(6)
        return b"".join([packer.compress(piece.encode()) for piece in pieces(value)] + [packer.flush()])

    def from_db_value(self, value: Any, expression: Any, connection: Any) -> Any:
        return None if value is None else json.loads(zlib.decompress(value))


class ReportQuerySet(models.QuerySet["Report"]):
    def visible_to(self, actor) -> "ReportQuerySet":
        """Those of manuscripts of whose author team the actor is, and where they are a member those that are shown."""
        mine = Q(manuscript__in=actor.manuscript_ids()) & shown_to_members()
        return self.filter(Q(manuscript__in=actor.team_manuscript_ids()) | mine)

    def shown(self) -> "ReportQuerySet":
        """Those that the members of their manuscript may read, newest first."""
        return self.filter(shown_to_members()).order_by("-shown", "-pk")


class ReportFileQuerySet(models.QuerySet["ReportFile"]):
    def visible_to(self, actor) -> "ReportFileQuerySet":
        """Those of reports of whose author team the actor is; of a report that is shown to its members, its PDF."""
        mine = Q(report__manuscript__in=actor.manuscript_ids(), format="pdf") & shown_to_members("report__")
        return self.filter(Q(report__manuscript__in=actor.team_manuscript_ids()) | mine)


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
    shown = models.DateTimeField(
        null=True, blank=True, help_text="since when the members of the manuscript may read it"
    )
    title = models.CharField(max_length=250, blank=True, help_text="of its page, kept once it is shown")

    objects = ReportQuerySet.as_manager()

    class Meta:
        ordering = ["-created", "-pk"]

    @cached_property
    def job(self) -> Job | None:
        """The job that makes it, while its row is kept."""
        return Job.objects.filter(pk=self.job_id).first() if self.job_id else None

    def file_at(self, actor: Actor, address: str) -> "ReportFile | None":
        """The file of that address that the actor may have, once it is made."""
        rows = self.files.visible_to(actor).filter(state="done").select_related("report__manuscript")
        file = next((file for file in rows if file.address == address), None)
        return check(actor, "report.fetch", file) if file else None

    @cached_property
    def is_shown(self) -> bool:
        """Whether the members of the manuscript may read it now."""
        return self.shown is not None and Report.objects.shown().filter(pk=self.pk).exists()

    @property
    def names_readers(self) -> bool:
        """Whether names may stand in it where it leaves the author's desk."""
        return bool(self.options.get("names")) and self.options.get("edition") == "readers"

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

    objects = ReportFileQuerySet.as_manager()

    class Meta:
        ordering = ["pk"]
        constraints = [models.UniqueConstraint(fields=["report", "format", "part"], name="one_file_a_part")]

    @property
    def manuscript(self) -> Manuscript:
        return self.report.manuscript

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


class QuoteChoice(models.Model):
    """What the author team chose for the words of a note in the reports to come: first, or not quoted."""

    CHOICES = [("pinned", _("shown first")), ("hidden", _("left out of quotes"))]
    thread = models.OneToOneField(Thread, on_delete=models.CASCADE, related_name="quote_choice")
    choice = models.CharField(max_length=6, choices=CHOICES)
    by = models.ForeignKey(Membership, on_delete=models.SET_NULL, null=True, related_name="+")
    at = models.DateTimeField(default=timezone.now)

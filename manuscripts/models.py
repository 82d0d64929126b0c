"""A book in the making: its drafts, what stands where in each of them, its disciplines and its people.

Chapters and sections are stable across drafts and hold only a key. A draft's shape is its placements; the words are
in SectionText rows that never change and are shared by all drafts in which they stand unaltered.
"""

from django.conf import settings
from django.core.validators import MinValueValidator
from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.functional import cached_property
from django.utils.text import slugify
from django.utils.translation import gettext_lazy as _

from accounts.models import normal_email

from .modes import Anonymity, OthersSections, Visibility
from .querysets import (
    DraftQuerySet,
    ImageQuerySet,
    ManuscriptQuerySet,
    MembershipQuerySet,
    PlacementQuerySet,
    SectionTextQuerySet,
)

#: Languages whose usual script runs from right to left (ISO 639).
RIGHT_TO_LEFT = frozenset({"ar", "arc", "ckb", "dv", "fa", "he", "ks", "nqo", "ps", "sd", "syr", "ug", "ur", "yi"})


class Manuscript(models.Model):
    slug = models.SlugField(max_length=80, unique=True)
    title = models.CharField(_("title"), max_length=200)
    pitch = models.TextField(_("pitch"), blank=True, max_length=5000)
    language = models.CharField(_("language"), max_length=12, default="en")
    time_zone = models.CharField(_("time zone"), max_length=64, default="UTC")
    next_chapter_key = models.PositiveIntegerField(default=1, editable=False)
    created = models.DateTimeField(default=timezone.now, editable=False)

    objects = ManuscriptQuerySet.as_manager()

    class Meta:
        ordering = ["created", "pk"]

    def __str__(self) -> str:
        return self.title

    @property
    def direction(self) -> str:
        """Which way its language is written: "rtl" or "ltr"."""
        return "rtl" if self.language.split("-")[0].lower() in RIGHT_TO_LEFT else "ltr"

    @staticmethod
    def free_slug(title: str) -> str:
        """A slug made of the title that no manuscript has yet."""
        stem = slugify(title)[:70].strip("-") or "book"
        slug, n = stem, 2
        while slug == "new" or Manuscript.objects.filter(slug=slug).exists():  # /m/new/ is a page
            slug, n = f"{stem}-{n}", n + 1
        return slug

    @cached_property
    def all_disciplines(self) -> "list[Discipline]":
        """In value-stream order, merged ones included; asked once for each instance."""
        rows = {d.pk: d for d in self.disciplines.all()}
        for row in rows.values():
            if row.merged_into_id:
                row.merged_into = rows[row.merged_into_id]
        return list(rows.values())

    @property
    def current_round(self) -> "Round | None":
        """The running round, else the one in preparation, else the last that ended."""
        rounds = {r.state: r for r in sorted(self.rounds.all(), key=lambda r: r.number)}
        return rounds.get("running") or rounds.get("preparing") or rounds.get("ended")

    @cached_property
    def promised_namelessness(self) -> bool:
        """Whether in any round so far nobody was to learn who wrote what; asked once for each instance."""
        return self.rounds.filter(anonymity=Anonymity.ALL).exists()

    @cached_property
    def asked_under_names(self) -> bool:
        """Whether in every round so far everyone was to see names; asked once for each instance."""
        return set(self.rounds.values_list("anonymity", flat=True)) == {Anonymity.NAMED}

    @property
    def open_draft(self) -> "Draft | None":
        """The newest draft that readers see: open, or the last one that was."""
        return self.drafts.filter(state__in=["open", "closed"]).order_by("-number").first()


class Discipline(models.Model):
    manuscript = models.ForeignKey(Manuscript, on_delete=models.CASCADE, related_name="disciplines")
    slug = models.SlugField(max_length=80)
    code = models.CharField(max_length=8)
    name = models.CharField(max_length=120)
    aliases = models.JSONField(default=list, blank=True)
    position = models.PositiveIntegerField()
    span = models.CharField(
        max_length=8, choices=[("along", _("along")), ("across", _("across")), ("outside", _("outside"))]
    )
    merged_into = models.ForeignKey("self", on_delete=models.SET_NULL, null=True, blank=True, related_name="merged")

    class Meta:
        ordering = ["position", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["manuscript", "slug"], name="discipline_slug_once"),
            models.UniqueConstraint(fields=["manuscript", "code"], name="discipline_code_once"),
        ]

    def __str__(self) -> str:
        return self.name

    def resolved(self) -> "Discipline":
        """The discipline that stands for this one: itself, or what it was merged into."""
        seen, at = set(), self
        while at.merged_into_id and at.pk not in seen:
            seen.add(at.pk)
            at = at.merged_into
        return at


class Round(models.Model):
    manuscript = models.ForeignKey(Manuscript, on_delete=models.CASCADE, related_name="rounds")
    number = models.PositiveIntegerField()
    visibility = models.CharField(max_length=16, choices=Visibility.choices, default=Visibility.OPEN)
    anonymity = models.CharField(max_length=8, choices=Anonymity.choices, default=Anonymity.PEERS)
    others_sections = models.CharField(max_length=8, choices=OthersSections.choices, default=OthersSections.OPEN)
    deadline = models.DateField(_("deadline"), null=True, blank=True)
    state = models.CharField(
        max_length=10,
        default="preparing",
        choices=[("preparing", _("preparing")), ("running", _("running")), ("ended", _("ended"))],
    )
    started = models.DateTimeField(null=True, blank=True)
    ended = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["number"]
        constraints = [
            models.UniqueConstraint(fields=["manuscript", "number"], name="round_number_once"),
            models.UniqueConstraint(fields=["manuscript"], condition=Q(state="running"), name="one_running_round"),
        ]

    def __str__(self) -> str:
        return str(self.number)


class Source(models.Model):
    """One uploaded file as it came; its bytes lie in SOURCES_DIR under the sha256."""

    manuscript = models.ForeignKey(Manuscript, on_delete=models.CASCADE, related_name="sources")
    name = models.CharField(max_length=255)
    format = models.CharField(max_length=8)
    bytes = models.PositiveBigIntegerField()
    sha256 = models.CharField(max_length=64)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["manuscript", "name", "sha256"], name="source_once")]

    @property
    def path(self):
        return settings.SOURCES_DIR / self.sha256


class Draft(models.Model):
    STATES = [
        ("importing", _("being read")),
        ("ready", _("ready")),
        ("opening", _("being opened")),
        ("open", _("open")),
        ("closed", _("closed")),
        ("failed", _("failed")),
        ("discarded", _("thrown away")),
    ]
    manuscript = models.ForeignKey(Manuscript, on_delete=models.CASCADE, related_name="drafts")
    number = models.PositiveIntegerField(validators=[MinValueValidator(1)])
    round = models.ForeignKey(Round, on_delete=models.PROTECT, null=True, blank=True, related_name="drafts")
    label = models.CharField(max_length=12, null=True, blank=True)
    state = models.CharField(max_length=10, choices=STATES, default="importing")
    note = models.TextField(blank=True, max_length=2000)
    working = models.BooleanField(default=False, help_text="made in the app, from what was written and applied here")
    sources = models.ManyToManyField(Source, through="DraftSource", related_name="drafts")
    fingerprint = models.CharField(max_length=64, help_text="hash of the uploaded files in their order")
    replaces = models.JSONField(default=list, help_text="chapter keys that the files replace; empty: the whole book")
    corrections = models.JSONField(default=list, help_text="the author's corrections of the outline, in order")
    problems = models.JSONField(default=list)
    changes = models.JSONField(default=dict)
    foreseen = models.JSONField(default=dict, help_text="what opening would do to notes and to the change list")
    job_id = models.CharField(max_length=32, blank=True, help_text="the newest job that works on this draft")
    created = models.DateTimeField(default=timezone.now)
    opened = models.DateTimeField(null=True, blank=True)
    closed = models.DateTimeField(null=True, blank=True)

    objects = DraftQuerySet.as_manager()

    class Meta:
        ordering = ["-number"]
        constraints = [
            models.UniqueConstraint(fields=["manuscript", "number"], name="draft_number_once"),
            models.UniqueConstraint(
                fields=["manuscript"],
                condition=Q(working=True, state__in=["ready", "opening"]),
                name="one_working_draft",
            ),
        ]

    def __str__(self) -> str:
        return self.label or f"{self.number}"

    @property
    def was_opened(self) -> bool:
        return self.state in {"open", "closed"}


class DraftBlocks(models.Model):
    """What was read from a draft's sources, block by block (`manuscripts.formats`), so that a correction need not
    convert again. A table of its own: a book's blocks are large and rarely wanted."""

    draft = models.OneToOneField(Draft, on_delete=models.CASCADE, related_name="read")
    blocks = models.JSONField(default=list)


class DraftSource(models.Model):
    draft = models.ForeignKey(Draft, on_delete=models.CASCADE)
    source = models.ForeignKey(Source, on_delete=models.PROTECT)
    position = models.PositiveIntegerField()

    class Meta:
        ordering = ["position"]


class Chapter(models.Model):
    manuscript = models.ForeignKey(Manuscript, on_delete=models.CASCADE, related_name="chapters")
    key = models.CharField(max_length=80)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["manuscript", "key"], name="chapter_key_once")]

    def __str__(self) -> str:
        return self.key


class Section(models.Model):
    manuscript = models.ForeignKey(Manuscript, on_delete=models.CASCADE, related_name="sections")
    key = models.CharField(max_length=80)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["manuscript", "key"], name="section_key_once")]

    def __str__(self) -> str:
        return self.key


class Image(models.Model):
    manuscript = models.ForeignKey(Manuscript, on_delete=models.CASCADE, related_name="images")
    sha256 = models.CharField(max_length=64)
    media_type = models.CharField(max_length=40)
    width = models.PositiveIntegerField()
    height = models.PositiveIntegerField()

    objects = ImageQuerySet.as_manager()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["manuscript", "sha256"], name="image_once")]


class SectionText(models.Model):
    """The words of a section: Markdown, safe HTML, canonical text. Immutable; offsets count its code points."""

    manuscript = models.ForeignKey(Manuscript, on_delete=models.CASCADE, related_name="texts")
    sha256 = models.CharField(max_length=64, help_text="of the Markdown")
    markdown = models.TextField()
    html = models.TextField()
    text = models.TextField()
    words = models.PositiveIntegerField()
    images = models.ManyToManyField(Image, related_name="texts")

    objects = SectionTextQuerySet.as_manager()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["manuscript", "sha256"], name="text_once")]


class TextMap(models.Model):
    """Which word of one text became which of another: computed once for a pair, whatever the number of notes.

    `runs` are those of `anchoring.align.Alignment`, null where the texts were too large to compare; `version` is that
    of the aligner, whose newer maps replace older ones.
    """

    old = models.ForeignKey(SectionText, on_delete=models.CASCADE, related_name="maps")
    new = models.ForeignKey(SectionText, on_delete=models.CASCADE, related_name="+")
    version = models.PositiveIntegerField()
    runs = models.JSONField(null=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["old", "new"], name="one_map_a_pair")]


class Comparison(models.Model):
    """The passages that went from one section to another between two drafts: found once, by a job, for everyone who
    looks at what changed.

    `moves` are read by `manuscripts.moves`; `version` is that of the aligner that found them.
    """

    old = models.ForeignKey(Draft, on_delete=models.CASCADE, related_name="comparisons")
    new = models.ForeignKey(Draft, on_delete=models.CASCADE, related_name="+")
    version = models.PositiveIntegerField()
    moves = models.JSONField(default=list)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["old", "new"], name="one_comparison_a_pair")]


class Placement(models.Model):
    """Where a section stands in one draft. Titles are read from the heading lines and cached here."""

    draft = models.ForeignKey(Draft, on_delete=models.CASCADE, related_name="placements")
    section = models.ForeignKey(Section, on_delete=models.PROTECT, related_name="placements")
    chapter = models.ForeignKey(Chapter, on_delete=models.PROTECT, related_name="placements")
    chapter_position = models.PositiveIntegerField(help_text="0 is the front matter")
    chapter_title = models.CharField(max_length=500)
    position = models.PositiveIntegerField(help_text="within the chapter, from 1")
    title = models.CharField(max_length=500, blank=True)
    discipline = models.ForeignKey(
        Discipline, on_delete=models.PROTECT, null=True, blank=True, related_name="placements"
    )
    text = models.ForeignKey(SectionText, on_delete=models.PROTECT, related_name="placements")
    source = models.ForeignKey(Source, on_delete=models.PROTECT, null=True, blank=True)

    objects = PlacementQuerySet.as_manager()

    class Meta:
        ordering = ["chapter_position", "position"]
        constraints = [
            models.UniqueConstraint(fields=["draft", "section"], name="section_once_a_draft"),
            models.UniqueConstraint(fields=["draft", "chapter_position", "position"], name="one_section_a_place"),
        ]


class Membership(models.Model):
    ROLES = [
        ("author", _("author")),
        ("co_author", _("co-author")),
        ("reviewer", _("reader")),
        ("observer", _("observer")),
        ("contact", _("contact")),
    ]
    SPHERES = [
        ("director", _("director")),
        ("manager", _("manager")),
        ("consultant", _("consultant")),
        ("worker", _("worker")),
        ("guerrilla", _("guerrilla")),
    ]
    manuscript = models.ForeignKey(Manuscript, on_delete=models.CASCADE, related_name="memberships")
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, blank=True, related_name="memberships"
    )
    role = models.CharField(max_length=10, choices=ROLES, default="reviewer")
    name = models.CharField(_("name"), max_length=120)
    email = models.EmailField(_("e-mail"), null=True, blank=True)
    disciplines = models.ManyToManyField(Discipline, related_name="memberships", blank=True)
    sphere = models.CharField(max_length=12, choices=SPHERES, blank=True)
    years = models.PositiveSmallIntegerField(_("years in the discipline"), null=True, blank=True)
    minutes = models.PositiveSmallIntegerField(_("minutes asked for"), null=True, blank=True)
    pseudonym_discipline = models.ForeignKey(
        Discipline, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    pseudonym_number = models.PositiveIntegerField(null=True, blank=True)
    link_version = models.PositiveIntegerField(default=1, help_text="raised to revoke every personal link made before")
    created = models.DateTimeField(default=timezone.now)
    accepted = models.DateTimeField(null=True, blank=True)
    removed = models.DateTimeField(null=True, blank=True)

    objects = MembershipQuerySet.as_manager()

    class Meta:
        ordering = ["created", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["manuscript", "email"],
                condition=Q(email__isnull=False),
                name="email_once_a_manuscript",
            ),
            models.UniqueConstraint(
                fields=["manuscript", "user"], condition=Q(user__isnull=False), name="user_once_a_manuscript"
            ),
            models.UniqueConstraint(
                fields=["manuscript", "pseudonym_discipline", "pseudonym_number"],
                condition=Q(pseudonym_number__isnull=False),
                name="pseudonym_never_reused",
            ),
        ]

    def __str__(self) -> str:
        return self.name

    def save(self, *args, **kwargs) -> None:
        self.email = normal_email(self.email) if self.email else None
        super().save(*args, **kwargs)

    @property
    def is_author_team(self) -> bool:
        return self.role in {"author", "co_author"}

    def own_discipline_ids(self) -> set[int]:
        """Ids of the member's disciplines, of what these were merged into, and of all merged into the same."""
        roots = {d.resolved().pk for d in self.disciplines.all()}
        if not roots:
            return set()
        return {d.pk for d in self.manuscript.all_disciplines if d.resolved().pk in roots}

    def own_disciplines(self) -> list[Discipline]:
        """The member's disciplines in value-stream order, merges resolved."""
        return sorted({d.resolved() for d in self.disciplines.all()}, key=lambda d: (d.position, d.pk))

    @property
    def code(self) -> str:
        """What peers see beside a note: OPS, AUTHOR, OBSERVER."""
        if self.is_author_team:
            return "AUTHOR"
        return self.pseudonym_discipline.code if self.pseudonym_discipline else self.role.upper()

    @property
    def pseudonym(self) -> str:
        """`IT operations 3`; for those without a discipline their role and number."""
        if self.pseudonym_number is None:
            return str(self.get_role_display()).capitalize()
        stem = self.pseudonym_discipline.name if self.pseudonym_discipline else str(self.get_role_display())
        return f"{stem} {self.pseudonym_number}"


class Event(models.Model):
    """An entry of the activity log that feeds live pages, digests, webhooks and audit."""

    manuscript = models.ForeignKey(Manuscript, on_delete=models.CASCADE, related_name="events")
    kind = models.CharField(max_length=40)  # e.g. thread.created, draft.opened
    actor = models.ForeignKey(Membership, on_delete=models.SET_NULL, null=True, related_name="events")
    subject = models.CharField(max_length=60, help_text="what it is about, as thread:12")
    data = models.JSONField(default=dict)
    at = models.DateTimeField(default=timezone.now)

    class Meta:
        ordering = ["pk"]
        indexes = [models.Index(F("manuscript"), F("id"), name="event_order")]

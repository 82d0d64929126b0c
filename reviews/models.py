"""What practitioners are asked and what they say."""

from django.db import models
from django.db.models import Q
from django.db.models.functions import Coalesce
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from manuscripts.models import Chapter, Discipline, Draft, Manuscript, Membership, Round, Section, SectionText
from manuscripts.modes import Anonymity

from .querysets import (
    AnswerQuerySet,
    CommentQuerySet,
    OfManuscriptQuerySet,
    OfMembershipQuerySet,
    OfTeamQuerySet,
    ThreadQuerySet,
)


class Invitation(models.Model):
    """Asks one person. The personal link is signed from the membership's id and link version and not stored."""

    STATES = [
        ("unsent", _("link to hand over")),
        ("queued", _("being sent")),
        ("sent", _("sent")),
        ("bounced", _("address refused")),
        ("opened", _("opened")),
        ("accepted", _("accepted")),
        ("declined", _("declined")),
        ("revoked", _("revoked")),
    ]
    membership = models.OneToOneField(Membership, on_delete=models.CASCADE, related_name="invitation")
    state = models.CharField(max_length=10, choices=STATES, default="unsent")
    error = models.CharField(max_length=250, blank=True, help_text="why the address was refused")
    invited_by = models.ForeignKey(Membership, on_delete=models.SET_NULL, null=True, related_name="+")
    message = models.TextField(blank=True, max_length=2000)
    decline_reason = models.TextField(blank=True, max_length=2000)
    ask_next = models.BooleanField(default=True, help_text="who declined may be asked at the next draft")
    created = models.DateTimeField(default=timezone.now)
    sent = models.DateTimeField(null=True, blank=True)
    opened = models.DateTimeField(null=True, blank=True)

    objects = OfTeamQuerySet.as_manager()

    class Meta:
        ordering = ["created", "pk"]

    @property
    def manuscript(self) -> Manuscript:
        return self.membership.manuscript


class Question(models.Model):
    KINDS = [
        ("rating", _("rating from 1 to 5")),
        ("verdict", _("verdict")),
        ("choice", _("choice")),
        ("words", _("words")),
    ]
    manuscript = models.ForeignKey(Manuscript, on_delete=models.CASCADE, related_name="questions")
    code = models.CharField(
        max_length=12,
        null=True,
        choices=[("value", "value"), ("makes_sense", "makes_sense"), ("improve", "improve")],
    )
    kind = models.CharField(max_length=8, choices=KINDS)
    text = models.CharField(max_length=500)
    scopes = models.JSONField(default=list, help_text="of book, chapter, own_section")
    chapters = models.ManyToManyField(Chapter, blank=True, help_text="none: all")
    disciplines = models.ManyToManyField(Discipline, blank=True, help_text="none: all")
    options = models.JSONField(default=list)
    position = models.PositiveIntegerField()
    retired = models.BooleanField(default=False)

    objects = OfManuscriptQuerySet.as_manager()

    class Meta:
        ordering = ["position", "pk"]
        constraints = [models.UniqueConstraint(fields=["manuscript", "code"], name="founding_question_once")]


class Answer(models.Model):
    """One answer a member, question, target, discipline and round. `draft` is the one it was given on."""

    member = models.ForeignKey(Membership, on_delete=models.CASCADE, related_name="answers")
    question = models.ForeignKey(Question, on_delete=models.PROTECT, related_name="answers")
    scope = models.CharField(max_length=12)
    chapter = models.ForeignKey(Chapter, on_delete=models.PROTECT, null=True, blank=True)
    section = models.ForeignKey(Section, on_delete=models.PROTECT, null=True, blank=True)
    discipline = models.ForeignKey(Discipline, on_delete=models.PROTECT, null=True, blank=True)
    round = models.ForeignKey(Round, on_delete=models.PROTECT, related_name="answers")
    draft = models.ForeignKey(Draft, on_delete=models.PROTECT, related_name="answers")
    value = models.CharField(max_length=120, null=True, help_text="1-5, cannot_judge, yes, partly, no, an option")
    words = models.TextField(blank=True)
    anonymity = models.CharField(max_length=8, choices=Anonymity.choices)
    via = models.CharField(max_length=120, blank=True)
    created = models.DateTimeField(default=timezone.now)
    updated = models.DateTimeField(default=timezone.now)

    objects = AnswerQuerySet.as_manager()

    class Meta:
        ordering = ["created", "pk"]
        constraints = [
            models.UniqueConstraint(
                "member",
                "question",
                "round",
                Coalesce("chapter", 0),
                Coalesce("section", 0),
                Coalesce("discipline", 0),
                name="one_answer",
            )
        ]

    @property
    def manuscript(self) -> Manuscript:
        return self.question.manuscript

    @property
    def key(self) -> str | None:
        """The key of the chapter or section asked about; None for the book."""
        target = self.chapter or self.section
        return target.key if target else None


class Review(models.Model):
    """One member's part in one round."""

    STATES = [
        ("invited", _("asked")),
        ("opened", _("opened")),
        ("started", _("reading")),
        ("submitted", _("finished")),
        ("declined", _("declined")),
    ]
    member = models.ForeignKey(Membership, on_delete=models.CASCADE, related_name="reviews")
    round = models.ForeignKey(Round, on_delete=models.CASCADE, related_name="reviews")
    state = models.CharField(max_length=10, choices=STATES, default="invited")
    created = models.DateTimeField(default=timezone.now)
    active = models.DateTimeField(default=timezone.now, help_text="last time the member did something")
    submitted = models.DateTimeField(null=True, blank=True)
    skipped = models.JSONField(default=list, help_text="steps of their path that they passed over")

    objects = OfMembershipQuerySet.as_manager()

    class Meta:
        ordering = ["created", "pk"]
        constraints = [models.UniqueConstraint(fields=["member", "round"], name="one_review_a_round")]

    @property
    def manuscript(self) -> Manuscript:
        return self.round.manuscript


class Reading(models.Model):
    """How far a member got in a chapter: the share of it seen, 0-1, and the draft it was last read in."""

    member = models.ForeignKey(Membership, on_delete=models.CASCADE, related_name="readings")
    chapter = models.ForeignKey(Chapter, on_delete=models.CASCADE)
    draft = models.ForeignKey(Draft, on_delete=models.CASCADE)
    share = models.FloatField(default=0)
    updated = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["member", "chapter", "draft"], name="one_reading")]


class Thread(models.Model):
    """One remark. Its words live in its comments, the first of which is the body."""

    SCOPES = [("book", _("the book")), ("chapter", _("a chapter")), ("section", _("a passage"))]
    KINDS = [
        ("comment", _("comment")),
        ("suggestion", _("suggested edit")),
        ("reaction", _("reaction")),
        ("experience", _("from practice")),
    ]
    REACTIONS = [
        ("confusing", _("confusing")),
        ("valuable", _("valuable")),
        ("too_slow", _("too slow")),
        ("disagree", _("disagree")),
        ("missing", _("missing")),
    ]
    manuscript = models.ForeignKey(Manuscript, on_delete=models.CASCADE, related_name="threads")
    author = models.ForeignKey(Membership, on_delete=models.PROTECT, related_name="threads")
    scope = models.CharField(max_length=8, choices=SCOPES)
    kind = models.CharField(max_length=12, choices=KINDS)
    reaction = models.CharField(max_length=12, choices=REACTIONS, blank=True)
    replacement = models.TextField(null=True, blank=True)
    discipline = models.ForeignKey(Discipline, on_delete=models.PROTECT, null=True, blank=True, related_name="threads")
    visibility = models.CharField(
        max_length=8,
        default="everyone",
        choices=[("everyone", _("everyone")), ("authors", _("the author only"))],
    )
    quote_permission = models.CharField(
        max_length=8,
        default="no",
        choices=[("no", _("no")), ("unnamed", _("without my name")), ("named", _("with my name"))],
    )
    via = models.CharField(max_length=120, blank=True, help_text="how the author came by it, when recorded by them")
    recorded_by = models.ForeignKey(Membership, on_delete=models.SET_NULL, null=True, blank=True, related_name="+")
    external_id = models.CharField(max_length=200, null=True, blank=True)
    status = models.CharField(max_length=8, default="open", choices=[("open", _("open")), ("decided", _("decided"))])
    round = models.ForeignKey(Round, on_delete=models.PROTECT, related_name="threads")
    # Where it was written. Never changes; where it stands now is its newest anchor.
    draft = models.ForeignKey(Draft, on_delete=models.PROTECT, related_name="threads")
    chapter = models.ForeignKey(Chapter, on_delete=models.PROTECT, null=True, blank=True)
    section = models.ForeignKey(Section, on_delete=models.PROTECT, null=True, blank=True)
    text = models.ForeignKey(SectionText, on_delete=models.PROTECT, null=True, blank=True, related_name="threads")
    start = models.PositiveIntegerField(null=True, blank=True, help_text="code points; null: the whole section")
    end = models.PositiveIntegerField(null=True, blank=True)
    created = models.DateTimeField(default=timezone.now)
    updated = models.DateTimeField(default=timezone.now)
    withdrawn = models.DateTimeField(null=True, blank=True)

    objects = ThreadQuerySet.as_manager()

    class Meta:
        ordering = ["created", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["manuscript", "external_id"],
                condition=Q(external_id__isnull=False),
                name="external_id_once",
            )
        ]
        indexes = [models.Index(fields=["manuscript", "updated"], name="thread_updated")]

    @property
    def exact(self) -> str | None:
        """The words it was written on."""
        return self.text.text[self.start : self.end] if self.text and self.start is not None else None


class Comment(models.Model):
    thread = models.ForeignKey(Thread, on_delete=models.CASCADE, related_name="comments")
    author = models.ForeignKey(Membership, on_delete=models.PROTECT, related_name="comments")
    body = models.TextField()
    round = models.ForeignKey(Round, on_delete=models.PROTECT, related_name="+")
    anonymity = models.CharField(max_length=8, choices=Anonymity.choices)
    created = models.DateTimeField(default=timezone.now)
    edited = models.DateTimeField(null=True, blank=True)
    withdrawn = models.DateTimeField(null=True, blank=True)

    objects = CommentQuerySet.as_manager()

    class Meta:
        ordering = ["created", "pk"]

    @property
    def manuscript(self) -> Manuscript:
        return self.thread.manuscript


class Agreement(models.Model):
    thread = models.ForeignKey(Thread, on_delete=models.CASCADE, related_name="agreements")
    member = models.ForeignKey(Membership, on_delete=models.CASCADE, related_name="agreements")
    round = models.ForeignKey(Round, on_delete=models.PROTECT, related_name="+")
    anonymity = models.CharField(max_length=8, choices=Anonymity.choices)
    created = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["thread", "member"], name="agree_once")]


class Mention(models.Model):
    """A member named in a message by what everyone in the manuscript may call them (`mentions.handles`)."""

    comment = models.ForeignKey(Comment, on_delete=models.CASCADE, related_name="mentions")
    member = models.ForeignKey(Membership, on_delete=models.CASCADE, related_name="mentions")
    created = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["comment", "member"], name="mention_once")]


class Follow(models.Model):
    """Whether a member hears what happens in a thread, and until when they have marked that read.

    `following` None: they chose nothing, and follow it where they wrote in it. `read_before` is `read` as it was
    before the last marking, for taking that back.
    """

    thread = models.ForeignKey(Thread, on_delete=models.CASCADE, related_name="follows")
    member = models.ForeignKey(Membership, on_delete=models.CASCADE, related_name="follows")
    following = models.BooleanField(null=True)
    read = models.DateTimeField(null=True)
    read_before = models.DateTimeField(null=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["thread", "member"], name="follow_once")]


class Decision(models.Model):
    """What the author decided on a thread; the newest counts, taking back removes it."""

    KINDS = [
        ("will_change", _("will change")),
        ("changed", _("changed")),
        ("no_change", _("no change")),
        ("later", _("later")),
        ("duplicate", _("duplicate")),
    ]
    thread = models.OneToOneField(Thread, on_delete=models.CASCADE, related_name="decision")
    decision = models.CharField(max_length=12, choices=KINDS)
    reason = models.TextField(blank=True, max_length=5000)
    duplicate_of = models.ForeignKey(Thread, on_delete=models.PROTECT, null=True, blank=True, related_name="duplicates")
    applied_in = models.ForeignKey(Draft, on_delete=models.SET_NULL, null=True, blank=True, related_name="+")
    by = models.ForeignKey(Membership, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField(default=timezone.now)


class Anchor(models.Model):
    """Where a thread stands in one draft. Rows are added, never changed; the newest attempt counts."""

    FATES = [
        ("kept", _("kept")),
        ("moved", _("moved")),
        ("edited", _("words changed")),
        ("detached", _("detached")),
    ]
    thread = models.ForeignKey(Thread, on_delete=models.CASCADE, related_name="anchors")
    draft = models.ForeignKey(Draft, on_delete=models.CASCADE, related_name="anchors")
    attempt = models.PositiveIntegerField(default=1)
    chapter = models.ForeignKey(Chapter, on_delete=models.PROTECT, null=True, blank=True)
    section = models.ForeignKey(Section, on_delete=models.PROTECT, null=True, blank=True)
    text = models.ForeignKey(SectionText, on_delete=models.PROTECT, null=True, blank=True, related_name="anchors")
    start = models.PositiveIntegerField(null=True, blank=True)
    end = models.PositiveIntegerField(null=True, blank=True)
    near = models.PositiveIntegerField(null=True, blank=True, help_text="detached: where its paragraph stood, in text")
    near_end = models.PositiveIntegerField(
        null=True, blank=True, help_text="detached: from near to here stand the words that came in its place"
    )
    fate = models.CharField(max_length=8, choices=FATES)
    confidence = models.FloatField(default=1)
    reason = models.CharField(max_length=200, blank=True)
    by = models.CharField(max_length=6, default="worker", choices=[("worker", _("worker")), ("hand", _("by hand"))])

    class Meta:
        constraints = [models.UniqueConstraint(fields=["thread", "draft", "attempt"], name="one_anchor_an_attempt")]
        indexes = [models.Index(fields=["draft", "section"], name="anchor_place")]


class Edit(models.Model):
    """One change to a section of the working draft, made here: a suggestion applied (`thread`), or written by the
    author. Until the draft opens the newest of a section can be undone; `before` is what stands there then."""

    draft = models.ForeignKey(Draft, on_delete=models.CASCADE, related_name="edits")
    section = models.ForeignKey(Section, on_delete=models.PROTECT, related_name="+")
    thread = models.ForeignKey(Thread, on_delete=models.PROTECT, null=True, blank=True, related_name="edits")
    before = models.ForeignKey(SectionText, on_delete=models.PROTECT, related_name="+")
    after = models.ForeignKey(SectionText, on_delete=models.PROTECT, related_name="+")
    by = models.ForeignKey(Membership, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField(default=timezone.now)

    class Meta:
        ordering = ["at", "pk"]
        constraints = [models.UniqueConstraint(fields=["draft", "thread"], name="applied_once")]


class UnsentNote(models.Model):
    """What someone has typed and not sent; theirs alone. `place` names the composer it was typed in."""

    member = models.ForeignKey(Membership, on_delete=models.CASCADE, related_name="unsent_notes")
    place = models.CharField(max_length=200)
    content = models.JSONField(default=dict)
    updated = models.DateTimeField(default=timezone.now)

    class Meta:
        ordering = ["updated"]
        constraints = [models.UniqueConstraint(fields=["member", "place"], name="one_unsent_a_place")]

"""What a reader's home says: what is asked of them, how far they are, what they have typed and not sent."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from typing import Any
from urllib.parse import quote
from zoneinfo import ZoneInfo

from django.db import transaction
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from manuscripts.errors import Refused
from manuscripts.models import Draft, Manuscript, Membership, Round
from manuscripts.numbers import whole
from manuscripts.permissions import Actor, check

from .answers import asked_of
from .asking import Group, groups
from .contents import ChapterLine, Contents, SectionLine, contents
from .models import Review, UnsentNote
from .path import ONE_ANSWER, SECTION_ANSWERS, Path, Step, fit
from .since import Known, known_before, say_what_changed
from .unsent import unsent_of, words_of

LAST_DAYS = timedelta(days=3)  # before the end of a round, in which unsent notes are pointed out everywhere


@dataclass
class OwnPages:
    """One of the reader's own sections: how far it is read and answered."""

    line: SectionLine
    groups: list[Group]
    known: Known | None = None

    @property
    def answered(self) -> bool:
        return bool(self.groups) and all(group.answered for group in self.groups)

    @property
    def stood(self) -> str:
        """The label of the older draft from which the answers stand, where the section is the same since."""
        labels = [f.since for group in self.groups for f in group.fields if f.answered]
        return labels[0] if self.answered and all(labels) else ""

    @property
    def is_read(self) -> bool:
        """What was answered on need not be read again; how far is otherwise known of whole chapters only."""
        return self.line.state == "read" or self.answered

    @property
    def done(self) -> bool:
        return self.answered and self.is_read

    @property
    def minutes(self) -> int:
        """Minutes that it still takes, reading and answering."""
        reading = 0 if self.is_read else self.line.minutes
        return reading + (0 if self.answered else SECTION_ANSWERS)


@dataclass
class Chapter:
    """A chapter everyone reads, with what is asked about it and the verdict the reader gave; `since` is the older
    draft that is from."""

    line: ChapterLine
    groups: list[Group]
    verdict: str
    since: str = ""
    known: Known | None = None

    @property
    def asked(self) -> bool:
        return bool(self.groups)

    @property
    def answered(self) -> bool:
        return all(group.answered for group in self.groups)


@dataclass
class Home:
    """Everything that is asked of one reader on one draft; `path` is what fits their minutes."""

    contents: Contents
    own: list[OwnPages]
    chapters: list[Chapter]
    book: list[Group]
    path: Path

    @property
    def more(self) -> list[Chapter]:
        """The chapters that are not on the path."""
        walked = {step.chapter_key for step in self.path.steps if step.kind == "chapter"}
        return [chapter for chapter in self.chapters if chapter.line.key not in walked]

    def asked_on(self, chapter_key: str) -> list[Group]:
        """What is asked at the foot of that chapter: about the own sections in it, then about itself."""
        own = [group for own in self.own if own.line.chapter_key == chapter_key for group in own.groups]
        return own + [group for c in self.chapters if c.line.key == chapter_key for group in c.groups]


def home_of(actor: Actor, membership: Membership, draft: Draft, review: Review | None = None) -> Home:
    """Everything that is asked of the reader on that draft, and how far they are; `review` is their part in its
    round, which knows what they passed over."""
    held = contents(actor, draft, membership)
    asked = groups(asked_of(actor, membership, draft), draft) if membership.role == "reviewer" else []
    known = known_before(actor, membership, draft, [line.key for line in held.own])
    say_what_changed(asked, known)
    about: dict[tuple[str, str | None], list[Group]] = {}
    for group in asked:
        about.setdefault((group.scope, group.key), []).append(group)
    own = [OwnPages(line, about.get(("own_section", line.key), []), known.sections.get(line.key)) for line in held.own]
    chapters = []
    for line in held.common:
        here = about.get(("chapter", line.key), [])
        verdicts = [(f.value, f.since) for group in here for f in group.fields if f.kind == "verdict" and f.value]
        verdict, since = verdicts[0] if verdicts else ("", "")
        chapters.append(Chapter(line, here, verdict, since, known.chapters.get(line.key)))
    book = about.get(("book", None), [])
    steps = _steps(draft.manuscript.slug, own, chapters, book) if asked else ([], [], [])
    path = fit(*steps, asked=membership.minutes, skipped=review.skipped if review else ())
    return Home(held, own, chapters, book, path)


def first_page(actor: Actor, membership: Membership) -> str:
    """Where a reader begins who comes for the first time: on their own pages, else at home, where it says what to
    read."""
    draft = membership.manuscript.open_draft
    if draft and draft.round.state == "running":
        own = contents(actor, draft, membership).own
        if own:
            return f"{reverse('read', args=[membership.manuscript.slug, own[0].chapter_key])}#s-{own[0].key}"
    return reverse("manuscript", args=[membership.manuscript.slug])


def _steps(
    slug: str, own: list[OwnPages], chapters: list[Chapter], book: list[Group]
) -> tuple[list[Step], list[Step], list[Step]]:
    """What can be on a path: the steps on own pages, on the chapters asked about, and on the book."""
    first = []
    for pages in own:
        line = pages.line
        page = reverse("read", args=[slug, line.chapter_key])
        here = {"chapter_key": line.chapter_key, "about": pages}
        reading = 0 if pages.is_read else line.minutes
        first.append(Step("read", line.key, line.title, f"{page}#s-{line.key}", line.minutes, reading, **here))
        if pages.groups:
            here["questions"] = sum(len(group.fields) for group in pages.groups)
            asking = 0 if pages.answered else SECTION_ANSWERS
            first.append(Step("answer", line.key, line.title, f"{page}#verdict", SECTION_ANSWERS, asking, **here))
    then = []
    for chapter in chapters:
        if chapter.asked:
            line = chapter.line
            left = 0 if chapter.answered else line.common_minutes_left + ONE_ANSWER
            page = reverse("read", args=[slug, line.key])
            whole = line.common_minutes + ONE_ANSWER
            then.append(Step("chapter", line.key, line.label, page, whole, left, line.key, about=chapter))
    last = []
    if book:
        left = 0 if all(group.answered for group in book) else ONE_ANSWER
        page = reverse("manuscript", args=[slug])
        last.append(Step("book", "", "", f"{page}#book", ONE_ANSWER, left, about=book))
    return first, then, last


def pass_over(actor: Actor, review: Review, path: Path, names: Collection[str], undo: bool = False) -> None:
    """Passes steps of the reader's path over, or takes that back. Raises Refused for a step that is not on it."""
    check(actor, "review.change", review)
    if not set(names) <= {step.name for step in path.steps}:
        raise Refused("invalid", _("This is not a step of yours."), field="step")
    with transaction.atomic():
        row = Review.objects.select_for_update().get(pk=review.pk)
        kept = [name for name in row.skipped if name not in names]
        row.skipped = kept if undo else [*kept, *names]
        row.save(update_fields=["skipped"])


def deadline_of(round_: Round, zone: str) -> datetime | None:
    """The end of the round in the reader's zone: 23:59 of its last day where the manuscript is."""
    if round_.deadline is None:
        return None
    end = datetime.combine(round_.deadline, time(23, 59), ZoneInfo(round_.manuscript.time_zone))
    return end.astimezone(ZoneInfo(zone))


@dataclass(frozen=True)
class LastCall:
    """Notes that were typed and not sent, shortly before the round ends."""

    count: int
    deadline: datetime


def last_call(membership: Membership, draft: Draft, zone: str) -> LastCall | None:
    """What is unsent within the last days of the round; one query then, else none."""
    end = deadline_of(draft.round, zone) if draft.round and draft.round.state == "running" else None
    if end is None or membership.is_author_team or not timedelta() < end - timezone.now() < LAST_DAYS:
        return None
    count = sum(1 for note in unsent_of(membership) if words_of(note))
    return LastCall(count, end) if count else None


@dataclass
class UnsentLine:
    """Something typed and not sent: where, on which words, how it is sent, and where it is opened in its composer."""

    place: str
    where: str
    quote: str
    body: str
    address: str
    fields: dict[str, Any]
    open_at: str

    @property
    def complete(self) -> bool:
        return bool(self.address)


def unsent_lines(manuscript: Manuscript, membership: Membership, held: Contents) -> list[UnsentLine]:
    return [line for note in unsent_of(membership) if (line := _unsent_line(manuscript, note, held))]


def _unsent_line(manuscript: Manuscript, note: UnsentNote, held: Contents) -> UnsentLine | None:
    content, body = note.content, words_of(note)
    if not body:
        return None
    slug, name = manuscript.slug, content.get("answer")
    if isinstance(name, str):
        return _unsent_answer(slug, note, name, held)
    chapter = held.chapter(str(content.get("chapter", "")))
    fields = content.get("fields") if isinstance(content.get("fields"), dict) else {}
    address = reverse("note_create", args=[slug]) if fields else ""
    for name, view in (("reply", "note_reply"), ("edit", "comment_change")):
        pk = whole(str(content.get(name, "")))
        if pk is not None:
            address, fields = reverse(view, args=[slug, pk]), {"body": body}
    if not fields and note.place.startswith("plain:"):
        address, fields = reverse("note_create", args=[slug]), content
    page = reverse("read", args=[slug, chapter.key]) if chapter else reverse("read_book", args=[slug])
    answered = whole(str(content.get("reply", "")))
    return UnsentLine(
        place=note.place,
        where=chapter.label if chapter else _("The whole book"),
        quote=str(content.get("exact") or ""),
        body=body,
        address=address,
        fields={name: value for name, value in fields.items() if isinstance(value, str) and name != "place"},
        open_at=page + (f"#note-{answered}" if answered else "#unsent-" + quote(note.place, safe="")),
    )


def _unsent_answer(slug: str, note: UnsentNote, name: str, held: Contents) -> UnsentLine:
    """Words that answer a question and came when the round had ended; `name` is that of their field."""
    key = note.content.get("key")
    homes = {line.key: line.chapter_key for line in [*held.own, *held.others]}
    chapter = held.chapter(homes.get(key, str(key)))
    return UnsentLine(
        place=note.place,
        where=chapter.label if chapter else _("The whole book"),
        quote=str(note.content.get("exact") or ""),
        body=words_of(note),
        address=reverse("answers_save", args=[slug]),
        fields={name: words_of(note)},
        open_at=reverse("read", args=[slug, chapter.key]) + "#verdict" if chapter else "#book",
    )

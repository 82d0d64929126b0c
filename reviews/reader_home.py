"""What a reader's home says: what is asked, what became of their notes, what they have typed and not sent."""

from dataclasses import dataclass, field
from datetime import datetime, time
from typing import Any
from zoneinfo import ZoneInfo

from django.urls import reverse
from django.utils.translation import gettext as _

from manuscripts.models import Draft, Manuscript, Membership, Round
from manuscripts.numbers import whole
from manuscripts.permissions import Actor

from .answers import asked_of
from .asking import Group, groups
from .contents import ChapterLine, Contents, SectionLine, contents
from .models import Thread, UnsentNote
from .note_cards import Card
from .unsent import unsent_of

MINUTES_TO_ANSWER = 2


@dataclass
class Step:
    """One of the reader's own sections: how far it is read and answered."""

    line: SectionLine
    groups: list[Group]

    @property
    def answered(self) -> bool:
        return bool(self.groups) and all(group.answered for group in self.groups)

    @property
    def done(self) -> bool:
        return self.answered and self.line.state == "read"

    @property
    def minutes(self) -> int:
        """Minutes that it still takes, reading and answering."""
        reading = 0 if self.line.state == "read" else self.line.minutes
        return reading + (0 if self.answered else MINUTES_TO_ANSWER)


@dataclass
class Chapter:
    """A chapter everyone reads, with the verdict the reader gave on it."""

    line: ChapterLine
    verdict: str
    asked: bool


@dataclass
class Home:
    contents: Contents
    steps: list[Step]
    chapters: list[Chapter]
    book: list[Group]

    @property
    def open_steps(self) -> list[Step]:
        return [step for step in self.steps if not step.done]

    @property
    def minutes(self) -> int:
        """Minutes for the own pages; where there are none left, for the next chapter."""
        if self.open_steps:
            return sum(step.minutes for step in self.open_steps)
        following = self.next_chapter
        return following.line.minutes_left + 1 if following else 0

    @property
    def next_chapter(self) -> Chapter | None:
        """The first chapter asked about that has no verdict yet."""
        return next((chapter for chapter in self.chapters if chapter.asked and not chapter.verdict), None)

    @property
    def unanswered(self) -> int:
        """How many targets are still without an answer."""
        missing = sum(1 for step in self.steps if not step.answered)
        missing += sum(1 for chapter in self.chapters if chapter.asked and not chapter.verdict)
        return missing + sum(1 for group in self.book if not group.answered)


def home_of(actor: Actor, membership: Membership, draft: Draft) -> Home:
    """Everything that is asked of the reader on that draft, and how far they are."""
    held = contents(actor, draft, membership)
    asked = groups(asked_of(actor, membership, draft), draft) if membership.role == "reviewer" else []
    by_key: dict[tuple[str, str | None], list[Group]] = {}
    for group in asked:
        by_key.setdefault((group.scope, group.key), []).append(group)
    steps = [Step(line, by_key.get(("own_section", line.key), [])) for line in held.own]
    chapters = []
    for line in held.common:
        about = by_key.get(("chapter", line.key), [])
        verdicts = [f.value for group in about for f in group.fields if f.kind == "verdict" and f.value]
        chapters.append(Chapter(line, verdicts[0] if verdicts else "", bool(about)))
    return Home(held, steps, chapters, by_key.get(("book", None), []))


def deadline_of(round_: Round, zone: str) -> datetime | None:
    """The end of the round in the reader's zone: 23:59 of its last day where the manuscript is."""
    if round_.deadline is None:
        return None
    end = datetime.combine(round_.deadline, time(23, 59), ZoneInfo(round_.manuscript.time_zone))
    return end.astimezone(ZoneInfo(zone))


def own_threads(actor: Actor, membership: Membership) -> Any:
    """The reader's notes that still exist, newest decision or change first."""
    rows = Thread.objects.filter(author=membership, withdrawn=None).visible_to(actor)
    return rows.order_by("-updated", "-pk")


@dataclass
class Fates:
    """A reader's notes by what became of them. `told` have a decision or new words, `waiting` neither."""

    told: list[Card] = field(default_factory=list)
    waiting: list[Card] = field(default_factory=list)

    @property
    def total(self) -> int:
        return len(self.told) + len(self.waiting)

    @property
    def changed(self) -> int:
        """How many changed the book."""
        return sum(1 for card in self.told if card.decided == "changed")


def fates(cards: list[Card]) -> Fates:
    result = Fates()
    for card in cards:
        (result.told if card.decision or card.fate else result.waiting).append(card)
    return result


@dataclass
class UnsentLine:
    """Something typed and not sent: where, on which words, and how it is sent."""

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
    content = note.content
    body = str(content.get("body") or content.get("replacement") or "")
    if not body.strip():
        return None
    chapter = held.chapter(str(content.get("chapter", "")))
    slug = manuscript.slug
    fields = content.get("fields") if isinstance(content.get("fields"), dict) else {}
    address = reverse("note_create", args=[slug]) if fields else ""
    for name, view in (("reply", "note_reply"), ("edit", "comment_change")):
        pk = whole(str(content.get(name, "")))
        if pk is not None:
            address, fields = reverse(view, args=[slug, pk]), {"body": body}
    if not fields and note.place.startswith("plain:"):
        address, fields = reverse("note_create", args=[slug]), content
    return UnsentLine(
        place=note.place,
        where=chapter.label if chapter else _("The whole book"),
        quote=str(content.get("exact") or ""),
        body=body,
        address=address,
        fields={name: value for name, value in fields.items() if isinstance(value, str) and name != "place"},
        open_at=reverse("read", args=[slug, chapter.key]) if chapter else reverse("read_book", args=[slug]),
    )

"""What a reader's home says: what is asked, what became of their notes, what they have typed and not sent."""

import re
from dataclasses import dataclass, field
from datetime import datetime, time
from difflib import SequenceMatcher
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
from .since import Known, known_before
from .unsent import unsent_of

MINUTES_TO_ANSWER = 2
WORDS = re.compile(r"\w+|\s+|[^\w\s]")
MOST_COMPARED, LEAST_ALIKE = 600, 0.5  # words and signs compared one by one; likeness from which that is of use


@dataclass
class Step:
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
        """What was answered on and is the same since need not be read again."""
        return self.line.state == "read" or bool(self.stood)

    @property
    def done(self) -> bool:
        return self.answered and self.is_read

    @property
    def minutes(self) -> int:
        """Minutes that it still takes, reading and answering."""
        reading = 0 if self.is_read else self.line.minutes
        return reading + (0 if self.answered else MINUTES_TO_ANSWER)


@dataclass
class Chapter:
    """A chapter everyone reads, with the verdict the reader gave on it; `since` is the older draft it is from."""

    line: ChapterLine
    verdict: str
    asked: bool
    since: str = ""
    known: Known | None = None


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
    known = known_before(actor, membership, draft, [line.key for line in held.own])
    steps = [Step(line, by_key.get(("own_section", line.key), []), known.sections.get(line.key)) for line in held.own]
    chapters = []
    for line in held.common:
        about = by_key.get(("chapter", line.key), [])
        verdicts = [(f.value, f.since) for group in about for f in group.fields if f.kind == "verdict" and f.value]
        verdict, since = verdicts[0] if verdicts else ("", "")
        chapters.append(Chapter(line, verdict, bool(about), since, known.chapters.get(line.key)))
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
class Told:
    """One of the reader's notes; `pieces` are its passage as it was and is: (same, del or ins; words)."""

    card: Card
    pieces: list[tuple[str, str]]


@dataclass
class Fates:
    """A reader's notes by what became of them. `told` have a decision, new words or none, `waiting` nothing of it."""

    told: list[Told] = field(default_factory=list)
    waiting: list[Told] = field(default_factory=list)

    @property
    def total(self) -> int:
        return len(self.told) + len(self.waiting)

    @property
    def changed(self) -> int:
        """How many changed the book."""
        return sum(1 for note in self.told if note.card.decided == "changed" or note.card.applied)


def fates(cards: list[Card]) -> Fates:
    result = Fates()
    for card in cards:
        told = card.decision or card.happened in ("edited", "detached")
        pieces = old_and_new(card.old, card.quote) if card.changed else []
        (result.told if told else result.waiting).append(Told(card, pieces))
    return result


def old_and_new(old: str, new: str) -> list[tuple[str, str]]:
    """What changed between two short texts, word by word: (same, del or ins; words), in reading order. What is too
    long, or hardly alike, is one replacement."""
    was, now = WORDS.findall(old), WORDS.findall(new)
    matcher = SequenceMatcher(None, was, now, autojunk=False)
    if len(was) + len(now) > MOST_COMPARED or matcher.ratio() < LEAST_ALIKE:
        return [("del", old), ("same", " "), ("ins", new)]
    pieces = []
    for op, a, b, c, d in matcher.get_opcodes():
        if op == "equal":
            pieces.append(("same", "".join(was[a:b])))
            continue
        pieces += [(tag, "".join(words)) for tag, words in (("del", was[a:b]), ("ins", now[c:d])) if words]
    return pieces


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

"""What became of a reader's notes: the author's decisions, and the words as they were and are."""

import re
from collections import Counter
from dataclasses import dataclass, field
from difflib import SequenceMatcher
from typing import Any

from django.utils.translation import gettext as _

from manuscripts.models import Membership
from manuscripts.permissions import Actor

from .models import Decision, Thread
from .note_cards import DECISION_ICONS, Card, State

WORDS = re.compile(r"\w+|\s+|[^\w\s]")
SENTENCE_ENDS = re.compile(r"(?<=[.!?…])[\"'”’)\]]*\s+(?=[^a-z])|\n+")
MOST_COMPARED, LEAST_ALIKE = 600, 0.5  # words and signs compared one by one; likeness from which that is of use


def own_threads(actor: Actor, membership: Membership) -> Any:
    """The reader's notes that still exist, newest decision or change first."""
    rows = Thread.objects.filter(author=membership, withdrawn=None).visible_to(actor)
    return rows.order_by("-updated", "-pk")


@dataclass
class Told:
    """One of the reader's notes; `pieces` are its passage as it was and is, or as it is and they would have it: (same,
    del or ins; words). `before` and `after` are what stands beside them in their sentence."""

    card: Card
    pieces: list[tuple[str, str]]

    @property
    def before(self) -> str:
        return SENTENCE_ENDS.split(self.card.before)[-1]

    @property
    def after(self) -> str:
        end = SENTENCE_ENDS.search(self.card.after)
        return self.card.after[: end.start()] if end else self.card.after

    @property
    def fate(self) -> State | None:
        """What happened to its words, where the decision does not say it already."""
        return None if self.card.decided == "changed" else self.card.fate


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

    @property
    def counts(self) -> list[tuple[State, int]]:
        """How many were decided how, in the order of the decisions; those that wait last."""
        found = Counter(note.card.decided for note in self.told + self.waiting)
        states = [(key, State(*DECISION_ICONS[key], str(label).capitalize())) for key, label in Decision.KINDS]
        states.append(("", State("idle", "ring", _("Not decided yet"))))
        return [(state, found[key]) for key, state in states if found[key]]


def fates(cards: list[Card]) -> Fates:
    result = Fates()
    for card in cards:
        told = card.decision or card.happened in ("edited", "detached")
        (result.told if told else result.waiting).append(Told(card, _pieces(card)))
    return result


def _pieces(card: Card) -> list[tuple[str, str]]:
    """What changed in its words, else what the reader would change; [] for nothing of both."""
    if card.changed:
        return old_and_new(card.old, card.quote)
    if card.new is not None and card.happened != "detached":
        return old_and_new(card.old, card.new)
    return []


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
        if op != "insert":
            pieces.append(("del", "".join(was[a:b])))
        if op == "replace":
            pieces.append(("same", " "))
        if op != "delete":
            pieces.append(("ins", "".join(now[c:d])))
    return pieces

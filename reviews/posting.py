"""What is posted: the words of a new note and the place it is written on, checked."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.conf import settings
from django.utils.translation import gettext as _

from anchoring.selectors import InvalidSelector, SelectorMismatch, resolve
from manuscripts.errors import Refused, conflict
from manuscripts.models import Discipline, Draft, Manuscript, Membership, Placement, Round
from manuscripts.numbers import whole
from manuscripts.permissions import Actor
from manuscripts.rendering import clean_input

from .models import Thread

KINDS = {"comment", "suggestion", "reaction", "experience"}
REACTIONS = {key for key, _label in Thread.REACTIONS}


@dataclass
class NewThread:
    """What is posted: the API's POST body, with people and drafts as objects.

    `selector` is a list of W3C selectors or {"start", "end"} in code points of the text; `chapter` a chapter key, with
    a text the one it stands in, since sections may have the same words; neither means the book. `author` is the member
    whose words an author records.
    """

    kind: str
    body: str = ""
    text_id: Any = None
    chapter: str | None = None
    selector: Any = None
    replacement: str | None = None
    reaction: str = ""
    discipline: str | None = None
    visibility: str = "everyone"
    quote_permission: str = "no"
    external_id: str | None = None
    author: Membership | None = None
    via: str = ""
    created: datetime | None = None


@dataclass
class Place:
    """Where a new note is written: nothing but the draft for the book, a chapter, or a section and its range."""

    draft: Draft
    placement: Placement | None = None
    chapter_id: int | None = None
    start: int | None = None
    end: int | None = None

    @property
    def scope(self) -> str:
        if self.placement:
            return "section"
        return "chapter" if self.chapter_id else "book"


def read_words(body: Any, field: str = "body") -> str:
    """Cleaned words of a note; refuses what is too long."""
    if not isinstance(body, str):
        raise Refused("invalid", _("This must be text."), field=field)
    words = clean_input(body).strip()
    if len(words) > settings.MAX_NOTE_CHARACTERS:
        raise Refused("too_long", _("A note has at most 200,000 characters."), field=field)
    return words


def find_place(actor: Actor, manuscript: Manuscript, new: NewThread) -> Place:
    """Where the note is written: the newest opened draft in which its text stands and may be read."""
    newest = manuscript.open_draft
    if newest is None:
        raise conflict("no_open_draft", _("There is no open draft to write on yet."))
    if new.text_id is not None:
        return place_in_text(actor, manuscript, new)
    if new.selector is not None:
        raise Refused("invalid", _("A selection needs the text it was made in."), field="selector")
    if not new.chapter:
        return Place(newest)
    placement = Placement.objects.readable_by(actor, newest).filter(chapter__key=new.chapter).first()
    if placement is None:
        raise Refused("unknown_chapter", _("There is no such chapter in the open draft."), field="chapter")
    return Place(newest, chapter_id=placement.chapter_id)


def place_in_text(actor: Actor, manuscript: Manuscript, new: NewThread) -> Place:
    """The newest opened draft's section of that text that the actor may read; in the chapter that was named, if any."""
    named = {"chapter__key": new.chapter} if new.chapter else {}
    text_id = whole(str(new.text_id)) or 0
    for draft in (
        manuscript.drafts.filter(state__in=["open", "closed"], placements__text=text_id).order_by("-number").distinct()
    ):
        placement = (
            Placement.objects.readable_by(actor, draft)
            .filter(text=text_id, **named)
            .select_related("text", "discipline")
            .first()
        )
        if placement:
            place = Place(draft, placement, placement.chapter_id)
            if new.selector is not None:
                place.start, place.end = _resolve(placement.text.text, new.selector)
                _check_differs(new, placement.text.text[place.start : place.end])
            return place
    if named:
        raise Refused("unknown_chapter", _("That text stands in no such chapter of an open draft."), field="chapter")
    raise Refused("unknown_text", _("There is no such text in an open draft."), field="text_id")


def _check_differs(new: NewThread, words: str) -> None:
    """A suggestion asks for other words than those that stand there."""
    if new.kind == "suggestion" and new.replacement == words.strip():
        said = _("These words stand there already. Write those you would put in their place, or a comment.")
        raise Refused("unchanged", said, field="replacement")


def _resolve(text: str, selector: Any) -> tuple[int, int]:
    if isinstance(selector, Mapping) and set(selector) == {"start", "end"}:
        selector = [{"type": "TextPositionSelector", **selector}]
    try:
        return resolve(text, selector)
    except SelectorMismatch as error:
        raise conflict("selector_mismatch", str(error), expected=error.expected, found=error.found) from None
    except InvalidSelector as error:
        raise Refused("invalid_selector", error.detail, field="selector") from None


def voice_of(
    manuscript: Manuscript, member: Membership, slug: str | None, section: Discipline | None
) -> Discipline | None:
    """The discipline that speaks: the one named, else the section's if it is theirs, else their first."""
    own = member.own_disciplines()
    if slug:
        named = manuscript.disciplines.filter(slug=slug).first()
        if named is None:
            raise Refused("unknown_discipline", _("There is no such discipline."), field="discipline")
        if own and named.resolved() not in own:
            raise Refused(
                "not_their_discipline", _("This person does not speak for that discipline."), field="discipline"
            )
        return named.resolved()
    if section and section.resolved() in own:
        return section.resolved()
    return own[0] if own else None


def writing_round(manuscript: Manuscript) -> Round:
    """The round that what is written now belongs to: the running one, else the last that was (author team only)."""
    row = manuscript.rounds.exclude(state="preparing").order_by("-number").first()
    if row is None:
        raise conflict("no_open_draft", _("There is no open draft to write on yet."))
    return row


def check_new(new: NewThread) -> None:
    """Refuses what no note can be, naming the field."""
    if new.kind not in KINDS:
        raise Refused("invalid", _("A note is a comment, a suggestion, a reaction or an experience."), field="kind")
    if new.visibility not in {"everyone", "authors"}:
        raise Refused("invalid", _("Seen by everyone or by the authors only."), field="visibility")
    if new.quote_permission not in {"no", "unnamed", "named"}:
        raise Refused("invalid", _("Say no, unnamed or named."), field="quote_permission")
    new.body = read_words(new.body)
    if new.kind == "reaction" and new.reaction not in REACTIONS:
        raise Refused("invalid", _("Choose one of the reactions."), field="reaction")
    if new.kind != "reaction" and new.reaction:
        raise Refused("invalid", _("Only a reaction has one."), field="reaction")
    if new.kind == "suggestion":
        if new.replacement is None or new.selector is None:
            raise Refused("invalid", _("A suggestion needs selected words and their replacement."), field="replacement")
        new.replacement = read_words(new.replacement, "replacement")
    elif new.replacement is not None:
        raise Refused("invalid", _("Only a suggestion has a replacement."), field="replacement")
    if new.kind in {"comment", "experience"} and not new.body:
        raise Refused("required", _("Write something first."), field="body")

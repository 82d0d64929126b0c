"""What the reading room shows of one chapter of one draft to one person."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import Count, Exists, OuterRef, Q
from django.http import Http404
from django.utils.translation import gettext as _

from manuscripts.models import Discipline, Draft, Manuscript, Membership, Placement
from manuscripts.permissions import Actor, check, load

from .contents import READ_SHARE, ChapterLine, Contents, contents, minutes
from .models import Anchor, Reading, Review, Thread


@dataclass
class Room:
    """One chapter as one person may read it; `sections` in the order of the text."""

    manuscript: Manuscript
    draft: Draft
    membership: Membership
    contents: Contents
    line: ChapterLine
    chapter_id: int
    sections: list[Placement]
    before: ChapterLine | None
    after: ChapterLine | None

    @property
    def minutes(self) -> int:
        return minutes(self.line.words)

    @property
    def titled(self) -> bool:
        """Whether the text brings its own level-1 heading."""
        return "<h1" in self.sections[0].text.html

    @property
    def own_discipline_ids(self) -> set[int]:
        return {line.discipline.pk for line in self.contents.own}


#: Of fewer, who has finished a chapter could be told from the number.
FEWEST_READERS = 3


@dataclass(frozen=True)
class Finished:
    """How many of those who read in a round have read a chapter to the end."""

    n: int
    of: int


def finished_by(draft: Draft, chapter_id: int) -> Finished | None:
    """Of the readers who looked at the draft's round; None where they are fewer than FEWEST_READERS. One query."""
    to_the_end = Reading.objects.filter(
        member=OuterRef("member"), chapter=chapter_id, draft__round=draft.round_id, share__gte=READ_SHARE
    )
    rows = Review.objects.filter(round=draft.round_id, member__role="reviewer", member__removed=None)
    rows = rows.filter(state__in=["opened", "started", "submitted"])
    found = rows.aggregate(n=Count("pk", filter=Exists(to_the_end)), of=Count("pk"))
    return Finished(**found) if found["of"] >= FEWEST_READERS else None


def manuscript_to_read(actor: Actor, slug: str) -> Manuscript:
    """The manuscript of that slug if the actor is a member of it, from what is known of their memberships: a page
    that is opened often asks for nothing twice. Raises Http404."""
    for membership in actor.memberships().values():
        if membership.manuscript.slug == slug:
            found: Manuscript = check(actor, "manuscript.read", membership.manuscript)
            return found
    raise Http404(_("There is nothing at this address."))


def draft_to_read(actor: Actor, manuscript: Manuscript, number: str | None, known: Sequence[Draft] = ()) -> Draft:
    """The draft asked for by number, else the newest opened one; for the author team the newest ready one where
    none was opened. `known` are those of `as_it_was.drafts_to_read`, where they are at hand. Raises Http404."""
    at_hand = next((draft for draft in known if number in (None, "", str(draft.number))), None)
    if at_hand is not None:
        draft = check(actor, "draft.read", at_hand)
    elif number:
        draft = load(Draft.objects.select_related("round"), actor, "draft.read", manuscript=manuscript, number=number)
    else:
        drafts = Draft.objects.visible_to(actor).filter(manuscript=manuscript).select_related("round")
        draft = (
            drafts.filter(state__in=["open", "closed"]).order_by("-number").first()
            or drafts.filter(state__in=["ready", "opening"]).order_by("-number").first()
        )
    if draft is None:
        raise Http404(_("There is no open draft to read yet."))
    draft.manuscript = manuscript
    return draft


def open_room(actor: Actor, draft: Draft, chapter_key: str) -> Room:
    """The chapter in that draft. Raises Http404 where it is not there for this person."""
    membership = actor.membership_in(draft.manuscript)
    assert membership is not None
    held = contents(actor, draft, membership)
    line = held.chapter(chapter_key)
    if line is None:
        raise Http404(_("There is no such chapter in this draft."))
    rows = Placement.objects.readable_by(actor, draft).filter(chapter__key=chapter_key)
    rows = rows.select_related("section", "discipline", "text").defer("text__markdown").order_by("position")
    sections = list(rows)
    before, after = held.beside(chapter_key)
    return Room(draft.manuscript, draft, membership, held, line, sections[0].chapter_id, sections, before, after)


def _placed_in(draft: Draft) -> Any:
    """The anchors of that draft that count: of each note the newest."""
    newer = Anchor.objects.filter(thread=OuterRef("thread"), draft=draft, attempt__gt=OuterRef("attempt"))
    return Anchor.objects.filter(~Exists(newer), draft=draft)


def chapter_to_read(actor: Actor, draft: Draft, chapter_key: str) -> int:
    """The id of that chapter. Raises Http404 where this person may read nothing of it in that draft."""
    rows = Placement.objects.readable_by(actor, draft).filter(chapter__key=chapter_key).order_by()
    found: int | None = rows.values_list("chapter_id", flat=True).first()
    if found is None:
        raise Http404(_("There is no such chapter in this draft."))
    return found


def chapter_threads(actor: Actor, draft: Draft, chapter_id: int) -> Any:
    """The notes of that chapter in the draft: on its passages, detached from it, and on the chapter as a whole."""
    here = Q(scope="chapter", chapter=chapter_id) | Q(
        pk__in=_placed_in(draft).filter(chapter=chapter_id).values("thread")
    )
    return Thread.objects.filter(here).visible_to(actor).in_draft(draft)


def book_threads(actor: Actor, draft: Draft) -> Any:
    """The notes on the book as a whole, and those whose chapter is not in the draft."""
    chapters = draft.placements.order_by().values("chapter")
    lost = _placed_in(draft).filter(~Q(chapter__in=chapters) | Q(chapter=None)).values("thread")
    here = Q(scope="book") | Q(pk__in=lost) | (Q(scope="chapter") & ~Q(chapter__in=chapters))
    return Thread.objects.filter(here).visible_to(actor).in_draft(draft)


def voices(room_membership: Membership) -> list[Discipline]:
    """The disciplines a reader may speak for; none for the author team and observers."""
    return [] if room_membership.role != "reviewer" else room_membership.own_disciplines()

"""What others did, for the pages that are open: which notes are new or changed, and whether the page is out of date.

It never says what they say: a page asks for the notes themselves, as what the one who asks may see then. A cursor is
a moment of the server's clock and nothing else: the id of an entry would tell how many there are that somebody may
not see. What is told twice does no harm, so that a moment is exact enough.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any, NamedTuple
from zlib import crc32

from django.db.models import QuerySet
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from manuscripts.models import Draft, Event, Manuscript, Membership, Placement
from manuscripts.modes import Visibility

from .models import Anchor, Answer, Thread
from .presenting import iso

#: Notes told of in one message; of more than that the page is better loaded again.
MOST = 200
#: An entry is stored this long, at most, after the moment it carries.
OVERLAP = timedelta(seconds=60)
#: Who was away for longer loads the page again.
LONGEST = timedelta(days=1)
#: After these the page may have another text, other modes or other rights.
OF_THE_PAGE = frozenset({"draft.opened", "round.changed", "round.ended", "member.changed"})
#: The frame of no page.
OUT_OF_DATE = "-"


class Change(NamedTuple):
    """An entry of the activity log, as far as pages need it."""

    kind: str
    subject: str
    actor_id: int | None


@dataclass
class Told:
    """What one person is told. `notes` by id: the chapter (None: it stands on the book), a stamp that is another after
    each change, and whether it was just written. `frame`: see there; empty where nothing is known to have changed."""

    notes: dict[str, dict[str, Any]] = field(default_factory=dict)
    frame: str = ""

    def __bool__(self) -> bool:
        return bool(self.notes or self.frame)

    def then(self, later: "Told") -> "Told":
        """Both in one, as things stand after the later."""
        notes = {**self.notes, **later.notes}
        for pk in self.notes.keys() & later.notes.keys():
            notes[pk] = {**later.notes[pk], "new": self.notes[pk]["new"] or later.notes[pk]["new"]}
        frame = OUT_OF_DATE if OUT_OF_DATE in (self.frame, later.frame) else later.frame or self.frame
        return Told(notes, frame) if len(notes) <= MOST else Told({}, OUT_OF_DATE)

    def data(self) -> dict[str, Any]:
        """For JSON."""
        return {"notes": [{"id": pk, **note} for pk, note in self.notes.items()], "frame": self.frame}


# Cursors and stamps


def cursor_at(moment: datetime) -> str:
    """Milliseconds since 1970."""
    return str(int(moment.timestamp() * 1000))


def moment_of(cursor: str) -> datetime | None:
    """The moment of a cursor, now at the latest; None for what is none."""
    if not (cursor.isascii() and cursor.isdecimal() and len(cursor) < 15):
        return None
    return min(datetime.fromtimestamp(int(cursor) / 1000, UTC), timezone.now())


def stamp(*facts: Any) -> str:
    """Another one for other facts."""
    return f"{crc32(repr(facts).encode()):x}"


def note_stamp(updated: str | None) -> str:
    """Another one after each change of a note; `updated` as notes are presented."""
    return stamp(updated)


def frame(draft: Draft | None, membership: Membership) -> str:
    """A stamp of what a page of this draft is built on for this person, its notes apart."""
    round_ = draft.round if draft else None
    modes: tuple[Any, ...] = ()
    if round_ is not None:
        modes = (round_.state, round_.visibility, round_.anonymity, round_.others_sections, str(round_.deadline))
    own = sorted(membership.own_discipline_ids())
    return stamp(draft.number if draft else None, *modes, membership.role, own)


def newest_draft(manuscript: Manuscript) -> Draft | None:
    """The one that pages show."""
    drafts = manuscript.drafts.filter(state__in=["open", "closed"]).select_related("round")
    return drafts.order_by("-number").first()


def page(draft: Draft, membership: Membership) -> dict[str, Any]:
    """What a page of the newest draft listens with, and its words for what it hears; `%n` stands for a number."""
    words = {
        "one": _("%n new note"),
        "many": _("%n new notes"),
        "show": _("Show"),
        "changed": _("Something about this page has changed."),
        "load": _("Load it again"),
    }
    url = reverse("live", args=[membership.manuscript.slug])
    return {"url": url, "cursor": cursor_at(timezone.now()), "frame": frame(draft, membership), "words": words}


# Telling


def since(membership: Membership, cursor: str) -> Told:
    """What happened since the cursor, as this member is told it, with the frame of today; of no cursor, the frame."""
    now = Told(frame=frame(newest_draft(membership.manuscript), membership))
    moment = moment_of(cursor)
    if moment is None or timezone.now() - moment > LONGEST:
        return Told(frame=OUT_OF_DATE) if cursor else now
    found = Event.objects.filter(manuscript=membership.manuscript_id, at__gte=moment - OVERLAP)
    rows = list(found.values_list("at", "kind", "subject", "actor_id"))
    told = _to_one(membership, [Change(*entry) for at, *entry in rows if at >= moment])
    if told.frame == OUT_OF_DATE:
        return told
    # Those that were there before are told again, in case they were stored after it.
    again = _to_one(membership, [Change(*entry) for at, *entry in rows if at < moment and entry[1][:7] == "thread:"])
    notes = {pk: {**note, "new": False} for pk, note in again.notes.items()}
    fits = len(notes) + len(told.notes) <= MOST
    return Told(notes if fits else {}).then(told).then(now)


def _to_one(membership: Membership, changes: Sequence[Change]) -> Told:
    return tell(membership.manuscript_id, [membership.pk], changes).get(membership.pk, Told())


def tell_of(event_ids: Sequence[int], listening: dict[int, set[int]]) -> dict[int, Told]:
    """What entries of the log mean for members who listen, given by manuscript; by member, without those who are told
    nothing."""
    by_manuscript: dict[int, list[Change]] = {}
    rows = Event.objects.filter(pk__in=event_ids, manuscript__in=list(listening))
    for manuscript_id, *entry in rows.values_list("manuscript_id", "kind", "subject", "actor_id"):
        by_manuscript.setdefault(manuscript_id, []).append(Change(*entry))
    told: dict[int, Told] = {}
    for manuscript_id, changes in by_manuscript.items():
        told |= tell(manuscript_id, listening[manuscript_id], changes)
    return told


def tell(manuscript_id: int, member_ids: Iterable[int], changes: Sequence[Change]) -> dict[int, Told]:
    """What these changes mean for each of these members of one manuscript; those who are told nothing are left out.

    A few queries for all of them together, and a few for each reader whose own verdict or sections decide.
    """
    touched, created = _ids(changes, "thread"), _ids(changes, "thread", "thread.created")
    framed = [change for change in changes if change.kind in OF_THE_PAGE]
    judged = [change for change in changes if change.kind.startswith(("answer.", "review."))]
    if not (touched or framed or judged):
        return {}
    manuscript = Manuscript.objects.prefetch_related("rounds").get(pk=manuscript_id)
    members = _members(manuscript, member_ids)
    draft = newest_draft(manuscript)
    told = {pk: Told() for pk in members}
    _tell_notes(told, members.values(), manuscript.threads.filter(pk__in=touched), draft, created)
    if judged and any(row.visibility == Visibility.AFTER_VERDICT for row in manuscript.rounds.all()):
        _tell_judges(told, members, judged, draft)
    for pk in _whose_page(framed, members):
        told[pk].frame = frame(draft, members[pk])
    return {pk: what for pk, what in told.items() if what}


def _ids(changes: Iterable[Change], thing: str, kind: str = "") -> set[int]:
    """The ids of the things that changes are about, of all changes or of those of one kind."""
    parts = (change.subject.partition(":") for change in changes if kind in ("", change.kind))
    return {int(pk) for name, _colon, pk in parts if name == thing}


def _members(manuscript: Manuscript, ids: Iterable[int]) -> dict[int, Membership]:
    """Those who are members still."""
    rows = Membership.objects.present().filter(pk__in=ids, manuscript=manuscript).exclude(role="contact")
    members = {row.pk: row for row in rows.prefetch_related("disciplines__merged_into")}
    for member in members.values():
        member.manuscript = manuscript
    return members


def _whose_page(changes: Sequence[Change], members: Iterable[int]) -> set[int]:
    """Everyone's, except that a member is changed for themselves alone."""
    if any(change.kind != "member.changed" for change in changes):
        return set(members)
    return set(members) & _ids(changes, "member")


def _tell_notes(
    told: dict[int, Told], members: Iterable[Membership], threads: Any, draft: Draft | None, created: set[int]
) -> None:
    """Adds to each member's part those of the threads that they may see."""
    seen = threads.seen_by_each(members)
    everything = set().union(*seen.values())
    if not everything:
        return
    chapters = _chapters(everything, draft)
    stamps = {pk: note_stamp(iso(updated)) for pk, updated in threads.values_list("pk", "updated")}
    for member_id, ids in seen.items():
        notes = {
            str(pk): {"chapter": chapters.get(pk), "stamp": stamps[pk], "new": pk in created}
            for pk in sorted(ids & stamps.keys())
        }
        told[member_id] = told[member_id].then(Told(notes))


def _chapters(ids: set[int], draft: Draft | None) -> dict[int, str]:
    """The key of the chapter of the draft that each note stands on or in; those on the book are left out."""
    if draft is None:
        return {}
    whole = Thread.objects.filter(pk__in=ids, scope="chapter").values_list("pk", "chapter_id")
    placed = Anchor.objects.filter(thread__in=ids, draft=draft).order_by("attempt")
    chapters = {**dict(whole), **dict(placed.values_list("thread_id", "chapter_id"))}
    there = Placement.objects.filter(draft=draft, chapter__in=set(chapters.values()) - {None})
    keys = dict(there.order_by().values_list("chapter_id", "chapter__key"))
    return {pk: keys[chapter] for pk, chapter in chapters.items() if chapter in keys}


def _tell_judges(
    told: dict[int, Told], members: dict[int, Membership], changes: Sequence[Change], draft: Draft | None
) -> None:
    """To those who gave a verdict, or took it back, where one comes first: what it shows them of others' notes."""
    later = Visibility.AFTER_VERDICT
    verdicts = Answer.objects.filter(pk__in=_ids(changes, "answer"), question__kind="verdict", round__visibility=later)
    chapters = set(verdicts.filter(member__in=list(members)).values_list("member_id", "chapter_id"))
    chapters |= {(c.actor_id, None) for c in changes if c.kind == "review.submitted" and c.actor_id in members}
    for pk, chapter_id in chapters:
        threads: QuerySet = Thread.objects.filter(manuscript=members[pk].manuscript, round__visibility=later)
        if chapter_id:
            threads = threads.filter(chapter=chapter_id)
        _tell_notes(told, [members[pk]], threads.exclude(author=pk), draft, set())
    for change in changes:
        if change.kind in ("answer.deleted", "review.started") and change.actor_id in members:
            told[change.actor_id].frame = OUT_OF_DATE

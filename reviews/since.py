"""What changed since someone last read a chapter: shown beside its text, and said where they are asked again."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from django.db.models import Max

from manuscripts.changes import Place, differences
from manuscripts.models import Draft, Membership, Placement, SectionText
from manuscripts.permissions import Actor

from .asking import Group
from .models import Answer, Reading, Thread
from .room import Room


@dataclass(frozen=True)
class Since:
    """The draft that someone knows already. `read` is when they read it, in their zone; None where nobody says."""

    draft: Draft
    read: datetime | None = None


def since_of(actor: Actor, room: Room, drafts: Sequence[Any], zone: str) -> Since | None:
    """The older draft in which this chapter was last read (for the author team the draft before), if what the actor
    may read of the chapter is not the same since. `drafts` are those of `as_it_was.drafts_to_read`."""
    if not room.draft.was_opened:
        return None
    older = [draft for draft in drafts if draft.number < room.draft.number]
    known = older if room.membership.is_author_team else [draft for draft in older if draft.last_read]
    if not known:
        return None
    draft = known[0]
    rows = Placement.objects.readable_by(actor, draft).filter(chapter=room.chapter_id).order_by("position")
    before = list(rows.values_list("section_id", "text_id"))
    if before == [(row.section_id, row.text_id) for row in room.sections]:
        return None
    return Since(draft, None if room.membership.is_author_team else draft.last_read.astimezone(ZoneInfo(zone)))


def notes_followed(room: Room, since: Since) -> int:
    """How many of the reader's own notes on this chapter, of the draft they know, the author marked as changed."""
    stood = {"anchors__draft": since.draft, "anchors__chapter": room.chapter_id}
    mine = Thread.objects.filter(author=room.membership, withdrawn=None, decision__decision="changed", **stood)
    return mine.distinct().count()


def passages_changed(old: Mapping[str, Placement], new: Mapping[str, Placement], keys: Iterable[str]) -> dict[str, int]:
    """By section key: how many passages are new or other."""
    keys = list(keys)
    sides = [{key: rows[key] for key in keys if key in rows} for rows in (old, new)]
    ids = {row.text_id for rows in sides for row in rows.values()}
    texts = dict(SectionText.objects.filter(pk__in=ids).values_list("pk", "markdown"))
    before, after = (
        [Place(key, "", row.title, row.text_id, texts[row.text_id]) for key, row in rows.items()] for rows in sides
    )
    found = differences(before, after)
    return {key: max(each.passages, each.state == "renamed") for key, each in found.items()}


@dataclass(frozen=True)
class Known:
    """How a section or chapter stands against the older draft in which someone knew it. `passages` that are other are
    counted for sections alone."""

    draft: Draft
    changed: bool
    passages: int = 0


@dataclass
class KnownBefore:
    """By key: what someone has read, or answered on, in an older draft."""

    sections: dict[str, Known] = field(default_factory=dict)
    chapters: dict[str, Known] = field(default_factory=dict)


def known_before(actor: Actor, member: Membership, draft: Draft, own: Iterable[str]) -> KnownBefore:
    """Of their `own` sections (keys), and of the chapters everyone reads. Asks for nothing on a first draft."""
    result = KnownBefore()
    known = _drafts_known(member, draft) if draft.number > 1 else {}
    if not known:
        return result
    drafts = Draft.objects.visible_to(actor).filter(number__in=set(known.values()), manuscript=draft.manuscript_id)
    new = _readable(actor, draft)
    own = set(own)
    for before in drafts.select_related("round"):
        before.manuscript = draft.manuscript
        old = {row.section.key: row for row in _readable(actor, before)}
        mine = {
            row.section.key: row
            for row in new
            if row.section.key in own and row.section.key in old and _known_in(known, row) == before.number
        }
        changed = [key for key, row in mine.items() if row.text_id != old[key].text_id]
        counts = passages_changed(old, mine, changed) if changed else {}
        for key in mine:
            result.sections[key] = Known(before, key in counts, counts.get(key, 0))
        was, now = _common_texts(old.values()), _common_texts(new)
        for key, texts in now.items():
            chapter_id = texts[0].chapter_id
            if known.get(("chapter", chapter_id)) == before.number and key in was:
                same = [row.text_id for row in was[key]] == [row.text_id for row in texts]
                result.chapters[key] = Known(before, not same)
    return result


def say_what_changed(asked: Iterable[Group], known: KnownBefore) -> None:
    """Puts beside what is asked again that its words are other."""
    for group in asked:
        held = (known.sections if group.scope == "own_section" else known.chapters).get(group.key or "")
        group.changed = held if held and held.changed and not group.answered else None


def _common_texts(rows: Iterable[Placement]) -> dict[str, list[Placement]]:
    """By chapter key: its sections for everyone, in order."""
    found: dict[str, list[Placement]] = {}
    for row in rows:
        if row.discipline_id is None:
            found.setdefault(row.chapter.key, []).append(row)
    return found


def _readable(actor: Actor, draft: Draft) -> list[Placement]:
    rows = Placement.objects.readable_by(actor, draft).select_related("section", "chapter")
    return list(rows.order_by("chapter_position", "position"))


def _known_in(known: Mapping[tuple[str, int], int], row: Placement) -> int:
    return max(known.get(("chapter", row.chapter_id), 0), known.get(("section", row.section_id), 0))


def _drafts_known(member: Membership, draft: Draft) -> dict[tuple[str, int], int]:
    """By ("chapter" or "section", id): the number of the newest older draft it was read in, or answered on."""
    known: dict[tuple[str, int], int] = {}
    older = {"member": member, "draft__number__lt": draft.number}
    read = Reading.objects.filter(**older).values_list("chapter_id").annotate(Max("draft__number"))
    said = Answer.objects.filter(**older).values_list("chapter_id", "section_id").annotate(Max("draft__number"))
    for chapter_id, number in read:
        known["chapter", chapter_id] = number
    for chapter_id, section_id, number in said.order_by():
        place = ("section", section_id) if section_id else ("chapter", chapter_id)
        known[place] = max(known.get(place, 0), number)
    return known

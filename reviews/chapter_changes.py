"""What changed in a chapter since someone last read it, for marks in its text: words put in and taken out, and passages
that went to another place or came from one. Made while the reader waits, so that it is bounded: of a chapter in which
too much changed only that is said."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.db.models.functions import Length
from django.urls import reverse
from django.utils.translation import gettext as _

from manuscripts.changes_page import LABEL, both_readable, pairs_of
from manuscripts.maps import unmapped
from manuscripts.models import Placement, SectionText
from manuscripts.moves import kept_moves, with_words
from manuscripts.passages import Move, Told, tell
from manuscripts.permissions import Actor

from .room import Room
from .since import Since, passages_changed

MOST_CHARACTERS = 1_000_000  # of the changed sections of a chapter, old and new, whose maps are kept
MOST_UNMAPPED = 300_000  # of those that must be compared first; half a second
MOST_MARKS = 2_000  # that a page draws
MOSTLY = 0.5  # of a section's words that went to another, and it counts as gone there

Rows = Mapping[str, Placement]  # by section key
Link = tuple[str, str]  # words, address; an empty one where the place is gone


@dataclass
class ChapterChanges:
    """`marks`: by text id, each [kind, start, end, words, 1 if a whole passage, address] in code points of that text;
    see `manuscripts.passages.Told`. A `whence` says where what follows came from. `removed`: titles of sections that
    stand no more; `went`: of those that stand in another chapter, each with its address."""

    passages: int
    marks: dict[str, list[list[Any]]] = field(default_factory=dict)
    removed: list[str] = field(default_factory=list)
    went: list[Link] = field(default_factory=list)
    too_much: bool = False


def chapter_changes(actor: Actor, room: Room, since: Since) -> ChapterChanges:
    """What changed in the chapter. Of where a passage went or came from nothing is told to those who may not read the
    section there, in both drafts."""
    old, new = both_readable(actor, since.draft, room.draft)
    kept = [move for move in kept_moves(since.draft, room.draft) if move.old in old and move.new in new]
    here = [row.section.key for row in room.sections if row.section.key in new]
    gone = [key for key, row in old.items() if row.chapter_id == room.chapter_id and key not in new]
    other = [key for key in here if key not in old or old[key].text_id != new[key].text_id]
    count = sum(passages_changed(old, new, other).values()) + len(gone)
    guide = _Guide(room, old, new, kept)
    lengths = _lengths(old, new, [*gone, *other])
    removed, went = guide.left(gone, lengths)
    if _is_too_much(old, new, other, lengths):
        return ChapterChanges(count, {}, removed, went, too_much=True)
    came = with_words([move for move in kept if move.new in other], old)
    left = [move for move in kept if move.old in {*gone, *other} and move.new not in other]
    told = tell(pairs_of(old, new, [*gone, *other]), [*came, *left])
    marks = guide.marks(told, here)
    if sum(len(each) for each in marks.values()) > MOST_MARKS:
        return ChapterChanges(count, {}, removed, went, too_much=True)
    return ChapterChanges(count, marks, removed, went)


def _lengths(old: Rows, new: Rows, keys: Sequence[str]) -> dict[int, int]:
    """By text id: characters of the texts of these sections."""
    ids = {rows[key].text_id for key in keys for rows in (old, new) if key in rows}
    return dict(SectionText.objects.filter(pk__in=ids).values_list("pk", Length("text"))) if ids else {}


def _is_too_much(old: Rows, new: Rows, keys: Sequence[str], lengths: Mapping[int, int]) -> bool:
    """Whether comparing these sections would keep the reader waiting."""
    pairs = [(old[key].text_id, new[key].text_id) for key in keys if key in old]
    if sum(lengths.values()) > MOST_CHARACTERS:
        return True
    return sum(lengths[was] + lengths[now] for was, now in unmapped(pairs)) > MOST_UNMAPPED


def _short(words: str) -> str:
    """The first words of a passage, which name it."""
    words = " ".join(words.split())
    return words if len(words) <= LABEL else words[: LABEL - 1] + "…"


class _Guide:
    """Says where passages went and came from, as the reader of one chapter may go there."""

    def __init__(self, room: Room, old: Rows, new: Rows, kept: Sequence[Move]) -> None:
        self.room, self.old, self.new, self.kept = room, old, new, kept
        self.standing = {row.chapter_id: row.chapter.key for row in new.values()}
        self.went = {move.number: (move.new, move.new_start, move.new_end) for move in kept}
        self.stood: dict[int, tuple[str, int | None]] = {move.number: (move.old, move.stood) for move in kept}

    def left(self, gone: Sequence[str], lengths: Mapping[int, int]) -> tuple[list[str], list[Link]]:
        """Titles of sections that stand no more, and those that stand in another chapter now."""
        removed: list[str] = []
        went: list[Link] = []
        for key, was in self.old.items():
            if was.chapter_id != self.room.chapter_id:
                continue
            home = self.new.get(key)
            at = (0, 1)
            if key in gone and (move := self._whole(key, lengths[was.text_id])):
                home, at = self.new[move.new], (move.new_start, move.new_end)
            title = was.title or was.chapter_title
            if home is None:
                removed.append(title)
            elif home.chapter_id != self.room.chapter_id:
                words = _("Moved to “%(chapter)s”: “%(title)s”.") % {"chapter": _chapter(home), "title": title}
                went.append((words, self._address(home, *at)))
        return removed, went

    def _whole(self, key: str, length: int) -> Move | None:
        """The longest move out of a section that stands no more, if that is most of its text."""
        moves = [move for move in self.kept if move.old == key]
        longest = max(moves, key=lambda move: move.old_end - move.old_start, default=None)
        return longest if longest and longest.old_end - longest.old_start > MOSTLY * length else None

    def marks(self, told: Mapping[str, Sequence[Told]], here: Sequence[str]) -> dict[str, list[list[Any]]]:
        """By text id, in the order of the text."""
        for key, each in ((key, each) for key, found in told.items() for each in found):
            if each.kind == "moved":
                self.went.setdefault(each.move, (key, each.start, each.end))
            elif each.kind == "left":
                self.stood.setdefault(each.move, (key, each.start if key in self.new else None))
        marks: dict[str, list[list[Any]]] = {}
        for key in here:
            found = [*self._section_came(key), *self._marks(told.get(key, ()))]
            if found or key in told:
                marks[str(self.new[key].text_id)] = found
        return marks

    def _section_came(self, key: str) -> Iterator[list[Any]]:
        was = self.old.get(key)
        if was and was.chapter_id != self.room.chapter_id:
            words = _("moved here from “%s”") % _chapter(was)
            yield ["whence", 0, 0, words, 0, self._chapter_address(was.chapter_id)]

    def _marks(self, told: Sequence[Told]) -> Iterator[list[Any]]:
        seen: set[int] = set()
        for each in told:
            words = address = ""
            if each.kind == "deleted":
                words = each.words
            elif each.kind == "left":
                words, address = self._whither(each)
            elif each.kind == "moved" and each.move not in seen and (each.other or each.whole):
                said, at = self._whence(each)
                yield ["whence", each.start, each.start, said, 0, at]
            if each.kind == "moved":
                seen.add(each.move)
            yield [each.kind, each.start, each.end, words, int(each.whole), address]

    def _whither(self, told: Told) -> Link:
        key, start, end = self.went[told.move]
        home = self.new[key]
        words = {"words": _short(told.words), "title": self._title(home)}
        sentence = _("moved to “%(title)s”: “%(words)s”") if told.other else _("moved within this section: “%(words)s”")
        return sentence % words, self._address(home, start, end)

    def _whence(self, told: Told) -> Link:
        key, at = self.stood[told.move]
        beside = (max((at or 0) - 1, 0), max(at or 0, 1))  # the character before
        if not told.other:
            return _("moved from elsewhere here"), self._address(self.new[key], *beside)
        was, now = self.old[key], self.new.get(key)
        words = _("moved here from “%s”") % self._title(was)
        if now is None or at is None:
            return words, self._chapter_address(was.chapter_id)
        return words, self._address(now, *beside)

    def _title(self, place: Placement) -> str:
        """Of the chapter, or in this one of the section."""
        return _chapter(place) if place.chapter_id != self.room.chapter_id else place.title or _chapter(place)

    def _chapter_address(self, chapter_id: int) -> str:
        """Of a chapter that someone reads; empty where it stands no more, and in itself."""
        key = self.standing.get(chapter_id)
        if key is None or chapter_id == self.room.chapter_id:
            return ""
        return reverse("read", args=[self.room.manuscript.slug, key])

    def _address(self, place: Placement, start: int, end: int) -> str:
        """Of a passage in the reading room, with the changes of another chapter shown."""
        words = f"#at-{place.text_id}-{start}-{end}"
        if place.chapter_id == self.room.chapter_id:
            return words
        return f"{reverse('read', args=[self.room.manuscript.slug, place.chapter.key])}?changes{words}"


def _chapter(place: Placement) -> str:
    return place.chapter_title or _("Front matter")

"""What changed in each of several sections, as it is told to people: words put in, taken out, moved, and passages that
went from one section to another. Offsets are code points of canonical texts."""

from bisect import bisect_right
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from itertools import pairwise
from typing import Literal

from anchoring.align import Alignment, restore
from anchoring.diff import Change, changes
from anchoring.text import count_words
from manuscripts.marking import passage_tags

SHORTEST_MOVE = 40  # characters of a paragraph that is recognised in another section

CELLS = {"td", "th"}

Kind = Literal["inserted", "deleted", "moved", "left"]


@dataclass(frozen=True, slots=True)
class Side:
    """A section's text in one of the two drafts."""

    text: str
    html: str


@dataclass(frozen=True, slots=True)
class Pair:
    """One section in both drafts; a side is None where it does not stand. `alignment` is of both texts."""

    key: str
    old: Side | None
    new: Side | None
    alignment: Alignment | None = None


@dataclass(frozen=True, slots=True)
class Move:
    """A passage, one paragraph or several in a row, that went from the section `old` to the section `new` (keys).

    `words` is its text in the old draft and `runs` the map of its words (`anchoring.align.restore`); both are needed
    for the section it came to only. `stood` is the offset at which it stood in the new text of the old section; None
    where that stands no more. `number` counts from 1.
    """

    number: int
    old: str
    old_start: int
    old_end: int
    new: str
    new_start: int
    new_end: int
    stood: int | None = None
    runs: Sequence[Sequence[int]] = ()
    words: str = ""

    def left(self, start: int, end: int) -> bool:
        """Whether these words of the old section are of the passage."""
        return self.old_start <= start and end <= self.old_end

    def came(self, start: int, end: int) -> bool:
        """Whether these words of the new section are of the passage."""
        return self.new_start <= start and end <= self.new_end


@dataclass(frozen=True, slots=True)
class Told:
    """One stretch that is other than before.

    inserted, moved: the words `start:end` of the new text. deleted, left (they moved from here): `words` of the old
    one, which stood at `start` of the new; in a section that stands no more, `start:end` of the old text. `whole`:
    they make up a passage, of an element named `tag`. `move` counts the moves of a comparison: the `left` and
    the `moved` of one have the same, and `other` is the key of the section at its other end, if it is another.
    """

    kind: Kind
    start: int
    end: int
    words: str = ""
    whole: bool = False
    tag: str = "p"
    move: int = 0
    other: str = ""


@dataclass(slots=True)
class _Found:
    pair: Pair
    told: list[Told] = field(default_factory=list)


def tell(pairs: Sequence[Pair], moves: Sequence[Move] = ()) -> dict[str, list[Told]]:
    """By key: what changed in each section, in the order of its text. `moves` are known to have gone from section to
    section; passages of the same words that left one of the pairs and came into another have moved too."""
    counter = iter(range(1 + max((move.number for move in moves), default=0), 1 << 30))
    found = []
    for pair in pairs:
        left = [move for move in moves if move.old == pair.key]
        came = [move for move in moves if move.new == pair.key]
        found.append(_Found(pair, _within(pair, counter, left, came)))
    _across(found, counter)
    return {each.pair.key: _join_cells(sorted(each.told, key=_in_order)) for each in found}


def _in_order(told: Told) -> tuple[int, bool]:
    return told.start, told.kind in ("inserted", "moved")  # old words before the new ones


def _join_cells(told: Sequence[Told]) -> list[Told]:
    """Cells that were deleted together are told as one row of words: a table cannot hold them."""
    joined: list[Told] = []
    for each in told:
        last = joined[-1] if joined else None
        if last and _is_gone_cell(each) and _is_gone_cell(last) and last.start == each.start:
            joined[-1] = replace(last, words=f"{last.words} · {each.words}")
        else:
            joined.append(each)
    return joined


def _is_gone_cell(told: Told) -> bool:
    return told.kind == "deleted" and told.whole and told.tag in CELLS and told.start == told.end


def count(told: Sequence[Told], pair: Pair) -> tuple[int, int]:
    """Words inserted and words deleted; moved ones are neither."""
    text = pair.new.text if pair.new else ""
    inserted = sum(count_words(text[each.start : each.end]) for each in told if each.kind == "inserted")
    return inserted, sum(count_words(each.words) for each in told if each.kind == "deleted")


def _within(pair: Pair, counter: Iterator[int], left: Sequence[Move] = (), came: Sequence[Move] = ()) -> list[Told]:
    old, new = pair.old, pair.new
    arrived = [told for move in came for told in _arrived(move, new.text)] if new else []
    if old and new:
        assert pair.alignment is not None
        if pair.alignment.complete or old.text == new.text:
            return [*_Reader(pair, counter, left, came).told(), *arrived]
        return [*_all_gone(old, left, at=0), *_all_new(new, came), *arrived]
    if old:
        return _all_gone(old, left)
    assert new
    return [*_all_new(new, came), *arrived]


def _all_new(side: Side, came: Sequence[Move]) -> list[Told]:
    """Every passage of a text but those that came from elsewhere."""
    tags = passage_tags(side.html)
    return [
        Told("inserted", start, end, "", True, tags.get(start, "p"))
        for start, end in _lines(side.text)
        if not any(move.came(start, end) for move in came)
    ]


def _all_gone(side: Side, left: Sequence[Move], at: int | None = None) -> list[Told]:
    """Every passage of a text that is gone, those that went elsewhere as such; at `at` where another text stands
    instead."""
    tags = passage_tags(side.html)
    told = []
    for start, end in _lines(side.text):
        if not any(move.left(start, end) for move in left):
            first, last = (start, end) if at is None else (at, at)
            told.append(Told("deleted", first, last, side.text[start:end], True, tags.get(start, "p")))
    for move in left:
        first, last = (move.old_start, move.old_end) if at is None else (at, at)
        words = side.text[move.old_start : move.old_end].strip()
        told.append(Told("left", first, last, words, True, tags.get(move.old_start, "p"), move.number, move.new))
    return told


def _arrived(move: Move, text: str) -> list[Told]:
    """A passage that came from another section: its words as moved, what is other in it as deleted and inserted."""
    words = text[move.new_start : move.new_end]
    mapped = restore(move.words, words, move.runs)
    within = _Reader(Pair("", Side(move.words, ""), Side(words, ""), mapped), iter(range(1 << 30))).told()
    other = [told for told in within if told.kind in ("inserted", "deleted")]
    edges = sorted((told.start, told.end) for told in other if told.kind == "inserted")
    told = [Told("moved", start, end, whole=not edges, move=move.number) for start, end in _between(words, edges)]
    return [
        replace(each, start=each.start + move.new_start, end=each.end + move.new_start, other=move.old)
        if each.kind == "moved"
        else replace(each, start=each.start + move.new_start, end=each.end + move.new_start)
        for each in (*told, *other)
    ]


def _between(text: str, edges: Sequence[tuple[int, int]]) -> list[tuple[int, int]]:
    """What stands in the lines of a text outside of these ranges, blanks at its ends left out."""
    found = []
    for start, end in _lines(text):
        inside = [edge for edge in edges if start <= edge[0] < end]
        for first, last in pairwise([(start, start), *inside, (end, end)]):
            part = text[first[1] : last[0]]
            if part.strip():
                lead = len(part) - len(part.lstrip())
                found.append((first[1] + lead, first[1] + len(part.rstrip())))
    return found


def _lines(text: str) -> list[tuple[int, int]]:
    """The passages of a text, as the newlines after each part them; those of blanks left out."""
    found = []
    position = 0
    for line in text.split("\n"):
        if line.strip():
            lead = len(line) - len(line.lstrip())
            found.append((position + lead, position + len(line.rstrip())))
        position += len(line) + 1
    return found


class _Reader:
    def __init__(
        self, pair: Pair, counter: Iterator[int], left: Sequence[Move] = (), came: Sequence[Move] = ()
    ) -> None:
        assert pair.old and pair.new and pair.alignment
        self.left, self.came = left, came
        self.old, self.new, self.map = pair.old, pair.new, pair.alignment
        self.counter = counter
        self.tags = passage_tags(pair.old.html)
        self.stayed = [i for i, j in enumerate(self.map.to) if j >= 0 and not self.map.moved[i]]

    def told(self) -> list[Told]:
        result: list[Told] = []
        moves: list[Change] = []
        found = [each for each in changes(self.map) if not self._same_signs(each) and not self._went_or_came(each)]
        inserted = {each.new_end: each.new_start for each in found if each.kind == "inserted"}
        for change in found:
            if change.kind == "inserted":
                whole = _is_whole(self.new.text, change.new_start, change.new_end)
                result.append(Told("inserted", change.new_start, change.new_end, whole=whole))
            elif change.kind == "deleted":
                at = self._before_what_replaced(change.new_start, inserted)
                result.append(self._gone("deleted", change.old_start, change.old_end, at))
            else:
                moves.append(change)
        for group in self._grouped(moves):
            result += self._moved(group)
        for move in self.left:
            gone = self._gone("left", move.old_start, move.old_end, self._stood(move.old_start), move.number)
            result.append(replace(gone, other=move.new))
        return result

    def _went_or_came(self, change: Change) -> bool:
        """Whether it is told by a passage that went to another section or came from one."""
        left = any(move.left(change.old_start, change.old_end) for move in self.left)
        came = any(move.came(change.new_start, change.new_end) for move in self.came)
        return (left and change.kind != "inserted") or (came and change.kind != "deleted")

    def _same_signs(self, change: Change) -> bool:
        """Whether these are but signs that stood after the same word before: a full stop that found no place."""
        old, new = self.old.text, self.new.text
        if change.kind == "inserted":
            signs = new[change.new_start : change.new_end]
            there = old.startswith(signs, change.old_start)
        else:
            signs = old[change.old_start : change.old_end]
            there = change.kind == "deleted" and new.startswith(signs, change.new_start)
        return there and not any(character.isalnum() for character in signs)

    def _before_what_replaced(self, at: int, inserted: dict[int, int]) -> int:
        """Old words stand before the new ones in their place."""
        end = at
        while end and self.new.text[end - 1] == " ":
            end -= 1
        return inserted.get(end, at)

    def _gone(self, kind: Kind, start: int, end: int, at: int, move: int = 0) -> Told:
        text = self.old.text
        line = text.rfind("\n", 0, start) + 1
        if _is_whole(text, start, end):
            words = text[line : _line_end(text, end)].strip()
            return Told(kind, at, at, words, True, self._tag(line), move)
        words = text[start:end]
        # The blank beside the words comes with them, on the side where other words stand.
        new = self.new.text
        if at and not new[at - 1].isspace() and text[start - 1 : start].isspace():
            words = " " + words
        elif not new[at : at + 1].isspace() and text[end : end + 1].isspace():
            words += " "
        return Told(kind, at, at, words, move=move)

    def _tag(self, line: int) -> str:
        text = self.old.text
        while line not in self.tags and text[line : line + 1].isspace() and line < len(text):
            line += 1
        return self.tags.get(line, "p")

    def _grouped(self, moves: Sequence[Change]) -> list[list[Change]]:
        """Runs that left one passage for one passage are one move."""
        groups: dict[tuple[int, int], list[Change]] = defaultdict(list)
        for change in moves:
            line = self.old.text.rfind("\n", 0, change.old_start), self.new.text.rfind("\n", 0, change.new_start)
            groups[line].append(change)
        return list(groups.values())

    def _moved(self, group: Sequence[Change]) -> list[Told]:
        move = next(self.counter)
        first, last = min(c.old_start for c in group), max(c.old_end for c in group)
        there = min(group, key=lambda c: c.new_start)
        whole = _is_whole(self.new.text, there.new_start, max(c.new_end for c in group))
        told = [Told("moved", c.new_start, c.new_end, whole=whole, move=move) for c in group]
        return [*told, self._gone("left", first, last, self._stood(first), move)]

    def _stood(self, start: int) -> int:
        """Where in the new text words stood that moved away: after the last word before them that stayed."""
        starts = self.map.old.starts
        word = bisect_right(starts, start) - 1
        at = bisect_right(self.stayed, word) - 1
        return self.map.new.ends[self.map.to[self.stayed[at]]] if at >= 0 else 0


def _line_end(text: str, at: int) -> int:
    found = text.find("\n", at)
    return found if found >= 0 else len(text)


def _is_whole(text: str, start: int, end: int) -> bool:
    """Whether nothing else that is a word stands in the passages of these words."""
    rest = text[text.rfind("\n", 0, start) + 1 : start] + text[end : _line_end(text, end)]
    return not any(character.isalnum() for character in rest)


def _across(found: Sequence[_Found], counter: Iterator[int]) -> None:
    """Passages of the same words, deleted in one section and inserted in another, have moved there."""
    gone: dict[str, list[tuple[_Found, int]]] = defaultdict(list)
    for each in found:
        for index, told in enumerate(each.told):
            if told.kind == "deleted" and told.whole and len(told.words) >= SHORTEST_MOVE:
                gone[_same(told.words)].append((each, index))
    for each in found:
        text = each.pair.new.text if each.pair.new else ""
        for index, told in enumerate(each.told):
            if told.kind != "inserted" or not told.whole:
                continue
            line = text[text.rfind("\n", 0, told.start) + 1 : _line_end(text, told.end)]
            homes = gone.get(_same(line), [])
            home = next((home for home in homes if home[0] is not each), None)
            if home is None:
                continue
            homes.remove(home)
            was, at = home
            move = next(counter)
            was.told[at] = replace(was.told[at], kind="left", move=move, other=each.pair.key)
            each.told[index] = replace(told, kind="moved", move=move, other=was.pair.key)


def _same(words: str) -> str:
    return " ".join(words.split())

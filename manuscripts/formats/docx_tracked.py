"""The author's own Word file with wanted changes in it as tracked changes, and nothing else touched.

`plan` finds the words of each suggestion in the file and says which cannot be put in and why; `write` marks the
others with `w:del` and `w:ins` (ECMA-376 part 1, 17.13.5) on exactly the words that change. Formatting of runs is
kept, every other part of the package stays byte for byte, and what was written is read again before it is given out.
"""

from __future__ import annotations

import copy
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime

from lxml import etree

from .docx_package import Package, serialised
from .docx_places import Change, Places
from .docx_runs import SPACE, UNWRITABLE, Groups, Runs, cut, writer
from .docx_text import Body, Piece, read_body
from .errors import ConversionFailed
from .hidden import W

OF_ONE_PARAGRAPH = {f"{W}rPr", f"{W}sectPr", f"{W}pPrChange"}  # properties that another does not take over


@dataclass(frozen=True)
class Suggested:
    """Words `start:end` (code points) of the text number `section` shall become `replacement`; where a line begins
    and no words are meant, new lines shall stand before it."""

    key: int
    section: int
    start: int
    end: int
    replacement: str


@dataclass
class Plan:
    """What can be put into a file. `by_hand` says by key why not: too_long, no_words, not_there, paragraphs, same,
    tracked (the words are a tracked change already), field, control, unreadable. `conflicts` names by key the
    suggestion before it on the same words. `changes` are by key, in the order of the text."""

    by_hand: dict[int, str] = field(default_factory=dict)
    conflicts: dict[int, int] = field(default_factory=dict)
    changes: dict[int, list[Change]] = field(default_factory=dict)
    body: Body | None = None
    package: Package | None = None

    @property
    def done(self) -> list[int]:
        """The keys of the suggestions that can be put in."""
        return list(self.changes)


@dataclass(frozen=True)
class Tracked:
    """A change with whose it is; `date` as it is written, empty for none."""

    change: Change
    author: str
    date: str


def plan(data: bytes, texts: Sequence[str], suggestions: Sequence[Suggested]) -> Plan:
    """Which suggestions can be put into the Word file `data`, whose canonical texts in order are `texts`.

    Of two suggestions on the same words the first of the sequence counts. A file that cannot be read leaves all to
    be done by hand; nothing is raised.
    """
    if not suggestions:
        return Plan()
    try:
        package = Package(data)
        body = read_body(package.content, package.styles)
    except (ConversionFailed, RecursionError):
        found = Plan()
        found.by_hand |= {each.key: "unreadable" for each in _without_conflicts(suggestions, found)}
        return found
    found = fit(body, Places(texts, body.text), suggestions)
    found.body, found.package = body, package
    return found


def fit(body: Body, places: Places, suggestions: Sequence[Suggested]) -> Plan:
    """The same for a body that was read."""
    found = Plan()
    wanted = _without_conflicts(suggestions, found)
    for each in sorted(wanted, key=lambda suggested: (suggested.section, suggested.start)):
        words = UNWRITABLE.sub("", each.replacement)
        if each.start == each.end:
            made = places.lines_behind(each.section, each.start, words)
        else:
            made = places.changes(each.section, each.start, each.end, words)
        why = made if isinstance(made, str) else _why_not(body, made)
        if why:
            found.by_hand[each.key] = why
        else:
            assert not isinstance(made, str)
            found.changes[each.key] = made
    return found


def write(data: bytes, made: Plan, author: str, when: datetime) -> bytes:
    """The same file with the changes of the plan of it tracked, by `author` at `when`.

    Raises ConversionFailed where what was written does not read as it should. The plan is used up.
    """
    if not made.changes or made.body is None or made.package is None:
        return data
    date = when.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    tracked = [Tracked(change, author, date) for changes in made.changes.values() for change in changes]
    wanted = track(made.body, tracked, made.package.highest_id())
    return made.package.with_parts({made.package.main: checked(made.body, made.package, wanted)})


def track(body: Body, changes: Sequence[Tracked], last_id: int) -> str:
    """Marks the changes in a body's tree; the text that it must read as then. The body is used up."""
    wanted, marks = body.text, _Marks(body, last_id)
    # From the end, so that what stands before a change is as it was read; at one place deletions before insertions.
    # Two insertions there keep their sequence: the sort is stable.
    for each in sorted(changes, key=lambda each: (each.change.start, each.change.end > each.change.start))[::-1]:
        change = each.change
        wanted = wanted[: change.start] + change.words + wanted[change.end :]
        marks.mark(each)
    return wanted


def checked(body: Body, package: Package, wanted: str) -> bytes:
    """The XML of a changed body, read again. ConversionFailed unless it reads as `wanted`."""
    content = serialised(body.tree)
    if read_body(content, package.styles).text != wanted:
        raise ConversionFailed("not_as_wanted", "the changes do not read as they should")
    return content


def _without_conflicts(suggestions: Sequence[Suggested], found: Plan) -> list[Suggested]:
    kept: list[Suggested] = []
    for each in suggestions:
        overlapping = (k for k in kept if k.section == each.section and k.start < each.end and each.start < k.end)
        other = next(overlapping, None)
        if other is None:
            kept.append(each)
        else:
            found.conflicts[each.key] = other.key
    return kept


def _why_not(body: Body, changes: Sequence[Change]) -> str:
    """Why these changes are not to be made by us; empty where they may."""
    for change in changes:
        if change.start == change.end:
            beside = _beside(body, change.start)
            if beside is None:
                return "paragraphs"
            if beside.locked:
                return beside.locked
            if "\n" in change.words and not _ends_paragraph(body, change.start):
                return "paragraphs"
            continue
        pieces = body.pieces_in(change.start, change.end)
        if sum(min(p.end, change.end) - max(p.start, change.start) for p in pieces) < change.end - change.start:
            return "paragraphs"  # the end of one would go
        if locked := next((piece.locked for piece in pieces if piece.locked), ""):
            return locked
    return ""


def _beside(body: Body, position: int) -> Piece | None:
    """The piece that words put in at `position` join: the one before, unless only the one behind is plain text."""
    before = body.piece_at(position - 1) if position else None
    after = body.piece_at(position)
    if before is None or (after is not None and before is not after and _depth(after) < _depth(before)):
        return after
    return after if before.locked and after is not None and not after.locked else before


def _ends_paragraph(body: Body, position: int) -> bool:
    """Whether one ends there that is no part of a table: new ones can follow it."""
    before = body.piece_at(position - 1)
    paragraph = next(before.run.iterancestors(f"{W}p"), None) if before else None
    return body.piece_at(position) is None and paragraph is not None and paragraph.getparent().tag == f"{W}body"


def _depth(piece: Piece) -> int:
    """0 for text directly in its paragraph, 1 for that of a link, a control or a tracked change."""
    return int(piece.run.getparent().tag != f"{W}p")


class _Marks(Runs):
    """Marks changes in a body, from its end to its beginning."""

    def __init__(self, body: Body, last_id: int) -> None:
        super().__init__(last_id)
        self.body = body
        self.named: dict[str, str] = {}

    def mark(self, tracked: Tracked) -> None:
        self.named = {f"{W}author": writer(tracked.author)}
        self.named |= {f"{W}date": tracked.date} if tracked.date else {}
        self._mark(tracked.change)

    def _mark(self, change: Change) -> None:
        if change.start == change.end:
            self._insert(change)
            return
        pieces = self.body.pieces_in(change.start, change.end)
        looks = pieces[0].run.find(f"{W}rPr")
        by_run: dict[etree._Element, dict[etree._Element, Piece]] = {}
        for piece in pieces:
            by_run.setdefault(piece.run, {})[piece.child] = piece
        gone = [mark for run, inside in by_run.items() for mark in self._take_out(run, inside, change)]
        if change.words:
            last = gone[-1] if gone[-1].getparent() is gone[0].getparent() else gone[0]
            last.addnext(self._insertion(change.words, looks))

    def _take_out(
        self, run: etree._Element, pieces: dict[etree._Element, Piece], change: Change
    ) -> list[etree._Element]:
        """Splits a run so that what the change takes of its pieces stands in runs of its own, marked as deleted."""
        groups: Groups = []
        for child in list(run):
            if child.tag == f"{W}rPr":
                continue
            parts = [(False, child)]
            if piece := pieces.get(child):
                low, high = max(change.start, piece.start), min(change.end, piece.end)
                parts = cut(child, piece, low - piece.start, high - piece.start)
            for is_gone, part in parts:
                if groups and groups[-1][0] == is_gone:
                    groups[-1][1].append(part)
                else:
                    groups.append((is_gone, [part]))
        runs = self.spread(run, groups)
        return [self._deleted(each) for each, (is_gone, _) in zip(runs, groups, strict=True) if is_gone]

    def _change(self, tag: str) -> etree._Element:
        return etree.Element(f"{W}{tag}", {f"{W}id": self.next_id(), **self.named}, self.body.tree.nsmap)

    def _deleted(self, run: etree._Element) -> etree._Element:
        """The run inside a `w:del` that stands where it stood."""
        mark = self._change("del")
        tail, run.tail = run.tail, None
        run.addprevious(mark)
        mark.append(run)
        mark.tail = tail
        for words in run.iterchildren(f"{W}t"):
            words.tag = f"{W}delText"
        return mark

    def _insertion(self, words: str, looks: etree._Element | None) -> etree._Element:
        mark = self._change("ins")
        run = etree.SubElement(mark, f"{W}r")
        if looks is not None:
            fresh = copy.deepcopy(looks)
            for change in fresh.findall(f"{W}rPrChange"):
                fresh.remove(change)
            run.append(fresh)
        for number, part in enumerate(words.split("\t")):
            if number:
                etree.SubElement(run, f"{W}tab")
            if part:
                etree.SubElement(run, f"{W}t", {SPACE: "preserve"}).text = part
        return mark

    def _insert(self, change: Change) -> None:
        """Puts words between two characters, or at an edge of a paragraph, in the looks of their neighbour."""
        piece = _beside(self.body, change.start)
        assert piece is not None  # plans hold no others
        if "\n" in change.words:
            self._insert_lines(piece, change.words.split("\n")[1:])
            return
        mark = self._insertion(change.words, piece.run.find(f"{W}rPr"))
        if change.start == piece.start:
            wrapper = piece.run.getparent()  # ours, where the words behind go
            (wrapper if wrapper.tag == f"{W}del" else piece.run).addprevious(mark)
            return
        self.split(piece, change.start)
        piece.run.addnext(mark)

    def _insert_lines(self, piece: Piece, lines: Sequence[str]) -> None:
        """Puts paragraphs behind that of a piece, each with its mark: rejected, nothing of them is left."""
        before = next(piece.run.iterancestors(f"{W}p"))
        looks = _looks_between(before)
        for words in lines:
            paragraph = etree.Element(f"{W}p", nsmap=before.nsmap)
            properties = etree.SubElement(paragraph, f"{W}pPr") if looks is None else copy.deepcopy(looks)
            for own in [each for each in properties if each.tag in OF_ONE_PARAGRAPH]:
                properties.remove(own)
            etree.SubElement(properties, f"{W}rPr").append(self._change("ins"))
            paragraph.insert(0, properties)
            paragraph.append(self._insertion(words, None))
            before.addnext(paragraph)
            before = paragraph


def _looks_between(paragraph: etree._Element) -> etree._Element | None:
    """The properties of a paragraph where the next one has the same: a new one goes on with a list, and does not
    become another heading."""
    after = next(paragraph.itersiblings(f"{W}p"), None)
    looks = paragraph.find(f"{W}pPr")
    if after is None or looks is None or (other := after.find(f"{W}pPr")) is None:
        return None
    same = etree.tostring(looks, method="c14n") == etree.tostring(other, method="c14n")
    return looks if same else None

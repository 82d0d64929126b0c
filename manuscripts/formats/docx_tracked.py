"""The author's own Word file with wanted changes in it as tracked changes, and nothing else touched.

`plan` finds the words of each suggestion in the file and says which cannot be put in and why; `write` marks the
others with `w:del` and `w:ins` (ECMA-376 part 1, 17.13.5) on exactly the words that change. Formatting of runs is
kept, every other part of the package stays byte for byte, and what was written is read again before it is given out.
"""

from __future__ import annotations

import copy
import io
import re
import zipfile
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime

from lxml import etree

from .containers import open_container, safe_xml, unpack
from .docx_places import Change, Places
from .docx_text import Body, Piece, read_body
from .errors import ConversionFailed
from .hidden import W
from .zipsafe import read_member

STYLES = "word/styles.xml"
RELATIONS = "_rels/.rels"
MAIN = re.compile(rb"""<[^>]*/officeDocument["'][^>]*>""")
TARGET = re.compile(rb"""\bTarget\s*=\s*["']/?([^"']+)["']""")
LARGEST = 40 * 1024 * 1024  # bytes of XML that are read while someone waits
ID = re.compile(rb'\bw:id="(\d{1,9})"')
UNWRITABLE = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]")
SPACE = "{http://www.w3.org/XML/1998/namespace}space"


@dataclass(frozen=True)
class Suggested:
    """Words `start:end` (code points) of the text number `section` shall become `replacement`."""

    key: int
    section: int
    start: int
    end: int
    replacement: str


@dataclass
class Plan:
    """What can be put into a file. `by_hand` says by key why not: too_long, no_words, not_there, paragraphs, same,
    tracked (the words are a tracked change already), field, control, unreadable. `conflicts` names by key the
    suggestion before it on the same words."""

    done: list[int] = field(default_factory=list)
    by_hand: dict[int, str] = field(default_factory=dict)
    conflicts: dict[int, int] = field(default_factory=dict)
    changes: list[Change] = field(default_factory=list)
    body: Body | None = None
    part: str = ""


def plan(data: bytes, texts: Sequence[str], suggestions: Sequence[Suggested]) -> Plan:
    """Which suggestions can be put into the Word file `data`, whose canonical texts in order are `texts`.

    Of two suggestions on the same words the first of the sequence counts. A file that cannot be read leaves all to
    be done by hand; nothing is raised.
    """
    found = Plan()
    wanted = _without_conflicts(suggestions, found)
    if not wanted:
        return found
    try:
        found.part, content, styles = _parts(data)
        found.body = read_body(content, styles)
    except (ConversionFailed, RecursionError):
        found.by_hand |= {each.key: "unreadable" for each in wanted}
        return found
    places = Places(texts, found.body.text)
    for each in sorted(wanted, key=lambda suggested: (suggested.section, suggested.start)):
        made = places.changes(each.section, each.start, each.end, UNWRITABLE.sub("", each.replacement))
        why = made if isinstance(made, str) else _why_not(found.body, made)
        if why:
            found.by_hand[each.key] = why
        else:
            found.done.append(each.key)
            found.changes += made
    return found


def write(data: bytes, made: Plan, author: str, when: datetime) -> bytes:
    """The same file with the changes of the plan of it tracked, by `author` at `when`.

    Raises ConversionFailed where what was written does not read as it should. The plan is used up.
    """
    if not made.changes or made.body is None:
        return data
    body, archive = made.body, open_container(data)
    wanted, marks = body.text, _Marks(body, author, when, _highest_id(archive, made.part))
    # From the end, so that what stands before a change is as it was read; at one place deletions before insertions.
    # Two insertions there keep their sequence: the sort is stable.
    for change in sorted(made.changes, key=lambda each: (each.start, each.end > each.start))[::-1]:
        wanted = wanted[: change.start] + change.words + wanted[change.end :]
        marks.mark(change)
    content = etree.tostring(body.tree.getroottree(), encoding="UTF-8", xml_declaration=True, standalone=True)
    _part, _content, styles = _parts(data)
    if read_body(content, styles).text != wanted:
        raise ConversionFailed("not_as_wanted", "the changes do not read as they should")
    return _repacked(archive, made.part, content)


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


def _depth(piece: Piece) -> int:
    """0 for text directly in its paragraph, 1 for that of a link, a control or a tracked change."""
    return int(piece.run.getparent().tag != f"{W}p")


def _parts(data: bytes) -> tuple[str, bytes, bytes | None]:
    """The name and XML of the main part, and the XML of the styles. Raises ConversionFailed."""
    archive = open_container(data)
    names = archive.namelist()
    relations = unpack(archive, lambda name: name == RELATIONS).get(RELATIONS, b"")
    line = MAIN.search(relations)
    target = TARGET.search(line[0]) if line else None
    main = target[1].decode("utf-8", "replace") if target else "word/document.xml"
    if names.count(main) != 1 or archive.getinfo(main).file_size > LARGEST:
        raise ConversionFailed("too_complex", "no main part that can be read while someone waits")
    parts = unpack(archive, lambda name: name in (main, STYLES))
    parts = {name: safe_xml(content, strict=True) for name, content in parts.items()}
    return main, parts[main], parts.get(STYLES)


def _highest_id(archive: zipfile.ZipFile, main: str) -> int:
    """Of the marks in the parts that have any: ids are of the whole file."""
    marked = {main, "word/footnotes.xml", "word/endnotes.xml", "word/comments.xml"}
    parts = unpack(archive, lambda name: name in marked and archive.getinfo(name).file_size <= LARGEST)
    return max((int(found) for content in parts.values() for found in ID.findall(content)), default=0)


def _repacked(archive: zipfile.ZipFile, part: str, content: bytes) -> bytes:
    """The archive with another content of one part; order, dates and all other bytes as they were."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as packed:
        packed.comment = archive.comment
        for member in archive.infolist():
            fresh = copy.copy(member)
            fresh.extra = b""
            packed.writestr(fresh, content if member.filename == part else read_member(archive, member))
    return out.getvalue()


class _Marks:
    """Marks changes in a body, from its end to its beginning."""

    def __init__(self, body: Body, author: str, when: datetime, last_id: int) -> None:
        self.body, self.last_id = body, last_id
        self.author = UNWRITABLE.sub("", author)
        self.date = when.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")

    def mark(self, change: Change) -> None:
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
        groups: list[tuple[bool, list[etree._Element]]] = []
        for child in list(run):
            if child.tag == f"{W}rPr":
                continue
            parts = [(False, child)]
            if piece := pieces.get(child):
                low, high = max(change.start, piece.start), min(change.end, piece.end)
                parts = _cut(child, piece, low - piece.start, high - piece.start)
            for is_gone, part in parts:
                if groups and groups[-1][0] == is_gone:
                    groups[-1][1].append(part)
                else:
                    groups.append((is_gone, [part]))
        return [self._deleted(each) for each in self._spread(run, groups)]

    def _spread(self, run: etree._Element, groups: list[tuple[bool, list[etree._Element]]]) -> list[etree._Element]:
        """Puts each group of children in a run of its own, the first one staying; returns those that are gone."""
        looks = run.find(f"{W}rPr")
        for child in list(run):
            if child is not looks:
                run.remove(child)
        gone, last = [], run
        for number, (is_gone, children) in enumerate(groups):
            if number:
                fresh = etree.Element(run.tag, dict(run.attrib), run.nsmap)
                if looks is not None:
                    fresh.append(self._copied(looks))
                last.addnext(fresh)
                last = fresh
            last.extend(children)
            if is_gone:
                gone.append(last)
        return gone

    def _copied(self, looks: etree._Element) -> etree._Element:
        """A copy of a run's properties; a tracked change of these gets an id of its own."""
        fresh = copy.deepcopy(looks)
        for change in fresh.iter(f"{W}rPrChange"):
            change.set(f"{W}id", self._next_id())
        return fresh

    def _next_id(self) -> str:
        self.last_id += 1
        return str(self.last_id)

    def _change(self, tag: str) -> etree._Element:
        named = {f"{W}id": self._next_id(), f"{W}author": self.author, f"{W}date": self.date}
        return etree.Element(f"{W}{tag}", named, self.body.tree.nsmap)

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
        mark = self._insertion(change.words, piece.run.find(f"{W}rPr"))
        if change.start == piece.start:
            wrapper = piece.run.getparent()  # ours, where the words behind go
            (wrapper if wrapper.tag == f"{W}del" else piece.run).addprevious(mark)
            return
        at = change.start - piece.start
        children = [child for child in piece.run if child.tag != f"{W}rPr"]
        index = children.index(piece.child)
        halves = [part for _gone, part in _cut(piece.child, piece, at, at)]
        groups = [(False, [*children[:index], halves[0]]), (False, [*halves[1:], *children[index + 1 :]])]
        self._spread(piece.run, [group for group in groups if group[1]])
        piece.run.addnext(mark)


def _cut(child: etree._Element, piece: Piece, low: int, high: int) -> list[tuple[bool, etree._Element]]:
    """A child of a run in up to three parts, the middle one (`low:high` of its piece) marked True. The first part
    is the child itself; where nothing is cut out, both halves."""
    if child.tag != f"{W}t":
        return [(high > low, child)]
    words = (child.text or "")[piece.offset : piece.offset + piece.end - piece.start]
    # An earlier change may have cut off its end.
    parts = [(False, words[:low]), (True, words[low:high]), (False, words[high:])]
    made: list[tuple[bool, etree._Element]] = []
    for is_gone, part in parts:
        if part:
            element = child if not made else etree.Element(child.tag, nsmap=child.nsmap)
            element.text = part
            element.set(SPACE, "preserve")
            made.append((is_gone, element))
    if made:
        piece.offset = 0
    return made

"""The author's own Word file with notes in it as native comments, and nothing else touched.

`Commented` reads the file and finds places in it: the words of a note, the head of a section, the file's beginning.
Threads and tracked changes are given to it, then `write` puts them in and reads what it wrote again.
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

from lxml import etree

from .containers import parse
from .docx_comment_parts import CommentParts, Message
from .docx_package import Additions, Package, serialised
from .docx_places import Place, Places, alike
from .docx_runs import Runs
from .docx_text import INLINE, TRACKED, Body, Piece, read_body
from .docx_tracked import Plan, Suggested, Tracked, checked, fit, track
from .errors import ConversionFailed
from .hidden import W

LINE = re.compile(r"[^\n]*[^\s\n][^\n]*")
INSIDE = INLINE | TRACKED | {f"{W}fldSimple"}
WORD = re.compile(r"\w+")
RELATIONS = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
FOOTNOTES = {
    f"{W}footnoteReference": f"{RELATIONS}/footnotes",
    f"{W}endnoteReference": f"{RELATIONS}/endnotes",
}
LINES_TRIED = 40  # of a section, before its notes stand at the beginning of the file


@dataclass(frozen=True)
class Thread:
    """A note with its answers on a place."""

    place: Place
    messages: tuple[Message, ...]
    resolved: bool = False


class Commented:
    """A Word file whose sections' canonical texts, in order, are `texts`. Raises ConversionFailed."""

    def __init__(self, data: bytes, texts: Sequence[str]) -> None:
        self.texts = texts
        self.package = Package(data)
        self.body = self._read(self.package.content)
        if not LINE.search(self.body.text):
            raise ConversionFailed("no_text", "no words to put a comment on")
        self.places = Places(texts, self.body.text)

    def words(self, section: int, start: int, end: int) -> Place | None:
        """Where words of a text stand in the file."""
        return self.places.words(section, start, end)

    def beside_footnote(self, section: int, start: int, end: int) -> Place | None:
        """The word before the mark of the one footnote or endnote that holds words of a text; None where none does,
        or several."""
        wanted = alike(self.texts[section][start:end]).strip()
        held = [position for position, words in self._footnotes if wanted and wanted in words]
        before = list(WORD.finditer(self.body.text[: held[0]])) if len(held) == 1 else []
        return Place(*before[-1].span()) if before else None

    @cached_property
    def _footnotes(self) -> list[tuple[int, str]]:
        """Where the mark of each note stands in the file's text, and what the note says."""
        additions = Additions(self.package)
        found = {}
        for tag, kind in FOOTNOTES.items():
            name = additions.existing(kind)
            for note in parse(self.package.part(name) or b"") if name else ():
                lines = ("".join(words.text or "" for words in line.iter(f"{W}t")) for line in note.iter(f"{W}p"))
                found[tag, note.get(f"{W}id", "")] = alike("\n".join(lines))
        return [(position, found.get((tag, key), "")) for position, tag, key in self.body.notes]

    def head(self, section: int) -> Place | None:
        """The first line of a section that stands in the file."""
        lines = itertools.islice(LINE.finditer(self.texts[section]), LINES_TRIED)
        places = (self.places.words(section, *line.span()) for line in lines)
        return next((place for place in places if place), None)

    def line_before(self, section: int, position: int) -> Place | None:
        """The line of a section before a position of its text, or the next one before that stands in the file."""
        lines = [line.span() for line in LINE.finditer(self.texts[section], 0, position)][-LINES_TRIED:]
        places = (self.places.words(section, *span) for span in reversed(lines))
        return next((place for place in places if place), None)

    def beginning(self) -> Place:
        """The first words of the file."""
        line = LINE.search(self.body.text)
        assert line is not None  # there are words
        return Place(*line.span())

    def suggestions(self, suggested: Sequence[Suggested]) -> Plan:
        """Which suggestions can stand as tracked changes, and why not the others."""
        return fit(self.body, self.places, suggested)

    def write(self, threads: Sequence[Thread], changes: Sequence[Tracked] = ()) -> bytes:
        """The file with the threads, in their order, and the changes tracked.

        Raises ConversionFailed where what was written does not read as it should.
        """
        additions = Additions(self.package)
        parts = CommentParts(self.package, additions, self.package.highest_id())
        marks = [(thread.place, parts.add(thread.messages, thread.resolved)) for thread in threads]
        ranges = _Ranges(self.body, parts.last_id)
        ranges.put(marks)
        body = self._read(serialised(self.body.tree))
        if body.text != self.body.text:
            raise ConversionFailed("not_as_wanted", "the comments do not stand as they should")
        content = checked(body, self.package, track(body, changes, ranges.last_id))
        parts.write()
        return self.package.with_parts({self.package.main: content, **additions.changed})

    def _read(self, content: bytes) -> Body:
        try:
            return read_body(content, self.package.styles)
        except RecursionError:
            raise ConversionFailed("too_complex", "nested too deeply") from None


class _Ranges(Runs):
    """Marks where comments begin and end."""

    def __init__(self, body: Body, last_id: int) -> None:
        super().__init__(last_id)
        self.body = body

    def put(self, marks: Sequence[tuple[Place, Sequence[str]]]) -> None:
        """Marks for each place the comments with these ids. The body is used up."""
        begins: dict[int, list[etree._Element]] = {}
        ends: dict[int, list[etree._Element]] = {}
        for place, ids in marks:
            begins.setdefault(place.start, []).extend(self._mark("commentRangeStart", each) for each in ids)
            for each in ids:
                run = etree.Element(f"{W}r", nsmap=self.body.tree.nsmap)
                run.append(self._mark("commentReference", each))
                ends.setdefault(place.end, []).extend([self._mark("commentRangeEnd", each), run])
        for position in sorted({*begins, *ends}, reverse=True):
            if position in begins:
                _before, after = self.split(self._piece(position), position)
                at = self._outward(after, is_first=True)
                for mark in begins[position]:
                    at.addprevious(mark)
            if position in ends:
                before, _after = self.split(self._piece(position - 1), position)
                at = self._outward(before, is_first=False)
                for mark in reversed(ends[position]):
                    at.addnext(mark)

    def _mark(self, tag: str, comment: str) -> etree._Element:
        return etree.Element(f"{W}{tag}", {f"{W}id": comment}, self.body.tree.nsmap)

    def _piece(self, position: int) -> Piece:
        piece = self.body.piece_at(position)
        assert piece is not None  # places begin and end with characters of words
        return piece

    def _outward(self, run: etree._Element | None, is_first: bool) -> etree._Element:
        """What stands at that edge of a run directly in its paragraph: the run, the link or control that begins or
        ends with it, or the tracked change it is in, which is cut in two there: some programs lose comments that
        begin inside of one."""
        assert run is not None
        at = run
        while at.getparent().tag in INSIDE:
            parent = at.getparent()
            if (at.getprevious() if is_first else at.getnext()) is None:
                at = parent.getparent() if parent.tag == f"{W}sdtContent" else parent
            elif parent.tag in TRACKED:
                behind = self._cut_off(parent, at if is_first else at.getnext())
                at = behind if is_first else parent
            else:
                break
        return at

    def _cut_off(self, change: etree._Element, first: etree._Element) -> etree._Element:
        """A second tracked change of the same make that takes `first` and what follows it."""
        behind = etree.Element(change.tag, {**change.attrib, f"{W}id": self.next_id()}, change.nsmap)
        moved = [first, *first.itersiblings()]
        change.addnext(behind)
        behind.extend(moved)
        return behind

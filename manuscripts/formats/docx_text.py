"""The words of a Word file's body as plain text, and which element each character stands in.

What pandoc shows at the import is read here too, in the same order: paragraphs, cells of tables, links, content
controls; tracked insertions as accepted, tracked deletions and hidden runs left out.
"""

from __future__ import annotations

import copy
from bisect import bisect_right
from dataclasses import dataclass

from lxml import etree

from .containers import CHANGED, parse
from .hidden import W, hidden_in_word, hidden_styles
from .wordxml import accept_changes

SIGNS = {f"{W}tab": "\t", f"{W}br": "\n", f"{W}cr": "\n", f"{W}noBreakHyphen": "\u2011", f"{W}softHyphen": "\u00ad"}
INLINE = {f"{W}{name}" for name in ("hyperlink", "smartTag", "customXml", "sdtContent", "dir", "bdo")}
BLOCKS = {f"{W}{name}" for name in ("tbl", "tr", "tc", "customXml", "sdtContent")}
TRACKED = {f"{W}ins", f"{W}moveTo"}
NOTES = {f"{W}footnoteReference", f"{W}endnoteReference"}
# Content controls whose words are chosen, bound to data, or made by Word.
FIXED = {
    "lock", "dataBinding", "dropDownList", "comboBox", "date", "docPartObj", "docPartList", "checkbox", "citation",
    "bibliography", "equation", "picture",
}  # fmt: skip


@dataclass(slots=True)
class Piece:
    """Characters `start:end` of the text, all in one child of one run; `offset` is where they begin in its own text.

    `locked` says why they are not to be touched: "", "tracked", "field" or "control".
    """

    start: int
    end: int
    run: etree._Element
    child: etree._Element
    offset: int
    locked: str


class Body:
    """A body's plain text with its pieces, in order. The newline that ends a paragraph belongs to no piece.

    `notes` are the marks of its notes: where in the text, the kind of mark, and the id of the note.
    """

    def __init__(self, tree: etree._Element, hidden: set[str], look_for_hidden: bool) -> None:
        self.tree = tree
        self.pieces: list[Piece] = []
        self.notes: list[tuple[int, str, str]] = []
        self._words: list[str] = []
        self._length = 0
        self._fields = 0
        self._left_out = _left_out(tree, hidden) if look_for_hidden else set()
        for body in tree.iterfind(f"{W}body"):
            self._blocks(body, "")
        self.text = "".join(self._words)
        self._starts = [piece.start for piece in self.pieces]

    def piece_at(self, position: int) -> Piece | None:
        """The piece that holds the character at `position`; None at the end of a paragraph."""
        index = bisect_right(self._starts, position) - 1
        return self.pieces[index] if index >= 0 and position < self.pieces[index].end else None

    def pieces_in(self, start: int, end: int) -> list[Piece]:
        """The pieces that overlap `start:end`."""
        index = max(0, bisect_right(self._starts, start) - 1)
        found = []
        while index < len(self.pieces) and self.pieces[index].start < end:
            if self.pieces[index].end > start:
                found.append(self.pieces[index])
            index += 1
        return found

    def _add(self, words: str) -> None:
        self._words.append(words)
        self._length += len(words)

    def _blocks(self, element: etree._Element, locked: str) -> None:
        for child in element:
            if child.tag == f"{W}p":
                self._inlines(child, locked)
                self._add("\n")
            elif child.tag in BLOCKS:
                self._blocks(child, locked)
            elif child.tag == f"{W}sdt":
                self._blocks(child, locked or _fixed(child))

    def _inlines(self, element: etree._Element, locked: str) -> None:
        for child in element:
            if child.tag == f"{W}r":
                self._run(child, locked)
            elif child.tag in INLINE:
                self._inlines(child, locked)
            elif child.tag == f"{W}sdt":
                self._inlines(child, locked or _fixed(child))
            elif child.tag in TRACKED:
                self._inlines(child, locked or "tracked")
            elif child.tag == f"{W}fldSimple":
                self._inlines(child, locked or "field")

    def _run(self, run: etree._Element, locked: str) -> None:
        shown = run not in self._left_out
        if not locked and run.find(f"{W}fldChar") is not None:
            locked = "field"
        for child in run:
            if child.tag == f"{W}fldChar":
                kind = child.get(f"{W}fldCharType")
                self._fields = max(0, self._fields + {"begin": 1, "end": -1}.get(kind, 0))
            elif shown and child.tag in NOTES:
                self.notes.append((self._length, child.tag, child.get(f"{W}id", "")))
            elif shown and (words := _words_of(child)):
                start = self._length
                self._add(words)
                offset = (child.text or "").find(words) if child.tag == f"{W}t" else 0
                lock = locked or ("field" if self._fields else "")
                self.pieces.append(Piece(start, self._length, run, child, offset, lock))


def _words_of(child: etree._Element) -> str:
    """What a child of a run shows; Word trims words that do not ask to keep their blanks."""
    if child.tag == f"{W}t":
        words = child.text or ""
        kept = child.get("{http://www.w3.org/XML/1998/namespace}space") == "preserve"
        return words if kept else words.strip(" \t\r\n")
    return SIGNS.get(child.tag, "")


def _fixed(control: etree._Element) -> str:
    properties = control.find(f"{W}sdtPr")
    names = {etree.QName(each).localname for each in properties.iterchildren("*")} if properties is not None else set()
    return "control" if names & FIXED else ""


def _left_out(tree: etree._Element, styles: set[str]) -> set[etree._Element]:
    """The runs that the import leaves out, found by its own functions on a copy."""
    shadow = copy.deepcopy(tree)
    pairs = list(zip(tree.iter(f"{W}r"), shadow.iter(f"{W}r"), strict=True))
    accept_changes(shadow)
    hidden_in_word(shadow, styles)
    shown = set(shadow.iter(f"{W}r"))
    return {run for run, twin in pairs if twin not in shown}


def read_body(content: bytes, styles: bytes | None) -> Body:
    """The body of a main document part, `styles` being the part of styles. Raises ConversionFailed."""
    hidden = hidden_styles(parse(styles)) if styles else set()
    return Body(parse(content), hidden, bool(hidden or CHANGED.search(content)))

"""Marks put into a section's safe HTML, by offsets in code points of its canonical text.

Text alone is split, and only whole elements are put in, where they may stand: what was well formed stays so. Whatever
words and attributes are put in are escaped here.
"""

import html
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from anchoring.text import EATS_NEWLINE, TAG

VOID = {"br", "hr", "img"}
CONTAINERS = {"blockquote"}  # beside the top level, where a paragraph may be put
LISTS = {"ul", "ol"}
NO_WORDS = LISTS | {"dl", "table", "thead", "tbody", "tr"}  # hold elements, and blanks between them
NAMES = {"ins", "del", "span", "a"}  # of what is put in
HEADING = re.compile(r"(</?h)([1-6])\b")


@dataclass(frozen=True, slots=True)
class Wrap:
    """The words from `start` to `end` inside an element. An `id` is given to its first piece only."""

    start: int
    end: int
    name: str
    attributes: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Put:
    """Words that are not of the text, at the offset `at`: among its words, or (`block`) as a paragraph of their own
    after the passage that holds the offset; an `item` may be one of the list that it stands in."""

    at: int
    name: str
    words: str
    attributes: dict[str, str] = field(default_factory=dict)
    block: bool = False
    item: bool = False


@dataclass(frozen=True, slots=True)
class Piece:
    """One element of the top level with what follows it; `touched` if a mark stands in it. `passages` counts the
    elements of words in it."""

    html: str
    touched: bool
    passages: int


@dataclass(frozen=True, slots=True)
class Group:
    """Pieces to be shown, or to be folded away; `passages` counts those of the top level."""

    html: str
    folded: bool
    passages: int


def mark(markup: str, wraps: Sequence[Wrap] = (), puts: Sequence[Put] = (), demote: int = 0) -> list[Piece]:
    """The HTML with its marks, in pieces that make up the whole. `markup` is well nested, as the sanitiser writes it.

    Of wraps that overlap the first counts. Headings are `demote` levels lower.
    """
    return _Marker(wraps, puts, demote).run(markup)


def fold(pieces: Sequence[Piece], least: int = 3) -> list[Group]:
    """Neighbours together; `least` or more untouched pieces in a row are folded, all but those beside a change."""
    near = [any(piece.touched for piece in pieces[max(0, at - 1) : at + 2]) for at in range(len(pieces))]
    groups: list[Group] = []
    begin = 0
    for at in range(1, len(pieces) + 1):
        if at == len(pieces) or near[at] != near[begin]:
            part = pieces[begin:at]
            passages = sum(piece.passages > 0 for piece in part)
            folded = not near[begin] and passages >= least
            groups.append(Group("".join(piece.html for piece in part), folded, passages))
            begin = at
    return groups


def passage_tags(markup: str) -> dict[int, str]:
    """By the offset at which its text begins: the name of each element that holds a passage."""
    return {int(at): name for name, at in re.findall(r'<([a-z][a-z0-9]*)\b[^>]*?\bdata-b="(\d+)"', markup)}


def _open(name: str, attributes: dict[str, str]) -> str:
    if name not in NAMES:
        raise ValueError(f"not an element to mark with: {name!r}")
    written = "".join(f' {key}="{html.escape(value)}"' for key, value in attributes.items())
    return f"<{name}{written}>"


class _Marker:
    def __init__(self, wraps: Sequence[Wrap], puts: Sequence[Put], demote: int) -> None:
        self.wraps: list[Wrap] = []
        for wrap in sorted(wraps, key=lambda each: (each.start, each.end)):
            if wrap.start < wrap.end and (not self.wraps or wrap.start >= self.wraps[-1].end):
                self.wraps.append(wrap)
        self.inline = sorted((put for put in puts if not put.block), key=lambda each: each.at)
        self.blocks = sorted((put for put in puts if put.block), key=lambda each: each.at)
        self.demote = demote
        self.named: set[int] = set()  # wraps that were given their id
        self.wrap = self.put = self.block = 0  # the next of each
        self.at = 0
        self.before = "\n"  # the last character of the text so far
        self.stack: list[str] = []
        self.pieces: list[Piece] = []
        self._begin()

    def _begin(self) -> None:
        self.out: list[str] = []
        self.touched, self.passages = False, 0

    def _cut(self) -> None:
        if self.out:
            self.pieces.append(Piece("".join(self.out), self.touched, self.passages))
        self._begin()

    def run(self, markup: str) -> list[Piece]:
        self._put_blocks()
        for tag, name, raw, text in _tokens(markup):
            if tag == "text":
                self._text(text, len(text) < len(html.unescape(raw)))
            elif tag == "atom":
                self._atom(raw, text)
            elif tag == "start":
                if not self.stack:
                    self._cut()
                self.passages += "data-b=" in raw
                self.out.append(self._lower(raw))
                if name not in VOID:
                    self.stack.append(name)
            else:
                self.out.append(self._lower(raw))
                self.stack.pop()
                self._put_blocks()
        self._rest()
        return self.pieces

    def _lower(self, tag: str) -> str:
        if not self.demote:
            return tag
        return HEADING.sub(lambda match: f"{match.group(1)}{min(6, int(match.group(2)) + self.demote)}", tag, count=1)

    def _text(self, text: str, ate: bool) -> None:
        """One run of text, in as many parts as marks begin and end in it."""
        if ate:
            self.out.append("\n")
        end = self.at + len(text)
        start = self.at
        while True:
            self._put_inline(end)
            if self.at >= end:
                break
            stop = min([end, *(edge for edge in self._edges() if self.at < edge < end)])
            part = text[self.at - start : stop - start]
            self._words(part)
            self.at, self.before = stop, part[-1]
            if self.wrap < len(self.wraps) and self.wraps[self.wrap].end <= self.at:
                self.wrap += 1

    def _edges(self) -> Iterator[int]:
        if self.wrap < len(self.wraps):
            yield self.wraps[self.wrap].start
            yield self.wraps[self.wrap].end
        if self.put < len(self.inline):
            yield self.inline[self.put].at

    def _words(self, part: str) -> None:
        written = html.escape(part, quote=False)
        wrap = self.wraps[self.wrap] if self.wrap < len(self.wraps) else None
        if wrap is None or not wrap.start <= self.at < wrap.end or not part.strip():
            self.out.append(written)
            return
        self.out += [self._opened(wrap), written, f"</{wrap.name}>"]
        self.touched = True

    def _opened(self, wrap: Wrap) -> str:
        attributes = wrap.attributes
        if "id" in attributes and self.wrap in self.named:
            attributes = {key: value for key, value in attributes.items() if key != "id"}
        self.named.add(self.wrap)
        return _open(wrap.name, attributes)

    def _put_inline(self, end: int) -> None:
        """What stands here. At the border of a passage it stands in the one that begins; a link never in a link."""
        while self.put < len(self.inline):
            put = self.inline[self.put]
            if put.at > self.at or (put.at == self.at == end and self.before == "\n"):
                return
            if (put.name == "a" and "a" in self.stack) or (self.stack and self.stack[-1] in NO_WORDS):
                return
            self._put_one(put)

    def _put_one(self, put: Put) -> None:
        self.out += [_open(put.name, put.attributes), html.escape(put.words, quote=False), f"</{put.name}>"]
        self.touched = True
        self.put += 1

    def _atom(self, raw: str, text: str) -> None:
        """A formula, in which nothing is put: it is marked whole."""
        end = self.at + len(text)
        self._put_inline(end)
        while self.wrap < len(self.wraps) and self.wraps[self.wrap].end <= self.at:
            self.wrap += 1
        wrap = self.wraps[self.wrap] if self.wrap < len(self.wraps) else None
        if wrap and wrap.start < end:
            self.out += [self._opened(wrap), raw, f"</{wrap.name}>"]
            self.touched = True
        else:
            self.out.append(raw)
        self.at, self.before = end, text[-1:] or self.before
        while self.wrap < len(self.wraps) and self.wraps[self.wrap].end <= self.at:
            self.wrap += 1

    def _put_blocks(self) -> None:
        """The paragraphs that are due, where one may stand."""
        inside = self.stack[-1] if self.stack else ""
        while self.block < len(self.blocks) and self.blocks[self.block].at <= self.at:
            put = self.blocks[self.block]
            in_list = inside in LISTS
            if not (inside == "" or inside in CONTAINERS or (in_list and put.item)):
                return
            if not self.stack:
                self._cut()
            outer = "li" if in_list else "p"
            words = html.escape(put.words, quote=False)
            self.out += [
                f'<{outer} class="gone">',
                _open(put.name, put.attributes),
                words,
                f"</{put.name}></{outer}>\n",
            ]
            self.touched, self.passages = True, self.passages + 1
            self.block += 1

    def _rest(self) -> None:
        self._cut()
        for put in [*self.inline[self.put :], *self.blocks[self.block :]]:
            words = html.escape(put.words, quote=False)
            self.out += ['<p class="gone">', _open(put.name, put.attributes), words, f"</{put.name}></p>\n"]
            self.touched, self.passages = True, 1
            self._cut()


def _tokens(markup: str) -> Iterator[tuple[str, str, str, str]]:
    """(kind, name, markup, text): start, end, text; a formula is one `atom`."""
    position = atom = 0
    eat = False
    in_atom = False
    for match in TAG.finditer(markup):
        if match.start() > position and not in_atom:
            raw = markup[position : match.start()]
            yield "text", "", raw, _plain(raw, eat)
            eat = False
        position = match.end()
        name = (match.group(2) or "").lower()
        if name == "math":
            if match.group(1):
                raw = markup[atom:position]
                yield "atom", name, raw, _plain(TAG.sub("", raw), False)
            else:
                atom = match.start()
            in_atom = not match.group(1)
        elif name and not in_atom:
            yield ("end" if match.group(1) else "start"), name, match.group(0), ""
            eat = not match.group(1) and name in EATS_NEWLINE
    if position < len(markup):
        raw = markup[position:]
        yield "text", "", raw, _plain(raw, eat)


def _plain(raw: str, eat_newline: bool) -> str:
    text = html.unescape(raw)
    return text[1:] if eat_newline and text.startswith("\n") else text

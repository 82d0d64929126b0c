"""Runs of a Word file's body split at any character, their looks kept; what words and names can stand in one."""

from __future__ import annotations

import copy
import re

from lxml import etree

from .docx_text import Piece
from .hidden import W

SPACE = "{http://www.w3.org/XML/1998/namespace}space"
# What XML 1.0 cannot hold, and what some readers refuse.
UNWRITABLE = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff\ufdd0-\ufdef\ufffe\uffff]")
PICTURES = {"\x7f": "\u2421"} | {chr(n): chr(0x2400 + n) for n in range(32)}
LONGEST_WRITER = 255  # characters of a name that Word reads
Groups = list[tuple[bool, list[etree._Element]]]


def shown(words: str) -> str:
    """Words with a visible sign for each character that XML cannot hold."""
    return UNWRITABLE.sub(lambda found: PICTURES.get(found[0], "\ufffd"), words)


def writer(name: str) -> str:
    """A name as it can stand beside a comment or a tracked change."""
    name = " ".join(shown(name).split())
    return name if len(name) <= LONGEST_WRITER else name[: LONGEST_WRITER - 1] + "…"


class Runs:
    """Splits runs. Work from the end of the body to its beginning: what stands before is then as it was read.

    `last_id` is the highest id of a mark in the file; what is copied or made gets one of its own.
    """

    def __init__(self, last_id: int) -> None:
        self.last_id = last_id

    def next_id(self) -> str:
        """An id that nothing else in the file has."""
        self.last_id += 1
        return str(self.last_id)

    def split(self, piece: Piece, position: int) -> tuple[etree._Element | None, etree._Element | None]:
        """The run that ends and the one that begins at `position` of the text, which is in the piece or at one of its
        edges; None for one that would be empty. The one before stays the piece's."""
        at = position - piece.start
        children = [child for child in piece.run if child.tag != f"{W}rPr"]
        index = children.index(piece.child)
        before, after = children[:index], children[index + 1 :]
        if at == 0:
            after = [piece.child, *after]
        elif position == piece.end:
            before = [*before, piece.child]
        else:
            first, *rest = (part for _inside, part in cut(piece.child, piece, at, at))
            before, after = [*before, first], [*rest, *after]
        if not before:
            return None, piece.run
        if not after:
            return piece.run, None
        left, right = self.spread(piece.run, [(False, before), (True, after)])
        return left, right

    def spread(self, run: etree._Element, groups: Groups) -> list[etree._Element]:
        """Puts each group of children in a run of its own, the first one staying."""
        looks = run.find(f"{W}rPr")
        for child in list(run):
            if child is not looks:
                run.remove(child)
        runs = [run]
        for number, (_marked, children) in enumerate(groups):
            if number:
                fresh = etree.Element(run.tag, dict(run.attrib), run.nsmap)
                if looks is not None:
                    fresh.append(self._copied(looks))
                runs[-1].addnext(fresh)
                runs.append(fresh)
            runs[-1].extend(children)
        return runs

    def _copied(self, looks: etree._Element) -> etree._Element:
        """A copy of a run's properties; a tracked change of these gets an id of its own."""
        fresh = copy.deepcopy(looks)
        for change in fresh.iter(f"{W}rPrChange"):
            change.set(f"{W}id", self.next_id())
        return fresh


def cut(child: etree._Element, piece: Piece, low: int, high: int) -> list[tuple[bool, etree._Element]]:
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

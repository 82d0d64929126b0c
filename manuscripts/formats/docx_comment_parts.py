"""The parts of a Word file that hold its comments: word/comments.xml and word/commentsExtended.xml (MS-DOCX 2.5.1).

What stands in them stays; ours come behind it, with ids of their own.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from lxml import etree

from .containers import parse
from .docx_package import Additions, Package, serialised
from .docx_runs import SPACE, shown, writer
from .hidden import W
from .wordxml import MC

W14 = "{http://schemas.microsoft.com/office/word/2010/wordml}"
W15 = "{http://schemas.microsoft.com/office/word/2012/wordml}"
NAMES = {"w": W[1:-1], "w14": W14[1:-1], "w15": W15[1:-1], "mc": MC[1:-1]}
KIND = "http://schemas.openxmlformats.org/officeDocument/2006/relationships/comments"
EXTENDED_KIND = "http://schemas.microsoft.com/office/2011/relationships/commentsExtended"
MEDIA = "application/vnd.openxmlformats-officedocument.wordprocessingml.comments+xml"
EXTENDED_MEDIA = "application/vnd.openxmlformats-officedocument.wordprocessingml.commentsExtended+xml"
PARAGRAPH_ID = re.compile(rb'paraId="([0-9A-Fa-f]{8})"')
FIRST_PARAGRAPH = 0x40000000  # they must stay below 0x80000000
LONGEST_INITIALS = 9  # what Word reads of them
BLANK_LINES = re.compile(r"\n[ \t]*\n\s*")
LINE_ENDS = re.compile(r"\r\n?|[\x85\u2028\u2029]")


@dataclass(frozen=True)
class Message:
    """One comment: plain words; an empty line ends a paragraph. `date` is RFC 3339 in UTC, or empty."""

    author: str
    initials: str
    text: str
    date: str = ""


class CommentParts:
    """The comments of a file. Add threads, then `write` the parts."""

    def __init__(self, package: Package, additions: Additions, last_id: int) -> None:
        self.additions = additions
        self.name, self.comments = self._opened(KIND, "comments.xml", f"{W}comments", package)
        self.extended_name, self.extended = self._opened(
            EXTENDED_KIND, "commentsExtended.xml", f"{W15}commentsEx", package
        )
        # Comments are numbered apart from other marks, but programs differ in that: ours are new among both.
        found = (comment.get(f"{W}id", "") for comment in self.comments.iterchildren(f"{W}comment"))
        self.last_id = max([last_id, *(int(each) for each in found if each.isdecimal() and len(each) < 10)])
        self.paragraphs = {
            found.upper().decode()
            for name in package.archive.namelist()
            if name.endswith(".xml") and name.startswith(f"{additions.folder}/".lstrip("/"))
            for found in PARAGRAPH_ID.findall(package.part(name) or b"")
        }
        self.next_paragraph = FIRST_PARAGRAPH

    def add(self, messages: Sequence[Message], resolved: bool) -> list[str]:
        """A thread, its first message with the answers below it; the ids of the comments."""
        ids: list[str] = []
        parent = ""
        for message in messages:
            self.last_id += 1
            ids.append(str(self.last_id))
            own = self._paragraph_id()
            self.comments.append(self._comment(ids[-1], message, own))
            named = {f"{W15}paraId": own, f"{W15}done": str(int(resolved))}
            named |= {f"{W15}paraIdParent": parent} if parent else {}
            self.extended.append(etree.Element(f"{W15}commentEx", named))
            parent = parent or own
        return ids

    def write(self) -> None:
        """Puts both parts among the additions."""
        self.additions.put(self.name, KIND, MEDIA, serialised(self.comments))
        self.additions.put(self.extended_name, EXTENDED_KIND, EXTENDED_MEDIA, serialised(self.extended))

    def _opened(self, kind: str, name: str, tag: str, package: Package) -> tuple[str, etree._Element]:
        found = self.additions.existing(kind)
        if found is None:
            return self.additions.free_name(name), _with_names(etree.Element(tag, nsmap=NAMES))
        return found, _with_names(parse(package.part(found) or b""))

    def _paragraph_id(self) -> str:
        while True:
            made = f"{self.next_paragraph:08X}"
            self.next_paragraph += 1
            if made not in self.paragraphs:
                return made

    def _comment(self, own_id: str, message: Message, paragraph_id: str) -> etree._Element:
        named = {f"{W}id": own_id, f"{W}author": writer(message.author)}
        named |= {f"{W}date": message.date} if message.date else {}
        named |= {f"{W}initials": shown(message.initials)[:LONGEST_INITIALS]} if message.initials else {}
        comment = etree.Element(f"{W}comment", named, nsmap=self.comments.nsmap)
        paragraphs = BLANK_LINES.split(shown(LINE_ENDS.sub("\n", message.text)).strip("\n"))
        for number, words in enumerate(paragraphs):
            paragraph = etree.SubElement(comment, f"{W}p")
            if not number:
                etree.SubElement(etree.SubElement(paragraph, f"{W}r"), f"{W}annotationRef")
            _fill(etree.SubElement(paragraph, f"{W}r"), words)
        comment[-1].set(f"{W14}paraId", paragraph_id)
        return comment


def _fill(run: etree._Element, words: str) -> None:
    """Lets a run say the words, with its own signs for tabs and ends of lines."""
    for part in re.split(r"([\n\t])", words):
        if part in ("\n", "\t"):
            etree.SubElement(run, f"{W}br" if part == "\n" else f"{W}tab")
        elif part:
            etree.SubElement(run, f"{W}t", {SPACE: "preserve"}).text = part


def _with_names(root: etree._Element) -> etree._Element:
    """The same element knowing the names that ours use; programs that do not know them pass over them."""
    fresh = etree.Element(root.tag, dict(root.attrib), nsmap={**NAMES, **root.nsmap})
    fresh.text = root.text
    fresh.extend(list(root))
    ignored = fresh.get(f"{MC}Ignorable", "").split()
    prefixes = [prefix for prefix, uri in fresh.nsmap.items() if uri in (W14[1:-1], W15[1:-1]) and prefix]
    wanted = [prefix for prefix in prefixes if prefix not in ignored]
    fresh.set(f"{MC}Ignorable", " ".join([*ignored, *wanted]))
    return fresh

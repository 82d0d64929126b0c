"""Comments of a Word file with the words they stand on, as two other programs read them."""

import io
import json
import subprocess
from dataclasses import dataclass, field

import docx
import pypandoc
from docx.oxml.ns import qn

PLAIN = "w:t"
SIGNS = {qn("w:tab"): "\t", qn("w:br"): "\n", qn("w:cr"): "\n", qn("w:noBreakHyphen"): "\u2011"}
OUTSIDE = {qn("w:del"), qn("w:moveFrom"), qn("w:sdtPr"), qn("w:pPr"), qn("w:rPr")}


@dataclass
class Noted:
    """A comment and the words it stands on, tracked deletions left out."""

    author: str
    text: str
    words: str = ""


def by_python_docx(data: bytes) -> dict[str, Noted]:
    """The comments by id."""
    document = docx.Document(io.BytesIO(data))
    found = {str(c.comment_id): Noted(c.author, c.text) for c in document.comments}
    begun: set[str] = set()

    def say(words: str) -> None:
        for key in begun:
            found[key].words += words

    def walk(element) -> None:
        for child in element:
            if child.tag == qn("w:commentRangeStart"):
                begun.add(child.get(qn("w:id")))
            elif child.tag == qn("w:commentRangeEnd"):
                begun.discard(child.get(qn("w:id")))
            elif child.tag == qn("w:t"):
                say(child.text or "")
            elif child.tag in SIGNS:
                say(SIGNS[child.tag])
            elif child.tag not in OUTSIDE:
                walk(child)
                if child.tag == qn("w:p"):
                    say("\n")

    walk(document.element.body)
    assert not begun, f"comments without an end: {begun}"
    return found


@dataclass
class _Reading:
    found: dict[str, Noted] = field(default_factory=dict)
    begun: set[str] = field(default_factory=set)

    def say(self, words: str) -> None:
        for key in self.begun:
            self.found[key].words += words

    def walk(self, node) -> None:
        if isinstance(node, list):
            for each in node:
                self.walk(each)
        elif isinstance(node, dict):
            self.visit(node.get("t", ""), node.get("c", []))

    def visit(self, kind: str, content) -> None:
        if kind in ("Str", "Code", "Math"):
            self.say(content if kind == "Str" else content[1])
        elif kind in ("Space", "SoftBreak", "LineBreak"):
            self.say(" ")
        elif kind == "Span":
            (_key, classes, pairs), inside = content
            named = dict(pairs)
            if "comment-start" in classes:
                text = _Reading()
                text.found, text.begun = {"": Noted("", "")}, {""}
                text.walk(inside)
                self.found[named["id"]] = Noted(named.get("author", ""), text.found[""].words)
                self.begun.add(named["id"])
                return
            if "comment-end" in classes:
                self.begun.discard(named["id"])
            if "deletion" not in classes:
                self.walk(inside)
        elif kind != "Note":  # a comment can stand on its mark, not on what it says
            self.walk(content)
            if kind in ("Para", "Plain", "Header"):
                self.say("\n")


def by_pandoc(data: bytes) -> dict[str, Noted]:
    """The comments by id, as pandoc reads them with `--track-changes=all`."""
    command = [pypandoc.get_pandoc_path(), "-f", "docx", "-t", "json", "--track-changes=all"]
    made = json.loads(subprocess.run(command, input=data, capture_output=True, check=True).stdout)
    reading = _Reading()
    reading.walk([*made["meta"].values(), *made["blocks"]])  # a title is no block
    assert not reading.begun, f"comments without an end: {reading.begun}"
    return reading.found


def flat(words: str) -> str:
    """Words without blanks: programs differ in what they put between cells and paragraphs."""
    return "".join(words.split())

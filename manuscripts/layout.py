"""Puts one newline after each block, table row and cell, and marks where each block's text begins.

Works on what nh3 wrote, whose tags and attributes have one regular form.
"""

import html
import re

from manuscripts.sanitising import BLOCKS

TOKEN = re.compile(r'<(/?)([a-z0-9]+)((?:[^"<>]|"[^"]*")*)>')
NEWLINE_AFTER = BLOCKS | {"ul", "ol", "dl", "blockquote", "figure", "section", "table", "tr", "hr"}
SOFT_BREAK = re.compile(r"[ \t]*\n[ \t\n]*")
# A browser keeps these in the text and shows nothing; no file format can write them.
CONTROLS = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\ufffe\uffff]")
BLANK = " \t\n"


def lay_out(markup: str) -> str:
    """The same HTML with newlines after blocks, soft line breaks as spaces, and `data-b` on each block of text.

    `data-b` is the offset in code points at which the block's text begins in the canonical text.
    """
    return _Layout().run(markup)


class _Layout:
    def __init__(self) -> None:
        self.out: list[str] = []
        self.offset = 0  # code points of text so far
        self.in_block = False  # the open block has text
        self.last_text = -1  # index in `out` of the last text, while nothing stands after it
        self.preformatted = 0
        self.after_break = False

    def run(self, markup: str) -> str:
        position = 0
        for match in TOKEN.finditer(markup):
            if match.start() > position:
                self.text(markup[position : match.start()])
            position = match.end()
            closing, name = match.group(1), match.group(2)
            if closing:
                self.end(name, match.group(0))
            else:
                self.start(name, match.group(0), self._holds_blocks(markup, position))
        if position < len(markup):
            self.text(markup[position:])
        return "".join(self.out)

    @staticmethod
    def _holds_blocks(markup: str, position: int) -> bool:
        """Whether the next thing inside is a block, so that the element has no text of its own at its start."""
        while position < len(markup) and markup[position] in BLANK:
            position += 1
        inner = TOKEN.match(markup, position)
        return bool(inner and not inner.group(1) and inner.group(2) in NEWLINE_AFTER)

    def start(self, name: str, tag: str, holds_blocks: bool) -> None:
        if name in NEWLINE_AFTER:
            if self.in_block:
                self.trim()
                self.add_text("\n")
            self.in_block = False
            if name in BLOCKS and not (name in ("li", "dd") and holds_blocks):
                tag = f'{tag[:-1]} data-b="{self.offset}">'
        self.add_tag(tag)
        if name == "pre":
            self.preformatted += 1
        elif name == "br":
            self.add_text("\n")
            self.after_break = True
        elif name == "hr":
            self.add_text("\n")

    def end(self, name: str, tag: str) -> None:
        if name not in NEWLINE_AFTER:
            self.add_tag(tag)
            return
        self.trim()
        self.add_tag(tag)
        self.add_text("\n")
        self.in_block = False
        if name == "pre":
            self.preformatted -= 1

    def text(self, raw: str) -> None:
        text = CONTROLS.sub("", html.unescape(raw))
        if not self.preformatted:
            if self.after_break:
                text = text.lstrip(BLANK)
            text = SOFT_BREAK.sub(" ", text)
            if not self.in_block:
                text = text.lstrip(BLANK)
        if text:
            self.after_break = False
            self.add_text(text)
            self.in_block = True
            self.last_text = len(self.out) - 1

    def add_text(self, text: str) -> None:
        self.out.append(html.escape(text, quote=False))
        self.offset += len(text)
        self.last_text = -1

    def add_tag(self, tag: str) -> None:
        self.out.append(tag)
        self.last_text = -1

    def trim(self) -> None:
        """Takes blanks from the end of a block's last text: they show nowhere."""
        if self.last_text < 0 or self.preformatted:
            return
        text = self.out[self.last_text]
        short = text.rstrip(BLANK)
        self.offset -= len(text) - len(short)
        self.out[self.last_text] = short

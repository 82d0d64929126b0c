"""Markdown to safe HTML: sections in a child process that can be killed, notes in place.

A section's HTML, as the reading room and the style sheets meet it:

- Each block that holds text (p, h1-h6, li, dt, dd, td, th, pre, figcaption) has `data-b`, the offset in code points
  at which its text begins in the section's canonical text. A `li` or `dd` made of blocks leaves it to them.
- Footnote: `<sup class="fn" id="…-fnref-1"><a class="fn-ref" href="#…-fn-1" role="doc-noteref" data-n="1"
  aria-label="[1]"></a></sup>`; the number is drawn by CSS from `data-n`. The notes stand at the end in
  `<section class="footnotes" role="doc-endnotes"><ol><li id="…-fn-1">` with an empty `<a class="fn-back">` last.
- Image alone in its paragraph: `<figure><img src="image:SHA256" alt=""><figcaption>`; among words: `<span
  class="inline-figure"><img><span class="caption">`. An image of any other source is left out, its words stay and
  the holder has the class `no-image`.
- Maths: `<span class="formula"><math display="inline|block">`, or `<code class="math">` with the TeX where
  it cannot be converted.
- Table cells have the class left, right or center where the author aligned them. Ids begin with `t` and a part of
  the Markdown's hash, so that the sections of one page never share one.
"""

import json
import re
import selectors
import subprocess
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from manuscripts.note_markdown import note_html
from manuscripts.sanitising import clean_note

ROOT = Path(__file__).resolve().parent.parent
START_SECONDS = 20.0
NOTE_LIMIT = 200_000  # code points

# No document format can carry these, and one of them makes an author's whole Word report fail.
UNWANTED = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff\ufdd0-\ufdef\ufffe\uffff]")
PLACEHOLDER = re.compile(r'(<img\b[^>]*?\bsrc=")image:([0-9a-f]{64}")')

REASONS = {
    "time": "It took too long to render.",
    "memory": "It needed too much memory to render.",
    "output": "It grew far beyond its own size when rendered.",
    "depth": "Lists or quotations stand in one another too deeply.",
    "failed": "It could not be read as Markdown.",
}


@dataclass(frozen=True, slots=True)
class Rendered:
    """A text ready to be read: safe HTML, its canonical text, and its words."""

    html: str
    text: str
    words: int


@dataclass(frozen=True, slots=True)
class RenderError:
    """Why a text could not be rendered: `code` (time, memory, output, depth, failed) and a sentence."""

    code: str
    reason: str


@dataclass(frozen=True, slots=True)
class Limits:
    """What one text may take: seconds of wall-clock time, bytes of memory, characters of HTML."""

    seconds: float = 10.0
    memory: int = 700_000_000
    output_factor: int = 20
    output_base: int = 1_000_000

    def output(self, markdown: str) -> int:
        return len(markdown) * self.output_factor + self.output_base


def render(markdown_texts: Sequence[str], limits: Limits = Limits()) -> list[Rendered | RenderError]:
    """Each text rendered, in order. One that breaks a limit gives a RenderError and harms no other.

    Images are written `![words](image:SHA256)`. Starts one child process for the batch, and another after each
    text that had to be given up.
    """
    results: list[Rendered | RenderError] = []
    child: _Child | None = None
    try:
        for markdown in markdown_texts:
            if child is None:
                child = _Child(limits.memory)
            reply = child.ask(markdown, limits)
            if "error" in reply:
                child.stop()
                child = None
                results.append(RenderError(reply["error"], REASONS[reply["error"]]))
            else:
                results.append(Rendered(reply["html"], reply["text"], reply["words"]))
    finally:
        if child is not None:
            child.stop()
    return results


class _Child:
    def __init__(self, memory: int) -> None:
        self.process = subprocess.Popen(
            [sys.executable, "-m", "manuscripts.rendering_child", str(memory)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            cwd=ROOT,
            env={"PYTHONPATH": str(ROOT), "PYTHONUTF8": "1", "PYTHONDONTWRITEBYTECODE": "1"},
            bufsize=0,
            start_new_session=True,
        )
        assert self.process.stdin and self.process.stdout
        self.input, self.output = self.process.stdin, self.process.stdout
        self.ready = selectors.DefaultSelector()
        self.ready.register(self.output, selectors.EVENT_READ)
        if self._read(START_SECONDS, 1000) is None:
            self.stop()
            raise RuntimeError("The rendering process did not start.")

    def ask(self, markdown: str, limits: Limits) -> dict[str, Any]:
        request = json.dumps({"markdown": markdown, "output_limit": limits.output(markdown)}).encode("ascii")
        left = memoryview(request + b"\n")
        try:
            while left:
                left = left[self.input.write(left) :]
        except BrokenPipeError:
            return {"error": "memory"}
        # JSON may write a character of HTML, and of text, as twelve bytes.
        line = self._read(limits.seconds, 24 * limits.output(markdown))
        if line is None:
            return {"error": "time" if self.process.poll() is None else "memory"}
        reply: dict[str, Any] = json.loads(line)
        return reply

    def _read(self, seconds: float, most: int) -> bytes | None:
        """One line, or None: nothing came in time, too much came, or the process died."""
        deadline = time.monotonic() + seconds
        parts: list[bytes] = []
        size = 0
        while size <= most:
            left = deadline - time.monotonic()
            if left <= 0 or not self.ready.select(left):
                return None
            part = self.output.read(1 << 16)
            if not part:
                self.process.wait()
                return None
            parts.append(part)
            size += len(part)
            if part.endswith(b"\n"):
                return b"".join(parts)
        return None

    def stop(self) -> None:
        self.ready.close()
        self.process.kill()
        self.process.wait()
        self.input.close()
        self.output.close()


def display(html: str, *, image_base: str) -> str:
    """Stored section HTML as a page shows it: `image:SHA256` becomes `image_base` + SHA256.

    `image_base` is a path made by the server, such as `/m/my-book/images/`; the text is the same before and after.
    """
    if not re.fullmatch(r"/[A-Za-z0-9/_.~-]*", image_base):
        raise ValueError(f"not a path: {image_base!r}")
    return PLACEHOLDER.sub(lambda match: match.group(1) + image_base + match.group(2), html)


def render_comment(body: str) -> str:
    """Safe HTML of a note: paragraphs, emphasis, lists, links, code. Linear in time, so safe within a request.

    Raises ValueError beyond 200,000 code points.
    """
    if len(body) > NOTE_LIMIT:
        raise ValueError(f"A note has at most {NOTE_LIMIT:,} characters.")
    return clean_note(note_html(clean_input(body)))


def clean_input(text: str) -> str:
    """What someone typed or sent, without characters that no file can carry; CRLF and CR become a newline.

    Removes NUL, controls other than tab and newline, lone surrogates and noncharacters. Composed and decomposed
    letters stay as they came: offsets count them.
    """
    return UNWANTED.sub("", text.replace("\r\n", "\n").replace("\r", "\n"))

"""Bytes that are text: decoding, plain-text manuscripts, and what Markdown and TeX need before pandoc."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import PurePosixPath

from django.utils.translation import gettext as _

from . import escape
from .blocks import Block, Problem
from .errors import ConversionFailed

LONGEST_LINE = 1_000_000  # code points; pandoc's Markdown and TeX readers slow down beyond all measure on such lines
PARAGRAPHS = re.compile(r"\n[ \t]*(?:\n[ \t]*)+")
ABBREVIATION = re.compile(r"^\*\[([^\]\n]{1,80})\]:[ \t]*(\S.*)$")
FENCE = re.compile(r"^ {0,3}(`{3,}|~{3,})")
INCLUDE = re.compile(r"^([^%\n]*?)\\(?:input|include)\s*\{([^{}\n]{1,300})\}", re.MULTILINE)
DEEPEST_INCLUDE = 5
LARGEST_TEX = 20 * 1024 * 1024


def decode(data: bytes, problems: list[Problem]) -> str:
    """Text from UTF-8 (with or without its mark), UTF-16 with its mark, else Windows-1252 with a warning."""
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        text = data.decode("utf-16", "replace")
    else:
        try:
            text = data.decode("utf-8-sig")
        except UnicodeDecodeError:
            text = data.decode("cp1252", "replace")
            problems.append(
                Problem(
                    "encoding",
                    "warning",
                    _("The file is not valid UTF-8 and was read as Windows-1252: check letters with accents."),
                )
            )
    return escape.clean(text.replace("\r\n", "\n").replace("\r", "\n"))


def plain_text(text: str) -> list[Block]:
    """The paragraphs of a plain text file, parted by blank lines. Nothing in it is read as Markdown."""
    blocks = []
    for part in PARAGRAPHS.split(text.strip("\n")):
        words = " ".join(part.split("\n")) if _is_flowing(part) else part.strip("\n")
        words = words.expandtabs(4).strip()
        if words:
            lines = [escape.inline(line.strip()) for line in words.split("\n")]
            blocks.append(Block("paragraph", words, escape.paragraph("  \n".join(lines))))
    return blocks


def _is_flowing(part: str) -> bool:
    """Whether the lines were broken by a program at a width, and not by the author as in an address or a poem."""
    lines = part.strip().split("\n")
    return len(lines) > 1 and min(len(line.rstrip()) for line in lines[:-1]) >= 45


def refuse_long_lines(text: str) -> None:
    """Raise ConversionFailed where a line is longer than any reader of Markdown or TeX can bear."""
    if len(text) > LONGEST_LINE and max(map(len, text.split("\n"))) > LONGEST_LINE:
        raise ConversionFailed("line_too_long", _("A line of this file is longer than a million characters."))


def take_abbreviations(text: str) -> tuple[str, dict[str, str]]:
    """Markdown without its abbreviation definitions (`*[HTML]: ...`), and these by what they abbreviate."""
    found: dict[str, str] = {}
    kept: list[str] = []
    fence = ""
    for line in text.split("\n"):
        if mark := FENCE.match(line):
            if not fence:
                fence = mark[1]
            elif mark[1].startswith(fence) and not line.strip(" `~"):
                fence = ""
        elif not fence and (definition := ABBREVIATION.match(line)):
            found[definition[1]] = definition[2].strip()
            continue
        kept.append(line)
    return "\n".join(kept), found


def include_tex(text: str, path: str, beside: Mapping[str, bytes], problems: list[Problem], depth: int = 0) -> str:
    """TeX with the files it includes put in place, as far as they lie beside it in the upload."""
    folder = PurePosixPath(path).parent

    def put(match: re.Match[str]) -> str:
        name = match[2].strip()
        for ending in ("", ".tex"):
            inner = (folder / (name + ending)).as_posix()
            if inner in beside and depth < DEEPEST_INCLUDE:
                made = include_tex(decode(beside[inner], problems), path, beside, problems, depth + 1)
                return f"{match[1]}\n{made}\n"
        problems.append(
            Problem("include_missing", "warning", _("“%s” is included but does not lie beside the file.") % name)
        )
        return match[1]

    made = INCLUDE.sub(put, text)
    if len(made) > LARGEST_TEX:
        raise ConversionFailed("too_complex", _("The included files are too big together."))
    return made


def included_tex(members: Mapping[str, bytes]) -> set[str]:
    """Which TeX files of a zip are included by others, and so are no manuscripts of their own."""
    inner: set[str] = set()
    for path, data in members.items():
        for match in INCLUDE.finditer(data.decode("utf-8", "replace")):
            base = (PurePosixPath(path).parent / match[2].strip()).as_posix()
            inner |= {base, base + ".tex"} - {path}
    return inner & members.keys()

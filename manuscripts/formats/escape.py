"""Words as Markdown that Python-Markdown gives back unchanged.

Only the characters that our renderer can escape get a backslash; `&` becomes an entity where it could begin one.
Raw HTML is never read by the renderer, so nothing else needs guarding.
"""

from __future__ import annotations

import re
from urllib.parse import quote, urlsplit

ANYWHERE = re.compile(r"[\\`*\[\]]|~~+|\$")
UNDERSCORE = re.compile(r"(?<![^\W_])_|_(?![^\W_])")
ENTITY = re.compile(r"&(?=#?\w+;)")
ANGLE = re.compile(r"<(?=[A-Za-z/!?])")
LINE_START = re.compile(r"^([#>]|[-+](?=\s|$)|-(?=--|\s-)|=+(?=\s*$)|:(?=\s)|~(?=~~))")
NUMBERED = re.compile(r"^(\d+)([.)])(?=\s|$)")
CONTROL = dict.fromkeys([*range(0, 9), 11, 12, *range(14, 32), 127, 0xFFFE, 0xFFFF, 2, 3, *range(0xFDD0, 0xFDF0)])
SAFE_SCHEMES = {"http", "https", "mailto"}
NOT_ESCAPABLE = {"=": "&#61;"}


def clean(text: str) -> str:
    """Text without control characters, noncharacters that we use ourselves, and lone surrogates."""
    return text.translate(CONTROL).encode("utf-8", "ignore").decode("utf-8")


def inline(text: str) -> str:
    """Plain words as Markdown, for the middle of a line."""
    text = ANYWHERE.sub(lambda m: "".join("\\" + c for c in m[0]), text)
    text = UNDERSCORE.sub(r"\\_", text)
    text = ENTITY.sub("&amp;", text)
    return ANGLE.sub(r"\\<", text)


def line_start(markdown: str) -> str:
    """Guard the first characters of a line of finished Markdown against being read as a block mark."""
    markdown = markdown.lstrip(" \t")
    markdown = NUMBERED.sub(lambda m: m[1] + "\\" + m[2], markdown)
    return LINE_START.sub(lambda m: "".join(NOT_ESCAPABLE.get(c, "\\" + c) for c in m[1]), markdown)


def paragraph(markdown: str) -> str:
    """Finished inline Markdown, guarded at each line's start and free of blank lines."""
    lines = [line_start(line) for line in markdown.split("\n")]
    return "\n".join(line for line in lines if line.strip())


def code_span(text: str) -> str:
    """A code span; backticks inside are fenced by a longer run."""
    text = " ".join(text.split("\n")).strip()
    longest = max((len(run) for run in re.findall(r"`+", text)), default=0)
    fence = "`" * (longest + 1)
    pad = " " if text.startswith("`") or text.endswith("`") else ""
    return f"{fence}{pad}{text}{pad}{fence}" if text else ""


def link_target(url: str) -> str | None:
    """The address of a link if it may stay a link, safe inside `(...)`; None where only its words stay."""
    try:
        scheme = urlsplit(url.strip()).scheme.lower()
    except ValueError:
        return None
    if scheme not in SAFE_SCHEMES:
        return None
    return quote(url.strip(), safe=":/?#@!$&'+,;=%~.-") or None

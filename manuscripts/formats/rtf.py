"""RTF as pandoc's reader needs it: it drops letters after most Unicode escapes, and knows no pair of surrogates."""

from __future__ import annotations

import re

TOKEN = re.compile(
    rb"\\u(-?\d{1,6}) ?|\\uc(\d{1,2}) ?|[{}]|\\'[0-9a-fA-F]{2}|\\[a-zA-Z]+-?\d* ?|\\[^a-zA-Z]", re.DOTALL
)
FALLBACK = re.compile(rb"\\'[0-9a-fA-F]{2}|\\[a-zA-Z]+-?\d* ?|\\[^a-zA-Z]|\r?\n|[^\\{}]", re.DOTALL)
DELETED = re.compile(rb"\\deleted(?![a-zA-Z0-9])")
BEYOND = re.compile("\ufdd0([0-9a-f]{5,6})\ufdd1")  # how a character beyond U+FFFF travels through pandoc
OPEN, CLOSE = 0xFDD0, 0xFDD1
LONGEST_FALLBACK = 10


def readable_rtf(data: bytes) -> bytes:
    """RTF whose Unicode escapes all have one form, whose tracked deletions are hidden text, which pandoc leaves out,
    and whose footnotes and list marks stand where pandoc looks for them."""
    data = DELETED.sub(rb"\\v", data)
    data = data.replace(rb"{\*\footnote", rb"{\footnote").replace(rb"{\pntext", rb"{\*\pntext")
    if b"\\u" not in data:
        return data
    out: list[bytes] = []
    skips = [1]  # how many characters stand in for each escape, by group (\uc)
    at = high = 0
    while match := TOKEN.search(data, at):
        out.append(data[at : match.start()])
        at = match.end()
        if match[1] is not None:
            at = _after_fallback(data, at, skips[-1])
            high = _write(out, int(match[1]) % 65_536 if int(match[1]) < 0 else int(match[1]), high)
        elif match[2] is not None:
            skips[-1] = min(int(match[2]), LONGEST_FALLBACK)
        else:
            if match[0] == b"{":
                skips.append(skips[-1])
            elif match[0] == b"}" and len(skips) > 1:
                skips.pop()
            out.append(match[0])
    out.append(data[at:])
    return b"".join(out)


def _after_fallback(data: bytes, at: int, count: int) -> int:
    """Where the text goes on behind the stand-ins for programs without Unicode."""
    for _number in range(count):
        match = FALLBACK.match(data, at)
        if not match:
            break
        at = match.end()
    return at


def _write(out: list[bytes], code: int, high: int) -> int:
    """Write one escape; returns a high surrogate that waits for its other half, else 0."""
    if 0xD800 <= code < 0xDC00:
        return code
    if 0xDC00 <= code < 0xE000:
        if not high:
            return 0
        code = 0x10000 + ((high - 0xD800) << 10) + (code - 0xDC00)
    if code > 0xFFFF:
        out.append(_escape(OPEN) + f"{min(code, 0x10FFFF):05x}".encode() + _escape(CLOSE))
    elif code:
        out.append(_escape(code))
    return 0


def _escape(code: int) -> bytes:
    return rb"\u%d\'3f" % code


def mend_tree(text: str) -> str:
    """Pandoc's answer with the characters beyond U+FFFF back in their places."""
    return BEYOND.sub(lambda match: chr(int(match[1], 16)) if int(match[1], 16) <= 0x10FFFF else "", text)

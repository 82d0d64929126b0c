"""The text that anchors count in: canonical text, its words, and the two ways of counting its characters."""

import html
import re
import unicodedata

TAG = re.compile(r"""<!--.*?-->|<(/?)([a-zA-Z][^\s/>]*)(?:[^"'<>]|"[^"]*"|'[^']*')*>""", re.DOTALL)
# HTML5 drops one newline directly after the start tag of these.
EATS_NEWLINE = {"pre", "textarea", "listing"}

# Scripts written without spaces: each character is counted, and compared, as a word.
# Korean is left out on purpose: it has spaces.
UNSPACED = (
    "\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u2e80-\u2fdf\u3005-\u3007\u3021-\u3029\u3031-\u3035\u3040-\u312f"
    "\u31a0-\u31bf\u31f0-\u31ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\uff66-\uff9f\U00020000-\U0003ffff"
)


def _mark_ranges() -> str:
    """The combining marks of every script as the inside of a character class: `\\w` leaves them out."""
    marks = [code for code in range(0x300, 0x1F000) if unicodedata.category(chr(code)).startswith("M")]
    ranges: list[list[int]] = []
    for code in marks:
        if ranges and code == ranges[-1][1] + 1:
            ranges[-1][1] = code
        else:
            ranges.append([code, code])
    return "".join(f"{chr(first)}-{chr(last)}" for first, last in ranges) + "\u200c\u200d"


MARKS = _mark_ranges()
COUNTED_WORD = re.compile(rf"[{UNSPACED}]|[^\W{UNSPACED}](?:[^\W{UNSPACED}]|[{MARKS}]|['\u2019.,-](?=\w))*")


def canonical_text(html_text: str) -> str:
    """The `textContent` of sanitised HTML, parsed by HTML5 rules and not normalised in any way.

    `html_text` is the output of a sanitiser: well nested, no script, style or doctype. Offsets of every anchor
    count the code points of what this returns.
    """
    parts: list[str] = []
    position = 0
    eat = False
    for match in TAG.finditer(html_text):
        if match.start() > position:
            parts.append(_data(html_text[position : match.start()], eat))
            eat = False
        position = match.end()
        if match.group(2) is not None:
            eat = not match.group(1) and match.group(2).lower() in EATS_NEWLINE
    if position < len(html_text):
        parts.append(_data(html_text[position:], eat))
    return "".join(parts)


def _data(raw: str, eat_newline: bool) -> str:
    raw = raw.replace("\r\n", "\n").replace("\r", "\n").replace("\0", "")
    text = html.unescape(raw) if "&" in raw else raw
    return text[1:] if eat_newline and text.startswith("\n") else text


def count_words(text: str) -> int:
    """Words as a reader would count them; each character of a script without spaces (Chinese, Thai) is one."""
    return sum(1 for _ in COUNTED_WORD.finditer(text))


def to_utf16(text: str, offset: int) -> int:
    """The offset in UTF-16 units, as JavaScript counts, of an offset in code points."""
    return offset + sum(1 for character in text[:offset] if character > "\uffff")


def from_utf16(text: str, offset: int) -> int:
    """The offset in code points of an offset in UTF-16 units; one inside a surrogate pair counts as its start."""
    units = 0
    for index, character in enumerate(text):
        width = 2 if character > "\uffff" else 1
        if units + width > offset:
            return index
        units += width
    return len(text)

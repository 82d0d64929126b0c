"""Markdown as people and pandoc indent it, re-indented as Python-Markdown reads it.

Python-Markdown wants what belongs to a list item exactly four columns in; everyone else indents to where the item's
own words begin. Fenced code is taken out here too, since Python-Markdown knows it at the left margin only.
"""

import re
from collections.abc import Callable

ITEM = re.compile(r"(?:[*+-]|\d{1,9}[.)])(?:(?P<gap>[ ]+)(?=\S)|$)")
# A footnote's or a definition's further lines are four columns in, whatever its marker's width.
WIDE_ITEM = re.compile(r"\[\^[^\]]+\]:|:[ ]{1,3}(?=\S)")
FENCE = re.compile(r"(?P<fence>`{3,}|~{3,})[ ]*(?P<language>[^`]*)$")
RULE = re.compile(r"(?:[*][ ]*){3,}$|(?:-[ ]*){3,}$|(?:_[ ]*){3,}$")
DEEPEST = 40


class TooDeep(ValueError):
    """Lists and quotations stand in one another deeper than anyone writes."""


def reindent(lines: list[str], store_code: Callable[[str], str], depth: int = 0) -> list[str]:
    """The lines with list contents at multiples of four columns and each fenced block replaced.

    `store_code(code)` keeps the lines of a fenced block and returns what stands for it. Raises TooDeep.
    """
    if depth > DEEPEST:
        raise TooDeep
    out: list[str] = []
    columns: list[int] = []  # where the contents of each open item begin
    index = 0
    after_blank = True
    paragraph = False  # the lines since the last blank one began as plain words
    while index < len(lines):
        line = lines[index]
        body = line.lstrip(" ")
        indent = len(line) - len(body)
        if not body:
            out.append("")
            after_blank, paragraph = True, False
            index += 1
            continue
        marker = _marker(body)
        listed = bool(columns)
        # A line that continues a paragraph may stand further left than its item ("lazy").
        if after_blank or marker or FENCE.match(body):
            while columns and indent < columns[-1]:
                columns.pop()
        base = columns[-1] if columns else 0
        inner = max(0, indent - base)
        margin = "    " * len(columns)
        fence = FENCE.match(body) if inner < 4 else None
        if fence:
            index, code = _fenced(lines, index, fence["fence"], indent)
            out.extend(["", margin + store_code(code), ""])
            after_blank = True
            continue
        if body.startswith(">") and inner < 4:
            index, quoted = _quoted(lines, index)
            inside = "\n".join(reindent(quoted, store_code, depth + 1)).strip("\n").split("\n")
            out.extend(margin + "> " + each for each in inside)
            after_blank = False
            continue
        if marker and inner < 4:
            if paragraph and listed:
                out.append("")  # Python-Markdown would read the item as more of that paragraph
            paragraph = False
            out.append(margin + body)
            columns.append(indent + marker)
            if len(columns) > DEEPEST:
                raise TooDeep
        else:
            paragraph = paragraph or after_blank
            out.append(margin + " " * inner + body)
        after_blank = False
        index += 1
    return out


def _marker(body: str) -> int:
    """How many columns after its first the contents of this item begin; 0 where the line begins no item."""
    if RULE.match(body):
        return 0
    item = ITEM.match(body)
    if item:
        gap = len(item["gap"] or " ")
        return len(item[0]) if gap < 5 else len(item[0]) - gap + 1
    return 4 if WIDE_ITEM.match(body) else 0


def _fenced(lines: list[str], index: int, fence: str, indent: int) -> tuple[int, str]:
    """The line after the fenced block that begins at `index`, and its code. One left open runs to the end."""
    code: list[str] = []
    index += 1
    while index < len(lines):
        body = lines[index].strip(" ")
        if body.startswith(fence) and not body.strip(fence[0]):
            return index + 1, "\n".join(code)
        own = len(lines[index]) - len(lines[index].lstrip(" "))
        code.append(lines[index][min(indent, own) :])
        index += 1
    return index, "\n".join(code)


def _quoted(lines: list[str], index: int) -> tuple[int, list[str]]:
    """The line after the quotation that begins at `index`, and its lines without their marks."""
    quoted: list[str] = []
    while index < len(lines):
        body = lines[index].lstrip(" ")
        if not body:
            break
        quoted.append(body[2:] if body.startswith("> ") else body[1:] if body.startswith(">") else body)
        index += 1
    return index, quoted

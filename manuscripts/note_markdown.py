"""The light Markdown of notes, read in one pass whose cost grows with the length alone."""

import html
import re

FENCE = re.compile(r"\s{0,3}(`{3,}|~{3,})[^`]*$")
BULLET = re.compile(r"\s{0,3}[*+-][ \t]+(?=\S)")
NUMBER = re.compile(r"\s{0,3}\d{1,9}[.)][ \t]+(?=\S)")
# Each alternative begins with its own character and stops at the next such one: no text is read twice.
SPAN = re.compile(
    r"\\(?P<escaped>[\\`*_\[\]()#+.!~>-])"
    r"|`(?P<code>[^`\n]+)`"
    r"|\[(?P<words>[^\[\]\n]+)\]\((?P<target>(?:https?://|mailto:)[^\s()<>\[\]]+)\)"
    r"|(?P<address>\bhttps?://[^\s<>\"'`\[\]*()]+)"
    r"|(?P<mark>\*{1,3}|_{1,3})",
    re.IGNORECASE,
)
TAGS = {1: ("<em>", "</em>"), 2: ("<strong>", "</strong>"), 3: ("<strong><em>", "</em></strong>")}
MOST_OPEN = 8  # emphasis in emphasis; more is no emphasis


def note_html(body: str) -> str:
    """HTML of a note's Markdown, not yet sanitised. A single newline is kept as a line break."""
    out: list[str] = []
    lines = body.split("\n")
    index = 0
    while index < len(lines):
        line = lines[index]
        fence = FENCE.match(line)
        if not line.strip():
            index += 1
        elif fence:
            index = _code(lines, index + 1, fence.group(1), out)
        elif BULLET.match(line):
            index = _list(lines, index, BULLET, "ul", out)
        elif NUMBER.match(line):
            index = _list(lines, index, NUMBER, "ol", out)
        else:
            index = _paragraph(lines, index, out)
    return "\n".join(out)


def _code(lines: list[str], index: int, fence: str, out: list[str]) -> int:
    first = index
    while index < len(lines) and not lines[index].strip().startswith(fence):
        index += 1
    out.append("<pre><code>" + html.escape("\n".join(lines[first:index])) + "\n</code></pre>")
    return index + 1


def _list(lines: list[str], index: int, marker: re.Pattern[str], tag: str, out: list[str]) -> int:
    out.append(f"<{tag}>")
    while index < len(lines):
        item = marker.match(lines[index])
        if not item:
            break
        words = [lines[index][item.end() :]]
        index += 1
        while index < len(lines) and _continues(lines[index]):
            words.append(lines[index].strip())
            index += 1
        out.append(f"<li>{inline_html(chr(10).join(words))}</li>")
    out.append(f"</{tag}>")
    return index


def _paragraph(lines: list[str], index: int, out: list[str]) -> int:
    words: list[str] = []
    while index < len(lines) and _continues(lines[index]):
        words.append(lines[index].strip())
        index += 1
    out.append(f"<p>{inline_html(chr(10).join(words))}</p>")
    return index


def _continues(line: str) -> bool:
    return bool(line.strip()) and not (FENCE.match(line) or BULLET.match(line) or NUMBER.match(line))


def inline_html(text: str) -> str:
    """HTML of one paragraph's words: code, links, addresses, emphasis."""
    out: list[str] = []
    marks: list[tuple[str, int]] = []  # open emphasis: its mark, and where it stands in `out`
    position = 0
    for match in SPAN.finditer(text):
        out.append(_escape(text[position : match.start()]))
        position = match.end()
        if match["escaped"]:
            out.append(html.escape(match["escaped"]))
        elif match["code"]:
            out.append(f"<code>{html.escape(match['code'])}</code>")
        elif match["words"]:
            out.append(_link(match["target"], match["words"]))
        elif match["address"]:
            address = match["address"].rstrip(".,;:!?")
            out.append(_link(address, address))
            position = match.start() + len(address)
        else:
            _emphasise(match, text, out, marks)
    out.append(_escape(text[position:]))
    return "".join(out)


def _emphasise(match: re.Match[str], text: str, out: list[str], marks: list[tuple[str, int]]) -> None:
    mark = match["mark"]
    before = text[match.start() - 1 : match.start()]
    after = text[match.end() : match.end() + 1]
    in_word = mark[0] == "_" and before.isalnum() and after.isalnum()
    out.append(mark)
    if in_word:
        return
    if before.strip():
        for depth in range(len(marks) - 1, -1, -1):
            if marks[depth][0] == mark:
                out[marks[depth][1]], out[-1] = TAGS[len(mark)]
                del marks[depth:]
                return
    if after.strip() and len(marks) < MOST_OPEN:
        marks.append((mark, len(out) - 1))


def _link(target: str, words: str) -> str:
    return f'<a href="{html.escape(target)}">{html.escape(words)}</a>'


def _escape(text: str) -> str:
    return html.escape(text).replace("\n", "<br>\n")

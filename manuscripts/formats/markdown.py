"""Pandoc's syntax tree as the blocks and the Markdown that Widemargin reads.

Pandoc's own Markdown is not used: Python-Markdown cannot read its attributes, spans, grid tables or escapes. What
has no form in our subset keeps its words: a complex table becomes a simple one, a heading inside a list bold.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from . import escape
from .blocks import NOTE, Block

Node = dict[str, Any]
Inlines = list[Any]
RAISED = str.maketrans("0123456789+-=()ni", "⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻⁼⁽⁾ⁿⁱ")
LOWERED = str.maketrans("0123456789+-=()", "₀₁₂₃₄₅₆₇₈₉₊₋₌₍₎")
MARKS = {"Emph": ("*", "_"), "Strong": ("**", "__"), "Strikeout": ("~~", "~~")}
QUOTES = {"SingleQuote": ("‘", "’"), "DoubleQuote": ("“", "”")}
LISTS = ("BulletList", "OrderedList")
SEE_THROUGH = {"Underline", "SmallCaps"}


class Writer:
    """Writes one document. `place_image(target, alt)` answers with an image's SHA-256, or None to leave it out."""

    def __init__(self, place_image: Callable[[str], str | None]) -> None:
        self.place_image = place_image
        self.dropped_raw = 0
        self._notes: list[str] = []
        self._images: list[str] = []

    # blocks

    def blocks(self, nodes: Iterable[Node]) -> Iterable[Block]:
        """The top-level blocks, with wrappers opened."""
        for node in nodes:
            kind, content = _parts(node)
            if kind == "Div":
                yield from self.blocks(content[1])
                continue
            self._notes, self._images = [], []
            block = self._block(kind, content, node)
            if block is None:
                continue
            block.notes, block.images = self._notes, self._images
            if block.plain.strip() or block.markdown.strip():
                yield block

    def _block(self, kind: str, content: Any, node: Node) -> Block | None:
        if kind == "Header":
            level, attr, inlines = content
            attributes = dict(attr[2])
            text = self.inlines(inlines).replace("  \n", " ").strip()
            return Block("heading", plain(inlines).strip(), text, min(level, 6), attributes)
        if kind in ("Para", "Plain"):
            return self._paragraph(content)
        if kind == "RawBlock":
            self.dropped_raw += bool(content[1].strip()) and not content[1].lstrip().startswith("<!--")
            return None
        markdown = "\n".join(self._nested(node))
        names = {
            "BulletList": "list", "OrderedList": "list", "BlockQuote": "quote", "CodeBlock": "code",
            "Table": "table", "Figure": "image", "HorizontalRule": "rule", "DefinitionList": "definitions",
            "LineBlock": "paragraph",
        }  # fmt: skip
        return Block(names.get(kind, "paragraph"), plain_blocks([node]).strip(), markdown)

    def _paragraph(self, inlines: Inlines) -> Block:
        solid = [part for part in inlines if part != " " and not (isinstance(part, dict) and part["t"] == "LineBreak")]
        kinds = {part["t"] for part in solid if isinstance(part, dict)}
        text = plain(inlines).strip()
        markdown = escape.paragraph(self.inlines(inlines).strip())
        bold = bool(solid) and all(isinstance(part, dict) and _is_bold(part) for part in solid)
        kind = "paragraph"
        if kinds == {"Image"} and len(solid) == 1:
            kind = "image"
        elif len(solid) == 1 and kinds == {"Math"}:
            kind = "maths"
        return Block(kind, text, markdown, bold=bold)

    def _nested(self, node: Node) -> list[str]:
        """A block inside another as lines of Markdown, without blank lines around it."""
        kind, content = _parts(node)
        if kind in ("Para", "Plain"):
            return escape.paragraph(self.inlines(content).strip()).split("\n")
        if kind == "Header":
            return [f"**{text}**"] if (text := self.inlines(content[2], inside="Strong").strip()) else []
        if kind == "LineBlock":
            return escape.paragraph("  \n".join(self.inlines(line).strip() for line in content)).split("\n")
        if kind == "CodeBlock":
            return _code(content[1])
        if kind == "BlockQuote":
            return [f"> {line}".rstrip() for line in self._sequence(content)]
        if kind == "BulletList":
            return self._items(content, lambda i: "-")
        if kind == "OrderedList":
            start = content[0][0]
            return self._items(content[1], lambda i: f"{max(start, 0) + i}.")
        if kind == "DefinitionList":
            return self._definitions(content)
        if kind == "Table":
            return self._table(content)
        if kind == "Figure":
            return self._figure(content)
        if kind == "HorizontalRule":
            return ["---"]
        if kind == "Div":
            return self._sequence(content[1])
        self.dropped_raw += kind == "RawBlock"
        return []

    def _sequence(self, nodes: list[Node], tight: bool = False) -> list[str]:
        lines: list[str] = []
        before = ""
        for node in nodes:
            made = self._nested(node)
            if not any(line.strip() for line in made):
                continue
            if lines and not (tight and node["t"] in LISTS):
                lines.append("")
                if node["t"] in LISTS and before in LISTS:
                    lines.extend(["<!-- -->", ""])
            before = node["t"]
            lines.extend(made)
        return lines

    def _items(self, items: list[list[Node]], mark: Callable[[int], str]) -> list[str]:
        tight = all(block["t"] != "Para" for item in items for block in item)
        lines: list[str] = []
        for index, item in enumerate(items):
            made = self._sequence(item, tight) or [""]
            if lines and not tight:
                lines.append("")
            lines.append(f"{mark(index):<4}{made[0]}".rstrip() if made[0] else mark(index) + " ")
            lines.extend(("    " + line).rstrip() for line in made[1:])
        return lines

    def _definitions(self, items: list[Any]) -> list[str]:
        lines: list[str] = []
        for term, definitions in items:
            if lines:
                lines.append("")
            lines.append(escape.paragraph(self.inlines(term).replace("  \n", " ").strip()) or "\u00a0")
            for definition in definitions:
                made = self._sequence(definition) or [""]
                lines.append(":   " + made[0])
                lines.extend(("    " + line).rstrip() for line in made[1:])
        return lines

    def _figure(self, content: Any) -> list[str]:
        _attr, caption, body = content
        lines = self._sequence(body)
        words = plain_blocks(caption[1]).strip()
        if words and words != plain_blocks(body).strip():
            lines = [*lines, "", *self._sequence(caption[1])] if lines else self._sequence(caption[1])
        return lines

    def _table(self, content: Any) -> list[str]:
        """A pipe table: spans leave blank cells, blocks in a cell are joined by a space."""
        _attr, caption, specs, head, bodies, foot = content
        width = len(specs)
        rows = self._rows(head[1], width)
        body = [row for one in bodies for row in self._rows([*one[2], *one[3]], width)]
        body += self._rows(foot[1], width)
        first, rest = (rows[0], [*rows[1:], *body]) if rows else ([""] * width, body)
        if width == 0:
            return []
        rules = [
            {"AlignLeft": ":---", "AlignRight": "---:", "AlignCenter": ":---:"}.get(s[0]["t"], "---") for s in specs
        ]
        lines = [f"| {' | '.join(row)} |" for row in [first, rules, *rest]]
        if plain_blocks(caption[1]).strip():
            lines += ["", *self._sequence(caption[1])]
        return lines

    def _rows(self, rows: list[Any], width: int) -> list[list[str]]:
        grid: list[list[str]] = []
        held = [0] * width  # rows for which a cell from above still covers the column
        for row in rows:
            line = [""] * width
            column = 0
            for _attr, _align, rowspan, colspan, blocks in row[1]:
                while column < width and held[column]:
                    column += 1
                if column >= width:
                    line[-1] = f"{line[-1]} {self._cell(blocks)}".strip()
                    continue
                line[column] = self._cell(blocks)
                for covered in range(column, min(width, column + colspan)):
                    held[covered] = rowspan
                column += colspan
            held = [max(0, n - 1) for n in held]
            grid.append(line)
        return grid

    def _cell(self, nodes: list[Node]) -> str:
        parts: list[str] = []
        for node in nodes:
            kind, content = _parts(node)
            if kind in ("Para", "Plain"):
                parts.append(self.inlines(content, cell=True))
            elif kind == "CodeBlock":
                parts.append(escape.code_span(content[1]))
            else:
                parts.append(" ".join(self._cell(inner) for inner in _children(node)))
        return " ".join(" ".join(part.replace("  \n", " ").split("\n")).strip() for part in parts if part.strip())

    # inlines

    def inlines(self, nodes: Inlines, inside: str = "", cell: bool = False) -> str:
        """Inline Markdown; `  \\n` stands for a line break."""
        out: list[str] = []
        run: list[str] = []
        nodes = _joined(nodes)
        for index, node in enumerate(nodes):
            if isinstance(node, str):
                run.append(node)
                continue
            self._flush(run, out, cell)
            following = nodes[index + 1] if index + 1 < len(nodes) else ""
            out.append(self._inline(node, inside, cell, out[-1][-1:] if out else "", following))
        self._flush(run, out, cell)
        return "".join(out)

    def _flush(self, run: list[str], out: list[str], cell: bool) -> None:
        if run:
            text = escape.inline(escape.clean("".join(run)).replace("\t", " ").replace("\r", " ").replace("\n", " "))
            out.append(text.replace("|", "\\|") if cell else text)
            run.clear()

    def _inline(self, node: Node, inside: str, cell: bool, before: str, following: Any) -> str:
        kind, content = _parts(node)
        if kind in MARKS:
            return self._marked(kind, content, inside, cell, before, following)
        if kind in SEE_THROUGH:
            return self.inlines(content, inside, cell)
        if kind == "Span":
            return self.inlines(content[1], inside, cell)
        if kind == "Cite":
            return self.inlines(content[1], inside, cell)
        if kind in ("Superscript", "Subscript"):
            return self.inlines([_script(kind, content)] if _script(kind, content) else content, inside, cell)
        if kind == "Quoted":
            left, right = QUOTES[content[0]["t"]]
            return left + self.inlines(content[1], inside, cell) + right
        if kind == "Code":
            return escape.code_span(escape.clean(content[1]))
        if kind == "Math":
            return _maths(content)
        if kind == "LineBreak":
            return " " if cell else "  \n"
        if kind == "Link":
            return self._link(content, inside, cell)
        if kind == "Image":
            return self._image(content, cell)
        if kind == "Note":
            return self._note(content)
        if kind == "RawInline":
            if content[1].strip().lower() in ("<br>", "<br/>", "<br />"):
                return " " if cell else "  \n"
            self.dropped_raw += not content[1].startswith("<!--")
        return ""

    def _marked(self, kind: str, content: Inlines, inside: str, cell: bool, before: str, following: Any) -> str:
        if kind in inside.split():
            return self.inlines(content, inside, cell)
        text = self.inlines(content, f"{inside} {kind}", cell)
        core = text.strip().removesuffix("  \n")
        if not core:
            return text
        at = text.find(core)
        lead, tail = text[:at], text[at + len(core) :]
        after = tail or plain([following])[:1]
        star, under = MARKS[kind]
        edges = (lead or before)[-1:], after[:1]
        # Nested emphasis needs two different marks, but `_` counts only at the edge of a word.
        mark = under if inside and not any(edge.isalnum() or edge == "_" for edge in edges) else star
        return f"{lead}{mark}{core}{mark}{tail}"

    def _link(self, content: Any, inside: str, cell: bool) -> str:
        _attr, inlines, (url, _title) = content
        text = self.inlines(inlines, inside, cell)
        target = escape.link_target(url)
        return f"[{text}]({target})" if target and text.strip() else text

    def _image(self, content: Any, cell: bool) -> str:
        _attr, inlines, (target, _title) = content
        alt = escape.inline(escape.clean(" ".join(plain(inlines).split())))
        alt = alt.replace("|", "\\|") if cell else alt
        sha = self.place_image(target)
        if sha is None:
            return f"*{alt}*" if alt.strip() else ""
        self._images.append(sha)
        return f"![{alt}](image:{sha})"

    def _note(self, nodes: list[Node]) -> str:
        kept, self._notes = self._notes, []
        made = "\n".join(self._sequence(nodes)).strip()
        self._notes = kept
        if not made:
            return ""
        self._notes.append(made)
        return f"[^{NOTE}{len(self._notes) - 1}]"


def _parts(node: Node) -> tuple[str, Any]:
    """A node's kind and its content."""
    return node["t"], node.get("c")


def _joined(nodes: Inlines) -> Inlines:
    """Neighbours under the same mark as one: `*a**b*` is read as something else, and a letter after it is lost."""
    joined: Inlines = []
    for node in nodes:
        last = joined[-1] if joined else None
        if isinstance(node, str) or node["t"] not in MARKS:
            joined.append(node)
        elif isinstance(last, dict) and last["t"] == node["t"]:
            last["c"].extend(node["c"])
        else:
            joined.append({"t": node["t"], "c": list(node["c"])})
    return joined


def _is_bold(node: Node) -> bool:
    if node["t"] == "Strong":
        return True
    inner: Any = node.get("c")
    if node["t"] in SEE_THROUGH or node["t"] == "Emph":
        return bool(inner) and all(part == " " or (isinstance(part, dict) and _is_bold(part)) for part in inner)
    if node["t"] == "Span":
        return bool(inner[1]) and all(part == " " or (isinstance(part, dict) and _is_bold(part)) for part in inner[1])
    return False


def _script(kind: str, content: Inlines) -> str:
    text, table = plain(content), RAISED if kind == "Superscript" else LOWERED
    return text.translate(table) if text and all(ord(char) in table for char in text) else ""


def _maths(content: Any) -> str:
    source = " ".join(escape.clean(content[1]).replace("$", "").split())
    if not source:
        return ""
    return f"$${source}$$" if content[0]["t"] == "DisplayMath" else f"${source}$"


def _code(text: str) -> list[str]:
    lines = escape.clean(text).expandtabs(4).split("\n")
    fence = "```"
    while any(line.strip().startswith(fence) for line in lines):
        fence += "`"
    return [fence, *lines, fence]


def _children(node: Node) -> list[list[Node]]:
    """The lists of blocks inside a block, for where only their words count."""
    kind, content = _parts(node)
    if kind == "BlockQuote":
        return [content]
    if kind == "BulletList":
        return list(content)
    if kind == "OrderedList":
        return list(content[1])
    if kind == "DefinitionList":
        return [part for term, defs in content for part in ([{"t": "Plain", "c": term}], *defs)]
    if kind == "Div":
        return [content[1]]
    if kind == "Figure":
        caption = content[1][1]
        same = plain_blocks(caption).strip() == plain_blocks(content[2]).strip()
        return [content[2]] if same else [content[2], caption]
    if kind == "Header":
        return [[{"t": "Plain", "c": content[2]}]]
    if kind == "LineBlock":
        return [[{"t": "Plain", "c": line}] for line in content]
    if kind == "Table":
        _attr, caption, _specs, head, bodies, foot = content
        rows = [*head[1], *(row for body in bodies for row in (*body[2], *body[3])), *foot[1]]
        return [cell[4] for row in rows for cell in row[1]] + [caption[1]]
    return []


def plain(nodes: Inlines) -> str:
    """The words of inlines, footnotes left out."""
    parts: list[str] = []
    for node in nodes:
        if isinstance(node, str):
            parts.append(node)
            continue
        kind, content = _parts(node)
        if kind in MARKS or kind in SEE_THROUGH or kind in ("Superscript", "Subscript"):
            parts.append(plain(content))
        elif kind in ("Span", "Cite", "Link", "Image"):
            parts.append(plain(content[1]))
        elif kind == "Quoted":
            left, right = QUOTES[content[0]["t"]]
            parts.append(left + plain(content[1]) + right)
        elif kind in ("Code", "Math"):
            parts.append(content[1])
        elif kind == "LineBreak":
            parts.append("\n")
    return escape.clean("".join(parts))


def plain_blocks(nodes: Iterable[Node]) -> str:
    """The words of blocks, one block a line."""
    lines = []
    for node in nodes:
        kind, content = _parts(node)
        if kind in ("Para", "Plain"):
            lines.append(plain(content))
        elif kind == "CodeBlock":
            lines.append(escape.clean(content[1]))
        else:
            lines.extend(plain_blocks(inner) for inner in _children(node))
    return "\n".join(line for line in lines if line)

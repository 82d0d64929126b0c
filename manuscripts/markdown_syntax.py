"""The Markdown of a manuscript: Python-Markdown with a fixed set of extensions, raw HTML shown as text."""

import html
import re
import xml.etree.ElementTree as etree
from typing import Any

from markdown import Markdown
from markdown.blockprocessors import BlockProcessor
from markdown.extensions import Extension
from markdown.extensions.abbr import AbbrExtension
from markdown.extensions.def_list import DefListExtension
from markdown.extensions.footnotes import FN_BACKLINK_TEXT, NBSP_PLACEHOLDER, FootnoteExtension
from markdown.extensions.sane_lists import SaneListExtension
from markdown.extensions.tables import TableExtension
from markdown.inlinepatterns import InlineProcessor, SimpleTagInlineProcessor
from markdown.preprocessors import Preprocessor
from markdown.treeprocessors import Treeprocessor
from markdown.util import AtomicString

from manuscripts.list_indents import reindent
from manuscripts.sanitising import IMAGE

# As pandoc reads them: no blank after the opening dollar or before the closing one, no digit after that.
DISPLAY_MATHS = r"(?<!\\)\$\$([^$]+?)\$\$"
INLINE_MATHS = r"(?<![\\$])\$(?![\s$])((?:\\.|[^$\\])+?)(?<!\s)\$(?![\d$])"
STRIKEOUT = r"(~~)(?!\s)(.+?)(?<!\s)~~"
EMPHASIS = re.compile(r"(\*{1,3})(\S(?:[^*]*\S)?)\1")
LONGEST_FORMULA = 5_000


def make_markdown() -> Markdown:
    """A converter for section texts. `reset()` it between texts, and set `md.id_prefix` before each."""
    return Markdown(
        extensions=[
            TableExtension(use_align_attribute=True),
            FootnoteExtension(USE_DEFINITION_ORDER=False),
            DefListExtension(),
            AbbrExtension(),
            SaneListExtension(),
            ManuscriptExtension(),
        ],
        output_format="html",
    )


class ManuscriptExtension(Extension):
    """No raw HTML; fenced code anywhere, strikeout and maths; footnotes, images and alignment in our markup."""

    def extendMarkdown(self, md: Markdown) -> None:
        md.preprocessors.deregister("html_block")
        md.inlinePatterns.deregister("html")
        md.ESCAPED_CHARS.extend(char for char in "$~<|^:" if char not in md.ESCAPED_CHARS)
        md.preprocessors.register(Reindent(md), "reindent", 25)
        md.parser.blockprocessors.register(ListSeparator(md.parser), "list_separator", 95)
        md.inlinePatterns.register(Maths(DISPLAY_MATHS, md, "block"), "display_maths", 188)
        md.inlinePatterns.register(Maths(INLINE_MATHS, md, "inline"), "inline_maths", 187)
        md.inlinePatterns.register(SimpleTagInlineProcessor(STRIKEOUT, "del"), "strikeout", 55)
        # After every other tree processor (the lowest, unescape, has 0).
        md.treeprocessors.register(OwnMarkup(md), "own_markup", -10)


class Reindent(Preprocessor):
    """Lists indented as Python-Markdown reads them; each fenced block kept aside as HTML."""

    def run(self, lines: list[str]) -> list[str]:
        def store(code: str) -> str:
            return self.md.htmlStash.store(f"<pre><code>{html.escape(code)}\n</code></pre>")

        return reindent(lines, store)


class ListSeparator(BlockProcessor):
    """What pandoc writes to keep two lists apart: a comment or a lone space. It shows as nothing."""

    def test(self, parent: etree.Element, block: str) -> bool:
        # Indented ones belong to a list item, whose own blocks come back here without their indent.
        return block.rstrip() in ("<!-- -->", "&nbsp;")

    def run(self, parent: etree.Element, blocks: list[str]) -> None:
        blocks.pop(0)
        etree.SubElement(parent, "separator")


class Maths(InlineProcessor):
    """TeX between dollars as MathML; what cannot be converted stays readable as its source."""

    def __init__(self, pattern: str, md: Markdown, display: str) -> None:
        super().__init__(pattern, md)
        self.display = display

    def handleMatch(  # type: ignore[override]
        self, match: re.Match[str], data: str
    ) -> tuple[etree.Element, int, int]:
        holder = etree.Element("span", {"class": "formula"})
        holder.text = AtomicString(self.md.htmlStash.store(formula(match.group(1).strip(), self.display)))
        return holder, match.start(0), match.end(0)


def formula(source: str, display: str) -> str:
    """MathML for a TeX formula; its source as code where there is none. `display` is block or inline."""
    # Its tables take half of the start of a process that renders, and few texts have a formula.
    from latex2mathml.converter import convert as mathml

    try:
        if len(source) > LONGEST_FORMULA:
            raise ValueError("too long")
        converted = mathml(source, display=display)
        etree.fromstring(converted)
    except Exception:
        return f'<code class="math">{html.escape(source)}</code>'
    return converted


class OwnMarkup(Treeprocessor):
    """Footnotes without text of their own, figures with captions, alignment as classes, prefixed ids."""

    def run(self, root: etree.Element) -> None:
        self.prefix: str = getattr(self.md, "id_prefix", "")
        self.numbers = self._number_notes(root)
        self._walk(root)

    def _number_notes(self, root: etree.Element) -> dict[str, int]:
        """The number of each footnote by the id Python-Markdown gave it, in the order in which they are first called.

        Python-Markdown numbers what stands in tables after everything else; the notes are put in our order.
        """
        section = next((each for each in root.iter("div") if each.get("class") == "footnote"), None)
        notes = section.find("ol") if section is not None else None
        if notes is None:
            return {}
        items = {item.get("id", ""): item for item in notes}
        called = [(link.get("href") or "")[1:] for link in root.iter("a") if link.get("class") == "footnote-ref"]
        order = [name for name in dict.fromkeys([*called, *items]) if name in items]
        notes[:] = [items[name] for name in order]
        return {name: number for number, name in enumerate(order, start=1)}

    def _walk(self, element: etree.Element) -> None:
        for child in list(element):
            if child.tag == "separator":
                _remove(element, child)
                continue
            if child.tag == "div" and child.get("class") == "footnote":
                self._footnotes(child)
            elif child.tag == "sup":
                self._reference(child)
            elif child.tag == "img":
                _replace(element, child, _inline_figure(child))
                continue
            elif child.tag == "p" and _only_image(child):
                _make_figure(child)
                continue
            elif child.tag in ("td", "th") and child.get("align"):
                child.set("class", child.attrib.pop("align"))
            elif child.tag == "a" and child.get("class") == "footnote-backref":
                self._back_link(child)
            self._walk(child)

    def _reference(self, sup: etree.Element) -> None:
        link = sup.find("a")
        number = self.numbers.get((link.get("href") or "")[1:]) if link is not None else None
        if link is None or number is None:
            return
        sup.set("id", self._reference_id(sup.get("id", ""), number))
        sup.set("class", "fn")
        link.text = None
        link.attrib.clear()
        link.attrib.update(
            {
                "class": "fn-ref",
                "href": f"#{self.prefix}fn-{number}",
                "role": "doc-noteref",
                "data-n": str(number),
                "aria-label": f"[{number}]",
            }
        )

    def _reference_id(self, old: str, number: int) -> str:
        again = re.match(r"fnref(\d*):", old)
        return f"{self.prefix}fnref{again.group(1) if again else ''}-{number}"

    def _back_link(self, link: etree.Element) -> None:
        old = (link.get("href") or "#")[1:]
        number = self.numbers.get(re.sub(r"^fnref\d*:", "fn:", old), 0)
        link.text = None
        link.attrib.clear()
        link.attrib.update(
            {
                "class": "fn-back",
                "href": "#" + self._reference_id(old, number),
                "role": "doc-backlink",
                "aria-label": f"↑ {number}",
            }
        )

    def _footnotes(self, section: etree.Element) -> None:
        section.tag = "section"
        section.attrib.clear()
        section.attrib.update({"class": "footnotes", "role": "doc-endnotes"})
        rule = section.find("hr")
        if rule is not None:
            section.remove(rule)
        for number, item in enumerate(section.iterfind("ol/li"), start=1):
            item.set("id", f"{self.prefix}fn-{number}")
            for part in item.iter():
                for name in ("text", "tail"):
                    value = getattr(part, name)
                    if value and (NBSP_PLACEHOLDER in value or FN_BACKLINK_TEXT in value):
                        setattr(part, name, value.replace(NBSP_PLACEHOLDER, "").replace(FN_BACKLINK_TEXT, ""))


def _remove(parent: etree.Element, child: etree.Element) -> None:
    parent.remove(child)


def _replace(parent: etree.Element, old: etree.Element, new: etree.Element) -> None:
    new.tail = old.tail
    parent[list(parent).index(old)] = new


def _blank(text: str | None) -> bool:
    return not text or not text.strip()


def _only_image(paragraph: etree.Element) -> bool:
    return len(paragraph) == 1 and paragraph[0].tag == "img" and _blank(paragraph.text) and _blank(paragraph[0].tail)


def _picture(image: etree.Element) -> etree.Element | None:
    """The image without its words, or None where its source is not one of the manuscript's own images."""
    if not IMAGE.match(image.get("src", "")):
        return None
    return etree.Element("img", {"src": image.get("src", ""), "alt": ""})


def _make_figure(paragraph: etree.Element) -> None:
    image = paragraph[0]
    _fill_figure(paragraph, "figure", image, "figcaption", {})


def _inline_figure(image: etree.Element) -> etree.Element:
    figure = etree.Element("span", {"class": "inline-figure"})
    _fill_figure(figure, "span", image, "span", {"class": "caption"})
    return figure


def _fill_figure(
    holder: etree.Element, tag: str, image: etree.Element, caption_tag: str, caption: dict[str, Any]
) -> None:
    holder.tag = tag
    holder.text = None
    for child in list(holder):
        holder.remove(child)
    picture = _picture(image)
    if picture is None:
        holder.set("class", "no-image")
    else:
        holder.append(picture)
    words = EMPHASIS.sub(r"\2", image.get("alt", "")).strip()
    if words:
        etree.SubElement(holder, caption_tag, caption).text = words

"""Text that its author does not show: hidden runs, deleted rows, notes to oneself. It must not reach readers."""

from __future__ import annotations

import re

from lxml import etree, html

W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
TEXT = "{urn:oasis:names:tc:opendocument:xmlns:text:1.0}"
STYLE = "{urn:oasis:names:tc:opendocument:xmlns:style:1.0}"
OFFICE = "{urn:oasis:names:tc:opendocument:xmlns:office:1.0}"
OFF = {"0", "false", "off"}
NOT_SHOWN = re.compile(r"display\s*:\s*none|visibility\s*:\s*hidden", re.IGNORECASE)
MAYBE_HIDDEN = re.compile(rb"hidden|display\s*:\s*none", re.IGNORECASE)


def _vanishes(properties: etree._Element | None) -> bool | None:
    """Whether run properties hide the run; None where they do not say."""
    mark = properties.find(f"{W}vanish") if properties is not None else None
    if mark is None:
        return None
    return mark.get(f"{W}val", "1") not in OFF


def hidden_styles(styles: etree._Element) -> set[str]:
    """Ids of the Word styles that hide text, by themselves or by the style they are based on."""
    said: dict[str, bool | None] = {}
    based: dict[str, str] = {}
    for style in styles.iter(f"{W}style"):
        key = style.get(f"{W}styleId", "")
        said[key] = _vanishes(style.find(f"{W}rPr"))
        parent = style.find(f"{W}basedOn")
        based[key] = parent.get(f"{W}val", "") if parent is not None else ""
    hidden = set()
    for key in said:
        at, seen = key, set()
        while at in said and at not in seen and said[at] is None:
            seen.add(at)
            at = based[at]
        if said.get(at):
            hidden.add(key)
    return hidden


def _style(properties: etree._Element | None, tag: str) -> str:
    mark = properties.find(f"{W}{tag}") if properties is not None else None
    return mark.get(f"{W}val", "") if mark is not None else ""


def hidden_in_word(tree: etree._Element, styles: set[str]) -> int:
    """Remove hidden runs and deleted table rows from a part of a Word file, in place; how many."""
    gone = []
    for run in tree.iter(f"{W}r"):
        properties = run.find(f"{W}rPr")
        hidden = _vanishes(properties)
        if hidden is None:
            hidden = _style(properties, "rStyle") in styles
            paragraph = next(run.iterancestors(f"{W}p"), None) if styles and not hidden else None
            if paragraph is not None:
                hidden = _style(paragraph.find(f"{W}pPr"), "pStyle") in styles
        if hidden and run.find(f"{W}fldChar") is None:
            gone.append(run)
    gone.extend(row for row in tree.iter(f"{W}tr") if row.find(f"{W}trPr/{W}del") is not None)
    for element in gone:
        parent = element.getparent()
        if parent is not None:
            parent.remove(element)
    return len(gone)


def hidden_in_odt(content: etree._Element, styles: etree._Element | None) -> int:
    """Remove hidden text, tracked deletions and annotations from an OpenDocument text, in place; how many hidden."""
    for tag in (f"{TEXT}tracked-changes", f"{OFFICE}annotation"):
        for element in list(content.iter(tag)):
            _remove(element)
    names = {
        style.get(f"{STYLE}name")
        for tree in (content, styles)
        if tree is not None
        for style in tree.iter(f"{STYLE}style")
        if any(p.get(f"{TEXT}display") == "none" for p in style.iter(f"{STYLE}text-properties"))
    }
    gone = list(content.iter(f"{TEXT}hidden-text", f"{TEXT}hidden-paragraph"))
    gone += [
        element
        for element in content.iter(f"{TEXT}span", f"{TEXT}p", f"{TEXT}h", f"{TEXT}section")
        if element.get(f"{TEXT}style-name") in names or element.get(f"{TEXT}display") == "none"
    ]
    for element in gone:
        _remove(element.getparent() if element.tag == f"{TEXT}hidden-paragraph" else element)
    return len(gone)


def _remove(element: etree._Element | None) -> None:
    """Take an element out and leave the text behind it where it stood."""
    parent = element.getparent() if element is not None else None
    if element is None or parent is None:
        return
    if element.tail:
        before = element.getprevious()
        if before is not None:
            before.tail = (before.tail or "") + element.tail
        else:
            parent.text = (parent.text or "") + element.tail
    parent.remove(element)


def hidden_in_html(content: bytes, xhtml: bool = False) -> tuple[bytes, int]:
    """HTML in UTF-8 without elements that a browser would not show, and how many there were."""
    if not MAYBE_HIDDEN.search(content):
        return content, 0
    try:
        if xhtml:
            tree = etree.fromstring(content, etree.XMLParser(resolve_entities=False, no_network=True, recover=True))
        else:
            tree = html.document_fromstring(content, html.HTMLParser(encoding="utf-8", huge_tree=True))
    except (etree.LxmlError, ValueError):
        return content, 0
    if tree is None:
        return content, 0
    gone = [
        element
        for element in tree.iter(etree.Element)
        if element.get("hidden") is not None or NOT_SHOWN.search(element.get("style", ""))
    ]
    for element in gone:
        _remove(element)
    if not gone:
        return content, 0
    return etree.tostring(tree, encoding="UTF-8", method="xml" if xhtml else "html"), len(gone)

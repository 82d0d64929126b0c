"""What pandoc does not see in a Word file, put where it does: text boxes, and tracked changes of any make."""

from __future__ import annotations

from lxml import etree

from .hidden import W

MC = "{http://schemas.openxmlformats.org/markup-compatibility/2006}"


def accept_changes(tree: etree._Element) -> None:
    """Take tracked deletions out of a part of a Word file and let insertions stand, in place."""
    for tag in ("del", "moveFrom"):
        for change in list(tree.iter(f"{W}{tag}")):
            parent = change.getparent()
            if parent is not None and len(change):  # without runs it marks a paragraph's end, or a row
                parent.remove(change)
    for tag in ("ins", "moveTo"):
        for change in list(tree.iter(f"{W}{tag}")):
            parent = change.getparent()
            if parent is not None and len(change):
                at = parent.index(change)
                parent[at : at + 1] = list(change)


def lift_text_boxes(tree: etree._Element) -> None:
    """Put the paragraphs of text boxes behind the paragraph that the box hangs on, in place."""
    for choice in list(tree.iter(f"{MC}AlternateContent")):
        if any(True for part in choice.iterfind(f"{MC}Choice") for _ in part.iter(f"{W}txbxContent")):
            for fallback in choice.findall(f"{MC}Fallback"):  # the same box again, for old programs
                choice.remove(fallback)
    for box in list(tree.iter(f"{W}txbxContent")):
        anchor = next(box.iterancestors(f"{W}p"), None)
        if anchor is None:
            continue
        for block in list(box):
            anchor.addnext(block)
            anchor = block

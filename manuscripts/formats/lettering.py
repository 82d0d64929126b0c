"""Type sizes in a Word file: what tells a bold line that is a heading from one that shouts."""

from __future__ import annotations

import io
from collections import Counter

from lxml import etree

from .hidden import W

LONGEST = 120  # code points of a line that may be a heading


def line_sizes(document: bytes) -> tuple[dict[str, float], float]:
    """Points of each short paragraph whose runs all say the same larger size, by its words; and the body's size.

    The body's size is the commonest that runs say, or 0 where they leave it to the style.
    """
    sizes: dict[str, float] = {}
    body: Counter[float] = Counter()
    parser = etree.iterparse(
        io.BytesIO(document), events=("end",), tag=f"{W}p", resolve_entities=False, no_network=True, huge_tree=True
    )
    for _event, paragraph in parser:
        text, said = "", set()
        for run in paragraph.iter(f"{W}r"):
            words = "".join(part.text or "" for part in run.iter(f"{W}t"))
            mark = run.find(f"{W}rPr/{W}sz")
            value = mark.get(f"{W}val", "") if mark is not None else ""
            points = int(value) / 2 if value.isdigit() else 0.0
            body[points] += len(words)
            if words.strip():
                said.add(points)
                text += words
        key = " ".join(text.split())
        if 0 < len(key) <= LONGEST and len(said) == 1 and (points := said.pop()):
            sizes.setdefault(key, points)
        if paragraph.getparent() is not None and paragraph.getparent().tag == f"{W}body":
            paragraph.clear()
    return sizes, body.most_common(1)[0][0] if body else 0.0

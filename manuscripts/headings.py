"""What a heading says: whether it names a discipline, whether a bold line is one, and how a place is remembered."""

from __future__ import annotations

import hashlib
import re
import unicodedata
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from manuscripts.formats import Block

NUMBERING = re.compile(
    r"^(?:(?:chapter|section|part|appendix)\s+)?(?:\d+(?:\.\d+)*\b|[ivxlc]+(?=[.):])|[a-z](?=[.):]))[.):\s–—-]*"
)
PREFIX = re.compile(r"^(?:notes\s+for|for)\s+(?:the\s+)?")
CHAPTER_LIKE = re.compile(
    r"^(?:chapter|part|prologue|epilogue|introduction|conclusion|appendix)\b|^\d+[.):]?\s+\S", re.IGNORECASE
)
SPEECH_START = "\"'“”‘’«»„"
LONGEST = 90  # code points of a bold line that may be a heading


@dataclass(frozen=True, slots=True)
class Names:
    """A discipline as far as headings care."""

    slug: str
    code: str
    name: str
    aliases: tuple[str, ...] = ()


def normal_heading(text: str) -> str:
    """A heading without numbering, case, punctuation and a leading "for" or "notes for"."""
    folded = unicodedata.normalize("NFKC", text).casefold().strip()
    bare = NUMBERING.sub("", folded, count=1)
    bare = " ".join(re.sub(r"[^\w\s]|_", " ", bare).split())
    return PREFIX.sub("", bare)


def name_table(disciplines: Sequence[Names]) -> dict[str, str]:
    """From each normal name, code and alias to the slug; what two disciplines share names neither."""
    table: dict[str, str] = {}
    shared: set[str] = set()
    for discipline in disciplines:
        for name in {normal_heading(n) for n in (discipline.name, discipline.code, *discipline.aliases)} - {""}:
            if table.setdefault(name, discipline.slug) != discipline.slug:
                shared.add(name)
    return {name: slug for name, slug in table.items() if name not in shared}


def fingerprints(blocks: Sequence[Block]) -> list[str]:
    """A mark for each block by which a correction finds it again in the next upload.

    The hash of its words; where these stand several times in the book, also that of its neighbours' words, and where
    even these are the same, which of how many it is. So a correction is given up, not put on a twin, when one of them
    has come or gone.
    """
    digests = [_digest(" ".join((block.plain or block.markdown).split()).casefold()) for block in blocks]
    times = Counter(digests)
    marks = list(digests)
    for at, digest in enumerate(digests):
        if times[digest] > 1:
            around = "".join([*digests[max(0, at - 1) : at], "/", *digests[at + 1 : at + 2]])
            marks[at] = f"{digest}-{_digest(around)[:8]}"
    twins, seen = Counter(marks), Counter[str]()
    for at, mark in enumerate(marks):
        seen[mark] += 1
        if twins[mark] > 1:
            marks[at] = f"{mark}-{seen[mark]}of{twins[mark]}"
    return marks


def _digest(words: str) -> str:
    return hashlib.sha256(words.encode("utf-8", "replace")).hexdigest()[:16]


def may_be_heading(blocks: Sequence[Block], index: int) -> bool:
    """Whether a bold line looks like a heading: short, on its own, and followed by something it may head."""
    block = blocks[index]
    text = block.plain.strip()
    if block.kind != "paragraph" or not block.bold or block.images or "\n" in text:
        return False
    if not 0 < len(text) <= LONGEST or not any(char.isalpha() for char in text):
        return False
    return index + 1 < len(blocks)


def is_speech(text: str) -> bool:
    """Whether a bold line reads like a sentence that is spoken or stressed, and not like a heading."""
    text = text.strip()
    return text[:1] in SPEECH_START or (text[-1:] in ".,;…!:" and not re.fullmatch(r"\S+\s\S+\.|.*\d\.", text))


def proposed_levels(blocks: Sequence[Block], candidates: Sequence[int], names: dict[str, str]) -> dict[int, int]:
    """A heading level for each bold line among `candidates` (indexes).

    With real headings in the file a bold line goes one level below the heading it stands under, unless it is
    numbered as a chapter where chapters are, or stands in larger type than the other bold lines. Without any, the
    largest type, or else what is numbered as a chapter, makes level 1.
    """
    real = [block.level for block in blocks if block.kind == "heading"]
    sizes = sorted({blocks[i].size for i in candidates if blocks[i].size}, reverse=True)
    levels: dict[int, int] = {}
    chapterish = [i for i in candidates if CHAPTER_LIKE.match(blocks[i].plain.strip())]
    top = min(real, default=1)
    if real:
        chapter_words = any(
            block.kind == "heading" and block.level == top and CHAPTER_LIKE.match(block.plain) for block in blocks
        )
        above = top
        for index, block in enumerate(blocks):
            if block.kind == "heading":
                above = block.level
            elif index in candidates:
                large = bool(block.size) and block.size == sizes[0] and block.size >= 16
                alone = len({blocks[i].size for i in candidates}) == 1
                chapter = (index in chapterish and (chapter_words or large)) or (large and not alone)
                levels[index] = top if chapter else min(6, above + 1)
        return levels
    for index in candidates:
        if len(sizes) > 1:
            levels[index] = 1 + (sizes.index(blocks[index].size) if blocks[index].size else len(sizes))
        elif chapterish:
            levels[index] = 1 if index in chapterish else 2
        else:
            levels[index] = 2 if names.get(normal_heading(blocks[index].plain)) else 1
        levels[index] = min(6, levels[index])
    if levels and min(levels.values()) > 1:
        levels = {index: level - 1 for index, level in levels.items()}
    return levels

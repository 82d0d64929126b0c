"""From blocks to chapters and sections: the text of each, and what the author should be told and asked.

Pure. The same blocks, disciplines and corrections always give the same outline, so an author's corrections can be
applied again to the next upload.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from manuscripts.formats import NOTE, Block, Document, Problem, escape, word_count
from manuscripts.headings import Names
from manuscripts.splitting import Question, Sibling, Splitter, Start, describe

MAX_QUESTIONS = 40
NOTE_REFERENCE = re.compile(rf"\[\^{NOTE}(\d+)\]")


@dataclass(frozen=True)
class Limits:
    """The most that one draft may hold."""

    words: int = 1_000_000
    chapters: int = 300
    sections: int = 3_000


@dataclass
class OutlineSection:
    """A section to be. `at` is the fingerprint of its first block, `blocks` its first and one past its last."""

    title: str
    discipline: str | None
    at: str
    blocks: tuple[int, int]
    source: int
    markdown: str = ""
    plain: str = ""
    words: int = 0
    images: list[str] = field(default_factory=list)


@dataclass
class OutlineChapter:
    """A chapter to be. `kind` is `front` or `chapter`; position 0 is the front matter."""

    title: str
    kind: str
    position: int
    sections: list[OutlineSection] = field(default_factory=list)

    @property
    def words(self) -> int:
        return sum(section.words for section in self.sections)


@dataclass
class Outline:
    """`title` is the book's, where the file tells it. `stale` holds the corrections that found no place,
    `marks` the fingerprint of each block. A problem's `section` is the fingerprint of the block it is about."""

    title: str
    chapters: list[OutlineChapter]
    questions: list[Question]
    problems: list[Problem]
    stale: list[dict[str, Any]]
    siblings: list[Sibling] = field(default_factory=list)
    marks: list[str] = field(default_factory=list)

    @property
    def words(self) -> int:
        return sum(chapter.words for chapter in self.chapters)


def outline(
    documents: Sequence[Document],
    disciplines: Sequence[Names],
    corrections: Sequence[dict[str, Any]] = (),
    whole_book: bool = True,
    limits: Limits = Limits(),
) -> Outline:
    """Split documents into chapters and sections.

    Corrections, in order, each found by the fingerprint `at` of a block:
    `{"op":"heading","at","level"}` (0: an ordinary paragraph), `{"op":"split","at","as":"chapter"|"section",
    "title"?}`, `{"op":"merge","at"}` (what begins here joins what stands before), `{"op":"rename","at","title"}`,
    `{"op":"discipline","at","discipline": slug|null}`; `same` is for `matching.py`.
    One that finds no place is skipped and returned in `stale`.
    """
    split = Splitter(documents, disciplines, corrections, whole_book)
    split.run()
    chapters = [] if _too_many(split, limits) else _Cutter(split).cut()
    problems = [*split.problems, *(_over(split, chapters, limits) or _nothing_found(split, chapters))]
    known = {discipline.slug: discipline.name for discipline in disciplines}
    for correction in split.stale:
        told = _("An earlier correction found no place in this draft: %s") % describe(correction, known)
        problems.append(Problem("correction_stale", "warning", told))
    return Outline(
        split.title, chapters, split.questions[:MAX_QUESTIONS], problems, split.stale, split.siblings, split.marks
    )


class _Cutter:
    """Cuts the text at the beginnings that a Splitter found."""

    def __init__(self, split: Splitter) -> None:
        self.split = split
        self.blocks, self.levels, self.renamed = split.blocks, split.levels, split.renamed

    def cut(self) -> list[OutlineChapter]:
        order = sorted(self.split.starts)
        chapters: list[OutlineChapter] = []
        position = 0
        for here, following in zip(order, [*order[1:], len(self.blocks)], strict=True):
            start = self.split.starts[here]
            if start.what == "section" and chapters:
                self._add_sections(chapters[-1], start, here, following)
                continue
            if start.what == "front" and self._only_title(here, following):
                continue
            if start.what != "front":
                position += 1
            chapters.append(self._chapter(start, here, position))
            self._add_sections(chapters[-1], start, here, following, opening=True)
        return chapters

    def _chapter(self, start: Start, here: int, position: int) -> OutlineChapter:
        if start.what == "front":
            return OutlineChapter(_("Front matter"), "front", 0)
        return OutlineChapter(start.title or _("Chapter %d") % position, "chapter", position)

    def _only_title(self, begin: int, end: int) -> bool:
        titles = self.split.title_blocks
        return all(i in titles or self.blocks[i].kind in ("title", "rule") for i in range(begin, end))

    def _add_sections(self, chapter: OutlineChapter, start: Start, begin: int, end: int, opening: bool = False) -> None:
        title = chapter.title if opening else start.title
        section = OutlineSection(
            title=title or _("%s, continued") % chapter.title,
            discipline=start.discipline,
            at=self.split.marks[begin],
            blocks=(begin, end),
            source=self.split.documents[self.split.of[begin]].source,
        )
        headless = opening and chapter.kind == "chapter" and not self._has_line(begin, end, chapter.title)
        self._fill(section, chapter.title if headless else None)
        chapter.sections.append(section)

    def _has_line(self, begin: int, end: int, title: str) -> bool:
        lines = ((self.renamed.get(i) or self.split.line(i)) for i in range(begin, end) if self._is_line(i))
        return title in lines

    def _is_line(self, index: int) -> bool:
        return bool(self.levels[index]) or index in self.renamed

    def _fill(self, section: OutlineSection, added_line: str | None) -> None:
        """Write the section's Markdown: its blocks, then the notes and abbreviations it uses."""
        begin, end = section.blocks
        parts: list[str] = [f"# {_escaped(added_line)}"] if added_line else []
        plains: list[str] = [added_line] if added_line else []
        notes: list[str] = []
        before = ""
        for index in range(begin, end):
            block = self.blocks[index]
            if block.kind == before == "list":
                parts.append("<!-- -->")
            before = block.kind
            parts.append(self._numbered(self._markdown(index), len(notes)))
            notes.extend(block.notes)
            section.images.extend(block.images)
            plains.append(self.renamed.get(index) or block.plain)
        section.plain = "\n".join(plain for plain in plains if plain)
        for number, note in enumerate(notes, start=1):
            parts.append(f"[^{number}]: " + note.replace("\n", "\n    ").replace("\n    \n", "\n\n"))
        used = self.split.documents[self.split.of[begin]].abbreviations
        for short, long in used.items():
            if re.search(rf"(?<!\w){re.escape(short)}(?!\w)", section.plain):
                parts.append(f"*[{short}]: {long}")
        section.markdown = "\n\n".join(part for part in parts if part.strip()) + "\n"
        section.words = word_count(section.plain) + sum(word_count(note) for note in notes)

    def _markdown(self, index: int) -> str:
        block, level = self.blocks[index], self.levels[index]
        if index in self.renamed:
            line = "#" * max(1, level or (1 if self.split.starts[index].what == "chapter" else 2))
            heading = f"{line} {_escaped(self.renamed[index])}"
            return heading if level else f"{heading}\n\n{block.markdown}"
        if level:
            return f"{'#' * level} {_heading_text(block)}"
        if block.kind in ("heading", "title"):
            return f"**{block.markdown}**" if block.markdown.strip() else ""
        return block.markdown

    @staticmethod
    def _numbered(markdown: str, before: int) -> str:
        return NOTE_REFERENCE.sub(lambda match: f"[^{before + int(match[1]) + 1}]", markdown)


def _too_many(split: Splitter, limits: Limits) -> bool:
    """Whether there are so many beginnings that cutting the text there would be wasted work."""
    return len(split.starts) > limits.sections + limits.chapters


def _over(split: Splitter, chapters: list[OutlineChapter], limits: Limits) -> list[Problem]:
    words = sum(chapter.words for chapter in chapters)
    begun = sum(1 for start in split.starts.values() if start.what != "section")
    found = [
        ("too_many_words", limits.words, words, _("%(n)d words were found; %(most)d are allowed.")),
        ("too_many_chapters", limits.chapters, begun, _("%(n)d chapters were found; %(most)d are allowed.")),
        (
            "too_many_sections",
            limits.sections,
            len(split.starts),
            _("%(n)d sections were found; %(most)d are allowed."),
        ),
    ]
    return [Problem(code, "error", text % {"n": n, "most": most}) for code, most, n, text in found if n > most]


def _nothing_found(split: Splitter, chapters: list[OutlineChapter]) -> list[Problem]:
    problems = []
    if not any(split.levels):
        told = ngettext(
            "No headings were found, so the text is one chapter.",
            "No headings were found, so each file is one chapter.",
            len(split.documents),
        )
        problems.append(Problem("no_headings", "warning", told))
    if not any(chapter.kind == "chapter" for chapter in chapters):
        problems.append(Problem("no_chapters", "error", _("No chapter was found.")))
    return problems


def _heading_text(block: Block) -> str:
    text = " ".join(block.markdown.split())
    if block.bold:
        text = re.sub(r"^\*\*(.+)\*\*$", r"\1", text)
        text = text.replace("**", "") if text.count("**") % 2 else text
    text = re.sub(r"(#+)\s*$", lambda match: "\\#" * len(match[1]), text)
    return text


def _escaped(title: str) -> str:
    return _heading_text(Block("heading", title, escape.inline(escape.clean(" ".join(title.split())))))

"""Where each chapter and section of a manuscript begins, and whose it is: rules first, then the author's word."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import PurePosixPath
from typing import Any

from django.utils.translation import gettext as _

from manuscripts.formats import Document, Problem
from manuscripts.headings import (
    Names,
    fingerprints,
    is_speech,
    may_be_heading,
    name_table,
    normal_heading,
    proposed_levels,
)


@dataclass
class Question:
    """Something to ask the author. `kind`: discipline, heading, renamed; `proposal` is what was done meanwhile.

    Each value of `options` is the list of corrections that this answer stands for.
    """

    kind: str
    at: str
    title: str
    context: str
    proposal: str
    options: dict[str, list[dict[str, Any]]]
    detail: str = ""

    def as_json(self) -> dict[str, Any]:
        return asdict(self)


@dataclass(frozen=True)
class Sibling:
    """A heading beside headings of disciplines that names none; `plain` is the text it heads."""

    at: str
    title: str
    plain: str


@dataclass
class Start:
    """A beginning. `what` is front, chapter or section; `title` None where no heading gives one."""

    what: str
    title: str | None = None
    discipline: str | None = None


class Splitter:
    """Finds the beginnings in `documents`. After `run`: `starts` by index of block, `levels` of all blocks, `renamed`
    headings, the book's `title`, and what there is to ask (`questions`), to tell (`problems`) and to give up (`stale`).

    `whole_book` is False where the files replace single chapters: then one heading at the top is never the title.
    """

    def __init__(
        self,
        documents: Sequence[Document],
        disciplines: Sequence[Names],
        corrections: Sequence[dict[str, Any]],
        whole_book: bool,
    ) -> None:
        self.several = len(documents) > 1 or not whole_book
        self.documents = documents
        self.names = name_table(disciplines)
        self.known = {discipline.slug: discipline.name for discipline in disciplines}
        self.blocks = [block for document in documents for block in document.blocks]
        self.of = [number for number, document in enumerate(documents) for _ in document.blocks]
        self.marks = fingerprints(self.blocks)
        self.place = {mark: index for index, mark in enumerate(self.marks)}
        self.corrections = list(corrections)
        self.stale: list[dict[str, Any]] = []
        self.problems: list[Problem] = []
        self.questions: list[Question] = []
        self.siblings: list[Sibling] = []
        self.levels = [block.level if block.kind == "heading" else 0 for block in self.blocks]
        self.starts: dict[int, Start] = {}
        self.renamed: dict[int, str] = {}
        self.title = ""
        self.title_blocks: set[int] = set()
        self.answered = {str(c.get("at")) for c in self.corrections if c.get("op") in ("heading", "discipline")}

    def run(self) -> None:
        """Apply the rules, then the corrections."""
        self._offer_bold_lines()
        self._correct_levels()
        end = 0
        for number, document in enumerate(self.documents):
            begin, end = end, end + len(document.blocks)
            if begin < end:
                self._chapters(number, begin, end)
        self._correct_starts()

    # headings

    def _offer_bold_lines(self) -> None:
        end = 0
        for document in self.documents:
            begin, end = end, end + len(document.blocks)
            part = self.blocks[begin:end]
            found = [i for i in range(len(part)) if may_be_heading(part, i)]
            if len(found) > 0.7 * len(part):
                continue  # a file set in bold from end to end has no bold headings
            sure = [i for i in found if not is_speech(part[i].plain)]
            levels = proposed_levels(part, sure, self.names)
            for i in found:
                level = levels.get(i, 0)
                if not level and part[i].size == 0 and part[i].plain.strip()[-1:] != ".":
                    continue
                self._offer(begin + i, level)

    def _offer(self, index: int, level: int) -> None:
        mark, block = self.marks[index], self.blocks[index]
        self.levels[index] = level
        if mark in self.answered:
            return
        line = block.plain.strip()
        self.questions.append(
            Question(
                "heading",
                mark,
                line,
                self._after(index),
                "yes" if level else "no",
                {
                    "yes": [{"op": "heading", "at": mark, "level": level or 2}],
                    "no": [{"op": "heading", "at": mark, "level": 0}],
                },
                (_("bold, %g pt") % block.size) if block.size else _("bold"),
            )
        )
        self.problems.append(
            Problem(
                "bold_heading",
                "warning",
                (
                    _("“%s” is bold and looks like a heading; it was read as one.")
                    if level
                    else _("“%s” is bold and stands alone; it was not read as a heading.")
                )
                % line,
                mark,
            )
        )

    def _after(self, index: int) -> str:
        """The words behind a heading, so that the author knows the place."""
        for block in self.blocks[index + 1 : index + 4]:
            if block.kind != "heading" and block.plain:
                words = " ".join(block.plain.split())
                return words if len(words) <= 160 else words[:159].rsplit(" ", 1)[0] + "…"
        return ""

    def _correct_levels(self) -> None:
        for correction in self.corrections:
            if correction.get("op") == "heading":
                index = self.place.get(str(correction.get("at")))
                if index is None:
                    self.stale.append(correction)
                else:
                    self.levels[index] = max(0, min(6, int(correction.get("level") or 0)))

    # chapters

    def _chapters(self, number: int, begin: int, end: int) -> None:
        heads = [i for i in range(begin, end) if self.levels[i]]
        level = self._chapter_level(heads, begin, end)
        tops = [i for i in heads if self.levels[i] == level]
        for i in range(begin, end):
            if self.blocks[i].kind == "title" and not self.title:
                self.title = self.blocks[i].plain.strip()
        if not tops or (self.several and len(tops) == 1):
            # One file, one chapter: what stands before its heading belongs to it.
            self.starts[begin] = Start("chapter", None if tops else self.file_title(number))
            if tops:
                self.starts[begin].title = self.line(tops[0])
                slug = self.names.get(normal_heading(self.line(tops[0])))
                self.starts[begin].discipline = self._declared(tops[0]) or slug
            self._sections(begin, end, level)
            return
        if tops[0] > begin:
            self.starts[begin] = Start("front" if number == 0 else "chapter", self.file_title(number))
        for here, following in zip(tops, [*tops[1:], end], strict=True):
            slug = self._declared(here) or self.names.get(normal_heading(self.line(here)))
            self.starts[here] = Start("chapter", self.line(here), slug)
            if slug is None:
                self._sections(here, following, level)

    def _chapter_level(self, heads: list[int], begin: int, end: int) -> int:
        if not heads:
            return 0
        top = min(self.levels[i] for i in heads)
        tops = [i for i in heads if self.levels[i] == top]
        if len(tops) > 1 or self.several or tops[0] != heads[0]:
            return top
        below = heads[1:]
        if not below:
            return top
        second = min(self.levels[i] for i in below)
        seconds = [i for i in below if self.levels[i] == second]
        told = [b.plain for b in self.blocks[begin:end] if b.kind == "title"]
        if told and normal_heading(told[0]) != normal_heading(self.line(tops[0])):
            return top
        if len(seconds) < 2 or all(self.names.get(normal_heading(self.line(i))) for i in seconds):
            return top
        self.title = self.line(tops[0])
        self.title_blocks.add(tops[0])
        return second

    def file_title(self, number: int) -> str:
        """What a chapter without a heading is called: its file's name without the ending."""
        return PurePosixPath(self.documents[number].name).stem.strip()[:200] or _("Untitled")

    def line(self, index: int) -> str:
        """The words of a heading on one line, at most 500 code points."""
        return " ".join(self.blocks[index].plain.split())[:500]

    def _declared(self, index: int) -> str | None:
        """The discipline that `{discipline=slug}` names."""
        slug = self.blocks[index].attributes.get("discipline", "").strip().lower()
        if not slug:
            return None
        found = slug if slug in self.known else self.names.get(normal_heading(slug))
        if found is None:
            self.problems.append(
                Problem(
                    "unknown_discipline",
                    "warning",
                    _("“%(line)s” names the discipline “%(slug)s”, which this manuscript does not have.")
                    % {"line": self.line(index), "slug": slug},
                    self.marks[index],
                )
            )
        return found

    # sections

    def _sections(self, begin: int, end: int, chapter_level: int) -> None:
        """Find the discipline sections inside one chapter."""
        heads = [i for i in range(begin, end) if self.levels[i] > chapter_level]
        groups: dict[tuple[int, int], list[int]] = {}
        parents: list[int] = []
        for i in heads:
            while parents and self.levels[parents[-1]] >= self.levels[i]:
                parents.pop()
            groups.setdefault((parents[-1] if parents else -1, self.levels[i]), []).append(i)
            parents.append(i)
        chosen: dict[int, str] = {}
        lone: dict[int, str] = {}
        for siblings in groups.values():
            said = {i: slug for i in siblings if (slug := self._declared(i))}
            named = {i: slug for i in siblings if (slug := self.names.get(normal_heading(self.line(i))))} | said
            if len(named) >= 2:
                chosen |= named
                self._note_siblings([i for i in siblings if i not in named], end)
            else:
                chosen |= said
                lone |= {i: slug for i, slug in named.items() if i not in said}
        inside = 0
        for i in heads:
            if inside and self.levels[i] > inside:
                continue
            if i in chosen:
                self.starts[i] = Start("section", self.line(i), chosen[i])
                inside = self.levels[i]
                continue
            if inside:
                self.starts[i] = Start("section", self.line(i), None)
                inside = 0
            if i in lone:
                self._ask_discipline(i, lone[i])

    def _note_siblings(self, unnamed: list[int], end: int) -> None:
        for i in unnamed:
            stop = next((j for j in range(i + 1, end) if 0 < self.levels[j] <= self.levels[i]), end)
            plain = "\n".join(block.plain for block in self.blocks[i:stop])
            self.siblings.append(Sibling(self.marks[i], self.line(i), plain))

    def _ask_discipline(self, index: int, slug: str) -> None:
        mark, line = self.marks[index], self.line(index)
        if mark in self.answered:
            return
        self.questions.append(
            Question(
                "discipline",
                mark,
                line,
                self._after(index),
                "no",
                {
                    "no": [{"op": "discipline", "at": mark, "discipline": None}],
                    "yes": [{"op": "discipline", "at": mark, "discipline": slug}],
                },
                self.known[slug],
            )
        )
        self.problems.append(
            Problem(
                "doubtful_discipline",
                "warning",
                _("“%(line)s” could be the section of %(name)s. It was left with its chapter.")
                % {"line": line, "name": self.known[slug]},
                mark,
            )
        )

    # corrections of starts

    def _correct_starts(self) -> None:
        for correction in self.corrections:
            op, index = correction.get("op"), self.place.get(str(correction.get("at")))
            if op in ("heading", "same"):
                continue
            if index is None or not self._apply(str(op), index, correction):
                self.stale.append(correction)

    def _apply(self, op: str, index: int, correction: dict[str, Any]) -> bool:
        start = self.starts.get(index)
        if op == "split":
            what = "chapter" if correction.get("as") == "chapter" else "section"
            title = str(correction.get("title") or "").strip() or (self.line(index) if self.levels[index] else None)
            self.starts[index] = Start(what, title)
            if correction.get("title"):
                self.renamed[index] = str(correction["title"])
            return True
        if op == "merge":
            if start is None or index == min(self.starts):
                return False
            del self.starts[index]
            self.renamed.pop(index, None)
            return True
        if op == "rename":
            title = " ".join(str(correction.get("title") or "").split())[:500]
            if start is None or not title:
                return False
            line = self._heading_of(index, start)
            start.title = self.renamed[line] = title
            return True
        if op == "discipline":
            return self._assign(index, correction.get("discipline"))
        return False

    def _heading_of(self, index: int, start: Start) -> int:
        """The block that holds the heading of what begins at `index`: mostly that very block."""
        following = min((i for i in self.starts if i > index), default=len(self.blocks))
        lines = (i for i in range(index, following) if self.levels[i] and self.line(i) == start.title)
        return next(lines, index)

    def _assign(self, index: int, slug: Any) -> bool:
        """Give what begins at a block to a discipline, or back to everyone."""
        if slug is not None and slug not in self.known:
            return False
        start = self.starts.get(index)
        if start is not None:
            start.discipline = slug
            return True
        if slug is None:
            return True  # the answer "it belongs to its chapter": nothing begins here
        if not self.levels[index]:
            return False
        self.starts[index] = Start("section", self.line(index), slug)
        following = next(
            (i for i in range(index + 1, len(self.blocks)) if 0 < self.levels[i] <= self.levels[index]), None
        )
        if following is not None and following not in self.starts:
            self.starts[following] = Start("section", self.line(following), None)
        return True


def describe(correction: dict[str, Any], names: dict[str, str]) -> str:
    """A correction in words, for the author."""
    op = correction.get("op")
    if op == "split":
        return _("a new chapter begins here") if correction.get("as") == "chapter" else _("a new section begins here")
    if op == "merge":
        return _("joined with what stands before")
    if op == "rename":
        return _("named “%s”") % correction.get("title", "")
    if op == "discipline":
        slug = correction.get("discipline")
        return _("for %s") % names.get(str(slug), str(slug)) if slug else _("for everyone")
    return _("read as a heading") if correction.get("level") else _("not a heading")

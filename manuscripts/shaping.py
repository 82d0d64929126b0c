"""The shape of a draft to be: its outline, with the keys that its chapters and sections have or get.

Reads the database and writes nothing.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from django.conf import settings
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from .changes import Place, compare, vanished_chapters
from .formats import Document, Problem
from .headings import Names
from .matching import Matched, OldSection, likely_disciplines, match
from .models import Draft, Manuscript, Placement
from .outline import Limits, Outline, OutlineSection, outline
from .splitting import Question

SETTLED = ("ready", "opening", "open", "closed")
MAX_PROBLEMS = 200


@dataclass
class ShapedSection:
    """A section of the draft to be. `source` is the index of the uploaded file, `kept` a placement taken over."""

    key: str
    title: str
    discipline: str | None
    markdown: str
    words: int
    images: list[str] = field(default_factory=list)
    at: str = ""
    source: int = 0
    kept: Placement | None = None

    @property
    def sha256(self) -> str:
        return hashlib.sha256(self.markdown.encode()).hexdigest()


@dataclass
class ShapedChapter:
    """A chapter of the draft to be."""

    key: str
    title: str
    position: int
    sections: list[ShapedSection] = field(default_factory=list)


@dataclass
class Shape:
    """All of it. `next_chapter` is the free number after the keys minted here, `seen_next` the one before them."""

    title: str
    chapters: list[ShapedChapter]
    questions: list[Question]
    problems: list[Problem]
    changes: dict[str, Any]
    next_chapter: int
    seen_next: int
    stale: list[dict[str, Any]] = field(default_factory=list)

    def sections(self) -> list[ShapedSection]:
        return [section for chapter in self.chapters for section in chapter.sections]

    def places(self) -> list[Place]:
        """For comparing with another draft."""
        return [
            Place(section.key, chapter.key, section.title, section.sha256, section.markdown)
            for chapter in self.chapters
            for section in chapter.sections
        ]

    def as_json(self) -> list[dict[str, Any]]:
        """Chapters as the API shows them; texts have no id yet."""
        return [
            {
                "key": chapter.key,
                "title": chapter.title,
                "position": chapter.position,
                "sections": [
                    {
                        "key": section.key,
                        "title": section.title,
                        "discipline": section.discipline,
                        "position": position,
                        "words": section.words,
                        "text_id": None,
                        "html_url": None,
                    }
                    for position, section in enumerate(chapter.sections, start=1)
                ],
            }
            for chapter in self.chapters
        ]


def shape(
    manuscript: Manuscript,
    documents: Sequence[Document],
    corrections: Sequence[dict[str, Any]],
    replaces: Sequence[str] = (),
    number: int | None = None,
) -> Shape:
    """Outline the documents and give every part its key.

    `number` is the draft's own: it is compared with drafts before it, and keeps the keys it already has. `replaces`
    names the chapters that the documents stand in for; all others are taken over from the draft before.
    """
    names = discipline_names(manuscript)
    limits = Limits(settings.MAX_WORDS, settings.MAX_CHAPTERS, settings.MAX_SECTIONS)
    against = draft_before(manuscript, number)
    was = placements(against)
    this = manuscript.drafts.filter(number=number).select_related("read").first() if number is not None else None
    own = placements(this)
    standing, asked = _had_before(this)
    known = {place.section.key for place in was}
    old = [old_section(p) for p in was] + [old_section(p) for p in own if p.section.key not in known]
    if replaces:
        old = [section for section in old if section.chapter in replaces]
    answers = {str(c["at"]): c.get("key") for c in corrections if c.get("op") == "same" and c.get("at")}
    whole = not replaces
    made = outline(documents, names, corrections, whole, limits)
    if any(problem.severity == "error" for problem in made.problems):
        free = manuscript.next_chapter_key
        return Shape(made.title, [], [], made.problems, {}, free, free, made.stale)
    likely = [q for q in likely_disciplines(made, old, answers) if _key_of(q) in known]
    if likely:
        guessed = [op for question in likely for op in question.options["yes"]]
        made = outline(documents, names, [*corrections, *guessed], whole, limits)
    keys = _keys(manuscript, made, old, answers | {q.at: _key_of(q) for q in likely}, standing, names, replaces)
    renamed = likely + [q for q in keys.questions if _key_of(q) in known]
    begins = {section.at for chapter in made.chapters for section in chapter.sections}
    told = {question.at for question in renamed} | set(answers)
    renamed += [question for question in asked if question.at in begins - told]
    questions = made.questions + renamed
    result = Shape(
        made.title,
        _chapters(made, keys),
        questions,
        [],
        {},
        keys.next_chapter,
        manuscript.next_chapter_key,
        made.stale,
    )
    result.problems = _problems(made, keys)
    if replaces:
        _fit_in(result, placements(_content_before(manuscript, number)), replaces)
    _compare(result, against, was)
    return result


def discipline_names(manuscript: Manuscript) -> list[Names]:
    """The disciplines that stand, with the names of those merged into them as aliases."""
    rows = list(manuscript.disciplines.select_related("merged_into"))
    merged: dict[int, list[str]] = {}
    for row in rows:
        if (root := row.resolved()) != row:
            merged.setdefault(root.pk, []).extend([row.name, row.code, *row.aliases])
    return [
        Names(row.slug, row.code, row.name, (*row.aliases, *merged.get(row.pk, ())))
        for row in rows
        if row.merged_into_id is None
    ]


def draft_before(manuscript: Manuscript, number: int | None) -> Draft | None:
    """The draft that changes are told against: the last one readers saw, else the last that was ready."""
    rows = manuscript.drafts.order_by("-number")
    if number is not None:
        rows = rows.filter(number__lt=number)
    return rows.filter(state__in=["open", "closed", "opening"]).first() or rows.filter(state="ready").first()


def _content_before(manuscript: Manuscript, number: int | None) -> Draft | None:
    rows = manuscript.drafts.filter(state__in=SETTLED).order_by("-number")
    return (rows.filter(number__lt=number) if number is not None else rows).first()


def placements(draft: Draft | None) -> list[Placement]:
    """A draft's sections in order with all that shaping asks of them, in one query."""
    if draft is None:
        return []
    rows = draft.placements.select_related("section", "chapter", "discipline__merged_into", "text", "source")
    return list(rows.defer("text__html"))


def _had_before(draft: Draft | None) -> tuple[dict[str, str], list[Question]]:
    """The keys that the sections of a draft have, by fingerprint, and which sections were asked about as renamed."""
    kept = draft.read.blocks if draft is not None and hasattr(draft, "read") else {}
    if not isinstance(kept, dict):
        return {}, []
    questions = [Question(**question) for question in kept.get("questions", [])]
    keys = {at: key for key, at in kept.get("at", {}).items()}
    return keys, [question for question in questions if question.kind == "renamed"]


def old_section(place: Placement) -> OldSection:
    """As matching wants it."""
    slug = place.discipline.resolved().slug if place.discipline else None
    return OldSection(place.section.key, place.chapter.key, place.chapter_title, place.title, slug, place.text.text)


def as_places(rows: Iterable[Placement]) -> list[Place]:
    """As comparing wants them."""
    return [Place(p.section.key, p.chapter.key, p.title, p.text.sha256, p.text.markdown) for p in rows]


def _key_of(question: Question) -> str | None:
    return next((op["key"] for op in question.options["yes"] if op["op"] == "same"), None)


def _keys(
    manuscript: Manuscript,
    made: Outline,
    old: list[OldSection],
    answers: dict[str, str | None],
    standing: dict[str, str],
    names: Sequence[Names],
    replaces: Sequence[str],
) -> Matched:
    taken = set(manuscript.sections.values_list("key", flat=True))
    codes = {name.slug: name.code for name in names}
    if replaces:
        _give_titles(made, old, replaces)
    return match(made, old, codes, manuscript.next_chapter_key, taken, answers, standing)


def _give_titles(made: Outline, old: list[OldSection], replaces: Sequence[str]) -> None:
    """One file for one chapter is that chapter, whatever it is called now."""
    chapters = [chapter for chapter in made.chapters if chapter.kind != "front"]
    if len(chapters) == 1 and len(replaces) == 1:
        for index, section in enumerate(old):
            if section.chapter == replaces[0]:
                old[index] = replace(section, chapter_title=chapters[0].title)


def _chapters(made: Outline, keys: Matched) -> list[ShapedChapter]:
    result = []
    for chapter, key, row in zip(made.chapters, keys.chapters, keys.sections, strict=True):
        sections = [_section(section, k) for section, k in zip(chapter.sections, row, strict=True)]
        result.append(ShapedChapter(key, chapter.title, chapter.position, sections))
    return result


def _section(section: OutlineSection, key: str) -> ShapedSection:
    return ShapedSection(
        key, section.title, section.discipline, section.markdown, section.words, section.images, section.at,
        section.source,
    )  # fmt: skip


def _problems(made: Outline, keys: Matched) -> list[Problem]:
    """The outline's problems and those of its documents, each with the key of the section it is about."""
    place = {mark: index for index, mark in enumerate(made.marks)}
    spans = [
        (section.blocks, key)
        for chapter, row in zip(made.chapters, keys.sections, strict=True)
        for section, key in zip(chapter.sections, row, strict=True)
    ]
    result = []
    for problem in made.problems:
        index = place.get(problem.section or "")
        key = next((k for (begin, end), k in spans if index is not None and begin <= index < end), None)
        result.append(Problem(problem.code, problem.severity, problem.detail, key))
    return result


def _fit_in(result: Shape, base: Sequence[Placement], replaces: Sequence[str]) -> None:
    """Put the new chapters where the replaced ones stood, between those taken over from the draft before."""
    new = [chapter for chapter in result.chapters if chapter.key != "front" or "front" in replaces]
    chapters: list[ShapedChapter] = []
    put = False
    for place in base:
        if place.chapter.key in replaces:
            if not put:
                chapters.extend(new)
                put = True
            continue
        if not chapters or chapters[-1].key != place.chapter.key:
            chapters.append(ShapedChapter(place.chapter.key, place.chapter_title, place.chapter_position))
        slug = place.discipline.resolved().slug if place.discipline else None
        chapters[-1].sections.append(
            ShapedSection(place.section.key, place.title, slug, place.text.markdown, place.text.words, kept=place)
        )
    if not put:
        chapters.extend(new)
    position = 0
    for chapter in chapters:
        if chapter.key == "front":
            chapter.position = 0
            continue
        position += 1
        chapter.position = position
    result.chapters = chapters


def _compare(result: Shape, against: Draft | None, was: Sequence[Placement]) -> None:
    old, new = as_places(was), result.places()
    result.changes = {"against": against.number if against else None, **compare(old, new)}
    if against is None:
        result.changes["added"] = []
    gone, count = vanished_chapters(old, new)
    if gone and 2 * len(gone) >= count:
        told = ngettext(
            "%(gone)d of %(count)d chapter would vanish.", "%(gone)d of %(count)d chapters would vanish.", count
        )
        result.problems.insert(0, Problem("chapters_vanish", "confirm", told % {"gone": len(gone), "count": count}))
    if len(result.problems) > MAX_PROBLEMS:
        left = len(result.problems) - MAX_PROBLEMS
        worst = sorted(result.problems, key=lambda p: ("error", "confirm", "warning").index(p.severity))[:MAX_PROBLEMS]
        result.problems = [*worst, Problem("more_problems", "warning", _("And %d more like these.") % left)]

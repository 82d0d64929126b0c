"""What the page of a draft shows: its parts against the last draft, what to ask, what to correct, what to confirm."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from django.db.models import Q
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from jobs.models import Job

from .changes import Difference, differences
from .formats import Document
from .headings import fingerprints
from .models import Discipline, Draft, Image, Placement, Source
from .shaping import as_places, discipline_names, placements
from .splitting import describe

REWRITTEN = 0.4  # share of new words from which a text counts as rewritten
FATES = ("kept", "moved", "edited", "detached")


@dataclass
class State:
    """A word, its shape and its tone, for the column "against the last draft"."""

    words: str
    icon: str
    tone: str


@dataclass
class Row:
    """One section in the table. The first of a chapter stands for the chapter (`is_chapter`)."""

    place: Placement
    is_chapter: bool
    state: State | None
    asked: bool
    at: str
    is_first: bool = False
    inner: list[Placement] = field(default_factory=list)

    @property
    def key(self) -> str:
        return self.place.section.key

    @property
    def title(self) -> str:
        return self.place.chapter_title if self.is_chapter else self.place.title

    @property
    def number(self) -> str:
        """`3. ` before a chapter's title, unless the author numbered it."""
        if not self.is_chapter or not self.place.chapter_position or self.title[:1].isdigit():
            return ""
        return "" if self.title.casefold().startswith(("chapter", "part ")) else f"{self.place.chapter_position}. "


@dataclass
class Asked:
    """A question with its place in the form. `proposal` is what holds until it is answered."""

    name: str
    kind: str
    title: str
    context: str
    detail: str
    proposal: str
    chapter: str


@dataclass
class DraftPage:
    """All that the template asks of a draft."""

    draft: Draft
    against: Draft | None
    rows: list[Row]
    questions: list[Asked]
    headings: list[Asked]
    removed: list[Placement]
    fates: list[tuple[str, int]]
    corrections: list[tuple[str, str]]
    disciplines: list[Discipline]
    words: int
    pictures: int
    readers: int
    correction_label: str
    looking: Job | None  # the work that looks where the notes will stand, until it is done

    @property
    def chapters(self) -> int:
        return len({r.place.chapter_id for r in self.rows if r.place.chapter.key != "front"})

    @property
    def sections(self) -> int:
        """Sections addressed to a discipline."""
        return sum(1 for row in self.rows if row.place.discipline_id)

    @property
    def to_ask(self) -> int:
        return len(self.questions) + bool(self.headings)

    @property
    def notes(self) -> int:
        return sum(count for _fate, count in self.fates)

    @property
    def shares(self) -> list[tuple[str, str]]:
        """The fates that occur, each with its part of all notes: the width of its piece of the bar."""
        return [(fate, f"{100 * count / self.notes:.3f}%") for fate, count in self.fates if count]

    @property
    def unsettled(self) -> int:
        """Notes whose words would change or be gone."""
        return sum(count for fate, count in self.fates if fate in ("edited", "detached"))

    @property
    def found(self) -> list[Discipline]:
        """Disciplines that have a section, in value-stream order."""
        present = {row.place.discipline_id for row in self.rows}
        return [discipline for discipline in self.disciplines if discipline.pk in present]

    @property
    def to_confirm(self) -> list[dict[str, Any]]:
        return [problem for problem in self.draft.problems if problem["severity"] == "confirm"]

    @property
    def warnings(self) -> list[dict[str, Any]]:
        """What the questions do not say already."""
        asked = {"doubtful_discipline", "bold_heading"} if self.to_ask else set()
        return [p for p in self.draft.problems if p["severity"] == "warning" and p["code"] not in asked]

    @property
    def errors(self) -> list[dict[str, Any]]:
        return [problem for problem in self.draft.problems if problem["severity"] == "error"]


def draft_page(draft: Draft) -> DraftPage:
    """Look a draft over. Two drafts' texts are read and compared: a page for authors, not for every reader."""
    new = placements(draft)
    against = draft.manuscript.drafts.filter(number=draft.changes.get("against")).first()
    old = placements(against)
    kept = read_of(draft)
    questions = _asked(kept.get("questions", []), new, kept.get("at", {}))
    remarks = draft.changes.get("remarks") or {}
    names = {name.slug: name.name for name in discipline_names(draft.manuscript)}
    after = {place.section.key for place in new}
    lines = lines_of(draft) if draft.corrections and draft.state == "ready" else {}
    running = draft.manuscript.rounds.filter(state="running").first()
    return DraftPage(
        draft=draft,
        against=against,
        rows=_rows(new, old, against is not None, kept),
        questions=[q for q in questions if q.kind != "heading"],
        headings=[q for q in questions if q.kind == "heading"],
        removed=[place for place in old if place.section.key not in after],
        fates=[(fate, remarks.get(fate, 0)) for fate in FATES] if remarks else [],
        corrections=[(describe(c, names), lines.get(c.get("at", ""), "")) for c in draft.corrections],
        disciplines=list(draft.manuscript.disciplines.filter(merged_into=None)),
        words=sum(place.text.words for place in new),
        pictures=Image.objects.filter(texts__placements__draft=draft).distinct().count(),
        readers=draft.manuscript.memberships.present().filter(role="reviewer").count(),
        correction_label=f"{running.number}.{running.drafts.count()}" if running else "",
        looking=_looking(draft) if against and draft.state == "ready" else None,
    )


def _looking(draft: Draft) -> Job | None:
    """An upload is ready before its notes' fates are known, and a correction of it makes them known anew."""
    return Job.objects.active().filter(Q(pk=draft.job_id) | Q(key=f"foresee_draft:{draft.pk}")).first()


def files_of(draft: Draft) -> list[Source]:
    """Those it was uploaded as, then older ones that chapters of it come from."""
    own = list(draft.sources.order_by("draftsource__position"))
    rows = draft.placements.exclude(source=None).order_by("chapter_position", "position").select_related("source")
    return list({source.pk: source for source in [*own, *(row.source for row in rows if row.source)]}.values())


def read_of(draft: Draft) -> dict[str, Any]:
    """What was kept of reading the draft's files; empty for a draft that was not made from files."""
    blocks = draft.read.blocks if hasattr(draft, "read") else {}
    return blocks if isinstance(blocks, dict) else {}


def _rows(new: Sequence[Placement], old: Sequence[Placement], compared: bool, kept: dict[str, Any]) -> list[Row]:
    states = differences(as_places(old), as_places(new)) if compared else {}
    begins = kept.get("at", {})
    asked = {question["at"] for question in kept.get("questions", [])}
    rows: list[Row] = []
    for place in new:
        key = place.section.key
        first = not rows or rows[-1].place.chapter_id != place.chapter_id
        at = begins.get(key, "")
        state = state_of(states[key]) if compared else None
        rows.append(Row(place, first, state, at in asked, at, is_first=not rows))
        if not first:
            opening = next(row for row in reversed(rows) if row.is_chapter)
            opening.inner.append(place)
    return rows


def state_of(difference: Difference) -> State:
    """A difference in words."""
    if difference.state == "added":
        return State(_("New"), "plus", "good")
    if difference.state == "renamed":
        return State(_("Renamed"), "right", "warn")
    if difference.state == "changed":
        if difference.share >= REWRITTEN:
            return State(_("Rewritten: %d%% new") % round(100 * difference.share), "diff", "good")
        told = ngettext("%d passage changed", "%d passages changed", difference.passages)
        return State(told % difference.passages, "diff", "good")
    if difference.moved:
        return State(_("Moved"), "right", "warn")
    return State(_("Unchanged"), "tick", "idle")


def _asked(questions: Sequence[dict[str, Any]], new: Sequence[Placement], begins: dict[str, str]) -> list[Asked]:
    chapters = {place.section.key: place.chapter_title for place in new}
    by_mark = {at: chapters.get(key, "") for key, at in begins.items()}
    return [
        Asked(
            f"q{index}",
            question["kind"],
            question["title"],
            question["context"],
            question["detail"],
            question["proposal"],
            by_mark.get(question["at"], ""),
        )
        for index, question in enumerate(questions)
    ]


def answers(draft: Draft, given: dict[str, str]) -> list[dict[str, Any]]:
    """The corrections that answers to a draft's questions stand for: `given` maps q0, q1... to yes or no."""
    ops: list[dict[str, Any]] = []
    for index, question in enumerate(read_of(draft).get("questions", [])):
        ops += question["options"].get(given.get(f"q{index}", ""), [])
    return ops


def lines_of(draft: Draft) -> dict[str, str]:
    """The first words of each block of what was read, by the mark that corrections name it with."""
    blocks = [block for d in read_of(draft).get("documents", []) for block in Document.from_json(d).blocks]
    return {mark: " ".join(block.plain[:200].split()) for mark, block in zip(fingerprints(blocks), blocks, strict=True)}


@dataclass
class Passage:
    """A block of what was read, where a chapter or section may begin."""

    at: str
    words: str
    kind: str
    level: int


def passages_of(draft: Draft, section_key: str) -> list[Passage]:
    """The blocks of one section, its first left out: there it begins already. Empty where it was taken over."""
    kept = read_of(draft)
    blocks = [block for d in kept.get("documents", []) for block in Document.from_json(d).blocks]
    marks = fingerprints(blocks)
    begins = set(kept.get("at", {}).values())
    start = kept.get("at", {}).get(section_key)
    if start not in marks:
        return []
    result = []
    for mark, block in list(zip(marks, blocks, strict=True))[marks.index(start) + 1 :]:
        if mark in begins:
            break
        words = " ".join((block.plain or block.kind).split())
        result.append(Passage(mark, words if len(words) < 260 else words[:259] + "…", block.kind, block.level))
    return result

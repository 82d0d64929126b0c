"""The author's desk: which notes wait, found by filters, one of them open with its passage."""

from collections import Counter
from dataclasses import dataclass
from typing import Any

from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from manuscripts.models import Draft, Placement
from manuscripts.permissions import Actor

from .filtering import BOOK, filter_threads, in_text_order, standing_in
from .models import Anchor, Decision, Thread
from .presenting import present

PAGE = 50  # notes of a list shown at once
TABS = [("open", _("to triage")), *Decision.KINDS]
MARKS = [  # kind or reaction, icon
    ("comment", "comment"),
    ("suggestion", "suggest"),
    ("confusing", "confusing"),
    ("disagree", "disagree"),
    ("too_slow", "slow"),
    ("valuable", "valuable"),
    ("missing", "missing"),
    ("experience", "experience"),
]
NAMES = {key: str(label) for key, label in [*Thread.KINDS, *Thread.REACTIONS]}


@dataclass(frozen=True)
class Choice:
    """One value of a filter with how many notes have it."""

    value: str
    label: Any
    count: int
    chosen: bool
    icon: str = ""


@dataclass(frozen=True)
class Wanted:
    """What the desk is asked for: the tab, filters by name, the words sought."""

    tab: str
    chapters: list[str]
    disciplines: list[str]
    marks: list[str]
    fates: list[str]
    authors_only: bool
    q: str

    @classmethod
    def of(cls, data: Any) -> "Wanted":
        """From the query of an address; what is not known there is left out."""
        tabs = [key for key, _label in TABS]
        marks = {key for key, _icon in MARKS}
        return cls(
            tab=data.get("tab") if data.get("tab") in tabs else "open",
            chapters=data.getlist("chapter"),
            disciplines=data.getlist("discipline"),
            marks=[value for value in data.getlist("mark") if value in marks],
            fates=[value for value in data.getlist("fate") if value in dict(Anchor.FATES)],
            authors_only=data.get("visibility") == "authors",
            q=data.get("q", "").strip()[:200],
        )

    @property
    def narrowed(self) -> bool:
        return bool(self.chapters or self.disciplines or self.marks or self.fates or self.authors_only or self.q)


def all_notes(actor: Actor, draft: Draft) -> QuerySet:
    return Thread.objects.visible_to(actor).filter(manuscript=draft.manuscript)


def narrowed(actor: Actor, draft: Draft, wanted: Wanted) -> QuerySet:
    """The notes that answer to all filters, in every tab."""
    known = set(draft.manuscript.disciplines.values_list("slug", flat=True))
    rows = filter_threads(
        all_notes(actor, draft),
        draft,
        {
            "chapter": wanted.chapters,
            "discipline": [slug for slug in wanted.disciplines if slug in known],
            "fate": wanted.fates,
            "visibility": ["authors"] if wanted.authors_only else [],
            "q": [wanted.q],
        },
    )
    if wanted.marks:
        kinds = [mark for mark in wanted.marks if mark in dict(Thread.KINDS)]
        rows = rows.filter(kind__in=kinds) | rows.filter(reaction__in=wanted.marks)
    return rows


def in_tab(rows: QuerySet, tab: str) -> QuerySet:
    return rows.filter(status="open") if tab == "open" else rows.filter(decision__decision=tab)


def tabs(rows: QuerySet, wanted: Wanted) -> list[Choice]:
    """The tabs with the number of notes in each, filters applied."""
    counts = Counter(decision or "open" for decision in rows.values_list("decision__decision", flat=True))
    return [Choice(key, label, counts[key], key == wanted.tab) for key, label in TABS]


def first_tab(rows: QuerySet) -> str:
    """The first tab that has any of these notes: a link that names filters alone leads to what it promises."""
    found = set(rows.values_list("decision__decision", flat=True).order_by().distinct())
    return next((key for key, _label in TABS if (None if key == "open" else key) in found), "open")


def choices(actor: Actor, draft: Draft, wanted: Wanted) -> dict[str, list[Choice]]:
    """Every filter with its values and how many of all notes have each; one query for the notes."""
    rows = list(
        standing_in(all_notes(actor, draft), draft).values(
            "scope", "kind", "reaction", "chapter_id", "now_chapter", "now_fate", "visibility"
        )
    )
    places = draft.placements.select_related("chapter").only("chapter", "chapter_title", "chapter_position")
    chapters = {place.chapter_id: place for place in places}
    by_chapter = Counter(row["now_chapter"] or row["chapter_id"] for row in rows if row["scope"] != "book")
    by_mark = Counter(row["reaction"] or row["kind"] for row in rows)
    by_fate = Counter(row["now_fate"] for row in rows)
    hidden = sum(row["visibility"] == "authors" for row in rows)
    book = sum(row["scope"] == "book" for row in rows)
    in_order = sorted(chapters.values(), key=lambda place: place.chapter_position)
    return {
        "chapters": [
            Choice(p.chapter.key, p.chapter_title, by_chapter[p.chapter_id], p.chapter.key in wanted.chapters)
            for p in in_order
            if by_chapter[p.chapter_id] or p.chapter_position
        ]
        + [Choice(BOOK, _("The whole book"), book, BOOK in wanted.chapters)],
        "marks": [Choice(m, NAMES[m].capitalize(), by_mark[m], m in wanted.marks, icon) for m, icon in MARKS],
        "fates": [
            Choice("edited", _("Its words changed"), by_fate["edited"], "edited" in wanted.fates),
            Choice("moved", _("Moved"), by_fate["moved"], "moved" in wanted.fates),
            Choice("detached", _("Detached"), by_fate["detached"], "detached" in wanted.fates),
        ],
        "visibility": [Choice("authors", _("Author only"), hidden, wanted.authors_only)],
    }


def listed(actor: Actor, draft: Draft, rows: QuerySet, page: int) -> tuple[list[dict[str, Any]], bool]:
    """A page of notes in the order of the text, each with its `passage` ("Ch. 3 ¶ 2"), and whether more follow."""
    ids = list(in_text_order(rows).values_list("pk", flat=True)[(page - 1) * PAGE : page * PAGE + 1])
    shown, more = ids[:PAGE], len(ids) > PAGE
    notes = {note["id"]: note for note in present(actor, Thread.objects.filter(pk__in=shown), draft)}
    ordered = [notes[str(pk)] for pk in shown]
    add_passages(draft, ordered)
    return ordered, more


def add_passages(draft: Draft, notes: list[dict[str, Any]]) -> None:
    """Gives each note `place`: its chapter's number and title, the paragraph it stands on, the section's title."""
    places = list(draft.placements.select_related("chapter", "section", "text").defer("text__html", "text__markdown"))
    by_section = {place.section.key: place for place in places}
    by_chapter: dict[str, Placement] = {}
    for place in places:
        by_chapter.setdefault(place.chapter.key, place)
    for note in notes:
        anchor = note["anchor"] or {}
        place = by_section.get(anchor.get("section")) or by_chapter.get(anchor.get("chapter"))
        start = anchor.get("start") if anchor.get("start") is not None else (anchor.get("near") or {}).get("offset")
        passage = None
        if place and place.section.key == anchor.get("section") and start is not None:
            passage = max(place.text.text.count("\n", 0, start), 1)
        note["place"] = {
            "number": place.chapter_position if place else None,
            "chapter": place.chapter_title if place else None,
            "section": place.title if place and place.discipline_id else None,
            "passage": passage,
        }


@dataclass(frozen=True)
class Passage:
    """The paragraph around a note's words, cut in three, and the words as they were when it was written."""

    before: str
    words: str
    after: str
    old: str


def passage(draft: Draft, note: dict[str, Any]) -> Passage | None:
    """The paragraph a note stands in; for a detached one the paragraph it was written in. None without words."""
    thread = Thread.objects.select_related("text").get(pk=note["id"])
    anchor = note["anchor"] or {}
    if anchor.get("exact"):
        text = draft.placements.get(section__key=anchor["section"]).text.text
        start, end = anchor["start"], anchor["end"]
    elif thread.text and thread.start is not None and thread.end is not None:
        text, start, end = thread.text.text, thread.start, thread.end
    else:
        return None
    first = text.rfind("\n", 0, start) + 1
    last = text.find("\n", end)
    last = len(text) if last < 0 else last
    return Passage(text[first:start], text[start:end], text[end:last], thread.exact or "")


def written_on(draft: Draft, note: dict[str, Any]) -> str:
    """What screens call the draft that a note was written on."""
    number = note["written_on"]["draft"]
    return str(draft if number == draft.number else draft.manuscript.drafts.get(number=number))


def on_same_passage(actor: Actor, draft: Draft, note: dict[str, Any]) -> list[dict[str, Any]]:
    """Other notes whose words overlap those of this one, at most ten."""
    anchor = note["anchor"] or {}
    if anchor.get("exact") is None:
        return []
    rows = standing_in(all_notes(actor, draft), draft).filter(
        anchors__draft=draft,
        anchors__section__key=anchor["section"],
        anchors__start__lt=anchor["end"],
        anchors__end__gt=anchor["start"],
    )
    ids = list(rows.exclude(pk=note["id"]).values_list("pk", flat=True).distinct()[:10])
    return present(actor, Thread.objects.filter(pk__in=ids), draft)

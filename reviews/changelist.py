"""The change list: the notes whose author said "will change", what each wants, and where it can be done.

Where a section comes from a Word file that file is the author's master: suggestions go into it as tracked changes
(`reviews.word_master`). What was applied here stands in the working draft. All else is the author's to do by hand.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from manuscripts.formats.docx_places import alike
from manuscripts.models import Draft, Manuscript, Placement, Source
from manuscripts.permissions import Actor
from manuscripts.working import working_draft

from .desk import add_passages
from .edits import edits_of
from .models import Thread
from .note_cards import Card, Cards, State
from .presenting import present
from .word_master import Wanted, outcome

AROUND = 70  # characters of the passage shown on each side of the words
STATES = {
    "file": State("good", "file", _("In the Word file")),
    "working": State("good", "check", _("In the working draft")),
    "conflict": State("stop", "stop", _("In conflict with another")),
    "hand": State("warn", "suggest", _("By hand")),
}
WHY = {
    "comment": _("No words were suggested."),
    "whole": _("It is not about certain words."),
    "detached": _("Its words are gone from the open draft."),
    "edited": _("The words have changed since this was suggested."),
    "no_word_file": _("Its chapter does not come from a Word file: it can be applied here, from its note."),
    "too_long": _("The file is too long to be compared."),
    "no_words": _("It marks no words."),
    "not_there": _("These words do not stand in the main text of the file: look in footnotes, boxes and pictures."),
    "paragraphs": _("It joins or splits paragraphs."),
    "same": _("The words stand there already."),
    "tracked": _("These words are part of a tracked change in the file. Accept or reject that first."),
    "field": _("These words are filled in by Word, as a field."),
    "control": _("These words belong to a control of the file."),
    "unreadable": _("The file could not be read."),
}


@dataclass(frozen=True)
class Passage:
    """Words with what stands around them, clipped: `old` as they stand, `new` as wanted (None: nothing suggested)."""

    before: str
    old: str
    after: str
    new: str | None


@dataclass
class Row:
    """One note of the list. `why` says why it is left to the author, `other` is the note it is in conflict with."""

    note: dict[str, Any]
    card: Card
    passage: Passage
    state: State
    why: Any = ""
    other: "Row | None" = None
    is_applied: bool = False

    @property
    def place(self) -> dict[str, Any]:
        return self.note["place"]


@dataclass
class WordFile:
    """A Word source of the open draft with how many of the list's suggestions its file can hold."""

    source: Source
    count: int = 0
    wanted: list[Wanted] = field(default_factory=list)


@dataclass
class ChangeList:
    rows: list[Row]
    files: list[WordFile]

    @property
    def groups(self) -> list[tuple[State, list[Row]]]:
        """The rows by what becomes of them, each group in the order of the text."""
        found = [(state, [row for row in self.rows if row.state is state]) for state in STATES.values()]
        return [(state, rows) for state, rows in found if rows]

    @property
    def by_hand(self) -> int:
        """How many are left to the author."""
        return sum(row.state in (STATES["hand"], STATES["conflict"]) for row in self.rows)


def on_list(actor: Actor, manuscript: Manuscript) -> QuerySet:
    """The notes decided "will change" that the actor may see."""
    rows = Thread.objects.visible_to(actor).filter(manuscript=manuscript, withdrawn=None)
    return rows.filter(decision__decision="will_change")


def change_list(actor: Actor, draft: Draft, makes: Cards) -> ChangeList:
    """The whole list against the open draft `draft`, in the order of its text."""
    places = _places(draft)
    notes = present(actor, on_list(actor, draft.manuscript), draft, {p.text_id: p.text.text for p in places.values()})
    add_passages(draft, notes)
    rows = [Row(note, makes.card(note), passage_of(note, places), STATES["hand"]) for note in notes]
    by_id = {int(row.note["id"]): row for row in rows}
    files = word_files(places.values())
    _tell_applied(draft.manuscript, by_id)
    _tell_suggestions(by_id, places, files)
    for file in files:
        found = outcome(file.source, [p for p in places.values() if p.source_id == file.source.pk], file.wanted)
        file.count = len(found.done)
        for pk in found.done:
            by_id[pk].state, by_id[pk].why = STATES["file"], ""
        for pk, why in found.by_hand.items():
            by_id[pk].why = WHY[why]
    return ChangeList(sorted(rows, key=lambda row: order_in(row.note, places)), files)


def _places(draft: Draft) -> dict[str, Placement]:
    """The draft's placements by section key, in their order."""
    rows = draft.placements.select_related("section", "chapter", "text", "source")
    return {row.section.key: row for row in rows.defer("text__html", "text__markdown")}


def word_files(places: Iterable[Placement]) -> list[WordFile]:
    """The Word files that sections come from, each once."""
    sources = {place.source_id: place.source for place in places if place.source and place.source.format == "docx"}
    return [WordFile(source) for source in sources.values()]


def passage_of(note: dict[str, Any], places: dict[str, Placement]) -> Passage:
    """A note's words as they stand now, else as they were when it was written."""
    anchor = note["anchor"] or {}
    new = note["replacement"]
    place = places.get(anchor.get("section") or "")
    if anchor.get("exact") is None or place is None:
        selectors = note["written_on"]["selector"] or []
        return Passage("", next((s["exact"] for s in selectors if s["type"] == "TextQuoteSelector"), ""), "", new)
    text, start, end = place.text.text, anchor["start"], anchor["end"]
    return Passage(*clipped(text, start, end), new)


def clipped(text: str, start: int, end: int) -> tuple[str, str, str]:
    """What stands before `start:end` in its paragraph, the words, and what stands behind; whole words."""
    first = max(text.rfind("\n", 0, start) + 1, start - AROUND)
    last = text.find("\n", end)
    last = min(len(text) if last < 0 else last, end + AROUND)
    before, after = text[first:start], text[end:last]
    if first and text[first - 1] != "\n":
        before = "… " + before.partition(" ")[2]
    if last < len(text) and text[last] != "\n":
        after = after.rpartition(" ")[0] + " …"
    return before, text[start:end], after


def _tell_applied(manuscript: Manuscript, rows: dict[int, Row]) -> None:
    """Which suggestions stand in the working draft."""
    draft = working_draft(manuscript)
    for edit in edits_of(draft).standing if draft else []:
        if edit.thread_id in rows:
            rows[edit.thread_id].state, rows[edit.thread_id].is_applied = STATES["working"], True


def _tell_suggestions(rows: dict[int, Row], places: dict[str, Placement], files: Sequence[WordFile]) -> None:
    """Gives each suggestion to its Word file, or says why not. Of two on the same words the one applied here counts,
    else the one decided first."""
    by_source = {file.source.pk: file for file in files}
    taken: list[tuple[Wanted, Row]] = []
    first = sorted(rows.items(), key=lambda item: (not item[1].is_applied, item[1].note["decision"]["at"], item[0]))
    for pk, row in first:
        why = _why_by_hand(row)
        if why:
            row.why = "" if row.is_applied else WHY[why]
            continue
        anchor = row.note["anchor"]
        wanted = Wanted(pk, places[anchor["section"]].text_id, anchor["start"], anchor["end"], row.note["replacement"])
        row.other = next((other for each, other in taken if each.overlaps(wanted)), None)
        if row.other is not None:
            row.state = STATES["conflict"]
            continue
        taken.append((wanted, row))
        if row.is_applied:
            continue
        file = by_source.get(places[anchor["section"]].source_id or 0)
        if file is None:
            row.why = WHY["no_word_file"]
        else:
            file.wanted.append(wanted)


def _why_by_hand(row: Row) -> str:
    """Why a note is no change of certain words that stand in the open draft; empty where it is."""
    anchor = row.note["anchor"] or {}
    if row.note["replacement"] is None:
        return "comment"
    if anchor.get("fate") == "detached":
        return "detached"
    if anchor.get("exact") is None:
        return "whole"
    # What was suggested for other words may undo what the author has written there since.
    if anchor["by"] != "hand" and alike(anchor["exact"]) != alike(row.card.old):
        return "edited"
    return ""


def order_in(note: dict[str, Any], places: dict[str, Placement]) -> tuple[int, int, int]:
    """Where a note stands in the sequence of the text."""
    anchor = note["anchor"] or {}
    place = places.get(anchor.get("section") or "")
    start = anchor.get("start")
    if place is None:
        return (note["place"]["number"] or 0, 0, int(note["id"]))
    return (place.chapter_position, place.position, -1 if start is None else start)

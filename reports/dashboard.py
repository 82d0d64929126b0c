"""The author's view of where the book stands now: the figures of the manuscript's own page."""

from typing import Any

from manuscripts.models import Manuscript
from reports import done, headlines, remarks, strips
from reports.collecting import collect
from reports.figures import step
from reports.findings import asked, findings
from reports.snapshot import Edition
from reports.tables import Tables
from reports.voices import Voices
from reports.wording import Pages

Data = dict[str, Any]


def dashboard(manuscript: Manuscript) -> Data:
    """The tables of the author's dashboard, from the same findings as a report; empty before the first draft opens.

    `draft` (the Draft or None), `label`, `total` (notes), `waiting`, `detached`, `said` (bold sentence, the rest),
    `chapters`: key, title (numbered), state (done, nearly, not_yet), why, strip (notes by place), read (people),
    asked (people), sense and value (cells, value None where not asked), waiting, notes;
    `disciplines`: slug, code, name, state (None: blank or no section), why, people (finished, reading, opened,
    asked, declined), own and book (cells), thin (answers that make no figure yet, 0 where they do).
    A cell: state (figure, few, none, blank), text, title, step (1-5 or None), n, bars.
    """
    draft = manuscript.open_draft
    snapshot = collect(manuscript, draft)
    data = findings(snapshot, Edition())
    voices = Voices(snapshot, Edition())
    tables = Tables(snapshot, voices.named)
    notes = remarks.chosen(snapshot, Edition(), voices)
    pages = Pages(data)
    states = {c["key"]: c for c in done.chapter_states(snapshot, tables, notes)}
    chapters = [_chapter(pages, snapshot, states[row["key"]], row, notes) for row in data["map"]["verdict"][:-1]]
    sections = {s["discipline"]: s for s in reversed(done.section_states(snapshot, tables, notes))}
    return {
        "draft": draft,
        "label": snapshot.label,
        "total": data["remarks"]["total"],
        "waiting": data["remarks"]["by_decision"]["open"],
        "detached": data["remarks"]["by_fate"]["detached"],
        "said": _said(chapters, data),
        "chapters": chapters,
        "disciplines": [_discipline(pages, data, sections.get(d.slug), d.slug) for d in snapshot.disciplines],
    }


def _chapter(pages: Pages, snapshot: Any, state: Data, row: Data, notes: list) -> Data:
    """One chapter everyone reads."""
    own = {s.key for s in snapshot.sections if s.discipline}
    here = [r for r in notes if r.chapter == row["key"] and r.section not in own]
    values = pages.data["map"]["value"] or []
    value = next((v for v in values if v["key"] == row["key"]), None)
    title = pages.chapter_title(row["key"], row["title"])
    people = asked(snapshot)
    answered = {a.member for a in snapshot.answers if a.scope == "chapter" and a.key == row["key"]}
    readers = {pk for pk, review in people.items() if row["key"] in review.read or pk in answered}
    return {
        "key": row["key"],
        "title": title,
        "state": state["state"],
        "why": done.why_not(state),
        "strip": strips.strip(snapshot, row["key"], here),
        "read": len(readers),
        "asked": len(people),
        "sense": pages.cell(row["all"], title),
        "value": pages.cell(value["all"], title) if value else None,
        "waiting": sum(not r.decision for r in here),
        "notes": len(here),
    }


def _discipline(pages: Pages, data: Data, section: Data | None, slug: str) -> Data:
    """One discipline: its section, its readers, what they say of both."""
    own = data["map"]["verdict"][-1]["by_discipline"][slug]
    value = _coloured(data["own_value"]["by_discipline"][slug])
    book = pages.cell(_coloured(data["book"]["value"]["by_discipline"][slug]), pages.name(slug))
    return {
        "slug": slug,
        "code": pages.code(slug),
        "name": pages.name(slug),
        "state": section["state"] if section else None,
        "why": done.why_not(section) if section else "",
        "people": data["coverage"]["by_discipline"][slug],
        "sense": pages.cell(own, pages.name(slug)),
        "own": pages.cell(value, pages.name(slug)),
        "book": book,
        "thin": book["n"] if book["state"] == "few" else 0,
    }


def _coloured(figure: Data) -> Data:
    """A figure outside the maps, with the colour step it would have in one."""
    return {**figure, "step": step(figure)}


def _said(chapters: list[Data], data: Data) -> tuple[str, str]:
    """The sentence below the title, and what follows it: the headlines of the report, at most two."""
    finished = sum(c["state"] == "done" for c in chapters)
    first = data["headlines"][0]["text"]
    if chapters:
        count = headlines.number(finished, capital=True) if finished else "None"
        verb = "is" if finished < 2 else "are"
        first = f"{count} of {headlines.several(len(chapters), 'chapter', 'chapters')} {verb} done. {first}"
    return first, " ".join(h["text"] for h in data["headlines"][1:3])

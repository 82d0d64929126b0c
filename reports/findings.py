"""Everything a report says, worked out from one snapshot. Pure: same snapshot and edition, same findings.

The order of lists in the snapshot never matters, except that of the disciplines (the value stream).
"""

from collections.abc import Iterable, Sequence
from typing import Any

from reports import done, first, headlines, neighbours, remarks, since, strips
from reports.agreement import alpha_ordinal, wilson
from reports.answers import other_questions, single_answers, within, written_answers
from reports.figures import (
    LEAST,
    Figure,
    Table,
    blanked,
    level,
    low_high,
    rating_figure,
    sees_value,
    tenth,
    with_marks,
)
from reports.snapshot import Chapter, Edition, Review, Section, Snapshot
from reports.tables import Tables
from reports.voices import Voices
from reviews.parts import COUNTED, count_parts

Data = dict[str, Any]
#: The shape of `findings`: one more whenever a key comes, goes or means something else, so that a page never reads a
#: stored snapshot of another shape.
SCHEMA = 4


def asked(snapshot: Snapshot) -> dict[str, Review]:
    """The reviews of those who count as asked, by member: readers of the round who have not been taken out."""
    rows = [review for review in snapshot.reviews if review.present]
    return {review.member: review for review in sorted(rows, key=lambda r: (r.member, r.state))}


def asked_by_discipline(snapshot: Snapshot, rows: Iterable[str]) -> dict[str, set[str]]:
    """Those among these members who are of each discipline."""
    of: dict[str, set[str]] = {d.slug: set() for d in snapshot.disciplines}
    disciplines = {m.id: m.disciplines for m in snapshot.members}
    for member in rows:
        for discipline in disciplines.get(member, ()):
            if discipline in of:
                of[discipline].add(member)
    return of


def coverage(snapshot: Snapshot, disciplines: Sequence[str], open_to_all: bool, chosen: bool = False) -> Data:
    """How far the asked have come: `{"all": C, "by_discipline": {slug: C}}`; `chosen`: all are those of these
    disciplines, else everybody.

    Counted as on the readers' page (`reviews.parts`). A member of two disciplines counts in both and once in all.
    Unless `open_to_all`, a discipline of fewer than three asked is blank, and so is the next smallest where that one
    would follow from the total. What is blank in the whole is blank in every choice and left out of its total, so that
    two reports tell no more than one.
    """
    rows = asked(snapshot)
    of = asked_by_discipline(snapshot, rows)
    hidden: set[str] = set()
    if not open_to_all:
        hidden = {d for _, d in blanked({("", d): len(members) for d, members in of.items()}, [""], list(of))}

    def figure(members: Iterable[str]) -> Data:
        return count_parts(rows[m].state for m in members)

    blank: Data = dict.fromkeys(COUNTED)
    shown = [d for d in disciplines if d not in hidden]
    total = figure(set().union(*(of[d] for d in shown)) if chosen else rows)
    return {
        "all": total if shown or not chosen else blank,
        "by_discipline": {d: blank if d in hidden else figure(of[d]) for d in disciplines},
    }


def gap(cells: dict[str, Figure], kind: str) -> Data | None:
    """The distance from the lowest to the highest discipline; marked from 40 points or 2."""
    levels = {d: at for d, f in cells.items() if (at := level(f)) is not None}
    if len(levels) < 2:
        return None
    low, high = min(levels, key=lambda d: levels[d]), max(levels, key=lambda d: levels[d])
    ends = levels[low], levels[high]
    # Of the figures as they are shown, so that the gap is what a reader finds between them.
    if kind == "verdict":
        size: float = headlines.whole(ends[1]) - headlines.whole(ends[0])
    else:
        size = round(tenth(ends[1]) - tenth(ends[0]), 1)
    marked = size >= (headlines.GAP_POINTS if kind == "verdict" else headlines.GAP_MEAN)
    return {"size": size, "lowest": low, "highest": high, "marked": marked}


def map_row(table: Table, row: str, heard: Sequence[str] | None, **about: object) -> Data:
    """One row of the tension map, of the disciplines heard; None: of all, with readers of none in the total."""
    cells = {c: with_marks(table.cell(row, c)) for c in (table.columns if heard is None else heard)}
    return {
        **about,
        "all": with_marks(table.total(row, heard)),
        "by_discipline": cells,
        "gap": gap(cells, table.kind),
    }


def tension_map(
    tables: Tables, heard: Sequence[str] | None, chapters: Sequence[Chapter], sections: Sequence[Section]
) -> Data:
    """Chapters by disciplines and "their own section": makes sense first, value where it is asked by chapter."""

    def rows(by_chapter: Table, by_section: Table) -> list[Data]:
        own = tables.own(by_section, sections)
        made = [map_row(by_chapter, c.key, heard, key=c.key, title=c.title, position=c.position) for c in chapters]
        return [*made, map_row(own, "own", heard, key=None, title="Their own section", position=0)]

    value = rows(tables.chapter_value, tables.section_value) if tables.asks("value", "chapter") else None
    return {"verdict": rows(tables.chapter_sense, tables.section_sense), "value": value}


def section_blocks(tables: Tables, sections: Sequence[Section], columns: Sequence[str] | None = None) -> list[Data]:
    """Value and verdict of each discipline section."""
    return [
        {
            "key": s.key,
            "discipline": s.discipline,
            "title": s.title,
            "value": tables.section_value.block(s.key, columns),
            "verdict": tables.section_sense.block(s.key, columns),
        }
        for s in sections
    ]


def chapter_blocks(tables: Tables, chapters: Sequence[Chapter], columns: Sequence[str] | None = None) -> list[Data]:
    """Value and verdict of each chapter."""
    return [
        {
            "key": c.key,
            "title": c.title,
            "value": tables.chapter_value.block(c.key, columns),
            "verdict": tables.chapter_sense.block(c.key, columns),
        }
        for c in chapters
    ]


def api_findings(snapshot: Snapshot, edition: Edition | None = None) -> Data:
    """The answer of `GET findings/`, from the very functions the report is made with."""
    edition = edition or Edition()
    voices = Voices(snapshot, edition)
    tables = Tables(snapshot, voices.named)
    chosen = remarks.chosen(snapshot, edition, voices)
    counted = remarks.counts(chosen, voices, tables.columns)
    return {
        "draft": snapshot.draft,
        "book": {"value": tables.book_value.block("")},
        "chapters": chapter_blocks(tables, tables.chapters),
        "sections": section_blocks(tables, tables.sections),
        "coverage": coverage(snapshot, tables.columns, not voices.leaves),
        "remarks": {k: counted[k] for k in ("total", "by_kind", "by_decision", "by_fate", "by_discipline")},
    }


def by_sphere(snapshot: Snapshot, tables: Tables, voices: Voices, heard: Sequence[str] | None = None) -> Data | None:
    """Value of the book by sphere of influence, of all or of those who speak for the disciplines that are heard; on the
    desk and only where names are known, since it cuts across disciplines."""
    if voices.leaves or not voices.named:
        return None
    sphere = {m.id: m.sphere for m in snapshot.members}
    people = tables.book_value.people("", heard)
    spheres = sorted({sphere.get(a.member, "") for a in people} - {""})
    return {s: rating_figure([a for a in people if sphere.get(a.member) == s]) for s in spheres}


def findings(snapshot: Snapshot, edition: Edition | None = None) -> Data:
    """The whole report as data: what every page and file is rendered from."""
    edition = edition or Edition()
    voices = Voices(snapshot, edition)
    tables = Tables(snapshot, voices.named)
    wanted = edition.disciplines
    columns = [d.slug for d in snapshot.disciplines if wanted is None or d.slug in wanted]
    heard = None if wanted is None else columns
    names = {d.slug: d.name for d in snapshot.disciplines if d.slug in columns}
    codes = {d.slug: d.code for d in snapshot.disciplines if d.slug in columns}
    chapters = [c for c in tables.chapters if edition.chapters is None or c.key in edition.chapters]
    sections = [
        s
        for s in tables.sections
        if s.discipline in columns and (edition.chapters is None or s.chapter in edition.chapters)
    ]
    shown_chapters, shown_sections = {c.key for c in chapters}, {s.key for s in sections}
    chosen = remarks.chosen(snapshot, edition, voices)
    everything = remarks.chosen(snapshot, Edition(edition.edition, edition.names), voices)
    counted = remarks.counts(chosen, voices, columns)
    book = tables.book_value.block("", heard)
    tension = tension_map(tables, heard, chapters, sections)
    covered = coverage(snapshot, columns, not voices.leaves, wanted is not None)
    sense_rows = tension["verdict"][:-1]
    value_rows = (tension["value"] or [None])[:-1]
    notes, written = remarks.in_context(snapshot, chosen, voices), written_answers(snapshot, voices, edition)
    begin = [] if voices.leaves else first.to_change(notes, written, sense_rows, codes)
    said = [
        headlines.sees(book, codes, voices.named),
        *begin,
        *headlines.loses(sense_rows, covered["all"]["finished"], voices.named),
    ]
    said += headlines.divides(sense_rows, codes, "verdict") + headlines.divides(value_rows, codes, "rating")
    said += headlines.own_pages(tension["verdict"][-1], codes)
    changed = since.since(snapshot, voices, tables, heard, chapters, chosen)
    said += headlines.turned(changed)
    of = asked_by_discipline(snapshot, asked(snapshot))
    said += headlines.silent(covered, names, lambda quiet: len(set().union(*(of[d] for d in quiet))))
    if not voices.leaves:
        said += headlines.waiting(counted)
    authors = sorted(snapshot.authors)
    unquoted = remarks.unquoted(chosen, voices)
    silent = sum(not voices.may_stand(remark) for remark in voices.of_readers(chosen))
    team = len(chosen) - len(voices.of_readers(chosen)) if voices.leaves else 0
    thin = wanted is not None and not set(columns) <= voices.apart
    return {
        "format": "widemargin-report/1",
        "schema": SCHEMA,
        "as_of": snapshot.as_of,
        "manuscript": {
            "slug": snapshot.slug,
            "title": snapshot.title,
            "language": snapshot.language,
            "time_zone": snapshot.time_zone,
            "authors": authors,
        },
        "draft": {"number": snapshot.draft, "label": snapshot.label, "opened": snapshot.opened or None},
        "round": {
            "number": snapshot.round,
            "visibility": snapshot.visibility,
            "anonymity": snapshot.anonymity,
            "others_sections": snapshot.others_sections,
            "deadline": snapshot.deadline or None,
        },
        "edition": edition.edition,
        "names": edition.names,
        "named": voices.named,
        "cover": edition.cover,
        "signed": edition.signed,
        "paper": edition.paper,
        "filters": {
            "disciplines": sorted(edition.disciplines) if edition.disciplines is not None else None,
            "chapters": sorted(edition.chapters) if edition.chapters is not None else None,
            "kinds": sorted(edition.kinds) if edition.kinds is not None else None,
            "decisions": sorted(edition.decisions) if edition.decisions is not None else None,
            "since": edition.since or None,
            "until": edition.until or None,
            "author_only": edition.author_only and not voices.leaves,
        },
        "disciplines": [
            {"slug": d.slug, "code": d.code, "name": d.name, "span": d.span}
            for d in snapshot.disciplines
            if d.slug in columns
        ],
        "headlines": said,
        "left_out": headlines.left_out(book, tension, voices.named, len(unquoted), thin=thin, silent=silent, team=team),
        "coverage": covered,
        "book": {"value": book, "sees_value": seeing(book)},
        "spheres": by_sphere(snapshot, tables, voices, heard),
        "map": tension,
        "neighbours": neighbours.neighbours(tables, sections, heard, chosen, voices),
        "since": changed,
        "own_value": tables.own(tables.section_value, sections).block("own", heard),
        "done": {
            "chapters": [c for c in done.chapter_states(snapshot, tables, everything) if c["key"] in shown_chapters],
            "sections": [s for s in done.section_states(snapshot, tables, everything) if s["key"] in shown_sections],
        }
        if not voices.leaves
        else None,
        "strips": {c.key: strips.strip(snapshot, c.key, chosen) for c in chapters},
        "clusters": {c.key: strips.cluster(snapshot, c.key, chosen) for c in chapters},
        "chapters": chapter_blocks(tables, chapters, heard),
        "sections": section_blocks(tables, sections, heard),
        "remarks": counted,
        "conflicts": remarks.conflicts(chosen, voices),
        "quotes": remarks.in_their_words(chosen, voices),
        "stories": remarks.stories(chosen, voices),
        "unquoted": unquoted,
        "thanks": voices.thanks(snapshot, covered["all"]["finished"]),
        "appendix": appendix(tables, chapters, heard),
        "recorded": sum(bool(a.via) and a.stands and within(a, edition, snapshot) for a in snapshot.answers)
        if voices.named
        else None,
        "questions": other_questions(snapshot, tables, heard, edition.chapters),
        "written": written,
        "notes": notes,
        "originals": originals(snapshot),
        "answers": single_answers(snapshot, tables, voices, edition),
    }


def appendix(tables: Tables, chapters: Sequence[Chapter], heard: Sequence[str] | None) -> Data:
    """95 % intervals of "makes sense" by chapter, and where names are known how far readers agree (alpha).

    Alpha rests on every single answer, blank cells' too, so it would tell of them.
    """
    order = {"no": 1, "partly": 2, "yes": 3}
    intervals = {}
    for chapter in chapters:
        figure = tables.chapter_sense.total(chapter.key, heard)
        enough = not figure["hidden"] and figure["n"] >= LEAST
        intervals[chapter.key] = wilson(figure["yes"], figure["n"]) if enough else None
    units = [[order[str(a.value)] for a in tables.chapter_sense.people(chapter.key, heard)] for chapter in chapters]
    return {"makes_sense_95": intervals, "makes_sense_alpha": alpha_ordinal(units) if tables.named else None}


def originals(snapshot: Snapshot) -> Data:
    """What the draft's files are made again from: ids of words and hashes of bytes, neither of which ever change."""
    chapters = {c.key: c.position for c in snapshot.chapters}
    sections = sorted(snapshot.sections, key=lambda s: (chapters.get(s.chapter, 0), s.position, s.key))
    order = {s.source: at for at, s in reversed(list(enumerate(sections)))}
    return {
        "sources": [
            {"id": s.id, "format": s.format, "sha256": s.sha256}
            for s in sorted(snapshot.sources, key=lambda s: (order.get(s.id, len(sections)), s.id))
        ],
        "sections": [
            {
                "key": s.key,
                "chapter": s.chapter,
                "text": s.text,
                "uploaded": s.uploaded,
                "source": s.source or None,
            }
            for s in sections
        ],
    }


def seeing(book: Data) -> Data:
    """By discipline: true, false, or None where there are too few readers to say."""
    cells: dict[str, Figure] = book["by_discipline"]
    return {d: sees_value(f) if not f["hidden"] and low_high(f)[2] >= LEAST else None for d, f in cells.items()}

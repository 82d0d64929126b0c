"""The sections of disciplines by the disciplines that read them: what a trade says of its own pages, and what others
say of these. Pure."""

from collections.abc import Sequence
from typing import Any

from reports.figures import CellKey, blanked, with_marks
from reports.snapshot import Remark, Section
from reports.tables import Tables
from reports.voices import Voices

Data = dict[str, Any]


def neighbours(
    tables: Tables, sections: Sequence[Section], heard: Sequence[str] | None, remarks: Sequence[Remark], voices: Voices
) -> list[Data]:
    """A row for each section: whether it makes sense to each discipline that is heard (None: all, and readers without
    one in the total), with its notes (None: left blank), and to all but its own."""
    columns, speaking = (tables.columns, [*tables.columns, ""]) if heard is None else (heard, heard)
    notes = notes_left(tables, remarks, voices)
    rows = []
    for s in sections:
        others = [c for c in speaking if c != s.discipline]
        cells = {
            c: with_marks(tables.section_sense.cell(s.key, c)) | {"notes": notes.get((s.key, c), 0)} for c in columns
        }
        rows.append(
            {
                "key": s.key,
                "discipline": s.discipline,
                "title": s.title,
                "by_discipline": cells,
                "others": with_marks(tables.section_sense.total(s.key, others)),
            }
        )
    return rows


def notes_left(tables: Tables, remarks: Sequence[Remark], voices: Voices) -> dict[CellKey, int | None]:
    """How many notes each discipline left on each section. Where names are not known: None where fewer than LEAST
    people did, and where that one would follow from the rest."""
    rows = [s.key for s in tables.sections]
    columns = [*tables.columns, ""]
    left: dict[CellKey, list[Remark]] = {(row, column): [] for row in rows for column in columns}
    for r in remarks:
        cell = (r.section, r.discipline if r.discipline in tables.columns else "")
        if cell in left and not voices.is_team(r.member):
            left[cell].append(r)
    hidden: set[CellKey] = set()
    if not voices.open_notes:
        hidden = blanked({cell: len({r.member for r in found}) for cell, found in left.items()}, rows, columns)
    return {cell: None if cell in hidden else len(found) for cell, found in left.items()}

"""Reading pasted lines or a CSV file as people to invite: one a line, name, e-mail and disciplines in any order."""

import csv
import re
from collections.abc import Iterable
from dataclasses import dataclass, field

from accounts.mail import one_line
from accounts.models import normal_email
from manuscripts.models import Discipline

_ADDRESS = re.compile(r"^(?:(?P<name>[^<>]*)<)?(?P<email>[^\s<>@,;]+@[^\s<>@,;]+)>?$")
_HEADINGS = {"name", "email", "e-mail", "mail", "discipline", "disciplines", "role"}


@dataclass
class Line:
    """One person as read. `unknown` is what stood where a discipline would, but names none here."""

    name: str = ""
    email: str = ""
    disciplines: list[Discipline] = field(default_factory=list)
    unknown: str = ""


def read_lines(text: str, disciplines: Iterable[Discipline]) -> list[Line]:
    """The people of `text`, separated by commas, semicolons or tabs. Empty lines and a heading line are left out."""
    names = _names_of(disciplines)
    lines = []
    for raw in text.splitlines():
        cells = [one_line(cell) for cell in _cells(raw)]
        cells = [cell for cell in cells if cell]
        if not cells or {cell.casefold() for cell in cells} <= _HEADINGS:
            continue
        lines.append(_read(cells, names))
    return lines


def _cells(raw: str) -> list[str]:
    """The cells of one line; quotes as in CSV."""
    separator = next((mark for mark in "\t;" if mark in raw), ",")
    try:
        return next(csv.reader([raw], delimiter=separator, skipinitialspace=True), [])
    except csv.Error:
        return raw.split(separator)


def _names_of(disciplines: Iterable[Discipline]) -> dict[str, Discipline]:
    """Every way to name a discipline, without case."""
    known: dict[str, Discipline] = {}
    for row in disciplines:
        for name in (row.slug, row.code, row.name, *row.aliases):
            known.setdefault(str(name).casefold(), row.resolved())
    return known


def _read(cells: list[str], names: dict[str, Discipline]) -> Line:
    line = Line()
    for cell in cells:
        address = _ADDRESS.match(cell)
        found = _disciplines_in(cell, names)
        if address and not line.email:
            line.email = normal_email(address["email"])
            line.name = line.name or one_line((address["name"] or "").strip(' "'), 120)
        elif "@" in cell and not line.email:
            line.email = cell  # meant as an address: whoever reads the line says that it is none
        elif found:
            line.disciplines += [d for d in found if d not in line.disciplines]
        elif not line.name:
            line.name = cell[:120]
        else:
            line.unknown = f"{line.unknown}, {cell}" if line.unknown else cell
    return line


def _disciplines_in(cell: str, names: dict[str, Discipline]) -> list[Discipline]:
    """The disciplines a cell names: one, or several as `OPS / SEC`; none if any part names none."""
    whole = names.get(cell.casefold())
    if whole:
        return [whole]
    parts = [names.get(part.strip().casefold()) for part in re.split(r"[/+&|]", cell)]
    return [part for part in parts if part] if all(parts) else []

"""Sheets of a spreadsheet, written row by row as strings, numbers and dates. Pure.

A string is always written as one, so that nothing in it is ever a formula, a link or an error; those that begin like a
formula are marked so that they stay text when somebody edits them. Longer ones go on in the following columns.
"""

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date, datetime
from functools import cache
from typing import IO
from xml.sax.saxutils import escape

from reports.formats.office import DECLARATION, OFFICE, visible, xml

LONGEST = 32_767  # UTF-16 units in a cell
ROWS = 1_048_576
SPREADSHEET = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
LINE, TALLEST = 15, 12  # points of a line, lines of the tallest row
#: The looks of cells: font, fill, number format, alignment. Those with "wrap" break their lines.
STYLES = {
    "plain": (0, 0, 0, ""),
    "words": (0, 0, 0, ' wrapText="1"'),
    "quoted": (0, 0, 0, ' wrapText="1"'),
    "prose": (0, 0, 0, ' wrapText="1"'),
    "head": (1, 2, 0, ' wrapText="1"'),
    "figures": (1, 2, 0, ' horizontal="right" wrapText="1"'),
    "figure": (0, 0, 0, ' horizontal="right" wrapText="1"'),
    "title": (2, 0, 0, ' wrapText="1"'),
    "heading": (3, 0, 0, ""),
    "mean": (0, 0, 164, ""),
    "percent": (0, 0, 9, ""),
    "moment": (0, 0, 165, ""),
    "day": (0, 0, 166, ""),
}
WRAPPED = {name for name, looks in STYLES.items() if "wrap" in looks[3]}
AT = {name: at for at, name in enumerate(STYLES)}
PAPERS = {"a4": 9, "letter": 1}  # as the format numbers them
ACROSS = ("title", "prose")
SIZES = {"title": 26, "heading": 20}
FORMULA = tuple("=+-@\t\n＝＋－＠")
#: What the format would take for a character written by its number.
NUMBERED = re.compile("_(?=x[0-9A-Fa-f]{4}_)")
ZERO = datetime(1899, 12, 30)

Value = str | int | float | date | None
Cell = Value | tuple[Value, str]


def parts(text: str) -> list[str]:
    """The text in pieces that each fit into a cell, with a visible sign for what no XML can hold."""
    text = visible(text)
    if len(text) <= LONGEST // 2:
        return [text]
    size = LONGEST if text.isascii() or max(text) <= "\uffff" else LONGEST // 2
    return [text[at : at + size] for at in range(0, len(text), size)]


@cache
def letters(column: int) -> str:
    """The name of a column, counted from 0: A, B ... Z, AA."""
    name = ""
    column += 1
    while column:
        column, rest = divmod(column - 1, 26)
        name = chr(65 + rest) + name
    return name


class Sheet:
    """One sheet being written into `out`, printed on one of PAPERS. `widths` are in characters; a `frozen` first row
    stays in sight."""

    def __init__(
        self, out: IO[bytes], widths: Sequence[float], paper: str, *, frozen: bool = False, first: bool = False
    ):
        self._out, self._widths, self._paper, self._row = out, widths, paper, 0
        self._across: list[str] = []
        pane = (
            '<pane ySplit="1" topLeftCell="A2" activePane="bottomLeft" state="frozen"/>'
            '<selection pane="bottomLeft" activeCell="A2" sqref="A2"/>'
        )
        columns = "".join(
            f'<col min="{at}" max="{at}" width="{width}" customWidth="1"/>' for at, width in enumerate(widths, 1)
        )
        self._write(
            f'{DECLARATION}<worksheet xmlns="{SPREADSHEET}"><sheetPr><pageSetUpPr fitToPage="1"/></sheetPr>'
            f'<sheetViews><sheetView tabSelected="{int(first)}" workbookViewId="0">{pane if frozen else ""}</sheetView>'
            f'</sheetViews><sheetFormatPr defaultRowHeight="{LINE}"/><cols>{columns}</cols><sheetData>'
        )

    def _write(self, text: str) -> None:
        self._out.write(text.encode())

    def row(self, *cells: Cell) -> None:
        """One row. A cell is a value or (value, one of STYLES); None leaves it empty. One in a style of ACROSS stands
        alone in its row and spreads over all columns.

        What is too long for its cell goes on in the rows below. Raises OverflowError where the sheet is full.
        """
        pieces = [[(piece, style) for piece in pieced(value)] for value, style in map(styled, cells)]
        for at in range(max(map(len, pieces), default=1)):
            self._row += 1
            if self._row > ROWS:
                raise OverflowError(f"a sheet holds {ROWS} rows")
            here = [piece[at] if at < len(piece) else (None, "plain") for piece in pieces]
            made = [cell_xml(f"{letters(column)}{self._row}", *cell) for column, cell in enumerate(here)]
            widths = self._widths
            if here and here[0][1] in ACROSS:
                self._across.append(f"A{self._row}:{letters(len(widths) - 1)}{self._row}")
                widths = (sum(widths),)
            tall = max((height(*cell, width) for cell, width in zip(here, widths, strict=False)), default=LINE)
            self._write(f'<row r="{self._row}" ht="{tall}" customHeight="1">{"".join(made)}</row>')

    def end(self, filtered: bool = False) -> None:
        """Ends the sheet, with a filter over all of its rows if wanted."""
        over = f"A1:{letters(len(self._widths) - 1)}{max(1, self._row)}"
        rest = f'<autoFilter ref="{over}"/>' if filtered else ""
        if self._across:
            merged = "".join(f'<mergeCell ref="{place}"/>' for place in self._across)
            rest += f'<mergeCells count="{len(self._across)}">{merged}</mergeCells>'
        size = PAPERS[self._paper]
        page = f'<pageSetup paperSize="{size}" orientation="landscape" fitToWidth="1" fitToHeight="0"/>'
        self._write(f"</sheetData>{rest}{page}</worksheet>")


def height(value: Value, style: str, width: float) -> int:
    """How tall a row has to be for a cell, in points: not every program looks itself."""
    line = SIZES.get(style, LINE)
    if not isinstance(value, str) or style not in WRAPPED or (len(value) <= width and "\n" not in value):
        return line
    shown = value[: int(width * TALLEST) + 1]
    lines = sum(1 + max(0, len(each) - 1) // max(1, int(width)) for each in shown.split("\n"))
    return min(lines, TALLEST) * line


def styled(cell: Cell) -> tuple[Value, str]:
    """The value of a cell and its style: the one it comes with, or that of its kind."""
    if isinstance(cell, tuple):
        return cell
    if isinstance(cell, str):
        return cell, "quoted" if cell.startswith(FORMULA) else "words"
    return cell, "moment" if isinstance(cell, datetime) else "day" if isinstance(cell, date) else "plain"


def pieced(value: Value) -> Sequence[Value]:
    """The value in pieces that each fit into a cell."""
    return parts(value) if isinstance(value, str) else (value,)


def cell_xml(place: str, value: Value, style: str) -> str:
    """One cell of `parts` as XML; empty for None and for an empty string."""
    if value is None or value == "":
        return ""
    if isinstance(value, str):
        typed = NUMBERED.sub("_x005F_", escape(value, {'"': "&quot;"}))
        return f'<c r="{place}" s="{AT[style]}" t="inlineStr"><is><t xml:space="preserve">{typed}</t></is></c>'
    if isinstance(value, date):
        at = value if isinstance(value, datetime) else datetime(value.year, value.month, value.day)
        value = round((at.replace(tzinfo=None) - ZERO).total_seconds() / 86_400, 9)
    return f'<c r="{place}" s="{AT[style]}"><v>{value}</v></c>'


def table(
    out: IO[bytes], columns: Mapping[str, float], rows: Callable[[], Iterable[Mapping[str, Cell]]], paper: str
) -> None:
    """A whole sheet: a head that stays in sight, a filter, and a row for each of `rows()`, which is gone through twice.

    `columns`: name → width. What is too long for a cell goes on in columns of its own, named "words 2", "words 3".
    """
    most = dict.fromkeys(columns, 1)
    for row in rows():
        for name, cell in row.items():
            if isinstance(cell, str) and len(cell) > LONGEST // 2:
                most[name] = max(most[name], len(parts(cell)))
    heads = [name if at == 1 else f"{name} {at}" for name, n in most.items() for at in range(1, n + 1)]
    sheet = Sheet(out, [width for name, width in columns.items() for _ in range(most[name])], paper, frozen=True)
    sheet.row(*((head, "head") for head in heads))
    for row in rows():
        cells: list[Cell] = []
        for name, n in most.items():
            cell = row.get(name)
            pieces = parts(cell) if isinstance(cell, str) and n > 1 else [cell]
            cells += [*pieces, *[None] * (n - len(pieces))]
        sheet.row(*cells)
    sheet.end(filtered=True)


def styles_xml() -> str:
    """The looks of STYLES, in their order."""
    fonts = ('<sz val="11"/>', '<b/><sz val="11"/>', '<b/><sz val="18"/>', '<b/><sz val="13"/>')
    made_fonts = "".join(f'<font>{font}<name val="Calibri"/></font>' for font in fonts)
    cells = "".join(
        f'<xf numFmtId="{number}" fontId="{font}" fillId="{fill}" borderId="0" xfId="0" applyNumberFormat="1" '
        f'applyFont="1" applyFill="1" applyAlignment="1" quotePrefix="{int(name == "quoted")}">'
        f'<alignment{aligned} vertical="top"/></xf>'
        for name, (font, fill, number, aligned) in STYLES.items()
    )
    return (
        f'{DECLARATION}<styleSheet xmlns="{SPREADSHEET}"><numFmts count="3"><numFmt numFmtId="164" formatCode="0.0"/>'
        '<numFmt numFmtId="165" formatCode="yyyy\\-mm\\-dd\\ hh:mm"/><numFmt numFmtId="166" '
        f'formatCode="yyyy\\-mm\\-dd"/></numFmts><fonts count="{len(fonts)}">{made_fonts}</fonts>'
        '<fills count="3"><fill><patternFill patternType="none"/></fill><fill><patternFill patternType="gray125"/>'
        '</fill><fill><patternFill patternType="solid"><fgColor rgb="FFE8ECF2"/><bgColor indexed="64"/></patternFill>'
        '</fill></fills><borders count="1"><border><left/><right/><top/><bottom/><diagonal/></border></borders>'
        '<cellStyleXfs count="1"><xf numFmtId="0" fontId="0" fillId="0" borderId="0"/></cellStyleXfs>'
        f'<cellXfs count="{len(STYLES)}">{cells}</cellXfs>'
        '<cellStyles count="1"><cellStyle name="Normal" xfId="0" builtinId="0"/></cellStyles></styleSheet>'
    )


def workbook_xml(names: Sequence[str]) -> str:
    """The list of sheets; their parts are named sheet1.xml and on, in this order."""
    listed = "".join(f'<sheet name="{xml(name)}" sheetId="{at}" r:id="rId{at}"/>' for at, name in enumerate(names, 1))
    return (
        f'{DECLARATION}<workbook xmlns="{SPREADSHEET}" xmlns:r="{OFFICE}/relationships"><bookViews><workbookView '
        f'xWindow="0" yWindow="0" windowWidth="24000" windowHeight="14000"/></bookViews><sheets>{listed}</sheets>'
        "</workbook>"
    )

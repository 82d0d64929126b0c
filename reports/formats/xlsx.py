"""The report as a spreadsheet: a summary in the words of the page, then every figure, note and answer as a row."""

from collections.abc import Iterable, Iterator, Mapping
from typing import IO, Any

from reports.figures import LEAST
from reports.formats import csv
from reports.formats.office import content_types, core_properties, moment, relations
from reports.formats.packing import Package, in_memory
from reports.formats.sheets import Cell, Sheet, styles_xml, table, workbook_xml
from reports.page import page
from reports.wording import Pages, total_name

Data = dict[str, Any]
SHEETS = ("summary", "ratings", "notes", "answers")
SHEET = "application/vnd.openxmlformats-officedocument.spreadsheetml"
#: Columns of the sheets with their widths in characters; those of notes and answers have the names of the CSV.
RATINGS = {
    "question": 24,
    "scope": 12,
    "key": 10,
    "title": 34,
    "discipline": 11,
    "discipline_name": 28,
    "n": 6,
    **{f"rated_{at}": 8 for at in range(1, 6)},
    "cannot_judge": 12,
    "mean": 9,
    "median": 9,
    "sd": 9,
    "yes": 6,
    "partly": 7,
    "no": 6,
    "yes_share": 10,
    "option": 24,
    "chosen": 8,
    "shown": 14,
}
NOTES = {
    "id": 9,
    "chapter": 9,
    "chapter_title": 26,
    "section": 12,
    "section_title": 26,
    "discipline": 11,
    "person": 22,
    "kind": 12,
    "reaction": 12,
    "quote": 44,
    "words": 64,
    "replacement": 44,
    "replies": 44,
    "fate": 10,
    "decision": 13,
    "reason": 40,
    "agreements": 11,
    "visibility": 11,
    "quote_permission": 16,
    "via": 14,
    "created": 17,
    "scope": 10,
}
ANSWERS = {
    "question": 44,
    "scope": 13,
    "chapter": 9,
    "chapter_title": 26,
    "section": 12,
    "section_title": 26,
    "discipline": 11,
    "person": 22,
    "value": 14,
    "words": 64,
    "via": 14,
}


def write(data: Data, sha256: str, out: IO[bytes]) -> None:
    """The workbook: the sheets of SHEETS. Rows are written as they are made; the summary does not need them."""
    pages = Pages(data)
    shown = page(data | {"notes": [], "quotes": [], "written": [], "stories": data["stories"] | {"notes": []}})
    package = Package(out)
    sheets = [f"xl/worksheets/sheet{at}.xml" for at, _ in enumerate(SHEETS, 1)]
    types = {"xl/workbook.xml": f"{SHEET}.sheet.main+xml", "xl/styles.xml": f"{SHEET}.styles+xml"}
    types |= dict.fromkeys(sheets, f"{SHEET}.worksheet+xml")
    types["docProps/core.xml"] = "application/vnd.openxmlformats-package.core-properties+xml"
    package.add("[Content_Types].xml", content_types(types))
    package.add(
        "_rels/.rels",
        relations({"xl/workbook.xml": "officeDocument", "docProps/core.xml": "metadata/core-properties"}),
    )
    package.add("docProps/core.xml", core_properties(shown, data["as_of"]))
    package.add("xl/workbook.xml", workbook_xml(SHEETS))
    linked = {name.removeprefix("xl/"): "worksheet" for name in sheets}
    package.add("xl/_rels/workbook.xml.rels", relations(linked | {"styles.xml": "styles"}))
    package.add("xl/styles.xml", styles_xml())
    with package.stream(sheets[0]) as part:
        sheet = Sheet(part, [44, *[15] * (len(shown["columns"]) + 4)], data["paper"], first=True)
        for row in summary(data, shown, sha256):
            sheet.row(*row)
        sheet.end()
    for name, columns, rows in (
        (sheets[1], RATINGS, lambda: ratings(pages)),
        (sheets[2], NOTES, lambda: map(note_row, csv.notes(pages))),
        (sheets[3], ANSWERS, lambda: csv.answers(pages)),
    ):
        with package.stream(name) as part:
            table(part, columns, rows, data["paper"])
    package.close()


render = in_memory(write)


def measured(text: str) -> Cell:
    """A figure of the page as the number it shows, with its look; anything else as it is."""
    if text.isascii() and text.isdigit():
        return int(text)
    if text.endswith("%") and text[:-1].isdigit():
        return int(text[:-1]) / 100, "percent"
    try:
        return float(text), "mean"
    except ValueError:
        return text, "figure"


def summary(data: Data, shown: Data, sha256: str) -> Iterator[tuple[Cell, ...]]:
    """The first sheet: what the page says in words and figures, table below table."""
    yield ((shown["title"], "title"),)
    said = [shown["book"], *(f"{fact['figure']} {fact['text']}".strip() for fact in shown["facts"])]
    said += [shown["cover"], shown["signed"]] if shown["cover"] else []
    yield from prose(said)
    findings = (f"{h['text']} {h['detail']} (n {h['n']})" for h in shown["headlines"])
    yield from section("Findings", (), prose(findings))
    if shown["left_out"]:
        yield from section("What is left out, and why", (), prose(shown["left_out"]))
    if shown["one_by_one"]:
        people = [f"{p['code']} {p['label']}" for p in shown["one_by_one"]["people"]]
        answers = ((r["title"], *map(measured, r["answers"])) for r in shown["one_by_one"]["rows"])
        yield from section("Their answers, one by one", ("", *people), answers)
    heads = ("Discipline", "Sees value", "n", "Mean", *(f"Rated {at}" for at in range(1, 6)))
    yield from section("Value of the book, by discipline", heads, map(value_cells, shown["value"]))
    for chart in shown["maps"]:
        heads = ("", *(c["code"] for c in shown["columns"]), shown["everyone"], "Gap")
        yield from section(
            f"Tension map. {chart['caption']}", heads, (cells for row in chart["rows"] for cells in map_cells(row))
        )
    if shown["neighbours"]:
        heads = ("", *(c["code"] for c in shown["columns"]), "All neighbours")
        title = "Sections and their neighbours. Share of yes to “does it make sense”; below it n and the notes left"
        yield from section(title, heads, (cells for row in shown["neighbours"] for cells in neighbour_cells(row)))
    if shown["since"]:
        of_all = shown["everyone"]
        heads = ("", "Makes sense", "Change", "n", of_all, "Value", "Change", "n", of_all)
        yield from section(f"Since draft {shown['since']['label']}", heads, map(since_cells, shown["since"]["rows"]))
        yield from prose(["Of readers who answered for both drafts; beside it, of all.", shown["since"]["line"]])
    if shown["done"]:
        heads = ("Chapter", "State", "Read", "Makes sense", "Worth it", "Blocked passages", "Waiting notes", "Why")
        yield from section("Which chapters are done", heads, map(done_cells, shown["done"]))
    if shown["conflicts"]:
        parted = (f"{c['place']}: “{c['quote']}” {c['text']}" for c in shown["conflicts"])
        yield from section("Where disciplines part", (), prose(parted))
    heads = ("Discipline", "Asked", "Opened", "Reading", "Finished", "Declined")
    covered = ((f"{r['code']} {r['name']}".strip(), *map(measured, r["figures"])) for r in shown["coverage"])
    yield from section("In numbers", heads, covered)
    for group in shown["counts"]:
        yield from section(group["title"], (), ((count["label"], count["n"]) for count in group["counts"]))
    if shown["thanks"]["names"]:
        yield from section("Thanks", (), prose([", ".join(shown["thanks"]["names"])]))
    yield from section("How to read the numbers", (), prose((shown["how_to_read"], shown["sureness"])))
    yield ()
    yield "As of (UTC)", moment(data["as_of"])
    yield "Snapshot", (sha256, "plain")


def prose(paragraphs: Iterable[str]) -> Iterator[tuple[Cell, ...]]:
    """Each paragraph over the whole width."""
    return (((said, "prose"),) for said in paragraphs if said)


def section(title: str, heads: tuple[str, ...], rows: Iterable[tuple[Cell, ...]]) -> Iterator[tuple[Cell, ...]]:
    """A heading after an empty row, the head of a table if it has one, its rows."""
    yield ()
    yield ((title, "heading"),)
    if heads:
        yield tuple((head, "figures" if at else "head") for at, head in enumerate(heads))
    yield from rows


def value_cells(row: Data) -> tuple[Cell, ...]:
    """A discipline's ratings of the book; no counts where they are left blank."""
    n = row["cell"]["n"]
    rated = [row["ratings"].count(at) if n is not None else None for at in range(1, 6)]
    sees = (row["sees"], "figure")
    return f"{row['code']} {row['name']}", sees, n, measured(row["cell"]["text"]), *rated


def done_cells(row: Data) -> tuple[Cell, ...]:
    """How far a chapter is, and why."""
    figures = (measured(criterion["figure"]) for criterion in row["criteria"])
    return row["title"], (row["label"], "figure"), *figures, (row["why"], "plain")


def map_cells(row: Data) -> Iterator[tuple[Cell, ...]]:
    """A row of the tension map and how many each figure rests on; cells of few readers hold their single answers, blank
    ones nothing."""
    gap = f"{row['gap']['size']}. {row['gap']['ends']}".rstrip(". ") if row["gap"] else None
    yield row["title"], *(measured(c["text"]) for c in row["cells"]), (row["all"], "figure"), (gap, "figure")
    yield "n", *(c["n"] for c in row["cells"])


def neighbour_cells(row: Data) -> Iterator[tuple[Cell, ...]]:
    """A section as others read it: its figures, how many each rests on, then the notes left on it."""
    yield row["title"], *(measured(c["text"]) for c in row["cells"]), measured(row["others"]["text"])
    yield "n", *(c["n"] for c in row["cells"]), row["others"]["n"]
    if any(c["notes"] for c in row["cells"]):
        yield "notes", *((c["notes"], "figure") for c in row["cells"])


def since_cells(row: Data) -> tuple[Cell, ...]:
    """A row of then and now, empty where it says nothing."""
    told = [row[kind] or {} for kind in ("verdict", "value")]
    cells = (one.get(name) for one in told for name in ("text", "change", "n", "beside"))
    return row["title"], *((cell, "figure") if isinstance(cell, str) else cell for cell in cells)


def ratings(pages: Pages) -> Iterator[Mapping[str, Cell]]:
    """A row for each figure: what was asked about what, in whose voice, and all that is told of it."""
    data = pages.data
    yield from block(pages, "Value of the book", {"scope": "book"}, data["book"]["value"])
    asked = {row["key"] for row in data["map"]["value"] or ()}
    for chapter in data["chapters"]:
        about = {
            "scope": "chapter",
            "key": chapter["key"],
            "title": pages.chapter_title(chapter["key"], chapter["title"]),
        }
        yield from block(pages, "Makes sense", about, chapter["verdict"])
        if chapter["key"] in asked:
            yield from block(pages, "Value of the chapter", about, chapter["value"])
    about = {"scope": "own_section", "title": "Their own section"}
    yield from block(pages, "Makes sense", about, data["map"]["verdict"][-1])
    yield from block(pages, "Value of the section", about, data["own_value"])
    for part in data["sections"]:
        about = {"scope": "own_section", "key": part["key"], "title": part["title"]}
        yield from block(pages, "Makes sense", about, part["verdict"])
        yield from block(pages, "Value of the section", about, part["value"])
    for question in data["questions"]:
        about = {"scope": question["scope"], "key": question["key"], "title": pages.target(question)}
        yield from block(pages, question["question"], about, question)


def block(pages: Pages, question: str, about: Mapping[str, Cell], figures: Data) -> Iterator[Mapping[str, Cell]]:
    """The figure of all readers, then of each discipline."""
    voices = [("", total_name(pages.data), figures["all"])]
    voices += [(pages.code(d), pages.name(d), figure) for d, figure in pages.in_order(figures["by_discipline"])]
    for code, name, figure in voices:
        row = {"question": question, **about, "discipline": code, "discipline_name": name}
        yield from ({**row, **told} for told in figure_rows(figure))


def figure_rows(figure: Data) -> list[dict[str, Cell]]:
    """What a figure tells, as columns of RATINGS; a row for each option of a choice."""
    if figure["hidden"]:
        return [{"shown": "left blank"}]
    n = figure["n"]
    told: dict[str, Cell] = {"n": n, "shown": "figure" if n >= LEAST else "single answers" if n else "no answer"}
    if "options" in figure:
        return [{**told, "option": count["option"], "chosen": count["n"]} for count in figure["options"]]
    if "distribution" in figure:
        counts = {f"rated_{at}": count for at, count in enumerate(figure["distribution"], 1)}
        return [told | counts | {name: figure[name] for name in ("cannot_judge", "mean", "median", "sd")}]
    share = (figure["yes"] / n, "percent") if n >= LEAST else None
    return [told | {name: figure[name] for name in ("yes", "partly", "no")} | {"yes_share": share}]


def note_row(row: Data) -> Mapping[str, Cell]:
    """A note with the time it was written as a date, in UTC; only the day where more would tell too much."""
    created = row["created"]
    if not created:
        return row
    return row | {"created": moment(created) if "T" in created else moment(created).date()}

"""The report as a Word file to cut and paste from: real headings, lists and tables, in the words of the page."""

from collections.abc import Iterator
from typing import Any

from reports.formats import elements as word
from reports.formats.elements import QUIET, listed, paragraph, run, table, text
from reports.formats.office import content_types, core_properties, relations
from reports.formats.packing import Package
from reports.page import page

Data = dict[str, Any]
#: Behind the cells of a tension map, and the colour of what stands on it: low to high as on the page.
HEAT = (("A8481F", "FFFFFF"), ("F0C3A2", "2B170B"), ("ECEFF2", word.INK), ("B3C7EE", "10193A"), ("2F55B4", "FFFFFF"))
PARTS = {
    "document.xml": (word.MAIN + ".document.main+xml", "officeDocument"),
    "styles.xml": (word.MAIN + ".styles+xml", "styles"),
    "numbering.xml": (word.MAIN + ".numbering+xml", "numbering"),
    "settings.xml": (word.MAIN + ".settings+xml", "settings"),
    "footer1.xml": (word.MAIN + ".footer+xml", "footer"),
}


def render(data: Data, sha256: str) -> bytes:
    """The Word file. Same data, same bytes: its only date is the snapshot's."""
    shown = page(data)
    package = Package()
    types = {f"word/{name}": kind for name, (kind, _) in PARTS.items()}
    types["docProps/core.xml"] = "application/vnd.openxmlformats-package.core-properties+xml"
    package.add("[Content_Types].xml", content_types(types))
    package.add(
        "_rels/.rels",
        relations({"word/document.xml": "officeDocument", "docProps/core.xml": "metadata/core-properties"}),
    )
    package.add("docProps/core.xml", core_properties(shown, data["as_of"]))
    linked = ("footer1.xml", "styles.xml", "numbering.xml", "settings.xml")
    package.add("word/_rels/document.xml.rels", relations({name: PARTS[name][1] for name in linked}))
    with package.stream("word/document.xml") as out:
        out.writelines(piece.encode() for piece in word.document_xml(body(shown, sha256), shown["paper"]))
    package.add("word/styles.xml", word.styles_xml())
    package.add("word/numbering.xml", word.numbering_xml())
    package.add("word/settings.xml", word.settings_xml())
    package.add("word/footer1.xml", word.footer_xml(f"{shown['book']}, draft {shown['label']}"))
    return package.bytes()


def heading(words: object, level: int = 1) -> str:
    """A heading of Word's own."""
    return text(words, style=f"Heading{level}")


def body(shown: Data, sha256: str) -> Iterator[str]:
    """The report from title to snapshot, in the order of the page."""
    yield text(shown["book"], style="Subtitle")
    yield text(shown["title"], style="Title")
    facts = (run(f["figure"], bold=True) + run((" " if f["figure"] else "") + f["text"]) for f in shown["facts"])
    yield paragraph(run("   ").join(facts), style="Facts")
    if shown["cover"]:
        yield text(shown["cover"], style="Cover")
        yield text(shown["signed"], style="Cover")
    yield heading("Findings")
    yield listed(
        (run(h["text"], bold=True) + run(f" {h['detail']} (n {h['n']})", color=QUIET) for h in shown["headlines"]),
        numbered=True,
    )
    if shown["left_out"]:
        yield heading("What is left out, and why", 2)
        yield listed(run(said) for said in shown["left_out"])
    yield from figures(shown)
    yield from words(shown)
    yield from since(shown)
    yield from numbers(shown)
    yield heading("How to read the numbers")
    yield text(shown["how_to_read"], style="Small")
    yield text(shown["sureness"], style="Small") if shown["sureness"] else ""
    yield text(f"Snapshot {sha256}", style="Small")


def figures(shown: Data) -> Iterator[str]:
    """Single answers where few answered, value, the tension maps, which chapters are done, the sections."""
    if shown["one_by_one"]:
        people = shown["one_by_one"]["people"]
        yield heading("Their answers, one by one")
        yield table(
            "Their answers, one by one",
            [34, *[11] * len(people)],
            ["", *(f"{p['code']} {p['label']}" for p in people)],
            ([label(r["title"]), *map(label, r["answers"])] for r in shown["one_by_one"]["rows"]),
        )
        yield text("A dash is a question not answered.", style="Small")
    yield heading("Value of the book, by discipline")
    yield table(
        "Value of the book, by discipline",
        [12, 40, 38, 20, 8, 14],
        ["", "Discipline", "Ratings, low to high", "Sees value", "n", "Mean"],
        map(value_row, shown["value"]),
    )
    for chart in shown["maps"]:
        yield heading("Tension map")
        yield text(
            f"{chart['caption']}. Read across a row to see which disciplines part company; n readers answered.",
            style="Lede",
        )
        yield table(
            chart["caption"],
            [34, *[12] * len(shown["columns"]), 22, 22],
            ["", *(c["code"] for c in shown["columns"]), shown["everyone"], "Gap, low to high"],
            map(map_row, chart["rows"]),
            head_style="TableFigure",
        )
        yield text("Split: a third or more low, a third or more high.", style="Small")
    if shown["neighbours"]:
        yield heading("Sections and their neighbours")
        yield text(
            "The sections that others judged or noted, by reading disciplines: the share of yes to “does it make "
            "sense”, and notes left. Nobody is asked for the sections of others.",
            style="Lede",
        )
        yield table(
            "Does this section make sense to those who read it?",
            [34, *[12] * len(shown["columns"]), 22],
            ["", *(c["code"] for c in shown["columns"]), "All neighbours"],
            (
                [label(row["title"]), *map(map_cell, row["cells"]), map_cell(row["others"])]
                for row in shown["neighbours"]
            ),
            head_style="TableFigure",
        )
    if shown["strips"]:
        yield heading("Where notes cluster")
        rows = ([label(s["title"]), label(s["n"]), label(s["kinds"]), label(busiest(s))] for s in shown["strips"])
        yield table("Notes by chapter", [44, 10, 40, 60], ["Chapter", "Notes", "Of them", "Where most lie"], rows)
    if shown["done"]:
        yield heading("Which chapters are done")
        yield table(
            "Which chapters are done",
            [34, 16, 14, 17, 15, 15, 15, 46],
            ["Chapter", "State", "Read", "Makes sense", "Worth it", "Blocked", "Waiting", "Why"],
            (
                [label(r["title"]), label(r["label"]), *(label(c["figure"]) for c in r["criteria"]), label(r["why"])]
                for r in shown["done"]
            ),
        )
    if shown["sections"]:
        yield heading("Discipline sections")
        yield text("Each judged by its own readers. The figure is the value of the section, not of the book.", "Lede")
        told = any(s["state"] for s in shown["sections"])  # none is where the report leaves the author team
        columns = {
            "code": (12, ""),
            "title": (48, "Section"),
            "label": (16, "State"),
            "text": (72, "What its readers say"),
        }
        wanted = [name for name in columns if told or name != "label"]
        yield table(
            "Discipline sections",
            [columns[name][0] for name in wanted],
            [columns[name][1] for name in wanted],
            ([label(s[name]) for name in wanted] for s in shown["sections"]),
        )
    if shown["questions"]:
        yield heading("Other questions")
        yield listed(run(q["question"], bold=True) + run(f" {q['place']}: {q['text']}") for q in shown["questions"])


def label(words: object) -> str:
    """The words of a cell."""
    return text(words, style="TableText")


def middle(figure: object) -> str:
    """A figure in the middle of its cell."""
    return text(figure, style="TableFigure")


def value_row(row: Data) -> list[str]:
    """A discipline's ratings of the book."""
    n = "" if row["cell"]["n"] is None else row["cell"]["n"]
    ratings = " ".join(map(str, row["ratings"]))
    return [
        label(row["code"]),
        label(row["name"]),
        label(ratings),
        label(row["sees"]),
        label(n),
        label(row["cell"]["text"]),
    ]


def map_row(row: Data) -> list[str | tuple[str, str]]:
    """A chapter on the tension map: each cell in its colour, with how many answered."""
    gap = f"{row['gap']['size']}{', wide' if row['gap']['marked'] else ''}\n{row['gap']['ends']}" if row["gap"] else ""
    return [label(row["title"]), *map(map_cell, row["cells"]), middle(row["all"]), middle(gap.strip())]


def map_cell(cell: Data) -> tuple[str, str]:
    """A cell of a map, and the colour behind it."""
    rest = [f"n {cell['n']}"] if cell["state"] == "figure" else []
    rest += ["split"] if cell.get("split") else []
    rest += [cell["notes"]] if cell.get("notes") else []
    rest += ["own"] if cell.get("own") else []
    fill, ink = HEAT[cell["step"] - 1] if cell["state"] == "figure" else ("", "")
    told = cell["text"].replace(" · ", "\n")
    runs = run(told, bold=bool(fill), color=ink), run("\n" * bool(told and rest) + "\n".join(rest), color=ink)
    return paragraph(*runs, style="TableFigure"), fill


def busiest(strip: Data) -> str:
    """Where along a chapter most notes lie, in words."""
    most = max(strip["bins"], default=0)
    if not most:
        return ""
    places = [at for at, n in enumerate(strip["bins"]) if n == most]
    share = 100 / len(strip["bins"])
    at = places[0]
    told = f"{most} between {at * share:.0f}% and {(at + 1) * share:.0f}% of it"
    return f"{told}; {strip['hottest']}" if strip["hottest"] else told


def words(shown: Data) -> Iterator[str]:
    """What was said: where disciplines part, passages, stories, answers in words, all notes in their place."""
    if shown["conflicts"]:
        yield heading("Where disciplines part")
        for c in shown["conflicts"]:
            yield heading(c["place"], 3)
            yield paragraph(run(c["quote"], marked=True), style="Quote", first=c["quote"])
            yield text(c["text"], style="Words")
    if shown["quotes"]:
        yield heading("In their words")
        yield text(f"{shown['why_quotes']} Each with the text it answers.", style="Lede")
        for q in shown["quotes"]:
            yield heading(q["place"], 3)
            if q["quote"]:
                yield quoted(q)
            for entry in q["notes"]:
                yield from note(entry, quote=False)
    if shown["stories"]:
        yield heading("From practice")
        yield text(shown["story_line"], style="Lede")
        for entry in shown["stories"]:
            yield from note(entry)
    if shown["written"]:
        yield heading("What they wrote")
        for question in shown["written"]:
            yield heading(question["question"], 2)
            for a in question["answers"]:
                yield voice(a["person"], a["place"])
                yield text(a["words"], style="Words")
    if shown["notes"]:
        yield heading("All notes, in their place")
        for chapter in shown["notes"]:
            yield heading(chapter["title"], 2)
            for entry in chapter["notes"]:
                yield from note(entry)
            for section in chapter["sections"]:
                if section["title"]:
                    yield heading(" ".join(filter(None, (section["code"], section["title"]))), 3)
                for entry in section["notes"]:
                    yield from note(entry)


def voice(person: Data, said: str, style: str = "Voice") -> str:
    """Who speaks, and what it is."""
    who = run(person["code"] + " ", color=QUIET) if person["code"] else ""
    return paragraph(who, run(person["label"], bold=True), run(f"  {said}", color=QUIET) if said else "", style=style)


def quoted(entry: Data) -> str:
    """The words a note is about, marked, in the text around them."""
    pieces = (run(entry["before"]), run(entry["quote"], marked=True), run(entry["after"]))
    return paragraph(*pieces, style="Quote", first=entry["before"] + entry["quote"])


def note(entry: Data, quote: bool = True) -> Iterator[str]:
    """One note: the words it answers, who, what, what became of it."""
    if quote and entry["quote"]:
        yield quoted(entry)
    yield voice(entry["person"], ". ".join(filter(None, (entry["label"], entry["state"]))))
    if entry["body"]:
        yield text(entry["body"], style="Words")
    if entry["replacement"] is not None:
        yield paragraph(
            run(f"{entry['instead']}: ", bold=True),
            run(entry["replacement"] or "nothing"),
            style="Words",
            first=entry["replacement"],
        )
    if entry["reason"]:
        yield paragraph(run("Reason: ", bold=True), run(entry["reason"]), style="Words")
    for reply in entry["replies"]:
        yield voice(reply["person"], "", style="ReplyVoice")
        yield text(reply["body"], style="ReplyWords")


def since(shown: Data) -> Iterator[str]:
    """The figures beside those of the draft before."""
    then = shown["since"]
    if not then:
        return
    yield heading(f"Since draft {then['label']}")
    compared = "Of readers who answered for both drafts; beside it, of everyone each time. " if then["rows"] else ""
    yield text(compared + then["line"], "Lede")
    if then["rows"]:
        of_all = shown["everyone"]
        heads = ["", "Makes sense", "Change", "n", of_all, "Value", "Change", "n", of_all]
        rows = ([label(row["title"]), *map(label, then_and_now(row))] for row in then["rows"])
        yield table("Then and now", [30, 22, 15, 7, 24, 17, 15, 7, 24], heads, rows)


def then_and_now(row: Data) -> Iterator[object]:
    """What a row says of verdicts, then of value: then and now, the change, n, all readers; empty for nothing."""
    for kind in ("verdict", "value"):
        told = row[kind] or {}
        yield from (told.get(name) or "" for name in ("text", "change", "n", "beside"))


def numbers(shown: Data) -> Iterator[str]:
    """How far readers came and how many notes there are, and thanks."""
    yield heading("In numbers")
    heads = ["", "Discipline", "Asked", "Opened", "Reading", "Finished", "Declined"]
    rows = ([label(r["code"]), label(r["name"]), *map(label, r["figures"])] for r in shown["coverage"])
    yield table("How far readers came", [12, 48, 14, 14, 14, 14, 14], heads, rows)
    counted = [
        [label(group["title"]), label(count["label"]), label(count["n"])]
        for group in shown["counts"]
        for count in group["counts"]
    ]
    yield table("Notes", [40, 60, 14], ["Notes", "", "n"], counted)
    if shown["thanks"]["names"]:
        yield heading("Thanks")
        yield text(", ".join(shown["thanks"]["names"]))

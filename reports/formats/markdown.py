"""The report as Markdown. Whatever people typed prints as typed: each mark of the syntax is escaped where it could be
one, and no other, since the file is read as it is too."""

import re
from collections.abc import Iterable
from typing import Any

from reports.page import page

MARKS = re.compile(
    r"""([\\`*_{}\[\]#+|~$^=@]      # wherever they stand
    | ^: | :(?=\S)                 # a definition, an address, a sign by its name
    | \.(?=[^\W\d]|\.)             # an address, an ellipsis
    | (?<![^\W_])- | -(?![^\W_])   # a list, a dash; not inside a word
    | \((?=(?:c|r|p|tm)\)))         # a copyright sign""",
    re.VERBOSE | re.IGNORECASE,
)
COUNTED = re.compile(r"^(\(?)(\w+)([.)])")  # an item of a list
ENTITIES = {"&": "&amp;", "<": "&lt;", ">": "&gt;"}


def escaped(typed: str) -> str:
    """One line with its marks escaped."""
    marked = MARKS.sub(r"\\\1", re.sub("[&<>]", lambda m: ENTITIES[m.group()], typed))
    return COUNTED.sub(lambda m: (r"\(" if m[1] else "") + m[2] + "\\" + m[3], marked)


def line(text: object) -> str:
    """Words on one line, as typed."""
    return escaped(" ".join(str(text).split()))


def block(text: object, prefix: str = "") -> str:
    """Words as paragraphs: line breaks and leading spaces stay, each line after `prefix`."""
    made = []
    for typed in str(text).replace("\r\n", "\n").replace("\r", "\n").strip("\n").split("\n"):
        bare = typed.lstrip(" \t")
        indent = "\u00a0" * len(typed[: len(typed) - len(bare)].expandtabs(4))
        made.append(indent + escaped(bare.rstrip()) if bare else "")
    out = []
    for at, typed in enumerate(made):
        breaks = typed and at + 1 < len(made) and made[at + 1]
        out.append(prefix + typed + ("\\" if breaks else ""))
    return "\n".join(out)


def table(head: Iterable[object], rows: Iterable[Iterable[object]]) -> str:
    """A table of one-line cells."""
    titles = [line(cell) for cell in head]
    lines = ["| " + " | ".join(titles) + " |", "|" + " --- |" * len(titles)]
    lines += ["| " + " | ".join(line(cell) for cell in row) + " |" for row in rows]
    return "\n".join(lines)


def quoted(before: str, quote: str, after: str) -> str:
    """Words in bold among those around them, with the spaces that are there. Where bold could not begin or end, at a
    sign that touches a letter outside, a space is put."""
    start = " " if before[-1:].isspace() or quote[:1].isspace() or sticks(before[-1:], quote.lstrip()[:1]) else ""
    end = " " if after[:1].isspace() or quote[-1:].isspace() or sticks(after[:1], quote.rstrip()[-1:]) else ""
    return f"{line(before)}{start}**{line(quote)}**{end}{line(after)}".strip()


def sticks(outside: str, inside: str) -> bool:
    """Whether marks between these two letters are not the edge of bold: a sign inside, a letter outside."""
    return outside.isalnum() and not inside.isalnum()


def note(entry: dict[str, Any]) -> list[str]:
    """One note: the words it answers, who, what, what became of it."""
    person = entry["person"]
    who = " ".join(part for part in (person["code"], person["label"]) if part)
    parts = []
    if entry["quote"]:
        parts.append(f"> {quoted(entry['before'], entry['quote'], entry['after'])}")
    head = f"**{line(who)}**, {line(entry['label'])}"
    parts.append(f"{head}. {line(entry['state'])}" if entry["state"] else f"{head}.")
    if entry["body"]:
        parts.append(block(entry["body"]))
    if entry["replacement"] is not None:
        parts.append(f"Instead: {block(entry['replacement'])}" if entry["replacement"] else "Instead: nothing")
    if entry["reason"]:
        parts.append(f"Reason: {block(entry['reason'])}")
    for reply in entry["replies"]:
        parts.append(f"> **{line(reply['person']['label'])}**\n>\n{block(reply['body'], '> ')}")
    return parts


def render(data: dict[str, Any], sha256: str) -> bytes:
    """The whole report, CommonMark with tables."""
    shown = page(data)
    parts = [f"# {line(shown['title'])}", f"*{line(shown['book'])}*"]
    parts.append("\n".join(f"- {line(f['figure'] + ' ' + f['text'])}" for f in shown["facts"]))
    if shown["cover"]:
        parts += [block(shown["cover"], "> "), line(shown["signed"])]
    parts += headlines(shown) + figures(shown) + words(shown)
    parts += ["## How to read the numbers", line(shown["how_to_read"])]
    parts += [line(shown["sureness"])] if shown["sureness"] else []
    parts.append(f"Snapshot {sha256}")
    return ("\n\n".join(parts) + "\n").encode()


def headlines(shown: dict[str, Any]) -> list[str]:
    """The findings, numbered, and what is left out."""
    parts = ["## Findings"]
    for at, h in enumerate(shown["headlines"], 1):
        parts.append(f"{at}. **{line(h['text'])}** {line(h['detail'])} (n {h['n']})")
    if shown["left_out"]:
        parts += ["## What is left out, and why", "\n".join(f"- {line(said)}" for said in shown["left_out"])]
    return parts


def figures(shown: dict[str, Any]) -> list[str]:
    """Value by discipline, the tension map, sections, coverage and counts."""
    parts: list[str] = []
    head: tuple[str, ...]
    if shown["one_by_one"]:
        head = ("", *(f"{p['code']} {p['label']}" for p in shown["one_by_one"]["people"]))
        rows = [(r["title"], *r["answers"]) for r in shown["one_by_one"]["rows"]]
        parts += ["## Their answers, one by one", table(head, rows)]
    rows = [
        (
            f"{r['code']} {r['name']}",
            " ".join(map(str, r["ratings"])),
            r["sees"],
            "" if r["cell"]["n"] is None else r["cell"]["n"],
            r["cell"]["text"],
        )
        for r in shown["value"]
    ]
    head = ("Discipline", "Ratings", "Sees value", "n", "Mean")
    parts += ["## Value of the book, by discipline", table(head, rows)]
    parts.append("## Tension map")
    for chart in shown["maps"]:
        head = ("", *(c["code"] for c in shown["columns"]), shown["everyone"], "Gap")
        cells = []
        for row in chart["rows"]:
            gap = row["gap"]["size"] if row["gap"] else ""
            gap += f" ({row['gap']['ends']})" if gap and row["gap"]["ends"] else ""
            said = [
                c["text"] + (f" n {c['n']}" + (" split" if c["split"] else "") if c["state"] == "figure" else "")
                for c in row["cells"]
            ]
            cells.append([row["title"], *said, row["all"], gap])
        parts += [f"{line(chart['caption'])}", table(head, cells)]
    parts += neighbours(shown) + since_last(shown)
    if shown["done"]:
        head = ("Chapter", "State", "Read", "Makes sense", "Worth it", "Blocked passages", "Waiting notes", "Why")
        rows = [(r["title"], r["label"], *(c["figure"] for c in r["criteria"]), r["why"]) for r in shown["done"]]
        parts += ["## Which chapters are done", table(head, rows)]
    if shown["sections"]:
        parts.append("## Discipline sections")
        rows = [
            (s["code"], s["title"], f"{s['label']}. {s['text']}" if s["state"] else s["text"])
            for s in shown["sections"]
        ]
        parts.append("\n".join(f"- **{line(code)}** {line(title)}: {line(text)}" for code, title, text in rows))
    for q in shown["questions"]:
        parts.append(f"**{line(q['question'])}** {line(q['place'])}: {line(q['text'])}")
    head = ("Discipline", "Asked", "Opened", "Reading", "Finished", "Declined")
    rows = [(f"{r['code']} {r['name']}".strip(), *r["figures"]) for r in shown["coverage"]]
    parts += ["## Who was asked", table(head, rows), "## Notes in numbers"]
    for group in shown["counts"]:
        counts = ", ".join(f"{line(c['label'])} {c['n']}" for c in group["counts"])
        parts.append(f"**{line(group['title'])}:** {counts}")
    return parts


def neighbours(shown: dict[str, Any]) -> list[str]:
    """What disciplines say of one another's sections."""
    if not shown["neighbours"]:
        return []
    head = ("Section", *(c["code"] for c in shown["columns"]), "All neighbours")
    rows = []
    for row in shown["neighbours"]:
        cells = [
            ", ".join(part for part in (with_n(c), c["notes"], "own" if c["own"] else "") if part) for c in row["cells"]
        ]
        rows.append([f"{row['code']} {row['title']}", *cells, with_n(row["others"])])
    lede = "The sections that others judged or noted. Makes sense: share of yes, and notes left."
    return ["## Sections and their neighbours", lede, table(head, rows)]


def with_n(cell: dict[str, Any]) -> str:
    """A figure with the number of people it rests on."""
    return f"{cell['text']} n {cell['n']}" if cell["n"] else ""


def since_last(shown: dict[str, Any]) -> list[str]:
    """The figures beside those of the draft before."""
    since = shown["since"]
    if not since:
        return []
    of_all = shown["everyone"]
    head = ("", "Makes sense", "Change", "n", of_all, "Value", "Change", "n", of_all)
    rows = []
    for row in since["rows"]:
        pair = [row[kind] or dict.fromkeys(("text", "change", "n", "beside"), "") for kind in ("verdict", "value")]
        rows.append([row["title"], *(p[at] or "" for p in pair for at in ("text", "change", "n", "beside"))])
    parts = [f"## Since draft {line(since['label'])}"]
    if rows:
        parts += ["Of readers who answered for both drafts; beside it, of all.", table(head, rows)]
    return [*parts, *([line(since["line"])] if since["line"] else [])]


def words(shown: dict[str, Any]) -> list[str]:
    """In their words, stories, written answers, all notes, thanks."""
    parts: list[str] = []
    if shown["conflicts"]:
        parts.append("## Where disciplines part")
        parts += [f"{line(c['place'])}: **{line(c['quote'])}** {line(c['text'])}" for c in shown["conflicts"]]
    if shown["quotes"]:
        parts.append("## In their words")
        for q in shown["quotes"]:
            parts += [f"### {line(q['place'])}"]
            for entry in q["notes"]:
                parts += note(entry)
    if shown["stories"]:
        parts += ["## From practice", line(shown["story_line"])]
        for entry in shown["stories"]:
            parts += note(entry)
    if shown["written"]:
        parts.append("## What they would improve, and other answers in words")
        for q in shown["written"]:
            parts.append(f"### {line(q['question'])}")
            for a in q["answers"]:
                who = " ".join(part for part in (a["person"]["code"], a["person"]["label"]) if part)
                parts += [f"**{line(who)}**, {line(a['place'])}", block(a["words"])]
    if shown["notes"]:
        parts.append("## All notes, in their place")
        for chapter in shown["notes"]:
            parts.append(f"### {line(chapter['title'])}")
            for entry in chapter["notes"]:
                parts += note(entry)
            for section in chapter["sections"]:
                if section["title"]:
                    parts.append(f"#### {line(section['title'])}")
                for entry in section["notes"]:
                    parts += note(entry)
    if shown["thanks"]["names"]:
        parts += ["## Thanks", line(", ".join(shown["thanks"]["names"]))]
    return parts

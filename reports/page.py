"""What a report shows, from its JSON alone: words for every figure, in the order of the page. Pure.

The page on the site, the HTML file, the PDF and the Markdown are all written from what this returns, so that they
can never differ in a number.
"""

from reports import done, spoken
from reports.charts import extent
from reports.choosing import not_chosen
from reports.first import shortened
from reports.headlines import number, several
from reports.one_by_one import one_by_one
from reports.then_and_now import since_last
from reports.wording import (
    DECISION_WORDS,
    FATE_WORDS,
    KIND_WORDS,
    KINDS_OF_NOTES,
    LEGENDS,
    REACTION_WORDS,
    STATE_WORDS,
    Data,
    Pages,
    day,
    for_whom,
    how_to_read,
    story_line,
    sureness,
    total_name,
)


def facts(pages: Pages) -> list[Data]:
    """The line of figures below the title."""
    data = pages.data
    everyone: Data = data["coverage"]["all"]
    notes: Data = data["remarks"]
    waiting = notes["by_decision"]["open"] if data["edition"] == "author" else 0
    said = [voices(pages)]
    if everyone["asked"]:
        asked = f"of {everyone['asked']} {'reader' if everyone['asked'] == 1 else 'readers'} finished"
        said.insert(0, {"figure": f"{everyone['finished']}", "text": asked})
    elif everyone["asked"] == 0:
        said.insert(0, {"figure": "0", "text": "readers asked"})
    rest = f", {waiting} to answer" if waiting else ""
    theirs = sum(n or 0 for n in notes["by_discipline"].values())
    if len(pages.disciplines) == 1 and theirs > notes["total"]:
        rest = f" of {theirs} with words here"
    said.append({"figure": str(notes["total"]), "text": f"{'note' if notes['total'] == 1 else 'notes'}{rest}"})
    draft: Data = data["draft"]
    zone = data["manuscript"]["time_zone"]
    opened = f"open since {day(draft['opened'], zone)}, " if draft["opened"] else ""
    said.append({"figure": "", "text": f"Draft {draft['label']}, {opened}as of {day(data['as_of'], zone)}"})
    said.append({"figure": "", "text": for_whom(data)})
    return said


def headlines(data: Data) -> list[Data]:
    """The sentences of the first page; the first, and one with much below it, go over its whole width, and so does one
    that would stand with nothing beside it before such a one."""
    made: list[Data] = []
    half = False  # whether the last one leaves room beside it
    for at, h in enumerate(data["headlines"]):
        wide = at == 0 or len(h["detail"]) > 150
        if wide and half:
            made[-1]["wide"] = True
        half = not wide and not half
        made.append(h | {"wide": wide})
    return made


def voices(pages: Pages) -> Data:
    """Whose report it is: how many disciplines, or which one."""
    if len(pages.disciplines) == 1:
        (only,) = pages.disciplines.values()
        return {"figure": only["code"], "text": only["name"]}
    book: Data = pages.data["book"]["value"]["by_discipline"]
    full = sum(not f["hidden"] and sum(f["distribution"]) >= 3 for f in book.values())
    rated = number(full) if full else "none"
    return {"figure": str(len(pages.disciplines)), "text": f"disciplines, {rated} with three or more ratings"}


def value_rows(pages: Pages) -> list[Data]:
    """Value of the book by discipline: highest mean first, then those too small for one, then those without."""
    book: Data = pages.data["book"]["value"]["by_discipline"]
    sees: Data = pages.data["book"]["sees_value"]
    rows = []
    for at, slug in enumerate(pages.disciplines):
        figure: Data = book[slug]
        cell = pages.cell(figure, pages.name(slug))
        verdict = {True: "yes", False: "not yet", None: ""}[sees[slug]]
        if cell["state"] == "few":
            verdict = "under 3 readers"
        ratings = [r for r, count in enumerate(cell["bars"], 1) for _ in range(count)]
        row = {"code": pages.code(slug), "name": pages.name(slug), "ratings": ratings, "sees": verdict, "cell": cell}
        mean = figure["mean"] if cell["state"] == "figure" else None
        rows.append(((mean is None, -(mean or 0), at), row | {"cannot_judge": figure["cannot_judge"]}))
    return [row for _, row in sorted(rows, key=lambda pair: pair[0])]


def maps(pages: Pages) -> list[Data]:
    """The tension map: makes sense, and value where each chapter is asked about."""
    tension: Data = pages.data["map"]
    captions = {
        "verdict": "Makes sense: share of readers who answered yes",
        "rating": "Value of the chapter: mean of ratings 1 to 5",
    }
    made = []
    for kind, rows in (("verdict", tension["verdict"]), ("rating", tension["value"])):
        if rows:
            made.append(
                {
                    "kind": kind,
                    "caption": captions[kind],
                    "rows": [map_row(pages, row, kind) for row in rows],
                    "legend": [{"step": at, "text": text} for at, text in enumerate(LEGENDS[kind], 1)],
                }
            )
    return made


def map_row(pages: Pages, row: Data, kind: str) -> Data:
    """One row of the map in words."""
    title = pages.chapter_title(row["key"], row["title"])
    total = pages.cell(row["all"], f"{title}, {total_name(pages.data).lower()}")
    cells = [
        pages.cell(figure, f"{pages.name(slug)}, {title}") | {"code": pages.code(slug)}
        for slug, figure in pages.in_order(row["by_discipline"])
    ]
    gap: Data | None = row["gap"]
    words = None
    if gap:
        size = f"{gap['size']} points" if kind == "verdict" else f"{gap['size']:.1f}"
        ends = {c["code"]: c["text"] for c in cells}
        low, high = pages.code(gap["lowest"]), pages.code(gap["highest"])
        between = "" if low == high else f"{low} {ends[low]}, {high} {ends[high]}"
        words = {"size": size, "ends": between, "marked": gap["marked"]}
    said = {"figure": "{}, n {}", "few": "{}"}.get(str(total["state"]), "")
    return {"title": title, "all": said.format(total["text"], total["n"]), "cells": cells, "gap": words}


def neighbour_rows(pages: Pages) -> list[Data]:
    """Sections by reading disciplines, verdicts and notes: those of which others than their own readers spoke."""
    made = []
    rows = pages.data["neighbours"]
    for row, name in zip(rows, pages.apart(rows, lambda r: pages.name(r["discipline"]) or r["title"]), strict=True):
        about = f"{name} makes sense"
        cells = []
        told = False
        for slug, figure in pages.in_order(row["by_discipline"]):
            cell = pages.cell(figure, f"{pages.name(slug)}, {about}")
            own = slug == row["discipline"]
            notes = figure["notes"]
            said = f"{notes} {'note' if notes == 1 else 'notes'}" if notes else ""
            told |= not own and bool(cell["n"] or notes)
            cells.append(cell | {"code": pages.code(slug), "own": own, "notes": said})
        if told:
            others = pages.cell(row["others"], f"all neighbours, {about}")
            made.append({"code": pages.code(row["discipline"]), "title": name, "cells": cells, "others": others})
    return made


def done_rows(pages: Pages) -> list[Data]:
    """Each chapter's state by the definition of done, its criteria and what is short; empty in other editions."""
    if not pages.data["done"]:
        return []
    return [
        {
            "title": pages.chapter_title(c["key"], c["title"]),
            **how_done(c),
            "criteria": c["criteria"],
            "why": done.why_not(c) or "All hold.",
        }
        for c in pages.data["done"]["chapters"]
    ]


def how_done(judged: Data) -> Data:
    """A state of the definition of done: its word, the verdict whose shape stands for it, its tone in the styles."""
    state = judged["state"]
    mark, tone = {"done": ("yes", "good"), "nearly": ("partly", "warn"), "not_yet": ("no", "stop")}[state]
    return {"state": state, "label": STATE_WORDS[state], "mark": mark, "tone": tone}


def strip_rows(pages: Pages) -> list[Data]:
    """Where notes cluster in each chapter, all on one scale: `most` notes fill the height."""
    rows = pages.data["map"]["verdict"][:-1]
    strips = pages.data["strips"]
    most = max([4, *(count for row in rows for count in strips[row["key"]])])
    made = []
    for row in rows:
        bins = strips[row["key"]]
        about = {"title": pages.chapter_title(row["key"], row["title"]), "bins": bins, "n": sum(bins), "most": most}
        made.append(about | clustered(pages.data["clusters"].get(row["key"])))
    return made if any(row["n"] for row in made) else []


def clustered(found: Data | None) -> Data:
    """What the notes of a strip are, in words: `{"kinds": "12 comments, 3 reactions", "hottest": "5 notes on “…”"}`."""
    if found is None:
        return {"kinds": "", "hottest": ""}
    counted = ((found["by_kind"][kind], words) for kind, words in KINDS_OF_NOTES.items())
    kinds = [f"{n} {words[n != 1]}" for n, words in counted if n]
    hottest = found["hottest"]
    return {
        "kinds": ", ".join(kinds),
        "hottest": f"{hottest['n']} notes on “{shortened(hottest['quote'])}”" if hottest else "",
    }


def section_rows(pages: Pages) -> list[Data]:
    """Each discipline's section as its own readers judge it; whether it is done, and what is short, where they answered
    and the report tells of what is done."""
    made = []
    rows = pages.data["sections"]
    states = {s["key"]: s for s in (pages.data["done"] or {"sections": []})["sections"]}
    for s, title in zip(rows, pages.apart(rows, lambda row: row["title"]), strict=True):
        own = s["discipline"]
        value = pages.cell(s["value"]["by_discipline"][own], f"Value of {title}")
        sense = pages.cell(s["verdict"]["by_discipline"][own], f"{title} makes sense")
        parts = []
        for label, cell in (("Value of its own section", value), ("makes sense", sense)):
            if cell["state"] == "figure":
                parts.append(f"{label} {cell['text']}, n\N{NO-BREAK SPACE}{cell['n']}")
            elif cell["state"] == "few":
                parts.append(f"{label} {cell['text']}")
        text = "; ".join(parts) if parts else "No answers stand here yet"
        text = text[:1].upper() + text[1:]
        if value["state"] == sense["state"] == "blank":
            text = "Left blank"
        row = {"code": pages.code(own), "name": pages.name(own), "title": title, "text": f"{text}."}
        row |= {"state": "", "label": ""}
        judged = states.get(s["key"])
        if parts and judged and judged["state"]:
            row |= how_done(judged) | {"text": f"{text}. {done.why_section_not(judged)}".strip()}
        made.append(row)
    return made


def other_questions(pages: Pages) -> list[Data]:
    """The author's own questions, each target in one line."""
    made = []
    for q in pages.data["questions"]:
        figure = q["all"]
        where = pages.target(q)
        if figure["hidden"]:
            text = "Left blank."
        elif q["kind"] == "choice":
            text = ", ".join(f"{c['option']}: {c['n']}" for c in figure["options"]) + f" (n {figure['n']})"
        else:
            cell = pages.cell(figure, where)
            text = f"{cell['text']} (n {cell['n']})"
        made.append({"question": q["question"], "place": where, "text": text})
    return made


def coverage_rows(pages: Pages) -> list[Data]:
    """Asked, opened, reading, finished, declined: all, then by discipline; blank where left blank."""
    covered: Data = pages.data["coverage"]
    states = ("asked", "opened", "reading", "finished", "declined")

    def row(code: str, name: str, figure: Data) -> Data:
        return {"code": code, "name": name, "figures": ["" if figure[s] is None else str(figure[s]) for s in states]}

    rows = [row(pages.code(d), pages.name(d), f) for d, f in pages.in_order(covered["by_discipline"])]
    return [*rows, row("", "All, each person once", covered["all"])]


def count_rows(pages: Pages) -> list[Data]:
    """How many notes by kind, reaction, fate and discipline; by decision on the author's desk, where each note has its
    own."""
    counts: Data = pages.data["remarks"]
    names = {d: pages.name(d) for d in pages.disciplines}
    groups = [
        ("By kind", "by_kind", KIND_WORDS),
        ("Reactions", "by_reaction", REACTION_WORDS),
        *([("By decision", "by_decision", DECISION_WORDS)] if pages.data["edition"] == "author" else []),
        ("Their place in this draft", "by_fate", FATE_WORDS),
        *([("By discipline", "by_discipline", names)] if len(names) > 1 else []),
    ]
    made = [
        {
            "title": title,
            "counts": [{"label": words[k], "n": counts[key][k]} for k in words if counts[key][k] is not None],
        }
        for title, key, words in groups
    ]
    return [group for group in made if group["counts"]] if counts["total"] else []


def title_of(pages: Pages) -> str:
    """The title: what disciplines made of it only where most of those that may have rated it are heard; how many
    readers only where no answer is left blank, since more have made something of it than show."""
    data = pages.data
    label = data["draft"]["label"]
    if len(pages.disciplines) == 1:
        (only,) = pages.disciplines.values()
        return f"What {only['name']} said of draft {label}"
    book: Data = data["book"]["value"]
    figures = book["by_discipline"].values()
    rated = [None if f["hidden"] else sum(f["distribution"]) for f in figures]
    full = sum(n is not None and n >= 3 for n in rated)
    everyone = book["all"]
    n = 0 if everyone["hidden"] else sum(everyone["distribution"])
    if full and (2 * full >= sum(n != 0 for n in rated) or not n):
        return f"What {several(full, 'discipline', 'disciplines')} made of draft {label}"
    if n and None not in rated:
        return f"What {several(n, 'reader', 'readers')} made of draft {label}"
    return f"What readers made of draft {label}"


def page(data: Data) -> Data:
    """The whole report in words, ready to be laid out. `data` is the JSON of `findings.findings`."""
    pages = Pages(data)
    value = value_rows(pages)
    return {
        "book": data["manuscript"]["title"],
        "language": data["manuscript"]["language"],
        "authors": ", ".join(data["manuscript"]["authors"]),
        "label": data["draft"]["label"],
        "title": title_of(pages),
        "facts": facts(pages),
        "cover": data["cover"],
        "signed": data["signed"] or ", ".join(data["manuscript"]["authors"]),
        "paper": data["paper"],
        "named": data["named"],
        "everyone": total_name(data),
        "headlines": headlines(data),
        "columns": [{"code": d["code"], "name": d["name"]} for d in pages.disciplines.values()],
        "value": value,
        "room": list(extent([row["ratings"] for row in value])),
        "maps": maps(pages),
        "neighbours": neighbour_rows(pages),
        "since": since_last(pages),
        "strips": strip_rows(pages),
        "done": done_rows(pages),
        "one_by_one": one_by_one(pages),
        "sections": section_rows(pages),
        "conflicts": spoken.conflict_rows(pages),
        "quotes": spoken.passages(pages),
        "why_quotes": spoken.why_these(pages),
        "stories": spoken.stories(pages),
        "story_line": story_line(data),
        "questions": other_questions(pages),
        "written": spoken.written(pages),
        "notes": spoken.notes_in_context(pages),
        "coverage": coverage_rows(pages),
        "counts": count_rows(pages),
        "thanks": data["thanks"],
        "left_out": not_chosen(pages) + data["left_out"] + spoken.shortened(pages),
        "how_to_read": how_to_read(data),
        "sureness": sureness(pages),
    }

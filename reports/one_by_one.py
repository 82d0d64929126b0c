"""Every rating as it was given, where so few answered that none of their disciplines makes a figure. Pure."""

from reports.wording import Data, Pages


def one_by_one(pages: Pages) -> Data | None:
    """The answers person by person, where few answered and their names are known: people, then a row a question."""
    data = pages.data
    if not data["named"] or any(sees is not None for sees in data["book"]["sees_value"].values()):
        return None
    sections = {row["key"]: row["discipline"] for row in data["sections"]}
    people: dict[tuple[str, str], Data] = {}
    said: dict[tuple[str, str, str | None], dict[tuple[str, str], list[str]]] = {}
    for a in data["answers"]:
        if a["value"] is None or a["code"] not in ("value", "makes_sense"):
            continue
        if a["scope"] == "own_section" and sections.get(a["key"]) != a["discipline"]:
            continue  # of a neighbour's section
        person = pages.person(a["who"])
        who = (person["label"], pages.code(a["discipline"]))
        people[who] = {"label": who[0], "code": who[1], "discipline": pages.name(a["discipline"])}
        given = said.setdefault((a["code"], a["scope"], a["key"]), {}).setdefault(who, [])
        given.append(str(a["value"]).replace("_", " "))  # two people may have one name
    if not 0 < len(people) <= 6:
        return None
    order = sorted(people, key=lambda who: (list(pages.codes()).index(who[1]) if who[1] in pages.codes() else 99, who))
    rows = [("Value of the book", [("value", "book", None)]), *own_rows(pages, {key for _, _, key in said})]
    for c in data["map"]["verdict"][:-1]:
        rows.append((pages.chapter_title(c["key"], c["title"]), [("makes_sense", "chapter", c["key"])]))
    for c in data["map"]["verdict"][:-1]:
        rows.append((f"Value of chapter {c['position']}", [("value", "chapter", c["key"])]))
    made = []
    for title, asked in rows:
        answers = {who: given for each in asked for who, given in said.get(each, {}).items()}
        if answers:
            made.append({"title": title, "answers": [" · ".join(answers.get(who, ["–"])) for who in order]})
    return {"people": [people[who] for who in order], "rows": made}


def own_rows(pages: Pages, answered: set[str | None]) -> list[tuple[str, list[tuple[str, str, str | None]]]]:
    """Titles of the rows of own sections, with what was asked: one row for all where each discipline has one of
    those `answered`, else each section by its title, so that no answer stands for another."""
    rows = pages.data["sections"]
    titles = zip(rows, pages.apart(rows, lambda row: row["title"]), strict=True)
    own = [(row, title) for row, title in titles if row["key"] in answered]
    told = [("Value of its own section", "Their own section makes sense", [row["key"] for row, _ in own])]
    if len({row["discipline"] for row, _ in own}) < len(own):
        told = [(f"Value of “{title}”", f"“{title}” makes sense", [row["key"]]) for row, title in own]
    values = [(value, [("value", "own_section", key) for key in keys]) for value, _, keys in told]
    return [*values, *((sense, [("makes_sense", "own_section", key) for key in keys]) for _, sense, keys in told)]

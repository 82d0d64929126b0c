"""The words of a report for its figures, people and notes. Pure."""

from collections import Counter
from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from reports.headlines import mean, number, percent, several

Data = dict[str, Any]

KIND_WORDS = {
    "comment": "Comment",
    "suggestion": "Suggested edit",
    "reaction": "Reaction",
    "experience": "From practice",
}
KINDS_OF_NOTES = {
    "comment": ("comment", "comments"),
    "suggestion": ("suggested edit", "suggested edits"),
    "reaction": ("reaction", "reactions"),
    "experience": ("story", "stories"),
}
REACTION_WORDS = {
    "confusing": "Confusing",
    "valuable": "Valuable",
    "too_slow": "Too slow",
    "disagree": "Disagree",
    "missing": "Missing",
}
DECISION_WORDS = {
    "will_change": "Will change",
    "changed": "Changed",
    "no_change": "No change",
    "later": "Later",
    "duplicate": "Duplicate",
    "open": "Waits for an answer",
}
CHOICE_WORDS = {"pinned": "Shown first", "hidden": "Not quoted"}
FATE_WORDS = {
    "kept": "Kept",
    "moved": "Moved with its text",
    "edited": "Its words were changed",
    "detached": "Its words are no longer in this draft",
}
STATE_WORDS = {"done": "Done", "nearly": "Nearly", "not_yet": "Not yet"}
VERDICT_WORDS = {"yes": "yes", "partly": "partly", "no": "no"}
LEGENDS = {
    "verdict": ("below 40%", "40 to 64%", "65 to 79%", "80 to 89%", "90% and up"),
    "rating": ("below 2", "2 to 2.9", "3 to 3.5", "3.6 to 4.2", "4.3 and up"),
}


class Pages:
    """Looks names up while the page is put together; `data` is the JSON of a report."""

    def __init__(self, data: Data):
        self.data = data
        self.disciplines = {d["slug"]: d for d in data["disciplines"]}
        self.chapters = {row["key"]: row["title"] for row in data["chapters"]}
        self.sections = {row["key"]: row["title"] for row in data["sections"]}
        self.positions = {row["key"]: row["position"] for row in data["map"]["verdict"]}
        #: Titles of those with notes, which also are in chapters that nothing is asked about.
        self.chapters_noted = {c["key"]: c["title"] for c in data["notes"]}
        self.sections_noted = {s["key"]: s["title"] for c in data["notes"] for s in c["sections"]}
        self.homes = {row["key"]: row["chapter"] for row in data.get("originals", {}).get("sections", ())}

    def in_order(self, by_discipline: Data) -> list[tuple[str, Any]]:
        """Figures by discipline in value-stream order, whatever the order of the JSON."""
        return [(slug, by_discipline[slug]) for slug in self.disciplines]

    def codes(self) -> list[str]:
        """The letters of all disciplines, in order."""
        return [str(d["code"]) for d in self.disciplines.values()]

    def code(self, slug: object) -> str:
        """The letters of a discipline, empty for none."""
        return str(self.disciplines[slug]["code"]) if slug in self.disciplines else ""

    def name(self, slug: object) -> str:
        """The name of a discipline, empty for none."""
        return str(self.disciplines[slug]["name"]) if slug in self.disciplines else ""

    def person(self, who: Data | None) -> Data:
        """How the voice of a note is shown: `{"code", "discipline", "label"}`."""
        if who is None:
            return {"code": "", "discipline": "", "label": "A reader"}
        if who["team"]:
            return {"code": "AUTHOR", "discipline": "", "label": str(who["name"] or "The author")}
        code, name = self.code(who["discipline"]), self.name(who["discipline"])
        label = str(who["name"]) if who["name"] else name or "A reader"
        return {"code": code, "discipline": name, "label": label}

    def chapter_title(self, key: object, title: object) -> str:
        """ "3. Reading the same plan differently"; the title alone where the chapter has no number."""
        position = self.positions.get(key)
        return f"{position}. {title}" if position else str(title or "")

    def apart(self, rows: Sequence[Data], usual: Callable[[Data], str]) -> list[str]:
        """What sections are called: as `usual` where that is one alone, else by title and chapter."""
        counted = Counter(map(usual, rows))
        return [usual(row) if counted[usual(row)] == 1 else self._in_chapter(row) for row in rows]

    def _in_chapter(self, row: Data) -> str:
        position = self.positions.get(self.homes.get(row["key"]))
        return f"{row['title']}, chapter {position}" if position else str(row["title"])

    def target(self, row: Data) -> str:
        """What an answer is about, in words: a chapter, a section, the book."""
        if row["scope"] == "chapter":
            return self.chapter_title(row["key"], row["title"])
        return str(row["title"] or "The book") if row["scope"] == "own_section" else "The book"

    def cell(self, figure: Data, about: str) -> Data:
        """One cell of a map: state figure, few, none or blank; what it says; its bars low to high."""
        rating = "distribution" in figure
        if figure["hidden"]:
            return {"state": "blank", "text": "", "title": f"{about}: left blank", "bars": [], "n": None}
        bars = list(figure["distribution"]) if rating else [figure["no"], figure["partly"], figure["yes"]]
        n = sum(bars)
        singles = single(figure)
        shown: Data = {"bars": bars, "n": n, "step": figure.get("step"), "split": bool(figure.get("split"))}
        if not n:
            return shown | {"state": "none", "text": "–", "title": f"{about}: no answer"}
        if n < 3:
            text = " · ".join(singles)
            return shown | {"state": "few", "text": text, "singles": singles, "title": f"{about}: {text}"}
        if rating:
            text = mean(figure)
            said = ", ".join(f"{count} rated {at}" for at, count in enumerate(bars, 1) if count)
            return shown | {"state": "figure", "text": text, "title": f"{about}: mean {text} of {n} readers: {said}"}
        text = percent(bars[2] / n)
        said = f"{bars[2]} yes, {bars[1]} partly, {bars[0]} no"
        return shown | {"state": "figure", "text": text, "title": f"{about}: {text} yes of {n} readers: {said}"}


def single(figure: Data) -> list[str]:
    """The answers of a small cell one by one, high to low."""
    if "distribution" in figure:
        counts = figure["distribution"]
        return [str(at) for at in range(5, 0, -1) for _ in range(counts[at - 1])]
    return [word for word in ("yes", "partly", "no") for _ in range(figure[word])]


def day(moment: str, zone: str) -> str:
    """The date of a moment in that zone, as "6 April 2026"; empty for none."""
    if not moment:
        return ""
    at = datetime.fromisoformat(moment).astimezone(ZoneInfo(zone))
    return f"{at.day} {at:%B %Y}"


def for_whom(data: Data) -> str:
    """Whose eyes it is made for, so that a printed one with all names is not taken for another."""
    if data["edition"] == "author":
        return "For the author’s desk, with names" if data["named"] else "For the author’s desk"
    if data["edition"] == "publisher":
        return "Without names"
    return "With the names of readers who said yes" if data["names"] else "Without names, by discipline"


def note(pages: Pages, data: Data) -> Data:
    """A note in words: kind, state, who, what it answers."""
    reaction = REACTION_WORDS.get(str(data["reaction"]), "")
    state = []
    if "decision" in data:
        state.append(DECISION_WORDS[str(data["decision"] or "open")])
    if data["fate"] != "kept":
        state.append(FATE_WORDS[str(data["fate"])])
    if data["agreements"]:
        agreed = several(data["agreements"], "reader agrees", "readers agree")
        state.append(agreed[:1].upper() + agreed[1:])
    if data.get("visibility") == "authors":
        state.append("For the author only")
    if data.get("via"):
        state.append(f"Recorded by the author, {data['via']}")
    if data.get("choice"):
        state.append(CHOICE_WORDS[str(data["choice"])])
    return {
        "id": data.get("id"),
        "kind": data["kind"],
        "reaction": data["reaction"],
        "label": reaction or KIND_WORDS[str(data["kind"])],
        "person": pages.person(data["who"]),
        "body": data["body"],
        "replacement": data["replacement"],
        "instead": "Instead",
        "before": data["before"],
        "quote": data["quote"],
        "after": data["after"],
        "detached": data["fate"] == "detached",
        "state": ". ".join(state),
        "reason": data.get("reason") or "",
        "replies": [{"person": pages.person(r["who"]), "body": r["body"]} for r in data.get("replies", [])],
    }


def place(pages: Pages, data: Data) -> str:
    """Where a passage stands: chapter and section in words."""
    title = pages.chapters.get(data["chapter"]) or pages.chapters_noted.get(data["chapter"], "")
    section = pages.sections.get(data["section"]) or pages.sections_noted.get(data["section"], "")
    parts = (pages.chapter_title(data["chapter"], title), section if section != title else "")
    return ", ".join(part for part in parts if part) or "The book"


def total_name(data: Data) -> str:
    """What a total is called: where blank cells or other disciplines are left out of it, it is not of all readers."""
    return "All readers" if data["named"] and data["filters"]["disciplines"] is None else "All shown here"


def how_to_read(data: Data) -> str:
    """The paragraph at the end that says what the numbers are worth."""
    said = (
        "Readers were invited, not sampled, and most cells hold a few people: treat a gap under one point as noise. "
        "“I cannot judge” answers are left out. One person counts once in a total and once in the voice of each "
        "discipline they answered for. "
    )
    if data["recorded"]:
        said += f"Answers the author recorded for others count among them: {data['recorded']}. "
    if data["named"]:
        return said + (
            "Readers gave their names to the author, so a cell with fewer than three shows its single answers and "
            "takes no mean, no colour and no part in a gap."
        )
    return said + (
        "A cell with fewer than three readers is empty, and so is the next smallest where that one would follow from "
        "the rest. Totals leave empty cells out."
    )


def sureness(pages: Pages) -> str:
    """The appendix in one paragraph: how wide the shares are, how far readers agree."""
    found = pages.data["appendix"]
    said = []
    for row in pages.data["map"]["verdict"][:-1]:
        interval = found["makes_sense_95"][row["key"]]
        if interval:
            said.append(f"{row['title']} {percent(interval[0])} to {percent(interval[1])} (n {row['all']['n']})")
    text = f"Makes sense, 95% intervals (Wilson): {'; '.join(said)}. " if said else ""
    if found["makes_sense_alpha"] is not None:
        text += (
            f"Agreement of readers over the chapters (Krippendorff’s alpha, ordinal): {found['makes_sense_alpha']:.2f}."
        )
    return text.strip()


def story_line(data: Data) -> str:
    """How many stories came in, and how many may be quoted."""
    told: Data = data["stories"]
    total = told["total"]
    if not total:
        return ""
    came = f"{several(total, 'story', 'stories')} came in."
    quoted = f"{number(told['quotable'], capital=True)} may be quoted" if told["quotable"] else "None may be quoted"
    named = f", {number(told['named'])} by name" if told["named"] else ""
    return f"{came[:1].upper()}{came[1:]} {quoted}{named}."

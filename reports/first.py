"""Where to begin: the passage that most people ask to change, and who said so. Pure.

It stands on the first page however few have answered: where three people make no figure, their words are the finding.
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from reports.headlines import chapter_name, several

Data = dict[str, Any]
ASKS = {
    "confusing": "confusing",
    "disagree": "one to disagree with",
    "too_slow": "too slow",
    "missing": "something is missing",
}
VOICES = 3  # quoted; more are counted
LONGEST = 160  # code points of a quote


def to_change(
    places: Sequence[Data], written: Sequence[Data], chapters: Sequence[Data], codes: Mapping[str, str]
) -> list[Data]:
    """The headline, if anything asks for a change: a passage; else a chapter, a section or the book; else an answer.

    `places`: the notes of the report by chapter and section; those that have a decision are done with. A passage with
    a note that asks for a change goes before one with comments alone, then the one with most of them, most agreement,
    most notes; the earlier of equal ones. `chapters`: rows of the map, with key, position, title.
    """
    rows = {row["key"]: row for row in chapters}
    found = [
        (named(rows.get(place["key"]), place, section), quote, sorted(group, key=lambda n: not asks(n)))
        for place in places
        for section in (place, *place["sections"])
        for quote, group in groups(n for n in section["notes"] if waits(n))
    ]
    if not found:
        return asked_for(written, codes)
    where, quote, group = max(found, key=weight)
    text = sentence(f"Look first at {where}: “{shortened(quote)}”" if quote else f"Look first at {where}")
    said = [voice(n, codes) for n in people(group)]
    rest = [f"And {several(len(said) - VOICES, 'more', 'more')} there."] if len(said) > VOICES else []
    return [{"rule": "to_change", "n": len(said), "text": text, "detail": " ".join(said[:VOICES] + rest)}]


def people(group: Iterable[Data]) -> list[Data]:
    """The first note of each person; where names are not known every note is taken for one."""
    found: dict[str | int, Data] = {}
    for at, n in enumerate(group):
        found.setdefault(n["who"]["name"] or at, n)
    return list(found.values())


def sentence(words: str) -> str:
    """The words with a full stop, unless those quoted at their end have one."""
    return words if words.endswith((".”", "!”", "?”", "…”")) else f"{words}."


def weight(found: tuple[str, str, Sequence[Data]]) -> tuple[bool, bool, int, int, int]:
    """How much a passage asks to be looked at first."""
    _, quote, group = found
    asking = len(people(filter(asks, group)))
    return asking > 0, bool(quote), asking, sum(n["agreements"] for n in group), len(group)


def waits(note: Data) -> bool:
    """Whether a reader asks for something or comments, and the author has neither decided nor left it out of quotes."""
    if note["decision"] or note["who"]["team"] or note["choice"] == "hidden":
        return False
    return asks(note) or (note["kind"] == "comment" and bool(note["body"]))


def groups(notes: Iterable[Data]) -> Iterable[tuple[str, list[Data]]]:
    """Notes on words that touch, with the longest of their quotes; then those on no words, without one."""
    group: list[Data] = []
    rest: list[Data] = []
    reach = 0
    for n in notes:
        if n["start"] is None:
            rest.append(n)
            continue
        if group and n["start"] >= reach:
            yield longest(group), group
            group = []
        group.append(n)
        reach = max(reach if len(group) > 1 else 0, n["end"])
    if group:
        yield longest(group), group
    if rest:
        yield "", rest


def longest(group: Sequence[Data]) -> str:
    """The quote that spans most; the earlier of equal ones."""
    return str(max(group, key=lambda n: n["end"] - n["start"])["quote"])


def asks(note: Data) -> bool:
    """Whether a note asks for a change by its kind: a suggested edit, or a reaction that something is wrong."""
    return note["kind"] == "suggestion" or note["reaction"] in ASKS


def named(chapter: Data | None, place: Data, section: Data) -> str:
    """The place in words that stand inside a sentence; `chapter` is its row of the map, if it has one."""
    if chapter is None:
        title = section["title"] or place["title"]
        return f"“{title}”" if title else "the book as a whole"
    name = chapter_name(chapter)
    name = f"chapter {chapter['position']}" if chapter["position"] else f"“{name}”"
    return f"{name}, “{section['title']}”" if section.get("discipline") and section["title"] else name


def voice(note: Data, codes: Mapping[str, str]) -> str:
    """Who said what, as a sentence."""
    reaction = ASKS.get(str(note["reaction"]), "valuable" if note["reaction"] else "")
    said = f"“{shortened(note['body'])}”" if note["body"] else ""
    edit = f"suggests “{shortened(note['replacement'])}”" if note["replacement"] else ""
    if note["replacement"] == "":
        edit = "suggests to leave it out"
    return sentence(f"{speaker(note['who'], codes)}: {', '.join(part for part in (reaction, edit, said) if part)}")


def speaker(who: Data, codes: Mapping[str, str]) -> str:
    """A name with the letters of its discipline, or either, or "A reader"."""
    code = codes.get(who["discipline"] or "", "")
    return f"{who['name']} ({code})" if who["name"] and code else str(who["name"] or code or "A reader")


def asked_for(written: Sequence[Data], codes: Mapping[str, str]) -> list[Data]:
    """The first answer to "what to improve", where nobody left a note that waits."""
    for question in written:
        if question["code"] == "improve":
            answers = question["answers"]
            first = answers[0]
            text = f"Look first at “{first['title']}”." if first["title"] else "Look first at the book as a whole."
            said = [
                f"{speaker(a['who'], codes)}: “{shortened(a['words'])}”" for a in answers if a["key"] == first["key"]
            ]
            return [{"rule": "to_change", "n": len(said), "text": text, "detail": " ".join(said[:VOICES])}]
    return []


def shortened(words: str) -> str:
    """Words on one line, cut between two of them with an ellipsis where they are long."""
    line = " ".join(words.split())
    return line if len(line) <= LONGEST else line[:LONGEST].rsplit(" ", 1)[0] + " …"

"""The author's own Word file with the notes in it; one new file of the chapters that came otherwise.

Made from the snapshot, and from what it names by id and hash.
"""

from collections.abc import Iterator
from datetime import datetime
from itertools import chain
from typing import Any

from manuscripts.formats import docx_tracked
from manuscripts.formats.docx_comment_parts import Message
from manuscripts.formats.docx_commented import Commented, Thread
from manuscripts.formats.docx_made import made
from manuscripts.formats.docx_places import Line, Place, rewritten_lines
from manuscripts.formats.docx_tracked import Suggested, Tracked
from reports import originals
from reports.headlines import several
from reports.wording import DECISION_WORDS, Pages, note
from reviews.changelist import WHY

Data = dict[str, Any]
WANTED = (None, "will_change", "later")  # decisions under which a suggestion stands as a change
HOW_MANY = {
    "words": "on their words",
    "parts": "on those of their words that stand in the main text",
    "footnote": "at the mark of the footnote that their words stand in",
    "apart": "at the head of their section, as their words do not stand in the main text",
    "section": "on a whole section",
    "chapter": "on a whole chapter",
    "gone": "whose words are no longer in this draft, at the head of their section or chapter",
    "book": "on the book, at its beginning",
}


def sources(data: Data) -> list[str]:
    """The files it comes in: ids of the Word files of the draft in their order, empty for the new one."""
    found = [s["id"] for s in data["originals"]["sources"] if s["format"] == "docx"]
    others = any(s["source"] not in found for s in data["originals"]["sections"])
    return [*found, ""] if others or not found else found


def render(data: Data, sha256: str, source: str = "") -> bytes:
    """One of these files. Same snapshot, same bytes.

    Raises ConversionFailed or OSError where the author's file cannot be read.
    """
    return _File(data, source).made()


class _File:
    """One file in the making: its sections' words, the notes that belong into it, and where each of them goes."""

    def __init__(self, data: Data, source: str) -> None:
        self.data, self.pages, self.source = data, Pages(data), source
        self.moment = datetime.fromisoformat(data["as_of"].replace("Z", "+00:00"))
        files = sources(data)
        word = set(files) - {""}

        def file_of(section: Data) -> str:
            return section["source"] if section["source"] in word else ""

        sections = data["originals"]["sections"]
        self.by_section = {s["key"]: file_of(s) for s in sections}
        self.by_chapter = {s["chapter"]: file_of(s) for s in reversed(sections)}
        self.first_file = files[0]
        own = [s for s in sections if file_of(s) == source]
        self.words = originals.texts(chain.from_iterable((s["text"], s["uploaded"]) for s in own))
        self.sections = [s for s in own if s["text"] in self.words]
        self.numbers = {s["key"]: number for number, s in enumerate(self.sections)}
        self.heads = {s["chapter"]: number for number, s in reversed(list(enumerate(self.sections)))}
        self.counts = dict.fromkeys(HOW_MANY, 0)

    def made(self) -> bytes:
        content, by_hand = self._with_edits(self._bytes())
        file = Commented(content, [self.words[s["text"]] for s in self.sections])
        notes = list(self._notes())
        places = [self._place(file, each) for each in notes]
        tracked, why = self._suggestions(file, notes, places)
        threads = [
            Thread(place, self._messages(each, kind, why.get(number)), each.get("decision") is not None)
            for number, (each, (place, kind)) in enumerate(zip(notes, places, strict=True))
        ]
        threads = [self._summary(file), *(self._left(file, *each) for each in by_hand), *threads]
        return file.write(threads, tracked)

    # The file without notes

    def _bytes(self) -> bytes:
        if self.source:
            return originals.upload(
                next(s["sha256"] for s in self.data["originals"]["sources"] if s["id"] == self.source)
            )
        texts = originals.markdowns(s["text"] for s in self.sections)
        title = self.data["manuscript"]["title"]
        return made(title, [texts[s["text"]] for s in self.sections], int(self.moment.timestamp()))

    def _with_edits(self, content: bytes) -> tuple[bytes, list[tuple[int, Line]]]:
        """The file with what was written here since tracked, and what of it cannot be."""
        if not self.source:
            return content, []
        before = [self.words.get(s["uploaded"], self.words[s["text"]]) for s in self.sections]
        edits = [
            (number, line)
            for number, s in enumerate(self.sections)
            for line in rewritten_lines(before[number], self.words[s["text"]])
        ]
        suggested = [
            Suggested(key, number, line.start, line.end, line.words) for key, (number, line) in enumerate(edits)
        ]
        plan = docx_tracked.plan(content, before, suggested)
        left = [edits[key] for key in sorted(plan.by_hand)]
        return docx_tracked.write(content, plan, self._authors(), self.moment), left

    # Where notes go

    def _notes(self) -> Iterator[Data]:
        """The notes of this file, in the order of the book."""
        for chapter in self.data["notes"]:
            for each in chain(chapter["notes"], *(section["notes"] for section in chapter["sections"])):
                file = self.by_section.get(each["section"], self.by_chapter.get(each["chapter"], self.first_file))
                if file == self.source:
                    yield each

    def _place(self, file: Commented, each: Data) -> tuple[Place, str]:
        """Where a note goes and the kind of place, a key of HOW_MANY."""
        own = self.numbers.get(each["section"])
        head = self.heads.get(each["chapter"]) if own is None else own
        kind = "gone" if each["fate"] == "detached" else each["scope"]
        place = None
        if kind == "section" and each["start"] is not None:
            kind = "apart"
            if own is not None:
                kind, place = self._words(file, own, each["start"], each["end"])
        if place is None and head is not None:
            place = file.head(head)
        self.counts[kind] += 1
        return place or file.beginning(), kind

    @staticmethod
    def _words(file: Commented, section: int, start: int, end: int) -> tuple[str, Place | None]:
        """Where words of a section stand, and how: words, parts, footnote or apart."""
        if place := file.words(section, start, end):
            return ("words" if place.whole else "parts"), place
        place = file.beside_footnote(section, start, end)
        return ("footnote" if place else "apart"), place

    def _suggestions(
        self, file: Commented, notes: list[Data], places: list[tuple[Place, str]]
    ) -> tuple[list[Tracked], dict[int, str]]:
        """The suggestions that stand as tracked changes, and by the number of its note why another one does not."""
        why: dict[int, str] = {}
        suggested = []
        for number, each in enumerate(notes):
            if each["replacement"] is None:
                continue
            if each.get("decision", "not told") not in WANTED:
                why[number] = ""
            elif each["fate"] == "edited":
                why[number] = str(WHY["edited"])
            elif places[number][1] != "words":
                why[number] = ""
            else:
                section = self.numbers[each["section"]]
                suggested.append(Suggested(number, section, each["start"], each["end"], each["replacement"]))
        plan = file.suggestions(suggested)
        why |= {number: str(WHY[reason]) for number, reason in plan.by_hand.items()}
        why |= dict.fromkeys(plan.conflicts, "Another suggestion on these words stands as a change.")
        tracked = [
            Tracked(change, self._person(notes[number]["who"])[0], seconds(notes[number].get("created")))
            for number, changes in plan.changes.items()
            for change in changes
        ]
        return tracked, why

    # What they say

    def _messages(self, each: Data, kind: str, why: str | None) -> tuple[Message, ...]:
        entry = note(self.pages, each)
        said = [] if each["kind"] == "comment" else [f"{entry['label']}."]
        said.append(each["body"])
        if why is not None:
            said.append(f"Instead: “{each['replacement']}”" if each["replacement"] else "Instead: nothing.")
            said.append(why)
        said.append(
            {
                "parts": f"Written on these words, of which some do not stand in the main text: “{each['quote']}”",
                "footnote": f"Written on these words of the footnote: “{each['quote']}”",
                "apart": f"Written on these words, which do not stand in the main text: “{each['quote']}”",
                "section": "On the whole section.",
                "chapter": "On the whole chapter.",
                "gone": f"Written on these words, which are no longer in this draft: “{each['quote']}”",
                "book": "On the book.",
            }.get(kind, "")
        )
        state = entry["state"].removeprefix(DECISION_WORDS["open"]).removeprefix(". ")
        said += [f"{state}." if state else "", entry["reason"]]
        text = "\n\n".join(part for part in said if part)
        answers = [(answer["who"], answer["body"], answer["created"]) for answer in each.get("replies", [])]
        return tuple(
            Message(*self._person(who), words, seconds(created))
            for who, words, created in [(each["who"], text, each.get("created")), *answers]
        )

    def _person(self, who: Data) -> tuple[str, str]:
        """The name or the discipline that a comment stands under, and its letters."""
        person = self.pages.person(who)
        code = person["code"]
        named = f"{person['label']} ({code})" if who["name"] and code and not who["team"] else person["label"]
        return named, code

    def _authors(self) -> str:
        return ", ".join(self.data["manuscript"]["authors"]) or "The author"

    def _summary(self, file: Commented) -> Thread:
        """How many notes stand where, on the first words."""
        total = sum(self.counts.values())
        told = f"{several(total, 'note', 'notes')} on draft {self.data['draft']['label']} in this file"
        lines = [f"{count} {HOW_MANY[kind]}" for kind, count in self.counts.items() if count]
        text = "\n".join([f"{told[:1].upper()}{told[1:]}{':' if lines else '.'}", *lines])
        return Thread(file.beginning(), (Message("Widemargin", "W", text, seconds(self.data["as_of"])),))

    def _left(self, file: Commented, section: int, line: Line) -> Thread:
        """What was written here since and is not in the file, on the line before."""
        old = self.words[self.sections[section]["uploaded"]][line.start : line.end].strip()
        told = "Changed since this file was uploaded. In the file the old words still stand."
        before = f"Behind this stood: “{old}”" if old else "Behind this stood nothing."
        after = f"Now: “{line.words.strip()}”" if line.words.strip() else "Now: nothing."
        message = Message(self._authors(), "", "\n\n".join([told, before, after]), seconds(self.data["as_of"]))
        place = file.line_before(section, line.now) or file.head(section) or file.beginning()
        return Thread(place, (message,))


def seconds(moment: object) -> str:
    """A moment, or a day, of the snapshot as Word writes them; empty for none."""
    said = str(moment or "")
    return f"{said[:10]}T{said[11:19] or '00:00:00'}Z" if said else ""

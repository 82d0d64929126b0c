"""What readers said, as a report that is read prints it: passages, notes in their place, written answers. Pure.

Of very many it prints what a person can read, and says so.
"""

from collections.abc import Iterable
from heapq import nlargest

from reports.wording import Data, Pages, note, place

#: What a person can read: more than these are in the spreadsheet and the data alone, and the report says so.
MOST, MOST_STORIES, MOST_WRITTEN, MOST_TOGETHER = 2_000, 200, 200, 20


def passages(pages: Pages) -> list[Data]:
    """In their words: each passage once, with what was said of it."""
    made = []
    for q in pages.data["quotes"]:
        notes = q["notes"][:MOST_TOGETHER]  # what the author shows first heads its passage, and so is never left out
        more = len(q["notes"]) - len(notes)
        made.append(
            {
                "place": place(pages, q) + (f"; {len(notes)} of {more + len(notes):,} notes" if more else ""),
                "before": q["before"],
                "quote": q["quote"],
                "after": q["after"],
                "notes": [beneath(q["quote"], note(pages, n)) for n in notes],
            }
        )
    return made


def why_these(pages: Pages) -> str:
    """Why the passages stand there: disciplines met on them, or where only one is heard, most was said of them."""
    if len(pages.disciplines) == 1:
        return "The passages that most was said about, or agreed with."
    return "The passages where disciplines met, or parted."


def beneath(quote: str, said: Data) -> Data:
    """A note as it stands beneath the words of a passage: where it replaces others than these it says which."""
    if said["replacement"] is None or said["quote"] in ("", quote):
        return said
    return said | {"instead": f"Instead of “{said['quote']}”"}


def conflict_rows(pages: Pages) -> list[Data]:
    """Passages that one discipline values and another does not, as sentences."""
    made = []
    for c in pages.data["conflicts"]:
        valued = ", ".join(pages.code(d) for d in c["valuable"])
        words = {"confusing": "confusing", "disagree": "one to disagree with", "too_slow": "too slow"}
        against = ", ".join(f"{pages.code(a['discipline'])}: {words[a['reaction']]}" for a in c["against"])
        made.append({"place": place(pages, c), "quote": c["quote"], "text": f"Valuable to {valued}; {against}."})
    return made


def notes_in_context(pages: Pages) -> list[Data]:
    """The notes that may stand here, by chapter and section; of very many those that `readable` keeps."""
    kept = readable(n for c in pages.data["notes"] for s in (c, *c["sections"]) for n in s["notes"])
    made = []
    for c in pages.data["notes"]:
        sections = [
            {
                "title": s["title"],
                "code": pages.code(s["discipline"]),
                "notes": [note(pages, n) for n in s["notes"] if id(n) in kept],
            }
            for s in c["sections"]
        ]
        chapter = {
            "title": pages.chapter_title(c["key"], c["title"]) if c["key"] else "The book as a whole",
            "notes": [note(pages, n) for n in c["notes"] if id(n) in kept],
            "sections": [s for s in sections if s["notes"]],
        }
        if chapter["notes"] or chapter["sections"]:
            made.append(chapter)
    return made


def readable(notes: Iterable[Data]) -> set[int]:
    """The identities of the notes, at most MOST, that a page or a file to be read holds: those with words first,
    then those with most agreement and replies, then the earlier in the book."""

    def weight(n: Data) -> tuple[bool, int]:
        return bool(n["body"] or n["replacement"]), n["agreements"] + len(n.get("replies", ()))

    return set(map(id, nlargest(MOST, notes, key=weight)))


def shortened(pages: Pages) -> list[str]:
    """What a report of very many notes and answers does not print, and where it is."""
    where = "The spreadsheet and the data hold all of them."
    said = []
    notes = sum(len(s["notes"]) for c in pages.data["notes"] for s in (c, *c["sections"]))
    if notes > MOST:
        said.append(
            f"{notes - MOST:,} of {notes:,} notes: those with words come first, then those with most agreement. {where}"
        )
    stories = len(pages.data["stories"]["notes"])
    if stories > MOST_STORIES:
        said.append(f"{stories - MOST_STORIES:,} of {stories:,} stories, the later in the book. {where}")
    written = sum(max(0, len(q["answers"]) - MOST_WRITTEN) for q in pages.data["written"])
    if written:
        said.append(f"{written:,} written answers: each question stands with its first {MOST_WRITTEN}. {where}")
    return said


def written(pages: Pages) -> list[Data]:
    """What readers wrote to the questions."""
    return [
        {
            "question": q["question"],
            "answers": [
                {
                    "person": pages.person(a["who"]),
                    "place": pages.target(a),
                    "words": a["words"],
                }
                for a in q["answers"][:MOST_WRITTEN]
            ],
        }
        for q in pages.data["written"]
    ]


def stories(pages: Pages) -> list[Data]:
    """Stories from practice that may stand here."""
    return [note(pages, n) for n in pages.data["stories"]["notes"][:MOST_STORIES]]

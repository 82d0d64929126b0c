"""What a report does not hold because its maker chose other things, in words. Pure."""

from collections.abc import Iterable
from datetime import datetime
from zoneinfo import ZoneInfo

from reports.headlines import several
from reports.wording import DECISION_WORDS, KINDS_OF_NOTES, Data, Pages


def not_chosen(pages: Pages) -> list[str]:
    """A sentence for each choice that narrows the report; none where it holds everything. A report of one discipline
    says so in its title."""
    chosen: Data = pages.data["filters"]
    said = []
    if len(chosen["disciplines"] or ()) > 1:
        said.append(f"Other disciplines than {listed(pages.codes())}: this report was made of these.")
    if chosen["chapters"] is not None:
        said.append(
            f"Other chapters than {chapters(pages, chosen['chapters'])}, and notes on the book as a whole: not chosen."
        )
    if chosen["kinds"] is not None:
        kinds = listed(words[1] for kind, words in KINDS_OF_NOTES.items() if kind in chosen["kinds"])
        said.append(f"Notes other than {kinds}: no other kind is counted.")
    if chosen["decisions"] is not None:
        decisions = listed(f"“{words}”" for key, words in DECISION_WORDS.items() if key in chosen["decisions"])
        said.append(f"Notes other than those that say {decisions}: no other is counted.")
    if chosen["since"]:
        said.append(f"Notes from before {moment(pages, chosen['since'])}.")
    if chosen["until"]:
        said.append(f"Notes from {moment(pages, chosen['until'])} on.")
    if pages.data["edition"] == "author" and not chosen["author_only"]:
        said.append("Notes for the author only.")
    narrowed = [chosen[name] for name in ("disciplines", "kinds", "decisions", "since", "until")]
    if pages.data["done"] and (any(narrowed) or not chosen["author_only"]):
        said.append("Nothing from “Which chapters are done”: all disciplines and all notes count there.")
    return said


def chapters(pages: Pages, keys: Iterable[str]) -> str:
    """Chapters by number and title; those of one discipline by the title of their section."""
    alone = {pages.homes.get(key): title for key, title in reversed(pages.sections.items())}
    told = [(pages.positions.get(key) or 999, pages.chapters.get(key) or alone.get(key, ""), key) for key in keys]
    named = [pages.chapter_title(key, title) for _, title, key in sorted(told) if title]
    more = len(told) - len(named)
    return listed(
        [
            *(f"“{name}”" for name in named),
            *([f"{more} more" if named else several(more, "chapter", "chapters")] if more else []),
        ]
    )


def listed(words: Iterable[str]) -> str:
    """ "a", "a and b", "a, b and c"."""
    *first, last = words
    return f"{', '.join(first)} and {last}" if first else last


def moment(pages: Pages, at: str) -> str:
    """A moment where the manuscript is; midnight as the day that begins."""
    there = datetime.fromisoformat(at).astimezone(ZoneInfo(pages.data["manuscript"]["time_zone"]))
    return f"{there.day} {there:%B %Y}" + (f", {there:%H:%M}" if (there.hour, there.minute) != (0, 0) else "")

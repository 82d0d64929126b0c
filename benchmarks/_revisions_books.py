"""Revisions of whole books: chapters split, joined, reordered, renamed, passages moved from chapter to chapter, twins.

Made as the revisions of single texts are; all chapters one below the other are one text in which the truth is known.
"""

import random
from bisect import bisect_right
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from benchmarks import _revisions_edits as edits
from benchmarks._revisions import Paragraph, Pen, Revision, Text, Truth, draw
from benchmarks._revisions_cases import STRENGTHS, next_draft
from benchmarks._revisions_prose import ARABIC, CHINESE, ENGLISH

BETWEEN = 100  # empty lines between two chapters where all of them are one text

Chapters = dict[str, Text]  # by key, in their order; the first heading is the title
Book = dict[str, tuple[str, str]]  # key → title, text


@dataclass(frozen=True)
class RevisedBook:
    """Two books, and one revision that is both of them as one text each."""

    old: Book
    new: Book
    whole: Revision

    def places(self) -> list[tuple[str, int, int]]:
        """The ranges of the revision as places of the old book."""
        starts = _starts(self.old)
        keys = list(starts)
        found = []
        for anchor in self.whole.anchors:
            key = keys[bisect_right(list(starts.values()), anchor["start"]) - 1]
            found.append((key, anchor["start"] - starts[key], anchor["end"] - starts[key]))
        return found

    def in_whole(self, key: str | None, start: int | None, end: int | None) -> tuple[int, int] | None:
        """A place of the new book as a range of its one text."""
        if key is None or start is None or end is None:
            return None
        first = _starts(self.new)[key]
        return first + start, first + end


def _starts(book: Book) -> dict[str, int]:
    starts, at = {}, 0
    for key, (_, text) in book.items():
        starts[key] = at
        at += len(text) + BETWEEN
    return starts


# What becomes of chapters


def split(chapters: Chapters, pen: Pen, strength: float) -> Chapters:
    """Some chapters cut in two; the second part is a chapter of its own."""
    cut = edits._some(pen, list(chapters), strength * 0.5)
    made: Chapters = {}
    for key, text in chapters.items():
        made[key] = text
        if key in cut and len(text.sections) > 1:
            at = pen.rng.randint(1, len(text.sections) - 1)
            made[f"{key}b"] = Text(text.sections[at:], text.marked, text.between)
            text.sections = text.sections[:at]
    return made


def joined(chapters: Chapters, pen: Pen, strength: float) -> Chapters:
    """Some chapters taken into the one before them."""
    gone = edits._some(pen, list(chapters)[1:], strength * 0.4)
    made: Chapters = {}
    for key, text in chapters.items():
        if key in gone:
            list(made.values())[-1].sections.extend(text.sections)
        else:
            made[key] = text
    return made


def reordered(chapters: Chapters, pen: Pen, strength: float) -> Chapters:
    """The chapters in another order, each under its key."""
    return {key: chapters[key] for key in pen.rng.sample(list(chapters), len(chapters))}


def renamed(chapters: Chapters, pen: Pen, strength: float) -> Chapters:
    """Other titles, other keys, or both."""
    made: Chapters = {}
    for number, (key, text) in enumerate(chapters.items()):
        kind = pen.rng.randrange(4)
        if kind in (1, 3):
            text.sections[0][0] = pen.heading()
        made[f"k{number}" if kind in (2, 3) else key] = text
    return made


def shifted(chapters: Chapters, pen: Pen, strength: float) -> Chapters:
    """A chapter put in front, and every key now that of the chapter before."""
    texts = [pen.text(1, 3), *chapters.values()]
    return {f"c{number}": text for number, text in enumerate(texts)}


def passages(chapters: Chapters, pen: Pen, strength: float) -> Chapters:
    """Paragraphs moved to other chapters, one in three of them edited on the way."""
    twins = {id(each) for family in pen.twins for each in family}
    for key, text in chapters.items():
        for paragraph in edits._some(pen, edits._prose(text), strength * 0.3):
            if id(paragraph) in twins:  # moved to where its twin was cut it would be the twin: nobody could tell
                continue
            edits._without(text, [paragraph])
            if pen.rng.random() < 0.35:
                paragraph.sentences = [edits.rewrite(each, pen, 0.15) for each in paragraph.sentences]
            home = pen.rng.choice([other for other in chapters if other != key])
            edits._place(chapters[home], pen, paragraph)
    return chapters


def cut_twins(chapters: Chapters, pen: Pen, strength: float) -> Chapters:
    """Of paragraphs that stand in two or three chapters one is cut; others are edited."""
    for family in pen.twins:
        gone, *others = pen.rng.sample(family, len(family))
        for text in chapters.values():
            edits._without(text, [gone])
        for each in others:
            if pen.rng.random() < strength:
                each.sentences = [edits.rewrite(piece, pen, 0.1) for piece in each.sentences]
    return chapters


def removed(chapters: Chapters, pen: Pen, strength: float) -> Chapters:
    """Whole chapters left out, and others written new."""
    gone = edits._some(pen, list(chapters), strength * 0.4)
    made = {key: text for key, text in chapters.items() if key not in gone}
    return {**made, **{f"n{number}": pen.text(1, 3) for number in range(len(gone))}}


def everything(chapters: Chapters, pen: Pen, strength: float) -> Chapters:
    """All of it, each a little."""
    for change in (cut_twins, passages, split, joined, removed, reordered):
        chapters = change(chapters, pen, strength * 0.6)
    return chapters


Change = Callable[[Chapters, Pen, float], Chapters]
BOOK_CLASSES: dict[str, Change] = {
    "split": split,
    "joined": joined,
    "reordered": reordered,
    "renamed": renamed,
    "keys shifted": shifted,
    "passages": passages,
    "twins": cut_twins,
    "removed": removed,
    "everything": everything,
}


def revised_book(name: str, level: int, number: int, ranges: int = 120, seed: int = 1) -> RevisedBook:
    """The revised book of that class, level, number and seed; the same at every call."""
    rng = random.Random(f"{seed} book {name} {level} {number}")
    voices = (*ENGLISH, CHINESE, ENGLISH[0], ARABIC)
    pen = Pen(rng, voices[(number + 3 * level + seed) % len(voices)])
    chapters = {f"c{count}": pen.text(1, 3) for count in range(1, rng.randint(6, 10))}
    for text in chapters.values():
        text.marked = False
    if name in ("twins", "everything"):
        _with_twins(chapters, pen)
    old, old_whole = _render(chapters)
    pen.begin()
    strength = STRENGTHS[level]
    for text in chapters.values():
        if rng.random() < 0.6:
            next_draft(text, pen, strength * 0.4)
    chapters = BOOK_CLASSES[name](chapters, pen, strength)
    new, new_whole = _render({key: text for key, text in chapters.items() if text.sections})
    anchors = [
        each
        for each in draw(rng, Truth(old_whole, new_whole, pen.instead), ranges, pen.pattern)
        if "\n" * BETWEEN not in old_whole[0][each["start"] : each["end"]]
    ]
    whole = Revision(f"{name} {seed}.{level}.{number}", name, level, old_whole[0], new_whole[0], anchors)
    return RevisedBook(old, new, whole)


def revised_books(each: int = 2, ranges: int = 120, seed: int = 1) -> Iterator[RevisedBook]:
    """`each` revised books of every class and level."""
    for name in BOOK_CLASSES:
        for level in range(len(STRENGTHS)):
            for number in range(each):
                yield revised_book(name, level, number, ranges, seed)


def _with_twins(chapters: Chapters, pen: Pen) -> None:
    for _ in range(4):
        first = pen.paragraph(pen.rng.randint(2, 4)).sentences
        homes = pen.rng.sample(list(chapters), pen.rng.randint(2, 3))
        family = [Paragraph([pen.fresh(piece.text) for piece in first]) for _ in homes]
        for key, each in zip(homes, family, strict=True):
            edits._place(chapters[key], pen, each)
        pen.twins.append(family)


def _render(chapters: Chapters) -> tuple[Book, tuple[str, list[int]]]:
    """The book, and all of it as one text with the identity of each character."""
    book: Book = {}
    ids: list[int] = []
    for key, text in chapters.items():
        words, names = text.render()
        book[key] = (text.sections[0][0].sentences[0].text, words)
        ids += names + [-1] * BETWEEN
    return book, (("\n" * BETWEEN).join(text for _, text in book.values()), ids[: len(ids) - BETWEEN])

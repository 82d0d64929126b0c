"""Revisions of invented texts in which every character keeps its identity, so that the truth of a range is known.

A text is made of pieces; each character has a number of its own that it keeps through every edit. A range of the old
text then stands where most of its characters are, was replaced where the words put in its stead are, or is gone.

Only what a careful reader could tell from the two texts is asked. Not asked is where a range belongs of which about
half stayed, or whose parts went to several places; whose very words were written anew between what stood around it;
that is long and was for the most part put in other words where it stands; or that says nothing by itself, being a
word or more of the commonest, or the number of a footnote.
"""

import random
import re
from bisect import bisect_left
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any

from rapidfuzz.distance import LCSseq

from benchmarks._revisions_grammar import Matter
from benchmarks._revisions_prose import WORD, Voice

SURE, UNSURE = 0.6, 0.25  # share of a range's characters that must, or must not, have stayed
STRAY = 0.15  # share of them that may have gone apart from the others
TOGETHER = 60  # characters of other text between those of a range that still stand together
SAME_SENTENCE = 0.4  # likeness, by words in order, from which a new sentence would be an old one edited
AROUND = 300  # characters, in either text, between what still stands before a range and behind it
COMMON = 1 / 70  # of all words of a text: those that are so often one and the same say nothing by themselves
NEAR_CHANGES = 0.65  # how often a range is drawn near what changed: notes are what authors change things for
SHORT = 40  # characters of a range that can be replaced in place
SENTENCES = (1, 2, 2, 3, 3, 4, 4, 5, 6, 8)  # of a paragraph
SENTENCE = re.compile(r"[^.?!。\n]+[.?!。]*[\"”)]*")


@dataclass(slots=True)
class Piece:
    """Some text and the identity of each of its characters."""

    text: str
    ids: list[int]

    def __len__(self) -> int:
        return len(self.text)

    def part(self, start: int, end: int | None = None) -> "Piece":
        return Piece(self.text[start:end], self.ids[start:end])

    def __add__(self, other: "Piece") -> "Piece":
        return Piece(self.text + other.text, self.ids + other.ids)


@dataclass(slots=True)
class Paragraph:
    """Sentences that stand together; kinds: heading, text, item, row (its sentences are cells), note (a footnote)."""

    sentences: list[Piece]
    kind: str = "text"
    matter: Matter = field(default_factory=dict, repr=False)  # what it comes back to


Section = list[Paragraph]  # its heading first


@dataclass
class Text:
    """Sections under headings. `marked` is written with the marks of Markdown, else as a reader sees it."""

    sections: list[Section]
    marked: bool = False
    between: str = " "

    def paragraphs(self) -> Iterator[Paragraph]:
        for section in self.sections:
            yield from section

    def render(self) -> tuple[str, list[int]]:
        """The text and the identity of each character; -1 for what only stands between."""
        parts: list[str] = []
        ids: list[int] = []

        def add(text: str, names: list[int] | None = None) -> None:
            parts.append(text)
            ids.extend(names if names is not None else [-1] * len(text))

        for paragraph in self.paragraphs():
            kind = paragraph.kind if self.marked else ""
            add({"heading": "## ", "item": "- ", "row": "| "}.get(kind, ""))
            between = self.between if paragraph.kind != "row" else " | " if self.marked else "\n"
            for number, sentence in enumerate(paragraph.sentences):
                add(between if number else "")
                add(sentence.text, sentence.ids)
            add({"row": " |\n", "item": "\n"}.get(kind, "\n\n" if self.marked else "\n"))
        return "".join(parts), ids


class Pen:
    """Writes and edits with one seed; knows which characters were put in the place of which."""

    def __init__(self, rng: random.Random, voice: Voice) -> None:
        self.rng, self.voice = rng, voice
        self.pattern = voice.pattern()
        self.next_id = 0
        self.matter: Matter | None = None  # of the text that is being written
        self.instead: list[tuple[list[int], list[int]]] = []  # characters gone, characters that came for them
        self._came: dict[int, int] = {}  # of a character that came: which of these
        self.twins: list[list[Paragraph]] = []  # families of paragraphs that look alike

    def begin(self) -> None:
        """The old text is as it stands now; what was edited before does not count."""
        self.instead.clear()
        self._came.clear()

    def fresh(self, text: str) -> Piece:
        first = self.next_id
        self.next_id += len(text)
        return Piece(text, list(range(first, self.next_id)))

    def sentence(self, matter: Matter | None = None) -> Piece:
        return self.fresh(self.voice.sentence(self.rng, matter))

    def other_sentence(self, former: Piece, matter: Matter | None = None) -> Piece:
        """A sentence that says something else than the one it is written in the place of: one that shared half of
        its words would be the former one edited, to any reader."""
        while self.alike(former.text, text := self.voice.sentence(self.rng, matter)) >= SAME_SENTENCE:
            pass
        return self.fresh(text)

    def alike(self, one: str, two: str) -> float:
        """How much of both texts, 0-1, is the same words in the same order."""
        words, others = self.pattern.findall(one), self.pattern.findall(two)
        return 2 * LCSseq.similarity(words, others) / max(1, len(words) + len(others))

    def paragraph(self, count: int | None = None) -> Paragraph:
        """So many sentences on one matter; as many as paragraphs have, if not said."""
        if self.matter is None:
            self.matter = self.voice.grammar.matter(self.rng)
        matter = self.voice.grammar.matter(self.rng, self.matter)
        count = count or self.rng.choice(SENTENCES)
        return Paragraph([self.sentence(matter) for _ in range(count)], matter=matter)

    def text(self, least: int = 3, most: int = 7) -> Text:
        """A text of some sections on a matter of its own, in the way its readers see it or with its marks."""
        self.matter = None
        sections = [self.section() for _ in range(self.rng.randint(least, most))]
        return Text(sections, self.rng.random() < 0.4, self.voice.space)

    def heading(self) -> Paragraph:
        return Paragraph([self.fresh(self.voice.heading(self.rng, self.matter))], "heading")

    def section(self) -> Section:
        return [self.heading(), *(self.paragraph() for _ in range(self.rng.randint(3, 8)))]

    def put(self, piece: Piece, start: int, end: int, text: str) -> Piece:
        """The piece with other words in the place of some."""
        came = self.fresh(text)
        gone: list[int] = []
        for name in piece.ids[start:end]:
            gone.extend(self.instead[self._came[name]][0] if name in self._came else [name])
        for name in came.ids:
            self._came[name] = len(self.instead)
        self.instead.append((list(dict.fromkeys(gone)), came.ids))
        return piece.part(0, start) + came + piece.part(end)

    def insert(self, piece: Piece, at: int, text: str) -> Piece:
        return piece.part(0, at) + self.fresh(text) + piece.part(at)

    def other_word(self, word: str = "") -> str:
        """A word that is not this one."""
        return self.voice.other(self.rng, word)

    def replaceable(self, piece: Piece) -> list[tuple[int, int]]:
        """Where those of its words stand that another can stand for, the last one first."""
        spans = reversed(self.words(piece))
        return [(start, end) for start, end in spans if piece.text[start:end].lower() not in self.voice.bones]

    def words(self, piece: Piece) -> list[tuple[int, int]]:
        """Where its words stand."""
        return [match.span() for match in self.pattern.finditer(piece.text)]


@dataclass
class Revision:
    """Two texts and ranges of the old one with their truth, as in a file of JSON lines."""

    name: str
    cls: str
    level: int
    old_text: str
    new_text: str
    anchors: list[dict[str, Any]] = field(default_factory=list)


class Truth:
    """Where ranges of the old text went."""

    def __init__(
        self, old: tuple[str, list[int]], new: tuple[str, list[int]], instead: Iterable[tuple[list[int], list[int]]]
    ) -> None:
        self.old_text, self.old_ids = old
        self.new_text, self.new_ids = new
        places = {name: place for place, name in enumerate(self.new_ids) if name >= 0}
        self.to = [places.get(name, -1) for name in self.old_ids]
        self.stead: dict[int, list[int]] = {}  # of an old character: where those stand that came for it
        for gone, came in instead:
            there = [places[name] for name in came if name in places]
            for name in gone if there else ():
                self.stead.setdefault(name, []).extend(there)

    def of(self, start: int, end: int) -> dict[str, Any] | None:
        """The truth of a range; None where there is none that all would agree to."""
        names = [place for place in range(start, end) if not self.old_text[place].isspace()]
        groups = _groups(sorted(self.to[place] for place in names if self.to[place] >= 0))
        if not names:
            return None
        best = max(groups, key=len, default=[])
        share = len(best) / len(names)
        elsewhere = sum(len(group) for group in groups) / len(names) - share
        if elsewhere > STRAY or (share >= SURE and best[-1] - best[0] > 2 * len(best) + TOGETHER):
            return None
        if self._written_anew(start, end, share >= SURE):
            return None
        quote = self.old_text[start:end]
        dup = self.old_text.find(quote) != self.old_text.rfind(quote)
        if share >= SURE:
            low, high = best[0], best[-1] + 1
            outer_low, outer_high = self._outer(start, end, low, high)
            return {"type": "span", "s": low, "e": high, "os": outer_low, "oe": outer_high, "dup": dup}
        if share >= UNSURE:
            return None
        changed = sum(self.old_ids[place] in self.stead for place in names) / len(names)
        if end - start > SHORT and share + changed >= SURE:
            return None
        instead = _groups(sorted({at for place in names for at in self.stead.get(self.old_ids[place], ())}))
        if instead and end - start <= SHORT:
            widest = max(instead, key=len)
            return {"type": "replaced", "s": widest[0], "e": widest[-1] + 1, "dup": dup}
        return {"type": "detached", "dup": dup}

    def _written_anew(self, start: int, end: int, stayed: bool) -> bool:
        """The words of a range stand, beside themselves if they stayed, between what stood around it."""
        before = next((self.to[at] for at in range(start - 1, max(-1, start - AROUND), -1) if self.to[at] >= 0), -1)
        after = next((place for place in self.to[end : end + AROUND] if place >= 0), -1)
        if not 0 <= before < after < before + AROUND + end - start:
            return False
        quote = self.old_text[start:end].strip().casefold()
        return self.new_text[before + 1 : after].casefold().count(quote) > stayed

    def _outer(self, start: int, end: int, low: int, high: int) -> tuple[int, int]:
        """The span with the words that came for some of the range's own beside it."""
        mine = {at for place in range(start, end) for at in self.stead.get(self.old_ids[place], ())}
        begin, stop = low, high
        while low > 0 and (low - 1 in mine or self.new_text[low - 1] in " \u00a0"):
            low -= 1
            begin = low if low in mine else begin
        while high < len(self.new_text) and (high in mine or self.new_text[high] in " \u00a0"):
            high += 1
            stop = high if high - 1 in mine else stop
        return begin, stop


def _groups(places: list[int]) -> list[list[int]]:
    """Places that stand together."""
    groups: list[list[int]] = []
    for place in places:
        if groups and place - groups[-1][-1] <= TOGETHER:
            groups[-1].append(place)
        else:
            groups.append([place])
    return groups


def draw(rng: random.Random, truth: Truth, count: int, pattern: re.Pattern[str] = WORD) -> list[dict[str, Any]]:
    """Ranges of all sizes with their truth: a good part near what changed, at most a third gone or replaced."""
    text = truth.old_text
    words = [m.span() for m in pattern.finditer(text) if not text.endswith("[^", 0, m.start())]
    counts = Counter(word.casefold() for word in WORD.findall(text))
    common = {word for word, count in counts.items() if count > COMMON * counts.total()}
    sentences = [m.span() for m in SENTENCE.finditer(text) if m.end() - m.start() > 6]
    changed = [number for number, (start, end) in enumerate(words) if _is_changed(truth.to, start, end)]
    room = {"span": count, "detached": count // 4, "replaced": count // 10}
    found: dict[tuple[int, int], dict[str, Any]] = {}
    for _ in range(30 * count):
        if len(found) == count or not words:
            break
        number = rng.randrange(len(words))
        if changed and rng.random() < NEAR_CHANGES:
            number = min(len(words) - 1, max(0, rng.choice(changed) + rng.randint(-6, 6)))
        start, end = _range(rng, words, sentences, number)
        if rng.random() < 0.04 and end - start > 4:
            start, end = start + 1, end - 1
        if common.issuperset(word.casefold() for word in WORD.findall(text, start, end)):
            continue
        known = truth.of(start, end) if (start, end) not in found else None
        if known and room[known["type"]] > 0:
            room[known["type"]] -= 1
            found[start, end] = {"start": start, "end": end, "truth": known}
    return list(found.values())


def _is_changed(to: list[int], start: int, end: int) -> bool:
    return any(to[place] < 0 for place in range(start, end)) or (start > 1 and to[start] - to[start - 2] != 2)


def _range(
    rng: random.Random, words: list[tuple[int, int]], sentences: list[tuple[int, int]], number: int
) -> tuple[int, int]:
    kind = rng.random()
    if kind < 0.17:
        at = min(bisect_left(sentences, (words[number][1], 0)), len(sentences) - 1)
        start, end = sentences[max(0, at - 1)]
        return start, end
    length = 1 if kind < 0.45 else 2 if kind < 0.6 else rng.randint(3, 8) if kind < 0.85 else rng.randint(9, 45)
    return words[number][0], words[min(len(words) - 1, number + length - 1)][1]

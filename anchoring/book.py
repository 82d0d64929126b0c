"""Carries ranges through a whole book: text with text first, the rest of the book for what stayed unmapped."""

from bisect import bisect_left, bisect_right
from collections import Counter, defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from anchoring.align import Alignment, align
from anchoring.carry import Carried, Fate, Range, carry
from anchoring.tokens import TooManyTokens, tokenise

LIKE_TEXTS, LIKE_MARGIN = (
    0.5,
    0.15,
)  # word triples in common that make two texts the same one; lead over the next
LONG_PASSAGE, MOST_TAKEN = (
    40,
    0.2,
)  # characters of a passage looked for elsewhere; share of it others may hold

Book = Mapping[str, tuple[str, str]]  # key → title, canonical text


@dataclass(frozen=True, slots=True)
class CarriedInBook:
    """Where a range stands in the new book.

    `key` is the new text that holds it or, when it is detached, the one its old text became (None: removed, and
    `near` is None then). The rest is as in Carried.
    """

    key: str | None
    start: int | None
    end: int | None
    near: int | None
    fate: Fate
    confidence: float
    reason: str


def carry_book(
    old: Book,
    new: Book,
    ranges: Sequence[tuple[str, int, int]],
    progress: Callable[[float], None] | None = None,
) -> list[CarriedInBook]:
    """Each (key, start, end) of the old book in the new one, in the order given; none depends on another.

    A text is compared with the one of the same key, else of the same title, else the one clearly alike. What finds
    no place there is placed elsewhere only where its whole paragraph stands
    once in each book and nothing else claims that place. `progress` is called with 0-1 after each text.
    Raises KeyError for an unknown key, ValueError for an impossible range.
    """
    pairs = pair_texts(old, new)
    by_text: dict[str, list[int]] = defaultdict(list)
    for index, (key, _, _) in enumerate(ranges):
        by_text[key].append(index)
    alignments: dict[str, Alignment] = {}
    results: dict[int, CarriedInBook] = {}
    passages = _Passages(old, new, pairs, alignments)
    for done, (key, indices) in enumerate(by_text.items(), start=1):
        wanted = [Range(ranges[index][1], ranges[index][2]) for index in indices]
        home = pairs.get(key)
        if home is None:
            carried = [_without_home(old[key][1], each) for each in wanted]
        else:
            alignments[key] = align(old[key][1], new[home][1])
            carried = carry(alignments[key], wanted)
        for index, each in zip(indices, carried, strict=True):
            results[index] = CarriedInBook(
                home, each.start, each.end, each.near, each.fate, each.confidence, each.reason
            )
        if progress:
            progress(done / len(by_text))
    for index, result in results.items():
        if result.fate == "detached":
            results[index] = passages.elsewhere(ranges[index]) or result
    return [results[index] for index in range(len(ranges))]


def _without_home(text: str, wanted: Range) -> Carried:
    if not 0 <= wanted.start < wanted.end <= len(text):
        raise ValueError(f"no range of the old text: {wanted.start}-{wanted.end}")
    return Carried(None, None, None, "detached", 0.0, "Its section was removed")


def pair_texts(old: Book, new: Book) -> dict[str, str]:
    """Which new text each old one became, one to one: by key, by a title that both have once, by likeness."""
    pairs = {key: key for key in old if key in new}
    rest_old = [key for key in old if key not in pairs]
    rest_new = [key for key in new if key not in pairs]
    if not rest_old or not rest_new:
        return pairs
    titles = Counter(_title(new[key]) for key in rest_new)
    old_titles = Counter(_title(old[key]) for key in rest_old)
    by_title = {_title(new[key]): key for key in rest_new}
    for key in rest_old:
        title = _title(old[key])
        if title and titles[title] == 1 == old_titles[title]:
            pairs[key] = by_title[title]
    taken = set(pairs.values())
    pairs.update(
        _pair_by_likeness(
            {key: old[key][1] for key in rest_old if key not in pairs},
            {key: new[key][1] for key in rest_new if key not in taken},
        )
    )
    return pairs


def _title(text: tuple[str, str]) -> str:
    return " ".join(text[0].casefold().split())


def _pair_by_likeness(old: Mapping[str, str], new: Mapping[str, str]) -> dict[str, str]:
    vocabulary: dict[str, int] = {}
    old_triples = {key: _triples(text, vocabulary) for key, text in old.items()}
    homes: dict[tuple[int, int, int], list[str]] = defaultdict(list)
    sizes: dict[str, int] = {}
    for key, text in new.items():
        triples = _triples(text, vocabulary)
        sizes[key] = len(triples)
        for triple in triples:
            homes[triple].append(key)
    scores: list[tuple[float, str, str]] = []
    for key, triples in old_triples.items():
        shared: Counter[str] = Counter()
        for triple in triples:
            # A triple found in many texts says nothing about any of them.
            if len(homes.get(triple, ())) <= 8:
                shared.update(homes.get(triple, ()))
        for home, count in shared.items():
            likeness = 2 * count / (len(triples) + sizes[home])
            if likeness > LIKE_TEXTS - LIKE_MARGIN:
                scores.append((likeness, key, home))
    pairs: dict[str, str] = {}
    taken: set[str] = set()
    for score, key, home in sorted(scores, reverse=True):
        rivals = [s for s, k, h in scores if (k == key) != (h == home) and s > score - LIKE_MARGIN]
        if score >= LIKE_TEXTS and key not in pairs and home not in taken and not rivals:
            pairs[key] = home
            taken.add(home)
    return pairs


def _triples(text: str, vocabulary: dict[str, int]) -> set[tuple[int, int, int]]:
    try:
        ids = tokenise(text, vocabulary).ids
    except TooManyTokens:
        return set()
    return set(zip(ids, ids[1:], ids[2:], strict=False))


class _Passages:
    """Paragraphs and quotations that stand once in each book, found by their exact words."""

    def __init__(self, old: Book, new: Book, pairs: dict[str, str], alignments: dict[str, Alignment]) -> None:
        self.old, self.new, self.alignments = old, new, alignments
        self.became = {home: key for key, home in pairs.items()}
        self._lines: tuple[Counter[str], dict[str, list[tuple[str, int]]]] | None = None
        self._marks: dict[str, bytearray] = {}

    def elsewhere(self, wanted: tuple[str, int, int]) -> CarriedInBook | None:
        """The place of a range whose paragraph now stands in another text, or None."""
        key, start, end = wanted
        text = self.old[key][1]
        low = text.rfind("\n", 0, start) + 1
        high = text.find("\n", end)
        high = len(text) if high < 0 else high
        if "\n" in text[low:high] or len(text[low:high].strip()) < LONG_PASSAGE:
            return None
        place = self._only(text[low:high])
        if place is None:
            return None
        home, offset = place
        shift = offset - low
        if not self._free(home, offset, offset + high - low):
            return None
        return CarriedInBook(
            home, start + shift, end + shift, None, "moved", 0.9, "Its paragraph was moved to another section"
        )

    def _only(self, line: str) -> tuple[str, int] | None:
        if self._lines is None:
            counts = Counter(each for _, text in self.old.values() for each in text.split("\n"))
            places: dict[str, list[tuple[str, int]]] = defaultdict(list)
            for key, (_, text) in self.new.items():
                offset = 0
                for each in text.split("\n"):
                    if len(each) >= LONG_PASSAGE:
                        places[each].append((key, offset))
                    offset += len(each) + 1
            self._lines = counts, places
        counts, places = self._lines
        found = places.get(line, [])
        return found[0] if len(found) == 1 and counts[line] == 1 else None

    def _free(self, home: str, start: int, end: int) -> bool:
        """Whether no words of the text that became `home` were carried to this place."""
        key = self.became.get(home)
        if key is None:
            return True
        if key not in self.alignments:
            self.alignments[key] = align(self.old[key][1], self.new[home][1])
        if not self.alignments[key].complete:
            return False
        if home not in self._marks:
            self._marks[home] = self.alignments[key].claimed()
        words = self.alignments[key].new
        first, last = bisect_right(words.ends, start), bisect_left(words.starts, end)
        return sum(self._marks[home][first:last]) <= MOST_TAKEN * (last - first)

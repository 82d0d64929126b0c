"""Carries ranges through a whole book: text with text first, the rest of the book for what stayed unmapped."""

from bisect import bisect_left, bisect_right
from collections import Counter, defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from anchoring.align import Alignment, align
from anchoring.carry import Carried, Fate, Range, carry
from anchoring.tokens import Tokens, TooManyTokens, tokenise

LIKE_TEXTS, LIKE_MARGIN = 0.5, 0.15  # word triples in common that make two texts the same one; lead over the next
LEFT_OVER = 0.3  # a paragraph mapped, or taken, less than this is looked for, or offered, elsewhere in the book
SHORTEST_MOVE = 40  # characters of a paragraph that is looked for in other texts
LEAD, MOST_ALIKE = 0.7, 8  # another place shares fewer triples than this part; a triple found more often says nothing
LIKE_MOVED = 0.6  # of a paragraph that must stand together in another text, and of its place that must be it

Book = Mapping[str, tuple[str, str]]  # key → title, canonical text
Triple = tuple[int, int, int]  # three words in a row
Blocks = tuple[dict[int, set[Triple]], dict[Triple, list[int]]]  # triples of each block, blocks of each triple
Align = Callable[[str, str], Alignment]  # of an old key and a new one


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
    aligned: Align | None = None,
) -> list[CarriedInBook]:
    """Each (key, start, end) of the old book in the new one, in the order given; none depends on another.

    A text is compared with the one of the same key, else of the same title, else the one clearly alike. Then the
    paragraphs that found no place there are compared with those of the whole new book that nothing became. `progress`
    is called with 0-1 after each text; `aligned` gives the map of two texts, for a caller that keeps them.
    Raises KeyError for an unknown key, ValueError for an impossible range.
    """
    if aligned is None:

        def aligned(key: str, home: str) -> Alignment:
            return align(old[key][1], new[home][1])

    pairs = pair_texts(old, new)
    by_text: dict[str, list[int]] = defaultdict(list)
    for index, (key, start, end) in enumerate(ranges):
        if not 0 <= start < end <= len(old[key][1]):
            raise ValueError(f"no range of the old text: {start}-{end}")
        by_text[key].append(index)
    results: dict[int, CarriedInBook] = {}
    rest = _Rest(old, new)
    for done, (key, indices) in enumerate(by_text.items(), start=1):
        home = pairs.get(key)
        if home is None:
            carried = [Carried(None, None, None, "detached", 0.0, "Its section was removed")] * len(indices)
        else:
            alignment = aligned(key, home)
            rest.paired(key, home, alignment)
            carried = carry(alignment, [Range(*ranges[index][1:]) for index in indices])
        for index, each in zip(indices, carried, strict=True):
            results[index] = CarriedInBook(
                home, each.start, each.end, each.near, each.fate, each.confidence, each.reason
            )
        if progress:
            progress(done / len(by_text))
    lost = {index: ranges[index] for index, each in results.items() if each.fate == "detached"}
    if lost:
        # What texts without notes became is no home for the notes of others.
        for key, home in pairs.items():
            if key not in by_text:
                rest.paired(key, home, aligned(key, home))
        results.update(rest.elsewhere(lost))
    return [results[index] for index in range(len(ranges))]


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


class _Rest:
    """The paragraphs that became nothing in the text they stood in, and those of the new book that nothing became."""

    def __init__(self, old: Book, new: Book) -> None:
        self.old, self.new = old, new
        self.became: dict[str, Alignment] = {}  # by old key
        self.came_from: dict[str, Alignment] = {}  # by new key

    def paired(self, key: str, home: str, alignment: Alignment) -> None:
        """`key` became `home`."""
        self.became[key] = self.came_from[home] = alignment

    def elsewhere(self, wanted: Mapping[int, tuple[str, int, int]]) -> list[tuple[int, CarriedInBook]]:
        """Those of the wanted ranges whose paragraph stands in another text, alike and claimed by nothing else."""
        if not wanted:
            return []
        old = _Paragraphs({key: text for key, (_, text) in self.old.items()}, self._left)
        new = _Paragraphs({key: text for key, (_, text) in self.new.items()}, self._offered)
        if not old.text or not new.text:
            return []
        alignment = align(old.text, new.text)
        if not alignment.complete:
            return []
        found = []
        homes = _Homes(alignment)
        for index, (key, start, end) in wanted.items():
            place = old.within(key, start, end)
            if place is None or not homes.are_alike(*place):
                continue
            (carried,) = carry(alignment, [Range(*place)])
            at = new.origin(carried.start, carried.end) if carried.start is not None and carried.end else None
            if at is None:
                continue
            fate: Fate = "edited" if carried.fate == "edited" else "moved"
            reason = "Its paragraph was moved to another section"
            if fate == "edited":
                reason = f"{carried.reason.removesuffix(', and it was moved')}, and it was moved to another section"
            result = CarriedInBook(at[0], at[1], at[2], None, fate, round(0.9 * carried.confidence, 3), reason)
            found.append((index, result))
        return found

    def _left(self, key: str) -> bytearray | None:
        alignment = self.became.get(key)
        if alignment is None:
            return bytearray(len(self.old[key][1]))
        if not alignment.complete:
            return None
        return _marks(alignment.old_text, alignment.old, bytearray(j >= 0 for j in alignment.to))

    def _offered(self, key: str) -> bytearray | None:
        alignment = self.came_from.get(key)
        if alignment is None:
            return bytearray(len(self.new[key][1]))
        if not alignment.complete:
            return None
        return _marks(alignment.new_text, alignment.new, alignment.claimed())


def _marks(text: str, tokens: Tokens, mapped: bytearray) -> bytearray:
    """1 for each character of a token that is mapped."""
    marks = bytearray(len(text))
    for index, is_mapped in enumerate(mapped):
        if is_mapped:
            start, end = tokens.starts[index], tokens.ends[index]
            marks[start:end] = b"\1" * (end - start)
    return marks


class _Paragraphs:
    """The paragraphs of several texts that are hardly mapped, one below the other as one text."""

    def __init__(self, texts: Mapping[str, str], marks_of: Callable[[str], bytearray | None]) -> None:
        parts: list[str] = []
        self.starts: list[int] = []  # of each paragraph in the text made of them
        self.origins: list[tuple[str, int, int]] = []  # key, start, end where it stands
        self.places: dict[str, list[tuple[int, int]]] = defaultdict(list)  # by key: start there, its number
        length = 0
        for key, text in texts.items():
            marks = marks_of(key)
            if marks is None:
                continue
            position = 0
            for line in text.split("\n"):
                start, end = position, position + len(line)
                position = end + 1
                if len(line) < SHORTEST_MOVE or sum(marks[start:end]) > LEFT_OVER * len(line):
                    continue
                self.places[key].append((start, len(self.starts)))
                self.starts.append(length)
                self.origins.append((key, start, end))
                parts.append(line)
                length += len(line) + 1
        self.text = "\n".join(parts)

    def within(self, key: str, start: int, end: int) -> tuple[int, int] | None:
        """A range of the text `key` in the text made of the paragraphs; None where it is not inside one."""
        places = self.places.get(key, [])
        at = bisect_right(places, (start, len(self.starts))) - 1
        if at < 0:
            return None
        first, number = places[at]
        if end > self.origins[number][2]:
            return None
        shift = self.starts[number] - first
        return start + shift, end + shift

    def origin(self, start: int, end: int) -> tuple[str, int, int] | None:
        """The reverse of `within`."""
        number = bisect_right(self.starts, start) - 1
        key, first, last = self.origins[number]
        shift = first - self.starts[number]
        return (key, start + shift, end + shift) if end + shift <= last else None


class _Homes:
    """Which paragraphs of one text became which of another."""

    def __init__(self, alignment: Alignment) -> None:
        self.map = alignment
        self.known: dict[int, bool] = {}
        self._triples: tuple[Blocks, Blocks] | None = None

    def are_alike(self, start: int, end: int) -> bool:
        """Whether the paragraph at this place became one paragraph there, most of it, and most of that."""
        old, new, to = self.map.old, self.map.new, self.map.to
        first = bisect_right(old.ends, start)
        if first >= len(to) or old.starts[first] >= end:
            return False
        block = old.blocks[first]
        if block not in self.known:
            words = range(bisect_left(old.blocks, block), bisect_right(old.blocks, block))
            homes = Counter(new.blocks[to[i]] for i in words if to[i] >= 0)
            home, count = homes.most_common(1)[0] if homes else (-1, 0)
            there = bisect_right(new.blocks, home) - bisect_left(new.blocks, home)
            self.known[block] = count >= LIKE_MOVED * max(len(words), there) and self._is_alone(block, home)
        return self.known[block]

    def _is_alone(self, block: int, home: int) -> bool:
        """Whether nothing else there is nearly as like, and nothing else here: of twins nobody gets the place."""
        if self._triples is None:
            self._triples = _by_block(self.map.old), _by_block(self.map.new)
        (mine, here), (yours, there) = self._triples
        return _leads(mine[block], there, home) and _leads(yours[home], here, block)


def _by_block(tokens: Tokens) -> Blocks:
    """The word triples of each block, and the blocks of each triple."""
    of_block: dict[int, set[Triple]] = defaultdict(set)
    blocks: dict[Triple, list[int]] = defaultdict(list)
    ids = tokens.ids
    for at, triple in enumerate(zip(ids, ids[1:], ids[2:], strict=False)):
        block = tokens.blocks[at]
        if block == tokens.blocks[at + 2] and triple not in of_block[block]:
            of_block[block].add(triple)
            blocks[triple].append(block)
    return of_block, blocks


def _leads(triples: set[Triple], blocks: dict[Triple, list[int]], home: int) -> bool:
    """Whether no other block shares nearly as many of the triples as `home` does."""
    shared: Counter[int] = Counter()
    for triple in triples:
        if len(blocks.get(triple, ())) <= MOST_ALIKE:
            shared.update(blocks.get(triple, ()))
    best = shared.pop(home, 0)
    return best > 0 and max(shared.values(), default=0) < LEAD * best

"""Passages that left their text, found again in the rest of the book: clearly alike, and claimed by nothing else."""

from bisect import bisect_left, bisect_right
from collections import Counter, defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace

from anchoring.align import Alignment, align
from anchoring.carry import Carried, Fate, Range, carry
from anchoring.tokens import Tokens

LEFT_OVER = 0.3  # a paragraph mapped, or taken, less than this is looked for, or offered, elsewhere in the book
SHORTEST_MOVE = 40  # characters of a paragraph that is looked for in other texts by itself
LEAD, MOST_ALIKE = 0.7, 8  # another place shares fewer triples than this part; a triple found more often says nothing
LIKE_MOVED = 0.6  # of a paragraph that must stand together in another text, and of its place that must be it
LIKE_BESIDE = 0.35  # the same where the paragraph beside it stands beside it there
LIKE_SENTENCES, LEAST_WORDS = 0.65, 10  # of the sentences around a range whose paragraph was cut or joined; their words

Texts = Mapping[str, str]  # by key
Triple = tuple[int, int, int]  # three words in a row
Blocks = tuple[dict[int, set[Triple]], dict[Triple, list[int]]]  # triples of each block, blocks of each triple


def find_elsewhere(
    old: Texts, new: Texts, became: Mapping[str, tuple[str, Alignment]], wanted: Mapping[int, tuple[str, int, int]]
) -> dict[int, tuple[str, Carried]]:
    """Where those of the wanted (key, start, end) stand whose paragraph is now in another text: its key, and how.

    `became` has for each old key the new one that its text became, and their alignment. What these map is left out.
    """
    homes = _left_over(old, new, became)
    if homes is None:
        return {}
    places = {index: homes.old.within(*place) for index, place in wanted.items()}
    ranges = {index: Range(*place) for index, place in places.items() if place is not None}
    found = {}
    for (index, place), carried in zip(ranges.items(), carry(homes.map, list(ranges.values())), strict=True):
        if carried.start is None or carried.end is None:
            continue
        at = homes.new.origin(carried.start, carried.end)
        if at is not None and homes.are_sure(*place, carried.start, carried.end):
            found[index] = at[0], _moved(carried, at[1], at[2])
    return found


@dataclass(frozen=True, slots=True)
class Went:
    """A passage, one paragraph or several in a row, that stands in another text now: keys, and code points of each."""

    old: str
    old_start: int
    old_end: int
    new: str
    new_start: int
    new_end: int


def passages_elsewhere(old: Texts, new: Texts, became: Mapping[str, tuple[str, Alignment]]) -> list[Went]:
    """The paragraphs that left their text for another, each of them surely; `became` as in `find_elsewhere`."""
    homes = _left_over(old, new, became)
    if homes is None:
        return []
    found: list[Went] = []
    taken: set[int] = set()
    before = -1  # where the paragraph above went
    for number, (key, start, end) in enumerate(homes.old.origins):
        home = homes.home(number)
        if home is None or home in taken or (key in became and became[key][0] == homes.new.origins[home][0]):
            before = -1
            continue
        there, new_start, new_end = homes.new.origins[home]
        taken.add(home)
        if before >= 0 and home == before + 1 and homes.old.follows[number] and homes.new.follows[home]:
            found[-1] = replace(found[-1], old_end=end, new_end=new_end)
        else:
            found.append(Went(key, start, end, there, new_start, new_end))
        before = home
    return found


def _left_over(old: Texts, new: Texts, became: Mapping[str, tuple[str, Alignment]]) -> "_Homes | None":
    """The paragraphs that found no place in their own text against those that nothing of it became; None where there
    are none, or too many to compare."""
    came_from = dict(became.values())

    def left(key: str) -> bytearray | None:
        if key not in became:
            return bytearray(len(old[key]))
        alignment = became[key][1]
        if not alignment.complete:
            return None
        return _marks(alignment.old_text, alignment.old, bytearray(j >= 0 for j in alignment.to))

    def offered(key: str) -> bytearray | None:
        if key not in came_from:
            return bytearray(len(new[key]))
        alignment = came_from[key]
        if not alignment.complete:
            return None
        return _marks(alignment.new_text, alignment.new, alignment.claimed())

    before, after = _Paragraphs(old, left), _Paragraphs(new, offered)
    alignment = align(before.text, after.text)
    if not before.text or not after.text or not alignment.complete:
        return None
    return _Homes(alignment, before, after)


def _moved(carried: Carried, start: int, end: int) -> Carried:
    fate: Fate = "edited" if carried.fate == "edited" else "moved"
    reason = "Its paragraph was moved to another section"
    if fate == "edited":
        reason = f"{carried.reason.removesuffix(', and it was moved')}, and it was moved to another section"
    return Carried(start, end, None, fate, round(0.9 * carried.confidence, 3), reason)


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
        self.follows: list[bool] = []  # whether it stands right below the one before
        self.places: dict[str, list[tuple[int, int]]] = defaultdict(list)  # by key: start there, its number
        length = 0
        for key, text in texts.items():
            marks = marks_of(key)
            if marks is None:
                continue
            position, unbroken = 0, False
            for line in text.split("\n"):
                start, end = position, position + len(line)
                position = end + 1
                if not line.strip():
                    continue
                if sum(marks[start:end]) > LEFT_OVER * len(line):
                    unbroken = False
                    continue
                self.places[key].append((start, len(self.starts)))
                self.starts.append(length)
                self.origins.append((key, start, end))
                self.follows.append(unbroken)
                unbroken = True
                parts.append(line)
                length += len(line) + 1
        self.text = "\n".join(parts)

    def within(self, key: str, start: int, end: int) -> tuple[int, int] | None:
        """A range of the text `key` in the text made of the paragraphs; None where part of it is not there."""
        places = self.places.get(key, [])
        low = bisect_right(places, (start, len(self.starts))) - 1
        high = bisect_right(places, (end - 1, len(self.starts))) - 1
        if low < 0:
            return None
        first, last = places[low][1], places[high][1]
        if start >= self.origins[first][2] or end > self.origins[last][2] or not self.is_unbroken(first, last):
            return None
        return start + self.starts[first] - places[low][0], end + self.starts[last] - places[high][0]

    def number(self, offset: int) -> int:
        """Which paragraph holds this offset."""
        return bisect_right(self.starts, offset) - 1

    def is_unbroken(self, first: int, last: int) -> bool:
        """Whether these paragraphs stand one right below the other."""
        return first <= last and all(self.follows[first + 1 : last + 1])

    def origin(self, start: int, end: int) -> tuple[str, int, int] | None:
        """The reverse of `within`."""
        first, last = self.number(start), self.number(end - 1)
        if not self.is_unbroken(first, last):
            return None
        key, low, _ = self.origins[first]
        _, high, _ = self.origins[last]
        return key, start - self.starts[first] + low, end - self.starts[last] + high


class _Homes:
    """Which paragraphs of one text became which of another."""

    def __init__(self, alignment: Alignment, old: _Paragraphs, new: _Paragraphs) -> None:
        self.map = alignment
        self.old, self.new = old, new
        self.old_numbers = [old.number(start) for start in alignment.old.starts]  # of the paragraph of each word
        self.new_numbers = [new.number(start) for start in alignment.new.starts]
        self.known: dict[int, int | None] = {}
        self._triples: tuple[Blocks, Blocks] | None = None

    def are_sure(self, start: int, end: int, new_start: int, new_end: int) -> bool:
        """Whether it is certain that the words at the one place became those at the other."""
        first = bisect_right(self.map.old.ends, start)
        last = bisect_left(self.map.old.starts, end)
        there = range(self.new.number(new_start), self.new.number(new_end - 1) + 1)
        if first >= last:
            return False
        words = [i for i in range(first, last) if self.map.to[i] >= 0]
        placed = [i for i in words if new_start < self.map.new.ends[self.map.to[i]] <= new_end]
        for number in {self.old_numbers[i] for i in placed}:
            home = self.home(number)
            if home is None or home not in there:
                return len(there) == 1 and self._sentences_are_there(placed, there[0])
        return bool(placed)

    def home(self, number: int) -> int | None:
        """The paragraph that this one became, most of it, and most of that one; or nearly, beside its neighbour's."""
        home = self._alike(number)
        if home is not None:
            return home
        home, share = self._nearest(number)
        if home < 0 or share < (LIKE_BESIDE if self._is_long(number) else LIKE_MOVED):
            return None
        before = self.old.follows[number] and self.new.follows[home] and self._alike(number - 1) == home - 1
        if before:
            return home
        after = number + 1 < len(self.old.starts) and home + 1 < len(self.new.starts)
        if after and self.old.follows[number + 1] and self.new.follows[home + 1]:
            return home if self._alike(number + 1) == home + 1 else None
        return None

    def _alike(self, number: int) -> int | None:
        if number not in self.known:
            home, share = self._nearest(number)
            sure = share >= LIKE_MOVED and self._is_long(number) and self._is_alone(number, home)
            self.known[number] = home if sure else None
        return self.known[number]

    def _is_long(self, number: int) -> bool:
        _, start, end = self.old.origins[number]
        return end - start >= SHORTEST_MOVE

    def _nearest(self, number: int) -> tuple[int, float]:
        """The paragraph that most of its words became, and how many did of those of the longer of the two."""
        words = range(bisect_left(self.old_numbers, number), bisect_right(self.old_numbers, number))
        homes = Counter(self.new_numbers[self.map.to[i]] for i in words if self.map.to[i] >= 0)
        if not homes:
            return -1, 0.0
        home, count = homes.most_common(1)[0]
        there = bisect_right(self.new_numbers, home) - bisect_left(self.new_numbers, home)
        return home, count / max(len(words), there)

    def _is_alone(self, number: int, home: int) -> bool:
        """Whether nothing else there is nearly as like, and nothing else here: of twins nobody gets the place."""
        (mine, here), (yours, there) = self._by_block()
        return _leads(mine[number], there, home) and _leads(yours[home], here, number)

    def _sentences_are_there(self, placed: list[int], home: int) -> bool:
        """Whether the sentences that hold these words stand together in that paragraph, and in no other."""
        number, sentences = self.old_numbers[placed[0]], self.map.old.sentences
        if self.old_numbers[placed[-1]] != number:
            return False
        low = bisect_left(sentences, sentences[placed[0]])
        high = bisect_right(sentences, sentences[placed[-1]])
        if high - low >= LEAST_WORDS:
            return self._stretch_is_there(low, high, number, home)
        # A short sentence needs the one before it, or the one after.
        before = bisect_left(sentences, sentences[low - 1]) if low and self.old_numbers[low - 1] == number else low
        end = len(sentences)
        after = bisect_right(sentences, sentences[high]) if high < end and self.old_numbers[high] == number else high
        return any(
            stop - start >= LEAST_WORDS and self._stretch_is_there(start, stop, number, home)
            for start, stop in ((before, high), (low, after))
        )

    def _stretch_is_there(self, low: int, high: int, number: int, home: int) -> bool:
        there = [j for j in self.map.to[low:high] if j >= 0 and self.new_numbers[j] == home]
        if not there or len(there) < LIKE_SENTENCES * max(high - low, max(there) - min(there) + 1):
            return False
        (_, here), (_, homes) = self._by_block()
        mine = _triples_of(self.map.old.ids[low:high])
        yours = _triples_of(self.map.new.ids[min(there) : max(there) + 1])
        return _leads(mine, homes, home) and _leads(yours, here, number)

    def _by_block(self) -> tuple[Blocks, Blocks]:
        if self._triples is None:
            self._triples = (
                _by_number(self.map.old.ids, self.old_numbers),
                _by_number(self.map.new.ids, self.new_numbers),
            )
        return self._triples


def _triples_of(ids: Sequence[int]) -> set[Triple]:
    return set(zip(ids, ids[1:], ids[2:], strict=False))


def _by_number(ids: Sequence[int], numbers: Sequence[int]) -> Blocks:
    """The word triples of each paragraph, and the paragraphs of each triple."""
    of_block: dict[int, set[Triple]] = defaultdict(set)
    blocks: dict[Triple, list[int]] = defaultdict(list)
    for at, triple in enumerate(zip(ids, ids[1:], ids[2:], strict=False)):
        number = numbers[at]
        if number == numbers[at + 2] and triple not in of_block[number]:
            of_block[number].add(triple)
            blocks[triple].append(number)
    return of_block, blocks


def _leads(triples: set[Triple], blocks: dict[Triple, list[int]], home: int) -> bool:
    """Whether no other block shares nearly as many of the triples as `home` does."""
    shared: Counter[int] = Counter()
    for triple in triples:
        if len(blocks.get(triple, ())) <= MOST_ALIKE:
            shared.update(blocks.get(triple, ()))
    best = shared.pop(home, 0)
    return best > 0 and max(shared.values(), default=0) < LEAD * best

"""Carries ranges through a whole book: text with text first, the rest of the book for what stayed unmapped."""

from collections import Counter, defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from anchoring.align import Alignment, align
from anchoring.carry import Carried, Fate, Range, carry
from anchoring.elsewhere import Went, find_elsewhere, passages_elsewhere
from anchoring.tokens import TooManyTokens, tokenise

LIKE_TEXTS, LIKE_MARGIN = 0.5, 0.15  # word triples in common that make two texts the same one; lead over the next

Book = Mapping[str, tuple[str, str]]  # key → title, canonical text
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
    became: dict[str, tuple[str, Alignment]] = {}
    for done, (key, indices) in enumerate(by_text.items(), start=1):
        home = pairs.get(key)
        if home is None:
            carried = [Carried(None, None, None, "detached", 0.0, "Its section was removed")] * len(indices)
        else:
            alignment = aligned(key, home)
            became[key] = home, alignment
            carried = carry(alignment, [Range(*ranges[index][1:]) for index in indices])
        for index, each in zip(indices, carried, strict=True):
            results[index] = _in_book(home, each)
        if progress:
            progress(done / len(by_text))
    lost = {index: ranges[index] for index, each in results.items() if each.fate == "detached"}
    if lost:
        # What texts without notes became is no home for the notes of others.
        became.update({key: (home, aligned(key, home)) for key, home in pairs.items() if key not in became})
        for index, (key, each) in find_elsewhere(_texts(old), _texts(new), became, lost).items():
            results[index] = _in_book(key, each)
    return [results[index] for index in range(len(ranges))]


def moved_passages(old: Book, new: Book, aligned: Align) -> list[Went]:
    """The passages that left their text for another one: paragraphs, and whole texts that became one of another key
    and are still mostly the same words."""
    pairs = pair_texts(old, new)
    became = {key: (home, aligned(key, home)) for key, home in pairs.items()}
    found = passages_elsewhere(_texts(old), _texts(new), became)
    for key, (home, alignment) in became.items():
        words = max(len(alignment.old), len(alignment.new))
        if key != home and alignment.complete and sum(j >= 0 for j in alignment.to) > LIKE_TEXTS * words:
            found.append(Went(key, 0, len(old[key][1]), home, 0, len(new[home][1])))
    return found


def _in_book(key: str | None, each: Carried) -> CarriedInBook:
    return CarriedInBook(key, each.start, each.end, each.near, each.fate, each.confidence, each.reason)


def _texts(book: Book) -> dict[str, str]:
    return {key: text for key, (_, text) in book.items()}


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

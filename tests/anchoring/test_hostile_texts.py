"""Texts and books made to be slow or to mislead: bounded time, honest answers. Limits are twice what is promised."""

import re
import time

import pytest

from anchoring.align import align, restore
from anchoring.book import carry_book
from anchoring.carry import Range, carry
from anchoring.diff import changes
from benchmarks._hostile import BOOKS, TEXTS

NOTES = 200


@pytest.mark.parametrize("name", TEXTS)
def test_hostile_texts_end_soon(name):
    old, new = TEXTS[name]()
    step = max(1, len(old) // NOTES)
    ranges = [Range(start, min(len(old), start + 20)) for start in range(0, len(old), step)][:NOTES]
    begun = time.process_time()
    alignment = align(old, new)
    found = carry(alignment, ranges)
    assert time.process_time() - begun < 4
    for was, each in zip(ranges, found, strict=True):
        assert each.start is None or 0 <= each.start < each.end <= len(new)
        if each.fate in ("kept", "moved"):
            assert bare(new[each.start : each.end]) == bare(old[slice(*was)])
        if old == new:
            assert (each.start, each.end, each.fate) == (*was, "kept")
    begun = time.process_time()
    assert all(0 <= each.new_start <= each.new_end <= len(new) for each in changes(alignment))
    kept = alignment.runs() if alignment.complete else None
    assert carry(restore(old, new, kept), ranges) == found
    assert time.process_time() - begun < 4


@pytest.mark.parametrize("name", ["nothing shared", "only emoji", "new text empty", "no spaces, 60,000 signs"])
def test_what_shares_nothing_is_detached_not_guessed(name):
    old, new = TEXTS[name]()
    middle = len(old) // 2
    ranges = [Range(middle + shift, middle + shift + 25) for shift in range(0, 2000, 100)]
    assert {each.fate for each in carry(align(old, new), ranges)} == {"detached"}


@pytest.mark.parametrize("name", BOOKS)
def test_hostile_books_end_soon(name):
    old, new = BOOKS[name]()
    places = []
    for number, (key, (_, text)) in enumerate(old.items()):
        start = number * 97 % max(1, len(text) - 60)
        places.append((key, start, start + 60))
    places = places[:: max(1, len(places) // NOTES)]
    begun = time.process_time()
    found = carry_book(old, new, places)
    assert time.process_time() - begun < 20
    for (key, start, end), each in zip(places, found, strict=True):
        if each.fate in ("kept", "moved"):
            assert bare(new[each.key][1][each.start : each.end]) == bare(old[key][1][start:end])
        if name == "nothing shared":
            assert each.fate == "detached"


def test_twins_that_differ_in_one_word_are_never_taken_for_each_other():
    old, new = BOOKS["twins that differ in one word"]()
    places = []
    for key, (_, text) in old.items():
        lines = list(re.finditer(r".+", text))[::25]
        places += [(key, line.start() + 10, line.end()) for line in lines]
    for (key, start, end), each in zip(places, carry_book(old, new, places), strict=True):
        if each.start is not None:
            assert new[each.key][1][each.start : each.end].split()[-1] == old[key][1][start:end].split()[-1]


def bare(words):
    """Words without what may change in a kept range: blanks, signs at its ends, capitals."""
    return re.sub(r"\s+", " ", words).strip().strip(".,!?").casefold()

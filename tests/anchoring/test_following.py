"""Words followed through edits that are known: in sequences of edits taken back in any order."""

import random
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from anchoring.align import align
from anchoring.carry import Range, carry
from anchoring.following import OF_A_WORD, followed, shared_ends, steps
from benchmarks._revisions import Pen
from tests.anchoring.test_properties import ANY, CHANCE, PARAGRAPHS, VOICES, ranges_of


@pytest.mark.parametrize(
    ("old", "new", "words", "now"),
    [
        ("Nobody owns the night shift.", "No one owns the night shift.", "night", "night"),
        ("Nobody owns the night shift.", "Nobody owns the nightly shift.", "night", None),
        ("Nobody owns the night shift.", "Nobody owns the nightshift.", "shift", None),
        ("Nobody owns the night shift.", "Nobody owns the night.", "night", "night"),
        ("Nobody owns the night shift.", "Nobody owns the long night shift.", "the night", None),
        ("Nobody owns the night shift.", "Nobody owns the long night shift.", "night", "night"),
        ("re\u0301sume\u0301 it", "re\u0301sume it", "re\u0301sume\u0301", None),
        ("夜勤は誰のもの", "夜勤は今誰のもの", "夜勤", "夜勤"),
        ("👩‍🚒 The pager does.", "👩‍🌾 The pager does.", "pager", "pager"),
        ("a", "", "a", None),
        ("", "a", "", ""),
    ],
)
def test_words_are_where_they_were_unless_an_edit_touched_them(old, new, words, now):
    start = old.index(words)
    place = followed([steps(old, new, exact=True)], start, start + len(words))
    assert (new[slice(*place)] if place else None) == now


def test_of_two_words_alike_in_a_row_the_one_that_stayed_is_untouched():
    old, new = "The gate, the gate, the gate was shut.", "The gate, the gate was shut."
    step = [steps(old, new, exact=True)]
    for at in (4, 14, 24):
        place = followed(step, at, at + 4)
        assert place is None or new[slice(*place)] == "gate"
    assert followed(step, 24, 28) == (14, 18) and followed(step, 4, 8) == (4, 8)


def test_what_is_left_of_a_sentence_written_anew_by_hand_is_not_certain():
    old = "We were tired. Nobody owned the night shift that winter. We slept."
    new = "We were tired. Nobody ever told the harbour office about it. We slept."
    start = old.index("Nobody")
    assert followed([steps(old, new, exact=True)], start, start + 6) == (start, start + 6)
    assert followed([steps(old, new, exact=False)], start, start + 6) is None
    for words in ("We were tired.", "We slept."):
        place = followed([steps(old, new, exact=False)], old.index(words), old.index(words) + len(words))
        assert new[slice(*place)] == words
    little = old.replace("winter", "year")
    assert followed([steps(old, little, exact=False)], start, start + 6) == (start, start + 6)


@st.composite
def edited(draw):
    """A text, and up to six places in it that were written over one after the other; each by the words put there."""
    rng = random.Random(draw(st.integers(0, 2**32)))
    if draw(st.booleans()):
        pen = Pen(rng, draw(st.sampled_from(VOICES)))
        text, fresh = pen.text(1, 2).render()[0], lambda: pen.sentence().text
    else:
        text = draw(st.one_of(ANY, PARAGRAPHS))
        fresh = lambda: "".join(rng.choice("aB 夜.\n") for _ in range(rng.randrange(6)))  # noqa: E731
    edits, at = [], 0
    while at < len(text) and len(edits) < 6:
        start = rng.randrange(at, min(len(text), at + 200))
        end = min(len(text), start + rng.choice((0, 1, 3, 8, 40, 150)))
        words = rng.choice(("", fresh(), text[start:end][::-1], f" {fresh()} "))
        edits.append((start, end, words))
        at = end + 1
    return text, edits, rng


def with_edits(text, edits):
    """The text with these edits in it: they are given by their places in the text without any."""
    for start, end, words in sorted(edits, reverse=True):
        text = text[:start] + words + text[end:]
    return text


def touched(old, start, end, edits):
    """Whether an edit put in, took out or changed a word of the range, seen from where it was made."""
    for low, high, words in edits:
        low, high = whole_words(old, low, high, words)
        if start < high and low < end:
            return True
    return False


def whole_words(old, low, high, words):
    shift = low + len(words)
    new = old[:low] + words + old[high:]
    beside = (old[low : low + 1], new[low : low + 1])
    before = (old[high - 1 : high] if high else "", new[shift - 1 : shift] if shift else "")
    if low and OF_A_WORD.match(old[low - 1]) and any(OF_A_WORD.match(each) for each in beside):
        while low and OF_A_WORD.match(old[low - 1]):
            low -= 1
    if high < len(old) and OF_A_WORD.match(old[high]) and any(OF_A_WORD.match(each) for each in before):
        while high < len(old) and OF_A_WORD.match(old[high]):
            high += 1
    return low, high


@settings(deadline=None, max_examples=150)
@given(edited())
def test_edits_undone_in_any_order_leave_every_untouched_note_where_it_was(made):
    text, edits, rng = made
    ranges = ranges_of(text, rng, 20)
    standing = rng.sample(edits, len(edits))
    for gone in [None, *rng.sample(edits, len(edits))]:
        standing = [each for each in standing if each != gone]
        texts = [with_edits(text, standing[:n]) for n in range(len(standing) + 1)]
        through = [steps(old, new, exact=True) for old, new in pairwise(texts)]
        for start, end in ranges:
            place = followed(through, start, end)
            if place is not None:
                assert texts[-1][slice(*place)] == text[start:end]
            if not touched(text, start, end, standing):
                shift = sum(len(words) - (high - low) for low, high, words in standing if high <= start)
                assert place is not None
                assert place == (start + shift, end + shift) or repeats(texts)
    assert not standing
    for was, found in zip(ranges, carry(align(text, text), ranges), strict=True):
        assert (found.start, found.end, found.fate) == (*was, "kept")


def repeats(texts):
    """Whether an edit can be seen in two places: the words it put in or took out stand beside their like."""
    return any(len(steps(old, new, exact=True)) > 1 for old, new in pairwise(texts))


@settings(deadline=None, max_examples=100)
@given(st.one_of(ANY, PARAGRAPHS), st.one_of(ANY, PARAGRAPHS), CHANCE)
def test_whatever_was_written_by_hand_what_is_followed_are_the_same_words(old, new, rng):
    head, tail = shared_ends(old, new)
    assert old[:head] == new[:head] and old[len(old) - tail :] == new[len(new) - tail :]
    for exact in (True, False):
        for start, end in ranges_of(old, rng):
            place = followed([steps(old, new, exact)], start, end)
            assert place is None or new[slice(*place)] == old[start:end]


def test_the_aligner_alone_is_less_sure_of_a_word_in_a_sentence_that_was_mostly_written_over():
    old = "Nobody owned it that winter."
    new = "Nobody had ever so much as heard of the ledger."
    (found,) = carry(align(old, new), [Range(0, 6)])
    assert found.start is None
    assert followed([steps(old, new, exact=True)], 0, 6) == (0, 6)

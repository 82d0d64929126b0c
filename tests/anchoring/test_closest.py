"""The passages offered for words that lost their place."""

import random
import time

import pytest

from anchoring.closest import closest

OLD = "The totals had to reconcile before the run could be declared good by whoever was still awake. Then we slept."
NEW = (
    "Nothing in the plan said which totals, or who would be awake to add them up.\n"
    "The run could be declared good, one night, by whoever was awake.\n"
)
OTHER = "A bridge is repaired by nobody until the cart falls through. Three of the four were being watched by nobody.\n"


def offered(old, words, texts, **more):
    start = old.index(words)
    held = dict(texts)
    found = closest(old, start, start + len(words), texts, **more)
    return [(c.key, held[c.key][c.start : c.end], c.likeness) for c in found]


def test_the_sentence_most_like_comes_first_with_its_likeness():
    found = offered(OLD, "be declared good by whoever was still awake", [("a", OTHER), ("b", NEW)])
    key, words, likeness = found[0]
    assert key == "b" and words.startswith("declared good") and words.endswith("was awake")
    assert 0.5 < likeness < 1
    shown = [round(c[2] * 100) for c in found]
    assert shown == sorted(shown, reverse=True)


def test_the_very_words_are_wholly_alike_and_one_place_is_offered_once():
    found = offered(OLD, "Then we slept.", [("a", f"{OTHER}Then we slept. Then we woke.\n")])
    assert found[0] == ("a", "Then we slept.", 1.0)
    ranges = [(key, words) for key, words, _ in found]
    assert len(ranges) == len(set(ranges))


def test_of_equals_the_own_chapter_comes_first():
    texts = [(key, "We counted the hours afterwards.\n") for key in "abc"]
    found = offered("We counted the hours afterwards.\n", "counted the hours", texts, home=["c"])
    assert [key for key, _, _ in found] == ["c", "a", "b"]


def test_a_quote_of_several_sentences_is_offered_several():
    text = "One night it rained. The pager rang at two. Nobody woke. The lamps went out.\n"
    old = "The pager rang at two. Nobody woke up."
    assert offered(old, old, [("a", text)])[0][1] == "The pager rang at two. Nobody woke."


@pytest.mark.parametrize("text", ["", "\n\n", "🙂🙂🙂", "word " * 5, "x" * 300_000, "漢字かな交じり文。" * 50])
def test_whatever_the_text_it_ends_soon_and_stays_inside(text):
    began = time.perf_counter()
    found = closest(OLD, 4, 60, [("a", text)])
    found += closest(text or "x", 0, max(1, len(text)), [("a", NEW)])
    assert time.perf_counter() - began < 2
    held = {"a": max(text, NEW, key=len)}
    assert all(0 <= c.start < c.end <= len(held[c.key]) for c in found)


def test_a_book_of_a_hundred_thousand_words_takes_less_than_a_second():
    pick = random.Random(7)
    words = [f"{a}{b}" for a in ("plan", "run", "night", "lamp", "cart", "bill") for b in "abcdefghijklmno"]
    line = " ".join
    texts = [
        (f"c{n}", "\n".join(f"{line(pick.choices(words, k=16)).capitalize()}." for _ in range(125))) for n in range(50)
    ]
    texts[31] = ("c31", texts[31][1] + "\nThe run could be declared good by whoever was awake.\n")
    began = time.process_time()
    found = closest(OLD, 0, 93, texts)
    assert time.process_time() - began < 1
    assert found[0].key == "c31"

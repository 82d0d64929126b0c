"""What changed between texts, as it is told to people."""

from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from anchoring.align import align
from anchoring.text import canonical_text
from manuscripts.marking import Put, Wrap, mark
from manuscripts.passages import Pair, Side, Told, count, tell

LONG = "This paragraph is long enough to be known again wherever in the book it goes."


def side(*blocks, tag="p"):
    html = text = ""
    for block in blocks:
        html += f'<{tag} data-b="{len(text)}">{block}</{tag}>\n'
        text += block + "\n"
    return Side(text, html)


def pair(old, new, key="s"):
    alignment = align(old.text, new.text) if old and new else None
    return Pair(key, old, new, alignment)


def told(old, new):
    return tell([pair(old, new)])["s"]


def test_a_word_replaced():
    (gone, new) = told(side("The answers take an hour to come."), side("The answers take ten minutes to come."))
    assert (gone.kind, gone.words, gone.start) == ("deleted", " an hour", 16)
    assert (new.kind, new.start, new.end) == ("inserted", 17, 28)


def test_the_first_word_replaced_stands_before_the_new_one():
    gone, new = told(side("Nobody owns the shift."), side("Everybody owns the shift."))
    assert (gone.words, gone.start, new.start) == ("Nobody ", 0, 0)


def test_a_whole_passage_deleted_and_one_inserted():
    found = told(side("One is here.", LONG, "Two is here."), side("One is here.", "Two is here.", "A new one came."))
    assert [(t.kind, t.whole, t.words) for t in found] == [("deleted", True, LONG), ("inserted", True, "")]


def test_a_passage_that_moved_inside_its_section():
    filler = [f"Passage {n} tells of the {n}th evening at sea." for n in range(6)]
    found = told(side(LONG, *filler), side(*filler, LONG))
    assert {(t.kind, t.whole) for t in found} == {("moved", True), ("left", True)}
    assert len({t.move for t in found}) == 1
    left = next(t for t in found if t.kind == "left")
    assert (left.start, left.words) == (0, LONG)


def test_a_passage_that_moved_to_another_section():
    pairs = [
        pair(side("One.", LONG), side("One."), "a"),
        pair(side("Two."), side("Two.", LONG), "b"),
        pair(None, side("Three.", LONG), "c"),
    ]
    found = tell(pairs)
    (left,), (came,) = found["a"], found["b"]
    assert (left.kind, left.other, came.kind, came.other) == ("left", "b", "moved", "a")
    assert left.move == came.move
    assert [t.kind for t in found["c"]] == ["inserted", "inserted"]  # one place left, one came


def test_a_section_removed_and_one_that_is_new():
    found = tell([pair(side("Old.", LONG), None, "gone"), pair(None, side(LONG, "New."), "new")])
    assert [(t.kind, t.start, t.end) for t in found["gone"]] == [("deleted", 0, 4), ("left", 5, 5 + len(LONG))]
    assert [t.kind for t in found["new"]] == ["moved", "inserted"]


def test_short_passages_are_not_taken_for_the_same():
    found = tell(
        [pair(side("One here now.", "The end."), side("One here now."), "a"), pair(None, side("The end."), "b")]
    )
    assert [t.kind for t in found["a"]] == ["deleted"]
    assert [t.kind for t in found["b"]] == ["inserted"]


def test_items_of_lists_are_known():
    found = told(side("One is a thing.", "Two is another.", tag="li"), side("One is a thing.", tag="li"))
    assert [(t.kind, t.tag) for t in found] == [("deleted", "li")]


def test_cells_of_a_row_that_is_gone_are_told_together():
    found = told(side("Noon", "Ruth", "Night", "Omar", tag="td"), side("Noon", "Ruth", tag="td"))
    assert [t.words for t in found] == ["Night · Omar"]


def test_words_are_counted():
    each = pair(side("The answers take an hour."), side("The answers take ten short minutes."))
    assert count(tell([each])["s"], each) == (3, 2)
    assert count([Told("moved", 0, 3)], each) == (0, 0)


def test_nothing_in_nothing():
    assert told(side(), side("New.")) == [Told("inserted", 0, 4, whole=True)]
    assert told(side("Old."), side())[0].kind == "deleted"
    assert told(side(), side()) == []


def test_texts_too_large_to_compare_are_all_old_and_all_new(monkeypatch):
    monkeypatch.setattr("anchoring.align.MOST_CHARACTERS", 10)
    found = told(side("Old words."), side("New words."))
    assert [(t.kind, t.start) for t in found] == [("deleted", 0), ("inserted", 0)]


VOCABULARY = ["the", "plan", "night", "shift", "pager", "👩\u200d🚒", "ends", "é", "of", "a", "夜", "."]
WORDS = st.lists(st.sampled_from(VOCABULARY), max_size=8)
TEXTS = st.lists(WORDS.map(" ".join), max_size=6)


@pytest.mark.parametrize("tag", ["p", "li"])
@settings(max_examples=80, deadline=None)
@given(old=TEXTS, new=TEXTS)
def test_the_new_text_stays_and_the_changes_account_for_both(tag, old, new):
    was, now = side(*old, tag=tag), side(*new, tag=tag)
    found = told(was, now)
    spans = sorted((t.start, t.end) for t in found if t.kind in ("inserted", "moved"))
    assert all(0 <= start < end <= len(now.text) for start, end in spans)
    assert all(first[1] <= second[0] for first, second in pairwise(spans))
    for t in found:
        assert t.kind in ("inserted", "moved") or "".join(t.words.split()) in "".join(was.text.split())
    wraps = [Wrap(start, end, "ins") for start, end in spans]
    puts = [Put(t.start, "del", t.words, {}, t.whole, t.tag == "li") for t in found if t.kind == "deleted"]
    shown = "".join(piece.html for piece in mark(now.html, wraps, puts))
    assert canonical_text(shown.replace("<ins>", "").replace("</ins>", "")).count("\n") >= now.text.count("\n")
    assert sorted(t.move for t in found if t.kind == "left") == sorted({t.move for t in found if t.kind == "moved"})

"""Finding words as they are typed. Pure."""

import time

import pytest

from reviews.finding import excerpt, fold, wanted


def found(typed: str, text: str) -> list[str]:
    return [text[start:end] for start, end in wanted(typed).spans(text)]


@pytest.mark.parametrize(
    "typed, text, hits",
    [
        ("ferry", "The Ferry waits; ferrymen do not.", ["Ferry", "ferry"]),
        ("cafe", "Two cafés, one cafe\u0301.", ["café", "cafe\u0301"]),
        ("CAFÉ", "a cafe", ["cafe"]),
        ("don't", "We don’t, they don't.", ["don’t", "don't"]),
        ("night-shift", "the night‑shift", ["night‑shift"]),
        ('"night shift"', "night\u00a0shift, shift night", ["night\u00a0shift"]),
        ("shift night", "Night, then shift.", ["Night", "shift"]),
        ("夜勤", "今日は夜勤です。", ["夜勤"]),
        ("סלם", "סֻלָּם", ["סֻלָּם"]),
        ("straße", "Die Straße", ["Straße"]),
        ("a.b (c", "a.b (c) and axb", ["a.b", "(c"]),
        ("👩‍🚒", "one 👩‍🚒 here", ["👩‍🚒"]),
    ],
)
def test_what_is_found(typed, text, hits):
    assert found(typed, text) == hits


def test_all_terms_must_be_there_and_quoted_ones_together():
    assert found("ferry harbour", "The ferry waits.") == []
    assert found('"ferry waits"', "The ferry never waits.") == []


@pytest.mark.parametrize("nothing", ["", "  ", '"', '""', "\u0301"])
def test_nothing_to_look_for(nothing):
    assert wanted(nothing) is None


def test_folding_keeps_every_offset():
    text = "ﬁ İ ß Ǆ é e\u0301 👩‍🚒 ½ ＡＢ “x” \r\n\t\u2028"
    assert len(fold(text)) == len(text)


def test_a_long_hostile_text_is_searched_at_once():
    began = time.process_time()
    assert wanted("a b " * 200).spans("a" * 500_000 + "b")
    assert wanted("aaaab").spans("a" * 500_000) == []
    assert time.process_time() - began < 3


def test_an_excerpt_is_cut_at_blanks_and_marks_what_was_looked_for():
    text = "one " * 60 + "the ferry waits " + "two " * 60
    pieces = excerpt(text, wanted("ferry").spans(text), around=20)
    assert pieces == [("… ", False), ("one one one the ", False), ("ferry", True), (" waits two two two …", False)]
    whole = excerpt("The ferry waits.", [(4, 9)])
    assert whole == [("The ", False), ("ferry", True), (" waits.", False)]

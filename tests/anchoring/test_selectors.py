import pytest
from hypothesis import given
from hypothesis import strategies as st

from anchoring.selectors import InvalidSelector, SelectorMismatch, describe, resolve
from tests.hard_texts import hard_texts, name_of

TEXT = "The pager rang twice. Nobody slept. The pager rang once more.\n"


def quote(exact, prefix="", suffix=""):
    return {"type": "TextQuoteSelector", "exact": exact, "prefix": prefix, "suffix": suffix}


def position(start, end):
    return {"type": "TextPositionSelector", "start": start, "end": end}


@pytest.mark.parametrize("case", hard_texts(), ids=name_of)
def test_described_and_found_again(case):
    text = case["text"]
    for place in case["ranges"]:
        selectors = describe(text, place["start"], place["end"])
        assert selectors[0]["exact"] == place["exact"]
        assert text[: place["start"]].endswith(selectors[0]["prefix"])
        assert len(selectors[0]["prefix"]) == min(32, place["start"])
        assert len(selectors[0]["suffix"]) == min(32, len(text) - place["end"])
        assert resolve(text, selectors) == (place["start"], place["end"])


@given(st.text(min_size=1), st.data())
def test_any_range_is_found_again(text, data):
    start = data.draw(st.integers(0, len(text) - 1))
    end = data.draw(st.integers(start + 1, len(text)))
    assert resolve(text, describe(text, start, end)) == (start, end)


def test_exact_position_wins_over_another_place_of_the_words():
    again = TEXT.rindex("The pager")
    assert resolve(TEXT, [quote("The pager"), position(again, again + 9)]) == (again, again + 9)
    assert resolve(TEXT, position(4, 9)) == (4, 9)


def test_unique_words_are_found_where_the_position_is_wrong():
    assert resolve(TEXT, [quote("Nobody"), position(3, 9)]) == (22, 28)
    assert resolve(TEXT, [quote("Nobody"), position(900, 906)]) == (22, 28)
    assert resolve(TEXT, [quote("The pager", suffix=" rang once")]) == (36, 45)


def test_words_that_stand_twice_or_nowhere_are_refused_with_both_texts():
    with pytest.raises(SelectorMismatch) as twice:
        resolve(TEXT, [quote("The pager"), position(1, 5)])
    assert (twice.value.expected, twice.value.found) == ("The pager", "he p")
    with pytest.raises(SelectorMismatch) as nowhere:
        resolve(TEXT, [quote("The siren")])
    assert (nowhere.value.expected, nowhere.value.found) == ("The siren", "")
    with pytest.raises(SelectorMismatch):
        resolve(TEXT, [quote("The pager", prefix="slept.", suffix=" rang")])


@pytest.mark.parametrize(
    ("selectors", "detail"),
    [
        (None, "list of W3C selectors"),
        ([], "empty"),
        ("quote", "list of W3C selectors"),
        (7, "list of W3C selectors"),
        ([None], "object with a type"),
        ([{"exact": "The"}], "object with a type"),
        ([{"type": "XPathSelector", "value": "/p"}], "needs a TextQuoteSelector"),
        ([position(None, None)], "whole number"),
        ([position(True, 4)], "whole number"),
        ([position("0", "4")], "whole number"),
        ([position(0.0, 4)], "whole number"),
        ([position(3, 3)], "empty"),
        ([position(4, 3)], "before start"),
        ([position(-1, 3)], "before the text"),
        ([position(0, 10_000)], "ends after the text"),
        ([quote("")], "quote is empty"),
        ([quote(None)], "exact is the text"),
        ([quote("The", prefix=3)], "prefix is text"),
        ([quote("The", suffix=None)], "suffix is text"),
        ([quote("The"), quote("pager")], "more than one"),
        ([quote("Nobody"), position(5, 5)], "empty"),
    ],
)
def test_what_is_no_selector(selectors, detail):
    with pytest.raises(InvalidSelector, match=detail):
        resolve(TEXT, selectors)


@pytest.mark.parametrize(("start", "end"), [(0, 0), (5, 4), (-1, 2), (0, 1000), (None, 3), (False, 3)])
def test_an_impossible_range_is_not_described(start, end):
    with pytest.raises(InvalidSelector):
        describe(TEXT, start, end)

"""Charts are well-formed, hold no style or script, and are as large as what they show."""

from xml.etree import ElementTree

import pytest
from django.template import Context, Template
from hypothesis import given
from hypothesis import strategies as st

from reports import charts

SVG = "{http://www.w3.org/2000/svg}"


@given(st.lists(st.integers(0, 40), min_size=3, max_size=5))
def test_the_highest_bar_is_the_most_frequent_answer(bars):
    tree = ElementTree.fromstring(charts.mini(bars))
    heights = [float(r.get("height")) for r in tree.iter(f"{SVG}rect")]
    assert len(heights) == len(bars)
    assert heights.index(max(heights)) == bars.index(max(bars))


@given(st.lists(st.integers(1, 5), max_size=30))
def test_a_lane_has_a_square_a_reader_on_its_side_of_the_line(ratings):
    tree = ElementTree.fromstring(charts.lane(ratings, charts.extent([ratings])))
    line = float(tree.find(f"{SVG}line").get("x1"))
    squares = list(tree.iter(f"{SVG}rect"))
    assert [t.text for t in tree.iter(f"{SVG}text")] == [str(r) for r in sorted(ratings)]
    for square, rating in zip(squares, sorted(ratings), strict=True):
        middle = float(square.get("x")) + charts.SIDE / 2 - 1
        if rating != 3:
            assert (middle > line) == (rating > 3)
    width = float(tree.get("viewBox").split()[2])
    assert all(0 <= float(s.get("x")) < width for s in squares)


@given(st.floats(0, 1), st.floats(0, 1))
def test_a_way_leads_from_then_to_now_on_one_scale(then, now):
    tree = ElementTree.fromstring(charts.way(then, now))
    was, is_now = tree.findall(f"{SVG}circle")
    assert was.get("class") == "was"
    assert is_now.get("class") == ("up" if now > then else "down" if now < then else "same")
    at = [float(dot.get("cx")) for dot in (was, is_now)]
    assert at == pytest.approx([6 + 88 * then, 6 + 88 * now], abs=0.01)


@pytest.mark.parametrize(
    "drawn",
    [charts.mini([1, 0, 3]), charts.lane([1, 3, 5], (4, 8)), charts.shape("partly"), charts.way(0.2, 0.7)],
)
def test_nothing_a_strict_policy_would_refuse(drawn):
    for element in ElementTree.fromstring(drawn).iter():
        assert element.tag.removeprefix(SVG) in {"svg", "rect", "line", "text", "circle", "path"}
        assert not any(name == "style" or name.startswith("on") for name in element.attrib)


def test_a_template_prints_a_chart_as_it_is_and_words_escaped():
    made = Template("{% load charts %}{% mini bars %}{{ words }}").render(Context({"bars": [1, 2], "words": "<b>"}))
    assert made.startswith("<svg ") and made.endswith("&lt;b&gt;")

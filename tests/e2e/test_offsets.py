"""Canonical text and offsets in a real browser: what it shows is what anchors count."""

import base64
import json
from pathlib import Path

import pytest

from tests.hard_texts import hard_texts

pytestmark = pytest.mark.e2e

LIB = Path(__file__).parents[2] / "static" / "js" / "lib"


@pytest.fixture
def offsets(page):
    """A page on which `window.offsets` is the module static/js/lib/offsets.js."""
    source = base64.b64encode((LIB / "offsets.js").read_bytes()).decode("ascii")
    page.set_content("<!doctype html><main></main>")
    page.evaluate(f"import('data:text/javascript;base64,{source}').then((module) => {{ window.offsets = module; }})")
    return page


SHOW = """(html) => { const root = document.createElement('section');
  root.innerHTML = html.replaceAll('src=', 'data-src=');
  document.querySelector('main').replaceChildren(root); window.root = root; }"""


def test_text_content_is_the_canonical_text(offsets):
    for case in hard_texts():
        offsets.evaluate(SHOW, case["html"])
        assert offsets.evaluate("root.textContent") == case["text"], case["name"]


def test_offsets_become_ranges_and_come_back(offsets):
    places = 0
    for case in hard_texts():
        offsets.evaluate(SHOW, case["html"])
        for place in case["ranges"]:
            found, back = offsets.evaluate(
                """({start, end}) => { const range = offsets.toRange(root, start, end);
                   return [range.toString(), offsets.toOffsets(root, range)]; }""",
                place,
            )
            assert found == place["exact"], case["name"]
            assert back == {"start": place["start"], "end": place["end"]}, case["name"]
            places += 1
    assert places > 40


def test_every_range_of_every_text_comes_back(offsets):
    """Each start with each end two to nine characters on; blanks at the ends are what `toOffsets` leaves out."""
    for case in hard_texts():
        offsets.evaluate(SHOW, case["html"])
        wrong = offsets.evaluate(
            """(points) => { const index = offsets.indexSection(root); const wrong = [];
              for (let start = 0; start < points.length; start += 1) {
                for (const length of [1, 2, 3, 9]) {
                  const end = start + length;
                  if (end > points.length) continue;
                  const text = points.slice(start, end).join('');
                  const range = index.range(start, end);
                  const back = offsets.toOffsets(root, range);
                  const expected = text.trim() ? offsets.trim(root.textContent, start, end) : null;
                  const same = JSON.stringify(back) === JSON.stringify(expected);
                  if (range.toString() !== text || !same) wrong.push([start, end]);
                } }
              return wrong; }""",
            list(case["text"]),
        )
        assert wrong == [], case["name"]


def test_impossible_ranges_are_null(offsets):
    offsets.evaluate(SHOW, "<p>a🚀b</p>\n")
    pairs = "[[0, 0], [2, 1], [-1, 2], [0, 5], [null, 2], [NaN, 1], [0.5, 2]]"
    found = offsets.evaluate(f"{pairs}.map(([start, end]) => offsets.toRange(root, start, end))")
    assert found == [None] * 7
    assert offsets.evaluate("offsets.toRange(root, 1, 2).toString()") == "🚀"


def test_selections_by_element_borders(offsets):
    """As a triple click makes them: up to the start of the next block."""
    offsets.evaluate(
        SHOW, "<p>One 🚀 two.</p>\n<table><tbody><tr><td>c <em>d</em></td>\n<td>e</td>\n</tr>\n</tbody></table>\n"
    )
    selected = offsets.evaluate(
        """() => { const range = document.createRange(); range.setStart(root.querySelector('p'), 0);
           range.setEnd(root.querySelector('td'), 0); return offsets.toOffsets(root, range); }"""
    )
    assert selected == {"start": 0, "end": 10}
    cell = offsets.evaluate(
        """() => { const range = document.createRange(); range.selectNode(root.querySelector('td'));
           return offsets.toOffsets(root, range); }"""
    )
    assert cell == {"start": 11, "end": 14}


def test_a_selection_over_two_sections_is_clipped_to_the_first(offsets):
    offsets.evaluate(
        """() => { document.querySelector('main').innerHTML =
           '<h2>Not text</h2><section><p>First 👍 one.</p>\\n</section><aside>between</aside>' +
           '<section><p>Second.</p>\\n</section>';
           window.roots = [...document.querySelectorAll('section')]; }"""
    )

    def clip(start, start_offset, end, end_offset):
        return offsets.evaluate(
            """([start, from, end, to]) => { const range = document.createRange();
               range.setStart(document.querySelector(start).firstChild, from);
               range.setEnd(document.querySelector(end).firstChild, to);
               const found = offsets.clipToSection(roots, range);
               return found && [roots.indexOf(found.root), found.start, found.end, found.clipped]; }""",
            [start, start_offset, end, end_offset],
        )

    second = "section:last-child p"
    assert clip("section p", 6, second, 6) == [0, 6, 12, True]
    assert clip("section p", 6, "aside", 3) == [0, 6, 12, False]
    assert clip("h2", 2, second, 6) == [0, 0, 12, True]
    assert clip("aside", 2, second, 6) == [1, 0, 6, False]
    assert clip("h2", 0, "h2", 3) is None
    assert clip("aside", 0, "aside", 3) is None


def test_marks_put_into_the_text_change_no_offset(offsets):
    case = next(case for case in hard_texts() if case["name"] == "table")
    offsets.evaluate(SHOW, case["html"])
    place = case["ranges"][0]
    words = offsets.evaluate(
        """({start, end}) => { const first = offsets.toRange(root, start, start + 3);
           first.surroundContents(document.createElement('mark'));
           return [offsets.toRange(root, start, end).toString(), root.textContent]; }""",
        place,
    )
    assert words == [place["exact"], case["text"]], json.dumps(words)

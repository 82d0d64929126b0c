import html5lib
import nh3
import pytest
from hypothesis import given
from hypothesis import strategies as st

from anchoring.text import canonical_text, count_words, from_utf16, to_utf16
from tests.hard_texts import hard_texts, name_of


def text_content(html: str) -> str:
    return "".join(html5lib.parseFragment(html, namespaceHTMLElements=False).itertext())


@pytest.mark.parametrize("case", hard_texts(), ids=name_of)
def test_hard_texts(case):
    assert canonical_text(case["html"]) == case["text"] == text_content(case["html"])
    assert len(case["text"]) == case["length"]
    assert to_utf16(case["text"], case["length"]) == case["units"]
    for place in case["ranges"]:
        assert case["text"][place["start"] : place["end"]] == place["exact"]
        assert [to_utf16(case["text"], place[side]) for side in ("start", "end")] == place["units"]
        assert [from_utf16(case["text"], unit) for unit in place["units"]] == [place["start"], place["end"]]


TAGS = ["<p>", "</p>", "<em>", "</em>", "<pre>", "</pre>", "<br>", "<ul><li>", "</ul>", "<table><tr><td>", "</table>"]
TEXTS = ["\n", "\r\n", "&amp;", "&lt;b&gt;", "&nbsp;", "&copy", "🚀", "e\u0301", "<!-- x -->", "a b", "<a title='>'>"]


@given(st.lists(st.sampled_from(TAGS + TEXTS), max_size=20))
def test_sanitised_html_agrees_with_a_parser(parts):
    html = nh3.clean("".join(parts))
    assert canonical_text(html) == text_content(html)


@given(st.text(), st.integers(0, 50))
def test_counting_there_and_back(text, offset):
    offset = min(offset, len(text))
    units = to_utf16(text, offset)
    assert units == len(text[:offset].encode("utf-16-le", "surrogatepass")) // 2
    assert from_utf16(text, units) == offset


def test_inside_a_pair_counts_as_its_start():
    assert [from_utf16("a🚀b", unit) for unit in range(6)] == [0, 1, 1, 2, 3, 3]


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", 0),
        ("One two\nthree.", 3),
        ("It’s a well-known 3.5 % e-mail", 5),
        ("夜は静か", 4),
        ("배포는 금요일", 2),
        ("नमस्ते दुनिया", 2),
        ("a re\u0301sume\u0301", 2),
        ("— … !", 0),
        ("👍 👩\u200d💻", 0),
    ],
)
def test_words(text, words):
    assert count_words(text) == words

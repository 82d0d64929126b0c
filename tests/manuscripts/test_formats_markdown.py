"""What the writer writes, the renderer reads: every character comes back, in every place it may stand."""

import re

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from manuscripts.formats.markdown import Writer
from manuscripts.markdown_syntax import make_markdown
from manuscripts.outline import outline
from manuscripts.rendering_child import render_text
from tests.manuscripts.uploads import convert_one

HARD = [
    "*stars* and _lines_ and __two__ **b**", "a_b_c snake_case_ _x", "`code` ``x`", "[link](x) ![i](y) [^1] [a]: b",
    "# no heading", "> no quote", "- no item", "+ no item", "1. no item", "2) no item", "--- ", "===", "```", "~~~",
    "~~struck~~ ~one~", "$5 and $6 $$x$$", "a | b | c", "<b>bold</b> <!-- c --> a < b", "&amp; &lt; &copy; AT&T &#65;",
    "\\ back \\* slash \\\\", ": no definition", "*[X]: no abbreviation", "http://example.org/a_b_c <http://x.org>",
    "<me@example.org>", "x@example.org", "    four spaces", "{discipline=x} {#id .c}", "tail #", "tail ##", "!exclaim",
    "👩‍🚒 ﬁ é é 你好 שלום", "100% ^caret^ 'single' \"double\"", "a\u00a0b", "C:\\dir\\_x", "(paren) [x](", "~", "^",
    "1986. A great year", "+1 -1 *", "***", "_", "* * *", "\\", "`", "``", "a ` b", "[", "]", "![", "|", "||",
]  # fmt: skip


CONVERTER = make_markdown()


def leaf(text: str) -> list:
    """A text as pandoc's inlines, shortened as `formats.pandoc` does."""
    return [text]


def para(*inlines) -> dict:
    return {
        "t": "Para",
        "c": [part for inline in inlines for part in (inline if isinstance(inline, list) else [inline])],
    }


def mark(kind: str, text: str) -> dict:
    return {"t": kind, "c": leaf(text)}


def rendered(nodes: list[dict]) -> tuple[str, str, str]:
    """(Markdown, canonical text, plain words) of nodes."""
    blocks = list(Writer(lambda target: None).blocks(nodes))
    markdown = "\n\n".join(block.markdown for block in blocks)
    text = str(render_text(CONVERTER, markdown, 1_000_000)["text"])
    return markdown, text, "\n".join(block.plain for block in blocks)


def squeezed(text: str) -> str:
    return re.sub(r"[ \t\n]+", "", text)


def holds(nodes: list[dict]) -> None:
    markdown, text, plain = rendered(nodes)
    assert squeezed(text) == squeezed(plain), markdown


@pytest.mark.parametrize("text", HARD)
def test_hard_texts_come_back_everywhere(text):
    cell = lambda words: [["", [], []], {"t": "AlignDefault"}, 1, 1, [para(leaf(words))]]  # noqa: E731
    row = [["", [], []], [cell(text), cell("second")]]
    table = {
        "t": "Table",
        "c": [
            ["", [], []], [None, []], [[{"t": "AlignDefault"}, {"t": "ColWidthDefault"}]] * 2,
            [["", [], []], [row]], [[["", [], []], 0, [], [row, row]]], [["", [], []], []],
        ],
    }  # fmt: skip
    for nodes in (
        [para(leaf(text))],
        [para("before ", mark("Strong", text), " after")],
        [para("before ", mark("Emph", text), " after")],
        [{"t": "BulletList", "c": [[para(leaf(text))], [para(leaf("two")), para(leaf(text))]]}],
        [{"t": "OrderedList", "c": [[3, None, None], [[para(leaf(text))], [para(leaf("x"))]]]}],
        [{"t": "BlockQuote", "c": [para(leaf(text)), para(leaf("second"))]}],
        [{"t": "DefinitionList", "c": [[leaf("term"), [[para(leaf(text))]]]]}],
        [para("line", {"t": "LineBreak"}, text)],
        [table],
        [para(leaf("code "), {"t": "Code", "c": [["", [], []], text.strip()]}, " end")],
        [{"t": "CodeBlock", "c": [["", [], []], text]}],
    ):
        holds(nodes)


WORDS = st.text(alphabet="ab *_`~$|<>&[]()\\#!-+.:1=é", min_size=1, max_size=12)
INLINE = st.recursive(
    WORDS,
    lambda inner: st.builds(
        lambda kind, content: {"t": kind, "c": content},
        st.sampled_from(["Strong", "Emph", "Strikeout"]),
        st.lists(inner, min_size=1, max_size=3),
    ),
    max_leaves=6,
)


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.lists(st.lists(st.one_of(WORDS, WORDS), min_size=1, max_size=3), min_size=1, max_size=3))
def test_any_words_come_back(paragraphs):
    holds([para(*parts) for parts in paragraphs])


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.lists(INLINE, min_size=1, max_size=4))
def test_nested_marks_keep_every_letter(inlines):
    _markdown, text, plain = rendered([para(*inlines)])
    letters = re.compile(r"[^ab1é]")
    assert letters.sub("", text) == letters.sub("", plain)


@pytest.mark.parametrize("kind", ["Strong", "Emph", "Strikeout"])
@pytest.mark.parametrize("tail", ["", "1", " 1"])
def test_neighbours_under_one_mark_are_one(kind, tail):
    marks = [{"t": kind, "c": ["a"]}, {"t": kind, "c": ["b"]}, {"t": kind, "c": ["é"]}]
    _markdown, text, plain = rendered([para(*marks, tail)])
    assert text.strip() == plain.strip() == f"abé{tail}"


def test_headings_and_notes_come_back():
    source = (
        "# A * hard # heading ##\n\nOne[^a] two[^b].\n\n"
        "[^a]: First *note*\n\n    - item\n    - item two\n[^b]: Second.\n"
    )
    documents = convert_one("a.md", source.encode()).documents
    result = render_text(CONVERTER, outline(documents, []).chapters[0].sections[0].markdown, 1_000_000)
    assert [line for line in str(result["text"]).split("\n") if line] == [
        "A * hard # heading", "One two.", "First note", "item", "item two", "Second.",
    ]  # fmt: skip
    assert str(result["html"]).count('class="fn"') == 2

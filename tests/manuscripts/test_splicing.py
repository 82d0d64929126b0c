"""Suggestions spliced into Markdown: exact or refused, whatever markup stands around the words."""

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from manuscripts.markdown_syntax import make_markdown
from manuscripts.rendering import Limits, Rendered, render
from manuscripts.rendering_child import render_text
from manuscripts.splicing import Change, candidates, changed, is_exact, shifted, tidy

BOOK = r"""# The **handover**

Nobody owns the **night** shift[^1]. See [the guide](http://guide.com/guide) now, *one **two** three* and `make all`.
A line \*starred\* two_words 5 < 6 & R&amp;D, H~~2~~O costs $x^2$ today.

A lone paragraph.

| when | who |
|---|---|
| noon | Ruth |

- first item
- second **bold item**

> quoted words

```
code here
```

Term
:   its meaning

![a plan](image:0000000000000000000000000000000000000000000000000000000000000000)

[^1]: The note of the night.
"""


@pytest.fixture(scope="module")
def book():
    (made,) = render([BOOK])
    return made


def splice(markdown, made, words, replacement):
    """The Markdown with a replacement of `words`, None where it is refused."""
    at = made.text.index(words)
    change = tidy(made.text, Change(at, at + len(words), replacement))
    ways = candidates(markdown, made.text, change)
    for way, result in zip(ways, render(ways), strict=True):
        if isinstance(result, Rendered) and is_exact(made.html, made.text, change, result.html, result.text):
            return way
    return None


@pytest.mark.parametrize(
    ("words", "replacement", "found"),
    [
        ("night", "day", "the **day** shift[^1]."),
        ("owns the night shift", "has the day shift", "Nobody has the **day** shift[^1]."),
        ("the guide", "a manual", "See [a manual](http://guide.com/guide) now"),
        ("See the guide now", "Read it", "[Read it](http://guide.com/guide), *one"),
        ("two three", "many", "*one **many*** and"),
        ("one two three", "uno", "now, *uno* and"),
        ("make all", "build *all*", "`build *all*`."),
        ("shift. See", "day. Look", "day[^1]. Look [the guide]"),
        ("starred", "**loud**", r"\*\*\*loud\*\*\* two_words"),
        ("*starred*", "plain", "A line plain two_words"),
        ("R&D", "H&amp;M", "H&amp;amp;M, H~~2~~O"),
        ("5 < 6", "<i>", "two_words <i> &"),
        ("Ruth", "Jo | Ann", r"| noon | Jo \| Ann |"),
        ("first item", "1. one", r"- 1\. one"),
        ("second bold item", "third", "- **third**"),
        ("quoted words", "# no heading", r"> \# no heading"),
        ("code here", "other *code*", "```\nother *code*\n```"),
        ("its meaning", "its sense", ":   its sense"),
        ("a plan", "a map", "![a map](image:0000"),
        ("note of the night", "note", "[^1]: The note."),
        ("A lone paragraph.", "", "today.\n\n\n| when"),
        ("Nobody", "+ Nobody", "\n\n\\+ Nobody owns"),
        (" now,", "", "guide.com/guide) *one"),
    ],
)
def test_markup_around_the_words_survives(book, words, replacement, found):
    written = splice(BOOK, book, words, replacement)
    assert written is not None and found in written


@pytest.mark.parametrize(
    ("words", "replacement"),
    [
        ("noon\nRuth", "at noon, Ruth"),  # two cells
        ("shift. See the guide now, one two", "one"),  # a footnote and a link inside
        ("paragraph.\nwhen", "paragraph when"),  # two blocks
        ("now", "now\nthen"),  # a line's end stands in no paragraph
        ("first item", ""),  # a list's item that would be left empty
        ("The handover", ""),
        ("code here", "code\n```\nthere"),
    ],
)
def test_what_would_change_more_than_its_words_is_refused(book, words, replacement):
    assert splice(BOOK, book, words, replacement) is None


def test_the_same_word_elsewhere_is_not_touched():
    markdown = "# On **the** road\n\nthe *the* [the](http://the.the/the) the `the`\n\n- the\n- **the**\n"
    (made,) = render([markdown])
    places = [n for n in range(len(made.text)) if made.text.startswith("the", n)]
    for at in places:
        change = Change(at, at + 3, "THAT")
        ways = candidates(markdown, made.text, change)
        exact = [
            way
            for way, result in zip(ways, render(ways), strict=True)
            if is_exact(made.html, made.text, change, result.html, result.text)
        ]
        assert exact and all(way.count("THAT") == 1 for way in exact)
        assert "(http://the.the/the)" in exact[0]


INLINE = st.sampled_from(
    [
        "plain {}",
        "**{}**",
        "*{}*",
        "***{}***",
        "~~{}~~",
        "`{}`",
        "[{}](http://a.example/b)",
        "{}[^1]",
        r"\*{}\*",
        "{} & co",
        "a{}b",
    ]
)
WORDS = st.text(alphabet="abz é中👩 .,-_*`[]()|#~$<>&\\1", min_size=1, max_size=12)
PIECE = st.builds(
    lambda form, words: form.format(words), INLINE, st.sampled_from(["one", "two words", "the", "über", "中文"])
)
PARAGRAPH = st.lists(PIECE, min_size=1, max_size=6).map(" ".join)
BLOCK = st.one_of(
    PARAGRAPH,
    PARAGRAPH.map(lambda words: f"## {words}"),
    PARAGRAPH.map(lambda words: f"> {words}"),
    st.lists(PARAGRAPH, min_size=1, max_size=3).map(lambda rows: "\n".join(f"- {row}" for row in rows)),
    st.lists(PARAGRAPH, min_size=1, max_size=2).map(
        lambda rows: "| a | b |\n|---|---|\n" + "\n".join(f"| {row} | c |" for row in rows)
    ),
)
TEXT = st.lists(BLOCK, min_size=1, max_size=4).map(lambda blocks: "\n\n".join(blocks) + "\n\n[^1]: A note.\n")


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(TEXT, st.data(), WORDS)
def test_whatever_is_accepted_is_the_old_text_with_the_replacement(markdown, data, replacement):
    """Judged here by other means than `is_exact`: words before and after, links, footnotes and blocks counted."""
    converter = make_markdown()
    limit = Limits().output(markdown)
    old = render_text(converter, markdown, limit)
    start = data.draw(st.integers(0, len(old["text"]) - 1))
    end = data.draw(st.integers(start, min(len(old["text"]), start + 20)))
    change = tidy(old["text"], Change(start, end, replacement))
    for way in candidates(markdown, old["text"], change):
        try:
            new = render_text(converter, way, Limits().output(way))
        except Exception:  # the child answers that it cannot be read, and another way is tried
            converter = make_markdown()
            continue
        if not is_exact(old["html"], old["text"], change, new["html"], new["text"]):
            continue
        assert new["text"] == old["text"][: change.start] + change.words + old["text"][change.end :]
        for tag in ("<a ", 'class="fn-ref"', "<li", "<td", "<h2", "<blockquote", "http://a.example/b"):
            assert new["html"].count(tag) == old["html"].count(tag)
        outside = changed(markdown, way)
        assert way.startswith(markdown[: outside.start])
        break


@given(st.text(alphabet="ab c", max_size=30), st.text(alphabet="ab c", max_size=30))
def test_a_change_is_what_leads_from_one_text_to_the_other(old, new):
    step = changed(old, new)
    assert step.applied(old) == new
    for start in range(len(old)):
        place = shifted(start, start + 1, step)
        if place is not None:
            assert new[slice(*place)] == old[start : start + 1]


def test_long_texts_and_many_candidates_take_bounded_time():
    markdown = "# Long\n\n" + "word **bold** other. " * 3000
    text = "Long\n" + ("word bold other. " * 3000).rstrip() + "\n"
    ways = candidates(markdown, text, Change(30, 20_000, "short"))
    assert len(ways) <= 12

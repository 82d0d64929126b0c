import re
import subprocess
import sys
import time

import html5lib
import pypandoc
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from anchoring.text import canonical_text
from manuscripts.rendering import Limits, Rendered, RenderError, clean_input, display, render, render_comment
from manuscripts.sanitising import SECTION_ATTRIBUTES, SECTION_CLASSES, SECTION_TAGS
from tests.hard_texts import hard_texts

IMAGE = "image:" + "0a" * 32
WRITER = (
    "markdown_strict+pipe_tables+footnotes+backtick_code_blocks+fenced_code_blocks+header_attributes"
    "+definition_lists+tex_math_dollars+strikeout"
)


def render_one(markdown):
    result = render([markdown])[0]
    assert isinstance(result, Rendered), result
    return result


def elements(html):
    return html5lib.parseFragment(html, namespaceHTMLElements=False).iter()


def body(html):
    """The HTML without the offsets, which have a test of their own."""
    return re.sub(r' data-b="\d+"', "", html)


def test_hard_texts_render_as_the_fixture_says():
    cases = [case for case in hard_texts() if "markdown" in case]
    for case, result in zip(cases, render([case["markdown"] for case in cases]), strict=True):
        assert (result.html, result.text) == (case["html"], case["text"]), case["name"]


def test_offsets_of_blocks_are_those_of_the_canonical_text():
    for case in hard_texts():
        if "markdown" not in case:
            continue
        markers = re.sub(r'<[^>]*? data-b="(\d+)"[^>]*>', r"⟦\1⟧", case["html"])
        marked = canonical_text(markers)
        seen = 0
        for mark in re.finditer(r"⟦(\d+)⟧", marked):
            assert int(mark[1]) == mark.start() - seen, case["name"]
            seen += len(mark[0])
        assert seen or not case["text"]


def test_one_newline_after_each_block_row_and_cell():
    html = "# Title\n\nOne\ntwo.\n\n- a\n- b\n\n| H | I |\n|---|---|\n| 1 | 2 |\n"
    assert render_one(html).text == "Title\nOne two.\na\nb\n\nH\nI\n\n1\n2\n\n\n"


def test_the_fixed_set_of_markdown():
    html = body(
        render_one(
            "*a* **b** ~~c~~ `d` [e](https://example.org/x?a=1&b=2) <https://example.org/>  \nf\n\n"
            "> q\n\n3. x\n4. y\n\nTerm\n:   Meaning\n\n* * *\n\n"
            "``` python\nif a < b:\n```\n\nThe HTML\n\n*[HTML]: Hyper\n"
        ).html
    )
    for piece in (
        "<em>a</em> <strong>b</strong> <del>c</del> <code>d</code>",
        '<a href="https://example.org/x?a=1&amp;b=2" rel="noopener noreferrer">e</a>',
        "<br>\nf</p>",
        "<blockquote><p>q</p>\n</blockquote>",
        '<ol start="3"><li>x</li>\n<li>y</li>\n</ol>',
        "<dl><dt>Term</dt>\n<dd>Meaning</dd>\n</dl>",
        "<hr>",
        "<pre><code>if a &lt; b:\n</code></pre>",
        '<abbr title="Hyper">HTML</abbr>',
    ):
        assert piece in html


def test_lists_as_pandoc_indents_them():
    html = body(render_one("- a\n  - b\n    - c\n- d\n\n  more\n\n<!-- -->\n\n- other\n\n1.  x\n\n    y\n").html)
    assert html == (
        "<ul><li>a\n<ul><li>b\n<ul><li>c</li>\n</ul>\n</li>\n</ul>\n</li>\n<li><p>d</p>\n<p>more</p>\n</li>\n</ul>\n"
        "<ul><li>other</li>\n</ul>\n<ol><li><p>x</p>\n<p>y</p>\n</li>\n</ol>\n"
    )


def test_fenced_code_inside_lists_and_quotations():
    html = body(render_one("- a\n\n  ``` sh\n  ls\n\n    -l\n  ```\n- b\n\n> ~~~\n> x < y\n> ~~~\n").html)
    assert "<pre><code>ls\n\n  -l\n</code></pre>" in html
    assert "<blockquote><pre><code>x &lt; y\n</code></pre>\n</blockquote>" in html
    assert html.count("<li>") == 2


def test_footnotes_have_no_text_of_their_own():
    result = render_one("Cheap[^x], they said[^y][^x].\n\n[^y]: Who?\n[^x]: Only *once*.\n")
    assert result.text == "Cheap, they said.\nOnly once.\n\nWho?\n\n\n\n"
    prefix = re.search(r'id="(t[0-9a-f]{12}-)fnref-1"', result.html)[1]
    assert f'<sup class="fn" id="{prefix}fnref-1"><a aria-label="[1]" class="fn-ref" data-n="1"' in result.html
    ids = re.findall(r' id="([^"]+)"', result.html)
    assert sorted(ids) == sorted(prefix + name for name in ("fnref-1", "fnref-2", "fnref2-1", "fn-1", "fn-2"))
    assert {link[1:] for link in re.findall(r'href="(#[^"]+)"', result.html)} == set(ids)


def test_footnotes_are_numbered_as_they_are_read_tables_included():
    html = render_one("| a[^t] |\n|---|\n| b |\n\nAfter[^z].\n\n[^z]: Last.\n[^t]: First.\n[^u]: Unused.\n").html
    assert re.findall(r'data-n="(\d)"', html) == ["1", "2"]
    assert canonical_text(html).endswith("First.\n\nLast.\n\nUnused.\n\n\n\n")


def test_what_pandoc_writes_survives():
    source = """
    <p>Words<em>em</em><del>gone</del> 1 &lt; 2 * 3 and $5, $6, a_b_c.</p>
    <ul><li>one<ul><li>inner</li></ul></li></ul><ul><li>apart</li></ul>
    <ol><li><p>x</p><pre><code>a  b

    c</code></pre></li></ol>
    <table><thead><tr><th>Hour</th><th>Who</th></tr></thead><tbody><tr><td>02:00</td><td>a|b</td></tr></tbody></table>
    <dl><dt>Term</dt><dd>Meaning</dd></dl><blockquote><p>q</p><ul><li>in</li></ul></blockquote>
    <p><span class="math inline">\\(x^2\\)</span> <img src="IMAGE" alt="Alt"> y</p>"""
    markdown = pypandoc.convert_text(
        source.replace("IMAGE", IMAGE).replace("\n    ", "\n"), WRITER, format="html+tex_math_single_backslash"
    )
    html = body(render_one(markdown).html)
    for piece in (
        "Words<em>em</em><del>gone</del> 1 &lt; 2 * 3 and $5, $6, a_b_c.",
        "<ul><li>one\n<ul><li>inner</li>\n</ul>\n</li>\n</ul>\n<ul><li>apart</li>",
        "<ol><li>x\n<pre><code>a  b\n\nc\n</code></pre>",
        "<td>02:00</td>\n<td>a|b</td>",
        "<dt>Term</dt>\n<dd>Meaning</dd>",
        "<blockquote><p>q</p>\n<ul><li>in</li>\n</ul>\n</blockquote>",
        "<msup><mi>x</mi><mn>2</mn></msup>",
        f'src="{IMAGE}"><span class="caption">Alt</span></span> y',
    ):
        assert piece in html, markdown


def test_the_same_text_gives_the_same_html_and_others_other_ids():
    one, again, other = render(["a[^1]\n\n[^1]: b"] * 2 + ["A[^1]\n\n[^1]: b"])
    assert one == again
    assert not set(re.findall(r' id="([^"]+)"', one.html)) & set(re.findall(r' id="([^"]+)"', other.html))


def test_images_are_the_manuscripts_own_and_their_words_show():
    html = body(
        render_one(f"![A *pager*]({IMAGE})\n\nSee ![icon]({IMAGE}) and ![far](https://example.org/x.png)\n").html
    )
    assert f'<figure><img alt="" src="{IMAGE}"><figcaption>A pager</figcaption>\n</figure>' in html
    assert f'<span class="inline-figure"><img alt="" src="{IMAGE}"><span class="caption">icon</span></span>' in html
    assert '<span class="no-image"><span class="caption">far</span></span>' in html
    assert "example.org" not in html


def test_images_are_placed_when_shown_without_changing_the_text():
    result = render_one(f'![A]({IMAGE})\n\nThe words src="{IMAGE}" stay.\n')
    shown = display(result.html, image_base="/m/night/images/")
    assert '<img alt="" src="/m/night/images/' + "0a" * 32 + '">' in shown
    assert canonical_text(shown) == result.text
    assert f'src="{IMAGE}" stay' in result.text
    for base in ('/"onerror="', "https://example.org/", "javascript:"):
        with pytest.raises(ValueError):
            display(result.html, image_base=base)


def test_maths_is_mathml_or_its_source():
    html = render_one("$a^2$ costs $5 and 6$ or \\$7, $\\frac{$ $$\nx < y\n$$").html
    assert '<math display="inline"><mrow><msup><mi>a</mi><mn>2</mn></msup></mrow></math>' in html
    assert '<math display="block"><mrow><mi>x</mi><mo>&lt;</mo><mi>y</mi></mrow></math>' in html
    assert "or $7" in html
    assert '<code class="math">\\frac{</code>' in html


def test_table_cells_are_aligned_by_class():
    html = body(render_one("| a | b | c |\n|:--|--:|:-:|\n| 1 | 2 | 3 |\n").html)
    assert '<td class="left">1</td>\n<td class="right">2</td>\n<td class="center">3</td>' in html
    assert "style" not in html


@pytest.mark.parametrize(
    "markdown",
    [
        "<script>alert(1)</script>",
        "<img src=x onerror=alert(1)>",
        "<div onclick='x()'>\n\ntext\n\n</div>",
        "[x](javascript:alert(1)) [y](JaVaScRiPt:alert(1)) [z](data:text/html,x) [r](/m/other/) [v](vbscript:x)",
        "<javascript:alert(1)>",
        "![x](javascript:alert(1)) ![x](data:image/svg+xml,<svg/onload=alert(1)>) ![x](/etc/passwd)",
        '[x](https://example.org/"onmouseover="alert(1))',
        '![x"onerror="alert(1)](' + IMAGE + ")",
        "[x]: javascript:alert(1)\n\n[x]",
        '[a](#x"><script>alert(1)</script>)',
        "$\\href{javascript:alert(1)}{x}$ $\\text{<script>alert(1)</script>}$",
        '$"><img src=x onerror=alert(1)>$',
        "a[^<b>]\n\n[^<b>]: <i>x</i>",
        '*[x]: " onclick=alert(1)\n\nx',
        '``` "><script>\nx\n```',
        "| <b>a</b> |\n|---|\n| <style>*{}</style> |",
        "&#60;script&#62;alert(1)&#60;/script&#62;",
        "\x02wzxhzdk:0\x03 &#2;wzxhzdk:0&#3; klzzwxh:0000",
        "# x {onclick=alert(1) style=color:red}",
    ],
)
def test_nothing_off_the_allow_list_comes_through(markdown):
    assert_allowed(render_one(markdown).html)


@settings(max_examples=15, deadline=None)
@given(
    st.lists(
        st.text(alphabet="<>/\"'=()[]!*_`~$#|\n -:&;ascriptonjvl^\\\x02\x03", max_size=60), min_size=20, max_size=20
    )
)
def test_no_markdown_escapes_the_allow_list_or_splits_the_texts(markdowns):
    for result in render(markdowns):
        assert isinstance(result, Rendered)
        assert_allowed(result.html)
        assert result.text == "".join(html5lib.parseFragment(result.html, namespaceHTMLElements=False).itertext())


def assert_allowed(html):
    for element in elements(html):
        if element.tag == "DOCUMENT_FRAGMENT":
            continue
        tag = element.tag.removeprefix("{http://www.w3.org/1998/Math/MathML}")
        assert tag in SECTION_TAGS
        for name, value in element.attrib.items():
            if name == "class":
                assert set(value.split()) <= SECTION_CLASSES[tag]
            elif name == "rel":
                assert (tag, value) == ("a", "noopener noreferrer")
            else:
                assert name in SECTION_ATTRIBUTES[tag]
            if name == "href":
                assert re.match(r"https?://|mailto:|#[A-Za-z0-9]", value)
            if name == "src":
                assert re.fullmatch(r"image:[0-9a-f]{64}", value)


# The child process

BOMBS = {
    "60 KB of [a": "[a" * 30_000,
    "links that never end": "![a](" * 20_000,
    "strikeouts that never end": "~~a " * 30_000,
    "one reference 20,000 times": "[x]: https://example.org/" + "a" * 30_000 + "\n\n" + "[x] " * 20_000,
    "one abbreviation 20,000 times": "*[a]: " + "b" * 30_000 + "\n\n" + "a " * 20_000,
    "lists in lists": "\n".join(" " * (2 * depth) + "- a" for depth in range(1_500)),
    "quotations in quotations": "> " * 5_000 + "a",
}


@pytest.mark.parametrize("name", BOMBS)
def test_a_bomb_ends_in_an_error_and_harms_no_other_text(name):
    begun = time.monotonic()
    before, bomb, after = render(["before", BOMBS[name], "after"], Limits(seconds=2))
    assert isinstance(bomb, RenderError)
    assert bomb.reason.endswith(".")
    assert (before.text, after.text) == ("before\n", "after\n")
    assert time.monotonic() - begun < 20


@pytest.mark.parametrize(
    ("limits", "code"),
    [
        (Limits(seconds=0.000_001), "time"),
        (Limits(output_factor=10, output_base=10), "output"),
        (Limits(memory=300_000_000), "memory"),
    ],
)
def test_each_limit_is_kept(limits, code):
    result = render(["*[a]: " + "b" * 30_000 + "\n\n" + "a " * (200 if code == "output" else 20_000)], limits)[0]
    assert isinstance(result, RenderError)
    assert result.code == code


def test_large_harmless_texts_render():
    long_line, headings = render(["word " * 200_000, "# h\n\n" * 20_000], Limits(seconds=60))
    assert long_line.words == 200_000
    assert headings.text == "h\n" * 20_000


def test_the_child_needs_no_django():
    code = "import sys, manuscripts.rendering_child, manuscripts.rendering; print('django' in sys.modules)"
    result = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert result.stdout == "False\n"


def test_an_empty_batch_and_an_empty_text():
    assert render([]) == []
    assert render([""]) == [Rendered("", "", 0)]


# Notes


NOTES = {
    "One\ntwo\n\nthree": "<p>One<br>\ntwo</p>\n<p>three</p>",
    "*a* **b** _c_ __d__": "<p><em>a</em> <strong>b</strong> <em>c</em> <strong>d</strong></p>",
    "***e***": "<p><strong><em>e</em></strong></p>",
    "snake_case_name 2 * 3 * 4 *open": "<p>snake_case_name 2 * 3 * 4 *open</p>",
    "**a *b** c*": "<p><strong>a *b</strong> c*</p>",
    "- a\n- *b*\n  c\n\nd": "<ul>\n<li>a</li>\n<li><em>b</em><br>\nc</li>\n</ul>\n<p>d</p>",
    "1. x\n2) y": "<ol>\n<li>x</li>\n<li>y</li>\n</ol>",
    "`a *b* <c>`": "<p><code>a *b* &lt;c&gt;</code></p>",
    "```\n<b> *x*\n```\nafter": "<pre><code>&lt;b&gt; *x*\n</code></pre>\n<p>after</p>",
    "[a&b](https://x.org/?q=1&y=2)": (
        '<p><a href="https://x.org/?q=1&amp;y=2" rel="noopener noreferrer">a&amp;b</a></p>'
    ),
    "See https://x.org/a_b.": '<p>See <a href="https://x.org/a_b" rel="noopener noreferrer">https://x.org/a_b</a>.</p>',
    "[x](javascript:alert(1))": "<p>[x](javascript:alert(1))</p>",
    "\\*not\\* <script>alert(1)</script>": "<p>*not* &lt;script&gt;alert(1)&lt;/script&gt;</p>",
    "a\0b\x1b\r\nc\ufffe": "<p>ab<br>\nc</p>",
    "": "",
}


@pytest.mark.parametrize("source", NOTES)
def test_notes(source):
    assert render_comment(source) == NOTES[source]


NOTE_TAGS = {"p", "br", "em", "strong", "code", "pre", "ul", "ol", "li", "a"}
PAYLOADS = [
    "<script>alert(1)</script>", "<img src=x onerror=alert(1)>", "javascript:alert(1)", "[a](javascript:alert(1))",
    "[a](https://x.org/\"onclick=\"alert(1))", "https://x.org/'onclick='alert(1)", "`</code><script>`", "- <a href=x>",
    "<svg/onload=alert(1)>", "[<b>](https://x.org)", "\x00<\x00script>", "```\n</pre><script>\n```", "&lt;script&gt;",
    "**", "*", "_", "\n", "\n\n", " ", "[", "](", ")", "`", "1. ", "- ", "\\", "x",
]  # fmt: skip


@given(st.lists(st.one_of(st.sampled_from(PAYLOADS), st.text(max_size=10)), max_size=15).map("".join))
def test_no_note_escapes_the_allow_list(source):
    for element in elements(render_comment(source)):
        if element.tag == "DOCUMENT_FRAGMENT":
            continue
        assert element.tag in NOTE_TAGS
        assert set(element.attrib) <= ({"href", "rel"} if element.tag == "a" else set())
        if "href" in element.attrib:
            assert re.match(r"(?i)https?://|mailto:", element.attrib["href"])


@given(st.text(alphabet="abc <>&\"'\n\t.é👍", max_size=80))
def test_plain_words_stay_as_typed(source):
    shown = "".join(html5lib.parseFragment(render_comment(source), namespaceHTMLElements=False).itertext())
    assert shown.split() == source.split()


@pytest.mark.parametrize(
    "bit", ["*a", "[", "[a](", "`", "https://", "- a\n", "\\", "***a ", "[a](https://", "_ _", "```\n"]
)
def test_the_longest_notes_cost_little(bit):
    source = (bit * 200_000)[:200_000]
    begun = time.process_time()
    render_comment(source)
    assert time.process_time() - begun < 2


def test_a_note_beyond_the_limit_is_refused():
    with pytest.raises(ValueError, match="200,000"):
        render_comment("a" * 200_001)


# Input


def test_controls_are_removed_once_and_letters_stay_as_typed():
    assert clean_input("a\0b\x0b\x1b\x7f\x85c\ufffe\uffff\ud800\udc00d") == "abcd"
    assert clean_input("a\r\nb\rc\td\n") == "a\nb\nc\td\n"
    assert clean_input("e\u0301 é 👩\u200d💻 \u00a0\u200f") == "e\u0301 é 👩\u200d💻 \u00a0\u200f"


@given(st.text())
def test_cleaning_twice_changes_nothing(text):
    assert clean_input(clean_input(text)) == clean_input(text)

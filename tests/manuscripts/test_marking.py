"""Marks in safe HTML: the text stays what it was, and the markup stays whole."""

import re

import html5lib
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from anchoring.text import canonical_text
from manuscripts.marking import Group, Piece, Put, Wrap, fold, mark, passage_tags
from tests.hard_texts import hard_texts

NOW = {"class": "now"}
TEXTS = {case["name"]: case["html"] for case in hard_texts()}
PUT_IN = re.compile(r'<(p|li) class="gone"><(\w+) data-x="">.*?</\2></\1>\n|<(del|a) data-x="">.*?</\3>', re.DOTALL)


def marked(markup, wraps=(), puts=(), **options):
    return "".join(piece.html for piece in mark(markup, wraps, puts, **options))


def tree(markup):
    return html5lib.parseFragment(markup, treebuilder="etree", namespaceHTMLElements=False)


def test_words_are_wrapped_across_inline_markup():
    markup = '<p data-b="0">Nobody owns the <strong>night</strong> shift.</p>\n'
    assert marked(markup, [Wrap(12, 27, "ins", NOW)]) == (
        '<p data-b="0">Nobody owns <ins class="now">the </ins><strong><ins class="now">night</ins></strong>'
        '<ins class="now"> shift</ins>.</p>\n'
    )


def test_an_id_is_given_once():
    markup = "<p>a <em>b</em> c</p>\n"
    found = marked(markup, [Wrap(0, 5, "span", {"class": "moved", "id": "to-1"})])
    assert found.count('id="to-1"') == 1 and found.count("<span") == 3


def test_deleted_words_stand_where_they_stood():
    markup = '<p data-b="0">It takes ten minutes.</p>\n'
    assert marked(markup, [Wrap(9, 20, "ins")], [Put(8, "del", " an hour")]) == (
        '<p data-b="0">It takes<del> an hour</del> <ins>ten minutes</ins>.</p>\n'
    )


def test_at_a_border_they_stand_in_the_passage_that_begins():
    markup = "<p>One.</p>\n<p>Two.</p>\n"
    assert marked(markup, puts=[Put(5, "del", "Not ")]) == "<p>One.</p>\n<p><del>Not </del>Two.</p>\n"
    assert marked(markup, puts=[Put(4, "del", " More.")]) == "<p>One.<del> More.</del></p>\n<p>Two.</p>\n"


def test_a_deleted_passage_is_a_passage():
    markup = "<blockquote>\n<p>One <em>two</em>.</p>\n</blockquote>\n<p>Three.</p>\n"
    found = marked(markup, puts=[Put(8, "del", "Gone.", block=True)])
    assert found.index("</p>") < found.index('<p class="gone"><del>Gone.</del></p>') < found.index("</blockquote>")
    first = marked("<p>One.</p>\n", puts=[Put(0, "del", "Gone.", block=True)])
    assert first.startswith('<p class="gone"><del>Gone.</del></p>')


def test_in_a_list_only_an_item_is_put():
    markup = "<ul>\n<li>One</li>\n<li>Two</li>\n</ul>\n<p>After.</p>\n"
    item = marked(markup, puts=[Put(4, "del", "Gone", block=True, item=True)])
    assert '<li>One</li><li class="gone"><del>Gone</del></li>' in item
    passage = marked(markup, puts=[Put(4, "del", "Gone", block=True)])
    assert '</ul><p class="gone">' in passage


def test_nothing_is_put_into_a_table_but_words():
    markup = TEXTS["table"]
    found = marked(markup, puts=[Put(3, "del", "Gone", block=True)])
    assert found.index("</table>") < found.index('<p class="gone">')


def test_words_put_in_are_escaped():
    evil = "</del><script>alert(1)</script>&amp;\"'"
    found = marked("<p>a b</p>", [Wrap(0, 1, "span", {"id": '"><script>'})], [Put(1, "del", evil)])
    assert "<script>" not in found
    assert tree(found).find(".//del").text == evil
    with pytest.raises(ValueError, match="script"):
        marked("<p>a</p>", [Wrap(0, 1, "script")])


def test_a_link_is_never_put_into_a_link():
    found = marked('<p>See <a href="#x">the old page</a> now.</p>', puts=[Put(11, "a", "moved", {"href": "#to-1"})])
    assert found == '<p>See <a href="#x">the old page</a><a href="#to-1">moved</a> now.</p>'


def test_a_formula_is_marked_whole():
    markup = '<p>Let <math display="inline"><mi>x</mi><mo>&gt;</mo><mn>1</mn></math> be.</p>\n'
    found = marked(markup, [Wrap(5, 7, "ins")], [Put(6, "del", "y")])
    assert '<ins><math display="inline"><mi>x</mi><mo>&gt;</mo><mn>1</mn></math></ins><del>y</del>' in found


def test_headings_are_lowered():
    assert marked('<h1 data-b="0">T</h1>\n<h5>u</h5>\n', demote=2) == '<h3 data-b="0">T</h3>\n<h6>u</h6>\n'


@pytest.mark.parametrize("name", TEXTS)
@settings(max_examples=15, deadline=None)
@given(data=st.data())
def test_the_text_and_the_markup_stay_whole(name, data):
    """Whatever is marked where: without what was put in, the page reads as before, and a browser repairs nothing."""
    markup = TEXTS[name]
    text = canonical_text(markup)
    at = st.integers(0, len(text))
    edges = sorted(data.draw(st.lists(at, max_size=6)))
    wraps = [Wrap(start, end, "ins") for start, end in zip(edges[::2], edges[1::2], strict=False)]
    puts = []
    for name in data.draw(st.lists(st.sampled_from(["del", "a"]), max_size=4)):
        block = name == "del" and data.draw(st.booleans())
        puts.append(Put(data.draw(at), name, "x<y&", {"data-x": ""}, block, data.draw(st.booleans())))
    found = marked(markup, wraps, puts)
    assert found.count('data-x=""') == len(puts)
    left = PUT_IN.sub("", found)
    assert canonical_text(left) == text
    assert "".join(tree(found).itertext()) == canonical_text(found)
    assert len(tree(found).findall(".//a")) == len(re.findall(r"<a[ >]", found))
    assert re.sub(r"</?ins>", "", left) == marked(markup)
    for wrap in wraps:
        inside = "".join(re.findall(r"<ins>(.*?)</ins>", left, re.DOTALL))
        assert canonical_text(inside).replace("\n", "").strip() or not text[wrap.start : wrap.end].strip()


def test_long_stretches_without_a_mark_are_folded():
    pieces = [Piece(f"<p>{n}</p>", n == 5, 1) for n in range(10)]
    groups = fold(pieces)
    assert [(group.folded, group.passages) for group in groups] == [(True, 4), (False, 3), (True, 3)]
    assert "".join(group.html for group in groups) == "".join(piece.html for piece in pieces)
    assert fold(pieces[3:7])[0].folded is False
    assert fold([]) == []
    assert isinstance(groups[0], Group)


def test_passages_know_their_element():
    assert passage_tags('<h2 data-b="0">A</h2>\n<ul>\n<li id="x" data-b="2">b</li></ul>') == {0: "h2", 2: "li"}

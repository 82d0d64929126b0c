"""Notes as comments in the author's own Word file: on exactly their words, and nothing else has moved."""

import io
import random
import re
import zipfile

import docx
import pytest
from lxml import etree

from benchmarks._books import canonical_texts, marked_book
from manuscripts.formats import ConversionFailed
from manuscripts.formats.docx_comment_parts import Message
from manuscripts.formats.docx_commented import Commented, Thread
from manuscripts.formats.docx_text import read_body
from manuscripts.formats.docx_tracked import Suggested, Tracked
from tests.manuscripts.test_docx_tracked import (
    BOOK,
    CONTROL,
    DELETED,
    FIELD,
    INSERTED,
    LINK,
    PLAIN_CONTROL,
    W,
    canonical,
    odd_paragraph,
    p,
    part,
    r,
    read,
    with_body,
)
from tests.manuscripts.uploads import by_pandoc as made_by_pandoc
from tests.manuscripts.uploads import rezipped, word
from tests.soffice import accepted_by_libreoffice, needs_libreoffice
from tests.word_comments import by_pandoc, by_python_docx, flat

W14 = "{http://schemas.microsoft.com/office/word/2010/wordml}"
W15 = "{http://schemas.microsoft.com/office/word/2012/wordml}"
HOSTILE = [
    "a\x00b\x07c\x1fd",
    "\ud800 alone \udfff",
    "\ufffe and \uffff",
    "</w:t></w:comment><w:evil/> & &amp; <![CDATA[ x ]]> <!-- -->",
    "\u202eright to left\u202c مرحبا שלום",
    "👩‍👩‍👧‍👦 e\u0301 𝔘𝔫𝔦",
    "one\r\ntwo\rthree\n\n\nfour\tfive",
    "x" * 100_000,
    "\n" * 5000 + "deep",
]


def noted(data: bytes, *quotes: str, texts: list[str] | None = None) -> bytes:
    """The file with a note on each quote, found where it first stands; its text is "On " and the quote."""
    texts = [canonical(data)] if texts is None else texts
    file = Commented(data, texts)
    threads = []
    for quote in quotes:
        section = next(n for n, text in enumerate(texts) if quote in text)
        start = texts[section].index(quote)
        place = file.words(section, start, start + len(quote))
        assert place is not None and place.whole, quote
        threads.append(Thread(place, (Message("Omar Haddad", "OPS", f"On {quote}", "2031-05-17T12:00:00Z"),)))
    return file.write(threads)


def stands_on(data: bytes) -> list[dict[str, str]]:
    """What each comment says → the words it stands on, without blanks: by python-docx and by pandoc."""
    return [{flat(c.text): flat(c.words) for c in look(data).values()} for look in (by_python_docx, by_pandoc)]


def without_ours(data: bytes) -> bytes:
    """The body with comments, ids and splits of runs taken out again; canonical XML."""
    tree = etree.fromstring(part(data))
    for mark in list(tree.iter(f"{W}commentRangeStart", f"{W}commentRangeEnd")):
        mark.getparent().remove(mark)
    for mark in list(tree.iter(f"{W}commentReference")):
        mark.getparent().getparent().remove(mark.getparent())
    for change in list(tree.iter(f"{W}ins")):
        change.attrib.pop(f"{W}id", None)
        before = change.getprevious()
        if before is not None and before.tag == change.tag and dict(before.attrib) == dict(change.attrib):
            before.extend(list(change))
            change.getparent().remove(change)
    for words in tree.iter(f"{W}t"):
        words.attrib.pop("{http://www.w3.org/XML/1998/namespace}space", None)
    for run in list(tree.iter(f"{W}r")):
        before = run.getprevious()
        if before is not None and before.tag == run.tag and looks(before) == looks(run):
            for child in run:
                last = before[-1] if len(before) else None
                if child.tag == f"{W}t" and last is not None and last.tag == f"{W}t":
                    last.text = (last.text or "") + (child.text or "")
                elif child.tag != f"{W}rPr":
                    before.append(child)
            run.getparent().remove(run)
    return etree.tostring(tree, method="c14n")


def looks(run) -> bytes:
    found = run.find(f"{W}rPr")
    return b"" if found is None else etree.tostring(found, method="c14n")


QUOTES = [
    "Nobody owns",
    "Nobody owns the night shift.",
    "ight",
    "“plan” isn’t a promise — it",
    "👩‍🚒",
    "twice.\nkeep a list\nkeep the other",
    "Ruth",
    "Ruth\n\ndusk\nOmar",
    "A note. See the plan first",
    "plan first",
    "pla",
    "The handover\nNobody",
]


def test_comments_stand_on_exactly_their_words_and_nothing_else_moves():
    data = made_by_pandoc(BOOK, "docx")
    made = noted(data, *QUOTES)
    for found in stands_on(made):
        assert found == {flat(f"On {q}"): flat(q) for q in QUOTES}
    assert without_ours(made) == without_ours(data)
    assert read(made) == read(data)
    with zipfile.ZipFile(io.BytesIO(data)) as before, zipfile.ZipFile(io.BytesIO(made)) as after:
        changed = {n for n in before.namelist() if before.read(n) != after.read(n)}
        assert changed <= {
            "word/document.xml",
            "word/_rels/document.xml.rels",
            "[Content_Types].xml",
            "word/comments.xml",
        }
        assert set(after.namelist()) - set(before.namelist()) <= {"word/comments.xml", "word/commentsExtended.xml"}


def test_inside_tracked_changes_fields_controls_and_links():
    inserted = INSERTED.replace("newer ", "newer and newest ")
    data = with_body(
        p(r("It was an "), DELETED, inserted, r("plan of some kind, and they knew it."))
        + p(r("See page "), FIELD, r(" for the "), CONTROL, r(" words and the "), PLAIN_CONTROL, r(" ones, "), LINK)
    )
    quotes = ["newest plan", "and newest", "an newer", "newer", "linked", "a linked", "page twelve for", "twelve"]
    quotes += ["type", "typed", "chosen", "knew it.\nSee page", "the chosen words and the typed ones, a lin"]
    made = noted(data, *quotes)
    for found in stands_on(made):
        assert found == {flat(f"On {q}"): flat(q) for q in quotes}
    assert without_ours(made) == without_ours(data)
    ids = re.findall(rb'<w:(?:ins|del)[^>]* w:id="(\d+)"|<w:ins w:id="(\d+)"', part(made))
    assert len(ids) == len(set(ids))


def test_answers_hang_below_their_note_and_decided_ones_are_resolved():
    data = with_body(p(r("alpha beta gamma delta epsilon")))
    file = Commented(data, [canonical(data)])
    place = file.words(0, 6, 16)
    made = file.write(
        [
            Thread(
                place,
                (Message("Ann", "", "First\n\nmore"), Message("Ben", "", "Second"), Message("Ann", "", "Third")),
                True,
            ),
            Thread(place, (Message("Cid", "", "Other"),)),
        ]
    )
    comments = etree.fromstring(part(made, "word/comments.xml"))
    last = [c.findall(f"{W}p")[-1].get(f"{W14}paraId") for c in comments]
    assert len(set(last)) == 4 and all(0 < int(each, 16) < 0x80000000 for each in last)
    entries = etree.fromstring(part(made, "word/commentsExtended.xml"))
    assert [(e.get(f"{W15}paraId"), e.get(f"{W15}paraIdParent"), e.get(f"{W15}done")) for e in entries] == [
        (last[0], None, "1"),
        (last[1], last[0], "1"),
        (last[2], last[0], "1"),
        (last[3], None, "0"),
    ]
    assert {c.words for c in by_python_docx(made).values()} == {"beta gamma"}
    ignored = comments.get("{http://schemas.openxmlformats.org/markup-compatibility/2006}Ignorable")
    assert ignored.split() == ["w14", "w15"]


def test_comments_of_the_author_stay_with_ids_and_paragraphs_of_their_own():
    def build(document):
        paragraph = document.add_paragraph("alpha beta gamma delta")
        document.add_comment(paragraph.runs[0], text="To myself", author="Runa", initials="R")

    once = noted(word(build), "beta")
    twice = noted(once, "gamma delta")
    assert {(c.author, c.text, c.words.strip()) for c in by_python_docx(twice).values()} == {
        ("Runa", "To myself", "alpha beta gamma delta"),
        ("Omar Haddad", "On beta", "beta"),
        ("Omar Haddad", "On gamma delta", "gamma delta"),
    }
    paragraphs = re.findall(rb'w14:paraId="(\w+)"', part(twice, "word/comments.xml"))
    assert len(paragraphs) == len(set(paragraphs)) == 2
    with zipfile.ZipFile(io.BytesIO(twice)) as archive:
        assert len(archive.namelist()) == len(set(archive.namelist()))
        assert archive.read("[Content_Types].xml").count(b"comments+xml") == 1
        assert archive.read("word/_rels/document.xml.rels").count(b"commentsExtended") == 2  # its kind, its name


@pytest.mark.parametrize("words", HOSTILE, ids=lambda words: ascii(words[:12]))
def test_hostile_words_are_shown_as_typed_in_a_file_that_opens(words):
    data = with_body(p(r("alpha beta gamma delta")))
    file = Commented(data, [canonical(data)])
    made = file.write([Thread(file.beginning(), (Message(words, words, words, ""), Message("Ann", "", words)))])
    assert len(list(docx.Document(io.BytesIO(made)).comments)) == 2
    visible = re.sub("[\ud800-\udfff\ufffe\uffff]", "\ufffd", words)
    visible = re.sub("[\x00-\x08\x0b\x0c\x0e-\x1f]", lambda found: chr(0x2400 + ord(found[0])), visible)
    for found in (by_python_docx(made), by_pandoc(made)):
        assert {flat(c.text) for c in found.values()} == {flat(visible)}
        assert {c.words.strip() for c in found.values()} == {"alpha beta gamma delta"}
    (author, _ann) = (c.author for c in docx.Document(io.BytesIO(made)).comments)
    assert flat(author).startswith(flat(visible)[:200]) and len(author) <= 255


def test_suggestions_stand_as_tracked_changes_of_their_writers_inside_their_comments():
    data = with_body(p(r("alpha beta gamma delta epsilon")))
    file = Commented(data, [canonical(data)])
    plan = file.suggestions([Suggested(7, 0, 6, 16, "beta or gamma"), Suggested(8, 0, 11, 16, "x")])
    assert plan.conflicts == {8: 7}
    tracked = [
        Tracked(change, "Omar", "2031-05-17T12:00:00Z") for changes in plan.changes.values() for change in changes
    ]
    made = file.write([Thread(file.words(0, 6, 16), (Message("Omar", "", "Say or"),))], tracked)
    assert read(made).strip() == "alpha beta or gamma delta epsilon"
    assert read(made, "reject").strip() == "alpha beta gamma delta epsilon"
    (comment,) = by_python_docx(made).values()
    assert comment.words == "beta or gamma"
    (mark,) = etree.fromstring(part(made)).iter(f"{W}ins")
    assert (mark.get(f"{W}author"), mark.get(f"{W}date")) == ("Omar", "2031-05-17T12:00:00Z")


def test_words_that_do_not_stand_there_have_no_place_and_sections_have_heads():
    data = with_body(p(r("One")) + p(r("Words of the first.")) + p(r("Two")) + p(r("Words of the second one.")))
    texts = ["One\nWords of the first.\n", "Renamed here\nWords of the second one.\nAnd a note below it.\n"]
    file = Commented(data, texts)
    assert file.words(1, texts[1].index("note"), texts[1].index("note") + 4) is None
    head = file.head(1)
    assert file.body.text[head.start : head.end] == "Words of the second one."
    first = file.head(0)
    assert file.body.text[first.start : first.end] == "One"
    assert Commented(data, ["Nothing of it.\n"]).head(0) is None


def test_a_formula_between_words_is_passed_over_and_told():
    formula = '<m:oMath xmlns:m="http://schemas.openxmlformats.org/officeDocument/2006/math"><m:r><m:t>e</m:t></m:r></m:oMath>'
    data = with_body(p(r("Before it all the energy "), formula, r(" is what they ask about, always.")))
    text = "Before it all the energy e is what they ask about, always.\n"
    file = Commented(data, [text])
    start, end = text.index("the energy"), text.index(" they ask")
    place = file.words(0, start, end)
    assert not place.whole and flat(file.body.text[place.start : place.end]) == "theenergyiswhat"


def test_in_a_book_too_long_to_be_compared_words_that_stand_there_once_have_their_place(monkeypatch):
    monkeypatch.setattr("anchoring.align.MOST_CHARACTERS", 50)
    data = with_body(p(r("The pager rings at night.")) + p(r("The pager rings by  day.")))
    text = "The pager rings at night.\nThe pager rings by day.\n"
    file = Commented(data, [text])
    place = file.words(0, text.index("rings by"), text.index("by day") + 6)
    assert (
        place.start == file.body.text.index("rings by") and file.body.text[place.start : place.end] == "rings by  day"
    )
    assert file.words(0, 0, 9) is None


def test_files_that_are_none_are_refused():
    for data in (
        b"",
        b"no zip",
        made_by_pandoc("Words.", "docx")[:200],
        rezipped(with_body(""), {"word/document.xml": None}),
    ):
        with pytest.raises(ConversionFailed):
            Commented(data, ["Words of a text."])
    with pytest.raises(ConversionFailed):
        Commented(with_body(p()), ["Words."])


@pytest.mark.parametrize("seed", range(20))
def test_whatever_the_file_is_cut_into_comments_stand_on_their_words(seed):
    chance = random.Random(seed)
    data = with_body("".join(odd_paragraph(chance) for _ in range(4)), **{"word__footnotes.xml": b"<x/>"})
    text = read_body(part(data), None).text
    file = Commented(data, [text])
    threads, quotes = [], {}
    for key in range(12):
        start = chance.randrange(len(text) - 1)
        end = min(len(text), start + chance.choice((1, 3, 10, 40, 300)))
        quote = text[start:end].strip()
        if place := file.words(0, start, end):
            threads.append(Thread(place, (Message("Ann", "", f"Note {key}"), Message("Ben", "", f"Answer {key}"))))
            quotes |= {f"Note{key}": flat(quote), f"Answer{key}": flat(quote)}
        else:
            assert not re.search(r"[^\W_]", quote) or len(quote) < 4
    made = file.write(threads)
    assert stands_on(made)[0] == quotes
    assert without_ours(made) == without_ours(data)


def test_a_long_book_with_comments_footnotes_tables_links_and_changes_of_its_author():
    data = marked_book(12_000)
    texts = canonical_texts(data)
    chance = random.Random(1)
    file = Commented(data, texts)
    threads, quotes = [], {}
    for key in range(150):
        section = chance.randrange(len(texts))
        spans = [match.span() for match in re.finditer(r"\S+", texts[section])]
        first = chance.randrange(len(spans))
        start, end = spans[first][0], spans[min(len(spans) - 1, first + chance.choice((0, 1, 3, 9, 40)))][1]
        place = file.words(section, start, end)
        assert place is not None and place.whole
        threads.append(Thread(place, (Message("Ann", "", f"Note {key}"),), key % 5 == 0))
        quotes[f"Note{key}"] = flat(texts[section][start:end])
    made = file.write(threads)
    own = {flat(c.text): flat(c.words) for c in by_python_docx(data).values()}
    assert len(own) > 2
    for found in stands_on(made):
        assert {key: words for key, words in found.items() if key in quotes} == quotes
        assert {key: words for key, words in found.items() if key not in quotes} == own
    assert without_ours(made).count(b"w:footnoteReference") == without_ours(data).count(b"w:footnoteReference") > 10
    assert read(made) == read(data) and read(made, "reject") == read(data, "reject")


@needs_libreoffice
def test_libreoffice_reads_the_same_words(tmp_path):
    data = made_by_pandoc(BOOK, "docx")
    assert accepted_by_libreoffice(noted(data, "night shift", "Ruth"), tmp_path) == accepted_by_libreoffice(
        data, tmp_path
    )

"""Suggestions as tracked changes in the author's own Word file: accepted they read as suggested, rejected as before,
and nothing else has moved."""

import io
import random
import re
import subprocess
import zipfile
from datetime import UTC, datetime

import docx
import pypandoc
import pytest
from lxml import etree

from manuscripts.formats import NOTE, docx_tracked
from manuscripts.formats.docx_text import read_body
from manuscripts.formats.docx_tracked import Plan, Suggested
from tests.books import rendered
from tests.manuscripts.uploads import by_pandoc, convert_one, rezipped, word
from tests.soffice import accepted_by_libreoffice, needs_libreoffice

W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
NAMES = 'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"'
WHEN = datetime(2031, 5, 17, 12, 0, tzinfo=UTC)


def canonical(data: bytes) -> str:
    """The file's text as readers mark it: read by pandoc, written as Markdown, rendered."""
    blocks = [block for document in convert_one("book.docx", data).documents for block in document.blocks]
    lines = ["#" * block.level + (" " if block.level else "") + block.markdown for block in blocks]
    return rendered(re.sub(rf"\[\^{NOTE}\d+\]", "", "\n\n".join(lines))).text


def track(data: bytes, *pairs: tuple[str, str], text: str | None = None) -> tuple[bytes, Plan]:
    """The file with each (words, words instead) tracked; words are found where they first stand."""
    text = canonical(data) if text is None else text
    wanted = []
    for key, (old, new) in enumerate(pairs):
        assert old in text, f"{old} does not stand in {text!r}"
        start = text.index(old)
        wanted.append(Suggested(key, 0, start, start + len(old), new))
    plan = docx_tracked.plan(data, [text], wanted)
    return docx_tracked.write(data, plan, "Ada Quill", WHEN), plan


def read(data: bytes, changes: str = "accept") -> str:
    """The words as pandoc reads them, with tracked changes accepted or rejected."""
    command = [pypandoc.get_pandoc_path(), "-f", "docx", "-t", "plain", "--wrap=none", f"--track-changes={changes}"]
    return subprocess.run(command, input=data, capture_output=True, check=True).stdout.decode()


def part(data: bytes, name: str = "word/document.xml") -> bytes:
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        return archive.read(name)


def with_body(inner: str, **more: bytes) -> bytes:
    """A Word file whose body is `inner`, in WordprocessingML."""
    made = word(lambda document: None)
    body = f'<?xml version="1.0" encoding="UTF-8"?><w:document {NAMES}><w:body>{inner}</w:body></w:document>'
    return rezipped(made, {"word/document.xml": body.encode(), **{k.replace("__", "/"): v for k, v in more.items()}})


def p(*runs: str) -> str:
    return f"<w:p>{''.join(runs)}</w:p>"


def r(words: str, looks: str = "") -> str:
    looks = f"<w:rPr>{looks}</w:rPr>" if looks else ""
    return f'<w:r>{looks}<w:t xml:space="preserve">{words}</w:t></w:r>'


def undone(data: bytes) -> bytes:
    """The body as it was: insertions by Ada taken out, deletions put back, split runs joined; canonical XML."""
    tree = etree.fromstring(part(data))
    for mark in list(tree.iter(f"{W}ins", f"{W}del")):
        if mark.get(f"{W}author") != "Ada Quill":
            continue
        if mark.tag == f"{W}del":
            for words in mark.iter(f"{W}delText"):
                words.tag = f"{W}t"
            for run in list(mark):
                mark.addprevious(run)
        mark.getparent().remove(mark)
    for words in tree.iter(f"{W}t"):
        words.attrib.pop("{http://www.w3.org/XML/1998/namespace}space", None)
    for run in list(tree.iter(f"{W}r")):
        before = run.getprevious()
        if (
            before is None
            or before.tag != run.tag
            or looks(before) != looks(run)
            or dict(run.attrib) != dict(before.attrib)
        ):
            continue
        for child in list(run):
            last = before[-1] if len(before) else None
            if child.tag == f"{W}rPr":
                continue
            if child.tag == f"{W}t" and last is not None and last.tag == f"{W}t":
                last.text = (last.text or "") + (child.text or "")
            else:
                before.append(child)
        run.getparent().remove(run)
    return etree.tostring(tree, method="c14n")


def looks(run) -> bytes:
    found = run.find(f"{W}rPr")
    return b"" if found is None else etree.tostring(found, method="c14n")


BOOK = """# The handover

Nobody owns the *night* shift. The **pager does**, and it is loud.

The “plan” isn’t a promise — it is a hope. 👩‍🚒 The pager rings… twice.

- keep a list
- keep the *other* list

| when | who |
|------|-----|
| noon | Ruth |
| dusk | Omar |

A note.[^1] See [the plan](https://example.org/plan) first.

[^1]: What the note says.
"""
#: (words, words instead)
EDITS = [
    ("Nobody owns the night shift", "Somebody owns the night and the day shift"),
    ("The pager does, and it is loud", "The pager does, and it is very loud"),
    ("“plan” isn’t", "“plan” is not"),
    ("a promise — it is a hope", "a promise"),
    ("👩‍🚒 The pager rings… twice", "👨‍🚒 The pager rings… three times"),
    ("keep the other list", "burn the other list"),
    ("Ruth", "Ruth and Vera"),
    ("dusk", "dawn"),
    ("See the plan first", "Read the plan first"),
]


def test_accepted_it_reads_as_suggested_and_rejected_as_before():
    data = by_pandoc(BOOK, "docx")
    made, plan = track(data, *EDITS)
    assert plan.by_hand == {} and plan.conflicts == {} and sorted(plan.done) == list(range(len(EDITS)))
    wanted = read(data)
    for old, new in EDITS:
        assert wanted.count(old) == 1
        wanted = wanted.replace(old, new)
    assert read(made) == wanted
    assert read(made, "reject") == read(data)
    assert undone(made) == undone(data)


def test_only_the_words_that_change_are_marked_by_the_author_with_ids_of_their_own():
    data = by_pandoc(BOOK, "docx")
    made, _plan = track(data, *EDITS)
    tree = etree.fromstring(part(made))
    marks = list(tree.iter(f"{W}ins", f"{W}del"))
    gone = ["".join(mark.itertext()) for mark in marks if mark.tag == f"{W}del"]
    came = ["".join(mark.itertext()) for mark in marks if mark.tag == f"{W}ins"]
    assert "Nobody" in gone and "Somebody" in came and "very " in came and "dusk" in gone and "dawn" in came
    assert not any("pager" in words or "list" in words for words in gone + came)
    assert {mark.get(f"{W}author") for mark in marks} == {"Ada Quill"}
    assert {mark.get(f"{W}date") for mark in marks} == {"2031-05-17T12:00:00Z"}
    ids = [each.get(f"{W}id") for each in tree.iter() if each.tag in (f"{W}ins", f"{W}del", f"{W}bookmarkStart")]
    assert len(ids) == len(set(ids))
    assert not list(tree.iter(f"{W}del//{W}t"))


def test_every_other_part_of_the_file_stays_byte_for_byte():
    data = by_pandoc(BOOK, "docx")
    made, _plan = track(data, *EDITS)
    with zipfile.ZipFile(io.BytesIO(data)) as before, zipfile.ZipFile(io.BytesIO(made)) as after:
        assert before.namelist() == after.namelist()
        for name in before.namelist():
            assert (before.read(name) == after.read(name)) == (name != "word/document.xml")
        assert [m.date_time for m in before.infolist()] == [m.date_time for m in after.infolist()]


def test_python_docx_opens_it():
    made, _plan = track(by_pandoc(BOOK, "docx"), *EDITS)
    paragraphs = [paragraph.text for paragraph in docx.Document(io.BytesIO(made)).paragraphs]
    assert any("The pager does" in paragraph for paragraph in paragraphs)


@needs_libreoffice
def test_libreoffice_accepts_and_rejects_all_of_it(tmp_path):
    data = by_pandoc(BOOK, "docx")
    made, _plan = track(data, *EDITS)
    accepted, rejected = accepted_by_libreoffice(made, tmp_path), accepted_by_libreoffice(made, tmp_path, reject=True)
    wanted = accepted_by_libreoffice(data, tmp_path)
    assert rejected == wanted
    for old, new in EDITS:
        assert wanted.count(old) == 1
        wanted = wanted.replace(old, new)
    assert accepted == wanted


def test_looks_of_runs_are_kept_and_a_word_split_over_runs_is_one_word():
    data = with_body(
        p(r("The hand"), r("over no", "<w:b/>"), r("body owns is late, she said to them.", '<w:i w:val="1"/>'))
    )
    made, plan = track(data, ("handover nobody owns", "handover somebody owns"))
    assert plan.done == [0]
    assert read(made).strip() == "The handover somebody owns is late, she said to them."
    tree = etree.fromstring(part(made))
    (mark,) = tree.iter(f"{W}ins")
    assert mark.find(f"{W}r/{W}rPr/{W}b") is not None, "it looks like the words it stands for"
    assert [("".join(d.itertext()), d[0].find(f"{W}rPr")[0].tag) for d in tree.iter(f"{W}del")] == [
        ("no", f"{W}b"),
        ("body", f"{W}i"),
    ]
    assert undone(made) == undone(data)


def test_deletion_insertion_and_edges_of_paragraphs():
    data = with_body(p(r("One two three four five.")) + p(r("Six seven eight nine ten.")))
    pairs = [
        ("One two", "Zero one two"),
        ("five.", "five. And more."),
        ("Six seven", "seven"),
        ("nine ten.", "nine ten"),
    ]
    made, plan = track(data, *pairs)
    assert sorted(plan.done) == [0, 1, 2, 3]
    assert read(made).split("\n\n") == ["Zero one two three four five. And more.", "seven eight nine ten\n"]
    assert read(made, "reject") == read(data) and undone(made) == undone(data)


def test_suggestions_side_by_side_keep_their_sequence():
    data = with_body(p(r("alpha beta gamma delta epsilon zeta")))
    made, plan = track(data, ("beta ", "beta one "), ("gamma", "two gamma"), ("delta", "new"), ("epsilon zeta", ""))
    assert sorted(plan.done) == [0, 1, 2, 3]
    assert read(made).split() == ["alpha", "beta", "one", "two", "gamma", "new"]


def test_overlapping_the_second_is_told_as_a_conflict_with_the_first():
    data = with_body(p(r("alpha beta gamma delta epsilon zeta")))
    made, plan = track(data, ("beta gamma", "beta"), ("gamma delta", "delta gamma"), ("zeta", "eta"))
    assert plan.conflicts == {1: 0} and sorted(plan.done) == [0, 2]
    assert read(made).strip() == "alpha beta delta epsilon eta"


def test_what_spans_paragraphs_changes_inside_them_and_never_joins_or_splits_them():
    data = with_body(p(r("alpha beta gamma delta.")) + p(r("epsilon zeta eta theta.")))
    text = canonical(data)
    both = "delta.\nepsilon zeta"
    made, plan = track(data, (both, "DELTA.\nepsilon new"), text=text)
    assert plan.done == [0] and read(made).split("\n\n") == ["alpha beta gamma DELTA.", "epsilon new eta theta.\n"]
    for instead in ("delta. epsilon zeta", "delta.\nmore\nepsilon zeta", "delta.", ""):
        made, plan = track(data, (both, instead), text=text)
        assert plan.by_hand == {0: "paragraphs"} and made == data


DELETED = '<w:del w:id="7" w:author="Ben" w:date="2030-01-01T00:00:00Z"><w:r><w:delText>old </w:delText></w:r></w:del>'
INSERTED = f'<w:ins w:id="8" w:author="Ben" w:date="2030-01-01T00:00:00Z">{r("newer ")}</w:ins>'


def test_tracked_changes_that_stand_there_are_left_alone():
    data = with_body(p(r("It was an "), DELETED, INSERTED, r("plan of some kind, and they knew it.")))
    text = canonical(data)
    assert "It was an newer plan" in text
    made, plan = track(data, ("an newer", "a newer"), ("newer plan of", "late plan of"), text=text)
    assert plan.conflicts == {1: 0}
    made, plan = track(data, ("newer plan of", "late plan of"), ("some kind", "a kind"), text=text)
    assert plan.by_hand == {0: "tracked"} and plan.done == [1]
    assert read(made).strip() == "It was an newer plan of a kind, and they knew it."
    assert undone(made) == undone(data)
    assert sorted(m.get(f"{W}id") for m in etree.fromstring(part(made)).iter(f"{W}ins", f"{W}del")) == [
        "10",
        "7",
        "8",
        "9",
    ]


FIELD = (
    '<w:r><w:fldChar w:fldCharType="begin"/></w:r><w:r><w:instrText> PAGE </w:instrText></w:r>'
    '<w:r><w:fldChar w:fldCharType="separate"/></w:r>' + r("twelve") + '<w:r><w:fldChar w:fldCharType="end"/></w:r>'
)
CONTROL = f"<w:sdt><w:sdtPr><w:dropDownList/></w:sdtPr><w:sdtContent>{r('chosen')}</w:sdtContent></w:sdt>"
PLAIN_CONTROL = f'<w:sdt><w:sdtPr><w:alias w:val="x"/></w:sdtPr><w:sdtContent>{r("typed")}</w:sdtContent></w:sdt>'
LINK = f'<w:hyperlink w:anchor="x">{r("a linked word")}</w:hyperlink>'


def test_fields_and_chosen_words_are_left_to_the_author_links_and_plain_controls_are_not():
    data = with_body(
        p(
            r("See page "),
            FIELD,
            r(" for the "),
            CONTROL,
            r(" words and the "),
            PLAIN_CONTROL,
            r(" ones, "),
            LINK,
            r(" too."),
        )
    )
    text = canonical(data)
    pairs = [("twelve", "13"), ("chosen", "selected"), ("typed", "written"), ("linked", "joined")]
    made, plan = track(data, *pairs, ("word too", "word, too"), text=text)
    assert plan.by_hand == {0: "field", 1: "control"} and sorted(plan.done) == [2, 3, 4]
    assert read(made).strip() == "See page twelve for the chosen words and the written ones, a joined word, too."
    assert undone(made) == undone(data)
    comma = next(m for m in etree.fromstring(part(made)).iter(f"{W}ins") if "".join(m.itertext()) == ",")
    assert comma.getparent().tag == f"{W}p", "what follows a link is not part of it"


def test_what_stands_between_the_words_stays_where_it_stands():
    mark = '<w:bookmarkStart w:id="4" w:name="b"/><w:bookmarkEnd w:id="4"/>'
    broken = "<w:r><w:t>gam</w:t><w:lastRenderedPageBreak/><w:t>ma</w:t><w:tab/><w:t>delta</w:t></w:r>"
    data = with_body(p(r("alpha beta "), mark, broken, r(" epsilon zeta.")))
    made, plan = track(data, ("beta gamma delta epsilon", "other words stand here now"))
    assert plan.done == [0] and read(made).strip() == "alpha other words stand here now zeta."
    body = part(made).decode()
    assert body.count("lastRenderedPageBreak") == 1 and body.count("bookmarkStart") == 1
    assert read(made, "reject") == read(data)


def test_hidden_words_are_passed_over():
    data = with_body(p(r("alpha beta "), r("hidden words ", "<w:vanish/>"), r("gamma delta epsilon.")))
    made, plan = track(data, ("beta gamma", "gamma beta"))
    assert plan.done == [0]
    assert canonical(made) == "alpha gamma beta delta epsilon.\n"
    assert "hidden words " in part(made).decode() and undone(made) == undone(data)


def test_of_the_same_words_twice_the_one_meant_is_changed():
    line = "The pager does what it does."
    data = with_body(
        "".join(p(r(words)) for words in ("First comes this.", line, "Between them stands this.", line, "The end."))
    )
    text = canonical(data)
    second = text.rindex("pager")
    plan = docx_tracked.plan(data, [text], [Suggested(1, 0, second, second + 5, "radio")])
    made = docx_tracked.write(data, plan, "Ada Quill", WHEN)
    assert [line for line in read(made).split("\n\n") if "does" in line] == [line, line.replace("pager", "radio")]


def test_several_texts_are_found_in_their_order_and_words_that_are_not_the_files_are_not_found():
    data = with_body(
        "".join(p(r(words)) for words in ("One line of words.", "Another line of words.", "A third line of it."))
    )
    texts = ["One line of words.\n", "Another line of words.\n", "Written here since and never in the file.\n"]
    wanted = [Suggested(5, 1, 0, 7, "Some"), Suggested(6, 2, 0, 7, "Typed"), Suggested(7, 0, 1, 1, "x")]
    plan = docx_tracked.plan(data, texts, wanted)
    assert plan.done == [5] and plan.by_hand == {6: "not_there", 7: "no_words"}
    assert "Some line of words." in read(docx_tracked.write(data, plan, "Ada Quill", WHEN))


def test_new_lines_stand_behind_their_line_as_tracked_paragraphs_but_not_in_tables():
    item = '<w:pPr><w:numPr><w:numId w:val="1"/></w:numPr></w:pPr>'
    cell = f"<w:tbl><w:tr><w:tc>{p(r('in a cell here'))}</w:tc></w:tr></w:tbl>"
    body = (
        f"<w:p>{item}{r('alpha beta gamma.')}</w:p><w:p>{item}{r('delta epsilon zeta.')}</w:p>{cell}{p(r('The last.'))}"
    )
    data = with_body(body)
    text = canonical(data)
    second, behind_cell = text.index("delta"), text.index("in a cell here") + len("in a cell here\n")
    wanted = [
        Suggested(1, 0, second, second, "one new\ntwo new\n"),
        Suggested(2, 0, behind_cell, behind_cell, "x"),
        Suggested(3, 0, text.index("gamma"), text.index("gamma") + 6, "gamma, and more."),
    ]
    plan = docx_tracked.plan(data, [text], wanted)
    assert sorted(plan.done) == [1, 3] and plan.by_hand == {2: "paragraphs"}
    made = docx_tracked.write(data, plan, "Ada Quill", WHEN)
    tree = etree.fromstring(part(made))
    assert [["".join(each.itertext()), each.find(f"{W}pPr/{W}numPr") is not None] for each in tree[0][:4]] == [
        ["alpha beta gamma, and more.", True],
        ["one new", True],
        ["two new", True],
        ["delta epsilon zeta.", True],
    ]
    assert all(each.find(f"{W}pPr/{W}rPr/{W}ins") is not None for each in tree[0][1:3])
    rejected = read(made, "reject").replace("- \n", "")  # pandoc leaves the empty paragraphs
    assert re.findall(r"[\w.]+", rejected) == re.findall(r"[\w.]+", read(data))


@needs_libreoffice
def test_libreoffice_takes_new_lines_in_and_leaves_nothing_of_them_where_they_are_rejected(tmp_path):
    data = with_body(p(r("alpha beta gamma.")) + p(r("delta epsilon zeta.")))
    text = canonical(data)
    plan = docx_tracked.plan(data, [text], [Suggested(1, 0, text.index("delta"), text.index("delta"), "one\ntwo")])
    made = docx_tracked.write(data, plan, "Ada Quill", WHEN)
    assert accepted_by_libreoffice(made, tmp_path).split("\n")[:4] == [
        "alpha beta gamma.",
        "one",
        "two",
        "delta epsilon zeta.",
    ]
    assert accepted_by_libreoffice(made, tmp_path, reject=True) == accepted_by_libreoffice(data, tmp_path)


def test_words_of_a_footnote_are_left_to_the_author():
    data = by_pandoc(BOOK, "docx")
    text = canonical(data) + "What the note says.\n"
    made, plan = track(data, ("What the note says", "What this note says"), text=text)
    assert plan.by_hand == {0: "not_there"} and made == data


def test_files_that_are_none_and_signs_that_no_file_can_hold():
    for data in (
        b"",
        b"no zip",
        by_pandoc("Words.", "docx")[:200],
        rezipped(with_body(""), {"word/document.xml": None}),
    ):
        plan = docx_tracked.plan(data, ["Words of a text."], [Suggested(1, 0, 0, 5, "Other")])
        assert plan.by_hand == {1: "unreadable"} and docx_tracked.write(data, plan, "Ada", WHEN) == data
    hostile = b'<!DOCTYPE d [<!ENTITY x SYSTEM "file:///etc/passwd">]><d>&x;</d>'
    plan = docx_tracked.plan(
        rezipped(with_body(""), {"word/document.xml": hostile}), ["a"], [Suggested(1, 0, 0, 1, "b")]
    )
    assert plan.by_hand == {1: "unreadable"}
    made, plan = track(with_body(p(r("alpha beta gamma delta"))), ("beta gamma", "beta\x07 <b>&\tgamma"))
    assert plan.done == [0] and re.sub(r"\s+", " ", read(made)).strip() == "alpha beta <b>& gamma delta"


def odd_paragraph(chance: random.Random) -> str:
    """Words cut into runs anywhere, some bold, linked, in a control or between marks, some changed by Ben."""
    words = " ".join(
        chance.choice(["pager", "night", "the", "desk", "“owns”", "—", "👩‍🚒", "e\u0301t", "list,"]) for _ in range(30)
    )
    parts = []
    while words:
        cut = chance.randint(1, 12)
        run = r(words[:cut], chance.choice(["", "", "<w:b/>", '<w:color w:val="FF0000"/>']))
        words = words[cut:]
        kind = chance.random()
        if kind < 0.08:
            run = f'<w:hyperlink w:anchor="x">{run}</w:hyperlink>'
        elif kind < 0.14:
            run = f"<w:sdt><w:sdtPr/><w:sdtContent>{run}</w:sdtContent></w:sdt>"
        elif kind < 0.18:
            run = f'<w:ins w:id="{chance.randint(1, 99)}" w:author="Ben">{run}</w:ins>'
        elif kind < 0.22:
            run += DELETED
        elif kind < 0.3:
            run += '<w:bookmarkStart w:id="5" w:name="b"/><w:r><w:footnoteReference w:id="2"/></w:r>'
        parts.append(run)
    return p(*parts)


@pytest.mark.parametrize("seed", range(40))
def test_whatever_the_file_is_cut_into_only_the_words_meant_change(seed):
    chance = random.Random(seed)
    data = with_body("".join(odd_paragraph(chance) for _ in range(4)))
    text = read_body(part(data), None).text
    words = [match.span() for match in re.finditer(r"\S+", text)]
    wanted, last = [], 0
    for key in range(6):
        first = chance.randint(last, min(last + 14, len(words) - 4))
        last = first + chance.randint(1, 3)
        start, end = words[first][0], words[last - 1][1]
        if "\n" not in text[start:end]:
            new = chance.choice(["", "other words", text[start:end] + ", at last", "so " + text[start:end], "a\tb"])
            wanted.append(Suggested(key, 0, start, end, new))
    plan = docx_tracked.plan(data, [text], wanted)
    assert set(plan.by_hand.values()) <= {"tracked"} and not plan.conflicts
    made = docx_tracked.write(data, plan, "Ada Quill", WHEN)
    expected = text
    for each in sorted(wanted, key=lambda each: -each.start):
        if each.key in plan.done:
            expected = expected[: each.start] + each.replacement + expected[each.end :]
    assert read_body(part(made), None).text == expected
    assert undone(made) == undone(data)
    ids = re.findall(rb'w:id="(\d+)" w:author="Ada Quill"', part(made))
    assert len(ids) == len(set(ids)) and min(map(int, ids), default=100) > max(
        map(int, re.findall(rb'w:id="(\d+)"', part(data)))
    )

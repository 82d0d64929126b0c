"""The measure itself: what `scripts/bench carrying` makes, judges and tells; and a sample of its figures."""

import gzip
import json
import random
from itertools import islice, pairwise

import pytest

from benchmarks import carrying
from benchmarks._quote_search import search
from benchmarks._revisions import Paragraph, Pen, Piece, Text, Truth, draw
from benchmarks._revisions_books import BOOK_CLASSES, revised_book
from benchmarks._revisions_cases import CLASSES, STRENGTHS, revision
from benchmarks._revisions_grammar import FORMS, Grammar
from benchmarks._revisions_prose import ENGLISH, UNSPACED_VOICES
from benchmarks._scoring import Tally, judge, misplaced, percent, read


def piece(pen, text):
    return pen.fresh(text)


def whole(pen, *paragraphs):
    return Text([[Paragraph([each]) for each in paragraphs]])


def truth_of(old, edit):
    """The truth of one paragraph's words after an edit of its piece."""
    pen = Pen(None, ENGLISH[0])
    before = piece(pen, old)
    was = whole(pen, before).render()
    after = edit(pen, before)
    return Truth(was, whole(pen, *after).render() if after else ("", []), pen.instead)


def words(truth, quote):
    start = truth.old_text.index(quote)
    return truth.of(start, start + len(quote))


OLD = "The pager rang at two in the morning, and nobody could say for whom."


def test_what_stayed_is_where_its_characters_are():
    truth = truth_of(OLD, lambda pen, it: [pen.fresh("It was late."), it])
    found = words(truth, "pager rang")
    assert (found["type"], truth.new_text[found["s"] : found["e"]]) == ("span", "pager rang")
    assert (found["os"], found["oe"]) == (found["s"], found["e"])


def test_words_put_in_the_place_of_others():
    at = OLD.index("two")
    truth = truth_of(OLD, lambda pen, it: [pen.put(it, at, at + 3, "half past three")])
    assert words(truth, "two")["type"] == "replaced"
    found = words(truth, "rang at two")
    assert truth.new_text[found["s"] : found["e"]] == "rang at"
    assert truth.new_text[found["os"] : found["oe"]] == "rang at half past three"


def test_words_replaced_twice_stand_for_the_first():
    at = OLD.index("two")

    def edit(pen, it):
        it = pen.put(it, at, at + 3, "three")
        return [pen.put(it, at, at + 5, "four")]

    found = words(truth_of(OLD, edit), "two")
    assert found["type"] == "replaced"


def test_what_was_cut_is_detached_though_its_twin_stands():
    pen = Pen(None, ENGLISH[0])
    first, second = piece(pen, OLD), piece(pen, OLD)
    truth = Truth(whole(pen, first, second).render(), whole(pen, second).render(), [])
    assert truth.of(4, 9)["type"] == "detached"
    again = len(OLD) + 1 + 4
    assert truth.of(again, again + 5)["s"] == 4


def test_what_half_stayed_or_went_apart_is_not_asked():
    truth = truth_of(OLD, lambda pen, it: [Piece(it.text[:14], it.ids[:14])])
    assert words(truth, "rang at two") is None
    pen = Pen(None, ENGLISH[0])
    one, two, other = piece(pen, OLD), piece(pen, "Then it was quiet, and stayed quiet."), piece(pen, "x" * 200)
    truth = Truth(whole(pen, one, two).render(), whole(pen, two, other, one).render(), [])
    assert words(truth, "for whom.\nThen it was") is None


def test_what_a_reader_could_not_tell_is_not_asked():
    at = OLD.index("nobody could say for whom")
    gone = truth_of(OLD, lambda pen, it: [pen.put(it, at, len(OLD) - 1, "for whom, it did not say")])
    assert words(gone, "for whom") is None, "written anew where it stood"
    assert words(gone, "nobody could say")["type"] == "replaced"
    beside = truth_of(OLD, lambda pen, it: [pen.insert(it, OLD.index("two"), "two ")])
    assert words(beside, "two") is None
    assert words(beside, "morning")["type"] == "span"
    long = OLD[4 : at + 24]
    swapped = truth_of(
        OLD, lambda pen, it: [pen.put(it, 4, at + 15, "phone was heard before dawn; not one of us knew")]
    )
    assert words(swapped, long) is None, "in other words where it stood"


def test_nothing_is_asked_of_the_commonest_words_alone():
    rng = random.Random(2)
    text = Pen(rng, ENGLISH[3]).text().render()
    quotes = {text[0][each["start"] : each["end"]].lower() for each in draw(rng, Truth(text, text, []), 300)}
    assert len(quotes) > 200
    assert not quotes & {"the", "a", "the the", "of the"}


def test_a_grammar_that_is_none_is_told(tmp_path, monkeypatch):
    (tmp_path / "poor.txt").write_text("topics = noun\nsentence x3: {noun+s}.\nno grammar\n")
    monkeypatch.setattr("benchmarks._revisions_grammar.FILES", tmp_path)
    with pytest.raises(ValueError, match="'no grammar' is no line of a grammar"):
        Grammar.read("poor")


@pytest.mark.parametrize(
    ("form", "word", "made"),
    [
        ("s", "story", "stories"), ("s", "key", "keys"), ("s", "watch", "watches"), ("s", "fisherman", "fishermen"),
        ("ed", "plan", "planned"), ("ed", "copy", "copied"), ("ed", "stay", "stayed"), ("ed", "guess", "guessed"),
        ("ing", "remove", "removing"), ("ing", "agree", "agreeing"), ("ing", "dig", "digging"),
    ],
)  # fmt: skip
def test_forms_of_words(form, word, made):
    assert FORMS[form](word) == made


@pytest.mark.parametrize("voice", ENGLISH, ids=lambda voice: voice.name)
def test_sentences_are_as_unlike_as_those_of_a_book(voice):
    """Lengths spread as in prose, hardly two sentences alike, and a paragraph comes back to its words."""
    rng = random.Random(5)
    pen = Pen(rng, voice)
    paragraphs = [pen.paragraph(4) for _ in range(60)]
    sentences = [each.text for paragraph in paragraphs for each in paragraph.sentences]
    sizes = sorted(len(each.split()) for each in sentences)
    assert sizes[len(sizes) // 20] <= 6 and sizes[-len(sizes) // 20] >= 24
    pairs = [rng.sample(sentences, 2) for _ in range(1000)]
    assert sum(pen.alike(*pair) > 0.5 for pair in pairs) <= 15
    mine = [_mattering(voice, p.sentences[:2]) & _mattering(voice, p.sentences[2:]) for p in paragraphs]
    others = [
        _mattering(voice, one.sentences[:2]) & _mattering(voice, two.sentences[2:]) for one, two in pairwise(paragraphs)
    ]
    assert sum(map(len, mine)) > 1.5 * sum(map(len, others))


def _mattering(voice, pieces):
    return {word for piece in pieces for word in piece.text.lower().split() if word in voice.words}


@pytest.mark.parametrize(
    ("truth", "found", "verdict"),
    [
        ({"type": "detached"}, None, "correct"),
        ({"type": "detached"}, (0, 3), "false"),
        ({"type": "span", "s": 10, "e": 20, "os": 10, "oe": 30}, None, "missed"),
        ({"type": "span", "s": 10, "e": 20, "os": 10, "oe": 30}, (10, 20), "correct"),
        ({"type": "span", "s": 10, "e": 20, "os": 10, "oe": 30}, (10, 26), "correct"),
        ({"type": "span", "s": 10, "e": 20, "os": 10, "oe": 30}, (10, 14), "partial"),
        ({"type": "span", "s": 10, "e": 20, "os": 10, "oe": 30}, (5, 45), "partial"),
        ({"type": "span", "s": 10, "e": 20, "os": 10, "oe": 30}, (22, 28), "partial"),
        ({"type": "span", "s": 10, "e": 20, "os": 10, "oe": 30}, (31, 40), "wrong"),
        ({"type": "replaced", "s": 10, "e": 16}, None, "correct"),
        ({"type": "replaced", "s": 10, "e": 16}, (10, 16), "correct"),
        ({"type": "replaced", "s": 10, "e": 16}, (8, 40), "partial"),
        ({"type": "replaced", "s": 10, "e": 16}, (30, 36), "false"),
    ],
)
def test_verdicts(truth, found, verdict):
    assert judge("x" * 60, truth, found) == verdict


def test_blanks_at_the_ends_do_not_count():
    assert judge("one  two  three", {"type": "span", "s": 5, "e": 8, "os": 5, "oe": 8}, (3, 10)) == "correct"
    assert judge("one  two  three", {"type": "detached"}, (3, 5)) == "correct"


def test_the_gate_names_what_is_missed():
    tally = Tally()
    for _ in range(98):
        tally.add("moves", "ours", "correct")
    tally.add("moves", "ours", "false")
    tally.add("moves", "ours", "wrong")
    assert tally.short_of("ours") == [
        "all classes: 98.00 % correct, less than 98.8",
        "all classes: 2.00 % misplaced, more than 0.1",
        "moves: 2.00 % misplaced, more than 1",
    ]
    assert tally.short_of("ours", {"correct": 98, "misplaced": 2, "class correct": 98, "class misplaced": 2}) == []


@pytest.mark.parametrize("name", CLASSES)
def test_a_revision_is_the_same_each_time_and_its_truth_is_of_its_texts(name):
    for level in range(len(STRENGTHS)):
        one, again = revision(name, level, 0, 20), revision(name, level, 0, 20)
        assert one == again
        assert one.old_text != one.new_text
        assert one.anchors
        for anchor in one.anchors:
            assert 0 <= anchor["start"] < anchor["end"] <= len(one.old_text)
            truth = anchor["truth"]
            if truth["type"] == "span":
                assert 0 <= truth["os"] <= truth["s"] < truth["e"] <= truth["oe"] <= len(one.new_text)
            elif truth["type"] == "replaced":
                assert 0 <= truth["s"] < truth["e"] <= len(one.new_text)


@pytest.mark.parametrize("name", BOOK_CLASSES)
def test_places_of_a_book_are_those_of_its_one_text(name):
    book = revised_book(name, 1, 0, 20)
    for (key, start, end), anchor in zip(book.places(), book.whole.anchors, strict=True):
        quote = book.whole.old_text[anchor["start"] : anchor["end"]]
        assert book.old[key][1][start:end] == quote
    for key, (_, text) in book.new.items():
        start, end = book.in_whole(key, 0, len(text))
        assert book.whole.new_text[start:end] == text
    assert book.in_whole(None, None, None) is None


def test_unspaced_scripts_are_drawn_from_as_well():
    rng = random.Random(4)
    pen = Pen(rng, UNSPACED_VOICES[0])
    text = pen.text(1, 1).render()
    assert len(draw(rng, Truth(text, text, []), 20, pen.pattern)) == 20


def test_the_quote_search_takes_exact_hits_then_what_is_most_alike():
    old = "The key hung by the door. Nobody used the pantry door at night."
    new = "Nobody used the pantry door at night. The keys hung by the wall, and the other door was red."
    second = old.rindex("door")
    assert search(old, new, [(second, second + 4)]) == [(new.index("door"), new.index("door") + 4)]
    assert [new[slice(*each)] for each in search(old, new, [(0, 12)])] == ["he keys hung"]
    assert search("夜勤は静か", "plain words", [(0, 5)]) == [None]


def test_a_sample_of_the_figures():
    """One revision of each class and strength, two books: far better than the search for quotes, which is no match."""
    tally = carrying.score(revision(name, level, 0, 30) for name in CLASSES for level in range(3))
    books = carrying.score_books(revised_book(name, 1, 0, 60) for name in BOOK_CLASSES)
    for each, correct in ((tally, 97.5), (books, 96.0)):
        ours, quotes = each.all()["ours"], each.all()["quote search"]
        assert percent(ours, "correct") > correct
        assert misplaced(ours) < 0.7
        assert percent(quotes, "correct") < 85
        assert misplaced(quotes) > 10


def test_files_of_revisions(tmp_path):
    made = list(islice((revision(name, 0, 0, 5) for name in CLASSES), 3))
    lines = [
        {"id": each.name, "cls": each.cls, "level": 0, "old_text": each.old_text, "new_text": each.new_text,
         "anchors": each.anchors}
        for each in made
    ]  # fmt: skip
    text = "".join(json.dumps(line) + "\n" for line in lines)
    (tmp_path / "a.jsonl").write_text(text, encoding="utf-8")
    with gzip.open(tmp_path / "a.jsonl.gz", "wt", encoding="utf-8") as file:
        file.write(text)
    assert list(read(tmp_path / "a.jsonl")) == list(read(tmp_path / "a.jsonl.gz")) == made
    (tmp_path / "b.jsonl").write_text(text + "[]\n")
    with pytest.raises(ValueError, match=r"b\.jsonl: line 4 is no revision"):
        list(read(tmp_path / "b.jsonl"))


def test_the_bench_tells_all_and_ends_by_the_gate(tmp_path, capsys, monkeypatch):
    bad = {
        "cls": "all gone", "old_text": "One two three four.", "new_text": "Five six seven eight.",
        "anchors": [{"start": 0, "end": 3, "truth": {"type": "span", "s": 0, "e": 4, "os": 0, "oe": 4}}],
    }  # fmt: skip
    (tmp_path / "bad.jsonl").write_text(json.dumps(bad) + "\n")
    monkeypatch.setattr("benchmarks._revisions_cases.CLASSES", {"lookalikes": CLASSES["lookalikes"]})
    monkeypatch.setattr("benchmarks._revisions_books.BOOK_CLASSES", {"twins": BOOK_CLASSES["twins"]})
    quick = ["--only-quality", "--each", "1", "--seed", "7", "--seeds", "2"]
    assert carrying.main([*quick, "--data", str(tmp_path / "bad.jsonl")]) == 1
    told = capsys.readouterr().out
    assert "The worst of 2 seeds is " in told
    assert "lookalikes" in told and "quote search" in told and "all gone" in told
    assert "MISSED  bad.jsonl: all gone: 0.00 % correct, less than 94" in told
    assert carrying.main([*quick, "--data", str(tmp_path / "none.jsonl")]) == 2

"""What holds for every pair of texts, whatever authors do: tried on texts of any characters and on real revisions."""

import random

from hypothesis import assume, example, given, settings
from hypothesis import strategies as st

from anchoring.align import align, restore
from anchoring.carry import Range, carry
from anchoring.diff import changes
from anchoring.tokens import tokenise
from benchmarks._revisions import Paragraph, Pen
from benchmarks._revisions_cases import CLASSES, STRENGTHS, next_draft
from benchmarks._revisions_prose import ARABIC, CHINESE, DECORATED, ENGLISH, HEBREW, JAPANESE, THAI

VOICES = (*ENGLISH, CHINESE, JAPANESE, THAI, ARABIC, HEBREW, DECORATED)

#: Any characters, few of them, so that they repeat: blanks, marks, joiners, both directions, beyond the BMP.
ANY = st.text(alphabet=st.sampled_from("aB. \n\t\u00a0,*`-—'\"’夜は。אع\u0301\u200d👩👍🏽\u202e1|"), max_size=120)
WORDS = (
    "night",
    "shift",
    "pager",
    "plan",
    "who",
    "owns",
    "the",
    "gate",
    "夜勤",
    "👩‍💻",
    "re\u0301sume\u0301",
    "02:00",
    "שלום",
)
SENTENCES = st.lists(st.sampled_from(WORDS), min_size=1, max_size=14).map(lambda words: " ".join(words) + ".")
PARAGRAPHS = st.lists(st.lists(SENTENCES, max_size=4).map(" ".join), max_size=8).map("\n".join)
TEXTS = st.one_of(ANY, PARAGRAPHS)


@st.composite
def revised(draw):
    """An old text and what authors made of it: one of the edits of the measure, at any strength, in any script."""
    rng = random.Random(draw(st.integers(0, 2**32)))
    pen = Pen(rng, draw(st.sampled_from(VOICES)))
    how = CLASSES[draw(st.sampled_from(sorted(CLASSES)))]
    text = pen.text(1, 3)
    how.prepare(text, pen)
    old = text.render()[0]
    pen.begin()
    how.edit(text, pen, draw(st.sampled_from(STRENGTHS)))
    new = text.render()[0]
    return (old, new) if draw(st.booleans()) else (new, old)


PAIRS = st.one_of(st.tuples(TEXTS, TEXTS), revised())


def ranges_of(text, rng, most=8):
    """Some ranges of a text, of any size and place."""
    found = []
    for _ in range(most if text else 0):
        start = rng.randrange(len(text))
        found.append(Range(start, min(len(text), start + rng.choice((1, 2, 7, 20, 60, 300)))))
    return found


CHANCE = st.integers(0, 2**32).map(random.Random)


@settings(deadline=None)
@given(TEXTS, CHANCE)
def test_an_unchanged_text_maps_to_itself(text, rng):
    ranges = ranges_of(text, rng)
    for wanted, found in zip(ranges, carry(align(text, text), ranges), strict=True):
        assert (found.start, found.end, found.fate, found.confidence) == (*wanted, "kept", 1.0)


@settings(deadline=None, max_examples=200)
@given(PAIRS, CHANCE)
@example(("", "a"), random.Random(1))
@example(("a", ""), random.Random(1))
@example(("\u0301", "a\u0301"), random.Random(1))
def test_what_is_carried_lies_inside_the_text(pair, rng):
    old, new = pair
    assume(old != new)
    for found in carry(align(old, new), ranges_of(old, rng)):
        assert 0 <= found.confidence <= 1
        assert found.reason
        if found.fate == "detached":
            assert found.start is found.end is None
            assert 0 <= found.near <= len(new)
        else:
            assert 0 <= found.start < found.end <= len(new)
            assert new[found.start : found.end].strip()


@settings(deadline=None, max_examples=60)
@given(revised(), CHANCE)
def test_kept_words_are_the_same_words(pair, rng):
    """Signs, blanks and capitals aside: what is told to be kept or moved reads as it did."""
    old, new = pair
    ranges = ranges_of(old, rng, 20)
    for was, found in zip(ranges, carry(align(old, new), ranges), strict=True):
        if found.fate in ("kept", "moved"):
            vocabulary = {}
            before = tokenise(old[slice(*was)], vocabulary).ids
            assert tokenise(new[found.start : found.end], vocabulary).ids == before


@settings(deadline=None, max_examples=100)
@given(st.sampled_from(VOICES), st.sampled_from(STRENGTHS), CHANCE)
def test_notes_of_an_untouched_paragraph_are_kept_whatever_happens_around_it(voice, strength, rng):
    pen = Pen(rng, voice)
    text = pen.text(2, 4)
    number = rng.randrange(len(text.sections))
    at = rng.randint(1, len(text.sections[number]) - 1)
    mine = text.sections[number][at]
    words = voice.space.join(each.text for each in mine.sentences)
    old = text.render()[0]
    assume(old.count(words) == 1)
    del text.sections[number][at]
    next_draft(text, pen, strength)
    # It stays in its section, or is moved to another.
    home = text.sections[number if rng.random() < 0.7 else rng.randrange(len(text.sections))]
    home.insert(min(at, len(home)), mine)
    new = text.render()[0]
    assume(new.count(words) == 1)
    shift, home = old.index(words), new.index(words)
    ranges = [each for each in ranges_of(words, rng, 12) if words[slice(*each)].strip()]
    marked = [each for each in ranges if tokenise(words[slice(*each)], {}).ids]
    found = carry(align(old, new), [Range(start + shift, end + shift) for start, end in marked])
    assert [(each.start, each.end) for each in found] == [(start + home, end + home) for start, end in marked]
    assert {each.fate for each in found} <= {"kept", "moved"}


@settings(deadline=None, max_examples=60)
@given(PAIRS, CHANCE)
def test_the_order_and_company_of_notes_never_matter(pair, rng):
    old, new = pair
    alignment = align(old, new)
    ranges = ranges_of(old, rng)
    together = carry(alignment, ranges)
    assert carry(alignment, ranges[::-1]) == together[::-1]
    assert [carry(alignment, [each])[0] for each in ranges] == together


@st.composite
def edited_once(draw):
    """A text in which an author did one thing to one paragraph."""
    rng = random.Random(draw(st.integers(0, 2**32)))
    pen = Pen(rng, draw(st.sampled_from(VOICES)))
    text = pen.text(1, 3)
    old = text.render()[0]
    section = rng.choice(text.sections)
    at = rng.randrange(1, len(section))
    paragraph, number = section[at], rng.randrange(len(section[at].sentences))
    edit = draw(st.sampled_from(("drop", "add", "replace", "word", "split", "new paragraph", "cut", "move")))
    if edit == "drop" and len(paragraph.sentences) > 1:
        del paragraph.sentences[number]
    elif edit == "add":
        paragraph.sentences.insert(number, pen.sentence())
    elif edit == "replace":
        paragraph.sentences[number] = pen.sentence()
    elif edit == "word":
        start, end = rng.choice(pen.words(paragraph.sentences[number]))
        paragraph.sentences[number] = pen.put(paragraph.sentences[number], start, end, rng.choice(pen.voice.words))
    elif edit == "split" and number:
        section.insert(at + 1, Paragraph(paragraph.sentences[number:]))
        del paragraph.sentences[number:]
    elif edit == "new paragraph":
        section.insert(at, pen.paragraph())
    else:
        del section[at]
        if edit == "move":
            home = rng.choice(text.sections)
            home.insert(rng.randint(1, len(home)), paragraph)
    return old, text.render()[0]


def there_and_back(old, new, ranges):
    """The ranges that are kept in the new text, and where they stand in the old one again."""
    there = [(was, now) for was, now in zip(ranges, carry(align(old, new), ranges), strict=True) if now.fate == "kept"]
    back = carry(align(new, old), [Range(now.start, now.end) for _, now in there])
    return [(was, again) for (was, _), again in zip(there, back, strict=True)]


@settings(deadline=None, max_examples=150)
@given(edited_once(), CHANCE)
def test_an_edit_undone_restores_every_kept_anchor(pair, rng):
    for was, again in there_and_back(*pair, ranges_of(pair[0], rng, 20)):
        assert again.start is not None
        assert trimmed(pair[0], again.start, again.end) == trimmed(pair[0], *was)


@settings(deadline=None, max_examples=40)
@given(PAIRS, CHANCE)
def test_many_edits_undone_never_put_a_kept_anchor_on_other_words(pair, rng):
    old, new = pair
    for was, again in there_and_back(old, new, ranges_of(old, rng, 20)):
        if again.start is not None and not (again.start < was.end and again.end > was.start):
            # Of words that stand there several times it may be another.
            assert old[slice(*trimmed(old, again.start, again.end))] == old[slice(*trimmed(old, *was))]


@settings(deadline=None, max_examples=100)
@given(PAIRS, CHANCE)
def test_a_kept_map_is_the_map(pair, rng):
    old, new = pair
    made = align(old, new)
    again = restore(old, new, made.runs())
    assert (again.to, again.moved, again.solid) == (made.to, made.moved, made.solid)
    ranges = ranges_of(old, rng)
    assert carry(again, ranges) == carry(made, ranges)
    assert changes(again) == changes(made)


@settings(deadline=None, max_examples=150)
@given(PAIRS)
def test_changes_account_for_every_word_of_both_texts(pair):
    old, new = pair
    found = changes(align(old, new))
    for each in found:
        assert 0 <= each.old_start <= each.old_end <= len(old)
        assert 0 <= each.new_start <= each.new_end <= len(new)
        assert (each.old_start == each.old_end) == (each.kind == "inserted")
        assert (each.new_start == each.new_end) == (each.kind == "deleted")
    gone = [(each.old_start, each.old_end) for each in found if each.kind in ("deleted", "moved")]
    came = [(each.new_start, each.new_end) for each in found if each.kind in ("inserted", "moved")]
    assert words_outside(old, gone) == words_outside(new, came)
    for each in found:
        if each.kind == "moved":
            assert words_outside(old[each.old_start : each.old_end], []) == words_outside(
                new[each.new_start : each.new_end], []
            )


def trimmed(text, start, end):
    """The range without the blanks and marks at its ends that are no words: they may be what changed."""
    words = text[start:end]
    idle = " \n\t\u00a0#*`\\_-"
    return start + len(words) - len(words.lstrip(idle)), end - len(words) + len(words.rstrip(idle))


def words_outside(text, stretches):
    """The words of a text in order, those in the stretches left out; no two stretches share any."""
    tokens = tokenise(text, {})
    covered = [0] * (len(text) + 1)
    for start, end in stretches:
        covered[start] += 1
        covered[end] -= 1
    depth, inside = 0, []
    for step in covered:
        depth += step
        assert 0 <= depth <= 1
        inside.append(depth)
    return [
        text[start:end] for start, end in zip(tokens.starts, tokens.ends, strict=True) if not any(inside[start:end])
    ]

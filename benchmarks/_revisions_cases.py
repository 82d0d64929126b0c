"""The classes of revisions that carrying is measured on, each at three strengths."""

import random
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from benchmarks import _revisions_edits as edits
from benchmarks._revisions import Paragraph, Pen, Piece, Revision, Text, Truth, draw
from benchmarks._revisions_prose import DECORATED, ENGLISH, RIGHT_TO_LEFT, UNSPACED_VOICES, Voice

STRENGTHS = (0.12, 0.35, 0.8)
RANGES = 60  # of each revision
CURLY = {'"': "“”", "'": "‘’"}


@dataclass(frozen=True)
class Class:
    """How a revision is made; `reversible` ones are turned round every other time: new becomes old."""

    edit: edits.Edit
    prepare: Callable[[Text, Pen], None] = lambda text, pen: None
    voices: tuple[Voice, ...] = ENGLISH
    reversible: bool = False


# Texts that look alike in several places


def with_lookalikes(text: Text, pen: Pen) -> None:
    """Families of three to five paragraphs that differ in two or three words, beside each other or far apart."""
    for section in list(text.sections):
        first = pen.paragraph(pen.rng.randint(1, 3))
        family = [first]
        for _ in range(pen.rng.randint(2, 4)):
            pieces = [pen.fresh(each.text) for each in first.sentences]
            for number, piece in enumerate(pieces):
                words = pen.words(piece)
                for start, end in sorted(pen.rng.sample(words, k=min(2, len(words))), reverse=True):
                    piece = piece.part(0, start) + pen.fresh(pen.other_word(piece.text[start:end])) + piece.part(end)
                pieces[number] = piece
            family.append(Paragraph(pieces))
        beside = pen.rng.random() < 0.5
        at = pen.rng.randint(1, len(section))
        for step, each in enumerate(family):
            if beside:
                section.insert(at + step, each)
            else:
                home = pen.rng.choice(text.sections)
                home.insert(pen.rng.randint(1, len(home)), each)
        pen.twins.append(family)


def lookalikes_cut(text: Text, pen: Pen, strength: float) -> None:
    """One of each family is cut; at more strength another is edited and a third moved. What is edited stays more like
    itself than like the one that was cut: else it would be that one, to any reader."""
    for family in pen.twins:
        family = pen.rng.sample(family, len(family))
        edits._without(text, [family[0]])
        if pen.rng.random() < strength:
            edited = [edits.rewrite(each, pen, 0.1) for each in family[1].sentences]
            now, itself, cut = (_words(each) for each in (edited, family[1].sentences, family[0].sentences))
            if pen.alike(now, itself) > pen.alike(now, cut):
                family[1].sentences = edited
        if pen.rng.random() < strength * 0.6:
            edits._without(text, [family[2]])
            edits._place(text, pen, family[2])


def _words(sentences: list[Piece]) -> str:
    return "\n".join(each.text for each in sentences)


def with_forms(text: Text, pen: Pen) -> None:
    """The same form below each section, filled in: labels with values, some values the same again and again."""
    labels = [pen.other_word().capitalize() for _ in range(pen.rng.randint(3, 6))]
    often = [pen.voice.heading(pen.rng) for _ in range(3)]
    for section in text.sections:
        rows = [
            Paragraph([pen.fresh(f"{label}:"), pen.fresh(_value(pen, often))], pen.rng.choice(("text", "item")))
            for label in labels
        ]
        section.extend(rows)
        pen.twins.append(rows)


def _value(pen: Pen, often: list[str]) -> str:
    return pen.rng.choice(often) if pen.rng.random() < 0.4 else pen.voice.heading(pen.rng)


def forms(text: Text, pen: Pen, strength: float) -> None:
    """Forms filled in otherwise, some of them cut, and sentences around them changed."""
    often = [pen.voice.heading(pen.rng) for _ in range(3)]
    for rows in pen.twins:
        if pen.rng.random() < 0.3 * strength:
            edits._without(text, rows)
        for row in rows:
            if pen.rng.random() < 0.5 * strength:
                value = row.sentences[1]
                row.sentences[1] = pen.put(value, 0, len(value), _value(pen, often))
    edits.sentences_in_and_out(text, pen, strength * 0.3)


def with_boilerplate(text: Text, pen: Pen) -> None:
    """The same two paragraphs in each section, word for word."""
    models = [pen.paragraph(count).sentences for count in (pen.rng.randint(1, 2), pen.rng.randint(2, 4))]
    for section in text.sections:
        for model in models:
            each = Paragraph([pen.fresh(piece.text) for piece in model])
            section.insert(pen.rng.randint(1, len(section)), each)
            pen.twins.append([each])


def boilerplate(text: Text, pen: Pen, strength: float) -> None:
    """Some of them cut, some edited, and sentences around them changed."""
    for (each,) in pen.twins:
        chance = pen.rng.random()
        if chance < 0.2 + 0.2 * strength:
            edits._without(text, [each])
        elif chance < 0.6:
            each.sentences = [edits.rewrite(piece, pen, 0.1) for piece in each.sentences]
    edits.sentences_in_and_out(text, pen, strength * 0.3)


# Conversion


def conversion(text: Text, pen: Pen, strength: float) -> None:
    """The same words from another file format: quotes, dashes, blanks, marks, line ends; at more strength edits too."""
    for paragraph in text.paragraphs():
        paragraph.sentences = [_converted(piece, pen, strength) for piece in paragraph.sentences]
    text.marked = not text.marked
    if strength > 0.3:
        next_draft(text, pen, strength * 0.4)


def _converted(piece: Piece, pen: Pen, strength: float) -> Piece:
    letters = list(piece.text)
    for at, letter in enumerate(letters):
        if letter in CURLY:
            opens = at == 0 or letters[at - 1] in " (\n"
            letters[at] = CURLY[letter][not opens]
        elif letter == "-" and piece.text[at - 1 : at + 2] == " - ":
            letters[at] = pen.rng.choice("–—")
        elif letter == " " and pen.rng.random() < 0.15:
            letters[at] = pen.rng.choice(("\u00a0", "\n", "\u202f", "\t"))
    piece = Piece("".join(letters), piece.ids)
    for match in reversed(list(re.finditer(r" [–—] ", piece.text))):
        if pen.rng.random() < 0.4:
            at, end = match.span()
            piece = piece.part(0, at) + piece.part(at + 1, end - 1) + piece.part(end)
    for start, end in reversed(pen.words(piece)):
        chance = pen.rng.random() / (0.25 * strength + 0.02)
        word = piece.text[start:end]
        if chance < 0.35:
            mark = pen.rng.choice(("*", "**", "_", "`"))
            piece = pen.insert(pen.insert(piece, end, mark), start, mark)
        elif chance < 0.5:
            piece = pen.insert(piece, start, pen.rng.choice(("\\", " ", "\u200b")))
        elif chance < 0.6 and end - start > 5:
            piece = pen.insert(piece, start + 3, "\u00ad")
        elif chance < 0.7:
            piece = pen.insert(pen.insert(piece, end, f"](https://example.org/{end})"), start, "[")
        elif chance < 0.9 and "fi" in word:
            at = start + word.index("fi")
            piece = piece.part(0, at) + Piece("ﬁ", piece.ids[at : at + 1]) + piece.part(at + 2)
    return piece


# Everything at once


def next_draft(text: Text, pen: Pen, strength: float) -> None:
    """A bit of all that authors do between two drafts."""
    edits.paragraphs_in_and_out(text, pen, strength * 0.25)
    edits.sentences_in_and_out(text, pen, strength * 0.3)
    edits.rewriting(text, pen, strength * 0.2)
    edits.word_swaps(text, pen, strength * 0.15)
    edits.typos(text, pen, strength * 0.05)
    edits.splits_and_joins(text, pen, strength * 0.3)
    if strength > 0.2:
        edits.moves_with_edits(text, pen, strength * 0.25)
        edits.paragraph_moves(text, pen, strength * 0.2)


def three_drafts(text: Text, pen: Pen, strength: float) -> None:
    """Two drafts further on."""
    next_draft(text, pen, strength)
    next_draft(text, pen, strength)


def with_everything(text: Text, pen: Pen) -> None:
    edits.with_tables(text, pen)
    with_lookalikes(text, pen)
    edits.with_footnotes(text, pen)


def everything(text: Text, pen: Pen, strength: float) -> None:
    edits.footnotes(text, pen, strength * 0.5)
    lookalikes_cut(text, pen, strength * 0.5)
    edits.table_rows(text, pen, strength * 0.5)
    next_draft(text, pen, strength)
    edits.pasted_copies(text, pen, strength * 0.4)
    edits.capitals(text, pen, strength * 0.2)


CLASSES: dict[str, Class] = {
    "typos": Class(edits.typos, reversible=True),
    "word swaps": Class(edits.word_swaps, reversible=True),
    "terms": Class(edits.terms, reversible=True),
    "capitals": Class(edits.capitals, reversible=True),
    "sentences": Class(edits.sentences_in_and_out, reversible=True),
    "rewriting": Class(edits.rewriting),
    "sentence order": Class(edits.sentence_order),
    "paragraphs": Class(edits.paragraphs_in_and_out, reversible=True),
    "moves": Class(edits.paragraph_moves),
    "moves with edits": Class(edits.moves_with_edits, reversible=True),
    "splits and joins": Class(edits.splits_and_joins, reversible=True),
    "section order": Class(edits.section_order),
    "chapter split": Class(edits.chapter_split),
    "pasted copies": Class(edits.pasted_copies),
    "lookalikes": Class(lookalikes_cut, with_lookalikes),
    "boilerplate": Class(boilerplate, with_boilerplate),
    "forms": Class(forms, with_forms),
    "lists": Class(edits.into_lists, reversible=True),
    "tables": Class(edits.table_rows, edits.with_tables),
    "footnotes": Class(edits.footnotes, edits.with_footnotes),
    "conversion": Class(conversion, reversible=True),
    "no spaces": Class(next_draft, voices=UNSPACED_VOICES),
    "right to left": Class(next_draft, voices=RIGHT_TO_LEFT),
    "emoji and marks": Class(next_draft, voices=(DECORATED,)),
    "three drafts": Class(three_drafts),
    "everything": Class(everything, with_everything),
}


def revision(name: str, level: int, number: int, ranges: int = RANGES, seed: int = 1) -> Revision:
    """The revision of that class, level, number and seed; the same at every call."""
    how = CLASSES[name]
    rng = random.Random(f"{seed} {name} {level} {number}")
    pen = Pen(rng, how.voices[(number + level + seed) % len(how.voices)])
    text = pen.text()
    how.prepare(text, pen)
    old = text.render()
    pen.begin()
    how.edit(text, pen, STRENGTHS[level])
    new, instead = text.render(), pen.instead
    if how.reversible and (number + level) % 2:
        old, new, instead = new, old, [(came, gone) for gone, came in instead]
    truth = Truth(old, new, instead)
    drawn = draw(rng, truth, ranges, pen.pattern)
    return Revision(f"{name} {seed}.{level}.{number}", name, level, old[0], new[0], drawn)


def revisions(each: int = 2, ranges: int = RANGES, seed: int = 1) -> Iterator[Revision]:
    """`each` revisions of every class and level."""
    for name in CLASSES:
        for level in range(len(STRENGTHS)):
            for number in range(each):
                yield revision(name, level, number, ranges, seed)

"""What authors do to a text from draft to draft, done to pieces that keep each character's identity.

Each edit takes the text, the pen and a strength of 0-1; it changes the text in place.
"""

import re
from collections.abc import Callable

from benchmarks._revisions import Paragraph, Pen, Piece, Section, Text

Edit = Callable[[Text, Pen, float], None]


def _prose(text: Text) -> list[Paragraph]:
    return [paragraph for paragraph in text.paragraphs() if paragraph.kind in ("text", "item")]


def _some(pen: Pen, items: list, share: float) -> list:
    """That share of the items, one at least."""
    count = min(len(items), max(1, round(share * len(items))))
    return pen.rng.sample(items, count)


def _each_sentence(text: Text, change: Callable[[Piece], Piece]) -> None:
    for paragraph in text.paragraphs():
        paragraph.sentences = [change(sentence) for sentence in paragraph.sentences]


def _without(text: Text, gone: list[Paragraph]) -> None:
    names = {id(paragraph) for paragraph in gone}
    text.sections = [[each for each in section if id(each) not in names] for section in text.sections]


def _place(text: Text, pen: Pen, paragraph: Paragraph, section: Section | None = None) -> None:
    """Puts a paragraph somewhere below a heading."""
    section = pen.rng.choice(text.sections) if section is None else section
    section.insert(pen.rng.randint(1, max(1, len(section))), paragraph)


# Words


def typos(text: Text, pen: Pen, strength: float) -> None:
    """Letters in turn, doubled, dropped or wrong in some words."""

    def change(piece: Piece) -> Piece:
        for start, end in reversed(pen.words(piece)):
            if end - start < 4 or pen.rng.random() > strength * 0.4:
                continue
            at = pen.rng.randrange(start + 1, end - 1)
            kind = pen.rng.randrange(4)
            if kind == 0:
                piece = piece.part(0, at) + piece.part(at + 1, at + 2) + piece.part(at, at + 1) + piece.part(at + 2)
            elif kind == 1:
                piece = pen.insert(piece, at, piece.text[at])
            elif kind == 2:
                piece = piece.part(0, at) + piece.part(at + 1)
            else:
                piece = pen.put(piece, at, at + 1, pen.rng.choice("aeiounrst"))
        return piece

    _each_sentence(text, change)


def word_swaps(text: Text, pen: Pen, strength: float) -> None:
    """Other words in the place of some; a few put in, a few dropped."""

    def change(piece: Piece) -> Piece:
        for start, end in pen.replaceable(piece):
            if pen.rng.random() > strength * 0.3:
                continue
            kind = pen.rng.random()
            if kind < 0.75:
                piece = pen.put(piece, start, end, pen.other_word(piece.text[start:end]))
            elif kind < 0.9:
                piece = pen.insert(piece, start, pen.other_word() + pen.voice.space)
            else:
                piece = piece.part(0, start) + piece.part(end + (piece.text[end : end + 1] == " "))
        return piece

    _each_sentence(text, change)


def terms(text: Text, pen: Pen, strength: float) -> None:
    """Some words called by another name throughout, in one word or two."""
    common: dict[str, int] = {}
    for paragraph in text.paragraphs():
        for sentence in paragraph.sentences:
            for start, end in pen.words(sentence):
                if end - start > 3:
                    word = sentence.text[start:end].lower()
                    common[word] = common.get(word, 0) + 1
    often = sorted(common, key=lambda word: -common[word])[:30]
    names = {word: pen.other_word(word) for word in _some(pen, often, strength * 0.7)}
    for word in list(names)[::3]:
        names[word] += pen.voice.space + pen.other_word()

    def change(piece: Piece) -> Piece:
        for start, end in reversed(pen.words(piece)):
            word = piece.text[start:end]
            if word.lower() in names:
                other = names[word.lower()]
                piece = pen.put(piece, start, end, other.capitalize() if word[0].isupper() else other)
        return piece

    _each_sentence(text, change)


def capitals(text: Text, pen: Pen, strength: float) -> None:
    """Headings in capitals, some words in capitals or without."""
    for paragraph in text.paragraphs():
        for number, piece in enumerate(paragraph.sentences):
            if paragraph.kind == "heading":
                other = piece.text.title() if strength < 0.3 else piece.text.upper()
                paragraph.sentences[number] = Piece(other if len(other) == len(piece) else piece.text, piece.ids)
                continue
            letters = list(piece.text)
            for start, end in pen.words(piece):
                if pen.rng.random() < strength * 0.6:
                    word = piece.text[start:end]
                    other = pen.rng.choice((str.capitalize, str.upper, str.lower))(word)
                    letters[start:end] = other if len(other) == len(word) else word
            paragraph.sentences[number] = Piece("".join(letters), piece.ids)


# Sentences


def sentences_in_and_out(text: Text, pen: Pen, strength: float) -> None:
    """Sentences dropped, written new, and written in the place of others."""
    for paragraph in _prose(text):
        kept: list[Piece] = []
        for sentence in paragraph.sentences:
            chance = pen.rng.random() / (0.7 * strength)
            if chance < 0.35:
                continue
            if chance < 0.6:
                kept.append(pen.other_sentence(sentence, paragraph.matter))
                continue
            kept.append(sentence)
            if chance < 1:
                kept.append(pen.sentence(paragraph.matter))
        paragraph.sentences = kept or [pen.sentence(paragraph.matter)]


def rewrite(piece: Piece, pen: Pen, share: float) -> Piece:
    """The sentence in other words: that share of its words are others, now and then its halves in turn."""
    for start, end in pen.replaceable(piece):
        if pen.rng.random() < share:
            piece = pen.put(piece, start, end, pen.other_word(piece.text[start:end]))
    comma = piece.text.find(", ")
    if comma > 0 and pen.rng.random() < 0.3:
        first, second, stop = piece.part(0, comma), piece.part(comma + 2, len(piece) - 1), piece.part(-1)
        return _begun(second, str.upper) + pen.fresh(", ") + _begun(first, str.lower) + stop
    return piece


def _begun(piece: Piece, letter: Callable[[str], str]) -> Piece:
    """The piece with its first letter in that case."""
    return Piece(letter(piece.text[:1]) + piece.text[1:], piece.ids)


def rewriting(text: Text, pen: Pen, strength: float) -> None:
    """Some sentences in other words, up to half of them."""

    def change(piece: Piece) -> Piece:
        return rewrite(piece, pen, pen.rng.uniform(0.15, 0.55)) if pen.rng.random() < strength else piece

    for paragraph in _prose(text):
        paragraph.sentences = [change(sentence) for sentence in paragraph.sentences]


def sentence_order(text: Text, pen: Pen, strength: float) -> None:
    """Sentences in another order inside their paragraphs."""
    for paragraph in _some(pen, _prose(text), strength):
        pen.rng.shuffle(paragraph.sentences)


# Paragraphs


def paragraphs_in_and_out(text: Text, pen: Pen, strength: float) -> None:
    """Paragraphs dropped and paragraphs written new."""
    _without(text, _some(pen, _prose(text), strength * 0.35))
    for _ in range(1 + round(strength * 8)):
        _place(text, pen, pen.paragraph())


def paragraph_moves(text: Text, pen: Pen, strength: float) -> None:
    """Paragraphs moved to other places of the text."""
    for paragraph in _some(pen, _prose(text), strength * 0.4):
        _without(text, [paragraph])
        _place(text, pen, paragraph)


def moves_with_edits(text: Text, pen: Pen, strength: float) -> None:
    """Paragraphs moved and edited on the way."""
    for paragraph in _some(pen, _prose(text), strength * 0.4):
        _without(text, [paragraph])
        paragraph.sentences = [
            rewrite(each, pen, 0.15) if pen.rng.random() < 0.6 else each
            for each in paragraph.sentences
            if pen.rng.random() > 0.12
        ] or [pen.sentence(paragraph.matter)]
        if pen.rng.random() < 0.5:
            at = pen.rng.randint(0, len(paragraph.sentences))
            paragraph.sentences.insert(at, pen.sentence(paragraph.matter))
        _place(text, pen, paragraph)


def splits_and_joins(text: Text, pen: Pen, strength: float) -> None:
    """Paragraphs cut in two and joined with the next; a sentence put in at some of the seams."""
    for section in text.sections:
        index = 1
        while index < len(section):
            paragraph = section[index]
            here = paragraph.sentences
            if paragraph.kind == "text" and pen.rng.random() < strength:
                if len(here) > 2 and pen.rng.random() < 0.6:
                    cut = pen.rng.randint(1, len(here) - 1)
                    section.insert(index + 1, Paragraph(here[cut:], matter=paragraph.matter))
                    paragraph.sentences = here[:cut]
                elif index + 1 < len(section) and section[index + 1].kind == "text":
                    seam = [pen.sentence(paragraph.matter)] if pen.rng.random() < 0.3 else []
                    paragraph.sentences = here + seam + section.pop(index + 1).sentences
            index += 1


def section_order(text: Text, pen: Pen, strength: float) -> None:
    """Whole sections in another order, some under another heading."""
    before = list(text.sections)
    while len(before) > 1 and text.sections == before:
        if strength < 0.3:
            first = pen.rng.randrange(len(text.sections))
            text.sections.insert(pen.rng.randrange(len(text.sections)), text.sections.pop(first))
        else:
            pen.rng.shuffle(text.sections)
    for section in text.sections:
        if pen.rng.random() < strength * 0.5:
            section[0] = pen.heading()


def chapter_split(text: Text, pen: Pen, strength: float) -> None:
    """A part of the sections is gone to another chapter; others were written in their place."""
    for index in _some(pen, list(range(len(text.sections))), 0.3 + strength):
        text.sections[index] = pen.section()


def pasted_copies(text: Text, pen: Pen, strength: float) -> None:
    """Paragraphs stand a second time elsewhere, as in a summary; some of the first ones were edited since."""
    for paragraph in _some(pen, _prose(text), strength * 0.3):
        copy = Paragraph([pen.fresh(each.text) for each in paragraph.sentences], paragraph.kind, paragraph.matter)
        if pen.rng.random() < 0.4:
            number = pen.rng.randrange(len(paragraph.sentences))
            paragraph.sentences[number] = rewrite(paragraph.sentences[number], pen, 0.2)
        # Where a copy stands right after what it is a copy of, nobody can say which of the two is which.
        elsewhere = [section for section in text.sections if section[-1] is not paragraph]
        pen.rng.choice(elsewhere or text.sections).append(copy)


# Lists, tables, notes


def into_lists(text: Text, pen: Pen, strength: float) -> None:
    """Paragraphs made into lists, an item for each sentence, signs changed on the way; and an item added."""
    for section in text.sections:
        made: Section = []
        for paragraph in section:
            if paragraph.kind != "text" or len(paragraph.sentences) < 2 or pen.rng.random() > strength * 1.5:
                made.append(paragraph)
                continue
            for sentence in paragraph.sentences:
                last = len(sentence) - 1
                other = pen.rng.random() < 0.5 and sentence.text[last] in ".。"
                item = pen.put(sentence, last, last + 1, ";") if other else sentence
                made.append(Paragraph([item], "item", paragraph.matter))
            if pen.rng.random() < 0.3:
                made.append(Paragraph([pen.sentence(paragraph.matter)], "item", paragraph.matter))
        section[:] = made


def with_tables(text: Text, pen: Pen) -> None:
    """Gives each section a table of three to five columns, many of its cells alike."""
    for section in text.sections:
        columns = pen.rng.randint(3, 5)
        often = [pen.other_word() for _ in range(4)]
        for _ in range(pen.rng.randint(4, 9)):
            cells = [" ".join(pen.other_word() for _ in range(pen.rng.randint(1, 4)))]
            cells += [
                pen.rng.choice(often) if pen.rng.random() < 0.4 else f"{pen.other_word('')} {pen.rng.randint(1, 99)}"
                for _ in range(columns - 1)
            ]
            section.append(Paragraph([pen.fresh(cell) for cell in cells], "row"))


def table_rows(text: Text, pen: Pen, strength: float) -> None:
    """Rows added, dropped, sorted; cells changed."""
    for section in text.sections:
        rows = [each for each in section if each.kind == "row"]
        others = [each for each in section if each.kind != "row"]
        rows = [each for each in rows if pen.rng.random() > strength * 0.25] or rows[:1]
        if pen.rng.random() < strength:
            rows.sort(key=lambda row: row.sentences[0].text)
        for row in rows:
            for number, cell in enumerate(row.sentences):
                if pen.rng.random() < strength * 0.2:
                    row.sentences[number] = pen.put(cell, 0, len(cell), pen.other_word(cell.text))
        for _ in range(pen.rng.randint(0, 2) if rows else 0):
            cells = [pen.fresh(f"{pen.other_word('')} {pen.other_word('')}") for _ in rows[0].sentences]
            rows.insert(pen.rng.randint(0, len(rows)), Paragraph(cells, "row"))
        section[:] = others + rows


NOTE = re.compile(r"\[\^\d+\]")


def with_footnotes(text: Text, pen: Pen) -> None:
    """Gives some sentences a numbered footnote at the end of the text."""
    notes: Section = [pen.heading()]
    for paragraph in _some(pen, _prose(text), 0.5):
        at = pen.rng.randrange(len(paragraph.sentences))
        mark = f"[^{len(notes)}]"
        paragraph.sentences[at] = paragraph.sentences[at] + pen.fresh(mark)
        notes.append(Paragraph([pen.fresh(mark + ": "), pen.sentence(paragraph.matter)], "note"))
    text.sections.append(notes)


def footnotes(text: Text, pen: Pen, strength: float) -> None:
    """Notes dropped, some changed, and all of them numbered anew in the order of the text."""
    notes = text.sections[-1]
    for note in [each for each in notes if each.kind == "note"]:
        if pen.rng.random() < strength * 0.4:
            notes.remove(note)
        elif pen.rng.random() < strength * 0.5:
            note.sentences[-1] = rewrite(note.sentences[-1], pen, 0.3)
    numbers: dict[str, int] = {}

    def change(piece: Piece) -> Piece:
        for match in reversed(list(NOTE.finditer(piece.text))):
            number = numbers.setdefault(match.group(), len(numbers) + 1)
            piece = pen.put(piece, match.start() + 2, match.end() - 1, str(number + 1))
        return piece

    _each_sentence(text, change)

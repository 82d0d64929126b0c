"""Books made to measure, for benchmarks and tests: invented prose, real structure."""

from __future__ import annotations

import io
import random
import re

import docx
from docx.document import Document
from docx.opc.constants import RELATIONSHIP_TYPE
from docx.opc.packuri import PackURI
from docx.opc.part import Part
from docx.oxml import OxmlElement
from docx.oxml.ns import qn

from benchmarks._revisions_prose import OFFICE

DISCIPLINES = ("Business analysis", "Deployment", "IT operations", "Information security")
W = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"


def sentence(rng: random.Random, length: int) -> str:
    """`length` words of invented prose from an office."""
    words: list[str] = []
    while len(words) < length:
        words += OFFICE.sentence(rng).split()
    return " ".join(words[:length]).rstrip(",;:.?-") + "."


class Footnotes:
    """Writes word/footnotes.xml, which python-docx does not know."""

    def __init__(self, book: Document) -> None:
        self.book = book
        self.notes: list[str] = []

    def add(self, paragraph, text: str) -> None:
        """A footnote at the end of `paragraph`."""
        self.notes.append(text)
        run = paragraph.add_run()
        mark = OxmlElement("w:footnoteReference")
        mark.set(qn("w:id"), str(len(self.notes) + 1))
        run._r.append(mark)

    def save(self) -> None:
        """Attach the part. Call once, when all notes are in."""
        body = "".join(
            f'<w:footnote w:id="{n}"><w:p><w:r><w:t xml:space="preserve">{text}</w:t></w:r></w:p></w:footnote>'
            for n, text in enumerate(self.notes, start=2)
        )
        xml = f'<?xml version="1.0" encoding="UTF-8"?><w:footnotes xmlns:w="{W}">{body}</w:footnotes>'
        kind = "application/vnd.openxmlformats-officedocument.wordprocessingml.footnotes+xml"
        part = Part(PackURI("/word/footnotes.xml"), kind, xml.encode(), self.book.part.package)
        self.book.part.relate_to(part, RELATIONSHIP_TYPE.FOOTNOTES)


def docx_book(words: int, chapters: int = 20, seed: int = 1) -> bytes:
    """A Word file of about `words` words: chapters with sections for four disciplines, tables, lists, footnotes."""
    rng = random.Random(seed)
    book = docx.Document()
    notes = Footnotes(book)
    each = words // chapters
    for number in range(1, chapters + 1):
        book.add_heading(f"{number}. {sentence(rng, 4)[:-1]}", 1)
        for part in (None, *DISCIPLINES):
            if part:
                book.add_heading(part, 2)
            left = each // 5
            while left > 0:
                left -= _paragraph(book, notes, rng)
            table = book.add_table(rows=6, cols=4)
            for row in table.rows:
                for cell in row.cells:
                    cell.text = sentence(rng, 3)
    notes.save()
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def _paragraph(book: Document, notes: Footnotes, rng: random.Random) -> int:
    """One paragraph, sometimes a list item or with a footnote; how many words it took."""
    style = "List Bullet" if rng.random() < 0.1 else None
    paragraph = book.add_paragraph(style=style)
    count = 0
    for _ in range(rng.randint(2, 6)):
        length = rng.randint(8, 22)
        run = paragraph.add_run(sentence(rng, length) + " ")
        run.bold = rng.random() < 0.05
        run.italic = rng.random() < 0.08
        count += length
    if rng.random() < 0.15:
        notes.add(paragraph, sentence(rng, 12))
        count += 12
    return count


def marked_book(words: int, seed: int = 2) -> bytes:
    """Such a file with what authors leave in theirs: comments, tracked changes, links."""
    rng = random.Random(seed)
    book = docx.Document(io.BytesIO(docx_book(words, seed=seed)))
    paragraphs = [p for p in book.paragraphs if len(p.runs) > 2 and not p.style.name.startswith("Heading")]
    for number, paragraph in enumerate(rng.sample(paragraphs, max(3, len(paragraphs) // 10))):
        run = rng.choice([r for r in paragraph.runs if r.text])
        kind = number % 4
        if kind == 0:
            book.add_comment(run, text=f"To myself {number}", author="Runa Ekholt", initials="RE")
        elif kind == 3:
            _wrap(run._r, "w:hyperlink", {"w:anchor": "top"})
        else:
            named = {"w:id": str(9000 + number), "w:author": "Ben", "w:date": "2030-01-01T00:00:00Z"}
            _wrap(run._r, "w:ins" if kind == 1 else "w:del", named)
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def _wrap(run, tag: str, named: dict[str, str]) -> None:
    """Puts a run into an element of its own; in a deletion its words are deleted ones."""
    outer = OxmlElement(tag)
    for name, value in named.items():
        outer.set(qn(name), value)
    run.addprevious(outer)
    outer.append(run)
    if tag == "w:del":
        for words in run.iterchildren(qn("w:t")):
            words.tag = qn("w:delText")


def canonical_texts(data: bytes) -> list[str]:
    """The texts of a Word file as they are marked, one for each heading: read by the import's own parts."""
    from manuscripts.formats import NOTE, Upload, check, convert
    from manuscripts.rendering import render

    (source,) = check([Upload("book.docx", data)])
    parts: list[list[str]] = []
    for block in convert(source).documents[0].blocks:
        if block.kind == "heading" or not parts:
            parts.append([])
        line = "#" * block.level + (" " if block.level else "") + block.markdown
        parts[-1].append(re.sub(rf"\[\^{NOTE}\d+\]", "", line))
    return [made.text for made in render(["\n\n".join(part) for part in parts])]

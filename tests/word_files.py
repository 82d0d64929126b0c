"""Word files for tests, written as a person would write them."""

import io
from collections.abc import Sequence
from pathlib import Path

import docx

Line = tuple  # (style, text) or ("table", rows) or ("bold", text)


def save_book(path: Path, lines: Sequence[Line]) -> Path:
    """A .docx of headings, paragraphs with `*emphasis*`, tables and bold lines."""
    document = docx.Document()
    for kind, content in lines:
        if kind == "table":
            table = document.add_table(rows=0, cols=len(content[0]))
            for row in content:
                for cell, words in zip(table.add_row().cells, row, strict=True):
                    cell.text = words
        elif kind == "bold":
            document.add_paragraph().add_run(content).bold = True
        elif kind.startswith("h"):
            document.add_heading(content, level=int(kind[1:]))
        else:
            add_words(document.add_paragraph(), content)
    buffer = io.BytesIO()
    document.save(buffer)
    path.write_bytes(buffer.getvalue())
    return path


def add_words(paragraph, words: str) -> None:
    """Text in which `*` begins and ends emphasis."""
    for at, part in enumerate(words.split("*")):
        if part:
            paragraph.add_run(part).italic = bool(at % 2)

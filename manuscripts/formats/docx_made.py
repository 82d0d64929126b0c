"""A new Word file of a book's Markdown."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from . import escape, pandoc
from .containers import parse
from .docx_package import Package, serialised
from .folder import work_folder

PICTURE = "{http://schemas.openxmlformats.org/drawingml/2006/picture}"


def made(title: str, texts: Sequence[str], moment: int) -> bytes:
    """A Word file with a title and the texts, each in Markdown, made at `moment` (seconds of Unix time).

    The same texts at the same moment give the same bytes. Raises ConversionFailed.
    """
    words = escape.paragraph(escape.inline(" ".join(escape.clean(title).split())))
    head = f'::: {{custom-style="Title"}}\n{words}\n:::\n' if words else ""
    with work_folder() as folder:
        package = Package(pandoc.write_word([head, *texts], Path(folder), moment))
    body = parse(package.content)
    for named in body.iter(f"{PICTURE}cNvPr"):
        if named.get("descr", "").startswith("data:"):  # the picture once more, as its own name
            del named.attrib["descr"]
    return package.with_parts({package.main: serialised(body)})

"""One uploaded file, whatever its format, becomes documents made of blocks; a zip becomes several."""

from __future__ import annotations

import re
import zipfile
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath
from typing import Any

from django.utils.translation import gettext as _

from . import pandoc, plaintext
from .blocks import Block, Document, Problem
from .containers import clean_container, open_container, unpack
from .errors import ConversionFailed
from .folder import work_folder
from .hidden import hidden_in_html
from .images import Album, Picture
from .lettering import line_sizes
from .markdown import Writer, plain
from .rtf import mend_tree, readable_rtf
from .upload import PICTURES, Checked, format_of_name, readable_members

CONTAINERS = {"docx", "odt", "epub"}
MOST_BLOCKS = 200_000
ATTRIBUTES = re.compile(r"\s*\{\s*(?:\\?[#.][\w-]+\s+)*discipline\\?=[\"“”]?([\w-]+)[\"“”]?\s*\}\s*$")


@dataclass
class Converted:
    """What came out of one upload: documents in order, and pictures by SHA-256."""

    documents: list[Document] = field(default_factory=list)
    pictures: dict[str, Picture] = field(default_factory=dict)


def _never() -> bool:
    return False


def convert(
    source: Checked, should_stop: Callable[[], bool] = _never, progress: Callable[[float], None] | None = None
) -> Converted:
    """Read one file. `progress` is told a share of 0-1 after each document.

    Raises ConversionFailed, whose message does not name the file, or ConversionStopped.
    """
    if source.format != "zip":
        result = Converted()
        _add(result, source.name, source.format, source.data, {}, source.name, should_stop)
        return result
    archive = open_container(source.data)
    readable = readable_members(archive)
    names = {member.filename for member in readable}
    beside = unpack(
        archive,
        lambda name: name in names or (PurePosixPath(name).suffix.lower() in PICTURES and "__MACOSX" not in name),
    )
    inner = plaintext.included_tex({n: beside[n] for n in names if format_of_name(n) == "tex"})
    result = Converted()
    members = [member.filename for member in readable if member.filename not in inner]
    for number, path in enumerate(members, start=1):
        form = format_of_name(path)
        assert form
        try:
            _add(result, PurePosixPath(path).name, form, beside[path], beside, path, should_stop)
        except ConversionFailed as error:
            raise ConversionFailed(error.code, f"{PurePosixPath(path).name}: {error.message}") from error
        if progress:
            progress(number / len(members))
    if not members:
        raise ConversionFailed("nothing_readable", _("This zip holds no file that can be read."))
    _tell_ignored(archive, names, result)
    return result


def _tell_ignored(archive: zipfile.ZipFile, read: set[str], result: Converted) -> None:
    ignored = [
        PurePosixPath(name).name
        for name in archive.namelist()
        if name not in read
        and not name.endswith("/")
        and PurePosixPath(name).suffix.lower() not in PICTURES
        and not any(part.startswith((".", "__MACOSX")) for part in name.split("/"))
    ]
    if ignored:
        listed = ", ".join(ignored[:5]) + ("…" if len(ignored) > 5 else "")
        result.documents[0].problems.append(
            Problem("files_ignored", "warning", _("These files in the zip were not read: %s.") % listed)
        )


def _add(
    result: Converted,
    name: str,
    form: str,
    data: bytes,
    beside: Mapping[str, bytes],
    path: str,
    should_stop: Callable[[], bool],
) -> None:
    document = Document(name, form, [])
    with work_folder() as folder:
        album = Album(Path(folder), beside, path)
        _READERS[form](document, data, Path(folder), album, should_stop)
    if not any(block.plain or block.images for block in document.blocks):
        raise ConversionFailed("no_text", _("No text was found in this file."))
    if len(document.blocks) > MOST_BLOCKS:
        raise ConversionFailed("too_complex", _("This file has too many paragraphs. Split it."))
    _read_heading_attributes(document.blocks)
    document.problems += album.problems
    result.documents.append(document)
    result.pictures |= album.pictures


def _plain(document: Document, data: bytes, folder: Path, album: Album, should_stop: Callable[[], bool]) -> None:
    document.blocks = plaintext.plain_text(plaintext.decode(data, document.problems))


def _container(document: Document, data: bytes, folder: Path, album: Album, should_stop: Callable[[], bool]) -> None:
    cleaned, size, problems, parts = clean_container(data, document.format)
    document.problems += problems
    tree = pandoc.read(cleaned, document.format, folder, size, should_stop)
    _write(document, tree, album)
    if document.format == "docx" and "word/document.xml" in parts:
        _set_sizes(document.blocks, parts["word/document.xml"])


def _markdown(document: Document, data: bytes, folder: Path, album: Album, should_stop: Callable[[], bool]) -> None:
    text = plaintext.decode(data, document.problems)
    plaintext.refuse_long_lines(text)
    text, document.abbreviations = plaintext.take_abbreviations(text)
    _write(document, _tree_of_text(text, "md", folder, should_stop), album)


def _tex(document: Document, data: bytes, folder: Path, album: Album, should_stop: Callable[[], bool]) -> None:
    path = (album.base / document.name).as_posix()
    text = plaintext.include_tex(plaintext.decode(data, document.problems), path, album.beside, document.problems)
    plaintext.refuse_long_lines(text)
    _write(document, _tree_of_text(text, "tex", folder, should_stop), album)


def _html(document: Document, data: bytes, folder: Path, album: Album, should_stop: Callable[[], bool]) -> None:
    text = plaintext.decode(data, document.problems)
    shown, hidden = hidden_in_html(text.encode())
    if hidden:
        document.problems.append(
            Problem("hidden_text", "warning", _("Hidden text was left out, in %d places.") % hidden)
        )
    _write(document, pandoc.read(shown, "html", folder, len(shown), should_stop), album)


def _rtf(document: Document, data: bytes, folder: Path, album: Album, should_stop: Callable[[], bool]) -> None:
    shown = readable_rtf(data)
    _write(document, pandoc.read(shown, "rtf", folder, len(shown), should_stop, mend_tree), album)


_READERS = {
    "txt": _plain, "docx": _container, "odt": _container, "epub": _container, "md": _markdown, "tex": _tex,
    "html": _html, "rtf": _rtf,
}  # fmt: skip


def _tree_of_text(text: str, form: str, folder: Path, should_stop: Callable[[], bool]) -> dict[str, Any]:
    data = text.encode()
    return pandoc.read(data, form, folder, len(data), should_stop)


def _write(document: Document, tree: dict[str, Any], album: Album) -> None:
    writer = Writer(album.place)
    try:
        blocks = [*_title_blocks(tree["meta"], document.format), *writer.blocks(tree["blocks"])]
    except RecursionError:
        raise ConversionFailed("too_complex", _("This file is nested too deeply.")) from None
    document.blocks = blocks
    _mark_title_page(blocks, tree["meta"])
    if writer.dropped_raw:
        document.problems.append(
            Problem("markup_dropped", "warning", _("Raw HTML or TeX commands were left out, in %d places.")
                    % writer.dropped_raw)
        )  # fmt: skip


def _title_blocks(meta: dict[str, Any], form: str) -> list[Block]:
    """The title page that pandoc takes for metadata: in these formats it is text that stood in the file."""
    if form in ("html", "epub"):
        return []
    blocks = []
    for name in ("title", "subtitle", "author", "date", "abstract"):
        for kind, content in _values(meta.get(name)):
            if kind == "MetaBlocks":
                blocks += list(Writer(lambda target: None).blocks(content))
                continue
            text = plain(content).strip()
            if text:
                markdown = Writer(lambda target: None).inlines(content).replace("  \n", " ").strip()
                blocks.append(Block("title" if name == "title" else "paragraph", text, markdown))
    return blocks


def _mark_title_page(blocks: list[Block], meta: dict[str, Any]) -> None:
    """A first heading that only repeats the file's title is the title, where chapters of its level follow."""
    heads = [block for block in blocks if block.kind == "heading"]
    titles = {plain(content).strip() for kind, content in _values(meta.get("title")) if kind == "MetaInlines"}
    if len(heads) > 1 and heads[0].plain in titles and any(head.level <= heads[0].level for head in heads[1:]):
        heads[0].kind, heads[0].level = "title", 0


def _values(value: dict[str, Any] | None) -> list[tuple[str, Any]]:
    if not isinstance(value, dict):
        return []
    if value["t"] == "MetaList":
        return [pair for one in value["c"] for pair in _values(one)]
    if value["t"] == "MetaString":
        return [("MetaInlines", [value["c"]])]
    return [(value["t"], value["c"])] if value["t"] in ("MetaInlines", "MetaBlocks") else []


def _set_sizes(blocks: list[Block], document: bytes) -> None:
    sizes, body = line_sizes(document)
    for block in blocks:
        if block.kind == "paragraph" and (points := sizes.get(" ".join(block.plain.split()))):
            block.size = points
            if body and points >= 1.2 * body:
                block.bold = True


def _read_heading_attributes(blocks: list[Block]) -> None:
    """`{discipline=slug}` at the end of a heading, for the formats in which pandoc takes it for words."""
    for block in blocks:
        if block.kind == "heading" and (match := ATTRIBUTES.search(block.plain)):
            block.attributes["discipline"] = match[1]
            block.plain = block.plain[: match.start()]
            block.markdown = ATTRIBUTES.sub("", block.markdown)

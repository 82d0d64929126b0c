"""DOCX, ODT and EPUB before pandoc sees them: unpacked by us, cleaned, and packed anew.

What reaches pandoc has no macros, no document type declarations, no hidden text, and no member whose true size
differs from what its directory said.
"""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Callable

from django.utils.translation import gettext as _
from lxml import etree

from .blocks import Problem
from .errors import ConversionFailed
from .hidden import hidden_in_html, hidden_in_odt, hidden_in_word, hidden_styles
from .upload import OLE
from .wordxml import accept_changes, lift_text_boxes
from .zipsafe import ZipDamaged, ZipEncrypted, ZipRefused, open_checked, read_member

XML_ENDINGS = (".xml", ".rels", ".xhtml", ".html", ".htm", ".opf", ".ncx", ".svg")
MACROS = re.compile(r"(^|/)(vbaProject\.bin|vbaData\.xml|Basic/|Scripts/)")
NEEDLESS = re.compile(r"(^|/)(embeddings|fonts|Fonts|customXml|activeX|Thumbnails|Configurations2|ObjectReplacements)/")
DOCTYPE = re.compile(rb"<!DOCTYPE[^>\[]*(\[)?")
DECLARED = re.compile(rb"""^<\?xml[^>]*encoding\s*=\s*["']([A-Za-z0-9._-]+)["']""")
PLAIN_ENCODINGS = {"utf-8", "utf8", "us-ascii", "ascii"}
CHANGED = re.compile(rb"vanish|txbxContent|<w:(?:ins|del|moveTo|moveFrom)\b")
LARGEST_XML = 120 * 1024 * 1024


def encrypted() -> ConversionFailed:
    """The failure for a file that is locked with a password."""
    return ConversionFailed("encrypted", _("This file is locked with a password. Save it without one and retry."))


def damaged() -> ConversionFailed:
    """The failure for a file that is cut off or broken."""
    return ConversionFailed("truncated", _("This file is damaged or cut off. Save it again and retry."))


def open_container(data: bytes) -> zipfile.ZipFile:
    """The archive, judged; raises ConversionFailed (`encrypted`, `truncated`, `zip_bomb`, `unsafe_zip`)."""
    if data.startswith(OLE):
        raise encrypted()
    try:
        return open_checked(data)
    except ZipEncrypted:
        raise encrypted() from None
    except ZipDamaged:
        raise damaged() from None
    except ZipRefused as error:
        raise ConversionFailed(error.code, _("This file is refused: %s.") % error) from None


def unpack(archive: zipfile.ZipFile, wanted: Callable[[str], bool]) -> dict[str, bytes]:
    """The wanted members by name, read in full. Raises ConversionFailed."""
    try:
        return {
            member.filename: read_member(archive, member)
            for member in archive.infolist()
            if not member.is_dir() and wanted(member.filename)
        }
    except ZipDamaged:
        raise damaged() from None
    except ZipRefused as error:
        raise ConversionFailed(error.code, _("This file is refused: %s.") % error) from None


def clean_container(data: bytes, form: str) -> tuple[bytes, int, list[Problem], dict[str, bytes]]:
    """A harmless copy of a DOCX, ODT or EPUB, its unpacked size in bytes, problems, and its XML parts."""
    archive = open_container(data)
    problems: list[Problem] = []
    if any(MACROS.search(name) for name in archive.namelist()):
        problems.append(Problem("macros_dropped", "warning", _("Macros in the file were left out. They never ran.")))
    parts = unpack(archive, lambda name: not MACROS.search(name) and not NEEDLESS.search(name))
    if form == "odt" and b"encryption-data" in parts.get("META-INF/manifest.xml", b""):
        raise encrypted()
    for name, content in parts.items():
        if name.lower().endswith(XML_ENDINGS):
            parts[name] = safe_xml(content, strict=form == "docx")
    hidden = _strip_hidden(parts, form)
    if hidden:
        problems.append(Problem("hidden_text", "warning", _("Hidden text was left out, in %d places.") % hidden))
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as packed:
        for name, content in sorted(parts.items(), key=lambda item: item[0] != "mimetype"):
            packed.writestr(name, content, zipfile.ZIP_STORED if name == "mimetype" else None)
    size = sum(len(content) for name, content in parts.items() if name.lower().endswith(XML_ENDINGS))
    return out.getvalue(), size, problems, parts


def safe_xml(content: bytes, strict: bool) -> bytes:
    """XML as UTF-8 without a document type declaration.

    `strict` refuses any declaration (Word never writes one); otherwise a harmless one is cut out, and one that
    declares entities is refused: it is how a file reads other files.
    """
    if len(content) > LARGEST_XML:
        raise ConversionFailed("too_complex", _("This file is too big once unpacked. Split it."))
    content = _as_utf8(content)
    if b"<!ENTITY" in content:
        raise ConversionFailed("unsafe_xml", _("This file declares XML entities, which a manuscript never needs."))
    if match := DOCTYPE.search(content):
        if strict or match[1]:
            raise ConversionFailed("unsafe_xml", _("This file declares an XML document type, which is refused."))
        content = DOCTYPE.sub(b"<!--", content[: match.end()]).replace(b"<!--", b"") + content[match.end() + 1 :]
    return content


def _as_utf8(content: bytes) -> bytes:
    encoding = None
    if content.startswith((b"\xff\xfe\0\0", b"\0\0\xfe\xff")):
        encoding = "utf-32"
    elif content.startswith((b"\xff\xfe", b"\xfe\xff")):
        encoding = "utf-16"
    elif b"\0" in content[:200]:
        encoding = "utf-16-le" if content[1:2] == b"\0" else "utf-16-be"
    elif (declared := DECLARED.match(content.lstrip()[:300])) and (
        declared[1].decode("ascii").lower() not in PLAIN_ENCODINGS
    ):
        encoding = declared[1].decode("ascii")
    if encoding is None:
        return content
    try:
        text = content.decode(encoding)
    except (LookupError, UnicodeError):
        raise damaged() from None
    return re.sub(r"^\ufeff?<\?xml[^>]*\?>", '<?xml version="1.0" encoding="UTF-8"?>', text).encode(
        "utf-8", "surrogatepass"
    )


def parse(content: bytes) -> etree._Element:
    """The tree of a part that `safe_xml` passed. Raises ConversionFailed."""
    parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False, huge_tree=True)
    try:
        return etree.fromstring(content, parser)
    except (etree.XMLSyntaxError, ValueError):
        raise damaged() from None


def _strip_hidden(parts: dict[str, bytes], form: str) -> int:
    """Take hidden text out of the parts in place; how many places were changed."""
    count = 0
    if form == "docx":
        styles = hidden_styles(parse(parts["word/styles.xml"])) if "word/styles.xml" in parts else set()
        for name in ("word/document.xml", "word/footnotes.xml", "word/endnotes.xml"):
            if name in parts and (styles or CHANGED.search(parts[name])):
                tree = parse(parts[name])
                accept_changes(tree)
                lift_text_boxes(tree)
                count += hidden_in_word(tree, styles)
                parts[name] = etree.tostring(tree, encoding="UTF-8", xml_declaration=True)
    elif form == "odt":
        for name in ("content.xml",):
            if name in parts:
                tree = parse(parts[name])
                count += hidden_in_odt(tree, parse(parts["styles.xml"]) if "styles.xml" in parts else None)
                parts[name] = etree.tostring(tree, encoding="UTF-8", xml_declaration=True)
    else:
        for name, content in parts.items():
            if name.lower().endswith((".xhtml", ".html", ".htm")):
                parts[name], found = hidden_in_html(content, xhtml=True)
                count += found
    return count

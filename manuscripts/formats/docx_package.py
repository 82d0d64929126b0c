"""The parts of a Word file: its main part is found, some are changed or added, all others stay byte for byte."""

from __future__ import annotations

import copy
import io
import posixpath
import re
import zipfile
from collections.abc import Mapping

from lxml import etree

from .containers import open_container, parse, safe_xml, unpack
from .errors import ConversionFailed
from .zipsafe import read_member

TYPES = "[Content_Types].xml"
RELATIONS = "_rels/.rels"
STYLES = "word/styles.xml"
MAIN = re.compile(rb"""<[^>]*/officeDocument["'][^>]*>""")
TARGET = re.compile(rb"""\bTarget\s*=\s*["']/?([^"']+)["']""")
LARGEST = 40 * 1024 * 1024  # bytes of XML of one part
ID = re.compile(rb'\bw:id="(\d{1,9})"')
TYPE = "{http://schemas.openxmlformats.org/package/2006/content-types}"
RELATION = "{http://schemas.openxmlformats.org/package/2006/relationships}"
EPOCH = (1980, 1, 1, 0, 0, 0)


class Package:
    """A Word file that was judged. `main` is the name of its main part, `content` and `styles` are XML.

    Raises ConversionFailed.
    """

    def __init__(self, data: bytes) -> None:
        self.archive = open_container(data)
        names = self.archive.namelist()
        relations = unpack(self.archive, lambda name: name == RELATIONS).get(RELATIONS, b"")
        line = MAIN.search(relations)
        target = TARGET.search(line[0]) if line else None
        self.main = target[1].decode("utf-8", "replace") if target else "word/document.xml"
        if names.count(self.main) != 1:
            raise ConversionFailed("unreadable", "no main part")
        self.content = self.part(self.main) or b""
        self.styles = self.part(STYLES)

    def part(self, name: str) -> bytes | None:
        """The XML of a part; None where there is none. Raises ConversionFailed."""
        if name not in self.archive.namelist():
            return None
        if self.archive.getinfo(name).file_size > LARGEST:
            raise ConversionFailed("too_complex", "a part that is too large to be read")
        return safe_xml(unpack(self.archive, lambda each: each == name)[name], strict=True)

    def highest_id(self) -> int:
        """Of the marks in the parts that have any: ids are of the whole file."""
        marked = {self.main, "word/footnotes.xml", "word/endnotes.xml", "word/comments.xml"}
        parts = unpack(self.archive, lambda name: name in marked and self.archive.getinfo(name).file_size <= LARGEST)
        return max((int(found) for content in parts.values() for found in ID.findall(content)), default=0)

    def with_parts(self, changed: Mapping[str, bytes]) -> bytes:
        """The file with other contents of these parts, new ones at its end; order, dates and all other bytes as they
        were."""
        out = io.BytesIO()
        with zipfile.ZipFile(out, "w") as packed:
            packed.comment = self.archive.comment
            for member in self.archive.infolist():
                fresh = copy.copy(member)
                fresh.extra = b""
                content = changed.get(member.filename)
                packed.writestr(fresh, read_member(self.archive, member) if content is None else content)
            known = set(self.archive.namelist())
            for name, content in changed.items():
                if name not in known:
                    member = zipfile.ZipInfo(name, EPOCH)
                    member.compress_type = zipfile.ZIP_DEFLATED
                    packed.writestr(member, content)
        return out.getvalue()


class Additions:
    """Parts that the main part refers to, found or added; `changed` is what `Package.with_parts` takes."""

    def __init__(self, package: Package) -> None:
        self.package = package
        self.folder, file = posixpath.split(package.main)
        self.relations_name = posixpath.join(self.folder, "_rels", f"{file}.rels")
        self.changed: dict[str, bytes] = {}
        relations = package.part(self.relations_name) or b'<Relationships xmlns="%s"/>' % RELATION[1:-1].encode()
        types = package.part(TYPES)
        if types is None:
            raise ConversionFailed("truncated", "no content types")
        self.relations, self.types = parse(relations), parse(types)

    def existing(self, kind: str) -> str | None:
        """The name of the part in that relation to the main one."""
        for relation in self.relations.iterchildren(f"{RELATION}Relationship"):
            if relation.get("Type") == kind and relation.get("TargetMode") != "External":
                target = relation.get("Target", "")
                name = posixpath.normpath(posixpath.join("/" + self.folder, target)).lstrip("/")
                if name in self.package.archive.namelist():
                    return name
        return None

    def put(self, name: str, kind: str, media_type: str, content: bytes) -> None:
        """Lets a part hold this; one that is new gets `kind` as its relation and its media type."""
        if self.existing(kind) != name:
            self._relate(name, kind)
            etree.SubElement(self.types, f"{TYPE}Override", PartName=f"/{name}", ContentType=media_type)
            self.changed[self.relations_name] = serialised(self.relations)
            self.changed[TYPES] = serialised(self.types)
        self.changed[name] = content

    def free_name(self, name: str) -> str:
        """A name in the main part's folder that no part has."""
        stem, suffix = name.rsplit(".", 1)
        taken = {each.lower() for each in self.package.archive.namelist()}
        names = (posixpath.join(self.folder, f"{stem}{number or ''}.{suffix}") for number in range(len(taken) + 1))
        return next(each for each in names if each.lower() not in taken)

    def _relate(self, name: str, kind: str) -> None:
        ids = {relation.get("Id") for relation in self.relations}
        free = next(f"rIdNotes{number}" for number in range(len(ids) + 1) if f"rIdNotes{number}" not in ids)
        etree.SubElement(self.relations, f"{RELATION}Relationship", Id=free, Type=kind, Target=f"/{name}")


def serialised(tree: etree._Element) -> bytes:
    """A part's XML as it is written into the file."""
    return etree.tostring(tree.getroottree(), encoding="UTF-8", xml_declaration=True, standalone=True)

"""The check at the door: what an uploaded file really is, and whether it may come in at all.

Everything here is quick: nothing is unpacked, decoded or converted. What only conversion can find (a password, a
file cut off in the middle) is left to it.
"""

from __future__ import annotations

import hashlib
import zipfile
from dataclasses import dataclass, field
from pathlib import PurePosixPath

from django.utils.translation import gettext as _

from .errors import UploadRefused
from .zipsafe import ZipDamaged, ZipEncrypted, ZipRefused, open_checked

MAX_BYTES = 50 * 1024 * 1024
ENDINGS = {
    ".docx": "docx", ".docm": "docx", ".dotx": "docx", ".odt": "odt", ".epub": "epub", ".zip": "zip",
    ".rtf": "rtf", ".md": "md", ".markdown": "md", ".mkd": "md", ".html": "html", ".htm": "html", ".xhtml": "html",
    ".tex": "tex", ".latex": "tex", ".txt": "txt", ".text": "txt",
}  # fmt: skip
ZIPPED = {"docx", "odt", "epub", "zip"}
PICTURES = {".png", ".jpg", ".jpeg", ".gif", ".webp", ".svg"}
OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
ENCRYPTED_PACKAGE = "EncryptedPackage".encode("utf-16-le")
BINARY_HEADS = (b"%PDF", b"\x89PNG", b"\xff\xd8\xff", b"GIF8", b"\x7fELF", b"MZ", b"\x1f\x8b", b"7z\xbc\xaf", b"Rar!")


@dataclass(frozen=True)
class Upload:
    """One file as the author sent it."""

    name: str
    data: bytes


@dataclass(frozen=True)
class Checked:
    """An upload that may come in, with what it was found to be (a value of ENDINGS)."""

    name: str
    format: str
    data: bytes = field(repr=False)
    sha256: str

    @property
    def size(self) -> int:
        """Bytes."""
        return len(self.data)


def format_of_name(name: str) -> str | None:
    """The format a file name promises, or None where Widemargin cannot read such files."""
    return ENDINGS.get(PurePosixPath(name.replace("\\", "/")).suffix.lower())


def safe_name(name: str) -> str:
    """The last part of a file name without control characters, at most 200 code points."""
    last = name.replace("\\", "/").rsplit("/", 1)[-1]
    return "".join(c for c in last if c.isprintable()).strip()[-200:] or "manuscript"


def check(files: list[Upload], max_bytes: int = MAX_BYTES) -> list[Checked]:
    """Judge an upload as a whole, in the author's order; `max_bytes` holds for all files together.

    Raises UploadRefused: 400 for nothing or an empty file, 413 for one too big or a zip bomb, 415 for one of a
    kind that is not read or that is not what its name says.
    """
    if not files:
        raise UploadRefused("no_file", 400, _("Choose at least one file."))
    if sum(len(file.data) for file in files) > max_bytes:
        name = safe_name(max(files, key=lambda file: len(file.data)).name)
        raise UploadRefused("too_big", 413, _("“%(name)s” is too big: at most 50 MB can be uploaded.") % {"name": name})
    return [_check_one(file) for file in files]


def _check_one(file: Upload) -> Checked:
    name = safe_name(file.name)
    if not file.data.strip(b"\0\t\r\n \xef\xbb\xbf"):
        raise UploadRefused("empty", 400, _("“%(name)s” is empty.") % {"name": name})
    promised = format_of_name(name)
    if promised is None:
        raise UploadRefused(
            "unknown_type",
            415,
            _("“%(name)s” cannot be read. Send docx, odt, md, html, epub, tex, rtf, txt or a zip of these.")
            % {"name": name},
        )
    found = _format_of_content(name, promised, file.data)
    if found != promised:
        raise UploadRefused(
            "wrong_type",
            415,
            _("“%(name)s” is not what its name says: its content is %(found)s.")
            % {"name": name, "found": found or _("of another kind")},
        )
    return Checked(name, found, file.data, hashlib.sha256(file.data).hexdigest())


def _format_of_content(name: str, promised: str, data: bytes) -> str | None:
    if data.startswith(OLE):
        # A Word file with a password is an OLE container around the encrypted package: conversion says so.
        return promised if promised in ZIPPED and ENCRYPTED_PACKAGE in data else None
    if data.startswith((b"PK\x03\x04", b"PK\x05\x06")):
        return _format_of_zip(name, promised, data)
    if promised in ZIPPED:
        return None
    if data.lstrip().startswith(b"{\\rtf"):
        return "rtf"
    if promised == "rtf" or data.startswith(BINARY_HEADS) or _looks_binary(data):
        return None
    return promised


def _looks_binary(data: bytes) -> bool:
    head = data[:65_536]
    if head.startswith((b"\xff\xfe", b"\xfe\xff")):
        return False
    odd = sum(head.count(bytes([byte])) for byte in range(32) if byte not in b"\t\n\r\f\x1a\x1b")
    return b"\0" in head or odd * 50 > len(head)


def _format_of_zip(name: str, promised: str, data: bytes) -> str | None:
    try:
        archive = open_checked(data)
    except ZipDamaged:
        return promised if promised in ZIPPED else None
    except ZipEncrypted:
        return promised if promised in ZIPPED else None
    except ZipRefused as error:
        refused = _("“%(name)s” is refused: %(reason)s.") % {"name": name, "reason": str(error)}
        raise UploadRefused(error.code, 413 if error.code == "zip_bomb" else 400, refused) from error
    names = {member.filename for member in archive.infolist()}
    if "[Content_Types].xml" in names:
        return "docx" if any(n.startswith("word/") for n in names) else None
    if "META-INF/container.xml" in names:
        return "epub"
    if "content.xml" in names:
        return _opendocument(archive)
    if promised == "zip" and not readable_members(archive):
        raise UploadRefused("nothing_readable", 400, _("“%(name)s” holds no file that can be read.") % {"name": name})
    return "zip"


def _opendocument(archive: zipfile.ZipFile) -> str | None:
    try:
        with archive.open("mimetype") as stream:
            kind = stream.read(100)
    except (KeyError, zipfile.BadZipFile, NotImplementedError, RuntimeError):
        return "odt"
    return "odt" if kind.startswith(b"application/vnd.oasis.opendocument.text") else None


def readable_members(archive: zipfile.ZipFile) -> list[zipfile.ZipInfo]:
    """The manuscripts in a zip, in the natural order of their names (2 before 10), without hidden files."""
    members = [
        member
        for member in archive.infolist()
        if not member.is_dir()
        and not any(part.startswith((".", "__MACOSX")) for part in member.filename.split("/"))
        and format_of_name(member.filename) not in (None, "zip")
        and member.file_size
    ]
    return sorted(members, key=lambda member: natural(member.filename))


def natural(name: str) -> list[tuple[int, int, str]]:
    """A sort key that counts digits as numbers."""
    key: list[tuple[int, int, str]] = []
    digits, text = "", ""
    for char in name.casefold() + "\0":
        if char.isascii() and char.isdigit():
            if text:
                key.append((1, 0, text))
                text = ""
            digits += char
        else:
            if digits:
                key.append((0, int(digits[:18]), ""))
                digits = ""
            text += char
    key.append((1, 0, text))
    return key

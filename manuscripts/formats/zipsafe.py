"""Zip archives read with distrust: the directory is judged before a single byte is unpacked.

Python's own reader builds an object for each entry and trusts the sizes it is told, so the end record is read by
hand first (after CVE-2024-0450: overlapping entries; and the usual ratio bombs).
"""

from __future__ import annotations

import io
import stat
import struct
import zipfile
import zlib

MAX_MEMBERS = 5_000
MAX_DIRECTORY = 4 * 1024 * 1024
MAX_UNPACKED = 300 * 1024 * 1024
MAX_RATIO = 200
RATIO_FREE = 1024 * 1024  # members smaller than this unpacked are never judged by their ratio

END = struct.Struct("<4s4H2LH")
END64 = struct.Struct("<4sQ2H2L4Q")
LOCATOR_SIZE = 20
LOCAL = struct.Struct("<4s2B4HL2L2H")


class ZipDamaged(Exception):
    """No directory, or one that does not fit the file: cut off or broken."""


class ZipEncrypted(Exception):
    """A member is locked with a password."""


class ZipRefused(Exception):
    """A bomb or a trap. `code` is `zip_bomb` or `unsafe_zip`."""

    def __init__(self, code: str, reason: str) -> None:
        super().__init__(reason)
        self.code = code


def _end_record(data: bytes) -> tuple[int, int]:
    """Number of entries and directory size in bytes as the end record gives them."""
    at = data.rfind(b"PK\x05\x06", max(0, len(data) - 65_557))
    if at < 0 or at + END.size > len(data):
        raise ZipDamaged
    _, _, _, _, count, size, _, _ = END.unpack_from(data, at)
    locator = at - LOCATOR_SIZE
    if locator >= END64.size and data[locator : locator + 4] == b"PK\x06\x07":
        record = locator - END64.size
        if data[record : record + 4] == b"PK\x06\x06":
            fields = END64.unpack_from(data, record)
            count, size = max(fields[6], fields[7]), fields[8]
    return count, size


def open_checked(data: bytes) -> zipfile.ZipFile:
    """Open an archive whose directory has been judged. Nothing is unpacked.

    Raises ZipDamaged, ZipEncrypted or ZipRefused.
    """
    count, size = _end_record(data)
    if count > MAX_MEMBERS or size > MAX_DIRECTORY:
        raise ZipRefused("zip_bomb", f"it holds {count} files")
    try:
        archive = zipfile.ZipFile(io.BytesIO(data))
    except (zipfile.BadZipFile, ValueError, struct.error, NotImplementedError, OverflowError) as error:
        raise ZipDamaged from error
    members = archive.infolist()
    if len(members) > MAX_MEMBERS:
        raise ZipRefused("zip_bomb", f"it holds {len(members)} files")
    if sum(member.file_size for member in members) > MAX_UNPACKED:
        raise ZipRefused("zip_bomb", "it would unpack to more than 300 MB")
    for member in members:
        _judge(member)
    _judge_layout(data, archive.start_dir, members)
    return archive


def _judge(member: zipfile.ZipInfo) -> None:
    if member.flag_bits & 0x1:
        raise ZipEncrypted
    if member.file_size > RATIO_FREE and member.file_size > MAX_RATIO * max(1, member.compress_size):
        raise ZipRefused("zip_bomb", "a file in it unpacks to far more than its size")
    name = member.orig_filename.replace("\\", "/")
    if name.startswith("/") or name[1:2] == ":" or ".." in name.split("/") or "\0" in name:
        raise ZipRefused("unsafe_zip", "a file in it has a path that leads outside")
    if stat.S_ISLNK(member.external_attr >> 16):
        raise ZipRefused("unsafe_zip", "it holds a symbolic link")


def _judge_layout(data: bytes, start: int, members: list[zipfile.ZipInfo]) -> None:
    """Each entry must own its bytes: no two may overlap, and no local header may name another file."""
    ordered = sorted(members, key=lambda member: member.header_offset)
    ends = [member.header_offset for member in ordered[1:]] + [start]
    for member, end in zip(ordered, ends, strict=False):  # of an empty archive only the directory is left over
        offset = member.header_offset
        if offset < 0 or offset + LOCAL.size > len(data):
            raise ZipDamaged
        fields = LOCAL.unpack_from(data, offset)
        if fields[0] != b"PK\x03\x04":
            raise ZipDamaged
        body = offset + LOCAL.size + fields[-2] + fields[-1]
        if body + member.compress_size > end:
            raise ZipRefused("zip_bomb", "files in it overlap")


def read_member(archive: zipfile.ZipFile, member: zipfile.ZipInfo, limit: int = MAX_UNPACKED) -> bytes:
    """The unpacked bytes of one member, never more than it declared and never more than `limit` bytes.

    Raises ZipDamaged where the stream does not keep what the directory says (a lying header among them).
    """
    if member.file_size > limit:
        raise ZipRefused("zip_bomb", "a file in it is too big")
    try:
        with archive.open(member) as stream:
            data = stream.read(member.file_size + 1)
    except ZIP_FAULTS as error:
        raise ZipDamaged from error
    if len(data) != member.file_size:
        raise ZipDamaged
    return data


ZIP_FAULTS = (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, RuntimeError, OSError, ValueError)

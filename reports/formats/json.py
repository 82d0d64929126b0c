"""The snapshot itself: canonical JSON with the hash of its findings."""

from typing import IO, Any

from reports.canonical import pieces
from reports.formats.packing import in_memory


def write(data: dict[str, Any], sha256: str, out: IO[bytes]) -> None:
    """`{"findings": ..., "sha256": hash of the canonical form of "findings"}`, one line, UTF-8."""
    out.write(b'{"findings":')
    for piece in pieces(data):
        out.write(piece.encode())
    out.write(f',"sha256":"{sha256}"}}\n'.encode())


render = in_memory(write)

"""The one way findings are written down: UTF-8 JSON, keys sorted, no spaces. Pure.

Written piece by piece, so that a round of 100,000 notes never stands in memory as one text beside its data.
"""

import hashlib
import json
from collections.abc import Iterator
from typing import Any

#: What grows with the notes and answers of a round, at whatever depth.
LONG = frozenset(("answers", "notes", "sections", "stories", "written"))
BATCH = 200


def pieces(data: Any) -> Iterator[str]:
    """The canonical form in pieces of at most BATCH notes or answers."""
    if isinstance(data, dict) and not LONG.isdisjoint(data):
        for at, key in enumerate(sorted(data)):
            yield f"{',' if at else '{'}{json.dumps(key, ensure_ascii=False)}:"
            yield from pieces(data[key])
        yield "}"
    elif isinstance(data, list) and data and isinstance(data[0], dict) and not LONG.isdisjoint(data[0]):
        for at, each in enumerate(data):
            yield "," if at else "["
            yield from pieces(each)
        yield "]"
    elif isinstance(data, list) and len(data) > BATCH:
        for at in range(0, len(data), BATCH):
            yield ("," if at else "[") + whole(data[at : at + BATCH])[1:-1]
        yield "]"
    else:
        yield whole(data)


def whole(data: Any) -> str:
    """The canonical form of something small."""
    return json.dumps(data, ensure_ascii=False, sort_keys=True, separators=(",", ":"))


def canonical(data: Any) -> bytes:
    """The canonical form at once."""
    return "".join(pieces(data)).encode()


def sha256(data: Any) -> str:
    """Hash of the canonical form, hexadecimal."""
    made = hashlib.sha256()
    for piece in pieces(data):
        made.update(piece.encode())
    return made.hexdigest()

"""Files kept under the hash of their bytes: equal ones once, for all manuscripts and reports that name them."""

from __future__ import annotations

import hashlib
import os
import tempfile
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import IO, Any

from django.db import connection, transaction
from django.db.models import Model

#: Any number that no other advisory lock of the database has.
LOCK = 0x57_4D_46


def store_bytes(folder: Path, data: bytes, sha256: str) -> None:
    """Keep bytes under their hash."""
    target = folder / sha256
    if not target.exists() or target.stat().st_size != len(data):
        store_written(folder, lambda out: out.write(data))


def store_written(folder: Path, write: Callable[[IO[bytes]], Any]) -> tuple[str, int]:
    """Keep what `write` puts into a file under its hash; returns that and the number of bytes.

    Written aside, then renamed, so that no half file ever stands there.
    """
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    handle, name = tempfile.mkstemp(dir=folder, prefix=".new-")
    try:
        with os.fdopen(handle, "w+b") as stream:
            write(stream)
            stream.flush()
            os.fsync(stream.fileno())
            size = stream.seek(0, os.SEEK_END)
            stream.seek(0)
            sha256 = hashlib.file_digest(stream, "sha256").hexdigest()
        os.replace(name, folder / sha256)
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise
    return sha256, size


def hold_files(*, remove: bool = False) -> None:
    """Until the transaction ends, nobody removes a file that it is about to name.

    Whoever removes holds them alone, so that between the last look for a row and the end of the file no row comes to
    name it. A transaction of SQLite that writes is alone by itself.
    """
    if connection.vendor == "postgresql":
        shared = "" if remove else "_shared"
        with connection.cursor() as cursor:
            cursor.execute(f"SELECT pg_advisory_xact_lock{shared}(%s)", [LOCK])


def remove_unused(files: Sequence[tuple[type[Model], Path, str]]) -> None:
    """Removes those of these (model, folder, sha256) that no row of the model names any more."""
    with transaction.atomic():
        hold_files(remove=True)
        for model, folder, sha256 in files:
            if sha256 and not model._base_manager.filter(sha256=sha256).exists():
                (folder / sha256).unlink(missing_ok=True)

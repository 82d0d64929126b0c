"""Zip files that come out the same byte for byte: no clock, no account, no order but the one they are written in."""

import io
import zipfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import IO, Any

DATE = (1980, 1, 1, 0, 0, 0)  # the earliest that a zip can say


class Package:
    """A zip file being written, into `out` or into memory; `close()` or `bytes()` ends it."""

    def __init__(self, out: IO[bytes] | None = None) -> None:
        self._out = out or io.BytesIO()
        self._archive = zipfile.ZipFile(self._out, "w", zipfile.ZIP_DEFLATED)

    def add(self, name: str, content: str | bytes, compress: bool = True) -> None:
        """One file, a string in UTF-8."""
        self._archive.writestr(self._entry(name, compress), content)

    @contextmanager
    def stream(self, name: str) -> Iterator[IO[bytes]]:
        """One file written bit by bit, so that it never stands in memory as a whole."""
        with self._archive.open(self._entry(name), "w") as out:
            yield out

    def close(self) -> None:
        """Ends the zip file."""
        self._archive.close()

    def bytes(self) -> bytes:
        """The whole zip file, of a package that was not given a file to write into."""
        self.close()
        assert isinstance(self._out, io.BytesIO)
        return self._out.getvalue()

    def _entry(self, name: str, compress: bool = True) -> zipfile.ZipInfo:
        entry = zipfile.ZipInfo(name, DATE)
        entry.compress_type = zipfile.ZIP_DEFLATED if compress else zipfile.ZIP_STORED
        entry.create_system = 3
        entry.external_attr = 0o644 << 16
        return entry


def in_memory(write: Callable[[dict[str, Any], str, IO[bytes]], None]) -> Callable[[dict[str, Any], str], bytes]:
    """What a format writes into a file, as bytes."""

    def render(data: dict[str, Any], sha256: str) -> bytes:
        out = io.BytesIO()
        write(data, sha256, out)
        return out.getvalue()

    return render

"""What a process that was killed left lying: files half written, and files that no report came to name."""

import os
import shutil
import tempfile
import time
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

from django.conf import settings

from manuscripts.formats.folder import PREFIX
from reports.models import ReportFile

#: Seconds. Nothing that is still being written is as old.
OLD = 24 * 3600


def remove_leftovers(now: float | None = None) -> int:
    """Removes those older than a day at `now` (seconds since 1970, else this moment); how many there were."""
    before = (time.time() if now is None else now) - OLD
    removed = 0
    for path in [*_half_written(), *_unnamed(), *_folders()]:
        if _is_older(path, before):
            _remove(path)
            removed += 1
    return removed


def _half_written() -> Iterator[Path]:
    for folder in (settings.SOURCES_DIR, settings.IMAGES_DIR, settings.REPORTS_DIR):
        yield from folder.glob(".new-*")
    yield from settings.MAIL_DIR.glob(".*.eml")
    for pattern in ("*.writing", "*.taken-*"):
        yield from (settings.DATA_DIR / "broker").glob(pattern)


def _unnamed() -> Iterator[Path]:
    """Files of reports that were given up or cancelled between a file and the row that would name it."""
    named = set(ReportFile.objects.exclude(sha256="").values_list("sha256", flat=True))
    for path in settings.REPORTS_DIR.glob("[!.]*"):
        if path.name not in named:
            yield path


def _folders() -> Iterator[Path]:
    """Folders of this user; others' are theirs."""
    for path in Path(tempfile.gettempdir()).glob(f"{PREFIX}*"):
        with suppress(FileNotFoundError):
            if path.lstat().st_uid == os.getuid() and path.is_dir() and not path.is_symlink():
                yield path


def _is_older(path: Path, before: float) -> bool:
    with suppress(FileNotFoundError):
        return path.lstat().st_mtime < before
    return False


def _remove(path: Path) -> None:
    if path.is_dir():
        shutil.rmtree(path, ignore_errors=True)
    else:
        path.unlink(missing_ok=True)

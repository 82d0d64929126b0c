"""One run of pandoc: no network, no files, little memory, little time, and killable at any moment."""

from __future__ import annotations

import contextlib
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import pypandoc
from django.utils.translation import gettext as _

from .errors import ConversionFailed, ConversionStopped

MEMORY = 1100 * 1024 * 1024  # address space, bytes: GHC reserves two thirds of it, the heap itself ends at 512 MB
OUTPUT = 128 * 1024 * 1024  # bytes of JSON; a million words make some 90 MB
CONFINE = Path(__file__).with_name("confine.py")
READERS = {
    "docx": "docx",
    "odt": "odt",
    "epub": "epub-native_divs-native_spans",
    "rtf": "rtf",
    "html": "html-native_divs-native_spans",
    "tex": "latex",
    "md": (
        "markdown-smart-citations-implicit_figures-raw_tex-latex_macros-blank_before_header"
        "-blank_before_blockquote-auto_identifiers-implicit_header_references+lists_without_preceding_blankline+autolink_bare_uris-example_lists"
    ),
}


def seconds_allowed(unpacked: int) -> int:
    """CPU seconds for an input of `unpacked` bytes: 10 s and 1 s more for each 100 KB, at most 120 s."""
    return min(120, 10 + unpacked // 100_000)


def read(
    data: bytes,
    form: str,
    folder: Path,
    unpacked: int,
    should_stop: Callable[[], bool],
    mend: Callable[[str], str] = str,
) -> dict[str, Any]:
    """Read a document into pandoc's syntax tree, with runs of words joined: an inline may be a plain `str`.

    `folder` is private and empty; pictures of the document are written to `folder/media`. `unpacked` is the
    size of the input in bytes once unpacked, `mend` changes pandoc's answer before it is parsed. Raises
    ConversionFailed (`too_slow`, `too_complex`, `unreadable`) or ConversionStopped.
    """
    source = folder / "source"
    source.write_bytes(data)
    options = ["-f", READERS[form], "-t", "json", f"--extract-media={folder}"]
    return _load(_run(options, source, folder, seconds_allowed(unpacked), {}, should_stop), mend)


def write_word(texts: Sequence[str], folder: Path, moment: int) -> bytes:
    """Markdown texts as one Word file made at `moment`, in seconds of Unix time; the same texts, the same bytes.

    What is defined in a text, as a footnote, counts in that text alone. `folder` as for `read`. Raises
    ConversionFailed.
    """
    files = []
    for number, text in enumerate(texts):
        files.append(folder / f"{number:05}.md")
        files[-1].write_text(text, encoding="utf-8", errors="replace")
    nothing = folder / "nothing"
    nothing.touch()
    options = ["--file-scope", "-f", READERS["md"], "-t", "docx", "-o", "-", *map(str, files)]
    seconds, env = seconds_allowed(sum(map(len, texts))), {"SOURCE_DATE_EPOCH": str(moment)}
    return _run(options, nothing, folder, seconds, env, lambda: False).read_bytes()


def _run(
    options: Sequence[str],
    source: Path,
    folder: Path,
    seconds: int,
    env: Mapping[str, str],
    should_stop: Callable[[], bool],
) -> Path:
    """Runs pandoc on `source`; the file that holds its answer. Raises as `read`."""
    work = folder / "work"
    work.mkdir()
    out, err = folder / "answer", folder / "errors.txt"
    command = [
        sys.executable, "-I", "-S", str(CONFINE), str(seconds), str(MEMORY), str(OUTPUT),
        pypandoc.get_pandoc_path(), "+RTS", "-M512m", "-RTS", "--sandbox", *options,
    ]  # fmt: skip
    with source.open("rb") as stdin, out.open("wb") as stdout, err.open("wb") as stderr:
        child = subprocess.Popen(
            command, stdin=stdin, stdout=stdout, stderr=stderr, cwd=work, env=env, start_new_session=True
        )
        try:
            code = _wait(child, seconds, should_stop)
        finally:
            _kill(child)
    if code != 0:
        raise _failure(code, err)
    return out


def _wait(child: subprocess.Popen[bytes], seconds: int, should_stop: Callable[[], bool]) -> int:
    # Wall-clock time may run twice as long as CPU time on a busy machine, but no longer than that.
    end = time.monotonic() + min(120, 2 * seconds)
    while True:
        try:
            return child.wait(0.1)
        except subprocess.TimeoutExpired:
            if should_stop():
                raise ConversionStopped from None
            if time.monotonic() > end:
                raise _too_slow() from None


def _kill(child: subprocess.Popen[bytes]) -> None:
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(child.pid, signal.SIGKILL)
    child.wait()


def _too_slow() -> ConversionFailed:
    return ConversionFailed("too_slow", _("This file takes too long to read. Split it or simplify it."))


def _failure(code: int, err: Path) -> ConversionFailed:
    if code in (-signal.SIGXCPU, -signal.SIGKILL):
        return _too_slow()
    if code in (251, 2, -signal.SIGXFSZ, -signal.SIGABRT, -signal.SIGSEGV) or b"eap e" in err.read_bytes()[:2000]:
        return ConversionFailed("too_complex", _("This file needs too much memory. Split it or simplify it."))
    return ConversionFailed(
        "unreadable", _("This file is damaged or cut off, and could not be read. Save it again and retry.")
    )


def _shorten(node: dict[str, Any]) -> Any:
    """Plain words as plain strings: a tenth of the memory of pandoc's own form."""
    kind = node.get("t")
    if kind == "Str":
        return node["c"]
    if kind in ("Space", "SoftBreak"):
        return " "
    return node


def _load(path: Path, mend: Callable[[str], str]) -> dict[str, Any]:
    try:
        tree: dict[str, Any] = json.loads(mend(path.read_text(encoding="utf-8")), object_hook=_shorten)
    except RecursionError:
        raise ConversionFailed("too_complex", _("This file is nested too deeply.")) from None
    except ValueError:
        raise ConversionFailed("unreadable", _("This file could not be read.")) from None
    return tree

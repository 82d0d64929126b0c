"""The report as a PDF that screen readers can read (PDF/UA-1), set by typst from a fixed template and a data file.

Nobody's words are ever put into markup: typst reads them as strings from data.json. The folder it may read holds
the template and that file, no packages are reachable, and only the fonts shipped beside this module are used.
"""

import json
import subprocess
import sys
import unicodedata
from collections.abc import Iterator
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import Any

from manuscripts.formats.folder import work_folder
from reports.page import page

HERE = Path(__file__).parent
FONTS = HERE / "fonts"
LONGEST = 120  # seconds
NO_GLYPH = "No font of this file has these characters; the web page and the data have them: "


@cache
def covered() -> list[tuple[int, int]]:
    """Ranges of code points, both ends inclusive, that some shipped font has a glyph for."""
    return [tuple(pair) for pair in json.loads((FONTS / "coverage.json").read_text())]


def strings(value: Any) -> Iterator[str]:
    """Every string inside a JSON value."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for inner in value.values():
            yield from strings(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from strings(inner)


def missing(shown: dict[str, Any]) -> str:
    """A line that names the characters no shipped font can draw, empty where there are none."""
    used = {character for text in strings(shown) for character in text}
    lost = sorted(
        character
        for character in used
        if unicodedata.category(character) not in ("Cc", "Cf", "Zs", "Zl", "Zp", "Mn")
        and not any(low <= ord(character) <= high for low, high in covered())
    )
    if not lost:
        return ""
    listed = ", ".join(f"U+{ord(c):04X}" for c in lost[:20])
    return NO_GLYPH + listed + (f" and {len(lost) - 20} more." if len(lost) > 20 else ".")


def render(data: dict[str, Any], sha256: str) -> bytes:
    """The PDF of a report. Same data, same bytes: its date is the snapshot's.

    Raises subprocess.SubprocessError where typst fails or takes longer than LONGEST.
    """
    shown = page(data)
    shown |= {"sha256": sha256, "missing": missing(shown)}
    moment = datetime.fromisoformat(data["as_of"].replace("Z", "+00:00"))
    with work_folder() as root:
        folder = Path(root)
        (folder / "data.json").write_text(json.dumps(shown, ensure_ascii=False), encoding="utf-8")
        (folder / "report.typ").write_bytes((HERE / "report.typ").read_bytes())
        child = [sys.executable, "-I", str(HERE / "pdf_child.py"), root, str(FONTS), str(int(moment.timestamp()))]
        subprocess.run(child, check=True, timeout=LONGEST, capture_output=True, cwd=root, env={})
        return (folder / "report.pdf").read_bytes()

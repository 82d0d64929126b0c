"""A PDF for each discipline that said something, in one zip file: what operations said, what testing said."""

import re
from collections.abc import Iterator
from typing import Any

from reports.formats import pdf
from reports.formats.office import visible
from reports.formats.packing import Package
from reports.narrowing import narrowed, speaking
from reports.page import page

CONTENTS = "contents.txt"


def render(data: dict[str, Any], sha256: str) -> bytes:
    """The zip file: the list of what is in it, then the PDFs in the order of the value stream.

    Raises subprocess.SubprocessError where typst fails or takes too long.
    """
    package = Package()
    names = dict(files(data))
    package.add(CONTENTS, contents(data, names, sha256))
    for slug, name in names.items():
        package.add(name, pdf.render(narrowed(data, slug), sha256), compress=False)
    return package.bytes()


def files(data: dict[str, Any]) -> Iterator[tuple[str, str]]:
    """The slug of each discipline that speaks and the name of its file, which any system can take."""
    order = [d["slug"] for d in data["disciplines"]]
    for slug in speaking(data):
        plain = re.sub("[^a-z0-9]+", "-", slug.lower()).strip("-")[:60].rstrip("-") or "discipline"
        yield slug, f"{order.index(slug) + 1:02}-{plain}.pdf"


def contents(data: dict[str, Any], names: dict[str, str], sha256: str) -> str:
    """What is in the zip file and what is not, for people."""
    shown = page(data)
    lines = [shown["book"], shown["title"], ""]
    lines += [f"{names[d['slug']]}: {d['name']}" for d in data["disciplines"] if d["slug"] in names]
    silent = [d["name"] for d in data["disciplines"] if d["slug"] not in names]
    if silent:
        lines += ["", "No file, as nothing in the report stands under their name alone:", *silent]
    return "\r\n".join(" ".join(visible(line).split()) for line in (*lines, "", f"Snapshot {sha256}", ""))

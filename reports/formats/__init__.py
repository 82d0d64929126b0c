"""The files a report can be had as: one module each, rendered from the report's JSON alone.

A format is one module with `render(data, sha256) -> bytes` and one line in FORMATS. Same JSON, same bytes. One that
comes in several files also has `sources(data)`, the names by which `render(data, sha256, source)` knows them; one
that holds every note has `write(data, sha256, out)`, so that a large round never stands in memory as a file.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import IO, Any

from django.utils.translation import gettext_lazy as _

from reports.formats import by_discipline, csv, docx, html, json, markdown, pdf, report_docx, xlsx


def one_file(data: dict[str, Any]) -> list[str]:
    """The files of a format that comes in one."""
    return [""]


@dataclass(frozen=True)
class Format:
    """One kind of file: `suffix` of its name, its media type, and the words of the dialog.

    `called` stands in the file's name where the suffix alone would not tell it from another.
    `sources`: the files it comes in, ids of the author's own that they are made of or empty.
    """

    render: Callable[..., bytes]
    suffix: str
    media_type: str
    label: Any
    hint: Any
    called: str = ""
    sources: Callable[[dict[str, Any]], list[str]] = one_file
    streamed: Callable[[dict[str, Any], str, IO[bytes]], None] | None = None

    def write(self, out: IO[bytes], data: dict[str, Any], sha256: str, source: str = "") -> None:
        """Writes the file of that source into `out`."""
        if self.streamed is not None:
            self.streamed(data, sha256, out)
        else:
            out.write(self.render(data, sha256, *([source] if source else [])))

    @property
    def short(self) -> str:
        """What it is called in a list of files: "PDF", "DOCX report"."""
        return f"{self.suffix.upper()} {self.called.replace('-', ' ')}".strip()


FORMATS: dict[str, Format] = {
    "pdf": Format(
        pdf.render, "pdf", "application/pdf", _("This report as PDF"), _("Fixed pages, for reading and print.")
    ),
    "docx": Format(
        docx.render,
        "docx",
        "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
        _("Your Word file with the notes in it"),
        _("Each note as a comment on its words; for your own desk, suggestions as tracked changes."),
        sources=docx.sources,
    ),
    "report_docx": Format(
        report_docx.render,
        "docx",
        "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
        _("This report in Word"),
        _("To cut and paste from; tables stay tables."),
        "report",
    ),
    "xlsx": Format(
        xlsx.render,
        "xlsx",
        "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
        _("Spreadsheet"),
        _("Every note, answer and figure, one sheet each."),
        streamed=xlsx.write,
    ),
    "zip": Format(
        by_discipline.render,
        "zip",
        "application/zip",
        _("What each discipline said"),
        _("One PDF for each discipline that said something."),
        "by-discipline",
    ),
    "html": Format(
        html.render,
        "html",
        "text/html; charset=utf-8",
        _("This report as a web page"),
        _("One file that opens anywhere."),
    ),
    "markdown": Format(
        markdown.render,
        "md",
        "text/markdown; charset=utf-8",
        _("This report as Markdown"),
        _("Plain text, to cut and paste from."),
    ),
    "csv": Format(
        csv.render,
        "csv",
        "text/csv; charset=utf-8",
        _("Every note and answer"),
        _("A row for each, for a spreadsheet."),
        streamed=csv.write,
    ),
    "json": Format(
        json.render,
        "json",
        "application/json",
        _("Data"),
        _("The same snapshot for a script, with its checksum."),
        streamed=json.write,
    ),
}
DEFAULT = ("pdf", "json")


class FormatRefused(ValueError):
    """A format that cannot be asked for: `format`, `code` (unknown_format, empty) and `detail`."""

    def __init__(self, name: str, code: str, detail: Any):
        super().__init__(str(detail))
        self.format, self.code, self.detail = name, code, detail


def check_formats(names: Sequence[str]) -> list[str]:
    """The formats asked for, each once, in the order of FORMATS. FormatRefused for the first that cannot be made."""
    for name in names:
        if name not in FORMATS:
            raise FormatRefused(
                str(name), "unknown_format", _("There is no format “%(name)s”.") % {"name": str(name)[:40]}
            )
    if not names:
        raise FormatRefused("", "empty", _("Choose at least one format."))
    return [name for name in FORMATS if name in names]

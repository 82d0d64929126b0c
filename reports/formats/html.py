"""The report as one HTML file that opens anywhere: the page's own markup with its styles inside."""

from pathlib import Path
from typing import Any

from django.conf import settings
from django.template.loader import render_to_string
from django.utils.html import escape

from reports.page import page

STYLES = ("tokens.css", "ui.css", "reports.css")


def styles() -> str:
    """The site's styles for a report, without its font files: the reader's own fonts stand in."""
    folder = Path(settings.BASE_DIR) / "static" / "css"
    lines = "\n".join((folder / name).read_text(encoding="utf-8") for name in STYLES).splitlines()
    return "\n".join(line for line in lines if not line.lstrip().startswith("@font-face"))


def render(data: dict[str, Any], sha256: str) -> bytes:
    """A whole document in UTF-8; notes unfolded, no script, nothing loaded from elsewhere."""
    shown = page(data)
    sheet = "@page{size:letter}\n" if shown["paper"] == "letter" else ""
    body = render_to_string("reports/_report.html", {"page": shown, "unfolded": True})
    head = (
        f'<!doctype html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n'
        '<meta name="viewport" content="width=device-width,initial-scale=1">\n'
        '<meta name="robots" content="noindex">\n'
        "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'\">\n"
        f"<title>{escape(shown['title'])} · {escape(shown['book'])}</title>\n"
        f"<style>\n{styles()}\n{sheet}</style>\n</head>\n"
    )
    tail = f'<p class="note">Snapshot {sha256}</p></main>\n</body>\n</html>\n'
    return f'{head}<body>\n<main class="report">\n{body}\n{tail}'.encode()

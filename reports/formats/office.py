"""What spreadsheet and Word file have in common: words as XML can hold them, and the parts every package has. Pure.

Written by hand, as few kinds of elements are needed and every word in them is somebody else's.
"""

import re
from collections.abc import Mapping
from datetime import datetime
from typing import Any
from xml.sax.saxutils import escape

from manuscripts.formats.docx_runs import shown

DECLARATION = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
PACKAGE = "http://schemas.openxmlformats.org/package/2006"
OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006"
OPENED = re.compile("[\u202a\u202b\u202d\u202e\u2066-\u2069\u202c]")


def visible(text: object) -> str:
    """The text with line ends of one kind, and each character that no XML can hold replaced by one that shows."""
    return shown(str(text).replace("\r\n", "\n").replace("\r", "\n"))


def closed(text: str) -> str:
    """The text with every change of direction it begins ended, so that what stands beside it keeps its order."""
    ends: list[str] = []
    for found in OPENED.findall(text):
        if found in "\u202c\u2069":
            if found in ends:
                del ends[len(ends) - 1 - ends[::-1].index(found) :]
        else:
            ends.append("\u2069" if found in "\u2066\u2067\u2068" else "\u202c")
    return text + "".join(reversed(ends))


def xml(text: object) -> str:
    """The text for the content of an element or an attribute in double quotes."""
    return escape(visible(text), {'"': "&quot;"})


def moment(rfc3339: str) -> datetime:
    """A time of the snapshot."""
    return datetime.fromisoformat(rfc3339.replace("Z", "+00:00"))


def relations(targets: Mapping[str, str]) -> str:
    """The relationships part: file → kind, the last part of the kind's address."""
    rows = []
    for at, (target, kind) in enumerate(targets.items(), 1):
        base = PACKAGE if kind == "metadata/core-properties" else OFFICE
        rows.append(f'<Relationship Id="rId{at}" Type="{base}/relationships/{kind}" Target="{target}"/>')
    return f'{DECLARATION}<Relationships xmlns="{PACKAGE}/relationships">{"".join(rows)}</Relationships>'


def content_types(parts: Mapping[str, str]) -> str:
    """The list of parts and their types."""
    rows = [f'<Override PartName="/{name}" ContentType="{kind}"/>' for name, kind in parts.items()]
    return (
        f'{DECLARATION}<Types xmlns="{PACKAGE}/content-types">'
        '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
        f'<Default Extension="xml" ContentType="application/xml"/>{"".join(rows)}</Types>'
    )


def core_properties(shown: Mapping[str, Any], as_of: str) -> str:
    """Title, authors and the snapshot's date, which is the only date in the file."""
    at = f"{moment(as_of):%Y-%m-%dT%H:%M:%SZ}"
    return (
        f'{DECLARATION}<cp:coreProperties xmlns:cp="{PACKAGE}/metadata/core-properties" '
        'xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:dcterms="http://purl.org/dc/terms/" '
        'xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance">'
        f"<dc:title>{xml(shown['title'] + ', ' + shown['book'])}</dc:title><dc:creator>{xml(shown['authors'])}"
        f'</dc:creator><dcterms:created xsi:type="dcterms:W3CDTF">{at}</dcterms:created>'
        f'<dcterms:modified xsi:type="dcterms:W3CDTF">{at}</dcterms:modified></cp:coreProperties>'
    )

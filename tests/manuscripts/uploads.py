"""Small files of every kind, made in memory."""

import io
import subprocess
import zipfile

import docx
import pypandoc
from PIL import Image

from manuscripts.formats import Converted, Upload, check, convert

MARKDOWN = """# One trade

A first paragraph with *stress*, **weight**, `code`, a [link](https://example.org/a) and a note.[^1]

| Trade | Asks |
|-------|------|
| BA | why |
| OPS | when |

> A quotation of two words.

- first item
- second item

1. step
2. stride

```
x = 1
```

Energy is $E = mc^2$ here.

## Deployment

Words for those who deploy.

## IT operations

Words for those who run it.

# Two trades

The end of it.

[^1]: What the note says.
"""


def convert_one(name: str, data: bytes) -> Converted:
    """Through the door and out as documents."""
    (source,) = check([Upload(name, data)])
    return convert(source)


def by_pandoc(markdown: str, form: str, name: str = "") -> bytes:
    """A file of another format made from Markdown by pandoc itself."""
    command = [pypandoc.get_pandoc_path(), "-s", "-f", "markdown", "-t", form, "-o", "-"]
    if form in ("html", "latex", "rtf", "epub"):
        command += ["--metadata", "title=Made"]
    return subprocess.run(command, input=markdown.encode(), capture_output=True, check=True).stdout


def png(width: int = 4, height: int = 3) -> bytes:
    out = io.BytesIO()
    Image.new("RGB", (width, height), "teal").save(out, "PNG")
    return out.getvalue()


def word(build) -> bytes:
    """A Word file filled by `build(document)`."""
    document = docx.Document()
    build(document)
    out = io.BytesIO()
    document.save(out)
    return out.getvalue()


def zipped(members: dict[str, bytes]) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in members.items():
            archive.writestr(name, data)
    return out.getvalue()


def rezipped(data: bytes, changes: dict[str, bytes | None]) -> bytes:
    """A zip with members replaced, added, or taken out (None)."""
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        members = {name: archive.read(name) for name in archive.namelist()}
    members |= changes
    return zipped({name: content for name, content in members.items() if content is not None})


def words_of(result: Converted) -> list[str]:
    """All words that came out, notes included."""
    return " ".join(
        part for document in result.documents for block in document.blocks for part in (block.plain, *block.notes)
    ).split()

"""A new Word file of a book's Markdown."""

import base64
import io
import zipfile

import docx

from manuscripts.formats.docx_made import made
from tests.manuscripts.test_docx_tracked import part, read
from tests.manuscripts.uploads import png

MOMENT = 1_900_000_000
TEXTS = [
    "# One\n\nFirst words.[^1]\n\n[^1]: Of the first.",
    "# Two\n\n* a\n* b\n\nSecond words.[^1]\n\n[^1]: Of the second.",
]


def test_texts_stand_in_their_order_each_with_its_own_footnotes():
    data = made("A *book* of #trades", TEXTS, MOMENT)
    paragraphs = docx.Document(io.BytesIO(data)).paragraphs
    assert [(p.text, p.style.name) for p in paragraphs][:2] == [("A *book* of #trades", "Title"), ("One", "Heading 1")]
    words = read(data)
    assert words.index("Of the first.") < words.index("Of the second.")
    assert data == made("A *book* of #trades", TEXTS, MOMENT)


def test_pictures_are_in_it_once():
    address = "data:image/png;base64," + base64.b64encode(png(30, 20)).decode()
    data = made("", [f"# One\n\n![A picture]({address})"], MOMENT)
    assert b"base64" not in part(data)
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        assert [archive.read(name) for name in archive.namelist() if "media/" in name] == [png(30, 20)]


def test_nothing_is_read_from_the_machine(tmp_path):
    secret = tmp_path / "secret.png"
    secret.write_bytes(png())
    data = made("", [f"# One\n\n![A picture]({secret}) ![b](file://{secret})"], MOMENT)
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        assert not [name for name in archive.namelist() if "media/" in name]
    assert "One" in read(data)

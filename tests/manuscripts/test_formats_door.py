"""What is refused at once, and with which status."""

import io
import struct
import time
import zipfile

import pytest

from manuscripts.formats import ConversionFailed, Upload, UploadRefused, check, convert
from tests.manuscripts.uploads import MARKDOWN, by_pandoc, png, rezipped, word, zipped


def refusal(*files: tuple[str, bytes]) -> tuple[str, int, str]:
    with pytest.raises(UploadRefused) as caught:
        check([Upload(name, data) for name, data in files])
    return caught.value.code, caught.value.status, caught.value.message


def plain_docx() -> bytes:
    return word(lambda d: d.add_paragraph("Some words."))


@pytest.mark.parametrize(
    ("name", "form"),
    [
        ("a.docx", "docx"),
        ("a.odt", "odt"),
        ("a.epub", "epub"),
        ("a.rtf", "rtf"),
        ("a.html", "html"),
        ("a.tex", "latex"),
    ],
)
def test_real_files_come_in(name, form):
    (found,) = check([Upload(name, by_pandoc(MARKDOWN, form))])
    assert found.format == name[2:]
    assert found.name == name


def test_nothing_and_empty():
    assert refusal()[:2] == ("no_file", 400)
    code, status, message = refusal(("book.docx", b""))
    assert (code, status) == ("empty", 400)
    assert "book.docx" in message
    assert refusal(("book.md", b"\xef\xbb\xbf \r\n\t"))[:2] == ("empty", 400)


@pytest.mark.parametrize("name", ["a.pdf", "a", "a.doc", "a.exe", "a.docx.pdf"])
def test_unknown_types(name):
    code, status, message = refusal((name, b"words"))
    assert (code, status) == ("unknown_type", 415)
    assert name in message


@pytest.mark.parametrize(
    ("name", "data"),
    [
        ("a.docx", b"%PDF-1.7 words"),
        ("a.docx", b"only text"),
        ("a.docx", zipped({"notes.txt": b"no word file"})),
        ("a.odt", plain_docx()),
        ("a.zip", plain_docx()),
        ("a.md", b"\x89PNG\r\n\x1a\n" + bytes(200)),
        ("a.md", plain_docx()),
        ("a.txt", b"{\\rtf1 words}"),
        ("a.rtf", b"plain words"),
        ("a.html", b"MZ" + bytes(300)),
        ("a.docx", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600)),
    ],
)
def test_renamed_files(name, data):
    assert refusal((name, data))[:2] == ("wrong_type", 415)


def test_size_counts_over_all_files():
    files = [Upload("a.md", b"a" * 400), Upload("b.md", b"b" * 700)]
    with pytest.raises(UploadRefused) as caught:
        check(files, max_bytes=1000)
    assert (caught.value.code, caught.value.status) == ("too_big", 413)
    assert "b.md" in caught.value.message
    assert len(check(files, max_bytes=1100)) == 2


def lying_count(data: bytes, count: int) -> bytes:
    at = data.rfind(b"PK\x05\x06")
    return data[: at + 8] + struct.pack("<HH", count, count) + data[at + 12 :]


def overlapping() -> bytes:
    """Two directory entries over the same bytes."""
    body = zipped({"a.md": b"words " * 10, "b.md": b"words " * 10})
    start = body.find(b"PK\x01\x02")
    second = body.find(b"PK\x01\x02", start + 4)
    return body[: second + 42] + body[start + 42 : start + 46] + body[second + 46 :]


@pytest.mark.parametrize(
    "bomb",
    [
        zipped({"a.md": bytes(40_000_000)}),
        zipped({f"{n}.md": b"x" for n in range(6_000)}),
        lying_count(zipped({"a.md": b"words"}), 60_000),
        overlapping(),
    ],
    ids=["ratio", "members", "count", "overlap"],
)
def test_bombs_are_refused_before_unpacking(bomb):
    begun = time.monotonic()
    assert refusal(("a.zip", bomb))[:2] == ("zip_bomb", 413)
    assert time.monotonic() - begun < 1


def test_a_bomb_inside_a_word_file():
    data = rezipped(plain_docx(), {"word/media/huge.png": bytes(60_000_000)})
    assert refusal(("a.docx", data))[:2] == ("zip_bomb", 413)


@pytest.mark.parametrize("name", ["../up.md", "/root.md", "a/../../b.md", "C:/x.md", "..\\up.md"])
def test_paths_that_lead_outside(name):
    assert refusal(("a.zip", zipped({name: b"# words", "b.md": b"# more"})))[:2] == ("unsafe_zip", 400)


def test_symbolic_links():
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        link = zipfile.ZipInfo("a.md")
        link.external_attr = 0o120777 << 16
        archive.writestr(link, "/etc/passwd")
    assert refusal(("a.zip", out.getvalue()))[:2] == ("unsafe_zip", 400)


def test_a_zip_without_manuscripts():
    assert refusal(("a.zip", zipped({"a.png": png()})))[:2] == ("nothing_readable", 400)


def test_a_lying_header_is_found_by_conversion():
    data = zipped({"a.md": b"# One\n\nwords " * 500})
    at = data.find(b"PK\x01\x02")
    data = data[: at + 24] + struct.pack("<I", 20) + data[at + 28 :]
    (source,) = check([Upload("a.zip", data)])
    with pytest.raises(ConversionFailed) as caught:
        convert(source)
    assert caught.value.code == "truncated"


def test_what_only_conversion_finds():
    whole = plain_docx()
    locked = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(500) + "EncryptedPackage".encode("utf-16-le") + bytes(500)
    for data, code in ((whole[: len(whole) // 2], "truncated"), (locked, "encrypted")):
        (source,) = check([Upload("a.docx", data)])
        with pytest.raises(ConversionFailed) as caught:
            convert(source)
        assert caught.value.code == code


def test_the_name_is_cut_to_its_last_part():
    (found,) = check([Upload("..\\..\\x/y\x07/My book.md", b"# One")])
    assert found.name == "My book.md"

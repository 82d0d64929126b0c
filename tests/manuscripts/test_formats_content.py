"""What comes out of a file: every word, no hidden one, and nothing from anywhere else."""

import io
import socket
import threading
import zipfile
import zlib
from pathlib import Path

import docx
import pytest
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from lxml import etree
from PIL import Image

from manuscripts.formats import NOTE, ConversionFailed, ConversionStopped, Upload, check, convert
from tests.manuscripts.uploads import MARKDOWN, by_pandoc, convert_one, png, rezipped, word, words_of, zipped


def blocks(name: str, data: bytes):
    return [block for document in convert_one(name, data).documents for block in document.blocks]


def kinds(name: str, data: bytes) -> list[str]:
    return [block.kind for block in blocks(name, data)]


@pytest.mark.parametrize(
    ("name", "form"),
    [
        ("a.md", "markdown"),
        ("a.docx", "docx"),
        ("a.odt", "odt"),
        ("a.epub", "epub"),
        ("a.html", "html"),
        ("a.tex", "latex"),
        ("a.rtf", "rtf"),
    ],
)
def test_every_format_keeps_words_and_structure(name, form):
    data = MARKDOWN.encode() if form == "markdown" else by_pandoc(MARKDOWN, form)
    result = convert_one(name, data)
    found = [block for document in result.documents for block in document.blocks]
    text = " ".join(words_of(result))
    for words in (
        "A first paragraph with stress, weight, code, a link and a note.",
        "A quotation of two words.", "first item", "second item", "stride", "x = 1", "Words for those who run it.",
        "What the note says.", "BA", "when", "The end of it.",
    ):  # fmt: skip
        assert words in text, words
    headings = [(block.level, block.plain) for block in found if block.kind == "heading"]
    wanted = [(1, "One trade"), (2, "Deployment"), (2, "IT operations"), (1, "Two trades")]
    assert headings[-4:] == wanted
    assert {"table", "list"} <= {block.kind for block in found} or form == "rtf"
    noted = next(block for block in found if block.notes)
    assert noted.notes == ["What the note says."]
    assert f"[^{NOTE}0]" in noted.markdown
    assert "*stress*" in noted.markdown and "**weight**" in noted.markdown
    assert "](https://example.org/a)" in noted.markdown


def test_plain_text_is_never_markdown():
    found = blocks("a.txt", b"# No heading\n\n* no list\n1. none\n\n<b>x</b> & _y_\n")
    assert [block.kind for block in found] == ["paragraph"] * 3
    assert found[0].markdown == "\\# No heading"
    assert found[2].plain == "<b>x</b> & _y_"


def test_broken_utf8_is_read_with_a_warning():
    result = convert_one("a.txt", "Café owners\n".encode("cp1252"))
    assert result.documents[0].blocks[0].plain == "Café owners"
    assert [problem.code for problem in result.documents[0].problems] == ["encoding"]
    assert blocks("a.md", "# Ünder\n".encode("utf-16"))[0].plain == "Ünder"


def hide(run) -> None:
    run.font.hidden = True


def tracked(paragraph, tag: str, text: str) -> None:
    change = OxmlElement(f"w:{tag}")
    change.set(qn("w:author"), "Nobody")
    run = OxmlElement("w:r")
    words = OxmlElement("w:delText" if tag == "del" else "w:t")
    words.text = text
    run.append(words)
    change.append(run)
    paragraph._p.append(change)


def test_what_a_word_file_hides_stays_hidden():
    def build(d):
        p = d.add_paragraph("shown ")
        hide(p.add_run("SECRETRUN "))
        tracked(p, "del", "SECRETDEL")
        tracked(p, "ins", "inserted")
        style = d.styles.add_style("Ghost", 2)
        style.font.hidden = True
        p.add_run("SECRETSTYLE", style="Ghost")
        ghost = d.styles.add_style("Phantom", 1)
        ghost.font.hidden = True
        d.add_paragraph("SECRETPARA", style="Phantom")
        d.add_comment(p.runs[0], text="SECRETCOMMENT", author="x")

    result = convert_one("a.docx", word(build))
    text = " ".join(words_of(result))
    assert text == "shown inserted"
    assert "SECRET" not in str(result.documents)
    assert [p.code for p in result.documents[0].problems] == ["hidden_text"]


BOX = """<w:r xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"
xmlns:mc="http://schemas.openxmlformats.org/markup-compatibility/2006"><mc:AlternateContent><mc:Choice Requires="wps">
<w:drawing><w:txbxContent><w:p><w:r><w:t>boxed words</w:t></w:r></w:p></w:txbxContent></w:drawing></mc:Choice>
<mc:Fallback><w:pict><w:txbxContent><w:p><w:r><w:t>boxed words</w:t></w:r></w:p></w:txbxContent></w:pict></mc:Fallback>
</mc:AlternateContent></w:r>"""


def test_text_boxes_are_read_once():
    def build(d):
        d.add_paragraph("before")._p.append(etree.fromstring(BOX))
        d.add_paragraph("after")

    assert words_of(convert_one("a.docx", word(build))) == ["before", "boxed", "words", "after"]


def test_rtf_and_html_hide_too():
    rtf = rb"{\rtf1\ansi shown {\v SECRET1}{\deleted SECRET2}{\*\annotation SECRET3} end\par}"
    assert words_of(convert_one("a.rtf", rtf)) == ["shown", "end"]
    page = b"<p>shown <span hidden>SECRET</span><i style='color:red;display : none'>SECRET</i> end</p><!-- SECRET -->"
    assert words_of(convert_one("a.html", page)) == ["shown", "end"]


@pytest.mark.parametrize(
    ("rtf", "words"),
    [
        (r"\u8220?about\u8221? x", "“about” x"),
        (r"\u8220\'93about", "“about"),
        (r"\u8220 \'93about", "“about"),
        (r"{\uc0\u8220 about}\u8221?x", "“about”x"),
        (r"\uc2\u233\'c3\'a9 end", "é end"),
        (r"\u-10179?\u-8542? ship", "🚢 ship"),
        (r"\u-10179? end", "end"),
        (r"{\pntext 1.\tab}item", "item"),
    ],
)
def test_rtf_unicode(rtf, words):
    assert blocks("a.rtf", rb"{\rtf1\ansi " + rtf.encode() + rb"\par}")[0].plain == words


def test_a_title_page_is_no_chapter():
    page = b"<html><head><title>Book</title></head><body><h1>Book</h1><h1>One</h1><p>a</p><h1>Two</h1></body></html>"
    found = blocks("a.html", page)
    assert [(b.kind, b.plain) for b in found][:2] == [("title", "Book"), ("heading", "One")]


def test_odt_deletions_and_hidden_text():
    data = by_pandoc("# One\n\nshown words\n", "odt")
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        content = archive.read("content.xml").decode()
    hidden = (
        '<text:p>before <text:hidden-text text:condition="x" text:string-value="SECRET"/>'
        '<text:span text:style-name="Hid">SECRET</text:span> after'
        "<office:annotation><text:p>SECRET</text:p></office:annotation></text:p>"
    )
    style = (
        '<style:style style:name="Hid" style:family="text"><style:text-properties text:display="none"/></style:style>'
    )
    assert "<office:automatic-styles>" in content
    content = content.replace("<office:automatic-styles>", "<office:automatic-styles>" + style)
    content = content.replace("</office:text>", hidden + "</office:text>")
    assert words_of(convert_one("a.odt", rezipped(data, {"content.xml": content.encode()}))) == [
        "One", "shown", "words", "before", "after",
    ]  # fmt: skip


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16"])
@pytest.mark.parametrize("form", ["docx", "odt", "epub"])
def test_xml_entities_are_refused(form, encoding, tmp_path):
    canary = tmp_path / "canary.txt"
    canary.write_text("CANARY")
    data = by_pandoc("# One\n\nwords\n", form)
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        name = {"docx": "word/document.xml", "odt": "content.xml"}.get(form) or next(
            n for n in archive.namelist() if n.endswith("ch001.xhtml")
        )
        xml = archive.read(name).decode()
    body = xml[xml.index("?>") + 2 :].replace("words", "words &x;")
    evil = f'<?xml version="1.0" encoding="{encoding}"?><!DOCTYPE a [<!ENTITY x SYSTEM "file://{canary}">]>' + body
    with pytest.raises(ConversionFailed) as caught:
        convert_one(f"a.{form}", rezipped(data, {name: evil.encode(encoding)}))
    assert caught.value.code == "unsafe_xml"


@pytest.fixture
def listener():
    """A local port, and the list of connections it got."""
    server = socket.create_server(("127.0.0.1", 0))
    hits: list[object] = []

    def serve():
        while True:
            try:
                connection, address = server.accept()
            except OSError:
                return
            hits.append(address)
            connection.close()

    thread = threading.Thread(target=serve, daemon=True)
    thread.start()
    yield server.getsockname()[1], hits
    server.close()


def test_nothing_is_fetched_and_no_file_is_read(listener, tmp_path):
    port, hits = listener
    secret = tmp_path / "secret.png"
    secret.write_bytes(png())
    address = f"http://127.0.0.1:{port}/x.png"
    page = (
        f"<p>words</p><img src='{address}'><img src='file://{secret}'><img src='{secret}'>"
        f"<iframe src='{address}'></iframe><img src='data:image/png;base64,AAAA'><link rel=stylesheet href='{address}'>"
    )
    tex = rf"words \includegraphics{{{secret}}} \input{{/etc/hostname}} \include{{/etc/passwd}}"
    for name, data in (
        ("a.html", page.encode()),
        ("a.md", f"words ![a]({address}) ![b](file://{secret}) ![c](<{secret}>)".encode()),
        ("a.tex", tex.encode()),
    ):
        result = convert_one(name, data)
        assert result.pictures == {}
        assert words_of(result)[0] == "words"
        assert {p.code for d in result.documents for p in d.problems} & {"image_dropped", "include_missing"}
        assert Path("/etc/hostname").read_text().strip() not in " ".join(words_of(result))
    assert hits == []


def test_links_keep_only_safe_addresses():
    found = blocks("a.md", b"[a](javascript:alert(1)) [b](data:text/html,x) [c](mailto:x@example.org) [d](#here)")
    assert found[0].markdown == "a b [c](mailto:x@example.org) d"


def test_pictures_in_word_come_out_clean():
    photo = Image.new("RGB", (40, 20), "red")
    exif = photo.getexif()
    exif[0x0112] = 6  # lies on its side
    exif.get_ifd(0x8825)[1] = "N"
    out = io.BytesIO()
    photo.save(out, "JPEG", exif=exif)
    result = convert_one(
        "a.docx", word(lambda d: (d.add_paragraph("words"), d.add_picture(io.BytesIO(out.getvalue()))))
    )
    ((sha, picture),) = result.pictures.items()
    assert (picture.media_type, picture.width, picture.height) == ("image/jpeg", 20, 40)
    assert not Image.open(io.BytesIO(picture.data)).getexif()
    assert result.documents[0].blocks[1].markdown == f"![](image:{sha})"
    assert result.documents[0].blocks[1].images == [sha]


def test_pictures_beside_text_in_a_zip():
    data = zipped(
        {"text/1.md": b"![A plan](../img/plan.png) and ![gone](no.png)", "img/plan.png": png(), "x.svg": b"<svg/>"}
    )
    result = convert_one("a.zip", data)
    assert len(result.pictures) == 1
    (block,) = result.documents[0].blocks
    assert block.markdown.startswith("![A plan](image:")
    assert block.markdown.endswith("*gone*")
    assert [p.code for p in result.documents[0].problems] == ["image_dropped"]


def test_a_picture_that_declares_too_many_pixels():
    out = bytearray(png())
    out[16:24] = (30_000).to_bytes(4, "big") * 2
    out[29:33] = zlib.crc32(bytes(out[12:29])).to_bytes(4, "big")
    result = convert_one("a.zip", zipped({"a.md": b"![x](a.png) words", "a.png": bytes(out)}))
    assert result.pictures == {}
    assert "64 megapixels" in result.documents[0].problems[0].detail


def test_a_zip_is_read_in_the_order_of_its_names():
    data = zipped({"10.md": b"# Ten", "2.md": b"# Two", "1.txt": b"One", "__MACOSX/._1.txt": b"junk", "note.log": b"x"})
    result = convert_one("a.zip", data)
    assert [document.name for document in result.documents] == ["1.txt", "2.md", "10.md"]
    assert [p.code for p in result.documents[0].problems] == ["files_ignored"]


def test_macros_are_left_out():
    data = rezipped(word(lambda d: d.add_paragraph("words")), {"word/vbaProject.bin": b"evil"})
    result = convert_one("a.docx", data)
    assert words_of(result) == ["words"]
    assert [p.code for p in result.documents[0].problems] == ["macros_dropped"]


def test_complex_tables_keep_every_word():
    def build(d):
        table = d.add_table(rows=3, cols=3)
        for r in range(3):
            for c in range(3):
                table.cell(r, c).text = f"r{r}c{c}|x"
        table.cell(0, 0).merge(table.cell(0, 1))
        table.cell(1, 2).merge(table.cell(2, 2))
        table.cell(1, 0).add_paragraph("second paragraph")
        inner = table.cell(1, 1).add_table(1, 1)
        inner.cell(0, 0).text = "innermost"

    (table,) = [block for block in blocks("a.docx", word(build)) if block.kind == "table"]
    for words in ("r0c0", "r0c1", "r0c2", "r1c2", "r2c2", "second paragraph", "innermost"):
        assert words in table.markdown, words
        assert words in table.plain, words
    assert len({line.replace("\\|", "").count("|") for line in table.markdown.split("\n")}) == 1


def test_a_long_line_and_too_many_brackets_end_soon():
    with pytest.raises(ConversionFailed) as caught:
        convert_one("a.md", b"x" * 5_000_000)
    assert caught.value.code == "line_too_long"
    assert convert_one("a.txt", b"word " * 1_000_000).documents[0].blocks[0].kind == "paragraph"


def test_a_conversion_can_be_stopped():
    bomb = b"# One\n\n" + b"[" * 40_000
    (source,) = check([Upload("a.md", bomb)])
    asked: list[bool] = []

    def stop() -> bool:
        asked.append(True)
        return True

    with pytest.raises(ConversionStopped):
        convert(source, should_stop=stop)
    assert asked


def test_time_runs_out(monkeypatch):
    monkeypatch.setattr("manuscripts.formats.pandoc.seconds_allowed", lambda size: 1)
    with pytest.raises(ConversionFailed) as caught:
        convert_one("a.md", b"# One\n\n" + b"[" * 40_000)
    assert caught.value.code in ("too_slow", "too_complex")


def test_abbreviations_are_kept():
    result = convert_one(
        "a.md", b"# One\n\nThe SLA holds.\n\n```\n*[NO]: code\n```\n\n*[SLA]: Service level agreement\n"
    )
    assert result.documents[0].abbreviations == {"SLA": "Service level agreement"}
    assert "*[NO]: code" in " ".join(words_of(result))


def test_tex_includes_beside_the_file():
    main = rb"\documentclass{book}\begin{document}\include{parts/one}\end{document}"
    result = convert_one("a.zip", zipped({"main.tex": main, "parts/one.tex": rb"\chapter{One} inner words"}))
    assert [document.name for document in result.documents] == ["main.tex"]
    assert "inner" in words_of(result)


def test_title_page_of_word_is_kept():
    def build(d):
        d.add_paragraph("The Book", style="Title")
        d.add_paragraph("Its subtitle", style="Subtitle")
        d.add_heading("One", 1)

    found = blocks("a.docx", word(build))
    assert [(b.kind, b.plain) for b in found] == [
        ("title", "The Book"), ("paragraph", "Its subtitle"), ("heading", "One"),
    ]  # fmt: skip


def test_bold_lines_carry_their_size():
    def build(d):
        run = d.add_paragraph().add_run("Chapter 6 Keeping the promise")
        run.bold, run.font.size = True, docx.shared.Pt(18)
        d.add_paragraph("Plain words follow here.")

    first, second = blocks("a.docx", word(build))
    assert (first.bold, first.size, second.bold) == (True, 18.0, False)

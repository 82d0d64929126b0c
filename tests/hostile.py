"""Hostile and broken manuscripts, made when they are asked for: none lies about as a file.

`CASES` names each with its file name, its bytes and what may become of it. `trap` is an address on this machine that
must never be asked, `canary` a file whose words must never be read.
"""

import io
import itertools
import struct
import zipfile
from collections.abc import Callable
from dataclasses import dataclass

from tests.manuscripts.uploads import by_pandoc, png, rezipped, word, zipped

BOOK = "# One\n\nWords of one.\n\n# Two\n\nWords of two.\n"
#: A refusal at once, a draft that failed, a harmless import.
REFUSED, FAILED, READY = "refused", "failed", "ready"


@dataclass(frozen=True)
class Trap:
    """What a hostile file would like to reach."""

    url: str
    path: str


@dataclass(frozen=True)
class Case:
    """One file. `ends`: what it comes to; `status` and `code` of a refusal, `code` of a failure."""

    name: str
    make: Callable[[Trap], bytes]
    ends: str
    code: str = ""
    status: int = 0


def docx(markdown: str = BOOK) -> bytes:
    return by_pandoc(markdown, "docx")


def locked_office_file() -> bytes:
    """What a word processor makes of a document with a password."""
    return b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(500) + "EncryptedPackage".encode("utf-16-le") + bytes(500)


def locked_zip() -> bytes:
    """A zip whose members say that they are encrypted."""
    data = bytearray(zipped({"a.md": BOOK.encode()}))
    for mark, offset in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        at = data.find(mark)
        data[at + offset] |= 1
    return bytes(data)


def lying_size() -> bytes:
    """The directory promises 20 bytes for a member of many more."""
    data = zipped({"a.md": b"# One\n\n" + b"words " * 50_000})
    at = data.find(b"PK\x01\x02")
    return data[: at + 24] + struct.pack("<I", 20) + data[at + 28 :]


def lying_count() -> bytes:
    """The directory promises 60,000 members."""
    data = zipped({"a.md": BOOK.encode()})
    at = data.rfind(b"PK\x05\x06")
    return data[: at + 8] + struct.pack("<HH", 60_000, 60_000) + data[at + 12 :]


def overlapping() -> bytes:
    """Two directory entries over the same bytes."""
    body = zipped({"a.md": b"words " * 10, "b.md": b"words " * 10})
    start = body.find(b"PK\x01\x02")
    second = body.find(b"PK\x01\x02", start + 4)
    return body[: second + 42] + body[start + 42 : start + 46] + body[second + 46 :]


def link_in_zip(trap: Trap) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        link = zipfile.ZipInfo("a.md")
        link.external_attr = 0o120777 << 16
        archive.writestr(link, trap.path)
    return out.getvalue()


def entity(trap: Trap, form: str, member: str, how: str = "file") -> bytes:
    """A document one of whose parts declares an external entity."""
    target = f"file://{trap.path}" if how == "file" else trap.url
    evil = f'<?xml version="1.0"?><!DOCTYPE a [<!ENTITY x SYSTEM "{target}">]><a>&x;</a>'
    if how == "parameter":
        evil = f'<?xml version="1.0"?><!DOCTYPE a [<!ENTITY % x SYSTEM "{trap.url}">%x;]><a>w</a>'
    data = evil.encode("utf-16") if how == "utf-16" else evil.encode()
    return rezipped(by_pandoc(BOOK, form), {member: data})


def laughs(form: str, member: str) -> bytes:
    """Entities that grow tenfold nine times."""
    lines = ['<!ENTITY l0 "lol">'] + [f'<!ENTITY l{n} "{f"&l{n - 1};" * 10}">' for n in range(1, 10)]
    evil = f'<?xml version="1.0"?><!DOCTYPE a [{"".join(lines)}]><a>&l9;</a>'
    return rezipped(by_pandoc(BOOK, form), {member: evil.encode()})


def linked_picture(target: str) -> bytes:
    """A Word file whose picture lies elsewhere."""
    data = word(lambda d: (d.add_heading("One", 1), d.add_picture(io.BytesIO(png())), d.add_paragraph("Words.")))
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        relations = archive.read("word/_rels/document.xml.rels").decode()
        body = archive.read("word/document.xml").decode()
    relations = relations.replace('Target="media/image1.png"', f'Target="{target}" TargetMode="External"')
    return rezipped(
        data,
        {
            "word/_rels/document.xml.rels": relations.encode(),
            "word/document.xml": body.replace("r:embed=", "r:link=").encode(),
            "word/media/image1.png": None,
        },
    )


def linked_odt(target: str) -> bytes:
    data = by_pandoc(BOOK, "odt")
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        body = archive.read("content.xml").decode()
    frame = (
        '<text:p><draw:frame svg:width="1cm" svg:height="1cm"><draw:image xlink:type="simple" '
        f'xlink:href="{target}"/></draw:frame></text:p></office:text>'
    )
    return rezipped(data, {"content.xml": body.replace("</office:text>", frame).encode()})


def html_that_reaches_out(trap: Trap) -> bytes:
    outside, inside = trap.url, f"file://{trap.path}"
    return f"""<!doctype html><html><head><title>A</title><link rel="stylesheet" href="{outside}/a.css">
<meta http-equiv="refresh" content="0;url={outside}/meta"><base href="{outside}/base/">
<style>@import url({outside}/b.css); p {{ background: url({outside}/c.png) }}</style></head><body>
<h1>One</h1><p>Words.</p><img src="{outside}/d.png"><img srcset="{outside}/e.png 2x" src="e.png">
<iframe src="{outside}/f"></iframe><iframe src="{inside}"></iframe><img src="{inside}"><object data="{inside}"></object>
<embed src="{inside}"><video poster="{outside}/g.png"><source src="{outside}/h.mp4"></video>
<svg><image href="{outside}/i.png"/><use href="{outside}/j.svg#a"/></svg><script src="{outside}/k.js"></script>
<a href="{inside}">a file</a><a href="javascript:alert(1)">a script</a></body></html>""".encode()


def markdown_that_reaches_out(trap: Trap) -> bytes:
    return f"""# One

![outside]({trap.url}/a.png) ![a file](file://{trap.path}) ![a path]({trap.path}) ![up](../../../..{trap.path})

[a file](file://{trap.path}) [a script](javascript:alert(1)) <img src="{trap.url}/b.png">

```{{.include file="{trap.path}"}}
```

!include {trap.path}

{{{{ include "{trap.path}" }}}}

::: {{.include}}
{trap.path}
:::
""".encode()


def tex_that_reaches_out(trap: Trap) -> bytes:
    bare = trap.path.removesuffix(".txt")
    return rf"""\documentclass{{book}}\begin{{document}}\chapter{{One}} Words.
\input{{{trap.path}}} \input{{{bare}}} \include{{{bare}}} \subfile{{{trap.path}}} \verbatiminput{{{trap.path}}}
\lstinputlisting{{{trap.path}}} \includegraphics{{{trap.path}}} \includegraphics{{{trap.url}/a.png}}
\immediate\write18{{cat {trap.path}}} \openin5={trap.path} \read5 to \x \x
\chapter{{Two}} More.\end{{document}}""".encode()


def tex_bomb() -> bytes:
    """Macros that grow tenfold."""
    names = "abcdefghij"
    lines = [r"\newcommand{\xa}{lol }"]
    lines += [rf"\newcommand{{\x{b}}}{{{(chr(92) + 'x' + a + ' ') * 10}}}" for a, b in itertools.pairwise(names)]
    return ("\\documentclass{book}" + "".join(lines) + r"\begin{document}\chapter{One} \xj \end{document}").encode()


def rtf_that_reaches_out(trap: Trap) -> bytes:
    field = rf'{{\field{{\*\fldinst INCLUDEPICTURE "{trap.url}/a.png"}}{{\fldrslt x}}}}'
    text = rf'{{\field{{\*\fldinst INCLUDETEXT "{trap.path}"}}{{\fldrslt x}}}}'
    return rf"{{\rtf1\ansi {{\pard Words. {field} {text}\par}}}}".encode()


def epub_that_reaches_out(trap: Trap) -> bytes:
    data = by_pandoc(BOOK, "epub")
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        name = next(n for n in archive.namelist() if n.endswith("ch001.xhtml"))
        page = archive.read(name).decode()
    pictures = f'<p><img src="file://{trap.path}" alt="a"/><img src="{trap.url}/b.png" alt="b"/></p></body>'
    return rezipped(data, {name: page.replace("</body>", pictures).encode()})


def md(text: str) -> Callable[[Trap], bytes]:
    return lambda trap: ("# One\n\n" + text).encode()


#: What slows down or blows up one Markdown reader or another.
MARKDOWN_BOMBS = {
    "open brackets": "[" * 50_000,
    "brackets in brackets": "[" * 20_000 + "a" + "]" * 20_000,
    "links in links": "[a](" * 20_000,
    "images in images": "![" * 20_000,
    "stars": "*a **a " * 20_000,
    "underscores": "_a __a " * 20_000,
    "tildes": "~~a ~a " * 20_000,
    "backticks": "".join("e" + "`" * n for n in range(1, 500)),
    "angles": "<" * 50_000,
    "comments": "<!-- " * 20_000,
    "references": "".join(f"[{n}]: http://a.example/{n}\n" for n in range(20_000)) + "[0]" * 20_000,
    "abbreviations": "".join(f"*[A{n}]: long\n" for n in range(2_000)) + "\nA1 " * 5_000,
    "footnotes": "".join(f"[^{n}]: see [^{n + 1}]\n\n" for n in range(2_000)) + "\n\nA[^0]\n",
    "maths": "$" * 50_000,
    "maths in maths": "$x_" + "{a_" * 5_000 + "}" * 5_000 + "$",
    "deep list": "\n".join(" " * 2 * n + "- a" for n in range(400)),
    "deep quote": "> " * 2_000 + "a",
    "wide table": "|" + "a|" * 5_000 + "\n|" + "-|" * 5_000 + "\n" + ("|" + "b|" * 5_000 + "\n") * 3,
    "definitions": "a\n: b\n" * 10_000,
    "entities": "&" * 50_000 + "&#x110000;" * 5_000,
    "trailing blanks": "a" + " " * 100_000 + "b",
    "dashes": "-" * 100_000 + "a",
    "tabs": "\t" * 50_000 + "a",
    "fences": "```\n" * 20_001,
    "attributes": "## a {" + "#a .b c=d " * 10_000 + "}",
    "control characters": "ab\x0bc\x1b[31m\u202ed\ufeffe\u2028f" + " words" * 400,
}

CASES: dict[str, Case] = {
    "empty word file": Case("a.docx", lambda t: b"", REFUSED, "empty", 400),
    "empty markdown": Case("a.md", lambda t: b"\xef\xbb\xbf \r\n\t", REFUSED, "empty", 400),
    "empty zip": Case("a.zip", lambda t: zipped({}), REFUSED, "nothing_readable", 400),
    "truncated word file": Case("a.docx", lambda t: docx()[:6000], FAILED, "truncated"),
    "truncated odt": Case("a.odt", lambda t: by_pandoc(BOOK, "odt")[:3000], FAILED, "truncated"),
    "encrypted word file": Case("a.docx", lambda t: locked_office_file(), FAILED, "encrypted"),
    "encrypted zip": Case("a.zip", lambda t: locked_zip(), FAILED, "encrypted"),
    "pdf as word file": Case("a.docx", lambda t: b"%PDF-1.7 words", REFUSED, "wrong_type", 415),
    "word file as markdown": Case("a.md", lambda t: docx(), REFUSED, "wrong_type", 415),
    "program as html": Case("a.html", lambda t: b"MZ" + bytes(300), REFUSED, "wrong_type", 415),
    "unknown type": Case("a.exe", lambda t: b"MZ" + bytes(300), REFUSED, "unknown_type", 415),
    "word file with macros": Case("a.docx", lambda t: rezipped(docx(), {"word/vbaProject.bin": b"Sub x()"}), READY),
    "macro-enabled word file": Case("a.docm", lambda t: docx(), READY),
    "zip bomb by ratio": Case("a.zip", lambda t: zipped({"a.md": bytes(40_000_000)}), REFUSED, "zip_bomb", 413),
    "zip bomb in a word file": Case(
        "a.docx", lambda t: rezipped(docx(), {"word/media/a.png": bytes(60_000_000)}), REFUSED, "zip_bomb", 413
    ),
    "zip with a lying size": Case("a.zip", lambda t: lying_size(), FAILED, "truncated"),
    "zip with a lying count": Case("a.zip", lambda t: lying_count(), REFUSED, "zip_bomb", 413),
    "zip that overlaps": Case("a.zip", lambda t: overlapping(), REFUSED, "zip_bomb", 413),
    "zip of many members": Case(
        "a.zip", lambda t: zipped({f"{n}.md": b"x" for n in range(6_000)}), REFUSED, "zip_bomb", 413
    ),
    "zip that leads outside": Case("a.zip", lambda t: zipped({"../a.md": b"# A"}), REFUSED, "unsafe_zip", 400),
    "zip with a link": Case("a.zip", link_in_zip, REFUSED, "unsafe_zip", 400),
    "entity in word file": Case("a.docx", lambda t: entity(t, "docx", "word/document.xml"), FAILED, "unsafe_xml"),
    "entity in utf-16": Case("a.docx", lambda t: entity(t, "docx", "word/styles.xml", "utf-16"), FAILED, "unsafe_xml"),
    "entity from outside": Case("a.odt", lambda t: entity(t, "odt", "content.xml", "url"), FAILED, "unsafe_xml"),
    "parameter entity": Case("a.odt", lambda t: entity(t, "odt", "styles.xml", "parameter"), FAILED, "unsafe_xml"),
    "entity in epub": Case("a.epub", lambda t: entity(t, "epub", "EPUB/content.opf"), FAILED, "unsafe_xml"),
    "entities that grow": Case("a.docx", lambda t: laughs("docx", "word/document.xml"), FAILED, "unsafe_xml"),
    "picture elsewhere in word file": Case("a.docx", lambda t: linked_picture(f"{t.url}/a.png"), READY),
    "picture file in word file": Case("a.docx", lambda t: linked_picture(f"file://{t.path}"), READY),
    "picture elsewhere in odt": Case("a.odt", lambda t: linked_odt(f"{t.url}/a.png"), READY),
    "picture file in odt": Case("a.odt", lambda t: linked_odt(f"file://{t.path}"), READY),
    "html that reaches out": Case("a.html", html_that_reaches_out, READY),
    "markdown that reaches out": Case("a.md", markdown_that_reaches_out, READY),
    "tex that reaches out": Case("a.tex", tex_that_reaches_out, READY),
    "rtf that reaches out": Case("a.rtf", rtf_that_reaches_out, READY),
    "epub that reaches out": Case("a.epub", epub_that_reaches_out, READY),
    "tex bomb": Case("a.tex", lambda t: tex_bomb(), FAILED),
    "a nul in markdown": Case("a.md", lambda t: b"# One\n\na\x00b\n", REFUSED, "wrong_type", 415),
    "invalid utf-8": Case("a.md", lambda t: b"# One\n\ncaf\xe9 \xff\xfe\xf0\x28\x8c\x28 words\n", READY),
    "one line of 5 MB": Case("a.txt", lambda t: b"words " * 850_000, READY),
    "one word of 5 MB": Case("a.md", lambda t: b"# A\n\n" + b"x" * 5_000_000, FAILED),
    "50,000 headings": Case("a.md", lambda t: b"\n\n".join(b"# H %d" % n for n in range(50_000)), FAILED),
    "no heading": Case("a.md", lambda t: b"Words.\n\nMore words, and no heading at all.\n", READY),
}

"""Words that break out of what is careless: each as a note, a name and a title, all at once."""

from dataclasses import replace

from reports.snapshot import Reply, Snapshot
from tests.reports.samples import full_round

WORDS = (
    "=1+1",
    '=HYPERLINK("http://127.0.0.1/","here")',
    "+1",
    "-1 and more",
    "@SUM(1)",
    "\t=1+1",
    "＝1+1",
    "'quoted",
    "_x0041_ and _x000D_",
    "<r><t>rich</t></r>",
    "<w:t>word</w:t> </w:body> ]]> &amp; &#65; <!-- -->",
    "</script><script>alert(1)</script> <b>b</b>",
    '#read("/etc/passwd") *bold* $x^2$ @ref <label>',
    "\\input{/etc/passwd} \\u{41}",
    "{{ 7|add:7 }} {% now %} ${7*7} %s %(x)s",
    "[a]:*?/\\' History",
    "../../etc/passwd",
    "http://127.0.0.1/ file:///etc/passwd mailto:a",
    "\u202etxt.exe\u202c and \u202enever closed",
    "\u2067isolated and never closed",
    "مرحبا بالعالم، هذا تعليق",
    "שלום עולם",
    "数据库迁移 👩\u200d👩\u200d👧\u200d👦 ✅ 𓀀",
    "e\u0301 \u200bzero\u00a0width\ufeff",
    "first\nsecond\r\nthird\n\n  indented\tand a tab",
    "NaN",
    "1e999",
    "007",
    "TRUE",
    "#REF!",
    "a sentence that goes on " * 4200,
    "unbroken" * 12_500,
    "😀" * 100_000,
)
#: What no XML can hold. None of it gets past the forms, the API or a database.
IMPOSSIBLE = ("nul \x00 bell \x07 escape \x1b delete \x7f", "half \ud800 of a pair", "none \ufffe \uffff")


def hostile_round(words: tuple[str, ...] = WORDS) -> Snapshot:
    """A round in which everything anybody can type is one of these words."""
    book = full_round(notes=len(words))

    def word(at: int) -> str:
        return words[at % len(words)]

    return replace(
        book,
        title=word(2),
        authors=tuple(word(at) for at in range(4)),
        disciplines=tuple(replace(d, name=word(at), code=word(at)[:12]) for at, d in enumerate(book.disciplines)),
        members=tuple(replace(m, name=word(at)) for at, m in enumerate(book.members)),
        chapters=tuple(replace(c, title=word(at + 3)) for at, c in enumerate(book.chapters)),
        sections=tuple(replace(s, title=word(at)) for at, s in enumerate(book.sections)),
        questions=tuple(replace(q, text=word(at)) for at, q in enumerate(book.questions)),
        answers=tuple(replace(a, words=word(at), via=word(at + 5)) for at, a in enumerate(book.answers[:40])),
        remarks=tuple(
            replace(
                r,
                body=w,
                quote=w[:600],
                before=w[:160],
                after=w[-160:],
                reason=w,
                replacement=w,
                via=w[:100],
                kind="suggestion",
                reaction="",
                visibility="everyone",
                permission="named",
                replies=(Reply("author", w),),
            )
            for r, w in zip(book.remarks, words, strict=True)
        ),
    )

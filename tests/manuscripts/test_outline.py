"""Where chapters and sections begin, whose they are, and what the author is asked."""

import pytest

from manuscripts.formats import Block, Document
from manuscripts.headings import Names, fingerprints, normal_heading
from manuscripts.matching import OldSection, likely_disciplines, match
from manuscripts.outline import outline
from tests.manuscripts.uploads import convert_one

NAMES = [
    Names("it-operations", "OPS", "IT operations", ("operations", "ops")),
    Names("deployment", "DEP", "Deployment", ("release and deployment",)),
    Names("information-security", "SEC", "Information security", ("security",)),
]


def book(markdown: str, name: str = "book.md") -> list[Document]:
    return convert_one(name, markdown.encode()).documents


def shape(documents: list[Document], *corrections: dict, whole_book: bool = True) -> list[tuple]:
    """(position, title, [(section title, discipline)]) of each chapter."""
    made = outline(documents, NAMES, corrections, whole_book)
    return [(c.position, c.title, [(s.title, s.discipline) for s in c.sections]) for c in made.chapters]


def at(documents: list[Document], words: str) -> str:
    """The fingerprint of the first block with these words."""
    blocks = [block for document in documents for block in document.blocks]
    return next(m for m, block in zip(fingerprints(blocks), blocks, strict=True) if block.plain == words)


def codes(documents: list[Document], *corrections: dict) -> list[str]:
    return [problem.code for problem in outline(documents, NAMES, corrections).problems]


@pytest.mark.parametrize(
    ("heading", "plain"),
    [
        ("3.2 Deployment", "deployment"), ("IV. Deployment:", "deployment"), ("Chapter 4: Deployment", "deployment"),
        ("Notes for IT Operations", "it operations"), ("For the security", "security"), ("b) OPS", "ops"),
        ("Governance, risk and compliance", "governance risk and compliance"), ("A plan", "a plan"),
        ("12 monkeys", "monkeys"), ("Civil service", "civil service"),
    ],
)  # fmt: skip
def test_normal_headings(heading, plain):
    assert normal_heading(heading) == plain


def test_level_one_makes_chapters_and_what_stands_before_is_front_matter():
    documents = book("Thanks to all.\n\n# One\n\na\n\n## Aside\n\nb\n\n# Two\n\nc\n")
    assert shape(documents) == [
        (0, "Front matter", [("Front matter", None)]), (1, "One", [("One", None)]), (2, "Two", [("Two", None)]),
    ]  # fmt: skip
    made = outline(documents, NAMES)
    assert made.chapters[1].sections[0].markdown == "# One\n\na\n\n## Aside\n\nb\n"
    assert made.chapters[0].kind == "front"


def test_a_single_level_one_heading_is_the_title():
    documents = book("# The Book\n\nPreface words.\n\n## One\n\na\n\n## Two\n\nb\n\n### Deep\n\nc\n")
    made = outline(documents, NAMES)
    assert made.title == "The Book"
    assert [(c.position, c.title) for c in made.chapters] == [(0, "Front matter"), (1, "One"), (2, "Two")]
    assert made.chapters[0].sections[0].markdown.startswith("# The Book\n\nPreface")
    bare = book("# The Book\n\n## One\n\na\n\n## Two\n\nb\n")
    assert [title for _, title, _ in shape(bare)] == ["One", "Two"]


def test_a_single_heading_above_disciplines_is_a_chapter():
    documents = book("# The handover\n\nx\n\n## Deployment\n\na\n\n## IT operations\n\nb\n")
    assert shape(documents) == [
        (1, "The handover", [
            ("The handover", None), ("Deployment", "deployment"), ("IT operations", "it-operations")]),
    ]  # fmt: skip


def test_discipline_sections_end_at_their_level_and_common_text_follows():
    documents = book(
        "# One\n\n## What each asks\n\nintro\n\n### Notes for operations\n\na\n\n#### Detail\n\nb\n\n"
        "### 2. DEP\n\nc\n\n## Back to all\n\nd\n\n# Two\n\ne\n"
    )
    assert shape(documents)[0] == (1, "One", [
        ("One", None), ("Notes for operations", "it-operations"), ("2. DEP", "deployment"), ("Back to all", None),
    ])  # fmt: skip
    section = outline(documents, NAMES).chapters[0].sections[1]
    assert section.markdown == "### Notes for operations\n\na\n\n#### Detail\n\nb\n"


def test_a_lone_discipline_heading_is_asked_about():
    documents = book("# One\n\nx\n\n## Deployment\n\nThe release was ready.\n\n## Other\n\ny\n\n# Two\n\nz\n")
    made = outline(documents, NAMES)
    assert [s.title for s in made.chapters[0].sections] == ["One"]
    (question,) = made.questions
    assert (question.kind, question.title, question.proposal) == ("discipline", "Deployment", "no")
    assert question.context == "The release was ready."
    assert codes(documents) == ["doubtful_discipline"]
    yes = shape(documents, *question.options["yes"])
    assert yes[0][2] == [("One", None), ("Deployment", "deployment"), ("Other", None)]
    no = outline(documents, NAMES, question.options["no"])
    assert (no.questions, no.problems, no.stale) == ([], [], [])


def test_an_attribute_decides_for_a_lone_heading():
    documents = book("# One\n\nx\n\n## How it goes out {discipline=deployment}\n\ny\n\n# Two\n\nz\n")
    assert shape(documents)[0][2] == [("One", None), ("How it goes out", "deployment")]
    assert "{" not in outline(documents, NAMES).chapters[0].sections[1].markdown
    assert codes(book("# One\n\n## X {discipline=alchemy}\n\ny\n\n# Two\n\nz")) == ["unknown_discipline"]


def test_a_level_one_discipline_is_a_chapter_of_one_section():
    documents = book("# One\n\na\n\n# Information security\n\nb\n\n## Deployment\n\nc\n\n## Operations\n\nd\n")
    assert shape(documents)[1] == (2, "Information security", [("Information security", "information-security")])


def test_no_heading_at_all():
    documents = book("First words.\n\nMore words.\n", "loose notes.md")
    made = outline(documents, NAMES)
    assert [(c.position, c.title) for c in made.chapters] == [(1, "loose notes")]
    assert made.chapters[0].sections[0].markdown == "# loose notes\n\nFirst words.\n\nMore words.\n"
    assert [p.code for p in made.problems] == ["no_headings"]


def test_several_files_are_chapters():
    documents = [
        *book("Before.\n\n# One\n\na\n\n## x\n\n## y\n", "1.md"),
        *book("no heading", "2 second.md"),
        *book("# Three\n\nb\n\n# Four\n\nc\n", "3.md"),
    ]
    assert [(p, t) for p, t, _ in shape(documents)] == [(1, "One"), (2, "2 second"), (3, "Three"), (4, "Four")]
    assert outline(documents, NAMES).chapters[0].sections[0].markdown.startswith("Before.\n\n# One")


def bold_book() -> list[Document]:
    line = [
        ("Chapter 1 The handover", True, 18.0), ("Nobody owned the handover that morning.", False, 0.0),
        ("Deployment", True, 14.0), ("The release waited.", False, 0.0),
        ("IT operations", True, 14.0), ("The pager did not.", False, 0.0),
        ("Chapter 2 The promise", True, 18.0), ("“Not again,” she said.", True, 0.0),
        ("Plain words end it.", False, 0.0),
    ]  # fmt: skip
    blocks = [Block("paragraph", t, f"**{t}**" if bold else t, bold=bold, size=size) for t, bold, size in line]
    return [Document("bold.docx", "docx", blocks)]


def test_a_bold_line_in_large_type_is_a_chapter_beside_real_chapters():
    def read(title: str, size: float, other: float) -> list[str]:
        blocks = [
            Block("heading", "The handover", "The handover", level=1),
            Block("heading", "IT operations", "IT operations", level=2),
            Block("paragraph", "Aside", "**Aside**", bold=True, size=other),
            Block("paragraph", "The pager does.", "The pager does."),
            Block("paragraph", title, f"**{title}**", bold=True, size=size),
            Block("paragraph", "The release waited.", "The release waited."),
        ]
        return [chapter.title for chapter in outline([Document("bold.docx", "docx", blocks)], NAMES).chapters]

    assert read("Chapter 2 The promise", 18.0, 0.0) == ["The handover", "Chapter 2 The promise"]
    assert read("The promise", 18.0, 0.0) == ["The handover", "The promise"]
    assert read("The promise", 18.0, 18.0) == ["The handover"]
    assert read("The promise", 12.0, 0.0) == ["The handover"]


def test_bold_lines_are_read_as_headings_and_offered():
    documents = bold_book()
    made = outline(documents, NAMES)
    assert [(c.title, [s.discipline for s in c.sections]) for c in made.chapters] == [
        ("Chapter 1 The handover", [None, "deployment", "it-operations"]), ("Chapter 2 The promise", [None]),
    ]  # fmt: skip
    assert made.chapters[0].sections[0].markdown.startswith("# Chapter 1 The handover\n")
    assert [(q.title, q.proposal) for q in made.questions] == [
        ("Chapter 1 The handover", "yes"), ("Deployment", "yes"), ("IT operations", "yes"),
        ("Chapter 2 The promise", "yes"), ("“Not again,” she said.", "no"),
    ]  # fmt: skip
    answers = [op for q in made.questions for op in q.options["no"]]
    plain = outline(documents, NAMES, answers)
    assert [(c.title, len(c.sections)) for c in plain.chapters] == [("bold", 1)]
    assert plain.questions == []


def test_corrections_split_merge_rename_assign():
    documents = book("# One\n\na first\n\nb second\n\n# Two\n\nc third\n\n# Three\n\nd\n")
    assert [t for _, t, _ in shape(documents, {"op": "merge", "at": at(documents, "Two")})] == ["One", "Three"]
    split = shape(documents, {"op": "split", "at": at(documents, "b second"), "as": "chapter", "title": "New"})
    assert [t for _, t, _ in split] == ["One", "New", "Two", "Three"]
    made = outline(
        documents, NAMES, [{"op": "split", "at": at(documents, "b second"), "as": "chapter", "title": "New"}]
    )
    assert made.chapters[1].sections[0].markdown == "# New\n\nb second\n"
    section = shape(documents, {"op": "split", "at": at(documents, "b second"), "as": "section"})
    assert section[0][2] == [("One", None), ("One, continued", None)]
    renamed = outline(documents, NAMES, [{"op": "rename", "at": at(documents, "Two"), "title": "Zwei *x*"}])
    assert renamed.chapters[1].title == "Zwei *x*"
    assert renamed.chapters[1].sections[0].markdown == "# Zwei \\*x\\*\n\nc third\n"
    given = shape(documents, {"op": "discipline", "at": at(documents, "Two"), "discipline": "deployment"})
    assert given[1][2] == [("Two", "deployment")]
    level = shape(documents, {"op": "heading", "at": at(documents, "Two"), "level": 0})
    assert [t for _, t, _ in level] == ["One", "Three"]


def test_renaming_an_untitled_chapter_writes_one_heading():
    documents = book("First words.\n", "loose.md")
    made = outline(documents, NAMES, [{"op": "rename", "at": at(documents, "First words."), "title": "Begin"}])
    assert made.chapters[0].title == "Begin"
    assert made.chapters[0].sections[0].markdown == "# Begin\n\nFirst words.\n"


def test_corrections_hold_for_the_next_upload_or_are_named():
    old = book("# One\n\na\n\n# Two\n\nb\n")
    ops = [
        {"op": "rename", "at": at(old, "Two"), "title": "Second"},
        {"op": "merge", "at": at(old, "b")},
        {"op": "split", "at": "0000000000000000-1", "as": "chapter"},
    ]
    new = book("# Zero\n\nz\n\n# One\n\na\n\n# Two\n\nb changed\n")
    made = outline(new, NAMES, ops)
    assert [c.title for c in made.chapters] == ["Zero", "One", "Second"]
    assert made.stale == ops[1:]
    assert [p.code for p in made.problems] == ["correction_stale", "correction_stale"]


def test_notes_and_abbreviations_go_where_they_are_used():
    documents = book(
        "# One\n\na[^x] b[^y] SLA\n\n# Two\n\nc[^y]\n\n"
        "[^x]: Note x.\n\n    Second part.\n[^y]: Note y.\n\n*[SLA]: Level\n"
    )
    one, two = (c.sections[0].markdown for c in outline(documents, NAMES).chapters)
    assert one == ("# One\n\na[^1] b[^2] SLA\n\n[^1]: Note x.\n\n    Second part.\n\n[^2]: Note y.\n\n*[SLA]: Level\n")
    assert two == "# Two\n\nc[^1]\n\n[^1]: Note y.\n"


def test_limits_are_errors():
    many = [Document("m.md", "md", [Block("heading", f"H {n}", f"H {n}", 1) for n in range(50_000)])]
    assert "too_many_chapters" in codes(many)
    long = [Document("m.md", "md", [Block("paragraph", "w " * 1_000_001, "w")])]
    assert "too_many_words" in codes(long)


# keys


def old_from(documents: list[Document], keys) -> list[OldSection]:
    made = outline(documents, NAMES)
    return [
        OldSection(k, c, chapter.title, section.title, section.discipline, section.plain)
        for chapter, c, row in zip(made.chapters, keys.chapters, keys.sections, strict=True)
        for section, k in zip(chapter.sections, row, strict=True)
    ]


CODES = {n.slug: n.code for n in NAMES}
FIRST = (
    "Front words.\n\n# One\n\nThe quick brown fox jumps over the lazy dog every single morning.\n\n"
    "## Deployment\n\nRelease the new version when the window opens on Thursday night.\n\n"
    "## IT operations\n\nWatch the graphs and keep the pager close until the morning comes.\n\n"
    "# Two\n\nPack my box with five dozen liquor jugs and send them to the harbour.\n"
)


def test_keys_of_a_first_draft():
    keys = match(outline(book(FIRST), NAMES), [], CODES)
    assert keys.chapters == ["front", "c1", "c2"]
    assert keys.sections == [["front"], ["c1", "c1-dep", "c1-ops"], ["c2"]]
    assert keys.next_chapter == 3


def test_keys_stay_when_chapters_move_and_are_renamed():
    first = book(FIRST)
    old = old_from(first, match(outline(first, NAMES), [], CODES))
    second = book(
        "# New\n\nSomething that never stood in any draft before this one did.\n\n"
        "# Deux\n\nPack my box with five dozen liquor jugs and send them to the harbour.\n\n"
        "# One\n\nRewritten from scratch.\n\n## IT operations\n\nWatch it.\n\n## Deployment\n\nShip it.\n"
    )
    keys = match(outline(second, NAMES), old, CODES, next_chapter=3)
    assert keys.chapters == ["c3", "c2", "c1"]
    assert keys.sections == [["c3"], ["c2"], ["c1", "c1-ops", "c1-dep"]]
    assert keys.next_chapter == 4


def test_a_renamed_first_section_is_found_beside_the_others():
    first = book(FIRST)
    old = old_from(first, match(outline(first, NAMES), [], CODES))
    text = FIRST.replace("## Deployment", "## How it goes out").replace("# Two", "## Security\n\nx\n\n# Two")
    second = book(text)
    (question,) = likely_disciplines(outline(second, NAMES), old)
    assert (question.kind, question.title, question.detail) == ("renamed", "How it goes out", "Deployment")
    made = outline(second, NAMES, question.options["yes"])
    keys = match(made, old, CODES, 3, answers={question.at: "c1-dep"})
    assert keys.sections[1] == ["c1", "c1-dep", "c1-ops", "c1-sec"]
    no = outline(second, NAMES, question.options["no"])
    assert likely_disciplines(no, old, {question.at: None}) == []
    assert [s.title for s in no.chapters[1].sections] == ["One", "IT operations", "Security"]


def test_answers_decide_over_likeness():
    first = book(FIRST)
    old = old_from(first, match(outline(first, NAMES), [], CODES))
    moved = FIRST.replace("## IT operations", "## Security\n\nx\n\n## IT ops and more").replace("Watch", "Now watch")
    made = outline(book(moved), NAMES)
    keys = match(made, old, CODES, next_chapter=3)
    (question,) = keys.questions
    assert (question.kind, question.title, question.proposal) == ("renamed", "IT ops and more", "yes")
    assert keys.sections[1] == ["c1", "c1-dep", "c1-sec", "c1-ops"]
    assert made.chapters[1].sections[3].discipline == "it-operations"
    again = outline(book(moved), NAMES)
    no = match(again, old, CODES, next_chapter=3, answers={question.at: None})
    assert no.sections[1][3] == "c1-2"
    assert no.questions == []
    assert again.chapters[1].sections[3].discipline is None


def test_a_key_is_never_used_again():
    keys = match(outline(book("# One\n\na\n\n# Two\n\nb"), NAMES), [], CODES, 7, {"c7"})
    assert keys.sections == [["c7-2"], ["c8"]]


def test_a_remembered_correction_is_given_up_rather_than_put_on_a_twin():
    def paragraphs(*lines):
        return [Block(kind="paragraph", plain=line, markdown=line) for line in lines]

    before = fingerprints(paragraphs("Alpha", "Summary", "Beta", "Gamma", "Summary", "Delta"))
    after = fingerprints(paragraphs("Alpha", "Beta", "Gamma", "Summary", "Delta"))
    assert len(set(before)) == 6
    assert before[4] not in after and before[1] not in after  # one of two has gone: which, nobody can say
    moved = fingerprints(paragraphs("Alpha", "Summary", "Beta", "New", "Gamma", "Summary", "Delta"))
    assert (moved[1], moved[5]) == (before[1], before[4])

"""From an upload to a draft: rows, keys, what changed, and what is refused or failed."""

import pytest
from django.conf import settings
from django.core.exceptions import PermissionDenied

from jobs.models import Job
from jobs.queue import cancel
from manuscripts.correcting import change_outline, correct, uncorrect
from manuscripts.errors import Refused
from manuscripts.formats import Block, Upload
from manuscripts.headings import fingerprints
from manuscripts.manuscripts import make_manuscript
from manuscripts.models import Draft, Manuscript, Section, SectionText
from manuscripts.permissions import Actor
from manuscripts.uploads import discard, upload
from tests.books import make_author, make_reader, open_at_once
from tests.manuscripts.uploads import png, word, zipped

pytestmark = pytest.mark.django_db
FIRST = """# One

The first words stand here, and they are many enough to be known again.

## Deployment

Release on Thursday when the window opens.

## IT operations

Keep the pager near.

# Two

Words of the second chapter, which nobody will touch.
"""


@pytest.fixture(autouse=True)
def folders(settings, tmp_path):
    settings.SOURCES_DIR = tmp_path / "sources"
    settings.IMAGES_DIR = tmp_path / "images"


@pytest.fixture
def author() -> Actor:
    return Actor(user=make_author())


@pytest.fixture
def manuscript(author) -> Manuscript:
    return make_manuscript(author.user, "The Night Shift")


@pytest.fixture
def import_text(author, manuscript, run_jobs):
    def run(text: str | bytes, name: str = "book.md", **options) -> Draft:
        data = text.encode() if isinstance(text, str) else text
        made = upload(author, manuscript, [Upload(name, data)], **options)
        run_jobs()
        made.draft.refresh_from_db()
        return made.draft

    return run


def shape(draft: Draft) -> list[tuple]:
    return [
        (p.chapter_position, p.chapter.key, p.section.key, p.title, p.discipline and p.discipline.slug)
        for p in draft.placements.select_related("chapter", "section", "discipline")
    ]


def test_an_upload_becomes_a_ready_draft(import_text):
    draft = import_text(FIRST)
    assert (draft.state, draft.number, draft.label, draft.problems) == ("ready", 1, None, [])
    assert shape(draft) == [
        (1, "c1", "c1", "One", None), (1, "c1", "c1-dep", "Deployment", "deployment"),
        (1, "c1", "c1-ops", "IT operations", "it-operations"), (2, "c2", "c2", "Two", None),
    ]  # fmt: skip
    text = draft.placements.get(section__key="c2").text
    assert text.markdown == "# Two\n\nWords of the second chapter, which nobody will touch.\n"
    assert text.text == "Two\nWords of the second chapter, which nobody will touch.\n"
    assert text.words == 10
    assert (settings.SOURCES_DIR / draft.sources.get().sha256).read_bytes() == FIRST.encode()
    assert draft.changes == {"against": None, "added": [], "changed": [], "moved": [], "renamed": [], "removed": []}
    assert Job.objects.get(pk=draft.job_id).result == {"url": "/api/v1/manuscripts/the-night-shift/drafts/1/"}


def test_the_same_bytes_are_the_same_draft(import_text, author, manuscript):
    draft = import_text(FIRST)
    again = upload(author, manuscript, [Upload("renamed.md", FIRST.encode())])
    assert (again.draft, again.job, again.created) == (draft, None, False)
    assert upload(author, manuscript, [Upload("a.md", b"# Other")]).created
    assert Draft.objects.count() == 2


def test_a_second_draft_keeps_keys_and_unchanged_texts(import_text):
    first = import_text(FIRST)
    open_at_once(first)
    second = import_text(FIRST.replace("many enough", "more than enough").replace("# Two", "# Zwei"))
    assert [row[2] for row in shape(second)] == ["c1", "c1-dep", "c1-ops", "c2"]
    assert second.changes["against"] == 1
    assert (second.changes["changed"], second.changes["renamed"]) == (["c1"], ["c2"])
    assert second.changes["remarks"] == {"kept": 0, "moved": 0, "edited": 0, "detached": 0}
    same = {p.section.key: p.text_id for p in first.placements.select_related("section")}
    for place in second.placements.select_related("section"):
        assert (place.text_id == same[place.section.key]) == (place.section.key in ("c1-dep", "c1-ops"))
    assert Section.objects.count() == 4


def test_open_at_once_as_a_round_and_as_a_correction(import_text):
    first = import_text(FIRST, open_as="new")
    assert (first.state, first.label, first.round.state) == ("open", "1", "running")
    second = import_text(FIRST.replace("pager", "radio"), open_as="same")
    first.refresh_from_db()
    assert (second.state, second.label, first.state) == ("open", "1.1", "closed")
    third = import_text("# Quite other\n\nNothing of it stood before.\n", open_as="new")
    assert third.state == "ready"
    assert [p["code"] for p in third.problems] == ["chapters_vanish"]


def test_chapters_are_replaced_in_place(import_text):
    first = import_text(FIRST)
    second = import_text("# One again\n\nAll new words.\n", "one.md", chapters=["c1"])
    assert shape(second) == [(1, "c1", "c1", "One again", None), (2, "c2", "c2", "Two", None)]
    assert second.changes["changed"] == ["c1"]
    assert second.changes["removed"] == ["c1-dep", "c1-ops"]
    kept = second.placements.get(section__key="c2")
    assert kept.text_id == first.placements.get(section__key="c2").text_id
    assert (kept.source.name, second.placements.get(section__key="c1").source.name) == ("book.md", "one.md")


def test_refused_at_the_door(author, manuscript):
    for files, code, status in (
        ([], "no_file", 400), ([Upload("a.md", b"")], "empty", 400), ([Upload("a.pdf", b"%PDF")], "unknown_type", 415),
        ([Upload("a.zip", zipped({"a.md": bytes(40_000_000)}))], "zip_bomb", 413),
    ):  # fmt: skip
        with pytest.raises(Refused) as caught:
            upload(author, manuscript, files)
        assert (caught.value.code, caught.value.status, caught.value.field) == (code, status, "file")
    for options, code in (({"open_as": "same"}, "no_round"), ({"chapters": ["c9"]}, "unknown_chapter")):
        with pytest.raises(Refused) as caught:
            upload(author, manuscript, [Upload("a.md", b"# A")], **options)
        assert caught.value.code == code
    assert not Draft.objects.exists() and not Job.objects.exists()


def test_readers_upload_nothing(manuscript):
    reader = make_reader(manuscript, "Rosa Adeyemi", "it-operations")
    with pytest.raises(PermissionDenied):
        upload(Actor(user=reader.user), manuscript, [Upload("a.md", b"# A")])


def test_what_only_conversion_finds_fails_the_draft(import_text):
    whole = word(lambda d: d.add_paragraph("words"))
    draft = import_text(whole[: len(whole) // 2], "cut.docx")
    assert draft.state == "failed"
    assert [(p["code"], p["severity"]) for p in draft.problems] == [("truncated", "error")]
    assert "cut.docx" in draft.problems[0]["detail"]
    assert Job.objects.get(pk=draft.job_id).problem_code == "truncated"
    assert import_text("# One\n\n" + "x" * 5_000_000).problems[0]["code"] == "line_too_long"
    many = "\n\n".join(f"# H {n}" for n in range(50_000))
    assert import_text(many).problems[0]["code"] == "too_many_chapters"
    assert not SectionText.objects.exists()


def test_pictures_are_kept(import_text):
    draft = import_text(zipped({"a.md": b"# A\n\n![plan](p.png)\n", "p.png": png()}), "a.zip")
    text = draft.placements.get().text
    image = text.images.get()
    assert (image.width, image.height, image.media_type) == (4, 3, "image/png")
    assert (settings.IMAGES_DIR / image.sha256).exists()
    assert f'src="image:{image.sha256}"' in text.html


def test_a_dry_run_stores_nothing(author, manuscript, run_jobs):
    made = upload(author, manuscript, [Upload("book.md", FIRST.encode())], dry_run=True)
    run_jobs()
    made.job.refresh_from_db()
    result = made.job.result
    assert (result["number"], result["state"], result["problems"]) == (None, "ready", [])
    assert [c["key"] for c in result["chapters"]] == ["c1", "c2"]
    assert [s["discipline"] for s in result["chapters"][0]["sections"]] == [None, "deployment", "it-operations"]
    assert not Draft.objects.exists() and not Section.objects.exists()
    assert list(settings.SOURCES_DIR.iterdir()) == []


def test_corrections_are_remembered_for_the_next_upload(import_text, author):
    draft = import_text(FIRST)
    mark = draft.read.blocks["at"]["c2"]
    correct(author, draft, [{"op": "rename", "at": mark, "title": "Second"}])
    draft.refresh_from_db()
    assert draft.placements.get(section__key="c2").title == "Second"
    assert draft.placements.get(section__key="c2").text.markdown.startswith("# Second\n")
    later = import_text(FIRST.replace("pager", "radio"))
    assert later.placements.get(section__key="c2").title == "Second"
    draft = uncorrect(author, later, 0)
    assert (draft.corrections, draft.placements.get(section__key="c2").title) == ([], "Two")


def test_a_split_section_gets_a_key_and_keeps_it(import_text, author):
    draft = import_text(FIRST)
    documents = draft.read.blocks["documents"]
    blocks = [Block.from_json(b) for d in documents for b in d["blocks"]]
    mark = fingerprints(blocks)[-1]
    draft = correct(author, draft, [{"op": "split", "at": mark, "as": "chapter", "title": "Three"}])
    assert shape(draft)[-1] == (3, "c3", "c3", "Three", None)
    draft = correct(author, draft, [{"op": "rename", "at": mark, "title": "Tertium"}])
    assert shape(draft)[-1] == (3, "c3", "c3", "Tertium", None)
    with pytest.raises(Refused) as caught:
        correct(author, draft, [{"op": "merge", "at": "nowhere-1"}])
    assert caught.value.code == "no_place"


def test_titles_and_disciplines_by_key(import_text, author):
    draft = import_text(FIRST)
    draft = change_outline(
        author,
        draft,
        [{"key": "c2", "title": "Deux", "sections": [{"key": "c2", "discipline": "information-security"}]}],
    )
    assert shape(draft)[-1] == (2, "c2", "c2", "Deux", "information-security")
    for chapters, field in (
        ([{"key": "c9"}], "chapters.0.key"),
        ([{"key": "c1", "title": " "}], "chapters.0.title"),
        ([{"key": "c1", "sections": [{"key": "c1", "discipline": "alchemy"}]}], "chapters.0.sections.0.discipline"),
    ):
        with pytest.raises(Refused) as caught:
            change_outline(author, draft, chapters)
        assert caught.value.field == field


def test_a_discarded_draft_leaves_no_texts(import_text, author):
    draft = discard(author, import_text(FIRST))
    assert (draft.state, SectionText.objects.count()) == ("discarded", 0)
    with pytest.raises(Refused):
        discard(author, draft)
    assert import_text(FIRST).number == 2


def test_a_cancelled_job_fails_its_draft(author, manuscript, run_jobs):
    made = upload(author, manuscript, [Upload("book.md", FIRST.encode())])
    cancel(made.job)
    made.draft.refresh_from_db()
    assert (made.draft.state, made.draft.problems[0]["code"]) == ("failed", "cancelled")

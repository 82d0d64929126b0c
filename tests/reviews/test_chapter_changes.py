"""What changed in a chapter since it was last read: passages that went to another chapter, and chapters in which too
much changed."""

import time

import pytest

from jobs.queue import enqueue
from manuscripts.manuscripts import make_manuscript
from manuscripts.models import Comparison, TextMap
from reviews.comparing import MOST_COMPARED, drafts_known
from reviews.models import Reading
from reviews.rounds import open_draft
from tests.books import actor_of, make_author, make_draft, make_reader, open_at_once
from tests.reviews.test_since import author_of, html, next_draft, read, signed_in

pytestmark = pytest.mark.django_db

NIGHT = "Nobody owns the night shift, and the pager does not care who is awake when it rings at three."
LEDGER = "The ledger of the harbour says which crane was moved, by whom, and what the tide was then."
QUAY = "Along the quay stand the lamps that the council paid for and that no one has ever lit."
QUAY_EDITED = "Along the quay stand the seven lamps that the council paid for and that no one has lit."
LIST = "Keep a list of what wakes you, and of who was called, and of what they said about the weather."
DOORS = "Ask what each door can reach before you hang it, and who has carried a key to it since spring."
READ = "/m/the-night-shift/read/{}/changes/"


def book(c1, c2, ops=LIST, sec=DOORS):
    return {
        "c1": ("The handover", [
            ("c1-1", None, "# The handover\n\n" + "\n\n".join(c1)),
            ("c1-ops", "it-operations", f"## For operations\n\n{ops}"),
        ]),
        "c2": ("The promise", [
            ("c2-1", None, "# The promise\n\n" + "\n\n".join(c2)),
            ("c2-sec", "information-security", f"## For security\n\n{sec}"),
        ]),
    }  # fmt: skip


@pytest.fixture
def first():
    manuscript = make_manuscript(make_author(), "The Night Shift")
    return open_at_once(make_draft(manuscript, book([NIGHT, QUAY], [LEDGER])))


@pytest.fixture
def ops(first):
    return make_reader(first.manuscript, "Omar Haddad", "it-operations")


def opened(first, run_jobs, chapters, **modes):
    """The next draft, open, and compared with what its readers know."""
    draft = next_draft(first, chapters, **modes)
    enqueue("compare_drafts", {"draft": draft.pk})
    run_jobs()
    return draft


def changes(member, chapter):
    answer = signed_in(member).get(READ.format(chapter))
    assert answer.status_code == 200
    return answer.json()


def marks_of(found, draft, key):
    """The marks of a section, the words they stand on put in."""
    text = draft.placements.get(section__key=key).text
    marks = found["marks"].get(str(text.pk), [])
    return [(kind, words or text.text[start:end], at) for kind, start, end, words, _whole, at in marks]


def place(draft, key, words):
    text = draft.placements.get(section__key=key).text
    start = text.text.index(words)
    return f"#at-{text.pk}-{start}-{start + len(words)}"


def test_a_passage_that_went_to_another_chapter_is_told_at_both_ends(first, ops, run_jobs):
    read(ops, "c1", "c2")
    draft = opened(first, run_jobs, book([NIGHT], [LEDGER, QUAY]))
    here, there = changes(ops, "c1"), changes(ops, "c2")
    to = "/m/the-night-shift/read/c2/?changes" + place(draft, "c2-1", QUAY)
    assert marks_of(here, draft, "c1-1") == [("left", f"moved to “The promise”: “{QUAY[:69]}…”", to)]
    (whence, moved) = marks_of(there, draft, "c2-1")
    assert whence[:2] == ("whence", "moved here from “The handover”")
    end = len(draft.placements.get(section__key="c1-1").text.text.rstrip())
    assert (
        whence[2]
        == f"/m/the-night-shift/read/c1/?changes#at-{place(draft, 'c1-1', NIGHT).split('-')[1]}-{end - 1}-{end}"
    )
    assert moved == ("moved", QUAY, "")


def test_what_was_edited_on_its_way_is_marked_in_the_passage(first, ops, run_jobs):
    read(ops, "c1", "c2")
    draft = opened(first, run_jobs, book([NIGHT], [LEDGER, QUAY_EDITED]))
    found = marks_of(changes(ops, "c2"), draft, "c2-1")
    assert [each[:2] for each in found] == [
        ("whence", "moved here from “The handover”"),
        ("moved", "Along the quay stand the"),
        ("inserted", "seven"),
        ("moved", "lamps that the council paid for and that no one has lit."),
        ("deleted", " ever"),
    ]
    (left,) = marks_of(changes(ops, "c1"), draft, "c1-1")
    assert left[0] == "left"


def test_a_passage_that_went_to_another_section_of_the_chapter_names_the_section(first, ops, run_jobs):
    read(ops, "c1", "c2")
    draft = opened(first, run_jobs, book([NIGHT], [LEDGER], ops=f"{LIST}\n\n{QUAY_EDITED}"))
    found = changes(ops, "c1")
    ((kind, words, _at),) = marks_of(found, draft, "c1-1")
    assert (kind, words[:33]) == ("left", "moved to “For operations”: “Along")
    assert marks_of(found, draft, "c1-ops")[0][:2] == ("whence", "moved here from “The handover”")


def test_a_passage_that_moved_inside_its_section_says_so_at_both_ends(first, ops, run_jobs):
    filler = [f"Passage number {n} tells of the {n}th evening of that winter." for n in range(6)]
    opened(first, run_jobs, book([QUAY, *filler], [LEDGER]))
    read(ops, "c1")
    Reading.objects.update(draft=first.manuscript.drafts.get(number=2))
    draft = opened(first, run_jobs, book([*filler, QUAY], [LEDGER]))
    found = marks_of(changes(ops, "c1"), draft, "c1-1")
    assert [kind for kind, *_ in found] == ["left", "whence", "moved"]
    assert found[0][1].startswith("moved within this section: “Along the quay")
    assert found[0][2] == place(draft, "c1-1", QUAY)


@pytest.mark.parametrize("closed_since", [True, False])
def test_where_it_went_is_told_to_nobody_who_may_not_read_it_there(first, ops, run_jobs, closed_since):
    """It went into the section of another discipline, which is closed now, or was."""
    read(ops, "c1", "c2")
    first.manuscript.rounds.update(others_sections="open" if closed_since else "closed")
    after = book([NIGHT], [LEDGER], sec=f"{DOORS}\n\n{QUAY}")
    draft = opened(first, run_jobs, after, others_sections="closed" if closed_since else "open")
    found = changes(ops, "c1")
    assert marks_of(found, draft, "c1-1") == [("deleted", QUAY, "")]
    assert found["went"] == [] and "security" not in str(found) and "promise" not in str(found)
    sec = make_reader(first.manuscript, "Saskia Vos", "information-security")
    Reading.objects.create(member=sec, chapter=first.placements.get(section__key="c1-1").chapter, draft=first, share=1)
    ((kind, words, at),) = marks_of(changes(sec, "c1"), draft, "c1-1")
    assert (kind, words.split("”")[0]) == ("left", "moved to “The promise") and at.startswith(
        "/m/the-night-shift/read/c2/?changes#at-"
    )


def test_where_it_came_from_is_told_to_nobody_who_could_not_read_it_there(first, ops, run_jobs):
    second = opened(first, run_jobs, book([NIGHT], [LEDGER], sec=f"{DOORS}\n\n{QUAY}"), others_sections="closed")
    read(ops, "c1", "c2")
    draft = opened(first, run_jobs, book([NIGHT, QUAY], [LEDGER]), others_sections="open")
    assert second.manuscript.pk == draft.manuscript.pk
    assert marks_of(changes(ops, "c1"), draft, "c1-1") == [("inserted", QUAY, "")]


def test_a_section_that_stands_in_another_chapter_is_told_at_both_ends(first, ops, run_jobs):
    read(ops, "c1", "c2")
    chapters = book([NIGHT, QUAY], [LEDGER])
    chapters["c2"][1].append(chapters["c1"][1].pop())
    draft = opened(first, run_jobs, chapters)
    here, there = changes(ops, "c1"), changes(ops, "c2")
    moved = draft.placements.get(section__key="c1-ops")
    said = "Moved to “The promise”: “For operations”."
    assert here["went"] == [[said, f"/m/the-night-shift/read/c2/?changes#at-{moved.text_id}-0-1"]]
    assert "Removed" not in here["told"]
    expected = ["whence", 0, 0, "moved here from “The handover”", 0, "/m/the-night-shift/read/c1/"]
    assert there["marks"] == {str(moved.text_id): [expected]}


def test_a_section_that_became_one_of_another_chapter_is_not_called_removed(first, ops, run_jobs):
    read(ops, "c1", "c2")
    chapters = book([NIGHT, QUAY], [LEDGER])
    del chapters["c1"][1][1]
    chapters["c2"][1].append(("c2-run", "it-operations", f"## For those who run it\n\n{LIST}"))
    draft = opened(first, run_jobs, chapters)
    here, there = changes(ops, "c1"), changes(ops, "c2")
    assert here["went"][0][0] == "Moved to “The promise”: “For operations”."
    found = marks_of(there, draft, "c2-run")
    assert found[0] == ("whence", "moved here from “The handover”", "/m/the-night-shift/read/c1/")
    assert ("moved", LIST, "") in found


def test_a_draft_that_was_never_compared_is_told_as_struck_and_new(first, ops):
    read(ops, "c1", "c2")
    draft = next_draft(first, book([NIGHT], [LEDGER, QUAY]))
    assert marks_of(changes(ops, "c1"), draft, "c1-1") == [("deleted", QUAY, "")]
    assert marks_of(changes(ops, "c2"), draft, "c2-1") == [("inserted", QUAY, "")]


def test_opening_a_draft_has_it_compared_with_what_its_readers_know(first, ops, run_jobs):
    read(ops, "c1", "c2")
    author = actor_of(author_of(first))
    for c2 in ([LEDGER, QUAY], [QUAY, LEDGER]):
        draft = make_draft(first.manuscript, book([NIGHT], c2))
        open_draft(author, draft, "new")
        run_jobs()
    draft.refresh_from_db()
    assert draft.state == "open"
    pairs = set(Comparison.objects.values_list("old__number", "new__number"))
    assert pairs == {(1, 2), (1, 3), (2, 3)}
    assert [kind for kind, *_ in marks_of(changes(ops, "c1"), draft, "c1-1")] == ["left"]  # read last in draft 1


def test_not_more_drafts_are_compared_than_anyone_waits_for(first, ops, run_jobs):
    chapter = first.placements.first().chapter
    for _ in range(MOST_COMPARED + 3):
        Reading.objects.create(
            member=make_reader(first.manuscript, f"Reader {_}", "deployment"),
            chapter=chapter,
            draft=first.manuscript.open_draft,
            share=1,
        )
        draft = next_draft(first, book([NIGHT], [LEDGER]))
    assert [each.number for each in drafts_known(draft)] == list(
        range(draft.number - 1, draft.number - 1 - MOST_COMPARED, -1)
    )


def test_the_request_aligns_nothing_that_the_job_has_compared(first, ops, run_jobs, monkeypatch):
    read(ops, "c1", "c2")
    opened(first, run_jobs, book([NIGHT], [LEDGER, QUAY_EDITED]))

    def never(*_texts):
        raise AssertionError("compared while a reader waits")

    monkeypatch.setattr("manuscripts.maps.align", never)
    monkeypatch.setattr("anchoring.align.align", never)
    for chapter in ("c1", "c2"):
        assert changes(ops, chapter)["marks"]


HOSTILE = {
    "one line again and again": (lambda n: ["The same line."] * n, lambda n: ["The same line."] * (n + 7)),
    "neighbours swapped": (
        lambda n: [f"Line {i} says what it says." for i in range(n)],
        lambda n: [f"Line {i + d} says what it says." for i in range(0, n, 2) for d in (1, 0)],
    ),
    "all other": (lambda n: [f"a{i} b{i} c{i}" for i in range(n)], lambda n: [f"d{i} e{i} f{i}" for i in range(n)]),
}


def plain_text(text, lines):
    """Puts other words into a text's row: rendering tens of thousands of lines is not what is tested."""
    body, html_ = [], []
    at = 0
    for line in lines:
        html_.append(f'<p data-b="{at}">{line}</p>\n')
        body.append(line + "\n")
        at += len(line) + 1
    type(text).objects.filter(pk=text.pk).update(
        markdown="\n\n".join(lines), html="".join(html_), text="".join(body), words=sum(len(x.split()) for x in lines)
    )


@pytest.mark.parametrize("case", HOSTILE)
@pytest.mark.parametrize("lines", [3_000, 20_000])
def test_a_hostile_chapter_answers_in_a_moment(first, ops, case, lines):
    read(ops, "c1")
    draft = next_draft(first, book([LEDGER], [LEDGER]))
    before, after = HOSTILE[case]
    plain_text(first.placements.get(section__key="c1-1").text, before(lines))
    plain_text(draft.placements.get(section__key="c1-1").text, after(lines))
    begun = time.monotonic()
    found = changes(ops, "c1")
    assert time.monotonic() - begun < 8
    if lines == 20_000 or case != "one line again and again":
        assert found["marks"] == {}
        assert "Too much changed to show it here word by word." in found["told"]
        assert not TextMap.objects.exists() or lines == 3_000
        assert "/m/the-night-shift/drafts/2/changes/?against=1&amp;chapter=c1" in html(
            signed_in(ops), "/m/the-night-shift/read/c1/"
        )

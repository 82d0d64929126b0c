"""What the author shows first in a report's quotes, or leaves out: in every file, and never against a reader's word."""

import io
import json
import zipfile
from dataclasses import replace

import pypdf
import pytest
from django.test import Client

from reports.canonical import canonical, sha256
from reports.findings import findings
from reports.formats import FORMATS
from reports.making import Wish, request_report
from reports.models import QuoteChoice
from reports.narrowing import narrowed, notes_of
from reports.page import page
from reports.snapshot import Answer, Edition, Member, Remark
from reviews.models import Thread
from reviews.threads import NewThread, create_thread, withdraw
from tests.books import actor_of, make_book, make_reader
from tests.reports.samples import full_round, members, rating, snapshot
from tests.reports.test_collecting import author_of, counted, say

OPS, DEV, SEC = "it-operations", "application-development", "information-security"
LEAVING = ("readers", "publisher")


def said(pk, member, discipline, body, start=1, **more) -> Remark:
    """A note on ten characters of the first section that may be quoted without a name."""
    fields = {
        "chapter": "c1",
        "section": "c1-1",
        "quote": "ten letter",
        "start": start,
        "end": None if start is None else start + 10,
    }
    return Remark(pk, member, "comment", body, discipline, **{**fields, "permission": "unnamed", **more})


def book(*remarks: Remark):
    people = members(("a", OPS), ("b", OPS), ("c", OPS), ("d", DEV))
    return snapshot(members=people, remarks=remarks)


def words_of(passages) -> list[list[str]]:
    return [[note["body"] for note in passage["notes"]] for passage in passages]


MET = (
    said("1", "a", OPS, "Most met: one."),
    said("2", "d", DEV, "Most met: two.", 2),
    said("3", "b", OPS, "Agreed with.", 50, agreements=2),
    said("4", "c", OPS, "Alone.", 100),
)


@pytest.mark.parametrize("edition", ["author", *LEAVING])
def test_what_is_shown_first_stands_before_all_else_even_alone(edition):
    asked = Edition(edition)
    assert words_of(findings(book(*MET), asked)["quotes"]) == [["Most met: one.", "Most met: two."], ["Agreed with."]]
    chosen = (MET[0], replace(MET[1], choice="pinned"), MET[2], replace(MET[3], choice="pinned"))
    # Among those shown first the usual order holds, and so it does in a passage.
    assert words_of(findings(book(*chosen), asked)["quotes"]) == [
        ["Most met: two.", "Most met: one."],
        ["Alone."],
        ["Agreed with."],
    ]


def test_what_is_shown_first_needs_no_words_of_the_draft():
    whole = said("5", "a", OPS, "Of the chapter.", section="", quote="", start=None, end=None, scope="chapter")
    lost = said("6", "b", OPS, "Lost.", quote="gone words", start=None, end=None, fate="detached")
    assert findings(book(whole, lost))["quotes"] == []
    shown = page(findings(book(replace(whole, choice="pinned"), replace(lost, choice="pinned"))))["quotes"]
    assert [(q["place"], q["quote"]) for q in shown] == [("1. The handover", ""), ("1. The handover", "gone words")]
    asked = findings(book(replace(whole, choice="pinned")))
    for name in ("html", "markdown", "report_docx", "pdf"):
        assert "Of the chapter." in text_of(name, asked)


def test_all_that_is_shown_first_stands_however_many():
    many = [said(f"{n:02}", "a", OPS, f"Note {n}.", n * 20, choice="pinned") for n in range(12)]
    assert len(findings(book(*many))["quotes"]) == 12


def test_a_suggestion_beneath_a_longer_passage_says_which_words_it_replaces():
    wide = said("1", "a", OPS, "All of it.", 1, quote="ten letters and more words", end=27)
    edit = replace(said("2", "d", DEV, "Shorter.", 5, quote="letters", end=12), kind="suggestion", replacement="signs")
    for name in ("markdown", "report_docx", "pdf", "html"):
        text = text_of(name, findings(book(wide, edit)))
        here = text[text.index("In their words") : text.index("All notes, in their place")]
        assert "letters" in here[here.index("Shorter.") - 200 * (name == "markdown") :], name
        if name in ("report_docx", "pdf"):
            assert "Instead of “letters”: " in here and "Instead: " not in here
            assert "Instead: " in text[len(here) + text.index("In their words") :]


def test_of_one_discipline_no_passage_is_said_to_be_where_disciplines_met():
    data = findings(book(*MET))
    for name in ("report_docx", "pdf", "html"):
        assert "The passages where disciplines met, or parted." in text_of(name, data)
        alone = text_of(name, findings(book(*MET), Edition(disciplines=(OPS,))))
        assert "disciplines met" not in alone and "The passages that most was said about" in alone


def test_stories_shown_first_and_left_out():
    told = [replace(said(str(n), "a", OPS, f"Story {n}.", n * 20), kind="experience") for n in range(3)]
    told[2], told[0] = replace(told[2], choice="pinned"), replace(told[0], choice="hidden")
    data = findings(book(*told))["stories"]
    assert [note["body"] for note in data["notes"]] == ["Story 2.", "Story 1."]
    assert (data["total"], data["quotable"]) == (3, 3)


@pytest.mark.parametrize("edition", LEAVING)
def test_showing_a_note_first_never_overrules_its_writer(edition):
    silent = said("1", "a", OPS, "Not outside.", permission="no", choice="pinned")
    whispered = said("2", "a", OPS, "To you alone.", visibility="authors", choice="pinned")
    data = findings(book(silent, whispered), Edition(edition))
    assert data["quotes"] == [] == data["notes"] and data["unquoted"] == []
    assert b"Not outside." not in canonical(data) and b"To you alone." not in canonical(data)


def test_showing_a_note_first_names_no_thin_discipline():
    thin = said("1", "d", DEV, "The only one of us.", choice="pinned")
    others = [said(str(n), m, OPS, "Ops.", n * 20) for n, m in enumerate("abc", 2)]
    (first, *_rest) = findings(book(thin, *others), Edition("readers", names=False))["quotes"]
    assert first["notes"][0]["who"]["discipline"] is None


FIGURES = ("coverage", "book", "map", "neighbours", "strips", "chapters", "sections", "remarks", "conflicts", "since")
FIGURES += ("done", "thanks", "headlines", "appendix", "own_value", "spheres")


@pytest.mark.parametrize("edition", ["author", *LEAVING])
def test_every_figure_counts_what_is_left_out(edition):
    before = full_round()
    left = tuple(replace(r, choice="hidden") if n % 5 == 1 else r for n, r in enumerate(before.remarks))
    was, now = (findings(each, Edition(edition)) for each in (before, replace(before, remarks=left)))
    assert now["unquoted"] and not was["unquoted"]
    assert [was[name] for name in FIGURES] == [now[name] for name in FIGURES]
    assert [was["stories"][name] for name in ("total", "quotable", "named")] == [
        now["stories"][name] for name in ("total", "quotable", "named")
    ]
    for slug in {d["slug"] for d in was["disciplines"]}:
        parts = [narrowed(each, slug) for each in (was, now)]
        assert parts[0]["remarks"] == parts[1]["remarks"]
        assert [parts[0]["stories"][k] for k in ("total", "quotable", "named")] == [
            parts[1]["stories"][k] for k in ("total", "quotable", "named")
        ]


def text_of(name: str, data: dict) -> str:
    """The words in one file of a report."""
    made = FORMATS[name].render(data, sha256(data))
    if name == "pdf":
        return " ".join(" ".join(p.extract_text() for p in pypdf.PdfReader(io.BytesIO(made)).pages).split())
    if name in ("report_docx", "xlsx"):
        parts = zipfile.ZipFile(io.BytesIO(made))
        return " ".join(parts.read(part).decode() for part in parts.namelist() if part.endswith(".xml"))
    return made.decode().replace("\\", "") if name == "markdown" else made.decode()


def test_left_out_words_are_in_no_file_that_leaves_and_on_the_desk_only_in_the_list_of_all():
    chosen = book(replace(MET[0], choice="hidden"), *MET[1:])
    for edition in LEAVING:
        data = findings(chosen, Edition(edition))
        for name in ("json", "csv", "xlsx", "markdown", "html", "report_docx", "pdf"):
            text = text_of(name, data)
            assert "Most met: one." not in text and "Agreed with." in text, (edition, name)
            if name not in ("csv", "json"):
                assert "One note is not quoted, by the author’s choice." in text, (edition, name)
    data = findings(chosen)
    assert all("Most met: one." not in words for words in words_of(data["quotes"]))
    for name in ("json", "csv", "xlsx", "markdown", "html", "report_docx", "pdf"):
        assert text_of(name, data).count("Most met: one.") == 1, name
    assert "Not quoted" in text_of("html", data)


def test_what_could_not_have_been_quoted_is_not_left_out_by_the_author():
    silent = said("1", "a", OPS, "Not outside.", permission="no", choice="hidden")
    data = findings(book(silent), Edition("publisher"))
    assert not any("the author’s choice" in line for line in data["left_out"])


@pytest.mark.parametrize("edition", LEAVING)
def test_notes_that_are_counted_and_not_quoted_are_told_by_number(edition):
    """The list of all notes is shorter than their figure, and the report says by how many."""
    one = said("1", "a", OPS, "Not outside.", permission="no")
    told = "not quoted, as"
    data = findings(book(*MET, one), Edition(edition))
    assert "One note is not quoted, as its writer did not allow it. Every figure counts it." in data["left_out"]
    more = findings(full_round(), Edition(edition))
    (line,) = [line for line in more["left_out"] if told in line]
    silent = more["remarks"]["total"] - sum(1 for _ in notes_of(more))
    assert line == f"{silent} notes are not quoted, as their writers did not allow it. Every figure counts them."
    assert not any(told in line for line in findings(book(*MET, one))["left_out"])


def test_the_same_choices_give_the_same_bytes_and_others_other_ones():
    chosen = book(replace(MET[0], choice="pinned"), *MET[1:])
    assert sha256(findings(chosen)) == sha256(findings(chosen)) != sha256(findings(book(*MET)))


# Choosing, by the pages


@pytest.fixture
def draft(db, settings, tmp_path):
    settings.REPORTS_DIR = tmp_path / "reports"
    return make_book()


@pytest.fixture
def omar(draft):
    return make_reader(draft.manuscript, "Omar Haddad", OPS)


@pytest.fixture
def desk(draft):
    client = Client()
    client.force_login(author_of(draft).user)
    return client


def made(draft, run_jobs, **wish):
    report = request_report(actor_of(author_of(draft)), draft.manuscript, Wish(**{"formats": ("json",), **wish}))
    run_jobs()
    report.refresh_from_db()
    return report


def choose(client, thread, choice, **more):
    return client.post(f"/m/the-night-shift/notes/{thread.pk}/quote/", {"choice": choice}, **more)


def address_of(report) -> str:
    return f"/m/the-night-shift/reports/{report.pk}/"


def test_chosen_on_the_report_it_holds_for_the_next_one_and_the_same_button_takes_it_back(draft, omar, desk, run_jobs):
    signe = make_reader(draft.manuscript, "Signe Berg", SEC)
    first = say(draft, omar, "The pager does.", body="Written first.")
    later = say(draft, signe, "The pager does.", body="Written later.")
    report = made(draft, run_jobs)
    before = desk.get(address_of(report)).text
    assert "Show this one first" in before and before.count("applies to the next report you make.") == 1
    answer = choose(desk, later, "pinned", headers={"HX-Request": "true"})
    assert answer.status_code == 200 and "Shown first in the next report you make." in answer.text
    assert 'aria-pressed="true" autofocus' in answer.text and "<html" not in answer.text
    again = desk.get(address_of(report)).text
    assert again.index("Written first.") < again.index("Written later.") and 'aria-pressed="true"' in again
    report.refresh_from_db()
    newer = made(draft, run_jobs)
    assert words_of(newer.snapshot["quotes"]) == [["Written later.", "Written first."]]
    assert words_of(report.snapshot["quotes"]) == [["Written first.", "Written later."]]
    choose(desk, later, "hidden")
    assert QuoteChoice.objects.get().choice == "hidden"
    answer = choose(desk, later, "", headers={"HX-Request": "true"})
    assert "Taken back" in answer.text and 'aria-pressed="true"' not in answer.text
    assert not QuoteChoice.objects.exists() and Thread.objects.filter(pk=first.pk).exists()


def test_where_only_stories_are_quoted_it_is_said_too_when_a_choice_applies(draft, omar, desk, run_jobs):
    story = NewThread(kind="experience", body="We lost a night to it.")
    create_thread(actor_of(omar), draft.manuscript, story)
    page_ = desk.get(address_of(made(draft, run_jobs))).text
    assert "In their words" not in page_ and "Show this one first" in page_
    assert page_.count("applies to the next report you make.") == 1


def test_chosen_on_the_desk_without_script(draft, omar, desk):
    thread = say(draft, omar, "The pager does.")
    page_ = desk.get(f"/m/the-night-shift/desk/?note={thread.pk}").text
    assert "Leave out of reports’ quotes" in page_
    back = desk.post(
        f"/m/the-night-shift/notes/{thread.pk}/quote/",
        {"choice": "hidden", "next": f"/m/the-night-shift/desk/?note={thread.pk}"},
        follow=True,
    )
    assert back.redirect_chain == [(f"/m/the-night-shift/desk/?note={thread.pk}", 302)]
    assert "Left out of quotes in the next report you make." in back.text
    assert QuoteChoice.objects.get(thread=thread).by == author_of(draft)


def test_what_cannot_be_chosen_is_refused_and_not_offered(draft, omar, desk):
    mine = say(draft, author_of(draft), "Who is awake?", body="Mine.")
    thread = say(draft, omar, "The pager does.")
    wordless = say(draft, omar, "Nobody owns", body="", kind="reaction", reaction="confusing")
    assert (
        "Reports quote readers only."
        in desk.post(f"/m/the-night-shift/notes/{mine.pk}/quote/", {"choice": "pinned"}, follow=True).text
    )
    choose(desk, thread, "loudly")
    assert not QuoteChoice.objects.exists()
    assert "Show this one first" not in desk.get(f"/m/the-night-shift/desk/?note={mine.pk}").text
    detail = desk.get(f"/m/the-night-shift/desk/?note={wordless.pk}").text
    assert "Show this one first" not in detail and "Leave out of reports" in detail
    withdraw(actor_of(omar), thread)
    assert choose(desk, thread, "pinned").status_code == 404


def test_a_report_that_leaves_offers_nothing_to_choose(draft, omar, desk, run_jobs):
    say(draft, omar, "The pager does.", quote_permission="named")
    assert "/quote/" not in desk.get(address_of(made(draft, run_jobs, edition="publisher"))).text


def test_choices_come_with_the_snapshot_in_no_more_queries(draft, omar):
    threads = [say(draft, omar, "The pager does."), say(draft, omar, "Who is awake?")]
    before = len(counted(draft))
    for thread, choice in zip(threads, ("pinned", "hidden"), strict=True):
        QuoteChoice.objects.create(thread=thread, choice=choice)
    assert len(counted(draft)) == before


def test_the_json_says_what_was_chosen(draft, omar, run_jobs):
    thread = say(draft, omar, "The pager does.")
    QuoteChoice.objects.create(thread=thread, choice="hidden")
    report = made(draft, run_jobs)
    data = json.loads(report.files.get().path.read_text())["findings"]
    (place,) = data["notes"]
    assert place["sections"][0]["notes"][0]["choice"] == "hidden"
    assert data["unquoted"] == [
        {"discipline": OPS, "kind": "comment", "reaction": None, "fate": "kept", "permission": "no"}
    ]


def test_what_is_written_in_answers_stays_on_the_desk():
    """Even in a round where everyone knows the names: nobody was asked whether it may be quoted."""
    rated = [rating(m, OPS, 5, promise="named", words=f"Secret {m}", via="phone, 5 May") for m in "abc"]
    wrote = Answer("w", "a", "q3", "own_section", "c1-ops", OPS, None, "Secret wish", promise="named")
    people = tuple(Member(m, f"Person {m}", "", disciplines=(OPS,), sphere="director") for m in "abc")
    shot = snapshot(anonymity="named", members=people, answers=(*rated, wrote))
    desk, leaving = findings(shot), findings(shot, Edition("readers", names=True))
    assert leaving["named"] and leaving["book"]["value"]["all"]["n"] == len(leaving["answers"]) == 3
    assert desk["spheres"] and leaving["spheres"] is None
    for data, holds in ((desk, True), (leaving, False)):
        told = canonical(data)
        assert (b"Secret" in told, b"phone" in told, b"director" in told) == (holds, holds, holds)


def test_notes_of_the_authors_are_not_told_as_those_nobody_allowed_to_quote():
    notes = (said("1", "author", OPS, "Mine", permission="no"), said("2", "a", OPS, "Hers", permission="no"))
    shot = snapshot(members=members(("a", OPS)), remarks=notes)
    for edition in LEAVING:
        told = " ".join(page(findings(shot, Edition(edition, names=False)))["left_out"])
        assert "One note is not quoted, as its writer did not allow it." in told
        assert "One note of the authors is not quoted." in told
    assert "not quoted" not in " ".join(page(findings(shot))["left_out"])

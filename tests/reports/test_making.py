"""From the wish for a report to its files: once, whole, from one snapshot, and cancelled or failed in words."""

import hashlib
import json
import os
import stat

import pytest

from jobs.models import Job
from manuscripts.disciplines import merge_discipline
from manuscripts.errors import Refused
from manuscripts.keeping import hold_files
from reports import formats, making
from reports.canonical import sha256
from reports.making import Wish, request_report
from reports.models import Report
from tests.books import actor_of, make_author, make_book, make_draft, make_reader
from tests.reports.test_collecting import answer, author_of, say

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def folder(settings, tmp_path):
    settings.REPORTS_DIR = tmp_path / "reports"


@pytest.fixture
def draft():
    """A draft with something said about it."""
    draft = make_book()
    reader = make_reader(draft.manuscript, "Omar Haddad", "it-operations")
    answer(draft, reader, "value", "book", 4)
    say(draft, reader, "The pager does.", body="*Not* on $Sunday$")
    return draft


def ask(book, **wish):
    return request_report(actor_of(author_of(book)), book.manuscript, Wish(**wish))


def test_every_format_is_made_from_the_stored_snapshot(draft, run_jobs):
    report = ask(draft, formats=tuple(formats.FORMATS))
    assert (report.state, report.progress) == ("queued", 0.0)
    run_jobs()
    report = Report.objects.get(pk=report.pk)
    assert report.state == "done" and report.as_of is not None
    assert report.snapshot_sha256 == sha256(report.snapshot)
    files = list(report.files.all())
    assert [f.format for f in files] == list(formats.FORMATS)
    for file in files:
        made = file.path.read_bytes()
        assert (file.state, file.bytes, file.sha256) == ("done", len(made), hashlib.sha256(made).hexdigest())
        assert made == formats.FORMATS[file.format].render(report.snapshot, report.snapshot_sha256)
        assert stat.S_IMODE(os.stat(file.path).st_mode) == 0o600
    assert files[0].name == "the-night-shift-draft-1.pdf"


def test_what_comes_later_is_not_in_it_and_a_second_report_has_it(draft, run_jobs):
    first = ask(draft)
    run_jobs()
    say(draft, draft.manuscript.memberships.get(role="reviewer"), "Who is awake?", body="Too late")
    second = ask(draft)
    run_jobs()
    totals = [Report.objects.get(pk=r.pk).snapshot["remarks"]["total"] for r in (first, second)]
    assert totals == [1, 2]


def test_one_format_that_fails_leaves_the_report_done(draft, run_jobs, monkeypatch):
    def broken(data, digest):
        raise RuntimeError("no ink")

    table = formats.FORMATS | {"csv": formats.Format(broken, "csv", "text/csv", "CSV", "")}
    monkeypatch.setattr(making, "FORMATS", table)
    report = ask(draft, formats=("csv", "json"))
    run_jobs()
    report.refresh_from_db()
    assert report.state == "done"
    assert {f.format: f.state for f in report.files.all()} == {"csv": "failed", "json": "done"}
    assert "no ink" not in report.files.get(format="csv").error


def test_all_formats_failing_fails_the_report(draft, run_jobs, monkeypatch):
    def broken(report, name):
        return making.ReportFile(report=report, format=name, state="failed")

    monkeypatch.setattr(making, "make_file", broken)
    report = ask(draft)
    run_jobs()
    report.refresh_from_db()
    assert report.state == "failed" and report.error


def test_a_cancelled_job_cancels_its_report(draft, run_jobs):
    report = ask(draft)
    making.cancel_report(actor_of(author_of(draft)), report)
    run_jobs()
    report.refresh_from_db()
    assert report.state == "cancelled" and not report.files.exists()


def test_cancelled_while_it_runs(draft, run_jobs, monkeypatch):
    report = ask(draft)
    take = making.take_snapshot

    def cancelled_meanwhile(job, row):
        take(job, row)
        Job.objects.filter(pk=report.job_id).update(cancel_requested=True)

    monkeypatch.setattr(making, "take_snapshot", cancelled_meanwhile)
    run_jobs()
    report.refresh_from_db()
    assert report.state == "cancelled" and not report.files.exists()


def test_a_job_begun_again_makes_its_files_from_the_same_snapshot(draft, run_jobs, monkeypatch):
    report = ask(draft)
    monkeypatch.setattr(making, "make_file", _raise)
    run_jobs()
    monkeypatch.undo()
    report.refresh_from_db()
    before = json.dumps(report.snapshot, sort_keys=True)
    say(draft, draft.manuscript.memberships.get(role="reviewer"), "Who is awake?")
    Job.objects.filter(pk=report.job_id).update(state="queued", not_before=None, finished=None, stored=False)
    Report.objects.filter(pk=report.pk).update(state="running")
    run_jobs()
    report.refresh_from_db()
    assert report.state == "done"
    assert json.dumps(report.snapshot, sort_keys=True) == before


def _raise(report, name):
    raise MemoryError


def test_deleting_takes_the_files(draft, run_jobs, django_capture_on_commit_callbacks):
    report = ask(draft)
    run_jobs()
    paths = [f.path for f in report.files.all()]
    assert all(p.exists() for p in paths)
    with django_capture_on_commit_callbacks(execute=True):
        making.delete_report(actor_of(author_of(draft)), Report.objects.get(pk=report.pk))
    assert not any(p.exists() for p in paths)


@pytest.mark.parametrize(
    ("wish", "field", "code"),
    [
        ({"formats": ("epub",)}, "formats", "unknown_format"),
        ({"formats": ("exe",)}, "formats", "unknown_format"),
        ({"formats": ()}, "formats", "empty"),
        ({"disciplines": ("astrology",)}, "disciplines", "invalid"),
        ({"chapters": ("c9",)}, "chapters", "invalid"),
        ({"kinds": ("rant",)}, "kinds", "invalid"),
        ({"decisions": ("maybe",)}, "decisions", "invalid"),
        ({"edition": "world"}, "edition", "invalid"),
        ({"draft": 99}, "draft", "no_draft"),
        ({"cover": "x" * 5001}, "cover", "invalid"),
    ],
)
def test_a_wish_for_what_there_is_not_is_refused(draft, wish, field, code):
    with pytest.raises(Refused) as refused:
        ask(draft, **wish)
    assert (refused.value.field, refused.value.code) == (field, code)
    assert not Report.objects.exists()


def test_no_report_of_a_book_that_was_never_opened():
    from manuscripts.manuscripts import make_manuscript

    manuscript = make_manuscript(make_author(), "Unopened")
    draft = make_draft(manuscript, {})
    with pytest.raises(Refused) as refused:
        ask(draft)
    assert refused.value.status == 409


def test_the_covering_note_is_signed_by_who_made_the_report(draft, run_jobs):
    book = draft.manuscript
    second = make_reader(book, "Aldo Brandt", "it-operations")
    type(second).objects.filter(pk=second.pk).update(role="co_author")
    second.refresh_from_db()
    request_report(actor_of(second), book, Wish(formats=("markdown",), cover="Three days in."))
    ask(draft, formats=("markdown",))
    run_jobs()
    without, signed = (report.files.get().path.read_text() for report in Report.objects.all())
    author = author_of(draft).name
    assert "Three days in.\n\nAldo Brandt" in signed.replace("> ", "") and author not in signed.split("##")[0]
    assert "Aldo Brandt" not in without.split("##")[0]


def test_a_file_that_went_with_an_equal_one_while_its_report_was_made_is_there(draft, run_jobs, settings, monkeypatch):
    def lose_then_hold():
        for file in settings.REPORTS_DIR.iterdir():
            file.unlink()
        hold_files()

    monkeypatch.setattr(making, "hold_files", lose_then_hold)
    report = ask(draft, formats=("csv", "docx"))
    run_jobs()
    files = list(report.files.all())
    assert len(files) >= 2
    for file in files:
        assert hashlib.sha256(file.path.read_bytes()).hexdigest() == file.sha256


def test_a_discipline_merged_before_its_report_is_made_is_reported_by_the_one_it_went_into(draft, run_jobs):
    report = ask(draft, formats=("json",), disciplines=("it-operations",))
    rows = {d.slug: d for d in draft.manuscript.disciplines.all()}
    merge_discipline(actor_of(author_of(draft)), rows["it-operations"], rows["deployment"])
    run_jobs()
    report.refresh_from_db()
    (file,) = report.files.all()
    assert [d["slug"] for d in report.snapshot["disciplines"]] == report.options["disciplines"] == ["deployment"]
    assert report.snapshot["remarks"]["total"] == 1 and "-deployment" in file.name

"""The pages of reports: for the author team, and a stranger learns nothing."""

import re

import pytest

from jobs.models import Job
from reports.making import Wish, request_report
from reports.models import Report
from tests.books import actor_of, make_author, make_book, make_reader
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
    say(draft, reader, "The pager does.", body="<b>Not</b> on Sunday")
    return draft


@pytest.fixture
def as_author(client, draft):
    client.force_login(draft.manuscript.memberships.get(role="author").user)
    return client


def address(draft, rest=""):
    return f"/m/{draft.manuscript.slug}/reports/{rest}"


def wish(**changes):
    return {
        "draft": "1",
        "names": "all",
        "disciplines": ["it-operations", "information-security"],
        "formats": ["pdf", "data"],
        "cover": "Three days in.",
        **changes,
    }


def make(client, draft, run_jobs, **changes):
    answered = client.post(address(draft), wish(**changes))
    assert answered.status_code == 302, answered.content.decode()[:2000]
    run_jobs()
    return Report.objects.latest("pk")


def test_the_main_way_dialog_report_file(as_author, draft, run_jobs):
    dialog = as_author.get(address(draft)).content.decode()
    assert "Get the report" in dialog and "No report was made yet" in dialog
    assert "One person rated the book" in dialog  # the first page
    report = make(as_author, draft, run_jobs)
    shown = as_author.get(address(draft, f"{report.pk}/"))
    text = shown.content.decode()
    assert "Three days in." in text and "&lt;b&gt;Not&lt;/b&gt; on Sunday" in text
    assert shown["Cache-Control"] == "private, no-store"
    got = as_author.get(address(draft, f"{report.pk}/files/pdf/"))
    assert got["Content-Type"] == "application/pdf"
    assert got["Content-Disposition"] == 'attachment; filename="the-night-shift-draft-1.pdf"'
    assert got["Cache-Control"] == "private, no-store" and got["X-Content-Type-Options"] == "nosniff"
    assert b"".join(got.streaming_content).startswith(b"%PDF-")
    assert "Report on draft 1" in as_author.get(address(draft)).content.decode()


def test_the_first_page_follows_the_choices(as_author, draft):
    def shown(**changes):
        answered = as_author.get(address(draft, "preview/"), wish(**changes))
        assert answered.status_code == 200 and not Report.objects.exists()
        return " ".join(answered.text.split())

    assert "All names: for your desk only" in shown() and "One person rated the book" in shown()
    without = shown(names="none", formats=[])
    assert "No names, no disciplines beside quotes" in without and "One person rated the book" not in without
    assert "Choose at least one discipline." in shown(disciplines=[])
    assert "lies before" in shown(since="2031-03-02", until="2031-03-01")
    for far in ({"until": "9999-12-31"}, {"since": "0001-01-01"}):
        assert "Choose a day between 1900 and 2999." in shown(**far)
    for changes in ({"draft": "9"}, {"names": "nobody"}, {"chapters": ["c99"]}):
        assert "With these choices there is no report." in shown(**changes)
    assert "<b>1</b> note" in shown() and "<b>1</b> note" not in shown(kinds=["suggestion"])


def test_the_dialog_offers_each_form_by_what_it_is(as_author, draft, run_jobs):
    dialog = " ".join(as_author.get(address(draft)).text.split())
    for words in (
        "<b>This report in Word</b><code>.docx</code><small>To cut and paste from; tables stay tables.</small>",
        "<b>Spreadsheet</b><code>.xlsx</code><small>Every note, answer and figure, one sheet each.</small>",
        "<b>Data</b><code>.json and .csv</code><small>The same snapshot for a script, with its checksum.</small>",
        "<b>What each discipline said</b><code>.zip</code><small>One PDF for each discipline that",
    ):
        assert words in dialog, words
    assert 'value="data" checked' in dialog and 'value="xlsx" checked' not in dialog
    report = make(as_author, draft, run_jobs, formats=["report_docx", "xlsx", "zip", "data"])
    assert {file.format: file.name for file in report.files.all()} == {
        "report_docx": "the-night-shift-draft-1-report.docx",
        "xlsx": "the-night-shift-draft-1.xlsx",
        "zip": "the-night-shift-draft-1-by-discipline.zip",
        "csv": "the-night-shift-draft-1.csv",
        "json": "the-night-shift-draft-1.json",
    }
    listed = as_author.get(address(draft)).text
    for words in (">DOCX report<", ">XLSX<", ">ZIP by discipline<", ">CSV<", ">JSON<"):
        assert words in listed
    got = as_author.get(address(draft, f"{report.pk}/files/xlsx/"))
    assert got["Content-Type"] == "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
    assert b"".join(got.streaming_content).startswith(b"PK")


def test_one_made_by_a_script_for_the_desk_without_names_says_so(as_author, draft):
    request_report(actor_of(author_of(draft)), draft.manuscript, Wish(formats=("json",), names=False))
    listed = as_author.get(address(draft)).text
    (holds,) = re.findall('<span class="holds">(.*?)</span>', listed)
    assert holds == "No names: for your desk only"


def test_reports_of_one_minute_are_told_apart_by_whom_they_are_for(as_author, draft, run_jobs):
    desk = make(as_author, draft, run_jobs, formats=["pdf"])
    away = make(as_author, draft, run_jobs, formats=["pdf", "report_docx"], names="none", kinds=["reaction"])
    listed = as_author.get(address(draft)).text
    assert "All names: for your desk only" in listed
    assert "No names, no disciplines beside quotes · Information security, IT operations · Reaction" in listed
    assert [f.name for f in desk.files.all()] == ["the-night-shift-draft-1.pdf"]
    assert [f.name for f in away.files.all()] == [
        "the-night-shift-draft-1-for-publisher.pdf",
        "the-night-shift-draft-1-report-for-publisher.docx",
    ]


@pytest.mark.parametrize("older", [{"format": "widemargin-report/1", "book": {}}, {"schema": 0}, {}])
def test_a_snapshot_of_an_older_shape_says_so_and_its_files_stay(as_author, draft, run_jobs, older):
    report = make(as_author, draft, run_jobs)
    Report.objects.filter(pk=report.pk).update(snapshot=older)
    shown = as_author.get(address(draft, f"{report.pk}/"))
    assert shown.status_code == 200
    assert "An older version of Widemargin made this report" in shown.text
    assert f'href="{address(draft, "")}"' in shown.text  # make it again
    file = as_author.get(address(draft, f"{report.pk}/files/pdf/"))
    assert b"".join(file.streaming_content).startswith(b"%PDF")
    assert as_author.post(address(draft, f"{report.pk}/delete/")).status_code == 302


def test_progress_is_asked_again_until_it_is_done(as_author, draft, run_jobs):
    as_author.post(address(draft), wish())
    report = Report.objects.get()
    waiting = as_author.get(address(draft, f"{report.pk}/")).content.decode()
    assert 'hx-trigger="every 1s"' in waiting and "Look again" in waiting
    fragment = as_author.get(address(draft, f"{report.pk}/"), HTTP_HX_REQUEST="true")
    assert "<html" not in fragment.content.decode() and 'id="progress"' in fragment.content.decode()
    run_jobs()
    assert as_author.get(address(draft, f"{report.pk}/"), HTTP_HX_REQUEST="true")["HX-Refresh"] == "true"


def test_cancelled_and_deleted(as_author, draft, run_jobs):
    as_author.post(address(draft), wish())
    report = Report.objects.get()
    assert as_author.get(address(draft, f"{report.pk}/cancel/")).status_code == 405
    as_author.post(address(draft, f"{report.pk}/cancel/"))
    assert "was cancelled" in as_author.get(address(draft, f"{report.pk}/")).content.decode()
    as_author.post(address(draft, f"{report.pk}/delete/"))
    assert not Report.objects.exists()


def test_a_report_that_is_written_when_it_is_cancelled_says_that_it_stops(as_author, draft):
    as_author.post(address(draft), wish())
    report = Report.objects.get()
    Report.objects.update(state="running")
    Job.objects.filter(pk=report.job_id).update(state=Job.State.RUNNING)
    as_author.post(address(draft, f"{report.pk}/cancel/"))
    shown = as_author.get(address(draft, f"{report.pk}/")).content.decode()
    assert "it stops in a moment" in shown and f"{report.pk}/cancel/" not in shown


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"formats": []}, "Choose at least one form."),
        ({"formats": ["exe"]}, "exe is not one of the available choices"),
        ({"disciplines": []}, "Choose at least one discipline."),
        ({"draft": "9"}, "9 is not one of the available choices"),
        ({"names": "everyone"}, "everyone is not one of the available choices"),
    ],
)
def test_a_wrong_choice_is_said_in_words_and_keeps_the_note(as_author, draft, change, said):
    answered = as_author.post(address(draft), wish(**change))
    assert answered.status_code == 400
    text = answered.content.decode()
    assert said in text and "Three days in." in text
    (field,) = change
    assert f'<a href="#id_{field}">' in text and f'id="id_{field}"' in text  # the sentence leads to what it is about
    if field in ("formats", "disciplines"):
        assert f'aria-describedby="{field}-error"' in text and f'id="{field}-error"' in text
    assert not Report.objects.exists()


def test_only_some_notes_are_chosen_and_stay_chosen(as_author, draft, run_jobs):
    chosen = {"chapters": ["c1"], "kinds": ["comment"], "decisions": ["open"]}
    make(as_author, draft, run_jobs, **chosen, since="2026-03-01", until="2026-03-31")
    options = Report.objects.get().options
    assert {name: options[name] for name in chosen} == chosen
    assert (options["since"], options["until"]) == ("2026-03-01T00:00:00.000000Z", "2026-04-01T00:00:00.000000Z")
    again = as_author.post(address(draft), wish(**chosen, since="2026-03-31", until="2026-03-01"))
    text = again.content.decode()
    assert again.status_code == 400 and "“Notes until” lies before “Notes from”." in text
    assert 'value="comment" checked' in text and 'value="2026-03-31"' in text
    assert "<details" in text and 'narrow-notes" open' in text


def test_nothing_chosen_is_everything(as_author, draft, run_jobs):
    make(as_author, draft, run_jobs)
    options = Report.objects.get().options
    assert {options[name] for name in ("chapters", "kinds", "decisions")} == {None}
    assert 'narrow-notes" open' not in as_author.get(address(draft)).content.decode()


def test_other_editions_hold_no_name(as_author, draft, run_jobs):
    for names in ("roles", "none", "allowed"):
        report = make(as_author, draft, run_jobs, names=names)
        text = as_author.get(address(draft, f"{report.pk}/")).content.decode()
        assert "Omar" not in text and "on Sunday" not in text


def test_nobody_else_gets_in(as_author, client, draft, run_jobs, django_user_model):
    report = make(as_author, draft, run_jobs)
    reader = draft.manuscript.memberships.get(role="reviewer").user
    stranger = make_author("eve@example.org", "Eve")
    pages = ["", f"{report.pk}/", f"{report.pk}/files/pdf/"]
    assert all(as_author.get(address(draft, page)).status_code == 200 for page in pages)
    for user, status in ((reader, 403), (stranger, 404)):
        client.force_login(user)
        # A reader may know of the list, and not which reports there are.
        assert [client.get(address(draft, page)).status_code for page in pages] == [status, 404, 404]
        assert client.post(address(draft), wish()).status_code == status
        for action in ("cancel", "delete"):
            assert client.post(address(draft, f"{report.pk}/{action}/")).status_code == status
    client.logout()
    assert {client.get(address(draft, page)).status_code for page in pages} <= {302, 404}
    assert Report.objects.count() == 1


def test_a_report_of_another_manuscript_is_not_here(as_author, draft, run_jobs):
    report = make(as_author, draft, run_jobs)
    other = make_book(make_author("eve@example.org", "Eve"))
    author = other.manuscript.memberships.get(role="author").user
    as_author.force_login(author)
    assert as_author.get(address(other, f"{report.pk}/")).status_code == 404
    assert as_author.get(address(other, f"{report.pk}/files/pdf/")).status_code == 404


def test_a_book_never_opened_says_what_comes_first(client):
    from manuscripts.manuscripts import make_manuscript

    user = make_author()
    manuscript = make_manuscript(user, "Unopened")
    client.force_login(user)
    assert "No draft was opened yet" in client.get(f"/m/{manuscript.slug}/reports/").content.decode()


def test_a_first_upload_that_failed_is_said_where_the_author_comes_in(client):
    from manuscripts.manuscripts import make_manuscript

    user = make_author()
    manuscript = make_manuscript(user, "Unreadable")
    client.force_login(user)
    address = f"/m/{manuscript.slug}/"
    assert "could not be read" not in client.get(address).content.decode()
    manuscript.drafts.create(number=1, state="failed", fingerprint="1" * 64)
    page = client.get(address).content.decode()
    assert "The last upload could not be read." in page and f"{address}drafts/1/" in page
    assert 'class="done"' not in page

"""A report shown to the readers of its manuscript: who sees what of it, and what no mode of a round lets out."""

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from manuscripts.models import Event, Round
from reports.making import Wish, request_report
from reports.models import Report
from tests.books import actor_of, make_book, make_reader
from tests.reports.test_collecting import answer, author_of, say
from tests.reviews.test_since import next_draft

pytestmark = pytest.mark.django_db
HOME = "/m/the-night-shift/"
OPS, SEC = "it-operations", "information-security"


@pytest.fixture
def draft(settings, tmp_path):
    settings.REPORTS_DIR = tmp_path / "reports"
    return make_book()


@pytest.fixture
def omar(draft):
    return make_reader(draft.manuscript, "Omar Haddad", OPS)


@pytest.fixture
def signe(draft):
    return make_reader(draft.manuscript, "Signe Berg", SEC)


def signed_in(member) -> Client:
    client = Client()
    client.force_login(member.user, backend="django.contrib.auth.backends.ModelBackend")
    return client


@pytest.fixture
def desk(draft):
    return signed_in(author_of(draft))


def made(draft, run_jobs, **wish) -> Report:
    wish = {"formats": ("json", "pdf"), "edition": "readers", **wish}
    report = request_report(actor_of(author_of(draft)), draft.manuscript, Wish(**wish))
    run_jobs()
    report.refresh_from_db()
    return report


def address_of(report) -> str:
    return f"{HOME}reports/{report.pk}/"


def show(desk, report, **data):
    return desk.post(address_of(report) + "show/", data, follow=True)


def test_the_main_way_shown_read_and_taken_back(draft, omar, signe, desk, run_jobs):
    answer(draft, omar, "value", "book", 4)
    say(draft, omar, "The pager does.", body="Quote me.", quote_permission="named")
    say(draft, omar, "Who is awake?", body="Keep this here.")
    say(draft, omar, "Nobody owns", body="For you alone.", visibility="authors", quote_permission="named")
    report = made(draft, run_jobs, cover="Thank you all.")
    reader = signed_in(signe)
    assert reader.get(address_of(report)).status_code == 404
    assert "What the round said" not in reader.get(HOME).text
    assert "Your readers see this report on their first page." in show(desk, report).text
    home = reader.get(HOME).text
    assert "What the round said" in home and f'<a href="{address_of(report)}">{report_title(report)}</a>' in home
    page = reader.get(address_of(report))
    assert page.status_code == 200 and page["Cache-Control"] == "private, no-store"
    assert "Quote me." in page.text and "Thank you all." in page.text
    assert "Keep this here." not in page.text and "For you alone." not in page.text
    assert "<form" not in page.text and "/share/" not in page.text and "/desk/" not in page.text
    assert "files/pdf/" in page.text and "files/json/" not in page.text
    assert b"".join(reader.get(address_of(report) + "files/pdf/").streaming_content).startswith(b"%PDF-")
    assert reader.get(address_of(report) + "files/json/").status_code == 404
    assert "Shown since" in desk.get(address_of(report)).text
    assert "do not see this report any more" in show(desk, report, stop="1").text
    assert reader.get(address_of(report)).status_code == 404
    assert reader.get(address_of(report) + "files/pdf/").status_code == 404
    assert "What the round said" not in reader.get(HOME).text


def report_title(report) -> str:
    report.refresh_from_db()
    return report.title


def test_an_observer_sees_it_a_removed_reader_and_a_stranger_do_not(draft, omar, desk, run_jobs):
    observer = make_reader(draft.manuscript, "Olga Sand", role="observer")
    report = made(draft, run_jobs, edition="publisher")
    show(desk, report)
    reader = signed_in(omar)
    assert [signed_in(who).get(address_of(report)).status_code for who in (observer, omar)] == [200, 200]
    type(omar).objects.filter(pk=omar.pk).update(removed=timezone.now())
    for path in ("", "files/pdf/"):
        assert reader.get(address_of(report) + path).status_code == 404
        assert Client().get(address_of(report) + path).status_code == 404


def test_it_is_told_once_in_the_log_and_never_by_asking_again(draft, desk, run_jobs):
    report = made(draft, run_jobs)
    show(desk, report)
    first = Report.objects.get().shown
    show(desk, report)
    show(desk, report, stop="1")
    show(desk, report, stop="1")
    kinds = list(Event.objects.filter(kind__startswith="report.show").order_by("pk").values_list("kind", flat=True))
    assert kinds == ["report.shown", "report.show_stopped"] and first is not None
    assert "showed a report to the readers" in desk.get(HOME + "activity/").text


def test_a_report_for_the_desk_is_not_shown(draft, omar, desk, run_jobs):
    report = made(draft, run_jobs, edition="author")
    assert "Show it to my readers" not in desk.get(address_of(report)).text
    answered = show(desk, report)
    assert answered.status_code == 409 and "Only a report made for others" in answered.text
    Report.objects.update(shown=None)
    assert signed_in(omar).get(address_of(report)).status_code == 404


MODES = [
    ({"visibility": "never"}, "readers never see one another’s notes"),
    ({"visibility": "after_verdict"}, "only after their own verdict"),
    ({"others_sections": "closed"}, "readers see no sections but their own"),
]


@pytest.mark.parametrize("modes, said", MODES)
def test_what_a_round_keeps_from_readers_no_report_tells_them(draft, omar, desk, run_jobs, modes, said):
    report = made(draft, run_jobs)
    Round.objects.update(**modes)
    page = desk.get(address_of(report)).text
    assert said in page and "Show it to my readers" not in page
    answered = show(desk, report)
    assert answered.status_code == 409 and said in answered.text
    assert Report.objects.get().shown is None
    assert signed_in(omar).get(address_of(report)).status_code == 404


@pytest.mark.parametrize("modes, said", MODES)
def test_modes_tightened_later_take_it_from_the_readers_at_once(draft, omar, desk, run_jobs, modes, said):
    report = made(draft, run_jobs)
    show(desk, report)
    reader = signed_in(omar)
    assert reader.get(address_of(report)).status_code == 200
    Round.objects.update(**modes)
    assert [reader.get(address_of(report) + path).status_code for path in ("", "files/pdf/")] == [404, 404]
    assert "What the round said" not in reader.get(HOME).text
    page = desk.get(address_of(report)).text
    assert said in page and "nobody but the author team sees it" in page and "Stop showing it" in page


def test_names_are_shown_only_to_readers_who_know_them(draft, omar, signe, desk, run_jobs):
    """The note stands in the reading room under a pseudonym: a name beside it would tell whose all the others are."""
    say(draft, omar, "The pager does.", body="Quote me.", quote_permission="named")
    report = made(draft, run_jobs, names=True)
    assert "do not know one another’s names" in show(desk, report).text
    assert signed_in(signe).get(address_of(report)).status_code == 404
    without = made(draft, run_jobs)
    show(desk, without)
    page = signed_in(signe).get(address_of(without)).text
    assert "Quote me." in page and "Omar" not in page
    Round.objects.update(anonymity="named")
    show(desk, report)
    assert "Omar Haddad" in signed_in(signe).get(address_of(report)).text
    Round.objects.update(anonymity="peers")
    assert [signed_in(signe).get(address_of(each)).status_code for each in (report, without)] == [404, 200]


def test_once_the_round_has_ended_nothing_waits_for_a_verdict(draft, omar, desk, run_jobs):
    report = made(draft, run_jobs)
    Round.objects.update(visibility="after_verdict", state="ended", ended=timezone.now())
    show(desk, report)
    assert signed_in(omar).get(address_of(report)).status_code == 200


def test_a_round_before_that_kept_notes_back_keeps_them_back_in_a_later_report(draft, omar, desk, run_jobs):
    say(draft, omar, "The pager does.", quote_permission="named")
    Round.objects.update(visibility="never", state="ended")
    second = next_draft(draft)
    Round.objects.filter(pk=second.round_id).update(visibility="open")
    assert second.round_id != draft.round_id
    report = made(second, run_jobs)
    assert "In round 1 readers never see" in show(desk, report).text
    draft.manuscript.threads.all().delete()
    show(desk, report)
    assert signed_in(omar).get(address_of(report)).status_code == 200


def test_a_report_of_another_version_says_so_to_readers(draft, omar, desk, run_jobs):
    report = made(draft, run_jobs)
    show(desk, report)
    Report.objects.update(snapshot={"schema": 3})
    page = signed_in(omar).get(address_of(report)).text
    assert "An older version of Widemargin made this report" in page and "files/pdf/" in page


def test_a_first_page_costs_the_same_queries_however_many_reports_are_shown(draft, omar, desk, run_jobs):
    def queries() -> int:
        reader = signed_in(omar)
        reader.get(HOME)
        with CaptureQueriesContext(connection) as found:
            assert reader.get(HOME).status_code == 200
        return len(found)

    none = queries()
    reports = [made(draft, run_jobs, formats=("json",)) for _ in range(3)]
    show(desk, reports[0])
    one = queries()
    for report in reports[1:]:
        show(desk, report)
    assert none == one == queries() <= 60

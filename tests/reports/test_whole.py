"""What `scripts/bench kills_reports` counts is seen when it is there."""

import pytest
from django.core import mail

from manuscripts.manuscripts import record_event
from manuscripts.models import Event
from reports import schedules
from reports.models import Report, Schedule
from tests.reports.test_making import ask, author_of, draft, folder  # noqa: F401
from tests.reports.whole import faults, faults_of, orphans

pytestmark = pytest.mark.django_db


@pytest.fixture
def report(draft, run_jobs):  # noqa: F811
    report = ask(draft, formats=("markdown", "json"))
    run_jobs()
    return Report.objects.get(pk=report.pk)


def found(report):
    return dict(faults([Report.objects.get(pk=report.pk)]))


def test_a_report_as_it_should_be(report):
    assert found(report) == {} and orphans() == []


def test_lost(report):
    report.files.first().path.unlink()
    assert found(report)["lost"] == 1
    Event.objects.filter(kind="report.done").delete()
    assert found(report)["lost"] == 1


def test_without_a_file_or_never_done(report):
    report.files.filter(format="json").delete()
    assert found(report) == {"lost": 1}
    assert len(orphans()) == 1
    Report.objects.update(state="running")
    assert found(report) == {"lost": 1}


def test_doubled(report):
    record_event(report.manuscript, "report.done", report.made_by, f"report:{report.pk}")
    assert found(report) == {"doubled": 1}


def test_a_file_too_many(report):
    file = report.files.first()
    file.pk, file.part = None, 2
    file.save()
    assert found(report)["doubled"] == 1


def test_changed(report):
    path = report.files.first().path
    path.write_bytes(path.read_bytes() + b" ")
    assert found(report) == {"changed": 1}


def test_of_schedules(draft, settings, tmp_path, run_jobs):  # noqa: F811
    from tests.books import actor_of

    settings.EMAIL_BACKEND, settings.MAIL_DIR = "accounts.mail.FileBackend", tmp_path / "mail"
    actor = actor_of(author_of(draft))
    wish = schedules.Wish(formats=("json",))
    kept = schedules.keep(actor, draft.manuscript, wish, name="Daily", every="day", mail=True)
    assert dict(faults_of(kept)) == {"lost": 2}
    Schedule.objects.update(reached="2026-01-01T00:00:00Z")
    schedules.begin_due()
    run_jobs()
    assert dict(+faults_of(kept)) == {} and not mail.outbox
    (sent,) = settings.MAIL_DIR.glob("*.eml")
    (settings.MAIL_DIR / "again.eml").write_bytes(sent.read_bytes())
    assert dict(faults_of(kept)) == {"again": 1}
    (settings.MAIL_DIR / "again.eml").write_bytes(sent.read_bytes().replace(b"<report-", b"<report-x"))
    assert dict(faults_of(kept)) == {"doubled": 1}
    for path in settings.MAIL_DIR.glob("*.eml"):
        path.unlink()
    assert dict(faults_of(kept)) == {"lost": 1}
    kept.reports.create(manuscript=kept.manuscript, draft=draft, options={"formats": ["json"]})
    assert faults_of(kept)["doubled"] == 1

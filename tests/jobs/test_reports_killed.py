"""A worker killed while it makes a report: another makes it whole, once, of the snapshot that was stored; so does a
schedule that fell due meanwhile. `scripts/bench kills_reports` kills 50 times."""

import subprocess
import sys
import tempfile
import time
from contextlib import suppress
from pathlib import Path

import psutil
import pytest
from django.conf import settings

from jobs.models import Job
from manuscripts.formats.folder import PREFIX
from manuscripts.permissions import Actor
from reports import schedules
from reports.formats import pdf
from reports.leftovers import OLD, remove_leftovers
from reports.making import Wish, request_report
from reports.models import Report, Schedule
from tests.books import actor_of, make_book, make_reader
from tests.jobs.processes import wait_until
from tests.reports.test_collecting import answer, author_of, say
from tests.reports.whole import faults, faults_of, is_changed

pytestmark = pytest.mark.django_db(transaction=True)
WISH = Wish(formats=("pdf", "xlsx", "json"))


def make_said():
    draft = make_book()
    reader = make_reader(draft.manuscript, "Omar Haddad", "it-operations")
    answer(draft, reader, "value", "book", 4)
    say(draft, reader, "The pager does.", body="*Not* on $Sunday$")
    return draft


def make_due(actor: Actor, draft) -> Schedule:
    """A schedule that falls due at once and tells the actor by mail."""
    kept = schedules.keep(actor, draft.manuscript, WISH, name="Daily", every="day", mail=True)
    Schedule.objects.filter(pk=kept.pk).update(reached="2026-01-01T00:00:00Z")
    assert schedules.begin_due() == 1
    return kept


def ended(kind: str, count: int) -> bool:
    return Job.objects.filter(kind=kind, state="done").count() == count


@pytest.fixture
def temporary(monkeypatch, tmp_path):
    """A folder of their own for the temporary files of this process and its workers."""
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    return tmp_path


def left_lying(temporary: Path) -> list[str]:
    """What half-written files and folders there are: the first letters of their names, sorted."""
    found = [*settings.REPORTS_DIR.glob(".new-*"), *temporary.glob(f"{PREFIX}*")]
    return sorted(path.name[:5] for path in found)


def test_killed_three_times_nothing_is_lost_or_doubled(start_worker, temporary):
    """Each worker first makes what the one before was killed at, then is killed at the next arrival at its place."""
    draft = make_said()
    actor = actor_of(author_of(draft))
    killed = start_worker(DIE_AT="file not renamed", DIE_ARRIVAL="2")
    first = request_report(actor, draft.manuscript, WISH)
    wait_until(killed.has_died, 60)
    half = Report.objects.get(pk=first.pk)
    assert (half.state, half.files.count(), half.job.state) == ("running", 0, "running")
    assert left_lying(temporary) == [".new-"]
    say(draft, draft.manuscript.memberships.get(role="reviewer"), "Who is awake?")

    killed = start_worker(DIE_AT="typst runs", DIE_ARRIVAL="2", DIE_AFTER="0.05", DIE_ALONE="1")
    wait_until(lambda: ended("make_report", 1), 60)
    second = request_report(actor, draft.manuscript, WISH)
    wait_until(killed.has_died, 60)
    assert Job.objects.get(pk=second.job_id).state == "running"

    killed = start_worker(DIE_AT="files not committed", DIE_ARRIVAL="2")
    wait_until(lambda: ended("make_report", 2), 60)
    schedule = make_due(actor, draft)
    wait_until(killed.has_died, 60)
    assert schedule.reports.get().files.count() == 0 and not ended("send_report_mail", 1)

    start_worker()
    wait_until(lambda: ended("send_report_mail", 1), 60)
    assert not faults(Report.objects.filter(schedule=None)) and not faults_of(schedule)
    reports = list(Report.objects.order_by("pk"))
    assert [report.job.attempts for report in reports] == [2, 2, 2]
    assert [report.snapshot_sha256 for report in reports[:1]] == [half.snapshot_sha256]
    assert [report.snapshot["remarks"]["total"] for report in reports] == [1, 2, 2]
    assert left_lying(temporary) == [".new-", ".new-", "widem"]
    remove_leftovers(time.time() + OLD + 60)
    assert left_lying(temporary) == [] and not any(map(is_changed, reports))


@pytest.mark.skipif(sys.platform != "linux", reason="asks the kernel of Linux to end it")
def test_typst_ends_with_its_worker_however_long_it_would_take(tmp_path):
    (tmp_path / "report.typ").write_text("#for i in range(100000) { for j in range(100000) { } }")
    child = [sys.executable, "-I", str(pdf.HERE / "pdf_child.py"), str(tmp_path), str(pdf.FONTS), "0"]
    worker = subprocess.Popen([sys.executable, "-c", f"import subprocess; subprocess.run({child!r})"])
    (typst,) = wait_until(psutil.Process(worker.pid).children)
    try:
        wait_until(lambda: typst.cpu_times().user > 1)
        worker.kill()
        worker.wait(10)
        wait_until(lambda: not typst.is_running() or typst.status() == psutil.STATUS_ZOMBIE, 5)
    finally:
        with suppress(psutil.NoSuchProcess):
            typst.kill()

"""Rows, keys, leases and endings, without worker processes."""

import threading
from datetime import timedelta

import pytest
from django.db import connection, transaction
from django.utils import timezone

from jobs import running
from jobs.models import GAVE_UP, Job
from jobs.queue import cancel, enqueue, sweep
from jobs.registry import handler
from tests.jobs import kinds
from tests.jobs.conftest import flush_broker


def test_unknown_kind_is_refused(db):
    with pytest.raises(LookupError, match="no-such-kind"):
        enqueue("no-such-kind", {})
    assert not Job.objects.exists()


def test_second_handler_of_a_kind_is_refused():
    with pytest.raises(ValueError, match="Two handlers"):
        handler("test-careful")(lambda job: None)


def test_key_keeps_one_job_until_it_is_over(run_jobs):
    first = enqueue("test-careful", {"label": "k"}, key="report:1")
    assert enqueue("test-careful", {"label": "k"}, key="report:1") == first
    assert enqueue("test-careful", {"label": "k"}, key="report:2") != first
    assert run_jobs() == 2
    assert enqueue("test-careful", {"label": "k"}, key="report:1") != first


@pytest.mark.django_db(transaction=True)
def test_key_holds_against_others_at_once():
    found = []

    def ask():
        try:
            found.append(enqueue("test-careful", {"label": "l"}, key="one").pk)
        finally:
            connection.close()

    threads = [threading.Thread(target=ask) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(found) == 8
    assert set(found) == set(Job.objects.values_list("pk", flat=True))
    assert Job.objects.count() == 1


@pytest.mark.django_db(transaction=True)
def test_bell_is_rung_after_commit_and_never_after_a_rollback():
    from config.celery import app

    def bells():
        with app.connection_for_read() as queue:
            return queue.default_channel._size("jobs")

    flush_broker()
    with transaction.atomic():
        enqueue("test-careful", {"label": "m"})
        assert bells() == 0
    assert bells() == 1
    with pytest.raises(RuntimeError), transaction.atomic():
        enqueue("test-careful", {"label": "m"})
        raise RuntimeError
    assert bells() == 1
    assert Job.objects.count() == 1


def test_expected_failure_is_told(run_jobs):
    job = enqueue("test-refusing", {})
    run_jobs()
    job.refresh_from_db()
    assert (job.state, job.problem_code, job.error) == ("failed", "not_a_book", "This file is not a book.")
    assert job.finished is not None


def test_unexpected_failure_is_logged_without_what_it_read(run_jobs, caplog):
    job = enqueue("test-broken", {"secret": "the butler did it"})
    run_jobs()
    job.refresh_from_db()
    assert (job.state, job.problem_code, job.error) == ("failed", "internal", str(running.BROKE))
    assert "ValueError" in caplog.text
    assert "kinds.py" in caplog.text
    assert "butler" not in caplog.text


def test_try_later_waits_its_time(run_jobs, time_machine):
    time_machine.move_to("2026-05-01T12:00:00Z", tick=False)
    job = enqueue("test-later", {"wait": 60})
    assert run_jobs() == 1
    job.refresh_from_db()
    assert (job.state, job.attempts) == ("queued", 1)
    assert run_jobs() == 0
    time_machine.shift(61)
    assert run_jobs() == 1
    job.refresh_from_db()
    assert (job.state, job.result) == ("done", {"attempt": 2})


def test_waiting_job_is_cancelled_at_once(run_jobs):
    job = enqueue("test-careful", {"label": "n"}, key="n")
    assert cancel(job) is True
    job.refresh_from_db()
    assert (job.state, job.key) == ("cancelled", None)
    assert run_jobs() == 0
    assert kinds.effects("n") == 0
    assert cancel(job) is False


@pytest.mark.parametrize(("attempts", "state"), [(1, "queued"), (2, "queued"), (3, "failed")])
def test_sweep_gives_back_expired_leases_and_counts(db, attempts, state):
    job = make_running(attempts=attempts, lease_until=timezone.now() - timedelta(seconds=1))
    assert sweep() >= 1
    job.refresh_from_db()
    assert job.state == state
    assert job.error == (str(GAVE_UP) if state == "failed" else "")


def test_sweep_leaves_living_leases_alone(db):
    job = make_running(attempts=1, lease_until=timezone.now() + timedelta(seconds=1))
    assert sweep() == 0
    job.refresh_from_db()
    assert job.state == "running"


def test_sweep_ends_what_was_cancelled_or_stored(db):
    late = timezone.now() - timedelta(seconds=1)
    cancelled = make_running(lease_until=late, cancel_requested=True)
    stored = make_running(lease_until=late, stored=True, attempts=3, result={"url": "x"})
    sweep()
    for job, state in ((cancelled, "cancelled"), (stored, "done")):
        job.refresh_from_db()
        assert job.state == state
    assert stored.result == {"url": "x"}


def test_commit_is_refused_after_the_lease_passed_on(db):
    row = make_running(lease_until=timezone.now() + timedelta(seconds=30))
    mine = running.RunningJob(Job.objects.get(pk=row.pk))
    Job.objects.filter(pk=row.pk).update(lease_token="another")
    with pytest.raises(running.LeaseLost), mine.commit():
        kinds.leave_effect("o")
    assert kinds.effects("o") == 0
    assert mine.should_stop() is True


def test_failing_commit_stores_nothing(db):
    row = make_running(lease_until=timezone.now() + timedelta(seconds=30))
    mine = running.RunningJob(row)
    with pytest.raises(RuntimeError), mine.commit():
        kinds.leave_effect("p")
        raise RuntimeError
    row.refresh_from_db()
    assert (kinds.effects("p"), row.stored, mine.committed) == (0, False, False)


def test_commit_happens_once(db):
    mine = running.RunningJob(make_running(lease_until=timezone.now() + timedelta(seconds=30)))
    with mine.commit():
        kinds.leave_effect("q")
    with pytest.raises(RuntimeError, match="commits once"), mine.commit():
        kinds.leave_effect("q")
    assert kinds.effects("q") == 1


def test_cancelled_job_does_not_commit(db):
    row = make_running(lease_until=timezone.now() + timedelta(seconds=30))
    mine = running.RunningJob(row)
    cancel(row)
    with pytest.raises(running.Cancelled), mine.commit():
        kinds.leave_effect("r")
    assert kinds.effects("r") == 0


def make_running(**fields):
    """A job some worker holds under the token "mine"."""
    held = {"attempts": 1, "lease_token": "mine", "state": Job.State.RUNNING, **fields}
    return Job.objects.create(kind="test-careful", args={"label": "s"}, **held)

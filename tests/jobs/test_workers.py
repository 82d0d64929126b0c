"""Jobs through real worker processes: killed, stalled, cancelled, their bells lost. Runs on the session's broker."""

import os
import signal
import subprocess
import sys
import threading
import time

import pytest
from django.db import connection, transaction

from jobs.models import Job
from jobs.queue import cancel, enqueue
from tests.jobs.conftest import flush_broker
from tests.jobs.kinds import effects
from tests.jobs.processes import ROOT, wait_until

pytestmark = pytest.mark.django_db(transaction=True)


def state_is(job, *states):
    def look():
        job.refresh_from_db()
        return job.state in states

    return look


def ended(job, seconds=30):
    wait_until(state_is(job, "done", "failed", "cancelled"), seconds)
    return job.state


def under_way(job):
    def look():
        job.refresh_from_db()
        return job.state == "running" and job.progress > 0

    wait_until(look)


def test_job_is_done_and_says_so_on_the_way(start_worker):
    start_worker()
    job = enqueue("test-careful", {"label": "a", "seconds": 2})
    under_way(job)
    assert 0 < job.progress < 1
    assert job.step.startswith("step ")
    assert ended(job) == "done"
    assert (job.progress, job.result, job.step, job.attempts) == (1.0, {"label": "a"}, "", 1)
    assert effects("a") == 1


def test_killed_worker_is_replaced_and_the_outcome_stored_once(start_worker):
    first = start_worker()
    job = enqueue("test-careful", {"label": "b", "seconds": 4})
    under_way(job)
    first.kill()
    killed = time.monotonic()
    start_worker()
    assert ended(job, 60) == "done"
    assert time.monotonic() - killed < 60
    assert (job.attempts, effects("b")) == (2, 1)


def test_worker_killed_after_its_commit_is_not_repeated(start_worker):
    first = start_worker()
    job = enqueue("test-lingering", {"label": "c"})
    wait_until(lambda: effects("c"))
    first.kill()
    start_worker()
    assert ended(job, 60) == "done"
    assert (job.attempts, effects("c"), job.result) == (1, 1, {"label": "c"})


@pytest.mark.parametrize(("kind", "stored"), [("test-careless", 2), ("test-blind", 1)])
def test_stalled_worker_wakes_after_another_took_over(start_worker, kind, stored):
    """The control without `commit` stores twice, so the stall is real; with `commit` it is stored once."""
    first = start_worker()
    job = enqueue(kind, {"label": kind, "seconds": 2})
    wait_until(state_is(job, "running"))
    first.send(signal.SIGSTOP)
    start_worker()
    assert ended(job, 60) == "done"
    assert effects(kind) == 1
    first.send(signal.SIGCONT)
    wait_until(lambda: "taken over" in first.log.read_text() or effects(kind) == 2)
    time.sleep(1)
    assert effects(kind) == stored
    job.refresh_from_db()
    assert (job.state, job.attempts) == ("done", 2)


def test_bells_lost_before_the_worker_came(start_worker):
    jobs = [enqueue("test-careful", {"label": "d"}) for _ in range(25)]
    flush_broker()
    start_worker()
    wait_until(lambda: Job.objects.filter(state="done").count() == len(jobs))
    assert effects("d") == len(jobs)


def test_broker_flushed_under_a_running_worker(start_worker):
    start_worker()
    assert ended(enqueue("test-careful", {"label": "e"})) == "done"
    flush_broker()
    assert ended(enqueue("test-careful", {"label": "e"})) == "done"
    assert effects("e") == 2


def test_worker_does_not_see_a_job_before_its_commit(start_worker):
    start_worker()
    ended(enqueue("test-careful", {"label": "warm"}))
    with transaction.atomic():
        job = enqueue("test-careful", {"label": "f"})
        time.sleep(1)
        assert Job.objects.get(pk=job.pk).state == "queued"
    assert ended(job) == "done"
    assert (job.attempts, effects("f")) == (1, 1)


def test_running_job_is_cancelled(start_worker):
    start_worker()
    job = enqueue("test-careful", {"label": "g", "seconds": 20})
    under_way(job)
    assert cancel(job) is True
    assert ended(job, 5) == "cancelled"
    assert effects("g") == 0
    assert cancel(job) is False


def test_asked_to_end_a_worker_gives_its_job_back(start_worker):
    first = start_worker()
    job = enqueue("test-careful", {"label": "h", "seconds": 3})
    under_way(job)
    asked = time.monotonic()
    first.process.send_signal(signal.SIGTERM)
    first.process.wait(8)
    assert time.monotonic() - asked < 8
    job.refresh_from_db()
    assert (job.state, job.attempts) == ("queued", 0)
    start_worker()
    assert ended(job) == "done"
    assert effects("h") == 1


def test_many_at_once_are_each_done_once(start_worker):
    start_worker()
    start_worker()
    made = []

    def ask():
        try:
            made.extend(enqueue("test-careful", {"label": "i"}) for _ in range(10))
        finally:
            connection.close()

    threads = [threading.Thread(target=ask) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    wait_until(lambda: Job.objects.filter(state="done").count() == len(made) == 40, 60)
    assert effects("i") == 40
    assert set(Job.objects.values_list("attempts", flat=True)) == {1}


def test_dead_broker_does_not_fail_who_asks(start_worker):
    """A process whose Redis does not answer: the row is there at once, and a worker that has a broker does it."""
    ask = (
        "import django; django.setup(); import tests.jobs.kinds; from jobs.queue import enqueue;"
        "print(enqueue('test-careful', {'label': 'j'}).pk)"
    )
    env = {
        **os.environ,
        "DJANGO_SETTINGS_MODULE": "tests.jobs.worker_settings",
        "TEST_DATABASE_NAME": str(connection.settings_dict["NAME"]),
        "REDIS_URL": "redis://127.0.0.1:1/0",
    }
    asked = subprocess.run(
        [sys.executable, "-c", ask], cwd=ROOT, env=env, capture_output=True, text=True, timeout=30, check=True
    )
    job = Job.objects.get(pk=asked.stdout.strip())
    assert job.state == "queued"
    assert "the queue cannot be reached" in asked.stderr
    start_worker()
    assert ended(job) == "done"

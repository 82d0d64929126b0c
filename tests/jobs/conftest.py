"""Real worker processes beside a test, with leases of seconds."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.db import connection

ROOT = Path(__file__).resolve().parents[2]
LEASE, HEARTBEAT, SWEEP = 3, 1, 1


class WorkerProcess:
    """One `celery worker` as scripts/run starts it."""

    def __init__(self, log: Path) -> None:
        self.log = log
        env = {
            **os.environ,
            "DJANGO_SETTINGS_MODULE": "tests.jobs.worker_settings",
            "TEST_DATABASE_NAME": str(connection.settings_dict["NAME"]),
            "JOB_LEASE": str(LEASE),
            "JOB_HEARTBEAT": str(HEARTBEAT),
            "JOB_SWEEP": str(SWEEP),
            "CELERY_SKIP_CHECKS": "1",
        }
        command = [sys.executable, "-m", "celery", "-q", "-A", "config.celery", "worker", "-l", "WARNING"]
        command += ["-I", "tests.jobs.kinds", "--without-gossip", "--without-mingle", "--without-heartbeat"]
        with log.open("ab") as out:
            self.process = subprocess.Popen(command, cwd=ROOT, env=env, stdout=out, stderr=out, start_new_session=True)

    def send(self, number: signal.Signals) -> None:
        """To every process of the worker at once."""
        os.killpg(self.process.pid, number)

    def kill(self) -> None:
        self.send(signal.SIGKILL)
        self.process.wait(10)

    def end(self) -> None:
        if self.process.poll() is None:
            self.send(signal.SIGCONT)
            self.kill()


@pytest.fixture
def start_worker(transactional_db: None, tmp_path: Path, clean_queue: None) -> Iterator[Callable[[], WorkerProcess]]:
    """Call it for one more worker; all are gone before the tables are emptied."""
    workers: list[WorkerProcess] = []

    def start() -> WorkerProcess:
        workers.append(WorkerProcess(tmp_path / f"worker-{len(workers)}.log"))
        return workers[-1]

    yield start
    for worker in workers:
        worker.end()
        print(worker.log.read_text())


@pytest.fixture
def clean_queue() -> None:
    """No bells from other tests."""
    flush_broker()


def flush_broker() -> None:
    """Lose everything the broker holds, bindings included, as FLUSHALL does."""
    if settings.REDIS_URL:
        import redis

        redis.Redis.from_url(settings.REDIS_URL).flushdb()
    else:
        for message in (settings.DATA_DIR / "broker").glob("*"):
            message.unlink(missing_ok=True)


def wait_until(condition: Callable[[], Any], seconds: float = 30) -> Any:
    """The first true answer of `condition`; AssertionError after `seconds`."""
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        answer = condition()
        if answer:
            return answer
        time.sleep(0.05)
    raise AssertionError(f"not within {seconds} s")

"""Real worker processes, to be killed."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from django.db import connection

ROOT = Path(__file__).resolve().parents[2]


class WorkerProcess:
    """One `celery worker` as scripts/run starts it, on the database of this process; with `modules` imported and
    `environment` set besides."""

    def __init__(self, log: Path, modules: str, **environment: str) -> None:
        self.log = log
        env = {
            **os.environ,
            "DJANGO_SETTINGS_MODULE": "tests.jobs.worker_settings",
            "TEST_DATABASE_NAME": str(connection.settings_dict["NAME"]),
            "CELERY_SKIP_CHECKS": "1",
            **environment,
        }
        command = [sys.executable, "-m", "celery", "-q", "-A", "config.celery", "worker", "-l", "WARNING"]
        command += ["-I", modules, "--without-gossip", "--without-mingle", "--without-heartbeat"]
        with log.open("ab") as out:
            self.process = subprocess.Popen(command, cwd=ROOT, env=env, stdout=out, stderr=out, start_new_session=True)

    def send(self, number: signal.Signals) -> None:
        """To every process of the worker at once."""
        os.killpg(self.process.pid, number)

    def kill(self) -> None:
        self.send(signal.SIGKILL)
        self.process.wait(10)

    def has_died(self) -> bool:
        return self.process.poll() is not None

    def end(self) -> None:
        if not self.has_died():
            self.send(signal.SIGCONT)
            self.kill()


def wait_until(condition: Callable[[], Any], seconds: float = 30) -> Any:
    """The first true answer of `condition`; AssertionError after `seconds`."""
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        answer = condition()
        if answer:
            return answer
        time.sleep(0.05)
    raise AssertionError(f"not within {seconds} s")

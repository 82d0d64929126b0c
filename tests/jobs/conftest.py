"""Real worker processes beside a test, with leases of seconds."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from django.conf import settings

from tests.jobs.processes import WorkerProcess

LEASE, HEARTBEAT, SWEEP = 3, 1, 1
KINDS = "tests.jobs.kinds,tests.jobs.dying"


@pytest.fixture
def start_worker(transactional_db: None, tmp_path: Path, clean_queue: None) -> Iterator[Callable[..., WorkerProcess]]:
    """Call it for one more worker; all are gone before the tables are emptied."""
    workers: list[WorkerProcess] = []
    short = {"JOB_LEASE": str(LEASE), "JOB_HEARTBEAT": str(HEARTBEAT), "JOB_SWEEP": str(SWEEP)}

    def start(**environment: str) -> WorkerProcess:
        log = tmp_path / f"worker-{len(workers)}.log"
        workers.append(WorkerProcess(log, KINDS, **{**short, **environment}))
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

"""What every worker process does beside its jobs: sweep, and show that it is alive."""

import logging
import os
import socket
import threading
from datetime import timedelta
from typing import Any

from celery import signals
from django.conf import settings
from django.db import DatabaseError, connection
from django.utils import timezone

from jobs import running
from jobs.models import WorkerBeat
from jobs.queue import sweep

log = logging.getLogger("widemargin.jobs")

#: A worker not seen for so many seconds is counted as gone.
SEEN_WITHIN = 30

_over = threading.Event()


def show_life(name: str) -> None:
    """Write that the worker `name` is alive now, and forget workers not seen for a day."""
    WorkerBeat.objects.update_or_create(name=name, defaults={"seen": timezone.now()})
    WorkerBeat.objects.filter(seen__lt=timezone.now() - timedelta(days=1)).delete()


def worker_seen() -> bool:
    """Whether any worker was alive within the last 30 s."""
    return WorkerBeat.objects.filter(seen__gte=timezone.now() - timedelta(seconds=SEEN_WITHIN)).exists()


def sweep_until(over: threading.Event, name: str) -> None:
    """Sweep every JOB_SWEEP seconds until `over` is set; errors of the database are logged and outlived."""
    while True:
        try:
            show_life(name)
            sweep()
        except DatabaseError as error:
            log.warning("sweep: %s", type(error).__name__)
        finally:
            connection.close()
        if over.wait(settings.JOB_SWEEP):
            return


@signals.worker_ready.connect
def _start(**kwargs: Any) -> None:
    name = f"{socket.gethostname()}-{os.getpid()}"
    threading.Thread(target=sweep_until, args=(_over, name), name="sweeper", daemon=True).start()


@signals.worker_shutting_down.connect
def _stop(**kwargs: Any) -> None:
    """Running jobs go back into the queue at their next step, so that a stop takes seconds."""
    running.stopping.set()
    _over.set()

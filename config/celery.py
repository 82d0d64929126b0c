"""The Celery app of web and worker: how many jobs a worker does at once, and what it imports."""

import os
from typing import Any

from celery import Celery
from celery.signals import setup_logging

from config.clock import broker

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")

app = Celery("widemargin")
app.conf.update(
    **broker(),
    task_acks_late=True,
    task_reject_on_worker_lost=True,
    worker_prefetch_multiplier=1,
    worker_pool="threads",
    worker_concurrency=2,
    worker_enable_remote_control=False,
    worker_send_task_events=False,
    worker_cancel_long_running_tasks_on_connection_loss=False,
    imports=("jobs.worker",),
)
app.autodiscover_tasks()


@setup_logging.connect
def keep_logging(**kwargs: Any) -> None:
    """Celery leaves logging as the settings made it."""

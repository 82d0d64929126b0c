"""The Celery app: how bells travel, how many jobs a worker does at once, and what happens by the clock."""

import os
from typing import Any

from celery import Celery
from celery.schedules import crontab
from celery.signals import setup_logging
from django.conf import settings

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")

app = Celery("widemargin")


def broker() -> dict[str, Any]:
    """Celery's broker settings: Redis where REDIS_URL is set, else a folder in DATA_DIR."""
    if settings.REDIS_URL:
        return {
            "broker_url": settings.REDIS_URL,
            "broker_transport_options": {
                # Of no weight for jobs (their rows have leases); brings back what a killed worker had in hand.
                "visibility_timeout": 300,
                "socket_connect_timeout": 2,
                "socket_timeout": 10,
                "socket_keepalive": True,
                "health_check_interval": 30,
            },
        }
    return {
        "broker_url": "jobs.broker:Transport://",
        "broker_transport_options": {"folder": str(settings.BROKER_DIR), "polling_interval": 0.2},
    }


app.conf.update(
    **broker(),
    broker_connection_retry_on_startup=True,
    task_default_queue="jobs",
    task_ignore_result=True,
    task_acks_late=True,
    task_reject_on_worker_lost=True,
    worker_prefetch_multiplier=1,
    worker_pool="threads",
    worker_concurrency=2,
    worker_enable_remote_control=False,
    worker_send_task_events=False,
    worker_cancel_long_running_tasks_on_connection_loss=False,
    enable_utc=True,
    timezone="UTC",
    beat_schedule_filename=str(settings.DATA_DIR / "schedule"),
    beat_schedule={
        "close-due-rounds": {"task": "reviews.tasks.close_due_rounds", "schedule": 60.0},
        "forget-idempotency-keys": {
            "task": "api.tasks.forget_idempotency_keys",
            "schedule": crontab(hour=3, minute=17),
        },
    },
    imports=("jobs.worker",),
)
app.autodiscover_tasks()


@setup_logging.connect
def keep_logging(**kwargs: Any) -> None:
    """Celery leaves logging as the settings made it."""

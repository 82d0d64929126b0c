"""What happens by the clock, and how messages travel.

    celery -A config.clock beat

The scheduler only sends names. It does without Django, which halves its memory and its start.
"""

import warnings
from typing import Any

from celery import Celery
from celery.platforms import SecurityWarning
from celery.schedules import crontab
from kombu.transport import TRANSPORT_ALIASES

from config import env

TRANSPORT_ALIASES["folder"] = "jobs.broker:Transport"
# Warns of root because pickled messages could run code; ours are JSON.
warnings.filterwarnings("ignore", category=SecurityWarning)

SCHEDULE = {
    "close-due-rounds": {"task": "reviews.tasks.close_due_rounds", "schedule": 60.0},
    "begin-due-reports": {"task": "reports.tasks.begin_due_reports", "schedule": 60.0},
    "forget-idempotency-keys": {
        "task": "api.tasks.forget_idempotency_keys",
        "schedule": crontab(hour=3, minute=17),
    },
    "remove-leftovers": {"task": "reports.tasks.remove_leftovers", "schedule": crontab(hour=3, minute=37)},
}


def broker() -> dict[str, Any]:
    """Celery's broker settings: Redis where REDIS_URL is set, else a folder in DATA_DIR."""
    common = {"task_default_queue": "jobs", "task_ignore_result": True, "broker_connection_retry_on_startup": True}
    if env.redis_url():
        return common | {
            "broker_url": env.redis_url(),
            "broker_transport_options": {
                # Of no weight for jobs (their rows have leases); brings back what a killed worker had in hand.
                "visibility_timeout": 300,
                "socket_connect_timeout": 2,
                "socket_timeout": 10,
                "socket_keepalive": True,
                "health_check_interval": 30,
            },
        }
    return common | {
        "broker_url": "folder://localhost",
        "broker_transport_options": {"folder": str(env.data_dir() / "broker"), "polling_interval": 0.2},
    }


app = Celery("clock", fixups=[], set_as_current=False)
app.conf.update(
    **broker(),
    enable_utc=True,
    timezone="UTC",
    beat_schedule_filename=str(env.data_dir() / "schedule"),
    beat_schedule=SCHEDULE,
)

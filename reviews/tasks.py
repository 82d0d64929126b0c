"""The background work of this app."""

from jobs.registry import handler
from jobs.running import RunningJob

from .sending import SEND_ATTEMPTS, send_invitation


@handler("send_invitation", max_attempts=SEND_ATTEMPTS)
def _send_invitation(job: RunningJob) -> dict | None:
    return send_invitation(job)

"""The background work of this app."""

from jobs.registry import handler
from jobs.running import RunningJob
from reports import making


@handler("make_report", put_back=making.put_back)
def make_report(job: RunningJob) -> dict | None:
    """Collects and renders one report."""
    return making.make_report(job)

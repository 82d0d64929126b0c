"""The background work of this app."""

from celery import shared_task

from jobs.registry import handler
from jobs.running import RunningJob
from reports import leftovers, mailing, making, schedules
from reviews.sending import SEND_ATTEMPTS


@handler("make_report", put_back=making.put_back)
def make_report(job: RunningJob) -> dict | None:
    """Collects and renders one report."""
    return making.make_report(job)


@handler("run_schedule", put_back=schedules.put_back)
def run_schedule(job: RunningJob) -> None:
    """Makes what a schedule owes."""
    schedules.run(job)


@handler("send_report_mail", max_attempts=SEND_ATTEMPTS)
def send_report_mail(job: RunningJob) -> None:
    """Tells one of the author team of a report."""
    mailing.send_report_mail(job)


@shared_task
def begin_due_reports() -> int:
    return schedules.begin_due()


@shared_task
def remove_leftovers() -> int:
    return leftovers.remove_leftovers()

"""What the queue carries."""

from celery import shared_task

from jobs import running


@shared_task(name="jobs.run", ignore_result=True)
def run_job(pk: str) -> None:
    """The bell of one job; harmless when it rings twice."""
    running.run(pk)

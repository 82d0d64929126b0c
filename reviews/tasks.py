"""Background work about rounds and readers. A task takes ids, loads, calls one function."""

from typing import Any

from celery import shared_task

from jobs.models import Job
from jobs.registry import handler
from jobs.running import RunningJob
from manuscripts.models import Draft

from . import rounds
from .applying import run_applying
from .comparing import run_comparing
from .editing import run_editing
from .preview import foresee_again, import_draft, import_put_back
from .sending import SEND_ATTEMPTS, send_invitation, send_round_mail


def back_to_ready(job: Job) -> None:
    """A draft that could not be opened stays as it was."""
    Draft.objects.filter(pk=job.args["draft"], state="opening").update(state="ready")


@handler("open_draft", put_back=back_to_ready)
def _open_draft(job: RunningJob) -> dict[str, Any]:
    return rounds.run_opening(job)


@handler("compare_drafts")
def _compare_drafts(job: RunningJob) -> None:
    run_comparing(job)


@handler("send_invitation", max_attempts=SEND_ATTEMPTS)
def _send_invitation(job: RunningJob) -> dict | None:
    return send_invitation(job)


@handler("send_round_mail", max_attempts=SEND_ATTEMPTS)
def _send_round_mail(job: RunningJob) -> dict | None:
    return send_round_mail(job)


@shared_task
def close_due_rounds() -> int:
    return rounds.close_due_rounds()


@handler("import_draft", put_back=import_put_back)
def _import_draft(job: RunningJob) -> dict | None:
    return import_draft(job)


@handler("apply_suggestion")
def _apply_suggestion(job: RunningJob) -> dict | None:
    return run_applying(job)


@handler("edit_section")
def _edit_section(job: RunningJob) -> dict | None:
    return run_editing(job)


@handler("foresee_draft")
def _foresee_draft(job: RunningJob) -> dict | None:
    return foresee_again(job)

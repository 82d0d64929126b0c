"""Kinds of jobs only tests know. An effect is a row of WorkerBeat: what a job leaves in the database."""

import time
import uuid

from django.utils import timezone

from jobs.models import WorkerBeat
from jobs.registry import handler
from jobs.running import JobError, RunningJob, TryLater


def leave_effect(label: str) -> None:
    """One more row; nothing but its own name keeps it from standing there twice."""
    WorkerBeat.objects.create(name=f"effect {label} {uuid.uuid4().hex}", seen=timezone.now())


def effects(label: str) -> int:
    return WorkerBeat.objects.filter(name__startswith=f"effect {label} ").count()


def walk(job: RunningJob) -> None:
    """Work for args["seconds"], reporting ten times a second."""
    steps = max(1, int(job.args.get("seconds", 0) * 10))
    for step in range(steps):
        job.progress(step / steps, f"step {step + 1} of {steps}")
        time.sleep(0.1)


@handler("test-careful")
def careful(job: RunningJob) -> None:
    """Stores its effect as it should."""
    walk(job)
    with job.commit() as result:
        leave_effect(job.args["label"])
        result["label"] = job.args["label"]


@handler("test-careless")
def careless(job: RunningJob) -> None:
    """Works without asking whether the job is still its own: what `commit` is there to prevent."""
    time.sleep(job.args["seconds"])
    leave_effect(job.args["label"])


@handler("test-blind")
def blind(job: RunningJob) -> None:
    """Never looks up from its work, then commits."""
    time.sleep(job.args["seconds"])
    with job.commit():
        leave_effect(job.args["label"])


@handler("test-lingering")
def lingering(job: RunningJob) -> None:
    """Still busy after its effect is stored."""
    with job.commit() as result:
        leave_effect(job.args["label"])
        result["label"] = job.args["label"]
    time.sleep(60)


@handler("test-refusing")
def refusing(job: RunningJob) -> None:
    raise JobError("not_a_book", "This file is not a book.")


@handler("test-broken")
def broken(job: RunningJob) -> None:
    raise ValueError(f"cannot read {job.args['secret']}")


@handler("test-later", max_attempts=2)
def later(job: RunningJob) -> dict[str, int]:
    """Needs a second attempt."""
    if job.attempt == 1:
        raise TryLater(job.args["wait"])
    return {"attempt": job.attempt}

"""A worker process that kills itself at a chosen place of its work; imported by the workers of tests and benchmarks.

DIE_AT names the place, DIE_ARRIVAL the how manieth arrival there counts (1), DIE_AFTER the seconds from then on (0),
DIE_ALONE whether the children of the worker live on. SIGKILL: nothing is tidied up.
"""

import importlib
import os
import signal
import threading
from functools import wraps
from typing import Any, NamedTuple


class Place(NamedTuple):
    """Where something is called: `after` it has returned, or before it begins."""

    module: str
    name: str
    after: bool = False


#: Of reports asked for.
REPORT = {
    "anywhere": Place("reports.making", "make_report"),
    "collecting": Place("reports.collecting", "Collector.snapshot"),
    "snapshot not committed": Place("reports.models", "Report.save", after=True),
    "typst runs": Place("reports.formats.pdf", "missing", after=True),
    "file not renamed": Place("reports.formats", "Format.write", after=True),
    "between two files": Place("reports.making", "make_file", after=True),
    "files not committed": Place("reports.making", "announce", after=True),
    "job not ended": Place("jobs.models", "Job.finish"),
}
#: Of a schedule that is due, from the look for it to its mail.
SCHEDULE = {
    "schedule not moved on": Place("reports.schedules", "enqueue", after=True),
    "schedule collects": Place("reports.schedules", "collect"),
    "schedule not committed": Place("reports.making", "begin", after=True),
    "schedule's job not ended": Place("jobs.models", "Job.finish"),
    "schedule's files not committed": Place("reports.making", "announce", after=True),
    "mail not sent": Place("reports.mailing", "send"),
    "mail sent, not written down": Place("reports.mailing", "send", after=True),
}
PLACES = REPORT | SCHEDULE


def die() -> None:
    if os.environ.get("DIE_ALONE"):
        os.kill(os.getpid(), signal.SIGKILL)
    os.killpg(os.getpgrp(), signal.SIGKILL)


def lie_in_wait(place: Place, arrival: int, seconds: float) -> None:
    """Puts the end of this process into what is called there."""
    *path, name = place.name.split(".")
    owner: Any = importlib.import_module(place.module)
    for part in path:
        owner = getattr(owner, part)
    original = getattr(owner, name)
    left = [None] * arrival

    def arrive() -> None:
        if left:
            left.pop()
            if not left and seconds:
                threading.Timer(seconds, die).start()
            elif not left:
                die()

    @wraps(original)
    def watched(*args: Any, **kwargs: Any) -> Any:
        if not place.after:
            arrive()
        result = original(*args, **kwargs)
        if place.after:
            arrive()
        return result

    setattr(owner, name, watched)


if os.environ.get("DIE_AT"):
    lie_in_wait(
        PLACES[os.environ["DIE_AT"]],
        int(os.environ.get("DIE_ARRIVAL", 1)),
        float(os.environ.get("DIE_AFTER", 0)),
    )

"""Which function does which kind of job.

    @handler("import_draft", max_attempts=3)
    def run(job: RunningJob) -> dict | None: ...

stands in the `tasks.py` of an app; all of them are found at the first look.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.utils.module_loading import autodiscover_modules

if TYPE_CHECKING:
    from jobs.models import Job
    from jobs.running import RunningJob

Run = Callable[["RunningJob"], dict[str, Any] | None]
PutBack = Callable[["Job"], None]


@dataclass(frozen=True)
class Handler:
    """The function that does one kind of job, how often it may be begun, and what mends the rows it works on when
    it ends failed or cancelled."""

    kind: str
    run: Run
    max_attempts: int
    put_back: PutBack | None = None


_handlers: dict[str, Handler] = {}


def handler(kind: str, *, max_attempts: int = 3, put_back: PutBack | None = None) -> Callable[[Run], Run]:
    """Register the decorated function for `kind`. A kind has one function; a second one is a ValueError.

    `put_back` is called with the row once the job has failed for good or was cancelled, in the same transaction.
    """

    def register(run: Run) -> Run:
        known = _handlers.get(kind)
        if known and (known.run.__module__, known.run.__qualname__) != (run.__module__, run.__qualname__):
            raise ValueError(f"Two handlers for the job kind {kind!r}.")
        _handlers[kind] = Handler(kind, run, max_attempts, put_back)
        return run

    return register


def find_handler(kind: str) -> Handler:
    """The handler of `kind`; LookupError where no app has one."""
    if kind not in _handlers:
        autodiscover_modules("tasks")
    if kind not in _handlers:
        raise LookupError(f"No handler for the job kind {kind!r}.")
    return _handlers[kind]


def put_back(job: "Job") -> None:
    """Let the kind's handler mend what a job that ended without its outcome has left."""
    try:
        found = find_handler(job.kind)
    except LookupError:
        return
    if found.put_back:
        found.put_back(job)

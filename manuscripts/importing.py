"""Reading a draft: files to documents, documents to chapters and sections, these to rows, all or nothing.

The work of the job `import_draft` up to the state `ready`. What follows from a draft for notes and readers is the
business of higher layers, which call `run_import` and go on.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import Any

from django.conf import settings
from django.db import transaction
from django.utils.translation import gettext as _

from jobs.models import Job
from jobs.running import JobError, RunningJob

from .formats import Checked, ConversionFailed, ConversionStopped, Converted, Document, Picture, Problem, convert
from .keeping import hold_files, remove_unused
from .models import Draft, Manuscript, Source
from .shaping import Shape, shape
from .storing import KeysMinted, rendered_texts, store_pictures, store_shape
from .uploads import last_corrections

CONVERTED = 0.6  # share of the progress that converting takes


@dataclass
class Read:
    """All files of a draft, converted."""

    documents: list[Document] = field(default_factory=list)
    pictures: dict[str, Picture] = field(default_factory=dict)


def run_import(job: RunningJob) -> Draft:
    """Bring a draft from `importing` to `ready`. Done already: the draft as it is.

    Raises JobError where it cannot be read; the draft has become `failed` with the reason among its problems.
    """
    draft = Draft.objects.select_related("manuscript").get(pk=job.args["draft"])
    if draft.state != "importing":
        return draft
    sources = [
        Checked(s.name, s.format, s.path.read_bytes(), s.sha256)
        for s in draft.sources.order_by("draftsource__position")
    ]
    try:
        read = read_sources(sources, job.should_stop, lambda share: job.progress(CONVERTED * share, _("Reading")))
        store_pictures(read.pictures)
        _shape_and_store(job, draft, read)
    except ConversionFailed as error:
        _fail(job, draft, error)
        raise JobError(error.code, error.message) from error
    draft.refresh_from_db()
    return draft


def _shape_and_store(job: RunningJob, draft: Draft, read: Read) -> None:
    """Again from the start where another draft has minted keys meanwhile."""
    while True:
        job.progress(CONVERTED, _("Finding chapters and sections"))
        found = shape(draft.manuscript, read.documents, draft.corrections, draft.replaces, draft.number)
        fail_on_errors(found)
        job.progress(CONVERTED + 0.1, _("Setting the text"))
        texts = rendered_texts(draft.manuscript, found, job.stop_if_asked)
        try:
            with job.checkpoint():
                if Draft.objects.select_for_update().get(pk=draft.pk).state == "importing":
                    store_shape(draft, found, texts, read.documents, read.pictures)
            return
        except KeysMinted:
            draft.manuscript.refresh_from_db()


def read_sources(
    sources: Sequence[Checked], should_stop: Callable[[], bool], progress: Callable[[float], None]
) -> Read:
    """Convert files in their order. Raises ConversionFailed naming the file, and what `progress` raises."""
    read = Read()
    for number, source in enumerate(sources):
        begun = number / len(sources)
        progress(begun)
        try:
            made = convert(source, should_stop, partial(_part, progress, begun, len(sources)))
        except ConversionStopped:
            progress(begun)  # raises the job's own reason to stop
            raise
        except ConversionFailed as error:
            raise ConversionFailed(error.code, f"{source.name}: {error.message}") from error
        _take(read, made, number)
    return read


def _part(progress: Callable[[float], None], begun: float, parts: int, share: float) -> None:
    progress(begun + share / parts)


def _take(read: Read, made: Converted, number: int) -> None:
    for document in made.documents:
        document.source = number
        read.documents.append(document)
    read.pictures |= made.pictures


def fail_on_errors(found: Shape) -> None:
    """Raise ConversionFailed for the first problem that makes a draft impossible."""
    for problem in found.problems:
        if problem.severity == "error":
            raise ConversionFailed(problem.code, problem.detail)


def _fail(job: RunningJob, draft: Draft, error: ConversionFailed) -> None:
    with job.checkpoint():
        problem = Problem(error.code, "error", error.message).as_json()
        Draft.objects.filter(pk=draft.pk, state="importing").update(state="failed", problems=[problem])


def put_back(row: Job) -> None:
    """A draft whose job ended without it: failed, with the job's reason."""
    pk = row.args.get("draft")
    if not pk:
        return
    detail = row.error or (_("The upload was cancelled.") if row.cancel_requested else _("It could not be read."))
    problem = Problem(row.problem_code or "cancelled", "error", detail).as_json()
    Draft.objects.filter(pk=pk, state="importing").update(state="failed", problems=[problem])


def run_dry(job: RunningJob) -> dict[str, Any]:
    """What a draft of these files would be, in the form of the API, with nothing stored."""
    manuscript = Manuscript.objects.get(pk=job.args["dry_run"])
    files = job.args["sources"]
    sources = [
        Checked(f["name"], f["format"], (settings.SOURCES_DIR / f["sha256"]).read_bytes(), f["sha256"]) for f in files
    ]
    result: dict[str, Any] = {"number": None, "label": None, "round": None, "note": job.args["note"], "sources": files}
    result |= {"created": None, "opened": None, "closed": None, "chapters": [], "changes": {}}
    try:
        read = read_sources(sources, job.should_stop, lambda share: job.progress(0.9 * share, _("Reading")))
        found = shape(manuscript, read.documents, last_corrections(manuscript), job.args["chapters"])
        fail_on_errors(found)
    except ConversionFailed as error:
        _forget_files(job, files)
        problem = Problem(error.code, "error", error.message).as_json()
        return {**result, "state": "failed", "problems": [problem]}
    _forget_files(job, files)
    problems = [problem.as_json() for problem in found.problems]
    return {**result, "state": "ready", "problems": problems, "changes": found.changes, "chapters": found.as_json()}


def _forget_files(job: RunningJob, files: Sequence[dict[str, Any]]) -> None:
    """Delete what came for this dry run alone."""
    with transaction.atomic():
        hold_files(remove=True)
        others = Job.objects.active().filter(args__has_key="dry_run").exclude(pk=job.id)
        wanted = {file["sha256"] for args in others.values_list("args", flat=True) for file in args["sources"]}
        remove_unused([(Source, settings.SOURCES_DIR, f["sha256"]) for f in files if f["sha256"] not in wanted])

"""Deleting a manuscript with everything in it."""

from pathlib import Path
from typing import Any

from django.conf import settings
from django.db import transaction
from django.db.models import Model

from jobs.models import Job
from jobs.queue import cancel
from manuscripts.keeping import remove_unused
from manuscripts.models import (
    Chapter,
    Discipline,
    Draft,
    DraftSource,
    Image,
    Manuscript,
    Membership,
    Placement,
    Round,
    Section,
    SectionText,
    Source,
)
from manuscripts.permissions import Actor, check
from reviews.models import Answer, Comment, Decision, Edit, Question, Review, Thread

from .models import Report, ReportFile

#: From the leaves to the root: each row goes before what it is protected by. The rest goes by cascade.
ROWS: tuple[tuple[type[Model], str], ...] = (
    (Report, "manuscript"),
    (Edit, "draft__manuscript"),
    (Decision, "thread__manuscript"),
    (Comment, "thread__manuscript"),
    (Thread, "manuscript"),
    (Answer, "question__manuscript"),
    (Question, "manuscript"),
    (Review, "round__manuscript"),
    (Placement, "draft__manuscript"),
    (DraftSource, "draft__manuscript"),
    (Draft, "manuscript"),
    (Source, "manuscript"),
    (SectionText, "manuscript"),
    (Image, "manuscript"),
    (Chapter, "manuscript"),
    (Section, "manuscript"),
    (Round, "manuscript"),
    (Membership, "manuscript"),
    (Discipline, "manuscript"),
)


def delete_manuscript(actor: Actor, manuscript: Manuscript) -> None:
    """Deletes the manuscript, what was said about it and its files; running work on it is ended first."""
    check(actor, "manuscript.delete", manuscript)
    with transaction.atomic():
        Manuscript.objects.select_for_update().get(pk=manuscript.pk)
        for job in Job.objects.active().filter(subject=f"manuscript:{manuscript.pk}"):
            cancel(job)
        files = _files_of(manuscript)
        for model, path in ROWS:
            model._base_manager.filter(**{path: manuscript}).delete()
        manuscript.delete()
        transaction.on_commit(lambda: remove_unused(files))


def _files_of(manuscript: Manuscript) -> list[tuple[Any, Path, str]]:
    """(model, folder, sha256) of each file its rows name."""
    named = [
        (Source, settings.SOURCES_DIR, Source.objects.filter(manuscript=manuscript)),
        (Image, settings.IMAGES_DIR, Image.objects.filter(manuscript=manuscript)),
        (ReportFile, settings.REPORTS_DIR, ReportFile.objects.filter(report__manuscript=manuscript)),
    ]
    return [(model, folder, sha) for model, folder, rows in named for sha in set(rows.values_list("sha256", flat=True))]

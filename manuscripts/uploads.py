"""An upload at the door: judged, its files kept, a draft numbered, and the work of reading it begun."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.db import transaction
from django.db.models import QuerySet
from django.utils.translation import gettext as _

from jobs.models import Job
from jobs.queue import enqueue

from .errors import Refused, conflict
from .formats import Checked, Upload, UploadRefused, check
from .keeping import hold_files, store_bytes
from .manuscripts import record_event
from .models import Draft, DraftSource, Manuscript, Source
from .permissions import Actor
from .permissions import check as check_right

SETTLED = ("ready", "opening", "open", "closed")
LONGEST_NOTE = 2_000


@dataclass
class Uploaded:
    """What an upload led to. `created` is False where the newest draft came from these very files: no job then.

    A dry run has a job and no draft.
    """

    draft: Draft | None
    job: Job | None
    created: bool


def upload(
    actor: Actor,
    manuscript: Manuscript,
    files: Sequence[Upload],
    *,
    note: str = "",
    open_as: str | None = None,
    chapters: Sequence[str] = (),
    dry_run: bool = False,
) -> Uploaded:
    """Take in files as the next draft.

    `open_as` (`new`, `same`) lets the same job open the draft where nothing speaks against it; for a draft that was
    there already the caller opens it. `chapters` are keys of chapters that the files replace. Raises Refused (400,
    413, 415; 409 `no_round` for a correction while no round runs), PermissionDenied.
    """
    check_right(actor, "draft.import", manuscript)
    if open_as not in (None, "new", "same"):
        raise Refused("invalid", _("Open it as “new” or as “same”."), field="open")
    if len(note) > LONGEST_NOTE:
        raise Refused("too_long", _("A note has at most %d characters.") % LONGEST_NOTE, field="note")
    checked = _judged(files)
    _check_chapters(manuscript, chapters)
    if open_as == "same" and not manuscript.rounds.filter(state="running").exists():
        raise conflict("no_round", _("No round is running that this could correct."))
    fingerprint = _fingerprint(checked, chapters)
    _keep(checked)
    if dry_run:
        return Uploaded(None, _begin_dry_run(actor, manuscript, checked, chapters, note), True)
    with transaction.atomic():
        manuscript = Manuscript.objects.select_for_update().get(pk=manuscript.pk)
        newest = drafts_in_use(manuscript).exclude(working=True, state__in=["ready", "opening"]).first()
        if newest and newest.fingerprint == fingerprint:
            return Uploaded(newest, None, False)
        draft = _make_draft(manuscript, checked, fingerprint, list(chapters), note, last_corrections(manuscript))
        me = actor.membership_in(manuscript)
        draft.job_id = _begin(draft, actor, open_as, me.pk if me else None).pk
        draft.save(update_fields=["job_id"])
        record_event(manuscript, "draft.uploaded", me, f"draft:{draft.pk}", number=draft.number)
        _keep_named(checked)
    return Uploaded(draft, Job.objects.get(pk=draft.job_id), True)


def _keep(checked: Sequence[Checked]) -> None:
    for file in checked:
        store_bytes(settings.SOURCES_DIR, file.data, file.sha256)


def _keep_named(checked: Sequence[Checked]) -> None:
    """Once rows name them, before the transaction ends: again, where another took them away meanwhile."""
    hold_files()
    _keep(checked)


def drafts_in_use(manuscript: Manuscript) -> QuerySet[Draft]:
    """Newest first, without those that could not be read or were thrown away."""
    return manuscript.drafts.exclude(state__in=["failed", "discarded"]).order_by("-number")


def last_corrections(manuscript: Manuscript) -> list[dict[str, Any]]:
    """The author's corrections of the last draft that came from files: the next upload has them too."""
    newest = drafts_in_use(manuscript).filter(working=False).first()
    return newest.corrections if newest else []


def _judged(files: Sequence[Upload]) -> list[Checked]:
    try:
        return check(list(files), settings.MAX_FILE_BYTES)
    except UploadRefused as error:
        raise Refused(error.code, error.message, status=error.status, field="file") from error


def _check_chapters(manuscript: Manuscript, chapters: Sequence[str]) -> None:
    if not chapters:
        return
    base = _base(manuscript)
    known = set(base.placements.values_list("chapter__key", flat=True)) if base else set()
    for key in chapters:
        if key not in known:
            raise Refused("unknown_chapter", _("The newest draft has no chapter “%s”.") % key, field="chapters")


def _base(manuscript: Manuscript) -> Draft | None:
    """The draft whose chapters an upload of single ones leaves as they are."""
    return manuscript.drafts.filter(state__in=SETTLED).order_by("-number").first()


@dataclass(frozen=True)
class Replaceable:
    """Chapters that an upload can take the place of, by their keys; `name` is that of their file, or of the one."""

    keys: tuple[str, ...]
    name: str
    is_file: bool


def replaceable(manuscript: Manuscript) -> list[Replaceable]:
    """What came from each file, where there are several, then each chapter. Empty before there is a draft."""
    base = _base(manuscript)
    rows = base.placements.select_related("chapter", "source").order_by("chapter_position", "position") if base else ()
    titles: dict[str, str] = {}
    files: dict[str, list[str]] = {}
    for row in rows:
        if row.chapter.key in titles:
            continue
        titles[row.chapter.key] = row.chapter_title or _("Front matter")
        if row.source:
            files.setdefault(row.source.name, []).append(row.chapter.key)
    by_file = [Replaceable(tuple(keys), name, True) for name, keys in files.items()] if len(files) > 1 else []
    return by_file + [Replaceable((key,), title, False) for key, title in titles.items()]


def _fingerprint(checked: Sequence[Checked], chapters: Sequence[str]) -> str:
    """One hash of the files' bytes in their order, and of what they replace."""
    parts = [file.sha256 for file in checked] + ["/", *chapters]
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()


def _make_draft(
    manuscript: Manuscript,
    checked: Sequence[Checked],
    fingerprint: str,
    chapters: list[str],
    note: str,
    corrections: list[dict[str, Any]],
) -> Draft:
    last = manuscript.drafts.order_by("-number").values_list("number", flat=True).first() or 0
    draft = Draft.objects.create(
        manuscript=manuscript,
        number=last + 1,
        note=note,
        fingerprint=fingerprint,
        replaces=chapters,
        corrections=corrections,
    )
    for position, file in enumerate(checked, start=1):
        source, _made = Source.objects.get_or_create(
            manuscript=manuscript,
            name=file.name,
            sha256=file.sha256,
            defaults={"format": file.format, "bytes": file.size},
        )
        DraftSource.objects.create(draft=draft, source=source, position=position)
    return draft


def _begin(draft: Draft, actor: Actor, open_as: str | None, member: int | None) -> Job:
    return enqueue(
        "import_draft",
        {"draft": draft.pk, "open": open_as, "member": member},
        user=actor.user,
        subject=f"manuscript:{draft.manuscript_id}",
        key=f"import_draft:{draft.pk}",
    )


def _begin_dry_run(
    actor: Actor, manuscript: Manuscript, checked: Sequence[Checked], chapters: Sequence[str], note: str
) -> Job:
    files: list[dict[str, Any]] = [
        {"name": f.name, "format": f.format, "bytes": f.size, "sha256": f.sha256} for f in checked
    ]
    with transaction.atomic():
        job = enqueue(
            "import_draft",
            {"dry_run": manuscript.pk, "sources": files, "chapters": list(chapters), "note": note},
            user=actor.user,
            subject=f"manuscript:{manuscript.pk}",
        )
        _keep_named(checked)
    return job


def discard(actor: Actor, draft: Draft) -> Draft:
    """Throw a draft away that is ready or failed; its number stays taken. 409 in any other state."""
    check_right(actor, "draft.change", draft)
    with transaction.atomic():
        draft = Draft.objects.select_for_update().get(pk=draft.pk)
        if draft.state not in ("ready", "failed"):
            raise conflict("not_ready", _("Only a draft that is ready or failed can be thrown away."))
        draft.state = "discarded"
        draft.save(update_fields=["state"])
        draft.placements.all().delete()
        draft.manuscript.texts.unused().delete()
        me = actor.membership_in(draft.manuscript_id)
        record_event(draft.manuscript, "draft.discarded", me, f"draft:{draft.pk}", number=draft.number)
    return draft

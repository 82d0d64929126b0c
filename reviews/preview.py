"""A draft on its way in, as far as notes are concerned: their fates to come, what speaks against opening, opening."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from jobs.models import Job
from jobs.running import RunningJob
from manuscripts import importing
from manuscripts.formats import Problem
from manuscripts.models import Draft
from manuscripts.permissions import Actor
from manuscripts.working import tell_changes

from .applied import stand_on_applied
from .arriving import arrived
from .carrying import Plan, plan, standing_anchors
from .rounds import carry_and_open, open_draft

VANISH = "notes_vanish"
MOST_FORESEEN = 1_000  # notes that a preview lists one by one; all are counted


def import_draft(job: RunningJob) -> dict[str, Any]:
    """The job of an upload: reads the files, foresees the notes' fates, and opens the draft if that was asked for
    and nothing speaks against it. A dry run's result is the draft that would be."""
    if "dry_run" in job.args:
        return importing.run_dry(job)
    draft = importing.run_import(job)
    if draft.state == "ready":
        draft = foresee(job, draft)
    if draft.state in ("ready", "opening") and job.args.get("open"):
        may_open = _may_open(draft, job.args["open"])
        with job.checkpoint():  # it may be `opening` from an earlier attempt of this job
            Draft.objects.filter(pk=draft.pk, state__in=["ready", "opening"], job_id=job.id).update(
                state="opening" if may_open else "ready"
            )
        if may_open:
            carry_and_open(job, draft, job.args["open"], {}, job.args.get("member"))
    return {"url": f"/api/v1/manuscripts/{draft.manuscript.slug}/drafts/{draft.number}/"}


def foresee(job: RunningJob, draft: Draft) -> Draft:
    """Write down what would become of the notes if the draft were opened now."""
    before = draft.manuscript.open_draft
    if before is None or before.number > draft.number:
        return draft
    job.progress(0.85, _("Looking where the notes will stand"))
    prepared = plan(before, draft, tick=job.stop_if_asked, progress=lambda share: job.progress(0.85 + 0.1 * share))
    stand_on_applied(prepared)
    vanishing = _chapters_with_notes_gone(before, draft)
    foreseen = {"notes": _to_look_at(prepared)}
    if not draft.working:  # what is applied there is marked when it opens
        foreseen["change_list"] = arrived(before, draft, prepared.anchors)
    with job.checkpoint():
        draft = Draft.objects.select_for_update().select_related("manuscript").get(pk=draft.pk)
        if draft.state == "ready":
            draft.changes = {**draft.changes, "remarks": prepared.counts()}
            draft.problems = [p for p in draft.problems if p["code"] != VANISH] + vanishing
            draft.foreseen = {**draft.foreseen, **foreseen}
            draft.save(update_fields=["changes", "problems", "foreseen"])
    return draft


def _to_look_at(prepared: Plan) -> list[dict[str, Any]]:
    """The notes whose words would change or be gone: where each would stand, detached ones first."""
    fields = ("fate", "chapter_id", "section_id", "text_id", "start", "end", "near", "reason")
    found = [
        {"thread": anchor.thread_id, **{name: getattr(anchor, name) for name in fields}}
        for anchor in prepared.anchors
        if anchor.fate in ("edited", "detached")
    ]
    return sorted(found, key=lambda each: each["fate"] != "detached")[:MOST_FORESEEN]


def _chapters_with_notes_gone(before: Draft, draft: Draft) -> list[dict[str, Any]]:
    left = set(draft.placements.values_list("chapter_id", flat=True))
    notes: dict[int, int] = {}
    for anchor in standing_anchors(before):
        if anchor.chapter_id is not None and anchor.chapter_id not in left and anchor.fate != "detached":
            notes[anchor.chapter_id] = notes.get(anchor.chapter_id, 0) + 1
    titles = dict(before.placements.filter(chapter__in=notes).values_list("chapter_id", "chapter_title"))
    result = []
    for chapter, count in notes.items():
        told = ngettext(
            "The chapter “%(title)s” would vanish, and %(count)d note stands in it.",
            "The chapter “%(title)s” would vanish, and %(count)d notes stand in it.",
            count,
        ) % {"title": titles.get(chapter, ""), "count": count}
        result.append(Problem(VANISH, "confirm", told).as_json())
    return result


def _may_open(draft: Draft, kind: str) -> bool:
    """Whether the draft may open by itself: nothing wrong, nothing to confirm, and its turn."""
    if any(problem["severity"] in ("error", "confirm") for problem in draft.problems):
        return False
    before = draft.manuscript.open_draft
    if before and before.number > draft.number:
        return False
    return kind == "new" or draft.manuscript.rounds.filter(state="running").exists()


def import_put_back(row: Job) -> None:
    """Mend the draft of a job that ended without its outcome."""
    importing.put_back(row)
    if pk := row.args.get("draft"):
        Draft.objects.filter(pk=pk, state="opening", job_id=row.pk).update(state="ready")


def foresee_again(job: RunningJob) -> dict[str, Any] | None:
    """The job `foresee_draft`, begun when an outline was corrected or the working draft was edited. Looks again where
    the draft was changed while it looked."""
    seen = None
    while (texts := _texts_of(job.args["draft"])) != seen:
        seen = texts
        draft = Draft.objects.select_related("manuscript").get(pk=job.args["draft"])
        if draft.state != "ready":
            break
        if draft.working:
            with job.checkpoint():
                tell_changes(draft)
        foresee(job, draft)
    return None


def _texts_of(draft_id: int) -> list[tuple[int, int]]:
    return list(Draft.objects.get(pk=draft_id).placements.values_list("section_id", "text_id"))


def open_as_asked(actor: Actor, draft: Draft, kind: str | None) -> Draft:
    """Begins to open a draft that is ready, where `kind` (new, same) asks for it and nothing speaks against it: for
    files that were uploaded before without opening them."""
    if kind and draft.state == "ready" and _may_open(draft, kind):
        open_draft(actor, draft, kind)
        draft.refresh_from_db()
    return draft

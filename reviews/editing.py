"""Writing a section anew, here: its Markdown goes into the working draft."""

from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _

from jobs.models import Job
from jobs.queue import enqueue
from jobs.running import JobError, RunningJob, TryLater
from manuscripts.errors import Refused, conflict
from manuscripts.manuscripts import record_event
from manuscripts.models import Manuscript, Membership, Placement
from manuscripts.permissions import Actor, check
from manuscripts.rendering import clean_input
from manuscripts.working import (
    begun,
    check_markdown,
    editable_place,
    hold,
    kept_text,
    must_be_ready,
    rendered,
    working_draft,
)

from .applying import WAIT
from .edits import add_edit


def edit_section(actor: Actor, manuscript: Manuscript, place: Placement, markdown: str) -> Job:
    """Begins to write a section anew; `place` is how the writer saw it (`editable_place`).

    Refuses with 400 or 413 naming the field, 409 `opening`, 409 `busy` while another change of the section waits for
    the worker. Where the section changed meanwhile the job fails with `changed`, and keeps what was written.
    """
    check(actor, "section.change", manuscript)
    me = actor.membership_in(manuscript)
    working = working_draft(manuscript)
    if working is not None:
        must_be_ready(working)
    args = {
        "manuscript": manuscript.pk,
        "section": place.section.key,
        "base": place.text_id,
        "markdown": check_markdown(clean_input(markdown)),
        "member": me.pk if me else None,
    }
    job = enqueue(
        "edit_section",
        args,
        user=actor.user,
        subject=f"manuscript:{manuscript.pk}",
        key=f"edit_section:{manuscript.pk}:{place.section.key}",
    )
    if job.args != args:
        raise conflict("busy", _("Another change of this section is just being kept. Try again in a moment."))
    return job


def run_editing(job: RunningJob) -> dict[str, Any] | None:
    """The job of `edit_section`: renders, then stores in one short transaction."""
    manuscript = Manuscript.objects.get(pk=job.args["manuscript"])
    try:
        made = rendered(job.args["markdown"])
        with job.commit() as result:
            manuscript = hold(manuscript)
            draft = begun(manuscript)
            rows = draft.placements.select_related("section", "chapter")
            place = rows.filter(section__key=job.args["section"]).first()
            if place is None or place.text_id != job.args["base"]:
                raise JobError("changed", _("Someone changed this section in the meantime."))
            text = kept_text(manuscript, job.args["markdown"], made)
            if text.pk != place.text_id:
                me = Membership.objects.filter(pk=job.args["member"]).first()
                add_edit(draft, place, text, me, timezone.now())
                record_event(manuscript, "section.edited", me, f"section:{place.section_id}", number=draft.number)
            result["url"] = f"/api/v1/manuscripts/{manuscript.slug}/sections/{place.section.key}/"
    except Refused as error:
        if error.code == "opening":
            raise TryLater(WAIT) from error
        raise JobError(error.code, error.detail) from error
    return None


def section_now(manuscript: Manuscript, key: str) -> Placement:
    """The section as an edit would find it. Refuses (409) where there is nothing to edit yet."""
    place = editable_place(manuscript, key)
    if place is None:
        raise conflict(
            "no_open_draft", _("This section does not stand in the open draft, so it cannot be edited here.")
        )
    return place

"""Edits of the working draft as a page lists them, and what a suggestion's note offers on the desk."""

from dataclasses import dataclass
from typing import Any

from jobs.models import Job
from manuscripts.errors import Refused
from manuscripts.models import Draft, Manuscript
from manuscripts.splicing import changed

from .applying import applied_edit, find_spot, last_job, place_of
from .edits import edits_of, with_words
from .models import Edit, Thread

AROUND, LONGEST = 40, 240  # characters


@dataclass(frozen=True)
class EditLine:
    """One edit: where, the words before and after with what stands around them, whether it stands in the text, and
    whether its section does."""

    edit: Edit
    title: str
    fits: bool
    is_there: bool
    lead: str
    old: str
    new: str
    rest: str


def lines_of(draft: Draft) -> list[EditLine]:
    """All edits of a draft, newest first."""
    found = edits_of(draft)
    titles = dict(draft.placements.values_list("section_id", "title"))
    standing = {edit.pk for edit in found.standing}
    every = sorted(with_words([*found.standing, *found.unfit], "text"), key=lambda edit: -edit.pk)
    return [_line(edit, titles.get(edit.section_id), edit.pk in standing) for edit in every]


def _line(edit: Edit, title: str | None, fits: bool) -> EditLine:
    before, after = edit.before.text, edit.after.text
    if before == after:  # markup alone
        before, after = edit.before.markdown, edit.after.markdown
    change = changed(before, after)
    start, end = change.start, change.end
    while start and not before[start - 1].isspace():
        start -= 1
    while end < len(before) and not before[end].isspace():
        end += 1
    new_end = len(after) - (len(before) - end)
    lead, rest = _before(before[:start].rpartition("\n")[2]), _after(before[end:].partition("\n")[0])
    old, new = _short(before[start:end]), _short(after[start:new_end])
    return EditLine(edit, title or edit.section.key, fits, title is not None, lead, old, new, rest)


def _before(line: str) -> str:
    """The end of what stands before on the line, in whole words."""
    if len(line) <= AROUND:
        return line
    first, space, rest = line[-AROUND:].partition(" ")
    return "… " + rest if space else "…" + first


def _after(line: str) -> str:
    """The beginning of what stands after on the line, in whole words."""
    if len(line) <= AROUND:
        return line
    rest, space, last = line[:AROUND].rpartition(" ")
    return rest + " …" if space else last + "…"


def _short(words: str) -> str:
    return words if len(words) <= LONGEST else words[: LONGEST - 1] + "…"


@dataclass(frozen=True)
class Offer:
    """What can be done with a suggestion here. `state`: offer, underway, applied, overlap, refused.

    `told` says why not; for `overlap` `conflict` holds both replacements. `key` is the section to edit by hand.
    """

    state: str
    key: str = ""
    told: str = ""
    conflict: dict[str, Any] | None = None
    edit: Edit | None = None
    job: Job | None = None


def offer_for(manuscript: Manuscript, note: dict[str, Any], tried: bool) -> Offer | None:
    """For a note as the desk presents it; None where applying here is not its way: it suggests nothing, was changed
    already, or its section comes from a Word file, which is its author's master. `tried`: say what stood against it."""
    decided = (note["decision"] or {}).get("decision")
    if note["replacement"] is None or decided == "changed" or not (note["anchor"] or {}).get("exact"):
        return None
    thread = Thread.objects.select_related("manuscript").get(pk=note["id"])
    place = place_of(thread, manuscript)
    key = place.section.key if place else ""
    if (edit := applied_edit(thread)) is not None:
        return Offer("applied", key, edit=edit)
    if place is not None and place.source is not None and place.source.format == "docx":
        return None
    job = last_job(thread)
    if job is not None and job.active:
        return Offer("underway", key, job=job)
    if not tried:
        return Offer("offer", key, told=job.error if job is not None and job.state == "failed" else "")
    try:
        find_spot(thread)
    except Refused as error:
        conflict = error.extra if error.code == "overlap" else None
        return Offer("overlap" if conflict else "refused", key, str(error.detail), conflict)
    return Offer("refused", key)

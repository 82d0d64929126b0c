"""The author's corrections of a draft's outline: kept as what was meant, so that the next upload has them too."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from jobs.queue import enqueue

from .errors import Refused, conflict
from .formats import ConversionFailed, Document
from .manuscripts import record_event
from .models import Draft
from .permissions import Actor, check
from .shaping import shape
from .storing import KeysMinted, rendered_texts, store_shape

OPS = {
    "split": {"as", "title"},
    "merge": set(),
    "rename": {"title"},
    "discipline": {"discipline"},
    "heading": {"level"},
    "same": {"key"},
}
MOST = 2_000
LONGEST_TITLE = 500


def correct(actor: Actor, draft: Draft, ops: Sequence[dict[str, Any]]) -> Draft:
    """Add corrections (`manuscripts.outline` has their form) to a ready draft and shape it anew.

    A later correction of the same kind at the same place takes the earlier one's. All or nothing: raises Refused
    (409 `not_ready`; 400 for one that has no place or no sense).
    """
    check(actor, "draft.change", draft)
    clean = [_read(op) for op in ops]
    kept = [c for c in draft.corrections if not any(_replaces(new, c) for new in clean)]
    if len(clean) == 1 and (undone := _without_split(draft, kept, clean[0])) is not None:
        return _reshape(actor, draft, undone, set())
    return _reshape(actor, draft, [*kept, *clean], set(range(len(kept), len(kept) + len(clean))))


def uncorrect(actor: Actor, draft: Draft, index: int) -> Draft:
    """Take back the correction at `index` (0 is the oldest)."""
    check(actor, "draft.change", draft)
    if not 0 <= index < len(draft.corrections):
        raise Refused("invalid", _("There is no such correction."))
    return _reshape(actor, draft, [c for i, c in enumerate(draft.corrections) if i != index], set())


def change_outline(actor: Actor, draft: Draft, chapters: Sequence[dict[str, Any]]) -> Draft:
    """Titles and disciplines by key, as the API's PATCH gives them. Raises Refused naming the field."""
    check(actor, "draft.change", draft)
    _must_be_ready(draft)
    places = list(draft.placements.select_related("section", "chapter", "discipline"))
    begins = draft.read.blocks.get("at", {}) if hasattr(draft, "read") else {}
    ops: list[dict[str, Any]] = []
    for index, chapter in enumerate(chapters):
        rows = [p for p in places if p.chapter.key == chapter.get("key")]
        if not rows:
            raise Refused("unknown_chapter", _("There is no such chapter."), field=f"chapters.{index}.key")
        if "title" in chapter:
            ops.append(_titled(begins, rows[0], chapter["title"], f"chapters.{index}"))
        for number, section in enumerate(chapter.get("sections", [])):
            field = f"chapters.{index}.sections.{number}"
            row = next((p for p in rows if p.section.key == section.get("key")), None)
            if row is None:
                raise Refused("unknown_section", _("There is no such section."), field=f"{field}.key")
            if "title" in section:
                ops.append(_titled(begins, row, section["title"], field))
            if "discipline" in section:
                ops.append(_assigned(draft, begins, row, section["discipline"], field))
    return correct(actor, draft, ops) if ops else draft


def _titled(begins: dict[str, str], row: Any, title: Any, field: str) -> dict[str, Any]:
    words = " ".join(str(title or "").split())
    if not 0 < len(words) <= LONGEST_TITLE:
        raise Refused("invalid", _("A title has 1 to %d characters.") % LONGEST_TITLE, field=f"{field}.title")
    return {"op": "rename", "at": _begin(begins, row, field), "title": words}


def _assigned(draft: Draft, begins: dict[str, str], row: Any, slug: Any, field: str) -> dict[str, Any]:
    if slug is not None and not draft.manuscript.disciplines.filter(slug=slug, merged_into=None).exists():
        raise Refused("unknown_discipline", _("There is no such discipline."), field=f"{field}.discipline")
    return {"op": "discipline", "at": _begin(begins, row, field), "discipline": slug}


def _begin(begins: dict[str, str], row: Any, field: str) -> str:
    at = begins.get(row.section.key)
    if at is None:
        raise Refused(
            "taken_over",
            _("“%s” was taken over from an earlier draft. Upload its chapter again to change it.") % row.title,
            field=f"{field}.key",
        )
    return at


def _read(op: dict[str, Any]) -> dict[str, Any]:
    """A correction with nothing in it but what its kind knows."""
    kind = op.get("op")
    if kind not in OPS or not isinstance(op.get("at"), str):
        raise Refused("invalid", _("This is no correction of an outline."))
    clean = {name: value for name, value in op.items() if name in {"op", "at"} | OPS[kind]}
    if "title" in clean:
        clean["title"] = " ".join(str(clean["title"] or "").split())[:LONGEST_TITLE]
    if kind == "heading" and clean.get("level") not in range(7):
        raise Refused("invalid", _("A heading has a level from 1 to 6."))
    return clean


def _replaces(new: dict[str, Any], old: dict[str, Any]) -> bool:
    return (new["op"], new["at"]) == (old.get("op"), old.get("at"))


def _without_split(draft: Draft, kept: list[dict[str, Any]], new: dict[str, Any]) -> list[dict[str, Any]] | None:
    """Joining what the author had split takes that split back; None where something begins there by itself."""
    less = [c for c in kept if (c.get("op"), c.get("at")) != ("split", new["at"])]
    if new["op"] != "merge" or len(less) == len(kept):
        return None
    documents = [Document.from_json(d) for d in draft.read.blocks["documents"]]
    found = shape(draft.manuscript, documents, less, draft.replaces, draft.number)
    return None if any(section.at == new["at"] for section in found.sections()) else less


def _must_be_ready(draft: Draft) -> None:
    if draft.state != "ready":
        raise conflict("not_ready", _("Only a draft that is ready can be changed."))


def _reshape(actor: Actor, draft: Draft, corrections: list[dict[str, Any]], must_hold: set[int]) -> Draft:
    """Shape a ready draft anew with these corrections; those at the indexes `must_hold` have to find a place."""
    _must_be_ready(draft)
    if len(corrections) > MOST:
        raise Refused("too_many", _("There are too many corrections."))
    if not hasattr(draft, "read") or not draft.read.blocks:
        raise conflict("not_read", _("This draft was not made from a file."))
    documents = [Document.from_json(d) for d in draft.read.blocks["documents"]]
    for _attempt in range(3):
        draft.manuscript.refresh_from_db()
        try:
            found = shape(draft.manuscript, documents, corrections, draft.replaces, draft.number)
            if wrong := next((p for p in found.problems if p.severity == "error"), None):
                raise Refused(wrong.code, wrong.detail)
            if any(corrections[i] in found.stale for i in must_hold):
                raise Refused("no_place", _("This cannot be done at that place."))
            texts = rendered_texts(draft.manuscript, found, lambda: None)
            with transaction.atomic():
                locked = Draft.objects.select_for_update().get(pk=draft.pk)
                _must_be_ready(locked)
                locked.corrections = corrections
                locked.save(update_fields=["corrections"])
                store_shape(locked, found, texts, None, {})
                me = actor.membership_in(draft.manuscript_id)
                record_event(draft.manuscript, "draft.corrected", me, f"draft:{draft.pk}", number=draft.number)
                enqueue(
                    "foresee_draft",
                    {"draft": draft.pk},
                    user=actor.user,
                    subject=f"manuscript:{draft.manuscript_id}",
                    key=f"foresee_draft:{draft.pk}",
                )
            return locked
        except KeysMinted:
            continue
        except ConversionFailed as error:
            raise Refused(error.code, error.message) from error
    raise conflict("busy", _("Another draft is being read. Try again in a moment."))

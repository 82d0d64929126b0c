"""A former draft as it was: its notes as they stood when the next draft took its place."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django.db.models import Count, Exists, OuterRef, Subquery

from manuscripts.models import Draft, Manuscript, Placement
from manuscripts.permissions import Actor

from .models import Agreement, Reading


def drafts_to_read(actor: Actor, manuscript: Manuscript, chapter: str = "") -> list[Draft]:
    """The drafts that were open to readers, newest first, one query. `here` says whether the actor finds the chapter of
    that key in it, `last_read` when they last read it there."""
    rows = Draft.objects.visible_to(actor).filter(manuscript=manuscript, state__in=["open", "closed"])
    places = Placement.objects.filter(draft=OuterRef("pk"), chapter__key=chapter)
    membership = actor.membership_in(manuscript)
    if membership is not None:
        places = places.not_closed_to(membership)
    readings = Reading.objects.filter(member=membership, draft=OuterRef("pk"), chapter__key=chapter)
    rows = rows.annotate(here=Exists(places), last_read=Subquery(readings.values("updated")[:1]))
    found = list(rows.select_related("round").order_by("-number")[:100])
    for draft in found:
        draft.manuscript = manuscript
    return found


def stood_until(draft: Draft) -> datetime | None:
    """The moment the next draft was opened; None for the newest."""
    rows = Draft.objects.filter(manuscript=draft.manuscript_id, number__gt=draft.number, state__in=["open", "closed"])
    return rows.order_by("number").values_list("opened", flat=True).first()


def as_they_stood(notes: Sequence[dict[str, Any]], until: datetime) -> list[dict[str, Any]]:
    """Presented notes (`presenting.present`) without the replies, agreements and decisions that came after `until`.
    What was withdrawn since stays withdrawn, an edited message is shown as edited, and none can be put elsewhere."""
    ids = [note["id"] for note in notes]
    counted = Agreement.objects.filter(thread__in=ids, created__lte=until).order_by().values("thread")
    agreements = {str(pk): n for pk, n in counted.annotate(n=Count("pk")).values_list("thread", "n")}
    return [_stood(note, until, agreements.get(note["id"], 0)) for note in notes]


def _stood(note: dict[str, Any], until: datetime, agreements: int) -> dict[str, Any]:
    first, *replies = note["comments"]
    then = {**note, "agreements": agreements, "comments": [first, *(c for c in replies if _by(c["created"], until))]}
    then.update(place_at="", placed_before=False)
    if note["decision"] and not _by(note["decision"]["at"], until):
        then.update(decision=None, status="open", applied=None)
    return then


def _by(moment: str, until: datetime) -> bool:
    return datetime.fromisoformat(moment) <= until

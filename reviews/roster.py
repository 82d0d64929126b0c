"""Who belongs to a manuscript, as one person may see it."""

from django.db.models import QuerySet

from manuscripts.models import Manuscript, Membership
from manuscripts.permissions import Actor


def roster(actor: Actor, manuscript: Manuscript) -> QuerySet[Membership]:
    """Those who belong now and of whom the actor is told."""
    rows = manuscript.memberships.present().visible_to(actor).prefetch_related("disciplines__merged_into")
    return rows.select_related("pseudonym_discipline")

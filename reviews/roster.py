"""Who belongs to a manuscript, as one person may see it."""

from django.db.models import Q, QuerySet

from manuscripts.models import Manuscript, Membership
from manuscripts.modes import Anonymity
from manuscripts.permissions import Actor


def roster(actor: Actor, manuscript: Manuscript) -> QuerySet[Membership]:
    """Everyone for the author team; for others the author team and themselves, and all readers where every round
    so far was asked under names."""
    rows = manuscript.memberships.present().prefetch_related("disciplines__merged_into")
    rows = rows.select_related("pseudonym_discipline")
    me = actor.membership_in(manuscript)
    if me is not None and me.is_author_team:
        return rows
    rule = Q(role__in=["author", "co_author"]) | Q(pk=me.pk if me else None)
    modes = set(manuscript.rounds.values_list("anonymity", flat=True))
    if modes == {Anonymity.NAMED}:
        rule |= Q(role="reviewer")
    return rows.filter(rule)


def sees_all_of(actor: Actor, member: Membership) -> bool:
    """Whether the actor is told the member's address and what they said of themselves: the author team, and they."""
    me = actor.membership_in(member.manuscript_id)
    return me is not None and (me.is_author_team or me.pk == member.pk)

"""Who belongs to a manuscript, as one person may see it."""

from django.db.models import QuerySet

from manuscripts.models import Manuscript, Membership
from manuscripts.permissions import Actor


def roster(actor: Actor, manuscript: Manuscript) -> QuerySet[Membership]:
    """Those who belong now and of whom the actor is told."""
    rows = manuscript.memberships.present().visible_to(actor).prefetch_related("disciplines__merged_into")
    return rows.select_related("pseudonym_discipline")


def sees_all_of(actor: Actor, member: Membership) -> bool:
    """Whether the actor is told the member's address and what they said of themselves: the author team, and they."""
    me = actor.membership_in(member.manuscript_id)
    return me is not None and (me.is_author_team or me.pk == member.pk)


def sees_pseudonym_of(actor: Actor, member: Membership) -> bool:
    """Whether the actor is told which pseudonym is the member's: where a round promised that nobody learns who wrote
    what, only they are, or the list of members would name the writer of each note."""
    me = actor.membership_in(member.manuscript_id)
    if me is None or member.is_author_team:
        return False
    if me.pk == member.pk:
        return True
    return me.is_author_team and not me.manuscript.promised_namelessness

"""Lists of a manuscript's rows, as one person may see them."""

from typing import TYPE_CHECKING

from django.db import models
from django.db.models import Exists, OuterRef, Q

from .modes import OthersSections

if TYPE_CHECKING:
    from .models import Draft, Membership
    from .permissions import Actor


class ManuscriptQuerySet(models.QuerySet):
    def visible_to(self, actor: "Actor") -> "ManuscriptQuerySet":
        """Those the actor is a member of."""
        return self.filter(pk__in=actor.manuscript_ids())


class DraftQuerySet(models.QuerySet):
    def visible_to(self, actor: "Actor") -> "DraftQuerySet":
        """The author team sees all that were not thrown away, others those that have been open."""
        rows = self.filter(manuscript__in=actor.manuscript_ids()).exclude(state="discarded")
        return rows.filter(Q(manuscript__in=actor.team_manuscript_ids()) | Q(state__in=["open", "closed"]))


class SectionTextQuerySet(models.QuerySet):
    def visible_to(self, actor: "Actor") -> "SectionTextQuerySet":
        """Texts that stand, in any draft, in a place the actor may read."""
        rule = Q(pk__in=[])
        for manuscript_id, membership in actor.memberships().items():
            places = Q(manuscript=manuscript_id)
            if not membership.is_author_team:
                places &= Q(placements__draft__state__in=["open", "closed"])
            if membership.role == "reviewer":
                own = Q(placements__discipline=None) | Q(placements__discipline__in=membership.own_discipline_ids())
                places &= own | Q(placements__draft__round__others_sections=OthersSections.OPEN)
            rule |= places
        return self.filter(rule).distinct()

    def unused(self) -> "SectionTextQuerySet":
        """Texts that nothing names any more: no placement, and nothing of a higher layer that would not let them go."""
        rows = self
        for relation in self.model._meta.get_fields(include_hidden=True):
            if getattr(relation, "on_delete", None) is models.PROTECT and relation.auto_created:
                named = relation.related_model._base_manager.filter(**{relation.field.name: OuterRef("pk")})
                rows = rows.filter(~Exists(named))
        return rows


class ImageQuerySet(models.QuerySet):
    def visible_to(self, actor: "Actor") -> "ImageQuerySet":
        """Images of texts the actor may read."""
        texts = self.model._meta.get_field("texts").related_model
        return self.filter(texts__in=texts.objects.visible_to(actor)).distinct()


class PlacementQuerySet(models.QuerySet):
    def readable_by(self, actor: "Actor", draft: "Draft") -> "PlacementQuerySet":
        """Those of the draft the actor may read: all, or without other disciplines' sections in a closed round."""
        rows = self.filter(draft=draft)
        membership = actor.membership_in(draft.manuscript)
        if membership is None:
            return rows.none()
        if membership.is_author_team:
            return rows
        return rows.not_closed_to(membership) if draft.was_opened else rows.none()

    def not_closed_to(self, membership: "Membership") -> "PlacementQuerySet":
        """Those, in drafts that were opened, that their rounds do not keep from this member: a closed round keeps the
        sections of other disciplines from readers."""
        if membership.role != "reviewer":
            return self
        own = Q(discipline=None) | Q(discipline__in=membership.own_discipline_ids())
        return self.filter(own | Q(draft__round__others_sections=OthersSections.OPEN))


class MembershipQuerySet(models.QuerySet):
    def present(self) -> "MembershipQuerySet":
        return self.filter(removed=None)

    def visible_to(self, actor: "Actor") -> "MembershipQuerySet":
        """Everyone for the author team; for others the author team and themselves, and all readers where every round
        so far was asked under names."""
        rule = Q(pk__in=[])
        for manuscript_id, me in actor.memberships().items():
            known = Q(role__in=["author", "co_author"]) | Q(pk=me.pk)
            if me.is_author_team:
                known = Q()
            elif me.manuscript.asked_under_names:
                known |= Q(role="reviewer")
            rule |= Q(manuscript=manuscript_id) & known
        return self.filter(rule)

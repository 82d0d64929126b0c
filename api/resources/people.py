"""Who is asked, who belongs, and each one's part in a round."""

from typing import Any

from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from manuscripts.errors import Refused
from manuscripts.models import Manuscript, Membership
from manuscripts.permissions import Actor, can, check
from reviews.invitations import invite, make_contact, personal_link, resend, revoke
from reviews.members import change_member, remove_member
from reviews.models import Invitation, Review
from reviews.roster import roster
from reviews.rounds import progress, set_review

from .. import shapes
from ..conditional import unchanged
from ..parsing import Body, Line, Number, Slugs, Text
from ..schema import described
from ..views import ApiView

PAGED = frozenset({"limit", "cursor"})


class PersonBody(Body):
    """One person to ask."""

    shown_only = frozenset({"id", "state", "link"})
    email = Line(required=False, allow_null=True, max_length=254)
    name = Line(max_length=120)
    disciplines = Slugs(required=False)
    role = Text(required=False)
    minutes = Number(required=False, allow_null=True)


class Invitations(ApiView):
    params = PAGED
    needs = {"POST": "admin"}

    def keep(self, data: dict) -> dict:
        return {"results": [row | {"link": None} for row in data["results"]]}

    def renew(self, data: dict) -> dict:
        return {"results": with_links(data["results"], self.request.actor)}

    @described("Invitations, oldest first", answer=shapes.Invitation, listed=True)
    def get(self, request: Request, slug: str) -> Response:
        check(request.actor, "people.read", self.manuscript)
        rows = Invitation.objects.filter(membership__manuscript=self.manuscript)
        rows = rows.select_related("membership__manuscript").prefetch_related("membership__disciplines__merged_into")
        return self.page(rows, lambda found: [represent_invitation(row, request.actor) for row in found])

    @described(
        "Invite people, all or none",
        body=PersonBody(many=True),
        answer=shapes.Invited,
        status=201,
    )
    def post(self, request: Request, slug: str) -> Response:
        check(request.actor, "people.invite", self.manuscript)
        people = self.body(PersonBody, many=True)
        made = invite(request.actor, self.manuscript, people)
        return Response({"results": [represent_invitation(row, request.actor) for row in made]}, status=201)


class InvitationAction(ApiView):
    """Base: what is done to one invitation."""

    model = Invitation
    read = "people.read"
    needs = {"POST": "admin"}

    def keep(self, data: dict) -> dict:
        return data | {"link": None}

    def renew(self, data: dict) -> dict:
        return with_links([data], self.request.actor)[0]


class ResendInvitation(InvitationAction):
    @described("Send an invitation again", answer=shapes.Invitation, problems=(409,))
    def post(self, request: Request, pk: str) -> Response:
        self.body()
        return Response(represent_invitation(resend(request.actor, self.object), request.actor))


class RevokeInvitation(InvitationAction):
    @described("End an invitation and its personal link", answer=shapes.Invitation, problems=(409,))
    def post(self, request: Request, pk: str) -> Response:
        self.body()
        return Response(represent_invitation(revoke(request.actor, self.object), request.actor))


class ContactBody(Body):
    """A person whose words the author records."""

    shown_only = frozenset({"id", "email", "role", "sphere", "years", "pseudonym"})
    name = Line(max_length=120)
    disciplines = Slugs()


class MemberBody(Body):
    """What can be changed about a member."""

    shown_only = frozenset({"id", "email", "pseudonym"})
    name = Line(required=False, max_length=120)
    role = Text(required=False)
    disciplines = Slugs(required=False)
    sphere = Text(required=False, allow_blank=True)
    years = Number(required=False, allow_null=True)


class Members(ApiView):
    params = PAGED
    needs = {"POST": "admin"}

    @described("Members as you may see them, oldest first", answer=shapes.Member, listed=True)
    def get(self, request: Request, slug: str) -> Response:
        rows = roster(request.actor, self.manuscript)
        return self.page(rows, lambda found: [represent_member(row, request.actor) for row in found])

    @described("Add a contact: a person without account whose words you record", body=ContactBody,
               answer=shapes.Member, status=201)  # fmt: skip
    def post(self, request: Request, slug: str) -> Response:
        check(request.actor, "people.invite", self.manuscript)
        fields = self.body(ContactBody)
        try:
            member = make_contact(request.actor, self.manuscript, **fields)
        except Refused as error:
            raise of_one(error) from None
        return Response(represent_member(member, request.actor), status=201)


class OneMember(ApiView):
    model = Membership
    read = "manuscript.read"
    needs = {"DELETE": "admin"}

    def represent(self, member: Membership) -> dict:
        return represent_member(member, self.request.actor)

    def rows(self) -> Any:
        return Membership.objects.present().select_related("manuscript")

    @described("Change a member; your own disciplines, sphere and years with scope write", body=MemberBody,
               answer=shapes.Member, problems=(409,))  # fmt: skip
    def patch(self, request: Request, pk: str) -> Response:
        fields = self.body(MemberBody)
        with unchanged(self, self.object):
            member = change_member(request.actor, self.object, **fields)
        return Response(self.represent(member))

    @described("Remove a member: what they wrote stays", status=204, problems=(409,))
    def delete(self, request: Request, pk: str) -> Response:
        self.body()
        with unchanged(self, self.object):
            remove_member(request.actor, self.object)
        return Response(status=204)


class ReviewBody(Body):
    shown_only = frozenset({"id", "member", "round", "progress"})
    state = serializers.ChoiceField(["started", "submitted", "declined"])


class Reviews(ApiView):
    params = PAGED

    @described("Parts in the rounds, oldest first: all for authors, your own otherwise", answer=shapes.Review,
               listed=True)  # fmt: skip
    def get(self, request: Request, slug: str) -> Response:
        rows = Review.objects.visible_to(request.actor).filter(round__manuscript=self.manuscript)
        rows = rows.select_related("round", "member").prefetch_related("member__disciplines")
        return self.page(rows, lambda found: represent_reviews(found, self.manuscript))


class OneReview(ApiView):
    model = Review
    read = "review.read"

    def rows(self) -> Any:
        return Review.objects.select_related("round__manuscript", "member").prefetch_related("member__disciplines")

    def represent(self, review: Review) -> dict:
        return represent_reviews([review], review.manuscript)[0]

    @described("Start, finish, reopen (`started`) or decline your part", body=ReviewBody, answer=shapes.Review,
               problems=(409,))  # fmt: skip
    def patch(self, request: Request, pk: str) -> Response:
        state = self.body(ReviewBody)["state"]
        with unchanged(self, self.object):
            review = set_review(request.actor, self.object, state)
        return Response(self.represent(review))


def of_one(error: Refused) -> Refused:
    """The refusal of a list of one person as that of the person: `0.name` is `name`."""
    error.field = error.field and error.field.removeprefix("0.")
    for wrong in error.extra.get("errors", []):
        wrong["field"] = wrong["field"].removeprefix("0.")
    return error


def represent_invitation(row: Invitation, actor: Actor) -> dict:
    member = row.membership
    return {
        "id": str(row.pk),
        "email": member.email,
        "name": member.name,
        "disciplines": [d.slug for d in member.own_disciplines()],
        "role": member.role,
        "minutes": member.minutes,
        "state": row.state,
        "link": _link(row, actor),
    }


def _link(row: Invitation, actor: Actor) -> str | None:
    """The personal link, for those who may see it and while it opens something."""
    member = row.membership
    reachable = member.role != "contact" and member.removed is None and row.state != "revoked"
    return personal_link(member) if reachable and can(actor, "people.see_links", member) else None


def with_links(shown: list[dict], actor: Actor) -> list[dict]:
    """Invitations as they were represented once, with the links of today: a link is made when needed, never kept."""
    rows = Invitation.objects.select_related("membership__manuscript").in_bulk([row["id"] for row in shown])
    return [one | {"link": _link(rows[int(one["id"])], actor) if int(one["id"]) in rows else None} for one in shown]


def represent_member(member: Membership, actor: Actor) -> dict:
    open_ = can(actor, "people.see_details", member)
    return {
        "id": str(member.pk),
        "name": member.name,
        "email": member.email if open_ else None,
        "role": member.role,
        "disciplines": [d.slug for d in member.own_disciplines()],
        "sphere": member.sphere if open_ else "",
        "years": member.years if open_ else None,
        "pseudonym": member.pseudonym if can(actor, "people.see_pseudonym", member) else None,
    }


def represent_reviews(rows: list[Review], manuscript: Manuscript) -> list[dict]:
    """Each with the progress in the last draft of its round."""
    last = {d.round_id: d for d in manuscript.drafts.filter(state__in=["open", "closed"]).order_by("number")}
    read: dict[int, dict] = {}
    for round_id in {row.round_id for row in rows}:
        read |= progress([row for row in rows if row.round_id == round_id], last.get(round_id))
    return [
        {
            "id": str(row.pk),
            "member": str(row.member_id),
            "round": row.round.number,
            "state": row.state,
            "progress": read[row.pk],
        }
        for row in rows
    ]

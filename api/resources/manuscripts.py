"""Books in the making."""

from zoneinfo import available_timezones

from django.db import transaction
from django.utils.translation import gettext_lazy as _
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from manuscripts.errors import Refused
from manuscripts.manuscripts import change_manuscript, make_manuscript
from manuscripts.models import Manuscript, Round
from manuscripts.permissions import Actor, check
from reports.removing import delete_manuscript
from reviews.rounds import change_modes, shown_round

from .. import shapes
from ..conditional import unchanged
from ..parsing import Body, Line, Text
from ..schema import described
from ..views import ApiView


class RoundBody(Body):
    """The modes and the deadline of a round."""

    shown_only = frozenset({"number"})
    visibility = Text(required=False)
    anonymity = Text(required=False)
    others_sections = Text(required=False)
    deadline = Text(required=False, allow_null=True)


class ManuscriptBody(Body):
    """What an author says of a manuscript."""

    shown_only = frozenset({"slug", "role", "disciplines"})
    title = Line(max_length=200)
    pitch = Text(max_length=5000, allow_blank=True, required=False)
    language = serializers.RegexField(r"^[A-Za-z]{2,3}(-[A-Za-z0-9]{2,8})*\Z", max_length=12, required=False)
    time_zone = Text(required=False)
    round = RoundBody(required=False)

    def validate_time_zone(self, value: str) -> str:
        if value not in available_timezones():
            raise serializers.ValidationError(_("There is no such time zone."))
        return value


class ManuscriptView(ApiView):
    """Base: how a manuscript is shown."""

    def represent(self, manuscript: Manuscript) -> dict:
        return represent([manuscript], self.request.actor)[0]


class Manuscripts(ManuscriptView):
    params = frozenset({"limit", "cursor"})

    @described("Manuscripts you belong to, oldest first", answer=shapes.Manuscript, listed=True)
    def get(self, request: Request) -> Response:
        rows = Manuscript.objects.visible_to(request.actor).prefetch_related("rounds", "disciplines")
        return self.page(rows, lambda found: represent(found, request.actor))

    @described("Make a manuscript", body=ManuscriptBody, answer=shapes.Manuscript, status=201)
    def post(self, request: Request) -> Response:
        check(request.actor, "manuscript.create", None)
        fields = self.body(ManuscriptBody)
        modes = fields.pop("round", {})
        with transaction.atomic():
            manuscript = make_manuscript(request.user, **fields)
            actor = Actor(user=request.user, scopes=request.actor.scopes)
            set_modes(actor, manuscript, modes)
        shown = represent([manuscript], actor)[0]
        return Response(shown, status=201, headers={"Location": self.url("manuscript", manuscript.slug)})


class OneManuscript(ManuscriptView):
    needs = {"DELETE": "admin"}

    @described("A manuscript", answer=shapes.Manuscript)
    def get(self, request: Request, slug: str) -> Response:
        return Response(self.represent(self.manuscript))

    @described(
        "Change a manuscript or the modes of its round",
        body=ManuscriptBody,
        answer=shapes.Manuscript,
        problems=(409,),
    )
    def patch(self, request: Request, slug: str) -> Response:
        check(request.actor, "manuscript.change", self.manuscript)
        fields = self.body(ManuscriptBody, partial=True)
        modes = fields.pop("round", {})
        with transaction.atomic(), unchanged(self, self.manuscript):
            change_manuscript(request.actor, self.manuscript, **fields)
            set_modes(request.actor, self.manuscript, modes)
        return Response(self.represent(self.manuscript))

    @described("Delete a manuscript and everything in it", status=204)
    def delete(self, request: Request, slug: str) -> Response:
        self.body()
        with transaction.atomic(), unchanged(self, self.manuscript):
            delete_manuscript(request.actor, self.manuscript)
        return Response(status=204)


def set_modes(actor: Actor, manuscript: Manuscript, modes: dict) -> None:
    """Changes the shown round where there is something to change; errors name `round.FIELD`."""
    if not modes:
        return
    try:
        change_modes(actor, manuscript, modes)
    except Refused as error:
        error.field = error.field and f"round.{error.field}"
        raise


def represent(manuscripts: list[Manuscript], actor: Actor) -> list[dict]:
    """The manuscripts as one person sees them; disciplines and rounds may be prefetched."""
    return [
        {
            "slug": manuscript.slug,
            "title": manuscript.title,
            "pitch": manuscript.pitch,
            "language": manuscript.language,
            "time_zone": manuscript.time_zone,
            "role": actor.membership_in(manuscript).role,
            "round": represent_round(_round_of(manuscript)),
            "disciplines": [
                {name: getattr(d, name) for name in ("slug", "code", "name", "aliases", "position", "span")}
                for d in manuscript.disciplines.all()
                if d.merged_into_id is None
            ],
        }
        for manuscript in manuscripts
    ]


def represent_round(round_: Round) -> dict:
    return {
        "number": round_.number,
        "visibility": round_.visibility,
        "anonymity": round_.anonymity,
        "others_sections": round_.others_sections,
        "deadline": round_.deadline,
    }


def _round_of(manuscript: Manuscript) -> Round:
    """The running round, else the one in preparation; from what is prefetched where it is there."""
    rounds = {round_.state: round_ for round_ in manuscript.rounds.all()}
    return rounds.get("running") or rounds.get("preparing") or shown_round(manuscript)

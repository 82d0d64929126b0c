"""Who is here now: what an open page asks when its session may have ended, whose words it may send, and what its
scripts are told where they may not."""

from typing import Any

from django.http import HttpRequest, JsonResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from manuscripts.errors import Refused, conflict
from manuscripts.models import Membership
from manuscripts.numbers import whole


@never_cache
@require_safe
def session(request: HttpRequest) -> JsonResponse:
    """The memberships of whoever is signed in, or here by personal links, in this browser; [] for nobody."""
    return JsonResponse({"members": sorted(row.pk for row in request.actor.memberships().values())})


def check_writer(request: HttpRequest, slug: str) -> None:
    """Refuses what a page of one person sends after another has signed in in the same browser.

    The page names its person by the header `X-Member`, a membership; what names nobody (a plain form) passes. So does
    nobody being signed in: what they ask for refuses them. Raises Refused with the code `another_person`, or
    `no_longer` where it is the same person, who lost the manuscript.
    """
    typed_by = request.headers.get("X-Member", "")
    here = [str(row.pk) for row in request.actor.memberships().values() if row.manuscript.slug == slug]
    if not typed_by or typed_by in here:
        return
    if not here and _was_theirs(request, typed_by):
        detail = _("This manuscript is no longer open to you. Your words are still on this page.")
        raise conflict("no_longer", detail)
    if not request.actor.is_known:
        return
    detail = _("Someone else is signed in in this browser now. Nothing was sent in their name.")
    raise conflict("another_person", detail + " " + _("Your words are still on this page, and on no other."))


def _was_theirs(request: HttpRequest, member: str) -> bool:
    """By their account, or by a personal link that brought them into this browser until they were removed."""
    number = whole(member)
    if number is None:
        return False
    if number in request.actor.links and not Membership.objects.present().filter(pk=number).exists():
        return True
    return request.user.is_authenticated and Membership.objects.filter(pk=number, user=request.user.pk).exists()


def not_here(request: HttpRequest, slug: str) -> dict[str, Any]:
    """What a script is told of what is not here: to a member that it is gone; to anyone else the same of every
    address, with a way back for someone whose session ended or whose link was taken back while they wrote."""
    if any(membership.manuscript.slug == slug for membership in request.actor.memberships().values()):
        return {"code": "gone", "detail": _("This is no longer here. What you typed is kept.")}
    return {
        "code": "signed_out",
        "detail": _("You are no longer signed in here. Your words are kept, and sent once you are back."),
        "way_back": {"href": reverse("account_login"), "label": _("Sign in again")},
    }


def refusal(error: Refused) -> JsonResponse:
    """What a script is told of a refusal."""
    data = {"code": error.code, "detail": str(error.detail), "field": error.field, **error.extra}
    return JsonResponse(data, status=error.status)

"""Who is here now: what an open page asks when its session may have ended, and whose words it may send."""

from django.http import HttpRequest, JsonResponse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from manuscripts.errors import conflict
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
    if not typed_by or not request.actor.is_known:
        return
    here = [str(row.pk) for row in request.actor.memberships().values() if row.manuscript.slug == slug]
    if typed_by in here:
        return
    if not here and _was_theirs(request, typed_by):
        detail = _("This manuscript is no longer open to you. Your words are still on this page.")
        raise conflict("no_longer", detail)
    detail = _("Someone else is signed in in this browser now. Nothing was sent in their name.")
    raise conflict("another_person", detail + " " + _("Your words are still on this page, and on no other."))


def _was_theirs(request: HttpRequest, member: str) -> bool:
    number = whole(member)
    rows = Membership.objects.filter(pk=number, user=request.user.pk)
    return number is not None and request.user.is_authenticated and rows.exists()

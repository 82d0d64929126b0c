"""The first page: one's manuscripts, or for a stranger how to come in."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from manuscripts.models import Membership

from .invitations import personal_link


@require_safe
def home(request: HttpRequest) -> HttpResponse:
    if not request.actor.is_known:
        return render(request, "reviews/landing.html")
    rows = sorted(request.actor.memberships().values(), key=lambda m: (m.manuscript.title.casefold(), m.pk))
    return render(request, "reviews/home.html", {"rows": [_row(m) for m in rows]})


def _row(membership: Membership) -> dict:
    """A manuscript as one of its people sees it. An invitation not yet answered leads to its own page."""
    asked = membership.accepted is None and not membership.is_author_team
    return {
        "membership": membership,
        "manuscript": membership.manuscript,
        "draft": membership.manuscript.open_draft,
        "round": membership.manuscript.current_round,
        "link": personal_link(membership) if asked else "",
    }

"""What open pages ask for: what others did, and the notes it is about.

Where config.asgi serves, `live` is a stream for those who ask for one (config/streams.py); here it answers at once,
for scripts and for proxies that let no stream through.
"""

from typing import Any

from django.conf import settings
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_safe

from manuscripts.errors import Refused
from manuscripts.models import Membership, Placement
from manuscripts.numbers import whole

from .live import MOST, OUT_OF_DATE, cursor_at, since
from .note_html import notes_html
from .room import book_threads, chapter_threads, draft_to_read, manuscript_to_read
from .views_reading import cards_of
from .views_session import check_writer, not_here, refusal


def from_elsewhere(request: HttpRequest) -> bool:
    """Whether a page of another site asks."""
    origin = request.headers.get("Origin")
    ours = {f"{request.scheme}://{request.get_host()}", *settings.CSRF_TRUSTED_ORIGINS}
    return (origin is not None and origin not in ours) or request.headers.get("Sec-Fetch-Site") == "cross-site"


def cursor_of(request: HttpRequest) -> str:
    """Until when the one who asks has been told."""
    return request.headers.get("Last-Event-ID") or request.GET.get("since", "")


def visitor(request: HttpRequest, slug: str) -> Membership:
    """Who asks, as the page they ask from is theirs: its person is named by `X-Member`. Raises PermissionDenied for
    pages of other sites, Http404 for who is no member or another one."""
    if from_elsewhere(request):
        raise PermissionDenied(_("Only pages of this site may ask for this."))
    member = request.actor.membership_in(manuscript_to_read(request.actor, slug))
    if request.headers.get("X-Member", str(member.pk)) != str(member.pk):
        raise Http404(_("There is nothing at this address."))
    return member


@require_safe
def live(request: HttpRequest, slug: str) -> HttpResponse:
    """What happened since a cursor, and the next cursor; why nothing more is told to whoever may not listen."""
    try:
        check_writer(request, slug)
        member, now = visitor(request, slug), timezone.now()
    except Refused as error:
        return refusal(error)
    except Http404:
        return JsonResponse(not_here(request, slug), status=404)
    return JsonResponse({"cursor": cursor_at(now), **since(member, cursor_of(request)).data()})


@require_GET
def note_cards(request: HttpRequest, slug: str) -> HttpResponse:
    """The notes `ids` of a chapter (of the book, where none is named) as they stand now in the draft `on`, as one piece
    of HTML; those that are not there for the one who asks are left out. `frame` where another draft is open."""
    draft = draft_to_read(request.actor, visitor(request, slug).manuscript, None)
    if request.GET.get("on") != str(draft.number):
        return JsonResponse({"html": "", "frame": OUT_OF_DATE})
    ids = [whole(part) for part in request.GET.get("ids", "").split(",")[:MOST]]
    threads = _standing(request, draft, request.GET.get("chapter", ""))
    cards = cards_of(request, draft, threads.filter(pk__in=[pk for pk in ids if pk is not None]))
    return JsonResponse({"html": notes_html(cards), "frame": ""})


def _standing(request: HttpRequest, draft: Any, chapter: str) -> Any:
    if not chapter:
        return book_threads(request.actor, draft)
    there = Placement.objects.readable_by(request.actor, draft).filter(chapter__key=chapter)
    chapter_id = there.order_by().values_list("chapter_id", flat=True).first()
    if chapter_id is None:
        raise Http404(_("There is no such chapter in this draft."))
    return chapter_threads(request.actor, draft, chapter_id)

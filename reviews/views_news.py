"""Following a note, what is new for someone, and whom they may name."""

from datetime import datetime
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.dateparse import parse_datetime
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from manuscripts.errors import Refused
from manuscripts.models import Draft, Manuscript
from manuscripts.permissions import load

from .mentions import handles
from .models import Thread
from .news import follow, mark_read, news_of, take_back_read
from .views_notes import note_answer, told
from .views_reading import reader_zone


@told
def note_follow(request: HttpRequest, slug: str, pk: int) -> HttpResponse:
    """Hears what happens in a note; with `undo` no longer."""
    thread = load(Thread, request.actor, "thread.read", pk=pk, manuscript__slug=slug)
    follow(request.actor, thread, following=not request.POST.get("undo"))
    return note_answer(request, slug, pk)


@told
def news_read(request: HttpRequest, slug: str) -> HttpResponse:
    """Marks the news read that was shown `until` a moment; with `undo` takes that back."""
    manuscript = load(Manuscript, request.actor, "news.mark", slug=slug)
    until = _moment(request.POST.get("until", ""))
    if until is None:
        raise Refused("invalid", _("This is not a moment."), field="until")
    me = request.actor.membership_in(manuscript)
    page = reverse("manuscript", args=[slug])
    if request.POST.get("undo"):
        take_back_read(request.actor, me, until)
        return redirect(f"{page}#new")
    mark_read(request.actor, me, until)
    return redirect(f"{page}?{urlencode({'read': until.isoformat()})}#new")


@require_GET
def names(request: HttpRequest, slug: str) -> HttpResponse:
    """Whom this person may name by `@` in a message: what to write, and what they may know beside it."""
    manuscript = load(Manuscript, request.actor, "manuscript.read", slug=slug)
    found = [{"handle": one.handle, "about": one.about} for one in handles(request.actor, manuscript)]
    return JsonResponse({"names": found})


def news_context(request: HttpRequest, draft: Draft) -> dict[str, object]:
    """For a page that tells the news: `news`, and the moment until which it was just `marked` read."""
    me = request.actor.membership_in(draft.manuscript)
    news = news_of(request.actor, me, draft)
    return {
        "news": news,
        "news_items": news.items,
        "marked": _moment(request.GET.get("read", "")),
        "zone": reader_zone(request, draft.manuscript),
    }


def _moment(text: str) -> datetime | None:
    try:
        moment = parse_datetime(text)
    except ValueError:
        return None
    return moment if moment and moment.tzinfo else None

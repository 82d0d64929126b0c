"""The author's choice for the words of a note: shown first in reports, or left out of their quotes."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST
from django_htmx.http import HttpResponseClientRefresh

from manuscripts.errors import Refused
from manuscripts.models import Manuscript
from manuscripts.permissions import load
from reports import quoting
from reviews.models import Thread
from reviews.views_notes import back


@require_POST
def note_quote(request: HttpRequest, slug: str, pk: int) -> HttpResponse:
    """Keeps a choice or takes it back. A page that asks by htmx gets the buttons as they are now, else itself again."""
    manuscript = load(Manuscript, request.actor, "quote.choose", slug=slug)
    rows = Thread.objects.filter(manuscript=manuscript).select_related("author", "manuscript")
    thread = load(rows, request.actor, "quote.choose", pk=pk)
    choice, before = request.POST.get("choice", ""), quoting.choice_for(thread)
    try:
        quoting.choose(request.actor, thread, choice)
    except Refused as refused:
        messages.error(request, str(refused.detail))
        return HttpResponseClientRefresh() if request.htmx else back(request, slug)
    said = {
        "pinned": _("Shown first in the next report you make."),
        "hidden": _("Left out of quotes in the next report you make."),
    }.get(choice, _("Taken back: quoted as any other note in the next report you make."))
    if request.htmx:
        context = {
            "quoting": quoting.offer_for(request.actor, thread),
            "said": said,
            "pressed": choice or before,
            "next": request.POST.get("next", ""),
        }
        return render(request, "reports/_quoting.html", context)
    messages.success(request, said)
    return back(request, slug)

"""A manuscript's own address: the author's dashboard, the reader's home."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_safe

from manuscripts.models import Manuscript
from manuscripts.permissions import can, load
from reviews.views_reader_home import reader_home


@require_safe
def manuscript(request: HttpRequest, slug: str) -> HttpResponse:
    """The page that fits the person's part in the manuscript."""
    row = load(Manuscript, request.actor, "manuscript.read", slug=slug)
    if can(request.actor, "draft.list", row):
        return redirect("people", slug)
    return reader_home(request, row)

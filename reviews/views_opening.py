"""Opening a draft to its readers, or throwing it away."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from manuscripts.correcting import correct
from manuscripts.draft_page import answers
from manuscripts.errors import Refused
from manuscripts.models import Draft
from manuscripts.numbers import whole
from manuscripts.permissions import load

from .rounds import open_draft
from .settling import discard


@require_POST
def draft_open(request: HttpRequest, slug: str, number: int) -> HttpResponse:
    """Open as a new round or as a correction, with the answers that the page's questions show; what would be lost
    must have been confirmed on the page."""
    draft = load(Draft, request.actor, "draft.open", manuscript__slug=slug, number=number)
    try:
        if ops := answers(draft, request.POST.dict()):
            draft = correct(request.actor, draft, ops)
        must_confirm = any(problem["severity"] == "confirm" for problem in draft.problems)
        if must_confirm and not request.POST.get("confirmed"):
            messages.error(request, _("Confirm first that what is named below may go."))
            return redirect("draft", slug, number)
        changed = [pk for value in request.POST.getlist("changed") if (pk := whole(value)) is not None]
        open_draft(request.actor, draft, request.POST.get("as") or None, changed=changed)
    except Refused as error:
        messages.error(request, error.detail)
    return redirect("draft", slug, number)


@require_POST
def draft_discard(request: HttpRequest, slug: str, number: int) -> HttpResponse:
    draft = load(Draft, request.actor, "draft.change", manuscript__slug=slug, number=number)
    try:
        discard(request.actor, draft)
    except Refused as error:
        messages.error(request, error.detail)
        return redirect("draft", slug, number)
    if draft.working:
        messages.success(request, _("The working draft was thrown away."))
        return redirect("manuscript", slug)
    messages.success(request, _("The upload was thrown away."))
    return redirect("draft_new", slug)

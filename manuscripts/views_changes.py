"""Draft against draft, as a page to read."""

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from .changes_page import changes_page, draft_before
from .models import Draft
from .numbers import whole
from .permissions import can, load
from .uploads import SETTLED


@require_safe
def draft_changes(request: HttpRequest, slug: str, number: int) -> HttpResponse:
    """What a draft changed against the one that was open before it, or against `?against=k`; of one `?chapter=key`."""
    rows = Draft.objects.select_related("manuscript", "round")
    draft = load(rows, request.actor, "draft.read", manuscript__slug=slug, number=number)
    if draft.state not in SETTLED:
        return redirect("draft", slug, number)
    manuscript = draft.manuscript
    against = _against(request, draft)
    chapter = request.GET.get("chapter", "")
    images = reverse("image", args=[slug, "0" * 64]).removesuffix("0" * 64)
    settled = Draft.objects.visible_to(request.actor).filter(manuscript=manuscript, state__in=SETTLED)
    newest = manuscript.open_draft
    team = bool(can(request.actor, "draft.list", manuscript))
    context = {
        "manuscript": manuscript,
        "here": "manuscript",
        "base": "author.html" if team else "base.html",
        "team": team,
        "draft": draft,
        "against": against,
        "others": list(settled.exclude(pk=draft.pk).order_by("-number")),
        "page": changes_page(request.actor, draft, against, images, chapter) if against else None,
        "chapter": chapter,
        "reading": "" if newest and newest.pk == draft.pk else f"?draft={draft.number}",
    }
    return render(request, "manuscripts/changes.html", context)


def _against(request: HttpRequest, draft: Draft) -> Draft | None:
    asked = request.GET.get("against")
    if not asked:
        return draft_before(request.actor, draft)
    rows = Draft.objects.select_related("round").filter(state__in=SETTLED)
    number = whole(asked)
    if number is None:
        raise Http404(_("There is nothing at this address."))
    found: Draft = load(rows, request.actor, "draft.read", manuscript=draft.manuscript, number=number)
    return found

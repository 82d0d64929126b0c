"""The page of search, and its fragment for the reading room."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from .contents import contents
from .finding import wanted
from .models import Thread
from .room import draft_to_read, manuscript_to_read
from .search import notes, passages
from .views_reading import cards_of

LONGEST = 200


@require_GET
def search(request: HttpRequest, slug: str) -> HttpResponse:
    """What was found for `?q=` in the newest draft this person may read, and in notes."""
    manuscript = manuscript_to_read(request.actor, slug)
    draft = draft_to_read(request.actor, manuscript, None)
    typed = " ".join(request.GET.get("q", "").split())[:LONGEST]
    looked_for = wanted(typed)
    membership = request.actor.membership_in(manuscript)
    context = {
        "manuscript": manuscript,
        "draft": draft,
        "membership": membership,
        "typed": typed,
        "longest": LONGEST,
        "looked_for": looked_for,
    }
    if looked_for:
        labels = {line.key: line.label for line in contents(request.actor, draft, membership).chapters}
        found = passages(request.actor, draft, looked_for)
        ids, total, pieces = notes(request.actor, draft, looked_for)
        cards = cards_of(request, draft, Thread.objects.visible_to(request.actor).filter(pk__in=ids), labels)
        by_id = {int(card.id): card for card in cards}
        context |= {
            "passages": [(row, labels[row.placement.chapter.key]) for row in found.shown],
            "passages_total": found.total,
            "notes": [(by_id[pk], pieces[pk]) for pk in ids if pk in by_id],
            "notes_total": total,
        }
    return render(request, "reviews/_found.html" if request.htmx else "reviews/search.html", context)

"""The reader's home: what is asked of them, what became of their notes, what they have not sent."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from manuscripts.models import Draft, Manuscript
from manuscripts.permissions import can

from .reader_home import deadline_of, fates, home_of, own_threads, unsent_lines
from .rounds import mark_opened, review_of
from .views_reading import cards_of, reader_zone, room_context


def reader_home(request: HttpRequest, manuscript: Manuscript) -> HttpResponse:
    """The first page of a reader or an observer."""
    membership = request.actor.membership_in(manuscript)
    draft = Draft.objects.visible_to(request.actor).filter(manuscript=manuscript).select_related("round").first()
    if draft is None:
        return render(request, "reviews/reader_waiting.html", {"manuscript": manuscript, "membership": membership})
    draft.manuscript = draft.round.manuscript = manuscript
    mark_opened(membership)
    home = home_of(request.actor, membership, draft)
    titles = {line.key: line.label for line in home.contents.chapters}
    cards = cards_of(request, draft, own_threads(request.actor, membership), titles)
    running = draft.round.state == "running"
    context = {
        **room_context(request, draft, membership),
        "home": home,
        "contents": home.contents,
        "fates": fates(cards),
        "unsent_lines": unsent_lines(manuscript, membership, home.contents),
        "deadline": deadline_of(draft.round, reader_zone(request, manuscript)) if running else None,
        "running": running,
        "review": review_of(membership, draft.round) if membership.role == "reviewer" and running else None,
        "may_answer": running and bool(can(request.actor, "answer.create", manuscript)),
    }
    return render(request, "reviews/reader_home.html", context)

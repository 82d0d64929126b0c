"""The reader's home: what is asked of them, what became of their notes, what they have not sent."""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _

from manuscripts.errors import conflict
from manuscripts.models import Draft, Manuscript
from manuscripts.permissions import can, load

from .fates import fates, own_threads
from .invitations import REASONS, suggest_person
from .letter import first_name
from .reader_home import deadline_of, home_of, pass_over, unsent_lines
from .rounds import mark_opened, review_of
from .views_invitation import check_pace
from .views_news import news_context
from .views_notes import back, told
from .views_reading import cards_of, reader_zone, room_context


def reader_home(request: HttpRequest, manuscript: Manuscript, **more: Any) -> HttpResponse:
    """The first page of a reader or an observer; `more` is what is compiled for it from the readers' words."""
    membership = request.actor.membership_in(manuscript)
    draft = Draft.objects.visible_to(request.actor).filter(manuscript=manuscript).select_related("round").first()
    if draft is None:
        return render(request, "reviews/reader_waiting.html", {"manuscript": manuscript, "membership": membership})
    draft.manuscript = draft.round.manuscript = manuscript
    mark_opened(membership)
    running = draft.round.state == "running"
    review = review_of(membership, draft.round) if membership.role == "reviewer" and running else None
    home = home_of(request.actor, membership, draft, review)
    titles = {line.key: line.label for line in home.contents.chapters}
    cards = cards_of(request, draft, own_threads(request.actor, membership), titles)
    may_answer = running and bool(can(request.actor, "answer.create", manuscript))
    found = fates(cards)
    news = news_context(request, draft)
    decided = news["news"].decided
    if found.told and len(decided) > 1:  # each of them stands there with its reason: here they are summed up
        news.update(news_items=news["news"].others, decided=decided)
    path = home.path if may_answer and review and review.state != "declined" else None
    context = {
        **more,
        **room_context(request, draft, membership),
        **news,
        "home": home,
        "path": path,
        "more": home.more if path else home.chapters,
        "first_name": first_name(membership.name),
        "contents": home.contents,
        "fates": found,
        "unsent_lines": unsent_lines(manuscript, membership, home.contents),
        "deadline": deadline_of(draft.round, reader_zone(request, manuscript)) if running else None,
        "running": running,
        "review": review,
        "may_answer": may_answer,
        "may_suggest": bool(can(request.actor, "people.suggest", manuscript)),
        "reasons": REASONS.items(),
    }
    return render(request, "reviews/reader_home.html", context)


@told
def path_step(request: HttpRequest, slug: str) -> HttpResponse:
    """Passes one `step` of the reader's path over, with `undo` takes that back; or all that are open `on` the page of
    a chapter, and goes on to the next."""
    manuscript = load(Manuscript, request.actor, "answer.create", slug=slug)
    draft = manuscript.open_draft
    if draft is None:
        raise conflict("no_open_draft", _("There is no open draft to read yet."))
    membership = request.actor.membership_in(manuscript)
    review = review_of(membership, draft.round)
    path = home_of(request.actor, membership, draft, review).path
    on = request.POST.get("on", "")
    names = [step.name for step in path.on(on) if step.open] if on else [request.POST.get("step", "")]
    pass_over(request.actor, review, path, names, undo="undo" in request.POST)
    if not on:
        return back(request, slug)
    following = path.after(on)
    return redirect(following.address if following else reverse("manuscript", args=[slug]))


@told
def colleague(request: HttpRequest, slug: str) -> HttpResponse:
    """Names someone whom the author could ask."""
    manuscript = load(Manuscript, request.actor, "people.suggest", slug=slug)
    membership = request.actor.membership_in(manuscript)
    check_pace(request, membership)
    words = {name: request.POST.get(name, "") for name in ("name", "email", "about")}
    suggest_person(membership, "colleague", **words)
    messages.success(request, _("Thank you. The author is told, and decides whether to ask them."))
    return back(request, slug)

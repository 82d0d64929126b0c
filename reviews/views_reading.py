"""The reading room, and the page of the book as a whole."""

import gzip
from datetime import datetime
from typing import Any

from django.core.paginator import Paginator
from django.db.models import prefetch_related_objects
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.templatetags.static import static
from django.urls import reverse
from django.utils.cache import get_conditional_response
from django.views.decorators.http import require_GET

from manuscripts.models import Draft, Manuscript, Membership
from manuscripts.permissions import can
from manuscripts.rendering import display

from . import live
from .as_it_was import as_they_stood, drafts_to_read, stood_until
from .contents import contents
from .crowd import MOST_ON_PAGE, ON_A_PLAIN_PAGE, marks, packed, version
from .models import Thread
from .note_cards import Card, Cards
from .note_html import notes_html
from .presenting import TooMany, present
from .querysets import others_hidden
from .reader_home import home_of, last_call
from .room import (
    Room,
    book_threads,
    chapter_threads,
    chapter_to_read,
    draft_to_read,
    finished_by,
    manuscript_to_read,
    open_room,
    voices,
)
from .room_words import room_words
from .since import since_of


@require_GET
def read(request: HttpRequest, slug: str, chapter: str) -> HttpResponse:
    """One chapter with its notes; `?draft=n` shows a former draft, read-only."""
    manuscript = manuscript_to_read(request.actor, slug)
    if not request.actor.membership_in(manuscript).is_author_team:
        prefetch_related_objects([manuscript], "rounds")  # what these promise others, and allow them, is asked twice
    drafts = drafts_to_read(request.actor, manuscript, chapter)
    draft = draft_to_read(request.actor, manuscript, request.GET.get("draft"), drafts)
    room = open_room(request.actor, draft, chapter)
    others_notes = others_hidden(room.membership, draft, room.chapter_id)
    texts = {row.text_id: row.text.text for row in room.sections}
    shown = _notes_on_page(request, draft, room.chapter_id, texts)
    frame = room_context(request, draft, room.membership)
    context = {
        **frame,
        "room": room,
        "since": None if frame["former"] else since_of(request.actor, room, drafts, reader_zone(request, manuscript)),
        "drafts": drafts,
        "contents": room.contents,
        "sections": _sections(room),
        **shown,
        "asked": room.membership.role == "reviewer" and draft.was_opened and room.line.position > 0,
        "others_notes": others_notes,
        "finished": finished_by(draft, room.chapter_id) if draft.was_opened and others_notes == "open" else None,
    }
    return render(request, "reviews/reading_room.html", context)


@require_GET
def read_book(request: HttpRequest, slug: str) -> HttpResponse:
    """The contents of the draft, and the notes on the book as a whole."""
    manuscript = manuscript_to_read(request.actor, slug)
    draft = draft_to_read(request.actor, manuscript, request.GET.get("draft"))
    membership = request.actor.membership_in(manuscript)
    cards = cards_of(request, draft, book_threads(request.actor, draft))
    context = {
        **room_context(request, draft, membership),
        "contents": contents(request.actor, draft, membership),
        "drafts": drafts_to_read(request.actor, manuscript),
        "total": len(cards),
        "notes": notes_html(cards),
    }
    return render(request, "reviews/read_book.html", context)


def room_context(request: HttpRequest, draft: Draft, membership: Membership) -> dict[str, Any]:
    """What every page needs on which notes are read and written."""
    manuscript = draft.manuscript
    newest = manuscript.open_draft if request.GET.get("draft") else draft
    former = newest is not None and newest.pk != draft.pk
    return {
        "manuscript": manuscript,
        "draft": draft,
        "former": former,
        "newest": newest,
        "membership": membership,
        "voices": voices(membership),
        "may_write": not former and draft.was_opened and bool(can(request.actor, "thread.create", manuscript)),
        "others_notes": others_hidden(membership, draft),
        "last_call": None if former else last_call(membership, draft, reader_zone(request, manuscript)),
        "live": live.page(draft, membership) if draft.was_opened and not former else None,
        "icons": static("icons.svg"),
        "words": room_words(),
        "single_keys": request.user.single_keys if request.user.is_authenticated else True,
    }


def reader_zone(request: HttpRequest, manuscript: Manuscript) -> str:
    """The time zone in which this person reads dates: their own, else the manuscript's."""
    own = request.user.time_zone if request.user.is_authenticated else ""
    return own or manuscript.time_zone


def _notes_on_page(request: HttpRequest, draft: Draft, chapter_id: int, texts: dict[int, str]) -> dict[str, Any]:
    """The notes for a chapter's page and how many there are. In a crowd they are no part of the page, which asks for
    the list of them; without script `?notes=n` shows the n-th page of them."""
    threads = chapter_threads(request.actor, draft, chapter_id)
    try:
        cards = cards_of(request, draft, threads, texts=texts, most=MOST_ON_PAGE)
        return {"notes": notes_html(cards), "total": len(cards)}
    except TooMany:
        until = _until(request, draft)
        threads = threads.filter(created__lte=until) if until else threads
    pages = Paginator(threads.values_list("pk", flat=True), ON_A_PLAIN_PAGE)
    page = pages.get_page(request.GET["notes"]) if request.GET.get("notes") else None
    shown = cards_of(request, draft, Thread.objects.filter(pk__in=list(page)), texts=texts) if page else []
    known = {"notes": notes_html(shown), "total": pages.count, "crowd": True, "plain": page}
    return known | {"marks": marks(request.actor, draft, threads)}


@require_GET
def chapter_notes(request: HttpRequest, slug: str, chapter: str) -> HttpResponse:
    """All notes of a chapter that this person sees, as JSON (reviews/crowd.py). What they may read is looked up before
    it is said that nothing has changed."""
    manuscript = manuscript_to_read(request.actor, slug)
    draft = draft_to_read(request.actor, manuscript, request.GET.get("draft"))
    threads = chapter_threads(request.actor, draft, chapter_to_read(request.actor, draft, chapter))
    name = version(request.actor, draft, threads, reader_zone(request, manuscript), _until(request, draft))
    found = packed(name, lambda: cards_of(request, draft, threads))
    unpacked = "gzip" not in request.headers.get("Accept-Encoding", "")
    response = HttpResponse(gzip.decompress(found.body) if unpacked else found.body, "application/json")
    if not unpacked:
        response["Content-Encoding"] = "gzip"
    response["Cache-Control"], response["Vary"] = "private, no-cache", "Accept-Encoding"
    response["ETag"] = f'W/"{found.tag}"'
    return get_conditional_response(request, response["ETag"], response=response) or response


def _until(request: HttpRequest, draft: Draft) -> datetime | None:
    """The moment at which a former draft is shown; None for a draft as it is now."""
    return stood_until(draft) if request.GET.get("draft") else None


def cards_of(
    request: HttpRequest,
    draft: Draft,
    threads: Any,
    titles: dict[str, str] | None = None,
    texts: dict[int, str] | None = None,
    most: int | None = None,
) -> list[Card]:
    """The notes of a queryset as cards for the one who asks. `titles` of chapters by key, where a card says its
    place; `texts` by id that are at hand. Raises TooMany for more than `most`."""
    manuscript = draft.manuscript
    until = _until(request, draft)
    if until:
        threads = threads.filter(created__lte=until)
    maker = Cards(manuscript.all_disciplines, reader_zone(request, manuscript), titles)
    notes = present(request.actor, threads, draft, texts, most)
    return [maker.card(note) for note in (as_they_stood(notes, until) if until else notes)]


def _sections(room: Room) -> list[dict[str, Any]]:
    manuscript = room.manuscript
    base = reverse("image", args=[manuscript.slug, "0" * 64]).removesuffix("0" * 64)
    return [
        {
            "row": row,
            "html": display(row.text.html, image_base=base),
            "mine": row.discipline_id in room.own_discipline_ids,
        }
        for row in room.sections
    ]


@require_GET
def verdict(request: HttpRequest, slug: str, chapter: str) -> HttpResponse:
    """What is asked about a chapter and this reader's own sections in it: the foot of the chapter's page, fetched
    when the page is there; a page of its own without script."""
    manuscript = manuscript_to_read(request.actor, slug)
    draft = draft_to_read(request.actor, manuscript, None)
    membership = request.actor.membership_in(manuscript)
    review = membership.reviews.filter(round=draft.round).first()
    home = home_of(request.actor, membership, draft, review)
    line = home.contents.chapter(chapter)
    if line is None or membership.role != "reviewer":
        raise Http404
    context = {
        "manuscript": manuscript,
        "draft": draft,
        "membership": membership,
        "line": line,
        "after": home.contents.beside(chapter)[1],
        "groups": home.asked_on(chapter),
        "path": home.path if review is None or review.state != "declined" else None,
        "following": home.path.after(chapter),
        "here": [step for step in home.path.on(chapter) if step.open],
        "may_answer": bool(can(request.actor, "answer.create", manuscript)),
    }
    return render(request, "reviews/_verdict.html" if request.htmx else "reviews/verdict.html", context)

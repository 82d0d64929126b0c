"""The reading room, and the page of the book as a whole."""

from typing import Any

from django.db.models import prefetch_related_objects
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.templatetags.static import static
from django.urls import reverse
from django.views.decorators.http import require_GET

from manuscripts.models import Draft, Manuscript, Membership
from manuscripts.permissions import can
from manuscripts.rendering import display

from .as_it_was import as_they_stood, drafts_to_read, stood_until
from .contents import contents
from .note_cards import Card, Cards
from .note_html import notes_html
from .presenting import present
from .querysets import others_hidden
from .reader_home import home_of, last_call
from .room import Room, book_threads, chapter_threads, draft_to_read, manuscript_to_read, open_room, voices
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
    texts = {row.text_id: row.text.text for row in room.sections}
    cards = cards_of(request, draft, chapter_threads(request.actor, draft, room.chapter_id), texts=texts)
    frame = room_context(request, draft, room.membership)
    context = {
        **frame,
        "room": room,
        "since": None if frame["former"] else since_of(request.actor, room, drafts, reader_zone(request, manuscript)),
        "drafts": drafts,
        "contents": room.contents,
        "sections": _sections(room),
        "cards": cards,
        "notes": notes_html(cards),
        "asked": room.membership.role == "reviewer" and draft.was_opened and room.line.position > 0,
        "others_notes": others_hidden(room.membership, draft, room.chapter_id),
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
        "cards": cards,
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
        "icons": static("icons.svg"),
        "words": room_words(),
        "single_keys": request.user.single_keys if request.user.is_authenticated else True,
    }


def reader_zone(request: HttpRequest, manuscript: Manuscript) -> str:
    """The time zone in which this person reads dates: their own, else the manuscript's."""
    own = request.user.time_zone if request.user.is_authenticated else ""
    return own or manuscript.time_zone


def cards_of(
    request: HttpRequest,
    draft: Draft,
    threads: Any,
    titles: dict[str, str] | None = None,
    texts: dict[int, str] | None = None,
) -> list[Card]:
    """The notes of a queryset as cards for the one who asks. `titles` of chapters by key, where a card says its
    place; `texts` by id that are at hand."""
    manuscript = draft.manuscript
    until = stood_until(draft) if request.GET.get("draft") else None
    if until:
        threads = threads.filter(created__lte=until)
    maker = Cards(manuscript.all_disciplines, reader_zone(request, manuscript), titles)
    notes = present(request.actor, threads, draft, texts)
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

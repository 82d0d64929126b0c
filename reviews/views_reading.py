"""The reading room, and the page of the book as a whole."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.templatetags.static import static
from django.urls import reverse
from django.views.decorators.http import require_GET

from manuscripts.models import Draft, Manuscript, Membership
from manuscripts.permissions import can, load
from manuscripts.rendering import display

from .answers import asked_of
from .asking import Group, groups
from .contents import contents
from .note_cards import Card, Cards
from .presenting import present
from .room import Room, book_threads, chapter_threads, draft_to_read, open_room, voices
from .room_words import room_words
from .unsent import unsent_of


@require_GET
def read(request: HttpRequest, slug: str, chapter: str) -> HttpResponse:
    """One chapter with its notes; `?draft=n` shows a former draft, read-only."""
    manuscript = load(Manuscript, request.actor, "manuscript.read", slug=slug)
    draft = draft_to_read(request.actor, manuscript, request.GET.get("draft"))
    room = open_room(request.actor, draft, chapter)
    context = {
        **room_context(request, draft, room.membership),
        "room": room,
        "contents": room.contents,
        "sections": _sections(room),
        "cards": cards_of(request, draft, chapter_threads(request.actor, draft, room.chapter_id)),
        "groups": _asked_here(request, room),
    }
    return render(request, "reviews/reading_room.html", context)


@require_GET
def read_book(request: HttpRequest, slug: str) -> HttpResponse:
    """The contents of the draft, and the notes on the book as a whole."""
    manuscript = load(Manuscript, request.actor, "manuscript.read", slug=slug)
    draft = draft_to_read(request.actor, manuscript, request.GET.get("draft"))
    membership = request.actor.membership_in(manuscript)
    context = {
        **room_context(request, draft, membership),
        "contents": contents(request.actor, draft, membership),
        "cards": cards_of(request, draft, book_threads(request.actor, draft)),
    }
    return render(request, "reviews/read_book.html", context)


def room_context(request: HttpRequest, draft: Draft, membership: Membership) -> dict[str, Any]:
    """What every page needs on which notes are read and written."""
    manuscript = draft.manuscript
    newest = manuscript.open_draft
    former = newest is not None and newest.pk != draft.pk
    return {
        "manuscript": manuscript,
        "draft": draft,
        "former": former,
        "newest": newest,
        "membership": membership,
        "voices": voices(membership),
        "may_write": not former and draft.was_opened and bool(can(request.actor, "thread.create", manuscript)),
        "unsent": [{"place": note.place, **note.content} for note in unsent_of(membership)],
        "icons": static("icons.svg"),
        "words": room_words(),
        "single_keys": request.user.single_keys if request.user.is_authenticated else True,
    }


def reader_zone(request: HttpRequest, manuscript: Manuscript) -> str:
    """The time zone in which this person reads dates: their own, else the manuscript's."""
    own = request.user.time_zone if request.user.is_authenticated else ""
    return own or manuscript.time_zone


def cards_of(request: HttpRequest, draft: Draft, threads: Any, titles: dict[str, str] | None = None) -> list[Card]:
    """The notes of a queryset as cards for the one who asks; `titles` of chapters by key where a card says its
    place."""
    manuscript = draft.manuscript
    maker = Cards(list(manuscript.disciplines.all()), reader_zone(request, manuscript), titles)
    return [maker.card(note) for note in present(request.actor, threads, draft)]


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


def _asked_here(request: HttpRequest, room: Room) -> list[Group]:
    """What is asked about this chapter and about this reader's own sections in it."""
    if room.membership.role != "reviewer" or not room.draft.was_opened:
        return []
    asks = asked_of(request.actor, room.membership, room.draft)
    return groups((ask for ask in asks if ask.chapter_key == room.line.key), room.draft)

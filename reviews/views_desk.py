"""The author's desk."""

from dataclasses import replace
from typing import Any

from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import render
from django.views.decorators.http import require_GET

from manuscripts.models import Draft, Manuscript
from manuscripts.numbers import whole
from manuscripts.permissions import load

from . import desk, live
from .changelist import on_list
from .edit_lines import offer_for
from .models import Thread
from .note_cards import Card, Cards


@require_GET
def desk_page(request: HttpRequest, slug: str) -> HttpResponse:
    """All notes in tabs by decision, narrowed by filters; `?note=` is open beside the list."""
    manuscript = load(Manuscript, request.actor, "desk.read", slug=slug)
    draft = manuscript.open_draft
    context: dict[str, Any] = {"manuscript": manuscript, "here": "notes", "draft": draft}
    context["membership"] = request.actor.membership_in(manuscript)
    if draft is not None:
        draft.manuscript = manuscript
        context |= _list(request, draft)
        context |= _open_note(request, draft, context["notes"])
        if not request.htmx:
            context["listed"] = on_list(request.actor, manuscript).count()
            context["live"] = live.page(draft, context["membership"])
    template = "reviews/_desk_note.html" if request.htmx else "reviews/desk.html"
    return render(request, template, context)


def _list(request: HttpRequest, draft: Draft) -> dict[str, Any]:
    wanted = desk.Wanted.of(request.GET)
    rows = desk.narrowed(request.actor, draft, wanted)
    if "tab" not in request.GET and wanted.narrowed:
        wanted = replace(wanted, tab=desk.first_tab(rows))
    page = whole(request.GET.get("page")) or 1
    notes, more = desk.listed(request.actor, draft, desk.in_tab(rows, wanted.tab), max(1, min(page, 10_000)))
    makes = cards_for(request, draft.manuscript)
    tabs = desk.tabs(rows, wanted)
    return {
        "wanted": wanted,
        "tabs": tabs,
        "has_notes": any(tab.count for tab in tabs),
        "choices": desk.choices(request.actor, draft, wanted),
        "disciplines": [d for d in draft.manuscript.disciplines.all() if d.merged_into_id is None],
        "notes": [(note, makes.card(note)) for note in notes],
        "page": page,
        "more": more,
        "query": _query(request.GET, without=["note", "decided", "page", "tried"]),
        "tab_query": _query(request.GET, without=["note", "decided", "page", "tab", "tried"]),
    }


def _open_note(request: HttpRequest, draft: Draft, notes: list[tuple[dict[str, Any], Card]]) -> dict[str, Any]:
    """The note asked for, else the first of the list, with its passage and its neighbours."""
    decided = _decided(request, draft)
    asked = request.GET.get("note", "") if decided else request.GET.get("decided") or request.GET.get("note", "")
    found = next((pair for pair in notes if pair[0]["id"] == asked), None)
    if found is None and whole(asked) is not None:
        rows = desk.all_notes(request.actor, draft).filter(pk=whole(asked))
        note = next(iter(desk.present(request.actor, rows, draft)), None)
        if note:
            desk.add_passages(draft, [note])
            found = (note, cards_for(request, draft.manuscript).card(note))
    found = found or (notes[0] if notes else None)
    context: dict[str, Any] = {"asked": bool(asked), "decided": decided}
    if found is None:
        return context
    note, card = found
    ids = [pair[0]["id"] for pair in notes]
    at = ids.index(note["id"]) if note["id"] in ids else -1
    makes = cards_for(request, draft.manuscript)
    return context | {
        "note": note,
        "card": card,
        "passage": desk.passage(draft, note),
        "written_on": desk.written_on(draft, note),
        "offer": offer_for(draft.manuscript, note, tried="tried" in request.GET),
        "beside": [makes.card(other) for other in desk.on_same_passage(request.actor, draft, note)],
        "next_id": ids[at + 1] if 0 <= at < len(ids) - 1 else (ids[at - 1] if at > 0 else ""),
    }


def _decided(request: HttpRequest, draft: Draft) -> Thread | None:
    """The note just decided on; None where the decision was refused, and then that note stays open."""
    pk = request.GET.get("decided", "")
    if not (pk.isascii() and pk.isdecimal() and len(pk) < 19):
        return None
    return desk.all_notes(request.actor, draft).select_related("decision").filter(pk=pk, decision__isnull=False).first()


def cards_for(request: HttpRequest, manuscript: Manuscript) -> Cards:
    """What makes notes into cards for who asks, in their time zone."""
    zone = request.user.time_zone if request.user.is_authenticated else ""
    return Cards(list(manuscript.disciplines.all()), zone or manuscript.time_zone)


def _query(data: QueryDict, without: list[str]) -> str:
    """The address's query without some names, ready to be put before others."""
    kept = data.copy()
    for name in without:
        kept.pop(name, None)
    return kept.urlencode()

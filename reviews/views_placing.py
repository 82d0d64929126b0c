"""Putting a note in its place by hand: the closest passages on offer, and what was chosen."""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from manuscripts.errors import conflict
from manuscripts.numbers import whole
from manuscripts.permissions import load

from .models import Thread
from .note_html import notes_html
from .placing import placing_of
from .presenting import present
from .threads import keep_on_chapter, place_by_hand, undo_placement
from .views_notes import back, told, wants_json
from .views_reading import cards_of


@require_http_methods(["GET", "HEAD", "POST"])
def note_place(request: HttpRequest, slug: str, pk: int) -> HttpResponse:
    """What can be chosen for a note; a POST puts it on words, keeps it on its chapter, detaches it or undoes that."""
    return (_put if request.method == "POST" else _choose)(request, slug, pk=pk)


def _thread(request: HttpRequest, slug: str, pk: int) -> Thread:
    rows = Thread.objects.select_related("manuscript", "text", "draft", "chapter")
    thread: Thread = load(rows, request.actor, "thread.place", pk=pk, manuscript__slug=slug)
    return thread


def _choose(request: HttpRequest, slug: str, pk: int) -> HttpResponse:
    thread = _thread(request, slug, pk)
    draft = thread.manuscript.open_draft
    if draft is None or thread.scope != "section":
        messages.info(request, _("This note stands on a whole chapter or on the book: it has no words to be put on."))
        return redirect("manuscript", slug)
    draft.manuscript = thread.manuscript
    (card,) = cards_of(request, draft, Thread.objects.filter(pk=pk))
    membership = request.actor.membership_in(thread.manuscript)
    context = {
        "base": "author.html" if membership.is_author_team else "base.html",
        "manuscript": thread.manuscript,
        "membership": membership,
        "here": "notes",
        "draft": draft,
        "thread": thread,
        "card": card,
        "placing": placing_of(request.actor, thread, draft),
        "next": request.GET.get("next", ""),
    }
    return render(request, "reviews/_note_place.html" if request.htmx else "reviews/note_place.html", context)


@told
def _put(request: HttpRequest, slug: str, pk: int) -> HttpResponse:
    thread = _thread(request, slug, pk)
    data = request.POST
    done = _("The note stands there now.")
    if data.get("undo"):
        undo_placement(request.actor, thread)
        done = _("The note stands where it stood before.")
    elif data.get("keep"):
        keep_on_chapter(request.actor, thread)
        done = _("The note is kept on its chapter.")
    elif data.get("detach"):
        place_by_hand(request.actor, thread, None, None)
        done = _("The note stays without a place.")
    else:
        if not data.get("text_id"):
            raise conflict("nothing_chosen", _("Choose a passage, or select the words in the chapter."))
        place_by_hand(request.actor, thread, data["text_id"], _range(data))
    return _placed(request, thread, done)


def _range(data: Any) -> dict[str, int | None]:
    return {name: whole(data.get(name, "")) for name in ("start", "end")}


def _placed(request: HttpRequest, thread: Thread, done: str) -> HttpResponse:
    """To a script the card as it stands now, or where it went when that is another chapter."""
    draft = thread.manuscript.open_draft
    rows = Thread.objects.filter(pk=thread.pk)
    (note,) = present(request.actor, rows, draft)
    if not wants_json(request):
        messages.success(request, done)
        slug = thread.manuscript.slug
        return back(request, slug) if request.POST.get("next") else redirect(note["html_url"])
    answer = {"id": str(thread.pk), "done": done, "address": note["html_url"]}
    if (note["anchor"] or {}).get("chapter") != request.POST.get("chapter"):
        return JsonResponse({**answer, "gone": True})
    return JsonResponse({**answer, "html": notes_html(cards_of(request, draft, rows))})

"""The pages of the change list, the Word file with it, and the notes that a draft on its way in changes."""

import io
from pathlib import PurePosixPath

from django.contrib import messages
from django.http import FileResponse, Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from manuscripts.models import Draft, Manuscript
from manuscripts.permissions import check, load

from .arriving import changed_notes
from .changelist import change_list
from .models import Thread
from .threads import decide
from .views_desk import cards_for
from .word_master import marked_file

WORD = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
TAKEN_OFF = "taken_off_list"  # session key: the note last taken off and the reason that stood with its decision


@require_http_methods(["GET", "HEAD", "POST"])
def change_list_page(request: HttpRequest, slug: str) -> HttpResponse:
    """The list, and taking a note off it or putting it back."""
    manuscript = load(Manuscript, request.actor, "desk.read", slug=slug)
    if request.method == "POST":
        return _change(request, manuscript)
    draft = manuscript.open_draft
    context = {"manuscript": manuscript, "here": "notes", "draft": draft}
    if draft is not None:
        draft.manuscript = manuscript
        context["list"] = change_list(request.actor, draft, cards_for(request, manuscript))
        kept = request.session.get(TAKEN_OFF, {})
        context["taken_off"] = kept if str(kept.get("thread")) == request.GET.get("taken_off") else None
    return render(request, "reviews/change_list.html", context)


def _change(request: HttpRequest, manuscript: Manuscript) -> HttpResponse:
    rows = Thread.objects.select_related("decision", "manuscript")
    pk = request.POST.get("thread")
    thread = load(rows, request.actor, "thread.decide", pk=pk, manuscript=manuscript)
    here = reverse("change_list", args=[manuscript.slug])
    decided = getattr(thread, "decision", None)
    if request.POST.get("do") == "put_back":
        kept = request.session.pop(TAKEN_OFF, {})
        if decided is None:
            decide(request.actor, thread, "will_change", kept.get("reason", "") if kept.get("thread") == pk else "")
        return redirect(here)
    if decided is None or decided.decision != "will_change":
        messages.error(request, _("This note is no longer on the list."))
        return redirect(here)
    request.session[TAKEN_OFF] = {"thread": pk, "reason": decided.reason}
    decide(request.actor, thread, None)
    return redirect(f"{here}?taken_off={pk}")


@require_safe
def change_list_file(request: HttpRequest, slug: str, pk: int) -> HttpResponse:
    """One of the open draft's Word files with the accepted suggestions as tracked changes, made now."""
    manuscript = load(Manuscript, request.actor, "desk.read", slug=slug)
    draft = manuscript.open_draft
    found = change_list(request.actor, draft, cards_for(request, manuscript)).files if draft else []
    file = next((each for each in found if each.source.pk == pk), None)
    if file is None or draft is None:
        raise Http404(_("There is nothing at this address."))
    places = list(draft.placements.filter(source=pk).only("text_id"))
    member = request.actor.membership_in(manuscript)
    data = marked_file(file.source, places, file.wanted, member.name, timezone.now())
    if data is None:
        messages.error(request, _("The file could not be made. Your upload is unchanged; take it from the draft."))
        return redirect("change_list", slug)
    name = _("%(name)s with accepted changes.docx") % {"name": PurePosixPath(file.source.name).stem}
    return FileResponse(io.BytesIO(data), as_attachment=True, filename=name, content_type=WORD)


@require_safe
def draft_notes(request: HttpRequest, slug: str, number: int) -> HttpResponse:
    """The notes whose words a draft on its way in changes or takes away, old beside new."""
    draft = load(Draft.objects.select_related("manuscript"), request.actor, "draft.read",
                 manuscript__slug=slug, number=number)  # fmt: skip
    check(request.actor, "draft.list", draft.manuscript)
    notes = changed_notes(request.actor, draft, cards_for(request, draft.manuscript))
    context = {"manuscript": draft.manuscript, "here": "manuscript", "draft": draft, "notes": notes}
    return render(request, "reviews/draft_notes.html", context)

"""Applying a suggestion from the desk, writing a section anew, taking edits of the working draft back."""

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from jobs.models import Job
from manuscripts.errors import Refused
from manuscripts.job_rights import JobsOfManuscripts
from manuscripts.models import Draft, Manuscript, Placement
from manuscripts.permissions import load
from manuscripts.rendering import clean_input, display
from manuscripts.working import check_markdown, rendered, working_draft

from .applying import applied_edit, apply
from .desk import present
from .edit_lines import offer_for
from .editing import edit_section, section_now
from .edits import undo
from .models import Edit, Thread
from .views_notes import back

TOLD_BY_THE_NOTE = {"overlap", "edit_by_hand"}


@require_http_methods(["GET", "POST"])
def note_apply(request: HttpRequest, slug: str, pk: int) -> HttpResponse:
    """Applies a suggestion, or with `undo` takes it out again; GET is for the desk that waits for the worker."""
    thread = load(Thread, request.actor, "thread.apply", pk=pk, manuscript__slug=slug)
    if request.method == "GET":
        return _waiting(request, thread)
    try:
        if request.POST.get("undo"):
            if (edit := applied_edit(thread)) is not None:
                undo(request.actor, edit)
            messages.success(request, _("Taken back: the text is as it was."))
        else:
            apply(request.actor, thread)
    except Refused as error:
        if error.code not in TOLD_BY_THE_NOTE:
            messages.error(request, str(error.detail))
        return redirect(f"{reverse('desk', args=[slug])}?note={pk}&tried=1")
    return back(request, slug)


def _waiting(request: HttpRequest, thread: Thread) -> HttpResponse:
    draft = thread.manuscript.open_draft
    desk = f"{reverse('desk', args=[thread.manuscript.slug])}?note={thread.pk}"
    if not request.htmx or draft is None:
        return redirect(desk)
    (note,) = present(request.actor, Thread.objects.filter(pk=thread.pk), draft)
    offer = offer_for(thread.manuscript, note, tried=False)
    if offer is None or offer.state != "underway":
        return HttpResponse(headers={"HX-Refresh": "true"})
    return render(request, "reviews/_desk_apply.html", {"manuscript": thread.manuscript, "note": note, "offer": offer})


@require_POST
def edit_undo(request: HttpRequest, slug: str, pk: int) -> HttpResponse:
    """Takes one edit of the working draft back; the last one takes the draft with it."""
    manuscript = load(Manuscript, request.actor, "section.change", slug=slug)
    rows = Edit.objects.select_related("draft__manuscript", "section", "before", "after")
    edit = get_object_or_404(rows, draft__manuscript=manuscript, pk=pk)
    try:
        draft = undo(request.actor, edit)
    except Refused as error:
        messages.error(request, str(error.detail))
        return redirect("draft", slug, edit.draft.number)
    messages.success(request, _("Taken back: the text is as it was."))
    if draft.edits.exists():
        return redirect("draft", slug, draft.number)
    return redirect("manuscript", slug)


@require_http_methods(["GET", "POST"])
def section_edit(request: HttpRequest, slug: str, key: str) -> HttpResponse:
    """A section's Markdown to write anew. What was typed stays whatever comes: beside what stands there now where
    someone changed it, with the reason where it cannot be kept."""
    manuscript = load(Manuscript, request.actor, "section.change", slug=slug)
    try:
        place = section_now(manuscript, key)
    except Refused as error:
        raise Http404(str(error.detail)) from error
    if request.method == "GET":
        return _editor_or_wait(request, place)
    typed = request.POST.get("markdown", "").replace("\r\n", "\n")
    if request.POST.get("base") != str(place.text_id):
        return _editor(request, place, typed=typed, status=412, changed=True)
    try:
        if request.POST.get("do") == "preview":
            made = rendered(check_markdown(clean_input(typed)))
            return _editor(request, place, typed=typed, preview=display(made.html, image_base=_images(slug)))
        job = edit_section(request.actor, manuscript, place, typed)
    except Refused as error:
        return _editor(request, place, typed=typed, status=422, told=str(error.detail))
    return redirect(f"{request.path}?job={job.pk}")


def _images(slug: str) -> str:
    return reverse("image", args=[slug, "0"])[:-1]


def _editor_or_wait(request: HttpRequest, place: Placement) -> HttpResponse:
    """The editor; after saving the wait for the worker, then the working draft, or the editor with what was typed."""
    job = _job(request, place)
    if job is None:
        return _editor(request, place)
    if job.state == "done":
        messages.success(request, _("Kept in the working draft."))
        target = _working_page(place)
        return HttpResponse(headers={"HX-Redirect": target}) if request.htmx else redirect(target)
    if job.active:
        template = "reviews/_section_saving.html" if request.htmx else "reviews/section_saving.html"
        return render(request, template, _context(place) | {"job": job})
    if request.htmx:
        return HttpResponse(headers={"HX-Refresh": "true"})
    changed = job.problem_code == "changed"
    told = "" if changed else job.error or _("It was not kept.")
    return _editor(request, place, typed=job.args["markdown"], changed=changed, told=told)


def _job(request: HttpRequest, place: Placement) -> Job | None:
    pk = request.GET.get("job", "")
    rows = JobsOfManuscripts(Job).visible_to(request.actor).filter(kind="edit_section", args__section=place.section.key)
    return rows.filter(pk=pk, subject=f"manuscript:{place.draft.manuscript_id}").first() if pk.isalnum() else None


def _working_page(place: Placement) -> str:
    manuscript = place.draft.manuscript
    draft: Draft = working_draft(manuscript) or place.draft
    return reverse("draft", args=[manuscript.slug, draft.number]) + f"#at-{place.section.key}"


def _context(place: Placement) -> dict[str, Any]:
    return {"manuscript": place.draft.manuscript, "here": "manuscript", "place": place}


def _editor(
    request: HttpRequest,
    place: Placement,
    *,
    typed: str | None = None,
    status: int = 200,
    changed: bool = False,
    told: str = "",
    preview: str = "",
) -> HttpResponse:
    """`typed` is what someone wrote and is not kept yet; `changed`: the text is not the one they began from."""
    context = _context(place) | {
        "markdown": place.text.markdown if typed is None else typed,
        "is_typed": typed is not None,
        "changed": changed,
        "told": told,
        "preview": preview,
        "membership": request.actor.membership_in(place.draft.manuscript_id),
        "suggestion": _suggestion(request, place),
    }
    return render(request, "reviews/section_edit.html", context, status=status)


def _suggestion(request: HttpRequest, place: Placement) -> Thread | None:
    """The note that led here, so that its words can be written by hand."""
    pk = request.GET.get("note", "")
    if not (pk.isascii() and pk.isdecimal() and len(pk) < 19):
        return None
    rows = Thread.objects.visible_to(request.actor).filter(
        manuscript=place.draft.manuscript_id, replacement__isnull=False
    )
    return rows.select_related("text").filter(pk=pk).first()

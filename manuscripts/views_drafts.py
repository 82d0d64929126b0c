"""Getting a draft in: the upload, its progress, the preview with its corrections, throwing it away."""

from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from jobs.models import Job

from .correcting import correct, uncorrect
from .draft_page import answers, draft_page, files_of, passages_of, read_of
from .errors import Refused
from .formats import Upload
from .models import Draft, Manuscript
from .permissions import check, load
from .uploads import SETTLED, replaceable, upload

UNDERWAY = ("importing", "opening")


class FilesField(forms.FileField):
    """Any number of files, in the order in which they were chosen."""

    widget = type("Files", (forms.FileInput,), {"allow_multiple_selected": True})

    def clean(self, data: Any, initial: Any = None) -> list[Any]:
        one = super().clean
        return [one(file, initial) for file in data] if isinstance(data, list | tuple) else [one(data, initial)]


class UploadForm(forms.Form):
    """Files, a word to the readers, and for single chapters which they replace."""

    file = FilesField(label=_("Your manuscript"), required=False, allow_empty_file=True)
    note = forms.CharField(
        label=_("What is new, for your readers"), required=False, max_length=2000, widget=forms.Textarea({"rows": 3})
    )
    chapters = forms.CharField(required=False)


def _draft(request: HttpRequest, slug: str, number: int, action: str) -> Draft:
    rows = Draft.objects.select_related("manuscript", "round", "read")
    return load(rows, request.actor, action, manuscript__slug=slug, number=number)


@require_http_methods(["GET", "HEAD", "POST"])
def draft_new(request: HttpRequest, slug: str) -> HttpResponse:
    """The upload. Files that are sent again lead to the draft that they already made."""
    manuscript = load(Manuscript, request.actor, "draft.import", slug=slug)
    initial = {"chapters": request.GET.get("chapter", ""), "note": _note_of(manuscript, request.GET.get("after", ""))}
    form = UploadForm(request.POST or None, request.FILES or None, initial=initial)
    status = 400 if form.is_bound and not form.is_valid() else 200
    if request.method == "POST" and form.is_valid():
        try:
            made = upload(
                request.actor,
                manuscript,
                [Upload(file.name or "", file.read()) for file in request.FILES.getlist("file")],
                note=form.cleaned_data["note"],
                chapters=form.cleaned_data["chapters"].split(),
            )
        except Refused as error:
            form.add_error("file", str(error.detail))
            status = error.status
        else:
            assert made.draft  # only a dry run makes none
            if not made.created:
                messages.info(request, _("These very files have made this draft already."))
            return redirect("draft", slug, made.draft.number)
    context = {"manuscript": manuscript, "here": "manuscript", "form": form, "drafts": _drafts(manuscript)}
    chosen = set(str(form["chapters"].value() or "").split())
    context["parts"] = [(part, set(part.keys) == chosen) for part in replaceable(manuscript)]
    return render(request, "manuscripts/draft_new.html", context, status=status)


def _note_of(manuscript: Manuscript, number: str) -> str:
    """What was typed for the upload that failed, so that it need not be typed again."""
    failed = manuscript.drafts.filter(number=_number(number), state="failed").first()
    return failed.note if failed else ""


def _drafts(manuscript: Manuscript) -> list[Draft]:
    return list(manuscript.drafts.exclude(state="discarded")[:20])


@require_safe
def draft(request: HttpRequest, slug: str, number: int) -> HttpResponse:
    """The draft as its state has it: being read, failed, the preview, or what it changed."""
    row = _draft(request, slug, number, "draft.read")
    check(request.actor, "draft.list", row.manuscript)
    context: dict[str, Any] = {"manuscript": row.manuscript, "draft": row, "here": "manuscript"}
    if row.state in UNDERWAY:
        context["job"] = Job.objects.filter(pk=row.job_id).first()
        return render(request, "manuscripts/draft_underway.html", context)
    if row.state not in SETTLED:
        return render(request, "manuscripts/draft_failed.html", context)
    return render(request, "manuscripts/draft.html", _preview(request, row, context))


def _preview(request: HttpRequest, row: Draft, context: dict[str, Any]) -> dict[str, Any]:
    editing = request.GET.get("edit", "") if row.state == "ready" else ""
    sources = files_of(row)
    return {**context, "page": draft_page(row), "editing": editing, "sources": sources}


@require_safe
def draft_progress(request: HttpRequest, slug: str, number: int) -> HttpResponse:
    """How far the reading is, for the page that waits; once it is over the page is loaded anew."""
    row = _draft(request, slug, number, "draft.read")
    check(request.actor, "draft.list", row.manuscript)
    if row.state not in UNDERWAY:
        return HttpResponse(headers={"HX-Refresh": "true"})
    job = Job.objects.filter(pk=row.job_id).first()
    context = {"manuscript": row.manuscript, "draft": row, "job": job}
    return render(request, "manuscripts/_draft_progress.html", context)


@require_POST
def draft_correct(request: HttpRequest, slug: str, number: int) -> HttpResponse:
    """One correction of the outline, or the answers to the questions."""
    row = _draft(request, slug, number, "draft.change")
    try:
        if request.POST.get("do") == "undo":
            uncorrect(request.actor, row, _number(request.POST.get("correction")))
            messages.success(request, _("Taken back."))
        elif ops := _ops(row, request.POST):
            correct(request.actor, row, ops)
            messages.success(request, _("Kept, for this draft and the next uploads."))
    except Refused as error:
        messages.error(request, error.detail)
    key = request.POST.get("key", "")
    place = f"#at-{key}" if row.placements.filter(section__key=key).exists() else ""
    return redirect(reverse("draft", args=[slug, number]) + place)


def _number(value: str | None) -> int:
    return int(value) if value and value.isdecimal() and len(value) < 6 else -1


def _ops(row: Draft, post: Any) -> list[dict[str, Any]]:
    """The corrections a form asks for."""
    do, at = post.get("do"), post.get("at") or read_of(row).get("at", {}).get(post.get("key"), "")
    if do == "answers":
        return answers(row, {name: post[name] for name in post})
    if do == "save":
        ops: list[dict[str, Any]] = []
        if post.get("title", "").strip() and post.get("title") != post.get("was_title"):
            ops.append({"op": "rename", "at": at, "title": post["title"]})
        if post.get("discipline", "") != post.get("was_discipline", ""):
            ops.append({"op": "discipline", "at": at, "discipline": post.get("discipline") or None})
        return ops
    if do in ("chapter", "section"):
        return [{"op": "split", "at": at, "as": do, "title": post.get("title", "")}]
    if do == "plain":
        return [{"op": "heading", "at": at, "level": 0}]
    return [{"op": str(do), "at": at}]


@require_safe
def draft_split(request: HttpRequest, slug: str, number: int, section: str) -> HttpResponse:
    """The paragraphs of one section, to choose where a chapter or a section begins."""
    row = _draft(request, slug, number, "draft.change")
    place = row.placements.filter(section__key=section).select_related("section", "chapter").first()
    context = {
        "manuscript": row.manuscript,
        "here": "manuscript",
        "draft": row,
        "place": place,
        "passages": passages_of(row, section) if row.state == "ready" and place else [],
    }
    return render(request, "manuscripts/draft_split.html", context, status=200 if place else 404)

"""What readers are asked: the author's page of questions."""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_POST

from manuscripts.errors import Refused
from manuscripts.models import Manuscript
from manuscripts.permissions import load

from .answers import SCOPES, questions_of
from .models import Question
from .questions import KINDS, add_question, change_question, move_question

SCOPE_NAMES = {
    "own_section": gettext_lazy("their own section"),
    "chapter": gettext_lazy("each chapter"),
    "book": gettext_lazy("the book"),
}


def _given(request: HttpRequest) -> dict[str, Any]:
    """The posted form in the fields of the domain."""
    data = request.POST
    options = [line.strip() for line in data.get("options", "").splitlines() if line.strip()]
    return {
        "kind": data.get("kind", ""),
        "text": _on_one_line(data.get("text", "")),
        "scopes": data.getlist("scopes"),
        "chapters": data.getlist("chapters"),
        "disciplines": data.getlist("disciplines"),
        "options": options if data.get("kind") == "choice" else [],
    }


def _on_one_line(text: str) -> str:
    """A question has no lines: its field wraps, and Enter in it is a space."""
    return " ".join(text.split())


def _page(request: HttpRequest, manuscript: Manuscript, error: Refused | None = None, **typed: Any) -> HttpResponse:
    draft = manuscript.open_draft
    chapters = {}
    if draft:
        for place in draft.placements.exclude(chapter_position=0).select_related("chapter").defer("text"):
            chapters.setdefault(place.chapter.key, place.chapter_title)
    questions = questions_of(manuscript)
    context = {
        "manuscript": manuscript,
        "here": "manuscript",
        "asked": [q for q in questions if not q.retired],
        "retired": [q for q in questions if q.retired],
        "kinds": Question.KINDS,
        "scopes": [(key, SCOPE_NAMES[key]) for key in SCOPES],
        "scope_names": SCOPE_NAMES,
        "chapters": chapters,
        "disciplines": [d for d in manuscript.disciplines.all() if d.merged_into_id is None],
        "error": error,
        **typed,
    }
    return render(request, "reviews/questions.html", context, status=400 if error else 200)


@require_http_methods(["GET", "HEAD", "POST"])
def questions_page(request: HttpRequest, slug: str) -> HttpResponse:
    """Lists the questions; POST adds one. What was typed stays in the form when it is refused."""
    manuscript = load(Manuscript, request.actor, "manuscript.read", slug=slug)
    load(Manuscript, request.actor, "manuscript.change", slug=slug)
    if request.method != "POST":
        return _page(request, manuscript, typed={"kind": KINDS[0], "scopes": ["book"]})
    given = _given(request)
    try:
        add_question(request.actor, manuscript, given)
    except Refused as error:
        return _page(request, manuscript, error, typed={**given, "options": request.POST.get("options", "")})
    messages.success(request, _("The question is asked from now on."))
    return redirect("questions", slug)


@require_POST
def question_change(request: HttpRequest, slug: str, pk: int) -> HttpResponse:
    """Rewords, moves, retires or asks again; `do` says which."""
    question = load(Question, request.actor, "question.change", pk=pk, manuscript__slug=slug)
    do = request.POST.get("do")
    try:
        if do in {"up", "down"}:
            move_question(request.actor, question, -1 if do == "up" else 1)
        elif do in {"retire", "ask"}:
            change_question(request.actor, question, {"retired": do == "retire"})
        else:
            change_question(request.actor, question, _changed(request))
            messages.success(request, _("Saved."))
    except Refused as error:
        return _page(request, question.manuscript, error, wrong=question.pk, reworded=request.POST.get("text", ""))
    return redirect("questions", slug)


def _changed(request: HttpRequest) -> dict[str, Any]:
    return {
        "text": _on_one_line(request.POST.get("text", "")),
        "scopes": request.POST.getlist("scopes"),
        "chapters": request.POST.getlist("chapters"),
        "disciplines": request.POST.getlist("disciplines"),
    }

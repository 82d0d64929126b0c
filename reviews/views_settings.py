"""A manuscript's settings: what it says about itself, the modes of its round, its disciplines."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_POST

from manuscripts.disciplines import SPANS, add_discipline, change_discipline, merge_discipline, move_discipline
from manuscripts.errors import Refused
from manuscripts.models import Discipline, Manuscript
from manuscripts.modes import Anonymity, OthersSections, Visibility
from manuscripts.permissions import load
from manuscripts.views import ManuscriptForm

from .rounds import change_modes, shown_round

#: The modes of a round as the page asks for them: name, legend, choices.
MODES = (
    ("visibility", gettext_lazy("Readers see each other's notes on a chapter"), Visibility),
    ("anonymity", gettext_lazy("Names"), Anonymity),
    ("others_sections", gettext_lazy("Sections of other disciplines are"), OthersSections),
)
SPAN_WORDS = [(value, dict(Discipline._meta.get_field("span").choices)[value]) for value in SPANS]


@require_http_methods(["GET", "POST"])
def settings_page(request: HttpRequest, slug: str) -> HttpResponse:
    manuscript = load(Manuscript, request.actor, "manuscript.change", slug=slug)
    form = ManuscriptForm(request.POST or None, instance=manuscript)
    if request.method == "POST" and form.is_valid():
        form.save()
        messages.success(request, _("Saved."))
        return redirect("settings", slug)
    return _page(request, manuscript, form=form, status=400 if form.errors else 200)


def _page(
    request: HttpRequest, manuscript: Manuscript, *, form=None, status: int = 200, typed=None, **more
) -> HttpResponse:
    typed, round_ = typed or {}, shown_round(manuscript)
    rows = list(manuscript.disciplines.select_related("merged_into"))
    context = {
        "manuscript": manuscript,
        "here": "settings",
        "form": form or ManuscriptForm(instance=manuscript),
        "round": round_,
        "mode_fields": [
            {"name": name, "legend": legend, "choices": kind.choices, "value": typed.get(name) or getattr(round_, name)}
            for name, legend, kind in MODES
        ],
        "deadline": typed.get("deadline", f"{round_.deadline:%Y-%m-%d}" if round_.deadline else ""),
        "disciplines": rows,
        "standing": [row for row in rows if row.merged_into_id is None],
        "spans": SPAN_WORDS,
        "typed": typed,
        **more,
    }
    return render(request, "reviews/settings.html", context, status=status)


@require_POST
def round_modes(request: HttpRequest, slug: str) -> HttpResponse:
    manuscript = load(Manuscript, request.actor, "manuscript.change", slug=slug)
    names = [name for name, _legend, _kind in MODES] + ["deadline"]
    try:
        change_modes(request.actor, manuscript, {n: request.POST[n] for n in names if n in request.POST})
    except Refused as refused:
        return _page(request, manuscript, status=refused.status, refused_round=refused, typed=request.POST)
    messages.success(request, _("Saved: it holds for what is written from now on."))
    return redirect("settings", slug)


@require_POST
def discipline_add(request: HttpRequest, slug: str) -> HttpResponse:
    manuscript = load(Manuscript, request.actor, "manuscript.change", slug=slug)
    typed = {name: request.POST.get(name, "") for name in ("name", "code", "span")}
    try:
        add_discipline(request.actor, manuscript, **typed)
    except Refused as refused:
        return _page(request, manuscript, status=refused.status, refused_new=refused, typed=typed)
    return redirect(f"{request.path.removesuffix('disciplines/')}#disciplines")


@require_POST
def discipline_change(request: HttpRequest, slug: str, pk: int) -> HttpResponse:
    """One of: rename (`name`, `code`, `aliases`, `span`), `move` up or down, merge `into` another (empty parts it)."""
    manuscript = load(Manuscript, request.actor, "manuscript.change", slug=slug)
    discipline = get_object_or_404(manuscript.disciplines, pk=pk)
    data = request.POST
    try:
        if "move" in data:
            move_discipline(request.actor, discipline, -1 if data["move"] == "up" else 1)
        elif "into" in data:
            into = manuscript.disciplines.filter(slug=data["into"]).first() if data["into"] else None
            merge_discipline(request.actor, discipline, into)
        else:
            words = {name: data.get(name, "") for name in ("name", "code", "span")}
            aliases = data.get("aliases", "").split(",")
            change_discipline(request.actor, discipline, aliases=aliases, **words)
    except Refused as refused:
        return _page(request, manuscript, status=refused.status, refused_discipline=refused, at=pk)
    return redirect(f"{request.path.rsplit('disciplines/', 1)[0]}#d{pk}")

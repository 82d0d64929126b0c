"""A manuscript's own address: the author's dashboard, the reader's home."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from manuscripts.models import Manuscript
from manuscripts.permissions import can, load
from reviews.views_news import news_context
from reviews.views_reader_home import reader_home

from .dashboard import dashboard
from .models import Report

SHOWN_REPORTS = 3


@require_safe
def manuscript(request: HttpRequest, slug: str) -> HttpResponse:
    """The page that fits the person's part in the manuscript."""
    row = load(Manuscript, request.actor, "manuscript.read", slug=slug)
    if can(request.actor, "draft.list", row):
        return author_home(request, row)
    shown = Report.objects.shown().filter(manuscript=row).only("title", "as_of", "manuscript")
    return reader_home(request, row, shown_reports=list(shown[:SHOWN_REPORTS]))


def author_home(request: HttpRequest, manuscript: Manuscript) -> HttpResponse:
    """Where the book stands, what to do next, its drafts and reports."""
    shown = manuscript.open_draft
    figures = dashboard(manuscript) if shown else {}
    drafts = list(manuscript.drafts.exclude(state="discarded").select_related("round"))
    reports = Report.objects.visible_to(request.actor).filter(manuscript=manuscript).prefetch_related("files")
    waiting = [d for d in drafts if d.state in {"importing", "ready", "opening"}]
    working = next((d for d in waiting if d.working), None)
    readers = manuscript.memberships.present().filter(role="reviewer").count()
    context = {
        "manuscript": manuscript,
        "here": "manuscript",
        "figures": figures,
        "drafts": drafts,
        "waiting_draft": next((d for d in waiting if not d.working), None),
        "working": working,
        "failed": drafts[0] if drafts and drafts[0].state == "failed" else None,
        "edits": working.edits.count() if working else 0,
        "round": manuscript.current_round,
        "next_number": max((d.number for d in drafts), default=0) + 1,
        "readers": readers,
        "steps": _steps(figures, readers),
        "first_thin": next((d["slug"] for d in figures.get("disciplines", []) if d["thin"]), ""),
        "reports": reports.defer("snapshot")[:SHOWN_REPORTS],
    }
    if shown:
        shown.manuscript = manuscript
        context.update(news_context(request, shown))
    return render(request, "reports/author_home.html", context)


def _steps(figures: dict[str, Any], readers: int) -> list[dict[str, Any]]:
    """What to do next, with its number: waiting notes, detached ones, disciplines to ask where nobody was asked, else
    disciplines whose answers make no figure."""
    if not figures:
        return []
    steps = []
    if figures["waiting"]:
        chapters = [c for c in figures["chapters"] if c["waiting"]]
        most = sorted(chapters, key=lambda c: -c["waiting"])[:2]
        steps.append({"kind": "waiting", "count": figures["waiting"], "most": most})
    if figures["detached"]:
        steps.append({"kind": "detached", "count": figures["detached"]})
    if not readers:
        steps.append({"kind": "invite", "count": len(figures["disciplines"])})
    thin = [d for d in figures["disciplines"] if d["thin"]]
    if thin:
        steps.append({"kind": "thin", "count": 3 - thin[0]["thin"], "discipline": thin[0]})
    return steps

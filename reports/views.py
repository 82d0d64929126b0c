"""The reports of a manuscript: the list and the dialog, a report's page, its files."""

from typing import Any

from django.http import FileResponse, Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe
from django_htmx.http import HttpResponseClientRefresh

from manuscripts.errors import Refused
from manuscripts.models import Manuscript
from manuscripts.permissions import load
from reports import making
from reports.collecting import collect
from reports.findings import findings
from reports.formats import FORMATS
from reports.forms import ReportForm
from reports.models import Report
from reports.page import page
from reports.sharing import DAYS, may_leave
from reports.snapshot import Edition

LISTED = 50


@require_http_methods(["GET", "HEAD", "POST"])
def reports(request: HttpRequest, slug: str) -> HttpResponse:
    """The dialog with the first page as it will be, and the reports made before."""
    action = "report.create" if request.method == "POST" else "report.read"
    manuscript = load(Manuscript, request.actor, action, slug=slug)
    form = ReportForm(manuscript, request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            report = making.request_report(request.actor, manuscript, form.wish())
        except Refused as refused:
            form.add_error(refused.field if refused.field in form.fields else None, str(refused.detail))
        else:
            return redirect("report", slug, report.pk)
    rows = manuscript.reports.select_related("draft").prefetch_related("files").defer("snapshot")[:LISTED]
    context = {"manuscript": manuscript, "here": "report", "form": form, "rows": rows}
    if manuscript.open_draft is not None:
        context["preview"] = page(findings(collect(manuscript, manuscript.open_draft), Edition()))
    return render(request, "reports/reports.html", context, status=400 if form.errors else 200)


@require_safe
def report(request: HttpRequest, slug: str, pk: int) -> HttpResponse:
    """A report as a page; how far it is while it is made (asked again by htmx every second)."""
    row = load_report(request, slug, pk, "report.read")
    context = report_context(row)
    if request.htmx:
        return render(request, "reports/_progress.html", context) if row.is_being_made else HttpResponseClientRefresh()
    return render(request, "reports/report.html", context)


def report_context(row: Report) -> dict[str, Any]:
    """What the page of a report shows."""
    context: dict[str, Any] = {"manuscript": row.manuscript, "here": "report", "report": row}
    if row.state == "done":
        context |= {"page": page(row.snapshot) if row.is_readable else None, "files": _files(row)}
        context |= {"leaves": may_leave(row), "links": row.share_links.all(), "days": DAYS}
    return context


@require_safe
def report_file(request: HttpRequest, slug: str, pk: int, name: str) -> HttpResponse:
    """One file of a report, as a download that no cache keeps."""
    row = load_report(request, slug, pk, "report.read")
    file = row.file_at(name)
    if file is None or not file.path.exists():
        raise Http404(_("There is nothing at this address."))
    answer = FileResponse(
        file.path.open("rb"), as_attachment=True, filename=file.name, content_type=FORMATS[file.format].media_type
    )
    answer["Cache-Control"] = "private, no-store"
    answer["X-Content-Type-Options"] = "nosniff"
    return answer


@require_POST
def report_cancel(request: HttpRequest, slug: str, pk: int) -> HttpResponse:
    """Ends the making of a report."""
    making.cancel_report(request.actor, load_report(request, slug, pk, "report.delete"))
    return redirect("report", slug, pk)


@require_POST
def report_delete(request: HttpRequest, slug: str, pk: int) -> HttpResponse:
    """Takes a report and its files away."""
    making.delete_report(request.actor, load_report(request, slug, pk, "report.delete"))
    return redirect("reports", slug)


def load_report(request: HttpRequest, slug: str, pk: int, action: str) -> Report:
    """The report of that manuscript, where the actor may do that with it."""
    manuscript = load(Manuscript, request.actor, action, slug=slug)
    rows = Report.objects.filter(manuscript=manuscript).select_related("draft", "manuscript")
    return load(rows, request.actor, action, pk=pk)


def _files(row: Report) -> list[dict]:
    """The files with the words of their formats."""
    return [{"file": file, "kind": FORMATS[file.format]} for file in row.files.all()]

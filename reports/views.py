"""The reports of a manuscript: the list and the dialog, a report's page, its files."""

from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import FileResponse, Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe
from django_htmx.http import HttpResponseClientRefresh

from manuscripts.errors import Refused
from manuscripts.models import Manuscript
from manuscripts.permissions import can, load
from reports import making
from reports.collecting import collect
from reports.findings import findings
from reports.formats import DEFAULT, FORMATS
from reports.forms import NAMES, ReportForm
from reports.forms_schedules import ChoiceForm
from reports.models import Report, Schedule
from reports.page import page
from reports.quoting import offer_on
from reports.schedule_lines import lines_of, tell_made
from reports.sharing import DAYS, may_leave
from reports.showing import kept_back, may_be_shown
from reports.snapshot import Edition

LISTED = 50


@require_http_methods(["GET", "HEAD", "POST"])
def reports(request: HttpRequest, slug: str) -> HttpResponse:
    """The dialog with the first page as it will be, the choices kept, and the reports made before."""
    action = "report.create" if request.method == "POST" else "report.list"
    manuscript = load(Manuscript, request.actor, action, slug=slug)
    form = ChoiceForm(manuscript, request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            report = making.request_report(request.actor, manuscript, form.wish())
        except Refused as refused:
            form.add_error(refused.field if refused.field in form.fields else None, str(refused.detail))
        else:
            return redirect("report", slug, report.pk)
    return reports_page(request, manuscript, form)


def reports_page(
    request: HttpRequest, manuscript: Manuscript, form: ChoiceForm, changing: Schedule | None = None
) -> HttpResponse:
    """The page around the dialog; `changing` is the kept choice that the dialog holds."""
    rows = manuscript.reports.select_related("draft", "schedule").prefetch_related("files").defer("snapshot")
    context = {"manuscript": manuscript, "here": "report", "form": form, "changing": changing}
    context["rows"] = Paginator(rows, LISTED).get_page(request.GET.get("page"))
    tell_made(manuscript, context["rows"])
    context["lines"] = lines_of(manuscript, request.actor.membership_in(manuscript))
    if manuscript.open_draft is not None:
        context["preview"] = page(findings(collect(manuscript, manuscript.open_draft), Edition()))
        context["shown_for"] = NAMES[0][1]
    return render(request, "reports/reports.html", context, status=400 if form.errors else 200)


@require_safe
def report_preview(request: HttpRequest, slug: str) -> HttpResponse:
    """The first page of what the dialog would make of its choices; what is wrong with them where it would not."""
    manuscript = load(Manuscript, request.actor, "report.create", slug=slug)
    chosen = request.GET.copy()
    chosen.setlist("formats", DEFAULT[:1])  # which ones they are changes nothing in it
    form = ReportForm(manuscript, chosen)
    context: dict[str, Any] = {"errors": [error for said in form.errors.values() for error in said]}
    context["shown_for"] = dict(NAMES).get(chosen.get("names", ""), "")
    if form.is_valid():
        try:
            draft, edition = making.planned(manuscript, form.wish(), None)
        except Refused as refused:
            context["errors"] = [str(refused.detail)]
        else:
            context["preview"] = page(findings(collect(manuscript, draft), edition))
    return render(request, "reports/_preview.html", context)


@require_safe
def report(request: HttpRequest, slug: str, pk: int) -> HttpResponse:
    """A report as a page; how far it is while it is made (asked again by htmx every second)."""
    row = load_report(request, slug, pk, "report.read")
    if not can(request.actor, "report.list", row.manuscript):
        return shown_report(request, row)
    context = report_context(row)
    if request.htmx:
        return render(request, "reports/_progress.html", context) if row.is_being_made else HttpResponseClientRefresh()
    return render(request, "reports/report.html", context)


def shown_report(request: HttpRequest, row: Report) -> HttpResponse:
    """The page of a report that is shown to its readers, as they see it."""
    context = {
        "manuscript": row.manuscript,
        "report": row,
        "page": page(row.snapshot) if row.is_readable else None,
        "pdf": row.file_at(request.actor, "pdf"),
    }
    return render(request, "reports/report_shown.html", context)


def report_context(row: Report) -> dict[str, Any]:
    """What the page of a report shows to the author team."""
    context: dict[str, Any] = {"manuscript": row.manuscript, "here": "report", "report": row}
    if row.state == "done":
        context |= {"page": page(row.snapshot) if row.is_readable else None, "files": _files(row)}
        context |= {"leaves": may_leave(row), "links": row.share_links.all(), "days": DAYS}
        if row.options.get("edition") == "author" and context["page"]:
            offer_on(context["page"], row.manuscript)
            context["desk"] = reverse("desk", args=[row.manuscript.slug])
        if may_be_shown(row):
            context |= {"may_be_shown": True, "kept_back": kept_back(row)}
    return context


@require_safe
def report_file(request: HttpRequest, slug: str, pk: int, name: str) -> HttpResponse:
    """One file of a report, as a download that no cache keeps."""
    row = load_report(request, slug, pk, "report.read")
    file = row.file_at(request.actor, name)
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
    messages.success(request, _("The report is deleted with its files."))
    return redirect(reverse("reports", args=[slug]) + "#made")


@require_POST
def report_again(request: HttpRequest, slug: str, pk: int) -> HttpResponse:
    """Makes a failed or cancelled report after all."""
    try:
        making.try_again(request.actor, load_report(request, slug, pk, "report.create"))
    except Refused as refused:
        messages.info(request, str(refused.detail))
    return redirect("report", slug, pk)


def load_report(request: HttpRequest, slug: str, pk: int, action: str) -> Report:
    """The report of that manuscript, where the actor may do that with it; to read it, whoever it is shown to."""
    at_all = "manuscript.read" if action == "report.read" else action
    manuscript = load(Manuscript, request.actor, at_all, slug=slug)
    rows = Report.objects.filter(manuscript=manuscript).select_related("draft__round", "manuscript")
    return load(rows, request.actor, action, pk=pk)


def _files(row: Report) -> list[dict]:
    """The files with the words of their formats."""
    return [{"file": file, "kind": FORMATS[file.format]} for file in row.files.all()]

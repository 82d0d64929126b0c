"""Showing a report to the readers of its manuscript, and the page they see."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from manuscripts.errors import Refused
from reports import showing
from reports.views import load_report, report_context


@require_POST
def report_show(request: HttpRequest, slug: str, pk: int) -> HttpResponse:
    """Shows the report to the readers, or stops showing it."""
    report = load_report(request, slug, pk, "report.show")
    try:
        if "stop" in request.POST:
            showing.stop_showing(request.actor, report)
            messages.success(request, _("Your readers do not see this report any more."))
        else:
            showing.show(request.actor, report)
            messages.success(request, _("Your readers see this report on their first page."))
    except Refused as refused:
        context = report_context(report) | {"show_error": refused}
        return render(request, "reports/report.html", context, status=refused.status)
    return redirect(reverse("report", args=[slug, pk]) + "#show")

"""Links to a report for someone outside, and the page they open."""

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from manuscripts.errors import Refused
from reports import sharing
from reports.models import ShareLink
from reports.page import page
from reports.views import load_report, report_context


@require_POST
def report_share(request: HttpRequest, slug: str, pk: int) -> HttpResponse:
    """Makes a link. Its address is shown once, on the page that answers: it is kept nowhere."""
    report = load_report(request, slug, pk, "report.share")
    typed = {"recipient": request.POST.get("recipient", ""), "days": request.POST.get("days", "")}
    days = next((each for each in sharing.DAYS if typed["days"] == str(each)), 0)
    try:
        _link, secret = sharing.share(request.actor, report, typed["recipient"], days)
    except Refused as refused:
        context = report_context(report) | {"share_typed": typed, "share_error": refused}
        return render(request, "reports/report.html", context, status=refused.status)
    address = request.build_absolute_uri(reverse("shared", args=[secret]))
    return render(request, "reports/report.html", report_context(report) | {"shared": address})


@require_POST
def share_stop(request: HttpRequest, slug: str, pk: int, link: int) -> HttpResponse:
    """Ends a link."""
    report = load_report(request, slug, pk, "report.share")
    sharing.stop(request.actor, get_object_or_404(ShareLink, report=report, pk=link))
    messages.success(request, _("The link has stopped: it opens nothing any more."))
    return redirect(reverse("report", args=[slug, pk]) + "#share")


@require_safe
def shared(request: HttpRequest, token: str) -> HttpResponse:
    """The report, for whoever holds the link."""
    link = sharing.find(token)
    if link is None or not sharing.may_leave(link.report):
        raise Http404(_("There is nothing at this address."))
    if not link.is_open:
        return render(request, "reports/shared_stopped.html", status=410)
    if request.method == "GET":
        sharing.count_opening(link)
    report = link.report
    return render(request, "reports/shared.html", {"link": link, "report": report, "page": page(report.snapshot)})

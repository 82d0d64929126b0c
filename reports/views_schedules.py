"""Choices for reports that are kept: made, changed, made now, stopped, deleted, and told of by mail."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from manuscripts.errors import Refused
from manuscripts.models import Manuscript
from manuscripts.permissions import load
from reports import schedules
from reports.forms_schedules import ChoiceForm, initial_of
from reports.models import Schedule
from reports.views import reports_page


@require_POST
def schedule_keep(request: HttpRequest, slug: str) -> HttpResponse:
    """Keeps what the dialog holds under a name."""
    return _keep(request, load(Manuscript, request.actor, "schedule.change", slug=slug), None)


@require_http_methods(["GET", "HEAD", "POST"])
def schedule(request: HttpRequest, slug: str, pk: int) -> HttpResponse:
    """The dialog as a kept choice holds it, and what replaces it."""
    row = load_schedule(request, slug, pk)
    if request.method == "POST":
        return _keep(request, row.manuscript, row)
    me = request.actor.membership_in(row.manuscript)
    initial = initial_of(row.manuscript, row, row.mailed.filter(pk=me.pk).exists())
    return reports_page(request, row.manuscript, ChoiceForm(row.manuscript, initial=initial), changing=row)


def _keep(request: HttpRequest, manuscript: Manuscript, row: Schedule | None) -> HttpResponse:
    form = ChoiceForm(manuscript, request.POST, keeping=True)
    if form.is_valid():
        held = form.cleaned_data
        fields = {"name": held["keep_as"], "every": held["every"], "mail": held["mail"]}
        try:
            kept = schedules.keep(request.actor, manuscript, form.wish(), schedule=row, **fields)
        except Refused as refused:
            form.add_error(refused.field if refused.field in form.fields else None, str(refused.detail))
        else:
            messages.success(request, _("“%s” is kept.") % kept.name)
            return redirect(_place(kept))
    return reports_page(request, manuscript, form, changing=row)


@require_POST
def schedule_now(request: HttpRequest, slug: str, pk: int) -> HttpResponse:
    """Makes a report of it at once."""
    row = load_schedule(request, slug, pk)
    try:
        report = schedules.make_now(request.actor, row)
    except Refused as refused:
        messages.error(request, str(refused.detail))
        return redirect(_place(row))
    return redirect("report", slug, report.pk)


@require_POST
def schedule_stop(request: HttpRequest, slug: str, pk: int) -> HttpResponse:
    """It is made no more by itself."""
    row = load_schedule(request, slug, pk)
    schedules.stop(request.actor, row)
    messages.success(request, _("“%s” is kept, and made only when you ask.") % row.name)
    return redirect(_place(row))


@require_POST
def schedule_delete(request: HttpRequest, slug: str, pk: int) -> HttpResponse:
    """It is kept no more."""
    row = load_schedule(request, slug, pk)
    schedules.forget(request.actor, row)
    messages.success(request, _("“%s” is deleted. The reports made of it stay.") % row.name)
    return redirect(reverse("reports", args=[slug]) + "#choices")


@require_POST
def schedule_mail(request: HttpRequest, slug: str, pk: int) -> HttpResponse:
    """Whether the one who asks is mailed a link to each report."""
    row = load_schedule(request, slug, pk)
    wanted = request.POST.get("mail") == "on"
    schedules.tell_by_mail(request.actor, row, wanted)
    told = _("You get a mail for each report of “%s”.") if wanted else _("You get no more mail about “%s”.")
    messages.success(request, told % row.name)
    return redirect(_place(row))


def load_schedule(request: HttpRequest, slug: str, pk: int) -> Schedule:
    """The kept choice of that manuscript, where the actor may change it."""
    manuscript = load(Manuscript, request.actor, "schedule.change", slug=slug)
    rows = Schedule.objects.filter(manuscript=manuscript).select_related("manuscript", "made_by")
    return load(rows, request.actor, "schedule.change", pk=pk)


def _place(row: Schedule) -> str:
    """Where it stands on the page of reports."""
    return f"{reverse('reports', args=[row.manuscript.slug])}#choice-{row.pk}"

"""The mail that tells of a report a schedule made: numbers and a link, nothing of the book and no file."""

from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from django.conf import settings
from django.urls import reverse
from django.utils import translation
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from accounts.mail import AddressRefused, MailServerDown, inert, one_line, send
from jobs.queue import enqueue
from jobs.running import RunningJob, TryLater
from manuscripts.models import Membership
from reports.models import Report
from reviews.sending import LONGEST_WAIT, SEND_ATTEMPTS


def announce(report: Report) -> None:
    """A mail to each of the author team who asked for it, in the transaction in which the report is done. Of a report
    that no schedule made nobody is told."""
    for member in recipients(report):
        enqueue(
            "send_report_mail",
            {"report": report.pk, "member": member.pk},
            subject=f"manuscript:{report.manuscript_id}",
            key=f"report_mail:{report.pk}:{member.pk}",
        )


def recipients(report: Report) -> list[Membership]:
    """Who asked to be told and is still of the author team."""
    if report.schedule is None:
        return []
    asked = report.schedule.mailed.present().filter(role__in=["author", "co_author"])
    return [member for member in asked.select_related("user") if address_of(member)]


def address_of(member: Membership) -> str:
    """Where a member of the author team reads mail: the account's address, else that of the invitation."""
    if member.user is None:
        return member.email or ""
    return member.user.email if member.user.is_active else ""


def send_report_mail(job: RunningJob) -> None:
    """Tells `job.args["member"]` of the report, unless they or it are gone or they stopped these mails since."""
    rows = Report.objects.select_related("manuscript", "draft", "schedule").defer("snapshot")
    report = rows.filter(pk=job.args["report"], state="done").first()
    found = [m for m in recipients(report) if m.pk == job.args["member"]] if report else []
    if report is None or not found:
        return
    language = report.manuscript.language
    with translation.override(language):
        words = mail_words(report)
    try:
        send(
            "report",
            address_of(found[0]),
            words,
            subject=words["subject"],
            language=language,
            message_id=f"report-{job.id}",
        )
    except MailServerDown as down:
        if job.attempt < SEND_ATTEMPTS:
            raise TryLater(min(15 * 2**job.attempt, LONGEST_WAIT)) from down
    except AddressRefused:
        pass  # the operator's page has what the server said


def mail_words(report: Report) -> dict[str, Any]:
    """What the mail is filled with, in the language of the moment."""
    book, news = report.manuscript, report.news
    title, since = inert(book.title), ""
    if news.get("since"):
        there = datetime.fromisoformat(news["since"]).astimezone(ZoneInfo(book.time_zone))
        since = date_format(there, "j F Y")
    reports = settings.BASE_URL + reverse("reports", args=[book.slug])
    subject = _("A new report on “%(title)s”, draft %(label)s") % {"title": title, "label": report.draft}
    return {
        "subject": one_line(subject),
        "title": title,
        "label": str(report.draft),
        "notes": news.get("notes", 0),
        "readers": news.get("readers"),
        "since": since,
        "link": settings.BASE_URL + reverse("report", args=[book.slug, report.pk]),
        "stop": f"{reports}#choice-{report.schedule_id}",
    }

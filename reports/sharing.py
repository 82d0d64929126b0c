"""A report shown to someone outside, by a link that ends by itself."""

import hashlib
import secrets
from datetime import timedelta

from django.db import transaction
from django.db.models import F
from django.utils import timezone
from django.utils.translation import gettext as _

from manuscripts.errors import Refused
from manuscripts.manuscripts import record_event
from manuscripts.permissions import Actor, check
from manuscripts.rendering import clean_input
from reports.models import Report, ShareLink

DAYS = (7, 30, 90)
LONGEST_RECIPIENT = 120


def may_leave(report: Report) -> bool:
    """Whether a report holds nothing that a publisher may not see: no name, nothing for the author only."""
    return report.options.get("edition") == "publisher" and report.state == "done" and report.is_readable


def share(actor: Actor, report: Report, recipient: str, days: int) -> tuple[ShareLink, str]:
    """A new link to the report and its secret, which is told this once; Refused where the report may not leave."""
    check(actor, "report.share", report)
    if not may_leave(report):
        detail = _("Only a report without names can be shared. Make one in that form first.")
        raise Refused("not_for_others", detail, status=409, field="edition")
    recipient = clean_input(recipient).strip()
    if not recipient or len(recipient) > LONGEST_RECIPIENT:
        raise Refused("invalid", _("Say in at most 120 characters for whom it is."), field="recipient")
    if days not in DAYS:
        raise Refused("invalid", _("A link stops after 7, 30 or 90 days."), field="days")
    secret = secrets.token_urlsafe(32)
    me = actor.membership_in(report.manuscript)
    with transaction.atomic():
        link = ShareLink.objects.create(
            report=report,
            recipient=recipient,
            secret_hash=_hash(secret),
            made_by=me,
            expires=timezone.now() + timedelta(days=days),
        )
        record_event(report.manuscript, "report.shared", me, f"report:{report.pk}")
    return link, secret


def stop(actor: Actor, link: ShareLink) -> None:
    """Ends a link at once; nothing where it has ended."""
    check(actor, "report.share", link.report)
    with transaction.atomic():
        if ShareLink.objects.filter(pk=link.pk, stopped=None).update(stopped=timezone.now()):
            me = actor.membership_in(link.report.manuscript)
            record_event(link.report.manuscript, "report.share_stopped", me, f"report:{link.report_id}")


def find(secret: str) -> ShareLink | None:
    """The link of that secret, ended or not."""
    rows = ShareLink.objects.select_related("report__manuscript", "report__draft")
    return rows.filter(secret_hash=_hash(secret)).first()


def count_opening(link: ShareLink) -> None:
    ShareLink.objects.filter(pk=link.pk).update(opened=F("opened") + 1)


def _hash(secret: str) -> str:
    """The secret carries 256 random bits, so a plain hash keeps it safe at rest."""
    return hashlib.sha256(secret.encode()).hexdigest()

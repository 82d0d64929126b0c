"""Whether reports are whole: each once, with every file that was asked for, as the stored snapshot says."""

import email
import hashlib
import io
from collections import Counter
from collections.abc import Iterable
from email import policy
from typing import Any

from django.conf import settings

from manuscripts.models import Event
from reports.canonical import sha256
from reports.formats import FORMATS
from reports.models import Report, ReportFile, Schedule


def is_lost(report: Report) -> bool:
    """Not done, not told of, or without a file that was asked for."""
    made = Counter(file.format for file in report.files.filter(state="done") if file.path.exists())
    return report.state != "done" or _told(report) == 0 or bool(_asked(report) - made)


def is_doubled(report: Report) -> bool:
    """Told of twice, or with a file too many."""
    return _told(report) > 1 or bool(Counter(file.format for file in report.files.all()) - _asked(report))


def _told(report: Report) -> int:
    return Event.objects.filter(kind="report.done", subject=f"report:{report.pk}").count()


def _asked(report: Report) -> Counter[str]:
    snapshot = report.snapshot or {}
    return Counter({name: len(FORMATS[name].sources(snapshot)) for name in report.options["formats"]})


def is_changed(report: Report) -> bool:
    """A snapshot or a file that is not what its hash says, or not what the snapshot gives now."""
    if report.snapshot is None or sha256(report.snapshot) != report.snapshot_sha256:
        return True
    for file in report.files.filter(state="done"):
        kept = file.path.read_bytes() if file.path.exists() else b""
        if hashlib.sha256(kept).hexdigest() != file.sha256 or kept != _again(report, file):
            return True
    return False


def _again(report: Report, file: ReportFile) -> bytes:
    """What the snapshot gives now; nothing for a part that there should not be."""
    out = io.BytesIO()
    kind = FORMATS[file.format]
    for source in kind.sources(report.snapshot or {})[file.part - 1 : file.part]:
        kind.write(out, report.snapshot or {}, report.snapshot_sha256, source)
    return out.getvalue()


def faults(reports: Iterable[Report]) -> Counter[str]:
    """How many of them are lost, doubled, changed."""
    found: Counter[str] = Counter()
    for report in reports:
        found += Counter(lost=is_lost(report), doubled=is_doubled(report), changed=is_changed(report))
    return found


def faults_of(schedule: Schedule, mailed: int = 1) -> Counter[str]:
    """The same for what a schedule that was due once has made, told to so many people; `again`: mails that went out
    twice under one Message-ID."""
    reports = list(schedule.reports.all())
    mails = Counter(mail["Message-ID"] for report in reports for mail in mails_of(report))
    found = faults(reports)
    found["lost"] += (not reports) + max(0, mailed - len(mails))
    found["doubled"] += max(0, len(reports) - 1) + max(0, len(mails) - mailed)
    return found + Counter(again=mails.total() - len(mails))


def mails_of(report: Report) -> list[Any]:
    """The mails in MAIL_DIR that link to it."""
    read = [
        email.message_from_bytes(path.read_bytes(), policy=policy.default)
        for path in settings.MAIL_DIR.glob("[!.]*.eml")
    ]
    link = f"/reports/{report.pk}/"
    return [mail for mail in read if link in mail.get_body(("plain",)).get_content()]


def orphans() -> list[str]:
    """Names of files among the reports that no row names."""
    named = set(ReportFile.objects.values_list("sha256", flat=True))
    return sorted({path.name for path in settings.REPORTS_DIR.glob("*")} - named)

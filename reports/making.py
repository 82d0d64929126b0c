"""A report from the wish for it to its files: asked for, collected once, every format from the stored snapshot."""

import logging
from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from datetime import datetime
from functools import partial
from pathlib import PurePath
from typing import Any

from django.conf import settings
from django.db import transaction
from django.utils.text import slugify
from django.utils.translation import gettext as _

from jobs.models import Job
from jobs.queue import cancel, enqueue
from jobs.running import RunningJob, Stopped
from manuscripts.errors import Refused, conflict
from manuscripts.keeping import hold_files, remove_unused, store_written
from manuscripts.manuscripts import record_event
from manuscripts.models import Draft, Manuscript, Membership
from manuscripts.permissions import Actor, check
from reports import originals
from reports.canonical import sha256
from reports.collecting import collect, rfc3339
from reports.findings import findings
from reports.formats import DEFAULT, FORMATS, FormatRefused, check_formats
from reports.mailing import announce
from reports.models import Report, ReportFile
from reports.remarks import DECISIONS, KINDS
from reports.snapshot import Edition

log = logging.getLogger("widemargin.reports")

EDITIONS = ("author", "readers", "publisher")
LONGEST_COVER = 5000
#: Of days that a report begins or ends with; near the ends of the calendar no time zone can be reckoned with.
YEARS = range(1900, 3001)
#: What the names of files say of the edition, so that one with all names is not taken for it.
LEAVES_FOR = {"readers": "for-readers", "publisher": "for-publisher"}


@dataclass(frozen=True)
class Wish:
    """What a report is asked to be. None means everything; `draft` is a number, None the newest that was open.

    `names` None: names on the author's desk, none in what leaves it.
    """

    formats: tuple[str, ...] = DEFAULT
    draft: int | None = None
    edition: str = "author"
    names: bool | None = None
    disciplines: tuple[str, ...] | None = None
    chapters: tuple[str, ...] | None = None
    kinds: tuple[str, ...] | None = None
    decisions: tuple[str, ...] | None = None
    since: datetime | None = None
    until: datetime | None = None
    cover: str = ""
    paper: str = "a4"
    author_only: bool = True

    def as_edition(self, merged: dict[str, str]) -> Edition:
        """The edition of the findings; `merged` gives for each discipline's slug the one that stands for it."""
        slugs = self.disciplines
        return Edition(
            edition=self.edition,
            names=self.edition == "author" if self.names is None else self.names,
            disciplines=None if slugs is None else tuple(sorted({merged[s] for s in slugs})),
            chapters=self.chapters,
            kinds=self.kinds,
            decisions=self.decisions,
            since=rfc3339(self.since),
            until=rfc3339(self.until),
            cover=self.cover,
            paper=self.paper,
            author_only=self.author_only,
        )


def request_report(actor: Actor, manuscript: Manuscript, wish: Wish) -> Report:
    """The row of a report and the job that makes it. Refused where the wish names what there is not."""
    check(actor, "report.create", manuscript)
    me = actor.membership_in(manuscript)
    draft, edition = planned(manuscript, wish, me)
    options = asdict(edition) | {"formats": check_formats(wish.formats)}
    with transaction.atomic():
        report = Report.objects.create(manuscript=manuscript, draft=draft, made_by=me, options=options)
        begin(report, actor.user)
    return report


def planned(manuscript: Manuscript, wish: Wish, by: Membership | None) -> tuple[Draft, Edition]:
    """What a report of that wish is made of as things stand, its covering note signed `by` whoever makes it. Refused
    where the wish names what there is not."""
    draft = checked(manuscript, wish)
    merged = {d.slug: d.resolved().slug for d in manuscript.disciplines.select_related("merged_into")}
    return draft, replace(wish.as_edition(merged), signed=by.name if by and wish.cover else "")


def begin(report: Report, user: Any) -> None:
    """The job that makes it, in the transaction of the caller; `user` may cancel it."""
    job = enqueue("make_report", {"report": report.pk}, user=user, subject=f"manuscript:{report.manuscript_id}")
    report.job_id = job.pk
    report.save(update_fields=["job_id"])


def try_again(actor: Actor, report: Report) -> None:
    """Makes a failed or cancelled report after all: of the same choices and, where it has one, the same snapshot."""
    check(actor, "report.create", report)
    with transaction.atomic():
        ended = Report.objects.filter(pk=report.pk, state__in=["failed", "cancelled"])
        if not ended.update(state="queued", error=""):
            raise conflict("not_ended", _("This report is made or being made."))
        report.refresh_from_db(fields=["state", "error"])
        begin(report, actor.user)


def checked(manuscript: Manuscript, wish: Wish) -> Draft:
    """The draft a report is made of, once everything the wish names was found."""
    try:
        check_formats(wish.formats)
    except FormatRefused as refused:
        raise Refused(refused.code, refused.detail, field="formats") from refused
    known = {
        "disciplines": set(manuscript.disciplines.values_list("slug", flat=True)),
        "chapters": set(manuscript.chapters.values_list("key", flat=True)),
        "kinds": set(KINDS),
        "decisions": {*DECISIONS, "open"},
    }
    for field, names in known.items():
        if getattr(wish, field) == ():
            raise Refused("invalid", _("Choose at least one, or leave it out for all."), field=field)
        for name in getattr(wish, field) or ():
            if name not in names:
                raise Refused("invalid", _("“%(name)s” is not known here.") % {"name": name[:80]}, field=field)
    if wish.edition not in EDITIONS:
        raise Refused("invalid", _("An edition is author, readers or publisher."), field="edition")
    for field in ("since", "until"):
        if (moment := getattr(wish, field)) and moment.year not in YEARS:
            raise Refused("invalid", _("Choose a day between 1900 and 2999."), field=field)
    if wish.since and wish.until and wish.since >= wish.until:
        raise Refused("invalid", _("The end lies before the beginning."), field="until")
    if len(wish.cover) > LONGEST_COVER:
        raise Refused("invalid", _("The covering note is too long."), field="cover")
    opened = manuscript.drafts.filter(state__in=["open", "closed"])
    draft = manuscript.open_draft if wish.draft is None else opened.filter(number=wish.draft).first()
    if draft is None:
        detail = _("No draft was opened yet.") if wish.draft is None else _("There is no such draft that was opened.")
        raise Refused("no_draft", detail, status=409 if wish.draft is None else 400, field="draft")
    return draft


def make_report(job: RunningJob) -> dict[str, Any] | None:
    """The job: collect once, render each format, keep the files. One format that fails leaves the report done."""
    report = Report.objects.select_related("manuscript", "draft__round").filter(pk=job.args["report"]).first()
    if report is None:
        return None
    Report.objects.filter(pk=report.pk, state="queued").update(state="running")
    job.progress(0.02, _("Collecting what was said"))
    if not report.is_readable:
        take_snapshot(job, report)
    snapshot = report.snapshot or {}
    wanted = [(name, source) for name in report.options["formats"] for source in FORMATS[name].sources(snapshot)]
    files = []
    for at, (name, source) in enumerate(wanted):
        job.progress(0.2 + 0.75 * at / len(wanted), _("Writing %(name)s") % {"name": FORMATS[name].label})
        files.append(make_file(report, name, source))
        files[-1].part = sum(file.format == name for file in files)
    with job.commit() as result:
        done = any(file.state == "done" for file in files)
        report.files.all().delete()
        ReportFile.objects.bulk_create(files)
        report.state = "done" if done else "failed"
        report.error = "" if done else _("None of the files could be made. It was logged; tell your operator.")
        report.save(update_fields=["state", "error"])
        if done:
            record_event(report.manuscript, "report.done", report.made_by, f"report:{report.pk}")
            announce(report)
        result["report"] = str(report.pk)
        _keep_named(files, [source for _name, source in wanted])
    return None


def _keep_named(files: Sequence[ReportFile], sources: Sequence[str]) -> None:
    """Once rows name them, before the transaction ends: again, where an equal file was deleted meanwhile."""
    hold_files()
    for file, source in zip(files, sources, strict=True):
        if file.sha256 and not file.path.exists():
            write_file(file, source)


def take_snapshot(job: RunningJob, report: Report) -> None:
    """Stores the findings with their hash. A job begun again finds them and makes its files from the same."""
    snapshot = collect(report.manuscript, report.draft)
    if chosen := report.options["disciplines"]:  # one may have been merged since it was asked for
        report.options["disciplines"] = sorted({snapshot.merged.get(slug, slug) for slug in chosen})
    options: dict[str, Any] = {k: tuple(v) if isinstance(v, list) else v for k, v in report.options.items()}
    options.pop("formats")
    data = findings(snapshot, Edition(**options))
    with job.checkpoint():
        report.snapshot, report.snapshot_sha256 = data, sha256(data)
        report.as_of = datetime.fromisoformat(data["as_of"].replace("Z", "+00:00"))
        report.save(update_fields=["options", "snapshot", "snapshot_sha256", "as_of"])


def make_file(report: Report, name: str, source: str = "") -> ReportFile:
    """One file of the report, built and kept under its hash; a failure becomes a row that says so.

    `source` is the id of the author's own file that it is made of.
    """
    kind = FORMATS[name]
    title = slugify(report.manuscript.title)[:60] or "report"
    chosen = report.options.get("disciplines") or ()
    alone = chosen[0][:40] if len(chosen) == 1 else ""
    parts = (kind.called, alone, LEAVES_FOR.get(report.options.get("edition")))
    called = "".join(f"-{part}" for part in parts if part)
    file = ReportFile(report=report, format=name, name=f"{title}-draft-{report.draft}{called}.{kind.suffix}")
    if source:
        file.source = originals.name_of(source)
        stem = PurePath(file.source).stem[:100]
        file.name = _("%(name)s with notes on draft %(draft)s.docx") % {"name": stem, "draft": report.draft}
        file.name = f"{file.name.removesuffix('.docx')}{called.replace('-', ' ')}.docx"
    try:
        write_file(file, source)
        file.state = "done"
    except Stopped:
        raise
    except Exception as error:  # whatever a renderer meets, the other files are still wanted
        log.error("report %s: %s failed with %s", report.pk, name, type(error).__qualname__)
        file.sha256, file.bytes, file.state = "", 0, "failed"
        file.error = _("This file could not be made. It was logged; tell your operator.")
    return file


def write_file(file: ReportFile, source: str) -> None:
    """Builds the file of its report's snapshot and keeps it under its hash."""
    data, digest = file.report.snapshot or {}, file.report.snapshot_sha256
    write = partial(FORMATS[file.format].write, data=data, sha256=digest, source=source)
    file.sha256, file.bytes = store_written(settings.REPORTS_DIR, write)


def put_back(job: Job) -> None:
    """A report whose job failed for good or was cancelled says so."""
    state = "cancelled" if job.state == Job.State.CANCELLED else "failed"
    rows = Report.objects.filter(pk=job.args.get("report"), state__in=["queued", "running"])
    rows.update(state=state, error=job.error)


def cancel_report(actor: Actor, report: Report) -> None:
    """Ends the making of a report; nothing where it is already done."""
    check(actor, "report.delete", report)
    if report.job is not None:
        cancel(report.job)


def delete_report(actor: Actor, report: Report) -> None:
    """Takes a report away with its files, unless an equal file belongs to another report."""
    check(actor, "report.delete", report)
    files = [(ReportFile, settings.REPORTS_DIR, file.sha256) for file in report.files.all()]
    with transaction.atomic():
        if report.is_being_made and report.job is not None:
            cancel(report.job)
        report.delete()
        transaction.on_commit(lambda: remove_unused(files))

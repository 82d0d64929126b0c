"""`manage.py import_draft FILE...`: an upload from the server itself, with its outcome as one line of JSON."""

import json
import time
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.exceptions import PermissionDenied
from django.core.management.base import BaseCommand, CommandError
from django.db import transaction

from accounts.models import User
from api.presenting import represent_changes, represent_problem
from jobs import running
from jobs.models import Job
from manuscripts.errors import Refused
from manuscripts.formats import Upload
from manuscripts.manuscripts import make_manuscript
from manuscripts.models import Draft, Manuscript
from manuscripts.permissions import Actor, check
from manuscripts.uploads import upload
from reports.removing import delete_manuscript
from reviews.preview import open_as_asked

#: Seconds between two looks at a job that a worker has taken.
GLANCE = 0.2


class Command(BaseCommand):
    help = "Imports files as the next draft of a manuscript, waits, and prints what became of it as one line of JSON."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("files", metavar="FILE", nargs="+", type=Path)
        where = parser.add_mutually_exclusive_group(required=True)
        where.add_argument("--manuscript", metavar="SLUG")
        where.add_argument("--title", metavar="T", help="make a manuscript of this title")
        parser.add_argument("--author", metavar="EMAIL", help="whose it is; with --title")
        parser.add_argument("--open", choices=["new", "same"])
        parser.add_argument("--dry-run", action="store_true")

    def handle(self, *args: Any, **options: Any) -> None:
        if bool(options["title"]) != bool(options["author"]):
            raise CommandError("--title and --author belong together.", returncode=2)
        files = [read(path) for path in options["files"]]
        try:
            actor, manuscript = place_of(options)
            done = self._import(actor, manuscript, files, options)
        except (Refused, PermissionDenied) as refused:
            raise CommandError(str(refused)) from None
        self.stdout.write(json.dumps(done, ensure_ascii=False))
        reason = reason_against(done, options["open"] if not options["dry_run"] else None)
        if reason:
            raise CommandError(reason)

    def _import(self, actor: Actor, manuscript: Manuscript, files: list[Upload], options: dict) -> dict[str, Any]:
        """Uploads, waits, and says what came of it. A manuscript made for nothing is taken back."""
        kept = False
        try:
            done = upload(actor, manuscript, files, open_as=options["open"], dry_run=options["dry_run"])
            if done.draft is None:
                job = finished(done.job.pk)
                if job.state != Job.State.DONE:
                    raise Refused(job.problem_code, job.error)
                return line_of_dry_run(None if options["title"] else manuscript.slug, job.result)
            kept = True
            draft = done.draft if done.created else open_as_asked(actor, done.draft, options["open"])
            if draft.job_id:
                finished(draft.job_id)
            return line_of(Draft.objects.select_related("manuscript").get(pk=draft.pk), done.created)
        finally:
            if options["title"] and not kept:
                delete_manuscript(actor, manuscript)


def read(path: Path) -> Upload:
    """The file, or a reason why not."""
    try:
        return Upload(path.name, path.read_bytes())
    except OSError as error:
        raise CommandError(f"{path} cannot be read: {error.strerror}.") from None


def place_of(options: dict[str, Any]) -> tuple[Actor, Manuscript]:
    """Who imports and where: the manuscript's author, or the author named for a new one."""
    if options["manuscript"]:
        manuscript = Manuscript.objects.filter(slug=options["manuscript"]).first()
        if manuscript is None:
            raise CommandError(f"There is no manuscript {options['manuscript']}.")
        owners = manuscript.memberships.present().filter(role="author", user__is_active=True)
        owner = owners.select_related("user").first()
        if owner is None:
            raise CommandError("This manuscript has no author with an account.")
        return Actor(user=owner.user), manuscript
    user = User.objects.by_email(options["author"])
    if user is None:
        raise CommandError(f"There is no account {options['author']}.")
    actor = Actor(user=user)
    check(actor, "manuscript.create", None)
    with transaction.atomic():
        manuscript = make_manuscript(user, options["title"])
    return Actor(user=user), manuscript


def finished(pk: str) -> Job:
    """The job once it is over: done here, unless a worker has taken it already."""
    while True:
        running.run(pk)
        job = Job.objects.get(pk=pk)
        if not job.active:
            return job
        time.sleep(GLANCE)


def line_of(draft: Draft, created: bool) -> dict[str, Any]:
    return {
        "manuscript": draft.manuscript.slug,
        "number": draft.number,
        "state": draft.state,
        "created": created,
        "problems": [represent_problem(problem) for problem in draft.problems],
        "changes": represent_changes(draft.changes),
    }


def line_of_dry_run(slug: str | None, result: dict[str, Any]) -> dict[str, Any]:
    return {
        "manuscript": slug,
        "number": None,
        "state": result["state"],
        "created": False,
        "problems": [represent_problem(problem) for problem in result["problems"]],
        "changes": represent_changes(result["changes"]),
    }


def reason_against(done: dict[str, Any], wanted: str | None) -> str:
    """Why the command has not done what was asked; empty where it has."""
    grave = [problem["detail"] for problem in done["problems"] if problem["severity"] in ("confirm", "error")]
    if done["state"] == "failed":
        return " ".join(grave) or "The draft could not be read."
    if wanted and done["state"] != "open":
        return " ".join(["The draft was not opened.", *grave])
    return ""

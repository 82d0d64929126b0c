"""All that must be there before the processes start, in one go: a start of Python costs a second each time."""

import hashlib
import io
import json
from typing import Any

from django.conf import settings
from django.contrib.staticfiles.finders import get_finders
from django.core.management import BaseCommand, CommandParser, call_command
from django.db import connection
from django.db.migrations.executor import MigrationExecutor

from accounts.models import User
from reports.sample import book, loading


class Command(BaseCommand):
    help = "Prepares database, static files and the sample; prints who may sign in by which link, as JSON."
    requires_system_checks = ()

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--no-sample", action="store_true", help="leave the sample manuscript out")

    def handle(self, *args: Any, **options: Any) -> None:
        migrate()
        collect_static()
        people: dict[str, tuple[str, str]] = {}
        if not options["no_sample"]:
            if loading.is_wanted():
                loading.load()
            people = sample_links()
        self.stdout.write(json.dumps(people))


def migrate() -> None:
    """Bring the tables up to this code; a look is enough where they are."""
    executor = MigrationExecutor(connection)
    if executor.migration_plan(executor.loader.graph.leaf_nodes()):
        call_command("migrate", interactive=False, verbosity=0)


def collect_static() -> None:
    """Collect and hash the static files, unless none has changed since the last time."""
    stamp = settings.STATIC_ROOT.with_name("static.stamp")
    now = static_fingerprint()
    if not (stamp.exists() and stamp.read_text() == now and settings.STATIC_ROOT.is_dir()):
        call_command("collectstatic", interactive=False, verbosity=0, clear=True)
        stamp.write_text(now)


def static_fingerprint() -> str:
    """Changes with the path, size or time of any static file."""
    digest = hashlib.sha256()
    for finder in get_finders():
        for path, storage in finder.list([]):
            stat = (storage.location, path, storage.size(path), storage.get_modified_time(path))
            digest.update(repr(stat).encode())
    return digest.hexdigest()


def sample_links() -> dict[str, tuple[str, str]]:
    """For author and visiting reader of the sample: e-mail and a fresh sign-in link; none for who is gone."""
    everyone = book.read("people")
    author = next(person["email"] for person in everyone if person["role"] == "author")
    reviewer = next(person["email"] for person in everyone if person["id"] == book.about()["visitor"])
    people: dict[str, tuple[str, str]] = {}
    for role, email in (("author", author), ("reviewer", reviewer)):
        if User.objects.by_email(email):
            link = io.StringIO()
            call_command("sign_in_link", email, stdout=link)
            people[role] = (email, link.getvalue().strip())
    return people

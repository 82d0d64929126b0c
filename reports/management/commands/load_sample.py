"""Bring in the book that shows what the pages are for."""

from typing import Any

from django.core.management import BaseCommand, CommandError

from reports.sample.loading import SampleFailed, load


class Command(BaseCommand):
    help = "Loads the sample manuscript, unless it is there; prints its slug."

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            manuscript, _made = load()
        except SampleFailed as error:
            raise CommandError(str(error)) from error
        self.stdout.write(manuscript.slug)

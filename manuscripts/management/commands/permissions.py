"""`manage.py permissions`: who may do what, as a table."""

from django.core.management.base import BaseCommand

from manuscripts.permissions import TABLE


class Command(BaseCommand):
    help = "Prints the permission table: each action and the clauses of which one must hold."

    def handle(self, *args, **options) -> None:
        width = max(len(action) for action in TABLE)
        for action in sorted(TABLE):
            clauses, _otherwise = TABLE[action]
            readable = " or ".join(clause.__name__.replace("_", " ") for clause in clauses)
            self.stdout.write(f"{action:<{width}}  {readable}")

"""`manage.py create_token EMAIL`: prints a token for scripts, and nothing else."""

from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.core.validators import validate_email
from django.db import transaction

from accounts.models import User
from api.models import SCOPES, ApiToken
from manuscripts.models import Manuscript
from manuscripts.permissions import Actor

LONGEST_DAYS = 3650


def days(value: str) -> int:
    """Between 1 and ten years, for argparse."""
    number = int(value)
    if not 1 <= number <= LONGEST_DAYS:
        raise ValueError(value)
    return number


class Command(BaseCommand):
    help = "Prints a new API token of this account. It is shown this once."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("email", metavar="EMAIL")
        parser.add_argument("--create", action="store_true", help="make an author's account where there is none")
        parser.add_argument("--scope", choices=sorted(SCOPES), default="write")
        parser.add_argument("--manuscript", metavar="SLUG", help="the only manuscript it opens")
        parser.add_argument("--days", type=days, default=90, help="how long it works (90)")

    @transaction.atomic
    def handle(self, *args, email: str, create: bool, scope: str, manuscript: str | None, **options) -> None:
        user = User.objects.by_email(email)
        if user is None and not create:
            raise CommandError(f"There is no account {email}. With --create it is made.")
        if user is not None and not user.is_active:
            raise CommandError(f"The account {email} is closed.")
        user = user or self._make(email)
        only = self._manuscript_of(user, manuscript) if manuscript else None
        _token, secret = ApiToken.make(user, scope=scope, days=options["days"], manuscript=only, name="create_token")
        self.stdout.write(secret)

    @staticmethod
    def _make(email: str) -> User:
        try:
            validate_email(email)
        except ValidationError:
            raise CommandError(f"{email} is not an e-mail address.") from None
        return User.objects.create_user(email, is_author=True)

    @staticmethod
    def _manuscript_of(user: User, slug: str) -> Manuscript:
        """Theirs; another's is as unknown as one that is not there."""
        manuscript = Manuscript.objects.visible_to(Actor(user=user)).filter(slug=slug).first()
        if manuscript is None:
            raise CommandError(f"{user.email} has no manuscript {slug}.")
        return manuscript

"""`manage.py sign_in_link EMAIL [--author]`: a link that signs in once, within 24 hours."""

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError
from django.core.validators import validate_email
from django.urls import reverse

from accounts.models import SignInLink, User


class Command(BaseCommand):
    help = "Prints a link that signs this person in once, within 24 hours. Nothing else is printed."

    def add_arguments(self, parser) -> None:
        parser.add_argument("email", metavar="EMAIL")
        parser.add_argument("--author", action="store_true", help="may make manuscripts; made where it is missing")

    def handle(self, *args, email: str, author: bool, **options) -> None:
        user = User.objects.by_email(email)
        if user is None and author:
            user = self._make(email)
        if user is None:
            raise CommandError(f"There is no account {email}. With --author it is made.")
        if not user.is_active:
            raise CommandError(f"The account {email} is closed.")
        if author and not user.is_author:
            user.is_author = True
            user.save(update_fields=["is_author", "email"])
        self.stdout.write(settings.BASE_URL + reverse("sign_in_link", args=[SignInLink.make(user)]))

    @staticmethod
    def _make(email: str) -> User:
        try:
            validate_email(email)
        except ValidationError:
            raise CommandError(f"{email} is not an e-mail address.") from None
        return User.objects.create_user(email)

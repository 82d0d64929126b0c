"""`manage.py check_mail ADDRESS`: does mail leave this server?"""

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError
from django.core.validators import validate_email
from django.utils.translation import gettext as _

from accounts.mail import AddressRefused, MailServerDown, send


class Command(BaseCommand):
    help = "Sends a test mail to this address, or says why it cannot."

    def add_arguments(self, parser) -> None:
        parser.add_argument("address", metavar="ADDRESS")

    def handle(self, *args, address: str, **options) -> None:
        try:
            validate_email(address)
        except ValidationError:
            raise CommandError(f"{address} is not an e-mail address.") from None
        try:
            send("check", address, {"base_url": settings.BASE_URL}, subject=_("Mail from Widemargin works"))
        except AddressRefused as refusal:
            raise CommandError(f"The mail server refuses {address}: {refusal}") from refusal
        except MailServerDown as down:
            raise CommandError(f"The mail server cannot be reached: {down}") from down
        if settings.MAIL_IS_SET_UP:
            self.stdout.write(f"Handed to {settings.EMAIL_HOST}:{settings.EMAIL_PORT} for {address}.")
        else:
            self.stdout.write(f"No mail server is set up (EMAIL_URL): written to a file in {settings.MAIL_DIR}.")

"""Mail without a mail server: each message becomes a file in MAIL_DIR."""

from datetime import UTC, datetime
from uuid import uuid4

from django.conf import settings
from django.core.mail.backends.base import BaseEmailBackend


class FileBackend(BaseEmailBackend):
    """Writes `MAIL_DIR/<time>-<id>.eml`, readable by the server's user alone."""

    def send_messages(self, email_messages) -> int:
        settings.MAIL_DIR.mkdir(mode=0o700, parents=True, exist_ok=True)
        for message in email_messages:
            name = f"{datetime.now(UTC):%Y%m%d-%H%M%S-%f}-{uuid4().hex[:8]}.eml"
            unfinished = settings.MAIL_DIR / f".{name}"
            unfinished.touch(mode=0o600)
            unfinished.write_bytes(message.message().as_bytes(linesep="\r\n"))
            unfinished.rename(settings.MAIL_DIR / name)
        return len(email_messages)

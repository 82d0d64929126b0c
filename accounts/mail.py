"""Every mail leaves through here: plain text with an HTML twin, one row for the operator's page, failures told apart.

`send` renders `templates/mail/NAME.txt` and `NAME.html`; `deliver` hands a message to the server. Without a mail
server each message becomes a file in MAIL_DIR.
"""

import re
import smtplib
import unicodedata
from datetime import UTC, datetime
from email.utils import formataddr
from typing import Any
from uuid import uuid4

from django.conf import settings
from django.core.mail import EmailMessage, EmailMultiAlternatives
from django.core.mail.backends.base import BaseEmailBackend
from django.template.loader import render_to_string
from django.utils import translation

from .models import SentMail

_SCHEME = re.compile(r"\b([a-z][a-z0-9+.-]{1,15}):/+", re.IGNORECASE)
_HOST = re.compile(r"(?<=\w)\.(?=\w{2,})")


class AddressRefused(Exception):
    """The server will never take mail for this address; the text is what it said."""


class MailServerDown(Exception):
    """The server cannot be reached or asks to come back later: the same mail may be sent again."""


def one_line(text: str, limit: int = 200) -> str:
    """`text` fit for a header: one line without control, direction and other invisible characters."""
    kept = "".join(" " if c.isspace() else c for c in str(text) if c.isspace() or unicodedata.category(c)[0] != "C")
    return " ".join(kept.split())[:limit].strip()


def inert(name: str) -> str:
    """A person's name or a title as mail shows it: on one line, and with nothing that programs turn into a link."""
    return _HOST.sub(". ", _SCHEME.sub(r"\1: ", one_line(name)))


def send(
    template: str,
    recipient: str,
    context: dict[str, Any],
    *,
    subject: str,
    reply_to: tuple[str, str] | None = None,
    language: str | None = None,
    message_id: str = "",
) -> SentMail:
    """Sends one mail now, rendered in `language` from `templates/mail/{template}.txt` and `.html`.

    `reply_to` is (name, address). `message_id`, the part before the @, is given where the same mail may be tried
    twice, so that programs show it once. Raises AddressRefused or MailServerDown.
    """
    with translation.override(language or translation.get_language()):
        text = render_to_string(f"mail/{template}.txt", context)
        html = render_to_string(f"mail/{template}.html", context)
    message = EmailMultiAlternatives(
        subject=one_line(subject),
        body=text.strip() + "\n",
        to=[recipient],
        reply_to=[formataddr((inert(reply_to[0]), reply_to[1]))] if reply_to else None,
        headers={"Message-ID": f"<{message_id}@{settings.BASE_URL.split('://')[1]}>"} if message_id else None,
    )
    message.attach_alternative(html, "text/html")
    return deliver(message)


def deliver(message: EmailMessage) -> SentMail:
    """Hands `message` to the mail server and writes its row. Raises AddressRefused or MailServerDown."""
    message.extra_headers.setdefault("Auto-Submitted", "auto-generated")
    recipient, subject = ", ".join(message.to)[:320], one_line(message.subject, 250)
    try:
        message.send()
    except (smtplib.SMTPException, OSError) as error:
        words = _server_words(error)
        SentMail.objects.create(recipient=recipient, subject=subject, state="failed", error=words[:250])
        raise (AddressRefused if _is_final(error) else MailServerDown)(words) from error
    return SentMail.objects.create(recipient=recipient, subject=subject, state="sent")


def _is_final(error: Exception) -> bool:
    """Whether trying again cannot help: a 5xx answer about this very mail."""
    if isinstance(error, smtplib.SMTPRecipientsRefused):
        return all(500 <= code < 600 for code, _words in error.recipients.values())
    about_us = smtplib.SMTPAuthenticationError | smtplib.SMTPConnectError | smtplib.SMTPHeloError
    if isinstance(error, smtplib.SMTPResponseException) and not isinstance(error, about_us):
        return 500 <= error.smtp_code < 600
    return isinstance(error, smtplib.SMTPNotSupportedError)


def _server_words(error: Exception) -> str:
    """What the server said, on one line."""
    if isinstance(error, smtplib.SMTPRecipientsRefused):
        answers = error.recipients.values()
    elif isinstance(error, smtplib.SMTPResponseException):
        answers = [(error.smtp_code, error.smtp_error)]
    else:
        return one_line(str(error) or type(error).__name__, 250)
    said = ((code, words.decode(errors="replace") if isinstance(words, bytes) else words) for code, words in answers)
    return one_line("; ".join(f"{code} {words}" for code, words in said), 250)


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

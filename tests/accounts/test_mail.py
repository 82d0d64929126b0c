"""How a mail leaves: refused for good, tried again while the server is down, sent once, nothing lost."""

import smtplib
from datetime import timedelta

import pytest
from django.core import mail
from django.core.mail.backends.base import BaseEmailBackend
from django.core.management import CommandError, call_command
from django.utils import timezone

from accounts.mail import AddressRefused, MailServerDown, inert, one_line, send
from accounts.models import SentMail
from jobs.models import Job
from reviews.invitations import invite, resend
from reviews.sending import SEND_ATTEMPTS

REFUSED = smtplib.SMTPRecipientsRefused({"nora@falk.example": (550, b"5.1.1 No such user\r\nhere")})


class BrokenBackend(BaseEmailBackend):
    """Raises what `error` holds for each message; without an error keeps it as Django's own does."""

    error: Exception | None = None

    def send_messages(self, email_messages) -> int:
        if self.error:
            raise self.error
        mail.outbox.extend(email_messages)
        return len(email_messages)


@pytest.fixture
def server(settings, monkeypatch):
    """The class whose `error` decides how the mail server behaves."""
    monkeypatch.setattr("django.core.mail.backends.locmem.EmailBackend", BrokenBackend)
    monkeypatch.setattr(BrokenBackend, "error", None)
    return BrokenBackend


def ask_nora(cast):
    return invite(cast.actor("author"), cast.book, [{"name": "Nora Falk", "email": "nora@falk.example"}])[0]


def due(run_jobs) -> int:
    """Does what waits, however long it was to wait."""
    Job.objects.filter(state="queued").update(not_before=timezone.now() - timedelta(seconds=1))
    return run_jobs()


FINAL = [
    REFUSED,
    smtplib.SMTPDataError(554, b"spam"),
    smtplib.SMTPSenderRefused(553, b"bad sender", "x@y.example"),
]
FOR_NOW = [
    smtplib.SMTPRecipientsRefused({"nora@falk.example": (451, b"greylisted")}),
    smtplib.SMTPServerDisconnected("gone"),
    smtplib.SMTPConnectError(554, b"no service"),
    smtplib.SMTPAuthenticationError(535, b"who are you"),
    ConnectionRefusedError(111, "Connection refused"),
    TimeoutError("timed out"),
]


@pytest.mark.parametrize("error", FINAL, ids=repr)
def test_a_refusal_is_final_and_says_why(db, server, error):
    server.error = error
    with pytest.raises(AddressRefused):
        send("check", "nora@falk.example", {}, subject="Hello")
    row = SentMail.objects.get()
    assert (row.recipient, row.state, "\n" in row.error) == ("nora@falk.example", "failed", False)


@pytest.mark.parametrize("error", FOR_NOW, ids=repr)
def test_a_server_that_is_down_may_be_asked_again(db, server, error):
    server.error = error
    with pytest.raises(MailServerDown):
        send("check", "nora@falk.example", {}, subject="Hello")


def test_a_refused_address_is_shown_on_the_people_page(cast, client, server, run_jobs):
    server.error = REFUSED
    invitation = ask_nora(cast)
    run_jobs()
    invitation.refresh_from_db()
    assert (invitation.state, invitation.error) == ("bounced", "550 5.1.1 No such user here")
    page = cast.enter(client, "author").get(f"/m/{cast.book.slug}/people/").text
    assert "The mail server said: 550 5.1.1 No such user here" in page
    server.error = None
    resend(cast.actor("author"), invitation)
    run_jobs()
    invitation.refresh_from_db()
    assert (invitation.state, invitation.error, len(mail.outbox)) == ("sent", "", 1)


def test_while_the_server_is_down_it_waits_then_goes_out_once(cast, server, run_jobs):
    server.error = ConnectionRefusedError(111, "Connection refused")
    invitation = ask_nora(cast)
    for _ in range(5):
        due(run_jobs)
        invitation.refresh_from_db()
        assert invitation.state == "queued"
    server.error = None
    due(run_jobs)
    due(run_jobs)
    invitation.refresh_from_db()
    assert (invitation.state, len(mail.outbox)) == ("sent", 1)
    assert Job.objects.get(kind="send_invitation").attempts == 6


def test_after_the_last_try_the_author_learns_it(cast, server, run_jobs):
    server.error = ConnectionRefusedError(111, "Connection refused")
    invitation = ask_nora(cast)
    for _ in range(SEND_ATTEMPTS):
        due(run_jobs)
    invitation.refresh_from_db()
    assert (invitation.state, "Connection refused" in invitation.error) == ("bounced", True)
    assert not Job.objects.filter(kind="send_invitation", state__in=["queued", "running"]).exists()


def test_two_clicks_send_one_mail(cast, run_jobs):
    invitation = ask_nora(cast)
    resend(cast.actor("author"), invitation)
    run_jobs()
    assert len(mail.outbox) == 1
    assert mail.outbox[0].extra_headers["Message-ID"].startswith("<invitation-")


@pytest.mark.parametrize(
    ("typed", "shown"),
    [
        ("  Dr. J. R. Vrba \t", "Dr. J. R. Vrba"),
        ("Eve\r\nBcc: x@y.example", "Eve Bcc: x@y. example"),
        ("see https://evil.example/a", "see https: evil. example/a"),
        ("javascript://evil", "javascript: evil"),
        ("a\u202eb\u200bc\x00d\x1be", "abcde"),
        ("Zoë Ångström 李", "Zoë Ångström 李"),
    ],
)
def test_names_in_mail(typed, shown):
    assert inert(typed) == shown


def test_one_line_is_cut():
    assert one_line("x" * 300) == "x" * 200


def test_check_mail_says_where_it_went_or_why_not(db, server, capsys, tmp_path, settings):
    call_command("check_mail", "nora@falk.example")
    assert len(mail.outbox) == 1
    assert "written to a file" in capsys.readouterr().out
    server.error = REFUSED
    with pytest.raises(CommandError, match=r"refuses nora@falk\.example: 550"):
        call_command("check_mail", "nora@falk.example")
    server.error = ConnectionRefusedError(111, "Connection refused")
    with pytest.raises(CommandError, match="cannot be reached"):
        call_command("check_mail", "nora@falk.example")
    with pytest.raises(CommandError, match="not an e-mail address"):
        call_command("check_mail", "nobody")


def test_without_a_server_a_mail_is_a_private_file(db, settings, tmp_path):
    settings.EMAIL_BACKEND, settings.MAIL_DIR = "accounts.mail.FileBackend", tmp_path / "mail"
    send("check", "nora@falk.example", {"base_url": "x"}, subject="Hello", reply_to=("Ada", "ada@quill.example"))
    (path,) = settings.MAIL_DIR.iterdir()
    assert path.suffix == ".eml" and path.stat().st_mode & 0o077 == 0
    assert b"Reply-To: Ada <ada@quill.example>\r\n" in path.read_bytes()

"""The mail that asks one person in."""

from django.utils import timezone, translation

from accounts.mail import AddressRefused, MailServerDown, send
from jobs.running import RunningJob, TryLater
from manuscripts.models import Membership

from .invitations import personal_link
from .letter import Letter, letter_to
from .models import Invitation

#: With the waits below: a mail server may be down for more than a day.
SEND_ATTEMPTS = 36
LONGEST_WAIT = 3600


def letter_of(invitation: Invitation) -> Letter:
    """What the invited person is asked as things stand now."""
    member = invitation.membership
    author = invitation.invited_by or member.manuscript.memberships.filter(role="author").first()
    return letter_to(
        member.manuscript,
        author,
        name=member.name,
        role=member.role,
        disciplines=member.own_disciplines(),
        minutes=member.minutes,
        message=invitation.message,
    )


def reply_address(author: Membership) -> str | None:
    """Where answers to an invitation go: to the person who asks."""
    return (author.user.email if author.user else author.email) or None


def send_invitation(job: RunningJob) -> None:
    """Sends the invitation `job.args["invitation"]`, unless it was revoked or answered since. Tried again while the
    server is down; a refused address is kept with the server's words."""
    invitation = Invitation.objects.select_related("membership__manuscript", "invited_by__user").filter(
        pk=job.args["invitation"], state="queued", membership__link_version=job.args["version"]
    )
    row = invitation.first()
    if row is None:
        return
    outcome = {"state": "sent", "error": "", "sent": timezone.now()}
    try:
        mail_invitation(row, message_id=f"invitation-{job.id}")
    except AddressRefused as refusal:
        outcome = {"state": "bounced", "error": str(refusal)[:250]}
    except MailServerDown as down:
        if job.attempt < SEND_ATTEMPTS:
            raise TryLater(min(30 * 2**job.attempt, LONGEST_WAIT)) from down
        outcome = {"state": "bounced", "error": str(down)[:250]}
    with job.commit():
        invitation.update(**outcome)


def mail_invitation(invitation: Invitation, *, message_id: str = "") -> None:
    """The mail itself, in the manuscript's language. Raises AddressRefused or MailServerDown."""
    language = invitation.manuscript.language
    with translation.override(language):
        letter = letter_of(invitation)
        subject = letter.subject
    address = reply_address(letter.author)
    send(
        "invitation",
        invitation.membership.email,
        {"letter": letter, "link": personal_link(invitation.membership)},
        subject=subject,
        reply_to=(letter.author.name, address) if address else None,
        language=language,
        message_id=message_id,
    )

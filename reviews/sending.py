"""The mails that carry a personal link: the invitation, and word of a new round."""

from django.template.loader import render_to_string
from django.utils import timezone, translation

from accounts.mail import AddressRefused, MailServerDown, send
from jobs.running import RunningJob, TryLater
from manuscripts.models import Membership

from .invitations import personal_link
from .letter import Letter, letter_to
from .models import Invitation, Review

#: With the waits below: a mail server may be down for more than a day.
SEND_ATTEMPTS = 36
LONGEST_WAIT = 3600


def letter_of(invitation: Invitation) -> Letter:
    """What the invited person is asked as things stand now."""
    return letter_for(invitation.membership, by=invitation.invited_by, message=invitation.message)


def letter_for(member: Membership, *, by: Membership | None = None, message: str = "") -> Letter:
    """What this member is asked as things stand now, `by` whom (the author, where nobody is named)."""
    return letter_to(
        member.manuscript,
        by or member.manuscript.memberships.filter(role="author").first(),
        name=member.name,
        role=member.role,
        disciplines=member.own_disciplines(),
        minutes=member.minutes,
        message=message,
    )


def reply_address(author: Membership) -> str | None:
    """Where answers to an invitation go: to the person who asks."""
    return (author.user.email if author.user else author.email) or None


def mail_text(letter: Letter, link: str) -> str:
    """The invitation's plain text, as its preview shows it."""
    with translation.override(letter.manuscript.language):
        return render_to_string("mail/invitation.txt", {"letter": letter, "link": link}).strip()


def send_invitation(job: RunningJob) -> None:
    """Sends the invitation `job.args["invitation"]`, unless it was revoked or answered since. A refused address is
    kept with the server's words."""
    queued = Invitation.objects.select_related("membership__manuscript", "invited_by__user").filter(
        pk=job.args["invitation"], state="queued", membership__link_version=job.args["version"]
    )
    invitation = queued.first()
    if invitation is None:
        return
    outcome = {"state": "sent", "error": "", "sent": timezone.now()}
    try:
        _mail(job, "invitation", invitation.membership, letter_of(invitation))
    except (AddressRefused, MailServerDown) as refusal:
        outcome = {"state": "bounced", "error": str(refusal)[:250]}
    with job.commit():
        queued.update(**outcome)


def send_round_mail(job: RunningJob) -> None:
    """Tells the reader `job.args["member"]` that the round `job.args["round"]` has opened, while it runs."""
    reviews = Review.objects.select_related("member__manuscript", "round")
    review = reviews.filter(member=job.args["member"], round=job.args["round"], round__state="running").first()
    if review is None or review.member.removed or not review.member.email:
        return
    try:
        _mail(job, "round", review.member, letter_for(review.member))
    except (AddressRefused, MailServerDown) as refusal:
        Invitation.objects.filter(membership=review.member).update(error=str(refusal)[:250])


def _mail(job: RunningJob, template: str, member: Membership, letter: Letter) -> None:
    """One mail with the personal link, in the manuscript's language. Raises AddressRefused; while the server is down
    the job is begun again later, and at its last attempt MailServerDown goes through."""
    address = reply_address(letter.author)
    with translation.override(member.manuscript.language):
        subject = letter.subject
    try:
        send(
            template,
            member.email,
            {"letter": letter, "link": personal_link(member)},
            subject=subject,
            reply_to=(letter.author.name, address) if address else None,
            language=member.manuscript.language,
            message_id=f"{template}-{job.id}",
        )
    except MailServerDown as down:
        if job.attempt < SEND_ATTEMPTS:
            raise TryLater(min(15 * 2**job.attempt, LONGEST_WAIT)) from down
        raise

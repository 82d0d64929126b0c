"""Asking people in: invitations, the personal link, saying yes or no, and changing who belongs to a manuscript.

A personal link is signed from the membership's id and its link version. It is not stored: it is made again whenever
it is needed, and raising the version ends every link made before, and every browser that came in by one, at once.
"""

from collections.abc import Mapping
from typing import Any

from django.conf import settings
from django.core import signing
from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db import transaction
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.mail import one_line
from accounts.models import User, normal_email
from jobs.queue import enqueue
from manuscripts.errors import Refused, conflict
from manuscripts.manuscripts import record_event
from manuscripts.models import Discipline, Manuscript, Membership
from manuscripts.permissions import LINKS, Actor, can, check

from .members import MOST_MINUTES, check_may_part, set_disciplines
from .models import Invitation, Review

MOST_AT_ONCE = 500
#: Why someone says no, as they are asked; the words are kept.
REASONS = {
    "no_time": gettext_lazy("No time for it now"),
    "not_my_subject": gettext_lazy("Not my subject"),
    "know_too_little": gettext_lazy("I know too little of it to judge"),
    "": gettext_lazy("I would rather not say"),
}
_signer = signing.Signer(salt="reviews.personal-link", sep=".")


# The personal link


def personal_link(membership: Membership) -> str:
    """The absolute address by which this person comes in without a password."""
    token = _signer.sign(f"{membership.pk}-{membership.link_version}")
    return settings.BASE_URL + reverse("invitation", args=[token])


def membership_of_token(token: str) -> Membership | None:
    """Whose link it is; None where it was never made here, was revoked, or its person has left."""
    try:
        pk, version = _signer.unsign(token).split("-")
    except (signing.BadSignature, ValueError):
        return None
    rows = Membership.objects.present().exclude(role="contact").select_related("manuscript", "user", "invitation")
    return rows.filter(pk=int(pk), link_version=int(version)).first()


def open_link(session: Any, membership: Membership) -> None:
    """This browser now is that person's in that manuscript, and nobody else's there. The session's key changes."""
    others = Membership.objects.filter(manuscript=membership.manuscript_id).values_list("pk", flat=True)
    links = {pk: version for pk, version in session.get(LINKS, {}).items() if int(pk) not in set(others)}
    links[str(membership.pk)] = membership.link_version
    session[LINKS] = links
    session.cycle_key()


# Inviting


@transaction.atomic
def invite(actor: Actor, manuscript: Manuscript, rows: list[dict[str, Any]]) -> list[Invitation]:
    """Invites all the people of `rows` or nobody.

    A row: `name`, and optionally `email` (none: the link is handed over), `disciplines` (slugs), `role` (reviewer),
    `minutes`, `message`. Mails leave in a job. Refused with `field` "0.email" and the like, and with all that is
    wrong in `errors`; an address that belongs to a member already is `already_member`.
    """
    check(actor, "people.invite", manuscript)
    Manuscript.objects.select_for_update().get(pk=manuscript.pk)  # one at a time: pseudonym numbers count on
    if not rows or len(rows) > MOST_AT_ONCE:
        raise Refused("invalid", _("Between 1 and %(most)s people at once.") % {"most": MOST_AT_ONCE})
    people = _checked(actor, manuscript, rows)
    return [_invite_one(actor, manuscript, person) for person in people]


def _checked(actor: Actor, manuscript: Manuscript, rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """The rows in the form they are stored in; Refused with everything that is wrong with any of them."""
    disciplines = {d.slug: d for d in manuscript.disciplines.all()}
    taken = set(manuscript.memberships.present().exclude(email=None).values_list("email", flat=True))
    people, errors = [], []
    for index, row in enumerate(rows):
        person, wrong = _checked_row(actor, manuscript, row, disciplines, taken)
        people.append(person)
        errors += [{"field": f"{index}.{name}", "code": code, "detail": detail} for name, code, detail in wrong]
        if person["email"]:
            taken.add(person["email"])
    if errors:
        first = errors[0]
        raise Refused(first["code"], first["detail"], field=first["field"], errors=errors)
    return people


def _checked_row(
    actor: Actor, manuscript: Manuscript, row: dict[str, Any], disciplines: dict[str, Discipline], taken: set[str]
) -> tuple[dict[str, Any], list[tuple[str, str, str]]]:
    wrong: list[tuple[str, str, str]] = []
    name = one_line(row.get("name") or "", 120)
    email = normal_email(row.get("email") or "")
    role = row.get("role") or "reviewer"
    slugs = list(dict.fromkeys(row.get("disciplines") or []))
    minutes = row.get("minutes")
    message = str(row.get("message") or "").strip()
    if not name:
        wrong.append(("name", "required", _("A name is needed.")))
    if email:
        try:
            validate_email(email)
        except ValidationError:
            wrong.append(("email", "invalid", _("This is not an e-mail address.")))
        if email in taken:
            wrong.append(("email", "already_member", _("This person belongs to the manuscript already.")))
    if role not in dict(Membership.ROLES):
        wrong.append(("role", "invalid", _("There is no such role.")))
    elif role in {"author", "co_author"} and not can(actor, "people.make_authors", manuscript):
        wrong.append(("role", "not_allowed", _("Only the author can ask in other authors.")))
    wrong += [
        ("disciplines", "invalid", _("There is no discipline “%(slug)s”.") % {"slug": slug})
        for slug in slugs
        if slug not in disciplines
    ]
    if minutes is not None and not 1 <= minutes <= MOST_MINUTES:
        wrong.append(("minutes", "invalid", _("Between 1 and %(most)s minutes.") % {"most": MOST_MINUTES}))
    if len(message) > 2000:
        wrong.append(("message", "max_length", _("At most 2,000 characters.")))
    chosen = [disciplines[slug] for slug in slugs if slug in disciplines]
    person = {"name": name, "email": email, "role": role, "minutes": minutes, "message": message}
    return person | {"disciplines": chosen}, wrong


def _invite_one(actor: Actor, manuscript: Manuscript, person: dict[str, Any]) -> Invitation:
    membership = _membership_for(manuscript, person)
    set_disciplines(membership, person["disciplines"])
    with_mail = bool(membership.email) and membership.role != "contact"
    invitation, _made = Invitation.objects.update_or_create(
        membership=membership,
        defaults={
            "state": "queued" if with_mail else "unsent",
            "error": "",
            "invited_by": actor.membership_in(manuscript),
            "message": person["message"],
            "decline_reason": "",
        },
    )
    ask_in_running_round(membership)
    record_event(manuscript, "member.invited", actor.membership_in(manuscript), f"member:{membership.pk}")
    if with_mail:
        _queue_mail(actor, invitation)
    return invitation


def _membership_for(manuscript: Manuscript, person: dict[str, Any]) -> Membership:
    """A new membership, or the one this address had before it was removed: its notes are the same person's."""
    known = manuscript.memberships.filter(email=person["email"]).first() if person["email"] else None
    membership = known or Membership(manuscript=manuscript, email=person["email"] or None)
    membership.name, membership.role, membership.minutes = person["name"], person["role"], person["minutes"]
    if known:
        membership.removed = membership.accepted = None
        membership.link_version += 1
    membership.save()
    return membership


@transaction.atomic
def make_contact(actor: Actor, manuscript: Manuscript, *, name: str, disciplines: list[str]) -> Membership:
    """A person without account or link, whose words the author team records."""
    invitation = invite(actor, manuscript, [{"name": name, "disciplines": disciplines, "role": "contact"}])[0]
    return invitation.membership


def ask_in_running_round(membership: Membership) -> None:
    """A reviewer has a review in the round that runs; in later rounds it is made as they open."""
    running = membership.manuscript.rounds.filter(state="running").first()
    if running and membership.role == "reviewer":
        Review.objects.get_or_create(member=membership, round=running)


def _queue_mail(actor: Actor, invitation: Invitation) -> None:
    enqueue(
        "send_invitation",
        {"invitation": invitation.pk, "version": invitation.membership.link_version},
        user=actor.user,
        subject=f"manuscript:{invitation.manuscript.pk}",
        key=f"invitation:{invitation.pk}",
    )


@transaction.atomic
def resend(actor: Actor, invitation: Invitation) -> Invitation:
    """Sends the invitation again; after a refusal, a no or a revocation it stands again, by a new link if revoked."""
    check(actor, "people.invite", invitation.manuscript)
    membership = Membership.objects.select_for_update().get(pk=invitation.membership_id)
    check_may_part(actor, membership)
    invitation = Invitation.objects.select_for_update().get(membership=membership)
    if not membership.email:
        raise conflict("no_email", _("There is no address to send to: copy the link."))
    if membership.removed and invitation.state != "revoked":
        raise conflict("removed", _("This person has been removed: invite them again."))
    Membership.objects.filter(pk=membership.pk).update(removed=None)
    invitation.membership = Membership.objects.get(pk=membership.pk)
    invitation.state, invitation.error = "queued", ""
    invitation.save(update_fields=["state", "error"])
    _queue_mail(actor, invitation)
    return invitation


@transaction.atomic
def revoke(actor: Actor, invitation: Invitation) -> Invitation:
    """Ends the personal link and every browser that came in by it. Who had not said yes is no longer asked."""
    check(actor, "people.invite", invitation.manuscript)
    membership = Membership.objects.select_for_update().get(pk=invitation.membership_id)
    check_may_part(actor, membership)
    membership.link_version += 1
    if membership.accepted is None:
        membership.removed = membership.removed or timezone.now()
    membership.save(update_fields=["link_version", "removed", "email"])
    Invitation.objects.filter(membership=membership).update(state="revoked")
    record_event(
        membership.manuscript,
        "member.link_revoked",
        actor.membership_in(membership.manuscript_id),
        f"member:{membership.pk}",
    )
    return Invitation.objects.select_related("membership__manuscript").get(membership=membership)


# Answering an invitation


@transaction.atomic
def accept(membership: Membership, user: User | None = None) -> Membership:
    """They say yes; harmless twice. `user` is the account they came with: from now on it opens the manuscript too.

    409 where the account belongs to the manuscript as somebody else, or the invitation to another account.
    """
    membership = Membership.objects.select_for_update().get(pk=membership.pk)
    if membership.removed:
        raise conflict("revoked", _("This invitation has been taken back."))
    if user is not None and membership.user_id != user.pk:
        _attach(membership, user)
    now = timezone.now()
    first = membership.accepted is None
    if first:
        membership.accepted = now
    membership.save()
    Invitation.objects.filter(membership=membership, opened=None).update(opened=now)
    Invitation.objects.filter(membership=membership).exclude(state="accepted").update(state="accepted", error="")
    Review.objects.filter(member=membership, round__state="running", state__in=["invited", "declined"]).update(
        state="opened", active=now
    )
    if first:
        record_event(membership.manuscript, "member.accepted", membership, f"member:{membership.pk}")
    return membership


def _attach(membership: Membership, user: User) -> None:
    if membership.user_id is not None:
        raise conflict("other_account", _("This invitation belongs to another account."))
    others = Membership.objects.filter(manuscript=membership.manuscript_id, user=user).exclude(pk=membership.pk)
    if others.present().exists():
        raise conflict("already_member", _("This account belongs to the manuscript already."))
    others.update(user=None)
    membership.user = user


def attach_memberships(user: User) -> None:
    """Binds the open invitations to the account's address to the account, which was proved to own it. Harmless
    twice; where the account belongs to a manuscript already, the other invitation stays as it is."""
    rows = Membership.objects.present().filter(user=None, email=user.email)
    for pk, manuscript in rows.values_list("pk", "manuscript"):
        if not Membership.objects.filter(manuscript=manuscript, user=user).exists():
            Membership.objects.filter(pk=pk, user=None).update(user=user)


@transaction.atomic
def decline(membership: Membership, *, reason: str = "", ask_next: bool = True) -> Invitation:
    """They say no to this round; `ask_next` is whether they want to be asked at the next draft."""
    membership = Membership.objects.select_for_update().get(pk=membership.pk)
    now = timezone.now()
    invitation, _made = Invitation.objects.get_or_create(membership=membership)
    invitation.state, invitation.decline_reason, invitation.ask_next = "declined", reason.strip()[:2000], ask_next
    invitation.opened = invitation.opened or now
    invitation.save()
    Review.objects.filter(member=membership, round__state="running").update(state="declined", active=now)
    record_event(membership.manuscript, "member.declined", membership, f"member:{membership.pk}", ask_next=ask_next)
    return invitation


def reason_of(data: Mapping[str, Any]) -> str:
    """The words of the reason that was tapped; empty for none, and for who would rather not say."""
    given = data.get("reason", "")
    return str(REASONS[given]) if given and given in REASONS else ""


def suggest_person(membership: Membership, kind: str, *, name: str, email: str = "", about: str = "") -> None:
    """Someone who holds this link names a person to ask: a colleague, or themselves (`not_me`).

    Kept as an entry of the activity log, which only the author team reads; they decide whether to invite. Refused
    where there is no name, or the address is none.
    """
    name, email, about = one_line(name, 120), normal_email(email), one_line(about, 300)
    if not name:
        raise Refused("required", _("A name is needed."), field="name")
    if email:
        try:
            validate_email(email)
        except ValidationError:
            raise Refused("invalid", _("This is not an e-mail address."), field="email") from None
    record_event(
        membership.manuscript, f"invitation.{kind}", membership, f"member:{membership.pk}",
        name=name, email=email, about=about,
    )  # fmt: skip

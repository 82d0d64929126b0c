"""Who belongs to a manuscript, and what they are there: role, disciplines, pseudonym."""

from typing import Any

from django.db import transaction
from django.db.models import F, Max
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.mail import one_line
from manuscripts.errors import Refused, conflict
from manuscripts.manuscripts import record_event
from manuscripts.models import Discipline, Manuscript, Membership
from manuscripts.modes import OthersSections
from manuscripts.permissions import Actor, check

MOST_MINUTES = 6000
MOST_YEARS = 80
ABOUT_ONESELF = {"disciplines", "sphere", "years"}


@transaction.atomic
def change_member(actor: Actor, member: Membership, **changes: Any) -> Membership:
    """Changes `name`, `role`, `disciplines` (slugs), `sphere`, `years` or `minutes` of a member.

    The author team changes anyone, members their own disciplines, sphere and years. Roles of the author team are
    the author's to give and take, and one author always stays.
    """
    own = actor.membership_in(member.manuscript_id)
    check(actor, "people.describe" if set(changes) <= ABOUT_ONESELF else "people.change", member)
    theirs = own is not None and own.pk == member.pk and not own.is_author_team
    Manuscript.objects.select_for_update().get(pk=member.manuscript_id)
    member = Membership.objects.get(pk=member.pk)
    if "role" in changes and changes["role"] != member.role:
        _change_role(actor, member, changes["role"])
    if "name" in changes:
        member.name = one_line(changes["name"], 120)
        if not member.name:
            raise Refused("required", _("A name is needed."), field="name")
    _change_facts(member, changes)
    member.save()
    if "disciplines" in changes:
        chosen = _disciplines_of(member.manuscript, changes["disciplines"])
        if theirs:
            _keep_sections_closed(member, chosen)
        set_disciplines(member, chosen)
    record_event(member.manuscript, "member.changed", own, f"member:{member.pk}", fields=sorted(changes))
    return member


def check_may_part(actor: Actor, member: Membership) -> None:
    """PermissionDenied where someone other than the author takes away or gives back a place in the author team."""
    if member.is_author_team:
        check(actor, "people.make_authors", member)


def closes_sections(manuscript: Manuscript) -> bool:
    """Whether some round keeps the sections of other disciplines closed."""
    return manuscript.rounds.filter(others_sections=OthersSections.CLOSED).exists()


def _keep_sections_closed(member: Membership, chosen: list[Discipline]) -> None:
    """A discipline opens its sections: where these are closed to others, nobody gives themselves one more."""
    if not {d.pk for d in chosen} <= member.own_discipline_ids() and closes_sections(member.manuscript):
        detail = _("Sections of other disciplines are closed: ask the author to add yours.")
        raise Refused("closed_sections", detail, field="disciplines")


def _change_facts(member: Membership, changes: dict[str, Any]) -> None:
    if "sphere" in changes:
        if changes["sphere"] not in {"", *dict(Membership.SPHERES)}:
            raise Refused("invalid", _("There is no such sphere of influence."), field="sphere")
        member.sphere = changes["sphere"]
    for name, most in (("years", MOST_YEARS), ("minutes", MOST_MINUTES)):
        if name in changes:
            value = changes[name]
            if value is not None and not 0 <= value <= most:
                raise Refused("invalid", _("Between 0 and %(most)s.") % {"most": most}, field=name)
            setattr(member, name, value)


def _change_role(actor: Actor, member: Membership, role: str) -> None:
    if role not in dict(Membership.ROLES):
        raise Refused("invalid", _("There is no such role."), field="role")
    if {role, member.role} & {"author", "co_author"}:
        check(actor, "people.make_authors", member)
    _keep_an_author(member)
    if role == "contact":
        member.link_version += 1
    member.role = role


def _keep_an_author(member: Membership) -> None:
    others = member.manuscript.memberships.present().filter(role="author").exclude(pk=member.pk)
    if member.role == "author" and not others.exists():
        raise conflict("last_author", _("A manuscript keeps at least one author."))


def _disciplines_of(manuscript: Manuscript, slugs: list[str]) -> list[Discipline]:
    known = {d.slug: d for d in manuscript.disciplines.all()}
    for slug in slugs:
        if slug not in known:
            raise Refused("invalid", _("There is no discipline “%(slug)s”.") % {"slug": slug}, field="disciplines")
    return [known[slug] for slug in dict.fromkeys(slugs)]


def set_disciplines(member: Membership, disciplines: list[Discipline]) -> None:
    """The disciplines a member speaks for, and with the first of them a pseudonym, if they still have none.

    A pseudonym stays once its bearer has written something: others know them by it. Call it while the manuscript's
    row is locked: the number is the next one.
    """
    member.disciplines.set(disciplines)
    if member.is_author_team:
        return
    first = member.own_disciplines()[0] if disciplines else None
    if member.pseudonym_number is not None:
        has_spoken = member.comments.exists() or member.answers.exists()
        if member.pseudonym_discipline == first or first is None or has_spoken:
            return
    rows = Membership.objects.filter(manuscript=member.manuscript_id, pseudonym_discipline=first)
    member.pseudonym_discipline = first
    member.pseudonym_number = (rows.aggregate(last=Max("pseudonym_number"))["last"] or 0) + 1
    member.save(update_fields=["pseudonym_discipline", "pseudonym_number", "email"])


@transaction.atomic
def remove_member(actor: Actor, member: Membership) -> None:
    """Takes someone out: links, account and tokens open the manuscript no more, at once. What they wrote stays."""
    check(actor, "people.change", member)
    member = Membership.objects.select_for_update().get(pk=member.pk)
    check_may_part(actor, member)
    _keep_an_author(member)
    rows = Membership.objects.filter(pk=member.pk, removed=None)
    if rows.update(removed=timezone.now(), link_version=F("link_version") + 1):
        own = actor.membership_in(member.manuscript_id)
        record_event(member.manuscript, "member.removed", own, f"member:{member.pk}")

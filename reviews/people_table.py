"""Who has been asked and how far they are, by discipline, for the people page. A fixed number of queries."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta

from django.utils import timezone
from django.utils.functional import cached_property

from manuscripts.models import Discipline, Manuscript, Membership

from .invitations import personal_link
from .models import Invitation, Review
from .parts import count_parts

STUCK_AFTER = timedelta(days=7)


@dataclass
class Person:
    """A member with the invitation and the review of the round that counts now."""

    member: Membership
    invitation: Invitation | None
    review: Review | None

    @cached_property
    def state(self) -> str:
        """One of refused, finished, declined, stuck, reading, opened, revoked, queued, handed, asked."""
        invited = self.invitation.state if self.invitation else ""
        review = self.review.state if self.review else ""
        if invited in {"bounced", "revoked", "queued"}:
            return {"bounced": "refused"}.get(invited, invited)
        if review == "submitted":
            return "finished"
        if (review or invited) == "declined":
            return "declined"
        if review == "started":
            return "stuck" if self.review.active < timezone.now() - STUCK_AFTER else "reading"
        if self.part == "opened":
            return "opened"
        return "handed" if invited == "unsent" and not self.member.accepted else "asked"

    @property
    def part(self) -> str:
        """The state of the review, or before there is one what it would be: invited, opened or declined."""
        if self.review:
            return self.review.state
        declined = self.invitation is not None and self.invitation.state == "declined"
        return "declined" if declined else "opened" if self.member.accepted else "invited"

    @property
    def since(self) -> datetime | None:
        """When that became so. None where a round promised that nobody learns who wrote what: beside the days of the
        notes, the day someone last read or finished would tell."""
        of_reading = self.state in {"finished", "reading", "stuck", "declined"}
        if of_reading and self.member.manuscript.promised_namelessness:
            return None
        if self.state == "finished":
            return self.review.submitted
        if self.state in {"reading", "stuck", "declined"} and self.review:
            return self.review.active
        if self.state == "opened":
            return self.member.accepted
        if self.member.accepted and self.review:
            return self.review.created
        return (self.invitation.sent or self.invitation.created) if self.invitation else self.member.created

    @property
    def mark(self) -> str:
        """The square of the coverage strip: finished, reading, said yes, or no answer."""
        return {"submitted": "fin", "started": "rea", "opened": "ope"}.get(self.part, "inv")

    @property
    def link(self) -> str:
        return personal_link(self.member)


@dataclass
class Group:
    """The readers of one discipline, None for those who have not said."""

    discipline: Discipline | None
    people: list[Person] = field(default_factory=list)

    @property
    def squares(self) -> list[Person]:
        """Those of the coverage strip: all but who said no."""
        return [p for p in self.people if p.part != "declined"]

    @property
    def counts(self) -> dict[str, int]:
        """As in the reports."""
        return count_parts(p.part for p in self.people)


@dataclass
class Table:
    """Everybody of a manuscript."""

    groups: list[Group]
    team: list[Person]
    observers: list[Person]
    contacts: list[Person]
    gone: list[Person]

    @property
    def readers(self) -> list[Person]:
        """Each reader once, whatever the number of their disciplines."""
        return list({p.member.pk: p for group in self.groups for p in group.people}.values())

    @property
    def counts(self) -> dict[str, int]:
        """As in the reports; each reader once."""
        return count_parts(p.part for p in self.readers)

    @property
    def refused(self) -> list[Person]:
        return [p for p in self.readers + self.observers if p.state == "refused"]

    @property
    def nobody(self) -> list[Discipline]:
        """Disciplines that nobody has been asked for."""
        return [g.discipline for g in self.groups if g.discipline and not g.people]

    @property
    def thin(self) -> list[Group]:
        """Disciplines that have been asked and have fewer than three readers who said yes."""
        rows = [g for g in self.groups if g.discipline and g.people]
        return [g for g in rows if g.counts["opened"] < 3]


def people_of(manuscript: Manuscript) -> Table:
    """The people page's table, as the round that counts now stands."""
    current = manuscript.current_round
    reviews = {r.member_id: r for r in Review.objects.filter(round=current)} if current else {}
    members = manuscript.memberships.select_related("invitation", "user").prefetch_related("disciplines__merged_into")
    people = [Person(m, getattr(m, "invitation", None), reviews.get(m.pk)) for m in members]
    present = [p for p in people if p.member.removed is None]
    groups = {d.pk: Group(d) for d in manuscript.disciplines.filter(merged_into=None)}
    unsaid = Group(None)
    for person in present:
        if person.member.role == "reviewer":
            own = person.member.own_disciplines()
            for discipline in own:
                groups.setdefault(discipline.pk, Group(discipline)).people.append(person)
            if not own:
                unsaid.people.append(person)
    return Table(
        groups=[*groups.values(), *([unsaid] if unsaid.people else [])],
        team=[p for p in present if p.member.is_author_team],
        observers=[p for p in present if p.member.role == "observer"],
        contacts=[p for p in present if p.member.role == "contact"],
        gone=[p for p in people if p.member.removed is not None],
    )

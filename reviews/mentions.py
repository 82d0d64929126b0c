"""Naming a member in a message by `@`.

A handle is what everyone in the manuscript may call someone: the author team by name, readers by name only where every
round so far was asked under names, else by pseudonym, for the author too. So a name goes into no message because
someone who knows it was offered it. Whom one may name depends on what one sees of them, never on the note.
"""

from dataclasses import dataclass

from manuscripts.models import Manuscript, Membership
from manuscripts.modes import Anonymity
from manuscripts.permissions import Actor, can

from .handles import named_in
from .identity import knows_names
from .models import Comment, Mention


@dataclass(frozen=True)
class Handle:
    """Whom one may name. `about` tells this actor more of them: a name they know, a role or discipline."""

    member_id: int
    handle: str
    about: str


def handles(actor: Actor, manuscript: Manuscript) -> list[Handle]:
    """Those the actor may name, the author team first, without themselves: the team, and readers whose handle they
    have seen: all where names are open to everyone, else those who wrote something the actor sees."""
    me = actor.membership_in(manuscript)
    rows = manuscript.memberships.present().exclude(role="contact").select_related("pseudonym_discipline")
    members = list(rows.order_by("pk"))
    seen = {m.pk for m in members if by_name(manuscript, m)} | _seen_by_pseudonym(actor, manuscript)
    called = call(manuscript, members)
    found = [m for m in members if m.pk in seen and m.pk in called and (me is None or m.pk != me.pk)]
    found.sort(key=lambda m: (not m.is_author_team, called[m.pk].casefold()))
    return [Handle(m.pk, called[m.pk], _about(actor, manuscript, m)) for m in found]


def by_name(manuscript: Manuscript, member: Membership) -> bool:
    """Whether everyone may know the member's name."""
    return member.is_author_team or (member.role == "reviewer" and manuscript.asked_under_names)


def call(manuscript: Manuscript, members: list[Membership]) -> dict[int, str]:
    """By member id what everyone calls them, each differently: the second Ada Quill is `Ada Quill 2`. Without those
    who have neither a name for everyone nor a pseudonym."""
    called: dict[int, str] = {}
    taken: set[str] = set()
    for member in members:
        if not by_name(manuscript, member) and member.pseudonym_number is None:
            continue
        name = " ".join((member.name if by_name(manuscript, member) else member.pseudonym).split())
        handle, number = name, 1
        while handle.casefold() in taken:
            number += 1
            handle = f"{name} {number}"
        taken.add(handle.casefold())
        called[member.pk] = handle
    return called


def _seen_by_pseudonym(actor: Actor, manuscript: Manuscript) -> set[int]:
    """Ids of those under whose pseudonym the actor sees something, or of whom they may know both name and pseudonym.
    What is seen under a name leads to no pseudonym."""
    me = actor.membership_in(manuscript)
    rows = Comment.objects.visible_to(actor).filter(thread__manuscript=manuscript)
    if me is None or not me.is_author_team or manuscript.promised_namelessness:
        rows = rows.exclude(anonymity__in=[promise for promise in Anonymity.values if knows_names(me, promise)])
    return set(rows.order_by().values_list("author", flat=True).distinct())


def _about(actor: Actor, manuscript: Manuscript, member: Membership) -> str:
    if member.is_author_team:
        return str(member.get_role_display())
    if by_name(manuscript, member):
        return member.pseudonym_discipline.name if member.pseudonym_discipline else ""
    return member.name if can(actor, "people.see_pseudonym", member) else ""


def record_mentions(actor: Actor, comment: Comment) -> None:
    """Stores whom a message names, as its words are now; `actor` wrote it. Those named before stay so since then."""
    named: set[int] = set()
    if "@" in comment.body:
        found = {handle.handle: handle.member_id for handle in handles(actor, comment.thread.manuscript)}
        named = {found[handle] for handle in named_in(comment.body, found)}
    if comment.edited:
        comment.mentions.exclude(member__in=named).delete()
    rows = [Mention(comment=comment, member_id=pk) for pk in sorted(named)]
    Mention.objects.bulk_create(rows, ignore_conflicts=True)

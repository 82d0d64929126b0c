"""Who a person is to the one who looks: the promise under which something was written decides.

`named`: everyone sees the name. `peers`: the author team sees it, readers see code and pseudonym. `all`: nobody sees
it. Authors always sign with their names, and everyone recognises themselves.
"""

from dataclasses import dataclass

from manuscripts.models import Membership
from manuscripts.modes import Anonymity
from manuscripts.permissions import Actor


@dataclass(frozen=True)
class Shown:
    """A member as shown to one person. `id` is None where showing it would give the name away."""

    name: str
    code: str
    role: str
    id: int | None
    is_me: bool
    known: bool


def knows_names(viewer: Membership | None, anonymity: str) -> bool:
    """Whether someone of this membership is told the names of readers who wrote under that promise."""
    if anonymity == Anonymity.NAMED:
        return viewer is not None
    return anonymity == Anonymity.PEERS and viewer is not None and viewer.is_author_team


def shown(actor: Actor, member: Membership, anonymity: str) -> Shown:
    """`member` as `actor` may see them, for words written under the promise `anonymity`."""
    viewer = actor.membership_in(member.manuscript_id)
    is_me = viewer is not None and viewer.pk == member.pk
    known = is_me or member.is_author_team or knows_names(viewer, anonymity)
    return Shown(
        name=member.name if known else member.pseudonym,
        code=member.code,
        role=member.role,
        id=member.pk if known else None,
        is_me=is_me,
        known=known,
    )

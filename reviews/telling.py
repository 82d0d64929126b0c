"""Whether one person is told who gave an answer: the promise under which it was given decides."""

from manuscripts.permissions import Actor

from .identity import knows_names
from .models import Answer


def is_told_of(actor: Actor, answer: Answer) -> bool:
    """Whether the actor is told who answered."""
    me = actor.membership_in(answer.question.manuscript_id)
    return me is not None and (me.pk == answer.member_id or knows_names(me, answer.anonymity))

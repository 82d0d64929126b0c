"""Which answers one person may be told, one by one: the promise under which each was given decides.

Where the names are known, every answer is told. Where they are not, an answer is told without its person and voice,
and only among `FEW` or more people's answers to the same question about the same thing: of fewer, anyone who knows
who was asked would know whose it is.
"""

from django.db.models import Count, Exists, OuterRef, Q, QuerySet
from django.db.models.functions import Coalesce

from manuscripts.models import Manuscript
from manuscripts.modes import Anonymity
from manuscripts.permissions import Actor

from .identity import knows_names
from .models import Answer

FEW = 3


def told(actor: Actor, manuscript: Manuscript) -> QuerySet[Answer]:
    """The answers of the manuscript that the actor may list."""
    rows = Answer.objects.visible_to(actor).filter(question__manuscript=manuscript)
    me = actor.membership_in(manuscript)
    open_ = [promise for promise in Anonymity.values if knows_names(me, promise)]
    alike = (
        Answer.objects.annotate(at_chapter=Coalesce("chapter", 0), at_section=Coalesce("section", 0))
        .filter(
            question=OuterRef("question"),
            round=OuterRef("round"),
            at_chapter=Coalesce(OuterRef("chapter"), 0),
            at_section=Coalesce(OuterRef("section"), 0),
        )
        .exclude(anonymity__in=open_)
        .order_by()
        .values("question")
        .annotate(people=Count("member", distinct=True))
        .filter(people__gte=FEW)
    )
    return rows.filter(Q(member=me) | Q(anonymity__in=open_) | Exists(alike))


def is_told_of(actor: Actor, answer: Answer) -> bool:
    """Whether the actor is told who answered."""
    me = actor.membership_in(answer.question.manuscript_id)
    return me is not None and (me.pk == answer.member_id or knows_names(me, answer.anonymity))

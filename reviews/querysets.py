"""Lists of what is said, as one person may see them. Every mode of a round is applied here and nowhere else."""

from collections.abc import Collection, Iterable, Mapping
from typing import Any

from django.db.models import Count, Exists, OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import Coalesce

from manuscripts.models import Draft, Membership, Placement
from manuscripts.modes import Anonymity, OthersSections, Visibility
from manuscripts.permissions import Actor

from .identity import knows_names

NOTHING = Q(pk__in=[])
FEW = 3


def closed_section_ids(membership: Membership) -> dict[int, set[int]]:
    """By draft id: the sections a reviewer could not read in it, where its round keeps others' sections closed."""
    if membership.role != "reviewer":
        return {}
    rows = Placement.objects.filter(
        draft__manuscript=membership.manuscript_id,
        draft__state__in=["open", "closed"],
        draft__round__others_sections=OthersSections.CLOSED,
        discipline__isnull=False,
    ).exclude(discipline__in=membership.own_discipline_ids())
    closed: dict[int, set[int]] = {}
    for draft_id, section_id in rows.values_list("draft_id", "section_id"):
        closed.setdefault(draft_id, set()).add(section_id)
    return closed


def judged_chapter_ids(membership: Membership, round_id: int) -> set[int]:
    """The chapters on which the member has given a verdict in that round (for a chapter that is one discipline's
    section: a verdict on the section)."""
    return judged_by([membership.pk], round_id)[membership.pk]


def judged_by(member_ids: Collection[int], round_id: int) -> dict[int, set[int]]:
    """`judged_chapter_ids` of several members at once."""
    from .models import Answer  # models import this module

    rows = Answer.objects.filter(member__in=member_ids, question__kind="verdict", round=round_id).exclude(value=None)
    verdicts = list(rows.values_list("member_id", "chapter_id", "section_id", "draft_id"))
    sections = {(draft_id, section_id) for _member, chapter, section_id, draft_id in verdicts if not chapter}
    alone = _chapters_alone(sections) if sections else {}
    judged: dict[int, set[int]] = {pk: set() for pk in member_ids}
    for member_id, chapter_id, section_id, draft_id in verdicts:
        at = chapter_id or alone.get((draft_id, section_id))
        if at:
            judged[member_id].add(at)
    return judged


def _chapters_alone(sections: Collection[tuple[int, int]]) -> dict[tuple[int, int], int]:
    """By (draft id, section id): the chapter that the section stands in, where nothing in it is for everyone."""
    drafts = {draft_id for draft_id, _section in sections}
    places = Placement.objects.filter(draft__in=drafts).order_by()
    found = places.filter(section__in={section_id for _draft, section_id in sections})
    at = {
        (draft_id, pk): chapter for draft_id, pk, chapter in found.values_list("draft_id", "section_id", "chapter_id")
    }
    common = places.filter(chapter__in=set(at.values()), discipline=None)
    shared = set(common.values_list("draft_id", "chapter_id"))
    return {key: at[key] for key in sections if key in at and (key[0], at[key]) not in shared}


def opened_by_verdict(member_ids: Collection[int], round_id: int) -> dict[int, set[int] | None]:
    """By member: the chapters on which others' notes of that round are theirs to see, where a verdict comes first;
    None for all of them, once a review is finished."""
    from .models import Review

    finished = Review.objects.filter(member__in=member_ids, round=round_id, state="submitted")
    done = set(finished.values_list("member_id", flat=True))
    return {pk: None if pk in done else chapters for pk, chapters in judged_by(member_ids, round_id).items()}


def others_hidden(membership: Membership, draft: Draft, chapter_id: int | None = None) -> str:
    """What keeps others' notes of this round from a reader, here on a chapter (None: on the book): `never`,
    `after_verdict`, or `open` where nothing does, as once their own verdict is given."""
    if draft.round is None or membership.role != "reviewer":
        return Visibility.OPEN
    if draft.round.visibility == Visibility.AFTER_VERDICT:
        submitted = membership.reviews.filter(round=draft.round_id, state="submitted").exists()
        if submitted or chapter_id in judged_chapter_ids(membership, draft.round_id):
            return Visibility.OPEN
    return draft.round.visibility


def others_threads(membership: Membership, opened: Mapping[int, set[int] | None] | None = None) -> Q:
    """Which threads of others someone who is not of the author team may see. `opened` has, by round, what
    `opened_by_verdict` says of them, where that is at hand."""
    rounds = list(membership.manuscript.rounds.all())
    rule = Q(round__visibility=Visibility.OPEN)
    for row in (row for row in rounds if row.visibility == Visibility.AFTER_VERDICT):
        chapters = opened_by_verdict([membership.pk], row.pk)[membership.pk] if opened is None else opened[row.pk]
        rule |= Q(round=row) if chapters is None else Q(round=row, chapter__in=chapters)
    rule &= Q(visibility="everyone")
    some_closed = any(row.others_sections == OthersSections.CLOSED for row in rounds)
    closed = closed_section_ids(membership) if some_closed else {}
    for draft_id, sections in closed.items():
        rule &= ~Q(draft=draft_id, section__in=sections)
    newest = membership.manuscript.open_draft if closed else None
    if newest and newest.pk in closed:
        from .models import Anchor  # models import this module

        rule &= ~Exists(Anchor.objects.filter(thread=OuterRef("pk"), draft=newest, section__in=closed[newest.pk]))
    return rule


class ThreadQuerySet(QuerySet):
    """Threads. A withdrawn one is gone unless someone has replied to it."""

    def visible_to(self, actor: Actor) -> "ThreadQuerySet":
        """Those the actor may see: by membership, mode of the round it was written in, visibility, and by whether
        both the place it was written on and the place it stands on may be read."""
        rule = NOTHING
        for manuscript_id, membership in actor.memberships().items():
            if membership.is_author_team:
                rule |= Q(manuscript=manuscript_id)
            else:
                rule |= Q(manuscript=manuscript_id) & (Q(author=membership) | others_threads(membership))
        return self.filter(rule).existing()

    def seen_by_each(self, members: Iterable[Membership]) -> dict[int, set[int]]:
        """By the id of each of these members of one manuscript, to which the threads belong: the ids that `visible_to`
        has for them, and those withdrawn that it had. Readers for whom the same holds are asked about once."""
        members, rows = list(members), list(self.values_list("pk", "author_id", "chapter_id"))
        if not (members and rows):
            return {member.pk: set() for member in members}
        chapters = {chapter for _pk, _author, chapter in rows}
        rounds = list(members[0].manuscript.rounds.all())
        some_closed = any(row.others_sections == OthersSections.CLOSED for row in rounds)
        later = [row.pk for row in rounds if row.visibility == Visibility.AFTER_VERDICT]
        opened = {pk: opened_by_verdict([member.pk for member in members], pk) for pk in later}
        alike: dict[Any, set[int]] = {}
        seen = {}
        for member in members:
            # Only what bears on these threads tells one reader from another.
            own = {pk: None if of[member.pk] is None else of[member.pk] & chapters for pk, of in opened.items()}
            verdicts = tuple(None if found is None else frozenset(found) for found in own.values())
            place = (member.role, frozenset(member.own_discipline_ids())) if some_closed else ()
            key = ("team",) if member.is_author_team else (verdicts, place)
            if key not in alike:
                threads = self if member.is_author_team else self.filter(others_threads(member, own))
                alike[key] = set(threads.values_list("pk", flat=True))
            seen[member.pk] = alike[key] | {pk for pk, author, _chapter in rows if author == member.pk}
        return seen

    def signed_for(self, viewer: Membership) -> "ThreadQuerySet":
        """Those whose author this member is told by name: a filter by author must not tell more."""
        from .models import Comment

        told = [promise for promise in Anonymity.values if knows_names(viewer, promise)]
        first = Comment.objects.filter(thread=OuterRef("pk")).order_by("created", "pk").values("anonymity")[:1]
        rows = self.annotate(promise=Subquery(first))
        team = Q(author__role__in=["author", "co_author"])
        return rows.filter(team | Q(author=viewer) | Q(promise__in=told))

    def followed_by(self, member: Membership) -> "ThreadQuerySet":
        """Those the member hears of: they wrote in them or chose to follow them, and did not choose to stop."""
        from .models import Comment, Follow

        wrote = Comment.objects.filter(thread=OuterRef("pk"), author=member, withdrawn=None)
        chosen = Follow.objects.filter(thread=OuterRef("pk"), member=member)
        stopped = Exists(chosen.filter(following=False))
        return self.filter(Exists(wrote) | Exists(chosen.filter(following=True))).exclude(stopped)

    def existing(self) -> "ThreadQuerySet":
        """Without the withdrawn ones that nobody has replied to."""
        from .models import Comment

        replies = Comment.objects.filter(thread=OuterRef("pk"), withdrawn=None)
        return self.filter(Q(withdrawn=None) | Exists(replies))

    def in_draft(self, draft: Draft) -> "ThreadQuerySet":
        """Those that stand, or are detached, in that draft: written by then and carried to it."""
        return self.filter(manuscript=draft.manuscript_id, draft__number__lte=draft.number)


class OfMembershipQuerySet(QuerySet):
    """Rows about one member (`member`): the author team sees all of a manuscript, others their own."""

    manuscript_path = "member__manuscript"

    def visible_to(self, actor: Actor) -> "OfMembershipQuerySet":
        rule = NOTHING
        for manuscript_id, membership in actor.memberships().items():
            if membership.is_author_team:
                rule |= Q(**{self.manuscript_path: manuscript_id})
            else:
                rule |= Q(member=membership)
        return self.filter(rule)


class AnswerQuerySet(QuerySet):
    """Answers, told one by one under the promise each was given under.

    Where the names are known, every answer is told to the author team. Where they are not, an answer is told without
    its person and voice, and only among `FEW` or more people's answers to the same question about the same thing: of
    fewer, anyone who knows who was asked would know whose it is.
    """

    def visible_to(self, actor: Actor) -> "AnswerQuerySet":
        rule = NOTHING
        for manuscript_id, me in actor.memberships().items():
            rule |= Q(member=me)
            if me.is_author_team:
                signed = [promise for promise in Anonymity.values if knows_names(me, promise)]
                among_many = Exists(self._alike(signed))
                rule |= Q(question__manuscript=manuscript_id) & (Q(anonymity__in=signed) | among_many)
        return self.filter(rule)

    def _alike(self, signed: list[str]) -> QuerySet:
        """What was answered to the same question about the same thing, unsigned, by `FEW` or more people."""
        unsigned = self.model._default_manager.exclude(anonymity__in=signed)
        places = unsigned.annotate(at_chapter=Coalesce("chapter", 0), at_section=Coalesce("section", 0))
        alike = places.filter(
            question=OuterRef("question"),
            round=OuterRef("round"),
            at_chapter=Coalesce(OuterRef("chapter"), 0),
            at_section=Coalesce(OuterRef("section"), 0),
        )
        people = alike.order_by().values("question").annotate(people=Count("member", distinct=True))
        return people.filter(people__gte=FEW)


class CommentQuerySet(QuerySet):
    def visible_to(self, actor: Actor) -> "CommentQuerySet":
        from .models import Thread

        return self.filter(withdrawn=None, thread__in=Thread.objects.visible_to(actor))


class OfManuscriptQuerySet(QuerySet):
    """Rows that every member of their manuscript may see."""

    def visible_to(self, actor: Actor) -> "OfManuscriptQuerySet":
        return self.filter(manuscript__in=actor.manuscript_ids())


class OfTeamQuerySet(QuerySet):
    """Rows that only the author team may know of; `manuscript_path` leads to the manuscript."""

    manuscript_path = "membership__manuscript"

    def visible_to(self, actor: Actor) -> "OfTeamQuerySet":
        return self.filter(**{f"{self.manuscript_path}__in": actor.team_manuscript_ids()})

"""What others wrote and decided since someone last looked: in the notes they follow, and where they are named.

It is worked out when it is asked for, from what the person may see then. So a mention in a note they may not see tells
them nothing, and tells them once they may.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import Exists, F, OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import Coalesce
from django.urls import reverse
from django.utils import timezone

from manuscripts.models import Draft, Membership, Placement
from manuscripts.permissions import Actor, check

from .identity import Shown, shown
from .models import Anchor, Comment, Decision, Follow, Mention, Thread
from .note_cards import DECISION_ICONS, State

MOST = 50  # that are told at once


@dataclass(frozen=True)
class Item:
    """One thing that is new. `kind`: mention, reply or decision; `words` are what was said, a decision's reason;
    `about` how the note begins, `mine` whether it is theirs."""

    kind: str
    who: Shown
    at: datetime
    words: str
    decision: State | None
    thread_id: int
    about: str
    mine: bool
    followed: bool
    address: str


@dataclass(frozen=True)
class News:
    """What is new, newest first, as of `until`; `more`: there is older news than is listed."""

    items: list[Item]
    until: datetime
    more: bool

    @property
    def count(self) -> int:
        return len(self.items)

    @property
    def decided(self) -> list[Item]:
        """The decisions on the member's own notes."""
        return [item for item in self.items if item.mine and item.kind == "decision"]

    @property
    def others(self) -> list[Item]:
        return [item for item in self.items if not (item.mine and item.kind == "decision")]


def follow(actor: Actor, thread: Thread, following: bool) -> None:
    """Follows a note from now on, or no longer. Harmless twice."""
    check(actor, "thread.follow", thread)
    me = actor.membership_in(thread.manuscript_id)
    chosen: dict[str, Any] = {"following": following}
    followed = Thread.objects.filter(pk=thread.pk).followed_by(me).exists()
    if following and not followed:
        chosen.update(read=timezone.now(), read_before=None)
    Follow.objects.update_or_create(thread=thread, member=me, defaults=chosen)


def news_of(actor: Actor, me: Membership, draft: Draft) -> News:
    """The news of a member, with the way to each note in `draft`."""
    until = timezone.now()
    said, decided = _new(actor, me)
    comments = list(said.select_related("author__pseudonym_discipline", "thread").order_by("-at", "-pk")[: MOST + 1])
    decisions = list(decided.select_related("by__pseudonym_discipline", "thread").order_by("-at")[: MOST + 1])
    addresses = _addresses(draft, {row.thread for row in [*comments, *decisions]})
    items = [_item(actor, me, row, addresses) for row in [*comments, *decisions]]
    items.sort(key=lambda item: item.at, reverse=True)
    return News(items[:MOST], until, len(items) > MOST)


def mark_read(actor: Actor, me: Membership, until: datetime) -> None:
    """Marks all news until that moment as read, note by note: what one may not see yet stays new. Harmless twice."""
    check(actor, "news.mark", me.manuscript)
    until = min(until, timezone.now())
    with transaction.atomic():
        ids: set[int] = set()
        for rows in _new(actor, me):
            ids |= set(rows.filter(at__lte=until).order_by().values_list("thread", flat=True))
        known = Follow.objects.filter(member=me, thread__in=ids)
        missing = ids - set(known.values_list("thread", flat=True))
        known.update(read_before=F("read"), read=until)
        Follow.objects.bulk_create(
            [Follow(member=me, thread_id=pk, read=until) for pk in sorted(missing)], ignore_conflicts=True
        )


def take_back_read(actor: Actor, me: Membership, until: datetime) -> None:
    """What was marked read until that moment is new again."""
    check(actor, "news.mark", me.manuscript)
    Follow.objects.filter(member=me, read=until).update(read=F("read_before"), read_before=None)


def _new(actor: Actor, me: Membership) -> tuple[QuerySet, QuerySet]:
    """What others wrote and decided that the member has not read: messages and decisions, each with `at`, the moment
    from which it concerns them. What stood there when they last wrote or decided in the thread is not new to them."""
    visible = Thread.objects.visible_to(actor).filter(manuscript=me.manuscript_id)
    followed = Thread.objects.filter(manuscript=me.manuscript_id).followed_by(me)
    marks = Follow.objects.filter(thread=OuterRef("thread"), member=me)
    read = Subquery(marks.values("read")[:1])
    wrote = Comment.objects.filter(thread=OuterRef("thread"), author=me, created__gte=OuterRef("at"))
    chose = Decision.objects.filter(thread=OuterRef("thread"), by=me, at__gte=OuterRef("at"))
    unread = (Q(read=None) | Q(at__gt=F("read"))) & ~Exists(wrote) & ~Exists(chose)
    named = Subquery(Mention.objects.filter(comment=OuterRef("pk"), member=me).values("created")[:1])
    is_reply = Exists(Comment.objects.filter(thread=OuterRef("thread"), pk__lt=OuterRef("pk")))
    head = Subquery(Comment.objects.filter(thread=OuterRef("thread")).order_by("pk").values("body")[:1])
    follows = Exists(followed.filter(pk=OuterRef("thread")))
    said = Comment.objects.filter(withdrawn=None, thread__in=visible).exclude(author=me)
    said = said.annotate(read=read, named=named, head=head, follows=follows, at=Coalesce(named, F("created")))
    said = said.filter(Q(named__isnull=False) | (Q(follows=True) & is_reply)).filter(unread)
    decided = Decision.objects.filter(thread__in=visible, thread__pk__in=followed.values("pk")).exclude(by=me)
    return said, decided.annotate(read=read, head=head).filter(unread)


def _item(actor: Actor, me: Membership, row: Any, addresses: dict[int, str]) -> Item:
    thread, decided = row.thread, isinstance(row, Decision)
    return Item(
        kind="decision" if decided else "mention" if row.named else "reply",
        who=shown(actor, row.by if decided else row.author, "" if decided else row.anonymity),
        at=row.at,
        words=row.reason if decided else row.body,
        decision=State(*DECISION_ICONS[row.decision], row.get_decision_display().capitalize()) if decided else None,
        thread_id=thread.pk,
        about=row.head or thread.replacement or thread.get_reaction_display() or thread.get_kind_display(),
        mine=thread.author_id == me.pk,
        followed=decided or row.follows,
        address=addresses[thread.pk],
    )


def _addresses(draft: Draft, threads: Iterable[Thread]) -> dict[int, str]:
    """By thread id: where it is read in the draft, as `presenting` says it."""
    chapters = {thread.pk: thread.chapter_id for thread in threads}
    if not chapters:
        return {}
    places = Anchor.objects.filter(draft=draft, thread__in=chapters).order_by("attempt")
    chapters.update(places.values_list("thread", "chapter"))
    standing = Placement.objects.filter(draft=draft, chapter__in={pk for pk in chapters.values() if pk})
    keys = dict(standing.order_by().values_list("chapter", "chapter__key"))
    slug = draft.manuscript.slug
    pages = {pk: reverse("read", args=[slug, keys[ch]]) if ch in keys else "" for pk, ch in chapters.items()}
    return {pk: f"{page or reverse('read_book', args=[slug])}#note-{pk}" for pk, page in pages.items()}

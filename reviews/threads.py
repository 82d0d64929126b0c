"""Notes: writing, answering, deciding, withdrawing. Views and API call these and hold no rules of their own."""

from typing import Any

from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from manuscripts.errors import Refused, conflict
from manuscripts.manuscripts import record_event
from manuscripts.models import Manuscript, Membership, Placement, Round
from manuscripts.permissions import Actor, check

from .becoming import PLACE, before_placing
from .carrying import carry_one, newest_anchor
from .edits import foresee_soon
from .invitations import accept
from .mentions import record_mentions
from .models import Agreement, Anchor, Comment, Decision, Review, Thread
from .posting import NewThread, check_new, find_place, place_in_text, read_words, voice_of, writing_round
from .presenting import present

__all__ = ["NewThread", "agree", "create_thread", "decide", "edit_comment", "place_by_hand", "present", "reply"]
__all__ += ["unagree", "withdraw", "withdraw_comment"]


def create_thread(actor: Actor, manuscript: Manuscript, new: NewThread) -> tuple[Thread, bool]:
    """Posts a note: (thread, whether it is new). The same external id with the same content is not posted twice.

    Raises Refused, with code `selector_mismatch` and both texts where the selected words do not stand there.
    """
    check(actor, "thread.create", manuscript)
    me = actor.membership_in(manuscript)
    assert me is not None
    if new.author is not None and new.author.pk != me.pk:
        check(actor, "thread.record", manuscript)
    author = new.author or me
    check_new(new)
    place = find_place(actor, manuscript, new)
    section_discipline = place.placement.discipline if place.placement else None
    round_, now = writing_round(manuscript), timezone.now()
    thread = Thread(
        manuscript=manuscript,
        author=author,
        recorded_by=me if author.pk != me.pk else None,
        via=new.via if author.pk != me.pk else "",
        scope=place.scope,
        kind=new.kind,
        reaction=new.reaction,
        replacement=new.replacement,
        discipline=voice_of(manuscript, author, new.discipline, section_discipline),
        visibility="authors" if author.role == "observer" else new.visibility,
        quote_permission=new.quote_permission,
        external_id=new.external_id or None,
        round=round_,
        draft=place.draft,
        chapter_id=place.chapter_id,
        section=place.placement.section if place.placement else None,
        text=place.placement.text if place.placement else None,
        start=place.start,
        end=place.end,
        created=new.created or now,
        updated=now,
    )
    return _post_once(actor, thread, new.body, me)


def _post_once(actor: Actor, thread: Thread, body: str, me: Membership) -> tuple[Thread, bool]:
    before = _same_external_id(thread, body)
    if before:
        return before, False
    try:
        with transaction.atomic():
            record_mentions(actor, _post(thread, body, me))
    except IntegrityError:
        before = _same_external_id(thread, body)
        if before is None:
            raise
        return before, False
    return thread, True


def _same_external_id(thread: Thread, body: str) -> Thread | None:
    """The thread posted before under this external id, if it says the same; a conflict if it does not."""
    if not thread.external_id:
        return None
    old = Thread.objects.filter(manuscript=thread.manuscript, external_id=thread.external_id).first()
    if old is None:
        return None
    same = ["author_id", "kind", "reaction", "replacement", "visibility", "quote_permission"]
    same += ["scope", "chapter_id", "text_id", "start", "end"]
    first = old.comments.first()
    if first and first.body == body and all(getattr(old, name) == getattr(thread, name) for name in same):
        return old
    raise conflict("external_id", _("Another note was posted under this external id."))


def _post(thread: Thread, body: str, me: Membership) -> Comment:
    """Stores the thread, its first comment and its anchors; the newest draft's too where it was written on an older."""
    thread.save(force_insert=True)
    comment = Comment.objects.create(
        thread=thread,
        author=thread.author,
        body=body,
        round=thread.round,
        anonymity=thread.round.anonymity,
        created=thread.created,
    )
    if thread.scope == "section":
        anchor = Anchor.objects.create(
            thread=thread,
            draft=thread.draft,
            chapter=thread.chapter,
            section=thread.section,
            text=thread.text,
            start=thread.start,
            end=thread.end,
            fate="kept",
        )
        newest = thread.manuscript.open_draft
        if newest and newest.pk != thread.draft_id:
            carry_one(anchor, newest)
    if thread.recorded_by is None:
        mark_active(thread.author, thread.round)
    record_event(thread.manuscript, "thread.created", me, f"thread:{thread.pk}")
    return comment


def mark_active(member: Membership, round_: Round) -> None:
    """A reader who writes or answers is reading; their invitation counts as accepted."""
    if member.role != "reviewer" or round_.state != "running":
        return
    review, _made = Review.objects.get_or_create(member=member, round=round_)
    review.active = timezone.now()
    if review.state in {"invited", "opened", "declined"}:
        review.state = "started"
    review.save(update_fields=["active", "state"])
    if member.accepted is None:
        accept(member, member.user)


def _hold(thread: Thread) -> None:
    """Waits for whoever changes this note now, and takes in what they changed. In the caller's transaction."""
    rows = Thread.objects.select_for_update().values_list("status", "withdrawn")
    thread.status, thread.withdrawn = rows.get(pk=thread.pk)


def _touch(thread: Thread, *changed: str) -> None:
    """Stores the fields `changed` and that something about the note did; nobody else's change is written over."""
    thread.updated = timezone.now()
    thread.save(update_fields=["updated", *changed])


@transaction.atomic
def reply(actor: Actor, thread: Thread, body: Any) -> Comment:
    """Adds a message to the thread."""
    _hold(thread)
    check(actor, "thread.reply", thread)
    words = read_words(body)
    if not words:
        raise Refused("required", _("Write something first."), field="body")
    me = actor.membership_in(thread.manuscript_id)
    round_ = writing_round(thread.manuscript)
    comment = Comment.objects.create(thread=thread, author=me, body=words, round=round_, anonymity=round_.anonymity)
    record_mentions(actor, comment)
    mark_active(me, round_)
    _touch(thread)
    record_event(thread.manuscript, "comment.created", me, f"thread:{thread.pk}", comment=comment.pk)
    return comment


@transaction.atomic
def edit_comment(actor: Actor, comment: Comment, body: Any, was: Any = None) -> Comment:
    """Replaces the words of one's own message, until someone has answered (409 `answered`). Harmless twice.

    `was` is what the writer had before them: 409 `changed` with `current` where it says something else by now.
    """
    _hold(comment.thread)
    comment.refresh_from_db(fields=["withdrawn", "body"])
    if comment.withdrawn or not _is_mine(actor, comment):
        check(actor, "comment.withdraw", comment)
        raise conflict("withdrawn", _("This was withdrawn."))
    words = read_words(body)
    if words == comment.body:
        return comment
    try:
        check(actor, "comment.edit", comment)
    except PermissionDenied as error:
        raise conflict("answered", str(error)) from None
    if was is not None and read_words(was) != comment.body:
        detail = _("You changed this in another window. Save again to put these words in the place of those.")
        raise conflict("changed", detail, current=comment.body)
    if not words and comment.thread.kind not in {"reaction", "suggestion"}:
        raise Refused("required", _("Write something first."), field="body")
    comment.body, comment.edited = words, timezone.now()
    comment.save(update_fields=["body", "edited"])
    record_mentions(actor, comment)
    _touch(comment.thread)
    me = actor.membership_in(comment.manuscript)
    record_event(comment.manuscript, "comment.edited", me, f"thread:{comment.thread_id}", comment=comment.pk)
    return comment


def _is_mine(actor: Actor, obj: Any) -> bool:
    me = actor.membership_in(obj.manuscript)
    return me is not None and obj.author_id == me.pk


@transaction.atomic
def withdraw(actor: Actor, thread: Thread) -> None:
    """Takes back one's own note; its words are gone, replies of others stay under a stub. Harmless twice."""
    _hold(thread)
    check(actor, "thread.withdraw", thread)
    now = timezone.now()
    first = thread.comments.order_by("created", "pk").first()
    if first and first.withdrawn is None:
        first.body, first.withdrawn = "", now
        first.save(update_fields=["body", "withdrawn"])
    if thread.withdrawn is None:
        thread.withdrawn, thread.replacement = now, None
        _touch(thread, "withdrawn", "replacement")
        me = actor.membership_in(thread.manuscript_id)
        record_event(thread.manuscript, "thread.withdrawn", me, f"thread:{thread.pk}")


@transaction.atomic
def withdraw_comment(actor: Actor, comment: Comment) -> None:
    """Takes back one message; the first of a thread takes back the thread."""
    _hold(comment.thread)
    check(actor, "comment.withdraw", comment)
    thread = comment.thread
    if thread.comments.order_by("created", "pk").values_list("pk", flat=True).first() == comment.pk:
        return withdraw(actor, thread)
    comment.body, comment.withdrawn = "", timezone.now()
    comment.save(update_fields=["body", "withdrawn"])
    _touch(thread)
    me = actor.membership_in(thread.manuscript_id)
    record_event(thread.manuscript, "comment.withdrawn", me, f"thread:{thread.pk}", comment=comment.pk)


@transaction.atomic
def decide(
    actor: Actor, thread: Thread, decision: str | None, reason: Any = "", duplicate_of: Thread | None = None
) -> Thread:
    """The author's decision on a note; None takes it back. No change needs its reason, a duplicate its thread."""
    _hold(thread)
    check(actor, "thread.decide", thread)
    me = actor.membership_in(thread.manuscript_id)
    if decision is None:
        Decision.objects.filter(thread=thread).delete()
        thread.status = "open"
    else:
        words = read_words(reason, "reason")
        _check_decision(thread, decision, words, duplicate_of)
        Decision.objects.update_or_create(
            thread=thread,
            defaults={
                "decision": decision,
                "reason": words,
                "duplicate_of": duplicate_of if decision == "duplicate" else None,
                "applied_in": None,
                "by": me,
                "at": timezone.now(),
            },
        )
        thread.status = "decided"
        if decision == "will_change":
            _look_again(thread.manuscript)
    _touch(thread, "status")
    thread = Thread.objects.select_related("decision", "manuscript").get(pk=thread.pk)
    record_event(thread.manuscript, "thread.decided", me, f"thread:{thread.pk}", decision=decision)
    return thread


def _look_again(manuscript: Manuscript) -> None:
    """An upload that waits to be opened is checked against the change list as it is now."""
    waiting = manuscript.drafts.filter(state="ready", working=False).first()
    if waiting is not None:
        foresee_soon(waiting)


def _check_decision(thread: Thread, decision: str, reason: str, duplicate_of: Thread | None) -> None:
    if decision not in {key for key, _label in Decision.KINDS}:
        raise Refused("invalid", _("This is not a decision."), field="decision")
    if decision == "no_change" and not reason:
        raise Refused("required", _("Say why nothing changes: the reader will see it."), field="reason")
    if decision == "duplicate":
        if duplicate_of is None:
            raise Refused("required", _("Say which note says the same."), field="duplicate_of")
        if duplicate_of.manuscript_id != thread.manuscript_id or duplicate_of.pk == thread.pk:
            raise Refused("invalid", _("A note is a duplicate of another note of this book."), field="duplicate_of")


@transaction.atomic
def agree(actor: Actor, thread: Thread) -> None:
    """ "Me too". Harmless twice."""
    _hold(thread)
    check(actor, "thread.agree", thread)
    me = actor.membership_in(thread.manuscript_id)
    round_ = writing_round(thread.manuscript)
    _row, made = Agreement.objects.get_or_create(
        thread=thread, member=me, defaults={"round": round_, "anonymity": round_.anonymity}
    )
    if made:
        mark_active(me, round_)
        _touch(thread)
        record_event(thread.manuscript, "thread.agreed", me, f"thread:{thread.pk}")


@transaction.atomic
def unagree(actor: Actor, thread: Thread) -> None:
    """Takes "me too" back. Harmless twice."""
    _hold(thread)
    check(actor, "thread.agree", thread)
    me = actor.membership_in(thread.manuscript_id)
    gone, _rows = Agreement.objects.filter(thread=thread, member=me).delete()
    if gone:
        _touch(thread)
        record_event(thread.manuscript, "thread.agreed", me, f"thread:{thread.pk}", taken_back=True)


@transaction.atomic
def place_by_hand(actor: Actor, thread: Thread, text_id: Any, selector: Any) -> Anchor:
    """Puts a note on words of the newest open draft by hand; `text_id` None detaches it."""
    anchor, before = _begin_placing(actor, thread)
    if text_id is None:
        anchor.fate, anchor.reason = "detached", _("Detached by hand")
        if before:
            anchor.chapter, anchor.section, anchor.text = before.chapter, before.section, before.text
            anchor.near = before.near if before.start is None else before.start
            anchor.near_end = before.near_end
    else:
        new = NewThread(kind=thread.kind, text_id=text_id, selector=selector)
        place = place_in_text(actor, thread.manuscript, new)
        if place.draft.pk != anchor.draft_id or place.placement is None:
            raise conflict("not_in_open_draft", _("That text does not stand in the open draft."))
        anchor.chapter_id, anchor.section, anchor.text = place.chapter_id, place.placement.section, place.placement.text
        anchor.start, anchor.end, anchor.fate = place.start, place.end, "kept"
        anchor.reason = _("Placed by hand")
    return _placed(actor, thread, anchor)


@transaction.atomic
def keep_on_chapter(actor: Actor, thread: Thread) -> Anchor:
    """Puts a note on the whole of the chapter that it stands in, or stood in; 409 where that is gone."""
    anchor, before = _begin_placing(actor, thread)
    chapter = before.chapter if before else thread.chapter
    if not Placement.objects.readable_by(actor, anchor.draft).filter(chapter=chapter).exists():
        raise conflict("chapter_gone", _("Its chapter does not stand in the open draft."))
    anchor.chapter, anchor.fate, anchor.reason = chapter, "kept", _("Kept on the chapter by hand")
    return _placed(actor, thread, anchor)


@transaction.atomic
def undo_placement(actor: Actor, thread: Thread) -> Anchor:
    """Takes back what was last placed by hand in the newest open draft: the note stands where it stood before that.
    409 where nothing was."""
    anchor, _last = _begin_placing(actor, thread)
    before = before_placing(thread.anchors.filter(draft=anchor.draft).order_by("attempt"))
    if before is None:
        raise conflict("nothing_to_undo", _("Nothing was placed by hand here."))
    for name in PLACE:
        setattr(anchor, name, getattr(before, name))
    return _placed(actor, thread, anchor)


def _begin_placing(actor: Actor, thread: Thread) -> tuple[Anchor, Anchor | None]:
    """An unsaved anchor by hand in the newest open draft, and the one that counts there now."""
    _hold(thread)
    check(actor, "thread.place", thread)
    newest = thread.manuscript.open_draft
    if newest is None or thread.scope != "section":
        raise conflict("no_passage", _("Only a note on a passage can be put elsewhere, once a draft is open."))
    before = newest_anchor(thread, newest)
    return Anchor(thread=thread, draft=newest, attempt=before.attempt + 1 if before else 1, by="hand"), before


def _placed(actor: Actor, thread: Thread, anchor: Anchor) -> Anchor:
    anchor.save()
    _touch(thread)
    me = actor.membership_in(thread.manuscript_id)
    record_event(thread.manuscript, "thread.placed", me, f"thread:{thread.pk}")
    return anchor

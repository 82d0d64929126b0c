"""The rows of the permission table about what readers are asked and what they say."""

from django.utils.translation import gettext_lazy as _

from manuscripts.permissions import (
    OWNER_ONLY,
    TEAM_ONLY,
    Actor,
    allow,
    author_team,
    both,
    may_administer,
    may_write,
    member,
    observer,
    owner,
    reviewer,
)


def round_is_running(actor: Actor, obj) -> bool:
    """The manuscript of `obj` has a round that takes answers and notes."""
    manuscript = getattr(obj, "manuscript", obj)
    current = manuscript.current_round
    return current is not None and current.state == "running"


def has_open_draft(actor: Actor, obj) -> bool:
    return getattr(obj, "manuscript", obj).open_draft is not None


def written_by_them(actor: Actor, obj) -> bool:
    mine = actor.membership_in(obj.manuscript)
    return mine is not None and obj.author_id == mine.pk


def recorded_by_them(actor: Actor, obj) -> bool:
    mine = actor.membership_in(obj.manuscript)
    return mine is not None and obj.recorded_by_id == mine.pk


def not_answered(actor: Actor, obj) -> bool:
    """Nobody has replied to this comment, nor the author decided on its thread."""
    if obj.thread.status == "decided":
        return False
    return not obj.thread.comments.filter(pk__gt=obj.pk, withdrawn=None).exclude(author=obj.author_id).exists()


def not_withdrawn(actor: Actor, obj) -> bool:
    return obj.withdrawn is None


def not_theirs(actor: Actor, obj) -> bool:
    return not written_by_them(actor, obj)


def their_own(actor: Actor, obj) -> bool:
    """A row that belongs to a member: an answer, a review, an unsent note."""
    mine = actor.membership_in(obj.manuscript)
    return mine is not None and obj.member_id == mine.pk


def they_themselves(actor: Actor, obj) -> bool:
    """A membership that is the person's own."""
    mine = actor.membership_in(obj.manuscript)
    return mine is not None and mine.pk == obj.pk


def not_of_the_team(actor: Actor, obj) -> bool:
    """A membership of someone who does not write the book: these have pseudonyms."""
    return not obj.is_author_team


def nobody_was_promised_namelessness(actor: Actor, obj) -> bool:
    """In no round of the manuscript so far was nobody to learn who wrote what: else the list of members would name
    the writer of each note."""
    mine = actor.membership_in(obj.manuscript_id)
    return mine is not None and not mine.manuscript.promised_namelessness


ROUND_ENDED = _("The round has ended: notes and answers wait for the next one.")

allow("thread.read", member)
allow(
    "thread.create",
    both(reviewer, may_write, round_is_running),
    both(observer, may_write, round_is_running),
    both(author_team, may_write, has_open_draft),
    otherwise=ROUND_ENDED,
)
allow(
    "thread.reply",
    both(reviewer, may_write, round_is_running),
    both(author_team, may_write),
    both(written_by_them, may_write, round_is_running),
    otherwise=ROUND_ENDED,
)
allow(
    "thread.agree",
    both(reviewer, not_theirs, may_write, round_is_running),
    otherwise=_("Readers agree with notes of others while the round runs."),
)
allow(
    "thread.withdraw",
    both(written_by_them, may_write),
    both(author_team, recorded_by_them, may_write),
    otherwise=_("Only who wrote a note can withdraw it."),
)
allow("thread.follow", both(member, may_write))
allow("news.mark", both(member, may_write))
allow("thread.decide", both(author_team, may_write), otherwise=TEAM_ONLY)
allow("thread.apply", both(author_team, may_write), otherwise=TEAM_ONLY)
allow("desk.read", author_team, otherwise=TEAM_ONLY)
allow(
    "thread.place",
    both(author_team, may_write),
    both(written_by_them, not_withdrawn, may_write, round_is_running),
    otherwise=_("A note is put elsewhere by the author team and, while the round runs, by who wrote it."),
)
allow("thread.record", both(author_team, may_write), otherwise=TEAM_ONLY)
allow(
    "comment.edit",
    both(written_by_them, not_answered, may_write),
    otherwise=_("A note can be edited by who wrote it until someone answers."),
)
allow("comment.withdraw", both(written_by_them, may_write), otherwise=_("Only who wrote this can withdraw it."))
allow("question.read", member)
allow("question.change", both(author_team, may_write), otherwise=TEAM_ONLY)
allow("answer.read", author_team, their_own)
allow("answer.create", both(reviewer, may_write, round_is_running), otherwise=ROUND_ENDED)
allow("answer.record", both(author_team, may_write, has_open_draft), otherwise=TEAM_ONLY)
allow(
    "answer.delete", both(their_own, may_write, round_is_running), both(author_team, may_write), otherwise=ROUND_ENDED
)
allow("review.read", author_team, their_own)
allow("review.change", both(reviewer, their_own, may_write, round_is_running), otherwise=ROUND_ENDED)
allow("unsent.keep", both(member, may_write))

# People
allow("people.read", author_team, otherwise=TEAM_ONLY)
allow("people.invite", both(author_team, may_write, may_administer), otherwise=TEAM_ONLY)
allow("people.suggest", both(reviewer, may_write), otherwise=_("Readers name colleagues; the author team invites."))
allow("people.change", both(author_team, may_write, may_administer), otherwise=TEAM_ONLY)
allow(
    "people.describe",
    both(they_themselves, may_write),
    both(author_team, may_write, may_administer),
    otherwise=_("Only they themselves and the author team say this."),
)
allow(
    "people.make_authors",
    both(owner, may_write, may_administer),
    otherwise=_("Only the author can change who writes the book."),
)
allow("people.see_details", author_team, they_themselves)
allow(
    "people.see_pseudonym",
    both(they_themselves, not_of_the_team),
    both(author_team, not_of_the_team, nobody_was_promised_namelessness),
)
allow("people.see_links", both(owner, may_administer), otherwise=OWNER_ONLY)

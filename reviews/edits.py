"""Edits of the working draft: which stand in it, adding one, taking one back."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from jobs.queue import enqueue
from manuscripts.errors import Refused, conflict
from manuscripts.manuscripts import record_event
from manuscripts.models import Draft, Membership, Placement, SectionText
from manuscripts.permissions import Actor, check
from manuscripts.rendering import Rendered, render
from manuscripts.splicing import Change, changed, shifted
from manuscripts.uploads import discard
from manuscripts.working import hold, kept_text, must_be_ready, put_text

from .models import Decision, Edit, Thread


@dataclass(frozen=True)
class Edits:
    """The edits of a draft, oldest first: those that stand in its text, and those whose words another draft changed
    meanwhile. What does not fit is kept until its author has looked at it."""

    standing: list[Edit]
    unfit: list[Edit]

    def __len__(self) -> int:
        return len(self.standing) + len(self.unfit)

    def of_section(self, section_id: int | None) -> list[Edit]:
        return [edit for edit in self.standing if edit.section_id == section_id]


def edits_of(draft: Draft) -> Edits:
    """All edits of a draft, in two queries: read backwards from what stands in each section now. Their texts are known
    by their ids alone (`with_words`)."""
    now = dict(draft.placements.values_list("section_id", "text_id"))
    standing: list[Edit] = []
    unfit: list[Edit] = []
    for edit in reversed(draft.edits.select_related("section", "thread", "by").order_by("pk")):
        if now.get(edit.section_id) == edit.after_id:
            standing.append(edit)
            now[edit.section_id] = edit.before_id
        else:
            unfit.append(edit)
    return Edits(standing[::-1], unfit[::-1])


def with_words(edits: Sequence[Edit], *columns: str) -> Sequence[Edit]:
    """The edits with these columns of the texts before and after them; one query, each text once."""
    ids = {pk for edit in edits for pk in (edit.before_id, edit.after_id)}
    texts = SectionText.objects.only(*columns).in_bulk(ids)
    for edit in edits:
        edit.before, edit.after = texts[edit.before_id], texts[edit.after_id]
    return edits


def chains_of(edits: Iterable[Edit]) -> dict[int, list[Edit]]:
    """The edits of each section, in their order."""
    chains: dict[int, list[Edit]] = {}
    for edit in edits:
        chains.setdefault(edit.section_id, []).append(edit)
    return chains


def add_edit(
    draft: Draft,
    placement: Placement,
    text: SectionText,
    by: Membership | None,
    at: datetime,
    thread: Thread | None = None,
) -> Edit:
    """Lets other words stand in a section of the working draft, and foresees anew what it does to notes. The
    manuscript is held."""
    edit = Edit(draft=draft, section=placement.section, thread=thread, before_id=placement.text_id, after=text, at=at)
    edit.by = by or draft.manuscript.memberships.get(role="author")
    put_text(placement, text)
    edit.save()
    foresee_soon(draft)
    return edit


def foresee_soon(draft: Draft) -> None:
    """Begins the work that says what the draft changes and does to notes; once, however many edits come."""
    enqueue(
        "foresee_draft",
        {"draft": draft.pk},
        subject=f"manuscript:{draft.manuscript_id}",
        key=f"foresee_draft:{draft.pk}",
    )


# Taking back


def undo(actor: Actor, edit: Edit) -> Draft:
    """Takes an edit back, until its draft opens; later edits of its section are made again on the text as it was.

    Refuses (409) with `opening`, with `later_edits` where one of them stands on the same words, and with `changed`
    where someone else edits the section in this moment. A working draft without edits is thrown away.
    """
    check(actor, "section.change", edit.draft.manuscript)
    me = actor.membership_in(edit.draft.manuscript_id)
    _must_be_working(edit.draft)
    chain = _from(edit)
    texts = _made_again(edit, with_words(chain[1:], "markdown", "text"))
    with transaction.atomic():
        manuscript = hold(edit.draft.manuscript)
        draft = _must_be_working(Draft.objects.select_related("manuscript").get(pk=edit.draft_id))
        if [each.pk for each in _from(edit)] != [each.pk for each in chain]:
            raise conflict("changed", _("Someone changed this in the meantime. Look again."))
        before = edit.before
        for later, (markdown, made) in zip(chain[1:], texts, strict=True):
            later.before, later.after = before, kept_text(manuscript, markdown, made)
            later.save(update_fields=["before", "after"])
            before = later.after
        if chain:
            put_text(draft.placements.get(section=edit.section_id), before)
        edit.delete()
        take_decisions_back([edit])
        subject = f"thread:{edit.thread_id}" if edit.thread_id else f"draft:{draft.pk}"
        record_event(manuscript, "edit.undone", me, subject, section=edit.section.key)
        if draft.edits.exists():
            foresee_soon(draft)
        else:
            discard(actor, draft)
    return draft


def _must_be_working(draft: Draft) -> Draft:
    if draft.state == "discarded":
        raise conflict("not_ready", _("The working draft was thrown away, and this edit with it."))
    if draft.was_opened:
        raise conflict("not_ready", _("This draft has opened: what it changed is part of the book."))
    return must_be_ready(draft)


def _from(edit: Edit) -> list[Edit]:
    """The edit and the later ones of its section; nothing where it does not stand in the text."""
    standing = edits_of(edit.draft).of_section(edit.section_id)
    at = next((n for n, each in enumerate(standing) if each.pk == edit.pk), None)
    return standing[at:] if at is not None else []


def _made_again(edit: Edit, later: Sequence[Edit]) -> list[tuple[str, Rendered]]:
    """What each later edit makes of the section without this one: its Markdown, rendered. Exact, or refused."""
    back = changed(edit.after.markdown, edit.before.markdown)
    words = changed(edit.after.text, edit.before.text)
    wanted: list[tuple[str, str]] = []
    for each in later:
        back = _past(back, changed(each.before.markdown, each.after.markdown), each)
        words = _past(words, changed(each.before.text, each.after.text), each)
        wanted.append((back.applied(each.after.markdown), words.applied(each.after.text)))
    made = render([markdown for markdown, _text in wanted]) if wanted else []
    for (_markdown, text), each in zip(wanted, made, strict=True):
        if not isinstance(each, Rendered) or each.text != text:
            raise _on_same_words(later[0])
    return [(markdown, each) for (markdown, _text), each in zip(wanted, made, strict=True)]  # type: ignore[misc]


def _past(change: Change, step: Change, edit: Edit) -> Change:
    """The change after a later edit that left its place alone."""
    place = shifted(change.start, change.end, step)
    touching = change.start <= step.end and step.start <= change.end
    if place is None or (touching and (change.start == change.end or step.start == step.end)):
        raise _on_same_words(edit)
    return Change(*place, change.words)


def _on_same_words(edit: Edit) -> Refused:
    told = _("A later change of this section stands on the same words. Take that one back first.")
    return conflict("later_edits", told, edit=str(edit.pk))


def take_decisions_back(edits: Iterable[Edit]) -> None:
    """Notes that were decided by applying them wait for a decision again."""
    for edit in edits:
        if edit.thread_id is None:
            continue
        made = Decision.objects.filter(thread=edit.thread_id, decision="will_change", reason="", at=edit.at)
        if made.delete()[0]:
            Thread.objects.filter(pk=edit.thread_id).update(status="open", updated=timezone.now())

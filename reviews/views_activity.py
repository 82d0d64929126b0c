"""What happened in a manuscript, newest first, for the author team."""

from collections.abc import Iterable
from dataclasses import dataclass
from itertools import groupby
from typing import Any

from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_GET

from manuscripts.models import Event, Manuscript
from manuscripts.permissions import load

PAGE = 50
SENTENCES = {
    "manuscript.created": _("made the manuscript"),
    "manuscript.changed": _("changed the settings of the manuscript"),
    "draft.uploaded": _("uploaded a draft"),
    "draft.opened": _("opened a draft"),
    "draft.corrected": _("corrected the outline of a draft"),
    "draft.discarded": _("threw a draft away"),
    "round.changed": _("changed the round"),
    "round.ended": _("ended the round"),
    "discipline.added": _("added a discipline"),
    "discipline.changed": _("changed a discipline"),
    "member.invited": _("invited someone"),
    "member.accepted": _("accepted"),
    "member.declined": _("declined"),
    "member.changed": _("changed who someone is here"),
    "member.removed": _("removed someone"),
    "member.link_revoked": _("revoked a personal link"),
    "thread.created": _("wrote a note"),
    "thread.decided": _("decided on a note"),
    "thread.withdrawn": _("withdrew a note"),
    "thread.agreed": _("agreed with a note"),
    "thread.placed": _("put a note in its place"),
    "thread.applied": _("applied a suggestion to the text"),
    "section.edited": _("edited a section"),
    "edit.undone": _("took an edit back"),
    "comment.created": _("replied to a note"),
    "comment.edited": _("edited a note"),
    "comment.withdrawn": _("withdrew a reply"),
    "answer.saved": _("answered a question"),
    "answer.deleted": _("took an answer back"),
    "question.created": _("added a question"),
    "question.changed": _("changed a question"),
    "review.started": _("opened their review again"),
    "review.submitted": _("finished their review"),
    "review.declined": _("declined"),
    "report.done": _("made a report"),
    "report.shared": _("made a link to a report"),
    "report.share_stopped": _("stopped a link to a report"),
    "schedule.kept": _("kept a choice for reports"),
    "schedule.stopped": _("stopped reports from being made by themselves"),
    "schedule.deleted": _("deleted a choice for reports"),
    "report.shown": _("showed a report to the readers"),
    "report.show_stopped": _("stopped showing a report to the readers"),
    "sample.begun": _("began to load the sample"),
    "sample.loaded": _("loaded the sample"),
}


@dataclass(frozen=True)
class Line:
    """One entry as a sentence, with the address of what it is about; `times` where it happened again and again."""

    at: Any
    who: str
    what: Any
    url: str
    times: int = 1


def lines_of(events: Iterable[Event], nameless: bool) -> list[Line]:
    """One line for what the same person did several times running.

    `nameless`: a round promised that nobody learns who wrote what. Then no reader is named, whatever they did: who
    came or finished at the minute of a note wrote it. Nor do their lines join, which would tell one from another.
    """

    def same(event: Event) -> tuple[object, ...]:
        return (event.pk,) if _hidden(event, nameless) else (event.actor_id, event.kind)

    lines = []
    for _same, group in groupby(events, key=same):
        newest, *older = group
        who = newest.actor.name if newest.actor else str(_("The server"))
        if _hidden(newest, nameless):
            who = str(_("A reader"))
        what = SENTENCES.get(newest.kind, newest.kind)
        lines.append(Line(newest.at, who, what, address(newest), 1 + len(older)))
    return lines


def _hidden(event: Event, nameless: bool) -> bool:
    return nameless and event.actor is not None and not event.actor.is_author_team


def address(event: Event) -> str:
    """The page of the note, draft or report an entry is about; empty for others."""
    thing, _colon, pk = event.subject.partition(":")
    slug = event.manuscript.slug
    if thing == "thread":
        return f"{reverse('desk', args=[slug])}?note={pk}"
    if thing == "report":
        return reverse("report", args=[slug, pk])
    if thing == "draft" and "number" in event.data:
        return reverse("draft", args=[slug, event.data["number"]])
    return ""


@require_GET
def activity(request: HttpRequest, slug: str) -> HttpResponse:
    """The activity log in pages of fifty."""
    manuscript = load(Manuscript, request.actor, "activity.read", slug=slug)
    events = manuscript.events.select_related("actor", "manuscript").order_by("-at", "-pk")
    page = Paginator(events, PAGE).get_page(request.GET.get("page"))
    context = {"manuscript": manuscript, "here": "manuscript", "page": page}
    context["lines"] = lines_of(page, manuscript.promised_namelessness)
    return render(request, "reviews/activity.html", context)

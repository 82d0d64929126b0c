"""What the reading room posts: notes, replies, decisions, answers, what is unsent, how far someone has read.

A script asks for JSON and gets the note as it now stands, as HTML; a plain form is sent back to its page.
"""

import json
from collections.abc import Callable
from functools import wraps
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from manuscripts.errors import Refused, conflict
from manuscripts.models import Manuscript
from manuscripts.modes import Visibility
from manuscripts.permissions import load

from . import unsent
from .answers import check_unchanged, delete_answer, save_answer
from .asking import posted
from .invitations import reason_of
from .models import Answer, Comment, Question, Thread
from .note_html import notes_html
from .room import draft_to_read
from .rounds import record_reading, review_of, set_review
from .threads import (
    NewThread,
    agree,
    create_thread,
    decide,
    edit_comment,
    reply,
    unagree,
    withdraw,
    withdraw_comment,
)
from .views_reading import cards_of
from .views_session import check_writer, not_here, refusal

View = Callable[..., HttpResponse]


def wants_json(request: HttpRequest) -> bool:
    return "application/json" in request.headers.get("Accept", "")


def back(request: HttpRequest, slug: str) -> HttpResponse:
    """To the page the form was on."""
    target = request.POST.get("next", "")
    if not url_has_allowed_host_and_scheme(target, allowed_hosts={request.get_host()}):
        target = reverse("manuscript", args=[slug])
    return redirect(target)


def told(view: View) -> View:
    """Says a refusal as JSON to a script, as a message to a plain form. What a plain form held is kept unsent."""

    @wraps(view)
    def told_view(request: HttpRequest, slug: str, **lookup: Any) -> HttpResponse:
        try:
            check_writer(request, slug)
            return view(request, slug, **lookup)
        except Refused as error:
            if wants_json(request):
                return refusal(error)
            messages.error(request, str(error.detail))
            _keep_plain(request, slug)
            return back(request, slug)
        except PermissionDenied as error:
            if wants_json(request):
                return JsonResponse({"code": "forbidden", "detail": str(error)}, status=403)
            _keep_plain(request, slug)
            raise
        except Http404:
            if wants_json(request):
                return JsonResponse(not_here(request, slug), status=404)
            raise

    return require_POST(told_view)


def _keep_plain(request: HttpRequest, slug: str) -> None:
    manuscript = load(Manuscript, request.actor, "manuscript.read", slug=slug)
    membership = request.actor.membership_in(manuscript)
    if request.POST.get("body", "").strip() and "place" not in request.POST:
        content = {name: request.POST[name] for name in ("kind", "body", "chapter") if name in request.POST}
        unsent.keep(membership, f"plain:{request.POST.get('chapter', 'book')}", content)


def note_answer(request: HttpRequest, slug: str, thread_id: int) -> HttpResponse:
    """The note as it stands now: HTML of its card, or `gone`; a plain form goes back to its page."""
    if not wants_json(request):
        return back(request, slug)
    rows = Thread.objects.visible_to(request.actor).filter(pk=thread_id, manuscript__slug=slug)
    manuscript = load(Manuscript, request.actor, "manuscript.read", slug=slug)
    cards = cards_of(request, draft_to_read(request.actor, manuscript, None), rows)
    if not cards:
        return JsonResponse({"id": str(thread_id), "gone": True})
    return JsonResponse({"id": str(thread_id), "html": notes_html(cards)})


@told
def note_create(request: HttpRequest, slug: str) -> HttpResponse:
    """A new note; `place` names the composer, so that a second try does not write it twice."""
    manuscript = load(Manuscript, request.actor, "manuscript.read", slug=slug)
    new = new_thread(request.POST)

    def send() -> tuple[int, Thread]:
        thread, _made = create_thread(request.actor, manuscript, new)
        return thread.pk, thread

    membership = request.actor.membership_in(manuscript)
    thread_id, _thread = unsent.send_once(membership, request.POST.get("place", ""), repr(new), send)
    return note_answer(request, slug, thread_id)


def new_thread(data: Any) -> NewThread:
    """A posted form as a NewThread; what is not in it keeps its default. Raises Refused."""
    selector: Any = None
    if data.get("selector"):
        try:
            selector = json.loads(data["selector"])
        except (ValueError, RecursionError):
            raise Refused("invalid_selector", _("This does not say which words were selected.")) from None
    kind = data.get("kind", "comment")
    return NewThread(
        kind=kind,
        body=data.get("body", ""),
        text_id=data.get("text_id") or None,
        chapter=data.get("chapter") or None,
        selector=selector,
        replacement=data.get("replacement") if kind == "suggestion" else None,
        reaction=data.get("reaction", ""),
        discipline=data.get("discipline") or None,
        visibility=data.get("visibility", "everyone"),
        quote_permission=data.get("quote_permission", "no"),
    )


@told
def note_reply(request: HttpRequest, slug: str, pk: int) -> HttpResponse:
    thread = load(Thread, request.actor, "thread.read", pk=pk, manuscript__slug=slug)
    membership = request.actor.membership_in(thread.manuscript)

    body = request.POST.get("body", "")

    def send() -> tuple[int, Comment]:
        comment = reply(request.actor, thread, body)
        return comment.pk, comment

    unsent.send_once(membership, request.POST.get("place", ""), body, send)
    return note_answer(request, slug, pk)


@told
def note_agree(request: HttpRequest, slug: str, pk: int) -> HttpResponse:
    """Me too; with `undo` taken back."""
    thread = load(Thread, request.actor, "thread.read", pk=pk, manuscript__slug=slug)
    (unagree if request.POST.get("undo") else agree)(request.actor, thread)
    return note_answer(request, slug, pk)


@told
def note_decide(request: HttpRequest, slug: str, pk: int) -> HttpResponse:
    """The author's decision; an empty one takes it back."""
    thread = load(Thread, request.actor, "thread.read", pk=pk, manuscript__slug=slug)
    same = None
    if request.POST.get("duplicate_of"):
        same = load(Thread, request.actor, "thread.read", pk=request.POST["duplicate_of"], manuscript__slug=slug)
    decide(request.actor, thread, request.POST.get("decision") or None, request.POST.get("reason", ""), same)
    return note_answer(request, slug, pk)


@told
def note_withdraw(request: HttpRequest, slug: str, pk: int) -> HttpResponse:
    thread = load(Thread, request.actor, "thread.read", pk=pk, manuscript__slug=slug)
    withdraw(request.actor, thread)
    return note_answer(request, slug, pk)


@told
def comment_change(request: HttpRequest, slug: str, pk: int) -> HttpResponse:
    """Other words for one's message; with `withdraw` it is taken back."""
    rows = Comment.objects.select_related("thread__manuscript")
    comment = load(rows, request.actor, "comment.withdraw", pk=pk, thread__manuscript__slug=slug)
    if request.POST.get("withdraw"):
        withdraw_comment(request.actor, comment)
    else:
        edit_comment(request.actor, comment, request.POST.get("body", ""), request.POST.get("was"))
    return note_answer(request, slug, comment.thread_id)


@require_GET
def unsent_list(request: HttpRequest, slug: str) -> HttpResponse:
    """What this person has typed in this manuscript and not sent."""
    manuscript = load(Manuscript, request.actor, "manuscript.read", slug=slug)
    member = request.actor.membership_in(manuscript)
    notes = [{**note.content, "place": note.place} for note in unsent.unsent_of(member)]
    return JsonResponse({"member": member.pk, "notes": notes})


@told
def unsent_note(request: HttpRequest, slug: str) -> HttpResponse:
    """Keeps what is being typed in `place`, unless that was sent already; with `discard` throws it away."""
    manuscript = load(Manuscript, request.actor, "unsent.keep", slug=slug)
    membership = request.actor.membership_in(manuscript)
    place = request.POST.get("place", "")
    kept = None
    if request.POST.get("discard"):
        unsent.discard(membership, place)
    else:
        kept = unsent.keep(membership, place, _content(request.POST.get("content", "")))
    return JsonResponse({"kept": kept is not None}) if wants_json(request) else back(request, slug)


def _content(text: str) -> dict[str, Any]:
    try:
        content = json.loads(text)
        json.dumps(content)
    except (ValueError, RecursionError):
        content = None
    if not isinstance(content, dict) or unsent.SENT in content:
        raise Refused("invalid", _("This is not what a composer holds."), field="content")
    return content


@told
def answers_save(request: HttpRequest, slug: str) -> HttpResponse:
    """Saves the answers of the form that were given or changed; a script posts one at a time."""
    manuscript = load(Manuscript, request.actor, "manuscript.read", slug=slug)
    given = posted(request.POST)
    for answer in given:
        answer["question"] = load(
            Question, request.actor, "question.read", pk=answer["question"], manuscript=manuscript
        )
    try:
        for answer in given:
            _save(request, manuscript, **answer)
    except PermissionDenied as denied:
        if not _keep_words(request, manuscript, given):
            raise
        raise Refused("forbidden", str(denied), status=403, kept=True) from denied
    if place := request.POST.get("place"):
        unsent.discard(request.actor.membership_in(manuscript), place)
    if not wants_json(request):
        messages.success(request, _("Your answers are saved."))
        return back(request, slug)
    judged = any(answer["question"].kind == "verdict" for answer in given)
    current = manuscript.current_round
    return JsonResponse({"saved": True, "reveals": judged and current.visibility == Visibility.AFTER_VERDICT})


def _save(request: HttpRequest, manuscript: Manuscript, *, question: Question, given: str, **target: Any) -> None:
    if question.kind == "words" and not given.strip():
        _take_back(request, question, target)
        return
    target["words" if question.kind == "words" else "value"] = given
    save_answer(request.actor, manuscript, question=question, was=request.POST.get("was"), **target)


def _keep_words(request: HttpRequest, manuscript: Manuscript, given: list[dict[str, Any]]) -> bool:
    """What was typed when the round ended is unsent, like a note: shown to its writer until it can be sent. Whether
    there was any."""
    typed = [answer for answer in given if answer["question"].kind == "words" and answer["given"].strip()]
    for answer in typed:
        question, key = answer["question"], answer["key"]
        name = f"answer:{question.pk}:{answer['scope']}:{key or ''}:{answer['discipline'] or ''}"
        content = {"answer": name, "exact": question.text, "body": answer["given"], "key": key}
        unsent.keep(request.actor.membership_in(manuscript), name, content)
    return bool(typed)


def _take_back(request: HttpRequest, question: Question, target: dict[str, Any]) -> None:
    """Words that were emptied are no answer."""
    membership = request.actor.membership_in(question.manuscript)
    rows = Answer.objects.filter(member=membership, question=question, scope=target["scope"])
    was = request.POST.get("was")
    for row in rows.filter(round=question.manuscript.current_round).select_related("chapter", "section"):
        if row.key == target["key"]:
            check_unchanged(row, was, "")
            delete_answer(request.actor, row)


@told
@transaction.atomic
def review_state(request: HttpRequest, slug: str) -> HttpResponse:
    """Submits one's review, reopens or declines it."""
    manuscript = load(Manuscript, request.actor, "manuscript.read", slug=slug)
    if manuscript.current_round is None:
        raise conflict("no_round", _("No round is running."))
    review = review_of(request.actor.membership_in(manuscript), manuscript.current_round)
    said = {"reason": reason_of(request.POST), "ask_next": "ask_next" in request.POST}
    set_review(request.actor, review, request.POST.get("state", ""), **said)
    return back(request, slug)


@require_POST
def reading(request: HttpRequest, slug: str) -> HttpResponse:
    """How far the reader has got; sent now and then while they scroll."""
    try:
        check_writer(request, slug)
    except Refused as error:
        return HttpResponse(status=error.status)
    manuscript = load(Manuscript, request.actor, "manuscript.read", slug=slug)
    try:
        share = float(request.POST.get("share", ""))
    except ValueError:
        return HttpResponse(status=400)
    record_reading(request.actor, manuscript, request.POST.get("chapter", ""), share)
    return HttpResponse(status=204)

"""Notes: threads with their comments, decisions, places and agreements. Each change answers with the thread."""

from collections.abc import Callable
from typing import Any

from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from manuscripts.errors import Refused, conflict
from manuscripts.models import Draft, Manuscript, Membership
from manuscripts.numbers import whole
from manuscripts.permissions import Actor, check
from reviews import threads as domain
from reviews.applying import applied_edit, apply
from reviews.edits import undo
from reviews.filtering import FILTERS, filter_threads
from reviews.models import Comment, Thread
from reviews.presenting import present

from .. import shapes
from ..conditional import unchanged
from ..parsing import Body, Line, Text
from ..schema import described
from ..views import KEPT, ApiView

#: The filters of the contract; the desk has one more.
KNOWN = frozenset(FILTERS) - {"visibility"}
ANSWER_ONLY = frozenset({
    "id", "url", "html_url", "scope", "section_discipline", "written_on", "anchor", "status", "decision",
    "agreements", "comments", "updated", "withdrawn",
})  # fmt: skip


PAGES_ONLY = frozenset({
    "mine", "agreed", "following", "names_me", "can", "became", "applied", "place_at", "placed_before", "withdrawn",
})  # fmt: skip


class ThreadBody(Body):
    """A note to post."""

    shown_only = ANSWER_ONLY
    text_id = Text(required=False)
    chapter = Text(required=False)
    kind = Text()
    body = Text(required=False, allow_blank=True, max_length=None)
    replacement = Text(required=False, allow_blank=True)
    reaction = Text(required=False)
    selector = serializers.JSONField(required=False)
    discipline = Text(required=False)
    visibility = Text(required=False)
    quote_permission = Text(required=False)
    external_id = Line(required=False, max_length=200)
    author = Line(required=False)
    via = Line(required=False, allow_blank=True, max_length=120)
    created = serializers.DateTimeField(required=False)

    def validate_created(self, value: Any) -> Any:
        if value > timezone.now():
            raise serializers.ValidationError(_("This lies in the future."))
        return value


class CommentBody(Body):
    shown_only = frozenset({"id", "author", "created", "edited"})
    body = Text(allow_blank=True)


class DecisionBody(Body):
    shown_only = frozenset({"applied_in", "at"})
    decision = Text(allow_null=True)
    reason = Text(required=False, allow_blank=True)
    duplicate_of = Text(required=False, allow_null=True)


class AnchorBody(Body):
    text_id = Text(allow_null=True)
    selector = serializers.JSONField(required=False, allow_null=True)


class ThreadView(ApiView):
    """Base: how threads are shown, in the draft that was asked for or the newest open one."""

    cache_control = KEPT
    params = frozenset({"draft"})

    def draft_of(self, manuscript: Manuscript) -> Draft | None:
        """The draft of `?draft=`, the newest open one where it is absent; Refused for one that is not open to all."""
        number = self.request.query_params.get("draft")
        if number is None:
            return manuscript.open_draft
        found = None
        if number.isascii() and number.isdecimal() and len(number) < 9:
            found = manuscript.drafts.filter(number=number, state__in=["open", "closed"]).first()
        if found is None:
            raise Refused("invalid", _("There is no open draft of this number."), field="draft")
        return found

    def present(self, rows: QuerySet, draft: Draft | None) -> list[dict]:
        shown = present(self.request.actor, rows.order_by("created", "pk"), draft)
        return [exact(thread, self.absolute) for thread in shown]

    def represent(self, thread: Thread) -> dict:
        """The thread as it is now, withdrawn or not."""
        return self.present(Thread.objects.filter(pk=thread.pk), self.draft_of(thread.manuscript))[0]

    def answer(self, thread: Thread, status: int = 200) -> Response:
        return Response(self.represent(thread), status=status)


class Threads(ThreadView):
    params = KNOWN | {"draft", "limit", "cursor"}

    @described("Notes you may see, oldest first", answer=shapes.Thread, listed=True)
    def get(self, request: Request, slug: str) -> Response:
        draft = self.draft_of(self.manuscript)
        rows = Thread.objects.visible_to(request.actor).filter(manuscript=self.manuscript)
        if draft is None:
            return self.page(rows.none(), lambda found: [])
        wanted = {name: request.query_params.getlist(name) for name in KNOWN & set(request.query_params)}
        for name, values in wanted.items():
            if not all(values):
                raise Refused("invalid", _("This filter has no value."), field=name)
        if "author" in wanted:
            rows = rows.signed_for(request.actor.membership_in(self.manuscript))
        rows = filter_threads(rows, draft, wanted)
        return self.page(rows, lambda found: self.present(Thread.objects.filter(pk__in=[t.pk for t in found]), draft))

    @described("Post a note", body=ThreadBody, answer=shapes.Thread, status=201,
               also={200: shapes.Thread}, problems=(409,))  # fmt: skip
    def post(self, request: Request, slug: str) -> Response:
        fields = self.body(ThreadBody)
        if "author" in fields:
            fields["author"] = author_of(request.actor, self.manuscript, fields["author"])
        new = domain.NewThread(**fields)
        thread, created = domain.create_thread(request.actor, self.manuscript, new)
        response = self.answer(thread, 201 if created else 200)
        response["Location"] = response.data["url"]
        return response


class OneThread(ThreadView):
    model = Thread
    read = "thread.read"

    def rows(self) -> QuerySet:
        return Thread.objects.select_related("manuscript", "author", "decision")

    @described("A note", answer=shapes.Thread)
    def get(self, request: Request, pk: str) -> Response:
        return self.answer(self.object)

    @described("Withdraw your note; replies of others stay", answer=shapes.Thread)
    def delete(self, request: Request, pk: str) -> Response:
        self.body()
        with unchanged(self, self.object):
            domain.withdraw(request.actor, self.object)
        return self.answer(self.object)


class ThreadAction(ThreadView):
    """Base: what is done to one thread."""

    model = Thread
    read = "thread.read"
    params = frozenset()

    def rows(self) -> QuerySet:
        return Thread.objects.select_related("manuscript", "author", "decision")


class Comments(ThreadAction):
    @described("Reply", body=CommentBody, answer=shapes.Thread, status=201)
    def post(self, request: Request, pk: str) -> Response:
        domain.reply(request.actor, self.object, self.body(CommentBody)["body"])
        return self.answer(self.object, 201)


class DecideThread(ThreadAction):
    @described("Decide; `null` takes the decision back", body=DecisionBody, answer=shapes.Thread)
    def post(self, request: Request, pk: str) -> Response:
        check(request.actor, "thread.decide", self.object)
        fields = self.body(DecisionBody)
        other = fields.get("duplicate_of")
        duplicate_of = self._thread(other) if other is not None else None
        domain.decide(request.actor, self.object, fields["decision"], fields.get("reason", ""), duplicate_of)
        return self.answer(self.object)

    def _thread(self, pk: str) -> Thread:
        rows = Thread.objects.visible_to(self.request.actor).filter(manuscript=self.object.manuscript)
        found = rows.filter(pk=whole(pk)).first() if whole(pk) is not None else None
        if found is None:
            raise Refused("invalid", _("There is no such note here."), field="duplicate_of")
        return found


class PlaceThread(ThreadAction):
    @described("Put a note on words of the newest open draft by hand; `text_id` null detaches it", body=AnchorBody,
               answer=shapes.Thread, problems=(409,))  # fmt: skip
    def post(self, request: Request, pk: str) -> Response:
        check(request.actor, "thread.place", self.object)
        fields = self.body(AnchorBody)
        domain.place_by_hand(request.actor, self.object, fields["text_id"], fields.get("selector"))
        return self.answer(self.object)


class ApplyThread(ThreadAction):
    @described("Apply the suggestion to the text, in the working draft", answer=shapes.Started, status=202,
               problems=(409,))  # fmt: skip
    def post(self, request: Request, pk: str) -> Response:
        check(request.actor, "thread.apply", self.object)
        self.body()
        job = apply(request.actor, self.object)
        return self.started(self.url("thread", self.object.pk), job.pk)

    @described("Take an applied suggestion out of the working draft", answer=shapes.Thread, problems=(409,))
    def delete(self, request: Request, pk: str) -> Response:
        check(request.actor, "thread.apply", self.object)
        self.body()
        edit = applied_edit(self.object)
        if edit is None:
            raise conflict("not_applied", _("This note is not applied in the working draft."))
        undo(request.actor, edit)
        return self.answer(self.object)


class AgreeThread(ThreadAction):
    @described("Agree; harmless twice", answer=shapes.Thread)
    def post(self, request: Request, pk: str) -> Response:
        self.body()
        domain.agree(request.actor, self.object)
        return self.answer(self.object)

    @described("Take your agreement back; harmless twice", answer=shapes.Thread)
    def delete(self, request: Request, pk: str) -> Response:
        self.body()
        domain.unagree(request.actor, self.object)
        return self.answer(self.object)


class OneComment(ThreadView):
    model = Comment
    read = "thread.read"
    params = frozenset()

    def rows(self) -> QuerySet:
        return Comment.objects.select_related("thread__manuscript", "thread__author", "author")

    @described("Change your words, until someone has answered", body=CommentBody, answer=shapes.Thread,
               problems=(409,))  # fmt: skip
    def patch(self, request: Request, pk: str) -> Response:
        body = self.body(CommentBody)["body"]
        with unchanged(self, self.object.thread):
            domain.edit_comment(request.actor, self.object, body)
        return self.answer(self.object.thread)

    @described("Withdraw your words; the first of a note takes back the note", answer=shapes.Thread)
    def delete(self, request: Request, pk: str) -> Response:
        self.body()
        with unchanged(self, self.object.thread):
            domain.withdraw_comment(request.actor, self.object)
        return self.answer(self.object.thread)


def exact(thread: dict[str, Any], absolute: Callable[[str], str]) -> dict[str, Any]:
    """The thread without what only pages need, its addresses absolute; `withdrawn` only where it is."""
    shown = {name: value for name, value in thread.items() if name not in PAGES_ONLY}
    shown |= {"url": absolute(thread["url"]), "html_url": absolute(thread["html_url"])}
    shown["author"] = _person(thread["author"])
    shown["comments"] = [
        {name: comment[name] for name in ("id", "author", "body", "created", "edited")}
        | {"author": _person(comment["author"])}
        for comment in thread["comments"]
    ]
    return shown | {"withdrawn": True} if thread["withdrawn"] else shown


def _person(person: dict[str, Any]) -> dict[str, Any]:
    return {name: person[name] for name in ("id", "name", "role")}


def author_of(actor: Actor, manuscript: Manuscript, named: str) -> Membership:
    """The member an author records for, by id or e-mail; oneself may be named by anyone."""
    me = actor.membership_in(manuscript)
    if me is not None and named in {str(me.pk), me.email}:
        return me
    check(actor, "thread.record", manuscript)
    people = manuscript.memberships.present().prefetch_related("disciplines__merged_into")
    found = None
    if "@" in named:
        found = people.filter(email=named.strip().lower()).first()
    elif whole(named) is not None:
        found = people.filter(pk=whole(named)).first()
    if found is None:
        raise Refused("unknown_member", _("There is no such member."), field="author")
    return found

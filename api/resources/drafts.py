"""Drafts: uploading, correcting, opening, ending the round."""

from typing import Any

from django.conf import settings
from django.core.exceptions import RequestDataTooBig
from django.http import Http404
from rest_framework import serializers
from rest_framework.parsers import MultiPartParser
from rest_framework.request import Request
from rest_framework.response import Response

from manuscripts.correcting import change_outline
from manuscripts.errors import conflict
from manuscripts.formats import Upload
from manuscripts.models import Draft
from manuscripts.permissions import check, load
from manuscripts.uploads import upload
from reviews.preview import open_as_asked
from reviews.rounds import close_round, open_draft
from reviews.settling import discard

from .. import shapes
from ..conditional import unchanged
from ..parsing import Body, Text
from ..presenting import represent_drafts
from ..schema import described
from ..views import ApiView
from .manuscripts import RoundBody

#: Room for the other fields and the seams of a form around its files.
FORM_BYTES = 1024 * 1024


class UploadBody(Body):
    """The form of an upload."""

    file = serializers.ListField(child=serializers.FileField(allow_empty_file=True), required=False)
    note = serializers.CharField(required=False, allow_blank=True)
    open = serializers.ChoiceField(["new", "same", "true"], required=False)
    chapters = serializers.ListField(child=serializers.CharField(), required=False)
    dry_run = serializers.BooleanField(required=False)


class Drafts(ApiView):
    parser_classes = [MultiPartParser]
    params = frozenset({"limit", "cursor"})

    @described("Drafts, newest first", answer=shapes.Draft, listed=True)
    def get(self, request: Request, slug: str) -> Response:
        check(request.actor, "draft.list", self.manuscript)
        rows = Draft.objects.visible_to(request.actor).filter(manuscript=self.manuscript)
        return self.page(rows, self._shown, order=("-number",))

    def _shown(self, found: list[Draft]) -> list[dict]:
        return represent_drafts(found, self.manuscript, self.request)

    @described("Upload a draft, in one or several files", body={"multipart/form-data": UploadBody},
               answer=shapes.DraftStarted, status=202, also={200: shapes.Draft}, problems=(409,))  # fmt: skip
    def post(self, request: Request, slug: str) -> Response:
        check(request.actor, "draft.import", self.manuscript)
        fields = self.body(UploadBody)
        kind = {"true": "new"}.get(fields.get("open"), fields.get("open"))
        done = upload(
            request.actor,
            self.manuscript,
            [Upload(file.name, file.read()) for file in fields.get("file", [])],
            note=fields.get("note", ""),
            open_as=kind,
            chapters=[key for part in fields.get("chapters", []) for key in part.split(",")],
            dry_run=fields.get("dry_run", False),
        )
        if done.draft is None:
            return self.started(self.url("job", done.job.pk), done.job.pk, number=None, state="importing")
        if done.created:
            url = self.url("draft", slug, done.draft.number)
            return self.started(url, done.job.pk, number=done.draft.number, state=done.draft.state)
        draft = open_as_asked(request.actor, done.draft, kind)
        return Response(self._shown([draft])[0])

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        super().initial(request, *args, **kwargs)
        length = request.META.get("CONTENT_LENGTH") or "0"
        if length.isdecimal() and int(length) > settings.MAX_FILE_BYTES + FORM_BYTES:
            raise RequestDataTooBig


class DraftView(ApiView):
    """Base: a draft by its number."""

    read = "draft.read"

    def _find(self, request: Request, kwargs: dict[str, Any]) -> None:
        super()._find(request, kwargs)
        number = kwargs["number"]
        if not (number.isascii() and number.isdecimal() and len(number) < 9):
            raise Http404
        rows = Draft.objects.select_related("manuscript", "round").filter(manuscript=self.manuscript)
        self.object = load(rows, request.actor, self.read, number=number)

    def represent(self, draft: Draft) -> dict:
        return represent_drafts([draft], self.manuscript, self.request)[0]

    def fresh(self) -> Response:
        return Response(self.represent(Draft.objects.select_related("round").get(pk=self.object.pk)))


class SectionChange(Body):
    shown_only = frozenset({"position", "words", "text_id", "html_url"})
    key = Text()
    title = Text(required=False)
    discipline = Text(required=False, allow_null=True)


class ChapterChange(Body):
    shown_only = frozenset({"position"})
    key = Text()
    title = Text(required=False)
    sections = SectionChange(many=True, required=False)


class OutlineBody(Body):
    """Titles and disciplines by key."""

    shown_only = frozenset({
        "number", "label", "round", "state", "note", "sources", "created", "opened", "closed", "problems", "changes",
    })  # fmt: skip
    chapters = ChapterChange(many=True)


class OneDraft(DraftView):
    needs = {"DELETE": "admin"}

    @described("A draft: its chapters and sections, its problems, what it changed", answer=shapes.Draft)
    def get(self, request: Request, slug: str, number: str) -> Response:
        return Response(self.represent(self.object))

    @described("Correct titles and disciplines while a draft is ready", body=OutlineBody, answer=shapes.Draft,
               problems=(409,))  # fmt: skip
    def patch(self, request: Request, slug: str, number: str) -> Response:
        check(request.actor, "draft.change", self.object)
        chapters = self.body(OutlineBody)["chapters"]
        with unchanged(self, self.object):
            change_outline(request.actor, self.object, chapters)
        return self.fresh()

    @described("Throw a draft away that is ready or failed", status=204, problems=(409,))
    def delete(self, request: Request, slug: str, number: str) -> Response:
        self.body()
        with unchanged(self, self.object):
            discard(request.actor, self.object)
        return Response(status=204)


class OpenBody(RoundBody):
    """How a draft opens; modes that are absent stay as they were."""

    round = serializers.ChoiceField(["new", "same"])


class OpenDraft(DraftView):
    @described("Open a ready draft as a new round or as a correction; confirms what had to be confirmed",
               body=OpenBody, answer=shapes.DraftStarted, status=202, also={200: shapes.Draft},
               problems=(409,))  # fmt: skip
    def post(self, request: Request, slug: str, number: str) -> Response:
        check(request.actor, "draft.open", self.object)
        modes = self.body(OpenBody)
        job = open_draft(request.actor, self.object, modes.pop("round"), modes)
        if job is None:
            return self.fresh()
        return self.started(self.url("draft", slug, self.object.number), job.pk, number=self.object.number,
                            state="opening")  # fmt: skip


class CloseDraft(DraftView):
    @described("End the round of the open draft", answer=shapes.Draft, problems=(409,))
    def post(self, request: Request, slug: str, number: str) -> Response:
        check(request.actor, "draft.open", self.object)
        self.body()
        if self.object.state != "open":
            raise conflict("not_open", "Only the open draft's round can be ended.")
        close_round(request.actor, self.manuscript)
        return self.fresh()

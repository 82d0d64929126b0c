"""The words of sections."""

from django.http import Http404
from django.utils.http import parse_etags
from rest_framework.renderers import JSONRenderer
from rest_framework.request import Request
from rest_framework.response import Response

from manuscripts.models import Draft, Placement, SectionText
from manuscripts.permissions import can, check
from manuscripts.working import working_draft
from reviews.editing import edit_section, section_now

from .. import shapes
from ..conditional import tag_of
from ..parsing import Body, Text
from ..problems import PreconditionFailed
from ..schema import described
from ..views import KEPT, ApiView


class OneText(ApiView):
    model = SectionText
    read = "text.read"
    cache_control = KEPT

    @described("The words of a section; they never change under an id", answer=shapes.Text)
    def get(self, request: Request, pk: str) -> Response:
        text = self.object
        return Response({"id": str(text.pk), "markdown": text.markdown, "html": text.html, "text": text.text})


class SectionBody(Body):
    """The words of a section."""

    shown_only = frozenset({"key", "draft", "text_id"})
    markdown = Text(allow_blank=True)


class OneSection(ApiView):
    cache_control = KEPT

    @described("A section as it stands in the working draft, else in the newest draft you may read",
               answer=shapes.Section)  # fmt: skip
    def get(self, request: Request, slug: str, key: str) -> Response:
        return Response(represent(self._newest(request, key)))

    @described("Write a section anew, in the working draft; 412 says `current` and `yours`", body=SectionBody,
               answer=shapes.Started, status=202, problems=(409,))  # fmt: skip
    def put(self, request: Request, slug: str, key: str) -> Response:
        self._newest(request, key)  # 404 where there is none
        check(request.actor, "section.change", self.manuscript)
        markdown = self.body(SectionBody)["markdown"]
        place = section_now(self.manuscript, key)
        wanted, current = parse_etags(request.headers.get("If-Match", "")), represent(place)
        if wanted and "*" not in wanted and tag_of(JSONRenderer().render(current)) not in wanted:
            raise PreconditionFailed(current, yours={"markdown": markdown})
        job = edit_section(request.actor, self.manuscript, place, markdown)
        return self.started(self.url("section", slug, key), job.pk)

    def _newest(self, request: Request, key: str) -> Placement:
        working = working_draft(self.manuscript) if can(request.actor, "draft.list", self.manuscript) else None
        if working is not None:
            rows = working.placements.select_related("text", "draft", "section")
            placement = rows.filter(section__key=key).first()
            if placement:
                return placement
        drafts = Draft.objects.visible_to(request.actor).filter(manuscript=self.manuscript)
        drafts = drafts.filter(state__in=["ready", "opening", "open", "closed"], placements__section__key=key)
        for draft in drafts.order_by("-number")[:1]:
            rows = Placement.objects.readable_by(request.actor, draft).select_related("text", "draft", "section")
            placement = rows.filter(section__key=key).first()
            if placement:
                return placement
        raise Http404


def represent(placement: Placement) -> dict:
    """A section of a draft, as GET answers."""
    return {
        "key": placement.section.key,
        "draft": placement.draft.number,
        "text_id": str(placement.text_id),
        "markdown": placement.text.markdown,
    }

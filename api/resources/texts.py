"""The words of sections."""

from django.http import Http404
from rest_framework.request import Request
from rest_framework.response import Response

from manuscripts.models import Draft, Placement, SectionText

from .. import shapes
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


class OneSection(ApiView):
    cache_control = KEPT

    @described("A section as it stands in the newest draft you may read", answer=shapes.Section)
    def get(self, request: Request, slug: str, key: str) -> Response:
        placement = self._newest(request, key)
        return Response(
            {
                "key": key,
                "draft": placement.draft.number,
                "text_id": str(placement.text_id),
                "markdown": placement.text.markdown,
            }
        )

    def _newest(self, request: Request, key: str) -> Placement:
        drafts = Draft.objects.visible_to(request.actor).filter(manuscript=self.manuscript)
        drafts = drafts.filter(state__in=["ready", "opening", "open", "closed"], placements__section__key=key)
        for draft in drafts.order_by("-number")[:1]:
            rows = Placement.objects.readable_by(request.actor, draft).select_related("text", "draft")
            placement = rows.filter(section__key=key).first()
            if placement:
                return placement
        raise Http404

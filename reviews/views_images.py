"""Pictures of a manuscript, to those who may read a text they stand in."""

from django.conf import settings
from django.http import FileResponse, Http404, HttpRequest, HttpResponse, HttpResponseNotModified
from django.views.decorators.http import require_safe

from manuscripts.models import Image
from manuscripts.permissions import load


def _file(picture: Image) -> FileResponse:
    try:
        return FileResponse((settings.IMAGES_DIR / picture.sha256).open("rb"), content_type=picture.media_type)
    except FileNotFoundError:
        raise Http404 from None


@require_safe
def image(request: HttpRequest, slug: str, sha256: str) -> HttpResponse:
    """The picture; its name is the hash of its bytes, so a browser that has it need not have it again."""
    picture = load(Image, request.actor, "image.read", manuscript__slug=slug, sha256=sha256)
    etag = f'"{picture.sha256}"'
    response = HttpResponseNotModified() if request.headers.get("If-None-Match") == etag else _file(picture)
    response["ETag"] = etag
    response["Cache-Control"] = "private, no-cache"
    response["X-Content-Type-Options"] = "nosniff"
    response["Content-Security-Policy"] = "default-src 'none'"
    return response

"""What every request gets: who is asking, and that nothing private is kept by caches."""

from collections.abc import Callable
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse, QueryDict
from django.utils.functional import SimpleLazyObject
from django.utils.translation import gettext as _

from manuscripts.permissions import Actor

FORM_BYTES = 5 * 1024 * 1024  # room for the other fields of a form


class BodyLimitMiddleware:
    """413 for a form larger than any upload may be, before it is read: taking one in fills the disk, whoever sends it.
    Half as much room again lets pages say in their own words what is too large. The API has a limit of its own."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]):
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        length = request.META.get("CONTENT_LENGTH") or "0"
        too_large = not length.isdecimal() or int(length) > settings.MAX_FILE_BYTES * 3 // 2 + FORM_BYTES
        if too_large and not request.path.startswith("/api/"):
            return HttpResponse(_("This is more than can be sent at once."), status=413, content_type="text/plain")
        return self.get_response(request)


class WithoutNulMiddleware:
    """Replaces NUL in what pages are asked and sent: nobody types it, and PostgreSQL keeps no text that holds it. The
    API refuses it in words."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]):
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_view(self, request: HttpRequest, *_view: Any) -> None:
        if request.path.startswith("/api/"):
            return
        request.GET = without_nul(request.GET)  # type: ignore[assignment]
        if request.method == "POST":
            request.POST = without_nul(request.POST)  # type: ignore[assignment]


def without_nul(data: QueryDict) -> QueryDict:
    """The same values with the replacement character for NUL; the very same object where there is none."""
    if not any("\x00" in value for _name, values in data.lists() for value in values):
        return data
    clean = data.copy()
    for name, values in data.lists():
        clean.setlist(name, [value.replace("\x00", "\N{REPLACEMENT CHARACTER}") for value in values])
    return clean


class ActorMiddleware:
    """Sets `request.actor`, the one thing permissions are asked of: the account, else the personal links opened
    in this browser."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]):
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        request.actor = SimpleLazyObject(lambda: Actor.of_request(request))  # type: ignore[attr-defined]
        return self.get_response(request)


class PrivateMiddleware:
    """`Cache-Control: private, no-store` on every page and file that did not say otherwise."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]):
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        if not response.has_header("Cache-Control"):
            response["Cache-Control"] = "private, no-store"
        return response

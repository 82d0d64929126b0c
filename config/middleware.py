"""What every request gets: who is asking, and that nothing private is kept by caches."""

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse
from django.utils.functional import SimpleLazyObject

from manuscripts.permissions import Actor


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

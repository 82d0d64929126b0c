"""Every error as a problem document (RFC 9457), whatever raised it.

`{"type","title","status","code","detail","errors":[{"field":"0.email","code","detail"}]}`; `code` is for machines and
stays, `detail` is a sentence for people. `errors` names each input at fault, by its path in the body.
"""

import logging
from collections.abc import Iterator
from http import HTTPStatus
from typing import Any

from django.core import exceptions as django_errors
from django.core.signals import got_request_exception
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.utils.translation import gettext as _
from django.views import defaults
from rest_framework import exceptions as drf
from rest_framework.fields import get_error_detail
from rest_framework.response import Response

from manuscripts.errors import Refused

MEDIA_TYPE = "application/problem+json"
log = logging.getLogger("widemargin.api")


class PreconditionFailed(drf.APIException):
    """412: what If-Match names is no longer what stands there; `current` is what does, `yours` the words of a PUT."""

    status_code = 412
    default_code = "changed"

    def __init__(self, current: Any, **extra: Any):
        super().__init__(_("Someone changed this in the meantime."))
        self.extra = {"current": current, **extra}


class KeyReused(drf.APIException):
    """422: an Idempotency-Key came back with another body."""

    status_code = 422
    default_code = "key_reused"

    def __init__(self) -> None:
        super().__init__(_("This Idempotency-Key was used before with another body."))


def document(status: int, code: str, detail: Any, errors: list[dict] | None = None, **extra: Any) -> dict:
    """The body of a problem answer."""
    return {
        "type": "about:blank",
        "title": HTTPStatus(status).phrase,
        "status": status,
        "code": code,
        "detail": str(detail),
        "errors": errors or [],
        **extra,
    }


def answer(status: int, code: str, detail: Any, errors: list[dict] | None = None, **extra: Any) -> Response:
    return Response(document(status, code, detail, errors, **extra), status=status, content_type=MEDIA_TYPE)


def flat(detail: Any, path: str = "") -> Iterator[dict]:
    """The errors of a serializer, nested as its fields are, as a flat list with dotted paths."""
    if isinstance(detail, dict):
        for name, inner in detail.items():
            own = name == "non_field_errors"
            yield from flat(inner, path if own else f"{path}.{name}".lstrip("."))
    elif isinstance(detail, list):
        for index, inner in enumerate(detail):
            nested = isinstance(inner, dict | list)
            yield from flat(inner, f"{path}.{index}".lstrip(".") if nested else path)
    elif detail:
        yield {"field": path, "code": getattr(detail, "code", "invalid") or "invalid", "detail": str(detail)}


def handle(exc: Exception, context: dict) -> Response:
    """DRF's exception handler: a problem document for everything; what is not foreseen is logged and a plain 500."""
    if isinstance(exc, Refused):
        own = [{"field": exc.field, "code": exc.code, "detail": str(exc.detail)}] if exc.field else []
        return answer(exc.status, exc.code, exc.detail, **{"errors": own, **exc.extra})
    if isinstance(exc, Http404 | drf.NotFound):
        return answer(404, "not_found", _("There is nothing at this address."))
    if isinstance(exc, django_errors.PermissionDenied):
        return answer(403, "forbidden", str(exc) or _("You may not do this here."))
    if isinstance(exc, django_errors.ValidationError):
        exc = drf.ValidationError(get_error_detail(exc))
    if isinstance(exc, django_errors.RequestDataTooBig):
        return answer(413, "too_big", _("The body is too big."))
    if isinstance(exc, drf.ValidationError):
        errors = list(flat(exc.detail))
        detail = errors[0]["detail"] if len(errors) == 1 else _("The body has %d errors.") % len(errors)
        return answer(400, "invalid", detail, errors)
    if isinstance(exc, django_errors.SuspiciousOperation):
        return answer(400, "bad_request", _("This request cannot be read."))
    if isinstance(exc, drf.APIException):
        return _of_framework(exc)
    return _unforeseen(exc, context)


def _of_framework(exc: drf.APIException) -> Response:
    code = exc.detail.code if isinstance(exc.detail, drf.ErrorDetail) else exc.default_code
    extra = exc.extra if isinstance(exc, PreconditionFailed) else {}
    response = answer(exc.status_code, code, exc.detail, **extra)
    if getattr(exc, "auth_header", None):
        response["WWW-Authenticate"] = exc.auth_header
    if getattr(exc, "wait", None) is not None:
        response["Retry-After"] = str(max(1, int(exc.wait)))
    return response


def _unforeseen(exc: Exception, context: dict) -> Response:
    request = context["request"]
    log.error("%s %s failed", request.method, request.path, exc_info=exc)
    got_request_exception.send(sender=type(context["view"]), request=request._request)
    return answer(500, "error", _("Something went wrong on our side and was logged."))


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    """Django's 400, for what no view has seen; a problem document under /api/."""
    if not request.path.startswith("/api/"):
        return defaults.bad_request(request, exception)
    return _plain(400, "bad_request", _("This request cannot be read."))


def server_error(request: HttpRequest) -> HttpResponse:
    """Django's 500, for what no view could catch; a problem document under /api/."""
    if not request.path.startswith("/api/"):
        return defaults.server_error(request)
    return _plain(500, "error", _("Something went wrong on our side and was logged."))


def _plain(status: int, code: str, detail: str) -> HttpResponse:
    return JsonResponse(document(status, code, detail), status=status, content_type=MEDIA_TYPE)

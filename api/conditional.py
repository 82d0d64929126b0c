"""ETag, If-None-Match and If-Match. A tag is the hash of the body, so it changes exactly when the answer does."""

import hashlib
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.db import transaction
from django.db.models import Model
from django.http import HttpResponse
from django.utils.http import parse_etags
from rest_framework.renderers import JSONRenderer
from rest_framework.request import Request
from rest_framework.response import Response

from .problems import PreconditionFailed


def tag_of(body: bytes) -> str:
    """A strong entity tag."""
    return f'"{hashlib.sha256(body).hexdigest()[:32]}"'


def tag_response(request: Request, response: Response) -> HttpResponse:
    """`response` with its ETag, or 304 with the same headers where the client has it already.

    Called after the view has run, that is after rights were checked.
    """
    response.render()
    response["ETag"] = tag_of(response.content)
    known = parse_etags(request.headers.get("If-None-Match", ""))
    weak = {tag.removeprefix("W/") for tag in known}
    if request.method not in {"GET", "HEAD"} or not ({response["ETag"], "*"} & weak):
        return response
    unchanged = HttpResponse(status=304)
    for name in ("ETag", "Cache-Control", "Vary"):
        if response.has_header(name):
            unchanged[name] = response[name]
    return unchanged


@contextmanager
def unchanged(view: Any, obj: Model) -> Iterator[None]:
    """Around a change of `obj`: raises PreconditionFailed where If-Match names another state of it.

    The row is locked from the look to the end of the change, so that of two clients with the same tag one is told.
    The view says by `represent(obj)` what its GET answers.
    """
    wanted = parse_etags(view.request.headers.get("If-Match", ""))
    if not wanted:
        yield
        return
    with transaction.atomic():
        type(obj)._base_manager.select_for_update().filter(pk=obj.pk).values_list("pk").first()
        obj.refresh_from_db()
        current = view.represent(obj)
        if "*" not in wanted and tag_of(JSONRenderer().render(current)) not in wanted:
            raise PreconditionFailed(current)
        yield

"""Idempotency-Key: a POST that comes again is answered as the first time, and done once.

The key's row is written in the transaction of the work itself. A twin in flight waits at the unique constraint for the
end of the first; a process that dies takes the key back with the work; what is refused leaves the key free.
"""

import hashlib
import json
from collections.abc import Callable
from datetime import timedelta
from typing import Any

from django.conf import settings
from django.db import IntegrityError, transaction
from django.http import HttpResponse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from rest_framework.exceptions import ValidationError
from rest_framework.renderers import JSONRenderer
from rest_framework.request import Request
from rest_framework.response import Response

from .models import IdempotencyKey
from .problems import KeyReused

KEPT_HEADERS = ("Location",)


def once(
    request: Request, work: Callable[[], Response], keep: Callable[[Any], Any], renew: Callable[[Any], Any]
) -> HttpResponse:
    """The answer of `work()`, or the one it gave before under this user, path and key.

    `keep` leaves out of an answer what must not be stored, `renew` makes that again for the one who asks now.
    ValidationError for a key that is no key, KeyReused where the body differs from the first one's.
    """
    key = request.headers.get("Idempotency-Key")
    if key is None:
        return work()
    if not 1 <= len(key) <= 200 or not key.isascii() or not key.isprintable():
        raise ValidationError({"Idempotency-Key": [_("1 to 200 printable ASCII characters.")]})
    path, digest = request.path[:300], body_hash(request)
    forget_old(request.user)
    with transaction.atomic():
        row = _claim(request.user, path, key, digest)
        if row is not None:
            response = work()
            row.status = response.status_code
            row.headers = {name: response[name] for name in KEPT_HEADERS if response.has_header(name)}
            row.response = JSONRenderer().render(keep(response.data)).decode()
            row.save(update_fields=["status", "headers", "response"])
            return response
    return _replay(IdempotencyKey.objects.get(user=request.user, path=path, key=key), digest, renew)


def forget_old(user=None) -> None:
    """Drops the keys that are past their 24 hours: the user's, or without one everybody's."""
    end = timezone.now() - timedelta(hours=settings.IDEMPOTENCY_HOURS)
    old = IdempotencyKey.objects.filter(created__lt=end)
    (old.filter(user=user) if user else old).delete()


def body_hash(request: Request) -> str:
    """SHA-256 of what was sent; of a form its fields and files, as its boundary differs each time."""
    seen = hashlib.sha256()
    if not request.content_type.startswith("multipart/"):
        seen.update(request.body)
        return seen.hexdigest()
    for name, values in sorted(request.POST.lists()):
        seen.update(repr((name, values)).encode())
    for name, files in sorted(request.FILES.lists()):
        for file in files:
            seen.update(repr((name, file.name, file.size)).encode())
            for chunk in file.chunks():
                seen.update(chunk)
            file.seek(0)
    return seen.hexdigest()


def _claim(user, path: str, key: str, digest: str) -> IdempotencyKey | None:
    """The new row of the key, None where it is there already; waits for one that is being written."""
    try:
        with transaction.atomic():
            return IdempotencyKey.objects.create(user=user, path=path, key=key, body_sha256=digest)
    except IntegrityError:
        return None


def _replay(row: IdempotencyKey, digest: str, renew: Callable[[Any], Any]) -> HttpResponse:
    if row.body_sha256 != digest:
        raise KeyReused
    body = JSONRenderer().render(renew(json.loads(row.response))) if row.response else b""
    response = HttpResponse(body, status=row.status, content_type="application/json")
    for name, value in row.headers.items():
        response[name] = value
    response["Idempotent-Replayed"] = "true"
    return response

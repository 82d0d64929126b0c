"""Lists in pages by a cursor: the last row's values, so that what is added meanwhile moves nothing.

A list never repeats or skips a row that was there when its first page was asked for.
"""

import base64
import json
from datetime import datetime
from typing import Any

from django.db.models import Model, Q, QuerySet
from django.utils.translation import gettext_lazy as _
from rest_framework.exceptions import ValidationError

DEFAULT_LIMIT, MAX_LIMIT = 50, 1000
PARAMS = frozenset({"limit", "cursor"})
BIGGEST = 2**63 - 1


def limit_of(request) -> int:
    """The `limit` of the request, 1 to 1,000; ValidationError for anything else."""
    text = request.query_params.get("limit", str(DEFAULT_LIMIT))
    if not (text.isascii() and text.isdecimal() and len(text) < 6 and 1 <= int(text) <= MAX_LIMIT):
        raise ValidationError({"limit": [_("A whole number from 1 to 1,000.")]})
    return int(text)


def page(request, rows: QuerySet, order: tuple[str, ...] = ("created", "pk")) -> tuple[list[Any], str | None]:
    """One page of `rows` and the address of the next, None after the last.

    `order` names fields that together tell rows apart, of times and numbers; "-" before all or none of them.
    """
    limit, cursor = limit_of(request), request.query_params.get("cursor")
    if cursor is not None:
        rows = rows.filter(_after(order, _read(cursor, len(order))))
    found = list(rows.order_by(*order)[: limit + 1])
    if len(found) <= limit:
        return found, None
    found.pop()
    params = request.query_params.copy()
    params["cursor"] = _write(order, found[-1])
    return found, request.build_absolute_uri(f"{request.path}?{params.urlencode()}")


def _after(order: tuple[str, ...], values: list[Any]) -> Q:
    rule, equal = Q(), Q()
    for name, value in zip(order, values, strict=True):
        field, side = name.lstrip("-"), "lt" if name.startswith("-") else "gt"
        rule |= equal & Q(**{f"{field}__{side}": value})
        equal &= Q(**{field: value})
    return rule


def _write(order: tuple[str, ...], row: Model) -> str:
    values = [getattr(row, name.lstrip("-")) for name in order]
    text = json.dumps([v.isoformat() if isinstance(v, datetime) else v for v in values])
    return base64.urlsafe_b64encode(text.encode()).decode().rstrip("=")


def _read(cursor: str, length: int) -> list[Any]:
    try:
        values = json.loads(base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)))
        if not isinstance(values, list) or len(values) != length:
            raise ValueError
        return [_value(v) for v in values]
    except (ValueError, TypeError, RecursionError):
        raise ValidationError({"cursor": [_("This is not a cursor of this list.")]}) from None


def _value(value: Any) -> datetime | int:
    if isinstance(value, str):
        moment = datetime.fromisoformat(value)
        if moment.tzinfo is None:
            raise ValueError
        return moment
    if type(value) is not int or abs(value) > BIGGEST:
        raise ValueError
    return value

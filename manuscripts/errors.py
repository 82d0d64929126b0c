"""What is said when something asked for cannot be done: one exception for pages and API."""

from typing import Any


class Refused(Exception):
    """A rule of the product says no, with a sentence for people.

    `code` is for machines (the API's `code`), `status` the HTTP status it answers (400 invalid, 409 state, 413 too
    large, 415 wrong type), `field` names the input at fault, `extra` goes into the API's answer as it is.
    """

    def __init__(self, code: str, detail: Any, *, status: int = 400, field: str | None = None, **extra: Any):
        super().__init__(str(detail))
        self.code = code
        self.detail = detail
        self.status = status
        self.field = field
        self.extra = extra


def conflict(code: str, detail: Any, **extra: Any) -> Refused:
    """409: it would be right in another state."""
    return Refused(code, detail, status=409, **extra)

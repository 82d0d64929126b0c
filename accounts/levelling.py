"""Answers that take the same time whether or not an account exists."""

import time
from collections.abc import Callable
from functools import wraps

from django.http import HttpRequest, HttpResponse

#: Seconds; well above what either case takes when the mail server is quick.
FLOOR = 0.25


def levelled(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """`view` whose answer to a POST comes after FLOOR seconds at the earliest."""

    @wraps(view)
    def run(request: HttpRequest, *args, **kwargs) -> HttpResponse:
        began = time.monotonic()
        answer = view(request, *args, **kwargs)
        if request.method == "POST":
            time.sleep(max(0.0, FLOOR - (time.monotonic() - began)))
        return answer

    return run

"""A row of the access matrix put to the site: what came instead of what is written."""

import json
import re
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from django.core.cache import cache
from django.core.signals import got_request_exception
from django.db import transaction
from django.http import HttpResponseBase

from .access_matrix import BEFORE_405, NO_TRACE, ROWS, SHOWN, Row
from .access_scene import GIVEN, MISSING, Scene, address, body_of, fingerprint, names_in
from .access_walk import METHODS

#: Pages that answer a script in JSON; a plain form would be sent back to its page whatever became of it.
SPOKEN_TO_BY_SCRIPT = ("note_", "comment_", "unsent", "answers_save", "review_state")
NOT_HERE = "^api/"
#: Whom the methods are asked of that no row names: they are refused before anyone's rights are looked at.
ASKED_FOR_405 = {"anonymous", "link", "stranger", "author", "token:stranger", "token:author"}
TOKENS = re.compile(rb'(name="csrfmiddlewaretoken" value|"X-CSRFToken"\s*|X-CSRFToken&quot;)[^>]{0,200}')


@dataclass
class Answer:
    """What one request brought. `status` is `in` for a redirection to sign-in; `body` is without what changes;
    `tables` the fingerprint after it, where it was asked for."""

    status: str
    body: bytes
    tables: dict[str, str]
    error: str = ""


def send(scene: Scene, who: str, row: Row, path: str, *, watch: bool = False) -> Answer:
    """One request on a scene of its own: whatever it did is rolled back."""
    errors: list[str] = []

    def note(sender: Any, request: Any, **more: Any) -> None:
        errors.append(repr(sys.exc_info()[1]))

    got_request_exception.connect(note)
    cache.clear()  # what is counted by address or token
    try:
        with transaction.atomic():
            response = _request(scene, who, row, path)
            tables = fingerprint() if watch else {}
            answer = Answer(_status(response), _body(response, path), tables, "; ".join(errors))
            transaction.set_rollback(True)
    finally:
        got_request_exception.disconnect(note)
    return answer


def _request(scene: Scene, who: str, row: Row, path: str) -> HttpResponseBase:
    client, body = scene.client(who), body_of(scene, row.name, row.method, row.case)
    if row.name.startswith("api:") and not _has_file(body):
        data = b"" if body is None else json.dumps(body).encode()
        return client.generic(row.method, path, data, content_type="application/json")
    if row.method == "POST":
        asked = {"Accept": "application/json"} if row.name.startswith(SPOKEN_TO_BY_SCRIPT) else {}
        return client.post(path, body or {}, headers=asked)
    return client.generic(row.method, path)


def _has_file(body: Any) -> bool:
    return isinstance(body, dict) and "file" in body


def _status(response: HttpResponseBase) -> str:
    target = response.get("Location", "")
    asks_to_sign_in = response.status_code == 302 and target.partition("?")[0] == "/account/login/"
    return "in" if asks_to_sign_in else str(response.status_code)


def _body(response: HttpResponseBase, path: str) -> bytes:
    """The body without one-time tokens and without the address that was asked for."""
    body = b"".join(response.streaming_content) if response.streaming else response.content
    return TOKENS.sub(b"", body).replace(path.partition("?")[0].encode(), b"PATH")


def mismatches(scene: Scene, row: Row, *, first_only: bool = False) -> list[str]:
    """What is not as written, a line each. Who may comes first, so that a malformed request proves nothing.

    Everyone sends the very same body. Where 404 is written, the answer has to be that of an address that names
    nothing, also for someone who puts a book of their own before the id. Who is refused changes nothing.
    """
    wrong: list[str] = []
    with transaction.atomic():
        GIVEN.get(row.case, lambda scene: None)(scene)
        for line in _differences(scene, row):
            wrong.append(f"{row}: {line}")
            if first_only:
                break
        transaction.set_rollback(True)
    return wrong


def _differences(scene: Scene, row: Row) -> Iterator[str]:
    shows_trace = row.writes and str(row) not in NO_TRACE
    path, nowhere = address(scene, row.name, row.case), _nowhere(scene, row)
    before = fingerprint() if row.writes else {}
    for who, expected in sorted(row.expected, key=lambda pair: not pair[1].startswith(("2", "3"))):
        answer = send(scene, who, row, path, watch=row.writes)
        if answer.status != expected:
            yield f"{who} got {answer.status}, not {expected} {answer.error} {_said(answer)}"
        elif wrong := [words for words, to in SHOWN.get(str(row), {}).items() if (words in answer.body) != (who in to)]:
            yield f"{who} is to be shown {b', '.join(wrong).decode()}, and is not, or the other way round"
        elif expected.startswith(("2", "3")):
            if shows_trace and answer.tables == before:
                yield f"{who} got {answer.status}, and nothing was done"
            shows_trace = False
        elif answer.tables != before:
            yield f"{who} got {answer.status}, and something was changed all the same"
        elif expected == "404" and nowhere and row.method != "HEAD":
            yield from _told_apart(who, answer, send(scene, who, row, nowhere))
    if nowhere and {"slug", "pk"} <= set(names_in(scene, row.name, row.case)):
        crossed = address(scene, row.name, row.case, slug=scene.cast.other_book.slug)
        answer = send(scene, "stranger", row, crossed, watch=row.writes)
        if answer.status != "404" or answer.tables != before:
            yield f"stranger got {answer.status} by way of a book of their own"


def _said(answer: Answer) -> str:
    return answer.body[:300].decode(errors="replace") if answer.body.startswith(b"{") else ""


def _nowhere(scene: Scene, row: Row) -> str:
    """The address of the row with an id that there is not; empty where it names nothing."""
    names = names_in(scene, row.name, row.case)
    identity = next((word for word in MISSING if word in names), None)
    return address(scene, row.name, row.case, **{identity: MISSING[identity]}) if identity else ""


def _told_apart(who: str, there: Answer, absent: Answer) -> Iterator[str]:
    if absent.status != "404":
        yield f"{who} got {absent.status} where there is nothing"
    elif there.body != absent.body:
        yield f"{who} can tell it from what is not there"


def wrong_methods(scene: Scene, name: str) -> list[str]:
    """Methods that no row names and that are not refused with 405 (or before, to who is not signed in)."""
    listed = {row.method for row in ROWS if row.name == name}
    columns = {who for row in ROWS if row.name == name for who, _status in row.expected}
    path = address(scene, name, "-")
    wrong = []
    for method in METHODS:
        if method in listed:
            continue
        for who in sorted(columns & ASKED_FOR_405):
            answer = send(scene, who, Row(name, method, "-", ()), path)
            if answer.status != _refused(name, who):
                wrong.append(f"{name} {method}: {who} got {answer.status}")
    return wrong


def _refused(name: str, who: str) -> str:
    if name in BEFORE_405 and who in ("anonymous", "link"):
        return "in"
    if name.startswith("api:") and name not in ("api:schema", "api:docs") and who in ("anonymous", "link"):
        return "401"
    return "405"

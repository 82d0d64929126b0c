"""The OpenAPI 3.1 description: each operation with its body, its answer and every problem it can end in."""

from typing import Any

from drf_spectacular.openapi import AutoSchema
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, OpenApiResponse, extend_schema, inline_serializer
from rest_framework import serializers

from . import shapes
from .problems import MEDIA_TYPE

PROBLEMS = {
    400: "An unknown field or filter, or a value that cannot be; `errors` names it",
    401: "No token, or one that is unknown, expired or revoked",
    403: "A member without the right, or a token without the scope",
    404: "Nothing at this address, for you",
    406: "JSON is all there is",
    409: "Not in this state, or the selected words do not stand there",
    412: "If-Match names another state; `current` is what stands there",
    413: "Too big",
    415: "A body of another type",
    422: "This Idempotency-Key was used with another body",
    429: "Too many requests; Retry-After says when to come again",
}
#: The headings of the description, by module, in its order.
TAGS = {
    "me": "The token",
    "manuscripts": "Manuscripts",
    "drafts": "Drafts",
    "texts": "Words",
    "people": "People",
    "questions": "Questions and answers",
    "threads": "Notes",
    "reports": "Reports",
    "jobs": "Jobs",
}
ABOUT = """Send `Authorization: Bearer TOKEN`. Ids are opaque strings, times are RFC 3339 in UTC, lists come in pages
(`next`, `results`), errors are problem documents. A 202 means that a job has begun: ask `job` until its `state` is
`done`, then read `url`."""
EVERY = {401, 403, 406, 429}
OF_METHOD = {
    "GET": {400},
    "POST": {400, 413, 415, 422},
    "PATCH": {400, 412, 413, 415},
    "PUT": {400, 412, 413, 415},
    "DELETE": {400, 412},
}
FILTERS: dict[str, tuple[Any, str]] = {
    "limit": (OpenApiTypes.INT, "1 to 1,000; 50 where absent"),
    "cursor": (OpenApiTypes.STR, "from `next` of the page before"),
    "draft": (OpenApiTypes.INT, "number of the draft whose anchors are shown; the newest open one where absent"),
    "chapter": (OpenApiTypes.STR, "key of a chapter"),
    "section": (OpenApiTypes.STR, "key of a section"),
    "section_discipline": (OpenApiTypes.STR, "slug: the discipline the section is addressed to"),
    "discipline": (OpenApiTypes.STR, "slug: whose voice"),
    "kind": (OpenApiTypes.STR, "comment, suggestion, reaction or experience"),
    "reaction": (OpenApiTypes.STR, "confusing, valuable, disagree, too_slow or missing"),
    "status": (OpenApiTypes.STR, "open or decided"),
    "decision": (OpenApiTypes.STR, "will_change, changed, no_change, later or duplicate"),
    "fate": (OpenApiTypes.STR, "kept, moved, edited or detached"),
    "author": (OpenApiTypes.STR, "id of a member"),
    "since": (OpenApiTypes.DATETIME, "changed at or after"),
    "q": (OpenApiTypes.STR, "words in a message"),
}
HEADERS = {
    "GET": ("If-None-Match", "an ETag: 304 where it still holds"),
    "POST": ("Idempotency-Key", "1 to 200 characters of yours: the same POST again is answered as before, done once"),
    "PATCH": ("If-Match", "an ETag: 412 where someone else has changed it"),
    "PUT": ("If-Match", "an ETag: 412 where someone else has changed it"),
    "DELETE": ("If-Match", "an ETag: 412 where someone else has changed it"),
}


def described(
    summary: str,
    *,
    answer: Any = None,
    body: Any = None,
    status: int = 200,
    listed: bool = False,
    media: str | None = None,
    also: dict[int, Any] | None = None,
    problems: tuple[int, ...] = (),
) -> Any:
    """Decorates a method of a view with what it is for, takes and answers.

    `listed`: the answer is a page of `answer`. `media`: its type where it is not
    JSON. `also`: further answers by status. `problems`: those it can end in
    beyond what every operation can.
    """
    shown = _page_of(answer) if listed else answer
    key = (status, media) if media else status
    responses: dict[Any, Any] = {key: shown or OpenApiResponse(description="Done"), **(also or {})}
    for problem in problems:
        responses[problem, MEDIA_TYPE] = OpenApiResponse(shapes.Problem, description=PROBLEMS[problem])
    return extend_schema(summary=summary, request=body, responses=responses, description="")


def _page_of(answer: type[serializers.Serializer]) -> serializers.Serializer:
    fields = {"next": serializers.URLField(allow_null=True), "results": answer(many=True)}
    return inline_serializer(name=f"{answer.__name__}Page", fields=fields)


class Schema(AutoSchema):
    """Adds to each operation the parameters its view knows and the problems it can end in."""

    def get_tags(self) -> list[str]:
        return [TAGS[type(self.view).__module__.rsplit(".", 1)[-1]]]

    def get_description(self) -> str:
        return ""

    def get_operation_id(self) -> str:
        return f"{self.method.lower()}_{type(self.view).__name__}"

    def get_override_parameters(self) -> list[OpenApiParameter]:
        known = self.view.params if self.method == "GET" else self.view.params - {"limit", "cursor"}
        parameters = [
            OpenApiParameter(name, FILTERS[name][0], OpenApiParameter.QUERY, description=FILTERS[name][1])
            for name in sorted(known)
        ]
        header = HEADERS.get(self.method)
        if header:
            parameters.append(
                OpenApiParameter(header[0], OpenApiTypes.STR, OpenApiParameter.HEADER, description=header[1])
            )
        return parameters

    def _get_response_bodies(self, direction: str = "response") -> dict[str, Any]:
        bodies = super()._get_response_bodies(direction)
        problems = EVERY | OF_METHOD.get(self.method, set()) | ({404} if "{" in self.path else set())
        for status in sorted(problems):
            if str(status) not in bodies:
                answer = OpenApiResponse(shapes.Problem, description=PROBLEMS[status])
                bodies[str(status)] = self._get_response_for_code(answer, str(status), (MEDIA_TYPE,), direction)
        return dict(sorted(bodies.items()))

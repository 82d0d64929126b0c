"""Every operation with values nobody should send: each ends in a described answer, never in a 500."""

import itertools
import json
from urllib.parse import quote

import pytest

from api.resources.docs import description

from .conftest import note, problem, text_of
from .description import conforms

pytestmark = [pytest.mark.django_db, pytest.mark.slow]
STRINGS = ["", "\x00", "\ud800", "💣" * 50, "x" * 7_000, "９９", "' OR 1=1 --", "2026-13-45T99:99:99Z", str(2**70)]
VALUES = [None, True, -1, 2**70, 1.5, [], [None], {}, {"a": {"b": [1]}}, *STRINGS]
PARTS = ["-1", "999999", str(2**70), "９９", "a%00b", "%ED%A0%80", ".."]


def operations():
    return [(path, way) for path, ways in description()["paths"].items() for way in ways]


@pytest.fixture(autouse=True)
def no_limit(monkeypatch):
    """Thousands of requests in a minute."""
    monkeypatch.setattr("api.throttling.TokenThrottle.THROTTLE_RATES", {"token": None})


@pytest.fixture
def scene(owner, draft, rosa):
    """What addresses can name: by the name of the path's part."""
    thread = rosa.post("/manuscripts/the-night-shift/threads/", note(draft, "c1-1", "night")).json()
    question = owner.get("/manuscripts/the-night-shift/questions/").json()["results"][0]
    answer = {"question": question["id"], "scope": "book", "value": 4}
    report = owner.post("/manuscripts/the-night-shift/reports/", {"formats": ["csv"]}).json()
    return {
        "texts": str(text_of(draft, "c1-1").pk),
        "threads": thread["id"],
        "comments": thread["comments"][0]["id"],
        "questions": question["id"],
        "answers": rosa.post("/manuscripts/the-night-shift/answers/", answer).json()["id"],
        "members": str(rosa.member.pk),
        "invitations": owner.get("/manuscripts/the-night-shift/invitations/").json()["results"][0]["id"],
        "reviews": owner.get("/manuscripts/the-night-shift/reviews/").json()["results"][0]["id"],
        "reports": report["id"],
        "jobs": report["job"].rstrip("/").rsplit("/", 1)[1],
    }


def address(path, scene):
    """A described path with things that are there."""
    path = path.removeprefix("/api/v1")
    kind = path.split("/")[1]
    for part, value in {"slug": "the-night-shift", "number": "1", "key": "c1-1", "format_name": "csv"}.items():
        path = path.replace(f"{{{part}}}", value)
    return path.replace("{id}", scene.get(kind, "1"))


def check(method, path, response):
    assert response.status_code < 500 and response.status_code != 429, f"{method} {path}: {response.status_code}"
    conforms(method, "/api/v1" + path, response)
    if response.status_code >= 400:
        assert response["Content-Type"] == "application/problem+json", f"{method} {path}"


def test_odd_addresses(owner, scene):
    for path, way in operations():
        for part in PARTS:
            if "{" not in path:
                continue
            odd = path.removeprefix("/api/v1")
            while "{" in odd:
                odd = odd[: odd.index("{")] + part + odd[odd.index("}") + 1 :]
            response = owner.send(way.upper(), odd, {} if way in {"post", "patch"} else None)
            assert response.status_code in {400, 404, 415}, f"{way} {odd}: {response.status_code}"


def test_odd_parameters(owner, scene):
    for path, way in operations():
        if way != "get":
            continue
        names = [p["name"] for p in description()["paths"][path][way].get("parameters", []) if p["in"] == "query"]
        for name, value in itertools.product([*names, "ordering", "format"], STRINGS):
            text = quote(value.encode("utf-8", "surrogatepass")[:2000])
            at = f"{address(path, scene)}?{name}={text}"
            check("GET", at, owner.get(at))


def bodies(known, many):
    """JSON bodies: not an object, unknown fields, and each known field with each odd value; in lists where `many`."""
    yield from VALUES
    for name, value in itertools.product([*known, "id"], VALUES):
        yield [{name: value}] if many else {name: value}


def test_odd_bodies(owner, scene):
    components = description()["components"]["schemas"]
    for path, way in operations():
        content = description()["paths"][path][way].get("requestBody", {}).get("content", {}).get("application/json")
        if way not in {"post", "patch", "delete"} or ("/invitations/" in path and way == "post" and "{id}" in path):
            continue
        if way == "delete" or path.endswith("/jobs/{id}/cancel/"):
            continue
        schema = (content or {}).get("schema", {})
        many = "items" in schema
        schema = schema.get("items", schema)
        name = schema.get("$ref", "").rsplit("/", 1)[-1]
        known = list(components.get(name, {}).get("properties", {}))
        at = address(path, scene)
        for body in bodies(known, many):
            check(way.upper(), at, owner.send(way.upper(), at, data=json.dumps(body)))


def test_every_operation_refuses_fields_nobody_knows(owner, draft, rosa, scene):
    for path, way in operations():
        if way == "get" or path.endswith("/drafts/"):
            continue
        at = address(path, scene)
        body = [{"is_staff": True}] if path.endswith("/{slug}/invitations/") else {"is_staff": True}
        found = problem(owner.send(way.upper(), at, body), 400, "invalid")
        field = "0.is_staff" if isinstance(body, list) else "is_staff"
        assert (field, "unknown_field") in {(e["field"], e["code"]) for e in found["errors"]}, f"{way} {at}"

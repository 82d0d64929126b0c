"""Holds every answer of the API against its own OpenAPI description."""

import json
import re
from functools import cache

from jsonschema import Draft202012Validator, FormatChecker

from api.resources.docs import description


@cache
def closed_components() -> dict:
    """The described shapes, with no property allowed that is not described."""
    closed = {}
    for name, schema in description()["components"]["schemas"].items():
        known = schema.get("type") == "object" and "properties" in schema
        closed[name] = {**schema, "additionalProperties": name.startswith("Problem")} if known else schema
    return {"schemas": closed}


@cache
def operations() -> list[tuple[re.Pattern, dict]]:
    paths = description()["paths"].items()
    return [(re.compile(re.sub(r"\\\{\w+\\\}", "[^/]+", re.escape(path)) + r"(\?.*)?\Z"), ways) for path, ways in paths]


def conforms(method, path, response) -> None:
    """Fails where an answer's status or shape is not described for that operation."""
    ways = next((ways for pattern, ways in operations() if pattern.match(path)), None)
    if ways is None or method.lower() not in ways or response.status_code in {304, 404, 405, 500}:
        return
    answers = ways[method.lower()]["responses"]
    assert str(response.status_code) in answers, f"{method} {path}: {response.status_code} is not described"
    content = answers[str(response.status_code)].get("content", {})
    kind = response["Content-Type"].split(";")[0] if response.has_header("Content-Type") else None
    if response.status_code == 204:
        assert response.content == b""
    elif "*/*" not in content:
        assert kind in content, f"{method} {path}: {response.status_code} {kind} is not described"
        schema = {**content[kind]["schema"], "components": closed_components()}
        errors = list(
            Draft202012Validator(schema, format_checker=FormatChecker()).iter_errors(json.loads(response.content))
        )
        assert errors == [], f"{method} {path}: {errors[0].message} at {list(errors[0].path)}"

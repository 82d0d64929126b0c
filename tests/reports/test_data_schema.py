"""The published schema of the JSON: every report keeps to it, and it lets nothing through that it does not name."""

import copy
import json
from pathlib import Path

import jsonschema
import pytest
from django.conf import settings

from reports.canonical import sha256
from reports.findings import SCHEMA, findings
from reports.formats import FORMATS
from reports.narrowing import narrowed, speaking
from reports.snapshot import Answer, Edition, Question
from tests.reports.hostile import WORDS, hostile_round
from tests.reports.samples import QUESTIONS, full_round, snapshot

PUBLISHED = Path(settings.BASE_DIR) / "static" / "schemas" / f"report-{SCHEMA}.json"
EDITIONS = (Edition(), Edition("author", names=False), Edition("readers"), Edition("publisher", names=False))


@pytest.fixture(scope="module")
def schema():
    return jsonschema.Draft202012Validator(json.loads(PUBLISHED.read_text(encoding="utf-8")))


def file_of(book, edition) -> dict:
    data = findings(book, edition)
    return json.loads(FORMATS["json"].render(data, sha256(data)))


def faults(schema, data) -> list[str]:
    return [f"{list(fault.path)}: {fault.message[:120]}" for fault in schema.iter_errors(data)]


def books():
    """A full round, an empty one, a hostile one, and one with the author's own questions."""
    own = (
        Question("q4", "choice", "Which?", scopes=("book",), options=("this", "that"), position=4),
        Question("q5", "rating", "How long?", scopes=("chapter",), position=5),
        Question("q6", "verdict", "Enough?", scopes=("book",), position=6),
    )
    said = (
        Answer("1", "m01", "q4", "book", "", "it-operations", "this"),
        Answer("2", "m02", "q5", "chapter", "c1", "it-operations", 3),
        Answer("3", "m02", "q6", "book", "", "it-operations", "yes"),
    )
    asked = full_round()
    yield "full", asked
    yield "empty", snapshot()
    yield "hostile", hostile_round(WORDS[:26])
    yield "own questions", full_round(questions=QUESTIONS + own, answers=asked.answers + said)


@pytest.mark.parametrize("edition", EDITIONS)
def test_every_report_keeps_to_it(schema, edition):
    for name, book in books():
        data = file_of(book, edition)
        assert faults(schema, data) == [], name
        for slug in speaking(data["findings"]):
            part = {"findings": json.loads(json.dumps(narrowed(data["findings"], slug))), "sha256": data["sha256"]}
            assert faults(schema, part) == [], (name, slug)


def test_it_is_a_schema_of_this_version(schema):
    schema.check_schema(schema.schema)
    assert schema.schema["properties"]["findings"]["properties"]["schema"] == {"const": SCHEMA}


def places(data, path=()):
    """The path of every object inside."""
    if isinstance(data, dict):
        yield path
        for key, value in data.items():
            yield from places(value, (*path, key))
    elif isinstance(data, list):
        for at, value in enumerate(data):
            yield from places(value, (*path, at))


def shortened(data):
    """The same with no more than two objects in a list."""
    if isinstance(data, dict):
        return {key: shortened(value) for key, value in data.items()}
    if isinstance(data, list) and data and isinstance(data[0], dict):
        return [shortened(value) for value in data[:2]]
    return data


OPEN = {
    "by_discipline",
    "sees_value",
    "spheres",
    "strips",
    "clusters",
    "makes_sense_95",
}  # their keys are the book's own


def test_a_key_it_does_not_know_or_one_that_is_missing_is_a_fault(schema):
    data = shortened(file_of(full_round(notes=12, readers=8), Edition()))
    assert faults(schema, data) == []
    tried = [path for path in places(data) if not path or path[-1] not in OPEN]
    seen: set[str] = set()
    for path in tried:
        kind = ".".join("*" if isinstance(step, int) or step in data["findings"]["strips"] else step for step in path)
        if kind in seen:
            continue
        seen.add(kind)
        changed = copy.deepcopy(data)
        inner = changed
        for step in path:
            inner = inner[step]
        inner["surprise"] = 1
        assert not schema.is_valid(changed), path
        del inner["surprise"]
        if inner and "options" not in path:
            inner.pop(next(iter(inner)))
            assert not schema.is_valid(changed), path
    assert len(seen) > 25

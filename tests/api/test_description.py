"""The description itself: complete, and a yardstick that can say no."""

import json

import pytest
from django.http import HttpResponse

from api.resources.docs import description
from api.urls import v1

from .description import conforms


def test_every_address_is_described():
    named = {pattern.name for pattern in v1} - {"schema", "docs"}
    assert len(description()["paths"]) == len(named)
    for path, ways in description()["paths"].items():
        for way, operation in ways.items():
            assert operation["summary"], f"{way} {path}"
            expected = {"401", "403", "429"} | ({"404"} if "{" in path else set())
            expected |= {"413", "415", "422"} if way == "post" else set()
            assert expected <= set(operation["responses"]), f"{way} {path}"
            assert operation["security"] == [{"token": []}]


ME = {"email": "a@b.example", "scopes": ["read"], "manuscript": None}


@pytest.mark.parametrize(
    ("status", "body"),
    [
        (200, ME | {"password": "x"}),
        (200, {"email": "a@b.example"}),
        (200, ME | {"scopes": ["root"]}),
        (200, ME | {"manuscript": 5}),
        (201, ME),
    ],
)
def test_the_yardstick_says_no(status, body):
    conforms("GET", "/api/v1/me/", HttpResponse(json.dumps(ME), content_type="application/json"))
    with pytest.raises(AssertionError):
        conforms("GET", "/api/v1/me/", HttpResponse(json.dumps(body), status=status, content_type="application/json"))

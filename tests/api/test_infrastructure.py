"""Tokens, scopes, problems, strictness: what every operation of the API shares."""

from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from api.models import ApiToken
from api.problems import server_error
from manuscripts.models import Manuscript

from .conftest import Api, problem

pytestmark = pytest.mark.django_db


def test_me_tells_whose_token_it_is(owner, book):
    assert owner.get("/me/").json() == {
        "email": "olive@books.example",
        "scopes": ["read", "write", "admin"],
        "manuscript": None,
    }
    narrow = Api(owner.user, scope="read", manuscript=book)
    assert narrow.get("/me/").json() == {
        "email": "olive@books.example",
        "scopes": ["read"],
        "manuscript": "nine-crossings",
    }


@pytest.mark.parametrize("header", [None, "Bearer", "Bearer wrong", "Bearer é", "Basic b2xpdmU6eA==", "Token x"])
def test_without_a_valid_token_nothing_answers(owner, book, header):
    client = Client(headers={"Authorization": header} if header else {})
    for method, path in [("get", "me/"), ("post", "manuscripts/"), ("delete", "manuscripts/nine-crossings/")]:
        response = getattr(client, method)(f"/api/v1/{path}")
        found = problem(response, 401, "invalid_token" if str(header).startswith("Bearer") else "not_authenticated")
        assert found["title"] == "Unauthorized"
        assert response["WWW-Authenticate"].startswith("Bearer")


def test_a_session_opens_nothing(owner):
    client = Client()
    client.force_login(owner.user)
    problem(client.get("/api/v1/me/"), 401, "not_authenticated")


def test_a_token_ends_at_once(owner):
    assert owner.get("/me/").status_code == 200
    ApiToken.objects.filter(pk=owner.token.pk).update(expires=timezone.now())
    problem(owner.get("/me/"), 401, "invalid_token")
    ApiToken.objects.filter(pk=owner.token.pk).update(expires=timezone.now() + timedelta(days=1))
    assert owner.get("/me/").status_code == 200
    ApiToken.objects.filter(pk=owner.token.pk).update(revoked=timezone.now())
    problem(owner.get("/me/"), 401, "invalid_token")
    ApiToken.objects.filter(pk=owner.token.pk).update(revoked=None)
    owner.user.is_active = False
    owner.user.save()
    problem(owner.get("/me/"), 401, "invalid_token")


def test_the_secret_is_not_kept(owner):
    secret = owner.headers["Authorization"].split()[1]
    row = ApiToken.objects.filter(pk=owner.token.pk).values().get()
    assert secret not in str(row)
    assert secret.startswith(row["start"])


def test_last_use_is_noted_at_most_once_a_minute(owner):
    owner.get("/me/")
    first = ApiToken.objects.get(pk=owner.token.pk).last_used
    owner.get("/me/")
    assert ApiToken.objects.get(pk=owner.token.pk).last_used == first
    ApiToken.objects.filter(pk=owner.token.pk).update(last_used=first - timedelta(minutes=2))
    owner.get("/me/")
    assert ApiToken.objects.get(pk=owner.token.pk).last_used > first - timedelta(minutes=1)


def test_scopes_narrow_what_a_token_may_do(owner, book):
    reader, writer = Api(owner.user, scope="read"), Api(owner.user, scope="write")
    assert reader.get("/manuscripts/nine-crossings/").status_code == 200
    problem(reader.patch("/manuscripts/nine-crossings/", {"title": "X"}), 403, "scope")
    problem(reader.patch("/manuscripts/missing/", {"title": "X"}), 403, "scope")
    assert writer.patch("/manuscripts/nine-crossings/", {"title": "X"}).status_code == 200
    problem(writer.delete("/manuscripts/nine-crossings/"), 403, "scope")
    assert Manuscript.objects.get(pk=book.pk).title == "X"


def test_a_token_of_one_manuscript_sees_that_one_only(owner, book):
    owner.post("/manuscripts/", {"title": "Second"})
    narrow = Api(owner.user, manuscript=book)
    assert [m["slug"] for m in narrow.get("/manuscripts/").json()["results"]] == ["nine-crossings"]
    problem(narrow.get("/manuscripts/second/"), 404, "not_found")
    problem(narrow.post("/manuscripts/", {"title": "Third"}), 403, "forbidden")
    assert owner.get("/manuscripts/second/").status_code == 200


def test_a_stranger_meets_the_same_as_at_a_missing_address(owner, stranger, book):
    for method in ("GET", "PATCH", "DELETE"):
        body = {"title": "Taken"} if method == "PATCH" else None
        foreign = stranger.send(method, "/manuscripts/nine-crossings/", body)
        missing = stranger.send(method, "/manuscripts/no-such-book/", body)
        problem(foreign, 404, "not_found")
        assert (foreign.status_code, foreign.content) == (missing.status_code, missing.content)
    assert Manuscript.objects.get(pk=book.pk).title == "Nine crossings"


def test_every_error_is_a_problem_document(owner, book):
    problem(owner.get("/nowhere/"), 404, "not_found")
    problem(Client().get("/api/"), 404, "not_found")
    problem(Client().post("/api/v2/anything/"), 404, "not_found")
    problem(owner.get("/me"), 404, "not_found")
    response = owner.send("PUT", "/me/", {})
    problem(response, 405, "method_not_allowed")
    assert response["Allow"] == "GET, HEAD"
    problem(owner.send("OPTIONS", "/me/"), 405, "method_not_allowed")
    problem(owner.get("/me/", headers={"Accept": "text/xml"}), 406, "not_acceptable")
    problem(
        owner.post("/manuscripts/", data="title=A", content_type="application/x-www-form-urlencoded"),
        415,
        "unsupported_media_type",
    )
    problem(owner.post("/manuscripts/", data='{"title": "A" * 6_000_000}'), 400, "parse_error")
    problem(owner.post("/manuscripts/", {"title": "A" * 6_000_000}), 413, "too_big")


def test_what_no_view_has_seen_is_a_problem_too(owner, rf):
    problem(owner.get("/me/", headers={"Host": "evil.example"}), 400, "bad_request")
    page = Client().get("/", headers={"Host": "evil.example"})
    assert (page.status_code, page["Content-Type"]) == (400, "text/html; charset=utf-8")
    answer = server_error(rf.get("/api/v1/me/"))
    assert (answer.status_code, answer["Content-Type"]) == (500, "application/problem+json")
    assert server_error(rf.get("/")).status_code == 500


def test_what_nobody_foresaw_is_a_plain_500_and_logged(owner, book, monkeypatch, caplog):
    def break_down(*args):
        raise RuntimeError("secret words of a manuscript")

    monkeypatch.setattr("api.resources.manuscripts.represent", break_down)
    owner.client.raise_request_exception = False
    found = problem(owner.get("/manuscripts/nine-crossings/"), 500, "error")
    assert "secret" not in str(found)
    assert "GET /api/v1/manuscripts/nine-crossings/ failed" in caplog.text


@pytest.mark.parametrize(
    "raw",
    ["{", "[" * 100_000, '{"title": NaN}', '{"\\ud800": 1}', '{"title": "\\ud800"}', b"\xff\xfe", "1" * 5000],
)
def test_json_that_cannot_be_read(owner, raw):
    response = owner.post("/manuscripts/", data=raw)
    found = response.json()
    assert response.status_code == 400
    assert found["code"] in {"parse_error", "invalid"}


def test_fields_are_named_by_their_path(owner):
    found = problem(
        owner.post(
            "/manuscripts/",
            {"pitch": 4, "language": "no!", "time_zone": "Mars/Base", "round": {"colour": "red"}, "is_staff": True},
        ),
        400,
        "invalid",
    )
    assert {(e["field"], e["code"]) for e in found["errors"]} == {
        ("title", "required"),
        ("pitch", "not_text"),
        ("language", "invalid"),
        ("time_zone", "invalid"),
        ("round.colour", "unknown_field"),
        ("is_staff", "unknown_field"),
    }


@pytest.mark.parametrize("name", ["slug", "role", "disciplines", "id", "author", "user", "next_chapter_key", "created"])
def test_nothing_can_be_assigned_beside_the_known_fields(owner, book, name):
    before = Manuscript.objects.filter(pk=book.pk).values().get()
    found = problem(owner.patch("/manuscripts/nine-crossings/", {name: "x"}), 400, "invalid")
    code = "read_only" if name in {"slug", "role", "disciplines"} else "unknown_field"
    assert [(e["field"], e["code"]) for e in found["errors"]] == [(name, code)]
    assert Manuscript.objects.filter(pk=book.pk).values().get() == before


@pytest.mark.parametrize(
    "query",
    ["ordering=user__password", "memberships__email__startswith=o", "format=admin", "pk=1", "limit=0", "limit=1001",
     "limit=x", "limit=-1", "cursor=abc", "cursor=WzFd", "cursor=W1tdLDFd", "cursor=WyJcdTAwMDAiLDFd"],
)  # fmt: skip
def test_unknown_or_broken_parameters_are_refused(owner, book, query):
    found = problem(owner.get(f"/manuscripts/?{query}"), 400, "invalid")
    assert found["errors"][0]["field"] == query.split("=")[0]


def test_too_many_requests(owner, monkeypatch):
    monkeypatch.setattr("api.throttling.TokenThrottle.THROTTLE_RATES", {"token": "2/min"})
    other = Api(owner.user)
    assert [owner.get("/me/").status_code for _ in range(2)] == [200, 200]
    response = owner.get("/me/")
    problem(response, 429, "throttled")
    assert 1 <= int(response["Retry-After"]) <= 60
    assert other.get("/me/").status_code == 200


def test_the_schema_and_its_page_are_open_to_everyone(client):
    response = client.get("/api/v1/schema/")
    assert response.status_code == 200
    schema = response.json()
    assert schema["openapi"].startswith("3.1")
    answers = schema["paths"]["/api/v1/manuscripts/{slug}/"]["patch"]["responses"]
    assert set(answers) >= {"200", "400", "401", "403", "404", "409", "412", "413", "415", "429"}
    assert set(answers["404"]["content"]) == {"application/problem+json"}
    page = client.get("/api/v1/docs/")
    assert page.status_code == 200
    assert b"<style" not in page.content

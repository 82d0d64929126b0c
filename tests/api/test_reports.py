"""Reports, their files and the findings through the API."""

import hashlib
import json

import pytest

from reports.models import Report

from .conftest import note, problem, queries_of

pytestmark = pytest.mark.django_db
PATH = "/manuscripts/the-night-shift/"


@pytest.fixture
def said(owner, draft, rosa, selma):
    """Two notes and three answers."""
    asked = {q["code"]: q["id"] for q in owner.get(f"{PATH}questions/").json()["results"]}
    rosa.post(f"{PATH}threads/", note(draft, "c1-1", "night"))
    selma.post(f"{PATH}threads/", note(draft, "c2-sec", "each door", body="Which door?"))
    rosa.post(f"{PATH}answers/", {"question": asked["value"], "scope": "book", "value": 4})
    selma.post(f"{PATH}answers/", {"question": asked["value"], "scope": "book", "value": 2})
    rosa.post(f"{PATH}answers/", {"question": asked["makes_sense"], "scope": "chapter", "key": "c1", "value": "yes"})


def test_a_report_from_wish_to_files(owner, said, run_jobs):
    response = owner.post(f"{PATH}reports/", {"formats": ["csv", "json", "pdf"]})
    assert response.status_code == 202
    started = response.json()
    assert response["Location"] == started["job"]
    assert (started["state"], started["url"]) == ("queued", f"http://testserver/api/v1/reports/{started['id']}/")
    waiting = owner.get(started["url"]).json()
    assert (waiting["state"], waiting["files"], waiting["as_of"]) == ("queued", [], None)
    run_jobs()
    assert owner.get(started["job"]).json()["result"] == {"url": started["url"]}
    done = owner.get(started["url"]).json()
    assert (done["state"], done["progress"], done["draft"], done["error"]) == ("done", 1.0, 1, None)
    assert [f["format"] for f in done["files"]] == ["pdf", "csv", "json"]
    for file in done["files"]:
        sent = owner.get(file["url"])
        body = b"".join(sent.streaming_content)
        assert (sent.status_code, len(body)) == (200, file["bytes"])
        assert hashlib.sha256(body).hexdigest() == file["sha256"]
        assert sent["Cache-Control"] == "private, no-store"
        assert sent["Content-Disposition"].startswith("attachment")
        if file["format"] == "json":
            assert "Which door?" in json.dumps(json.loads(body), ensure_ascii=False)
        if file["format"] == "pdf":
            assert body.startswith(b"%PDF")
    assert owner.get(f"{PATH}reports/").json()["results"] == [done]
    assert owner.get(done["files"][0]["url"], headers={"Accept": "application/pdf"}).status_code == 200


@pytest.mark.parametrize(
    ("body", "field"),
    [({"formats": ["exe"]}, "formats"), ({"formats": []}, "formats"),
     ({"formats": "pdf"}, "formats"), ({"draft": 7}, "draft"), ({"draft": "1"}, "draft"), ({"edition": "I"}, "edition"),
     ({"disciplines": ["alchemy"]}, "disciplines"), ({"names": "yes"}, "names"), ({"since": "soon"}, "since"),
     ({"state": "done"}, "state"), ({"made_by": 1}, "made_by"), ({"cover": "x"}, "cover"),
     ({"disciplines": []}, "disciplines"), ({"chapters": []}, "chapters"), ({"kinds": []}, "kinds"),
     ({"decisions": []}, "decisions")],
)  # fmt: skip
def test_what_a_report_cannot_be(owner, draft, body, field):
    response = owner.post(f"{PATH}reports/", body)
    assert response.status_code == 400
    assert [e["field"] for e in response.json()["errors"]] == [field]
    assert not Report.objects.exists()


def test_a_book_without_a_draft_has_no_report(owner, book):
    problem(owner.post("/manuscripts/nine-crossings/reports/", {}), 409, "no_draft")
    assert owner.get("/manuscripts/nine-crossings/findings/").json()["draft"] is None


def test_reports_are_the_author_teams(owner, said, rosa, stranger, run_jobs):
    url = owner.post(f"{PATH}reports/", {"formats": ["csv"]}).json()["url"]
    run_jobs()
    file = owner.get(url).json()["files"][0]["url"]
    for path in (f"{PATH}reports/", f"{PATH}findings/"):
        problem(rosa.get(path), 403, "forbidden")
        problem(stranger.get(path), 404, "not_found")
    problem(rosa.post(f"{PATH}reports/", {}), 403, "forbidden")
    for method, path in (("GET", url), ("DELETE", url), ("GET", file)):
        for person in (rosa, stranger):
            foreign = person.send(method, path)
            problem(foreign, 404, "not_found")
            assert foreign.content == person.send(method, path.replace("/reports/", "/reports/99")).content
    assert owner.get(file.replace("csv", "pdf")).status_code == 404
    assert owner.delete(url).status_code == 204
    problem(owner.get(url), 404, "not_found")
    problem(owner.get(file), 404, "not_found")


def test_findings(owner, said):
    response = owner.get(f"{PATH}findings/")
    assert response["Cache-Control"] == "private, no-cache"
    found = response.json()
    assert (found["draft"], [c["key"] for c in found["chapters"]]) == (1, ["c1", "c2"])
    assert found["book"]["value"]["all"] == {
        "n": 2,
        "cannot_judge": 0,
        "distribution": [0, 1, 0, 1, 0],
        "mean": None,
        "median": None,
        "sd": None,
        "hidden": False,
    }
    assert found["book"]["value"]["by_discipline"]["it-operations"]["distribution"] == [0, 0, 0, 1, 0]
    assert found["chapters"][0]["verdict"]["all"] == {"n": 1, "yes": 1, "partly": 0, "no": 0, "hidden": False}
    assert found["coverage"]["all"] == {"asked": 2, "opened": 2, "reading": 2, "finished": 0, "declined": 0}
    assert found["remarks"]["total"] == 2
    assert owner.get(f"{PATH}findings/", headers={"If-None-Match": response["ETag"]}).status_code == 304


def test_a_list_takes_the_same_queries_for_one_and_three(owner, draft):
    owner.post(f"{PATH}reports/", {"formats": ["csv"]})
    first = queries_of(owner, f"{PATH}reports/")
    for _ in range(2):
        owner.post(f"{PATH}reports/", {"formats": ["csv"]})
    assert queries_of(owner, f"{PATH}reports/") == (first[0], 3)
    assert first[0] <= 9

"""Drafts through the API: uploading, dry run, correcting, opening, corrections of a round, ending it."""

import hashlib

import pytest

from api import shapes
from jobs.models import Job
from manuscripts.models import Draft, Source

from .conftest import Api, join, note, problem, queries_of

pytestmark = pytest.mark.django_db
PATH = "/manuscripts/nine-crossings/drafts/"
ONE = b"""# The river

A river is crossed where it is narrow.

# The bridge

Everyone waits for the bridge.

## Operations

Someone keeps the lamp lit.

## Deployment

Someone brings the planks.
"""
TWO = ONE.replace(b"narrow", b"shallow").replace(b"the planks", b"all the planks")


@pytest.fixture
def opened(owner, book, run_jobs):
    """The book's first draft, open."""
    assert owner.upload("nine-crossings", {"book.md": ONE}, open="new").status_code == 202
    run_jobs()
    return book.drafts.get()


def test_an_upload_becomes_a_draft(owner, book, run_jobs):
    response = owner.upload("nine-crossings", {"book.md": ONE}, note="First try")
    assert response.status_code == 202
    started = response.json()
    job = Job.objects.get()
    assert started == {
        "number": 1,
        "state": "importing",
        "url": f"http://testserver/api/v1{PATH}1/",
        "job": f"http://testserver/api/v1/jobs/{job.pk}/",
    }
    assert response["Location"] == started["job"]
    assert owner.get(started["job"]).json() == {
        "id": job.pk,
        "kind": "import_draft",
        "state": "queued",
        "progress": 0.0,
        "error": None,
        "result": None,
    }
    run_jobs()
    done = owner.get(started["job"]).json()
    assert (done["state"], done["progress"], done["result"]) == ("done", 1.0, {"url": started["url"]})
    found = owner.get(started["url"]).json()
    texts = {s["key"]: s.pop("text_id") for c in found["chapters"] for s in c["sections"]}
    assert all(owner.get(f"/texts/{pk}/").status_code == 200 for pk in texts.values())
    page = "http://testserver/m/nine-crossings/drafts/1/"
    assert found == {
        "number": 1,
        "label": None,
        "round": None,
        "state": "ready",
        "note": "First try",
        "sources": [
            {"name": "book.md", "format": "md", "bytes": len(ONE), "sha256": hashlib.sha256(ONE).hexdigest()},
        ],
        "created": found["created"],
        "opened": None,
        "closed": None,
        "problems": [],
        "chapters": [
            {
                "key": "c1",
                "title": "The river",
                "position": 1,
                "sections": [
                    {
                        "key": "c1",
                        "title": "The river",
                        "discipline": None,
                        "position": 1,
                        "words": 10,
                        "html_url": page,
                    },
                ],
            },
            {
                "key": "c2",
                "title": "The bridge",
                "position": 2,
                "sections": [
                    {
                        "key": "c2",
                        "title": "The bridge",
                        "discipline": None,
                        "position": 1,
                        "words": 7,
                        "html_url": page,
                    },
                    {
                        "key": "c2-ops",
                        "title": "Operations",
                        "discipline": "it-operations",
                        "position": 2,
                        "words": 6,
                        "html_url": page,
                    },
                    {
                        "key": "c2-dep",
                        "title": "Deployment",
                        "discipline": "deployment",
                        "position": 3,
                        "words": 5,
                        "html_url": page,
                    },
                ],
            },
        ],
        "changes": {
            "against": None,
            "added": [],
            "changed": [],
            "moved": [],
            "renamed": [],
            "removed": [],
            "remarks": {"kept": 0, "moved": 0, "edited": 0, "detached": 0},
        },
    }


def test_a_dry_run_leaves_nothing(owner, book, run_jobs):
    response = owner.upload("nine-crossings", {"book.md": ONE}, dry_run="true", note="Only looking")
    assert response.status_code == 202
    started = response.json()
    assert (started["number"], started["url"]) == (None, started["job"])
    run_jobs()
    result = owner.get(started["job"]).json()["result"]
    assert (result["number"], result["state"], result["note"]) == (None, "ready", "Only looking")
    assert [c["title"] for c in result["chapters"]] == ["The river", "The bridge"]
    assert result["chapters"][0]["sections"][0]["text_id"] is None
    assert set(result) == set(shapes.Draft().fields)
    assert not Draft.objects.exists()
    assert not Source.objects.exists()


def test_the_same_files_are_the_same_draft(owner, book, run_jobs):
    files = {"a.md": b"# One\n\nWords.", "b.md": b"# Two\n\nMore words."}
    owner.upload("nine-crossings", files)
    run_jobs()
    again = owner.upload("nine-crossings", files)
    assert (again.status_code, again.json()["number"], again.json()["state"]) == (200, 1, "ready")
    opening = owner.upload("nine-crossings", files, open="true")
    assert (opening.status_code, opening.json()["state"]) == (200, "opening")
    run_jobs()
    assert owner.get(f"{PATH}1/").json()["state"] == "open"
    turned = owner.upload("nine-crossings", dict(reversed(files.items())))
    assert (turned.status_code, turned.json()["number"]) == (202, 2)


@pytest.mark.parametrize(
    ("files", "fields", "status", "field"),
    [
        ({}, {}, 400, "file"),
        ({"a.md": b""}, {}, 400, "file"),
        ({"a.exe": b"MZ words"}, {}, 415, "file"),
        ({"a.docx": b"not a zip"}, {}, 415, "file"),
        ({"a.md": b"# A\n\nB"}, {"open": "maybe"}, 400, "open"),
        ({"a.md": b"# A\n\nB"}, {"dry_run": "perhaps"}, 400, "dry_run"),
        ({"a.md": b"# A\n\nB"}, {"chapters": "c9"}, 400, "chapters"),
        ({"a.md": b"# A\n\nB"}, {"state": "open"}, 400, "state"),
        ({"a.md": b"# A\n\nB"}, {"number": "7"}, 400, "number"),
        ({"a.md": b"# A\n\nB"}, {"note": "x" * 2001}, 400, "note"),
    ],
)
def test_what_is_refused_at_once_takes_no_number(owner, book, files, fields, status, field):
    response = owner.upload("nine-crossings", files, **fields)
    assert response.status_code == status
    assert response["Content-Type"] == "application/problem+json"
    assert [e["field"] for e in response.json()["errors"]] == [field]
    assert not Draft.objects.exists()


def test_a_correction_needs_a_round_and_an_upload_a_form(owner, book):
    problem(owner.upload("nine-crossings", {"a.md": b"# A\n\nB"}, open="same"), 409, "no_round")
    problem(owner.post(PATH, {"note": "x"}), 415, "unsupported_media_type")
    problem(owner.post(PATH, data=b"--x", content_type="multipart/form-data"), 400, "parse_error")
    assert not Draft.objects.exists()


def test_what_is_too_big_is_refused_unread(owner, book, settings):
    settings.MAX_FILE_BYTES = 1000
    problem(owner.upload("nine-crossings", {"a.md": b"# A\n\n" + b"x" * 2000}), 413, "too_big")
    big = {"a.md": b"# A\n\n" + b"x" * 2_000_000}
    problem(owner.upload("nine-crossings", big), 413, "too_big")
    problem(Api().upload("nine-crossings", big), 401, "not_authenticated")


def test_what_only_conversion_finds_fails_later(owner, book, run_jobs):
    broken = owner.upload("nine-crossings", {"b.docx": b"PK\x03\x04" + b"x" * 400}, open="new")
    assert broken.status_code == 202
    run_jobs()
    failed = owner.get(broken.json()["url"]).json()
    assert (failed["state"], failed["problems"][0]["severity"]) == ("failed", "error")
    job = owner.get(broken.json()["job"]).json()
    assert (job["state"], job["error"]) == ("failed", failed["problems"][0]["detail"])
    assert owner.delete(f"{PATH}1/").status_code == 204


def test_correcting_a_ready_draft(owner, book, run_jobs):
    owner.upload("nine-crossings", {"book.md": ONE})
    run_jobs()
    first = owner.get(f"{PATH}1/")
    body = {
        "chapters": [
            {"key": "c1", "title": "The stream"},
            {"key": "c2", "sections": [{"key": "c2-ops", "title": "Lamp keepers", "discipline": "deployment"}]},
        ]
    }
    response = owner.patch(f"{PATH}1/", body, headers={"If-Match": first["ETag"]})
    assert response.status_code == 200, response.content
    found = response.json()
    assert found["chapters"][0]["title"] == "The stream"
    section = found["chapters"][1]["sections"][1]
    assert (section["key"], section["title"], section["discipline"]) == ("c2-ops", "Lamp keepers", "deployment")
    problem(owner.patch(f"{PATH}1/", body, headers={"If-Match": first["ETag"]}), 412, "changed")
    for wrong, field in [
        ({"state": "open"}, "state"),
        ({"chapters": [{"key": "c9"}]}, "chapters.0.key"),
        ({"chapters": [{"title": "X"}]}, "chapters.0.key"),
        ({"chapters": [{"key": "c2", "sections": [{"key": "c9-x", "title": "T"}]}]}, "chapters.0.sections.0.key"),
        ({"chapters": [{"key": "c2", "position": 9}]}, "chapters.0.position"),
        ({"chapters": [{"key": "c2", "sections": [{"key": "c2-ops", "discipline": "alchemy"}]}]},
         "chapters.0.sections.0.discipline"),
    ]:  # fmt: skip
        refused = owner.patch(f"{PATH}1/", wrong)
        assert refused.status_code == 400
        assert field in [e["field"] for e in refused.json()["errors"]]


def test_opening_and_ending_a_round(owner, book, run_jobs):
    owner.upload("nine-crossings", {"book.md": ONE})
    problem(owner.post(f"{PATH}1/open/", {"round": "new"}), 409, "not_ready")
    run_jobs()
    for body in ({}, {"round": "third"}, {"round": "new", "anonymity": "some"}, {"round": "new", "colour": "red"}):
        assert owner.post(f"{PATH}1/open/", body).status_code == 400
    response = owner.post(f"{PATH}1/open/", {"round": "new", "visibility": "never", "deadline": "2031-05-17"})
    assert response.status_code == 202
    started = response.json()
    assert (started["number"], started["state"]) == (1, "opening")
    run_jobs()
    assert owner.get(started["job"]).json()["result"] == {"url": f"http://testserver/api/v1{PATH}1/"}
    found = owner.get(f"{PATH}1/").json()
    assert (found["state"], found["label"], found["round"]) == ("open", "1", 1)
    assert found["chapters"][1]["sections"][1]["html_url"].endswith("/m/nine-crossings/read/c2/#s-c2-ops")
    modes = owner.get("/manuscripts/nine-crossings/").json()["round"]
    assert (modes["visibility"], modes["deadline"]) == ("never", "2031-05-17")
    again = owner.post(f"{PATH}1/open/", {"round": "new"})
    assert (again.status_code, again.json()["state"]) == (200, "open")
    problem(owner.delete(f"{PATH}1/"), 409, "not_ready")
    closed = owner.post(f"{PATH}1/close/")
    assert (closed.status_code, closed.json()["state"]) == (200, "closed")
    problem(owner.post(f"{PATH}1/close/"), 409, "not_open")


def test_a_loosened_promise_is_refused(owner, opened, book, run_jobs):
    owner.patch("/manuscripts/nine-crossings/", {"round": {"anonymity": "all"}})
    rosa = join(book, "rosa@ops.example", "Rosa Field", ["it-operations"])
    rosa.post("/manuscripts/nine-crossings/threads/", note(opened, "c2-ops", "lamp"))
    found = problem(owner.patch("/manuscripts/nine-crossings/", {"round": {"anonymity": "peers"}}), 409, "promise")
    assert [e["field"] for e in found["errors"]] == ["round.anonymity"]


def test_a_second_draft_as_a_correction(owner, opened, book, run_jobs):
    rosa = join(book, "rosa@ops.example", "Rosa Field", ["it-operations"])
    kept = rosa.post("/manuscripts/nine-crossings/threads/", note(opened, "c2-ops", "lamp")).json()
    response = owner.upload("nine-crossings", {"book.md": TWO}, open="same")
    assert response.status_code == 202
    run_jobs()
    found = owner.get(f"{PATH}2/").json()
    assert (found["state"], found["label"], found["round"]) == ("open", "1.1", 1)
    assert found["changes"]["against"] == 1
    assert found["changes"]["changed"] == ["c1", "c2-dep"]
    assert found["changes"]["remarks"] == {"kept": 1, "moved": 0, "edited": 0, "detached": 0}
    assert owner.get(f"{PATH}1/").json()["state"] == "closed"
    assert owner.get(kept["url"]).json()["anchor"]["draft"] == 2
    assert owner.get(f"{kept['url']}?draft=1").json()["anchor"]["draft"] == 1
    listed = owner.get(PATH).json()["results"]
    assert [d["number"] for d in listed] == [2, 1]
    assert listed[0] == found


def test_readers_see_what_was_opened_and_no_more(owner, opened, book, run_jobs):
    rosa = join(book, "rosa@ops.example", "Rosa Field", ["it-operations"])
    owner.upload("nine-crossings", {"book.md": TWO})
    run_jobs()
    found = rosa.get(f"{PATH}1/").json()
    assert (found["sources"], found["problems"], found["note"]) == ([], [], "")
    assert [c["key"] for c in found["chapters"]] == ["c1", "c2"]
    problem(rosa.get(f"{PATH}2/"), 404, "not_found")
    problem(rosa.get(f"{PATH}7/"), 404, "not_found")
    problem(rosa.get(PATH), 403, "forbidden")
    problem(rosa.post(f"{PATH}1/close/"), 403, "forbidden")
    problem(rosa.patch(f"{PATH}1/", {"chapters": []}), 403, "forbidden")
    problem(rosa.upload("nine-crossings", {"a.md": b"# A\n\nB"}), 403, "forbidden")
    job = Job.objects.filter(kind="import_draft").first()
    problem(rosa.get(f"/jobs/{job.pk}/"), 404, "not_found")
    section = rosa.get("/manuscripts/nine-crossings/sections/c1/").json()
    assert (section["draft"], "narrow" in section["markdown"]) == (1, True)
    newest = owner.get("/manuscripts/nine-crossings/sections/c1/").json()
    assert (newest["draft"], "shallow" in newest["markdown"]) == (2, True)
    problem(owner.send("PUT", "/manuscripts/nine-crossings/sections/c1/", {}), 400, "invalid")


def test_jobs_are_known_to_the_author_team_alone(owner, book, stranger, run_jobs):
    job = owner.upload("nine-crossings", {"book.md": ONE}).json()["job"]
    for path in (job, f"{job}cancel/"):
        method = "POST" if "cancel" in path else "GET"
        foreign, missing = stranger.send(method, path), stranger.send(method, path.replace("/jobs/", "/jobs/0"))
        problem(foreign, 404, "not_found")
        assert foreign.content == missing.content
    assert owner.post(f"{job}cancel/").json()["state"] == "cancelled"
    assert owner.post(f"{job}cancel/").json()["state"] == "cancelled"
    assert owner.get(f"{PATH}1/").json()["state"] == "failed"


def test_throwing_a_draft_away(owner, book, run_jobs):
    owner.upload("nine-crossings", {"book.md": ONE})
    run_jobs()
    assert owner.delete(f"{PATH}1/").status_code == 204
    problem(owner.get(f"{PATH}1/"), 404, "not_found")
    assert owner.upload("nine-crossings", {"book.md": ONE}).json()["number"] == 2


def test_a_list_takes_the_same_queries_for_one_and_three(owner, opened, run_jobs):
    first = queries_of(owner, PATH)
    for n in range(2):
        owner.upload("nine-crossings", {"book.md": ONE + b"\n\nMore %d." % n})
    run_jobs()
    assert queries_of(owner, PATH) == (first[0], 3)
    assert first[0] <= 13

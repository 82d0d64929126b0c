"""Manuscripts: shape, rights, modes, conditional requests, deletion."""

import pytest

from jobs.models import Job
from manuscripts.models import Event, Manuscript, Membership

from .conftest import Api, problem, queries_of

pytestmark = pytest.mark.django_db
OPS = {
    "slug": "it-operations",
    "code": "OPS",
    "name": "IT operations",
    "aliases": ["operations", "ops"],
    "position": 5,
    "span": "along",
}


def test_a_title_is_enough(owner):
    response = owner.post("/manuscripts/", {"title": "  Nine crossings "})
    assert response.status_code == 201
    found = response.json()
    assert response["Location"] == "http://testserver/api/v1/manuscripts/nine-crossings/"
    disciplines = found.pop("disciplines")
    assert found == {
        "slug": "nine-crossings",
        "title": "Nine crossings",
        "pitch": "",
        "language": "en",
        "time_zone": "UTC",
        "role": "author",
        "round": {
            "number": 1,
            "visibility": "open",
            "anonymity": "peers",
            "others_sections": "open",
            "deadline": None,
        },
    }
    assert len(disciplines) == 10
    assert disciplines[4] == OPS
    assert owner.get(response["Location"]).json() == {**found, "disciplines": disciplines}


def test_all_that_can_be_said_at_the_start(owner):
    modes = {"visibility": "after_verdict", "anonymity": "all", "others_sections": "closed", "deadline": "2031-05-17"}
    fields = {"title": "A", "pitch": "For all.\nReally.", "language": "de-AT", "time_zone": "Europe/Vienna"}
    found = owner.post("/manuscripts/", {**fields, "round": modes}).json()
    assert found["round"] == {"number": 1, **modes}
    assert {name: found[name] for name in fields} == fields


def test_what_cannot_be_is_named_and_nothing_made(owner):
    found = problem(owner.post("/manuscripts/", {"title": "A", "round": {"anonymity": "some"}}), 400, "invalid")
    assert [e["field"] for e in found["errors"]] == ["round.anonymity"]
    problem(owner.post("/manuscripts/", {"title": "   "}), 400, "invalid")
    problem(owner.post("/manuscripts/", {"title": "Two\nlines"}), 400, "invalid")
    assert not Manuscript.objects.exists()


def test_only_authors_make_manuscripts(owner):
    owner.user.is_author = False
    owner.user.save()
    problem(owner.post("/manuscripts/", {"title": "A"}), 403, "forbidden")


def test_changing_a_manuscript(owner, book):
    found = owner.patch("/manuscripts/nine-crossings/", {"title": "Ten", "round": {"deadline": "2031-05-17"}}).json()
    assert (found["title"], found["slug"], found["round"]["deadline"]) == ("Ten", "nine-crossings", "2031-05-17")
    assert owner.get("/manuscripts/nine-crossings/").json() == found
    assert Event.objects.filter(manuscript=book, kind="manuscript.changed").count() == 1
    problem(owner.patch("/manuscripts/nine-crossings/", {"title": "X", "round": {"deadline": "soon"}}), 400, "invalid")
    assert owner.get("/manuscripts/nine-crossings/").json() == found


def test_readers_read_and_do_not_change(owner, book, reader):
    assert reader.get("/manuscripts/nine-crossings/").json()["role"] == "reviewer"
    problem(reader.patch("/manuscripts/nine-crossings/", {"title": "X"}), 403, "forbidden")
    problem(reader.delete("/manuscripts/nine-crossings/"), 403, "forbidden")


def test_tags_tell_whether_it_changed(owner, book):
    path = "/manuscripts/nine-crossings/"
    first = owner.get(path)
    assert first["Cache-Control"] == "private, no-store"
    again = owner.get(path, headers={"If-None-Match": first["ETag"]})
    assert (again.status_code, again.content, again["ETag"]) == (304, b"", first["ETag"])
    assert owner.get(path, headers={"If-None-Match": '"other"'}).status_code == 200
    changed = owner.patch(path, {"title": "Ten"}, headers={"If-Match": first["ETag"]})
    assert changed.status_code == 200
    assert changed["ETag"] == owner.get(path)["ETag"] != first["ETag"]
    late = problem(owner.patch(path, {"title": "Eleven"}, headers={"If-Match": first["ETag"]}), 412, "changed")
    assert late["current"]["title"] == "Ten"
    problem(owner.delete(path, headers={"If-Match": first["ETag"]}), 412, "changed")
    assert owner.patch(path, {"title": "Twelve"}, headers={"If-Match": "*"}).status_code == 200


def test_rights_come_before_the_tag(owner, stranger, book):
    tag = owner.get("/manuscripts/nine-crossings/")["ETag"]
    for name in ("If-None-Match", "If-Match"):
        problem(stranger.get("/manuscripts/nine-crossings/", headers={name: tag}), 404, "not_found")


def test_lists_have_tags_too(owner, book):
    first = owner.get("/manuscripts/")
    assert owner.get("/manuscripts/", headers={"If-None-Match": f"W/{first['ETag']}"}).status_code == 304
    owner.post("/manuscripts/", {"title": "Second"})
    assert owner.get("/manuscripts/", headers={"If-None-Match": first["ETag"]}).status_code == 200


def test_pages_are_stable_while_books_are_added(owner):
    for n in range(5):
        owner.post("/manuscripts/", {"title": f"Book {n}"})
    page = owner.get("/manuscripts/?limit=2").json()
    seen = [m["slug"] for m in page["results"]]
    owner.post("/manuscripts/", {"title": "Book 5"})
    while page["next"]:
        assert page["next"].startswith("http://testserver/api/v1/manuscripts/?")
        page = owner.get(page["next"]).json()
        seen += [m["slug"] for m in page["results"]]
    assert seen == [f"book-{n}" for n in range(6)]


def test_a_list_takes_the_same_queries_for_one_and_three(owner):
    owner.post("/manuscripts/", {"title": "Book 0"})
    first = queries_of(owner, "/manuscripts/")
    for n in (1, 2):
        owner.post("/manuscripts/", {"title": f"Book {n}"})
    assert queries_of(owner, "/manuscripts/") == (first[0], 3)
    assert first[0] <= 8


def test_only_the_owner_deletes(owner, book, reader):
    editor = Api(reader.user)
    Membership.objects.filter(user=reader.user).update(role="co_author")
    problem(editor.delete("/manuscripts/nine-crossings/"), 403, "forbidden")
    job = Job.objects.create(kind="send_invitation", subject=f"manuscript:{book.pk}")
    assert owner.delete("/manuscripts/nine-crossings/").status_code == 204
    problem(owner.get("/manuscripts/nine-crossings/"), 404, "not_found")
    assert not Membership.objects.filter(manuscript=book.pk).exists()
    job.refresh_from_db()
    assert job.state == "cancelled"


def test_a_round_in_preparation_shows_from_the_start(owner, book):
    assert book.current_round is None
    assert owner.get("/manuscripts/nine-crossings/").json()["round"]["number"] == 1
    assert owner.get("/manuscripts/").json()["results"][0]["round"]["number"] == 1

"""Invitations, members and reviews through the API."""

import pytest

from accounts.models import User
from manuscripts.models import Membership, Round
from reviews.models import Invitation

from .conftest import Api, join, note, problem, queries_of

pytestmark = pytest.mark.django_db
PATH = "/manuscripts/the-night-shift/"
PERSON = {
    "email": "Tom@deploy.example",
    "name": "Tom Reed",
    "disciplines": ["deployment", "it-operations"],
    "role": "reviewer",
    "minutes": 45,
}


def test_inviting_people(owner, draft, run_jobs):
    response = owner.post(f"{PATH}invitations/", [PERSON, {"name": "Una Bell"}])
    assert response.status_code == 201
    tom, una = response.json()["results"]
    assert tom["link"].startswith("http://")
    link, pk = tom.pop("link"), tom.pop("id")
    assert tom == {
        "email": "tom@deploy.example",
        "name": "Tom Reed",
        "disciplines": ["deployment", "it-operations"],
        "role": "reviewer",
        "minutes": 45,
        "state": "queued",
    }
    assert (una["state"], una["email"], una["role"], una["disciplines"]) == ("unsent", None, "reviewer", [])
    run_jobs()
    listed = owner.get(f"{PATH}invitations/").json()["results"]
    assert listed == [{**tom, "id": pk, "link": link, "state": "sent"}, una]
    assert [row["link"] for row in Api(owner.user, scope="write").get(f"{PATH}invitations/").json()["results"]] == [
        None,
        None,
    ]


def test_one_bad_row_and_nobody_is_asked(owner, draft, rosa):
    before = Membership.objects.count()
    rows = [PERSON, {**PERSON, "email": "no address"}, {"name": ""}, {**PERSON, "state": "accepted", "is_staff": 1}]
    found = problem(owner.post(f"{PATH}invitations/", rows), 400, "invalid")
    assert {(e["field"], e["code"]) for e in found["errors"]} == {
        ("2.name", "blank"),
        ("3.state", "read_only"),
        ("3.is_staff", "unknown_field"),
    }
    wrong = [{**PERSON, "email": "no address"}, {**PERSON, "disciplines": ["alchemy"]}, {**PERSON, "role": "king"}]
    found = problem(owner.post(f"{PATH}invitations/", [PERSON, *wrong]), 400, "invalid")
    assert {e["field"] for e in found["errors"]} >= {"1.email", "2.disciplines", "3.role"}
    found = problem(owner.post(f"{PATH}invitations/", [{**PERSON, "email": "ROSA@ops.example"}]), 400, "already_member")
    assert [e["field"] for e in found["errors"]] == ["0.email"]
    problem(owner.post(f"{PATH}invitations/", PERSON), 400, "invalid")
    problem(owner.post(f"{PATH}invitations/", []), 400, "invalid")
    assert Membership.objects.count() == before


def test_people_need_the_scope_and_the_right(owner, draft, rosa):
    problem(Api(owner.user, scope="write").post(f"{PATH}invitations/", [PERSON]), 403, "scope")
    problem(rosa.post(f"{PATH}invitations/", [PERSON]), 403, "forbidden")
    problem(rosa.get(f"{PATH}invitations/"), 403, "forbidden")
    problem(rosa.post(f"{PATH}members/", {"name": "A", "disciplines": []}), 403, "forbidden")
    problem(rosa.patch(f"/members/{rosa.member.pk}/", {"role": "author"}), 403, "forbidden")
    problem(rosa.delete(f"/members/{rosa.member.pk}/"), 403, "forbidden")
    invitation = Invitation.objects.get()
    problem(rosa.post(f"/invitations/{invitation.pk}/revoke/"), 404, "not_found")
    assert Membership.objects.get(pk=rosa.member.pk).role == "reviewer"


def test_only_owners_see_links(owner, draft, rosa):
    editor = join(draft.manuscript, "cora@books.example", "Cora Lane", [], role="co_author")
    assert all(row["link"] for row in owner.get(f"{PATH}invitations/").json()["results"])
    assert [row["link"] for row in editor.get(f"{PATH}invitations/").json()["results"]] == [None, None]


def test_resending_and_revoking(owner, draft, run_jobs):
    tom = owner.post(f"{PATH}invitations/", [PERSON]).json()["results"][0]
    run_jobs()
    again = owner.post(f"/invitations/{tom['id']}/resend/").json()
    assert (again["state"], again["link"]) == ("queued", tom["link"])
    revoked = owner.post(f"/invitations/{tom['id']}/revoke/").json()
    assert (revoked["state"], revoked["link"]) == ("revoked", None)
    una = owner.post(f"{PATH}invitations/", [{"name": "Una Bell"}]).json()["results"][0]
    problem(owner.post(f"/invitations/{una['id']}/resend/"), 409, "no_email")


def test_a_token_for_an_invited_address_works_at_once_and_its_first_write_accepts(owner, draft):
    owner.post(f"{PATH}invitations/", [{**PERSON, "disciplines": ["it-operations"]}])
    tom = Api(User.objects.create_user("tom@deploy.example"), scope="write")
    assert tom.get(PATH).json()["role"] == "reviewer"
    assert Invitation.objects.get().state == "queued"
    assert tom.post(f"{PATH}threads/", note(draft, "c1-1", "night")).status_code == 201
    invitation = Invitation.objects.get()
    assert (invitation.state, invitation.membership.accepted is not None) == ("accepted", True)


def test_members_as_the_author_and_as_a_reader_sees_them(owner, draft, rosa, selma, bruno):
    everyone = owner.get(f"{PATH}members/").json()["results"]
    assert [m["name"] for m in everyone] == ["Olive Marsh", "Rosa Field", "Selma Kay", "Bruno Ash"]
    row = {
        "id": str(rosa.member.pk),
        "name": "Rosa Field",
        "email": "rosa@ops.example",
        "role": "reviewer",
        "disciplines": ["it-operations"],
        "sphere": "",
        "years": None,
        "pseudonym": "IT operations 1",
    }
    assert everyone[1] == row
    seen = rosa.get(f"{PATH}members/")
    assert [m["name"] for m in seen.json()["results"]] == ["Olive Marsh", "Rosa Field"]
    assert seen.json()["results"][0]["email"] is None
    assert seen.json()["results"][1] == row
    Round.objects.update(anonymity="named")
    named = rosa.get(f"{PATH}members/").json()["results"]
    assert [(m["name"], m["email"], m["pseudonym"]) for m in named if m["role"] == "reviewer"] == [
        ("Rosa Field", "rosa@ops.example", "IT operations 1"),
        ("Selma Kay", None, None),
    ]


def test_changing_and_removing_members(owner, draft, rosa, selma):
    path = f"/members/{rosa.member.pk}/"
    changed = owner.patch(path, {"name": "Rosa F.", "disciplines": ["deployment"], "sphere": "manager", "years": 12})
    found = changed.json()
    assert (found["name"], found["disciplines"], found["sphere"], found["years"]) == (
        "Rosa F.",
        ["deployment"],
        "manager",
        12,
    )
    assert owner.patch(path, {"years": 13}, headers={"If-Match": changed["ETag"]}).json()["years"] == 13
    problem(owner.patch(path, {"years": 14}, headers={"If-Match": changed["ETag"]}), 412, "changed")
    assert rosa.patch(path, {"disciplines": ["it-operations"], "sphere": "worker"}).json()["sphere"] == "worker"
    for field, value in [("email", "x@y.example"), ("pseudonym", "X"), ("id", "1"), ("user", 1), ("removed", None)]:
        assert [e["field"] for e in problem(owner.patch(path, {field: value}), 400, "invalid")["errors"]] == [field]
    for field, value in [("sphere", "king"), ("disciplines", ["alchemy"]), ("role", "king"), ("years", "12")]:
        assert [e["field"] for e in problem(owner.patch(path, {field: value}), 400, "invalid")["errors"]] == [field]
    problem(selma.patch(path, {"years": 3}), 404, "not_found")
    me = draft.manuscript.memberships.get(role="author")
    problem(owner.delete(f"/members/{me.pk}/"), 409, "last_author")
    assert owner.delete(path).status_code == 204
    problem(rosa.get(PATH), 404, "not_found")
    problem(owner.delete(path), 404, "not_found")


def test_a_contact_has_a_name_and_disciplines(owner, draft):
    found = owner.post(f"{PATH}members/", {"name": "Ines by phone", "disciplines": ["it-operations"]})
    assert found.status_code == 201
    assert (found.json()["role"], found.json()["email"]) == ("contact", None)
    wrong = problem(owner.post(f"{PATH}members/", {"name": "X", "disciplines": ["alchemy"]}), 400, "invalid")
    assert [e["field"] for e in wrong["errors"]] == ["disciplines"]
    problem(owner.post(f"{PATH}members/", {"name": "X", "disciplines": [], "role": "author"}), 400, "invalid")


def test_reviews(owner, draft, rosa, selma):
    both = owner.get(f"{PATH}reviews/").json()["results"]
    assert [(r["member"], r["round"], r["state"]) for r in both] == [
        (str(rosa.member.pk), 1, "opened"),
        (str(selma.member.pk), 1, "opened"),
    ]
    assert both[0]["progress"] == {"read": 0, "asked": 2}
    assert rosa.get(f"{PATH}reviews/").json()["results"] == both[:1]
    path = f"/reviews/{both[0]['id']}/"
    for state in ("submitted", "started", "declined"):
        assert rosa.patch(path, {"state": state}).json() == {**both[0], "state": state}
    problem(selma.patch(path, {"state": "started"}), 404, "not_found")
    problem(owner.patch(path, {"state": "submitted"}), 403, "forbidden")
    for body in ({"state": "invited"}, {}, {"state": "started", "member": "1"}):
        problem(rosa.patch(path, body), 400, "invalid")


def test_lists_take_the_same_queries_for_one_and_three(owner, draft):
    join(draft.manuscript, "r0@ops.example", "R 0", ["it-operations"])
    lists = ("invitations", "members", "reviews")
    first = {name: queries_of(owner, f"{PATH}{name}/")[0] for name in lists}
    for n in (1, 2):
        join(draft.manuscript, f"r{n}@ops.example", f"R {n}", ["it-operations"])
    assert {name: queries_of(owner, f"{PATH}{name}/")[0] for name in lists} == first
    assert max(first.values()) <= 11


def test_a_reader_learns_of_no_peer_by_their_id(draft, rosa, selma, owner):
    """Neither a refusal nor the answer to a stale If-Match says who stands behind an id."""
    peer = Membership.objects.get(user=selma.user)
    path = f"/members/{peer.pk}/"
    for headers in ({}, {"If-Match": '"stale"'}):
        for method, body in (("PATCH", {"years": 3}), ("DELETE", None)):
            response = rosa.send(method, path, body, headers=headers)
            problem(response, 404, "not_found")
            assert peer.name not in response.content.decode()
    problem(owner.patch(path, {"years": 3}, headers={"If-Match": '"stale"'}), 412, "changed")
    Round.objects.filter(manuscript=peer.manuscript).update(anonymity="named")
    problem(rosa.patch(path, {"years": 3}), 403, "forbidden")


def test_where_nobody_is_to_be_named_the_list_of_members_tells_no_pseudonym(draft, owner, rosa):
    def pseudonyms(api):
        return {row["name"]: row["pseudonym"] for row in api.get(f"{PATH}members/").json()["results"]}

    assert pseudonyms(owner)["Rosa Field"] == "IT operations 1"
    Round.objects.filter(manuscript__slug="the-night-shift").update(anonymity="all")
    assert pseudonyms(owner)["Rosa Field"] is None
    assert pseudonyms(rosa)["Rosa Field"] == "IT operations 1"

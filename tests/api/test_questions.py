"""Questions and answers through the API."""

import pytest

from manuscripts.models import Round
from reviews.models import Answer

from .conftest import join, problem, queries_of

pytestmark = pytest.mark.django_db
PATH = "/manuscripts/the-night-shift/"


@pytest.fixture
def asked(owner, draft):
    """The founding three, by code."""
    return {q["code"]: q for q in owner.get(f"{PATH}questions/").json()["results"]}


def test_the_founding_three(owner, asked, rosa):
    assert list(asked) == ["value", "makes_sense", "improve"]
    assert asked["value"] == {
        "id": asked["value"]["id"],
        "code": "value",
        "kind": "rating",
        "text": "How much value does it have for your discipline?",
        "scopes": ["own_section", "book"],
        "chapters": None,
        "disciplines": None,
        "options": [],
        "position": 1,
        "retired": False,
    }
    assert rosa.get(f"{PATH}questions/").json()["results"] == list(asked.values())


def test_asking_and_changing(owner, asked, rosa):
    body = {"kind": "choice", "text": "Who should own it?", "scopes": ["book"], "options": ["We", "They"]}
    made = owner.post(f"{PATH}questions/", body)
    assert made.status_code == 201
    question = made.json()
    assert (question["code"], question["position"], question["options"]) == (None, 4, ["We", "They"])
    path = f"/questions/{question['id']}/"
    changed = owner.patch(path, {"text": "Who owns it?", "chapters": ["c1"], "disciplines": ["it-operations"]}).json()
    assert (changed["text"], changed["chapters"], changed["disciplines"]) == ("Who owns it?", ["c1"], ["it-operations"])
    assert owner.patch(path, {"retired": True}).json()["retired"] is True
    problem(rosa.post(f"{PATH}questions/", body), 403, "forbidden")
    problem(rosa.patch(path, {"retired": False}), 403, "forbidden")
    wrong = {"code": "value", "id": "1", "manuscript": 1, "kind": "essay", "scopes": ["moon"], "options": ["one"]}
    wrong |= {"chapters": ["c9"], "retired": "yes", "position": "1"}
    for field, value in wrong.items():
        found = problem(owner.patch(path, {field: value}), 400, "invalid")
        assert [e["field"] for e in found["errors"]] == [field]
    problem(owner.patch(f"/questions/{asked['value']['id']}/", {"kind": "words"}), 409, "answered")


def test_answering(owner, asked, draft, rosa, selma):
    body = {"question": asked["value"]["id"], "scope": "own_section", "key": "c1-ops", "value": 4, "words": "Useful."}
    first = rosa.post(f"{PATH}answers/", body)
    assert first.status_code == 201
    found = first.json()
    assert found == {
        "id": str(Answer.objects.get().pk),
        "member": str(rosa.member.pk),
        "question": asked["value"]["id"],
        "scope": "own_section",
        "key": "c1-ops",
        "discipline": "it-operations",
        "round": 1,
        "draft": 1,
        "value": 4,
        "words": "Useful.",
        "stands": True,
        "via": "",
        "updated": found["updated"],
    }
    again = rosa.post(f"{PATH}answers/", {**body, "value": "cannot_judge"})
    assert (again.status_code, again.json()["value"], again.json()["id"]) == (200, "cannot_judge", found["id"])
    verdict = {"question": asked["makes_sense"]["id"], "scope": "chapter", "key": "c2", "value": "partly"}
    assert rosa.post(f"{PATH}answers/", verdict).json()["value"] == "partly"
    words = {"question": asked["improve"]["id"], "scope": "own_section", "key": "c1-ops", "words": "Name the pager."}
    assert rosa.post(f"{PATH}answers/", words).json()["value"] is None
    book = {"question": asked["value"]["id"], "scope": "book", "value": 5}
    assert rosa.post(f"{PATH}answers/", book).json()["key"] is None
    assert len(owner.get(f"{PATH}answers/").json()["results"]) == 4
    assert len(rosa.get(f"{PATH}answers/").json()["results"]) == 4
    assert selma.get(f"{PATH}answers/").json()["results"] == []
    problem(selma.delete(f"/answers/{found['id']}/"), 404, "not_found")
    assert rosa.delete(f"/answers/{found['id']}/").status_code == 204
    assert Answer.objects.count() == 3


@pytest.mark.parametrize(
    ("change", "field"),
    [({"value": 6}, "value"), ({"value": 0}, "value"), ({"value": True}, "value"), ({"value": None}, "value"),
     ({"value": 4.5}, "value"), ({"scope": "moon"}, "scope"), ({"scope": "chapter", "key": "c1"}, "scope"),
     ({"key": "c2-sec"}, "key"), ({"key": "c9"}, "key"), ({"question": "99999"}, "question"),
     ({"question": 1}, "question"), ({"discipline": "deployment"}, "discipline"), ({"stands": True}, "stands"),
     ({"anonymity": "named"}, "anonymity"), ({"words": 5}, "words")],
)  # fmt: skip
def test_what_an_answer_cannot_be(asked, rosa, change, field):
    body = {"question": asked["value"]["id"], "scope": "own_section", "key": "c1-ops", "value": 4}
    response = rosa.post(f"{PATH}answers/", {**body, **change})
    assert response.status_code == 400
    assert [e["field"] for e in response.json()["errors"]] == [field]
    assert not Answer.objects.exists()


def test_an_author_records_an_answer(owner, asked, rosa, selma):
    body = {"question": asked["value"]["id"], "scope": "book", "value": 2, "member": str(rosa.member.pk), "via": "mail"}
    found = owner.post(f"{PATH}answers/", body).json()
    assert (found["member"], found["via"]) == (str(rosa.member.pk), "mail")
    problem(selma.post(f"{PATH}answers/", body), 403, "forbidden")
    problem(selma.post(f"{PATH}answers/", {**body, "member": "99999"}), 403, "forbidden")
    problem(owner.post(f"{PATH}answers/", {**body, "member": "99999"}), 400, "unknown_member")
    problem(owner.post(f"{PATH}answers/", {k: body[k] for k in ("question", "scope", "value")}), 403, "forbidden")


def test_under_full_anonymity_answers_are_told_only_among_three(owner, asked, draft, rosa, selma):
    Round.objects.update(anonymity="all")
    body = {"question": asked["value"]["id"], "scope": "book", "value": 2}
    for reader in (rosa, selma):
        assert reader.post(f"{PATH}answers/", body).json()["member"] == str(reader.member.pk)
    assert owner.get(f"{PATH}answers/").json()["results"] == []
    third = join(draft.manuscript, "ted@ops.example", "Ted Moss", ["it-operations"])
    third.post(f"{PATH}answers/", body)
    rosa.post(f"{PATH}answers/", {**body, "scope": "own_section", "key": "c1-ops"})
    told = owner.get(f"{PATH}answers/").json()["results"]
    assert [(a["scope"], a["member"], a["discipline"]) for a in told] == [("book", None, None)] * 3
    assert {a["updated"][10:] for a in told} == {"T00:00:00Z"}
    hidden = Answer.objects.get(scope="own_section")
    stale = {"If-Match": '"stale"'}
    problem(owner.delete(f"/answers/{hidden.pk}/", headers=stale), 404, "not_found")
    problem(rosa.delete(f"/answers/{hidden.pk}/", headers=stale), 412, "changed")
    assert len(rosa.get(f"{PATH}answers/").json()["results"]) == 2


def test_lists_take_the_same_queries_for_one_and_three(owner, asked, draft):
    def answer(n):
        reader = join(draft.manuscript, f"r{n}@ops.example", f"R {n}", ["it-operations"])
        reader.post(f"{PATH}answers/", {"question": asked["value"]["id"], "scope": "book", "value": 2})

    answer(0)
    first = queries_of(owner, f"{PATH}answers/")
    answer(1)
    answer(2)
    assert queries_of(owner, f"{PATH}answers/") == (first[0], 3)
    assert first[0] <= 12
    before = queries_of(owner, f"{PATH}questions/")
    owner.post(f"{PATH}questions/", {"kind": "words", "text": "What else?", "scopes": ["book"]})
    assert queries_of(owner, f"{PATH}questions/") == (before[0], 4)

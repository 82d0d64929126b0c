"""Notes through the API: shape, rights, filters, decisions, and what a stranger learns."""

import pytest

from manuscripts.models import Draft, Round
from manuscripts.permissions import Actor
from reviews.models import Thread
from reviews.rounds import close_round
from tests.books import BOOK, make_draft

from .conftest import note, problem, queries_of, text_of

pytestmark = pytest.mark.django_db
PATH = "/manuscripts/the-night-shift/threads/"


def post(api, draft, words="night", key="c1-1", **more):
    response = api.post(PATH, note(draft, key, words, **more))
    assert response.status_code == 201, response.content
    return response.json()


def test_a_note_has_the_shape_of_the_contract(owner, draft, rosa):
    text = text_of(draft, "c1-1")
    start = text.text.index("night shift. 👩‍🚒 The")
    found = post(rosa, draft, "night shift. 👩‍🚒 The", quote_permission="named", external_id="mail-7")
    thread = Thread.objects.get()
    author = {"id": str(rosa.member.pk), "name": "Rosa Field", "role": "reviewer"}
    when = found["created"]
    assert found == {
        "id": str(thread.pk),
        "url": f"http://testserver/api/v1/threads/{thread.pk}/",
        "html_url": f"http://testserver/m/the-night-shift/read/c1/#note-{thread.pk}",
        "external_id": "mail-7",
        "scope": "section",
        "kind": "comment",
        "reaction": None,
        "body": "Say who.",
        "replacement": None,
        "visibility": "everyone",
        "quote_permission": "named",
        "via": "",
        "author": author,
        "discipline": "it-operations",
        "section_discipline": None,
        "written_on": {
            "draft": 1,
            "chapter": "c1",
            "section": "c1-1",
            "text_id": str(text.pk),
            "selector": [
                {
                    "type": "TextQuoteSelector",
                    "exact": "night shift. 👩‍🚒 The",
                    "prefix": text.text[max(0, start - 32) : start],
                    "suffix": text.text[start + 20 : start + 52],
                },
                {"type": "TextPositionSelector", "start": start, "end": start + 20},
            ],
        },
        "anchor": {
            "draft": 1,
            "chapter": "c1",
            "section": "c1-1",
            "text_id": str(text.pk),
            "start": start,
            "end": start + 20,
            "exact": "night shift. 👩‍🚒 The",
            "fate": "kept",
            "confidence": 1.0,
            "reason": "",
            "by": "worker",
            "near": None,
        },
        "status": "open",
        "decision": None,
        "agreements": 0,
        "comments": [
            {
                "id": str(thread.comments.get().pk),
                "author": author,
                "body": "Say who.",
                "created": when,
                "edited": None,
            }
        ],
        "created": when,
        "updated": when,
    }
    assert rosa.get(found["url"]).json() == found
    assert rosa.get(PATH).json() == {"next": None, "results": [found]}


def test_notes_on_the_book_a_chapter_and_a_whole_section(draft, rosa):
    book = rosa.post(PATH, {"kind": "experience", "body": "We had this once."}).json()
    assert (book["scope"], book["anchor"], book["written_on"]["text_id"]) == ("book", None, None)
    chapter = rosa.post(PATH, {"kind": "reaction", "reaction": "too_slow", "chapter": "c2"}).json()
    assert (chapter["scope"], chapter["anchor"]["chapter"], chapter["body"]) == ("chapter", "c2", "")
    text = text_of(draft, "c1-ops")
    section = rosa.post(PATH, {"kind": "comment", "body": "All of it.", "text_id": str(text.pk)}).json()
    assert (section["scope"], section["written_on"]["selector"]) == ("section", None)
    assert (section["anchor"]["start"], section["section_discipline"]) == (None, "it-operations")


@pytest.mark.parametrize("selector", [None, [], {}, "words", [{"type": "TextQuoteSelector"}], [{"type": "X"}],
                                      [{"type": "TextPositionSelector", "start": 5, "end": 5}],
                                      [{"type": "TextPositionSelector", "start": "0", "end": 4}],
                                      [{"type": "TextPositionSelector", "start": -4, "end": 4}]])  # fmt: skip
def test_a_selector_that_selects_nothing_is_refused(draft, rosa, selector):
    body = {**note(draft, "c1-1", "night"), "selector": selector}
    assert rosa.post(PATH, body).status_code == 400
    assert not Thread.objects.exists()


def test_words_that_do_not_stand_there(draft, rosa):
    text = text_of(draft, "c1-1")
    body = note(draft, "c1-1", "night")
    body["selector"] = [
        {"type": "TextQuoteSelector", "exact": "day"},
        {"type": "TextPositionSelector", "start": 0, "end": 3},
    ]
    found = problem(rosa.post(PATH, body), 409, "selector_mismatch")
    assert (found["expected"], found["found"]) == ("day", text.text[:3])
    assert not Thread.objects.exists()


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"kind": "essay"}, "kind"),
        ({"kind": "reaction"}, "reaction"),
        ({"kind": "suggestion"}, "replacement"),
        ({"body": ""}, "body"),
        ({"body": 5}, "body"),
        ({"body": "x" * 200_001}, "body"),
        ({"visibility": "me"}, "visibility"),
        ({"quote_permission": "yes"}, "quote_permission"),
        ({"discipline": "deployment"}, "discipline"),
        ({"text_id": "999999"}, "text_id"),
        ({"text_id": None}, "text_id"),
        ({"chapter": "c2"}, "chapter"),
        ({"created": "soon"}, "created"),
        ({"created": "2999-01-01T00:00:00Z"}, "created"),
        ({"status": "decided"}, "status"),
        ({"decision": {}}, "decision"),
        ({"author": None}, "author"),
        ({"recorded_by": "1"}, "recorded_by"),
        ({"round": 2}, "round"),
    ],
)
def test_what_a_note_cannot_be(draft, rosa, change, field):
    found = rosa.post(PATH, {**note(draft, "c1-1", "night"), **change})
    assert found.status_code == 400
    assert [e["field"] for e in found.json()["errors"]] == [field]
    assert not Thread.objects.exists()


def test_the_same_external_id_is_the_same_note(draft, rosa):
    first = post(rosa, draft, external_id="a")
    again = rosa.post(PATH, note(draft, "c1-1", "night", external_id="a"))
    assert (again.status_code, again.json()) == (200, first)
    problem(rosa.post(PATH, note(draft, "c1-1", "night", external_id="a", body="Other.")), 409, "external_id")
    assert Thread.objects.count() == 1


def test_an_author_records_what_others_said(owner, draft, rosa):
    body = note(draft, "c1-1", "night", author="ROSA@ops.example", via="by phone", created="2026-01-02T03:04:05Z")
    found = owner.post(PATH, body).json()
    assert (found["author"]["name"], found["via"], found["created"]) == (
        "Rosa Field",
        "by phone",
        "2026-01-02T03:04:05Z",
    )
    body["author"] = "nobody@ops.example"
    assert problem(owner.post(PATH, body), 400, "unknown_member")["errors"][0]["field"] == "author"
    assert owner.post(PATH, {**body, "author": str(rosa.member.pk)}).status_code == 201


def test_a_reader_records_for_nobody_and_learns_nobody(draft, rosa, selma):
    for named in ("selma@sec.example", "nobody@sec.example", str(selma.member.pk), "99999"):
        problem(rosa.post(PATH, note(draft, "c1-1", "night", author=named)), 403, "forbidden")
    assert post(rosa, draft, author="rosa@ops.example")["author"]["name"] == "Rosa Field"


def test_readers_see_roles_and_the_author_names(owner, draft, rosa, selma):
    found = post(rosa, draft, external_id="rosa-1")
    seen = selma.get(f"/threads/{found['id']}/").json()
    assert seen["author"] == {"id": None, "name": "IT operations 1", "role": "reviewer"}
    assert (seen["external_id"], seen["via"]) == (None, "")
    assert "osa" not in selma.get(PATH).content.decode()
    assert owner.get(f"/threads/{found['id']}/").json()["author"]["name"] == "Rosa Field"


def test_the_author_filter_tells_no_name(owner, draft, rosa, selma):
    mine, hers = post(rosa, draft), post(selma, draft)
    by = f"{PATH}?author={rosa.member.pk}"
    assert [t["id"] for t in owner.get(by).json()["results"]] == [mine["id"]]
    assert [t["id"] for t in rosa.get(by).json()["results"]] == [mine["id"]]
    assert selma.get(by).json()["results"] == []
    assert [t["id"] for t in selma.get(PATH).json()["results"]] == [mine["id"], hers["id"]]


def test_under_full_anonymity_the_author_learns_no_name_either(owner, draft, rosa):
    Round.objects.update(anonymity="all")
    found = post(rosa, draft)
    seen = owner.get(f"/threads/{found['id']}/").json()
    assert seen["author"] == {"id": None, "name": "IT operations 1", "role": "reviewer"}
    assert owner.get(f"{PATH}?author={rosa.member.pk}").json()["results"] == []


def test_what_is_for_the_authors_stays_with_them(owner, draft, rosa, selma, bruno):
    found = post(rosa, draft, visibility="authors")
    assert owner.get(f"/threads/{found['id']}/").status_code == 200
    watched = bruno.post(PATH, {"kind": "comment", "body": "For you."}).json()
    assert watched["visibility"] == "authors"
    for pk in (found["id"], watched["id"]):
        problem(selma.get(f"/threads/{pk}/"), 404, "not_found")
    assert selma.get(PATH).json()["results"] == []


@pytest.mark.parametrize("mode", ["never", "after_verdict"])
def test_in_a_blind_round_readers_see_their_own(draft, rosa, selma, mode):
    Round.objects.update(visibility=mode)
    mine, hers = post(rosa, draft), post(selma, draft)
    assert [t["id"] for t in rosa.get(PATH).json()["results"]] == [mine["id"]]
    problem(rosa.get(f"/threads/{hers['id']}/"), 404, "not_found")
    problem(rosa.post(f"/threads/{hers['id']}/agree/"), 404, "not_found")
    problem(rosa.post(f"/threads/{hers['id']}/comments/", {"body": "Hm."}), 404, "not_found")
    assert rosa.get(f"{PATH}?q=who").json()["results"][0]["id"] == mine["id"]


def test_sections_of_others_in_a_closed_round(owner, draft, rosa, selma):
    found = post(selma, draft, "Ask", key="c2-sec")
    Round.objects.update(others_sections="closed")
    problem(rosa.get(f"/threads/{found['id']}/"), 404, "not_found")
    text = text_of(draft, "c2-sec")
    problem(rosa.get(f"/texts/{text.pk}/"), 404, "not_found")
    problem(rosa.get("/manuscripts/the-night-shift/sections/c2-sec/"), 404, "not_found")
    assert problem(rosa.post(PATH, note(draft, "c2-sec", "Ask")), 400, "unknown_text")
    assert "Ask what" not in rosa.get("/manuscripts/the-night-shift/drafts/1/").content.decode()
    assert selma.get(f"/texts/{text.pk}/").json() == {
        "id": str(text.pk),
        "markdown": text.markdown,
        "html": text.html,
        "text": text.text,
    }


def test_filters(owner, draft, rosa, selma):
    night = post(rosa, draft)
    door = post(selma, draft, "each door", key="c2-sec", kind="suggestion", replacement="every door", body="")
    slow = selma.post(PATH, {"kind": "reaction", "reaction": "too_slow", "chapter": "c1"}).json()
    book = rosa.post(PATH, {"kind": "experience", "body": "A story of doors."}).json()
    owner.post(f"/threads/{night['id']}/decision/", {"decision": "later"})

    def ids(query):
        response = owner.get(f"{PATH}?{query}")
        assert response.status_code == 200, response.content
        return [thread["id"] for thread in response.json()["results"]]

    assert ids("chapter=c1") == [night["id"], slow["id"]]
    assert ids("section=c2-sec") == [door["id"]]
    assert ids("section_discipline=information-security") == [door["id"]]
    assert ids("discipline=it-operations") == [night["id"], book["id"]]
    assert ids("kind=suggestion&kind=experience") == [door["id"], book["id"]]
    assert ids("reaction=too_slow") == [slow["id"]]
    assert ids("status=open") == [door["id"], slow["id"], book["id"]]
    assert ids("decision=later") == [night["id"]]
    assert ids("fate=kept") == [night["id"], door["id"]]
    assert ids("q=doors") == [book["id"]]
    assert ids("draft=1&status=decided") == [night["id"]]
    changed = owner.get(f"/threads/{night['id']}/").json()["updated"]
    assert ids(f"since={changed}") == [night["id"]]
    assert ids("chapter=nowhere") == []


@pytest.mark.parametrize(
    "query",
    ["draft=2", "draft=x", "draft=", "kind=essay", "status=", "decision=maybe", "fate=lost", "since=yesterday",
     "discipline=alchemy", "author=x", "visibility=authors", "ordering=author__user__password",
     "author__email__startswith=r", "round=1"],
)  # fmt: skip
def test_filters_that_are_none(owner, draft, query):
    found = problem(owner.get(f"{PATH}?{query}"), 400, owner.get(f"{PATH}?{query}").json()["code"])
    assert [e["field"] for e in found["errors"]] == [query.split("=")[0]]


def test_pages_stay_in_order_while_notes_come_in(draft, rosa):
    made = [post(rosa, draft)["id"] for _ in range(5)]
    page = rosa.get(f"{PATH}?limit=2").json()
    seen = [t["id"] for t in page["results"]]
    made.append(post(rosa, draft)["id"])
    rosa.delete(f"/threads/{made[0]}/")
    while page["next"]:
        page = rosa.get(page["next"]).json()
        seen += [t["id"] for t in page["results"]]
    assert seen == made


def test_a_list_takes_the_same_queries_for_one_and_three(draft, rosa, selma):
    def discuss():
        found = post(rosa, draft)
        selma.post(f"/threads/{found['id']}/comments/", {"body": "Yes."})
        selma.post(f"/threads/{found['id']}/agree/")

    discuss()
    first = queries_of(rosa, PATH)
    discuss()
    discuss()
    assert queries_of(rosa, PATH) == (first[0], 3)
    assert first[0] <= 20


def test_replying_agreeing_deciding(owner, draft, rosa, selma):
    found = post(rosa, draft)
    at = f"/threads/{found['id']}/"
    replied = selma.post(f"{at}comments/", {"body": "So do we."})
    assert replied.status_code == 201
    assert [c["body"] for c in replied.json()["comments"]] == ["Say who.", "So do we."]
    problem(rosa.patch(f"/comments/{found['comments'][0]['id']}/", {"body": "Other."}), 409, "answered")
    for _ in range(2):
        assert selma.post(f"{at}agree/").json()["agreements"] == 1
    problem(rosa.post(f"{at}agree/"), 403, "forbidden")
    for _ in range(2):
        assert selma.delete(f"{at}agree/").json()["agreements"] == 0
    problem(rosa.post(f"{at}decision/", {"decision": "later"}), 403, "forbidden")
    assert problem(owner.post(f"{at}decision/", {"decision": "no_change"}), 400, "required")["errors"][0]["field"] == (
        "reason"
    )
    decided = owner.post(f"{at}decision/", {"decision": "no_change", "reason": "It is said in 2."}).json()
    assert decided["status"] == "decided"
    when = decided["decision"].pop("at")
    assert when.endswith("Z")
    assert decided["decision"] == {
        "decision": "no_change",
        "reason": "It is said in 2.",
        "duplicate_of": None,
        "applied_in": None,
    }
    undone = owner.post(f"{at}decision/", {"decision": None}).json()
    assert (undone["status"], undone["decision"]) == ("open", None)
    other = post(selma, draft)
    for wrong in (found["id"], "77777", "x"):
        problem(owner.post(f"{at}decision/", {"decision": "duplicate", "duplicate_of": wrong}), 400, "invalid")
    same = owner.post(f"{at}decision/", {"decision": "duplicate", "duplicate_of": other["id"]}).json()
    assert same["decision"]["duplicate_of"] == other["id"]


def test_editing_and_withdrawing(owner, draft, rosa, selma):
    found = post(rosa, draft)
    comment = f"/comments/{found['comments'][0]['id']}/"
    problem(selma.patch(comment, {"body": "Mine."}), 403, "forbidden")
    tag = rosa.get(f"/threads/{found['id']}/")["ETag"]
    edited = rosa.patch(comment, {"body": "Say who, please."}, headers={"If-Match": tag})
    assert edited.json()["body"] == "Say who, please."
    assert edited.json()["comments"][0]["edited"]
    assert edited["ETag"] == rosa.get(f"/threads/{found['id']}/")["ETag"]
    problem(rosa.patch(comment, {"body": "Late."}, headers={"If-Match": tag}), 412, "changed")
    problem(selma.delete(f"/threads/{found['id']}/"), 403, "forbidden")
    selma.post(f"/threads/{found['id']}/comments/", {"body": "Yes."})
    gone = rosa.delete(f"/threads/{found['id']}/").json()
    assert (gone["withdrawn"], gone["body"], len(gone["comments"])) == (True, "", 2)
    assert owner.get(f"/threads/{found['id']}/").json()["body"] == ""
    alone = post(rosa, draft)
    assert rosa.delete(f"/threads/{alone['id']}/").status_code == 200
    problem(rosa.get(f"/threads/{alone['id']}/"), 404, "not_found")


def test_of_sections_with_the_same_words_the_chapter_says_which_one_is_meant(draft, night, rosa):
    same = "# In short\n\nTo be said at the end of every chapter."
    book = {"c1": ("One", [("c1-1", None, same)]), "c2": ("Two", [("c2-1", None, same)])}
    second = make_draft(night, book)
    Draft.objects.filter(pk=draft.pk).update(state="closed")
    Draft.objects.filter(pk=second.pk).update(state="open", round=draft.round, label="1.1")
    body = note(second, "c2-1", "every chapter")
    assert text_of(second, "c1-1").pk == text_of(second, "c2-1").pk
    for chapter in ("c1", "c2"):
        found = rosa.post(PATH, {**body, "chapter": chapter})
        assert found.status_code == 201
        assert found.json()["written_on"]["chapter"] == chapter
        assert (found.json()["anchor"]["section"], found.json()["anchor"]["exact"]) == (f"{chapter}-1", "every chapter")
    problem(rosa.post(PATH, {**body, "chapter": "c3"}), 400, "unknown_chapter")


def test_placing_by_hand(owner, draft, rosa, selma):
    found = post(rosa, draft)
    body = {"text_id": found["written_on"]["text_id"], "selector": note(draft, "c1-1", "pager")["selector"]}
    problem(selma.post(f"/threads/{found['id']}/anchor/", body), 403, "forbidden")
    by_its_writer = rosa.post(f"/threads/{found['id']}/anchor/", {"text_id": None})
    assert by_its_writer.status_code == 200 and by_its_writer.json()["anchor"]["fate"] == "detached"
    placed = owner.post(f"/threads/{found['id']}/anchor/", body).json()
    assert (placed["anchor"]["exact"], placed["anchor"]["by"]) == ("pager", "hand")
    detached = owner.post(f"/threads/{found['id']}/anchor/", {"text_id": None, "selector": None}).json()["anchor"]
    assert (detached["fate"], detached["start"], detached["exact"]) == ("detached", None, None)
    assert detached["near"] == {"text_id": body["text_id"], "offset": placed["anchor"]["start"]}


def test_after_the_round_only_authors_write(owner, draft, rosa, night):
    found = post(rosa, draft)
    close_round(Actor(user=owner.user), night)
    problem(rosa.post(PATH, note(draft, "c1-1", "night")), 403, "forbidden")
    problem(rosa.post(f"/threads/{found['id']}/comments/", {"body": "Wait."}), 403, "forbidden")
    problem(rosa.post(f"/threads/{found['id']}/anchor/", {"text_id": None}), 403, "forbidden")
    assert owner.post(f"/threads/{found['id']}/comments/", {"body": "Thanks."}).status_code == 201
    assert rosa.delete(f"/threads/{found['id']}/").status_code == 200


def test_a_stranger_learns_nothing(owner, draft, rosa, stranger):
    found = post(rosa, draft)
    comment = found["comments"][0]["id"]
    text = found["written_on"]["text_id"]
    for method, path, body in [
        ("GET", "/threads/{}/", None),
        ("DELETE", "/threads/{}/", None),
        ("POST", "/threads/{}/comments/", {"body": "Hi."}),
        ("POST", "/threads/{}/decision/", {"decision": "later"}),
        ("POST", "/threads/{}/anchor/", {"text_id": None}),
        ("POST", "/threads/{}/agree/", None),
        ("DELETE", "/threads/{}/agree/", None),
    ]:
        same_as_missing(stranger, method, path, found["id"], body)
    same_as_missing(stranger, "PATCH", "/comments/{}/", comment, {"body": "Hi."})
    same_as_missing(stranger, "DELETE", "/comments/{}/", comment, None)
    same_as_missing(stranger, "GET", "/texts/{}/", text, None)
    for name in (
        "threads",
        "drafts",
        "members",
        "invitations",
        "reviews",
        "questions",
        "answers",
        "reports",
        "findings",
    ):
        same_as_missing(stranger, "GET", "/manuscripts/{}/" + name + "/", "the-night-shift", None, "no-such-book")
    assert owner.get(f"/threads/{found['id']}/").json()["body"] == "Say who."


def same_as_missing(stranger, method, path, pk, body, missing="999999"):
    foreign = stranger.send(method, path.format(pk), body)
    absent = stranger.send(method, path.format(missing), body)
    problem(foreign, 404, "not_found")
    assert (foreign.status_code, foreign.content) == (absent.status_code, absent.content)


def test_a_removed_reader_is_a_stranger_at_once_even_with_an_old_key(owner, draft, rosa):
    key = {"Idempotency-Key": "once"}
    body = note(draft, "c1-1", "night")
    assert rosa.post(PATH, body, headers=key).status_code == 201
    assert owner.delete(f"/members/{rosa.member.pk}/").status_code == 204
    problem(rosa.get(PATH), 404, "not_found")
    problem(rosa.post(PATH, body, headers=key), 404, "not_found")


def test_anchors_of_the_draft_that_was_asked_for(owner, draft, rosa, night):
    found = post(rosa, draft)
    assert owner.get(f"/threads/{found['id']}/?draft=1").json() == owner.get(f"/threads/{found['id']}/").json()
    make_draft(night, BOOK)  # ready, not open
    assert problem(owner.get(f"/threads/{found['id']}/?draft=2"), 400, "invalid")["errors"][0]["field"] == "draft"

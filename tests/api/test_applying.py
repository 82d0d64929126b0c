"""Editing sections and applying suggestions through the API: the working draft from the first edit to its opening."""

import pytest

from jobs import running
from jobs.models import Job
from manuscripts.models import Draft
from reviews.models import Decision, Edit
from tests.books import make_draft
from tests.hostile import MARKDOWN_BOMBS

from .conftest import note, problem, text_of

pytestmark = pytest.mark.django_db


def run_jobs():
    """Does what waits, and what that begins; the jobs that were done."""
    done = []
    while waiting := list(Job.objects.waiting().values_list("pk", flat=True)):
        for pk in waiting:
            running.run(pk)
            done.append(Job.objects.get(pk=pk))
    return done


def suggest(api, draft, key, words, replacement):
    body = note(draft, key, words, kind="suggestion", replacement=replacement)
    answer = api.post(f"/manuscripts/{draft.manuscript.slug}/threads/", body)
    assert answer.status_code == 201, answer.content
    return answer.json()["id"]


def apply(api, thread):
    answer = api.post(f"/threads/{thread}/apply/")
    assert answer.status_code == 202, answer.content
    assert run_jobs()[0].state == "done"
    return answer.json()


def section(api, night, key="c1-1"):
    return api.get(f"/manuscripts/{night.slug}/sections/{key}/")


def put(api, night, markdown, tag=None, key="c1-1"):
    headers = {"If-Match": tag} if tag else {}
    return api.send("PUT", f"/manuscripts/{night.slug}/sections/{key}/", {"markdown": markdown}, headers=headers)


def opened(api, night, number, kind="same"):
    answer = api.post(f"/manuscripts/{night.slug}/drafts/{number}/open/", {"round": kind})
    assert answer.status_code == 202, answer.content
    run_jobs()
    draft = Draft.objects.get(manuscript=night, number=number)
    assert draft.state == "open"
    return draft


# Applying


def test_a_suggestion_is_written_where_its_note_stands_and_changed_once_that_opens(owner, draft, night, rosa):
    thread = suggest(rosa, draft, "c1-1", "night", "graveyard")
    started = apply(owner, thread)
    assert started["url"].endswith(f"/threads/{thread}/")
    job = owner.get(started["job"]).json()
    assert (job["state"], job["result"]["url"]) == ("done", f"http://testserver/api/v1/threads/{thread}/")
    now = section(owner, night).json()
    assert "Nobody owns the **graveyard** shift. 👩‍🚒 The pager does." in now["markdown"]
    assert now["draft"] == 2
    assert "night" in section(rosa, night).json()["markdown"]  # readers see the open draft

    decision = owner.get(f"/threads/{thread}/").json()["decision"]
    assert (decision["decision"], decision["applied_in"]) == ("will_change", None)
    shown = owner.get(f"/manuscripts/{night.slug}/drafts/2/").json()
    assert (shown["state"], shown["changes"]["changed"], shown["changes"]["against"]) == ("ready", ["c1-1"], 1)
    assert shown["changes"]["remarks"]["edited"] == 1

    assert opened(owner, night, 2).label == "1.1"
    told = rosa.get(f"/threads/{thread}/").json()
    assert (told["decision"]["decision"], told["decision"]["applied_in"]) == ("changed", 2)
    assert (told["anchor"]["exact"], told["anchor"]["fate"]) == ("graveyard", "edited")


def test_a_note_stands_on_the_words_it_asked_for_however_other_they_are(owner, draft, night, rosa, selma):
    wholly = suggest(rosa, draft, "c1-1", "The pager does", "Since June the duty officer has kept it for us all")
    beside = suggest(selma, draft, "c1-1", "Nobody owns", "Not a single soul would wish for")
    gone = suggest(selma, draft, "c1-1", "Who is awake?", "")
    for thread in (wholly, beside, gone):
        apply(owner, thread)
    assert owner.get(f"/manuscripts/{night.slug}/drafts/2/").json()["changes"]["remarks"]["edited"] == 2
    opened(owner, night, 2)
    for thread, words in (
        (wholly, "Since June the duty officer has kept it for us all"),
        (beside, "Not a single soul would wish for"),
    ):
        anchor = rosa.get(f"/threads/{thread}/").json()["anchor"]
        assert (anchor["exact"], anchor["fate"]) == (words, "edited")
    assert rosa.get(f"/threads/{gone}/").json()["anchor"]["fate"] == "detached"


def test_suggestions_of_one_section_are_carried_through_one_another(owner, draft, night, rosa, selma):
    later = suggest(selma, draft, "c1-1", "awake", "on call")
    early = suggest(rosa, draft, "c1-1", "owns the night shift", "wants the shift at night")
    beside = suggest(selma, draft, "c1-1", "Nobody", "No one")
    for thread in (early, later, beside):
        apply(owner, thread)
    assert text_of(Draft.objects.get(number=2), "c1-1").text.startswith(
        "The handover\nNo one wants the shift at night. 👩‍🚒 The pager does.\nWho is on call?"
    )
    assert Draft.objects.count() == 2


def test_words_that_another_applied_suggestion_changed_are_a_conflict_that_shows_both(owner, draft, night, rosa, selma):
    apply(owner, suggest(rosa, draft, "c1-1", "night shift", "early shift"))
    second = suggest(selma, draft, "c1-1", "the night", "that night")
    told = problem(owner.post(f"/threads/{second}/apply/"), 409, "overlap")
    assert (told["applied"], told["yours"], told["words"]) == ("early shift", "that night", "the night")
    assert Edit.objects.count() == 1


def test_what_cannot_be_written_exactly_is_left_to_the_hand(owner, draft, night, rosa):
    across = suggest(rosa, draft, "c2-1", "noon\nRuth", "at noon, Ruth")
    problem(owner.post(f"/threads/{across}/apply/"), 409, "edit_by_hand")
    assert not Draft.objects.filter(working=True).exists()
    assert not Job.objects.filter(kind="apply_suggestion").exists()


def test_what_cannot_be_applied_says_why(owner, draft, night, rosa):
    plain = rosa.post(f"/manuscripts/{night.slug}/threads/", note(draft, "c1-1", "pager")).json()["id"]
    problem(owner.post(f"/threads/{plain}/apply/"), 409, "no_suggestion")
    thread = suggest(rosa, draft, "c1-1", "pager", "phone")
    problem(owner.delete(f"/threads/{thread}/apply/"), 409, "not_applied")
    apply(owner, thread)
    problem(owner.post(f"/threads/{thread}/apply/"), 409, "applied")
    lost = suggest(rosa, draft, "c1-1", "Nobody", "No one")
    owner.post(f"/threads/{lost}/anchor/", {"text_id": None})
    problem(owner.post(f"/threads/{lost}/apply/"), 409, "detached")


@pytest.mark.parametrize(
    "replacement",
    [
        "**loud**",
        "[x](http://y)",
        "a | b",
        "<b>x</b>",
        "&amp;",
        "# one",
        "1. one",
        "$x$",
        "[^1]",
        "~~gone~~",
        "`x`",
        "_a_",
    ],
)
def test_words_that_look_like_markup_stay_words(owner, draft, night, rosa, replacement):
    apply(owner, suggest(rosa, draft, "c1-1", "Nobody", replacement))
    apply(owner, suggest(rosa, draft, "c2-1", "Ruth", replacement))
    second = Draft.objects.get(number=2)
    assert text_of(second, "c1-1").text.splitlines()[1].startswith(f"{replacement} owns the night shift.")
    assert text_of(second, "c2-1").text == text_of(draft, "c2-1").text.replace("Ruth", replacement)


def test_a_note_that_was_withdrawn_meanwhile_is_not_applied(owner, draft, night, rosa):
    thread = suggest(rosa, draft, "c1-1", "Nobody", "No one")
    started = owner.post(f"/threads/{thread}/apply/").json()
    rosa.delete(f"/threads/{thread}/")
    run_jobs()
    job = Job.objects.get(pk=started["job"].rstrip("/").rpartition("/")[2])
    assert (job.state, job.problem_code) == ("failed", "no_suggestion")
    assert not Draft.objects.filter(working=True).exists()


def test_asked_twice_at_once_it_is_applied_once(owner, draft, night, rosa):
    thread = suggest(rosa, draft, "c1-1", "Nobody", "No one")
    one, two = (owner.post(f"/threads/{thread}/apply/").json() for _ in range(2))
    assert one["job"] == two["job"]
    run_jobs()
    assert Edit.objects.count() == 1


def test_a_decision_that_a_change_does_not_contradict_stays(owner, draft, night, rosa):
    thread = suggest(rosa, draft, "c1-1", "Nobody", "No one")
    owner.post(f"/threads/{thread}/decision/", {"decision": "will_change", "reason": "You are right."})
    apply(owner, thread)
    owner.delete(f"/threads/{thread}/apply/")
    assert owner.get(f"/threads/{thread}/").json()["decision"]["reason"] == "You are right."


# Taking back


def test_taken_back_the_words_are_as_before_and_the_note_waits_again(owner, draft, night, rosa):
    thread = suggest(rosa, draft, "c1-1", "Nobody", "No one")
    apply(owner, thread)
    answer = owner.delete(f"/threads/{thread}/apply/")
    assert answer.status_code == 200 and answer.json()["decision"] is None
    assert answer.json()["status"] == "open"
    assert section(owner, night).json()["markdown"] == text_of(draft, "c1-1").markdown
    assert not Draft.objects.filter(working=True, state="ready").exists()
    apply(owner, thread)  # and again
    assert "No one" in section(owner, night).json()["markdown"]


def test_an_earlier_edit_is_taken_back_and_the_later_ones_stay(owner, draft, night, rosa):
    threads = [
        suggest(rosa, draft, "c1-1", words, other)
        for words, other in (("Nobody", "No one"), ("night", "**late**"), ("pager", "phone"))
    ]
    for thread in threads:
        apply(owner, thread)
    owner.delete(f"/threads/{threads[1]}/apply/")
    now = section(owner, night).json()["markdown"]
    assert "No one owns the **night** shift. 👩‍🚒 The phone does." in now
    owner.delete(f"/threads/{threads[0]}/apply/")
    assert "Nobody owns the **night** shift. 👩‍🚒 The phone does." in section(owner, night).json()["markdown"]
    assert [edit.thread_id for edit in Edit.objects.all()] == [int(threads[2])]
    opened(owner, night, 2)
    assert owner.get(f"/threads/{threads[0]}/").json()["decision"] is None
    assert owner.get(f"/threads/{threads[2]}/").json()["decision"]["decision"] == "changed"


def test_an_edit_under_a_later_one_on_the_same_words_says_so(owner, draft, night, rosa):
    thread = suggest(rosa, draft, "c1-1", "Nobody", "No single person")
    apply(owner, thread)
    now = section(owner, night)
    put(owner, night, now.json()["markdown"].replace("No single person", "No single soul"), now["ETag"])
    run_jobs()
    problem(owner.delete(f"/threads/{thread}/apply/"), 409, "later_edits")
    assert "No single soul" in section(owner, night).json()["markdown"]


def test_after_the_opening_nothing_is_taken_back(owner, draft, night, rosa):
    thread = suggest(rosa, draft, "c1-1", "Nobody", "No one")
    apply(owner, thread)
    opened(owner, night, 2)
    problem(owner.delete(f"/threads/{thread}/apply/"), 409, "not_applied")


def test_thrown_away_the_working_draft_leaves_all_as_it_was(owner, draft, night, rosa):
    thread = suggest(rosa, draft, "c1-1", "Nobody", "No one")
    apply(owner, thread)
    put(owner, night, "## For operations\n\nOther words.", key="c1-ops")
    run_jobs()
    assert owner.delete(f"/manuscripts/{night.slug}/drafts/2/").status_code == 204
    assert section(owner, night).json()["markdown"] == text_of(draft, "c1-1").markdown
    assert (Edit.objects.count(), Decision.objects.count()) == (0, 0)
    assert not night.texts.filter(markdown__contains="Other words.").exists()
    apply(owner, thread)
    assert section(owner, night).json()["draft"] == 3


# Editing


def test_a_section_is_written_anew(owner, draft, night, rosa):
    was = section(owner, night)
    answer = put(owner, night, was.json()["markdown"] + "\nAnd *who* sleeps?\n", was["ETag"])
    assert answer.status_code == 202
    assert answer.json()["url"].endswith(f"/manuscripts/{night.slug}/sections/c1-1/")
    assert answer["Location"] == answer.json()["job"]
    assert run_jobs()[0].state == "done"
    now = section(owner, night)
    assert now.json()["markdown"].endswith("And *who* sleeps?\n") and now.json()["draft"] == 2
    assert now["ETag"] != was["ETag"]
    told = problem(put(owner, night, "# Mine", was["ETag"]), 412, "changed")
    assert told["current"] == now.json() and told["yours"] == {"markdown": "# Mine"}
    assert Edit.objects.get().by == night.memberships.get(role="author")
    problem(rosa.send("PUT", f"/manuscripts/{night.slug}/sections/c1-1/", {"markdown": "# Mine"}), 403, "forbidden")


def test_a_heading_that_changes_is_the_new_title(owner, draft, night):
    put(owner, night, "# The *other* handover\n\nWords.")
    put(owner, night, "## For those on call\n\nWords.", key="c1-ops")
    run_jobs()
    chapter = owner.get(f"/manuscripts/{night.slug}/drafts/2/").json()["chapters"][0]
    assert chapter["title"] == "The other handover"
    assert [row["title"] for row in chapter["sections"]] == ["The other handover", "For those on call"]
    assert chapter["sections"][1]["discipline"] == "it-operations"


def test_words_that_cannot_be_a_section_are_refused(owner, draft, night):
    told = problem(put(owner, night, " \n "), 400, "required")
    assert told["errors"][0]["field"] == "markdown"
    problem(owner.send("PUT", f"/manuscripts/{night.slug}/sections/c1-1/", {"markdown": 7}), 400, "invalid")
    problem(owner.send("PUT", f"/manuscripts/{night.slug}/sections/c1-1/", {"text": "x"}), 400, "invalid")
    assert put(owner, night, "# x", key="nowhere").status_code == 404
    assert not Draft.objects.filter(working=True).exists()


# One of each way to end, and not all that an upload is tried with in tests/test_bad_input.py.
@pytest.mark.parametrize("bomb", ["open brackets", "deep quote", "references", "control characters"])
def test_markdown_that_breaks_a_limit_ends_in_words(owner, draft, night, bomb):
    put(owner, night, MARKDOWN_BOMBS[bomb])
    job = run_jobs()[0]
    assert job.state == "done" or job.problem_code.startswith("render_")
    assert section(owner, night).status_code == 200


def test_a_second_change_of_the_section_waits_for_the_first(owner, draft, night):
    was = section(owner, night)
    put(owner, night, "# One", was["ETag"])
    problem(put(owner, night, "# Two", was["ETag"]), 409, "busy")
    run_jobs()
    assert section(owner, night).json()["markdown"] == "# One"


def test_an_edit_is_not_written_over_a_suggestion_that_was_applied_meanwhile(owner, draft, night, rosa):
    thread = suggest(rosa, draft, "c1-1", "Nobody", "No one")
    was = section(owner, night)
    owner.post(f"/threads/{thread}/apply/")
    started = put(owner, night, "# Mine", was["ETag"]).json()
    run_jobs()
    job = Job.objects.get(pk=started["job"].rstrip("/").rpartition("/")[2])
    assert (job.state, job.problem_code, job.args["markdown"]) == ("failed", "changed", "# Mine")
    assert "No one" in section(owner, night).json()["markdown"]


def test_a_note_is_carried_through_an_edit_by_hand_or_left_to_the_hand(owner, draft, night, rosa):
    stays, gone = suggest(rosa, draft, "c1-1", "pager", "phone"), suggest(rosa, draft, "c1-1", "awake", "up")
    was = section(owner, night).json()["markdown"]
    put(
        owner, night, was.replace("# The handover\n", "# The handover\n\nA new beginning.\n").replace("awake", "asleep")
    )
    run_jobs()
    apply(owner, stays)
    assert "The phone does." in section(owner, night).json()["markdown"]
    problem(owner.post(f"/threads/{gone}/apply/"), 409, "edit_by_hand")


# With other drafts


def test_another_draft_opens_and_edits_of_unchanged_sections_stay(owner, draft, night, rosa):
    kept = suggest(rosa, draft, "c2-1", "Ruth", "Jo")
    unfit = suggest(rosa, draft, "c1-1", "Nobody", "No one")
    apply(owner, kept)
    apply(owner, unfit)
    put(owner, night, "## For operations\n\nMine.", key="c1-ops")
    run_jobs()
    book = {
        "c1": ("The handover", [("c1-1", None, "# The handover\n\nNobody at all owns the **night** shift.")]),
        "c2": ("The promise", [("c2-1", None, text_of(draft, "c2-1").markdown)]),
    }
    make_draft(night, book)
    opened(owner, night, 3)
    working = Draft.objects.get(working=True)
    assert (working.state, working.number) == ("ready", 4)
    assert "Jo" in section(owner, night, "c2-1").json()["markdown"]
    assert "Nobody at all" in section(owner, night).json()["markdown"]
    shown = owner.get(f"/manuscripts/{night.slug}/drafts/4/").json()
    assert [(p["code"], p["severity"]) for p in shown["problems"]] == [("edits_unfit", "warning")]
    assert "2 edits no longer fit" in shown["problems"][0]["detail"]
    assert shown["changes"]["against"] == 3 and shown["changes"]["changed"] == ["c2-1"]
    assert Edit.objects.count() == 3  # nothing is lost
    apply(owner, unfit)  # where the words still stand
    assert "No one at all" in section(owner, night).json()["markdown"]
    opened(owner, night, 4)
    for thread in (kept, unfit):
        assert owner.get(f"/threads/{thread}/").json()["decision"]["applied_in"] == 4


def test_a_chapter_that_is_uploaded_alone_takes_the_others_from_the_working_draft(owner, draft, night, rosa):
    thread = suggest(rosa, draft, "c2-1", "Ruth", "Jo")
    apply(owner, thread)
    answer = owner.upload(night.slug, {"one.md": b"# The handover\n\nAll new.\n"}, chapters="c1")
    assert answer.status_code == 202
    run_jobs()
    third = Draft.objects.get(number=3)
    assert "Jo" in text_of(third, "c2-1").markdown
    opened(owner, night, 3)
    told = owner.get(f"/threads/{thread}/").json()["decision"]
    assert (told["decision"], told["applied_in"]) == ("changed", 3)
    assert not Draft.objects.filter(working=True, state="ready").exists()


def test_a_manuscript_with_a_working_draft_can_be_deleted(owner, draft, night, rosa):
    apply(owner, suggest(rosa, draft, "c1-1", "Nobody", "No one"))
    assert owner.delete(f"/manuscripts/{night.slug}/").status_code == 204

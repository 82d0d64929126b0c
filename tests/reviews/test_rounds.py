"""Rounds: opening drafts, what the notes do, what is asked again, when a round ends."""

import datetime

import pytest
import time_machine
from django.core.exceptions import PermissionDenied

from jobs.models import Job
from manuscripts.errors import Refused
from manuscripts.models import Draft, Manuscript
from manuscripts.permissions import Actor
from reviews import rounds
from reviews.answers import asked_of, delete_answer, questions_of, save_answer, standing
from reviews.models import Anchor, Answer, Review, Thread
from reviews.threads import NewThread, create_thread
from tests.books import BOOK, actor_of, make_author, make_book, make_draft, make_reader

pytestmark = pytest.mark.django_db

CHANGED = {
    "c1": (
        "The handover",
        [
            (
                "c1-1",
                None,
                "# The handover\n\nNobody owns the **late** shift. 👩‍🚒 The pager does.\n\nWho is awake?",
            ),
            ("c1-ops", "it-operations", "## For operations\n\nKeep a list of what wakes you."),
        ],
    ),
    "c2": BOOK["c2"],
}


def author_of(manuscript: Manuscript) -> Actor:
    return actor_of(manuscript.memberships.get(role="author"))


def question(manuscript: Manuscript, code: str):
    return next(q for q in questions_of(manuscript) if q.code == code)


def note(actor: Actor, draft: Draft, key: str, words: str) -> Thread:
    text = draft.placements.get(section__key=key).text
    start = text.text.index(words)
    selector = {"start": start, "end": start + len(words)}
    return create_thread(actor, draft.manuscript, NewThread("comment", "x", text_id=text.pk, selector=selector))[0]


def fates(draft: Draft) -> dict[int, tuple[str, str | None]]:
    rows = Anchor.objects.filter(draft=draft).select_related("text")
    return {a.thread_id: (a.fate, a.text.text[a.start : a.end] if a.start is not None else None) for a in rows}


def test_the_first_draft_opens_round_one(run_jobs):
    from manuscripts.manuscripts import make_manuscript

    manuscript = make_manuscript(make_author(), "The Night Shift")
    draft = make_draft(manuscript, BOOK)
    with pytest.raises(Refused) as refused:
        rounds.open_draft(author_of(manuscript), draft, "same")
    assert refused.value.status == 409
    rounds.open_draft(author_of(manuscript), draft)
    run_jobs()
    draft.refresh_from_db()
    assert (draft.state, draft.label, draft.round.number, draft.round.state) == ("open", "1", 1, "running")
    assert rounds.open_draft(author_of(manuscript), draft) is None


def test_a_correction_joins_the_round_and_carries_every_note(run_jobs):
    first = make_book()
    omar = actor_of(make_reader(first.manuscript, "Omar Haddad", "it-operations"))
    kept = note(omar, first, "c1-ops", "what wakes you")
    same_words = note(omar, first, "c1-1", "The pager does.")
    gone = note(omar, first, "c1-1", "night")
    second = make_draft(first.manuscript, CHANGED)
    rounds.open_draft(author_of(first.manuscript), second, "same")
    run_jobs()
    second.refresh_from_db()
    assert (second.label, second.round.number, second.state) == ("1.1", 1, "open")
    found = fates(second)
    assert found[kept.pk] == ("kept", "what wakes you")
    assert found[same_words.pk] == ("kept", "The pager does.")
    assert found[gone.pk][0] in {"edited", "detached"} and found[gone.pk][1] in {"late", None}
    assert sum(second.changes["remarks"].values()) == 3
    first.refresh_from_db()
    assert first.state == "closed" and fates(first)[gone.pk] == ("kept", "night")


def test_a_new_round_ends_the_last_and_asks_the_readers_again(run_jobs):
    first = make_book()
    omar = make_reader(first.manuscript, "Omar Haddad", "it-operations")
    second = make_draft(first.manuscript, CHANGED)
    rounds.open_draft(author_of(first.manuscript), second, "new", {"visibility": "never", "deadline": "2031-05-17"})
    run_jobs()
    second.refresh_from_db()
    assert (second.label, second.round.visibility, str(second.round.deadline)) == ("2", "never", "2031-05-17")
    assert first.manuscript.rounds.get(number=1).state == "ended"
    assert Review.objects.get(member=omar, round=second.round).state == "invited"


def test_answers_stand_while_their_text_stands(run_jobs):
    first = make_book()
    manuscript = first.manuscript
    omar = make_reader(manuscript, "Omar Haddad", "it-operations")
    actor = actor_of(omar)
    save_answer(actor, manuscript, question=question(manuscript, "makes_sense"), scope="chapter", key="c1", value="no")
    save_answer(actor, manuscript, question=question(manuscript, "makes_sense"), scope="chapter", key="c2", value="yes")
    save_answer(actor, manuscript, question=question(manuscript, "value"), scope="own_section", key="c1-ops", value=4)
    save_answer(actor, manuscript, question=question(manuscript, "value"), scope="book", value="cannot_judge")
    correction = make_draft(manuscript, CHANGED)
    rounds.open_draft(author_of(manuscript), correction, "same")
    run_jobs()
    correction.refresh_from_db()
    assert standing(manuscript, correction).count() == 4
    third = make_draft(manuscript, BOOK | {"c2": ("The promise", [("c2-1", None, "# The promise\n\nAnother text.")])})
    rounds.open_draft(author_of(manuscript), third, "new")
    run_jobs()
    third.refresh_from_db()
    values = {(a.scope, a.key): a.value for a in standing(manuscript, third)}
    assert values == {("chapter", "c1"): "no", ("own_section", "c1-ops"): "4", ("book", None): "cannot_judge"}
    fresh = Actor(user=omar.user)
    missing = [a.key for a in asked_of(fresh, omar, third) if a.question.code == "makes_sense" and not a.stands]
    assert missing == ["c1-ops", "c2"]


def test_own_pages_come_first_and_only_own_ones_are_asked():
    draft = make_book()
    omar = make_reader(draft.manuscript, "Omar Haddad", "it-operations")
    asks = [(ask.scope, ask.key, ask.question.code) for ask in asked_of(actor_of(omar), omar, draft)]
    assert asks == [
        ("own_section", "c1-ops", "value"),
        ("own_section", "c1-ops", "makes_sense"),
        ("own_section", "c1-ops", "improve"),
        ("chapter", "c1", "makes_sense"),
        ("chapter", "c2", "makes_sense"),
        ("book", None, "value"),
    ]


def test_an_answer_given_again_replaces_the_first():
    draft = make_book()
    omar = actor_of(make_reader(draft.manuscript, "Omar Haddad", "it-operations"))
    ask = {"question": question(draft.manuscript, "value"), "scope": "book"}
    _first, made = save_answer(omar, draft.manuscript, **ask, value=2)
    second, made_again = save_answer(omar, draft.manuscript, **ask, value=5)
    assert (made, made_again, Answer.objects.get().value) == (True, False, "5")
    delete_answer(omar, second)
    assert not Answer.objects.exists()


@pytest.mark.parametrize(
    ("given", "field"),
    [
        ({"code": "value", "scope": "book", "value": 6}, "value"),
        ({"code": "value", "scope": "book", "value": True}, "value"),
        ({"code": "value", "scope": "chapter", "key": "c1", "value": 3}, "scope"),
        ({"code": "value", "scope": "own_section", "key": "c2-sec", "value": 3}, "key"),
        ({"code": "makes_sense", "scope": "chapter", "key": "c9", "value": "yes"}, "key"),
        ({"code": "makes_sense", "scope": "chapter", "key": "c1", "value": "perhaps"}, "value"),
        ({"code": "improve", "scope": "own_section", "key": "c1-ops", "words": "  "}, "words"),
        ({"code": "value", "scope": "book", "value": 3, "discipline": "information-security"}, "discipline"),
    ],
)
def test_a_wrong_answer_is_refused_by_its_field(given, field):
    draft = make_book()
    omar = actor_of(make_reader(draft.manuscript, "Omar Haddad", "it-operations"))
    asked = question(draft.manuscript, given.pop("code"))
    with pytest.raises(Refused) as refused:
        save_answer(omar, draft.manuscript, question=asked, **given)
    assert refused.value.field == field and not Answer.objects.exists()


def test_a_round_ends_after_its_deadline_in_the_manuscripts_zone():
    draft = make_book()
    Manuscript.objects.update(time_zone="Pacific/Auckland")
    draft.round.deadline = datetime.date(2031, 5, 17)
    draft.round.save()
    with time_machine.travel("2031-05-17T11:58:00Z", tick=False):  # 23:58 there
        assert rounds.close_due_rounds() == 0
    with time_machine.travel("2031-05-17T12:01:00Z", tick=False):
        assert rounds.close_due_rounds() == 1
    draft.refresh_from_db()
    assert (draft.state, draft.round.state) == ("closed", "ended")
    omar = actor_of(make_reader(draft.manuscript, "Omar Haddad", "it-operations"))
    with pytest.raises(PermissionDenied):
        save_answer(omar, draft.manuscript, question=question(draft.manuscript, "value"), scope="book", value=3)


def test_a_promise_that_was_written_under_cannot_be_loosened():
    draft = make_book(anonymity="all")
    author, manuscript = author_of(draft.manuscript), draft.manuscript
    rounds.change_modes(author, manuscript, {"anonymity": "peers"})
    rounds.change_modes(author, manuscript, {"anonymity": "all"})
    note(actor_of(make_reader(manuscript, "Omar Haddad", "it-operations")), draft, "c1-1", "night")
    with pytest.raises(Refused) as refused:
        rounds.change_modes(author, manuscript, {"anonymity": "peers"})
    assert (refused.value.status, refused.value.code) == (409, "promise")
    assert rounds.change_modes(author, manuscript, {"visibility": "never"}).visibility == "never"


def test_an_opening_that_is_cancelled_leaves_the_draft_ready():
    from jobs.queue import cancel

    draft = make_book()
    second = make_draft(draft.manuscript, CHANGED)
    job = rounds.open_draft(author_of(draft.manuscript), second, "same")
    assert cancel(Job.objects.get(pk=job.pk))
    second.refresh_from_db()
    draft.refresh_from_db()
    assert (second.state, draft.state) == ("ready", "open")


def test_only_the_author_team_opens_and_ends():
    draft = make_book()
    omar = actor_of(make_reader(draft.manuscript, "Omar Haddad", "it-operations"))
    second = make_draft(draft.manuscript, CHANGED)
    for act in (lambda: rounds.open_draft(omar, second), lambda: rounds.close_round(omar, draft.manuscript)):
        with pytest.raises(PermissionDenied):
            act()
    assert rounds.close_round(author_of(draft.manuscript), draft.manuscript).state == "ended"


def test_a_note_written_while_the_next_draft_opens_is_carried_too():
    from reviews.carrying import plan, store

    first = make_book()
    omar = actor_of(make_reader(first.manuscript, "Omar Haddad", "it-operations"))
    early = note(omar, first, "c1-1", "The pager does.")
    second = make_draft(first.manuscript, CHANGED)
    prepared = plan(first, second)
    late = note(omar, first, "c1-1", "Who is awake?")
    store(prepared, first)
    assert {early.pk: ("kept", "The pager does."), late.pk: ("kept", "Who is awake?")} == fates(second)


def test_a_note_returns_when_its_text_returns(run_jobs):
    first = make_book()
    omar = actor_of(make_reader(first.manuscript, "Omar Haddad", "it-operations"))
    thread = note(omar, first, "c2-1", "noon")
    without = {"c1": BOOK["c1"]}
    author = author_of(first.manuscript)
    second = make_draft(first.manuscript, without)
    rounds.open_draft(author, second, "same")
    run_jobs()
    assert fates(second)[thread.pk] == ("detached", None)
    third = make_draft(first.manuscript, BOOK)
    rounds.open_draft(author, third, "same")
    run_jobs()
    assert fates(third)[thread.pk] == ("kept", "noon")


def test_a_correction_keeps_the_promises_of_its_round():
    draft = make_book(anonymity="all", others_sections="closed")
    author = author_of(draft.manuscript)
    note(actor_of(make_reader(draft.manuscript, "Omar Haddad", "it-operations")), draft, "c1-1", "night")
    second = make_draft(draft.manuscript, CHANGED)
    for looser in ({"anonymity": "peers"}, {"others_sections": "open"}):
        with pytest.raises(Refused) as refused:
            rounds.open_draft(author, second, "same", looser)
        assert (refused.value.status, refused.value.code) == (409, "promise")
    second.refresh_from_db()
    assert second.state == "ready"
    assert rounds.open_draft(author, second, "new", {"anonymity": "peers"}) is not None


def test_of_two_drafts_opened_at_once_the_newer_holds_every_note(run_jobs, monkeypatch):
    """While the third draft's notes are placed, the second opens and gets a note: it is placed again from there."""
    first = make_book()
    author, manuscript = author_of(first.manuscript), first.manuscript
    omar = actor_of(make_reader(manuscript, "Omar Haddad", "it-operations"))
    second, third = make_draft(manuscript, CHANGED), make_draft(manuscript, CHANGED)
    late = rounds.open_draft(author, third, "same")
    rounds.open_draft(author, second, "same")
    placed = rounds.plan
    written: list[Thread] = []

    def place_slowly(before, draft, **more):
        if draft.pk == third.pk and not written:
            prepared = placed(before, draft, **more)
            monkeypatch.setattr(rounds, "plan", placed)
            from jobs.running import run

            run(Job.objects.get(key=f"open_draft:{second.pk}").pk)
            written.append(note(omar, Draft.objects.get(pk=second.pk), "c1-1", "Who is awake?"))
            return prepared
        return placed(before, draft, **more)

    monkeypatch.setattr(rounds, "plan", place_slowly)
    run_jobs()
    assert Job.objects.get(pk=late.pk).state == "done" and manuscript.open_draft == third
    assert [d.state for d in manuscript.drafts.order_by("number")] == ["closed", "closed", "open"]
    assert fates(third)[written[0].pk] == ("kept", "Who is awake?")


def test_an_older_draft_does_not_open_after_a_newer_one(run_jobs):
    first = make_book()
    author, manuscript = author_of(first.manuscript), first.manuscript
    second, third = make_draft(manuscript, CHANGED), make_draft(manuscript, CHANGED)
    older = rounds.open_draft(author, second, "same")
    newer = rounds.open_draft(author, third, "same")
    from jobs.running import run

    run(newer.pk)
    run_jobs()
    second.refresh_from_db()
    assert (Job.objects.get(pk=older.pk).problem_code, second.state) == ("not_newer", "ready")
    assert manuscript.open_draft == third


def test_a_correction_of_a_round_that_has_ended_meanwhile_stays_ready(run_jobs):
    first = make_book()
    second = make_draft(first.manuscript, CHANGED)
    job = rounds.open_draft(author_of(first.manuscript), second, "same")
    rounds.close_round(author_of(first.manuscript), first.manuscript)
    run_jobs()
    second.refresh_from_db()
    assert (Job.objects.get(pk=job.pk).problem_code, second.state) == ("no_round", "ready")


def test_merged_disciplines_are_one_voice_and_one_ask():
    draft = make_book()
    manuscript = draft.manuscript
    operations = manuscript.disciplines.get(slug="it-operations")
    deployment = manuscript.disciplines.get(slug="deployment")
    member = make_reader(manuscript, "Omar Haddad", "it-operations", "deployment")
    omar, sense = actor_of(member), question(manuscript, "makes_sense")
    for slug, value in (("deployment", "no"), ("it-operations", "yes")):
        save_answer(omar, manuscript, question=sense, scope="chapter", key="c1", value=value, discipline=slug)
    assert standing(manuscript, draft).count() == 2
    operations.merged_into = deployment
    operations.save()
    merged = Manuscript.objects.get(pk=manuscript.pk)
    assert [a.value for a in standing(merged, draft)] == ["yes"]
    review = Review.objects.get(member=member)
    before = rounds.progress([review], Draft.objects.get(pk=draft.pk))[review.pk]["asked"]
    member.disciplines.set([deployment])
    review = Review.objects.get(member=member)
    assert rounds.progress([review], Draft.objects.get(pk=draft.pk))[review.pk]["asked"] == before

"""Notes: what may be written, seen, edited, decided and withdrawn, and by whom."""

from datetime import timedelta

import pytest
from django.core.exceptions import PermissionDenied
from django.utils import timezone

from manuscripts.errors import Refused
from manuscripts.models import Draft, Membership
from manuscripts.permissions import Actor
from reviews.models import Anchor, Thread
from reviews.threads import (
    NewThread,
    agree,
    create_thread,
    decide,
    edit_comment,
    place_by_hand,
    present,
    reply,
    withdraw,
)
from tests.books import actor_of, make_book, make_reader

pytestmark = pytest.mark.django_db


def text_of(draft: Draft, key: str):
    return draft.placements.get(section__key=key).text


def note_on(actor: Actor, draft: Draft, key: str, words: str, body: str = "Who says so?", **fields) -> Thread:
    text = text_of(draft, key)
    start = text.text.index(words)
    selector = {"start": start, "end": start + len(words)}
    fields = {"kind": "comment", **fields}
    new = NewThread(body=body, text_id=text.pk, selector=selector, **fields)
    return create_thread(actor, draft.manuscript, new)[0]


def seen_by(actor: Actor, draft: Draft) -> list[dict]:
    return present(actor, Thread.objects.filter(manuscript=draft.manuscript).visible_to(actor), draft)


def author_of(draft: Draft) -> Actor:
    return actor_of(draft.manuscript.memberships.get(role="author"))


def test_a_note_stands_on_its_words_counted_in_code_points():
    draft = make_book()
    ops = actor_of(make_reader(draft.manuscript, "Omar Haddad", "it-operations"))
    note_on(ops, draft, "c1-1", "The pager does.")
    (note,) = seen_by(ops, draft)
    assert note["anchor"]["exact"] == "The pager does."
    text = text_of(draft, "c1-1").text
    assert text[note["anchor"]["start"] : note["anchor"]["end"]] == "The pager does."
    assert (note["discipline"], note["scope"], note["anchor"]["fate"]) == ("it-operations", "section", "kept")


def test_words_that_do_not_stand_there_are_refused_with_both_texts():
    draft = make_book()
    ops = actor_of(make_reader(draft.manuscript, "Omar Haddad", "it-operations"))
    selector = [{"type": "TextQuoteSelector", "exact": "the day shift"}]
    new = NewThread("comment", "Hm", text_id=text_of(draft, "c1-1").pk, selector=selector)
    with pytest.raises(Refused) as refused:
        create_thread(ops, draft.manuscript, new)
    assert refused.value.status == 409 and refused.value.code == "selector_mismatch"
    assert refused.value.extra["expected"] == "the day shift"
    assert not Thread.objects.exists()


@pytest.mark.parametrize(
    ("fields", "field"),
    [
        ({"kind": "comment", "body": "  "}, "body"),
        ({"kind": "praise", "body": "x"}, "kind"),
        ({"kind": "reaction", "reaction": "superb"}, "reaction"),
        ({"kind": "suggestion", "body": "x"}, "replacement"),
        ({"kind": "comment", "body": "x", "visibility": "world"}, "visibility"),
        ({"kind": "comment", "body": "x", "chapter": "c99"}, "chapter"),
        ({"kind": "comment", "body": "x", "text_id": "999999"}, "text_id"),
        ({"kind": "comment", "body": "x" * 200_001}, "body"),
        ({"kind": "comment", "body": "x", "discipline": "information-security"}, "discipline"),
    ],
)
def test_what_is_wrong_is_named_by_its_field(fields, field):
    draft = make_book()
    ops = actor_of(make_reader(draft.manuscript, "Omar Haddad", "it-operations"))
    with pytest.raises(Refused) as refused:
        create_thread(ops, draft.manuscript, NewThread(**fields))
    assert refused.value.field == field
    assert not Thread.objects.exists()


def test_a_suggestion_of_the_words_that_stand_there_is_refused():
    draft = make_book()
    ops = actor_of(make_reader(draft.manuscript, "Omar Haddad", "it-operations"))
    with pytest.raises(Refused, match="stand there already") as refused:
        note_on(ops, draft, "c1-1", "the night shift", kind="suggestion", replacement="the night shift ")
    assert refused.value.field == "replacement" and not Thread.objects.exists()
    note_on(ops, draft, "c1-1", "the night shift", kind="suggestion", replacement="the day shift")
    assert Thread.objects.count() == 1


def test_the_same_external_id_is_posted_once_and_other_content_is_a_conflict():
    draft = make_book()
    ops = actor_of(make_reader(draft.manuscript, "Omar Haddad", "it-operations"))
    new = {"kind": "comment", "chapter": "c1", "external_id": "a-1"}
    first, made = create_thread(ops, draft.manuscript, NewThread(body="Once", **new))
    second, made_again = create_thread(ops, draft.manuscript, NewThread(body="Once", **new))
    assert (first.pk, made, made_again) == (second.pk, True, False)
    with pytest.raises(Refused) as refused:
        create_thread(ops, draft.manuscript, NewThread(body="Twice", **new))
    assert refused.value.status == 409


def test_peers_see_roles_the_author_sees_names():
    draft = make_book()
    omar = make_reader(draft.manuscript, "Omar Haddad", "it-operations")
    sana = make_reader(draft.manuscript, "Sana Virtanen", "information-security")
    note_on(actor_of(omar), draft, "c1-1", "night")
    (for_author,) = seen_by(author_of(draft), draft)
    (for_peer,) = seen_by(actor_of(sana), draft)
    (for_self,) = seen_by(actor_of(omar), draft)
    assert for_author["author"]["name"] == for_self["author"]["name"] == "Omar Haddad"
    assert for_peer["author"] == {
        "id": None,
        "name": f"IT operations {omar.pseudonym_number}",
        "role": "reviewer",
        "code": "OPS",
    }
    assert "Omar" not in str(for_peer)


def test_a_promise_holds_after_the_round_is_loosened():
    draft = make_book(anonymity="all")
    omar = make_reader(draft.manuscript, "Omar Haddad", "it-operations")
    note_on(actor_of(omar), draft, "c1-1", "night")
    draft.round.anonymity = "named"
    draft.round.save()
    (note,) = seen_by(author_of(draft), draft)
    assert note["author"]["id"] is None and "Omar" not in str(note)


def test_notes_for_the_author_only_are_not_seen_by_peers():
    draft = make_book()
    omar = make_reader(draft.manuscript, "Omar Haddad", "it-operations")
    sana = make_reader(draft.manuscript, "Sana Virtanen", "information-security")
    note_on(actor_of(omar), draft, "c1-1", "night", visibility="authors")
    assert len(seen_by(author_of(draft), draft)) == len(seen_by(actor_of(omar), draft)) == 1
    assert seen_by(actor_of(sana), draft) == []


def test_an_independent_first_read_hides_others_until_the_verdict():
    from reviews.answers import questions_of, save_answer

    draft = make_book(visibility="after_verdict")
    omar = make_reader(draft.manuscript, "Omar Haddad", "it-operations")
    sana = make_reader(draft.manuscript, "Sana Virtanen", "information-security")
    note_on(actor_of(omar), draft, "c1-1", "night")
    assert seen_by(actor_of(sana), draft) == []
    verdict = next(q for q in questions_of(draft.manuscript) if q.kind == "verdict")
    save_answer(actor_of(sana), draft.manuscript, question=verdict, scope="chapter", key="c1", value="yes")
    assert len(seen_by(actor_of(sana), draft)) == 1


def test_in_a_closed_round_notes_on_others_sections_are_absent():
    draft = make_book(others_sections="closed")
    omar = make_reader(draft.manuscript, "Omar Haddad", "it-operations")
    sana = make_reader(draft.manuscript, "Sana Virtanen", "information-security")
    note_on(actor_of(omar), draft, "c1-ops", "what wakes you")
    assert seen_by(actor_of(sana), draft) == []
    with pytest.raises(Refused) as refused:
        note_on(actor_of(sana), draft, "c1-ops", "what wakes you")
    assert refused.value.field == "text_id"


def test_strangers_and_removed_readers_see_nothing_and_write_nothing():
    draft = make_book()
    omar = make_reader(draft.manuscript, "Omar Haddad", "it-operations")
    note_on(actor_of(omar), draft, "c1-1", "night")
    Membership.objects.filter(pk=omar.pk).update(removed=draft.created)
    for actor in (actor_of(omar), Actor()):
        assert seen_by(actor, draft) == []
        with pytest.raises(PermissionDenied):
            create_thread(actor, draft.manuscript, NewThread("comment", "x", chapter="c1"))


def test_a_note_is_edited_until_someone_answers_and_withdrawn_always():
    draft = make_book()
    omar = actor_of(make_reader(draft.manuscript, "Omar Haddad", "it-operations"))
    sana = actor_of(make_reader(draft.manuscript, "Sana Virtanen", "information-security"))
    thread = note_on(omar, draft, "c1-1", "night", body="First words")
    edit_comment(omar, thread.comments.get(), "Better words")
    assert seen_by(sana, draft)[0]["body"] == "Better words"
    reply(sana, Thread.objects.get(pk=thread.pk), "And ours")
    with pytest.raises(Refused) as refused:
        edit_comment(omar, thread.comments.first(), "Other words")
    assert (refused.value.status, refused.value.code) == (409, "answered")
    with pytest.raises(PermissionDenied):
        withdraw(sana, thread)
    withdraw(omar, thread)
    (stub,) = seen_by(sana, draft)
    assert stub["withdrawn"] and stub["body"] == "" and [c["body"] for c in stub["comments"]] == ["", "And ours"]


def test_a_withdrawn_note_without_replies_is_gone():
    draft = make_book()
    omar = actor_of(make_reader(draft.manuscript, "Omar Haddad", "it-operations"))
    withdraw(omar, note_on(omar, draft, "c1-1", "night"))
    assert seen_by(author_of(draft), draft) == []


def test_the_author_decides_and_the_reader_sees_the_reason():
    draft = make_book()
    omar = actor_of(make_reader(draft.manuscript, "Omar Haddad", "it-operations"))
    thread = note_on(omar, draft, "c1-1", "night")
    with pytest.raises(Refused) as refused:
        decide(author_of(draft), thread, "no_change")
    assert refused.value.field == "reason"
    with pytest.raises(PermissionDenied):
        decide(omar, thread, "will_change")
    decide(author_of(draft), thread, "no_change", "The pager is the point.")
    (note,) = seen_by(omar, draft)
    assert note["status"] == "decided" and note["decision"]["reason"] == "The pager is the point."
    decide(author_of(draft), thread, None)
    assert seen_by(omar, draft)[0]["decision"] is None


def test_agreeing_twice_counts_once_and_never_with_oneself():
    draft = make_book()
    omar = actor_of(make_reader(draft.manuscript, "Omar Haddad", "it-operations"))
    sana = actor_of(make_reader(draft.manuscript, "Sana Virtanen", "information-security"))
    thread = note_on(omar, draft, "c1-1", "night")
    agree(sana, thread)
    agree(sana, thread)
    assert seen_by(omar, draft)[0]["agreements"] == 1
    with pytest.raises(PermissionDenied):
        agree(omar, thread)


def test_when_the_round_has_ended_readers_wait_and_the_author_goes_on():
    draft = make_book()
    omar = actor_of(make_reader(draft.manuscript, "Omar Haddad", "it-operations"))
    thread = note_on(omar, draft, "c1-1", "night")
    draft.round.state = "ended"
    draft.round.save()
    with pytest.raises(PermissionDenied):
        note_on(omar, draft, "c1-1", "shift")
    with pytest.raises(PermissionDenied):
        reply(omar, thread, "One more thing")
    decide(author_of(draft), thread, "later")
    withdraw(omar, thread)
    assert not Thread.objects.existing().exists()


def test_the_author_places_a_note_by_hand_and_former_places_stay_on_record():
    draft = make_book()
    omar = actor_of(make_reader(draft.manuscript, "Omar Haddad", "it-operations"))
    thread = note_on(omar, draft, "c1-1", "night")
    place_by_hand(author_of(draft), thread, None, None)
    assert seen_by(omar, draft)[0]["anchor"]["fate"] == "detached"
    text = text_of(draft, "c2-1")
    start = text.text.index("promise.")
    place_by_hand(author_of(draft), thread, text.pk, {"start": start, "end": start + 7})
    anchor = seen_by(omar, draft)[0]["anchor"]
    assert (anchor["exact"], anchor["by"], anchor["chapter"]) == ("promise", "hand", "c2")
    assert Anchor.objects.filter(thread=thread).count() == 3


@pytest.mark.parametrize("count", [1, 3])
def test_a_list_of_notes_costs_the_same_queries_whatever_its_length(count, django_assert_num_queries):
    draft = make_book()
    omar = actor_of(make_reader(draft.manuscript, "Omar Haddad", "it-operations"))
    for n in range(count):
        reply(author_of(draft), note_on(omar, draft, "c1-1", "night", body=f"Note {n}"), "Yes")
    fresh = Actor(user=omar.user)
    with django_assert_num_queries(10):
        assert len(seen_by(fresh, draft)) == count


def test_what_others_did_in_the_meantime_is_not_written_over():
    """Each loads the note before the other has changed it: a reply leaves the decision, an edit the withdrawal."""
    draft = make_book()
    member = make_reader(draft.manuscript, "Omar Haddad", "it-operations")
    ops, author = actor_of(member), author_of(draft)
    decided = note_on(ops, draft, "c1-1", "The pager does.")
    stale = Thread.objects.get(pk=decided.pk)
    decide(author, decided, "later")
    reply(ops, stale, "And on Sundays?")
    decided.refresh_from_db()
    assert (decided.status, decided.decision.decision) == ("decided", "later")

    withdrawn = note_on(ops, draft, "c1-1", "The pager does.", "Words to take back")
    comment = withdrawn.comments.get()
    answered = Thread.objects.get(pk=withdrawn.pk)
    withdraw(ops, withdrawn)
    with pytest.raises(Refused) as refused:
        edit_comment(ops, comment, "Words that came too late")
    reply(author, answered, "What did it say?")
    withdrawn.refresh_from_db()
    assert refused.value.code == "withdrawn" and withdrawn.withdrawn is not None
    assert withdrawn.comments.get(author=member).body == ""


def test_a_note_of_long_ago_is_new_to_those_who_ask_what_changed():
    draft = make_book()
    ops = actor_of(make_reader(draft.manuscript, "Omar Haddad", "it-operations"))
    before = timezone.now()
    note = note_on(ops, draft, "c1-1", "The pager does.", created=before - timedelta(days=30))
    assert note.created < before - timedelta(days=29) and note.updated >= before


def test_a_note_carried_into_a_closed_section_tells_its_writer_no_words_of_it():
    draft = make_book(others_sections="closed")
    sec = actor_of(make_reader(draft.manuscript, "Saskia Vos", "information-security"))
    mine = note_on(sec, draft, "c1-1", "The pager does.")
    closed = text_of(draft, "c1-ops")
    place_by_hand(author_of(draft), mine, closed.pk, {"start": 0, "end": 10})
    (seen,) = seen_by(sec, draft)
    assert (seen["anchor"]["fate"], seen["anchor"]["text_id"], seen["anchor"]["exact"]) == ("detached", None, None)
    assert seen["written_on"]["selector"] and seen["mine"]
    assert seen_by(author_of(draft), draft)[0]["anchor"]["exact"] == closed.text[:10]

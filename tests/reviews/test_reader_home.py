"""A reader's own page: the path that fits their minutes, what is unsent, what became of their notes, the ways out."""

from datetime import timedelta

import pytest
from django.core import mail
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from manuscripts.disciplines import merge_discipline
from manuscripts.models import Discipline, Event, Membership
from reviews.answers import questions_of
from reviews.models import Answer, Invitation, Question, Review
from reviews.path import Step, fit
from reviews.threads import NewThread, create_thread, decide
from reviews.unsent import keep
from tests.books import actor_of, make_book, make_reader

pytestmark = pytest.mark.django_db
HOME = "/m/the-night-shift/"


def signed_in(member) -> Client:
    client = Client()
    client.force_login(member.user, backend="django.contrib.auth.backends.ModelBackend")
    return client


@pytest.fixture
def draft():
    return make_book()


@pytest.fixture
def omar(draft):
    return make_reader(draft.manuscript, "Omar Haddad", "it-operations", minutes=10)


def page(member, address=HOME) -> str:
    response = signed_in(member).get(address)
    assert response.status_code == 200
    return response.content.decode()


# What fits


def step(kind, key, minutes, left=None) -> Step:
    return Step(kind, key, key, "", minutes, minutes if left is None else left, key)


OWN = [step("read", "ops", 4), step("answer", "ops", 2)]
BOOK = [step("book", "", 1)]


def chapters(*minutes: int) -> list[Step]:
    return [step("chapter", f"c{n}", m) for n, m in enumerate(minutes, start=1)]


@pytest.mark.parametrize(
    "own, sizes, asked, keys, too_long, over",
    [
        (OWN, (5, 5, 5), 20, ["ops", "ops", "c1", "c2", ""], False, 3),
        (OWN, (9, 5, 5), 12, ["ops", "ops", "c2", ""], False, 0),  # a later chapter fits where an earlier does not
        (OWN, (5, 5), 10, ["ops", "ops", ""], False, 3),  # nothing fits in what is left
        (OWN, (5, 5), 6, ["ops", "ops"], False, 0),  # own pages fill it
        (OWN, (5, 5), 3, ["ops", "ops"], True, 0),  # own pages take more
        (OWN, (1, 1), None, ["ops", "ops", ""], False, 0),  # nobody said how long: own pages are the path
        ([], (5, 5), None, ["c1", ""], False, 4),
        ([], (9, 7), 5, ["c2", ""], True, 0),  # the shortest, and that is said
        ([], (), 5, [""], False, 4),
    ],
)
def test_a_path_fits_the_minutes(own, sizes, asked, keys, too_long, over):
    path = fit(own, chapters(*sizes), BOOK, asked)
    assert [s.key for s in path.steps] == keys
    assert path.too_long is too_long
    if "c1" not in keys and "c2" not in keys:
        assert path.over == over


def test_a_path_stays_the_same_while_it_is_walked():
    walked = [step("read", "ops", 4, left=0), step("answer", "ops", 2, left=0)]
    path = fit(walked, chapters(5, 5, 5), BOOK, 20, skipped=["chapter:c1"])
    assert [s.name for s in path.steps] == ["read:ops", "answer:ops", "chapter:c1", "chapter:c2", "book:"]
    assert [s.name for s in path.open_steps] == ["chapter:c2", "book:"]
    assert (path.left, path.next.name, path.after("c2").name) == (6, "chapter:c2", "book:")


def test_after_the_last_page_comes_what_was_left_open_before_it():
    path = fit(OWN, chapters(5), [], 20)
    assert path.after("c1").name == "read:ops"


# The path on the page


def path_of(member) -> list[tuple[str, str]]:
    """Each step of the page with what is said of it."""
    html = page(member).split('<ol class="steps path">')[1].split("</ol>")[0]
    lines = []
    for item in html.split("<li")[1:]:
        title = item.split("<b>")[1].split("</a>")[0].rsplit(">", 1)[1]
        said = item.split('<span class="m">')[1].split("</span>")[0].rsplit(">", 1)[-1]
        lines.append((title, said.strip()))
    return lines


def test_the_page_tells_each_step_and_its_minutes(omar):
    assert path_of(omar) == [
        ("Read “For operations”", "1 min"),
        ("Answer its 3 questions", "2 min"),
        ("1. The handover", "2 min"),
        ("2. The promise", "2 min"),
        ("The book as a whole", "1 min"),
    ]
    assert "Omar, about 8 minutes" in page(omar)


@pytest.mark.parametrize("state", ["submitted", "declined"])
def test_nothing_is_left_to_do_for_who_has_submitted_or_stopped(omar, state):
    signed_in(omar).post(HOME + "review/", {"state": state})
    assert "<h1>Omar Haddad</h1>" in page(omar) and "about 8 minutes" not in page(omar)


def test_who_has_submitted_is_shown_what_was_asked_and_not_asked_for_it(omar):
    assert "Skip" in page(omar) and 'aria-current="step"' in page(omar)
    signed_in(omar).post(HOME + "review/", {"state": "submitted"})
    html = page(omar)
    assert "What was asked of you" in html and "What you did" not in html
    assert "Skip<" not in html and 'aria-current="step"' not in html and "Open my page" not in html
    assert [said for _title, said in path_of(omar)] == ["not read", *["not answered"] * 4]


def test_a_step_is_skipped_kept_and_taken_back(omar):
    client = signed_in(omar)
    address = reverse("path_step", args=["the-night-shift"])
    assert client.post(address, {"step": "chapter:c2"}).status_code == 302
    assert ("2. The promise", "skipped") in path_of(omar) and "about 6 minutes" in page(omar)
    assert Review.objects.get(member=omar).skipped == ["chapter:c2"]
    client.post(address, {"step": "chapter:c2", "undo": "1"})
    assert ("2. The promise", "2 min") in path_of(omar)
    client.post(address, {"step": "chapter:c9"})
    assert Review.objects.get(member=omar).skipped == []


def test_skipping_at_the_foot_of_a_chapter_goes_on(omar):
    client = signed_in(omar)
    gone = client.post(reverse("path_step", args=["the-night-shift"]), {"on": "c1"})
    assert gone["Location"] == "/m/the-night-shift/read/c2/"
    assert [said for _title, said in path_of(omar)][:3] == ["skipped", "skipped", "skipped"]
    gone = client.post(reverse("path_step", args=["the-night-shift"]), {"on": "c2"})
    assert gone["Location"] == "/m/the-night-shift/#book"


def test_the_foot_of_each_page_leads_to_the_next_step(omar):
    first = page(omar, HOME + "read/c1/questions/")
    assert 'href="/m/the-night-shift/read/c2/">Next: 2. The promise, 2 min' in first
    last = page(omar, HOME + "read/c2/questions/")
    assert 'href="/m/the-night-shift/read/c1/#s-c1-ops">Next: “For operations”, 1 min' in last


def test_who_has_stopped_has_no_path(omar):
    signed_in(omar).post(HOME + "review/", {"state": "declined"})
    assert "steps path" not in page(omar) and "Skip the rest" not in page(omar, HOME + "read/c1/questions/")


def test_who_has_stopped_is_not_told_that_all_is_answered(omar):
    signed_in(omar).post(HOME + "review/", {"state": "declined"})
    assert "Everything that was asked is answered." not in page(omar) and "Read on after all" in page(omar)


def test_minutes_that_are_left_are_nothing_to_who_has_submitted(draft):
    reader = make_reader(draft.manuscript, "Ines Roth", "it-operations", minutes=5)
    assert "in which no chapter fits" in page(reader)
    signed_in(reader).post(HOME + "review/", {"state": "submitted"})
    assert "in which no chapter fits" not in page(reader)


def test_what_is_unsent_when_the_round_ends_is_shown_whole(draft, omar):
    words = "It began at two in the night. " * 20 + "Nobody was called."
    keep(omar, "note:1", {"mark": "comment", "chapter": "c1", "body": words, "fields": {"kind": "comment"}})
    assert "Open there" in page(omar) and "Nobody was called." not in page(omar)
    draft.round.state = "ended"
    draft.round.save()
    ended = page(omar)
    assert "Nobody was called." in ended and "it waits here for the next one" in ended
    assert "Open there" not in ended  # in the chapter nobody writes now


def test_an_answer_that_comes_when_the_round_has_ended_is_unsent_and_goes_in_the_next(draft, omar):
    questions_of(draft.manuscript)
    improve = Question.objects.get(manuscript=draft.manuscript, code="improve")
    name, client = f"answer:{improve.pk}:own_section:c1-ops:it-operations", signed_in(omar)
    draft.round.state = "ended"
    draft.round.save()
    refused = client.post(HOME + "answers/", {name: "Say who is called.", "was": ""}, HTTP_ACCEPT="application/json")
    assert (refused.status_code, refused.json()["kept"]) == (403, True)
    assert not Answer.objects.exists()
    value = Question.objects.get(manuscript=draft.manuscript, code="value")
    chosen = f"answer:{value.pk}:own_section:c1-ops:it-operations"
    client.post(HOME + "answers/", {chosen: "4", name: "Say who is called at night."})  # a form without script
    assert omar.unsent_notes.get().content["body"] == "Say who is called at night."
    client.post(HOME + "answers/", {name: "Say who is called.", "was": ""}, HTTP_ACCEPT="application/json")
    ended = page(omar)
    assert "Say who is called." in ended and improve.text in ended and "it waits here for the next one" in ended

    draft.round.state = "running"
    draft.round.save()
    assert 'read/c1/#verdict">Open there' in page(omar)
    note = omar.unsent_notes.get()
    client.post(HOME + "answers/", {name: "Say who is called.", "place": note.place})
    assert Answer.objects.get().words == "Say who is called." and not omar.unsent_notes.exists()


def test_honest_where_nothing_fits(draft):
    short = make_reader(draft.manuscript, "Ines Roth", "it-operations", minutes=2)
    assert "Your own pages take more than the 2 minutes you were asked for." in page(short)
    other = make_reader(draft.manuscript, "Jon Falk", "deployment", minutes=1)
    assert "No chapter fits in 1 minute. This is the shortest" in page(other)
    assert "No pages of this draft are addressed to your trade alone." in page(other)


# Unsent


@pytest.mark.parametrize("days, told", [(2, True), (9, False)])
def test_unsent_notes_are_pointed_out_before_the_round_ends(draft, omar, days, told):
    round_ = draft.round
    round_.deadline = (timezone.now() + timedelta(days=days)).date()
    round_.save()
    for n in range(2):
        omar.unsent_notes.create(
            place=f"note:{n}", content={"body": "Half a", "chapter": "c1", "fields": {"kind": "x"}}
        )
    omar.unsent_notes.create(place="note:9", content={"body": "  "})
    assert 'id="unsent">2 unsent notes' in page(omar)
    home, room = page(omar), page(omar, HOME + "read/c1/")
    for html, way in ((home, 'href="#unsent"'), (room, 'href="/m/the-night-shift/#unsent"')):
        assert ("2 notes are not sent yet.</b>" in html and "The round ends on" in html) is told
        assert not told or way in html
    assert "2 notes are not sent yet." in home


# What became of my notes


def test_decisions_are_counted_at_the_top(draft, omar):
    author = draft.manuscript.memberships.get(role="author")
    for choice in ("changed", "changed", "no_change", None):
        thread, _made = create_thread(actor_of(omar), draft.manuscript, NewThread("comment", "Hm.", chapter="c1"))
        if choice:
            decide(actor_of(author), thread, choice, "So it stays.")
    counts = page(omar).split('<ul class="counts">')[1].split("</ul>")[0]
    found = [(item.split("</b>")[0], item.split("</svg>")[1].split("<")[0]) for item in counts.split("<b>")[1:]]
    assert found == [("2", "Changed"), ("1", "No change"), ("1", "Not decided yet")]


def test_of_a_suggestion_only_what_differs_is_struck(draft, omar):
    text = draft.placements.get(section__key="c1-1").text
    start = text.text.index("Nobody owns")
    selector = {"start": start, "end": start + len("Nobody owns")}
    wanted = NewThread("suggestion", "", text_id=text.pk, selector=selector, replacement="Somebody owns")
    create_thread(actor_of(omar), draft.manuscript, wanted)
    assert "<del>Nobody</del> <ins>Somebody</ins> owns" in page(omar)


# Ways out


def test_a_reader_stops_with_a_reason_and_comes_back(draft, omar):
    Invitation.objects.create(membership=omar, state="accepted")
    client = signed_in(omar)
    client.post(HOME + "review/", {"state": "declined", "reason": "no_time"})
    invitation = Invitation.objects.get(membership=omar)
    said = (invitation.state, invitation.decline_reason, invitation.ask_next)
    assert said == ("declined", "No time for it now", False)
    assert "You have stopped reading this draft." in page(omar) and "Read on after all" in page(omar)
    client.post(HOME + "review/", {"state": "started"})
    invitation.refresh_from_db()
    assert (invitation.state, invitation.ask_next) == ("accepted", True)
    assert Review.objects.get(member=omar).state == "started"


def test_a_colleague_is_named_from_ones_own_page(draft, omar):
    answer = signed_in(omar).post(HOME + "colleague/", {"name": "Lea Brandt", "email": "lea@post.example"})
    assert answer["Location"] == HOME and mail.outbox == []
    assert Event.objects.get(kind="invitation.colleague").data["name"] == "Lea Brandt"
    assert not Membership.objects.filter(name="Lea Brandt").exists()


# About me


def test_a_discipline_that_is_not_listed_is_named(draft, omar):
    client = signed_in(omar)
    profile = HOME + "profile/"
    answer = client.post(profile, {"unlisted": "1", "named": "IT service management", "sphere": "manager"})
    assert answer["Location"] == HOME
    (named,) = omar.disciplines.all()
    assert (named.name, named.code, named.span) == ("IT service management", "ITSM", "outside")
    client.post(HOME + "answers/", {f"answer:{_value(draft).pk}:book::": "4"})
    assert Answer.objects.get(member=omar).discipline == named
    author = draft.manuscript.memberships.get(role="author")
    merge_discipline(actor_of(author), named, Discipline.objects.get(slug="it-operations", manuscript=draft.manuscript))
    omar = Membership.objects.get(pk=omar.pk)
    assert [d.code for d in omar.own_disciplines()] == ["OPS"]
    assert "Read “For operations”" in page(omar)


def _value(draft):
    return next(q for q in questions_of(draft.manuscript) if q.code == "value")


@pytest.mark.parametrize("named, code", [("ops", "OPS"), ("  Information   Security ", "SEC"), ("Plumbing", "PLU")])
def test_a_name_that_is_known_is_that_discipline(draft, omar, named, code):
    before = Discipline.objects.count()
    signed_in(omar).post(HOME + "profile/", {"unlisted": "1", "named": named})
    assert [d.code for d in omar.disciplines.all()] == [code]
    assert Discipline.objects.count() - before == (code == "PLU")


def test_not_listed_without_a_name_is_said_beside_the_field(omar):
    answer = signed_in(omar).post(HOME + "profile/", {"unlisted": "1", "named": " "})
    assert answer.status_code == 400 and "Write what you call it" in answer.content.decode()
    assert [d.code for d in omar.disciplines.all()] == ["OPS"]


def test_closed_sections_stay_closed_to_a_name():
    draft = make_book(others_sections="closed")
    omar = make_reader(draft.manuscript, "Omar Haddad", "it-operations")
    assert "Mine is not listed" not in page(omar, HOME + "profile/")
    signed_in(omar).post(HOME + "profile/", {"unlisted": "1", "named": "Information security"})
    assert [d.code for d in omar.disciplines.all()] == ["OPS"]


def test_the_first_time_ones_own_pages_follow_at_once(draft, omar):
    client = signed_in(omar)
    assert "Three taps before you read" in page(omar, HOME + "profile/")
    assert client.post(HOME + "profile/", {"sphere": ""})["Location"] == "/m/the-night-shift/read/c1/#s-c1-ops"
    client.post(HOME + "reading/", {"chapter": "c1", "share": "0.5"})
    assert "Three taps before you read" not in page(omar, HOME + "profile/")
    assert client.post(HOME + "profile/", {"sphere": ""})["Location"] == HOME

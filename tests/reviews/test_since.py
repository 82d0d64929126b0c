"""What changed since a reader last read: marks in the text, what is asked again, drafts as they were."""

import re
from datetime import UTC, datetime, timedelta

import pytest
from django.test import Client

from manuscripts.models import SectionText
from reviews.answers import asked_of
from reviews.models import Decision, Reading, Thread
from reviews.reader_home import home_of
from reviews.rounds import progress, record_reading, review_of
from reviews.threads import NewThread, create_thread, decide, reply
from tests.books import actor_of, make_book, make_draft, make_reader, open_at_once

pytestmark = pytest.mark.django_db

CHANGED = {
    "c1": (
        "The handover",
        [
            ("c1-1", None, "# The handover\n\nNobody owns the **late** shift. 👩‍🚒 The pager does.\n\nWho is awake?"),
            ("c1-ops", "it-operations", "## For operations\n\nKeep a list of what wakes you.\n\nAnd of who."),
        ],
    ),
    "c2": (
        "The promise",
        [
            ("c2-1", None, "# The promise\n\nA change is a promise.\n\n| when | who |\n|---|---|\n| noon | Ruth |\n"),
            ("c2-sec", "information-security", "## For security\n\nAsk what each door can reach."),
        ],
    ),
}
READ = "/m/the-night-shift/read/c1/"
HOME = "/m/the-night-shift/"


@pytest.fixture
def first():
    return make_book()


@pytest.fixture
def ops(first):
    return make_reader(first.manuscript, "Omar Haddad", "it-operations")


@pytest.fixture
def sec(first):
    return make_reader(first.manuscript, "Saskia Vos", "information-security")


def author_of(draft):
    return draft.manuscript.memberships.get(role="author")


def next_draft(first, chapters=None, at=None, **modes):
    """The next draft, opened at once in a round of its own."""
    manuscript = first.manuscript
    number = manuscript.rounds.count() + 1
    manuscript.rounds.filter(state="running").update(state="ended")
    manuscript.drafts.filter(state="open").update(state="closed", closed=at)
    draft = open_at_once(make_draft(manuscript, chapters or CHANGED), number, **modes)
    draft.opened = at
    draft.save()
    return draft


def signed_in(member):
    client = Client()
    client.force_login(member.user, backend="django.contrib.auth.backends.ModelBackend")
    return client


def html(client, path):
    answer = client.get(path)
    assert answer.status_code == 200, path
    return answer.content.decode()


def read(member, *chapters, on="2026-03-03"):
    for chapter in chapters:
        record_reading(actor_of(member), member.manuscript, chapter, 1.0)
    Reading.objects.filter(member=member).update(updated=datetime.fromisoformat(f"{on}T12:00:00+00:00"))


def test_it_is_said_since_when_and_only_where_it_changed(first, ops):
    read(ops, "c1", "c2")
    assert 'class="since"' not in html(signed_in(ops), READ)
    next_draft(first)
    page = html(signed_in(ops), READ)
    assert "You last read this chapter in draft 1, on 3 March 2026." in page
    assert "data-changes" in page
    assert 'class="since"' not in html(signed_in(ops), "/m/the-night-shift/read/c2/")


def test_what_was_read_and_is_the_same_counts_as_read(first, ops):
    read(ops, "c1", "c2")
    next_draft(first)
    rail = html(signed_in(ops), READ).split('id="contents"')[1].split("</nav>")[0]
    assert re.findall(r'aria-label="(Read|Not read)"', rail) == ["Not read", "Not read", "Read"]


def test_who_never_read_it_is_told_nothing(first, ops):
    next_draft(first)
    assert 'class="since"' not in html(signed_in(ops), READ)
    assert signed_in(ops).get(READ + "changes/").status_code == 404


def test_the_author_sees_what_changed_since_the_draft_before(first):
    next_draft(first)
    assert "Since draft 1:" in html(signed_in(author_of(first)), READ)


def test_the_marks_are_offsets_of_the_text(first, ops):
    read(ops, "c1")
    second = next_draft(first)
    found = signed_in(ops).get(READ + "changes/").json()
    assert found["told"] == "2 passages have changed since."
    text = second.placements.get(section__key="c1-1").text
    marks = found["marks"][str(text.pk)]
    assert [(kind, words) for kind, _s, _e, words, *_ in marks] == [("deleted", " night"), ("inserted", "")]
    _kind, start, end, *_ = marks[1]
    assert text.text[start:end] == "late"
    assert set(found["marks"]) == {str(text.pk), str(second.placements.get(section__key="c1-ops").text_id)}


def test_my_notes_that_changed_it_are_counted(first, ops, sec):
    read(ops, "c1")
    for reader in (ops, ops, sec):
        decide(actor_of(author_of(first)), note(reader, "awake", "Who?", first), "changed")
    decide(actor_of(author_of(first)), note(ops, "awake", "When?", first), "later")
    next_draft(first)
    told = signed_in(ops).get(READ + "changes/").json()["told"]
    assert told == "2 passages have changed since. 2 of your notes changed it."


def test_a_section_that_is_gone_is_named(first, ops):
    read(ops, "c1")
    next_draft(first, {"c1": ("The handover", [CHANGED["c1"][1][0]])})
    assert "Removed: “For operations”." in signed_in(ops).get(READ + "changes/").json()["told"]


def test_nothing_of_a_closed_section_is_told(first, ops, sec):
    read(sec, "c1")
    next_draft(first, others_sections="closed")
    found = signed_in(sec).get(READ + "changes/").json()
    text = SectionText.objects.get(placements__draft__number=2, placements__section__key="c1-1")
    assert set(found["marks"]) == {str(text.pk)}
    assert "operations" not in found["told"]


@pytest.mark.parametrize("who", ["ops", "author"])
def test_a_chapter_that_changed_costs_no_more_queries_than_any(first, ops, django_assert_max_num_queries, who):
    read(ops, "c1")
    note(ops, "awake", "Who?", next_draft(first))
    client = signed_in(ops if who == "ops" else author_of(first))
    client.get(READ)
    with django_assert_max_num_queries(16):
        assert 'class="since"' in html(client, READ)


def note(member, words, body, draft, key="c1-1"):
    text = draft.placements.get(section__key=key).text
    start = text.text.index(words)
    selector = {"start": start, "end": start + len(words)}
    new = NewThread(kind="comment", body=body, text_id=str(text.pk), selector=selector)
    return create_thread(actor_of(member), draft.manuscript, new)[0]


def test_a_former_draft_is_read_as_it_was(first, ops, sec):
    before, opened, after = (datetime(2026, 3, day, 12, tzinfo=UTC) for day in (1, 5, 9))
    kept = note(ops, "night", "Whose night?", first)
    early = reply(actor_of(sec), kept, "Ours, in March.")
    late = reply(actor_of(sec), kept, "Still ours, in April.")
    decide(actor_of(author_of(first)), kept, "no_change", "It stays, said later.")
    written_late = note(sec, "pager", "Sent when the draft was closed.", first)
    Thread.objects.update(created=before)
    kept.comments.update(created=before)
    early.__class__.objects.filter(pk=late.pk).update(created=after)
    Thread.objects.filter(pk=written_late.pk).update(created=after)
    Decision.objects.update(at=after)
    next_draft(first, at=opened)
    page = html(signed_in(ops), READ + "?draft=1")
    assert "This is draft 1, as it was. It is read-only." in page
    assert "Nobody owns the <strong>night</strong> shift" in page
    assert "Whose night?" in page and "Ours, in March." in page
    for later in ("Still ours, in April.", "It stays, said later.", "Sent when the draft was closed."):
        assert later not in page
    Decision.objects.update(at=before + timedelta(hours=1))
    assert "It stays, said later." in html(signed_in(ops), READ + "?draft=1")


def test_drafts_are_switched_in_the_contents(first, ops):
    assert "Every draft can be read as it was." not in html(signed_in(ops), READ)
    chapters = {"c2": CHANGED["c2"]}
    next_draft(first, chapters)
    page = html(signed_in(ops), "/m/the-night-shift/read/c2/")
    assert 'href="/m/the-night-shift/read/c2/?draft=1"' in page
    former = html(signed_in(ops), READ + "?draft=1")
    assert 'href="/m/the-night-shift/read/"' in former  # the chapter is not in the newest draft
    assert 'class="since"' not in former


def test_a_draft_that_waits_is_not_called_former(first):
    make_draft(first.manuscript, CHANGED)
    page = html(signed_in(author_of(first)), READ + "?draft=2")
    assert "This draft is not open yet" in page and "as it was" not in page


def answer_all(member, **values):
    """The reader's answers to everything that is asked, in the words of the form."""
    draft = member.manuscript.open_draft
    answers = {
        f"answer:{ask.question.pk}:{ask.scope}:{ask.key or ''}:{ask.discipline.slug}": values[ask.question.kind]
        for ask in asked_of(actor_of(member), member, draft)
        if ask.question.kind in values
    }
    saved = signed_in(member).post("/m/the-night-shift/answers/", answers, headers={"Accept": "application/json"})
    assert saved.status_code == 200


def home(member):
    draft = member.manuscript.open_draft
    return home_of(actor_of(member), member, draft)


def test_only_what_changed_is_asked_again(first, ops, sec):
    for member in (ops, sec):
        read(member, "c1", "c2")
        answer_all(member, verdict="yes", rating="4")
        assert home(member).path.unanswered == 0
    next_draft(first)
    for member in (ops, sec):
        member.refresh_from_db()
    changed, same = home(ops), home(sec)
    assert [(step.done, step.stood, step.known.passages) for step in changed.own] == [(False, "", 1)]
    assert [(step.done, step.stood, step.minutes) for step in same.own] == [(True, "1", 0)]
    assert [(c.line.key, c.verdict, c.since) for c in same.chapters] == [("c1", "", ""), ("c2", "yes", "1")]
    assert (changed.path.unanswered, same.path.unanswered) == (1, 0)
    page = html(signed_in(ops), HOME)
    assert "1 passage of it changed since draft 1." in page
    assert 'href="/m/the-night-shift/drafts/2/changes/?against=1#s-c1-ops"' in page
    page = html(signed_in(sec), HOME)
    assert "is the same since draft 1: your answers stand, and you are not asked again." in page
    assert "You said: it makes sense, in draft 1" in page and "Changed since draft 1" in page


def test_the_foot_of_a_chapter_says_what_is_asked_again(first, ops, sec):
    read(ops, "c1", "c2")
    answer_all(ops, verdict="yes", rating="4")
    next_draft(first)
    again = html(signed_in(ops), READ + "questions/")
    assert "1 passage changed since draft 1: you are asked again." in again
    assert "Changed since draft 1: you are asked again." in again  # the chapter
    assert " checked" not in again
    stands = html(signed_in(ops), "/m/the-night-shift/read/c2/questions/")
    assert "From draft 1." in stands and " checked" in stands and "asked again" not in stands


def test_an_answer_given_again_stands_in_its_own_round(first, ops):
    read(ops, "c1", "c2")
    answer_all(ops, verdict="yes", rating="4")
    next_draft(first)
    answer_all(ops, verdict="partly", rating="2")
    read(ops, "c1")
    (step,) = home(ops).own
    assert (step.done, step.stood) == (True, "")
    next_draft(first, at=None)  # the same words once more
    (step,) = home(ops).own
    assert (step.done, step.stood) == (True, "2")


def test_a_chapter_that_is_the_same_counts_as_read(first, ops, sec):
    read(ops, "c1", "c2")
    second = next_draft(first)
    reviews = [review_of(ops, second.round), review_of(sec, second.round)]
    found = progress(reviews, second)
    assert found[reviews[0].pk] == {"read": 1, "asked": 2}
    assert found[reviews[1].pk] == {"read": 0, "asked": 2}

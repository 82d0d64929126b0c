"""The sample comes in through the functions that serve everyone, once, and shows what the pages are for."""

from collections import Counter

import pytest
from django.core.management import call_command
from django.utils import timezone

from accounts.models import User
from jobs.models import Job
from manuscripts.models import Event, Manuscript
from reports.collecting import collect
from reports.findings import findings
from reports.models import Report
from reports.sample import book, loading
from reports.sample.telling import Telling
from reviews.models import Agreement, Anchor, Answer, Comment, Invitation, Review, Thread
from reviews.rounds import progress
from tests.reports.counted_in_sql import assert_same

pytestmark = pytest.mark.django_db


def test_nothing_is_wanted_where_somebody_has_a_manuscript() -> None:
    from tests.books import make_book

    assert loading.is_wanted()
    make_book()
    assert not loading.is_wanted()


@pytest.mark.slow
def test_an_interrupted_start_is_made_good_and_the_sample_comes_once(monkeypatch, capsys) -> None:
    def break_off(self: Telling) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr(Telling, "run", break_off)
        with pytest.raises(KeyboardInterrupt):
            loading.load()
    assert Manuscript.objects.count() == 1
    assert loading.is_wanted()

    manuscript, made = loading.load()
    assert made
    assert list(Manuscript.objects.all()) == [manuscript]
    assert not loading.is_wanted()
    drafts_and_rounds(manuscript)
    people_and_their_part(manuscript)
    notes_and_answers(manuscript)
    nothing_leaves_and_nothing_is_yet_to_come(manuscript)
    for draft in manuscript.drafts.select_related("round"):
        assert_same(draft, findings(collect(manuscript, draft)))

    before = Event.objects.count()
    call_command("load_sample")
    assert capsys.readouterr().out.strip() == manuscript.slug
    assert Event.objects.count() == before


def drafts_and_rounds(manuscript: Manuscript) -> None:
    first, second = manuscript.drafts.order_by("number")
    assert (first.state, first.label, second.state, second.label) == ("closed", "1", "open", "2")
    assert [source.format for source in second.sources.all()] == ["docx"]
    assert (first.problems, second.problems) == ([], [])
    assert first.created < first.opened < first.closed < second.created < second.opened
    ended, running = manuscript.rounds.order_by("number")
    assert (ended.state, running.state) == ("ended", "running")
    assert ended.deadline < timezone.now().date() < running.deadline
    changes = second.changes
    assert (changes["changed"], changes["renamed"]) == (["c1", "c3", "c5-2", "c6", "c8-dev"], ["c4"])
    fates = Counter(Anchor.objects.filter(draft=second, thread__draft=first, attempt=1).values_list("fate", flat=True))
    assert fates == changes["remarks"]
    assert min(fates[fate] for fate in ("kept", "moved", "edited", "detached")) >= 1
    moved = Anchor.objects.get(draft=second, fate="moved")
    assert (moved.thread.chapter.key, moved.chapter.key) == ("c5", "c6")
    assert moved.text.text[moved.start : moved.end] == moved.thread.exact


def people_and_their_part(manuscript: Manuscript) -> None:
    people = book.read("people")
    assert manuscript.memberships.count() == len(people)
    for number in (1, 2):
        wanted = Counter(p[f"round_{number}"]["state"] for p in people if f"round_{number}" in p)
        reviews = Review.objects.filter(round__manuscript=manuscript, round__number=number)
        assert Counter(reviews.values_list("state", flat=True)) == wanted
    reviews = list(Review.objects.filter(round__number=2).select_related("member"))
    read = progress(reviews, manuscript.open_draft)
    finished = [read[review.pk] for review in reviews if review.state == "submitted"]
    assert all(part["read"] == part["asked"] for part in finished)
    assert any(0 < read[r.pk]["read"] < read[r.pk]["asked"] for r in reviews if r.state == "started")
    assert manuscript.memberships.get(role="contact").user is None
    visitors = {u.email: manuscript.memberships.get(user=u).role for u in User.objects.all()}
    assert visitors == {"author@example.org": "author", "reviewer@example.org": "reviewer"}


def notes_and_answers(manuscript: Manuscript) -> None:
    told = book.read("remarks-1") + book.read("remarks-2")
    threads = Thread.objects.filter(manuscript=manuscript)
    assert threads.count() == len(told)
    assert Comment.objects.count() == len(told) + sum(len(r.get("replies", [])) for r in told)
    assert Agreement.objects.count() == sum(len(r.get("agreements", [])) for r in told)
    decisions = Counter(r["decision"]["decision"] for r in told if "decision" in r)
    assert Counter(threads.exclude(decision=None).values_list("decision__decision", flat=True)) == decisions
    assert Answer.objects.count() == len(book.read("answers-1")) + len(book.read("answers-2"))
    quotes = {r["quote"] for r in told if "quote" in r and not r.get("whole_paragraph")}
    assert quotes <= {thread.exact for thread in threads.select_related("text")}
    whole = next(t for t in threads.select_related("text") if (t.exact or "").startswith("So ask for sentences."))
    assert whole.exact.endswith("prevent that conversation.")
    assert threads.exclude(via="").count() == sum("via" in r for r in told)
    assert Report.objects.filter(manuscript=manuscript).count() == 1


def nothing_leaves_and_nothing_is_yet_to_come(manuscript: Manuscript) -> None:
    letters = Job.objects.filter(kind__in=["send_invitation", "send_round_mail"])
    assert set(letters.values_list("state", flat=True)) == {"cancelled"}
    assert not Invitation.objects.filter(state="queued").exists()
    now = timezone.now()
    late = Event.objects.filter(manuscript=manuscript, at__gt=now).exclude(kind=loading.LOADED)
    assert not late.exists()
    for model, field in ((Thread, "updated"), (Comment, "created"), (Answer, "updated"), (Review, "active")):
        newest = model.objects.order_by(f"-{field}").values_list(field, flat=True).first()
        oldest = model.objects.order_by(field).values_list(field, flat=True).first()
        assert newest < now
        assert (newest - oldest).days > 30

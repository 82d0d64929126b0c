"""Reports that are made by themselves: once for what fell due, only where there is something new, told by a link."""

import email
import threading
from datetime import UTC, datetime, timedelta
from email import policy
from zoneinfo import ZoneInfo

import pytest
import time_machine
from django.core import mail as outbox
from django.db import connection

from jobs.models import Job
from manuscripts.models import Manuscript
from reports import making, schedules
from reports.making import Wish
from reports.models import Report, Schedule
from reports.moments import newest_moment, next_moment
from reports.removing import delete_manuscript
from reviews import rounds
from reviews.models import Review
from tests.books import actor_of, make_book, make_draft, make_reader, open_at_once
from tests.reports.test_collecting import answer, author_of, say

pytestmark = pytest.mark.django_db

BERLIN = ZoneInfo("Europe/Berlin")
WEDNESDAY = "2031-03-26T09:00:00Z"


@pytest.fixture(autouse=True)
def folder(settings, tmp_path):
    settings.REPORTS_DIR = tmp_path / "reports"


@pytest.fixture
def clock():
    with time_machine.travel(WEDNESDAY, tick=False) as traveller:
        yield traveller


def make_said():
    draft = make_book()
    Manuscript.objects.update(time_zone="Europe/Berlin")
    draft.manuscript.refresh_from_db()
    reader = make_reader(draft.manuscript, "Omar Haddad", "it-operations")
    answer(draft, reader, "value", "book", 4)
    say(draft, reader, "The pager does.", body="Not on Sunday.")
    return draft


@pytest.fixture
def draft(clock):
    """A draft of a book in Berlin with something said about it."""
    return make_said()


def reader_of(draft):
    return draft.manuscript.memberships.get(role="reviewer")


def keep(draft, every="day", who=None, mail=True, **wish):
    actor = actor_of(who or author_of(draft))
    wish = Wish(**{"formats": ("json",), "draft": draft.number} | wish)
    name = f"Choice {Schedule.objects.count()}"
    return schedules.keep(actor, draft.manuscript, wish, name=name, every=every, mail=mail)


def mails():
    read = [email.message_from_bytes(m.message().as_bytes(), policy=policy.default) for m in outbox.outbox]
    return sorted(read, key=lambda message: message["To"])


def tick(clock, moment, run_jobs):
    """The clock at that moment (UTC), and all that it begins."""
    clock.move_to(moment)
    begun = schedules.begin_due()
    run_jobs()
    return begun


def at(text):
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


@pytest.mark.parametrize(
    ("every", "after", "comes"),
    [
        ("day", "2031-03-29T05:59:59", "2031-03-29T06:00:00"),
        ("day", "2031-03-29T06:00:00", "2031-03-30T05:00:00"),  # the clock goes forward in the night between
        ("day", "2031-10-25T05:00:00", "2031-10-26T06:00:00"),  # and back
        ("week", "2031-03-24T06:00:00", "2031-03-31T05:00:00"),
        ("week", "2031-03-30T23:30:00", "2031-03-31T05:00:00"),  # Monday there, Sunday in UTC
    ],
)
def test_seven_in_the_morning_is_seven_on_the_clock_there(every, after, comes):
    assert next_moment(every, at(after), BERLIN) == at(comes)
    assert newest_moment(every, at(comes), BERLIN) == at(comes)
    assert newest_moment(every, at(comes) - timedelta(seconds=1), BERLIN) < at(comes)


@pytest.mark.parametrize("zone", ["Pacific/Apia", "Australia/Lord_Howe", "America/St_Johns", "Africa/Casablanca"])
def test_each_day_has_one_moment_in_every_zone(zone):
    now, seen = datetime(2011, 12, 1, tzinfo=UTC), []
    while now < datetime(2012, 12, 1, tzinfo=UTC):
        now = next_moment("day", now, ZoneInfo(zone))
        assert newest_moment("day", now, ZoneInfo(zone)) == now
        seen.append(now)
    assert 366 <= len(seen) <= 367 and {moment.astimezone(ZoneInfo(zone)).hour for moment in seen} == {7}


def test_a_day_is_made_once_and_the_next_day_again(draft, clock, run_jobs):
    kept = keep(draft)
    assert tick(clock, "2031-03-27T05:59:00Z", run_jobs) == 0  # 6:59 there
    assert tick(clock, "2031-03-27T06:00:10Z", run_jobs) == 1
    assert tick(clock, "2031-03-27T06:01:10Z", run_jobs) == 0
    report = Report.objects.get()
    assert (report.state, report.schedule, report.draft) == ("done", kept, draft)
    assert report.snapshot["remarks"]["total"] == 1
    say(draft, reader_of(draft), "Who is awake?")
    assert tick(clock, "2031-03-28T06:00:10Z", run_jobs) == 1
    assert Report.objects.count() == 2


def test_a_week_without_a_server_is_one_report(draft, clock, run_jobs):
    keep(draft)
    assert tick(clock, "2031-04-03T11:00:00Z", run_jobs) == 1
    assert tick(clock, "2031-04-03T11:01:00Z", run_jobs) == 0
    assert Report.objects.count() == 1
    say(draft, reader_of(draft), "Who is awake?")
    assert tick(clock, "2031-04-04T05:00:10Z", run_jobs) == 1  # summer time by now


def test_a_week_is_its_monday(draft, clock, run_jobs):
    keep(draft, "week")
    assert tick(clock, "2031-03-30T23:00:00Z", run_jobs) == 0
    assert tick(clock, "2031-03-31T05:00:00Z", run_jobs) == 1


def test_never_is_only_kept(draft, clock, run_jobs):
    keep(draft, "never")
    assert tick(clock, "2031-05-30T05:00:00Z", run_jobs) == 0


def test_nothing_new_makes_and_mails_nothing(draft, clock, run_jobs):
    kept = keep(draft)
    tick(clock, "2031-03-27T06:00:10Z", run_jobs)
    assert len(mails()) == 1
    assert tick(clock, "2031-03-28T06:00:10Z", run_jobs) == 1
    kept.refresh_from_db()
    assert (kept.outcome, Report.objects.count(), len(mails())) == ("nothing", 1, 1)
    say(draft, reader_of(draft), "Who is awake?")
    tick(clock, "2031-03-29T06:00:10Z", run_jobs)
    kept.refresh_from_db()
    assert (kept.outcome, Report.objects.count(), len(mails())) == ("", 2, 2)


def test_who_only_reads_or_is_asked_has_said_nothing_new(draft, clock, run_jobs):
    kept = keep(draft)
    tick(clock, "2031-03-27T06:00:10Z", run_jobs)
    other = make_reader(draft.manuscript, "Ines Moreau", "deployment")
    Review.objects.create(round=draft.round, member=other, state="started")
    assert tick(clock, "2031-03-28T06:00:10Z", run_jobs) == 1
    kept.refresh_from_db()
    assert (kept.outcome, Report.objects.count(), len(mails())) == ("nothing", 1, 1)


def test_nothing_new_holds_after_the_last_report_was_deleted(draft, clock, run_jobs):
    keep(draft)
    tick(clock, "2031-03-27T06:00:10Z", run_jobs)
    making.delete_report(actor_of(author_of(draft)), Report.objects.get())
    tick(clock, "2031-03-28T06:00:10Z", run_jobs)
    assert not Report.objects.exists()


def test_what_failed_is_made_again_though_nothing_is_new(draft, clock, run_jobs):
    keep(draft)
    tick(clock, "2031-03-27T06:00:10Z", run_jobs)
    Report.objects.update(state="failed")
    tick(clock, "2031-03-28T06:00:10Z", run_jobs)
    assert sorted(Report.objects.values_list("state", flat=True)) == ["done", "failed"]


def test_the_end_of_a_round_is_told_of_its_own_draft(draft, clock, run_jobs):
    keep(draft, "round")
    assert tick(clock, "2031-03-27T06:00:10Z", run_jobs) == 0
    following = make_draft(draft.manuscript, {"c1": ("The handover", [("c1-1", None, "# The handover\n\nAnew.")])})
    clock.move_to("2031-03-28T12:00:00Z")
    rounds.open_draft(actor_of(author_of(draft)), following, "new", {})
    run_jobs()
    assert tick(clock, "2031-03-28T12:01:00Z", run_jobs) == 1
    assert Report.objects.get().draft == draft
    assert tick(clock, "2031-03-28T12:02:00Z", run_jobs) == 0


def test_the_deadline_ends_a_round_too(draft, clock, run_jobs):
    keep(draft, "round")
    draft.round.deadline = datetime(2031, 4, 1).date()
    draft.round.save()
    clock.move_to("2031-04-01T22:00:30Z")  # 0:00 there
    rounds.close_due_rounds()
    assert tick(clock, "2031-04-01T22:01:00Z", run_jobs) == 1
    assert Report.objects.count() == 1


def test_the_newest_draft_is_meant_unless_another_was_picked(draft, clock, run_jobs):
    newest = keep(draft)
    second = make_draft(draft.manuscript, {"c1": ("The handover", [("c1-1", None, "# The handover\n\nAnew.")])})
    draft.round.state = "ended"
    draft.round.save()
    open_at_once(second, 2)
    first = keep(draft)
    tick(clock, "2031-03-27T06:00:10Z", run_jobs)
    assert {r.schedule: r.draft for r in Report.objects.all()} == {newest: second, first: draft}


def test_who_left_the_author_team_gets_nothing(draft, clock, run_jobs):
    ben = make_reader(draft.manuscript, "Ben Osei", role="co_author")
    kept = keep(draft, who=ben)
    ben.role = "reviewer"
    ben.save()
    tick(clock, "2031-03-27T06:00:10Z", run_jobs)
    kept.refresh_from_db()
    assert (kept.outcome, Report.objects.count(), mails()) == ("left", 0, [])


def test_who_left_is_not_mailed_what_others_scheduled(draft, clock, run_jobs):
    ben = make_reader(draft.manuscript, "Ben Osei", role="co_author")
    kept = keep(draft)
    schedules.tell_by_mail(actor_of(ben), kept, True)
    tick(clock, "2031-03-27T06:00:10Z", run_jobs)
    assert [m["To"] for m in mails()] == ["ada@example.org", "ben.osei@example.org"]
    ben.removed = datetime.now(UTC)
    ben.save()
    say(draft, reader_of(draft), "Who is awake?")
    tick(clock, "2031-03-28T06:00:10Z", run_jobs)
    assert [m["To"] for m in mails()] == ["ada@example.org", "ada@example.org", "ben.osei@example.org"]


def test_without_a_draft_it_says_so(draft, clock, run_jobs):
    kept = keep(draft)
    draft.state = "discarded"
    draft.save()
    tick(clock, "2031-03-27T06:00:10Z", run_jobs)
    kept.refresh_from_db()
    assert (kept.outcome, Report.objects.count()) == ("no_draft", 0)


def test_what_is_chosen_and_gone_is_said(draft, clock, run_jobs):
    kept = keep(draft, disciplines=("it-operations",))
    draft.manuscript.disciplines.filter(slug="it-operations").update(slug="operating")
    tick(clock, "2031-03-27T06:00:10Z", run_jobs)
    kept.refresh_from_db()
    assert kept.outcome == "refused" and "it-operations" in kept.trouble


def test_the_mail_has_a_link_and_no_word_of_the_book(draft, clock, run_jobs):
    book = draft.manuscript
    book.title = "The Night Shift\r\nBcc: eve@example.org <b>www.evil.example</b>"
    book.save()
    keep(draft, cover="Read this before Monday.")
    tick(clock, "2031-03-27T06:00:10Z", run_jobs)
    (mail,) = mails()
    text, html = (mail.get_body((kind,)).get_content() for kind in ("plain", "html"))
    report = Report.objects.get()
    for part in (text, html):
        assert f"/m/{book.slug}/reports/{report.pk}/" in part and "draft 1" in part
        assert "1 note so far, 1 reader who wrote or answered." in part
        for words in ("Not on Sunday", "pager", "Omar", "Read this before", "www.evil.example", "Choice 0"):
            assert words not in part
    assert "<b>" not in html and mail["Bcc"] is None and "Bcc" in mail["Subject"]
    assert not list(mail.iter_attachments())
    assert f"#choice-{report.schedule_id}" in text
    say(draft, reader_of(draft), "Who is awake?")
    tick(clock, "2031-03-28T06:00:10Z", run_jobs)
    newest = mails()[-1].get_body(("plain",)).get_content()
    assert "1 note since 27 March 2031, 1 reader who wrote" in newest


def test_a_nameless_round_does_not_tell_how_few_wrote(clock, run_jobs):
    draft = make_book(anonymity="all")
    Manuscript.objects.update(time_zone="Europe/Berlin")
    reader = make_reader(draft.manuscript, "Omar Haddad", "it-operations")
    say(draft, reader, "The pager does.")
    say(draft, reader, "Who is awake?")
    keep(draft)
    tick(clock, "2031-03-27T06:00:10Z", run_jobs)
    text = mails()[0].get_body(("plain",)).get_content()
    assert "2 notes so far." in text and "reader who" not in text


def test_made_by_hand_nobody_is_mailed(draft, clock, run_jobs):
    kept = keep(draft)
    schedules.make_now(actor_of(author_of(draft)), kept)
    making.request_report(actor_of(author_of(draft)), draft.manuscript, Wish(formats=("json",)))
    run_jobs()
    assert Report.objects.filter(state="done").count() == 2 and mails() == []
    tick(clock, "2031-03-27T06:00:10Z", run_jobs)
    assert len(mails()) == 1


def test_a_mail_server_that_is_down_is_asked_again_and_the_report_stands(draft, clock, run_jobs, settings):
    settings.EMAIL_BACKEND = "tests.reports.test_schedules.Down"
    keep(draft)
    tick(clock, "2031-03-27T06:00:10Z", run_jobs)
    assert Report.objects.get().state == "done"
    waiting = Job.objects.get(kind="send_report_mail")
    assert waiting.state == "queued" and waiting.not_before is not None


class Down:
    """A mail server that nobody answers at."""

    def __init__(self, *args, **kwargs):
        pass

    def send_messages(self, messages):
        raise ConnectionRefusedError("nobody there")


def test_a_worker_that_died_after_the_row_leaves_one_report(draft, clock, run_jobs, monkeypatch):
    keep(draft)

    def dies(*args):
        raise KeyboardInterrupt

    monkeypatch.setattr(making, "begin", dies)
    clock.move_to("2031-03-27T06:00:10Z")
    schedules.begin_due()
    with pytest.raises(KeyboardInterrupt):
        run_jobs()
    assert not Report.objects.exists()  # row and job stand together or not at all
    monkeypatch.undo()
    Job.objects.filter(state="running").update(state="queued", lease_token="")
    assert schedules.begin_due() == 0
    run_jobs()
    assert Report.objects.get().state == "done"


def test_a_tick_that_died_before_its_job_is_owed_still(draft, clock, run_jobs, monkeypatch):
    keep(draft)

    def dies(*args, **kwargs):
        raise RuntimeError

    monkeypatch.setattr(schedules, "enqueue", dies)
    clock.move_to("2031-03-27T06:00:10Z")
    with pytest.raises(RuntimeError):
        schedules.begin_due()
    monkeypatch.undo()
    assert tick(clock, "2031-03-27T06:01:10Z", run_jobs) == 1
    assert Report.objects.count() == 1


@pytest.mark.django_db(transaction=True)
def test_two_ticks_at_once_begin_one_report(monkeypatch):
    with time_machine.travel(WEDNESDAY, tick=False):
        keep(make_said())
    begun, together = [], threading.Barrier(4)
    seen = schedules._begin

    def begin(pk, now):
        together.wait(10)  # all have seen that it is due
        return seen(pk, now)

    monkeypatch.setattr(schedules, "_begin", begin)

    def ask():
        try:
            begun.append(schedules.begin_due())
        finally:
            connection.close()

    threads = [threading.Thread(target=ask) for _ in range(4)]
    with time_machine.travel("2031-03-27T06:00:10Z", tick=False):
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    assert sorted(begun) == [0, 0, 0, 1]
    assert Job.objects.filter(kind="run_schedule").count() == 1


def test_a_manuscript_goes_with_its_choices(draft, clock, run_jobs):
    keep(draft)
    tick(clock, "2031-03-27T06:00:10Z", run_jobs)
    delete_manuscript(actor_of(author_of(draft)), draft.manuscript)
    assert not Schedule.objects.exists() and not Report.objects.exists()
    assert tick(clock, "2031-03-28T06:00:10Z", run_jobs) == 0


def test_the_clock_asks_every_minute():
    from config.celery import app
    from config.clock import SCHEDULE

    task = SCHEDULE["begin-due-reports"]["task"]
    app.loader.import_default_modules()
    assert task in app.tasks and SCHEDULE["begin-due-reports"]["schedule"] == 60.0


def test_a_new_name_makes_no_report_of_what_was_told_already(draft, clock, run_jobs):
    row = keep(draft, disciplines=("it-operations",))
    tick(clock, "2031-03-27T06:00:10Z", run_jobs)
    row.refresh_from_db()
    again = {"name": "Another name", "every": "day", "mail": True, "schedule": row}
    schedules.keep(actor_of(author_of(draft)), draft.manuscript, schedules.wish_of(row), **again)
    tick(clock, "2031-03-28T06:00:10Z", run_jobs)
    assert Report.objects.count() == 1 and len(mails()) == 1


def test_that_somebody_finished_is_nothing_said(draft, clock, run_jobs):
    keep(draft)
    tick(clock, "2031-03-27T06:00:10Z", run_jobs)
    Review.objects.update(state="submitted")
    tick(clock, "2031-03-28T06:00:10Z", run_jobs)
    assert Report.objects.count() == 1 and len(mails()) == 1

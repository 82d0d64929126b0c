"""Kept choices on the page of reports: kept, changed, made now, stopped, deleted; reports listed, tried again."""

import re
from datetime import date

import pytest
import time_machine
from django.db import connection
from django.test.utils import CaptureQueriesContext

from jobs.models import Job
from manuscripts.models import Manuscript
from reports import making, schedules
from reports.making import Wish
from reports.models import Report, ReportFile, Schedule
from tests.books import actor_of, make_author, make_book, make_reader
from tests.reports.test_collecting import answer, author_of, say

pytestmark = pytest.mark.django_db

HOSTILE = '"><img src=x onerror=alert(1)>\u202e{{ 7|add:7 }}'


@pytest.fixture(autouse=True)
def folder(settings, tmp_path):
    settings.REPORTS_DIR = tmp_path / "reports"


@pytest.fixture
def draft():
    draft = make_book()
    Manuscript.objects.update(time_zone="Europe/Berlin")
    draft.manuscript.refresh_from_db()
    reader = make_reader(draft.manuscript, "Omar Haddad", "it-operations")
    answer(draft, reader, "value", "book", 4)
    say(draft, reader, "The pager does.", body="Not on Sunday.")
    return draft


@pytest.fixture
def as_author(client, draft):
    client.force_login(author_of(draft).user)
    return client


def address(draft, rest=""):
    return f"/m/{draft.manuscript.slug}/reports/{rest}"


def choice(**changes):
    held = {
        "draft": "1",
        "names": "roles",
        "disciplines": ["it-operations"],
        "formats": ["pdf", "data"],
        "chapters": ["c2"],
        "kinds": ["comment"],
        "since": "2031-03-01",
        "until": "2031-03-31",
        "cover": "Three days in.",
        "keep_as": "For Halvard",
        "every": "week",
        "mail": "on",
    }
    return held | changes


def keep(client, draft, **changes):
    answered = client.post(address(draft, "choices/"), choice(**changes))
    assert answered.status_code == 302, re.findall(r"<li>(.*?)</li>", answered.text)
    return Schedule.objects.latest("pk")


def shown(client, draft):
    """The text of the list of kept choices."""
    page = client.get(address(draft)).text
    section = page[page.index('id="choices"') : page.index('id="made"')]
    return " ".join(re.sub(r"<[^>]+>", " ", section).split())


def test_a_choice_is_kept_and_told_in_words(as_author, draft):
    assert "No choice is kept yet." in shown(as_author, draft)
    with time_machine.travel("2031-03-26T09:00:00Z", tick=False):
        as_author.force_login(author_of(draft).user)
        keep(as_author, draft)
        text = shown(as_author, draft)
    for words in (
        "For Halvard",
        "The newest draft · Disciplines, no names · PDF, CSV, JSON · IT operations · 2. The promise · Comment",
        "Notes from 1 March 2031 · Notes until 31 March 2031 · With a covering note",
        "Every Monday Next on Monday 31 March 2031, 07:00 (Europe/Berlin)",
        "No more mail to me",
    ):
        assert words in text, (words, text)
    assert not Report.objects.exists()


def test_change_loads_what_was_kept_and_saves_it(as_author, draft):
    kept = keep(as_author, draft)
    page = as_author.get(address(draft, f"choices/{kept.pk}/"))
    text = " ".join(page.text.split())
    for words in (
        "Change “For Halvard”",
        '<option value="roles" selected>',
        'name="chapters" value="c2" checked',
        'name="kinds" value="comment" checked',
        'name="disciplines" value="it-operations" checked',
        'name="formats" value="data" checked',
        'name="since" value="2031-03-01"',
        'name="until" value="2031-03-31"',
        "Three days in.</textarea>",
        'value="For Halvard"',
        '<option value="week" selected>',
        'name="mail" checked',
    ):
        assert words in text, words
    assert 'value="c1" checked' not in text and 'value="information-security" checked' not in text
    changed = choice(keep_as="For the desk", every="day", names="all", chapters=[])
    assert as_author.post(address(draft, f"choices/{kept.pk}/"), changed).status_code == 302
    kept.refresh_from_db()
    assert (Schedule.objects.count(), kept.name, kept.every) == (1, "For the desk", "day")
    assert kept.options["chapters"] is None and kept.options["edition"] == "author"


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"keep_as": ""}, "Give the choice a name."),
        ({"keep_as": "x" * 81}, "Give the choice a name of at most 80 characters."),
        ({"keep_as": "Taken"}, "Another choice has this name."),
        ({"every": "hour"}, "hour is not one of the available choices"),
        ({"formats": []}, "Choose at least one form."),
        ({"since": "2031-04-02"}, "“Notes until” lies before “Notes from”."),
    ],
)
def test_what_cannot_be_kept_is_said_and_stays_typed(as_author, draft, changes, said):
    keep(as_author, draft, keep_as="Taken")
    answered = as_author.post(address(draft, "choices/"), choice(**changes))
    assert answered.status_code == 400 and said in answered.text and "Not kept yet:" in answered.text
    assert "Three days in.</textarea>" in answered.text and 'panel keep" open' in answered.text
    assert Schedule.objects.count() == 1


def test_a_name_is_needed_only_to_keep(as_author, draft, run_jobs):
    assert as_author.post(address(draft), choice(keep_as="", every="")).status_code == 302
    run_jobs()
    assert Report.objects.get().schedule is None and not Schedule.objects.exists()


def test_hostile_names_are_shown_as_they_were_typed(as_author, draft):
    kept = keep(as_author, draft, keep_as=HOSTILE)
    for page in (address(draft), address(draft, f"choices/{kept.pk}/")):
        text = as_author.get(page).text
        assert "<img src=x" not in text and "&lt;img src=x" in text and "{{ 7|add:7 }}" in text
    told = as_author.post(address(draft, f"choices/{kept.pk}/stop/"), follow=True).text
    assert "<img src=x" not in told


def test_make_it_now_makes_what_was_kept(as_author, draft, run_jobs, mailoutbox):
    kept = keep(as_author, draft)
    answered = as_author.post(address(draft, f"choices/{kept.pk}/now/"))
    run_jobs()
    report = Report.objects.get()
    assert answered["Location"] == address(draft, f"{report.pk}/")
    assert report.state == "done" and report.options["chapters"] == ["c2"] and report.options["cover"]
    assert {file.format for file in report.files.all()} == {"pdf", "csv", "json"}
    assert mailoutbox == []


def test_stop_keeps_it_and_delete_does_not(as_author, draft, run_jobs):
    kept = keep(as_author, draft)
    as_author.post(address(draft, f"choices/{kept.pk}/stop/"))
    text = shown(as_author, draft)
    assert "Only when you ask" in text and "Next on" not in text
    with time_machine.travel("2099-01-01T12:00:00Z", tick=False):
        assert schedules.begin_due() == 0
    as_author.post(address(draft, f"choices/{kept.pk}/now/"))
    run_jobs()
    answered = as_author.post(address(draft, f"choices/{kept.pk}/delete/"), follow=True)
    assert "is deleted. The reports made of it stay." in answered.text
    assert not Schedule.objects.exists() and Report.objects.count() == 1


def test_each_of_the_team_asks_for_mail_and_stops_it(as_author, client, draft):
    ben = make_reader(draft.manuscript, "Ben Osei", role="co_author")
    kept = keep(as_author, draft, mail="")
    assert "Mail me a link each time" in shown(as_author, draft)
    client.force_login(ben.user)
    client.post(address(draft, f"choices/{kept.pk}/mail/"), {"mail": "on"})
    assert list(kept.mailed.all()) == [ben] and "No more mail to me" in shown(client, draft)
    client.post(address(draft, f"choices/{kept.pk}/mail/"), {"mail": "off"})
    assert not kept.mailed.exists()


def test_the_end_of_a_round_is_told_by_its_deadline(as_author, draft):
    keep(as_author, draft, every="round")
    assert "When the round ends It has no deadline: you end it" in shown(as_author, draft)
    draft.round.deadline = date(2031, 5, 17)
    draft.round.save()
    assert "When the round ends Next on Saturday 17 May 2031, 23:59 (Europe/Berlin)" in shown(as_author, draft)
    draft.round.state = "ended"
    draft.round.save()
    assert "No round is running" in shown(as_author, draft)


def test_a_maker_who_left_is_said_and_who_changes_it_takes_over(as_author, draft, run_jobs):
    ben = make_reader(draft.manuscript, "Ben Osei", role="co_author")
    wish = Wish(formats=("json",))
    kept = schedules.keep(actor_of(ben), draft.manuscript, wish, name="Daily", every="day", mail=True)
    ben.role = "observer"
    ben.save()
    text = shown(as_author, draft)
    assert "Stopped: Ben Osei is no longer of the author team. Change it to take it over." in text
    assert "Next on" not in text
    as_author.post(address(draft, f"choices/{kept.pk}/"), choice(keep_as="Daily", every="day"))
    kept.refresh_from_db()
    assert kept.made_by == author_of(draft) and "Next on" in shown(as_author, draft)


def test_nothing_new_is_said_with_its_day(as_author, draft, run_jobs):
    with time_machine.travel("2031-03-03T09:00:00Z", tick=False) as clock:
        as_author.force_login(author_of(draft).user)
        keep(as_author, draft, every="day", formats=["data"], since="", until="")
        for moment in ("2031-03-04T07:00:00Z", "2031-03-05T07:00:00Z"):
            clock.move_to(moment)
            schedules.begin_due()
            run_jobs()
        text = shown(as_author, draft)
        listed = as_author.get(address(draft)).text
    assert "Nothing new since 4 March 2031" in text and "Last on 4 March 2031" in text
    assert 'dir="auto">For Halvard</span>' in listed[listed.index('id="made"') :]


def test_strangers_and_readers_keep_nothing(client, draft):
    kept = schedules.keep(actor_of(author_of(draft)), draft.manuscript, Wish(), name="Daily", every="day", mail=True)
    other = make_book(make_author("eve@example.org", "Eve"))
    for user, status in (
        (draft.manuscript.memberships.get(role="reviewer").user, 403),
        (author_of(other).user, 404),
    ):
        client.force_login(user)
        assert client.post(address(draft, "choices/"), choice()).status_code == status
        assert client.get(address(draft, f"choices/{kept.pk}/")).status_code == status
        for act in ("", "now/", "stop/", "delete/", "mail/"):
            assert client.post(address(draft, f"choices/{kept.pk}/{act}"), choice()).status_code == status
    assert client.post(address(other, f"choices/{kept.pk}/stop/")).status_code == 404
    assert Schedule.objects.get().every == "day"


def made(draft, **fields):
    held = {"manuscript": draft.manuscript, "draft": draft, "state": "done", "options": {"formats": ["pdf"]}}
    report = Report.objects.create(**held | fields)
    for name, size in (("pdf", 300_000), ("csv", 107_000)):
        ReportFile.objects.create(report=report, format=name, name=f"a.{name}", state="done", bytes=size)
    return report


def test_reports_are_listed_with_their_size_and_asked_about_before_they_go(as_author, draft):
    report = made(draft)
    text = as_author.get(address(draft)).text
    assert "397.5\xa0KB" in text
    assert "<summary" in text and "The report goes with its files" in text and "Delete the report" in text
    answered = as_author.post(address(draft, f"{report.pk}/delete/"), follow=True)
    assert "The report is deleted with its files." in answered.text and "No report was made yet." in answered.text


def test_more_than_fifty_are_paged(as_author, draft):
    for _number in range(51):
        made(draft)
    first, second = (as_author.get(address(draft, f"?page={n}")).text for n in (1, 2))
    assert first.count("Delete the report") == 50 and "Page 1 of 2" in first
    assert second.count("Delete the report") == 1 and 'href="?page=1"' in second


def test_the_page_costs_the_same_queries_whatever_it_lists(as_author, draft, django_assert_num_queries):
    def fill(times):
        for _number in range(times):
            kept = keep(as_author, draft, keep_as=f"Choice {Schedule.objects.count()}")
            Schedule.objects.filter(pk=kept.pk).update(last=made(draft, schedule=kept))

    fill(1)
    as_author.get(address(draft))
    with CaptureQueriesContext(
        connection,
    ) as few:
        as_author.get(address(draft))
    asked = len(few)
    fill(6)
    with django_assert_num_queries(asked):
        as_author.get(address(draft))
    assert asked <= 40


def test_try_again_makes_it_of_the_same_snapshot(as_author, draft, run_jobs, monkeypatch):
    as_author.post(address(draft), choice(formats=["data"]))
    monkeypatch.setattr(
        making, "make_file", lambda report, name, source="": ReportFile(report=report, format=name, state="failed")
    )
    run_jobs()
    monkeypatch.undo()
    report = Report.objects.get()
    assert report.state == "failed"
    say(draft, draft.manuscript.memberships.get(role="reviewer"), "Who is awake?")
    page = as_author.get(address(draft, f"{report.pk}/")).text
    assert f'action="{address(draft, f"{report.pk}/again/")}"' in page and "Try again" in page
    assert as_author.post(address(draft, f"{report.pk}/again/")).status_code == 302
    assert as_author.post(address(draft, f"{report.pk}/again/")).status_code == 302  # twice is once
    assert Job.objects.filter(kind="make_report", state="queued").count() == 1
    run_jobs()
    again = Report.objects.get()
    assert (again.state, again.error, again.snapshot_sha256) == ("done", "", report.snapshot_sha256)
    assert {file.state for file in again.files.all()} == {"done"}


def test_a_cancelled_report_is_made_after_all(as_author, draft, run_jobs):
    as_author.post(address(draft), choice(formats=["data"]))
    report = Report.objects.get()
    as_author.post(address(draft, f"{report.pk}/cancel/"))
    assert "Try again" in as_author.get(address(draft, f"{report.pk}/")).text
    as_author.post(address(draft, f"{report.pk}/again/"))
    run_jobs()
    report.refresh_from_db()
    assert report.state == "done"
    told = as_author.post(address(draft, f"{report.pk}/again/"), follow=True).text
    assert "This report is made or being made." in told

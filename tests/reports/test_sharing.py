"""A link to a report: whom it lets see what, for how long."""

import re
from datetime import timedelta

import pytest
from django.contrib.sessions.models import Session
from django.test import Client
from django.utils import timezone

from manuscripts.errors import Refused
from reports.making import Wish, request_report
from reports.models import ShareLink
from reports.sharing import share
from reviews.threads import NewThread, create_thread
from tests.books import actor_of, make_book, make_reader

pytestmark = pytest.mark.django_db
FORM = {"recipient": "Halvard Press", "days": "30"}


@pytest.fixture
def book():
    return make_book()


@pytest.fixture
def author(book):
    return book.manuscript.memberships.get(role="author")


@pytest.fixture
def desk(author):
    client = Client()
    client.force_login(author.user, backend="django.contrib.auth.backends.ModelBackend")
    return client


def made(book, author, run_jobs, **wish):
    report = request_report(actor_of(author), book.manuscript, Wish(**{"formats": ("json",), **wish}))
    run_jobs()
    report.refresh_from_db()
    return report


def address_of(report) -> str:
    return f"/m/the-night-shift/reports/{report.pk}/"


def link_made(desk, report, **changes) -> str:
    """The path of a new link, read off the page on which it is shown."""
    page = desk.post(address_of(report) + "share/", {**FORM, **changes}, follow=True)
    assert page.status_code == 200
    return re.search(r"http://testserver(/s/[\w-]+/)", page.content.decode())[1]


def test_whoever_holds_the_link_reads_the_report_and_nothing_else(book, author, desk, run_jobs):
    omar = make_reader(book.manuscript, "Omar Haddad", "it-operations")
    said = [
        ("everyone", "named", "Quote me on this."),
        ("authors", "named", "For you."),
        ("everyone", "no", "Not this."),
    ]
    for visibility, permission, body in said:
        new = NewThread("comment", body, chapter="c1", visibility=visibility, quote_permission=permission)
        create_thread(actor_of(omar), book.manuscript, new)
    path = link_made(desk, made(book, author, run_jobs, edition="publisher", cover="Read chapter 1 first."))
    anyone = Client()
    answer = anyone.get(path)
    page = answer.content.decode()
    assert answer.status_code == 200 and answer["Cache-Control"] == "private, no-store"
    assert "Quote me on this." in page and "Read chapter 1 first." in page and "Halvard Press" in page
    assert "For you." not in page and "Not this." not in page and "Omar" not in page
    assert 'name="robots" content="noindex' in page
    assert anyone.get("/m/the-night-shift/reports/").status_code == 404
    assert "the-night-shift" not in page and "sessionid" not in anyone.cookies


def test_the_address_is_shown_once_and_its_secret_is_not_kept(book, author, desk, run_jobs):
    report = made(book, author, run_jobs, edition="publisher")
    path = link_made(desk, report)
    again = desk.get(address_of(report)).content.decode()
    secret = path.split("/")[2]
    assert "Halvard Press" in again and secret not in again
    assert secret not in repr(ShareLink.objects.values())
    assert all(secret not in repr(each.get_decoded()) for each in Session.objects.all())


def test_it_counts_how_often_it_was_opened_and_stops_when_told(book, author, desk, run_jobs):
    report = made(book, author, run_jobs, edition="publisher")
    path = link_made(desk, report)
    for _ in range(2):
        Client().get(path)
    Client().head(path)
    assert "opened 2 times" in desk.get(address_of(report)).content.decode()
    desk.post(f"{address_of(report)}share/{ShareLink.objects.get().pk}/stop/")
    stopped = Client().get(path)
    assert stopped.status_code == 410 and "This link has stopped" in stopped.content.decode()
    assert "Stop it now" not in desk.get(address_of(report)).content.decode()


def test_it_stops_by_itself(book, author, desk, run_jobs, time_machine):
    path = link_made(desk, made(book, author, run_jobs, edition="publisher"), days="7")
    time_machine.move_to(timezone.now() + timedelta(days=6, hours=23))
    assert Client().get(path).status_code == 200
    time_machine.move_to(timezone.now() + timedelta(hours=2))
    assert Client().get(path).status_code == 410


def test_with_its_report_it_is_gone(book, author, desk, run_jobs):
    report = made(book, author, run_jobs, edition="publisher")
    path = link_made(desk, report)
    desk.post(address_of(report) + "delete/")
    assert Client().get(path).status_code == 404 == Client().get("/s/nothing/").status_code


@pytest.mark.parametrize("edition", ["author", "readers"])
def test_a_report_with_names_is_not_shared(book, author, desk, run_jobs, edition):
    report = made(book, author, run_jobs, edition=edition)
    assert "A link for your publisher" not in desk.get(address_of(report)).content.decode()
    page = desk.post(address_of(report) + "share/", FORM, follow=True).content.decode()
    assert "Only a report without names can be shared." in page and not ShareLink.objects.exists()


@pytest.mark.parametrize(
    "change, said",
    [
        ({"recipient": " "}, "for whom it is"),
        ({"recipient": "x" * 121}, "at most 120"),
        ({"days": "8"}, "7, 30 or 90"),
        ({"days": "9" * 5000}, "7, 30 or 90"),
    ],
)
def test_a_wrong_choice_is_said(book, author, desk, run_jobs, change, said):
    report = made(book, author, run_jobs, edition="publisher")
    answer = desk.post(address_of(report) + "share/", FORM | change)
    page = answer.content.decode()
    assert answer.status_code == 400 and said in page
    assert f'value="{(FORM | change)["recipient"]}"' in page  # what was typed is still there
    with pytest.raises(Refused):
        share(actor_of(author), report, "Someone", 0)
    assert not ShareLink.objects.exists()

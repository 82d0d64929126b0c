"""The readers' page, the dashboard, the report and the API give the same numbers the same names."""

import pytest

from reports.collecting import collect
from reports.dashboard import dashboard
from reports.findings import coverage, findings
from reports.snapshot import Edition
from reviews.answers import save_answer
from reviews.invitations import decline, make_contact, personal_link, revoke
from reviews.members import remove_member
from reviews.models import Review
from reviews.people_table import people_of
from reviews.questions import questions_of
from reviews.rounds import open_draft
from tests.books import BOOK, make_draft
from tests.cast import make_cast, make_member

pytestmark = pytest.mark.django_db


def reader(cast, name: str, state: str = "", **more):
    member = make_member(cast.book, name, disciplines=["deployment"], **more)
    if state:
        Review.objects.filter(member=member).update(state=state)
    return member


@pytest.fixture
def cast():
    """Readers in every state: also one whose link was ended after they finished, and two who were taken out."""
    cast = make_cast()
    author = cast.actor("author")
    reader(cast, "Opened")
    reader(cast, "Reading", "started")
    reader(cast, "Finished", "submitted")
    reader(cast, "Silent", accepted=False)
    decline(reader(cast, "Declined", accepted=False))
    revoke(author, reader(cast, "Link ended", "submitted").invitation)
    revoke(author, reader(cast, "Never came", accepted=False).invitation)
    remove_member(author, reader(cast, "Taken out", "submitted"))
    both = make_member(cast.book, "Two voices", disciplines=["deployment", "it-operations"])
    Review.objects.filter(member=both).update(state="started")
    return cast


def figures_of(cast):
    """(all, deployment) of each place that tells them."""
    book = cast.book
    draft = book.open_draft
    snapshot = collect(book, draft)
    covered = findings(snapshot, Edition())["coverage"]
    table = people_of(book)
    group = next(g for g in table.groups if g.discipline and g.discipline.code == "DEP")
    home = next(d for d in dashboard(book)["disciplines"] if d["code"] == "DEP")["people"]
    return [
        (table.counts, group.counts),
        (covered["all"], covered["by_discipline"]["deployment"]),
        (covered["all"], home),
        (coverage(snapshot, ["deployment"], True)["all"], group.counts),
    ]


def test_everywhere_the_same(cast):
    first, *others = figures_of(cast)
    assert first[1] == {"asked": 7, "opened": 5, "reading": 2, "finished": 2, "declined": 1}
    assert all(other == first for other in others)


def test_a_contact_whose_answers_are_recorded_and_who_was_taken_out_are_not_among_the_asked(cast):
    author = cast.actor("author")
    sense = next(q for q in questions_of(cast.book) if q.code == "makes_sense")
    verdict = {"question": sense, "scope": "chapter", "key": "c1", "value": "yes"}
    contact = make_contact(author, cast.book, name="By telephone", disciplines=["deployment"])
    for member in (contact, cast.members["ops"]):
        save_answer(author, cast.book, **verdict, member=member, via="by telephone")
    asked = people_of(cast.book).counts["asked"]
    chapters = dashboard(cast.book)["chapters"]
    assert {chapter["asked"] for chapter in chapters} == {asked}
    assert chapters[0]["read"] == 1


def test_who_said_yes_once_has_not_said_yes_to_every_round(cast, client, run_jobs):
    """A new round asks again: until someone looks they are silent, however often they came before."""
    open_draft(cast.actor("author"), make_draft(cast.book, BOOK), "new")
    run_jobs()
    first, *others = figures_of(cast)
    assert (first[0]["opened"], first[0]["finished"]) == (0, 0)
    assert first[0]["asked"] > 5
    assert all(other == first for other in others)
    page = cast.enter(client, "author").get(f"/m/{cast.book.slug}/people/").text
    assert "0 said yes" in page
    assert personal_link(cast.members["ops"]) in page

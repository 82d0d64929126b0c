"""Every page about people and invitations, asked by everybody; inviting and changing through them."""

import re

import pytest
from django.core import mail
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from manuscripts.manuscripts import record_event
from manuscripts.models import Discipline, Membership, Round
from reviews.invitations import accept, invite, personal_link
from reviews.models import Review
from reviews.people_lines import read_lines
from tests.cast import make_member

LINES = """name; email; discipline
Odile Nyberg; odile@nyberg.example; GRC
Teodor Vik; teo@vik.example; compliance
Bram Lund; GRC
Cleo M; CLEO@marsh.example; OPS
Mei-Lan Roth; ml@roth.example; service desk
"""


@pytest.mark.parametrize("name", ["people", "settings"])
def test_pages_of_the_author_team(cast, client, name):
    address = reverse(name, args=[cast.book.slug])
    answers = {who: cast.enter(client, who).get(address).status_code for who in cast.ROLES}
    team = dict.fromkeys(("author", "co_author"), 200)
    members = dict.fromkeys(("ops", "sec", "observer", "link"), 403)
    assert answers == team | members | dict.fromkeys(cast.OUTSIDE, 404)


def posts(cast) -> dict[str, dict]:
    """Every address that changes people or settings, with a body that works."""
    slug, reader = cast.book.slug, make_member(cast.book, "Nora Falk", email="nora@falk.example").pk
    discipline = cast.book.disciplines.get(code="PM").pk
    return {
        reverse("invite", args=[slug]): {"lines": "Otto Bly", "role": "reviewer", "send": "1"},
        reverse("contact_create", args=[slug]): {"name": "Pia Holm"},
        reverse("person", args=[slug, reader]): {"name": "Nora F", "disciplines": ["deployment"]},
        reverse("person_resend", args=[slug, reader]): {},
        reverse("person_revoke", args=[slug, reader]): {},
        reverse("person_remove", args=[slug, reader]): {},
        reverse("settings", args=[slug]): {"title": "T", "language": "en", "time_zone": "UTC"},
        reverse("round_modes", args=[slug]): {"visibility": "never"},
        reverse("discipline_add", args=[slug]): {"name": "Support", "code": "SUP", "span": "outside"},
        reverse("discipline_change", args=[slug, discipline]): {"move": "up"},
    }


def state_of(cast) -> list:
    """All that those addresses could change."""
    rows = [Membership.objects.values(), Discipline.objects.values(), cast.book.rounds.values()]
    return [list(row) for row in rows] + [cast.book.events.count()]


def test_only_the_team_changes_people_and_settings(cast, client):
    bodies = posts(cast)
    before = state_of(cast)
    for who in cast.ROLES:
        if who in {"author", "co_author"}:
            continue
        cast.enter(client, who)
        expected = 403 if who in cast.INSIDE else 404
        answers = {address: client.post(address, body).status_code for address, body in bodies.items()}
        assert answers == dict.fromkeys(bodies, expected), who
    assert state_of(cast) == before
    cast.enter(client, "co_author")
    assert {address: client.post(address, body).status_code for address, body in bodies.items()} == dict.fromkeys(
        bodies, 302
    )
    assert state_of(cast) != before


def test_gets_change_nothing(cast, client):
    cast.enter(client, "author")
    for address in posts(cast):
        assert client.get(address).status_code in {200, 405}


def test_people_of_another_manuscript_are_not_there(cast, client):
    cast.enter(client, "stranger")
    pk = cast.members["ops"].pk
    for name in ("person", "person_resend", "person_revoke", "person_remove"):
        assert client.post(reverse(name, args=[cast.other_book.slug, pk])).status_code == 404
    discipline = cast.book.disciplines.first().pk
    address = reverse("discipline_change", args=[cast.other_book.slug, discipline])
    assert client.post(address, {"move": "down"}).status_code == 404
    cast.members["ops"].refresh_from_db()
    assert cast.members["ops"].removed is None


# Inviting


def test_nothing_goes_out_unseen(cast, client, run_jobs):
    cast.enter(client, "author")
    address = reverse("invite", args=[cast.book.slug])
    typed = {"lines": LINES, "minutes": "9", "message": "You know audits.", "role": "reviewer"}
    before = Membership.objects.count()
    page = client.post(address, typed)
    assert page.status_code == 200
    assert (Membership.objects.count(), run_jobs(), mail.outbox) == (before, 0, [])
    happens = [(g.line.name, g.happens, [d.code for d in g.line.disciplines]) for g in page.context["guests"]]
    assert happens == [
        ("Odile Nyberg", "mail", ["GRC"]),
        ("Teodor Vik", "mail", ["GRC"]),
        ("Bram Lund", "link", ["GRC"]),
        ("Cleo M", "known", ["OPS"]),
        ("Mei-Lan Roth", "mail", []),
    ]
    preview = page.context["mail_text"]
    assert "Governance, risk and compliance" in preview and "You know audits." in preview
    assert client.post(address, typed | {"send": "1", "discipline-4": "it-operations"}).status_code == 302
    run_jobs()
    assert sorted(m.to[0] for m in mail.outbox) == ["ml@roth.example", "odile@nyberg.example", "teo@vik.example"]
    sent = next(m for m in mail.outbox if m.to == ["odile@nyberg.example"])
    assert re.sub(r"http\S+/i/\S+", "[the personal link]", sent.body).strip() == preview
    mei = Membership.objects.get(email="ml@roth.example")
    assert ([d.code for d in mei.own_disciplines()], mei.minutes) == (["OPS"], 9)


def test_a_broken_address_is_not_passed_over(cast, client):
    """Somebody whose address has a slip in it would otherwise be sent nothing, and nobody would know."""
    lines = {"lines": "Nora Falk, nora@@falk, OPS\nOtto Bly, otto@, DEP", "role": "reviewer", "send": "1"}
    page = cast.enter(client, "author").post(reverse("invite", args=[cast.book.slug]), lines).text
    assert page.count("This is not an e-mail address.") == 2
    assert "2 lines cannot go out as they are" in page
    assert not cast.book.memberships.filter(name__in=["Nora Falk", "Otto Bly"]).exists()


def test_lines_are_read_in_any_order(cast):
    disciplines = cast.book.disciplines.all()
    text = 'OPS / SEC, "Falk, Nora", nora@falk.example\nOtto Bly <OTTO@bly.example>\tops\n\n  \nprojekt managers, Pia\n'
    lines = [(x.name, x.email, [d.code for d in x.disciplines], x.unknown) for x in read_lines(text, disciplines)]
    assert lines == [
        ("Falk, Nora", "nora@falk.example", ["OPS", "SEC"], ""),
        ("Otto Bly", "otto@bly.example", ["OPS"], ""),
        ("projekt managers", "", [], "Pia"),
    ]


def test_an_empty_or_nameless_form_says_so(cast, client):
    cast.enter(client, "author")
    address = reverse("invite", args=[cast.book.slug])
    assert "Write at least one name" in client.post(address, {"lines": " ", "send": "1"}).text
    page = client.post(address, {"lines": "nora@falk.example", "send": "1"})
    assert "Write the name too" in page.text
    assert not Membership.objects.filter(email="nora@falk.example").exists()


def test_one_line_that_cannot_go_out_holds_all_back_and_says_so(cast, client):
    cast.enter(client, "author")
    lines = "Nora Falk, nora@falk, OPS\nOtto Bly, otto@bly.example, OPS"
    page = client.post(reverse("invite", args=[cast.book.slug]), {"lines": lines, "send": "1"}).text
    assert "This is not an e-mail address." in page and "One line cannot go out as it is." in page
    assert 'name="send"' not in page
    assert not Membership.objects.filter(email="otto@bly.example").exists()


# The table


def test_states_as_they_are(cast, client):
    def reader(name: str, state: str = "", accepted: bool = True) -> None:
        member = make_member(cast.book, name, disciplines=["deployment"], accepted=accepted)
        if state:
            Review.objects.filter(member=member).update(state=state)

    reader("Finished One", "submitted")
    reader("Reading One", "started")
    reader("Asked One", accepted=False)
    declined = make_member(cast.book, "Declined One", disciplines=["deployment"], accepted=False)
    client.post(reverse("invitation_decline", args=[_token(declined)]), {"reason": "no_time", "ask_next": "1"})
    stuck = make_member(cast.book, "Stuck One", disciplines=["deployment"])
    Review.objects.filter(member=stuck).update(state="started", active="2020-01-01T00:00Z")
    cast.enter(client, "author")
    table = client.get(reverse("people", args=[cast.book.slug])).context["table"]
    group = next(g for g in table.groups if g.discipline.code == "DEP")
    assert {p.member.name: p.state for p in group.people} == {
        "Finished One": "finished",
        "Reading One": "reading",
        "Asked One": "handed",
        "Declined One": "declined",
        "Stuck One": "stuck",
    }
    assert group.counts == {"asked": 5, "opened": 3, "reading": 2, "finished": 1, "declined": 1}
    assert [p.mark for p in group.squares] == ["fin", "rea", "inv", "rea"]


def _token(member: Membership) -> str:
    return personal_link(member).split("/")[-2]


def test_the_number_of_queries_does_not_grow(cast, client):
    cast.enter(client, "author")
    address = reverse("people", args=[cast.book.slug])

    def queries() -> int:
        with CaptureQueriesContext(connection) as caught:
            assert client.get(address).status_code == 200
        return len(caught)

    make_member(cast.book, "One", disciplines=["deployment"])
    few = queries()
    for n in range(3):
        make_member(cast.book, f"More {n}", disciplines=["deployment", "it-operations"])
    assert queries() == few <= 20


def test_an_anonymous_round_does_not_tie_names_to_pseudonyms(cast, client):
    cast.draft.round.anonymity = "all"
    cast.draft.round.save()
    cast.enter(client, "author")
    page = client.get(reverse("people", args=[cast.book.slug])).text
    assert cast.members["ops"].name in page
    assert cast.members["ops"].pseudonym not in page


def test_an_anonymous_round_shows_no_day_of_reading_beside_a_name(cast, client):
    """The day of a note and the day its writer last read would tell who wrote it."""
    Review.objects.filter(member=cast.members["ops"]).update(state="started", active="2020-03-07T12:00Z")
    page = reverse("people", args=[cast.book.slug])
    cast.enter(client, "author")
    assert "7 March" in client.get(page).text
    cast.book.rounds.update(anonymity="all")
    assert "7 March" not in client.get(page).text


def test_personal_links_are_the_authors_alone(cast, client):
    page, link = reverse("people", args=[cast.book.slug]), personal_link(cast.members["link"])
    assert link in cast.enter(client, "author").get(page).text
    text = cast.enter(client, "co_author").get(page).text
    assert "Ivy Sand" in text
    assert "/i/" not in text
    assert 'value="co_author"' not in text


def test_what_one_person_did_again_and_again_is_told_once(cast, client):
    ops, sec = (cast.members[who] for who in ("ops", "sec"))
    for actor in (ops, ops, ops, sec, ops):
        record_event(cast.book, "answer.saved", actor, "answer:1")
    cast.enter(client, "author")
    page = " ".join(re.sub(r"<[^>]+>", " ", client.get(reverse("activity", args=[cast.book.slug])).text).split())
    told = f"{ops.name} answered a question"
    assert page.count(told) == 2 and page.count(f"{told} 3 times") == 1
    assert page.index(told) < page.index(f"{sec.name} answered a question") < page.index(f"{told} 3 times")


def test_an_anonymous_round_has_no_reader_in_the_activity_log(cast, client):
    record_event(cast.book, "review.submitted", cast.members["ops"], "review:1")
    cast.enter(client, "author")
    address = reverse("activity", args=[cast.book.slug])
    assert f"{cast.members['ops'].name}" in client.get(address).text
    Round.objects.filter(manuscript=cast.book).update(anonymity="all")
    page = client.get(address).text
    assert cast.members["ops"].name not in page and "A reader" in page and cast.members["author"].name in page


# Settings


def test_disciplines_are_added_renamed_merged_and_parted(cast, client):
    cast.enter(client, "author")
    add = reverse("discipline_add", args=[cast.book.slug])
    assert client.post(add, {"name": "IT OPERATIONS", "code": "X", "span": "along"}).status_code == 400
    assert client.post(add, {"name": "Support", "code": "ops", "span": "along"}).status_code == 400
    assert client.post(add, {"name": "Service desk", "code": "desk", "span": "outside"}).status_code == 302
    desk = cast.book.disciplines.get(code="DESK")
    assert (desk.slug, desk.position) == ("service-desk", 11)
    change = reverse("discipline_change", args=[cast.book.slug, desk.pk])
    words = {"name": "Service desk", "code": "SD", "span": "across", "aliases": "help desk, first line,,"}
    assert client.post(change, words).status_code == 302
    member = make_member(cast.book, "Nora", disciplines=["service-desk"])
    assert client.post(change, {"into": "it-operations"}).status_code == 302
    ops = cast.book.disciplines.get(code="OPS")
    merged = Membership.objects.get(pk=member.pk)
    assert (merged.own_disciplines(), merged.pseudonym) == ([ops], "Service desk 1")
    other = reverse("discipline_change", args=[cast.book.slug, ops.pk])
    assert client.post(other, {"into": "service-desk"}).status_code == 409
    assert client.post(change, {"into": ""}).status_code == 302
    desk.refresh_from_db()
    assert (Membership.objects.get(pk=member.pk).own_disciplines(), desk.aliases) == (
        [desk], ["help desk", "first line"],
    )  # fmt: skip


def test_the_order_of_disciplines(cast, client):
    cast.enter(client, "author")
    dev = cast.book.disciplines.get(code="DEV")
    address = reverse("discipline_change", args=[cast.book.slug, dev.pk])
    for _ in range(2):
        client.post(address, {"move": "up"})
    assert list(cast.book.disciplines.values_list("code", flat=True))[:3] == ["DEV", "BA", "INF"]
    client.post(address, {"move": "down"})
    assert list(cast.book.disciplines.values_list("code", flat=True))[:3] == ["BA", "DEV", "INF"]


def test_the_page_takes_no_other_fields(cast, client):
    cast.enter(client, "author")
    typed = {"title": "The Night Shift, revised", "language": "de", "time_zone": "Europe/Vienna", "slug": "stolen"}
    assert client.post(reverse("settings", args=[cast.book.slug]), typed).status_code == 302
    slug = cast.book.slug
    cast.book.refresh_from_db()
    assert (cast.book.slug, cast.book.title, cast.book.language) == (slug, "The Night Shift, revised", "de")
    bad = client.post(reverse("settings", args=[slug]), {"title": "", "language": "en", "time_zone": "Moon/Crater"})
    assert (bad.status_code, set(bad.context["form"].errors)) == (400, {"title", "time_zone"})


def test_a_deadline_that_is_no_date_is_refused(cast, client):
    cast.enter(client, "author")
    address = reverse("round_modes", args=[cast.book.slug])
    assert client.post(address, {"deadline": "2031-02-30"}).status_code == 400
    assert client.post(address, {"deadline": "2031-05-17", "anonymity": "all"}).status_code == 302
    cast.draft.round.refresh_from_db()
    assert (str(cast.draft.round.deadline), cast.draft.round.anonymity) == ("2031-05-17", "all")


# Home


def test_home_shows_what_is_mine_and_what_waits(cast, client):
    assert "Sign in" in client.get("/").text
    invite(cast.actor("author"), cast.book, [{"name": "Hal Roth", "email": "hal@roth.example"}])
    page = cast.enter(client, "stranger").get("/")
    titles = [row["manuscript"].title for row in page.context["rows"]]
    assert titles == ["Another Book", "The Lamplit Plan"]
    assert "answer the invitation" in page.text
    accept(cast.book.memberships.get(email="hal@roth.example"), cast.users["stranger"])
    assert "answer the invitation" not in client.get("/").text
    for who, titles in {"removed": [], "operator": [], "link": ["The Lamplit Plan"]}.items():
        page = cast.enter(client, who).get("/")
        assert [row["manuscript"].title for row in (page.context.get("rows") or [])] == titles


def test_a_new_manuscript_is_its_makers(cast, client):
    cast.enter(client, "author")
    typed = {"title": "Second Book", "pitch": "", "language": "en", "time_zone": "UTC", "slug": "x"}
    assert client.post("/m/new/", typed).status_code == 302
    assert client.get("/m/second-book/people/").status_code == 200
    assert cast.enter(client, "co_author").get("/m/second-book/people/").status_code == 404
    assert cast.enter(client, "ops").post("/m/new/", typed).status_code == 403

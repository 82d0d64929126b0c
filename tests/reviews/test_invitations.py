"""Asking people in: all or none, numbers never given twice, the link, the mail."""

import email
import email.policy
import re
from concurrent.futures import ThreadPoolExecutor

import pytest
from django.conf import settings
from django.core import mail
from django.core.exceptions import PermissionDenied
from django.db import connection
from django.test import Client
from django.urls import reverse

from manuscripts.errors import Refused
from manuscripts.models import Membership, Round
from manuscripts.permissions import Actor
from reviews.invitations import (
    accept,
    attach_memberships,
    decline,
    invite,
    membership_of_token,
    personal_link,
    resend,
    revoke,
)
from reviews.members import change_member, remove_member
from reviews.models import Invitation, Review
from reviews.rounds import open_draft
from tests.books import BOOK, make_draft
from tests.cast import make_cast, make_member, make_user


def path_of(member: Membership) -> str:
    member.refresh_from_db()
    return personal_link(member).removeprefix(settings.BASE_URL)


def token_of(member: Membership) -> str:
    return path_of(member).split("/")[2]


def ask(cast, **row) -> Invitation:
    return invite(cast.actor("author"), cast.book, [{"name": "Nora Falk", **row}])[0]


def without_csrf(answer) -> str:
    return re.sub(r'"X-CSRFToken": "\w+"', "", answer.text)


# All or none


def test_one_bad_row_makes_none_and_every_fault_is_named(cast):
    before = cast.book.memberships.count()
    rows = [
        {"name": "Nora Falk", "email": "nora@falk.example", "disciplines": ["deployment"]},
        {"name": "", "email": "not an address", "disciplines": ["plumbing"]},
        {"name": "Nora again", "email": "NORA@falk.example"},
        {"name": "Dan again", "email": "dan@vrba.example", "minutes": 0, "role": "king"},
    ]
    with pytest.raises(Refused) as refusal:
        invite(cast.actor("author"), cast.book, rows)
    faults = {(fault["field"], fault["code"]) for fault in refusal.value.extra["errors"]}
    assert faults == {
        ("1.name", "required"),
        ("1.email", "invalid"),
        ("1.disciplines", "invalid"),
        ("2.email", "already_member"),
        ("3.email", "already_member"),
        ("3.minutes", "invalid"),
        ("3.role", "invalid"),
    }
    assert cast.book.memberships.count() == before
    assert [i.membership.name for i in invite(cast.actor("author"), cast.book, rows[:1])] == ["Nora Falk"]


def test_without_an_address_the_link_is_handed_over(cast, run_jobs):
    invitation = ask(cast, disciplines=["deployment"])
    run_jobs()
    invitation.refresh_from_db()
    assert (invitation.state, invitation.membership.email, mail.outbox) == ("unsent", None, [])
    assert membership_of_token(token_of(invitation.membership)) == invitation.membership


def test_who_is_asked_has_a_review_in_the_running_round(cast):
    member = ask(cast).membership
    assert Review.objects.get(member=member).round == cast.draft.round
    assert not Review.objects.filter(member=ask(cast, role="observer").membership).exists()


def test_only_the_author_makes_authors(cast):
    row = [{"name": "Nora", "role": "co_author"}]
    with pytest.raises(Refused, match="Only the author"):
        invite(cast.actor("co_author"), cast.book, row)
    assert invite(cast.actor("author"), cast.book, row)[0].membership.role == "co_author"


# Pseudonyms


def test_numbers_count_on_and_are_not_given_again(cast):
    first = ask(cast, disciplines=["deployment"]).membership
    remove_member(cast.actor("author"), first)
    second = ask(cast, disciplines=["deployment"]).membership
    assert second.pseudonym == f"Deployment {first.pseudonym_number + 1}"
    assert second.pseudonym_number > cast.members["removed"].pseudonym_number


def test_a_pseudonym_stays_once_its_bearer_has_spoken(cast):
    member = cast.members["ops"]
    before = member.pseudonym
    from reviews.threads import NewThread, create_thread

    create_thread(cast.actor("ops"), cast.book, NewThread(kind="comment", body="The lamps are out."))
    change_member(cast.actor("ops"), member, disciplines=["project-management"])
    member.refresh_from_db()
    assert (member.pseudonym, [d.code for d in member.own_disciplines()]) == (before, ["PM"])
    silent = cast.members["sec"]
    change_member(cast.actor("sec"), silent, disciplines=["project-management"])
    silent.refresh_from_db()
    assert silent.pseudonym.startswith("Project management")


@pytest.mark.django_db(transaction=True)
def test_twenty_at_once_get_twenty_numbers():
    cast = make_cast()

    def one(n: int) -> None:
        try:
            invite(cast.actor("author"), cast.book, [{"name": f"Reader {n}", "disciplines": ["deployment"]}])
        finally:
            connection.close()

    with ThreadPoolExecutor(10) as pool:
        list(pool.map(one, range(20)))
    numbers = Membership.objects.filter(name__startswith="Reader ").values_list("pseudonym_number", flat=True)
    assert len(set(numbers)) == 20


# The link


def test_opening_the_link_changes_nothing(cast, client):
    member = ask(cast, disciplines=["it-operations"], minutes=9).membership
    path = path_of(member)
    before = list(Invitation.objects.values()), list(Membership.objects.values()), list(Review.objects.values())
    for _ in range(3):
        assert client.get(path).status_code == 200
    assert client.head(path).status_code == 200
    assert (
        list(Invitation.objects.values()), list(Membership.objects.values()), list(Review.objects.values())
    ) == before  # fmt: skip
    assert client.get(f"/m/{cast.book.slug}/people/").status_code == 404


def test_saying_yes_opens_the_manuscript_and_nothing_else(cast, client):
    member = ask(cast, disciplines=["it-operations"]).membership
    key = client.session.session_key
    answer = client.post(path_of(member))
    assert (answer.status_code, answer["Location"]) == (302, f"/m/{cast.book.slug}/profile/")
    assert client.session.session_key != key
    member.refresh_from_db()
    assert member.accepted and member.invitation.state == "accepted"
    assert Review.objects.get(member=member).state == "opened"
    assert client.get(f"/m/{cast.book.slug}/profile/").status_code == 200
    assert client.get(f"/m/{cast.other_book.slug}/profile/").status_code == 404
    assert client.get("/account/").status_code == 302
    assert client.get("/account/tokens/").status_code == 302


def test_the_link_works_on_several_devices_and_again(cast):
    member = ask(cast).membership
    devices = [Client() for _ in range(3)]
    for device in devices:
        assert device.post(path_of(member)).status_code == 302
    for device in devices:
        assert device.get(f"/m/{cast.book.slug}/profile/").status_code == 200
    assert cast.book.memberships.filter(name="Nora Falk").count() == 1


def test_revoking_ends_every_device_at_once(cast):
    member = ask(cast).membership
    path, devices = path_of(member), [Client(), Client()]
    for device in devices:
        device.post(path)
        assert device.get(f"/m/{cast.book.slug}/profile/").status_code == 200
    revoke(cast.actor("author"), member.invitation)
    for device in devices:
        assert device.get(f"/m/{cast.book.slug}/profile/").status_code == 404
        assert device.post(path).status_code == 404
    made_up = Client().get("/i/1-1.notasignature/")
    gone = Client().get(path)
    assert (gone.status_code, made_up.status_code) == (404, 404)
    assert without_csrf(gone) == without_csrf(made_up)


@pytest.mark.parametrize(
    "forged", ["{pk}-1", "{pk}-1.AAAA", "{pk}-2.{sig}", "0-1.{sig}", "²-1.{sig}", "{pk}.{sig}", "x"]
)
def test_a_forged_link_opens_nothing(cast, client, forged):
    member = ask(cast).membership
    signature = token_of(member).split(".")[1]
    assert client.get(f"/i/{forged.format(pk=member.pk, sig=signature)}/").status_code == 404
    assert client.get(path_of(member)).status_code == 200


def test_signed_in_as_somebody_else_the_page_asks(cast, client):
    member = ask(cast).membership
    cast.enter(client, "stranger")
    page = client.get(path_of(member))
    assert "You are signed in as <b>hal@roth.example</b>; this invitation is for <b>Nora Falk</b>" in page.text
    assert client.post(path_of(member)).status_code == 409
    member.refresh_from_db()
    assert member.accepted is None
    assert client.post(path_of(member), {"as": "link"}).status_code == 302
    assert client.get("/account/").status_code == 302, "the stranger is signed out"
    member.refresh_from_db()
    assert member.accepted and member.user is None


def test_an_account_may_take_an_invitation_and_stays_one_member(cast, client):
    member = ask(cast).membership
    cast.enter(client, "stranger")
    assert client.post(path_of(member), {"as": "account"}).status_code == 302
    member.refresh_from_db()
    assert member.user == cast.users["stranger"]
    assert client.get(f"/m/{cast.book.slug}/profile/").status_code == 200
    other = cast.enter(Client(), "ops")
    assert "may_take" not in other.get(path_of(member)).text
    assert other.post(path_of(member), {"as": "account"}).status_code == 409
    assert Membership.objects.filter(manuscript=cast.book, user=cast.users["stranger"]).count() == 1


def test_another_link_of_the_same_manuscript_asks_too(cast, client):
    nora, otto = ask(cast).membership, ask(cast, name="Otto Bly").membership
    client.post(path_of(nora))
    assert "This browser has the link of <b>Nora Falk</b> open" in client.get(path_of(otto)).text
    assert client.post(path_of(otto)).status_code == 409
    assert client.post(path_of(otto), {"as": "link"}).status_code == 302
    assert set(client.session["personal_links"]) == {str(otto.pk)}


def test_an_invited_account_is_recognised_by_its_address(cast, client):
    member = ask(cast, email="HAL@roth.example").membership
    assert member.user is None
    cast.enter(client, "stranger")
    assert client.get(f"/m/{cast.book.slug}/profile/").status_code == 200
    assert client.post(path_of(member)).status_code == 302
    member.refresh_from_db()
    assert member.user == cast.users["stranger"]


def test_attaching_leaves_other_peoples_invitations_alone(cast):
    mine = ask(cast, email="new@reader.example").membership
    other = ask(cast, name="Otto", email="otto@bly.example").membership
    user = make_user("new@reader.example")
    attach_memberships(user)
    attach_memberships(user)
    mine.refresh_from_db()
    other.refresh_from_db()
    assert (mine.user, mine.accepted, other.user) == (user, None, None)


@pytest.mark.django_db(transaction=True)
def test_twenty_parallel_accepts_make_one_member():
    cast = make_cast()
    member = ask(cast, email="hal@roth.example").membership
    path = path_of(member)

    def one(_n: int) -> int:
        try:
            return cast.enter(Client(), "stranger").post(path).status_code
        finally:
            connection.close()

    with ThreadPoolExecutor(10) as pool:
        assert set(pool.map(one, range(20))) == {302}
    assert Membership.objects.filter(manuscript=cast.book, user=cast.users["stranger"]).count() == 1
    assert cast.book.events.filter(kind="member.accepted", subject=f"member:{member.pk}").count() == 1


# Other answers


def test_declining_is_kept_with_its_reason_and_can_be_changed(cast, client):
    member = ask(cast, email="nora@falk.example").membership
    page = client.post(path_of(member) + "decline/", {"reason": "no_time"})
    assert "You will not be written to at the next draft." in page.content.decode()
    invitation = Invitation.objects.get(membership=member)
    assert (invitation.state, invitation.decline_reason, invitation.ask_next) == (
        "declined", "No time for it now", False,
    )  # fmt: skip
    assert Review.objects.get(member=member).state == "declined"
    assert "You said: not this time." in client.get(path_of(member)).content.decode()
    assert client.post(path_of(member)).status_code == 302
    invitation.refresh_from_db()
    assert (invitation.state, Review.objects.get(member=member).state) == ("accepted", "opened")


def test_who_declines_and_will_be_asked_again_is_told_so(cast, client):
    member = ask(cast, email="nora@falk.example").membership
    page = client.post(path_of(member) + "decline/", {"reason": "no_time", "ask_next": "1"}).content.decode()
    assert "You will be asked again at the next draft." in page


def test_somebody_else_with_the_link_asks_for_their_own(cast, client):
    member = ask(cast).membership
    typed = {"name": "Vera Quist", "email": "vera@quist.example", "about": "I run the night shift"}
    assert client.post(path_of(member) + "not-me/", typed).status_code == 200
    assert client.post(path_of(member) + "colleague/", {"name": ""}).status_code == 400
    page = cast.enter(client, "author").get(f"/m/{cast.book.slug}/people/").text
    assert "Vera Quist" in page and "came by Nora Falk’s link" in page
    make_member(cast.book, "Vera Quist", email="vera@quist.example")
    assert "came by Nora Falk’s link" not in client.get(f"/m/{cast.book.slug}/people/").text


def test_a_removed_reader_is_out_at_once_and_comes_back_as_the_same(cast, client):
    member = cast.members["sec"]
    cast.enter(client, "sec")
    assert client.get(f"/m/{cast.book.slug}/profile/").status_code == 200
    remove_member(cast.actor("author"), member)
    assert client.get(f"/m/{cast.book.slug}/profile/").status_code == 404
    again = ask(cast, name="Dan Vrba", email="dan@vrba.example").membership
    assert (again.pk, again.removed) == (member.pk, None)


def test_a_manuscript_keeps_an_author(cast):
    with pytest.raises(Refused, match="at least one author"):
        remove_member(cast.actor("author"), cast.members["author"])
    with pytest.raises(Refused, match="at least one author"):
        change_member(cast.actor("author"), cast.members["author"], role="reviewer")


def test_readers_describe_themselves_and_nobody_else(cast):
    change_member(cast.actor("ops"), cast.members["ops"], sphere="worker", years=11)
    assert Membership.objects.get(pk=cast.members["ops"].pk).sphere == "worker"
    from django.core.exceptions import PermissionDenied

    for who, target, change in (
        ("ops", "sec", {"sphere": "worker"}),
        ("ops", "ops", {"role": "author"}),
        ("ops", "ops", {"name": "Ada"}),
        ("stranger", "ops", {"sphere": "worker"}),
    ):
        with pytest.raises(PermissionDenied):
            change_member(cast.actor(who), cast.members[target], **change)


# The mail


def sent_mail() -> email.message.EmailMessage:
    """The one mail sent, as a mail program reads it."""
    assert len(mail.outbox) == 1
    raw = mail.outbox[0].message().as_bytes()
    return email.message_from_bytes(raw, policy=email.policy.default)


def test_the_mail_says_what_is_asked_of_whom_and_for_how_long(cast, run_jobs):
    invitation = ask(
        cast, email="nora@falk.example", disciplines=["it-operations"], minutes=9, message="You know nights."
    )
    run_jobs()
    message = sent_mail()
    assert message["To"] == "nora@falk.example"
    assert message["Reply-To"] == "Ada Quill <ada@quill.example>"
    assert message["Subject"].strip() == "Ada Quill asks for 9 minutes of your reading: “The Lamplit Plan”"
    text = message.get_body(("plain",)).get_content()
    html = message.get_body(("html",)).get_content()
    for words in ("Dear Nora", "Ada Quill", "The Lamplit Plan", "9 minutes", "For operations", "You know nights."):
        assert words in text and words in html
    assert personal_link(invitation.membership) in text
    assert f'href="{personal_link(invitation.membership)}"' in html
    invitation.refresh_from_db()
    assert (invitation.state, invitation.sent is not None) == ("sent", True)


HOSTILE = [
    "Eve\r\nBcc: all@victims.example",
    "Eve\nSubject: You have won",
    "<a href='https://evil.example'>Eve</a>",
    "[Eve](https://evil.example/login)",
    "Eve https://evil.example www.evil.example",
    "{{ 7*7 }} {user.__class__} %(title)s",
    "Eve\u202e\u200b\x07moc.live",
]


@pytest.mark.parametrize("hostile", HOSTILE)
def test_names_and_titles_are_inert_in_mail(cast, run_jobs, hostile):
    cast.book.title = hostile
    cast.book.save()
    Membership.objects.filter(pk=cast.members["author"].pk).update(name=hostile)
    invite(cast.actor("author"), cast.book, [{"name": hostile, "email": "nora@falk.example"}])
    run_jobs()
    message = sent_mail()
    assert set(message.keys()) <= {
        "Content-Type", "MIME-Version", "Subject", "From", "To", "Reply-To", "Date", "Message-ID", "Auto-Submitted",
    }  # fmt: skip
    assert [len(message.get_all(name)) for name in ("Subject", "To", "Reply-To")] == [1, 1, 1]
    assert (message["To"], message["Reply-To"].addresses[0].addr_spec) == ("nora@falk.example", "ada@quill.example")
    text = message.get_body(("plain",)).get_content()
    html = message.get_body(("html",)).get_content()
    for body in (text, html, message["Subject"]):
        assert "evil.example" not in body and "https://evil" not in body and "49" not in body.split("/i/")[0]
    assert html.count("<a ") == 1 and "<a href='" not in html


@pytest.mark.parametrize("host", ["evil.example", "127.0.0.1:99", "localhost"])
def test_the_host_header_changes_no_link(cast, client, run_jobs, host):
    cast.enter(client, "author")
    typed = {"lines": "Nora Falk, nora@falk.example", "role": "reviewer", "send": "1"}
    answer = client.post(f"/m/{cast.book.slug}/people/invite/", typed, headers={"host": host})
    assert answer.status_code == (400 if host == "evil.example" else 302)
    client.post(f"/m/{cast.book.slug}/people/invite/", typed | {"lines": "Otto Bly, otto@bly.example"})
    run_jobs()
    bodies = "".join(str(message.message()) for message in mail.outbox)
    assert bodies.count(settings.BASE_URL + "/i/") >= 2
    assert "evil.example" not in bodies and "//localhost" not in bodies and ":99/" not in bodies


def test_a_revoked_invitation_is_not_mailed(cast, run_jobs):
    invitation = ask(cast, email="nora@falk.example")
    revoke(cast.actor("author"), invitation)
    run_jobs()
    assert mail.outbox == []
    resend(cast.actor("author"), invitation)
    run_jobs()
    assert len(mail.outbox) == 1 and "/i/" in mail.outbox[0].body
    invitation.refresh_from_db()
    assert invitation.state == "sent"
    assert membership_of_token(token_of(invitation.membership)) == invitation.membership


def test_decline_and_accept_are_told_in_the_activity_log_without_words(cast):
    member = ask(cast).membership
    decline(member, reason="secret reason")
    accept(member)
    events = list(cast.book.events.filter(subject=f"member:{member.pk}").values_list("kind", flat=True))
    assert events == ["member.invited", "member.declined", "member.accepted"]
    assert "secret reason" not in str(list(cast.book.events.values_list("data", flat=True)))
    assert Actor(links={member.pk: member.link_version}).membership_in(cast.book) == member


def test_a_new_round_asks_again_whom_it_may(cast, run_jobs):
    def reader(name: str) -> Membership:
        return ask(cast, name=name, email=f"{name.lower()}@post.example", disciplines=["it-operations"]).membership

    willing, again, never, _silent = (reader(name) for name in ("Willing", "Again", "Never", "Silent"))
    accept(willing)
    decline(again, ask_next=True)
    decline(never, ask_next=False)
    run_jobs()
    mail.outbox.clear()
    draft = make_draft(cast.book, BOOK)
    open_draft(cast.actor("author"), draft, "new", {})
    run_jobs()
    draft.refresh_from_db()
    assert draft.state == "open"
    asked = set(Review.objects.filter(round=draft.round).values_list("member__name", flat=True))
    assert {"Willing", "Again", "Silent"} <= asked and "Never" not in asked
    told = {message.to[0]: message for message in mail.outbox}
    assert {"willing@post.example", "again@post.example"} <= set(told)
    assert not {"never@post.example", "silent@post.example", "eve@stone.example"} & set(told)
    assert personal_link(willing) in told["willing@post.example"].body
    assert "new draft of “The Lamplit Plan”" in told["willing@post.example"].body


def test_where_sections_are_closed_nobody_opens_one_for_themselves(cast, client):
    member = cast.members["ops"]
    Round.objects.create(manuscript=member.manuscript, number=9, others_sections="closed")
    with pytest.raises(Refused) as refused:
        change_member(cast.actor("ops"), member, disciplines=["it-operations", "information-security"])
    assert (refused.value.code, refused.value.field) == ("closed_sections", "disciplines")
    client.force_login(member.user)
    page = reverse("profile", args=[member.manuscript.slug])
    assert client.post(page, {"disciplines": ["information-security"]}).status_code == 400
    assert client.post(page, {"sphere": "worker"}).status_code == 302
    assert [d.slug for d in member.own_disciplines()] == ["it-operations"]
    assert change_member(cast.actor("author"), member, disciplines=["information-security"])


TYPED = {
    "not_me": {"name": "Lou Ray", "email": "lou@ray.example", "about": "Nights, mostly."},
    "colleague": {"name": "Lou Ray", "email": "lou@ray.example"},
    "decline": {"reason": "not_my_subject"},
}


@pytest.mark.parametrize("what", TYPED)
def test_a_flood_from_one_link_is_held_up_and_what_was_typed_stands(cast, client, settings, what):
    settings.ACCOUNT_RATE_LIMITS = {"invitation": "2/10m/key"}
    member = make_member(cast.book, "Nora Falk", disciplines=["deployment"], accepted=False)
    path = personal_link(member).split("/i/", 1)[1]
    page = f"/i/{path}{what.replace('_', '-')}/"
    for _ in range(2):
        assert client.post(page, TYPED[what]).status_code == 200
    kept = cast.book.events.count()
    held_up = client.post(page, TYPED[what])
    assert held_up.status_code == 429
    assert "Wait ten minutes" in held_up.text
    for value in TYPED[what].values():
        assert f'value="{value}"' in held_up.text
    assert cast.book.events.count() == kept
    assert client.get(f"/i/{path}").status_code == 200
    assert client.post(f"/i/{path}").status_code == 429


def test_only_the_author_takes_back_and_renews_what_makes_authors(cast):
    row = {"name": "Una Bell", "email": "una@example.org", "role": "co_author"}
    (asked,) = invite(cast.actor("author"), cast.book, [row])
    for act in (revoke, resend):
        with pytest.raises(PermissionDenied):
            act(cast.actor("co_author"), asked)
    assert revoke(cast.actor("author"), asked).state == "revoked"

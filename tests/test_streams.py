"""Live streams of a real server: how fast, for how many, until when."""

import time

import pytest
from django.test import Client

from manuscripts.models import Membership
from reviews.invitations import personal_link, revoke
from reviews.members import remove_member
from reviews.threads import NewThread, create_thread, reply
from tests.books import make_reader
from tests.streams import Listener, WebProcess

pytestmark = pytest.mark.django_db(transaction=True)

STREAMS = 20
#: Seconds until a note is there, and until a right is gone: it is less than 1, and more where other tests run beside.
SOON, AT_ONCE = 2.0, 2.0


@pytest.fixture(scope="module")
def web(django_db_setup, django_db_blocker, tmp_path_factory):
    """One server for the module."""
    with django_db_blocker.unblock():
        server = WebProcess(tmp_path_factory.mktemp("web") / "log")
    yield server
    server.stop()
    print(server.log.read_text())


@pytest.fixture
def listen(web, cast):
    """Opens a stream of someone of the cast, of a member, or of a browser (a test client)."""
    opened = []

    def start(who="", member=None, client=None, server=web, **options):
        if client is None:
            client = Client()
            if member is not None:
                client.force_login(member.user, backend="django.contrib.auth.backends.ModelBackend")
            else:
                cast.enter(client, who)
        cookie = "; ".join(f"{name}={morsel.value}" for name, morsel in client.cookies.items())
        opened.append(Listener(server, cast.book.slug, cookie, **options))
        return opened[-1]

    yield start
    for each in opened:
        each.close()


def note(cast, who, **new):
    return create_thread(cast.actor(who), cast.book, NewThread(kind="comment", body="Who says so?", **new))[0]


def test_a_note_is_with_all_who_may_see_it_within_two_seconds_and_with_nobody_else(cast, listen):
    readers = [make_reader(cast.book, f"Reader {n}", "deployment") for n in range(STREAMS)]
    streams = [listen(member=reader) for reader in readers]
    author = listen("author")
    before = [stream.told() for stream in streams]
    whispered = note(cast, "ops", chapter="c1", visibility="authors")
    author.wait(lambda: whispered.pk in author.notes())
    reply(cast.actor("author"), whispered, "Between us.")
    assert [stream.told() for stream in streams] == before, "not even that something happened"
    asked = time.monotonic()
    seen = note(cast, "ops", chapter="c1")
    for stream in streams:
        stream.wait(lambda stream=stream: seen.pk in stream.notes())
    assert max(stream.notes()[seen.pk] for stream in streams) - asked < SOON
    assert {tuple(stream.notes()) for stream in streams} == {(seen.pk,)}
    assert [stream.told() for stream in streams] == [n + 1 for n in before]


def sign_out(cast, client, member):
    client.post("/account/logout/")


def disable(cast, client, member):
    type(member.user).objects.filter(pk=member.user_id).update(is_active=False)


def change_password(cast, client, member):
    member.user.set_password("a new horse and battery")
    member.user.save()


def take_out(cast, client, member):
    remove_member(cast.actor("author"), member)


def become_contact(cast, client, member):
    Membership.objects.filter(pk=member.pk).update(role="contact")


def revoke_link(cast, client, member):
    revoke(cast.actor("author"), member.invitation)


def test_a_right_that_goes_ends_the_stream_at_once(cast, listen):
    staying = listen("sec")
    for number, go in enumerate((sign_out, disable, change_password, take_out, become_contact, revoke_link)):
        client = Client()
        if go is revoke_link:
            member = cast.members["link"]
            client.post(f"/i/{personal_link(member).split('/i/', 1)[1]}")
        else:
            member = make_reader(cast.book, f"Leaver {number}", "deployment")
            client.force_login(member.user, backend="django.contrib.auth.backends.ModelBackend")
        leaving = listen(client=client)
        assert leaving.status == 200
        cookie = leaving.cookie
        go(cast, client, member)
        gone = time.monotonic()
        leaving.wait(lambda leaving=leaving: leaving.ended)
        assert leaving.ended - gone < AT_ONCE, go.__name__
        note(cast, "ops", chapter="c1")
        again = Listener(leaving.server, cast.book.slug, cookie)
        assert again.status == 404, go.__name__
    assert not staying.ended, "the control"


def test_who_comes_again_is_told_what_they_missed(cast, listen):
    first = listen("sec")
    heard = note(cast, "ops", chapter="c1")
    first.wait(lambda: heard.pk in first.notes())
    cursor = first.heard[-1][2]
    first.close()
    missed, whispered = note(cast, "ops", chapter="c2"), note(cast, "ops", visibility="authors")
    again = listen("sec", cursor=cursor)
    assert missed.pk in again.notes()
    assert whispered.pk not in again.notes()
    assert listen("sec").notes() == {}, "without a cursor a page has just been loaded"


def test_who_may_not_know_of_the_book_gets_what_a_page_gets(cast, listen, web):
    for who in cast.OUTSIDE:
        stream = listen(who)
        assert (stream.status, stream.kind) == (404, "application/json"), who
    assert web.get("/live/no-such-book/", Accept="text/event-stream")[0] == 404
    assert listen("author", headers={"Origin": "https://evil.example"}).status == 403
    assert listen("author", headers={"Origin": web.url}).status == 200


def test_the_eleventh_stream_of_a_member_ends_the_first(cast, listen):
    streams = [listen("ops") for _ in range(10)]
    other = listen("sec")
    assert not any(stream.ended for stream in streams)
    streams.append(listen("ops"))
    streams[0].wait(lambda: streams[0].ended)
    assert streams[0].heard[-1][1] == "enough"
    assert not any(stream.ended for stream in [*streams[1:], other])


def test_pages_are_answered_beside_open_streams_and_the_open_ones_are_counted(cast, listen, web):
    streams = [listen(member=make_reader(cast.book, f"Reader {n}", "deployment")) for n in range(STREAMS)]
    status, page = web.get(f"/m/{cast.book.slug}/read/c1/", Cookie=streams[0].cookie)
    assert (status, b'class="notes"' in page) == (200, True)
    assert f"widemargin_live_streams {STREAMS}.0" in web.get("/metrics")[1].decode()
    for stream in streams:
        stream.close()
    streams[0].wait(lambda: b"widemargin_live_streams 0.0" in web.get("/metrics")[1])


def test_told_to_stop_a_server_stops_with_streams_open(cast, listen, tmp_path):
    server = WebProcess(tmp_path / "log")
    readers = [make_reader(cast.book, f"Reader {n}", "deployment") for n in range(5)]
    streams = [listen(member=reader, server=server) for reader in readers]
    asked = time.monotonic()
    assert server.stop() < 10
    for stream in streams:
        stream.wait(lambda stream=stream: stream.ended)
    assert max(stream.ended for stream in streams) - asked < AT_ONCE, "not only when the server was killed"

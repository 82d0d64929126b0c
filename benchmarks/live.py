"""200 open live streams on one server process: pages beside them (goal half), a note's way, a right that goes (1 s).

scripts/bench live [STREAMS]    on SQLite, or on the server of DATABASE_URL
"""

import contextlib
import http.client
import statistics
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from benchmarks._ground import close, prepare, spread, told

GOAL_SHARE = 50  # per cent of the throughput without streams
GOAL_DELIVERY = 2.0
GOAL_END = 1.0
ROUNDS = 3
SECONDS = 8.0  # of each measurement of throughput
CLIENTS = 8
NOTES = 30
LEAVING = 10
PAGE = "/m/measured/read/c1/"


def main() -> int:
    """Print the figures; 1 where a goal is missed."""
    count = int(sys.argv[1]) if len(sys.argv) > 1 else 200
    with tempfile.TemporaryDirectory() as folder:
        engine = prepare(Path(folder))
        try:
            fine = _measure(engine, count, Path(folder))
        finally:
            close()
    return int(not fine)


def _measure(engine: str, count: int, folder: Path) -> bool:
    from tests.streams import WebProcess

    manuscript, cookies = _readers(count)
    for number in range(40):
        _note(manuscript, number)
    server = WebProcess(folder / "web.log")
    try:
        alone, beside = _throughput(server, manuscript, cookies)
        ratio = 100 * statistics.median(beside) / statistics.median(alone)
        print(f"{engine}, {count} streams; pages a second without {spread(alone)}, with {spread(beside)}")
        fine = ratio >= GOAL_SHARE
        print(f"  what is left of the throughput: {ratio:.0f} % (goal {GOAL_SHARE}){'' if fine else '  MISSED'}")
        for mode in ("open", "after_verdict"):
            manuscript.rounds.update(visibility=mode)
            fine &= _delivery(server, manuscript, cookies, mode)
        manuscript.rounds.update(visibility="open")
        fine &= _ends(server, manuscript, cookies)
        print(f"  stopped with the streams open after {_stop(server, manuscript, cookies):.1f} s")
    finally:
        server.stop()
    return fine


def _readers(count: int) -> tuple[Any, list[str]]:
    """An open draft and, of each of its readers, the cookie of a session."""
    from django.test import Client

    from accounts.models import User
    from manuscripts.manuscripts import make_manuscript
    from tests.books import BOOK, make_draft, make_reader, open_at_once

    author = User.objects.create_user("ada@example.org", name="Ada Lindqvist", is_author=True)
    manuscript = make_manuscript(author, "Measured")
    open_at_once(make_draft(manuscript, BOOK))
    cookies = []
    for number in range(count):
        client = Client()
        reader = make_reader(manuscript, f"Reader {number}", "it-operations")
        client.force_login(reader.user, backend="django.contrib.auth.backends.ModelBackend")
        cookies.append(f"sessionid={client.cookies['sessionid'].value}")
    return manuscript, cookies


def _note(manuscript: Any, number: int) -> int:
    """A note on the first chapter; its id."""
    from reviews.threads import NewThread, create_thread
    from tests.books import actor_of

    author = manuscript.memberships.get(role="author")
    new = NewThread(kind="comment", body=f"Who is awake then? ({number})", chapter="c1")
    return create_thread(actor_of(author), manuscript, new)[0].pk


@contextlib.contextmanager
def _open(server: Any, manuscript: Any, cookies: list[str]) -> Iterator[list[Any]]:
    from tests.streams import Listener

    streams = [Listener(server, manuscript.slug, cookie) for cookie in cookies]
    assert {stream.status for stream in streams} == {200}
    try:
        yield streams
    finally:
        for stream in streams:
            stream.close()


def _throughput(server: Any, manuscript: Any, cookies: list[str]) -> tuple[list[float], list[float]]:
    """Pages a second without streams and with them, in turns, while something about a note changes each second."""
    alone, beside = [], []
    _pages(server, manuscript, cookies)
    for _ in range(ROUNDS):
        alone.append(_pages(server, manuscript, cookies))
        with _open(server, manuscript, cookies) as streams:
            beside.append(_pages(server, manuscript, cookies))
            assert not any(stream.ended for stream in streams)
    return alone, beside


def _pages(server: Any, manuscript: Any, cookies: list[str]) -> float:
    until = time.monotonic() + SECONDS
    done = [0] * CLIENTS

    def ask(number: int) -> None:
        connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=60)
        while time.monotonic() < until:
            connection.request("GET", PAGE, headers={"Cookie": cookies[number]})
            answer = connection.getresponse()
            assert answer.status == 200 and b'class="note"' in answer.read()
            done[number] += 1
        connection.close()

    clients = [threading.Thread(target=ask, args=[number]) for number in range(CLIENTS)]
    for client in clients:
        client.start()
    while time.monotonic() < until:
        _touch(manuscript)
        time.sleep(1)
    for client in clients:
        client.join()
    return sum(done) / SECONDS


def _touch(manuscript: Any) -> None:
    """An entry that is told to everyone and leaves the page as long as it is."""
    from manuscripts.manuscripts import record_event

    record_event(manuscript, "thread.agreed", None, f"thread:{manuscript.threads.first().pk}")


def _delivery(server: Any, manuscript: Any, cookies: list[str], mode: str) -> bool:
    """How long from the end of a note's transaction to each stream; after_verdict: of readers who gave theirs."""
    if mode == "after_verdict":
        _judge(manuscript)
    with _open(server, manuscript, cookies) as streams:
        took = []
        for number in range(NOTES):
            pk = _note(manuscript, number)
            stored = time.monotonic()
            for stream in streams:
                stream.wait(lambda stream=stream, pk=pk: pk in stream.notes())
                took.append(stream.notes()[pk] - stored)
    took.sort()
    p50, p99 = took[len(took) // 2], took[len(took) * 99 // 100]
    print(f"  a note is told ({mode}): p50 {p50 * 1000:.0f} ms, p99 {p99 * 1000:.0f} ms, of {len(took)}")
    return told("  the slowest", took[-1], GOAL_DELIVERY, "s")


def _judge(manuscript: Any) -> None:
    from reviews.answers import questions_of
    from reviews.models import Answer

    question = next(q for q in questions_of(manuscript) if q.code == "makes_sense")
    draft, chapter = manuscript.open_draft, manuscript.chapters.get(key="c1")
    Answer.objects.bulk_create(
        Answer(
            member=member,
            question=question,
            scope="chapter",
            chapter=chapter,
            round=draft.round,
            draft=draft,
            value="yes",
            anonymity=draft.round.anonymity,
        )
        for member in manuscript.memberships.filter(role="reviewer")
    )


def _ends(server: Any, manuscript: Any, cookies: list[str]) -> bool:
    """How long the stream of a member who is removed stays, beside all others."""
    from reviews.members import remove_member
    from tests.books import actor_of

    author = actor_of(manuscript.memberships.get(role="author"))
    leaving = list(manuscript.memberships.filter(role="reviewer").order_by("pk"))[-LEAVING:]
    took = []
    with _open(server, manuscript, cookies) as streams:
        for member, stream in zip(leaving, streams[-LEAVING:], strict=True):
            remove_member(author, member)
            removed = time.monotonic()
            stream.wait(lambda stream=stream: stream.ended)
            took.append(stream.ended - removed)
        assert not any(stream.ended for stream in streams[:-LEAVING])
    print(f"  a member is removed: their stream ends after {spread(took)} s")
    return told("  the slowest", max(took), GOAL_END, "s")


def _stop(server: Any, manuscript: Any, cookies: list[str]) -> float:
    with _open(server, manuscript, cookies[:-LEAVING]):
        return float(server.stop())

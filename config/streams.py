"""Live streams: server-sent events at /live/{slug}/, many on one process, each as what one person may be told.

A stream belongs to a visit: someone who came through the same door as a page's reader. As soon as anything about the
visit is another (signed out, removed, link revoked, role changed) the stream ends; whoever may comes again with the
cursor of what they heard last. So it is with every error: nothing is mended, everything begins anew.
"""

import asyncio
import json
import logging
import signal
import sqlite3
import threading
from collections import defaultdict
from collections.abc import Awaitable, Callable, Iterable, MutableMapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import aclosing
from dataclasses import dataclass
from io import BytesIO
from typing import Any

import psycopg
from django.contrib.auth.middleware import AuthenticationMiddleware
from django.contrib.sessions.middleware import SessionMiddleware
from django.contrib.sessions.models import Session
from django.core.exceptions import PermissionDenied, SuspiciousOperation
from django.core.handlers.asgi import ASGIRequest
from django.db import DatabaseError, connections
from django.http import Http404, HttpResponse
from django.utils import timezone

from accounts.models import User
from config.listening import new_events
from manuscripts.models import Membership
from manuscripts.permissions import Actor
from reviews.live import Told, cursor_at, since, tell_of
from reviews.views_live import cursor_of, visitor

log = logging.getLogger("widemargin.live")

Scope = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Any]]
Send = Callable[[Any], Awaitable[None]]

#: Seconds between two signs of life, which say nothing else.
BEAT = 15.0
#: Seconds between two looks whether those who listen still may.
LOOK = 0.4
#: Seconds that a message may take to be taken; who is slower comes again.
PATIENCE = 20.0
#: Open streams of one member; of more the oldest ends for good.
MOST_OF_ONE = 10

HEADERS = [
    (b"content-type", b"text/event-stream; charset=utf-8"),
    (b"cache-control", b"private, no-store, no-transform"),
    (b"x-accel-buffering", b"no"),
    (b"x-content-type-options", b"nosniff"),
]
_threads = ThreadPoolExecutor(2, thread_name_prefix="live")


async def _in_thread(call: Callable[..., Any], *arguments: Any) -> Any:
    """Something that asks the database, beside the loop and beside the pages' threads."""

    def run() -> Any:
        try:
            return call(*arguments)
        finally:
            connections.close_all()

    return await asyncio.get_running_loop().run_in_executor(_threads, run)


# Who may listen


@dataclass(eq=False)
class Visit:
    """Someone reading a manuscript in one browser. `standing` is what their right rests on, as it was at the door."""

    member: Membership
    session: str
    user_id: int | None
    cursor: str
    standing: tuple[Any, ...] = ()


def let_in(scope: Scope) -> Visit | None:
    """The visit of a request for a stream; None where the pages should answer it, which then say why."""
    request = ASGIRequest(dict(scope), BytesIO())
    SessionMiddleware(lambda _: HttpResponse()).process_request(request)
    AuthenticationMiddleware(lambda _: HttpResponse()).process_request(request)
    actor = Actor.of_request(request)
    request.actor = actor  # type: ignore[attr-defined]
    try:
        member = visitor(request, request.path.removeprefix("/live/").removesuffix("/"))
    except (SuspiciousOperation, PermissionDenied, Http404):
        return None
    user_id = actor.user.pk if actor.user is not None else None
    visit = Visit(member, request.session.session_key or "", user_id, cursor_of(request))
    visit.standing = standings([visit])[visit]
    return visit if all(visit.standing) else None


def standings(visits: Iterable[Visit]) -> dict[Visit, tuple[Any, ...]]:
    """What the right of each visit rests on now, in three queries for all: its session, account and membership."""
    visits = list(visits)
    keys = {visit.session for visit in visits}
    users = {visit.user_id for visit in visits} - {None}
    sessions = set(Session.objects.filter(pk__in=keys, expire_date__gt=timezone.now()).values_list("pk", flat=True))
    accounts = dict(User.objects.filter(pk__in=users, is_active=True).values_list("pk", "password"))
    rows = Membership.objects.present().filter(pk__in={visit.member.pk for visit in visits})
    members = {pk: rest for pk, *rest in rows.values_list("pk", "role", "link_version", "user_id", "email")}
    return {
        visit: (
            visit.session in sessions,
            accounts.get(visit.user_id) if visit.user_id else True,
            members.get(visit.member.pk),
        )
        for visit in visits
    }


# One stream


class Stream:
    """What one visit has not been sent yet. Messages that wait become one, so that a slow reader costs no more."""

    def __init__(self, visit: Visit) -> None:
        self.visit = visit
        self.frame = ""
        self.waiting = Told()
        self.over = False
        self.too_many = False
        self.woken = asyncio.Event()

    def hear(self, told: Told) -> None:
        if told.frame == self.frame:  # an entry that changed nothing for them
            told = Told(told.notes)
        self.frame = told.frame or self.frame
        if told:
            self.waiting = self.waiting.then(told)
            self.woken.set()

    def end(self) -> None:
        self.over = True
        self.woken.set()

    async def talk(self, send: Send) -> None:
        """Sends until it is over; the first message is sent whether there is anything to tell or not."""
        loop = asyncio.get_running_loop()
        beat = loop.time()
        while not self.over:
            if self.waiting or loop.time() >= beat:
                told, self.waiting = self.waiting, Told()
                await _write(send, _message("told" if told else "beat", told.data() if told else {}))
                beat = loop.time() + BEAT
            self.woken.clear()
            if not (self.waiting or self.over):
                await _wait(self.woken, beat - loop.time())
        if self.too_many:
            await _write(send, _message("enough", {}))

    def __repr__(self) -> str:
        return f"<stream of member {self.visit.member.pk}>"


def _message(event: str, data: dict[str, Any]) -> bytes:
    text = json.dumps(data, separators=(",", ":"))
    return f"event: {event}\nid: {cursor_at(timezone.now())}\ndata: {text}\n\n".encode()


async def _write(send: Send, body: bytes) -> None:
    async def write() -> None:
        await send({"type": "http.response.body", "body": body, "more_body": True})

    await asyncio.wait_for(write(), PATIENCE)


async def _wait(event: asyncio.Event, seconds: float) -> None:
    try:
        await asyncio.wait_for(event.wait(), max(0.0, seconds))
    except TimeoutError:
        return


# All streams of this process


class Streams:
    """Those that are open, the one listener they share, and the watch over their rights."""

    def __init__(self) -> None:
        self.open: list[Stream] = []
        self.tasks: list[asyncio.Task[None]] = []
        self.listening: asyncio.Future[None] | None = None
        self.stopping = False

    async def serve(self, visit: Visit, receive: Receive, send: Send) -> None:
        """One stream from its first to its last message."""
        stream = Stream(visit)
        self._add(stream)
        leaving = asyncio.create_task(_until_gone(receive))
        leaving.add_done_callback(lambda _: stream.end())
        try:
            ready = await self._prepare(stream)
            headers = HEADERS if ready else [(b"retry-after", b"2")]
            await send({"type": "http.response.start", "status": 200 if ready else 503, "headers": headers})
            if ready:
                await stream.talk(send)
            await send({"type": "http.response.body", "body": b"", "more_body": False})
        except TimeoutError:
            log.info("%s takes nothing any more", stream)
        finally:
            leaving.cancel()
            self._remove(stream)

    async def _prepare(self, stream: Stream) -> bool:
        """Nothing is missed from now on, and what was missed before is told first."""
        try:
            assert self.listening is not None
            await asyncio.shield(self.listening)
            stream.hear(await _in_thread(since, stream.visit.member, stream.visit.cursor))
        except (DatabaseError, psycopg.Error, sqlite3.Error) as error:
            log.warning("a live stream cannot begin: %s", error)
            stream.end()
        return not stream.over

    def _add(self, stream: Stream) -> None:
        if self.stopping:
            stream.end()
        own = [other for other in self.open if other.visit.member.pk == stream.visit.member.pk and not other.over]
        for oldest in own[: max(0, len(own) + 1 - MOST_OF_ONE)]:
            oldest.too_many = True
            oldest.end()
        self.open.append(stream)
        if self.listening is None:
            self._begin()

    def _remove(self, stream: Stream) -> None:
        self.open.remove(stream)
        if not self.open:
            self._cease()

    def _begin(self) -> None:
        self.listening = asyncio.get_running_loop().create_future()
        self.tasks = [asyncio.create_task(self._guard(work)) for work in (self._listen, self._watch)]
        self._stop_when_told()

    def _cease(self) -> None:
        for task in self.tasks:
            task.cancel()
        if self.listening is not None and not self.listening.done():
            self.listening.cancel()
        self.tasks, self.listening = [], None

    def end_all(self) -> None:
        """Whoever may comes again."""
        for stream in self.open:
            stream.end()

    async def _guard(self, work: Callable[[], Awaitable[None]]) -> None:
        """Without news or without certainty about rights no stream stays open."""
        try:
            await work()
        except Exception as error:
            log.warning("live streams end: %s", error)
            if self.listening is not None and not self.listening.done():
                self.listening.set_exception(error)
            self.end_all()
            self._cease()

    async def _listen(self) -> None:
        async with aclosing(new_events()) as heard:  # type: ignore[type-var]
            async for ids in heard:
                if self.listening is not None and not self.listening.done():
                    self.listening.set_result(None)
                if ids:
                    await self._tell(ids)

    async def _tell(self, event_ids: list[int]) -> None:
        listening: dict[int, set[int]] = defaultdict(set)
        for stream in self.open:
            listening[stream.visit.member.manuscript_id].add(stream.visit.member.pk)
        told = await _in_thread(tell_of, event_ids, dict(listening))
        for stream in self.open:
            if stream.visit.member.pk in told:
                stream.hear(told[stream.visit.member.pk])

    async def _watch(self) -> None:
        while True:
            await asyncio.sleep(LOOK)
            visits = [stream.visit for stream in self.open]
            now = await _in_thread(standings, visits)
            for stream in self.open:
                if stream.visit in now and now[stream.visit] != stream.visit.standing:
                    stream.end()

    def _stop_when_told(self) -> None:
        """Open streams would keep the server waiting at SIGTERM until it is killed. Its own handler is the loop's and
        is called too."""
        if self.stopping or threading.current_thread() is not threading.main_thread():
            return
        loop = asyncio.get_running_loop()

        def stop(*_signal: Any) -> None:
            self.stopping = True
            loop.call_soon_threadsafe(self.end_all)

        signal.signal(signal.SIGTERM, stop)


streams = Streams()


async def _until_gone(receive: Receive) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass


def asks_for_stream(scope: Scope) -> bool:
    """Whether this is a request that a stream may answer."""
    if scope["type"] != "http" or scope["method"] != "GET" or not scope["path"].startswith("/live/"):
        return False
    return any(name == b"accept" and b"text/event-stream" in value for name, value in scope["headers"])


async def serve(scope: Scope, receive: Receive, send: Send) -> bool:
    """Answers with a stream and gives True, or leaves the answer to the pages."""
    visit = await _in_thread(let_in, scope)
    if visit is None:
        return False
    # In a task of its own: what the server starts requests in cannot be cancelled, as a time limit does.
    await asyncio.create_task(streams.serve(visit, receive, send))
    return True

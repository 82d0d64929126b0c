"""What granian serves: live streams in its loop, every other request in a pool of threads.

Under ASGI alone each synchronous view pays for a hop between threads, about seven times its time; under WSGI
alone one open live stream keeps a thread for good. So pages and API go through the pool.
"""

import gc
from typing import Any

from a2wsgi import WSGIMiddleware

from .wsgi import application as wsgi

from . import streams  # isort: skip - it needs Django, which .wsgi sets up

#: Requests served at once, streams apart.
THREADS = 8

# A page of hundreds of notes makes some ten thousand small objects and drops them all: looking through them for
# cycles every 700 takes a sixth of its time. What is loaded by now stays for good and is not looked through again.
gc.freeze()
gc.set_threshold(50_000, 10, 10)

_in_threads = WSGIMiddleware(wsgi, workers=THREADS)  # type: ignore[arg-type]


async def application(scope: Any, receive: Any, send: Any) -> None:
    """granian's `receive` gives an awaitable that is no coroutine; a2wsgi hands it to another thread, which takes
    coroutines only, as soon as a request has a body."""

    async def coroutine() -> Any:
        return await receive()

    if streams.asks_for_stream(scope) and await streams.serve(scope, coroutine, send):
        return
    await _in_threads(scope, coroutine, send)

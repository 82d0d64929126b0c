"""What granian serves: every request in a pool of threads.

Under ASGI alone each synchronous view pays for a hop between threads, about seven times its time; under WSGI
alone one open live stream keeps a thread for good. So pages and API go through the pool.
"""

from a2wsgi import WSGIMiddleware

from .wsgi import application as wsgi

#: Requests served at once.
THREADS = 8

application = WSGIMiddleware(wsgi, workers=THREADS)  # type: ignore[arg-type]

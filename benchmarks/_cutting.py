"""A proxy between a browser and a server that cuts chosen connections: before the server has heard, or after it has
done what it was asked and before the browser knows."""

import contextlib
import re
import socket
import socketserver
import struct
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

BEFORE, AFTER, GONE = "before", "after", "gone"
LINE = 64 * 1024
DONE_WITHIN = 5  # seconds in which a server has answered somebody who left


@dataclass
class Cuts:
    """What is to be cut: of the POSTs whose path matches, the next ones, each "before" or "after"; `made` counts."""

    path: str = "$^"
    next: list[str] = field(default_factory=list)
    made: list[str] = field(default_factory=list)
    lock: threading.Lock = field(default_factory=threading.Lock)

    def arm(self, path: str, *when: str) -> None:
        with self.lock:
            self.path, self.next = path, list(when)

    def due(self, head: bytes) -> str | None:
        method, path = head.split(b" ", 2)[:2]
        with self.lock:
            if method != b"POST" or not self.next or not re.search(self.path, path.decode()):
                return None
            self.made.append(self.next.pop(0))
            return self.made[-1]


class Proxy(socketserver.ThreadingTCPServer):
    """Listens on a port of its own of 127.0.0.1 and passes everything on to `port`, one request a connection."""

    daemon_threads = True
    allow_reuse_address = True

    def __init__(self, port: int):
        super().__init__(("127.0.0.1", 0), _Connection)
        self.upstream = port
        self.cuts = Cuts()
        self.underway = 0
        self.idle = threading.Condition()
        threading.Thread(target=self.serve_forever, daemon=True).start()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_address[1]}"

    def close(self) -> None:
        """Takes nothing more, and waits until the server is done with what it was asked."""
        self.shutdown()
        with self.idle:
            self.idle.wait_for(lambda: not self.underway, DONE_WITHIN)
        self.server_close()

    @contextlib.contextmanager
    def request(self) -> Iterator[None]:
        """While the server is asked something."""
        with self.idle:
            self.underway += 1
        try:
            yield
        finally:
            with self.idle:
                self.underway -= 1
                self.idle.notify_all()

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A browser that goes away, or a server that was killed, is what this is for."""


class _Connection(socketserver.StreamRequestHandler):
    server: Proxy

    def handle(self) -> None:
        head = b""
        while not head.endswith(b"\r\n\r\n"):
            line = self.rfile.readline(LINE)
            if not line:
                return
            head += line
        found = re.search(rb"(?im)^content-length: *(\d+)", head)
        body = self.rfile.read(int(found[1])) if found else b""
        cut = self.server.cuts.due(head)
        if cut == BEFORE:
            return self._break()
        head = re.sub(rb"(?im)^connection:.*\r\n", b"", head)
        request = head[:-2] + b"Connection: close\r\n\r\n" + body
        with self.server.request(), socket.create_connection(("127.0.0.1", self.server.upstream)) as upstream:
            upstream.sendall(request)
            for piece in _pieces(upstream):
                if cut is None and not self._say(piece):
                    upstream.settimeout(DONE_WITHIN)
                    cut = GONE
        if cut == AFTER:
            self._break()

    def _say(self, piece: bytes) -> bool:
        """Whether the browser is still there to be told."""
        try:
            self.wfile.write(piece)
        except OSError:
            return False
        return True

    def _break(self) -> None:
        """Ends the connection as a broken line does."""
        self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        with contextlib.suppress(OSError):
            self.connection.close()


def _pieces(upstream: socket.socket) -> Iterator[bytes]:
    """The answer as it comes, with a word that the connection ends with it."""
    first = True
    while piece := upstream.recv(LINE):
        if first and b"\r\nconnection:" not in piece.lower().partition(b"\r\n\r\n")[0]:
            piece = piece.replace(b"\r\n", b"\r\nConnection: close\r\n", 1)
        first = False
        yield piece

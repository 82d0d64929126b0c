"""A real server beside a test, as scripts/run starts it, and listeners to its live streams."""

import contextlib
import http.client
import json
import os
import socket
import subprocess
import sys
import threading
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from django.db import connection

ROOT = Path(__file__).resolve().parents[1]
#: As scripts/run has them.
WEB_OPTIONS = ["--interface", "asginl", "--workers", "1", "--http", "1", "--no-ws", "--workers-kill-timeout", "5"]


class WebProcess:
    """granian with one process, on the database of the test and a port of its own."""

    def __init__(self, log: Path, settings: str = "tests.streams_settings") -> None:
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.port = probe.getsockname()[1]
        self.url = f"http://127.0.0.1:{self.port}"
        self.log = log
        env = {
            **os.environ,
            "DJANGO_SETTINGS_MODULE": settings,
            "TEST_DATABASE_NAME": str(connection.settings_dict["NAME"]),
            "PORT": str(self.port),
        }
        granian = [str(Path(sys.executable).parent / "granian"), "--host", "127.0.0.1", "--port", str(self.port)]
        with log.open("ab") as out:
            command = [*granian, *WEB_OPTIONS, "config.asgi:application"]
            self.process = subprocess.Popen(command, cwd=ROOT, env=env, stdout=out, stderr=out, start_new_session=True)
        until = time.monotonic() + 60
        while self.get("/healthz")[0] != 200:
            assert time.monotonic() < until and self.process.poll() is None, log.read_text()
            time.sleep(0.05)

    def get(self, path: str, **headers: str) -> tuple[int, bytes]:
        """Status and body; status 0 where nobody answers."""
        server = http.client.HTTPConnection("127.0.0.1", self.port, timeout=30)
        with contextlib.closing(server), contextlib.suppress(OSError):
            server.request("GET", path, headers=headers)
            answer = server.getresponse()
            return answer.status, answer.read()
        return 0, b""

    def stop(self) -> float:
        """Ends it as scripts/run does; the seconds it took."""
        begun = time.monotonic()
        self.process.terminate()
        self.process.wait(20)
        return time.monotonic() - begun


@dataclass
class Listener:
    """Someone's open stream. `heard` has (monotonic time, event, cursor, data) of each message; `ended` is when the
    server ended it."""

    server: WebProcess
    slug: str
    cookie: str
    cursor: str = ""
    headers: dict[str, str] = field(default_factory=dict)
    status: int = 0
    heard: list[tuple[float, str, str, dict[str, Any]]] = field(default_factory=list)
    ended: float = 0.0

    def __post_init__(self) -> None:
        self.connection = http.client.HTTPConnection("127.0.0.1", self.server.port, timeout=60)
        headers = {"Accept": "text/event-stream", "Cookie": self.cookie, **self.headers}
        if self.cursor:
            headers["Last-Event-ID"] = self.cursor
        self.connection.request("GET", f"/live/{self.slug}/", headers=headers)
        self.answer = self.connection.getresponse()
        self.status = self.answer.status
        self.kind = self.answer.getheader("Content-Type") or ""
        if self.status == 200 and self.kind.startswith("text/event-stream"):
            threading.Thread(target=self._read, daemon=True).start()
            self.wait(lambda: self.heard)

    def _read(self) -> None:
        message: dict[str, str] = {}
        with contextlib.suppress(OSError, ValueError, AttributeError, http.client.HTTPException):
            while line := self.answer.readline():
                name, _colon, value = line.decode().strip().partition(": ")
                if name:
                    message[name] = value
                elif message:
                    self.heard.append((time.monotonic(), message["event"], message["id"], json.loads(message["data"])))
                    message = {}
        self.ended = time.monotonic()

    def notes(self) -> dict[int, float]:
        """When each note was told of last, by id."""
        return {int(note["id"]): at for at, _event, _id, data in self.heard for note in data.get("notes", [])}

    def told(self) -> int:
        """How many messages came that say anything."""
        return sum(event != "beat" for _at, event, _id, _data in self.heard)

    def wait(self, condition: Any, seconds: float = 10) -> Any:
        until = time.monotonic() + seconds
        while time.monotonic() < until:
            if answer := condition():
                return answer
            time.sleep(0.005)
        raise AssertionError(f"not within {seconds} s: {self.heard}, ended {self.ended}")

    def close(self) -> None:
        with contextlib.suppress(OSError):
            if self.connection.sock:
                self.connection.sock.shutdown(socket.SHUT_RDWR)
        self.connection.close()

"""A queue in a folder, for installations without Redis.

Kombu's own filesystem transport can hand a reader half a message and keeps tables of bindings that writers
truncate under each other. A bell needs neither: one file a message, put in place and taken away by rename, and
bindings in memory as in kombu's other small transports.
"""

import os
import time
import uuid
from pathlib import Path
from queue import Empty
from typing import Any

from kombu.transport import virtual
from kombu.utils.json import dumps, loads


class Channel(virtual.Channel):
    """Messages as files `TIME-ID.QUEUE` in the folder named by the transport option `folder`."""

    @property
    def _folder(self) -> Path:
        return Path(self.connection.client.transport_options["folder"])

    def _new_queue(self, queue: str, **kwargs: Any) -> None:
        self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)

    def _has_queue(self, queue: str, **kwargs: Any) -> bool:
        return self._folder.is_dir()

    def _waiting(self, queue: str) -> list[str]:
        try:
            names = os.listdir(self._folder)
        except FileNotFoundError:
            return []
        return sorted(name for name in names if name.endswith(f".{queue}"))

    def _put(self, queue: str, message: dict[str, Any], **kwargs: Any) -> None:
        self._new_queue(queue)
        name = f"{time.time_ns()}-{uuid.uuid4().hex}"
        unfinished = self._folder / f"{name}.writing"
        unfinished.write_text(dumps(message))
        unfinished.rename(self._folder / f"{name}.{queue}")

    def _get(self, queue: str, timeout: float | None = None) -> dict[str, Any]:
        for name in self._waiting(queue):
            mine = self._folder / f"{name}.taken-{os.getpid()}"
            try:
                (self._folder / name).rename(mine)
            except FileNotFoundError:
                continue
            text = mine.read_text()
            mine.unlink()
            message: dict[str, Any] = loads(text)
            return message
        raise Empty

    def _size(self, queue: str) -> int:
        return len(self._waiting(queue))

    def _purge(self, queue: str) -> int:
        names = self._waiting(queue)
        for name in names:
            (self._folder / name).unlink(missing_ok=True)
        return len(names)


class Transport(virtual.Transport):
    """Carries messages between the processes of one machine; named in the broker URL by its dotted path."""

    Channel = Channel
    driver_type = "folder"
    driver_name = "folder"
    #: One for all connections of the process, so that a new connection knows the bindings of the others.
    global_state = virtual.BrokerState()

    client: Any

    def __init__(self, client: Any, **kwargs: Any) -> None:
        super().__init__(client, **kwargs)
        self.state = self.global_state

    def establish_connection(self) -> Any:
        """Make the folder; OSError where that cannot be."""
        Path(self.client.transport_options["folder"]).mkdir(mode=0o700, parents=True, exist_ok=True)
        return super().establish_connection()

    def driver_version(self) -> str:
        return "1"

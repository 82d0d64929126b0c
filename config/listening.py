"""Learning of new entries of the activity log, whichever process wrote them, within a few hundredths of a second."""

import asyncio
import sqlite3
from collections.abc import AsyncIterator
from contextlib import closing

import psycopg
from django.db import connection

from manuscripts.manuscripts import EVENTS_CHANNEL
from manuscripts.models import Event

#: Seconds between two looks at an SQLite file: some millionths of a second each.
LOOK = 0.05
#: Entries read at once.
AT_ONCE = 1000
#: Seconds after which a silent connection to PostgreSQL is tried.
SILENCE = 5.0


def new_events() -> AsyncIterator[list[int]]:
    """Ids of entries stored from now on, several at a time; the first list is empty and says that `now` has come.

    Raises an error of the database when it is gone; who listens begins anew.
    """
    return _of_postgresql() if connection.vendor == "postgresql" else _of_sqlite()


async def _of_postgresql() -> AsyncIterator[list[int]]:
    """By notifications that `record_event` sends with its transaction."""
    options = {**connection.get_connection_params(), "connect_timeout": 5, "autocommit": True}
    for name in ("cursor_factory", "context"):  # Django's, for its own way of asking
        options.pop(name, None)
    async with await psycopg.AsyncConnection.connect(**options) as server:
        await server.execute(f"LISTEN {EVENTS_CHANNEL}")
        yield []
        while True:
            told = server.notifies(timeout=SILENCE, stop_after=1)
            ids = [int(each.payload) async for each in told]
            if ids:
                yield ids
            else:
                await server.execute("SELECT 1")


async def _of_sqlite() -> AsyncIterator[list[int]]:
    """By the number that SQLite changes whenever another connection has stored something. One writes at a time, so
    that a higher id is never stored before a lower one."""
    table = Event._meta.db_table
    with closing(sqlite3.connect(connection.settings_dict["NAME"], isolation_level=None)) as file:
        version = file.execute("PRAGMA data_version").fetchone()
        (last,) = file.execute(f"SELECT coalesce(max(id), 0) FROM {table}").fetchone()
        yield []
        while True:
            await asyncio.sleep(LOOK)
            before, version = version, file.execute("PRAGMA data_version").fetchone()
            while version != before:
                rows = file.execute(f"SELECT id FROM {table} WHERE id > ? ORDER BY id LIMIT {AT_ONCE}", [last])
                ids = [pk for (pk,) in rows]
                if not ids:
                    break
                last = ids[-1]
                yield ids

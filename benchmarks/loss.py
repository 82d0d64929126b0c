"""Words typed in a real browser while things go wrong: how many are lost, how many are stored twice. The goal is none.

scripts/bench loss             the full counts
scripts/bench loss 0.05        a part of them
scripts/bench loss 1 killed    one fault alone

Cut connections before and after the commit, ended sessions, renewed tokens, double clicks and two tabs, a server killed
between the commit and its answer, no connection; what a browser holds after signing out. Counted in the database. At
the end the same with what makes sending happen once let go of: there words must be doubled, else nothing was measured.
"""

import os
import signal
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Callable
from pathlib import Path
from typing import Any

COUNTS = {
    "cut_before": 100,
    "cut_after": 100,
    "expired": 100,
    "new_token": 100,
    "double": 20,
    "killed": 14,
    "offline": 14,
}
CONTROL = 6
CHAPTERS = 90
STARTING = 180  # seconds, on a machine that does much else


class Server:
    """granian on a free port of this machine, with the database of this process."""

    def __init__(self, folder: Path, port: int):
        self.folder, self.port = folder, port
        self.kill = folder / "kill"
        self.once = "on"
        self.log = (folder / "server.log").open("ab")
        self.process: Any = None

    def start(self) -> None:
        granian = [Path(sys.executable).parent / "granian", "--host", "127.0.0.1", "--port", str(self.port)]
        options = ["--interface", "asginl", "--workers", "1", "--http", "1", "--no-ws", "--log-level", "critical"]
        env = {**os.environ, "LOSS_KILL": str(self.kill), "LOSS_ONCE": self.once}
        command = [*granian, *options, "benchmarks._loss_server:application"]
        self.process = subprocess.Popen(command, env=env, stderr=self.log)
        until = time.monotonic() + STARTING
        while time.monotonic() < until:
            try:
                return urllib.request.urlopen(f"http://127.0.0.1:{self.port}/healthz", timeout=5).close()
            except OSError:
                time.sleep(0.1)
        sys.exit("The server did not start.")

    def runs(self) -> bool:
        return self.process.poll() is None

    def kill_after_next(self, path: str) -> None:
        self.kill.write_text(path)

    def stop(self) -> None:
        self.process.send_signal(signal.SIGTERM)
        try:
            self.process.wait(20)
        except subprocess.TimeoutExpired:
            self.process.kill()


def main() -> int:
    """A line for each fault; 1 where a word was lost or doubled, or where the control finds nothing."""
    part = float(sys.argv[1]) if len(sys.argv) > 1 else 1.0
    names = sys.argv[2:] or list(COUNTS)
    with tempfile.TemporaryDirectory(prefix="widemargin-loss-") as folder:
        os.environ |= {"DATA_DIR": folder, "DEBUG": "1", "DJANGO_ALLOW_ASYNC_UNSAFE": "1"}
        for name in ("DATABASE_URL", "REDIS_URL"):
            os.environ.pop(name, None)
        return _run(Path(folder), {name: max(1, round(COUNTS[name] * part)) for name in names})


def _run(folder: Path, counts: dict[str, int]) -> int:
    import django

    django.setup()
    from django.core.management import call_command
    from playwright.sync_api import sync_playwright

    from benchmarks import _faults as faults
    from benchmarks._cutting import Proxy
    from benchmarks._writing import DESK_REPLY, NOTE, REPLY, STORY, WAYS, make_book
    from scripts.browser import FLAGS, find_chromium

    call_command("migrate", verbosity=0)
    book = make_book(CHAPTERS)
    server = Server(folder, _free_port())
    server.start()
    fine = True
    try:
        with sync_playwright() as playwright:
            browser = playwright.chromium.launch(executable_path=find_chromium(), args=list(FLAGS))
            desk = faults.Desk(browser, Proxy(server.port), book, server)
            for name, number in counts.items():
                fine &= told(name, *measure(desk, getattr(faults, name), number, WAYS)) == (0, 0)
            fine &= _held_after_leaving(desk)
            server.stop()
            server.once = "off"
            server.start()
            sent, lost, doubled = measure(desk, faults.cut_after, CONTROL, (NOTE, REPLY, STORY, DESK_REPLY))
            told("control: cut_after, sent each time", sent, lost, doubled)
            fine &= doubled > 0
            desk.close()
            browser.close()
    finally:
        server.stop()
    return int(not fine)


def measure(desk: Any, fault: Callable[..., str], number: int, ways: tuple[Any, ...]) -> tuple[int, int, int]:
    """Sent, lost and doubled of `number` turns of a fault, the ways of writing in turn; looked at again at the end."""
    from benchmarks._writing import stored

    seen: dict[str, int] = {}
    for turn in range(number):
        words = fault(desk, ways[turn % len(ways)], turn)
        seen[words] = stored(words)
        if seen[words] != 1:
            print(f"  {fault.__name__}: {seen[words]} of {words!r}", flush=True)
    time.sleep(2)
    counts = [max(before, stored(words)) for words, before in seen.items()]
    return len(counts), counts.count(0), sum(count > 1 for count in counts)


def told(name: str, sent: int, lost: int, doubled: int) -> tuple[int, int]:
    print(f"{name:34} sent {sent:4}   lost {lost:3}   doubled {doubled:3}", flush=True)
    return lost, doubled


def _held_after_leaving(desk: Any) -> bool:
    """Whether nothing typed is left in the browser after signing out, or once another person signed in."""
    from benchmarks._writing import WAYS, enter

    kept = 0
    for way in WAYS:
        for leave in ("signs out", "another comes"):
            page, words = desk.page(way.who), desk.words(way)
            way.begin(page, desk.book, desk.book.next_chapter(), words)
            page.wait_for_timeout(200)
            before = words in held(page)
            if leave == "signs out":
                page.goto("/account/")
                page.click('form[action$="/logout/"] button')
                page.wait_for_url(desk.proxy.url + "/")
            else:
                page.context.clear_cookies(name="sessionid")
                enter(page, desk.book.linked[0])
            after = words in held(page)
            if not before or after:
                print(f"  {way.name}, {leave}: held before {before}, after {after}")
                kept += 1
            page.context.close()
            desk.pages = {}
    print(f"{'left in the browser':34} of {2 * len(WAYS)}: {kept}")
    return kept == 0


def held(page: Any) -> str:
    """All that this browser stores for the site, as text."""
    return page.evaluate(
        "async () => Object.values({...localStorage, ...sessionStorage}).map((text) => {"
        " try { return JSON.stringify(JSON.parse(text)) } catch { return text } }).join() +"
        " (await indexedDB.databases()).map((one) => one.name).join()"
    )


def _free_port() -> int:
    import socket

    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]

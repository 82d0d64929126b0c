"""A chapter with a crowd of notes, served by granian and opened in Chromium: what the reading benchmarks measure in."""

import os
import random
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
CHAPTER = "/m/measured/read/c3/"
WITHIN = 30.0
SIZE = {"width": 1440, "height": 900}

#: Keeps, in every page, when marks and cards were first drawn and the room was ready, in `watched`; and the frames
#: between `watchFrames.begin()` and `.end()`.
WATCH = """() => {
  window.watched = {};
  const marked = () => (CSS.highlights && [...CSS.highlights.values()].some((set) => set.size))
    || document.querySelector('.r6o-annotation');
  const there = { marks: marked, cards: () => document.querySelector('.note[data-id]'),
    ready: () => document.querySelector('[data-ready]') };
  const look = () => {
    for (const name in there) if (!watched[name] && document.body && there[name]()) watched[name] = performance.now();
    if (!watched.ready) requestAnimationFrame(look);
  };
  requestAnimationFrame(look);
  let last, all, on;
  const step = (now) => {
    if (last) all.push(now - last);
    last = now;
    if (on) requestAnimationFrame(step);
  };
  window.watchFrames = {
    begin() { all = []; last = 0; on = true; requestAnimationFrame(step); },
    end() { on = false; return all; },
  };
}"""


@dataclass
class Served:
    """The running server: its address, and the cookie of a reader and of the author."""

    address: str
    sessions: dict[str, str]
    text: str  # HTML of the chapter's text
    places: list[tuple[str, int, int]]  # section text id, start, end in UTF-16 units of it, of every note
    words: int
    cpu_ms: float  # of the page, by the test client
    kilobytes: float
    queries: int


def make_scene(folder: Path, notes: int, words: int) -> Served:
    """Fills an empty installation in `folder` with a chapter of `words` words and `notes` notes on it."""
    os.environ["DATA_DIR"] = str(folder)
    os.environ.pop("DATABASE_URL", None)
    import django

    django.setup()
    from django.core.management import call_command

    from benchmarks.chapter import make_chapter
    from tests.crowds import crowd

    call_command("migrate", verbosity=0)
    call_command("collectstatic", interactive=False, verbosity=0)
    draft, readers = make_chapter(random.Random(3), words)
    crowd(draft, "c3", readers, notes)
    return _ask(draft, readers, notes)


def _ask(draft: Any, readers: list[Any], notes: int) -> Served:
    """What the page costs here, and who may open it in a browser."""
    import statistics

    from django.db import connection
    from django.test import Client
    from django.test.utils import CaptureQueriesContext

    sessions = {}
    author = draft.manuscript.memberships.get(role="author")
    for role, member in (("author", author), ("reviewer", readers[0])):
        client = Client(headers={"host": "127.0.0.1"})
        client.force_login(member.user, backend="django.contrib.auth.backends.ModelBackend")
        sessions[role] = client.cookies["sessionid"].value
    for _ in range(3):
        client.get(CHAPTER)
    samples = []
    for _ in range(7):
        before = time.process_time()
        page = client.get(CHAPTER)
        samples.append((time.process_time() - before) * 1000)
    with CaptureQueriesContext(connection) as asked:
        client.get(CHAPTER)
    html = page.content.decode()
    text = html[html.index('<article class="text"') : html.index("</article>") + len("</article>")]
    places = []
    rows = draft.anchors.filter(chapter__key="c3").select_related("text").order_by("pk")
    for row in rows:
        places.append((str(row.text_id), units(row.text.text, row.start), units(row.text.text, row.end)))
    words = sum(p.text.words for p in draft.placements.filter(chapter__key="c3").select_related("text"))
    return Served("", sessions, text, places, words, statistics.median(samples), len(page.content) / 1024, len(asked))


def units(text: str, points: int) -> int:
    """Code points as UTF-16 units."""
    return len(text[:points].encode("utf-16-le")) // 2


@contextmanager
def serving(folder: Path) -> Iterator[str]:
    """granian on the installation in `folder`, as scripts/run starts it; its address."""
    sys.path.insert(0, str(ROOT / "scripts"))
    from supervisor import WEB_OPTIONS

    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    granian = Path(sys.executable).parent / "granian"
    env = {**os.environ, "DATA_DIR": str(folder), "BASE_URL": f"http://127.0.0.1:{port}"}
    command = [str(granian), "--host", "127.0.0.1", "--port", str(port), *WEB_OPTIONS, "config.asgi:application"]
    server = subprocess.Popen(command, cwd=ROOT, env=env)
    try:
        address = f"http://127.0.0.1:{port}"
        _wait(f"{address}/healthz")
        yield address
    finally:
        server.terminate()
        server.wait(10)


def _wait(address: str) -> None:
    until = time.monotonic() + WITHIN
    while time.monotonic() < until:
        try:
            urllib.request.urlopen(address, timeout=2).read()
            return
        except (urllib.error.URLError, OSError):
            time.sleep(0.1)
    raise SystemExit(f"The server did not answer at {address}.")


@contextmanager
def chromium() -> Iterator[Any]:
    """A browser with the flags of the tests."""
    from playwright.sync_api import sync_playwright

    from scripts.browser import FLAGS, fetch_chromium, find_chromium

    with sync_playwright() as playwright:
        chosen = find_chromium() or fetch_chromium(sys.executable)
        started = playwright.chromium.launch(executable_path=chosen, args=list(FLAGS))
        yield started
        started.close()


def opened(browser: Any, served: Served, role: str, path: str) -> Any:
    """A page at `path`, in a context of its own (nothing cached), watched from its beginning."""
    context = browser.new_context(viewport=SIZE)
    context.add_cookies([{"name": "sessionid", "value": served.sessions[role], "url": served.address}])
    context.add_init_script(f"({WATCH})()")
    page = context.new_page()
    page.goto(served.address + path)
    return page


def first_paint(page: Any) -> float:
    """Milliseconds from the beginning of the navigation until words were painted."""
    found = page.evaluate(
        "new Promise((done) => new PerformanceObserver((list) => list.getEntriesByName('first-contentful-paint')"
        ".forEach((entry) => done(entry.startTime))).observe({type: 'paint', buffered: true}))"
    )
    return float(found)


def heap_mb(page: Any) -> float:
    """Megabytes of JavaScript's heap in use, as it is: nothing is collected before."""
    session = page.context.new_cdp_session(page)
    session.send("Performance.enable")
    metrics = session.send("Performance.getMetrics")["metrics"]
    return float(next(m["value"] for m in metrics if m["name"] == "JSHeapUsedSize")) / 2**20


def frames_of(page: Any, act: Callable[[], Any]) -> list[float]:
    """The milliseconds of each frame while `act()` runs."""
    page.evaluate("watchFrames.begin()")
    act()
    return list(page.evaluate("watchFrames.end()"))

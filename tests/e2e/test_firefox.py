"""Firefox, where it is installed: selections, offsets and highlights of the hard texts come out as in Chromium.

Firefox is started as it is, without a driver: a page of a server on this machine measures and posts what it found.
"""

import json
import shutil
import subprocess
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from tests.hard_texts import PATH, hard_texts

pytestmark = pytest.mark.e2e

FIREFOX = shutil.which("firefox-esr") or shutil.which("firefox")
OFFSETS = Path(__file__).parents[2] / "static" / "js" / "lib" / "offsets.js"
PAGE = """<!doctype html><meta charset="utf-8"><main></main><script type="module">
import * as offsets from "/offsets.js";
const wrong = [];
let places = 0;
try {
  for (const { name, html, text, ranges } of await (await fetch("/texts.json")).json()) {
    const root = document.createElement("section");
    root.innerHTML = html.replaceAll("src=", "data-src=");
    document.querySelector("main").replaceChildren(root);
    if (root.textContent !== text) wrong.push([name, "text", root.textContent]);
    for (const { start, end, exact } of ranges) {
      const range = offsets.toRange(root, start, end);
      getSelection().removeAllRanges();
      getSelection().addRange(range);
      const back = offsets.toOffsets(root, getSelection().getRangeAt(0));
      if (back.start !== start || back.end !== end) wrong.push([name, start, end, back]);
      CSS.highlights.set("m-comment", new Highlight(range));
      const [lit] = CSS.highlights.get("m-comment");
      if (lit.toString() !== exact) wrong.push([name, start, end, lit.toString()]);
      places += 1;
    }
  }
} catch (error) {
  wrong.push([String(error), error.stack]);
}
await fetch("/found", { method: "POST", body: JSON.stringify({ wrong, places, agent: navigator.userAgent }) });
</script>"""


class Probe(ThreadingHTTPServer):
    """Serves the page and what it needs; `found` is what the browser posted, once `done`."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Answers)
        self.done = threading.Event()
        self.found: dict = {}


class Answers(BaseHTTPRequestHandler):
    server: Probe
    FILES = {
        "/": ("text/html", PAGE.encode),
        "/offsets.js": ("text/javascript", OFFSETS.read_bytes),
        "/texts.json": ("application/json", PATH.read_bytes),
    }

    def do_GET(self) -> None:
        kind, read = self.FILES.get(self.path, ("text/plain", bytes))
        body = read()
        self.send_response(200 if self.path in self.FILES else 404)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def do_POST(self) -> None:
        self.server.found = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        self.send_response(204)
        self.end_headers()
        self.server.done.set()

    def log_message(self, *_args) -> None:
        """Nothing on the console of the tests."""


@pytest.mark.skipif(FIREFOX is None, reason="Firefox is not installed (apt-get install firefox-esr)")
def test_selections_offsets_and_highlights_are_exact_in_firefox(tmp_path):
    server = Probe()
    threading.Thread(target=server.serve_forever, daemon=True).start()
    command = [
        FIREFOX,
        "--headless",
        "--no-remote",
        "--profile",
        str(tmp_path),
        f"http://127.0.0.1:{server.server_port}/",
    ]
    with (tmp_path / "log").open("wb") as log:
        browser = subprocess.Popen(
            command, stdout=log, stderr=log, env={"HOME": str(tmp_path), "PATH": "/usr/bin:/bin"}
        )
    try:
        assert server.done.wait(120), (tmp_path / "log").read_text()
    finally:
        browser.kill()
        browser.wait()
        server.shutdown()
        server.server_close()
    assert "Firefox/" in server.found["agent"]
    assert server.found["wrong"] == []
    assert server.found["places"] == sum(len(case["ranges"]) for case in hard_texts()) > 40

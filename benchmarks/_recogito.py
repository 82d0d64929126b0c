"""@recogito/text-annotator, fetched from npm to be measured beside our reading room. Never shipped."""

import json
import shutil
import subprocess
from pathlib import Path

PACKAGE = "@recogito/text-annotator"
RECOGITO = "/static/recogito/page.html"
STYLES = ("tokens", "ui", "reading")
FETCH_WITHIN = 120

#: The text in our own style sheets, laid out as in the room, without rail, strip and margin.
PAGE = """<!doctype html><html lang="en"><head><meta charset="utf-8"><title>Measured</title>
<link rel="icon" href="data:,"><link rel="stylesheet" href="styles.css">
<link rel="stylesheet" href="text-annotator.css">
</head><body><main class="paper"><div class="spread">%(text)s</div></main>
<script type="application/json" id="ranges">%(ranges)s</script>
<script defer src="text-annotator.umd.js"></script><script defer src="page.js"></script></body></html>
"""
SCRIPT = """
const text = document.querySelector('#text');
const anno = RecogitoJS.createTextAnnotator(text, { renderer: '%(renderer)s' });
const before = new Map();
for (const section of text.querySelectorAll('section.sec')) {
  const range = document.createRange();
  range.setStart(text, 0);
  range.setEnd(section, 0);
  before.set(section.dataset.textId, range.toString().length);
}
const whole = text.textContent;
const annotation = ([id, start, end], name) => {
  const [from, to] = [before.get(id) + start, before.get(id) + end];
  const selector = [{ quote: whole.slice(from, to), start: from, end: to }];
  return { id: `a${name}`, bodies: [], target: { annotation: `a${name}`, selector } };
};
anno.setAnnotations(JSON.parse(document.querySelector('#ranges').textContent).map(annotation), true);

/* Milliseconds from posting a note to our server until its mark is painted. */
window.addNote = async (place, fields, token) => {
  const painted = () => [...(CSS.highlights?.values() ?? [])].reduce((n, set) => n + set.size, 0)
    + document.querySelectorAll('.r6o-annotation').length;
  const begun = performance.now();
  const headers = { Accept: 'application/json', 'X-CSRFToken': token };
  const answer = await fetch('/m/measured/notes/', { method: 'POST', body: new URLSearchParams(fields), headers });
  if (!answer.ok) throw new Error(`${answer.status} ${await answer.text()}`);
  await answer.json();
  const now = painted();
  anno.addAnnotation(annotation(place, 'new'));
  return new Promise((done) => {
    const look = () => requestAnimationFrame(painted() > now ? () => done(performance.now() - begun) : look);
    look();
  });
};
"""


def fetch_recogito(tools: Path) -> Path | None:
    """The package's files in a folder under `tools`; None, and a sentence printed, where npm cannot fetch them."""
    folder = tools / "recogito"
    dist = folder / "node_modules" / PACKAGE / "dist"
    if dist.exists():
        return dist
    folder.mkdir(parents=True, exist_ok=True)
    command = ["npm", "install", "--prefix", str(folder), "--no-audit", "--no-fund", "--ignore-scripts", PACKAGE]
    try:
        done = subprocess.run(command, capture_output=True, text=True, timeout=FETCH_WITHIN, check=False)
    except (OSError, subprocess.TimeoutExpired) as error:
        print(f"{PACKAGE} is not measured: npm could not be run ({error}).")
        return None
    if done.returncode or not dist.exists():
        print(f"{PACKAGE} is not measured: npm could not fetch it ({done.stderr.strip().splitlines()[-1:]}).")
        return None
    return dist


def write_page(
    static: Path, dist: Path, text: str, places: list[tuple[str, int, int]], renderer: str = "CSS_HIGHLIGHTS"
) -> None:
    """A page of `text` with the ranges `places` among the static files, which our server sends as they are."""
    folder = static / "recogito"
    folder.mkdir(exist_ok=True)
    sheets = [next((static / "css").glob(f"{name}.*.css")) for name in STYLES]  # as they were collected, fonts and all
    (folder / "styles.css").write_text("\n".join(sheet.read_text() for sheet in sheets))
    script = (dist / "text-annotator.umd.js").read_text()
    shutil.copy(dist / "text-annotator.css", folder / "text-annotator.css")
    # Its bundle asks for `process.env`, which bundlers of a site would have put in.
    (folder / "text-annotator.umd.js").write_text(f"var process={{env:{{NODE_ENV:'production'}}}};{script}")
    (folder / "page.html").write_text(PAGE % {"text": text, "ranges": json.dumps(places)})
    (folder / "page.js").write_text(SCRIPT % {"renderer": renderer})

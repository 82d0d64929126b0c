"""The `curl` lines of docs/api.md, run as they stand against a really running server."""

import json
import re
import subprocess
import sys
from pathlib import Path

import pytest

from tests.test_scripts import ROOT, env, start  # noqa: F401  fixtures

pytestmark = [pytest.mark.slow, pytest.mark.timeout(500)]
BLOCK = re.compile(r"^```sh\n(.*?)^```$", re.MULTILINE | re.DOTALL)


def lines_of_the_document() -> str:
    blocks = BLOCK.findall((ROOT / "docs" / "api.md").read_text())
    assert len(blocks) > 15
    return "\n".join(blocks)


@pytest.fixture
def done(start, env, tmp_path):  # noqa: F811
    """The folder in which all lines have been run, with what they printed in `out`."""
    instance = start("--empty")
    address = instance.wait_until_ready()
    manage = f"{sys.executable} {ROOT}/manage.py"
    token = subprocess.run(
        [*manage.split(), "create_token", "ada@books.example", "--create", "--scope", "admin"],
        env=env,
        capture_output=True,
        text=True,
        check=True,
    ).stdout.strip()
    folder = tmp_path / "shell"
    folder.mkdir()
    run = subprocess.run(
        ["bash", "-e", "-o", "pipefail", "-c", lines_of_the_document()],
        cwd=folder,
        env={**env, "BASE": address.rstrip("/"), "TOKEN": token, "MANAGE": manage},
        capture_output=True,
        text=True,
        check=False,
        timeout=400,
    )
    assert run.returncode == 0, f"{run.stdout[-3000:]}\n{run.stderr[-3000:]}"
    (folder / "out").write_text(run.stdout)
    yield folder
    assert instance.stop()[0] == 0


def read(folder: Path, name: str) -> dict:
    return json.loads((folder / f"{name}.json").read_text())


def test_the_lines_do_what_the_document_says(done):
    assert read(done, "dry-run")["number"] is None
    draft = read(done, "draft")
    assert (draft["number"], draft["state"], draft["note"]) == (1, "ready", "For the first round")
    assert [[s["discipline"] for s in c["sections"]] for c in draft["chapters"]] == [
        [None, "it-operations", "information-security"],
        [None, "business-analysis", "deployment"],
    ]
    assert read(done, "corrected")["chapters"][1]["sections"][2]["discipline"] == "project-management"
    assert [row["state"] for row in read(done, "invited")["results"]] == ["queued"] * 3

    noted = read(done, "note")
    assert (noted["anchor"]["exact"], noted["author"]["name"]) == ("owns the night shift", "Rosa Field")
    notes = read(done, "open-notes")["results"]
    assert [n["kind"] for n in notes] == ["comment", "suggestion"]
    assert notes[0]["agreements"] == 1
    assert [c["body"] for c in read(done, "answered")["comments"]] == [
        "With us it is the *service desk*.",
        "Here too.",
        "Thank you, I will say so.",
    ]

    report = read(done, "report")
    assert (report["state"], [f["state"] for f in report["files"]]) == ("done", ["done"] * 3)
    assert (done / "report.pdf").read_bytes().startswith(b"%PDF")
    assert (done / "report.pdf").stat().st_size == report["files"][0]["bytes"]
    rows = (done / "report.csv").read_text("utf-8-sig")
    for words in ("service desk", "Say who keeps the list.", "moved a data centre", "the duty officer"):
        assert words in rows

    findings = read(done, "findings")
    assert findings["coverage"]["all"]["asked"] == 3
    assert findings["coverage"]["all"]["finished"] == 1
    assert findings["remarks"]["by_kind"]["suggestion"] == 1
    verdicts = findings["chapters"][0]["verdict"]["all"]
    assert (verdicts["n"], verdicts["yes"], verdicts["partly"]) == (2, 1, 1)

    second = read(done, "second-draft")
    assert (second["number"], second["state"], second["label"], second["round"]) == (2, "open", "1.1", 1)
    assert second["changes"]["changed"] == [second["chapters"][0]["sections"][0]["key"]]
    assert sum(second["changes"]["remarks"].values()) == 2
    assert second["changes"]["remarks"]["kept"] >= 1

    applied = read(done, "applied")
    assert (applied["decision"]["decision"], applied["decision"]["applied_in"]) == ("changed", 4)
    assert applied["anchor"]["exact"] == "the duty officer"
    assert read(done, "taken-back")["decision"]["decision"] == "will_change"
    assert "the duty officer" in read(done, "edited")["markdown"]
    assert read(done, "edited")["markdown"].endswith("Who is asked *first*?\n")

    printed = (done / "out").read_text().splitlines()
    assert printed.count("sent-twice") == 2
    assert printed[-1] == "Said better."

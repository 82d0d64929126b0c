"""The house rules a machine can read: who imports whom, who reads the environment, what templates may hold."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
#: Lower never imports higher.
LAYERS = ("anchoring", "jobs", "accounts", "manuscripts", "reviews", "reports", "api", "config")
#: The entries that name the settings module before anything is imported.
NAME_THE_SETTINGS = {"config/celery.py", "config/wsgi.py", "config/asgi.py"}


def sources(layer: str) -> list[Path]:
    return sorted((ROOT / layer).rglob("*.py"))


def imports(path: Path) -> Iterator[tuple[int, str]]:
    """Line and absolute dotted name of everything a file imports, inside functions too."""
    package = path.relative_to(ROOT).with_suffix("").parts[:-1]
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            yield from ((node.lineno, alias.name) for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            start = package[: len(package) - node.level + 1] if node.level else ()
            yield node.lineno, ".".join([*start, *([node.module] if node.module else [])])


def upward(path: Path, layer: str) -> list[str]:
    """The imports of a file that reach a higher layer."""
    higher = LAYERS[LAYERS.index(layer) + 1 :]
    return [
        f"{path.relative_to(ROOT)}:{line} {name}" for line, name in imports(path) if name.partition(".")[0] in higher
    ]


@pytest.mark.parametrize("layer", LAYERS)
def test_lower_never_imports_higher(layer):
    assert sources(layer)
    assert [line for path in sources(layer) for line in upward(path, layer)] == []


def test_upward_imports_are_seen(tmp_path, monkeypatch):
    """The control: each way of importing upward is found."""
    monkeypatch.setattr("tests.test_architecture.ROOT", tmp_path)
    (tmp_path / "jobs").mkdir()
    file = tmp_path / "jobs" / "planted.py"
    file.write_text(
        "import api.views\ndef f():\n    from reviews import rounds\nfrom . import models\nfrom config import env\n"
    )
    assert {line.split()[1] for line in upward(file, "jobs")} == {"api.views", "reviews", "config"}


def test_anchoring_is_pure():
    """No Django, no files, no network: what it needs comes in as arguments."""
    forbidden = {"django", "os", "io", "socket", "pathlib", "subprocess", "requests", "urllib", "tempfile", "sqlite3"}
    found = [
        f"{path.name}:{line} {name}"
        for path in sources("anchoring")
        for line, name in imports(path)
        if name.partition(".")[0] in forbidden
    ]
    assert found == []


def test_environment_is_read_in_one_place():
    found = []
    for layer in LAYERS:
        for path in sources(layer):
            name = path.relative_to(ROOT).as_posix()
            for number, line in enumerate(path.read_text().splitlines(), 1):
                if re.search(r"\bos\.(environ|getenv)\b", line) and name != "config/env.py":
                    if name in NAME_THE_SETTINGS and "DJANGO_SETTINGS_MODULE" in line:
                        continue
                    found.append(f"{name}:{number}")
    assert found == []


TEMPLATES = sorted((ROOT / "templates").rglob("*.html"))
INLINE = {
    "inline script": re.compile(r"<script(?![^>]*\bsrc=)", re.IGNORECASE),
    "inline style": re.compile(r"<style\b|\sstyle\s*=", re.IGNORECASE),
    "inline handler": re.compile(r"<[^>]+\son[a-z]+\s*=", re.IGNORECASE),
    "javascript address": re.compile(r"javascript:", re.IGNORECASE),
}


@pytest.mark.parametrize("kind", INLINE)
def test_templates_hold_nothing_the_policy_forbids(kind):
    assert TEMPLATES
    found = [str(path.relative_to(ROOT)) for path in TEMPLATES if INLINE[kind].search(path.read_text())]
    assert found == []


@pytest.mark.parametrize(
    ("kind", "planted"),
    [
        ("inline script", "<script>go()</script>"),
        ("inline style", '<p class="a" style="color: red">'),
        ("inline handler", '<a href="/" onclick="go()">'),
        ("javascript address", '<a href="javascript:go()">'),
    ],
)
def test_forbidden_lines_are_seen(kind, planted):
    assert INLINE[kind].search(planted)


def test_no_signals_and_no_mark_safe():
    """Django's signals hide who calls whom; escaping is lifted in rendering alone, by the `safe` filter."""
    found = []
    for layer in LAYERS:
        for path in sources(layer):
            for number, line in enumerate(path.read_text().splitlines(), 1):
                if re.search(r"\bmark_safe\(|django\.db\.models\.signals|django\.dispatch", line):
                    found.append(f"{path.relative_to(ROOT)}:{number}")
    assert found == []


def test_no_junk_drawers():
    names = {"utils", "util", "helpers", "helper", "services", "service", "managers", "manager", "common"}
    found = [str(path.relative_to(ROOT)) for layer in LAYERS for path in sources(layer) if path.stem in names]
    assert found == []

"""What is written about Widemargin: links that lead somewhere, settings that are all there, nothing of one machine."""

import re
import subprocess
from pathlib import Path

import pytest
from django.core.exceptions import ImproperlyConfigured
from PIL import Image

from config import env

ROOT = Path(__file__).resolve().parent.parent
PAGES = [ROOT / "README.md", ROOT / "ARCHITECTURE.md", ROOT / "CHANGELOG.md", *sorted((ROOT / "docs").glob("*.md"))]
LINK = re.compile(r"\[[^\]]*\]\(([^)\s]+)\)")
#: Registries and where they keep files; the folders of the people and machines that work on this.
ELSEWHERE = re.compile(
    r"(files\.python"
    r"hosted\.org|\bpypi\."
    r"org|registry\.npm"
    r"js\.org|proxy\.golang"
    r"\.org|crates\."
    r"io/api"
    r"|(?<![\w./-])/(?:home|Users|root|work|farm)/[\w.-]+)"
)


def tracked() -> list[Path]:
    """Files of this copy under version control; in a copy without it, all that a fresh one would have."""
    listed = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, check=False)
    if listed.returncode == 0:
        names = [name for name in listed.stdout.decode().split("\0") if name]
        return [ROOT / name for name in names if (ROOT / name).is_file()]
    skipped = {".venv", ".tools", "var", "__pycache__", ".git"}
    return [path for path in ROOT.rglob("*") if path.is_file() and not skipped & set(path.relative_to(ROOT).parts)]


def headings(text: str) -> set[str]:
    """The anchors that a page's headings have."""
    titles = re.findall(r"^#+ (.+)$", text, re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", title.lower()).replace(" ", "-") for title in titles}


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_every_link_leads_somewhere(page):
    for link in LINK.findall(page.read_text()):
        if re.match(r"https?://", link):
            continue
        path, _hash, anchor = link.partition("#")
        target = page.parent / path if path else page
        assert target.exists(), f"{page.name} links to {link}"
        assert ROOT in target.resolve().parents
        if anchor:
            assert anchor in headings(target.read_text()), f"{page.name} links to {link}"


def test_the_readme_leads_to_every_page():
    linked = set(LINK.findall((ROOT / "README.md").read_text()))
    assert {str(page.relative_to(ROOT)) for page in PAGES if page.name != "README.md"} <= linked


def test_no_file_names_a_registry_or_a_machine():
    found = []
    for path in tracked():
        data = path.read_bytes()
        if b"\0" in data:
            continue
        text = data.decode(errors="replace")
        found += [f"{path.relative_to(ROOT)}: {match.group(0)}" for match in ELSEWHERE.finditer(text)]
    assert found == []


def test_every_setting_is_described_and_every_description_is_a_setting():
    call = re.compile(r"""\b(?:env\.)?(?:text|flag|number|seconds|rate)\(\s*['\"]([A-Z_]+)['\"]""")
    read = set()
    for name in ("config/env.py", "config/settings.py", "config/clock.py", "config/celery.py"):
        read |= set(call.findall((ROOT / name).read_text()))
    table = (ROOT / "docs/operators.md").read_text().partition("| name | default |")[2].partition("\n\n")[0]
    assert len(read) > 15
    assert set(re.findall(r"^\| `([A-Z_]+)` \|", table, re.MULTILINE)) == read


@pytest.mark.parametrize(
    ("name", "value", "read"),
    [
        ("LOG_LEVEL", "loud", env.log_level),
        ("API_RATE", "many", lambda: env.rate("API_RATE", "1200/min")),
        ("API_RATE", "0/min", lambda: env.rate("API_RATE", "1200/min")),
        ("MAX_WORDS", "1e6", lambda: env.number("MAX_WORDS", 1_000_000, low=1000)),
        ("MAX_WORDS", "10", lambda: env.number("MAX_WORDS", 1_000_000, low=1000)),
        ("BEHIND_PROXY", "perhaps", lambda: env.flag("BEHIND_PROXY")),
        ("JOB_SWEEP", "0", lambda: env.seconds("JOB_SWEEP", 10)),
        ("DATABASE_URL", "mysql://host/name", lambda: env.database(ROOT)),
        ("REDIS_URL", "amqp://host", env.redis_url),
        ("EMAIL_URL", "imap://host", env.email),
        ("BASE_URL", "books.example.org", lambda: env.base_url(False)),
        ("BASE_URL", "https://example.org/books", lambda: env.base_url(False)),
    ],
)
def test_a_bad_value_is_named(monkeypatch, name, value, read):
    monkeypatch.setenv(name, value)
    with pytest.raises(ImproperlyConfigured, match=f"^{name} must"):
        read()


@pytest.mark.parametrize("value", ["30/s", "1200/min", "5/hour", "9/day"])
def test_good_rates(monkeypatch, value):
    monkeypatch.setenv("API_RATE", value)
    assert env.rate("API_RATE", "1200/min") == value


def test_the_picture_of_the_readme():
    path = ROOT / "docs/reading-room.png"
    assert path.stat().st_size <= 300_000
    with Image.open(path) as picture:
        assert picture.size == (1440, 900)

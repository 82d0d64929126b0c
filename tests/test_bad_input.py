"""Every broken or hostile file through the page and through the API.

Each ends in a clear refusal, in a draft that failed with its reason, or in a harmless import; never in a 500, half a
draft, a request to another host, or the words of a file of this machine.
"""

import html
import re
import resource
import socket
import threading

import psutil
import pytest
from django.core.cache import cache
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from api.models import ApiToken
from manuscripts import rendering
from manuscripts.formats import pandoc
from manuscripts.manuscripts import make_manuscript
from manuscripts.models import Draft, Placement, SectionText, Source
from tests.books import make_author
from tests.hostile import CASES, FAILED, MARKDOWN_BOMBS, READY, REFUSED, Case, Trap, md

pytestmark = pytest.mark.django_db

SECRET = "quokka-ledger-93711"
#: DESIGN 8: a conversion has at most 120 s and 700 MB; what is refused at the door costs next to nothing.
MOST_SECONDS, MOST_BYTES, DOOR_SECONDS = 120, 700 * 1024 * 1024, 5
#: Bombs read and rendered for as long as an author's text may be; the others are given up after so many seconds.
FULL_TIME, SHORT_TIME = {"open brackets", "definitions"}, 4


@pytest.fixture(autouse=True)
def folders(settings, tmp_path):
    cache.clear()
    settings.SOURCES_DIR = tmp_path / "sources"
    settings.IMAGES_DIR = tmp_path / "images"


@pytest.fixture
def hits():
    """The connections that a port of this machine got; `hits.url` leads to it."""

    class Hits(list):
        url = ""

    server, found = socket.create_server(("127.0.0.1", 0)), Hits()
    found.url = f"http://127.0.0.1:{server.getsockname()[1]}"

    def serve():
        while True:
            try:
                connection, where = server.accept()
            except OSError:
                return
            found.append(where)
            connection.close()

    threading.Thread(target=serve, daemon=True).start()
    yield found
    server.close()


@pytest.fixture
def trap(hits, tmp_path):
    canary = tmp_path / "canary.txt"
    canary.write_text(SECRET)
    return Trap(hits.url, str(canary))


class Spent:
    """CPU seconds of this process and its children, and the most memory (bytes) its children held together."""

    def __enter__(self):
        self.peak, self._over = 0, threading.Event()
        self._begun = self._seconds()
        self._thread = threading.Thread(target=self._watch)
        self._thread.start()
        return self

    def __exit__(self, *error):
        self._over.set()
        self._thread.join()
        self.seconds = self._seconds() - self._begun

    @staticmethod
    def _seconds():
        both = (resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
        return sum(usage.ru_utime + usage.ru_stime for usage in both)

    def _watch(self):
        me = psutil.Process()
        while not self._over.wait(0.05):
            held = 0
            for child in me.children(recursive=True):
                try:
                    held += child.memory_info().rss
                except psutil.NoSuchProcess:
                    continue
            self.peak = max(self.peak, held)


class Door:
    """One author at the page and at the API."""

    def __init__(self):
        author = make_author()
        self.book = make_manuscript(author, "The Night Shift")
        self.browser = Client(raise_request_exception=False)
        self.browser.force_login(author)
        secret = ApiToken.make(author, scope="write", days=9)[1]
        self.script = Client(raise_request_exception=False, headers={"Authorization": f"Bearer {secret}"})

    def by_script(self, name, data):
        body = {"file": SimpleUploadedFile(name, data)}
        return self.script.post(f"/api/v1/manuscripts/{self.book.slug}/drafts/", body)

    def by_page(self, name, data):
        return self.browser.post(reverse("draft_new", args=[self.book.slug]), {"file": SimpleUploadedFile(name, data)})

    def draft(self, number):
        return self.script.get(f"/api/v1/manuscripts/{self.book.slug}/drafts/{number}/").json()

    def words(self, number):
        """The words of a draft's page."""
        answer = self.browser.get(reverse("draft", args=[self.book.slug, number]))
        assert answer.status_code == 200
        return words_of(answer)


@pytest.fixture
def door():
    return Door()


def words_of(answer) -> str:
    return html.unescape(re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", answer.content.decode())))


def check_refused(door: Door, case: Case, data: bytes) -> None:
    """A problem document, the same words on the page, and no number taken."""
    answer = door.by_script(case.name, data)
    problem = answer.json()
    assert (answer.status_code, problem["code"]) == (case.status, case.code), problem
    assert answer["Content-Type"] == "application/problem+json"
    assert problem["errors"][0]["field"] == "file"
    page = door.by_page(case.name, data)
    assert page.status_code == case.status
    assert problem["detail"] in words_of(page)
    assert not Draft.objects.exists() and not Source.objects.exists()


def send(door: Door, case: Case, data: bytes, run_jobs) -> dict:
    """Through the API, then the same bytes on the page: the draft as the API has it."""
    answer = door.by_script(case.name, data)
    assert answer.status_code == 202, answer.content
    run_jobs()
    draft = door.draft(1)
    assert draft["state"] in (READY, FAILED), draft
    page = door.by_page(case.name, data)
    assert page.status_code == 302
    assert page.url == reverse("draft", args=[door.book.slug, 1 if draft["state"] == READY else 2])
    return draft


def check_failed(door: Door, case: Case, draft: dict) -> None:
    """The reason in both places, and nothing of the draft."""
    assert draft["state"] == FAILED and draft["chapters"] == []
    problem = next(problem for problem in draft["problems"] if problem["severity"] == "error")
    assert not case.code or problem["code"] == case.code
    assert len(problem["detail"]) > 20
    page = door.words(1)
    assert "This upload could not be read" in page and problem["detail"] in page
    assert not Placement.objects.exists() and not SectionText.objects.exists()


def check_ready(door: Door, draft: dict) -> None:
    """A whole draft that can be looked at."""
    assert draft["state"] == READY and draft["chapters"]
    assert all(section["text_id"] for chapter in draft["chapters"] for section in chapter["sections"])
    assert "This upload could not be read" not in door.words(1)
    for row in SectionText.objects.all():
        assert SECRET not in row.markdown and SECRET not in row.html
        assert not re.search(r"<(script|iframe|object|embed|style|link|meta|base|svg)\b", row.html)
        for target in re.findall(r'(?:src|href|poster|data|srcset|xlink:href)="([^"]*)"', row.html):
            assert not target.startswith(("file:", "javascript:", "/")), target


def play(door: Door, case: Case, trap: Trap, hits, run_jobs) -> None:
    """One file all the way, within the limits, with nothing asked of the trap."""
    data = case.make(trap)
    with Spent() as spent:
        if case.ends == REFUSED:
            check_refused(door, case, data)
        else:
            draft = send(door, case, data, run_jobs)
            ends = case.ends or draft["state"]
            check_failed(door, case, draft) if ends == FAILED else check_ready(door, draft)
    assert hits == [], "another host was asked"
    assert spent.seconds < (DOOR_SECONDS if case.ends == REFUSED else MOST_SECONDS)
    assert spent.peak < MOST_BYTES


@pytest.mark.parametrize("title", CASES)
def test_file(door, trap, hits, run_jobs, title):
    play(door, CASES[title], trap, hits, run_jobs)


@pytest.mark.parametrize("title", MARKDOWN_BOMBS)
def test_markdown_bomb(door, trap, hits, run_jobs, title, monkeypatch):
    if title not in FULL_TIME:
        monkeypatch.setattr(rendering.render, "__defaults__", (rendering.Limits(seconds=SHORT_TIME),))
        monkeypatch.setattr(pandoc, "seconds_allowed", lambda unpacked: SHORT_TIME)
    play(door, Case("a.md", md(MARKDOWN_BOMBS[title]), ends=""), trap, hits, run_jobs)


def test_the_trap_works(trap, hits):
    """A request would be seen, and the canary can be read."""
    host, port = trap.url.removeprefix("http://").split(":")
    with socket.create_connection((host, int(port)), timeout=5) as connection:
        connection.recv(1)
    assert len(hits) == 1
    with open(trap.path) as file:
        assert file.read() == SECRET


def test_too_big(door, settings):
    settings.MAX_FILE_BYTES = 1000
    check_refused(door, Case("a.md", lambda t: b"", REFUSED, "too_big", 413), b"# One\n\n" + b"word " * 400)


def test_no_file(door):
    slug = door.book.slug
    answer = door.script.post(f"/api/v1/manuscripts/{slug}/drafts/", {"note": "nothing"})
    assert (answer.status_code, answer.json()["code"]) == (400, "no_file")
    page = door.browser.post(reverse("draft_new", args=[slug]), {"note": "nothing"})
    assert page.status_code == 400 and answer.json()["detail"] in words_of(page)
    assert not Draft.objects.exists()

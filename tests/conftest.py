"""What every test may use: jobs that really run, a real browser, a folder of its own."""

import threading
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.conf import settings
from django.db import connection
from django.test import TransactionTestCase
from hypothesis import settings as hypothesis_settings

from scripts.browser import FLAGS, find_chromium
from tests.emptying import empty_tables

# The same examples in every run: a rare one that fails is looked for with --hypothesis-profile=default, and does not
# stop who changed something else.
hypothesis_settings.register_profile("suite", derandomize=True)
hypothesis_settings.load_profile("suite")

settings.PASSWORD_HASHERS = ["tests.passwords.QuickHasher"]
TransactionTestCase._fixture_teardown = empty_tables


@pytest.fixture(autouse=True)
def nothing_counted() -> None:
    """What earlier tests sent does not count against the limits of this one."""
    from django.core.cache import cache

    cache.clear()


@pytest.fixture
def run_jobs(db: None, settings: Any) -> Callable[[], int]:
    """Call it to do all waiting jobs here and now, those they make included; returns how many were done."""
    from jobs import running
    from jobs.models import Job

    # A heartbeat comes by another connection, which sees nothing of a test's transaction: it would end a long job.
    settings.JOB_HEARTBEAT = settings.JOB_LEASE = 3600

    def run_all() -> int:
        done = 0
        while True:
            waiting = list(Job.objects.waiting().values_list("pk", flat=True))
            if not waiting:
                return done
            done += sum(running.run(pk) for pk in waiting)

    return run_all


@pytest.fixture
def worker(transactional_db: None) -> Iterator[threading.Thread]:
    """A thread that does jobs as they come, beside a live server; it ends before the tables are emptied."""
    from jobs import running
    from jobs.models import Job

    over = threading.Event()

    def work() -> None:
        try:
            while not over.wait(0.05):
                for pk in list(Job.objects.waiting().values_list("pk", flat=True)):
                    running.run(pk)
        finally:
            connection.close()

    thread = threading.Thread(target=work, name="test-worker")
    thread.start()
    yield thread
    over.set()
    running.stopping.set()
    thread.join(30)
    running.stopping.clear()
    assert not thread.is_alive(), "a job did not stop when it was asked to"


@pytest.fixture(scope="session")
def browser() -> Iterator[Any]:
    """Chromium, started once for the session. Missing is a failure, never a skip: scripts/test fetches one."""
    from playwright.sync_api import sync_playwright

    path = find_chromium()
    if path is None:
        pytest.fail("No Chromium here; scripts/test fetches one, or set CHROMIUM to its path.", pytrace=False)
    with sync_playwright() as playwright:
        started = playwright.chromium.launch(executable_path=path, args=list(FLAGS))
        yield started
        started.close()


@pytest.fixture
def new_page(browser: Any) -> Iterator[Callable[..., Any]]:
    """Call it for a page in a context of its own (one person, one browser); options as Browser.new_context.

    Errors in the console, uncaught exceptions, failed requests and answers of 500 and above fail the test. A test
    that expects one of them removes it from `page.problems`.
    """
    contexts: list[Any] = []
    pages: list[Any] = []

    def make(**options: Any) -> Any:
        context = browser.new_context(**options)
        context.set_default_timeout(30_000)
        contexts.append(context)
        context.on("page", watch)
        return context.new_page()

    def watch(page: Any) -> None:
        page.problems = []
        pages.append(page)
        page.on("console", lambda message: note_message(page, message))
        page.on("pageerror", lambda error: page.problems.append(str(error)))
        page.on("requestfailed", lambda request: note_failure(page, request))
        page.on("response", lambda answer: note_answer(page, answer))

    def note_message(page: Any, message: Any) -> None:
        # Browsers ask for this by themselves where a page (plain text, a file) names no icon.
        if message.type == "error" and not message.location["url"].endswith("/favicon.ico"):
            page.problems.append(message.text)

    def note_failure(page: Any, request: Any) -> None:
        # A page that is left drops what it still loads, and a download ends its navigation: neither is a fault. Where
        # scripts are off, so are the modules that a page preloads.
        if request.failure not in {"net::ERR_ABORTED", "csp"}:
            page.problems.append(f"{request.failure} {request.url}")

    def note_answer(page: Any, answer: Any) -> None:
        if answer.status >= 500:
            page.problems.append(f"{answer.status} {answer.url}")

    yield make
    problems = [problem for page in pages for problem in page.problems]
    for context in contexts:
        context.close()
    assert problems == []


@pytest.fixture
def page(new_page: Callable[..., Any]) -> Any:
    """One page at 1280 x 900."""
    return new_page(viewport={"width": 1280, "height": 900})


@pytest.fixture
def cast(db: None) -> Any:
    """The named cast of tests/cast.py, around one book with an open draft."""
    from tests.cast import make_cast

    return make_cast()

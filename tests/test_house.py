"""Readiness, figures and the browser the other tests use."""

import pytest

from config.celery import app as celery
from config.clock import SCHEDULE
from jobs.worker import show_life


def test_process_answers(client):
    assert client.get("/healthz").content == b"ok\n"


def test_not_ready_without_a_worker(client, db):
    answer = client.get("/readyz")
    assert answer.status_code == 503
    assert answer.json()["checks"] == {"database": True, "migrations": True, "queue": True, "worker": False}


def test_ready_once_a_worker_was_seen(client, db):
    show_life("one")
    assert client.get("/readyz").json()["ready"] is True


def test_old_sign_of_life_does_not_count(client, db, time_machine):
    time_machine.move_to("2026-05-01T12:00:00Z", tick=False)
    show_life("one")
    time_machine.shift(31)
    assert client.get("/readyz").status_code == 503


def test_metrics_for_this_machine_only(client, db):
    show_life("one")
    text = client.get("/metrics").content.decode()
    assert 'widemargin_jobs{state="queued"} 0.0' in text
    assert "widemargin_worker_seen 1.0" in text
    assert "widemargin_live_streams 0.0" in text
    assert client.get("/metrics", REMOTE_ADDR="203.0.113.9").status_code == 404
    assert client.get("/metrics", HTTP_X_FORWARDED_FOR="203.0.113.9").status_code == 404


def test_metrics_for_the_operator(client, django_user_model):
    operator = django_user_model.objects.create_superuser("op@example.org")
    author = django_user_model.objects.create_user("author@example.org", is_author=True)
    client.force_login(author)
    assert client.get("/metrics", REMOTE_ADDR="203.0.113.9").status_code == 404
    client.force_login(operator)
    assert client.get("/metrics", REMOTE_ADDR="203.0.113.9").status_code == 200


def test_everything_on_the_clock_is_a_task_the_worker_knows():
    celery.loader.import_default_modules()
    assert {entry["task"] for entry in SCHEDULE.values()} <= set(celery.tasks)


@pytest.mark.e2e
def test_browser_reaches_the_live_server(live_server, page):
    page.goto(f"{live_server.url}/healthz")
    assert page.inner_text("body").strip() == "ok"


@pytest.mark.e2e
def test_browser_reports_faults(live_server, page):
    page.goto(f"{live_server.url}/healthz")
    page.evaluate("setTimeout(() => { throw new Error('planted') })")
    for _ in range(100):
        if page.problems:
            break
        page.wait_for_timeout(100)
    assert page.problems == ["planted"]
    page.problems.clear()


def test_a_form_beyond_any_upload_is_refused_before_it_is_read(client, settings, db):
    """By its length alone, whoever sends it and wherever; the body here is not even there."""
    for path in ("/account/login/", "/nowhere/"):
        answer = client.generic("POST", path, b"", CONTENT_LENGTH=str(settings.MAX_FILE_BYTES * 2))
        assert answer.status_code == 413
    assert client.generic("POST", "/nowhere/", b"", CONTENT_LENGTH="x").status_code == 413
    assert client.generic("POST", "/nowhere/", b"", CONTENT_LENGTH=str(settings.MAX_FILE_BYTES)).status_code == 404

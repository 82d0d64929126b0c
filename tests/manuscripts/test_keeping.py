"""Files under their hash: whoever removes one does not take it from whoever is about to name it."""

import threading

import pytest
from django.conf import settings
from django.db import connection, transaction

from jobs.models import Job
from manuscripts.formats import Upload
from manuscripts.keeping import hold_files, remove_unused, store_bytes
from manuscripts.models import Source
from manuscripts.uploads import upload
from tests.books import actor_of, make_book

DATA, SHA = b"# One\n\nWords.\n", "5c" * 32


@pytest.fixture
def author(transactional_db, settings, tmp_path):
    settings.SOURCES_DIR = tmp_path / "sources"
    return make_book().manuscript.memberships.get(role="author")


def test_a_file_that_is_being_named_is_not_removed(author):
    store_bytes(settings.SOURCES_DIR, DATA, SHA)
    kept = settings.SOURCES_DIR / next(settings.SOURCES_DIR.iterdir()).name
    named, removing = threading.Event(), threading.Event()

    def name_it():
        try:
            with transaction.atomic():
                Source.objects.create(
                    manuscript=author.manuscript, name="a.md", sha256=kept.name, format="markdown", bytes=len(DATA)
                )
                hold_files()
                named.set()
                removing.wait(10)
                threading.Event().wait(0.3)  # the other asks for the file meanwhile
        finally:
            connection.close()

    thread = threading.Thread(target=name_it)
    thread.start()
    assert named.wait(10)
    removing.set()
    remove_unused([(Source, settings.SOURCES_DIR, kept.name)])
    thread.join(10)
    assert kept.read_bytes() == DATA

    Source.objects.all().delete()
    remove_unused([(Source, settings.SOURCES_DIR, kept.name)])
    assert not kept.exists()


def test_what_was_removed_while_an_upload_came_in_is_kept_again(author, monkeypatch):
    def lose_then_hold(**options):
        for file in settings.SOURCES_DIR.iterdir():
            file.unlink()
        hold_files(**options)

    monkeypatch.setattr("manuscripts.uploads.hold_files", lose_then_hold)
    made = upload(actor_of(author), author.manuscript, [Upload("one.md", DATA)])
    assert made.draft.sources.get().path.read_bytes() == DATA


def test_two_dry_runs_of_one_file_do_not_take_it_from_each_other(author, run_jobs):
    jobs = [upload(actor_of(author), author.manuscript, [Upload("one.md", DATA)], dry_run=True).job for _ in range(2)]
    run_jobs()
    assert {Job.objects.get(pk=job.pk).state for job in jobs} == {Job.State.DONE}
    assert list(settings.SOURCES_DIR.iterdir()) == []

"""Suggestions applied at the same moment, by workers that are stalled or killed: each once, none over another."""

import threading

import pytest
from django.db import connection

from jobs import running
from jobs.models import Job
from manuscripts.models import Draft
from manuscripts.working import working_draft
from reviews import applying, editing
from reviews.applying import apply
from reviews.editing import edit_section, section_now
from reviews.models import Decision, Edit
from reviews.rounds import open_draft
from reviews.threads import NewThread, create_thread
from tests.books import actor_of, make_book, make_reader
from tests.jobs.processes import wait_until
from tests.reports.test_collecting import author_of

pytestmark = pytest.mark.django_db(transaction=True)
SUGGESTED = {"Nobody": "No one", "owns": "wants", "night": "late", "pager": "phone", "Who": "And who"}
RESULT = "The handover\nNo one wants the late shift. 👩‍🚒 The phone does.\nAnd who is awake?"


@pytest.fixture
def draft():
    return make_book()


def suggest(draft, words, replacement):
    omar = make_reader(draft.manuscript, f"Omar {words}", "it-operations")
    text = draft.placements.get(section__key="c1-1").text
    at = text.text.index(words)
    selector = {"start": at, "end": at + len(words)}
    new = NewThread(kind="suggestion", replacement=replacement, text_id=str(text.pk), selector=selector)
    return create_thread(actor_of(omar), draft.manuscript, new)[0]


def words_now(draft):
    return section_now(draft.manuscript, "c1-1").text.text.strip()


def at_once(pks):
    """Runs jobs in threads of their own, all begun together."""
    begin = threading.Barrier(len(pks))

    def work(pk):
        begin.wait()
        try:
            running.run(pk)
        finally:
            connection.close()

    threads = [threading.Thread(target=work, args=(pk,)) for pk in pks]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(120)


def test_five_at_once_in_one_section_are_all_in_one_working_draft(draft):
    ada = actor_of(author_of(draft))
    jobs = [apply(ada, suggest(draft, words, other)).pk for words, other in SUGGESTED.items()]
    at_once(jobs)
    while waiting := list(Job.objects.waiting().filter(pk__in=jobs)):  # given back by a database that was busy
        for job in waiting:
            running.run(job.pk)
    assert {job.state for job in Job.objects.filter(pk__in=jobs)} == {"done"}
    assert words_now(draft) == RESULT
    assert Draft.objects.filter(working=True).count() == 1
    assert Edit.objects.count() == Decision.objects.count() == len(SUGGESTED)


def test_a_section_that_changed_while_the_words_were_set_is_looked_at_again(draft, monkeypatch):
    ada = actor_of(author_of(draft))
    first, second = (apply(ada, suggest(draft, words, SUGGESTED[words])) for words in ("Nobody", "pager"))
    real = applying.spliced
    between = [lambda: running.run(second.pk)]

    def spliced(spot):
        made = real(spot)
        if between:
            between.pop()()
        return made

    monkeypatch.setattr(applying, "spliced", spliced)
    running.run(first.pk)
    assert words_now(draft) == "The handover\nNo one owns the night shift. 👩‍🚒 The phone does.\nWho is awake?"
    assert Edit.objects.count() == 2


def test_a_stalled_worker_stores_nothing_after_another_took_over(draft, monkeypatch):
    job = apply(actor_of(author_of(draft)), suggest(draft, "Nobody", "No one"))
    real = applying.spliced

    def spliced(spot):
        made = real(spot)
        Job.objects.filter(pk=job.pk).update(lease_token="another worker's")
        return made

    monkeypatch.setattr(applying, "spliced", spliced)
    running.run(job.pk)
    assert not Edit.objects.exists() and not Draft.objects.filter(working=True).exists()
    assert words_now(draft).startswith("The handover\nNobody owns")


def test_two_who_write_the_same_section_at_once_do_not_write_over_each_other(draft):
    ada = actor_of(author_of(draft))
    thread = suggest(draft, "Nobody", "No one")
    written = edit_section(ada, draft.manuscript, section_now(draft.manuscript, "c1-1"), "# Anew\n\nAll of it.")
    applied = apply(ada, thread)
    at_once([written.pk, applied.pk])
    written.refresh_from_db()
    applied.refresh_from_db()
    assert sorted([written.state, applied.state]) == ["done", "failed"]
    assert (written.problem_code or applied.problem_code) in ("changed", "edit_by_hand")
    assert Edit.objects.count() == 1


def test_opening_waits_for_an_edit_that_is_being_stored(draft, monkeypatch):
    ada = actor_of(author_of(draft))
    running.run(apply(ada, suggest(draft, "Nobody", "No one")).pk)
    working = working_draft(draft.manuscript)
    job = edit_section(ada, draft.manuscript, section_now(draft.manuscript, "c1-1"), "# Anew\n\nAll of it.")
    real = editing.add_edit
    opened = []

    def open_it():
        try:
            opened.append(open_draft(ada, Draft.objects.get(pk=working.pk)))
        finally:
            connection.close()

    opening = threading.Thread(target=open_it)

    def add_edit(*args):
        opening.start()
        opening.join(1)
        assert opening.is_alive()
        return real(*args)

    monkeypatch.setattr(editing, "add_edit", add_edit)
    running.run(job.pk)
    opening.join(60)
    job.refresh_from_db()
    assert job.state == "done"
    running.run(opened[0].pk)
    working.refresh_from_db()
    assert working.state == "open"
    assert working.placements.get(section__key="c1-1").text.text.startswith("Anew\nAll of it.")


@pytest.mark.slow
def test_a_killed_worker_leaves_the_text_whole_and_the_next_applies_once(draft, start_worker):
    first = start_worker()
    thread = suggest(draft, "Nobody", "No one")
    job = apply(actor_of(author_of(draft)), thread)
    wait_until(Job.objects.filter(pk=job.pk).exclude(state="queued").exists, 60)
    first.kill()
    assert words_now(draft).startswith(("The handover\nNobody owns", "The handover\nNo one owns"))
    start_worker()
    wait_until(lambda: Job.objects.get(pk=job.pk).state not in {"queued", "running"}, 120)
    assert Job.objects.get(pk=job.pk).state == "done"
    assert words_now(draft).startswith("The handover\nNo one owns")
    assert Edit.objects.get().thread_id == thread.pk
    assert Draft.objects.filter(working=True).count() == 1

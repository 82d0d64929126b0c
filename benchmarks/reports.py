"""Reports of large rounds: seconds and memory of each format, and of the findings.

scripts/bench reports

Each size in a process of its own; memory is the most that it held and the most that a child of it (typst) held,
together. The largest is the worker's whole job: from the rows of a database to the files kept. The author's own file
with the notes in it needs an uploaded book: `scripts/bench word_notes` measures that.
"""

import multiprocessing
import os
import resource
import tempfile
import time
from typing import Any

from benchmarks._ground import told

ALL = ("pdf", "report_docx", "xlsx", "zip", "html", "markdown", "csv", "json")
STREAMED = ("csv", "json", "xlsx")
# notes, goals in seconds and megabytes
USUAL, LARGE = (5_000, 25, 500), (100_000, 60, 400)
READERS, CHAPTERS = 60, 16
ANSWERS, SECONDS_FINDINGS = 100_000, 2.0


def main() -> int:
    """Print the figures; 1 where a goal is missed."""
    fine = True
    with (
        tempfile.TemporaryDirectory(prefix="widemargin-reports-") as folder,
        multiprocessing.get_context("spawn").Pool(1, maxtasksperchild=1) as pool,
    ):
        os.environ |= {"DATA_DIR": folder, "DEBUG": "1"}
        for name in ("DATABASE_URL", "REDIS_URL"):
            os.environ.pop(name, None)
        notes, seconds, megabytes = USUAL
        spent, most = pool.apply(_made, (notes,))
        print(f"{notes:,} notes: " + ", ".join(f"{each} {taken:.1f} s" for each, taken in spent.items()))
        fine &= told(f"{notes:>7,} notes, {len(ALL)} formats", sum(spent.values()), seconds, "s")
        fine &= told(f"{notes:>7,} notes, memory", most, megabytes, "MB")
        notes, seconds, megabytes = LARGE
        pool.apply(_fill, (notes,))
        taken, most = pool.apply(_worked)
        fine &= told(f"{notes:>7,} notes, job with {' '.join(STREAMED)}", taken, seconds, "s")
        fine &= told(f"{notes:>7,} notes, memory", most, megabytes, "MB")
        taken, answers = pool.apply(_found)
        fine &= told(f"{answers:>7,} answers, findings", taken, SECONDS_FINDINGS, "s")
    return int(not fine)


def _made(notes: int) -> tuple[dict[str, float], float]:
    """Seconds of the findings and of each format, and the most memory in MB."""
    import django

    django.setup()
    from reports.canonical import sha256
    from reports.findings import findings
    from reports.formats import FORMATS
    from tests.reports.samples import full_round

    snapshot = full_round(readers=READERS, notes=notes)
    begun = time.perf_counter()
    data: dict[str, Any] = findings(snapshot)
    digest = sha256(data)
    spent = {"findings": time.perf_counter() - begun}
    del snapshot
    for name in ALL:
        begun = time.perf_counter()
        with tempfile.TemporaryFile() as out:
            FORMATS[name].write(out, data, digest)
        spent[name] = time.perf_counter() - begun
    return spent, _held()


def _fill(notes: int) -> None:
    """A book in the database, open, with so many notes on its words."""
    import django

    django.setup()
    from django.core.management import call_command

    from manuscripts.manuscripts import make_manuscript
    from manuscripts.models import Placement
    from reviews.models import Anchor, Comment, Thread
    from tests.books import make_author, make_draft, make_reader, open_at_once

    call_command("migrate", verbosity=0)
    words = "\n\n".join(
        f"Paragraph {n}: nobody owns the night boat, and the plan does not say who is awake." for n in range(60)
    )
    chapters = {f"c{n}": (f"Chapter {n}", [(f"c{n}-1", None, f"# Chapter {n}\n\n{words}")]) for n in range(CHAPTERS)}
    draft = make_draft(make_manuscript(make_author(), "The Ferry That Waited"), chapters)
    open_at_once(draft)
    draft.refresh_from_db()
    places = list(Placement.objects.filter(draft=draft).select_related("text"))
    readers = [make_reader(draft.manuscript, f"Reader {n}", "it-operations") for n in range(READERS)]
    discipline = draft.manuscript.disciplines.get(slug="it-operations")
    here = {"draft": draft, "round": draft.round}
    for first in range(0, notes, 5_000):
        threads = []
        for n in range(first, first + 5_000):
            place, reader, start = places[n % len(places)], readers[n % READERS], n * 7 % 4_000
            where = {"chapter": place.chapter, "section": place.section, "text": place.text}
            about = {"scope": "section", "kind": "comment", "discipline": discipline, "author": reader}
            threads.append(Thread(manuscript=draft.manuscript, start=start, end=start + 30, **about, **where, **here))
        Thread.objects.bulk_create(threads)
        said = "Nobody here orders disks any more. Say who asks for capacity, and how many weeks before. "
        Comment.objects.bulk_create(
            Comment(thread=t, round=draft.round, author=t.author, body=f"{said}{t.pk}", anonymity="peers")
            for t in threads
        )
        Anchor.objects.bulk_create(
            Anchor(
                thread=t, draft=draft, attempt=1, fate="kept",
                text=t.text, chapter=t.chapter, section=t.section, start=t.start, end=t.end,
            )
            for t in threads
        )  # fmt: skip


def _worked() -> tuple[float, float]:
    """Seconds and the most memory in MB of the job that makes a report of that book."""
    import django

    django.setup()
    from jobs import running
    from manuscripts.models import Manuscript
    from reports.making import Wish, request_report
    from tests.books import actor_of

    book = Manuscript.objects.get()
    report = request_report(actor_of(book.memberships.get(role="author")), book, Wish(formats=STREAMED))
    begun = time.perf_counter()
    running.run(report.job_id)
    taken, most = time.perf_counter() - begun, _held()
    assert [file.state for file in report.files.all()] == ["done"] * len(STREAMED)
    return taken, most


def _held() -> float:
    """The most memory that this process and a child of it held, together, in MB."""
    return sum(resource.getrusage(who).ru_maxrss / 1024 for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))


def _found() -> tuple[float, int]:
    """Seconds for the findings of ANSWERS answers at least, and how many these were."""
    from reports.findings import findings
    from tests.reports.samples import full_round

    per_reader = len(full_round(readers=50, notes=0).answers) / 50
    snapshot = full_round(readers=round(ANSWERS / per_reader) + 1, notes=0)
    samples = []
    for _ in range(3):
        begun = time.perf_counter()
        findings(snapshot)
        samples.append(time.perf_counter() - begun)
    return min(samples), len(snapshot.answers)

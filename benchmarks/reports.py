"""Reports of large rounds: seconds and memory of each format, and of the findings.

scripts/bench reports

Each size in a process of its own; memory is the most that it held and the most that a child of it (typst) held,
together. The author's own file with the notes in it needs an uploaded book: `scripts/bench word_notes` measures that.
"""

import multiprocessing
import resource
import tempfile
import time
from typing import Any

from benchmarks._ground import told

ALL = ("pdf", "report_docx", "xlsx", "zip", "html", "markdown", "csv", "json")
STREAMED = ("csv", "json", "xlsx")
# notes, readers, formats, goals in seconds and megabytes
ROUNDS = ((5_000, 60, ALL, 25, 500), (100_000, 60, STREAMED, 60, 400))
ANSWERS, SECONDS_FINDINGS = 100_000, 2.0


def main() -> int:
    """Print the figures; 1 where a goal is missed."""
    fine = True
    with multiprocessing.get_context("spawn").Pool(1, maxtasksperchild=1) as pool:
        for notes, readers, formats, seconds, megabytes in ROUNDS:
            spent, most = pool.apply(_made, (notes, readers, formats))
            name = f"{notes:>7,} notes of {readers} readers"
            print(name + ": " + ", ".join(f"{each} {taken:.1f} s" for each, taken in spent.items()))
            fine &= told(f"{name}, {len(formats)} formats", sum(spent.values()), seconds, "s")
            fine &= told(f"{name}, memory", most, megabytes, "MB")
        taken, answers = pool.apply(_found)
        fine &= told(f"{answers:>7,} answers, findings", taken, SECONDS_FINDINGS, "s")
    return int(not fine)


def _made(notes: int, readers: int, formats: tuple[str, ...]) -> tuple[dict[str, float], float]:
    """Seconds of the findings and of each format, and the most memory in MB."""
    import django

    django.setup()
    from reports.canonical import sha256
    from reports.findings import findings
    from reports.formats import FORMATS
    from tests.reports.samples import full_round

    snapshot = full_round(readers=readers, notes=notes)
    begun = time.perf_counter()
    data: dict[str, Any] = findings(snapshot)
    digest = sha256(data)
    spent = {"findings": time.perf_counter() - begun}
    del snapshot
    for name in formats:
        begun = time.perf_counter()
        with tempfile.TemporaryFile() as out:
            FORMATS[name].write(out, data, digest)
        spent[name] = time.perf_counter() - begun
    held = [resource.getrusage(who).ru_maxrss / 1024 for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    return spent, sum(held)


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

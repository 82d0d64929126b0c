"""A Word file of 100,000 words imported through its job: seconds and memory of all processes (goal 25 s, 700 MB).

scripts/bench import_docx [WORDS]
"""

import os
import sys
import tempfile
import threading
import time
from pathlib import Path

import django
import psutil

GOAL_SECONDS = 25
GOAL_MB = 700


class Memory(threading.Thread):
    """Watches the memory of this process and of all it starts."""

    def __init__(self) -> None:
        super().__init__(daemon=True)
        self.peak = 0
        self.over = threading.Event()

    def run(self) -> None:
        me = psutil.Process()
        while not self.over.wait(0.05):
            total = 0
            for process in [me, *me.children(recursive=True)]:
                try:
                    total += process.memory_info().rss
                except psutil.Error:
                    continue
            self.peak = max(self.peak, total)


def main() -> int:
    """Print the figures; 1 where a goal is missed."""
    django.setup()
    words = int(sys.argv[1]) if len(sys.argv) > 1 else 100_000
    with tempfile.TemporaryDirectory() as folder:
        seconds, cpu, draft_line, peak = _measure(words, Path(folder))
    print(draft_line)
    print(f"{seconds:.1f} s (goal {GOAL_SECONDS}), of them {cpu:.1f} s of CPU; {peak} MB at most (goal {GOAL_MB})")
    return int(seconds > GOAL_SECONDS or peak > GOAL_MB)


def _cpu() -> float:
    """CPU seconds of this process and of all children that have ended."""
    times = os.times()
    return times.user + times.system + times.children_user + times.children_system


def _measure(words: int, folder: Path) -> tuple[float, float, str, int]:
    """Seconds from the upload to the ready draft, CPU seconds, a line about the draft, and the peak in MB."""
    from django.conf import settings
    from django.db import connection

    from accounts.models import User
    from benchmarks._books import docx_book
    from jobs import running
    from manuscripts.formats import Upload
    from manuscripts.manuscripts import make_manuscript
    from manuscripts.permissions import Actor
    from manuscripts.uploads import upload

    data = docx_book(words)
    settings.SOURCES_DIR, settings.IMAGES_DIR = folder / "sources", folder / "images"
    settings.DATABASES["default"]["TEST"]["NAME"] = str(folder / "bench.sqlite3")
    connection.creation.create_test_db(verbosity=0, serialize=False)
    author = User.objects.create_user("ada@example.org", name="Ada Lindqvist", is_author=True)
    manuscript = make_manuscript(author, "Measured")
    memory = Memory()
    memory.start()
    begun, cpu = time.monotonic(), _cpu()
    made = upload(Actor(user=author), manuscript, [Upload("book.docx", data)])
    running.run(made.job.pk)
    seconds, cpu = time.monotonic() - begun, _cpu() - cpu
    memory.over.set()
    made.draft.refresh_from_db()
    places = list(made.draft.placements.select_related("text"))
    total = sum(place.text.words for place in places)
    line = f"{len(data) // 1024} KB, {total:,} words, {len(places)} sections: {made.draft.state}"
    return seconds, cpu, line, memory.peak // 1024**2

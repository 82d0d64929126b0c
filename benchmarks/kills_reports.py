"""Workers killed in the middle of reports: what is lost, doubled, changed (the goal: nothing), and how soon it is made.

scripts/bench kills_reports [KILLS]    50; on SQLite and files, or on the servers of DATABASE_URL and REDIS_URL

A real worker makes reports of the sample and is killed by SIGKILL, alone or with its children: at a moment chosen by
chance, and at each place where most is at stake (`tests/jobs/dying.py`). After a second the next one starts, as under
scripts/run, with the leases of an installation. After five kills all is made whole; schedules that fall due are killed
on their way too. Recovery is from the last kill that hit a report to its `report.done`.
"""

import itertools
import os
import random
import sys
import tempfile
import time
from collections import Counter
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from benchmarks._ground import close, prepare, spread, told

KILLS, SHARE = 50, 5  # how many, and how many before all is made whole
GOAL_SECONDS = 60
FORMATS = ("pdf", "docx", "report_docx", "xlsx", "json")
RESTART = 1.0  # seconds until a dead worker is started again
LONGEST = 180  # seconds for a worker to come to its place, and for what was killed to be made
MINUTE = 60  # seconds between two looks for what is due


@dataclass
class Kill:
    """A worker that died at a place, and the jobs that it had in hand: kind and what they are of."""

    place: str
    at: datetime
    hit: list[tuple[str, int]]


@dataclass
class Ground:
    """The sample, the author who asks, and what was asked for and killed."""

    folder: Path
    manuscript: Any
    author: Any
    usual: float = 0.0  # seconds an undisturbed report takes
    reports: list[int] = field(default_factory=list)
    schedules: list[int] = field(default_factory=list)
    kills: list[Kill] = field(default_factory=list)
    missed: list[str] = field(default_factory=list)


def main() -> int:
    """Print the figures; 1 where a goal is missed."""
    kills = int(sys.argv[1]) if len(sys.argv) > 1 else KILLS
    with tempfile.TemporaryDirectory(prefix="widemargin-kills-") as name:
        folder = Path(name)
        (folder / "tmp").mkdir()
        os.environ |= {"DATA_DIR": name, "TMPDIR": str(folder / "tmp")}
        tempfile.tempdir = None
        engine = prepare(folder)
        try:
            ground = begin(folder)
            broker = "Redis" if os.environ.get("REDIS_URL") else "files"
            print(f"{engine}, queue in {broker}: a report of {len(FORMATS)} formats takes {ground.usual:.1f} s")
            kill_all(ground, kills)
            return int(not judged(ground))
        finally:
            close()


def begin(folder: Path) -> Ground:
    """The sample loaded, and one report made by a worker that nobody kills."""
    from manuscripts.models import Manuscript
    from manuscripts.permissions import Actor
    from reports.sample import loading

    loading.load()
    manuscript = Manuscript.objects.get()
    author = Actor(user=manuscript.memberships.get(role="author").user)
    ground = Ground(folder, manuscript, author)
    worker = start(ground)
    ask(ground)
    wait_for_all(ground)
    ground.usual = _seconds(ground.reports.pop())
    worker.end()
    return ground


def start(ground: Ground, **environment: str) -> Any:
    from tests.jobs.processes import WorkerProcess

    return WorkerProcess(ground.folder / "worker.log", "tests.jobs.dying", **environment)


def ask(ground: Ground) -> None:
    from reports.making import Wish, request_report

    ground.reports.append(request_report(ground.author, ground.manuscript, Wish(formats=FORMATS)).pk)


def fall_due(ground: Ground) -> None:
    """One more schedule, due now; the clock asks a worker to look."""
    from reports import schedules
    from reports.making import Wish
    from reports.models import Schedule

    name, wish = f"Choice {len(ground.schedules) + 1}", Wish(formats=("pdf", "json"))
    kept = schedules.keep(ground.author, ground.manuscript, wish, name=name, every="day", mail=True)
    Schedule.objects.filter(pk=kept.pk).update(reached=kept.reached - timedelta(days=2))
    ground.schedules.append(kept.pk)
    tick()


def tick() -> None:
    """What the clock says each minute."""
    from config.clock import SCHEDULE, app

    app.send_task(SCHEDULE["begin-due-reports"]["task"])


# Killing


def kill_all(ground: Ground, kills: int) -> None:
    """Kills until so many reports were hit; a schedule in each share."""
    from tests.jobs.dying import REPORT, SCHEDULE

    pick = random.Random(kills)
    places, due = itertools.cycle([*REPORT, "anywhere"]), itertools.cycle(SCHEDULE)
    while (done := _reports_hit(ground)) < kills and len(ground.kills) < 2 * kills + 10:
        for _ in range(min(SHARE, kills - done)):
            kill_one(ground, next(places), pick, ask)
        kill_one(ground, next(due), pick, fall_due)
        worker = start(ground)
        tick()
        wait_for_all(ground)
        worker.end()
        print(f"  {_reports_hit(ground)} of {kills} reports killed, {len(ground.kills)} workers", flush=True)


def kill_one(ground: Ground, place: str, pick: random.Random, ask_for: Any) -> None:
    """A worker, something for it to do, and its end at that place."""
    from django.utils import timezone

    environment = {"DIE_AT": place, "DIE_AFTER": "0", "DIE_ALONE": pick.choice(("", "1"))}
    if place == "anywhere":
        environment["DIE_AFTER"] = str(pick.uniform(0.01, 0.9 * ground.usual))
    elif place == "typst runs":
        environment["DIE_AFTER"] = str(pick.uniform(0.05, 0.3))
    elif place in {"file not renamed", "between two files"}:
        environment["DIE_ARRIVAL"] = str(pick.randint(1, len(FORMATS)))
    worker = start(ground, **environment)
    ask_for(ground)
    until = time.monotonic() + LONGEST
    while not worker.has_died():
        if time.monotonic() > until:
            ground.missed.append(f"no worker came to the place {place!r}")
            worker.kill()
        time.sleep(0.02)
    ground.kills.append(Kill(place, timezone.now(), _in_hand(ground)))
    time.sleep(RESTART)


def _in_hand(ground: Ground) -> list[tuple[str, int]]:
    """Jobs that run now and did not die with an earlier worker: only one worker lives at a time."""
    from jobs.models import Job

    since = ground.kills[-1].at if ground.kills else None
    running = Job.objects.filter(state="running", stored=False)
    running = running.filter(started__gt=since) if since else running
    return [(job.kind, job.args.get("report") or job.args.get("schedule")) for job in running]


def wait_for_all(ground: Ground) -> None:
    """Until nothing waits or runs and nothing is due; a look for what is due each minute."""
    from jobs.models import Job
    from reports.models import Schedule

    until, said = time.monotonic() + LONGEST, time.monotonic()
    while time.monotonic() < until:
        owed = Schedule.objects.filter(pk__in=ground.schedules, last=None).exists()
        if not owed and not Job.objects.active().exists():
            return
        if time.monotonic() - said > MINUTE:
            tick()
            said = time.monotonic()
        time.sleep(0.1)
    ground.missed.append("what was killed was not made in time")


def _reports_hit(ground: Ground) -> int:
    return sum(any(kind == "make_report" for kind, _pk in kill.hit) for kill in ground.kills)


def _seconds(report: int) -> float:
    from reports.models import Report

    job = Report.objects.get(pk=report).job
    return (job.finished - job.started).total_seconds()


# Judging


def judged(ground: Ground) -> bool:
    """Prints what became of all of it; whether the goals are reached."""
    from reports.models import Report, Schedule
    from tests.reports.whole import faults, faults_of

    found = faults(Report.objects.filter(pk__in=ground.reports))
    due = sum((faults_of(each) for each in Schedule.objects.filter(pk__in=ground.schedules)), Counter[str]())
    print("killed at: " + ", ".join(f"{place} {n}" for place, n in Counter(k.place for k in ground.kills).items()))
    hit = _reports_hit(ground)
    print(f"{len(ground.reports)} reports, {hit} kills in the middle of one; {len(ground.schedules)} schedules")
    fine = True
    for name in ("lost", "doubled", "changed"):
        fine &= told(f"  reports {name}", found[name], 0, "")
        fine &= told(f"  of schedules {name}", due[name], 0, "")
    print(f"  mails that went out again under the same Message-ID: {due['again']}")
    fine &= _soon(ground) & _tidy(ground)
    print("\n".join(f"MISSED  {each}" for each in ground.missed), end="\n" if ground.missed else "")
    return fine and not ground.missed


def _soon(ground: Ground) -> bool:
    from manuscripts.models import Event

    told_at = {e.subject: e.at for e in Event.objects.filter(kind="report.done")}
    last = {pk: kill.at for kill in ground.kills for kind, pk in kill.hit if kind == "make_report"}
    took = sorted(
        (told_at[f"report:{pk}"] - at).total_seconds() for pk, at in last.items() if f"report:{pk}" in told_at
    )
    if not took:
        return False
    print(f"  recovery of {len(took)} reports: {spread(took)} s (least / median / most)")
    return told("  recovery, 95 of 100", took[min(len(took) - 1, int(0.95 * len(took)))], GOAL_SECONDS, "s")


def _tidy(ground: Ground) -> bool:
    """What was left lying, and that none of it is there after a day."""
    from reports.leftovers import OLD, remove_leftovers
    from tests.reports.whole import orphans

    def left() -> int:
        return len(orphans()) + len(list((ground.folder / "tmp").iterdir()))

    print(f"  left lying: {len(orphans())} files of reports, {left() - len(orphans())} temporary folders")
    remove_leftovers(time.time() + OLD + MINUTE)
    return told("  left lying after a day", left(), 0, "")

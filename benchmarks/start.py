"""The second scripts/run: seconds until READY (goal 8); then all processes idle: memory (350 MB) and CPU (3 %).

scripts/bench start [SECONDS]    how long the idle processes are watched, 30 where not said
"""

import os
import select
import signal
import socket
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import psutil

from benchmarks._ground import told

ROOT = Path(__file__).resolve().parent.parent
GOAL_SECONDS = 8
GOAL_MB = 350
GOAL_PERCENT = 3
PATIENCE = 300
#: After READY the processes still finish what they began, such as the first sweep.
SETTLING = 15


def main() -> int:
    """Print the figures; 1 where a goal is missed."""
    watched = float(sys.argv[1]) if len(sys.argv) > 1 else 30
    with tempfile.TemporaryDirectory() as folder:
        first, process = _start(folder)
        _stop(process)
        second, process = _start(folder)
        spent = _cpu(process)
        try:
            time.sleep(SETTLING)
            rss, pss, cpu = _idle(process, watched)
        finally:
            _stop(process)
    print(f"First start with the sample, environment at hand: {first:.1f} s; the second took {spent:.1f} s of CPU")
    fine = [
        told("Second start", second, GOAL_SECONDS, "s"),
        told("Idle, all processes, RSS", rss, GOAL_MB, "MB"),
        told("Idle, all processes, PSS (what they share counted once)", pss, GOAL_MB, "MB"),
        told(f"Idle over {watched:g} s, CPU of a core", cpu, GOAL_PERCENT, "%"),
    ]
    return int(not all(fine))


def _start(folder: str) -> tuple[float, "subprocess.Popen[str]"]:
    """scripts/run on that data: seconds until READY, and its process."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    env = {**os.environ, "DATA_DIR": folder, "PORT": str(port)}
    env.pop("DJANGO_SETTINGS_MODULE", None)
    begun = time.monotonic()
    process = subprocess.Popen([ROOT / "scripts" / "run"], env=env, stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    while select.select([process.stdout], [], [], max(0.0, begun + PATIENCE - time.monotonic()))[0]:
        line = process.stdout.readline()
        if line.startswith("READY"):
            return time.monotonic() - begun, process
        if not line:
            break
    _stop(process)
    sys.exit("scripts/run did not get ready; see above.")


def _cpu(process: "subprocess.Popen[str]") -> float:
    """CPU seconds of all that has run since `process` began: what runs, and what it waited for."""
    parent = psutil.Process(process.pid)
    own = parent.cpu_times()
    running = sum(sum(child.cpu_times()[:4]) for child in parent.children(recursive=True))
    return sum(own[:4]) + running


def _stop(process: "subprocess.Popen[str]") -> None:
    process.send_signal(signal.SIGTERM)
    process.wait(20)


def _idle(process: "subprocess.Popen[str]", watched: float) -> tuple[float, float, float]:
    """RSS and PSS in MB of all processes, and the percentage of one core they take over `watched` seconds."""
    parent = psutil.Process(process.pid)
    family = [parent, *parent.children(recursive=True)]
    before = sum(sum(member.cpu_times()[:2]) for member in family)
    time.sleep(watched)
    spent = sum(sum(member.cpu_times()[:2]) for member in family) - before
    for member in family:
        name = " ".join(member.cmdline()[1:])[-60:]
        print(f"  {member.memory_info().rss / 1024**2:6.1f} MB  {name}")
    rss = sum(member.memory_info().rss for member in family)
    full = [member.memory_full_info() for member in family]
    # PSS is Linux's; elsewhere the unique part is what can be told.
    pss = sum(getattr(info, "pss", info.uss) for info in full)
    return rss / 1024**2, pss / 1024**2, 100 * spent / watched

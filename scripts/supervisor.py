"""The processes of one installation: started together, watched, stopped together. Standard library only.

Until the first READY a process that dies brings all down. Later it is started again after 1, 2, 4 ... seconds;
five deaths of one process within a minute bring all down.
"""

import contextlib
import ctypes
import fcntl
import json
import os
import secrets
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO
from urllib.parse import urlsplit

from environment import ROOT

HOST = "127.0.0.1"
READY_WITHIN = 120.0
#: Seconds between SIGTERM and SIGKILL; all is over within ten.
PATIENCE = 7.0
TOO_MANY_DEATHS = 5
#: Celery's own chatter between workers is of no use here: each worker writes its own sign of life.
WORKER_OPTIONS = ("--without-gossip", "--without-mingle", "--without-heartbeat")
#: One process, pages in a pool of threads (config/asgi.py). HTTP/2 is the business of a proxy.
WEB_OPTIONS = (
    *("--interface", "asginl", "--workers", "1", "--http", "1", "--no-ws"),
    *("--log-level", "warning", "--workers-kill-timeout", "5"),
)


def need_free_port(port: int) -> None:
    """End the program with a sentence where something listens on the port already."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((HOST, port))
        except OSError as error:
            sys.exit(f"Port {port} cannot be used ({error.strerror}). Choose another: PORT=8001 scripts/run")


def claim_data_dir(folder: Path) -> IO[str]:
    """Make the folder for its owner alone and lock it; ends the program where another instance has it."""
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        lock = open(folder / "run.lock", "a+")  # noqa: SIM115 - held open as long as the instance lives
    except OSError as error:
        sys.exit(f"DATA_DIR {folder} cannot be used: {error.strerror}.")
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        lock.seek(0)
        sys.exit(f"Widemargin already runs on {folder} (process {lock.read().strip() or 'unknown'}).")
    lock.truncate(0)
    lock.write(str(os.getpid()))
    lock.flush()
    return lock


def make_secret_key(folder: Path, env: dict[str, str]) -> None:
    """Keep a signing key in the folder, readable by its owner alone, unless the environment brings one."""
    path = folder / "secret_key"
    if path.exists() or env.get("SECRET_KEY") or env.get("SECRET_KEY_FILE"):
        return
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w") as file:
        file.write(secrets.token_urlsafe(50))


def start_up(python: str, env: dict[str, str], *, sample: bool) -> dict[str, list[str]]:
    """Database, static files and sample in one go; who may sign in by which link, by role."""
    command = [python, "manage.py", "start_up", *([] if sample else ["--no-sample"])]
    done = subprocess.run(command, env=env, cwd=ROOT, capture_output=True, text=True, check=False)
    if done.returncode:
        lines = done.stderr.strip().splitlines() or ["no reason given"]
        marker = "ImproperlyConfigured: "
        plain = marker in lines[-1]
        sys.exit("Cannot start: " + (lines[-1].partition(marker)[2] if plain else "\n".join(lines)))
    sys.stderr.write(done.stderr)
    people: dict[str, list[str]] = json.loads(done.stdout.strip().splitlines()[-1])
    return people


@dataclass
class Child:
    """One process we look after."""

    name: str
    command: list[str]
    process: "subprocess.Popen[bytes] | None" = None
    deaths: list[float] = field(default_factory=list)
    start_at: float = 0.0

    def start(self, env: dict[str, str]) -> None:
        """In a process group of its own, told to end should we be killed; speaks to our standard error."""
        self.process = subprocess.Popen(
            self.command,
            env=env,
            cwd=ROOT,
            stdin=subprocess.DEVNULL,
            stdout=sys.stderr,
            stderr=sys.stderr,
            start_new_session=True,
            preexec_fn=_end_with_parent,
        )

    def has_died(self) -> bool:
        return self.process is not None and self.process.poll() is not None


class Supervisor:
    """Web, worker and scheduler of one DATA_DIR."""

    def __init__(self, python: str, env: dict[str, str], port: int) -> None:
        granian = [str(Path(python).parent / "granian"), "--host", HOST, "--port", str(port)]
        celery = [python, "-m", "celery", "-q", "-A"]
        self.env = env
        self.port = port
        self.stopping = False
        self.children = [
            Child("web", [*granian, *WEB_OPTIONS, "config.asgi:application"]),
            Child("worker", [*celery, "config.celery", "worker", "-l", "WARNING", *WORKER_OPTIONS]),
            Child("scheduler", [*celery, "config.clock", "beat", "-l", "WARNING", "--pidfile="]),
        ]

    def run(self, people: dict[str, list[str]]) -> int:
        """Start, announce, watch until told to stop. The exit status: 0 when told, 1 when something broke."""
        for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
            signal.signal(number, self._told_to_stop)
        try:
            for child in self.children:
                child.start(self.env)
            if not self._wait_until_ready():
                return 0 if self.stopping else 1
            print(f"READY http://{HOST}:{self.port}/", flush=True)
            for role, (email, link) in people.items():
                print(role.upper(), email, link, flush=True)
            while not self.stopping:
                if not self._watch():
                    return 1
                time.sleep(0.25)
            return 0
        finally:
            self._stop()

    def _told_to_stop(self, number: int, frame: object) -> None:
        self.stopping = True

    def _wait_until_ready(self) -> bool:
        until = time.monotonic() + READY_WITHIN
        answer = "no answer"
        while not self.stopping:
            for child in self.children:
                if child.has_died():
                    print(f"The {child.name} process ended before it was ready; see above.", file=sys.stderr)
                    return False
            fine, answer = self._ready()
            if fine:
                return True
            if time.monotonic() > until:
                print(f"Not ready after {READY_WITHIN:.0f} seconds: {answer}", file=sys.stderr)
                return False
            time.sleep(0.1)
        return False

    def _ready(self) -> tuple[bool, str]:
        host = urlsplit(self.env.get("BASE_URL", "")).netloc or f"{HOST}:{self.port}"
        request = urllib.request.Request(f"http://{HOST}:{self.port}/readyz", headers={"Host": host})
        try:
            with urllib.request.urlopen(request, timeout=5) as response:
                return response.status == 200, ""
        except urllib.error.HTTPError as error:
            return False, error.read(500).decode(errors="replace")
        except OSError as error:
            return False, str(error)

    def _watch(self) -> bool:
        """Start again what has died; False when one dies too often."""
        now = time.monotonic()
        for child in self.children:
            if child.has_died() and child.process is not None:
                child.deaths = [at for at in child.deaths if now - at < 60] + [now]
                status = child.process.returncode
                _kill_group(child.process.pid)
                child.process = None
                if len(child.deaths) >= TOO_MANY_DEATHS:
                    print(f"The {child.name} process died {TOO_MANY_DEATHS} times in a minute.", file=sys.stderr)
                    return False
                wait = 2.0 ** (len(child.deaths) - 1)
                child.start_at = now + wait
                print(f"The {child.name} process ended ({status}); again in {wait:.0f} s.", file=sys.stderr)
            elif child.process is None and now >= child.start_at:
                child.start(self.env)
        return True

    def _stop(self) -> None:
        """Ask every process to end, then make sure of it."""
        running = [child.process for child in self.children if child.process]
        for process in running:
            if process.poll() is None:
                process.terminate()
        until = time.monotonic() + PATIENCE
        for process in running:
            try:
                process.wait(max(0.0, until - time.monotonic()))
            except subprocess.TimeoutExpired:
                print(f"Process {process.pid} did not end in time and is killed.", file=sys.stderr)
            _kill_group(process.pid)
            process.wait()


def _kill_group(group: int) -> None:
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(group, signal.SIGKILL)


def _end_with_parent() -> None:
    """Linux: SIGTERM for this process when its parent ends, however that ends."""
    if sys.platform == "linux":
        pr_set_pdeathsig = 1
        ctypes.CDLL(None).prctl(pr_set_pdeathsig, signal.SIGTERM)

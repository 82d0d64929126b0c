"""scripts/run as a person starts it: a folder of its own, a free port, real processes."""

import contextlib
import http.cookiejar
import os
import signal
import socket
import stat
import subprocess
import sys
import time
import urllib.error
import urllib.request
import uuid
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

import psutil
import pytest

ROOT = Path(__file__).resolve().parents[1]

pytestmark = [pytest.mark.slow, pytest.mark.timeout(400)]


class Instance:
    """One `scripts/run` and what it printed."""

    def __init__(self, env: dict[str, str], *arguments: str) -> None:
        self.log = Path(env["DATA_DIR"]).parent / f"log-{uuid.uuid4().hex}"
        with self.log.open("wb") as log:
            self.process = subprocess.Popen(
                [sys.executable, "scripts/run", *arguments],
                cwd=ROOT,
                env=env,
                stdout=subprocess.PIPE,
                stderr=log,
                text=True,
                start_new_session=True,
            )
        self.lines: list[str] = []

    def wait_until_ready(self) -> str:
        """The address in the READY line; fails with the log where none comes."""
        assert self.process.stdout is not None
        for line in self.process.stdout:
            self.lines.append(line.rstrip("\n"))
            if line.startswith("READY "):
                return line.split()[1]
        pytest.fail(f"never ready, exit {self.process.wait()}:\n{self.log.read_text()}")

    def links(self) -> dict[str, tuple[str, str]]:
        """E-mail and link by role, from the two lines after READY."""
        assert self.process.stdout is not None
        found = {}
        for _ in range(2):
            role, email, link = self.process.stdout.readline().split()
            found[role] = (email, link)
        return found

    def family(self) -> list[psutil.Process]:
        me = psutil.Process(self.process.pid)
        return [me, *me.children(recursive=True)]

    def worker(self) -> psutil.Process | None:
        for process in self.family():
            with contextlib.suppress(psutil.Error):
                if "worker" in process.cmdline():
                    return process
        return None

    def stop(self) -> tuple[int, float, list[psutil.Process]]:
        """Exit status, seconds it took, and the processes left over."""
        family = self.family()
        asked = time.monotonic()
        self.process.send_signal(signal.SIGTERM)
        status = self.process.wait(20)
        took = time.monotonic() - asked
        return status, took, psutil.wait_procs(family, timeout=0.5)[1]

    def end(self) -> None:
        if self.process.poll() is None:
            family = self.family()
            for process in family:
                process.kill()
            psutil.wait_procs(family, timeout=5)


@pytest.fixture
def env(tmp_path: Path) -> Iterator[dict[str, str]]:
    """An environment with a data folder, a free port and, on PostgreSQL, a database of its own."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    unset = {"BASE_URL", "PRODUCTION", "DJANGO_SETTINGS_MODULE", "SECRET_KEY"}
    made = {name: value for name, value in os.environ.items() if name not in unset}
    made |= {"DATA_DIR": str(tmp_path / "data"), "PORT": str(port)}
    if "DATABASE_URL" not in made:
        yield made
        return
    import psycopg

    url = urlsplit(made["DATABASE_URL"])
    name = f"widemargin_run_{uuid.uuid4().hex[:12]}"
    with psycopg.connect(url._replace(path="/postgres").geturl(), autocommit=True) as server:
        server.execute(f"CREATE DATABASE {name}")
        yield made | {"DATABASE_URL": url._replace(path=f"/{name}").geturl()}
        server.execute(f"DROP DATABASE {name} WITH (FORCE)")


@pytest.fixture
def start(env: dict[str, str]) -> Iterator:
    """Call it with arguments of scripts/run; what is still there at the end is killed."""
    started: list[Instance] = []

    def begin(*arguments: str, **changes: str) -> Instance:
        started.append(Instance(env | changes, *arguments))
        return started[-1]

    yield begin
    for instance in started:
        instance.end()


def fetch(url: str) -> int:
    """The status after all redirects, in a browser with no history."""
    jar = urllib.request.HTTPCookieProcessor(http.cookiejar.CookieJar())
    try:
        with urllib.request.build_opener(jar).open(url, timeout=20) as answer:
            return answer.status
    except urllib.error.HTTPError as error:
        return error.code


def test_sample_comes_up_with_links_stops_and_comes_again(start, env):
    first = start()
    address = first.wait_until_ready()
    assert address == f"http://127.0.0.1:{env['PORT']}/"
    links = first.links()
    assert set(links) == {"AUTHOR", "REVIEWER"}
    for email, link in links.values():
        assert "@" in email
        assert link.startswith(address)
        assert fetch(link) == 200
    assert fetch(f"{address}readyz") == 200

    data = Path(env["DATA_DIR"])
    assert stat.S_IMODE(data.stat().st_mode) == 0o700
    assert stat.S_IMODE((data / "secret_key").stat().st_mode) == 0o600
    key = (data / "secret_key").read_text()

    status, took, left = first.stop()
    assert (status, left) == (0, [])
    assert took < 10

    again = start()
    again.wait_until_ready()
    new = again.links()
    assert {role: email for role, (email, _) in new.items()} == {role: email for role, (email, _) in links.items()}
    assert new["AUTHOR"][1] != links["AUTHOR"][1]
    assert fetch(new["AUTHOR"][1]) == 200
    assert (data / "secret_key").read_text() == key
    assert again.stop()[0] == 0


def test_empty_prints_ready_alone_and_one_folder_has_one_instance(start, env):
    first = start("--empty")
    address = first.wait_until_ready()

    second = start("--empty", PORT="0")
    assert second.process.wait(30) == 1
    assert "PORT must be a number" in second.log.read_text()

    taken = start("--empty", DATA_DIR=f"{env['DATA_DIR']}-other")
    assert taken.process.wait(30) == 1
    assert f"Port {env['PORT']} cannot be used" in taken.log.read_text()

    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        free = str(probe.getsockname()[1])
    same_folder = start("--empty", PORT=free)
    assert same_folder.process.wait(30) == 1
    assert "already runs" in same_folder.log.read_text()

    first.process.send_signal(signal.SIGINT)
    out, _ = first.process.communicate(timeout=20)
    assert first.process.returncode == 0
    assert out == ""
    with pytest.raises(OSError):
        fetch(f"{address}healthz")


def test_worker_that_dies_is_started_again(start):
    instance = start("--empty")
    address = instance.wait_until_ready()
    worker = instance.worker()
    assert worker is not None
    worker.kill()
    until = time.monotonic() + 20
    while instance.worker() in (None, worker) and time.monotonic() < until:
        time.sleep(0.1)
    assert instance.worker() not in (None, worker)
    assert "The worker process ended" in instance.log.read_text()
    assert fetch(f"{address}readyz") == 200
    assert instance.stop()[2] == []


@pytest.mark.skipif(sys.platform != "linux", reason="other systems tell no child that its parent was killed")
def test_killed_outright_it_leaves_no_process(start):
    instance = start("--empty")
    instance.wait_until_ready()
    family = instance.family()
    instance.process.kill()
    assert psutil.wait_procs(family, timeout=15)[1] == []


def test_production_needs_its_address(start):
    instance = start("--production")
    assert instance.process.wait(60) == 1
    log = instance.log.read_text()
    assert "Cannot start: BASE_URL is required in production" in log
    assert "Traceback" not in log


def test_production_has_no_sample_and_answers_to_its_name(start, env):
    instance = start("--production", BASE_URL="https://books.example.org")
    address = instance.wait_until_ready()
    assert fetch(f"{address}healthz") == 200
    foreign = urllib.request.Request(f"{address}healthz", headers={"Host": "evil.example"})
    with pytest.raises(urllib.error.HTTPError, match="400"):
        urllib.request.urlopen(foreign, timeout=10)
    instance.process.terminate()
    assert instance.process.communicate(timeout=20)[0] == ""


def test_bad_setting_is_named(start):
    instance = start("--empty", JOB_LEASE="soon")
    assert instance.process.wait(60) == 1
    assert "Cannot start: JOB_LEASE must be a number of seconds, not 'soon'." in instance.log.read_text()


def test_bench_lists_and_refuses_unknown_names():
    listing = subprocess.run(
        [sys.executable, "scripts/bench"], cwd=ROOT, capture_output=True, text=True, timeout=60, check=True
    )
    names = {path.stem for path in (ROOT / "benchmarks").glob("[a-z]*.py")}
    assert {line.split()[0] for line in listing.stdout.splitlines()} == names
    unknown = subprocess.run(
        [sys.executable, "scripts/bench", "no-such"], cwd=ROOT, capture_output=True, text=True, timeout=60, check=False
    )
    assert unknown.returncode == 2
    assert "No benchmark 'no-such'" in unknown.stderr

"""docker-compose.yml and Dockerfile, as far as they can be seen without pulling images."""

import os
import re
import shlex
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

ROOT = Path(__file__).resolve().parents[1]
SETTINGS = {
    "BASE_URL": "https://books.example.org",
    "SECRET_KEY": "x" * 60,
    "POSTGRES_PASSWORD": "secret",
}


@pytest.fixture(scope="module")
def compose() -> dict:
    return yaml.safe_load((ROOT / "docker-compose.yml").read_text())


def compose_command() -> list[str] | None:
    """Docker's own reader of such files, where this machine has it."""
    for command in (["docker", "compose"], ["docker-compose"]):
        if shutil.which(command[0]) and subprocess.run([*command, "version"], capture_output=True).returncode == 0:
            return command
    return None


def test_file_is_accepted(compose):
    """By Docker where it is; everywhere as YAML whose services are all of an image or built from here."""
    command = compose_command()
    if command:
        subprocess.run([*command, "config", "--quiet"], cwd=ROOT, env={**os.environ, **SETTINGS}, check=True)
    assert all("image" in service for service in compose["services"].values())


def test_three_processes_of_one_image_and_their_servers(compose):
    services = compose["services"]
    assert set(services) == {"web", "worker", "scheduler", "postgres", "redis"}
    assert {services[name]["image"] for name in ("web", "worker", "scheduler")} == {"widemargin"}
    assert {name for name, service in services.items() if "healthcheck" in service} == set(services) - {"scheduler"}


def test_all_that_is_referred_to_is_there(compose):
    services = compose["services"]
    for service in services.values():
        for other, condition in service.get("depends_on", {}).items():
            assert condition == {"condition": "service_healthy"}
            assert "healthcheck" in services[other]
        for volume in service.get("volumes", []):
            assert volume.partition(":")[0] in compose["volumes"]


def test_nothing_but_the_web_is_reachable_and_that_from_this_machine(compose):
    ports = {name: service["ports"] for name, service in compose["services"].items() if "ports" in service}
    assert ports == {"web": ["127.0.0.1:${PORT:-8000}:8000"]}


def test_what_must_be_set_stops_the_start(compose):
    text = (ROOT / "docker-compose.yml").read_text()
    assert set(re.findall(r"\$\{(\w+):\?", text)) == set(SETTINGS)
    environment = compose["services"]["web"]["environment"]
    assert environment["DATABASE_URL"].startswith("postgres://")
    assert environment["REDIS_URL"].startswith("redis://redis")


@pytest.mark.parametrize("name", ["worker", "scheduler"])
def test_commands_are_understood(compose, name):
    """Each option of the two Celery commands is one Celery has: --help after them is shown only then."""
    words = shlex.split(compose["services"][name]["command"])
    assert words[0] == "celery"
    shown = subprocess.run(
        [sys.executable, "-m", *words, "--help"], cwd=ROOT, capture_output=True, text=True, timeout=60, check=False
    )
    assert shown.returncode == 0, shown.stderr


def test_web_command_is_understood():
    """The server's options are those the installed granian has."""
    command = (ROOT / "Dockerfile").read_text().partition("exec granian ")[2].partition('"')[0]
    options = {word for word in shlex.split(command) if word.startswith("--")}
    known = subprocess.run(
        [str(Path(sys.executable).parent / "granian"), "--help"], capture_output=True, text=True, timeout=60, check=True
    ).stdout
    assert options == {option for option in options if re.search(rf"{option}\b", known)} != set()


def test_image_runs_as_a_user_without_rights():
    dockerfile = (ROOT / "Dockerfile").read_text()
    assert re.search(r"^USER widemargin$", dockerfile, re.MULTILINE)
    assert dockerfile.index("USER widemargin") < dockerfile.index("CMD ")
    assert "--require-hashes" in dockerfile

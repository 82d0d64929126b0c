"""`manage.py carry_ranges` as others run it: a process that is asked line by line."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
OLD = "Nobody asked. The pager 📟 rang at two in the morning, twice. Then it was quiet."
NEW = "The pager 📟 rang at three in the morning, twice. Then it was quiet. Nobody slept."


def line(old, new, *quotes):
    anchors = [{"start": old.index(quote), "end": old.index(quote) + len(quote), "truth": {}} for quote in quotes]
    return json.dumps({"id": "x", "old_text": old, "new_text": new, "anchors": anchors}) + "\n"


@pytest.fixture
def command():
    """The command as a process; with a database that cannot be reached, since it needs none."""
    process = subprocess.Popen(
        [sys.executable, "manage.py", "carry_ranges"],
        cwd=ROOT,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        env={**os.environ, "DATABASE_URL": "postgres://nobody@127.0.0.1:1/nowhere"},
        encoding="utf-8",
    )
    yield process
    process.kill()
    process.wait()
    for pipe in (process.stdin, process.stdout, process.stderr):
        pipe.close()


def ask(process, text):
    process.stdin.write(text)
    process.stdin.flush()
    return json.loads(process.stdout.readline())


def test_each_line_is_answered_before_the_next_is_asked(command):
    rang, asked = ask(command, line(OLD, NEW, "rang at two in the morning", "Nobody asked"))
    assert NEW[rang["start"] : rang["end"]] == "rang at three in the morning"
    assert asked is None
    assert ask(command, line(OLD, OLD, "📟 rang")) == [{"start": OLD.index("📟"), "end": OLD.index("📟") + 6}]
    assert ask(command, line(OLD, "")) == []
    assert ask(command, "\n" + line(OLD, "", "quiet")) == [None]
    command.stdin.close()
    assert command.wait(timeout=30) == 0
    assert command.stderr.read() == ""


@pytest.mark.parametrize(
    ("bad", "said"),
    [
        ("nonsense", "line 2: this is no JSON"),
        ("[" * 100_000, "line 2: this "),
        ("[]", "line 2: an object is wanted"),
        ('{"old_text": "a", "anchors": []}', "line 2: old_text and new_text are texts"),
        ('{"old_text": "a", "new_text": "b"}', "line 2: anchors is a list"),
        ('{"old_text": "a", "new_text": "b", "anchors": [{"start": 0, "end": true}]}', "line 2: anchors[0]: start"),
        ('{"old_text": "a", "new_text": "b", "anchors": [{"start": 0, "end": 2}]}', "line 2: anchors[0]: 0-2 is no"),
        ('{"old_text": "a", "new_text": "b", "anchors": [7]}', "line 2: anchors[0]: start and end are whole"),
    ],
)
def test_a_bad_line_ends_it_and_is_named(command, bad, said):
    assert ask(command, line(OLD, NEW, "morning")) != [None]
    out, err = command.communicate(bad + "\n" + line(OLD, NEW, "morning"), timeout=30)
    assert (command.returncode, out) == (1, "")
    assert said in err
    assert "Traceback" not in err

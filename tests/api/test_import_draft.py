"""`manage.py import_draft`: the line of JSON, the exit status, and what stays behind."""

import io
import json

import pytest
from django.core.management import CommandError, call_command

from accounts.models import User
from manuscripts.models import Draft, Manuscript

from .conftest import join, note
from .test_drafts import ONE, TWO

pytestmark = pytest.mark.django_db


@pytest.fixture
def files(tmp_path):
    made = {"one": tmp_path / "one.md", "two": tmp_path / "two.md", "broken": tmp_path / "broken.docx"}
    made["one"].write_bytes(ONE)
    made["two"].write_bytes(TWO)
    made["broken"].write_bytes(b"PK\x03\x04" + b"x" * 400)
    made["half"] = tmp_path / "half.md"
    made["half"].write_bytes(ONE.split(b"# The bridge")[0])
    return {name: str(path) for name, path in made.items()}


def run(*args):
    out = io.StringIO()
    call_command("import_draft", *args, stdout=out)
    (line,) = out.getvalue().splitlines()
    return json.loads(line)


def refused(*args):
    """The printed line, if any, and the refusal."""
    out = io.StringIO()
    with pytest.raises(CommandError) as caught:
        call_command("import_draft", *args, stdout=out)
    return (json.loads(out.getvalue()) if out.getvalue() else None), caught.value


def test_a_draft_of_a_manuscript(book, files):
    done = run(files["one"], "--manuscript", "nine-crossings")
    assert done == {
        "manuscript": "nine-crossings",
        "number": 1,
        "state": "ready",
        "created": True,
        "problems": [],
        "changes": {
            "against": None,
            "added": [],
            "changed": [],
            "moved": [],
            "renamed": [],
            "removed": [],
            "remarks": {"kept": 0, "moved": 0, "edited": 0, "detached": 0},
        },
    }
    again = run(files["one"], "--manuscript", "nine-crossings", "--open", "new")
    assert (again["number"], again["state"], again["created"]) == (1, "open", False)
    second = run(files["two"], "--manuscript", "nine-crossings", "--open", "same")
    assert (second["number"], second["state"], second["changes"]["changed"]) == (2, "open", ["c1", "c2-dep"])


def test_a_new_manuscript_of_an_author(owner, files):
    done = run(files["one"], "--title", "Nine crossings", "--author", "OLIVE@books.example", "--open", "new")
    assert (done["manuscript"], done["number"], done["state"]) == ("nine-crossings", 1, "open")
    assert Manuscript.objects.get().memberships.get().user == owner.user


def test_a_dry_run_leaves_nothing(owner, files):
    done = run(files["one"], "--title", "Nine crossings", "--author", "olive@books.example", "--dry-run")
    assert (done["manuscript"], done["number"], done["state"], done["created"]) == (None, None, "ready", False)
    assert not Draft.objects.exists() and not Manuscript.objects.exists()


def test_held_back_is_exit_1_with_the_line_printed(owner, book, files):
    run(files["one"], "--manuscript", "nine-crossings", "--open", "new")
    rosa = join(book, "rosa@ops.example", "Rosa Field", ["it-operations"])
    rosa.post("/manuscripts/nine-crossings/threads/", note(book.open_draft, "c2-ops", "lamp"))
    line, error = refused(files["half"], "--manuscript", "nine-crossings", "--open", "new")
    assert (line["state"], line["number"], error.returncode) == ("ready", 2, 1)
    assert "confirm" in {problem["severity"] for problem in line["problems"]}
    assert book.open_draft.number == 1


def test_refusals(owner, book, files, tmp_path):
    line, error = refused(files["broken"], "--manuscript", "nine-crossings")
    assert (line["state"], error.returncode) == ("failed", 1)
    assert line["problems"][0]["detail"] in str(error)
    User.objects.create_user("reader@books.example")
    for args in (
        (str(tmp_path / "none.md"), "--manuscript", "nine-crossings"),
        (files["one"], "--manuscript", "no-such-book"),
        (files["one"], "--title", "T", "--author", "nobody@books.example"),
        (files["one"], "--title", "T", "--author", "reader@books.example"),
        (files["one"], "--manuscript", "nine-crossings", "--open", "same"),
    ):
        line, error = refused(*args)
        assert (line, error.returncode) == (None, 1)
    _line, error = refused(files["one"], "--title", "T")
    assert error.returncode == 2
    assert Manuscript.objects.count() == 1

"""What a killed process left lying goes after a day; nothing else does."""

import os
import tempfile
import time
from pathlib import Path

import pytest

from config.celery import app
from config.clock import SCHEDULE
from manuscripts.formats.folder import work_folder
from reports.leftovers import remove_leftovers
from reports.models import Report
from tests.books import make_book
from tests.reports.test_making import ask

pytestmark = pytest.mark.django_db
DAY = 24 * 3600


@pytest.fixture(autouse=True)
def folders(settings, tmp_path, monkeypatch):
    for name in ("SOURCES_DIR", "IMAGES_DIR", "REPORTS_DIR", "MAIL_DIR"):
        setattr(settings, name, tmp_path / name)
        (tmp_path / name).mkdir()
    settings.DATA_DIR = tmp_path
    (tmp_path / "broker").mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    return tmp_path


def age(path: Path, seconds: float) -> None:
    os.utime(path, (time.time() - seconds,) * 2)


HALF_WRITTEN = (
    "SOURCES_DIR/.new-a1",
    "IMAGES_DIR/.new-b2",
    "REPORTS_DIR/.new-c3",
    "MAIL_DIR/.20260501-1.eml",
    "broker/1-a.writing",
    "broker/1-a.jobs.taken-77",
    f"REPORTS_DIR/{'e' * 64}",
)


@pytest.mark.parametrize("name", HALF_WRITTEN)
def test_what_was_left_goes_after_a_day(folders, name):
    left = folders / name
    left.write_text("half")
    age(left, DAY - 60)
    assert remove_leftovers() == 0 and left.exists()
    age(left, DAY + 60)
    assert remove_leftovers() == 1 and not left.exists()


@pytest.mark.parametrize("name", [f"SOURCES_DIR/{'a' * 64}", "MAIL_DIR/20260501-1.eml", "broker/1-a.jobs", "else"])
def test_what_is_whole_stays(folders, name):
    kept = folders / name
    kept.write_text("whole")
    age(kept, 30 * DAY)
    assert remove_leftovers() == 0 and kept.exists()


def test_folders_of_converters_go_with_what_is_in_them_and_others_stay(folders):
    with work_folder() as name:
        left, other = Path(name), folders / "widemargin-demo"
        for folder in (left, other):
            folder.mkdir(exist_ok=True)
            (folder / "data.json").write_text("{}")
            age(folder, DAY + 60)
        assert remove_leftovers() == 1
        assert not left.exists() and other.exists()
        left.mkdir()


def test_files_of_reports_stay_however_old(folders, settings, run_jobs):
    report = ask(make_book(), formats=("json", "markdown"))
    run_jobs()
    for file in settings.REPORTS_DIR.iterdir():
        age(file, 400 * DAY)
    assert remove_leftovers() == 0
    assert all(file.path.exists() for file in Report.objects.get(pk=report.pk).files.all())


def test_it_is_done_each_day():
    app.loader.import_default_modules()
    assert app.tasks[SCHEDULE["remove-leftovers"]["task"]].run() == 0

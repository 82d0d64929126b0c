"""What a benchmark of the running code stands on: settings pointing into a folder of its own, an empty database."""

import statistics
from pathlib import Path

import django


def prepare(folder: Path) -> str:
    """Django set up with an empty database and files in `folder`; what the database is. Never the data of this copy.

    With DATABASE_URL the database is made beside the one it names, as for tests; `close` removes it.
    """
    django.setup()
    from django.conf import settings
    from django.db import connection

    for name in ("SOURCES_DIR", "IMAGES_DIR", "REPORTS_DIR", "MAIL_DIR", "STATIC_ROOT"):
        setattr(settings, name, folder / getattr(settings, name).name)
    if connection.vendor == "sqlite":
        settings.DATABASES["default"]["TEST"]["NAME"] = str(folder / "bench.sqlite3")
    else:
        settings.DATABASES["default"]["TEST"]["NAME"] = f"{settings.DATABASES['default']['NAME']}_bench"
    connection.creation.create_test_db(verbosity=0, autoclobber=True, serialize=False)
    return connection.display_name


def collect_static() -> None:
    """Static files with hashed names, as pages link to them outside DEBUG."""
    from django.core.management import call_command

    call_command("collectstatic", interactive=False, verbosity=0)


def close() -> None:
    """Removes the database `prepare` made."""
    from django.db import connection

    connection.creation.destroy_test_db(connection.settings_dict["NAME"], verbosity=0)


def told(name: str, figure: float, goal: float, unit: str) -> bool:
    """Prints a figure beside its goal; whether the goal is reached."""
    fine = figure <= goal
    print(f"{name}: {figure:.4g} {unit} (goal {goal:g}){'' if fine else '  MISSED'}")
    return fine


def spread(samples: list[float]) -> str:
    """Smallest, middle and largest of some samples, for a line of output."""
    return f"{min(samples):.1f} / {statistics.median(samples):.1f} / {max(samples):.1f}"

"""Every page and state in Chromium: axe, contrast, sideways scroll, cut or covered words, targets; the goal is none.

scripts/bench states [--small] [--shots FOLDER] [NAME ...]

At 1440, 820, 390 and 320 px, light and dark, some in other manners; of all states, or of those whose name begins so.
"""

import argparse
import os
import sys
import tempfile
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from benchmarks import _browsing as at

SIZES = ((1440, 900), (820, 1180), (390, 844), (320, 640))
TOUCH = 820  # px: what is not wider is used by touch
MANNERS = ("200 % text", "forced colours", "less motion", "more contrast")
MANNERS_AT = (1440, 390)


def main() -> int:
    """A table of states, below each what was found; 1 where there is anything."""
    parser = argparse.ArgumentParser(prog="scripts/bench states", description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("names", nargs="*", metavar="NAME")
    parser.add_argument("--small", action="store_true", help="a small book, not the sample, which takes a minute")
    parser.add_argument("--shots", type=Path, help="a folder for a picture of each state, size and theme")
    options = parser.parse_args()
    if options.shots:
        options.shots.mkdir(parents=True, exist_ok=True)
    names = options.names
    with tempfile.TemporaryDirectory(prefix="widemargin-states-") as name:
        folder = Path(name)
        os.environ |= {"DATA_DIR": name, "DJANGO_ALLOW_ASYNC_UNSAFE": "1"}
        for setting in ("DATABASE_URL", "REDIS_URL"):
            os.environ.pop(setting, None)
        scene = _make_scene(options.small)
        from tests.states import STATES, Visits

        chosen = [state for state in STATES if not names or state.name.startswith(tuple(names))]
        if not chosen:
            print(f"No state begins with {names}.", file=sys.stderr)
            return 2
        found: Counter[tuple[str, str, str]] = Counter()
        with at.serving(folder) as address, at.chromium() as browser:
            visits = Visits(browser, address, scene)
            for state in chosen:
                rows = list(_tried(visits, state, options.shots))
                print(f"{state.name:32} " + "  ".join(f"{where} {len(said)}" for where, said in rows), flush=True)
                for where, finding in ((where, finding) for where, said in rows for finding in said):
                    print(f"    {where:20} {finding}", flush=True)
                    found[state.name, where, finding] += 1
    return _sum_up(found, len(chosen))


def _make_scene(small: bool) -> Any:
    import django

    django.setup()
    from django.core.management import call_command

    from jobs import running
    from jobs.models import Job
    from reports.sample.loading import load
    from tests.state_scene import make_scene

    def run_jobs() -> None:
        while waiting := list(Job.objects.waiting().values_list("pk", flat=True)):
            for pk in waiting:
                running.run(pk)

    call_command("migrate", verbosity=0)
    call_command("collectstatic", interactive=False, verbosity=0)
    return make_scene(run_jobs, None if small else load()[0])


def _tried(visits: Any, state: Any, shots: Path | None) -> Iterator[tuple[str, list[str]]]:
    """As `_visit`; a state that cannot be reached is a finding too, and the others are still visited."""
    from playwright.sync_api import Error

    try:
        yield from _visit(visits, state, shots)
    except (Error, AssertionError) as error:
        yield "reached", [f"cannot be visited: {str(error).partition(chr(10))[0]}"]


def _visit(visits: Any, state: Any, shots: Path | None) -> Iterator[tuple[str, list[str]]]:
    """(how it was looked at, findings)"""
    from tests import state_checks as checks

    for width, height in SIZES:
        touch = width <= TOUCH
        with visits.opened(state, width, height, touch) as page:
            if shots:
                _picture(page, shots, state.name, width)
            yield f"{width}", checks.look(page, touch)
            page.emulate_media(color_scheme="dark")
            yield f"{width} dark", checks.look_at_colours(page)
            if width not in MANNERS_AT:
                continue
            page.emulate_media(color_scheme="light", contrast="more")
            yield f"{width} more contrast", checks.look_at_colours(page)
            yield f"{width} less motion", checks.look_for_motion(page)
            page.emulate_media(contrast="no-preference", forced_colors="active")
            yield f"{width} forced colours", checks.look_in_forced_colours(page)
        if width in MANNERS_AT:
            with visits.opened(state, width, height, touch, text=2) as page:
                yield f"{width} 200 % text", checks.look(page, touch)


def _picture(page: Any, shots: Path, name: str, width: int) -> None:
    """What stands in the window, in both themes; before anything is looked for, which scrolls."""
    for theme in ("dark", "light"):
        page.emulate_media(color_scheme=theme)
        page.screenshot(path=shots / f"{name.replace(' ', '-')}-{width}-{theme}.png")


def _sum_up(found: Counter[tuple[str, str, str]], states: int) -> int:
    kinds = Counter(finding.partition(":")[0] for _name, _where, finding in found)
    print(f"{states} states, {sum(found.values())} findings")
    for kind, times in kinds.most_common():
        print(f"  {times:5} {kind}")
    return int(bool(found))

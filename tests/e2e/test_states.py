"""A sample of all states of all pages, wide and narrow, light and dark: nothing is found on any.

`scripts/bench states` visits all of them in more sizes and manners. At the end what is looked with is tried on a page
with known faults.
"""

import pytest

from tests import state_checks as checks
from tests.state_scene import make_scene
from tests.states import STATES, Visits

pytestmark = [pytest.mark.e2e, pytest.mark.django_db(transaction=True), pytest.mark.timeout(600)]

SIZES = ((1440, 900), (390, 844))
FAULTY = """<!doctype html><html lang="en"><title>Faults</title><main><h1>Faults</h1>
<p style="color:#999">Too pale to be read.</p><p style="width:3000px">So wide that the page scrolls.</p>
<p style="height:9px;overflow:hidden">Words of which the lower half is gone.</p>
<p style="position:absolute;top:300px">Words that lie under others.</p>
<p style="position:absolute;top:303px">And these on them.</p>
<button style="width:12px;height:12px;padding:0">x</button><img src="/favicon.ico"></main>"""
NAMED = (
    "axe color-contrast",
    "axe image-alt",
    "scrolls sideways",
    "words cut off",
    "words over words",
    "smaller than 24",
)


@pytest.fixture
def scene(settings, tmp_path, run_jobs):
    settings.SOURCES_DIR, settings.IMAGES_DIR = tmp_path / "sources", tmp_path / "images"
    settings.REPORTS_DIR = tmp_path / "reports"
    return make_scene(run_jobs)


def test_nothing_is_found_on_the_sampled_states(live_server, browser, scene):
    found, visits = [], Visits(browser, live_server.url, scene)
    for state in STATES:
        for width, height in SIZES if state.sampled else ():
            touch = width < 720
            with visits.opened(state, width, height, touch) as page:
                said = checks.look(page, touch) + checks.look_for_motion(page)
                page.emulate_media(color_scheme="dark")
                said += checks.look_at_colours(page)
            found += [(state.name, width, finding) for finding in said]
    visits.close()
    assert found == []


def test_what_is_wrong_is_found(page):
    page.set_content(FAULTY)
    said = checks.look(page, touch=False)
    assert [name for name in NAMED if not any(name in finding for finding in said)] == []
    page.evaluate("document.querySelector('button').style.transition = 'width 2s'")
    assert any("glides" in finding for finding in checks.look_for_motion(page))
    tokens = {name for pair in checks.pairs() for name in pair}
    set_all = "names => names.forEach((name) => document.documentElement.style.setProperty(`--${name}`, '#767676'))"
    page.evaluate(set_all, sorted(tokens))
    assert len(checks.low_pairs(page)) == len(checks.pairs())

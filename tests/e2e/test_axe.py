"""axe finds nothing on the main pages of the author and of a reader: wide and narrow, light and dark."""

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.test import Client

from manuscripts.formats import Upload
from manuscripts.uploads import upload
from reports.making import Wish, request_report
from reviews.invitations import invite
from reviews.threads import decide
from tests.books import actor_of, make_book, make_reader
from tests.reports.test_collecting import answer, say

pytestmark = [pytest.mark.e2e, pytest.mark.django_db(transaction=True)]

SIZES = [(1440, 900), (390, 844)]
AUTHOR = [
    "", "desk/", "desk/?q=nothing-like-it", "desk/changes/", "people/", "questions/", "reports/", "reports/{report}/",
    "settings/", "activity/", "drafts/new", "drafts/2/", "drafts/2/?edit=c1-1", "drafts/2/notes/", "read/c1/",
]  # fmt: skip
READER = ["", "read/c1/", "profile/", "search/?q=night"]
ACCOUNT = ["/", "/account/", "/account/passkeys/add/", "/account/tokens/", "/m/new/"]
NEXT = b"""# The night

Nobody owns the night. It waits.

**What the log remembers**

The pager does.

## Deployment

The release waited since noon.
"""


ALL = {"resultTypes": ["violations"]}
COLOURS = {**ALL, "runOnly": ["color-contrast"]}


@pytest.fixture
def book(settings, tmp_path, run_jobs):
    """Readers of three disciplines and what they said, a decision, a report, an invitation, a draft to be opened."""
    settings.SOURCES_DIR, settings.IMAGES_DIR = tmp_path / "sources", tmp_path / "images"
    settings.REPORTS_DIR = tmp_path / "reports"
    draft = make_book()
    manuscript = draft.manuscript
    author = actor_of(manuscript.memberships.get(role="author"))
    slugs = ["it-operations", "it-operations", "it-operations", "information-security", "deployment"]
    readers = [make_reader(manuscript, f"Reader {name}", slug) for name, slug in zip("ABCDE", slugs, strict=True)]
    for value, reader in enumerate(readers, start=1):
        answer(draft, reader, "value", "book", value)
        answer(draft, reader, "makes_sense", "chapter", ["yes", "partly", "no"][value % 3], key="c1")
    for reader in readers[:3]:
        say(draft, reader, "The pager does.", body="Not on a Sunday, *never*.")
    said = say(draft, readers[3], "The pager does.", kind="suggestion", replacement="The pager does not.")
    decide(author, said, "no_change", reason="It does, mostly.")
    for words, instead in (("Who is awake?", "Who wakes?"), ("Who is", "Who was")):
        wanted = say(draft, readers[3], words, kind="suggestion", replacement=instead)
        decide(author, wanted, "will_change")
    say(draft, readers[4], "Nobody owns", kind="reaction", reaction="confusing", body="")
    invite(author, manuscript, [{"name": "Nora Falk", "email": "", "disciplines": ["deployment"]}])
    request_report(author, manuscript, Wish(formats=["json", "csv"]))
    upload(author, manuscript, [Upload("next.md", NEXT)], note="Shorter.", chapters=[])
    run_jobs()
    return manuscript


def violations(page, paths):
    """What axe says of each page: everything in the light, contrast in the dark."""
    script, found = Axe().axe_script, []
    for path in paths:
        page.goto(path)
        page.evaluate(script)
        for width, height in SIZES:
            page.set_viewport_size({"width": width, "height": height})
            for theme, options in (("light", ALL), ("dark", COLOURS)):
                page.emulate_media(color_scheme=theme)
                for problem in page.evaluate("options => axe.run(options)", options)["violations"]:
                    places = [node["html"][:120] for node in problem["nodes"]]
                    found.append((path, width, theme, problem["id"], places))
    return found


@pytest.mark.parametrize(("role", "below"), [("author", AUTHOR), ("reviewer", READER)])
def test_axe_finds_nothing(live_server, new_page, book, role, below):
    client = Client()
    client.force_login(
        book.memberships.filter(role=role).first().user, backend="django.contrib.auth.backends.ModelBackend"
    )
    page = new_page(reduced_motion="reduce")
    session = client.cookies["sessionid"].value
    page.context.add_cookies([{"name": "sessionid", "value": session, "url": live_server.url}])
    report = book.reports.get().pk
    paths = [f"{live_server.url}/m/{book.slug}/{path}".replace("{report}", str(report)) for path in below]
    paths += [live_server.url + path for path in ACCOUNT] if role == "author" else []
    assert violations(page, paths) == []


def test_axe_finds_nothing_at_the_door(live_server, new_page):
    page = new_page(reduced_motion="reduce")
    paths = ["/", "/account/login/", "/account/login/code/", "/account/signup/", "/account/password/reset/"]
    assert violations(page, [live_server.url + path for path in paths]) == []

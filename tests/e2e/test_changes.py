"""Changes shown in the text: what is struck is no part of it, so notes stand on the words that were selected."""

import base64
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.test import Client

from manuscripts.moves import keep_moves
from reviews.chapter_changes import MOST_MARKS
from reviews.comparing import moves_between
from reviews.models import Reading, Thread
from tests.books import BOOK, make_book, make_draft, make_reader, open_at_once
from tests.e2e.test_reading_room import SIZES, marked, select
from tests.hard_texts import hard_texts

pytestmark = [pytest.mark.e2e, pytest.mark.django_db(transaction=True)]
LIB = Path(__file__).parents[2] / "static" / "js" / "lib"
OLD = "# The handover\n\nNobody owns the **night** shift. 👩‍🚒 The old pager does.\n\nThis goes.\n\nWho is awake?"


@pytest.fixture
def omar():
    """A reader who read the chapter in draft 1; draft 2 is open."""
    sections = [("c1-1", None, OLD), BOOK["c1"][1][1]]
    first = make_book()
    manuscript = first.manuscript
    first.placements.filter(section__key="c1-1").update(
        text=make_draft(manuscript, {"c1": ("The handover", sections)}).placements.get(section__key="c1-1").text
    )
    member = make_reader(manuscript, "Omar Haddad", "it-operations")
    Reading.objects.create(member=member, chapter=first.placements.first().chapter, draft=first, share=1)
    manuscript.drafts.filter(number=2).delete()
    manuscript.rounds.update(state="ended")
    manuscript.drafts.update(state="closed")
    open_at_once(make_draft(manuscript, BOOK), 2)
    return member


@pytest.fixture
def enter(new_page, live_server):
    def go(member, size="wide", **options):
        client = Client()
        client.force_login(member.user, backend="django.contrib.auth.backends.ModelBackend")
        page = new_page(viewport=SIZES[size], has_touch=size == "phone", reduced_motion="reduce", **options)
        session = client.cookies["sessionid"].value
        page.context.add_cookies([{"name": "sessionid", "value": session, "url": live_server.url}])
        page.goto(f"{live_server.url}/m/the-night-shift/read/c1/")
        page.wait_for_selector("[data-ready]")
        page.wait_for_selector(".since [data-changes]:not([hidden])")
        return page

    return go


def comment(page, words, body, key="c1-1"):
    select(page, words, key)
    page.click(".marker [data-do=comment]")
    page.fill(".draft [name=body]", body)
    page.click(".draft [type=submit]")
    page.wait_for_selector(".note.on:not(.draft)")
    page.keyboard.press("Escape")
    return Thread.objects.get(comments__body=body)


def shown(page):
    return page.evaluate("[...document.querySelectorAll('[data-was]')].map((e) => [e.tagName, e.dataset.was])")


def test_a_note_on_words_beside_struck_ones_stands_on_them(enter, omar):
    page = enter(omar)
    assert page.text_content(".since [data-told]") == "2 passages have changed since."
    text = page.evaluate("document.querySelector('section.sec').textContent")
    assert page.evaluate("[...document.querySelectorAll('.changed, .cut')].map((e) => e.textContent).length") > 0
    before = comment(page, "shift", "Before it was shown.")
    page.keyboard.press("d")
    assert shown(page) == [["DEL", "old"], ["DEL", "This goes."]]
    assert page.locator(".was.spaced").count() == 1  # its space before it is not struck
    assert page.evaluate("document.querySelector('section.sec').textContent") == text
    after = comment(page, "pager does", "Right after a struck word.")
    across = comment(page, "The pager does.", "Across it.")
    assert (before.exact, after.exact, across.exact) == ("shift", "pager does", "The pager does.")
    assert set(marked(page)["m-comment"]) == {"shift", "pager does", "The pager does."}
    page.keyboard.press("d")
    assert shown(page) == []
    assert set(marked(page)["m-comment"]) == {"shift", "pager does", "The pager does."}
    page.reload()
    page.wait_for_selector("[data-ready]")
    assert set(marked(page)["m-comment"]) == {"shift", "pager does", "The pager does."}


def test_a_phone_counts_changes_as_the_notice_does(enter, omar):
    """Two passages that were taken out one after the other share a bar."""
    older = make_draft(
        omar.manuscript, {"c1": ("The handover", [("c1-1", None, BOOK["c1"][1][0][2] + "\n\nA.\n\nB.")])}
    )
    text = older.placements.get(section__key="c1-1").text
    older.delete()
    omar.manuscript.drafts.get(number=1).placements.filter(section__key="c1-1").update(text=text)
    page = enter(omar, "phone")
    assert page.text_content(".since [data-told]") == "2 passages have changed since."
    assert page.locator(".text .cut").count() == 1
    assert page.text_content("[data-changes-short]") == "2 changes"


def test_a_title_that_changed_is_a_change_like_others(enter, omar):
    sections = [("c1-1", None, OLD.replace("The handover", "Handing over")), BOOK["c1"][1][1]]
    omar.manuscript.drafts.filter(number=2).delete()
    omar.manuscript.rounds.filter(number=2).delete()
    open_at_once(make_draft(omar.manuscript, {"c1": ("Handing over", sections)}), 2)
    page = enter(omar)
    assert page.locator(".text h1.changed").count() == 1
    page.evaluate("scrollTo({top: document.querySelector('#text').offsetHeight, behavior: 'instant'})")
    page.click(".bar [data-changes]")
    assert shown(page)
    page = enter(omar, "phone")
    assert page.text_content("[data-changes-short]") == "1 change"


def test_on_a_phone_the_bar_shows_changes(enter, omar):
    page = enter(omar, "phone")
    page.click(".phonebar [data-changes]")
    assert page.get_attribute(".phonebar [data-changes]", "aria-pressed") == "true"
    assert page.text_content(".since [data-label]") == "Hide the changes"
    tops = "[...document.querySelectorAll('.changed, .cut')].map((unit) => unit.getBoundingClientRect().top)"
    assert any(-100 < top < 844 for top in page.evaluate(tops))
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    assert page.evaluate("document.querySelector('#text').getBoundingClientRect().width") > 300  # without a note, too


def test_the_page_of_changes_by_keyboard(enter, omar, live_server):
    page = enter(omar)
    page.click(".since a")
    page.wait_for_selector(".changes .was")
    page.wait_for_load_state()
    assert page.inner_text("h1") == "What draft 2 changed against draft 1"
    page.keyboard.press("j")
    assert "The old pager does." in page.inner_text("*:focus")
    page.keyboard.press("j")
    assert page.inner_text("*:focus") == "This goes."
    page.keyboard.press("k")
    assert "pager" in page.inner_text("*:focus")
    found = Axe().run(page)
    assert found.violations_count == 0, found.generate_report()


LAMPS = "Along the quay stand the lamps that the council paid for and that no one has ever lit."
EDITED = LAMPS.replace("the lamps", "the seven lamps")


@pytest.fixture
def moving(new_page, live_server):
    """Draft 2, in which the lamps went from the first chapter to the second, and a reader who read both before."""

    def go(size="wide", place="c1/", **modes):
        first = make_book()
        manuscript = first.manuscript
        ask = "# The promise\n\nA change is a promise."
        doors = "## For security\n\nAsk what each door can reach."
        before = {
            "c1": ("The handover", [("c1-1", None, f"# The handover\n\nNobody owns it.\n\n{LAMPS}\n\nWho is awake?")]),
            "c2": ("The promise", [("c2-1", None, ask), ("c2-sec", "information-security", doors)]),
        }
        to_doors = modes.get("others_sections") == "closed"
        after = {
            "c1": ("The handover", [("c1-1", None, "# The handover\n\nNobody owns it.\n\nWho is awake?")]),
            "c2": (
                "The promise",
                [
                    ("c2-1", None, ask if to_doors else f"{ask}\n\n{EDITED}\n\nAnd that is all."),
                    ("c2-sec", "information-security", f"{doors}\n\n{EDITED}" if to_doors else doors),
                ],
            ),
        }
        manuscript.rounds.update(state="ended")
        old = open_at_once(make_draft(manuscript, before), 2)
        member = make_reader(manuscript, "Omar Haddad", "it-operations")
        for row in old.placements.filter(position=1):
            Reading.objects.create(member=member, chapter=row.chapter, draft=old, share=1)
        manuscript.rounds.update(state="ended")
        manuscript.drafts.update(state="closed")
        new = open_at_once(make_draft(manuscript, after), 3, **modes)
        keep_moves(old, new, moves_between(old, new))
        client = Client()
        client.force_login(member.user, backend="django.contrib.auth.backends.ModelBackend")
        page = new_page(viewport=SIZES[size], has_touch=size == "phone", reduced_motion="reduce")
        session = client.cookies["sessionid"].value
        page.context.add_cookies([{"name": "sessionid", "value": session, "url": live_server.url}])
        page.goto(f"{live_server.url}/m/the-night-shift/read/{place}")
        page.wait_for_selector("[data-ready]")
        page.wait_for_selector(".since [data-changes]:not([hidden])")
        return page

    return go


def test_a_passage_that_moved_is_followed_to_its_chapter_and_back(moving):
    page = moving()
    page.keyboard.press("d")
    link = page.get_by_role("link", name="moved to “The promise”: “Along the quay stand")
    assert shown(page) == [["A", link.get_attribute("data-was")]]
    assert page.locator("#text del, #text ins").count() == 0
    assert page.evaluate("document.querySelector('section.sec').textContent").count("quay") == 0
    link.click()
    page.wait_for_url("**/read/c2/?changes#at-*")
    page.wait_for_selector(".show-changes p:focus")
    assert page.locator("p:focus").bounding_box()["y"] < page.viewport_size["height"]
    assert page.locator("span.moved").all_text_contents() == [
        "Along the quay stand the", "lamps that the council paid for and that no one has ever lit.",
    ]  # fmt: skip
    assert page.locator("ins.now").all_text_contents()[0] == "seven"
    assert page.evaluate("document.activeElement.textContent") == EDITED
    assert page.locator("del").count() == 0
    page.get_by_role("link", name="moved here from “The handover”").click()
    page.wait_for_url("**/read/c1/?changes#at-*")
    page.wait_for_selector(".show-changes p:focus")
    assert page.inner_text("*:focus").strip().startswith("Nobody owns it.")


def test_a_note_on_a_moved_passage_stands_on_the_words_selected(moving):
    page = moving(place="c2/")
    page.keyboard.press("d")
    across = comment(page, "the seven lamps", "How many?", "c2-1")
    assert across.exact == "the seven lamps"
    assert marked(page)["m-comment"] == ["the seven lamps"]
    found = Axe().run(page)
    assert found.violations_count == 0, found.generate_report()


def test_where_it_went_is_not_told_to_those_who_may_not_read_there(moving):
    page = moving(others_sections="closed")
    page.keyboard.press("d")
    assert shown(page) == [["DEL", LAMPS]]
    assert page.locator("#text a[data-was]").count() == 0


@pytest.mark.parametrize("place", ["c1/", "c2/"])
def test_a_move_is_shown_on_a_phone(moving, place):
    page = moving(size="phone", place=place)
    page.click(".phonebar [data-changes]")
    assert page.locator("#text a[data-was]").count() == 1
    assert page.evaluate("document.documentElement.scrollWidth") <= 390


def test_thousands_of_changes_are_drawn_in_a_moment(page):
    page.set_content("<!doctype html><main></main>")
    load_modules(page)
    page.evaluate(SHOW, "".join(f"<p>Word {n} and its neighbour, here.</p>\n" for n in range(MOST_MARKS)))
    took = page.evaluate("""() => {
      const lines = [...root.textContent.matchAll(/Word/g)].map((found) => found.index);
      const changes = lines.map((at, n) => [n % 2 ? 'deleted' : 'inserted', at, n % 2 ? at : at + 4, 'gone', 0, '']);
      const begun = performance.now();
      changing.showChanges(root, changes, offsets.indexSection);
      changing.hideChanges(root);
      return performance.now() - begun; }""")
    assert took < 5_000


SHOW = """(html) => { const root = document.createElement('section');
  root.innerHTML = html.replaceAll('src=', 'data-src=');
  document.querySelector('main').replaceChildren(root); window.root = root; }"""
EVERYWHERE = """([length, seed]) => {
  const text = root.textContent, points = [...text];
  let state = seed; const random = (n) => (state = (state * 1103515245 + 12345) % 2147483648) % n;
  const changes = []; let at = 0;
  while (at < length) {
    const kind = ['deleted', 'left', 'whence', 'inserted', 'moved'][random(5)];
    const end = Math.min(length, at + 1 + random(6));
    const gone = ['deleted', 'left', 'whence'].includes(kind);
    const address = kind !== 'deleted' && random(2) ? '#at-1-0-1' : '';
    if (gone) changes.push([kind, at, at, ' gone 👍 words', random(2), address]);
    else changes.push([kind, at, end, '', 0, '']);
    at = end + random(5);
  }
  const wrong = [], before = root.innerHTML;
  const same = (when) => {
    if (root.textContent !== text) wrong.push([when, 'text', root.textContent]);
    const index = offsets.indexSection(root);
    for (let start = 0; start < length; start += 1) for (const more of [1, 2, 7]) {
      if (start + more > length) continue;
      const range = index.range(start, start + more);
      const back = offsets.toOffsets(root, range);
      const words = points.slice(start, start + more).join('');
      const expected = words.trim() ? offsets.trim(text, start, start + more) : null;
      const right = range.toString() === words && JSON.stringify(back) === JSON.stringify(expected);
      if (!right) wrong.push([when, start, more]);
    }
  };
  changing.showChanges(root, changes, offsets.indexSection);
  const drawn = root.querySelectorAll('[data-was]').length;
  const wanted = changes.filter(([kind]) => ['deleted', 'left', 'whence'].includes(kind)).length;
  if (drawn !== wanted) wrong.push(['drawn', drawn, wanted]);
  const links = changes.filter((change) => change[5]).length;
  if (root.querySelectorAll('a[data-was]').length !== links) wrong.push(['links', links]);
  same('shown');
  changing.hideChanges(root);
  if (root.innerHTML !== before) wrong.push(['left behind', root.innerHTML]);
  same('hidden');
  return wrong;
}"""


def load_modules(page):
    for name in ("offsets", "changing"):
        source = base64.b64encode((LIB / f"{name}.js").read_bytes()).decode("ascii")
        page.evaluate(f"import('data:text/javascript;base64,{source}').then((found) => {{ window.{name} = found; }})")


def test_no_change_that_is_shown_moves_an_offset(page):
    """Changes of every kind put everywhere into each hard text: the text, and every range of it, stays what it is."""
    page.set_content("<!doctype html><main></main>")
    load_modules(page)
    for case in hard_texts():
        for seed in (1, 7, 1234):
            page.evaluate(SHOW, case["html"])
            assert page.evaluate(EVERYWHERE, [len(case["text"]), seed]) == [], case["name"]

"""A chapter with hundreds of notes in a real browser: few are drawn, all are there."""

import re
from itertools import pairwise

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.test import Client

from manuscripts.manuscripts import make_manuscript
from reviews.models import Thread
from tests.books import make_author, make_draft, make_reader, open_at_once
from tests.crowds import crowd, long_chapter
from tests.e2e.test_reading_room import RANGES

pytestmark = [pytest.mark.e2e, pytest.mark.django_db(transaction=True)]

NOTES = 600
FEW = 60
SIZES = {"wide": {"width": 1440, "height": 900}, "phone": {"width": 390, "height": 844}}
READ = "/m/the-crowd/read/c1/"
CARDS = "document.querySelectorAll('.notes > .note').length"
MARKS = "[...CSS.highlights].reduce((n, [name, set]) => n + (/active|pending/.test(name) ? 0 : set.size), 0)"
#: Of the listed notes with these ids (null: all) whose words are in the window: how many, and how many have no mark.
IN_SIGHT = """async (ids) => {
  const { indexSection } = await import('/static/js/lib/offsets.js');
  const { notes } = await (await fetch('/m/the-crowd/read/c1/notes/')).json();
  const nodes = new Map();
  const place = (r) => [[r.startContainer, r.startOffset], [r.endContainer, r.endOffset]].map(([node, offset]) => {
    if (!nodes.has(node)) nodes.set(node, nodes.size);
    return `${nodes.get(node)}:${offset}`;
  }).join('-');
  const marks = [...CSS.highlights].filter(([name]) => !/active|pending/.test(name)).flatMap(([, set]) => [...set]);
  const marked = new Set(marks.map(place));
  const roots = [...document.querySelectorAll('section.sec')];
  const sections = new Map(roots.map((root) => [root.dataset.textId, indexSection(root)]));
  let seen = 0;
  let unmarked = 0;
  for (const { id, text, start, end } of notes) {
    if (ids && !ids.includes(Number(id))) continue;
    const range = sections.get(String(text)).range(start, end);
    const { top, bottom } = range.getBoundingClientRect();
    if (bottom < 0 || top > innerHeight) continue;
    seen += 1;
    if (!marked.has(place(range))) unmarked += 1;
  }
  return [seen, unmarked];
}"""
#: Of the cards in the window: how far the words of the one that is nearest to its own are from it, in px.
ASTRAY = """async () => {
  const { indexSection } = await import('/static/js/lib/offsets.js');
  const { notes } = await (await fetch('/m/the-crowd/read/c1/notes/')).json();
  const index = indexSection(document.querySelector('section.sec'));
  const far = [...document.querySelectorAll('.note')].flatMap((card) => {
    const { top, bottom } = card.getBoundingClientRect();
    if (bottom < 60 || top > innerHeight || getComputedStyle(card).visibility !== 'visible') return [];
    const { start, end } = notes.find((note) => String(note.id) === card.dataset.id);
    return [Math.abs(index.range(start, end).getBoundingClientRect().top - top)];
  });
  return Math.min(...far);
}"""
FOCUSED = "document.activeElement.closest('.note')?.id"
LABELS = "all => all.map((each) => each.getAttribute('aria-label'))"
WITHIN_HEAP = 60 * 2**20
#: Presses a key so many times and gives the ids of the notes that were open after each.
PRESS = """async ([key, times]) => {
  const ids = [];
  for (let n = 0; n < times; n += 1) {
    document.body.dispatchEvent(new KeyboardEvent('keydown', { key, bubbles: true }));
    ids.push(Number(document.querySelector('.note.on').dataset.id));
    if (n % 20 === 0) await new Promise(requestAnimationFrame);
  }
  return ids;
}"""


@pytest.fixture
def draft():
    text = long_chapter(3000)
    manuscript = make_manuscript(make_author(), "The Crowd")
    return open_at_once(make_draft(manuscript, {"c1": ("The crowded chapter", [("c1-1", None, text)])}))


@pytest.fixture
def omar(draft):
    readers = [
        make_reader(draft.manuscript, name, slug)
        for name, slug in (("Omar Haddad", "it-operations"), ("Saskia Vos", "information-security"))
    ]
    crowd(draft, "c1", readers, NOTES)
    return readers[0]


@pytest.fixture
def enter(new_page, live_server):
    """Opens the crowded chapter as a member."""

    def go(member, size="wide", path=READ, ready="[data-ready]", **options):
        client = Client()
        client.force_login(member.user, backend="django.contrib.auth.backends.ModelBackend")
        page = new_page(viewport=SIZES[size], has_touch=size == "phone", reduced_motion="reduce", **options)
        session = client.cookies["sessionid"].value
        page.context.add_cookies([{"name": "sessionid", "value": session, "url": live_server.url}])
        page.goto(live_server.url + path)
        page.wait_for_selector(ready)
        return page

    return go


def all_in_sight_are_marked(page, ids=None):
    """Whether some of these notes (all where none are named) are in sight and each of those has its mark."""
    seen, unmarked = page.evaluate(IN_SIGHT, ids)
    return seen > 0 and unmarked == 0


def in_place(threads):
    """Ids in the order of the text."""
    return [t.pk for t in sorted(threads, key=lambda t: (t.start, t.end, t.pk))]


def test_few_cards_are_drawn_and_those_in_sight_are_about_words_in_sight(enter, omar):
    page = enter(omar)
    assert page.text_content("[data-count]") == f"{NOTES} notes"
    assert 0 < page.evaluate(CARDS) < FEW and page.evaluate(MARKS) < NOTES
    assert all_in_sight_are_marked(page)
    first = page.get_attribute(".notes > .note", "data-id")
    page.evaluate("scrollTo(0, document.querySelector('#text').offsetHeight / 2)")
    page.wait_for_function("id => document.querySelector('.notes > .note')?.dataset.id !== id", arg=first)
    page.wait_for_timeout(400)
    assert 0 < page.evaluate(CARDS) < FEW
    assert all_in_sight_are_marked(page)
    seen = page.evaluate(
        "[...document.querySelectorAll('.notes > .note')].filter((n) => { const r = n.getBoundingClientRect();"
        " return r.top > 90 && r.bottom < innerHeight && getComputedStyle(n).visibility === 'visible'; })"
        ".map((n) => n.id)"
    )
    assert seen
    page.click(f"#{seen[0]} .open")
    top = page.evaluate(f"({RANGES})('m-active')[0].getBoundingClientRect().top")
    assert 0 < top < SIZES["wide"]["height"] and page.evaluate("scrollY") > 0
    session = page.context.new_cdp_session(page)
    session.send("Performance.enable")
    metrics = {m["name"]: m["value"] for m in session.send("Performance.getMetrics")["metrics"]}
    assert metrics["JSHeapUsedSize"] < WITHIN_HEAP


def test_the_strip_leads_to_where_notes_are_by_links_that_can_be_pressed(enter, omar):
    page = enter(omar)
    links = page.locator(".strip a")
    boxes = [links.nth(i).bounding_box() for i in range(links.count())]
    assert len(boxes) > 3 and all(box["height"] >= 24 for box in boxes)
    assert all(above["y"] + above["height"] <= below["y"] + 0.5 for above, below in pairwise(boxes))
    counted = sum(int(re.search(r": (\d+) note", label)[1]) for label in links.evaluate_all(LABELS))
    assert counted == NOTES
    links.nth(links.count() // 2).click()
    assert page.evaluate("scrollY") > 500
    assert "Note on this paragraph" in page.get_attribute("*:focus", "aria-label")


def test_the_keys_go_through_all_of_them_in_the_order_of_the_text(enter, omar):
    page = enter(omar)
    order = in_place(Thread.objects.all())
    assert page.evaluate(PRESS, ["j", NOTES + 1]) == [*order, order[0]]
    assert page.text_content(".sheetbar b") == f"Note 1 of {NOTES}"
    assert page.evaluate(PRESS, ["k", 3]) == order[:-4:-1]
    assert page.evaluate(CARDS) < FEW
    place = page.locator(".note.on")
    assert (place.get_attribute("aria-posinset"), place.get_attribute("aria-setsize")) == (str(NOTES - 2), str(NOTES))


def test_a_note_is_found_by_its_address_and_filters_count_them_all(enter, omar):
    far = in_place(Thread.objects.all())[NOTES * 3 // 4]
    page = enter(omar, path=f"{READ}#note-{far}", ready=f"#note-{far}.on")
    assert page.evaluate("scrollY") > 500
    page.keyboard.press("Escape")
    own_ids = list(Thread.objects.filter(author=omar).values_list("pk", flat=True))
    own = len(own_ids)
    page.select_option("#show", "mine")
    assert page.text_content("[data-count]") == f"{own} notes"
    assert all_in_sight_are_marked(page, own_ids) and page.evaluate(CARDS) < FEW
    page.evaluate("dispatchEvent(new Event('beforeprint'))")
    assert (page.evaluate(MARKS), page.evaluate(CARDS)) == (own, own)
    page.evaluate("dispatchEvent(new Event('afterprint'))")
    assert page.evaluate(MARKS) < own and page.evaluate(CARDS) < FEW
    page.select_option("#show", "none")
    assert (page.evaluate(MARKS), page.evaluate(CARDS)) == (0, 0)


def test_who_scrolls_on_from_an_open_note_finds_notes_on_what_they_read_and_keeps_the_focus(enter, omar):
    page = enter(omar)
    page.keyboard.press("j")
    page.wait_for_selector(".note.on .do")
    page.focus(".note.on [data-reply] textarea")
    focused = page.evaluate(FOCUSED)
    page.evaluate("scrollTo({top: 5000, behavior: 'instant'})")
    page.wait_for_timeout(400)
    assert page.evaluate(ASTRAY) < SIZES["wide"]["height"]
    assert all_in_sight_are_marked(page) and page.evaluate(FOCUSED) == focused
    page.keyboard.type("As with us")
    page.wait_for_timeout(400)
    assert page.evaluate(FOCUSED) == focused and page.input_value(".note.on textarea") == "As with us"
    card = page.locator(".note.on").bounding_box()
    assert card["y"] + card["height"] > 0 and card["y"] < SIZES["wide"]["height"]


def test_a_long_mark_stays_while_any_of_its_words_are_in_sight(enter, omar):
    words = Thread.objects.filter(kind="comment").first()
    Thread.objects.filter(pk=words.pk).update(start=3000, end=4900)
    words.anchors.update(start=3000, end=4900)
    for size in SIZES:
        page = enter(omar, size)
        for down in (0.3, 0.7, 0.95):
            page.evaluate(
                """async ([down]) => {
                  const { toRange } = await import('/static/js/lib/offsets.js');
                  const words = toRange(document.querySelector('section.sec'), 3000, 4900);
                  const { top, height } = words.getBoundingClientRect();
                  scrollBy({ top: top + height * down - 100, behavior: 'instant' });
                }""",
                [down],
            )
            page.wait_for_timeout(400)
            assert all_in_sight_are_marked(page, [words.pk]), (size, down)


def test_marks_follow_through_footnotes(enter):
    said = "".join(f"Said{n}.[^{n}]\n\n" for n in range(60))
    notes = "".join(f"[^{n}]: It was said at length and more than once, says note {n}.\n" for n in range(60))
    text = f"# One\n\n{said}{notes}"
    manuscript = make_manuscript(make_author(), "The Crowd")
    draft = open_at_once(make_draft(manuscript, {"c1": ("One", [("c1-1", None, text)])}))
    readers = [make_reader(manuscript, "Omar Haddad", "it-operations")]
    crowd(draft, "c1", readers, 400)
    page = enter(readers[0])
    for part in (0.1, 0.3, 0.5, 0.7, 0.9, 1):
        page.evaluate(
            "(part) => scrollTo({top: document.querySelector('#text').offsetHeight * part, behavior: 'instant'})", part
        )
        page.wait_for_timeout(300)
        assert all_in_sight_are_marked(page), part


def test_a_new_note_stands_among_them_and_stays_when_it_was_out_of_sight(enter, omar):
    page = enter(omar)
    page.evaluate(
        """() => { const node = document.querySelectorAll('#text p')[20].firstChild; const r = document.createRange();
        node.parentElement.scrollIntoView({block: 'center'}); r.setStart(node, 0); r.setEnd(node, 12);
        getSelection().removeAllRanges(); getSelection().addRange(r); }"""
    )
    page.click(".marker [data-do=comment]")
    page.fill(".draft [name=body]", "One more.")
    page.click(".draft [type=submit]")
    page.wait_for_selector(".note.on:not(.draft):has-text('One more.')")
    assert page.text_content("[data-count]") == f"{NOTES + 1} notes"
    assert all_in_sight_are_marked(page)
    new = Thread.objects.latest("pk")
    page.keyboard.press("Escape")
    page.evaluate("document.activeElement.blur(); scrollTo(0, document.querySelector('#text').offsetHeight)")
    page.wait_for_selector(f"#note-{new.pk}", state="detached")
    page.evaluate(f"location.hash = 'note-{new.pk}'")
    page.wait_for_selector(f"#note-{new.pk}.on:has-text('One more.')")


def test_a_list_that_did_not_come_is_asked_for_again_and_the_marks_are_there(enter, omar):
    page = enter(omar, path="/m/the-crowd/read/", ready="main")
    page.route(re.compile(r"/notes/$"), lambda route: route.abort())
    page.goto(page.url + "c1/")
    page.click(".toast button:has-text('Try again')", trial=True)
    assert (page.evaluate(CARDS), 0 < page.evaluate(MARKS) < NOTES) == (0, True)
    page.select_option("#show", "none")
    assert page.evaluate(MARKS) == 0
    page.select_option("#show", "all")
    assert page.text_content("[data-count]") == f"{NOTES} notes"
    assert page.is_visible("a:has-text('Read the notes page by page')")
    page.unroute(re.compile(r"/notes/$"))
    assert all_in_sight_are_marked(page)
    page.evaluate("scrollTo({top: 5000, behavior: 'instant'})")
    page.wait_for_timeout(400)
    assert all_in_sight_are_marked(page)
    page.click(".toast button")
    page.wait_for_selector(".notes > .note")
    page.wait_for_selector("[data-crowd]", state="hidden")
    page.problems.clear()


def test_the_note_that_the_address_names_opens_when_its_list_came_at_last(enter, omar):
    far = in_place(Thread.objects.all())[NOTES * 3 // 4]
    page = enter(omar, path="/m/the-crowd/read/", ready="main")
    page.route(re.compile(r"/notes/$"), lambda route: route.abort())
    page.goto(f"{page.url}c1/#note-{far}")
    page.wait_for_selector(".toast button:has-text('Try again')")
    page.unroute(re.compile(r"/notes/$"))
    page.click(".toast button")
    page.wait_for_selector(f"#note-{far}.on")
    page.problems.clear()


def test_on_paper_the_columns_of_a_crowd_are_not_evened_out(enter, omar):
    page = enter(omar)
    page.emulate_media(media="print")
    style = "(() => { const { columnCount, columnFill } = getComputedStyle(document.querySelector('.notes'));"
    assert page.evaluate(f"{style} return [columnCount, columnFill]; }})()") == ["2", "auto"]


def test_on_a_phone_one_card_at_a_time_stands_in_the_sheet(enter, omar):
    page = enter(omar, "phone")
    order = in_place(Thread.objects.all())
    page.click("[data-first]")
    page.wait_for_selector(f".notes.up #note-{order[0]}.on")
    page.click(".sheetbar [data-next]")
    page.wait_for_selector(f".notes.up #note-{order[1]}.on")
    assert page.evaluate(CARDS) < FEW and page.locator(".notes .note:visible").count() == 1


def test_on_a_phone_the_sheet_does_not_cover_the_words_it_is_about(enter, omar):
    page = enter(omar, "phone")
    clear = f"""() => {{
      const words = ({RANGES})('m-active')[0].getClientRects()[0];
      return words.top > 50 && words.bottom <= document.querySelector('.notes').getBoundingClientRect().top; }}"""
    page.evaluate("scrollTo({top: 5000, behavior: 'instant'})")
    page.wait_for_timeout(400)
    low = """(names) => names.filter((name) => CSS.highlights.has(name)).flatMap(%s)
      .map((range) => range.getClientRects()[0])
      .find(({ top, bottom, width }) => top > 560 && bottom < 760 && width > 20)"""
    at = page.evaluate(low % RANGES, ["m-comment", "m-suggest", "m-confusing", "m-valuable", "m-experience"])
    page.touchscreen.tap(at["x"] + at["width"] / 2, at["y"] + at["height"] / 2)
    page.wait_for_selector(".notes.up .note.on")
    page.wait_for_function(clear)
    page.click(".sheetbar [data-close]")
    page.evaluate(
        """() => { const end = (each) => each.getBoundingClientRect().bottom;
        const p = [...document.querySelectorAll('#text p')].find((each) => end(each) > 700);
        const r = document.createRange();
        r.setStart(p.firstChild, 0); r.setEnd(p.firstChild, 12); scrollBy(0, r.getBoundingClientRect().top - 520);
        getSelection().removeAllRanges(); getSelection().addRange(r); }"""
    )
    page.click(".marker [data-do=disagree]")
    page.wait_for_selector(".notes.up .note.on[data-kind=disagree]")
    page.wait_for_function(clear)


def test_without_script_they_are_read_page_by_page(enter, omar):
    page = enter(omar, ready="main", java_script_enabled=False)
    page.click("text=Read the notes page by page")
    page.wait_for_selector(f"text=1 to 100 of {NOTES}")
    page.wait_for_selector(".note >> nth=99")
    page.click("text=Later notes")
    page.wait_for_selector(f"text=101 to 200 of {NOTES}")
    page.wait_for_selector(".note >> nth=0")


def test_axe_finds_nothing_in_a_crowd(enter, omar):
    page = enter(omar)
    page.keyboard.press("j")
    page.wait_for_selector(".note.on .do")
    found = Axe().run(page).response["violations"]
    assert [(v["id"], [n["html"][:120] for n in v["nodes"]]) for v in found] == []


def test_the_line_of_progress_and_the_window_on_the_strip_follow_the_page(enter, omar):
    page = enter(omar)
    at = """() => { const find = (each) => document.querySelector(each);
      const [bar, win, strip] = [find('.progress'), find('.strip .win'), find('.strip')];
      const [seen, all] = [win.getBoundingClientRect(), strip.getBoundingClientRect()];
      const part = (px) => px / all.height;
      return [Number(bar.getAttribute("aria-valuenow")), part(seen.top - all.top), part(seen.height)]; }"""
    first, top, height = page.evaluate(at)
    assert first < 10 and top < 0.02 and 0 < height < 1
    page.evaluate("scrollTo({top: document.querySelector('#text').offsetHeight, behavior: 'instant'})")
    page.wait_for_function(f"(before) => ({at})()[1] > before + 0.02", arg=top)
    last, top, height = page.evaluate(at)
    assert last == 100 and 0.97 < top + height < 1.03

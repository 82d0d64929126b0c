"""The reading room in a real browser: selecting, writing, deciding, keyboard, what survives a failure."""

import re
from itertools import pairwise

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.test import Client

from anchoring.selectors import describe
from manuscripts.models import Placement
from reviews.models import Answer, Comment, Reading, Thread, UnsentNote
from reviews.threads import NewThread, create_thread
from tests.books import actor_of, make_book, make_reader

pytestmark = [pytest.mark.e2e, pytest.mark.django_db(transaction=True)]

SIZES = {"wide": {"width": 1440, "height": 900}, "phone": {"width": 390, "height": 844}}
# Selects words that may run over several text nodes of one section, as a mouse would.
SELECT = """([words, key]) => {
  const root = document.querySelector(`section.sec[data-key="${key}"]`);
  const walker = document.createTreeWalker(root, NodeFilter.SHOW_TEXT);
  const parts = []; let full = '';
  while (walker.nextNode()) { parts.push([walker.currentNode, full.length]); full += walker.currentNode.data; }
  const at = full.indexOf(words), end = at + words.length;
  const find = (p) => { const [node, from] = parts.findLast(([, start]) => start <= p); return [node, p - from]; };
  const range = document.createRange();
  range.setStart(...find(at)); const [node, offset] = find(end - 1); range.setEnd(node, offset + 1);
  range.startContainer.parentElement.scrollIntoView({block: 'center'});
  getSelection().removeAllRanges(); getSelection().addRange(range);
}"""


@pytest.fixture
def draft():
    return make_book()


@pytest.fixture
def omar(draft):
    return make_reader(draft.manuscript, "Omar Haddad", "it-operations")


@pytest.fixture
def saskia(draft):
    return make_reader(draft.manuscript, "Saskia Vos", "information-security")


@pytest.fixture
def enter(new_page, live_server):
    """Opens a page of the book as a member; `size` names one of SIZES."""

    def go(member, path="read/c1/", size="wide", **options):
        client = Client()
        client.force_login(member.user, backend="django.contrib.auth.backends.ModelBackend")
        page = new_page(viewport=SIZES[size], has_touch=size == "phone", reduced_motion="reduce", **options)
        session = client.cookies["sessionid"].value
        page.context.add_cookies([{"name": "sessionid", "value": session, "url": live_server.url}])
        page.goto(f"{live_server.url}/m/the-night-shift/{path}")
        if path.startswith("read/"):
            page.wait_for_selector("[data-ready]")
        return page

    return go


def select(page, words, key="c1-1"):
    page.evaluate(SELECT, [words, key])
    page.wait_for_selector(".marker:not([hidden])")


def wait_for(page, condition):
    """Until the server has what `condition` asks the database for."""
    for _ in range(100):
        found = condition()
        if found:
            return found
        page.wait_for_timeout(50)
    raise AssertionError("it did not come about")


#: The ranges under the marks of a kind, as ones that can be measured.
RANGES = """(kind) => [...CSS.highlights.get(kind)].map((at) => {
  const range = document.createRange();
  range.setStart(at.startContainer, at.startOffset);
  range.setEnd(at.endContainer, at.endOffset);
  return range;
})"""


def marked(page):
    """The words under each mark, by kind."""
    kinds = page.evaluate("[...CSS.highlights].filter(([name, set]) => set.size).map(([name]) => name)")
    return {kind: page.evaluate(f"(kind) => ({RANGES})(kind).map(String)", kind) for kind in kinds}


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize(
    "words, key, chapter",
    [
        ("the night shift", "c1-1", "c1"),  # across inline markup
        ("The pager does.", "c1-1", "c1"),  # an emoji of several code points before it
        ("Ruth", "c2-1", "c2"),  # in a table cell
    ],
)
def test_a_comment_stands_on_the_words_selected(enter, draft, omar, size, words, key, chapter):
    page = enter(omar, f"read/{chapter}/", size)
    select(page, words, key)
    page.click(".marker [data-do=comment]")
    page.fill(".draft [name=body]", "Say who.")
    page.click(".draft [type=submit]")
    page.wait_for_selector(".note.on:not(.draft)")
    thread = Thread.objects.get()
    assert (thread.exact, thread.section.key, thread.comments.get().body) == (words, key, "Say who.")
    assert marked(page)["m-comment"] == [words]
    assert page.evaluate("document.activeElement.closest('.note').dataset.id") == str(thread.pk)


def test_a_suggestion_shows_what_changes_while_it_is_typed(enter, omar):
    page = enter(omar)
    select(page, "The pager does.")
    page.keyboard.press("e")
    page.fill(".draft [name=replacement]", "The telephone does.")
    assert page.text_content(".draft .sugg del") == "pager"
    assert page.text_content(".draft .sugg ins") == "telephone"
    page.click(".draft [type=submit]")
    page.wait_for_selector(".note.on:not(.draft)")
    assert (Thread.objects.get().replacement, Thread.objects.get().exact) == ("The telephone does.", "The pager does.")
    assert page.text_content(".note .sugg ins") == "telephone"


def test_an_open_note_stays_in_sight_when_the_window_is_turned(enter, draft, omar):
    text = draft.placements.get(section__key="c1-1").text
    for words in ("Nobody owns", "The pager does.", "Who is awake?"):
        selector = describe(text.text, text.text.index(words), text.text.index(words) + len(words))
        new = NewThread(kind="comment", body=words * 30, text_id=text.pk, selector=selector)
        create_thread(actor_of(omar), draft.manuscript, new)
    page = enter(omar)
    page.keyboard.press("j")
    page.set_viewport_size({"width": 820, "height": 700})
    page.wait_for_selector(".notes.up .sheetbar")
    sheet = page.locator(".notes").bounding_box()
    assert sheet["y"] > 0 and sheet["y"] + sheet["height"] <= 701


def test_a_reaction_is_one_tap_and_may_be_given_a_reason_later(enter, omar):
    page = enter(omar)
    select(page, "Who is awake?")
    page.keyboard.press("1")
    page.wait_for_selector(".note[data-kind=confusing].on")
    assert Thread.objects.get().reaction == "confusing"
    page.click("[data-edit]")
    page.fill("form.edit [name=body]", "Awake where?")
    page.click("form.edit [type=submit]")
    page.wait_for_selector(".note .txt:has-text('Awake where?')")
    assert Comment.objects.get().body == "Awake where?"


def test_an_experience_may_belong_to_the_chapter(enter, omar):
    page = enter(omar)
    select(page, "Nobody owns")
    page.click(".marker [data-do=experience]")
    page.fill(".draft [name=body]", "Ours was owned by the coffee machine.")
    page.select_option(".draft [name=belongs]", "chapter")
    page.select_option(".draft [name=visibility]", "authors")
    page.select_option(".draft [name=quote_permission]", "unnamed")
    page.click(".draft [type=submit]")
    page.wait_for_selector(".note.on:not(.draft)")
    thread = Thread.objects.get()
    assert (thread.kind, thread.scope, thread.visibility, thread.quote_permission) == (
        "experience",
        "chapter",
        "authors",
        "unnamed",
    )


def test_a_selection_over_two_sections_is_clipped_and_says_so(enter, omar):
    page = enter(omar)
    page.evaluate(
        """() => { const [a, b] = document.querySelectorAll('section.sec'); const r = document.createRange();
        r.setStart(a.querySelector('p:last-of-type').firstChild, 4); r.setEnd(b.querySelector('p').firstChild, 4);
        getSelection().removeAllRanges(); getSelection().addRange(r); }"""
    )
    page.wait_for_selector(".marker .clipped:not([hidden])")
    page.click(".marker [data-do=comment]")
    assert page.is_visible(".draft .clipped")
    page.fill(".draft [name=body]", "This one")
    page.click(".draft [type=submit]")
    page.wait_for_selector(".note.on:not(.draft)")
    assert Thread.objects.get().exact == "is awake?"


def on_words(member, words, **fields):
    text = Placement.objects.get(section__key="c1-1").text
    start = text.text.index(words)
    new = NewThread(
        **{"kind": "comment", "body": "Say who.", **fields},
        text_id=text.pk,
        selector=describe(text.text, start, start + len(words)),
    )
    return create_thread(actor_of(member), member.manuscript, new)[0]


def test_everything_by_keyboard_alone(enter, draft, omar, saskia):
    on_words(saskia, "The pager does.")
    page = enter(omar)
    page.keyboard.press("j")
    page.wait_for_selector(".note.on")
    page.keyboard.press("r")
    page.keyboard.type("Ruth does. jk12")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    page.wait_for_selector(".note .reply:has-text('Ruth does. jk12')")
    page.keyboard.press("Escape")
    assert page.locator(".note.on").count() == 0
    page.focus(".pm[tabindex='0']")
    page.keyboard.press("ArrowDown")
    assert page.evaluate("document.activeElement.getAttribute('aria-label')").endswith("Who is awake?")
    page.keyboard.press("c")
    page.keyboard.type("The whole paragraph.")
    page.keyboard.press("Escape")
    assert page.locator(".note.draft").count() == 1
    page.focus(".draft [name=body]")
    page.keyboard.press("Tab")
    for _ in range(4):
        if page.evaluate("document.activeElement.type") == "submit":
            break
        page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    page.wait_for_selector(".note[data-mine]:not(.draft)")
    assert Thread.objects.get(author=omar).exact == "Who is awake?"
    assert page.locator(".pm.whole").count() == 1
    page.keyboard.press("?")
    assert page.is_visible("#keys")


def test_single_keys_can_be_switched_off(enter, omar):
    omar.user.single_keys = False
    omar.user.save()
    page = enter(omar)
    select(page, "Who is awake?")
    page.keyboard.press("1")
    page.keyboard.press("?")
    page.wait_for_timeout(300)
    assert not page.is_visible("#keys") and not Thread.objects.exists()


def test_a_key_with_nothing_to_mark_says_so_and_hiding_notes_forgets_no_filter(enter, omar):
    page = enter(omar)
    page.keyboard.press("c")
    page.wait_for_selector(".toast:has-text('Select words first')")
    page.select_option("#show", "mine")
    page.locator("#show").blur()
    page.keyboard.press("h")
    assert page.input_value("#show") == "none"
    page.keyboard.press("h")
    assert page.input_value("#show") == "mine" and page.text_content("[data-count]") == "0 notes"


def test_single_keys_go_on_after_an_answer_was_chosen(enter, omar):
    page = enter(omar)
    page.wait_for_selector("#verdict fieldset")
    page.keyboard.press("v")
    page.wait_for_selector("#verdict [type=radio]:focus")
    page.keyboard.press("Space")
    wait_for(page, lambda: Answer.objects.exists())
    page.keyboard.press("1")
    page.keyboard.press("]")
    page.wait_for_url("**/read/c2/")
    assert not Thread.objects.exists()


def test_a_note_on_a_whole_passage_is_a_bar_in_its_margin_from_the_first(enter, omar):
    page = enter(omar)
    page.locator(".pm").first.focus()
    page.keyboard.press("c")
    page.wait_for_selector(".draft.on")
    assert page.locator(".pm.whole").count() == 1 and marked(page) == {}


def test_the_author_decides_in_the_thread_and_takes_it_back(enter, draft, omar):
    on_words(omar, "The pager does.")
    page = enter(draft.manuscript.memberships.get(role="author"))
    page.click(".note .open")
    page.click("[data-decide] [value=no_change]")
    page.wait_for_selector("[data-decide] .error:not([hidden])")
    page.problems.clear()  # the browser reports the refusal
    page.fill("[data-decide] [name=reason]", "It is meant so.")
    page.click("[data-decide] [value=no_change]")
    page.wait_for_selector(".note .decided")
    assert Thread.objects.get().decision.reason == "It is meant so."
    page.click("[data-undo] button")
    page.wait_for_selector("[data-decide]:not([hidden])")
    assert Thread.objects.get().status == "open"


def test_the_focus_stays_where_it_is_when_what_is_unsent_comes_late(enter, omar):
    thread = on_words(omar, "The pager does.")
    omar.unsent_notes.create(place="reply:a", content={"reply": str(thread.pk), "body": "Half a thou", "at": 1})
    asked = []
    page = enter(omar, path="")
    page.route(re.compile(r"/unsent/list/$"), lambda route: asked.append(route))
    page.goto(page.url + "read/c1/")
    page.wait_for_selector("[data-ready]")
    page.keyboard.press("j")
    page.focus("[data-withdraw]")
    wait_for(page, lambda: asked)
    asked[0].continue_()
    page.wait_for_function("() => document.querySelector('[data-reply] [name=body]').value === 'Half a thou'")
    assert page.evaluate("'withdraw' in document.activeElement.dataset")


def test_a_note_is_withdrawn_after_asking(enter, omar):
    on_words(omar, "The pager does.")
    page = enter(omar)
    page.click(".note .open")
    page.click("[data-withdraw]")
    assert Thread.objects.get().withdrawn is None
    page.click(".toast button")
    page.wait_for_selector(".note", state="detached")
    assert Thread.objects.get().withdrawn and marked(page) == {}


def test_the_keyboard_answers_whether_to_withdraw_and_undoes_what_was_discarded(enter, omar):
    on_words(omar, "The pager does.")
    page = enter(omar)
    page.keyboard.press("j")
    page.focus("[data-withdraw]")
    page.keyboard.press("Enter")
    page.keyboard.press("Escape")
    assert page.is_hidden(".toast") and page.evaluate("'withdraw' in document.activeElement.dataset")
    page.keyboard.press("Enter")
    page.keyboard.press("Enter")
    wait_for(page, lambda: Thread.objects.get().withdrawn)
    select(page, "Who is awake?")
    page.keyboard.press("c")
    page.keyboard.type("Half a thought")
    page.focus("[data-discard]")
    page.keyboard.press("Enter")
    page.keyboard.press("z")
    assert page.input_value(".draft [name=body]") == "Half a thought"
    assert page.evaluate("document.activeElement.name") == "body"
    page.reload()
    page.wait_for_selector(".draft", state="attached")
    assert page.input_value(".draft [name=body]") == "Half a thought", "what was taken back is kept like what was typed"


def test_agreeing_shows_and_is_taken_back(enter, omar, saskia):
    thread = on_words(saskia, "The pager does.")
    page = enter(omar)
    page.click(".note .open")
    page.click("[data-agree]")
    page.wait_for_selector("[data-agree][aria-pressed=true]")
    assert thread.agreements.count() == 1
    page.click("[data-agree]")
    page.wait_for_selector("[data-agree][aria-pressed=false]")
    assert thread.agreements.count() == 0


def test_the_focus_stays_on_what_is_pressed_again_to_take_it_back(enter, omar, saskia):
    on_words(saskia, "The pager does.")
    page = enter(omar)
    page.click(".note .open")
    page.focus("[data-agree]")
    page.keyboard.press("Enter")
    page.wait_for_selector("[data-agree][aria-pressed=true]")
    assert page.evaluate("document.activeElement.matches('[data-agree]')")
    page.focus("[data-follow]")
    page.keyboard.press("Enter")
    page.wait_for_selector("[data-follow] [data-on]:not([hidden])")
    assert page.evaluate("document.activeElement.matches('[data-follow]')")


def test_what_is_typed_survives_a_reload_and_another_browser(enter, omar):
    page = enter(omar)
    select(page, "Who is awake?")
    page.keyboard.press("c")
    page.keyboard.type("Half a thou")
    page.reload()
    page.wait_for_selector(".note.draft")
    assert page.input_value(".draft [name=body]") == "Half a thou"
    page.focus(".draft [name=body]")
    page.keyboard.type("ght")
    wait_for(page, lambda: any("ght" in note.content["body"] for note in UnsentNote.objects.all()))
    other = enter(omar, size="phone")
    other.wait_for_selector(".note.draft", state="attached")
    assert "ght" in other.input_value(".draft [name=body]")
    other.click("[data-first]")
    other.click(".draft [type=submit]")
    other.wait_for_selector(".note.on:not(.draft)")
    assert Thread.objects.get().exact == "Who is awake?"
    page.reload()
    page.wait_for_selector("[data-ready]")


def test_what_is_typed_is_on_the_server_though_the_page_is_left_at_once(enter, omar):
    page = enter(omar)
    select(page, "Who is awake?")
    page.keyboard.press("c")
    page.keyboard.type("Half a thought")
    page.goto(page.url.partition("read/")[0])
    (note,) = wait_for(page, lambda: UnsentNote.objects.all())
    assert note.content["body"] == "Half a thought"
    page.reload()
    assert page.is_visible("#unsent")


def test_a_failed_post_keeps_the_words_and_is_sent_once(enter, omar):
    page = enter(omar)
    select(page, "Who is awake?")
    page.keyboard.press("c")
    page.keyboard.type("Through the storm")
    page.route(re.compile(r"/notes/$"), lambda route: route.abort())
    page.click(".draft [type=submit]")
    page.wait_for_selector(".draft .error:not([hidden])", timeout=15_000)
    assert "Not saved" in page.text_content(".draft .error")
    assert page.input_value(".draft [name=body]") == "Through the storm"
    page.unroute(re.compile(r"/notes/$"))
    page.problems.clear()
    page.click(".draft [type=submit]")
    page.wait_for_selector(".note.on:not(.draft)")
    assert Thread.objects.count() == 1


def test_an_answer_lost_on_the_way_back_is_not_posted_twice(enter, omar):
    page = enter(omar)
    lost = []

    def lose_first(route):
        if not lost:
            lost.append(route.fetch().status)
            return route.abort()
        return route.continue_()

    select(page, "Who is awake?")
    page.keyboard.press("c")
    page.keyboard.type("Once")
    page.route(re.compile(r"/notes/$"), lose_first)
    page.click(".draft [type=submit]")
    page.wait_for_selector(".note.on:not(.draft)", timeout=15_000)
    page.problems.clear()
    assert lost == [200] and Thread.objects.count() == 1


#: What is sent waits until the test lets it go.
SLOWLY = r"""() => { const send = fetch; window.answers = [];
  const held = (url) => /\/(notes|agree)\/$/.test(new URL(url, location).pathname);
  const waits = (url, options) => options?.method === 'POST' && held(url);
  window.fetch = (url, options) => waits(url, options)
    ? new Promise((go) => answers.push(go)).then(() => send(url, options)) : send(url, options); }"""


def test_an_answer_that_comes_late_leaves_who_writes_elsewhere_there(enter, omar, saskia):
    theirs = on_words(saskia, "The pager does.")
    page = enter(omar)
    page.evaluate(SLOWLY)
    select(page, "Who is awake?")
    page.keyboard.press("c")
    page.keyboard.type("First")
    page.click(".draft [type=submit]")
    select(page, "the night shift")
    page.keyboard.press("c")
    page.keyboard.type("Sec")
    page.evaluate("answers.pop()()")
    page.wait_for_selector(".note:not(.draft) >> text=First")
    page.keyboard.type("ond")
    assert page.input_value(".draft [name=body]") == "Second"
    page.click(f"#note-{theirs.pk} .open")
    page.click(f"#note-{theirs.pk} [data-agree]")
    page.focus(f"#note-{theirs.pk} [data-reply] [name=body]")
    page.keyboard.type("Thi")
    page.evaluate("answers.pop()()")
    page.wait_for_selector(f"#note-{theirs.pk} [data-agree][aria-pressed=true]")
    page.keyboard.type("rd")
    assert page.input_value(f"#note-{theirs.pk} [data-reply] [name=body]") == "Third"


def test_a_reply_that_waits_says_so_when_its_note_is_opened_again_and_leaves_it_open(enter, omar, saskia):
    theirs, other = on_words(saskia, "The pager does."), on_words(saskia, "Who is awake?")
    page = enter(omar, size="phone")
    page.click("[data-first]")
    first = page.get_attribute(".note.on", "id")
    page.context.set_offline(True)
    page.fill(".note.on [data-reply] [name=body]", "From the tunnel.")
    page.click(".note.on [data-reply] [type=submit]")
    page.wait_for_selector(".note.on [data-reply] .error:not([hidden])")
    page.click(".sheetbar [data-next]")
    page.click(".sheetbar [data-prev]")
    assert page.get_attribute(".note.on", "id") == first and first in (f"note-{theirs.pk}", f"note-{other.pk}")
    assert "No connection" in page.inner_text(".note.on [data-reply] .error")
    page.context.set_offline(False)
    page.wait_for_selector(f"#{first}.on .reply >> text=From the tunnel.")
    assert page.evaluate("document.querySelector('.notes').contains(document.activeElement)")
    assert Comment.objects.filter(body="From the tunnel.").count() == 1
    page.problems.clear()


def test_a_chapter_read_in_two_goes_is_read(enter, draft, omar):
    page = enter(omar)
    last = page.locator("#text [data-b]").count() - 1
    for go in (range(last), [last]):
        # One in the window at a time.
        page.evaluate("document.querySelectorAll('#text [data-b]').forEach(b => (b.style.marginBottom = '1200px'))")
        for n in go:
            page.evaluate("n => document.querySelectorAll('#text [data-b]')[n].scrollIntoView({block: 'center'})", n)
            page.wait_for_timeout(3300)
        page.goto(page.url.replace("read/c1/", ""))
        page.goto(page.url + "read/c1/")
        page.wait_for_selector("[data-ready]")
    assert wait_for(page, lambda: Reading.objects.filter(member=omar, chapter__key="c1", share__gte=0.95).exists())


def test_answers_are_saved_as_they_are_given(enter, omar):
    page = enter(omar)
    page.locator("#verdict fieldset", has_text="make sense").first.locator("[value=partly]").check(force=True)
    wait_for(page, lambda: Answer.objects.filter(value="partly").exists())
    page.locator("#verdict textarea").first.fill("Name the tools.")
    wait_for(page, lambda: Answer.objects.filter(words="Name the tools.").exists())
    page.reload()
    page.wait_for_selector("#verdict textarea")
    assert page.locator("#verdict textarea").first.input_value() == "Name the tools."


def test_filters_and_the_count(enter, omar, saskia):
    on_words(saskia, "The pager does.")
    on_words(omar, "is awake")
    page = enter(omar)
    assert page.text_content("[data-count]") == "2 notes"
    page.select_option("#show", "mine")
    assert page.text_content("[data-count]") == "1 note"
    assert marked(page) == {"m-comment": ["is awake"]}
    page.keyboard.press("Escape")
    page.focus("body")
    page.select_option("#show", "none")
    assert marked(page) == {}


def test_marks_without_the_highlight_api(enter, omar, saskia):
    on_words(saskia, "the night shift")
    page = enter(omar)
    page.context.add_init_script(
        "delete CSS.__proto__.highlights; Object.defineProperty(CSS, 'highlights', {value: undefined})"
    )
    before = page.evaluate("document.querySelector('section.sec').textContent")
    page.reload()
    page.wait_for_selector("[data-ready]")
    assert "".join(page.locator("mark.m").all_text_contents()) == "the night shift"
    assert page.evaluate("document.querySelector('section.sec').textContent") == before
    select(page, "Who is awake?")
    page.keyboard.press("2")
    page.wait_for_selector(".note[data-kind=valuable].on")
    assert Thread.objects.get(reaction="valuable").exact == "Who is awake?"


def test_notes_stand_in_order_and_never_on_one_another(enter, omar, saskia):
    for n in range(12):
        on_words(saskia, "Who is awake?", body=f"Note {n}. " + "More words to make it tall. " * (n % 4))
    page = enter(omar)
    page.keyboard.press("j")
    page.wait_for_timeout(200)
    boxes = page.evaluate(
        "[...document.querySelectorAll('.note')].map((n) => n.getBoundingClientRect()).map((r) => [r.top, r.bottom])"
    )
    assert len(boxes) == 12
    assert all(later[0] >= earlier[1] for earlier, later in pairwise(boxes))


def test_without_script_the_text_and_the_notes_are_there(enter, omar, saskia, live_server, new_page):
    on_words(saskia, "The pager does.")
    client = Client()
    client.force_login(omar.user, backend="django.contrib.auth.backends.ModelBackend")
    page = new_page(viewport=SIZES["phone"], java_script_enabled=False)
    page.context.add_cookies(
        [{"name": "sessionid", "value": client.cookies["sessionid"].value, "url": live_server.url}]
    )
    page.goto(f"{live_server.url}/m/the-night-shift/read/c1/")
    assert page.is_visible("text=Nobody owns") and page.is_visible(".note:has-text('Say who.')")
    page.fill("[name=body]", "From a plain browser")
    page.click("form.plain button")
    page.wait_for_selector(".note:has-text('From a plain browser')")


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("theme", ["light", "dark"])
def test_axe_finds_nothing(enter, draft, omar, saskia, size, theme):
    on_words(saskia, "The pager does.")
    on_words(omar, "Who is awake?", kind="suggestion", replacement="Who wakes?")
    axe = Axe()
    page = enter(omar, size=size, color_scheme=theme)
    page.wait_for_selector("#verdict fieldset")
    found = axe.run(page).response["violations"]
    page.keyboard.press("j") if size == "wide" else page.click("[data-first]")
    page.wait_for_selector(".note.on .do")
    found += axe.run(page).response["violations"]
    select(page, "Nobody owns")
    page.click(".marker [data-do=suggest]")
    page.wait_for_selector(".draft")
    found += axe.run(page).response["violations"]
    page.goto(page.url.split("read/")[0])
    found += axe.run(page).response["violations"]
    assert [(v["id"], [n["html"][:120] for n in v["nodes"]]) for v in found] == []


def test_who_was_signed_out_while_typing_comes_back_and_sends(enter, draft, omar):
    page = enter(omar)
    select(page, "Nobody owns")
    page.keyboard.press("c")
    page.fill(".draft [name=body]", "Kept through it all.")
    session = page.context.cookies()
    page.context.clear_cookies(name="sessionid")
    page.click(".draft [type=submit]")
    page.click("dialog.renewal [data-later]")
    assert "no longer signed in" in page.inner_text(".draft .error")
    assert page.input_value(".draft [name=body]") == "Kept through it all."
    assert not Thread.objects.exists()
    page.click(".draft .error a")
    assert page.is_visible("dialog.renewal")
    page.context.add_cookies(session)
    page.evaluate("dispatchEvent(new Event('focus'))")
    page.wait_for_selector(".note.on:not(.draft)")
    assert Comment.objects.get().body == "Kept through it all."
    page.problems.clear()


def test_what_was_sent_without_a_connection_goes_once_it_is_back(enter, draft, omar):
    page = enter(omar)
    select(page, "Nobody owns")
    page.keyboard.press("c")
    page.context.set_offline(True)
    page.fill(".draft [name=body]", "From the tunnel.")
    page.click(".draft [type=submit]")
    page.wait_for_selector(".draft .error:not([hidden])")
    assert "No connection" in page.inner_text(".draft .error")
    page.context.set_offline(False)
    page.wait_for_selector(".note.on:not(.draft)")
    assert [comment.body for comment in Comment.objects.all()] == ["From the tunnel."]
    page.problems.clear()


def test_a_note_begun_in_one_window_and_sent_from_two_is_two_notes(enter, draft, omar):
    page = enter(omar)
    select(page, "Nobody owns")
    page.keyboard.press("c")
    page.fill(".draft [name=body]", "Half")
    wait_for(page, lambda: UnsentNote.objects.filter(content__body="Half").exists())
    other = page.context.new_page()
    other.goto(page.url)
    other.wait_for_selector(".draft")
    page.fill(".draft [name=body]", "Half, ended here.")
    page.click(".draft [type=submit]")
    page.wait_for_selector(".note.on:not(.draft)")
    other.fill(".draft [name=body]", "Half, ended there.")
    other.click(".draft [type=submit]")
    other.wait_for_selector(".draft .error:has-text('another window')")
    assert other.input_value(".draft [name=body]") == "Half, ended there."
    other.click(".draft [type=submit]")
    other.wait_for_selector(".note.on:not(.draft)")
    assert sorted(comment.body for comment in Comment.objects.all()) == ["Half, ended here.", "Half, ended there."]
    other.problems.clear()


def test_an_unsent_note_does_not_show_under_another_in_the_sheet(enter, draft, omar, saskia):
    create_thread(actor_of(saskia), draft.manuscript, NewThread("comment", "Mine.", chapter="c1"))
    page = enter(omar, size="phone")
    select(page, "Nobody owns")
    page.click(".marker [data-do=comment]")
    page.fill(".draft [name=body]", "Later.")
    wait_for(page, lambda: UnsentNote.objects.exists())
    page.reload()
    page.wait_for_selector(".draft", state="attached")
    page.click("[data-first]")
    page.wait_for_selector(".notes.up .note.on")
    assert page.locator(".notes .note:visible").count() == 1
    heads = {page.text_content(".sheetbar b")}
    page.click(".sheetbar [data-next]")
    assert heads | {page.text_content(".sheetbar b")} == {"Not sent yet", "Note 1 of 1"}


def test_escape_and_close_give_the_focus_back(enter, omar):
    page = enter(omar, size="phone")
    begin = page.locator(".pm").first
    begin.click()
    page.fill(".draft [name=body]", "Not yet.")
    page.keyboard.press("Escape")
    page.wait_for_selector(".notes:not(.up)", state="attached")
    assert begin.evaluate("b => b === document.activeElement")
    assert "kept" in page.inner_text(".toast")
    page.click("[data-first]")
    page.click("[data-close]")
    assert page.evaluate("document.activeElement.matches('[data-first]')")


def test_a_note_on_the_chapter_leaves_the_reader_where_they_read(enter, omar):
    page = enter(omar, size="phone")
    page.set_viewport_size({"width": 390, "height": 500})
    page.wait_for_selector("#verdict fieldset")  # the page grows by it
    page.evaluate("scrollTo(0, document.documentElement.scrollHeight)")
    before = page.evaluate("scrollY")
    page.click("[data-note-chapter]:visible")
    page.wait_for_selector(".notes.up .draft")
    assert before > 300 and page.evaluate("scrollY") == before


def test_a_note_opened_from_its_tick_gives_the_focus_back_to_it(enter, omar):
    on_words(omar, "The pager does.")
    on_words(omar, "Who is awake?")
    page = enter(omar)
    page.set_viewport_size({"width": 820, "height": 1180})
    page.locator(".tick").last.focus()
    page.keyboard.press("Enter")
    page.wait_for_selector(".notes.up .note.on")
    page.keyboard.press("Escape")
    page.wait_for_function("() => document.activeElement === [...document.querySelectorAll('.tick')].at(-1)")


def test_the_open_note_is_level_with_its_words_in_a_crowded_chapter(enter, draft, omar, saskia):
    for number in range(30):
        new = NewThread("comment", f"Remark {number}. " + "It is a long one. " * 12, chapter="c1")
        create_thread(actor_of(saskia), draft.manuscript, new)
    page = enter(omar)
    select(page, "Nobody owns")
    page.keyboard.press("c")
    page.fill(".draft [name=body]", "Here.")
    page.click(".draft [type=submit]")
    page.wait_for_selector(".note.on:not(.draft)")
    words, note = page.evaluate(
        f"[({RANGES})('m-active')[0].getBoundingClientRect().top,"
        " document.querySelector('.note.on').getBoundingClientRect().top]"
    )
    assert abs(words - note) < 40
    page.keyboard.press("Escape")
    assert page.locator(".note.aside").count() == 0

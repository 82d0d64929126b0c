"""The working draft through the author's pages: applying from the desk, the section editor, edits taken back."""

import re

import pytest

from jobs import running
from jobs.models import Job
from manuscripts.models import Draft, Source
from reviews.models import Decision, Edit
from reviews.threads import NewThread, create_thread
from tests.books import BOOK, actor_of, make_book, make_draft, make_reader
from tests.reports.test_collecting import author_of

pytestmark = pytest.mark.django_db


@pytest.fixture
def draft(client):
    made = make_book()
    client.force_login(author_of(made).user)
    return made


@pytest.fixture
def omar(draft):
    return make_reader(draft.manuscript, "Omar Haddad", "it-operations")


def suggest(draft, reader, words, replacement, key="c1-1"):
    text = draft.placements.get(section__key=key).text
    at = text.text.index(words)
    new = NewThread(
        kind="suggestion",
        replacement=replacement,
        text_id=str(text.pk),
        selector={"start": at, "end": at + len(words)},
    )
    return create_thread(actor_of(reader), draft.manuscript, new)[0]


def run_jobs():
    while waiting := list(Job.objects.waiting().values_list("pk", flat=True)):
        for pk in waiting:
            running.run(pk)


def desk(client, draft, thread, **query):
    page = client.get(f"/m/{draft.manuscript.slug}/desk/", {"note": thread.pk, **query})
    assert page.status_code == 200
    return page.content.decode()


def apply(client, draft, thread, **form):
    path = f"/m/{draft.manuscript.slug}/notes/{thread.pk}/apply/"
    back = f"/m/{draft.manuscript.slug}/desk/?note={thread.pk}"
    return client.post(path, {"next": back, **form}, follow=True).content.decode()


def editor(draft, key="c1-1"):
    return f"/m/{draft.manuscript.slug}/drafts/working/sections/{key}/"


def kind_of(page, words):
    """The classes of the button that bears these words."""
    (found,) = re.findall(rf'<button class="([^"]*)"(?:(?!</button>).)*{words}', page, re.S)
    return found


def working_page(client, draft):
    number = Draft.objects.get(working=True, state="ready").number
    return client.get(f"/m/{draft.manuscript.slug}/drafts/{number}/").content.decode()


def test_from_the_desk_into_the_working_draft_and_to_its_readers(client, draft, omar):
    thread = suggest(draft, omar, "night", "late")
    page = desk(client, draft, thread)
    assert kind_of(page, "Apply it to the text") == "btn primary"
    assert kind_of(page, "Put on my change list") == "btn small quiet"
    page = apply(client, draft, thread)
    assert "Being written into the working draft" in page and "every 1s" in page
    path = f"/m/{draft.manuscript.slug}/notes/{thread.pk}/apply/"
    assert "Being written" in client.get(path, headers={"HX-Request": "true"}).content.decode()
    run_jobs()
    assert client.get(path, headers={"HX-Request": "true"})["HX-Refresh"] == "true"
    page = desk(client, draft, thread)
    assert "Applied in the working draft" in page and "Take it back" in page and "Apply it to the text" not in page

    home = client.get(f"/m/{draft.manuscript.slug}/").content.decode()
    assert "Working draft" in home and "One edit." in home and "Open it as a correction" in home
    assert "Upload the next draft" in home
    page = working_page(client, draft)
    assert "The working draft, before anyone sees it" in page
    assert "<del>night</del> <ins>late</ins>" in page and "One edit" in page
    assert re.search(r'value="same" checked', page)

    client.post(f"/m/{draft.manuscript.slug}/drafts/2/open/", {"as": "same"})
    run_jobs()
    assert Decision.objects.get().decision == "changed"
    assert "Apply it to the text" not in desk(client, draft, thread)
    client.force_login(omar.user)
    assert "late</strong> shift" in client.get(f"/m/{draft.manuscript.slug}/read/c1/").content.decode()


def test_taken_back_from_the_desk(client, draft, omar):
    thread = suggest(draft, omar, "night", "late")
    apply(client, draft, thread)
    run_jobs()
    assert "Taken back" in apply(client, draft, thread, undo="1")
    assert not Edit.objects.exists() and not Decision.objects.exists()
    assert "Apply it to the text" in desk(client, draft, thread)


def test_a_conflict_shows_both_wordings(client, draft, omar):
    first, second = suggest(draft, omar, "night shift", "early shift"), suggest(draft, omar, "the night", "this night")
    apply(client, draft, first)
    run_jobs()
    page = apply(client, draft, second)
    both = page[page.index('<dl class="both">') : page.index("</dl>")]
    assert "early shift" in both and "this night" in both
    assert f"{editor(draft)}?note={second.pk}" in page
    assert "Another suggestion that you applied changed these words." in page


def test_what_cannot_be_applied_leads_to_the_editor_with_its_words(client, draft, omar):
    thread = suggest(draft, omar, "noon\nRuth", "at noon, Ruth", "c2-1")
    page = apply(client, draft, thread)
    assert "Edit by hand" in page and "without changing more than its words" in page
    page = client.get(editor(draft, "c2-1"), {"note": thread.pk}).content.decode()
    assert "The suggestion that led here" in page and "<ins>at noon, Ruth</ins>" in page
    assert client.get(editor(draft), {"note": "x" * 40}).status_code == 200


def test_what_a_worker_refused_is_told_on_the_desk(client, draft, omar):
    first, second = suggest(draft, omar, "night shift", "early shift"), suggest(draft, omar, "the night", "this night")
    apply(client, draft, first)
    apply(client, draft, second)
    run_jobs()
    told = [desk(client, draft, thread) for thread in (first, second)]
    assert sum("Applied in the working draft" in page for page in told) == 1
    assert sum("It was not applied." in page for page in told) == 1


def test_the_desk_offers_nothing_where_the_master_is_a_word_file(client, draft, omar):
    source = Source.objects.create(manuscript=draft.manuscript, name="b.docx", format="docx", bytes=1, sha256="0" * 64)
    draft.placements.update(source=source)
    thread = suggest(draft, omar, "night", "late")
    assert "Apply it to the text" not in desk(client, draft, thread)
    assert "This section comes from b.docx" in client.get(editor(draft)).content.decode()


def test_the_editor_previews_and_keeps(client, draft):
    page = client.get(editor(draft)).content.decode()
    assert "Nobody owns the **night** shift." in page
    base = re.search(r'name="base" value="(\d+)"', page)[1]
    typed = "# The handover\r\n\r\nOne *new* line.\r\n"
    shown = client.post(editor(draft), {"base": base, "markdown": typed, "do": "preview"}).content.decode()
    assert "As readers will see it" in shown and "One <em>new</em> line." in shown
    assert "One *new* line." in shown and not Draft.objects.filter(working=True).exists()

    saved = client.post(editor(draft), {"base": base, "markdown": typed, "do": "save"})
    assert saved.status_code == 302
    assert "What you wrote is safe." in client.get(saved.url).content.decode()
    run_jobs()
    assert client.get(saved.url, headers={"HX-Request": "true"})["HX-Redirect"].endswith("/drafts/2/#at-c1-1")
    page = client.get(saved.url, follow=True).content.decode()
    assert "Kept in the working draft." in page and "Written by hand" in page
    assert draft.manuscript.drafts.get(number=2).placements.get(section__key="c1-1").text.markdown == (
        "# The handover\n\nOne *new* line.\n"
    )


def test_what_was_typed_stays_beside_what_someone_else_wrote(client, draft, omar):
    base = draft.placements.get(section__key="c1-1").text_id
    apply(client, draft, suggest(draft, omar, "night", "late"))
    run_jobs()
    answer = client.post(editor(draft), {"base": base, "markdown": "# Mine & <yours>", "do": "save"})
    page = answer.content.decode()
    assert answer.status_code == 412
    assert "Someone changed this section while you wrote." in page
    assert "# Mine &amp; &lt;yours&gt;" in page and "the **late** shift" in page
    now = re.search(r'name="base" value="(\d+)"', page)[1]
    client.post(editor(draft), {"base": now, "markdown": "# Mine & <yours>", "do": "save"})
    run_jobs()
    working = Draft.objects.get(working=True)
    assert working.placements.get(section__key="c1-1").text.markdown == "# Mine & <yours>"


def test_what_was_typed_stays_where_the_worker_could_not_keep_it(client, draft, omar):
    base = draft.placements.get(section__key="c1-1").text_id
    apply(client, draft, suggest(draft, omar, "night", "late"))
    saved = client.post(editor(draft), {"base": base, "markdown": "# Mine", "do": "save"})
    run_jobs()
    page = client.get(saved.url).content.decode()
    assert "Someone changed this section while you wrote." in page
    assert "# Mine" in page and "the **late** shift" in page


@pytest.mark.parametrize(
    ("markdown", "told"), [("   ", "A section cannot be empty."), ("> " * 2000 + "a", "too deeply")]
)
def test_what_cannot_be_a_section_is_told_with_the_words_kept(client, draft, markdown, told):
    base = draft.placements.get(section__key="c1-1").text_id
    answer = client.post(editor(draft), {"base": base, "markdown": markdown, "do": "preview"})
    assert answer.status_code == 422
    assert told in answer.content.decode() and "It is not kept yet." in answer.content.decode()


def test_edits_are_listed_and_each_can_be_taken_back(client, draft, omar):
    for words, other in (("Nobody", "No one"), ("night", "late"), ("pager", "phone")):
        apply(client, draft, suggest(draft, omar, words, other))
        run_jobs()
    page = working_page(client, draft)
    assert "3 edits" in page
    assert page.index("<ins>phone</ins>") < page.index("<ins>late</ins>") < page.index("<ins>No one</ins>")
    undo = re.findall(r'action="(/m/[^"]+/undo/)"', page)
    page = client.post(undo[1], follow=True).content.decode()
    assert "Taken back" in page and "2 edits" in page and "<ins>late</ins>" not in page
    assert client.post(undo[1]).status_code == 404
    for path in (undo[0], undo[2]):
        answer = client.post(path)
    assert answer.url == f"/m/{draft.manuscript.slug}/"
    assert not Draft.objects.filter(working=True, state="ready").exists()


def test_edits_that_no_longer_fit_are_listed_with_all_their_words(client, draft, omar):
    base = draft.placements.get(section__key="c1-ops").text_id
    client.post(editor(draft, "c1-ops"), {"base": base, "markdown": "## For operations\n\nMine alone.", "do": "save"})
    run_jobs()
    apply(client, draft, suggest(draft, omar, "night", "late"))
    run_jobs()
    make_draft(draft.manuscript, {"c1": ("The handover", [("c1-1", None, "# The handover\n\nAnother night.")])})
    page = client.get(f"/m/{draft.manuscript.slug}/drafts/3/").content.decode()
    assert "Your working draft has 2 edits" in page and "2 of them no longer fit" in page
    assert f'href="/m/{draft.manuscript.slug}/drafts/2/"' in page
    assert "Your working draft has" not in working_page(client, draft)
    client.post(f"/m/{draft.manuscript.slug}/drafts/3/open/", {"as": "same"})
    run_jobs()
    page = working_page(client, draft)
    assert page.count("No longer fits") == 2 and "Mine alone.</textarea>" in page
    assert page.count("Edit by hand") == 1  # the other section is gone
    assert "2 edits no longer fit: draft 1.1 changed their sections." in page
    for path in re.findall(r'action="(/m/[^"]+/undo/)"', page):
        client.post(path)
    assert not Draft.objects.filter(working=True, state="ready").exists()


def test_an_upload_that_leaves_the_sections_alone_says_so(client, draft, omar):
    apply(client, draft, suggest(draft, omar, "night", "late"))
    run_jobs()
    make_draft(draft.manuscript, BOOK)
    page = client.get(f"/m/{draft.manuscript.slug}/drafts/3/").content.decode()
    assert "Your working draft has one edit" in page and "is put on its text" in page
    new = client.get(f"/m/{draft.manuscript.slug}/drafts/new").content.decode()
    assert ">Working draft</a>" in new and ">Upload 3</a>" in new


def test_an_edit_is_told_in_whole_words(client, draft):
    long = (
        "## For operations\n\n"
        + "Whatever the harbourmaster writes down " * 4
        + "is {} "
        + "and nobody remembers it afterwards " * 4
    )
    for wording in ("lost", "kept"):
        base = Draft.objects.order_by("-number").first().placements.get(section__key="c1-ops").text_id
        client.post(editor(draft, "c1-ops"), {"base": base, "markdown": long.format(wording), "do": "save"})
        run_jobs()
    page = working_page(client, draft)
    assert "… the harbourmaster writes down is <del>lost</del> <ins>kept</ins> and nobody" in page


def test_what_becomes_of_the_notes_is_drawn_as_one_bar_of_its_parts(client, draft, omar):
    applied = suggest(draft, omar, "night", "late")
    for words in ("Nobody", "pager", "awake"):
        suggest(draft, omar, words, "other")
    apply(client, draft, applied)
    run_jobs()
    page = working_page(client, draft)
    bar = re.search(r'<div class="fatebar" aria-hidden="true">(.*?)</div>', page)[1]
    assert re.findall(r'<svg class="f-(\w+)" width="([\d.]+%)"', bar) == [("kept", "75.000%"), ("edited", "25.000%")]
    assert 'style="' not in page


def test_all_edits_thrown_away_at_once(client, draft, omar):
    apply(client, draft, suggest(draft, omar, "night", "late"))
    run_jobs()
    assert "Throw all edits away" in working_page(client, draft)
    page = client.post(f"/m/{draft.manuscript.slug}/drafts/2/discard/", follow=True).content.decode()
    assert "The working draft was thrown away." in page
    assert not Edit.objects.exists()


def test_each_section_of_a_draft_leads_to_its_editor(client, draft):
    page = client.get(f"/m/{draft.manuscript.slug}/drafts/1/").content.decode()
    for key in ("c1-1", "c1-ops", "c2-1", "c2-sec"):
        assert editor(draft, key) in page
    assert client.get(editor(draft, "nowhere")).status_code == 404

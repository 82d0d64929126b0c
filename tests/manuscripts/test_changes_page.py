"""Draft against draft as a page: what is said of each section, and to whom."""

import html5lib
import pytest
from django.test import Client

from manuscripts.changes_page import MOST_WORDS, changes_page
from manuscripts.models import TextMap
from manuscripts.moves import keep_moves
from reviews.comparing import moves_between
from tests.books import actor_of, make_book, make_draft, make_reader, open_at_once

pytestmark = pytest.mark.django_db

SENTENCE = "The person on the night shift reads the plan by the light of the pager, and signs it."
FILLER = [f"Paragraph number {n} says its own thing about the {n}th handover of the year." for n in range(9)]
FIRST = {
    "c1": ("The handover", [
        ("c1-1", None, "# The handover\n\nNobody owns the **night** shift.\n\n" + "\n\n".join(FILLER)),
        ("c1-ops", "it-operations", f"## For operations\n\nKeep a list of what wakes you.\n\n{SENTENCE}"),
        ("c1-sec", "information-security", "## For security\n\nAsk what each door can reach."),
    ]),
    "c2": ("The promise", [("c2-1", None, "# The promise\n\nA change is a promise."),
                           ("c2-dev", "application-development", "## For developers\n\nWrite it down.")]),
}  # fmt: skip
SECOND = {
    "c1": ("The handover", [
        ("c1-1", None, "# The handover\n\nEverybody owns the **night** shift.\n\n" + "\n\n".join(FILLER)),
        ("c1-ops", "it-operations", "## For operations\n\nKeep a list of what wakes you."),
        ("c1-sec", "information-security", "## For the guards\n\nAsk what each door can reach."),
    ]),
    "c2": ("The promise", [("c2-1", None, f"# The promise\n\nA change is a promise.\n\n{SENTENCE}"),
                           ("c2-dep", "deployment", "## For deployment\n\nRoll it back.")]),
}  # fmt: skip


def opened(manuscript, chapters, number, **modes):
    """The next draft, open in a round of its own; the one before is closed."""
    manuscript.rounds.filter(state="running").update(state="ended")
    manuscript.drafts.filter(state="open").update(state="closed")
    return open_at_once(make_draft(manuscript, chapters), number, **modes)


@pytest.fixture
def book():
    first = make_book()
    first.placements.all().delete()
    first.delete()
    manuscript = first.manuscript
    manuscript.rounds.all().delete()
    open_at_once(make_draft(manuscript, FIRST))
    opened(manuscript, SECOND, 2)
    return manuscript


@pytest.fixture
def author(book):
    return book.memberships.get(role="author")


def signed_in(member):
    client = Client()
    client.force_login(member.user, backend="django.contrib.auth.backends.ModelBackend")
    return client


def page_of(book, member, against=None, **options):
    old, new = book.drafts.get(number=against or 1), book.drafts.get(number=2)
    return changes_page(actor_of(member), new, old, "/m/x/images/", **options)


def shown(page, key):
    line = next(line for line in page.lines if line.key == key)
    return line, "".join(group.html for group in line.groups or [])


def test_every_section_is_told_by_what_became_of_it(book, author):
    page = page_of(book, author)
    assert [(line.key, line.state) for line in page.lines] == [
        ("c1-1", "changed"), ("c1-ops", "changed"), ("c1-sec", "renamed"),
        ("c2-1", "changed"), ("c2-dev", "removed"), ("c2-dep", "added"),
    ]  # fmt: skip
    assert (page.changed, page.added, page.removed, page.whole) == (4, 1, 1, True)
    assert next(line for line in page.lines if line.key == "c1-sec").was_title == "For security"


def test_words_are_shown_where_they_changed_and_the_rest_is_folded(book, author):
    line, html = shown(page_of(book, author), "c1-1")
    assert '<del class="was">Nobody </del><ins class="now">Everybody</ins> owns the <strong>night</strong>' in html
    assert (line.inserted, line.deleted) == (1, 1)
    assert [(group.folded, group.passages) for group in line.groups] == [(False, 3), (True, 8)]


def test_a_passage_that_went_to_another_chapter_has_moved_there(book, author):
    page = page_of(book, author)
    _line, here = shown(page, "c2-1")
    _line, there = shown(page, "c1-ops")
    assert f'<span class="moved" id="to-1">{SENTENCE}</span>' in here
    assert '<a class="whence" href="#from-1">moved from “For operations”</a>' in here
    assert 'id="from-1" href="#to-1">moved to “The promise”: “The person on the night' in there
    assert page.lines[1].deleted == page.lines[3].inserted == 0


def test_a_passage_that_was_edited_on_its_way_has_moved_too(book, author):
    edited = SENTENCE.replace("reads the plan", "reads the whole plan")
    after = {**SECOND, "c2": ("The promise", [("c2-1", None, f"# The promise\n\nA change is a promise.\n\n{edited}")])}
    third = opened(book, after, 3)
    first = book.drafts.get(number=1)
    _line, before = shown(changes_page(actor_of(author), third, first, "/m/x/images/"), "c2-1")
    assert 'class="moved"' not in before
    keep_moves(first, third, moves_between(first, third))
    page = changes_page(actor_of(author), third, first, "/m/x/images/")
    _line, here = shown(page, "c2-1")
    _line, there = shown(page, "c1-ops")
    assert 'id="to-1">The person on the night shift reads the</span> <ins class="now">whole</ins>' in here
    assert here.count('id="to-1"') == 1 and "moved to “The promise”" in there


def test_a_removed_section_is_there_to_be_read(book, author):
    _line, html = shown(page_of(book, author), "c2-dev")
    assert '<del class="was">Write it down.</del>' in html


def test_words_never_become_markup(book, author):
    evil = "Say <script>alert(1)</script> & go, <b>now</b> or in some later and much longer sentence."
    chapters = {"c1": ("The handover", [("c1-1", None, f"# The handover\n\n{evil}\n\nIt stays here as it was.")])}
    opened(book, chapters, 3)
    after = {"c1": ("The handover", [("c1-1", None, "# The handover\n\nIt stays here as it was.")])}
    opened(book, after, 4)
    page = changes_page(actor_of(author), book.drafts.get(number=4), book.drafts.get(number=3), "/m/x/images/")
    (line,) = page.lines
    html = "".join(group.html for group in line.groups)
    assert "<script>" not in html and "&lt;script&gt;" in html


def test_the_page_over_http(book, author):
    answer = signed_in(author).get("/m/the-night-shift/drafts/2/changes/")
    text = answer.content.decode()
    assert answer.status_code == 200
    html5lib.HTMLParser(strict=False).parse(text)
    assert "What draft 2 changed against draft 1" in text and "8 paragraphs unchanged" in text
    assert "4 sections changed, 1 added, 1 removed" in text
    assert 'href="/m/the-night-shift/drafts/2/changes/"' in signed_in(author).get(
        "/m/the-night-shift/drafts/2/"
    ).content.decode()  # fmt: skip


def test_the_first_draft_has_nothing_to_be_compared_with(book, author):
    text = signed_in(author).get("/m/the-night-shift/drafts/1/changes/").content.decode()
    assert "there is nothing to compare it with" in text


def test_a_draft_that_waits_is_compared_with_the_open_one(book, author):
    make_draft(book, FIRST)
    text = signed_in(author).get("/m/the-night-shift/drafts/3/changes/").content.decode()
    assert "What the next draft changes against draft 2" in text
    text = signed_in(author).get("/m/the-night-shift/drafts/3/changes/?against=1").content.decode()
    assert "Nothing differs in what you may read." in text


@pytest.mark.parametrize("against", ["x", "99", "-1", "1" * 40, "1 or 1"])
def test_a_draft_that_is_not_there_is_not_found(book, author, against):
    answer = signed_in(author).get("/m/the-night-shift/drafts/2/changes/", {"against": against})
    assert answer.status_code == 404


def test_readers_compare_what_was_open_to_them(book):
    reader = make_reader(book, "Omar Haddad", "it-operations")
    client = signed_in(reader)
    assert client.get("/m/the-night-shift/drafts/2/changes/").status_code == 200
    make_draft(book, FIRST)
    assert client.get("/m/the-night-shift/drafts/3/changes/").status_code == 404
    assert client.get("/m/the-night-shift/drafts/2/changes/?against=3").status_code == 404


@pytest.mark.parametrize("closed", [1, 2])
def test_a_section_that_is_closed_in_one_draft_is_absent(book, closed):
    reader = make_reader(book, "Omar Haddad", "it-operations")
    book.rounds.filter(number=closed).update(others_sections="closed")
    page = page_of(book, reader)
    keys = [line.key for line in page.lines]
    assert "c1-ops" in keys and "c1-1" in keys and "c1-sec" not in keys
    assert ("c2-dev" in keys, "c2-dep" in keys) == (closed == 2, closed == 1)


def test_maps_are_made_once(book, author, django_assert_num_queries):
    page_of(book, author)
    assert TextMap.objects.count() == 4
    with django_assert_num_queries(11):
        page_of(book, author)


def test_a_form_that_changed_is_said(book, author):
    chapters = {"c1": ("The handover", [("c1-1", None, "# The handover\n\nNobody *owns* the night.")])}
    opened(book, chapters, 3)
    after = {"c1": ("The handover", [("c1-1", None, "# The handover\n\nNobody owns the night.")])}
    opened(book, after, 4)
    text = signed_in(author).get("/m/the-night-shift/drafts/4/changes/").content.decode()
    assert "The words are the same; emphasis, links or layout changed." in text


def test_a_very_long_book_is_shown_chapter_by_chapter(book, author, monkeypatch):
    monkeypatch.setattr("manuscripts.changes_page.MOST_WORDS", 60)
    assert MOST_WORDS > 60
    page = page_of(book, author)
    assert [line.key for line in page.lines if line.groups is None and line.differs] != []
    assert not page.whole
    page = page_of(book, author, chapter="c2")
    assert [line.key for line in page.lines if line.groups is not None] == ["c2-1", "c2-dev", "c2-dep"]

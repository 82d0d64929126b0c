"""Search over HTTP: in what one may read and in the notes one may see, and in nothing else."""

import re

import pytest

from manuscripts.modes import OthersSections, Visibility
from reviews.models import Comment
from reviews.threads import NewThread, create_thread, withdraw
from tests.books import actor_of
from tests.reviews.test_reading import draft, note, ops, sec, signed_in  # noqa: F401 - fixtures

# ruff: noqa: F811 - fixtures are named where they are used
pytestmark = pytest.mark.django_db
SEARCH = "/m/the-night-shift/search/"


def look(member, words: str, **headers):
    return signed_in(member.user).get(SEARCH, {"q": words}, **headers)


def plain(page) -> str:
    return re.sub(r"<[^>]+>", "", page.content.decode())


def set_mode(draft, **modes) -> None:
    type(draft.round).objects.filter(pk=draft.round_id).update(**modes)


def test_words_are_found_in_context_with_a_link_to_the_very_words(draft, ops):
    row = draft.placements.get(section__key="c1-1")
    word = re.search(r"\w{6,}", row.text.text)
    page = look(ops, word[0].upper()).content.decode()
    assert f"/m/the-night-shift/read/c1/#at-{row.text_id}-{word.start()}-{word.end()}" in page
    assert f"<mark>{word[0]}</mark>" in page


def test_notes_are_found_by_their_words_their_replacement_and_what_they_stand_on(draft, ops):
    said = note(ops, body="Ask the **dispatchers** first.")
    suggested = note(ops, kind="suggestion", body="", replacement="the graveyard watch")
    for words in ("dispatchers", "graveyard"):
        wanted = said if words == "dispatchers" else suggested
        page = look(ops, words).content.decode()
        assert f"#note-{wanted.pk}" in page and "In the text" not in page
    assert f"#note-{said.pk}" in look(ops, "night").content.decode()


def test_a_closed_section_is_not_found_by_others(draft, ops, sec):
    row = draft.placements.get(section__key="c1-ops")
    word = next(w for w in re.findall(r"\w{5,}", row.text.text) if w not in _rest(draft, row))
    assert f"<mark>{word}</mark>" in look(sec, word).content.decode()
    set_mode(draft, others_sections=OthersSections.CLOSED)
    assert f"<mark>{word}</mark>" in look(ops, word).content.decode()
    assert "Nothing matches" in plain(look(sec, word))


def _rest(draft, row) -> str:
    return " ".join(other.text.text for other in draft.placements.exclude(pk=row.pk))


@pytest.mark.parametrize("visibility", [Visibility.AFTER_VERDICT, Visibility.NEVER])
def test_an_independent_first_read_holds_in_search(draft, ops, sec, visibility):
    theirs = note(sec, body="Nobody carries the zeppelin home.")
    assert f"#note-{theirs.pk}" in look(ops, "zeppelin").content.decode()
    set_mode(draft, visibility=visibility)
    assert "Nothing matches" in plain(look(ops, "zeppelin"))
    assert f"#note-{theirs.pk}" in look(sec, "zeppelin").content.decode()


def test_what_was_said_to_the_author_only_is_found_by_no_other_reader(draft, ops, sec):
    new = NewThread(kind="comment", body="The zeppelin story is mine.", chapter="c1", visibility="authors")
    create_thread(actor_of(sec), draft.manuscript, new)
    assert "Nothing matches" in plain(look(ops, "zeppelin"))
    author = draft.manuscript.memberships.get(role="author")
    assert "zeppelin" in look(author, "zeppelin").content.decode().split("</form>")[1]


def test_withdrawn_words_are_not_found(draft, ops):
    gone = note(ops, body="A word about the zeppelin.")
    withdraw(actor_of(ops), gone)
    assert "Nothing matches" in plain(look(ops, "zeppelin"))
    assert not Comment.objects.filter(body__contains="zeppelin").exists()


def test_the_page_says_what_search_does_and_what_it_does_not_find(draft, ops):
    assert "whatever their case and accents" in plain(look(ops, ""))
    hostile = plain(look(ops, '<script>"x'))
    assert "Nothing matches" in hostile and "&lt;script&gt;" in hostile
    fragment = look(ops, "night", HTTP_HX_REQUEST="true").content.decode()
    assert "<html" not in fragment and "<mark>night</mark>" in fragment.lower()


def test_of_many_hits_all_are_counted_and_the_newest_notes_shown(draft, ops):
    for number in range(45):
        create_thread(
            actor_of(ops), draft.manuscript, NewThread(kind="comment", body=f"lantern {number}", chapter="c1")
        )
    page = plain(look(ops, "lantern"))
    assert "the newest 40 of 45" in page and "lantern 44" in page and "lantern 4." not in page


def test_the_number_of_queries_does_not_grow(draft, ops, django_assert_max_num_queries):
    for number in range(6):
        create_thread(actor_of(ops), draft.manuscript, NewThread(kind="comment", body=f"night {number}", chapter="c1"))
    client = signed_in(ops.user)
    client.get(SEARCH, {"q": "night"})
    with django_assert_max_num_queries(24):
        client.get(SEARCH, {"q": "night"})

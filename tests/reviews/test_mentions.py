"""Naming a member by @, following a note, and what is new: to whom it is told, and to whom it is not."""

import re

import pytest
from django.test import Client

from manuscripts.modes import Anonymity, OthersSections, Visibility
from reviews.answers import questions_of, save_answer
from reviews.handles import named_in
from reviews.models import Comment, Follow, Mention, Thread
from reviews.news import news_of
from reviews.threads import NewThread, create_thread, decide, edit_comment, reply, withdraw_comment
from tests.books import actor_of, make_book, make_reader

HOME = "/m/the-night-shift/"
NAMES = f"{HOME}notes/names/"
OMAR, SASKIA = "IT operations 1", "Information security 2"

# Words


@pytest.mark.parametrize(
    "body, named",
    [
        ("@Ada Quill, is it so?", {"Ada Quill"}),
        ("(@ada  quill)", {"Ada Quill"}),
        ("It is @ADA QUILL's.", {"Ada Quill"}),
        ("@Ada\nQuill", {"Ada Quill"}),
        ("@Ada and @Ada Quill", {"Ada", "Ada Quill"}),
        ("@Ada Quilling", {"Ada"}),
        ("@IT operations 31.", {"IT operations 31"}),
        ("@IT operations 3 and 1", {"IT operations 3"}),
        ("@IT operations 312", set()),
        ("@Zoe\u0308 Voss", {"Zoë Voss"}),
        ("@GROSS", {"Groß"}),
        ("ada@ada.example, me+@Ada, https://a.example/@Ada", set()),
        ("@ada.example @Ada-Marie @Ada@ada.example @Adam", set()),
        ("`@Ada` and ``` @Ada", {"Ada"}),
        ("```\n@Ada Quill\n```\n@Ada", {"Ada"}),
        ("~~~\n@Ada Quill", set()),
        ("Ada Quill, @ Ada", set()),
        ("", set()),
    ],
)
def test_who_is_named_in_words(body, named):
    handles = ["Ada", "Ada Quill", "IT operations 3", "IT operations 31", "Zoë Voss", "Groß"]
    assert named_in(body, handles) == named


def test_nobody_is_named_where_there_is_nobody():
    assert named_in("@Ada", []) == set()


# Who may be named by whom


def signed_in(member) -> Client:
    client = Client()
    client.force_login(member.user, backend="django.contrib.auth.backends.ModelBackend")
    return client


def make_world(**modes):
    """A book, its author, a reader of operations and one of security."""
    manuscript = make_book(**modes).manuscript
    author = manuscript.memberships.get(role="author")
    omar = make_reader(manuscript, "Omar Haddad", "it-operations")
    return manuscript, author, omar, make_reader(manuscript, "Saskia Vos", "information-security")


def note(member, body="The night is long.", **fields) -> Thread:
    manuscript = member.manuscript
    return create_thread(actor_of(member), manuscript, NewThread(kind="comment", body=body, **fields))[0]


def offered(member) -> dict[str, str]:
    answer = signed_in(member).get(NAMES)
    assert answer.status_code == 200
    return {one["handle"]: one["about"] for one in answer.json()["names"]}


def home(member) -> str:
    answer = signed_in(member).get(HOME)
    assert answer.status_code == 200
    return answer.content.decode()


def news(member) -> list[str]:
    """The news on someone's first page, each as its words in one line."""
    found = re.search(r'<section class="panel news".*?</section>', home(member), re.S)
    items = re.findall(r"<li>(.*?)</li>", found[0], re.S) if found else []
    return [" ".join(re.sub(r"<form.*?</form>|<[^>]+>", " ", item, flags=re.S).split()) for item in items]


pytestmark = pytest.mark.django_db


def test_under_names_everyone_is_named_by_name():
    _book, _author, omar, saskia = make_world(anonymity=Anonymity.NAMED)
    assert offered(omar) == {"Ada Lindqvist": "author", "Saskia Vos": "Information security"}
    thread = note(omar, "@saskia vos, is it the same with you? @Information security 2")
    assert [m.member for m in Mention.objects.all()] == [saskia]
    assert [line for line in news(saskia) if "Omar Haddad named you" in line]
    assert news(omar) == [] and str(thread.pk) in home(saskia)


@pytest.mark.parametrize("anonymity", [Anonymity.PEERS, Anonymity.ALL])
def test_readers_are_named_by_pseudonym_once_they_wrote(anonymity):
    _book, author, omar, saskia = make_world(anonymity=anonymity)
    assert set(offered(omar)) == {"Ada Lindqvist"}
    first = note(saskia)
    assert set(offered(omar)) == {"Ada Lindqvist", SASKIA}
    assert set(offered(saskia)) == {"Ada Lindqvist"}
    assert offered(author) == {SASKIA: "Saskia Vos" if anonymity == Anonymity.PEERS else ""}
    reply(actor_of(omar), first, f"@Saskia Vos @{SASKIA} @Omar Haddad")
    assert [m.member for m in Mention.objects.all()] == [saskia]
    assert len(news(saskia)) == 1 and f"{OMAR} named you" in news(saskia)[0]


@pytest.mark.parametrize("anonymity", [Anonymity.PEERS, Anonymity.ALL])
def test_no_page_tells_a_name_or_leads_from_it_to_a_pseudonym(anonymity):
    _book, author, omar, saskia = make_world(anonymity=anonymity)
    first = note(saskia, "Ours is shorter. @Ada Lindqvist")
    reply(actor_of(omar), first, f"@{SASKIA} which?")
    seen = (
        signed_in(omar).get(NAMES).content.decode() + home(omar) + signed_in(omar).get(f"{HOME}read/").content.decode()
    )
    assert "Saskia" not in seen and "saskia" not in seen and SASKIA in seen
    words = signed_in(author).get(NAMES).content.decode() + " ".join(news(author))
    assert ("Saskia" in words) is (anonymity == Anonymity.PEERS)
    assert "Omar" not in " ".join(news(saskia))


def test_what_was_said_under_a_name_leads_to_no_pseudonym():
    manuscript, author, omar, saskia = make_world(anonymity=Anonymity.NAMED)
    first = note(saskia)
    assert "Saskia Vos" in offered(omar)
    manuscript.rounds.create(number=2, state="ended", anonymity=Anonymity.PEERS)
    assert set(offered(omar)) == {"Ada Lindqvist"}  # only hers was seen, under her name
    assert offered(author) == {SASKIA: "Saskia Vos"}
    manuscript.rounds.update(anonymity=Anonymity.ALL)
    Comment.objects.update(anonymity=Anonymity.PEERS)
    assert offered(author) == {}  # her name was seen with these words
    Comment.objects.filter(thread=first).update(anonymity=Anonymity.ALL)
    assert offered(author) == {SASKIA: ""}


def test_two_of_one_name_are_told_apart_and_nobody_gone_is_named():
    manuscript, author, _omar, _saskia = make_world(anonymity=Anonymity.NAMED)
    other = make_reader(manuscript, "Omar  haddad")
    assert {"Omar Haddad", "Omar haddad 2"} <= set(offered(author))
    note(author, "@Omar Haddad 2")
    assert [m.member for m in Mention.objects.all()] == [other]
    other.removed = other.created
    other.save()
    assert "Omar haddad 2" not in offered(author)


def test_readers_who_see_nobody_may_name_the_team_alone():
    _book, _author, omar, saskia = make_world(visibility=Visibility.NEVER)
    note(saskia)
    assert set(offered(omar)) == {"Ada Lindqvist"}


# To whom a mention is told


def test_a_mention_in_a_note_for_the_author_tells_the_named_nothing():
    _book, author, omar, saskia = make_world()
    note(saskia)
    hidden = note(omar, f"@{SASKIA} is wrong here. @Ada Lindqvist", visibility="authors")
    assert Mention.objects.filter(member=saskia).exists()
    assert news(saskia) == [] and f"note-{hidden.pk}" not in home(saskia)
    assert [line for line in news(author) if f"{OMAR}" in line or "Omar Haddad" in line]


def test_it_is_told_once_the_note_may_be_seen_even_if_all_was_marked_read():
    manuscript, author, _omar, saskia = make_world(visibility=Visibility.AFTER_VERDICT)
    note(saskia, chapter="c1")
    note(author, f"@{OMAR} @{SASKIA}", chapter="c1")
    assert Mention.objects.count() == 1  # the author saw only one of them write
    assert news(saskia) == []
    mark(saskia)
    verdict = next(q for q in questions_of(manuscript) if q.code == "makes_sense")
    save_answer(actor_of(saskia), manuscript, question=verdict, scope="chapter", key="c1", value="yes")
    assert len(news(saskia)) == 1 and "Ada Lindqvist named you" in news(saskia)[0]


def test_a_mention_in_a_closed_section_is_not_told():
    manuscript, _author, omar, saskia = make_world(others_sections=OthersSections.CLOSED)
    note(saskia, chapter="c1")
    text = manuscript.open_draft.placements.get(section__key="c1-ops").text_id
    note(omar, f"@{SASKIA}", text_id=str(text))
    assert Mention.objects.filter(member=saskia).exists() and news(saskia) == []


def test_other_words_name_others_and_withdrawn_words_nobody():
    _book, author, omar, saskia = make_world(anonymity=Anonymity.NAMED)
    thread = note(omar, "@Ada Lindqvist?")
    comment = thread.comments.get()
    was = Mention.objects.get()
    edit_comment(actor_of(omar), comment, "@Ada Lindqvist and @Saskia Vos?")
    assert {m.member for m in Mention.objects.all()} == {author, saskia}
    assert Mention.objects.get(member=author).created == was.created
    edit_comment(actor_of(omar), comment, "@Saskia Vos?")
    assert news(author) == [] and len(news(saskia)) == 1
    withdraw_comment(actor_of(omar), comment)
    assert news(saskia) == []


def test_a_card_says_that_it_names_me_and_no_one_elses_does():
    _book, author, omar, saskia = make_world(anonymity=Anonymity.NAMED)
    note(omar, "@Saskia Vos?")
    pages = {who.pk: signed_in(who).get(f"{HOME}read/").content.decode() for who in (author, omar, saskia)}
    assert ["Names you" in pages[who.pk] for who in (author, omar, saskia)] == [False, False, True]


# Following


def mark(member, **fields):
    shown = re.search(r'name="until" value="([^"]+)"', home(member))
    until = shown[1] if shown else "2100-01-01T00:00:00+00:00"
    answer = signed_in(member).post(f"{HOME}news/", {"until": until, **fields})
    assert answer.status_code == 302
    return answer["Location"]


def test_who_wrote_hears_of_answers_and_decisions_until_they_stop():
    _book, author, omar, saskia = make_world()
    thread = note(omar)
    assert news(omar) == []
    reply(actor_of(saskia), thread, "With us too.")
    decide(actor_of(author), thread, "no_change", "It *is* long.")
    assert len(news(omar)) == 2
    assert "Ada Lindqvist decided on your note" in news(omar)[0] and "No change" in news(omar)[0]
    assert "It *is* long." in news(omar)[0] and f"{SASKIA} answered your note" in news(omar)[1]
    assert len(news(saskia)) == 1 and "decided on a note you follow" in news(saskia)[0]
    assert news(author) == []  # theirs is the desk
    signed_in(omar).post(f"{HOME}notes/{thread.pk}/follow/", {"undo": "1", "next": HOME})
    assert news(omar) == []
    signed_in(omar).post(f"{HOME}notes/{thread.pk}/follow/", {"next": HOME})
    assert news(omar) == []  # from now on
    reply(actor_of(saskia), thread, "And again.")
    assert len(news(omar)) == 1 and "And again." in news(omar)[0]


def test_others_hear_of_a_note_from_when_they_follow_it():
    _book, author, omar, saskia = make_world()
    thread = note(omar)
    reply(actor_of(author), thread, "Since when?")
    assert news(saskia) == []
    answer = signed_in(saskia).post(f"{HOME}notes/{thread.pk}/follow/", HTTP_ACCEPT="application/json")
    assert 'data-following="1"' in answer.json()["html"]
    assert news(saskia) == []
    reply(actor_of(omar), thread, "Since May.")
    assert len(news(saskia)) == 1 and f"{OMAR} answered a note you follow" in news(saskia)[0]
    assert len(news(author)) == 1 and "Omar Haddad answered a note you follow" in news(author)[0]
    decide(actor_of(author), thread, "later")
    decide(actor_of(author), thread, None)
    assert len(news(saskia)) == 1  # a decision that was taken back is no news


def test_whoever_answered_has_read_what_stood_there():
    _book, _author, omar, saskia = make_world()
    thread = note(omar)
    reply(actor_of(saskia), thread, "With us too.")
    assert len(news(omar)) == 1
    reply(actor_of(omar), thread, "I see.")
    assert news(omar) == [] and len(news(saskia)) == 1


def test_whoever_decided_has_read_what_stood_there():
    _book, author, omar, _saskia = make_world()
    thread = note(omar, "@Ada Lindqvist, is it so?")
    assert len(news(author)) == 1
    decide(actor_of(author), thread, "later")
    assert news(author) == [] and len(news(omar)) == 1


def test_marking_read_and_undoing_it():
    _book, author, omar, saskia = make_world()
    one, two = note(omar, "One."), note(omar, "Two.")
    reply(actor_of(saskia), one, "First.")
    mark(omar)
    assert news(omar) == []
    reply(actor_of(saskia), two, "Second.")
    reply(actor_of(author), one, "Third.")
    before = news(omar)
    assert len(before) == 2 and "Third." in before[0] and "Second." in before[1]
    back = mark(omar)
    page = signed_in(omar).get(back.partition("#")[0]).content.decode()
    assert "Marked as read." in page and news(omar) == []
    until = re.search(r'name="until" value="([^"]+)"', page)[1]
    for _twice in range(2):
        signed_in(omar).post(f"{HOME}news/", {"until": until, "undo": "1"})
        assert news(omar) == before  # and not what was read before


def test_what_came_after_the_page_was_made_stays_new():
    _book, _author, omar, saskia = make_world()
    thread = note(omar)
    reply(actor_of(saskia), thread, "First.")
    until = re.search(r'name="until" value="([^"]+)"', home(omar))[1]
    reply(actor_of(saskia), thread, "Second.")
    signed_in(omar).post(f"{HOME}news/", {"until": until})
    assert len(news(omar)) == 1 and "Second." in news(omar)[0]


@pytest.mark.parametrize("until", ["", "yesterday", "2026-05-01", "2026-13-45T00:00:00Z", "2026-05-01T12:00:00"])
def test_a_moment_that_is_none_marks_nothing(until):
    _book, _author, omar, saskia = make_world()
    reply(actor_of(saskia), note(omar), "First.")
    signed_in(omar).post(f"{HOME}news/", {"until": until})
    assert signed_in(omar).get(HOME, {"read": until}).status_code == 200
    assert len(news(omar)) == 1 and not Follow.objects.exists()


def test_news_leads_to_the_note():
    _book, author, omar, _saskia = make_world()
    for thread, page in ((note(omar, chapter="c2"), "read/c2/"), (note(omar), "read/")):
        reply(actor_of(author), thread, "Yes.")
        assert f'href="{HOME}{page}#note-{thread.pk}"' in home(omar)


@pytest.mark.parametrize("count", [1, 12])
def test_news_costs_the_same_queries_however_much_there_is(count, django_assert_num_queries):
    book, author, omar, _saskia = make_world(visibility=Visibility.AFTER_VERDICT)
    for n in range(count):
        thread = note(omar, f"Note {n}.", chapter="c1")
        reply(actor_of(author), thread, "Yes.")
        decide(actor_of(author), thread, "later")
    actor = actor_of(omar)
    me = actor.membership_in(book)
    draft = book.open_draft
    with django_assert_num_queries(7):
        assert news_of(actor, me, draft).count == 2 * count

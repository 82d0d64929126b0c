"""What open pages are told: of the notes that this person may see, in every mode, and of nothing else."""

import pytest
from django.core.cache import cache
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from manuscripts.models import Event, Manuscript
from manuscripts.modes import OthersSections, Visibility
from reviews.answers import delete_answer, questions_of, save_answer
from reviews.live import OUT_OF_DATE, cursor_at, tell_of
from reviews.members import change_member
from reviews.rounds import change_modes, close_round, review_of, set_review
from reviews.threads import NewThread, agree, create_thread, decide, reply, withdraw
from tests.books import BOOK, actor_of, make_draft, make_reader

pytestmark = pytest.mark.django_db


@pytest.fixture
def texts(cast):
    return {p.section.key: p.text for p in cast.draft.placements.select_related("section", "text")}


class Ear:
    """One person's page: asks again and again, each time with the cursor it was given."""

    def __init__(self, cast, who):
        self.client = cast.enter(Client(), who)
        self.path = f"/live/{cast.book.slug}/"
        self.frame = self.ask()["frame"]

    def ask(self):
        cache.clear()
        since = getattr(self, "cursor", "")
        answer = self.client.get(self.path, headers={"Last-Event-ID": since}).json()
        self.cursor = answer["cursor"]
        return answer

    def notes(self):
        """Ids of the notes that are told of, by their chapter."""
        return {int(note["id"]): note["chapter"] for note in self.ask()["notes"]}

    def is_out_of_date(self):
        return self.ask()["frame"] != self.frame


@pytest.fixture
def ear(cast):
    return lambda who: Ear(cast, who)


def note(cast, who, **new):
    return create_thread(cast.actor(who), cast.book, NewThread(kind="comment", body="Who says so?", **new))[0]


def test_a_note_and_all_that_becomes_of_it_is_told_to_the_others(cast, ear, texts):
    listening = {who: ear(who) for who in ("author", "co_author", "sec", "observer", "link")}
    thread = note(cast, "ops", text_id=str(texts["c1-1"].pk), selector={"start": 0, "end": 6})
    steps = [
        lambda: reply(cast.actor("author"), thread, "I do."),
        lambda: agree(cast.actor("sec"), thread),
        lambda: decide(cast.actor("author"), thread, "later"),
        lambda: withdraw(cast.actor("ops"), thread),
    ]
    stamps = set()
    for step in [lambda: None, *steps]:
        step()
        for heard in listening.values():
            (told,) = heard.ask()["notes"]
            assert (told["id"], told["chapter"]) == (str(thread.pk), "c1")
        stamps.add(told["stamp"])
    assert len(stamps) == 1 + len(steps), "each change is another stamp"


def test_where_a_note_stands_is_told(cast, ear, texts):
    heard = ear("sec")
    on_book, on_chapter = note(cast, "ops"), note(cast, "ops", chapter="c2")
    passage = note(cast, "ops", text_id=str(texts["c1-ops"].pk))
    assert heard.notes() == {on_book.pk: None, on_chapter.pk: "c2", passage.pk: "c1"}


def test_a_card_has_the_stamp_that_is_told(cast, ear):
    heard = ear("sec")
    note(cast, "ops", chapter="c1")
    (told,) = heard.ask()["notes"]
    page = heard.client.get(f"/m/{cast.book.slug}/read/c1/").content.decode()
    assert f'data-id="{told["id"]}" data-stamp="{told["stamp"]}"' in page
    assert told["new"] is True


@pytest.mark.parametrize(
    "visibility, hears", [(Visibility.OPEN, True), (Visibility.NEVER, False), (Visibility.AFTER_VERDICT, False)]
)
def test_modes_of_a_round_hold(cast, ear, visibility, hears):
    cast.book.rounds.update(visibility=visibility)
    reader, observer, author = ear("sec"), ear("observer"), ear("author")
    written = note(cast, "ops", chapter="c1")
    assert (reader.notes(), observer.notes()) == (({written.pk: "c1"},) * 2 if hears else ({}, {}))
    assert author.notes() == {written.pk: "c1"}


def test_after_the_verdict_the_notes_on_its_chapter_come(cast, ear):
    cast.book.rounds.update(visibility=Visibility.AFTER_VERDICT)
    reader, other = ear("sec"), ear("link")
    first, elsewhere = note(cast, "ops", chapter="c1"), note(cast, "ops", chapter="c2")
    question = next(q for q in questions_of(cast.book) if q.code == "makes_sense")
    assert reader.notes() == {}
    answer, _made = save_answer(
        cast.actor("sec"), cast.book, question=question, scope="chapter", key="c1", value="partly"
    )
    assert reader.notes() == {first.pk: "c1"}
    second = note(cast, "ops", chapter="c1")
    assert second.pk in reader.notes()
    assert other.notes() == {}, "of another's verdict nothing follows"
    set_review(cast.actor("sec"), review_of(cast.members["sec"], cast.book.current_round), "submitted")
    assert elsewhere.pk in reader.notes()
    delete_answer(cast.actor("sec"), answer)
    assert reader.is_out_of_date()
    assert not other.is_out_of_date()


def test_what_is_for_the_author_alone_is_told_to_no_reader(cast, ear):
    reader, writer, author = ear("sec"), ear("ops"), ear("author")
    whispered = note(cast, "ops", chapter="c1", visibility="authors")
    assert reader.notes() == {}
    assert writer.notes() == author.notes() == {whispered.pk: "c1"}
    reply(cast.actor("author"), whispered, "Between us.")
    withdraw(cast.actor("ops"), whispered)
    assert reader.notes() == {}


def test_closed_sections_are_closed_here(cast, ear, texts):
    cast.book.rounds.update(others_sections=OthersSections.CLOSED)
    ops, sec, observer = ear("ops"), ear("sec"), ear("observer")
    inside = note(cast, "author", text_id=str(texts["c2-sec"].pk))
    beside = note(cast, "author", text_id=str(texts["c2-1"].pk))
    assert ops.notes() == {beside.pk: "c2"}
    assert sec.notes() == observer.notes() == {inside.pk: "c2", beside.pk: "c2"}


def test_what_one_may_not_see_leaves_no_trace_in_the_answer(cast, time_machine):
    """Byte for byte the same, whether others whispered, answered, were asked or changed, or not."""
    time_machine.move_to(timezone.now(), tick=False)
    reader = cast.enter(Client(), "sec")
    path = f"/live/{cast.book.slug}/?since={cursor_at(timezone.now())}"
    note(cast, "ops", chapter="c1")
    before = reader.get(path).content
    question = next(q for q in questions_of(cast.book) if q.code == "makes_sense")
    for _ in range(3):
        whispered = note(cast, "ops", chapter="c1", visibility="authors")
        decide(cast.actor("author"), whispered, "later")
    save_answer(cast.actor("ops"), cast.book, question=question, scope="chapter", key="c1", value="no")
    change_member(cast.actor("author"), cast.members["ops"], years=7)
    assert reader.get(path).content == before
    seen = note(cast, "ops", chapter="c1")
    assert f'"{seen.pk}"'.encode() in reader.get(path).content, "the control"


def test_a_page_learns_that_it_is_out_of_date(cast, ear):
    reader, observer = ear("sec"), ear("observer")
    note(cast, "ops")
    assert not reader.is_out_of_date()
    change_member(cast.actor("author"), cast.members["sec"], disciplines=["deployment"])
    assert reader.is_out_of_date()
    assert not observer.is_out_of_date()
    change_modes(cast.actor("author"), cast.book, {"visibility": "never"})
    assert observer.is_out_of_date()
    close_round(cast.actor("author"), cast.book)
    assert reader.is_out_of_date()


def test_another_draft_puts_every_page_out_of_date(cast, ear):
    reader = ear("sec")
    second = make_draft(cast.book, BOOK)
    assert not reader.is_out_of_date(), "of a draft that has not opened nobody learns"
    cast.book.drafts.filter(pk=cast.draft.pk).update(state="closed")
    cast.book.drafts.filter(pk=second.pk).update(state="open", round=cast.draft.round, label="1.1")
    assert reader.is_out_of_date()


def test_more_than_a_message_holds_is_a_page_to_load_again(cast, ear, monkeypatch):
    monkeypatch.setattr("reviews.live.MOST", 3)
    reader, whisperer = ear("sec"), ear("observer")
    for _ in range(4):
        note(cast, "author", chapter="c1")
    answer = reader.ask()
    assert (answer["notes"], answer["frame"]) == ([], OUT_OF_DATE)
    again = reader.ask()
    assert again["frame"] == reader.frame, "loaded again, it is up to date"
    cast.book.threads.update(visibility="authors")
    answer = whisperer.ask()
    assert (answer["notes"], answer["frame"]) == ([], whisperer.frame), "what is not seen does not count"


@pytest.mark.parametrize("since", ["x", "-5", "99999999999999", "1", "٣", "1e9"])
def test_a_cursor_that_is_none_asks_for_the_page_again_or_for_nothing(cast, since):
    answer = cast.enter(Client(), "sec").get(f"/live/{cast.book.slug}/", {"since": since})
    assert answer.status_code == 200
    assert answer.json()["notes"] == []


@pytest.mark.parametrize("headers", [{"Origin": "https://evil.example"}, {"Sec-Fetch-Site": "cross-site"}])
def test_pages_of_other_sites_are_refused(cast, headers):
    client = cast.enter(Client(), "author")
    assert client.get(f"/live/{cast.book.slug}/", headers=headers).status_code == 403
    assert client.get(f"/live/{cast.book.slug}/", headers={"Origin": "http://testserver"}).status_code == 200


def test_fifty_readers_are_told_in_as_many_queries_as_five(cast, texts):
    readers = [make_reader(cast.book, f"Reader {n}", "deployment") for n in range(50)]
    thread = note(cast, "ops", text_id=str(texts["c1-1"].pk))
    events = [Event.objects.latest("pk").pk]

    def queries(members):
        with CaptureQueriesContext(
            connection,
        ) as asked:
            told = tell_of(events, {cast.book.pk: {member.pk for member in members}})
        assert all(str(thread.pk) in told[member.pk].notes for member in members)
        return len(asked)

    few = queries([cast.members["author"], *readers[:4]])
    assert queries([cast.members["author"], *readers]) == few <= 16


# The cards


def cards(client, cast, chapter, *ids, on=1):
    asked = {"chapter": chapter, "on": on, "ids": ",".join(str(pk) for pk in ids)}
    return client.get(f"/m/{cast.book.slug}/notes/cards/", asked)


def test_cards_are_those_of_the_page_and_of_its_chapter_alone(cast):
    here, there, whispered = note(cast, "ops", chapter="c1"), note(cast, "ops"), None
    whispered = note(cast, "ops", chapter="c1", visibility="authors")
    reader = cast.enter(Client(), "sec")
    html = cards(reader, cast, "c1", here.pk, there.pk, whispered.pk).json()["html"]
    assert html.count('class="note"') == 1
    assert html in reader.get(f"/m/{cast.book.slug}/read/c1/").content.decode()
    assert f'id="note-{there.pk}"' in cards(reader, cast, "", there.pk).json()["html"]
    writer = cast.enter(Client(), "ops")
    assert cards(writer, cast, "c1", here.pk, whispered.pk).json()["html"].count('class="note"') == 2


def test_cards_of_another_draft_are_not_put_on_a_page(cast):
    thread = note(cast, "ops", chapter="c1")
    answer = cards(cast.enter(Client(), "sec"), cast, "c1", thread.pk, on=7).json()
    assert answer == {"html": "", "frame": OUT_OF_DATE}


def test_cards_of_a_chapter_that_is_not_there(cast):
    assert cards(cast.enter(Client(), "sec"), cast, "c9", 1).status_code == 404


def test_many_cards_take_as_many_queries_as_one(cast, django_assert_num_queries):
    ids = [note(cast, "ops", chapter="c1").pk for _ in range(12)]
    reader = cast.enter(Client(), "sec")
    with CaptureQueriesContext(connection) as asked:
        cards(reader, cast, "c1", ids[0])
    with django_assert_num_queries(len(asked)):
        cards(reader, cast, "c1", *ids)
    assert len(asked) <= 18


def test_threads_seen_by_each_are_those_visible_to_them(cast, texts):
    """In every mode the batch says what the rule for one says."""
    first = cast.book.rounds.get()
    note(cast, "ops", chapter="c1")
    note(cast, "ops", chapter="c1", visibility="authors")
    for key in ("c1-ops", "c2-sec", "c2-1"):
        note(cast, "sec", text_id=str(texts[key].pk))
    question = next(q for q in questions_of(cast.book) if q.code == "makes_sense")
    save_answer(cast.actor("link"), cast.book, question=question, scope="chapter", key="c2", value="yes")
    who = ("author", "co_author", "ops", "sec", "observer", "link")
    seen_ever = set()
    for visibility in Visibility.values:
        for others in OthersSections.values:
            cast.book.rounds.filter(pk=first.pk).update(visibility=visibility, others_sections=others)
            book = Manuscript.objects.get(pk=cast.book.pk)
            members = [book.memberships.get(pk=cast.members[name].pk) for name in who]
            seen = book.threads.all().seen_by_each(members)
            for name, member in zip(who, members, strict=True):
                one = book.threads.visible_to(actor_of(member) if name != "link" else cast.actor("link"))
                assert seen[member.pk] == set(one.values_list("pk", flat=True)), (name, visibility, others)
            seen_ever.add(tuple(len(seen[member.pk]) for member in members))
    assert len(seen_ever) == 5, "the modes differ here; with never nothing is left for closed sections to hide"

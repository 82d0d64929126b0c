"""The reading room over HTTP: who may read what, what is shown, what is posted."""

import json

import html5lib
import pytest
from django.conf import settings
from django.test import Client
from django.utils import timezone

from anchoring.selectors import describe
from manuscripts.models import Image, Placement
from reviews.invitations import personal_link
from reviews.models import Answer, Comment, Question, Reading, Review, Thread, UnsentNote
from reviews.threads import NewThread, agree, create_thread, decide, edit_comment, reply
from tests.books import actor_of, make_author, make_book, make_draft, make_reader, make_text

pytestmark = pytest.mark.django_db
JSON = {"HTTP_ACCEPT": "application/json"}
READ = "/m/the-night-shift/read/c1/"


def signed_in(user) -> Client:
    client = Client()
    client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
    return client


@pytest.fixture
def draft():
    return make_book()


@pytest.fixture
def ops(draft):
    return make_reader(draft.manuscript, "Omar Haddad", "it-operations")


@pytest.fixture
def sec(draft):
    return make_reader(draft.manuscript, "Saskia Vos", "information-security")


def author_of(draft):
    return draft.manuscript.memberships.get(role="author")


def note(member, words="night", key="c1-1", **fields):
    text = Placement.objects.get(draft__state="open", section__key=key).text
    start = text.text.index(words)
    new = NewThread(
        **{"kind": "comment", "body": "Say who.", **fields},
        text_id=text.pk,
        selector=describe(text.text, start, start + len(words)),
    )
    return create_thread(actor_of(member), member.manuscript, new)[0]


def parsed(response):
    return html5lib.parse(response.content.decode(), namespaceHTMLElements=False)


def sections(response) -> dict[str, str]:
    """textContent of each section root, by key."""
    roots = [e for e in parsed(response).iter("section") if e.get("data-text-id")]
    return {root.get("data-key"): "".join(root.itertext()) for root in roots}


def test_the_text_of_each_section_is_exactly_its_canonical_text(draft, ops):
    page = signed_in(ops.user).get(READ)
    assert page.status_code == 200
    texts = {p.section.key: p.text.text for p in draft.placements.filter(chapter__key="c1")}
    assert sections(page) == texts
    assert page["Cache-Control"] == "private, no-store"


@pytest.mark.parametrize(
    "address",
    [
        READ,
        "/m/the-night-shift/read/",
        "/m/the-night-shift/read/c1/questions/",
        "/m/the-night-shift/",
        "/m/the-night-shift/unsent/list/",
    ],
)
def test_a_stranger_learns_nothing(draft, ops, address):
    assert signed_in(ops.user).get(address).status_code == 200
    stranger = make_author("carl@example.org", "Carl Berg")
    assert signed_in(stranger).get(address).status_code == 404
    assert Client().get(address).status_code == 404


def test_a_chapter_that_is_not_there_is_404(draft, ops):
    assert signed_in(ops.user).get("/m/the-night-shift/read/c9/").status_code == 404


@pytest.mark.parametrize("mode, seen", [("open", True), ("closed", False)])
def test_closed_sections_of_others_are_absent(mode, seen):
    draft = make_book(others_sections=mode)
    omar = make_reader(draft.manuscript, "Omar Haddad", "it-operations")
    client = signed_in(omar.user)
    other = client.get("/m/the-night-shift/read/c2/")
    assert ("c2-sec" in sections(other)) is seen
    for address in (READ, "/m/the-night-shift/read/c2/", "/m/the-night-shift/", "/m/the-night-shift/read/"):
        assert ("For security" in client.get(address).content.decode()) is seen
    assert "c1-ops" in sections(client.get(READ))


def test_own_pages_come_first_in_the_contents(draft, ops):
    rail = next(e for e in parsed(signed_in(ops.user).get(READ)).iter("nav") if e.get("id") == "contents")
    links = [a.get("href") for a in rail.iter("a")]
    assert links[:2] == ["/m/the-night-shift/", "/m/the-night-shift/read/c1/#s-c1-ops"]
    assert links[2:4] == ["/m/the-night-shift/read/c1/", "/m/the-night-shift/read/c2/"]


def test_an_unopened_draft_is_for_the_author_team(draft, ops):
    make_draft(draft.manuscript, {"c1": ("The handover", [("c1-1", None, "# The handover\n\nNew words.")])})
    author = author_of(draft)
    assert "New words." in signed_in(author.user).get(READ + "?draft=2").content.decode()
    assert signed_in(ops.user).get(READ + "?draft=2").status_code == 404
    assert "New words." not in signed_in(ops.user).get(READ).content.decode()


def test_a_former_draft_is_read_only(draft, ops):
    draft.state = "closed"
    draft.save()
    later = make_draft(draft.manuscript, {"c1": ("The handover", [("c1-1", None, "# The handover\n\nNew words.")])})
    later.round, later.label, later.state = draft.round, "1.1", "open"
    later.save()
    former = signed_in(ops.user).get(READ + "?draft=1").content.decode()
    assert "read-only" in former and "Nobody owns" in former and 'id="composer"' in former
    assert 'data-may-write=""' in former
    assert 'data-may-write="1"' in signed_in(ops.user).get(READ).content.decode()


def test_notes_stand_with_their_offsets(draft, ops, sec):
    thread = note(sec, "Who is awake?")
    page = parsed(signed_in(ops.user).get(READ))
    (item,) = [e for e in page.iter("li") if e.get("data-id")]
    assert (item.get("data-id"), item.get("data-text")) == (str(thread.pk), str(thread.text_id))
    assert (item.get("data-start"), item.get("data-end")) == (str(thread.start), str(thread.end))
    words = "".join(item.itertext())
    assert "Say who." in words and "Information security" in words and "Saskia" not in words


def test_words_of_a_note_are_never_markup(draft, ops):
    note(ops, body='<img src=x onerror=alert(1)> & "quotes" *so*', replacement=None)
    page = parsed(signed_in(ops.user).get(READ))
    (item,) = [e for e in page.iter("li") if e.get("data-id")]
    assert not list(item.iter("img"))
    assert '<img src=x onerror=alert(1)> & "quotes" so' in "".join(item.itertext())


def test_a_hostile_name_and_reason_are_text(draft, ops, sec):
    ops.name = '"><script>x</script>'
    ops.save()
    decide(actor_of(author_of(draft)), note(ops), "no_change", "<b>No</b>")
    page = parsed(signed_in(author_of(draft).user).get(READ))
    (item,) = [e for e in page.iter("li") if e.get("data-id")]
    assert not list(item.iter("script")) and not list(item.iter("b"))
    assert '"><script>x</script>' in "".join(item.itertext()) and "<b>No</b>" in "".join(item.itertext())


def test_after_verdict_hides_the_notes_of_others_until_mine_is_given():
    draft = make_book(visibility="after_verdict")
    omar = make_reader(draft.manuscript, "Omar Haddad", "it-operations")
    saskia = make_reader(draft.manuscript, "Saskia Vos", "information-security")
    note(saskia, body="A hidden thought")
    client = signed_in(omar.user)
    assert "A hidden thought" not in client.get(READ).content.decode()
    asked = client.get(READ + "questions/")
    assert asked.status_code == 200
    verdict = Question.objects.get(manuscript=draft.manuscript, code="makes_sense")
    answer = client.post(
        "/m/the-night-shift/answers/", {f"answer:{verdict.pk}:chapter:c1:it-operations": "partly"}, **JSON
    )
    assert answer.json() == {"saved": True, "reveals": True}
    revealed = client.get(READ).text
    assert "A hidden thought" in revealed
    assert "once you have said" not in revealed
    assert "once you have said" in client.get(READ.replace("c1", "c2")).text


def test_the_head_of_a_chapter_says_how_many_have_finished_it(draft, ops, sec):
    book, chapter = draft.manuscript, draft.placements.get(section__key="c1-1").chapter
    more = [make_reader(book, f"Reader {n}", "deployment") for n in range(2)]
    for member, share in [(ops, 1.0), (sec, 0.96), (more[0], 0.5)]:
        Reading.objects.create(member=member, chapter=chapter, draft=draft, share=share)
        Review.objects.create(round=draft.round, member=member, state="started")
    Review.objects.create(round=draft.round, member=more[1], state="invited")  # has not looked yet
    client = signed_in(ops.user)
    assert "2 of 3 readers have finished it" in client.get(READ).text
    assert "have finished it" not in client.get(READ.replace("c1", "c2")).text  # nobody has

    more[0].removed = timezone.now()
    more[0].save()
    assert "have finished it" not in client.get(READ).text  # of two the other one would be known


@pytest.mark.parametrize("visibility", ["never", "after_verdict"])
def test_a_first_read_that_is_independent_is_not_told_how_far_others_are(draft, ops, visibility):
    chapter = draft.placements.get(section__key="c1-1").chapter
    for n in range(3):
        member = make_reader(draft.manuscript, f"Reader {n}", "deployment")
        Reading.objects.create(member=member, chapter=chapter, draft=draft, share=1)
        Review.objects.create(round=draft.round, member=member, state="started")
    draft.round.visibility = visibility
    draft.round.save()
    assert "have finished it" not in signed_in(ops.user).get(READ).text
    assert "3 of 3 readers have finished it" in signed_in(author_of(draft).user).get(READ).text


@pytest.mark.parametrize("count", [1, 3])
def test_a_chapter_costs_the_same_queries_whatever_its_notes(draft, ops, sec, count, django_assert_max_num_queries):
    for n in range(count):
        reply(actor_of(ops), note(sec, body=f"Note {n}"), "Yes")
    client = signed_in(ops.user)
    client.get(READ)
    with django_assert_max_num_queries(15):
        page = client.get(READ)
    assert page.content.decode().count("data-id=") == count


def test_a_note_is_posted_once_however_often_it_is_tried(draft, ops):
    text = draft.placements.get(section__key="c1-1").text
    start = text.text.index("The pager")
    fields = {
        "kind": "suggestion",
        "body": "Shorter",
        "replacement": "A pager",
        "text_id": text.pk,
        "selector": json.dumps(describe(text.text, start, start + 9)),
        "place": "note:abc",
    }
    client = signed_in(ops.user)
    first = client.post("/m/the-night-shift/notes/", fields, **JSON).json()
    again = client.post("/m/the-night-shift/notes/", fields, **JSON).json()
    assert first["id"] == again["id"] and 'data-kind="suggest"' in again["html"]
    thread = Thread.objects.get()
    assert (thread.exact, thread.replacement) == ("The pager", "A pager")


def test_words_that_do_not_stand_there_come_back_as_both_texts(draft, ops):
    text = draft.placements.get(section__key="c1-1").text
    selector = [
        {"type": "TextQuoteSelector", "exact": "the day shift"},
        {"type": "TextPositionSelector", "start": 0, "end": 13},
    ]
    fields = {"kind": "comment", "body": "Which?", "text_id": text.pk, "selector": json.dumps(selector)}
    answer = signed_in(ops.user).post("/m/the-night-shift/notes/", {**fields, "place": "note:x"}, **JSON)
    assert answer.status_code == 409
    assert answer.json()["code"] == "selector_mismatch"
    assert (answer.json()["expected"], answer.json()["found"]) == ("the day shift", text.text[:13])
    assert not Thread.objects.exists() and not UnsentNote.objects.filter(content__has_key="sent").exists()


def test_what_is_typed_is_kept_for_its_writer_alone(draft, ops, sec):
    client = signed_in(ops.user)
    content = {"mark": "comment", "body": "Half a thou", "chapter": "c1"}
    kept = client.post("/m/the-night-shift/unsent/", {"place": "note:1", "content": json.dumps(content)}, **JSON)
    assert kept.json() == {"kept": True}
    held = {"member": ops.pk, "notes": [{**content, "place": "note:1"}]}
    assert client.get("/m/the-night-shift/unsent/list/").json() == held
    assert "Half a thou" in client.get("/m/the-night-shift/").content.decode()
    assert signed_in(sec.user).get("/m/the-night-shift/unsent/list/").json()["notes"] == []
    client.post("/m/the-night-shift/unsent/", {"place": "note:1", "discard": "1"}, **JSON)
    assert client.get("/m/the-night-shift/unsent/list/").json() == {"member": ops.pk, "notes": []}


def test_a_reply_tried_twice_is_one_reply(draft, ops, sec):
    thread = note(ops)
    client = signed_in(sec.user)
    for _ in range(2):
        answer = client.post(
            f"/m/the-night-shift/notes/{thread.pk}/reply/", {"body": "Ruth does.", "place": "reply:1"}, **JSON
        )
        assert answer.json()["html"].count("<p>Ruth does.</p>") == 1
    assert Comment.objects.filter(thread=thread).count() == 2


def test_agreeing_deciding_and_withdrawing(draft, ops, sec):
    thread = note(ops)
    address = f"/m/the-night-shift/notes/{thread.pk}/"
    reader, author = signed_in(sec.user), signed_in(author_of(draft).user)
    assert 'data-agreed="1"' in reader.post(address + "agree/", **JSON).json()["html"]
    assert 'data-agreed="1"' not in reader.post(address + "agree/", {"undo": "1"}, **JSON).json()["html"]
    refused = author.post(address + "decide/", {"decision": "no_change"}, **JSON)
    assert (refused.status_code, refused.json()["field"]) == (400, "reason")
    decided = author.post(address + "decide/", {"decision": "no_change", "reason": "It is meant so."}, **JSON)
    assert "It is meant so." in decided.json()["html"] and 'data-status="decided"' in decided.json()["html"]
    assert 'data-status="open"' in author.post(address + "decide/", **JSON).json()["html"]
    assert reader.post(address + "decide/", {"decision": "later"}, **JSON).status_code == 403
    assert reader.post(address + "withdraw/", **JSON).status_code == 403
    assert signed_in(ops.user).post(address + "withdraw/", **JSON).json() == {"id": str(thread.pk), "gone": True}


def test_a_message_is_edited_until_someone_answers(draft, ops, sec):
    thread = note(ops)
    first = thread.comments.get()
    client = signed_in(ops.user)
    address = f"/m/the-night-shift/comments/{first.pk}/"
    assert "Say when." in client.post(address, {"body": "Say when."}, **JSON).json()["html"]
    reply(actor_of(sec), thread, "At noon.")
    late = client.post(address, {"body": "Say where."}, **JSON)
    assert (late.status_code, late.json()["code"]) == (409, "answered")
    assert signed_in(sec.user).post(address, {"body": "Mine now"}, **JSON).status_code in {403, 404}


def test_forms_work_without_script(draft, ops):
    client = signed_in(ops.user)
    posted = client.post(
        "/m/the-night-shift/notes/", {"kind": "comment", "chapter": "c1", "body": "Begin later.", "next": READ}
    )
    assert (posted.status_code, posted["Location"]) == (302, READ)
    assert "Begin later." in client.get(READ).content.decode()
    assert Thread.objects.get().scope == "chapter"
    empty = client.post("/m/the-night-shift/notes/", {"kind": "nonsense", "body": "Kept words", "next": READ})
    assert empty.status_code == 302
    assert "Kept words" in client.get("/m/the-night-shift/").content.decode()
    away = client.post("/m/the-night-shift/notes/", {"kind": "comment", "body": "x", "next": "//evil.example/"})
    assert away["Location"] == "/m/the-night-shift/"


def test_answers_are_saved_one_by_one_and_taken_back_when_emptied(draft, ops):
    client = signed_in(ops.user)
    assert "Your section" in client.get(READ + "questions/").content.decode()
    words = Question.objects.get(manuscript=draft.manuscript, code="improve")
    value = Question.objects.get(manuscript=draft.manuscript, code="value")
    name = f"answer:{words.pk}:own_section:c1-ops:it-operations"
    assert client.post("/m/the-night-shift/answers/", {name: "Name the tools."}, **JSON).status_code == 200
    rating = f"answer:{value.pk}:own_section:c1-ops:it-operations"
    assert client.post("/m/the-night-shift/answers/", {rating: "cannot_judge"}, **JSON).status_code == 200
    assert {a.value or a.words for a in Answer.objects.all()} == {"Name the tools.", "cannot_judge"}
    bad = client.post("/m/the-night-shift/answers/", {rating: "6"}, **JSON)
    assert (bad.status_code, bad.json()["field"]) == (400, "value")
    client.post("/m/the-night-shift/answers/", {name: " "}, **JSON)
    assert [a.value for a in Answer.objects.all()] == ["cannot_judge"]


def test_a_review_is_submitted_and_opened_again(draft, ops):
    client = signed_in(ops.user)
    home = "/m/the-night-shift/"
    assert "Submit my review" in client.get(home).content.decode()
    client.post("/m/the-night-shift/review/", {"state": "submitted", "next": home})
    assert Review.objects.get(member=ops).state == "submitted"
    assert "Open my review again" in client.get(home).content.decode()
    client.post("/m/the-night-shift/review/", {"state": "started", "next": home})
    assert Review.objects.get(member=ops).state == "started"


def test_who_has_stopped_reading_is_told_so_and_asked_nothing(draft):
    reader = make_reader(draft.manuscript, "Nora Falk", "deployment")
    client, home = signed_in(reader.user), "/m/the-night-shift/"
    assert "What everyone reads is asked of you." in client.get(home).content.decode()
    client.post(f"{home}review/", {"state": "declined", "next": home})
    page = client.get(home).content.decode()
    assert "You have stopped reading this draft." in page and "Read on after all" in page
    assert "What everyone reads is asked of you." not in page and "minute</h1>" not in page


def test_how_far_someone_has_read_is_kept(draft, ops):
    client = signed_in(ops.user)
    assert client.post("/m/the-night-shift/reading/", {"chapter": "c1", "share": "0.97"}).status_code == 204
    assert client.post("/m/the-night-shift/reading/", {"chapter": "c1", "share": "nonsense"}).status_code == 400
    assert Reading.objects.get(member=ops).share == 0.97
    assert 'aria-label="Read"' in client.get(READ).content.decode()


def test_the_home_tells_what_became_of_my_notes(draft, ops):
    decide(actor_of(author_of(draft)), note(ops, body="Who holds it?"), "no_change", "Chapter two says it.")
    note(ops, body="And on Sunday?")
    page = signed_in(ops.user).get("/m/the-night-shift/").content.decode()
    assert "Chapter two says it." in page and "No change" in page and "1 note waits for the author" in page


def test_decisions_on_my_notes_are_summed_up_above_what_became_of_them(draft, ops, sec):
    author = actor_of(author_of(draft))
    decide(author, note(ops, body="Who holds it?"), "no_change", "Chapter two says it.")
    decide(author, note(ops, body="And on Sunday?"), "will_change")
    reply(actor_of(sec), note(ops, body="And at night?"), "We do.")
    news = signed_in(ops.user).get("/m/the-night-shift/").content.decode().split('id="new"')[1].split("</section>")[0]
    assert "decided on 2 of your notes" in news and "Chapter two says it." not in news
    assert news.count("<li>") == 1 and "We do." in news


def test_a_mark_without_words_says_to_how_many_readers(draft, ops, sec):
    marked = note(ops, kind="reaction", body="", reaction="too_slow")
    page = signed_in(sec.user).get(READ).content.decode()
    assert '<span class="what">Too slow</span> <abbr class="disc" title="IT operations">OPS</abbr>' in page
    agree(actor_of(sec), marked)
    page = signed_in(sec.user).get(READ).content.decode()
    assert '<span class="what">Too slow for 2 readers</span>' in page and "1 agrees" not in page
    edit_comment(actor_of(ops), marked.comments.get(), "The list.")
    page = signed_in(sec.user).get(READ).content.decode()
    assert 'class="what"' not in page and "1 agrees" in page


def test_a_home_without_an_open_draft_says_so():
    from manuscripts.manuscripts import make_manuscript

    manuscript = make_manuscript(make_author(), "Not Yet")
    reader = make_reader(manuscript, "Omar Haddad", "it-operations")
    page = signed_in(reader.user).get("/m/not-yet/")
    assert page.status_code == 200 and "no draft to read yet" in page.content.decode()
    assert signed_in(reader.user).get("/m/not-yet/read/c1/").status_code == 404
    assert signed_in(reader.user).post("/m/not-yet/review/", {"state": "submitted"}, **JSON).status_code == 409


def test_pictures_go_to_those_who_may_read_their_text():
    sha = "ab" * 32
    draft = make_book(others_sections="closed")
    omar = make_reader(draft.manuscript, "Omar Haddad", "it-operations")
    saskia = make_reader(draft.manuscript, "Saskia Vos", "information-security")
    picture = Image.objects.create(manuscript=draft.manuscript, sha256=sha, media_type="image/png", width=1, height=1)
    draft.placements.get(section__key="c2-sec").text.images.add(picture)
    settings.IMAGES_DIR.mkdir(parents=True, exist_ok=True)
    (settings.IMAGES_DIR / sha).write_bytes(b"\x89PNG")
    address = f"/m/the-night-shift/images/{sha}"
    got = signed_in(saskia.user).get(address)
    assert (got.status_code, b"".join(got.streaming_content)) == (200, b"\x89PNG")
    assert (got["Content-Type"], got["X-Content-Type-Options"]) == ("image/png", "nosniff")
    assert (got["Cache-Control"], got["Content-Security-Policy"]) == ("private, no-cache", "default-src 'none'")
    assert signed_in(saskia.user).get(address, HTTP_IF_NONE_MATCH=got["ETag"]).status_code == 304
    assert signed_in(omar.user).get(address, HTTP_IF_NONE_MATCH=got["ETag"]).status_code == 404
    assert Client().get(address).status_code == 404


def test_an_observer_reads_and_writes_to_the_author_only(draft):
    observer = make_reader(draft.manuscript, "Olle Sund", role="observer")
    client = signed_in(observer.user)
    assert client.get(READ).status_code == 200
    assert client.get(READ + "questions/").status_code == 404
    client.post("/m/the-night-shift/notes/", {"kind": "comment", "body": "For you alone", "chapter": "c1"}, **JSON)
    assert Thread.objects.get().visibility == "authors"


def test_a_round_that_ended_takes_nothing_more(draft, ops):
    draft.round.state = "ended"
    draft.round.save()
    client = signed_in(ops.user)
    page = client.get(READ).content.decode()
    assert "The round has ended" in page and 'data-may-write=""' in page and 'href="#verdict"' not in page
    home = client.get("/m/the-night-shift/").content.decode()
    assert "What everyone reads is asked of you." not in home and "Start here" not in home
    answer = client.post("/m/the-night-shift/notes/", {"kind": "comment", "body": "Late", "chapter": "c1"}, **JSON)
    assert answer.status_code == 403 and not Thread.objects.exists()
    typed = {"kind": "comment", "body": "Typed without script", "chapter": "c1"}
    plain = client.post("/m/the-night-shift/notes/", typed)
    assert plain.status_code == 403 and not Thread.objects.exists()
    assert "Typed without script" in client.get("/m/the-night-shift/").content.decode()


def test_a_note_whose_words_are_gone_says_so_near_its_place(draft, ops):
    thread = note(ops, "the night")
    words = "# The handover\n\nNobody owns it."
    later = make_draft(draft.manuscript, {"c1": ("The handover", [("c1-1", None, words)])})
    thread.anchors.create(
        draft=later,
        chapter=thread.chapter,
        section=thread.section,
        text=make_text(draft.manuscript, words),
        near=3,
        fate="detached",
        reason="The paragraph is gone",
    )
    draft.state = "closed"
    draft.save()
    later.round, later.label, later.state = draft.round, "1.1", "open"
    later.save()
    page = parsed(signed_in(ops.user).get(READ))
    (item,) = [e for e in page.iter("li") if e.get("data-id")]
    said = "".join(item.itertext())
    assert "Its words are gone" in said and "The paragraph is gone" in said and "the night" in said
    assert item.get("data-start") is None and item.get("data-near") == "3"


def test_a_reader_of_two_disciplines_chooses_whose_voice_it_is(draft):
    both = make_reader(draft.manuscript, "Ines Roth", "it-operations", "information-security")
    client = signed_in(both.user)
    assert 'name="discipline"' in client.get(READ).content.decode()
    for slug in ("information-security", "it-operations"):
        body = {"kind": "comment", "chapter": "c1", "body": f"As {slug}", "discipline": slug}
        assert client.post("/m/the-night-shift/notes/", body, **JSON).status_code == 200
    assert [t.discipline.slug for t in Thread.objects.all()] == ["information-security", "it-operations"]
    foreign = {"kind": "comment", "chapter": "c1", "body": "x", "discipline": "deployment"}
    refused = client.post("/m/the-night-shift/notes/", foreign, **JSON)
    assert (refused.status_code, refused.json()["field"]) == (400, "discipline")


@pytest.mark.django_db
@pytest.mark.parametrize(
    "visibility, says", [("after_verdict", "once you have said"), ("never", "do not see one another"), ("open", "")]
)
def test_a_round_that_hides_the_notes_of_others_says_so(client, visibility, says):
    draft = make_book()
    omar = make_reader(draft.manuscript, "Omar Haddad", "it-operations")
    draft.round.visibility = visibility
    draft.round.save()
    client.force_login(omar.user, backend="django.contrib.auth.backends.ModelBackend")
    page = client.get(f"/m/{draft.manuscript.slug}/read/c1/").content.decode()
    assert ("In this round" in page) == bool(says)
    assert says in page
    assert ("No one has marked this chapter yet" in page) == (visibility == "open")


@pytest.mark.django_db
def test_a_script_that_is_signed_out_is_told_the_way_back_and_nothing_else(client):
    draft = make_book()
    omar = make_reader(draft.manuscript, "Omar Haddad", "it-operations")
    there = client.post(f"/m/{draft.manuscript.slug}/notes/", {"body": "x"}, headers={"Accept": "application/json"})
    nowhere = client.post("/m/there-is-no-such-book/notes/", {"body": "x"}, headers={"Accept": "application/json"})
    assert (there.status_code, there.json()) == (nowhere.status_code, nowhere.json())
    assert (there.status_code, there.json()["code"]) == (404, "signed_out")
    client.force_login(omar.user, backend="django.contrib.auth.backends.ModelBackend")
    gone = client.post(
        f"/m/{draft.manuscript.slug}/notes/999999/reply/", {"body": "x"}, headers={"Accept": "application/json"}
    )
    assert (gone.status_code, gone.json()["code"]) == (404, "gone")


@pytest.mark.django_db
def test_a_reader_by_link_can_close_it_on_this_device(client):
    draft = make_book()
    omar = make_reader(draft.manuscript, "Omar Haddad", "it-operations")
    client.post(personal_link(omar))
    home = f"/m/{draft.manuscript.slug}/"
    assert "Close my link on this device" in client.get(home).content.decode()
    assert '"storage"' in client.post("/account/logout/")["Clear-Site-Data"]
    assert client.get(home).status_code == 404

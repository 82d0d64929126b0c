"""Books in every condition that a page can show, and the people who open them: what tests/states.py visits.

`make_scene()` stands on an empty database; `book` may be another one with two open drafts, as the sample is.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from django.test import Client
from django.utils import timezone

from accounts.models import SignInLink
from manuscripts.formats import Upload
from manuscripts.manuscripts import make_manuscript
from manuscripts.models import Draft, Manuscript, Membership, Placement
from manuscripts.permissions import Actor
from manuscripts.uploads import upload
from reports.making import Wish, cancel_report, request_report
from reports.models import Report, Schedule
from reports.schedules import keep
from reports.showing import show
from reviews.answers import questions_of, save_answer
from reviews.invitations import decline, invite, open_link, personal_link, suggest_person
from reviews.models import Anchor, Thread
from reviews.rounds import close_round, open_draft
from reviews.threads import NewThread, agree, create_thread, decide, reply
from tests.books import actor_of, make_draft, make_reader, open_at_once
from tests.cast import make_user

OPENING = """# The night that nobody had planned for

Nobody owns the **night** shift. The pager does, and *the pager does not read plans*. See
[the rota](https://rota.example/week) for who carries it.

{middle}

> A list is a promise that has been cut into pieces small enough to break one at a time.

- Count the lamps before the fog comes.
- Count the fog horns after it has gone.

| when | who is called first |
|---|---|
| noon | the engineer on duty, by name |
| midnight | whoever is awake |

`systemctl restart everything-at-once --and-hope=true --then=call-somebody` was what the runbook said.[^1]

[^1]: It says so still, three pages further down, under another name.
"""
MIDDLES = (
    "The handover took eleven minutes, and nobody had asked what was in it.",
    "The handover took twelve minutes, and nobody had asked what was in it or who had written it.",
)
GONE = "We rehearsed on the one day in the year when the sea was flat and everyone was sober."
FOR_OPS = "## For operations\n\nKeep a list of what wakes you, and read it to the people who caused it."
FOR_SEC = "## For information security\n\nAsk of each door whom it lets in, and who would notice."
PROMISE = "# The promise\n\nA change is a promise with a date. Waiting costs more than it says on the bill."

NIGHT_AR = """# ليلة لم يخطط لها أحد

لا أحد يملك **المناوبة الليلية**. جهاز النداء يملكها، وهو لا يقرأ الخطط. انظر ملف README قبل أن تبدأ.

{middle}

> القائمة وعد قُطِّع إلى أجزاء صغيرة يسهل كسرها واحدًا بعد آخر.

- عدّ المصابيح قبل أن يأتي الضباب.
- عدّ الأبواق بعد أن يذهب.

| متى | من يُستدعى أولاً |
|---|---|
| الظهر | المهندس المناوب |
"""
MIDDLES_AR = ("استغرق التسليم إحدى عشرة دقيقة ولم يسأل أحد.", "استغرق التسليم اثنتي عشرة دقيقة ولم يسأل أحد عن كاتبه.")
FOR_OPS_AR = "## للعمليات\n\nاحتفظ بقائمة بما يوقظك واقرأها على من تسبب فيه."
NEXT = b"""# The night

Nobody owns the night. It waits.

**What the log remembers**

The pager does.

## Deployment

The release waited since noon.
"""


@dataclass
class Scene:
    """`places` fill the addresses of the states; `people` are session keys by who they are, "" for nobody."""

    places: dict[str, Any]
    people: dict[str, str] = field(default_factory=lambda: {"nobody": ""})


def make_scene(run_jobs: Callable[[], Any], book: Manuscript | None = None) -> Scene:
    """All books and people. `run_jobs` does the jobs that wait."""
    book = book or make_book(run_jobs)
    author = Actor(user=book.memberships.get(role="author").user)
    kept, stuck = _kept(author, book)
    request_report(author, book, Wish(formats=["json", "pdf"], edition="readers"))
    request_report(author, book, Wish(formats=["json", "csv"]))
    right_to_left = make_book_ar()
    following = _to_be_opened(author.user)
    empty = make_manuscript(author.user, "A book to come")
    waiting = make_reader(empty, "Wanda Early", "deployment")
    broken = make_manuscript(author.user, "A broken upload")
    upload(Actor(user=author.user), broken, [Upload("broken.docx", b"PK\x03\x04 this is no Word file")])
    run_jobs()
    show(author, book.reports.get(options__edition="readers"))
    ended = _ended(author.user, "A round that ended")
    underway = make_manuscript(author.user, "On its way")
    upload(Actor(user=author.user), underway, [Upload("later.md", NEXT)])  # its job is not done
    nora, otto = _asked(author, book)
    books = {
        "rtl": right_to_left,
        "next": following,
        "empty": empty,
        "broken": broken,
        "underway": underway,
        "ended": ended,
    }
    places = _places(book, author) | {name: f"/m/{each.slug}/" for name, each in books.items()}
    places |= {"asked": _path(personal_link(nora)), "declined": _path(personal_link(otto))}
    places |= {"choice": kept.pk, "failed": stuck.pk}
    scene = Scene(places | {"secret": SignInLink.make(author.user)})
    reader = book.memberships.filter(role="reviewer", user__isnull=False, accepted__isnull=False).first()
    members = {
        "author": author.user, "co_author": book.memberships.get(role="co_author"),
        "observer": book.memberships.get(role="observer"), "reader": reader, "waiting": waiting.user,
        "operator": make_user("opal@reyes.example", name="Opal Reyes", is_operator=True),
        "newcomer": make_user("neve@arden.example", name="Neve Arden"), "nora": nora,
        "layla": right_to_left.memberships.get(role="author"),
    }  # fmt: skip
    _join(right_to_left, reader), _join(ended, reader), _join(following, reader)
    scene.people |= {who: session_of(member) for who, member in members.items()}
    return scene


def session_of(who: Any) -> str:
    """The key of a new session of an account, or of a member by account or, without one, by personal link."""
    client = Client(headers={"host": "127.0.0.1"})
    user = who.user if isinstance(who, Membership) else who
    if user is not None:
        client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
        return client.cookies["sessionid"].value
    session = client.session
    open_link(session, who)
    session.save()
    return session.session_key


def say(draft: Draft, member: Membership, section: str, words: str, body: str = "Who says so?", **more: Any) -> Thread:
    """A note of `member` on words of a section; on the whole section where there are none."""
    text = draft.placements.get(section__key=section).text
    start = text.text.index(words)
    selector = {"start": start, "end": start + len(words)} if words else None
    new = NewThread(**{"kind": "comment", "body": body, "text_id": text.pk, "selector": selector, **more})
    return create_thread(actor_of(member), draft.manuscript, new)[0]


def make_book(run_jobs: Callable[[], Any]) -> Manuscript:
    """Two drafts, notes of every kind and fate, answers, decisions, people of every role."""
    author = make_user("ada@quill.example", name="Ada Quill", is_author=True)
    book = make_manuscript(author, "The Lamplit Plan", pitch="One plan, read by ten trades.")
    first = open_at_once(make_draft(book, _chapters(MIDDLES[0], GONE)))
    ben = make_reader(book, "Ben Osei", role="co_author")
    make_reader(book, "Finn Holt", role="observer")
    ops, other, sec = (
        make_reader(book, name, slug)
        for name, slug in (
            ("Cleo Marsh", "it-operations"),
            ("Omar Haddad", "it-operations"),
            ("Dan Vrba-Wolkenstein", "information-security"),
        )
    )
    _speak(first, ops, other, sec, ben)
    second = make_draft(book, _chapters(MIDDLES[1]))
    open_draft(Actor(user=author), second, "new", {})
    run_jobs()
    _answer(second, ops, sec)
    say(second, other, "c1-1", "Nobody owns", kind="reaction", reaction="valuable", body="")
    return book


def _chapters(middle: str, more: str = "") -> dict[str, Any]:
    opening = OPENING.replace("{middle}", "\n\n".join(filter(None, (middle, more))))
    return {
        "c1": (
            "The night that nobody had planned for",
            [("c1-1", None, opening), ("c1-ops", "it-operations", FOR_OPS)],
        ),
        "c2": ("The promise", [("c2-1", None, PROMISE), ("c2-sec", "information-security", FOR_SEC)]),
        "c3": ("What remains", [("c3-1", None, "# What remains\n\nGulls remember every late departure.")]),
    }


def _speak(draft: Draft, ops: Membership, other: Membership, sec: Membership, ben: Membership) -> None:
    author = Actor(user=draft.manuscript.memberships.get(role="author").user)
    asked = say(draft, sec, "c1-1", "The pager does", body="Not on a Sunday, *never*.\n\n- first\n- second")
    reply(author, asked, "The pager, yes. And @Cleo Marsh?")
    reply(actor_of(ops), asked, "It rings on Sundays too.")
    agree(actor_of(other), asked)
    mine = say(draft, ops, "c1-1", "eleven minutes", body="We measured nine.")
    decide(author, mine, "will_change", reason="")
    wanted = say(draft, other, "c1-1", "whoever is awake", kind="suggestion", replacement="the one who is on call")
    decide(author, wanted, "no_change", reason="That is what it should be, not what it is.")
    say(draft, ops, "c1-1", "A list is a promise", kind="reaction", reaction="confusing", body="")
    say(draft, sec, "c1-1", GONE, body="Which day was it?")
    say(draft, other, "c1-1", "sea was flat", kind="experience", body="In our yard it was a Tuesday.")
    whole = draft.placements.get(section__key="c1-ops").text.text.rstrip().split("\n")[-1]
    say(draft, ops, "c1-ops", whole, kind="reaction", reaction="missing", body="")
    say(draft, sec, "c2-1", "", kind="comment", body="All of it in one sentence?")
    about = NewThread(kind="comment", body="A chapter about nights should begin at noon.", chapter="c1")
    create_thread(actor_of(other), draft.manuscript, about)
    create_thread(actor_of(other), draft.manuscript, NewThread(kind="experience", body="We had such a night."))


def _answer(draft: Draft, ops: Membership, sec: Membership) -> None:
    asked = {question.code: question for question in questions_of(draft.manuscript)}
    for member, verdict, value in ((ops, "partly", 4), (sec, "no", 2)):
        who = actor_of(member)
        save_answer(who, draft.manuscript, question=asked["makes_sense"], scope="chapter", key="c1", value=verdict)
        save_answer(who, draft.manuscript, question=asked["value"], scope="book", key=None, value=value)


def make_book_ar() -> Manuscript:
    """A book in Arabic with notes in two directions; what its second draft changed shows."""
    author = make_user("layla@haddad.example", name="ليلى حداد", is_author=True)
    book = make_manuscript(author, "دفتر الليل", pitch="خطة واحدة تقرؤها عشر مهن.", language="ar")

    def chapters(middle: str) -> dict[str, Any]:
        night = NIGHT_AR.replace("{middle}", middle)
        return {"c1": ("ليلة لم يخطط لها أحد", [("c1-1", None, night), ("c1-ops", "it-operations", FOR_OPS_AR)])}

    first = open_at_once(make_draft(book, chapters(MIDDLES_AR[0])))
    omar = make_reader(book, "عمر نصر", "deployment")
    say(first, omar, "c1-1", "المناوبة الليلية", body="Is this the same as “night shift” (see README)?")
    reply(Actor(user=author), say(first, omar, "c1-1", "قبل أن يأتي الضباب", body="متى يأتي؟"), "عند الفجر، at 05:10.")
    say(first, omar, "c1-1", "المهندس المناوب", kind="suggestion", replacement="المهندس الذي يناوب", body="أوضح.")
    return book


def _to_be_opened(user: Any) -> Manuscript:
    """A book whose next draft is there to be looked at: questions, notes that change."""
    book = make_manuscript(user, "A draft to be opened")
    sections = [("c1-1", None, "# The night\n\nNobody owns the night shift. The pager does."),
                ("c1-dep", "deployment", "## Deployment\n\nThe release waited.")]  # fmt: skip
    first = open_at_once(make_draft(book, {"c1": ("The night", sections)}))
    reader = make_reader(book, "Rosa Lindgren", "deployment")
    say(first, reader, "c1-1", "night shift")
    wanted = say(first, reader, "c1-1", "The pager does", kind="suggestion", replacement="The pager does not")
    decide(Actor(user=user), wanted, "will_change", reason="")
    upload(Actor(user=user), book, [Upload("next.md", NEXT)], note="Shorter.")
    return book


def _ended(user: Any, title: str) -> Manuscript:
    book = make_manuscript(user, title)
    night = [("c1-1", None, "# The night\n\nNobody owns the night shift.")]
    draft = open_at_once(make_draft(book, {"c1": ("The night", night)}))
    said = say(draft, make_reader(book, "Iris Holm", "deployment"), "c1-1", "night shift")
    decide(Actor(user=user), said, "later", reason="")
    close_round(Actor(user=user), book)
    return book


def _kept(author: Actor, book: Manuscript) -> tuple[Schedule, Report]:
    """Choices that are kept, of each kind, and a report that could not be made."""
    chapters = tuple(book.chapters.values_list("key", flat=True)[:2])
    narrow = Wish(formats=("pdf", "json", "csv"), edition="readers", names=False, chapters=chapters, cover="Dear H.")
    wishes = {"For Halvard Press, each Monday, without names": ("week", narrow), "Desk": ("day", Wish()),
              "At the end of the round": ("round", Wish()), "Only sometimes": ("never", Wish())}  # fmt: skip
    kept = [keep(author, book, wish, name=n, every=every, mail=True) for n, (every, wish) in wishes.items()]
    left = keep(author, book, Wish(), name="Ben's", every="day", mail=True)
    Schedule.objects.filter(pk=left.pk).update(made_by=book.memberships.filter(role="reviewer").first())
    Schedule.objects.filter(pk=kept[1].pk).update(outcome="nothing", last_as_of=timezone.now())
    failed = request_report(author, book, Wish(formats=("pdf",)))
    cancel_report(author, failed)
    Report.objects.filter(pk=failed.pk).update(state="failed", error="None of the files could be made.")
    return kept[0], failed


def _path(link: str) -> str:
    return "/" + link.split("/", 3)[3]


def _join(book: Manuscript, member: Membership) -> None:
    fields = {"manuscript": book, "user": member.user, "name": member.name, "email": member.email, "role": "reviewer"}
    row = Membership.objects.create(**fields, accepted=member.accepted or member.created, pseudonym_number=90)
    row.disciplines.set(book.disciplines.filter(slug="it-operations"))


def _asked(author: Actor, book: Manuscript) -> tuple[Membership, Membership]:
    """One who is asked and has not answered, and one who said no."""
    rows = [
        {"name": name, "email": "", "disciplines": ["it-operations"], "minutes": 9}
        for name in ("Nora Falk", "Otto Rehn")
    ]
    nora, otto = (invitation.membership for invitation in invite(author, book, rows))
    decline(otto, reason="no_time")
    suggest_person(otto, "colleague", name="Ines Vogt", email="ines@vogt.example", about="knows the night")
    return nora, otto


def _places(book: Manuscript, author: Actor) -> dict[str, Any]:
    draft = book.drafts.get(state="open")
    lost = Anchor.objects.filter(draft=draft, fate="detached", chapter__isnull=False).select_related("chapter").first()
    own = book.memberships.filter(role="reviewer", user__isnull=False, accepted__isnull=False).first()
    section = Placement.objects.filter(draft=draft, discipline__in=own.disciplines.all()).first()
    create_thread(actor_of(own), book, NewThread("comment", "Who drew this up?", chapter=section.chapter.key))
    noted = set(draft.anchors.values_list("chapter_id", flat=True))
    silent = draft.placements.filter(chapter_position__gt=0).exclude(chapter__in=noted).first()
    return {
        "book": f"/m/{book.slug}/", "draft": draft.number, "chapter": section.chapter.key, "own": section.section.key,
        "silent": (silent or section).chapter.key, "report": book.reports.first().pk, "lost": lost.thread_id,
        "shown": book.reports.get(options__edition="readers").pk, "lost_chapter": lost.chapter.key, "person": own.pk,
        "note": book.threads.filter(status="open").first().pk,
        "section": draft.placements.filter(chapter_position__gt=0).first().section.key,
    }  # fmt: skip

"""Words planted where they belong, then everyone's whole site searched for those of others.

Each person follows every link from the first page and every address of the API, and also asks for each address that
the author has ever seen. Nobody finds a word that is not theirs to read; the author's own walk shows that the words
are there to be found.
"""

import io
import json
import re
import zipfile
from collections.abc import Iterable
from urllib.parse import urldefrag, urljoin, urlsplit

import pypdf
import pytest
from django.core import mail
from django.core.cache import cache
from django.db import transaction
from django.test import Client
from django.urls import reverse

from manuscripts.formats import Upload
from manuscripts.models import Draft, Manuscript, OthersSections
from manuscripts.uploads import upload
from reports.making import Wish, request_report
from reviews import unsent
from reviews.answers import questions_of, save_answer
from reviews.invitations import personal_link
from reviews.rounds import review_of
from reviews.threads import NewThread, create_thread, decide, reply
from tests.access_scene import run_all_jobs
from tests.books import make_draft
from tests.cast import Cast, make_cast, make_member, make_user

#: Whose word it is and where it stands. Letters and digits alone: nothing rewrites them on the way.
COMMON, OPS_SECTION, SEC_SECTION = "zqcommon11", "zqopswords12", "zqsecwords13"
NEXT_DRAFT, OTHER_BOOK, OTHER_NOTE = "zqnextdraft14", "zqotherbook15", "zqothernote16"
OPS_NOTE, OPS_WHISPER, OPS_ANSWER, OPS_UNSENT = "zqopsnote17", "zqopswhisper18", "zqopsanswer19", "zqopsunsent20"
SEC_NOTE, SEC_WHISPER, SEC_ANSWER, SEC_UNSENT = "zqsecnote21", "zqsecwhisper22", "zqsecanswer23", "zqsecunsent24"
SEC_REPLY, TEAM_UNSENT, COVER, PENDING = "zqsecreply25", "zqteamunsent26", "zqcover27", "zqpending28"

BOOK = {
    "c1": (
        "The handover",
        [
            ("c1-1", None, f"# The handover\n\nNobody owns the night shift {COMMON}."),
            ("c1-ops", "it-operations", f"## For operations\n\nKeep a list {OPS_SECTION}."),
        ],
    ),
    "c2": (
        "The promise",
        [
            ("c2-1", None, "# The promise\n\nA change is a promise."),
            ("c2-sec", "information-security", f"## For security\n\nAsk what each door can reach {SEC_SECTION}."),
        ],
    ),
}
PEOPLE = {
    "ops": ("Cleo Zqmarsh31", "zqcleo31@marsh.example"),
    "sec": ("Dan Zqvrba32", "zqdan32@vrba.example"),
    "link": ("Ivy Zqsand33", "zqivy33@sand.example"),
    "observer": ("Finn Zqholt34", "zqfinn34@holt.example"),
    "pending": (f"Jo {PENDING}", "zqjo35@pending.example"),
    "contact": ("Gus Zqlind36", ""),
}
MOST_PAGES = 400


def names_of(who: str) -> set[str]:
    """What gives a person away, in lower case."""
    name, email = PEOPLE[who]
    return {name.split()[-1].lower(), *([email] if email else [])}


def replace_draft(book: Manuscript, chapters: dict) -> Draft:
    """The open draft's place taken by one of these chapters, in the same round."""
    old = book.open_draft
    new = make_draft(book, chapters)
    Draft.objects.filter(pk=old.pk).update(state="closed")
    Draft.objects.filter(pk=new.pk).update(state="open", round=old.round, label="1.1")
    new.refresh_from_db()
    return new


OUTWARD = ("json", "csv", "markdown", "xlsx", "report_docx", "zip")


def words_in(file: bytes) -> str:
    """All that a file says, in its parts and in the PDFs among them."""
    if file.startswith(b"PK"):
        with zipfile.ZipFile(io.BytesIO(file)) as archive:
            return "\n".join(words_in(archive.read(name)) for name in archive.namelist())
    if file.startswith(b"%PDF"):
        return "\n".join(page.extract_text() for page in pypdf.PdfReader(io.BytesIO(file)).pages)
    return file.decode(errors="replace")


class World:
    """The cast's people around a book of our own, in a round that keeps others' sections closed."""

    def __init__(self):
        self.cast: Cast = make_cast()
        self._rename()
        book, owner = self.cast.book, self.cast.actor("author")
        book.rounds.update(others_sections=OthersSections.CLOSED)
        self.cast.draft = replace_draft(book, BOOK)
        self.members = self.cast.members
        self.members["pending"] = make_member(
            book, PEOPLE["pending"][0], email=PEOPLE["pending"][1], disciplines=["deployment"], accepted=False
        )
        self._say(owner)
        self._elsewhere()
        upload(owner, book, [Upload("next.md", f"# The handover\n\n{NEXT_DRAFT}\n\n# The promise\n\nx\n".encode())])
        request_report(owner, book, Wish(formats=("json", "csv", "markdown", "html"), cover=COVER))
        self.outward = request_report(owner, book, Wish(formats=OUTWARD, edition="publisher", names=False))
        run_all_jobs()
        self.outward.refresh_from_db()
        self.mails = list(mail.outbox)

    def _rename(self) -> None:
        for who, (name, email) in PEOPLE.items():
            if who in self.cast.members:
                member = self.cast.members[who]
                member.name, member.email = name, email or None
                member.save()
            if who in self.cast.users:
                user = self.cast.users[who]
                user.name, user.email = name, email
                user.save()

    def _say(self, owner) -> None:
        cast, book = self.cast, self.cast.book
        texts = {p.section.key: str(p.text_id) for p in cast.draft.placements.select_related("section")}
        questions = {q.code: q for q in questions_of(book)}
        words = {
            "ops": ("c1-ops", OPS_NOTE, OPS_WHISPER, OPS_ANSWER, OPS_UNSENT),
            "sec": ("c2-sec", SEC_NOTE, SEC_WHISPER, SEC_ANSWER, SEC_UNSENT),
        }
        for who, (section, note, whisper, answer, typed) in words.items():
            actor, member = cast.actor(who), cast.members[who]
            place = texts["c1-1"] if who == "ops" else texts[section]
            thread = create_thread(actor, book, NewThread(kind="comment", body=note, text_id=place))[0]
            whispered = NewThread(kind="comment", body=whisper, text_id=texts["c1-1"], visibility="authors")
            create_thread(actor, book, whispered)
            save_answer(actor, book, question=questions["improve"], scope="own_section", key=section, words=answer)
            save_answer(actor, book, question=questions["value"], scope="book", value=5)
            unsent.keep(member, "p1", {"body": typed, "kind": "comment"})
            review_of(member, book.current_round)
            decide(owner, thread, "no_change", "It stays as it is.")
            reply(cast.actor("sec"), thread, SEC_REPLY) if who == "sec" else None
        recorded = NewThread(kind="comment", body="By letter.", text_id=texts["c1-1"], author=cast.members["contact"])
        create_thread(owner, book, recorded)
        unsent.keep(cast.members["author"], "p9", {"body": TEAM_UNSENT, "kind": "comment"})

    def _elsewhere(self) -> None:
        stranger = self.cast.actor("stranger")
        other = {"c1": ("Elsewhere", [("c1-1", None, f"# Elsewhere\n\n{OTHER_BOOK}.")])}
        draft = replace_draft(self.cast.other_book, other)
        text = str(draft.placements.get().text_id)
        create_thread(stranger, self.cast.other_book, NewThread(kind="comment", body=OTHER_NOTE, text_id=text))

    def link_of(self, who: str) -> str:
        """The secret part of a personal link, in lower case."""
        return personal_link(self.members[who]).split("/i/", 1)[1].strip("/").lower()

    def foreign(self, who: str) -> set[str]:
        """What `who` must never meet, written down for each person by hand."""
        everyone = {name for person in PEOPLE for name in names_of(person)}
        own = names_of(who) if who in PEOPLE else set()
        links = {self.link_of(person) for person in ("ops", "sec", "link", "observer", "pending")}
        ops_alone = {OPS_WHISPER, OPS_ANSWER, OPS_UNSENT}
        sec_alone = {SEC_WHISPER, SEC_ANSWER, SEC_UNSENT}
        elsewhere = {OTHER_BOOK, OTHER_NOTE}
        team = {NEXT_DRAFT, TEAM_UNSENT, COVER, PENDING}
        closed = {SEC_SECTION, SEC_NOTE, SEC_REPLY}
        reader = (everyone - own) | links | elsewhere | team
        inside = {COMMON, OPS_SECTION, OPS_NOTE} | closed
        return {
            "author": elsewhere | {OPS_UNSENT, SEC_UNSENT},
            "co_author": elsewhere | {OPS_UNSENT, SEC_UNSENT, TEAM_UNSENT},
            "ops": reader | sec_alone | closed,
            "sec": reader | ops_alone | {OPS_SECTION},
            "link": reader | ops_alone | sec_alone | closed,
            "observer": reader | ops_alone | sec_alone,
            "stranger": everyone | links | team | inside | ops_alone | sec_alone,
            "removed": everyone | links | team | elsewhere | inside | ops_alone | sec_alone,
            "operator": links | team | elsewhere | inside | ops_alone | sec_alone,
            "anonymous": everyone | links | team | elsewhere | inside | ops_alone | sec_alone,
        }[who]


class Walk:
    """One person's way through all that can be reached; `seen` has what each address answered."""

    def __init__(self, client: Client):
        self.client, self.seen = client, {}

    def visit(self, addresses: Iterable[str]) -> None:
        """These and all they lead to."""
        waiting = list(addresses)
        while waiting:
            address = waiting.pop()
            if address in self.seen:
                continue
            assert len(self.seen) < MOST_PAGES, "the site never ends"
            text = self.ask(address)
            waiting += [found for found in self._found(address, text) if found not in self.seen]

    def ask(self, address: str) -> str:
        """What GET brings, in lower case with the headers; an answer of 500 fails."""
        cache.clear()
        answer = self.client.get(address)
        assert answer.status_code < 500, address
        body = b"".join(answer.streaming_content) if answer.streaming else answer.content
        headers = "\n".join(f"{name}: {value}" for name, value in answer.items())
        self.seen[address] = f"{headers}\n{body.decode(errors='replace')}".lower()
        self.kind = answer.get("Content-Type", "")
        return body.decode(errors="replace") + "\n" + f' href="{answer.get("Location", "")}" '

    @staticmethod
    def _found(address: str, text: str) -> list[str]:
        links = re.findall(r'(?:href|src|hx-get|action)="([^"]+)"', text)
        links += re.findall(r'data-[a-z-]+="(/[^"]+)"', text)  # what scripts ask for; their words are no addresses
        links += re.findall(r'"(http://testserver/[^"]+)"', text)
        found = []
        for link in links:
            whole = urlsplit(urldefrag(urljoin(f"http://testserver{address}", link.replace("&amp;", "&"))).url)
            own = whole.netloc == "testserver" and whole.path.startswith(("/m/", "/api/v1/", "/account/", "/i/"))
            skipped = whole.path.startswith(("/account/logout", "/account/link", "/api/v1/docs", "/api/v1/schema"))
            if own and not skipped and whole.query.count("=") <= 1:
                found.append(whole.path + (f"?{whole.query}" if whole.query else ""))
        return found

    def leaks(self, words: set[str]) -> list[str]:
        return sorted(f"{word} at {address}" for address, text in self.seen.items() for word in words if word in text)


LISTS = ("", "invitations/", "members/", "reviews/", "threads/", "questions/", "answers/", "drafts/", "reports/")


def first_addresses(world: World) -> list[str]:
    """Where everyone begins, whether they may or not."""
    slug, other = world.cast.book.slug, world.cast.other_book.slug
    pages = ["/", "/account/", "/account/mail/", "/account/tokens/", "/metrics"]
    names = (
        "manuscript",
        "read_book",
        "desk",
        "people",
        "questions",
        "reports",
        "settings",
        "activity",
        "unsent_list",
        "live",
    )
    return pages + [reverse(name, args=[book]) for book in (slug, other) for name in names]


def api_addresses(world: World) -> list[str]:
    api = [f"/api/v1/manuscripts/{slug}/{part}" for slug in (world.cast.book.slug, world.cast.other_book.slug)
           for part in (*LISTS, "findings/", "sections/c2-sec/", "sections/c1-ops/")]  # fmt: skip
    filters = [f"/api/v1/manuscripts/{world.cast.book.slug}/threads/?{query}" for query in (
        f"q={SEC_NOTE}", "section=c2-sec", "section_discipline=information-security", "chapter=c2", "draft=1",
        "status=decided", f"author={PEOPLE['sec'][1]}", f"author={world.members['sec'].pk}",
    )]  # fmt: skip
    return ["/api/v1/me/", "/api/v1/manuscripts/", *api, *filters]


@pytest.fixture(scope="module")
def db(django_db_setup, django_db_blocker):
    """The database for the whole module: the walks outlive a test."""
    with django_db_blocker.unblock():
        yield


@pytest.fixture(scope="module")
def world(db):
    with transaction.atomic():
        yield World()
        transaction.set_rollback(True)


@pytest.fixture(scope="module")
def walked(world):
    """Everyone's walks, each made once: by name, in the browser and with a token where there is an account."""
    return {who: walks(world, who) for who in world.cast.ROLES}


def walks(world: World, who: str) -> list[Walk]:
    pages = Walk(world.cast.enter(Client(REMOTE_ADDR="203.0.113.9"), who))
    pages.visit(first_addresses(world))
    if who not in world.cast.users:
        return [pages]
    secret = world.cast.token(who, scope="admin")
    script = Walk(Client(REMOTE_ADDR="203.0.113.9", headers={"Authorization": f"Bearer {secret}"}))
    script.visit(api_addresses(world))
    return [pages, script]


def test_nobody_meets_a_word_that_is_not_theirs(world, walked):
    author = walked["author"]
    everything = "\n".join(text for walk in author for text in walk.seen.values())
    planted = {
        OPS_WHISPER,
        SEC_ANSWER,
        SEC_SECTION,
        NEXT_DRAFT,
        COVER,
        TEAM_UNSENT,
        world.link_of("pending"),
    } | names_of("sec")
    assert {word for word in planted if word not in everything} == set()
    assert len(author[0].seen) > 40 and len(author[1].seen) > 20
    addresses = [list(walk.seen) for walk in author]
    found = {}
    for who in world.cast.ROLES:
        mine = walked[who]
        for walk, known in zip(mine, addresses, strict=False):
            for address in known:
                if address not in walk.seen:
                    walk.ask(address)
        found[who] = [leak for walk in mine for leak in walk.leaks(world.foreign(who))]
    assert found == {who: [] for who in world.cast.ROLES}


def test_everyone_meets_their_own_words(walked):
    """The walk goes where the words are."""
    own = {
        "ops": {COMMON, OPS_SECTION, OPS_NOTE, OPS_WHISPER, OPS_ANSWER, OPS_UNSENT},
        "sec": {COMMON, SEC_SECTION, SEC_NOTE, SEC_WHISPER, SEC_ANSWER, SEC_UNSENT},
        "observer": {COMMON, OPS_SECTION, SEC_SECTION, OPS_NOTE},
        "stranger": {OTHER_BOOK, OTHER_NOTE},
    }
    for who, words in own.items():
        text = "\n".join(page for walk in walked[who] for page in walk.seen.values())
        assert {word for word in words if word not in text} == set(), who


def test_what_leaves_the_author_team_names_nobody(world):
    assert world.outward.state == "done"
    hidden = {name for who in PEOPLE for name in names_of(who)}
    hidden |= {OPS_WHISPER, SEC_WHISPER, OPS_UNSENT, SEC_UNSENT, TEAM_UNSENT, NEXT_DRAFT, OTHER_BOOK, OTHER_NOTE}
    hidden |= {OPS_NOTE, SEC_NOTE, OPS_ANSWER, SEC_ANSWER}  # nobody allowed to quote them
    files = {file.format: words_in(file.path.read_bytes()).lower() for file in world.outward.files.all()}
    assert set(files) == set(OUTWARD)
    assert min(map(len, files.values())) > 100  # they can be read
    assert {(name, word) for name, text in files.items() for word in hidden if word in text} == set()
    assert json.loads(files["json"])


def test_a_mail_holds_no_word_of_others(world):
    """Each goes to one person and holds their own link alone."""
    assert world.mails
    for message in world.mails:
        (recipient,) = message.to
        whole = message.message().as_string().lower() + str(message.body).lower()
        who = next((who for who in PEOPLE if recipient == PEOPLE[who][1]), "")
        others = {name for person in PEOPLE if person != who for name in names_of(person)}
        others |= {world.link_of(person) for person in ("ops", "sec", "link", "observer", "pending") if person != who}
        others |= {OPS_NOTE, OPS_WHISPER, SEC_NOTE, SEC_WHISPER, SEC_SECTION, OPS_SECTION, NEXT_DRAFT, COMMON}
        assert {word for word in others if word in whole} == set(), recipient


def test_someone_new_learns_nothing_of_the_book(world):
    """An account that has nothing to do with it, and no book of its own."""
    client = Client(REMOTE_ADDR="203.0.113.9")
    client.force_login(make_user(), backend="django.contrib.auth.backends.ModelBackend")
    walk = Walk(client)
    walk.visit(first_addresses(world))
    assert walk.leaks(world.foreign("anonymous")) == []

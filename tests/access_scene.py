"""The scene of the access matrix: one book with something of everything in it, and everyone who might ask for it.

`make_scene()` is made once; each request of the matrix starts from it again (a savepoint that is rolled back).
"""

import hashlib
import json
from dataclasses import dataclass, field
from typing import Any

from allauth.mfa.models import Authenticator
from django.apps import apps
from django.conf import settings
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.test.client import ClientHandler
from django.urls import reverse
from fido2.cose import ES256
from fido2.utils import websafe_encode
from fido2.webauthn import AttestationObject, AttestedCredentialData, AuthenticatorData, CollectedClientData

from accounts.models import SignInLink
from api.models import ApiToken
from jobs import running
from jobs.models import Job
from manuscripts.formats import Upload
from manuscripts.manuscripts import make_manuscript
from manuscripts.models import Draft, Image, SectionText, Source
from manuscripts.modes import OthersSections, Visibility
from manuscripts.uploads import store_bytes, upload
from reports.making import Wish, cancel_report, request_report
from reports.schedules import keep
from reports.sharing import share
from reports.showing import show
from reviews.answers import questions_of, save_answer
from reviews.applying import apply
from reviews.invitations import personal_link
from reviews.models import Edit
from reviews.rounds import close_round, review_of
from reviews.threads import NewThread, create_thread, decide, reply
from tests.access_walk import PATTERNS
from tests.books import make_draft
from tests.cast import Cast, make_cast, make_member
from tests.manuscripts.uploads import word

ELSEWHERE = "203.0.113.9"  # nobody asks from this machine itself
NEXT_DRAFT = "# The handover\n\nSomebody owns the night shift now.\n\n# The promise\n\nA change is a promise kept.\n"
PICTURE = b"\x89PNG\r\n\x1a\n" + bytes(64)
#: What no id, picture, link, number or book of the scene is; of an address the first of these is replaced.
MISSING = {
    "pk": 9_876_543,
    "sha256": "0" * 64,
    "token": "no-such-token",
    "secret": "no-such-secret",
    "number": 9876,
    "slug": "no-such-book",
}
#: Columns that say when something was looked at, not what is there.
CLOCKS = {"last_used", "last_login"}


#: The site with its middleware, loaded once.
HANDLER, CSRF_HANDLER = ClientHandler(enforce_csrf_checks=False), ClientHandler(enforce_csrf_checks=True)


@dataclass
class Scene:
    """`people` has a client for each column of the matrix, `args` what the addresses name, `held` the rest."""

    cast: Cast
    people: dict[str, dict[str, Any]] = field(default_factory=dict)
    args: dict[str, dict[str, Any]] = field(default_factory=dict)
    held: dict[str, Any] = field(default_factory=dict)

    @property
    def slug(self) -> str:
        return self.cast.book.slug

    def client(self, who: str, *, checks_csrf: bool = False) -> Client:
        """A browser or script of its own, as that person left it."""
        made = Client(raise_request_exception=False, REMOTE_ADDR=ELSEWHERE, headers=self.people[who]["headers"])
        made.handler = CSRF_HANDLER if checks_csrf else HANDLER
        for name, value in self.people[who]["cookies"].items():
            made.cookies[name] = value
        return made


def run_all_jobs() -> None:
    """Does all waiting jobs, those they make included."""
    while waiting := list(Job.objects.waiting().values_list("pk", flat=True)):
        for pk in waiting:
            running.run(pk)


def make_scene() -> Scene:
    """Everyone and everything. Slow (a conversion and a report are really made): once for all requests."""
    cast = make_cast()
    scene = Scene(cast)
    book, owner = cast.book, cast.actor("author")
    scene.held["second"] = make_manuscript(cast.users["author"], "Ada's second book")
    scene.held["pending"] = make_member(book, "Jo Pending", accepted=False, disciplines=["deployment"])
    scene.held["asked"] = make_member(
        book, "Kim Asked", email="kim@asked.example", accepted=False, disciplines=["deployment"]
    )
    upload(owner, book, [Upload("next.md", NEXT_DRAFT.encode())])
    run_all_jobs()
    scene.held["ready"] = Draft.objects.get(manuscript=book, number=2, state="ready")
    _say_things(scene)
    report = request_report(owner, book, Wish(formats=("json",)))
    leaves = request_report(owner, book, Wish(formats=("json", "pdf"), edition="publisher"))
    run_all_jobs()
    report.refresh_from_db()
    leaves.refresh_from_db()
    scene.held["link"], scene.held["link_secret"] = share(owner, leaves, "Halvard Press", 30)
    assert report.state == "done"
    scene.held |= {"report": report, "queued": request_report(owner, book, Wish(formats=("json",)))}
    scene.held["ended"] = request_report(owner, book, Wish(formats=("json",)))
    cancel_report(owner, scene.held["ended"])
    scene.held["schedule"] = keep(owner, book, Wish(), name="Weekly", every="week", mail=False)
    _add_picture(scene)
    _add_word_file(scene)
    _name_addresses(scene)
    _let_in(scene)
    return scene


def _say_things(scene: Scene) -> None:
    cast, book = scene.cast, scene.cast.book
    ops = cast.actor("ops")
    texts = {p.section.key: p.text for p in cast.draft.placements.select_related("section", "text")}
    scene.held["texts"] = texts
    on = {"text_id": str(texts["c1-1"].pk), "selector": {"start": 0, "end": 12}}
    scene.held["note"] = create_thread(ops, book, NewThread(kind="comment", body="Whose night?", **on))[0]
    whispered = NewThread(kind="comment", body="Between us.", visibility="authors", **on)
    scene.held["whispered"] = create_thread(ops, book, whispered)[0]
    there = NewThread(kind="comment", body="Every door?", text_id=str(texts["c2-sec"].pk))
    other_words = NewThread(kind="suggestion", replacement="No one", **on | {"selector": {"start": 13, "end": 19}})
    scene.held["suggestion"] = create_thread(ops, book, other_words)[0]
    scene.held["of_sec"] = create_thread(cast.actor("sec"), book, there)[0]
    questions = {q.code: q for q in questions_of(book)}
    scene.held["questions"] = questions
    verdict = {"question": questions["makes_sense"], "scope": "chapter", "key": "c1", "value": "yes"}
    scene.held["answer"] = save_answer(ops, book, **verdict)[0]
    for who in ("ops", "sec", "link"):
        scene.held[f"review_{who}"] = review_of(cast.members[who], book.current_round)


def _add_picture(scene: Scene) -> None:
    """A picture that stands in the section for security alone."""
    sha256 = hashlib.sha256(PICTURE).hexdigest()
    settings.IMAGES_DIR.mkdir(parents=True, exist_ok=True)
    (settings.IMAGES_DIR / sha256).write_bytes(PICTURE)
    row = Image.objects.create(manuscript=scene.cast.book, sha256=sha256, media_type="image/png", width=1, height=1)
    SectionText.objects.get(pk=scene.held["texts"]["c2-sec"].pk).images.add(row)
    scene.held["image"] = row


def _add_word_file(scene: Scene) -> None:
    """The Word file that the second chapter came from."""
    data = word(lambda document: document.add_heading("The promise", 1))
    sha256 = hashlib.sha256(data).hexdigest()
    store_bytes(settings.SOURCES_DIR, data, sha256)
    row = Source.objects.create(
        manuscript=scene.cast.book, name="second.docx", format="docx", bytes=len(data), sha256=sha256
    )
    scene.cast.draft.placements.filter(chapter__key="c2").update(source=row)
    scene.held["word_file"] = row


def _name_addresses(scene: Scene) -> None:
    """What the addresses name where nothing else is said; `case:NAME` overrides by the case of a row."""
    held, cast = scene.held, scene.cast
    token, _secret = ApiToken.make(cast.users["author"], scope="read", days=9)
    note, comment = held["note"], held["note"].comments.get()
    discipline = cast.book.disciplines.get(slug="deployment")
    key = {"name": "The laptop", "credential": _credential()}
    passkey = Authenticator.objects.create(user=cast.users["author"], type=Authenticator.Type.WEBAUTHN, data=key)
    job_id = held["queued"].job_id
    scene.args = {
        "": {"slug": scene.slug, "number": 1, "chapter": "c1", "section": "c1", "name": "json", "format_name": "json"},
        "image": {"sha256": held["image"].sha256},
        "change_list_file": {"pk": held["word_file"].pk},
        "token_revoke": {"pk": token.pk},
        "sign_in_link": {"secret": SignInLink.make(cast.users["author"])},
        "mfa_remove_webauthn": {"pk": passkey.pk},
        "question_change": {"pk": held["questions"]["value"].pk},
        "discipline_change": {"pk": discipline.pk},
        "comment_change": {"pk": comment.pk},
        "api:comment": {"pk": comment.pk},
        "api:question": {"pk": held["questions"]["value"].pk},
        "api:answer": {"pk": held["answer"].pk},
        "api:review": {"pk": held["review_ops"].pk},
        "api:text": {"pk": held["texts"]["c1-1"].pk},
        "api:section": {"key": "c1-ops"},
        "api:member": {"pk": cast.members["ops"].pk},
        "section_edit": {"key": "c1-1"},
        "edit_undo": {"pk": 1},
        "case:ready": {"number": 2, "section": _last_of(held["ready"])},
        "case:whispered": {"pk": held["whispered"].pk},
        "case:of_sec": {"pk": held["of_sec"].pk},
        "case:closed": {"key": "c2-sec"},
        "case:closed_text": {"pk": held["texts"]["c2-sec"].pk},
        "case:unopened_text": {"pk": held["ready"].placements.first().text_id},
        "case:queued": {"pk": held["queued"].pk},
        "case:shown": {"pk": held["link"].report_id},
        "case:shown_pdf": {"pk": held["link"].report_id, "name": "pdf", "format_name": "pdf"},
        "case:withheld": {"pk": held["link"].report_id, "name": "pdf", "format_name": "pdf"},
    }
    scene.args["case:closed_note"] = scene.args["case:of_sec"]
    for name in (
        "note_reply",
        "note_agree",
        "note_follow",
        "note_decide",
        "note_quote",
        "note_withdraw",
        "api:thread",
        "api:thread_comments",
    ):
        scene.args[name] = {"pk": note.pk}
    scene.args["note_place"] = {"pk": note.pk}
    for name in ("api:thread_decision", "api:thread_anchor", "api:thread_agree"):
        scene.args[name] = {"pk": note.pk}
    for name in ("note_apply", "api:thread_apply"):
        scene.args[name] = {"pk": held["suggestion"].pk}
    for name in ("report", "report_cancel", "report_delete", "report_file", "api:report", "api:report_download"):
        scene.args[name] = {"pk": held["report"].pk}
    for name in ("schedule", "schedule_now", "schedule_stop", "schedule_mail", "schedule_delete"):
        scene.args[name] = {"pk": held["schedule"].pk}
    scene.args["report_again"] = {"pk": held["ended"].pk}
    scene.args["report_share"] = scene.args["report_show"] = {"pk": held["link"].report_id}
    scene.args["share_stop"] = {"pk": held["link"].report_id, "link": held["link"].pk}
    scene.args["shared"] = {"token": held["link_secret"]}
    for name in ("api:job", "api:job_cancel"):
        scene.args[name] = {"pk": job_id}
    for name in ("person", "person_resend", "person_revoke", "person_remove"):
        scene.args[name] = {"pk": held["asked"].pk}
    for name in ("api:invitation_resend", "api:invitation_revoke"):
        scene.args[name] = {"pk": held["asked"].invitation.pk}
    link = personal_link(held["pending"]).split("/i/", 1)[1].strip("/")
    for name in ("invitation", "invitation_decline", "invitation_not_me", "invitation_colleague"):
        scene.args[name] = {"token": link}


def _credential() -> dict[str, Any]:
    """What a browser gives for a new passkey, whose key signs nothing."""
    key = ES256({1: 2, 3: -7, -1: 1, -2: bytes(32), -3: bytes(32)})
    made = AttestedCredentialData.create(bytes(16), b"the laptop", key)
    flags = AuthenticatorData.FLAG.UP | AuthenticatorData.FLAG.UV | AuthenticatorData.FLAG.AT
    proof = AttestationObject.create("none", AuthenticatorData.create(bytes(32), flags, 0, made), {})
    said = CollectedClientData.create("webauthn.create", b"asked", "https://book.example")
    name = websafe_encode(made.credential_id)
    response = {"clientDataJSON": websafe_encode(said), "attestationObject": websafe_encode(proof)}
    return {"id": name, "rawId": name, "type": "public-key", "response": response}


def _last_of(draft: Draft) -> str:
    """The key of the draft's last section."""
    return draft.placements.order_by("chapter_position", "position").last().section.key


def _let_in(scene: Scene) -> None:
    cast, book, second = scene.cast, scene.cast.book, scene.held["second"]
    for who in cast.ROLES:
        browser = cast.enter(Client(REMOTE_ADDR=ELSEWHERE), who)
        cookies = {name: morsel.value for name, morsel in browser.cookies.items()}
        scene.people[who] = {"cookies": cookies, "headers": {}}
        if who in cast.users:
            secret = cast.token(who, scope="admin")
            scene.people[f"token:{who}"] = {"cookies": {}, "headers": {"Authorization": f"Bearer {secret}"}}
    for name, scope, where in (("r", "read", None), ("w", "write", None), ("here", "admin", book),
                               ("else", "admin", second)):  # fmt: skip
        secret = cast.token("author", scope=scope, manuscript=where)
        scene.people[f"token:{name}"] = {"cookies": {}, "headers": {"Authorization": f"Bearer {secret}"}}


# What is sent


def body_of(scene: Scene, name: str, method: str, case: str) -> Any:
    """The well-formed body of a row: a dict (a form for pages, JSON for the API), or None."""
    key = next((k for k in (f"{name} {method} {case}", f"{name} {method}", name) if k in BODIES), None)
    if key is None:
        return None
    body = BODIES[key]
    return body(scene) if callable(body) else body


def _note_form(scene: Scene) -> dict:
    return {"kind": "comment", "body": "Said once.", "chapter": "c1", "visibility": "authors", "place": "p1"}


def _file(scene: Scene) -> dict:
    return {"file": SimpleUploadedFile("third.md", b"# One\n\nWords.\n\n# Two\n\nWords again.\n"), "note": "Third."}


def _report_form(scene: Scene) -> dict:
    return {"draft": "1", "names": "all", "disciplines": ["it-operations"], "formats": ["data"], "cover": ""}


def _outline(scene: Scene) -> dict:
    first = scene.held["ready"].placements.select_related("chapter").order_by("chapter_position").first()
    return {"chapters": [{"key": first.chapter.key, "title": "Another title"}]}


def _correction(scene: Scene) -> dict:
    return {"do": "save", "key": _last_of(scene.held["ready"]), "title": "Zwei", "was_title": "x"}


def _answer(scene: Scene) -> dict:
    return {"question": str(scene.held["questions"]["value"].pk), "scope": "book", "value": 4}


def _recorded_answer(scene: Scene) -> dict:
    return {**_answer(scene), "member": str(scene.cast.members["contact"].pk), "via": "letter"}


def _recorded_note(scene: Scene) -> dict:
    contact = scene.cast.members["contact"]
    return {"kind": "comment", "body": "He said so.", "chapter": "c1", "author": str(contact.pk), "via": "phone"}


def _known_person(**more: Any) -> dict:
    return {"name": "Kim Renamed", "disciplines": ["deployment"], "minutes": "30", **more}


ASKED = {"name": "New Person", "email": "new@person.example"}


def _section_form(scene: Scene) -> dict:
    return {"base": str(scene.held["texts"]["c1-1"].pk), "markdown": "# The handover\n\nAnew.", "do": "save"}


WORDS = {"text": "What would you cut?", "kind": "words", "scopes": ["book"]}
DISCIPLINE = {"name": "Gardening", "code": "GAR", "span": "outside"}
PASSWORD = {"password1": "another long battery 7", "password2": "another long battery 7"}
BODIES: dict[str, Any] = {
    "account POST": {"name": "Other Name", "language": "en", "time_zone": "UTC"},
    "account_login POST": {"login": "nobody@post.example", "password": "wrong"},
    "account_request_login_code POST": {"email": "ada@quill.example"},
    "account_signup POST": {"email": "new@post.example", "password1": "another long battery 7", "name": "New"},
    "account_set_password POST": PASSWORD,
    "account_reset_password POST": {"email": "ada@quill.example"},
    "tokens POST": {"name": "nightly", "scope": "read", "days": "7", "manuscript": ""},
    "manuscript_new POST": {"title": "A third book", "pitch": "", "language": "en", "time_zone": "UTC"},
    "reports POST": _report_form,
    "schedule_keep POST": lambda scene: _report_form(scene) | {"keep_as": "For Halvard", "every": "day"},
    "schedule POST": lambda scene: _report_form(scene) | {"keep_as": "Monthly", "every": "never"},
    "schedule_mail POST": {"mail": "on"},
    "report_share POST": {"recipient": "Another press", "days": "7"},
    "draft_new POST": _file,
    "draft_correct POST": _correction,
    "draft_open POST": {"as": "new", "confirmed": "on"},
    "reading POST": {"chapter": "c1", "share": "0.5"},
    "note_create POST": _note_form,
    "note_reply POST": {"body": "Ours.", "place": "p2"},
    "note_place POST": {"detach": "1"},
    "news_read POST": {"until": "2100-01-01T00:00:00+00:00"},
    "note_quote POST": {"choice": "pinned"},
    "report_show POST shown": {"stop": "1"},
    "note_decide POST": {"decision": "no_change", "reason": "It stays."},
    "change_list POST": lambda scene: {"thread": str(scene.held["note"].pk)},
    "section_edit POST": _section_form,
    "comment_change POST": {"body": "Whose night is it?"},
    "comment_change POST withdraw": {"withdraw": "1"},
    "unsent POST": {"place": "p3", "content": json.dumps({"body": "half a"})},
    "answers_save POST": lambda scene: {f"answer:{scene.held['questions']['value'].pk}:book::": "4"},
    "review_state POST": {"state": "submitted"},
    "path_step POST": {"step": "book:"},
    "colleague POST": {"name": "Lou", "email": "lou@post.example"},
    "invitation_decline POST": {"reason": "no_time"},
    "invitation_not_me POST": {"name": "Lou", "email": "lou@post.example"},
    "invitation_colleague POST": {"name": "Lou", "email": "lou@post.example"},
    "profile POST": {"sphere": "worker", "years": "5"},
    "invite POST": {"lines": "New Person, new@person.example, OPS", "role": "reviewer", "send": "1"},
    "invite POST authors": {"lines": "New Person, new@person.example", "role": "co_author", "send": "1"},
    "contact_create POST": {"name": "Otto Contact", "disciplines": ["deployment"]},
    "person POST": _known_person(),
    "person POST promoted": _known_person(role="co_author"),
    "settings POST": {"title": "Another title", "pitch": "", "language": "en", "time_zone": "UTC"},
    "round_modes POST": {"deadline": "2031-01-31"},
    "discipline_add POST": DISCIPLINE,
    "discipline_change POST": {**DISCIPLINE, "aliases": "gardens"},
    "questions POST": WORDS,
    "question_change POST": {"do": "retire"},
    "api:section PUT": {"markdown": "## For operations\n\nAnew."},
    "api:manuscripts POST": {"title": "By script"},
    "api:manuscript PATCH": {"title": "Another title"},
    "api:invitations POST": [{**ASKED, "disciplines": ["it-operations"]}],
    "api:invitations POST authors": [{**ASKED, "role": "co_author"}],
    "api:members POST": {"name": "Otto Contact", "disciplines": ["deployment"]},
    "api:member PATCH": {"years": 9},
    "api:member PATCH promoted": {"role": "co_author"},
    "api:review PATCH": {"state": "submitted"},
    "api:threads POST": {"kind": "comment", "body": "By script.", "chapter": "c1", "visibility": "authors"},
    "api:threads POST recorded": _recorded_note,
    "api:thread_comments POST": {"body": "Ours."},
    "api:thread_decision POST": {"decision": "no_change", "reason": "It stays."},
    "api:thread_anchor POST": {"text_id": None},
    "api:comment PATCH": {"body": "Whose night is it?"},
    "api:questions POST": WORDS,
    "api:question PATCH": {"text": "How much is it worth?"},
    "api:answers POST": _answer,
    "api:answers POST recorded": _recorded_answer,
    "api:drafts POST": _file,
    "api:draft PATCH": _outline,
    "api:draft_open POST": {"round": "new"},
    "api:reports POST": {"formats": ["json"]},
}


#: What stands behind the path.
QUERIES = {"read unopened": "?draft=2", "chapter_notes unopened": "?draft=2"}


# What goes before


def _end_round(scene: Scene) -> None:
    close_round(scene.cast.actor("author"), scene.cast.book)


def _mode(**modes: str) -> Any:
    def change(scene: Scene) -> None:
        scene.cast.book.rounds.filter(state="running").update(**modes)

    return change


def _apply(scene: Scene) -> None:
    running.run(apply(scene.cast.actor("author"), scene.held["suggestion"]).pk)
    scene.args["edit_undo"] = {"pk": Edit.objects.get().pk}


def _open_next(scene: Scene) -> None:
    """The readers have read a chapter, and a correction that changed it is open."""
    cast = scene.cast
    chapter = cast.draft.placements.select_related("chapter").get(section__key="c1-1").chapter
    for who in ("link", "ops", "sec", "observer"):
        cast.members[who].readings.create(chapter=chapter, draft=cast.draft, share=1)
    words = "# The handover\n\nSomebody owns the night shift."
    corrected = make_draft(cast.book, {"c1": ("The handover", [("c1-1", None, words)])}, state="open")
    cast.book.drafts.filter(pk=cast.draft.pk).update(state="closed")
    cast.book.drafts.filter(pk=corrected.pk).update(round=cast.draft.round_id, label="1.1")


def _name_everyone(scene: Scene) -> None:
    """Two readers answer a note, and each answer names all others."""
    members = [scene.cast.members[who] for who in scene.cast.INSIDE]
    for comment in [reply(scene.cast.actor(who), scene.held["note"], "And you?") for who in ("link", "sec")]:
        for member in members:
            comment.mentions.create(member=member)


def _show(**modes: str) -> Any:
    """The report without names is shown to the readers; then the round takes these modes."""

    def given(scene: Scene) -> None:
        show(scene.cast.actor("author"), scene.held["link"].report)
        if modes:
            _mode(**modes)(scene)

    return given


GIVEN = {
    "shown": _show(),
    "shown_pdf": _show(),
    "withheld": _show(visibility=Visibility.NEVER),
    "reread": _open_next,
    "edited": _apply,
    "ended": _end_round,
    "named": _name_everyone,
    "closed": _mode(others_sections=OthersSections.CLOSED),
    "closed_text": _mode(others_sections=OthersSections.CLOSED),
    "closed_note": _mode(others_sections=OthersSections.CLOSED),
    "listed": lambda scene: decide(scene.cast.actor("author"), scene.held["note"], "will_change"),
    "answered": lambda scene: reply(scene.cast.actor("author"), scene.held["note"], "Thank you."),
    "never": _mode(visibility=Visibility.NEVER),
    "agreed": lambda scene: scene.held["note"].agreements.create(
        member=scene.cast.members["sec"], round=scene.cast.book.current_round, anonymity="peers"
    ),
}


def address(scene: Scene, name: str, case: str, **other: Any) -> str:
    """The path of a row; `other` replaces what it names."""
    return reverse(name, kwargs=names_in(scene, name, case) | other) + QUERIES.get(f"{name} {case}", "")


def names_in(scene: Scene, name: str, case: str) -> dict[str, Any]:
    """What the path of that name needs, filled from the scene."""
    known = scene.args[""] | scene.args.get(name, {}) | scene.args.get(f"case:{case}", {})
    return {word: known[word] for word in PATTERNS[name].words}


def fingerprint() -> dict[str, str]:
    """A hash of every table, sessions and clocks apart."""
    found = {}
    for model in apps.get_models(include_auto_created=True):
        if model._meta.label == "sessions.Session":
            continue
        columns = [f.attname for f in model._meta.concrete_fields if f.attname not in CLOCKS]
        rows = model._base_manager.order_by("pk").values_list(*columns)
        found[model._meta.label] = hashlib.sha256(repr(list(rows)).encode()).hexdigest()
    return found

"""People and books for tests: plain `make_*` functions, and the named cast that every view is asked about.

    def test_a_view(cast, client):
        cast.enter(client, "stranger")

`cast` is made once a test. Names say what each person is to `cast.book`; whoever is none of them is the stranger.
"""

import itertools
from dataclasses import dataclass
from typing import Any

from django.test import Client

from accounts.models import User
from api.models import ApiToken
from jobs.models import Job
from manuscripts.manuscripts import make_manuscript
from manuscripts.models import Draft, Manuscript, Membership
from manuscripts.permissions import Actor
from reviews.invitations import accept, invite, personal_link
from reviews.members import remove_member
from tests.books import BOOK, make_draft, open_at_once

_numbers = itertools.count(1)


def make_user(email: str = "", **fields: Any) -> User:
    """An account; the password of those who have one is `correct horse battery`."""
    return User.objects.create_user(email or f"person{next(_numbers)}@post.example", **fields)


def make_member(manuscript: Manuscript, name: str, role: str = "reviewer", **fields: Any) -> Membership:
    """Someone who was invited and, unless `accepted` says otherwise, said yes. `disciplines` are slugs."""
    owner = manuscript.memberships.filter(role="author").select_related("user").first()
    accepted = fields.pop("accepted", True)
    user = fields.pop("user", None)
    row = {"name": name, "role": role, **fields}
    invitation = invite(Actor(user=owner.user), manuscript, [row])[0]
    return accept(invitation.membership, user) if accepted else invitation.membership


@dataclass
class Cast:
    """The people of one test. `book` is Ada's, `other_book` the stranger's."""

    book: Manuscript
    other_book: Manuscript
    draft: Draft
    users: dict[str, User]
    members: dict[str, Membership]

    #: All who can be named; `anonymous` has nothing at all.
    ROLES = (
        "author",
        "co_author",
        "ops",
        "sec",
        "removed",
        "observer",
        "link",
        "stranger",
        "operator",
        "anonymous",
    )
    #: Those who may know that the book exists.
    INSIDE = ("author", "co_author", "ops", "sec", "observer", "link")
    OUTSIDE = ("removed", "stranger", "operator", "anonymous")

    def actor(self, who: str) -> Actor:
        """That person, as permissions are asked."""
        if who == "anonymous":
            return Actor()
        if who == "link":
            member = self.members["link"]
            member.refresh_from_db()
            return Actor(links={member.pk: member.link_version})
        return Actor(user=self.users[who])

    def enter(self, client: Client, who: str) -> Client:
        """`client` again, signed in as that person (the link reviewer through the page behind the link)."""
        client.logout()
        if who == "link":
            path = personal_link(self.members["link"]).split("/i/", 1)[1]
            assert client.post(f"/i/{path}").status_code == 302
        elif who != "anonymous":
            client.force_login(self.users[who], backend="django.contrib.auth.backends.ModelBackend")
        return client

    def token(self, who: str = "author", *, scope: str = "write", manuscript: Manuscript | None = None) -> str:
        """The secret of a new API token of that person."""
        return ApiToken.make(self.users[who], scope=scope, days=90, manuscript=manuscript)[1]


def make_cast() -> Cast:
    """Ada's book with an open draft in a running round, everyone around it, and a stranger's book."""
    users = {
        "author": make_user("ada@quill.example", name="Ada Quill", is_author=True),
        "co_author": make_user("ben@osei.example", name="Ben Osei", is_author=True),
        "ops": make_user("cleo@marsh.example", name="Cleo Marsh"),
        "sec": make_user("dan@vrba.example", name="Dan Vrba"),
        "removed": make_user("eve@stone.example", name="Eve Stone"),
        "observer": make_user("finn@holt.example", name="Finn Holt"),
        "stranger": make_user("hal@roth.example", name="Hal Roth", is_author=True),
        "operator": make_user("opal@reyes.example", name="Opal Reyes", is_operator=True),
    }
    book = make_manuscript(users["author"], "The Lamplit Plan", pitch="One plan, read by ten trades.")
    draft = open_at_once(make_draft(book, BOOK))
    asked = (
        ("co_author", "co_author", []),
        ("ops", "reviewer", ["it-operations"]),
        ("sec", "reviewer", ["information-security"]),
        ("removed", "reviewer", ["deployment"]),
        ("observer", "observer", []),
    )
    members = {"author": book.memberships.get()}
    for who, role, disciplines in asked:
        user = users[who]
        members[who] = make_member(book, user.name, role, email=user.email, disciplines=disciplines, user=user)
    members["contact"] = make_member(book, "Gus Lind", "contact", disciplines=["deployment"], accepted=False)
    members["link"] = make_member(book, "Ivy Sand", disciplines=["it-operations"])
    remove_member(Actor(user=users["author"]), members["removed"])
    other_book = make_manuscript(users["stranger"], "Another Book")
    open_at_once(make_draft(other_book, BOOK))
    Job.objects.all().delete()  # their invitations were mailed long ago
    return Cast(book=book, other_book=other_book, draft=draft, users=users, members=members)

"""Who may what: one engine, one table.

Each app adds its rows with `allow(action, clause, ...)`; an action is allowed when any of its clauses holds. A clause
is a named predicate of (actor, object); `&` of several is written as `both(...)`. Views and the API ask `can` and
`load`, lists use `visible_to(actor)`, and nothing else decides. `manage.py permissions` prints the table.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from django.core.exceptions import PermissionDenied
from django.db.models import Model, Q, QuerySet
from django.http import Http404
from django.utils.translation import gettext_lazy as _

from .models import Manuscript, Membership

LINKS = "personal_links"  # session key: {membership id: link version} opened in this browser


@dataclass
class Actor:
    """Who is asking: an account (with or without an API token), the personal links opened in a browser, or nobody.

    `only_manuscript` (a primary key) and `scopes` narrow what a token may do; a browser session has all scopes.
    """

    user: Any = None
    links: dict[int, int] = field(default_factory=dict)
    only_manuscript: int | None = None
    scopes: frozenset[str] = frozenset({"read", "write", "admin"})
    _memberships: dict[int, Membership] | None = field(default=None, repr=False)

    @classmethod
    def of_request(cls, request) -> "Actor":
        """The account signed in, and the personal links this browser has opened."""
        user = request.user if request.user.is_authenticated else None
        links = {int(pk): version for pk, version in request.session.get(LINKS, {}).items()}
        return cls(user=user, links=links)

    def memberships(self) -> dict[int, Membership]:
        """By manuscript id. An account's own membership goes before one opened by a link. Asked once, kept."""
        if self._memberships is None:
            rows: list[Membership] = []
            present = Membership.objects.present().prefetch_related("disciplines__merged_into")
            present = present.select_related("manuscript", "pseudonym_discipline")
            if self.links:
                opened = present.filter(pk__in=self.links)
                rows += [m for m in opened if m.link_version == self.links[m.pk]]
            if self.user is not None and self.user.is_active:
                # An invitation to the account's address is theirs before they have answered it.
                theirs = list(present.filter(Q(user=self.user) | Q(user=None, email=self.user.email)))
                rows += sorted(theirs, key=lambda m: m.user_id is not None)
            self._memberships = {
                m.manuscript_id: m
                for m in rows
                if m.role != "contact" and self.only_manuscript in (None, m.manuscript_id)
            }
        return self._memberships

    def membership_in(self, manuscript: Manuscript | int) -> Membership | None:
        """This person's membership in the manuscript, None for those outside."""
        return self.memberships().get(manuscript if isinstance(manuscript, int) else manuscript.pk)

    def manuscript_ids(self) -> list[int]:
        return list(self.memberships())

    def team_manuscript_ids(self) -> list[int]:
        """Of the manuscripts of whose author team they are."""
        return [pk for pk, membership in self.memberships().items() if membership.is_author_team]

    @property
    def is_known(self) -> bool:
        """Signed in, or here by a personal link."""
        return self.user is not None or bool(self.memberships())


@dataclass(frozen=True)
class Allowed:
    def __bool__(self) -> bool:
        return True


@dataclass(frozen=True)
class Denied:
    """No, with the reason a page can show."""

    reason: Any

    def __bool__(self) -> bool:
        return False


Predicate = Callable[[Actor, Any], bool]
TABLE: dict[str, tuple[tuple[Predicate, ...], Any]] = {}


def allow(action: str, *clauses: Predicate, otherwise: Any = None) -> None:
    """Adds a row: `action` is allowed where any clause holds, else denied with the reason `otherwise`."""
    if action in TABLE:
        raise ValueError(f"{action} is already in the table")
    TABLE[action] = (clauses, otherwise or _("You may not do this here."))


def both(*predicates: Predicate) -> Predicate:
    """A clause that holds where all of `predicates` do."""

    def clause(actor: Actor, obj: Any) -> bool:
        return all(p(actor, obj) for p in predicates)

    clause.__name__ = " and ".join(p.__name__ for p in predicates)
    return clause


def can(actor: Actor, action: str, obj: Any = None) -> Allowed | Denied:
    """Whether `actor` may do `action` to `obj`. An unknown action is an error, never a no."""
    clauses, otherwise = TABLE[action]
    return Allowed() if any(clause(actor, obj) for clause in clauses) else Denied(otherwise)


def load(queryset: QuerySet | type[Model], actor: Actor, action: str, **lookup: Any) -> Any:
    """The one object of `lookup` if `actor` may do `action` to it.

    Raises Http404 where there is none or the actor may not know that it exists (the queryset's model says so by
    `visible_to`), PermissionDenied with the reason where a member lacks the right.
    """
    rows = queryset if isinstance(queryset, QuerySet) else queryset._default_manager.all()
    try:
        obj = rows.visible_to(actor).get(**lookup)
    except (rows.model.DoesNotExist, ValueError, TypeError, OverflowError):
        raise Http404(_("There is nothing at this address.")) from None
    return check(actor, action, obj)


def check(actor: Actor, action: str, obj: Any) -> Any:
    """`obj` again if the actor may; raises PermissionDenied with the reason otherwise."""
    verdict = can(actor, action, obj)
    if not verdict:
        raise PermissionDenied(str(verdict.reason))
    return obj


# Predicates: named so that a row of the table reads as a sentence


def manuscript_of(obj: Any) -> Manuscript:
    return obj if isinstance(obj, Manuscript) else obj.manuscript


def role_in(actor: Actor, obj: Any) -> str:
    membership = actor.membership_in(manuscript_of(obj))
    return membership.role if membership else ""


def member(actor: Actor, obj: Any) -> bool:
    return bool(role_in(actor, obj))


def owner(actor: Actor, obj: Any) -> bool:
    return role_in(actor, obj) == "author"


def author_team(actor: Actor, obj: Any) -> bool:
    return role_in(actor, obj) in {"author", "co_author"}


def reviewer(actor: Actor, obj: Any) -> bool:
    return role_in(actor, obj) == "reviewer"


def observer(actor: Actor, obj: Any) -> bool:
    return role_in(actor, obj) == "observer"


def account(actor: Actor, obj: Any) -> bool:
    return actor.user is not None and actor.user.is_active


def author_account(actor: Actor, obj: Any) -> bool:
    return account(actor, obj) and actor.user.is_author and actor.only_manuscript is None


def operator(actor: Actor, obj: Any) -> bool:
    return account(actor, obj) and actor.user.is_operator


def may_write(actor: Actor, obj: Any) -> bool:
    return "write" in actor.scopes


def may_administer(actor: Actor, obj: Any) -> bool:
    return "admin" in actor.scopes


def draft_was_opened(actor: Actor, obj: Any) -> bool:
    return obj.was_opened


TEAM_ONLY = _("Only the author and co-authors may do this.")
OWNER_ONLY = _("Only the author may do this.")

allow(
    "manuscript.create",
    both(author_account, may_write),
    otherwise=_("This account may not make manuscripts."),
)
allow("manuscript.read", member)
allow("manuscript.change", both(author_team, may_write), otherwise=TEAM_ONLY)
allow("manuscript.delete", both(owner, may_administer), otherwise=OWNER_ONLY)
allow("draft.read", author_team, both(member, draft_was_opened), otherwise=_("This draft is not open yet."))
allow("draft.list", author_team, otherwise=TEAM_ONLY)
allow("draft.import", both(author_team, may_write), otherwise=TEAM_ONLY)
allow("draft.change", both(author_team, may_write), otherwise=TEAM_ONLY)
allow("draft.open", both(author_team, may_write), otherwise=TEAM_ONLY)
allow("section.change", both(author_team, may_write), otherwise=TEAM_ONLY)
allow("text.read", member)
allow("image.read", member)
allow("activity.read", author_team, otherwise=TEAM_ONLY)
allow("operator.read", operator, otherwise=_("Only the operator sees this page."))

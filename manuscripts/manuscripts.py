"""Making a manuscript, and writing down what happens in it."""

from typing import Any

from django.db import IntegrityError, connection, transaction
from django.utils import translation
from django.utils.translation import gettext_lazy as _

from .models import Discipline, Event, Manuscript, Membership
from .permissions import Actor, check

DEFAULT_DISCIPLINES = [  # slug, code, name, aliases, span; in value-stream order
    ("business-analysis", "BA", _("Business analysis"), ["business analysts", "business analyst"], "along"),
    ("application-development", "DEV", _("Application development"), ["development", "developers"], "along"),
    ("infrastructure-engineering", "INF", _("Infrastructure engineering"), ["infrastructure"], "along"),
    ("deployment", "DEP", _("Deployment"), ["release and deployment", "deployment engineers"], "along"),
    ("it-operations", "OPS", _("IT operations"), ["operations", "ops"], "along"),
    ("enterprise-architecture", "EA", _("Enterprise architecture"), ["architecture", "architects"], "across"),
    ("information-security", "SEC", _("Information security"), ["security"], "across"),
    ("project-management", "PM", _("Project management"), ["project managers"], "across"),
    (
        "quality-assurance-and-testing",
        "QA",
        _("Quality assurance and testing"),
        ["quality assurance", "testing", "testers"],
        "across",
    ),
    (
        "governance-risk-and-compliance",
        "GRC",
        _("Governance, risk and compliance"),
        ["governance", "compliance", "risk"],
        "across",
    ),
]

#: Where PostgreSQL tells the ids of new entries of the activity log.
EVENTS_CHANNEL = "widemargin_events"

#: How often another slug is tried when someone takes the free one in the same moment.
SLUG_TRIES = 5


def make_manuscript(user: Any, title: str, **fields: Any) -> Manuscript:
    """A new manuscript with its slug, the ten default disciplines and `user` as its author.

    `fields` are further fields of Manuscript (pitch, language, time_zone). One transaction.
    """
    tries = SLUG_TRIES
    while True:
        try:
            with transaction.atomic():
                return _make(user, title.strip(), fields)
        except IntegrityError:
            tries -= 1
            if not tries:
                raise


def _make(user: Any, title: str, fields: dict[str, Any]) -> Manuscript:
    manuscript = Manuscript.objects.create(slug=Manuscript.free_slug(title), title=title, **fields)
    with translation.override(manuscript.language):
        Discipline.objects.bulk_create(
            Discipline(
                manuscript=manuscript,
                slug=slug,
                code=code,
                name=str(name),
                aliases=list(aliases),
                position=position,
                span=span,
            )
            for position, (slug, code, name, aliases, span) in enumerate(DEFAULT_DISCIPLINES, start=1)
        )
    author = Membership.objects.create(
        manuscript=manuscript,
        user=user,
        role="author",
        name=user.name or user.email.split("@")[0],
        email=user.email,
        accepted=manuscript.created,
    )
    record_event(manuscript, "manuscript.created", author, f"manuscript:{manuscript.pk}")
    return manuscript


@transaction.atomic
def change_manuscript(actor: Actor, manuscript: Manuscript, **fields: Any) -> Manuscript:
    """Changes `title`, `pitch`, `language` or `time_zone`; the slug stays, as links hold it."""
    check(actor, "manuscript.change", manuscript)
    if fields:
        for name, value in fields.items():
            setattr(manuscript, name, value)
        manuscript.save(update_fields=list(fields))
        me = actor.membership_in(manuscript)
        record_event(manuscript, "manuscript.changed", me, f"manuscript:{manuscript.pk}", fields=sorted(fields))
    return manuscript


def record_event(
    manuscript: Manuscript, kind: str, actor_membership: Membership | None, subject: str, **data: Any
) -> Event:
    """Adds an entry to the activity log, in the transaction of what it tells of.

    `kind` is a noun and a verb ("thread.created"), `subject` what it is about ("thread:12"), `data` small facts that
    JSON can hold; never the words of a note.
    """
    event = Event.objects.create(manuscript=manuscript, kind=kind, actor=actor_membership, subject=subject, data=data)
    if connection.vendor == "postgresql":  # rings when this is committed; on SQLite the file itself is watched
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_notify(%s, %s)", [EVENTS_CHANNEL, str(event.pk)])
    return event

"""The disciplines of a manuscript: added, renamed, put in order, merged and parted again, at any time."""

from django.db import transaction
from django.db.models import Max
from django.utils.text import slugify
from django.utils.translation import gettext as _

from accounts.mail import one_line

from .errors import Refused, conflict
from .manuscripts import record_event
from .models import Discipline, Manuscript
from .permissions import Actor, check

SPANS = ("along", "across", "outside")
MOST = 60  # from which readers name no more of their own


@transaction.atomic
def add_discipline(actor: Actor, manuscript: Manuscript, *, name: str, code: str, span: str = "outside") -> Discipline:
    """A further discipline, last in value-stream order. Refused with `field` where name or code is taken."""
    check(actor, "manuscript.change", manuscript)
    Manuscript.objects.select_for_update().get(pk=manuscript.pk)
    row = Discipline(manuscript=manuscript, span=_span(span), aliases=[])
    row.position = (manuscript.disciplines.aggregate(last=Max("position"))["last"] or 0) + 1
    _name(row, name, code)
    row.slug = _free_slug(manuscript, row.name)
    row.save()
    record_event(manuscript, "discipline.added", actor.membership_in(manuscript), f"discipline:{row.pk}")
    return row


@transaction.atomic
def discipline_called(actor: Actor, manuscript: Manuscript, name: str) -> Discipline:
    """The discipline that someone means: by name, code or alias, merges resolved; else a new one of that name, last in
    order, which the author may rename or merge. Refused with 409 where there are too many already.
    """
    name = one_line(name, 120)
    Manuscript.objects.select_for_update().get(pk=manuscript.pk)
    rows = list(manuscript.disciplines.select_related("merged_into"))
    for row in rows:
        if name.casefold() in {word.casefold() for word in (row.name, row.code, *row.aliases)}:
            return row.resolved()
    if len(rows) >= MOST:
        raise conflict("too_many", _("There are too many disciplines here already: choose the nearest."))
    row = Discipline(manuscript=manuscript, span="outside", aliases=[])
    row.position = max((other.position for other in rows), default=0) + 1
    _name(row, name, _free_code(name, {other.code for other in rows}))
    row.slug = _free_slug(manuscript, row.name)
    row.save()
    record_event(manuscript, "discipline.added", actor.membership_in(manuscript), f"discipline:{row.pk}")
    return row


@transaction.atomic
def change_discipline(
    actor: Actor, discipline: Discipline, *, name: str, code: str, aliases: list[str], span: str
) -> Discipline:
    """Another name, code, aliases or span. The slug stays: it is the API's name for it."""
    check(actor, "manuscript.change", discipline.manuscript)
    Manuscript.objects.select_for_update().get(pk=discipline.manuscript_id)
    _name(discipline, name, code)
    discipline.aliases = list(dict.fromkeys(a for a in (one_line(a, 120) for a in aliases) if a))
    discipline.span = _span(span)
    discipline.save()
    own = actor.membership_in(discipline.manuscript_id)
    record_event(discipline.manuscript, "discipline.changed", own, f"discipline:{discipline.pk}")
    return discipline


@transaction.atomic
def merge_discipline(actor: Actor, discipline: Discipline, into: Discipline | None) -> Discipline:
    """From now on `discipline` counts as `into`; None parts it again. No other row is rewritten."""
    check(actor, "manuscript.change", discipline.manuscript)
    Manuscript.objects.select_for_update().get(pk=discipline.manuscript_id)
    if into is not None:
        if into.manuscript_id != discipline.manuscript_id:
            raise Refused("invalid", _("There is no such discipline here."), field="into")
        if into.resolved().pk == discipline.pk or into.pk == discipline.pk:
            raise conflict("circle", _("A discipline cannot be merged into itself."))
    discipline.merged_into = into
    discipline.save(update_fields=["merged_into"])
    own = actor.membership_in(discipline.manuscript_id)
    kind = "discipline.merged" if into else "discipline.parted"
    record_event(discipline.manuscript, kind, own, f"discipline:{discipline.pk}")
    return discipline


@transaction.atomic
def move_discipline(actor: Actor, discipline: Discipline, steps: int) -> None:
    """Moves it in value-stream order: -1 is one up, 1 one down; at the end nothing happens."""
    check(actor, "manuscript.change", discipline.manuscript)
    Manuscript.objects.select_for_update().get(pk=discipline.manuscript_id)
    rows = list(discipline.manuscript.disciplines.all())
    at = [row.pk for row in rows].index(discipline.pk)
    to = min(max(at + steps, 0), len(rows) - 1)
    rows.insert(to, rows.pop(at))
    for position, row in enumerate(rows, start=1):
        row.position = position
    Discipline.objects.bulk_update(rows, ["position"])


def _span(span: str) -> str:
    if span not in SPANS:
        raise Refused("invalid", _("Choose along, across or outside."), field="span")
    return span


def _name(row: Discipline, name: str, code: str) -> None:
    """Sets name and code, checked against the manuscript's others."""
    row.name, row.code = one_line(name, 120), one_line(code, 8).upper().replace(" ", "")
    if not row.name:
        raise Refused("required", _("A name is needed."), field="name")
    if not row.code:
        raise Refused("required", _("A code of up to eight letters is needed."), field="code")
    others = row.manuscript.disciplines.exclude(pk=row.pk)
    if any(other.name.casefold() == row.name.casefold() for other in others):
        raise Refused("taken", _("Another discipline has this name."), field="name")
    if any(other.code == row.code for other in others):
        raise Refused("taken", _("Another discipline has this code."), field="code")


def _free_slug(manuscript: Manuscript, name: str) -> str:
    stem = slugify(name)[:70].strip("-") or "discipline"
    taken = set(manuscript.disciplines.values_list("slug", flat=True))
    slug, n = stem, 2
    while slug in taken:
        slug, n = f"{stem}-{n}", n + 1
    return slug


def _free_code(name: str, taken: set[str]) -> str:
    """A code for a name: the initials of several words, those in capitals whole, or the first three letters of one."""
    words = ["".join(filter(str.isalnum, word)) for word in name.split()]
    words = [word for word in words if word] or ["X"]
    several = "".join(word if word.isupper() and len(word) > 1 else word[0] for word in words)
    stem = (several if len(words) > 1 else words[0][:3]).upper()[:6]
    code, n = stem, 2
    while code in taken:
        code, n = f"{stem}{n}", n + 1
    return code

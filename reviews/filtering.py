"""Which notes: the filters that the desk and the API share.

Every filter takes several values (any of them); different filters all have to hold. What a note is filtered by is
what stands in `draft`: its chapter, section and fate there.
"""

from collections.abc import Callable, Mapping, Sequence

from django.db.models import OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import Coalesce
from django.utils.dateparse import parse_date, parse_datetime
from django.utils.timezone import is_naive, make_aware
from django.utils.translation import gettext as _

from manuscripts.errors import Refused
from manuscripts.models import Discipline, Draft, Placement
from manuscripts.numbers import whole

from .models import Anchor, Decision, Thread

BOOK = "book"  # value of the chapter filter for notes on the book


def _newest(draft: Draft, field: str) -> Subquery:
    rows = Anchor.objects.filter(thread=OuterRef("pk"), draft=draft).order_by("-attempt")
    return Subquery(rows.values(field)[:1])


def standing_in(threads: QuerySet, draft: Draft) -> QuerySet:
    """The notes written by then, with `now_chapter`, `now_section`, `now_start` and `now_fate` of that draft."""
    rows = threads.filter(draft__number__lte=draft.number)
    return rows.annotate(
        now_chapter=_newest(draft, "chapter"),
        now_section=_newest(draft, "section"),
        now_start=_newest(draft, "start"),
        now_near=_newest(draft, "near"),
        now_fate=_newest(draft, "fate"),
    )


def _chapter(draft: Draft, values: Sequence[str]) -> Q:
    rule = Q(now_chapter__in=draft.manuscript.chapters.filter(key__in=values).values("pk"))
    rule |= Q(scope="chapter", chapter__key__in=values)
    return rule | Q(scope="book") if BOOK in values else rule


def _section(draft: Draft, values: Sequence[str]) -> Q:
    return Q(now_section__in=draft.manuscript.sections.filter(key__in=values).values("pk"))


def _disciplines(draft: Draft, slugs: Sequence[str], field: str) -> list[int]:
    rows = list(Discipline.objects.filter(manuscript=draft.manuscript_id).select_related("merged_into"))
    known = {row.slug for row in rows}
    for slug in slugs:
        if slug not in known:
            raise Refused("invalid", _("There is no discipline %s.") % slug, field=field)
    wanted = {row.resolved().pk for row in rows if row.slug in slugs}
    return [row.pk for row in rows if row.resolved().pk in wanted]


def _discipline(draft: Draft, values: Sequence[str]) -> Q:
    return Q(discipline__in=_disciplines(draft, values, "discipline"))


def _section_discipline(draft: Draft, values: Sequence[str]) -> Q:
    ids = _disciplines(draft, values, "section_discipline")
    return Q(now_section__in=Placement.objects.filter(draft=draft, discipline__in=ids).values("section"))


def _choice(field: str, allowed: Sequence[str], lookup: str) -> Callable[[Draft, Sequence[str]], Q]:
    def rule(draft: Draft, values: Sequence[str]) -> Q:
        for value in values:
            if value not in allowed:
                raise Refused("invalid", _("Choose one of: %s.") % ", ".join(allowed), field=field)
        return Q(**{f"{lookup}__in": values})

    return rule


def _status(draft: Draft, values: Sequence[str]) -> Q:
    return _choice("status", ["open", "decided"], "status")(draft, values)


def _author(draft: Draft, values: Sequence[str]) -> Q:
    ids = [whole(value) for value in values]
    if None in ids:
        raise Refused("invalid", _("An author is named by a member's id."), field="author")
    return Q(author__in=ids)


def _since(draft: Draft, values: Sequence[str]) -> Q:
    try:
        moment = parse_datetime(values[-1]) or parse_date(values[-1])
    except ValueError:
        moment = None
    if moment is None:
        raise Refused("invalid", _("A moment looks like 2031-05-17T12:00:00Z."), field="since")
    if not hasattr(moment, "tzinfo"):
        moment = parse_datetime(f"{values[-1]}T00:00:00")
    return Q(updated__gte=make_aware(moment) if is_naive(moment) else moment)


def _words(draft: Draft, values: Sequence[str]) -> Q:
    rule = Q()
    for word in " ".join(values).split():
        rule &= Q(comments__body__icontains=word, comments__withdrawn=None) | Q(replacement__icontains=word)
    return rule


FILTERS: dict[str, Callable[[Draft, Sequence[str]], Q]] = {
    "chapter": _chapter,
    "section": _section,
    "discipline": _discipline,
    "section_discipline": _section_discipline,
    "kind": _choice("kind", [key for key, _label in Thread.KINDS], "kind"),
    "reaction": _choice("reaction", [key for key, _label in Thread.REACTIONS], "reaction"),
    "status": _status,
    "decision": _choice("decision", [key for key, _label in Decision.KINDS], "decision__decision"),
    "fate": _choice("fate", [key for key, _label in Anchor.FATES], "now_fate"),
    "visibility": _choice("visibility", ["everyone", "authors"], "visibility"),
    "author": _author,
    "since": _since,
    "q": _words,
}


def filter_threads(threads: QuerySet, draft: Draft, wanted: Mapping[str, Sequence[str]]) -> QuerySet:
    """The notes of `threads` that stand in `draft` and answer to all filters; raises Refused naming a bad one."""
    rows = standing_in(threads, draft)
    for name, values in wanted.items():
        if name not in FILTERS:
            raise Refused("unknown_filter", _("There is no filter of this name."), field=name)
        values = [value for value in values if value]
        if values:
            rows = rows.filter(FILTERS[name](draft, values))
    return rows.distinct()


def in_text_order(rows: QuerySet) -> QuerySet:
    """By place in the text: chapter, section, first character; notes on a chapter before those in it."""
    place = Placement.objects.filter(draft__state__in=["open", "closed"], section=OuterRef("now_section"))
    newest = place.order_by("-draft__number")
    chapter = Placement.objects.filter(chapter=Coalesce(OuterRef("now_chapter"), OuterRef("chapter")))
    chapter = chapter.order_by("-draft__number")
    return rows.annotate(
        at_chapter=Subquery(newest.values("chapter_position")[:1]),
        at_section=Subquery(newest.values("position")[:1]),
        of_chapter=Subquery(chapter.values("chapter_position")[:1]),
    ).order_by("of_chapter", "at_section", "now_start", "now_near", "created", "pk")

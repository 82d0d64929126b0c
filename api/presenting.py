"""Drafts as data: chapters, sections, problems and changes, as one person may see them."""

from collections import Counter, defaultdict
from typing import Any

from django.db.models import F, OuterRef, Subquery
from django.urls import reverse
from rest_framework.request import Request

from manuscripts.models import Draft, DraftSource, Manuscript, Placement
from reviews.models import Anchor, Thread

FATES = ("kept", "moved", "edited", "detached")
LISTS = ("added", "changed", "moved", "renamed", "removed")


def represent_drafts(drafts: list[Draft], manuscript: Manuscript, request: Request) -> list[dict]:
    """The drafts of one manuscript. A fixed number of queries, and one more for each draft a reader asks for.

    Who is not of the author team sees neither the files nor the problems, and only sections that are theirs to read.
    """
    me = request.actor.membership_in(manuscript)
    is_team = me is not None and me.is_author_team
    sources = _sources(drafts) if is_team else {}
    chapters = _chapters(drafts, request, is_team)
    disciplines = list(manuscript.disciplines.select_related("merged_into"))
    slugs = {d.pk: d.resolved().slug for d in disciplines}
    newest = manuscript.open_draft
    rounds = dict(manuscript.rounds.values_list("pk", "number"))
    return [
        {
            "number": draft.number,
            "label": draft.label,
            "round": rounds.get(draft.round_id),
            "state": draft.state,
            "note": draft.note if is_team else "",
            "sources": sources.get(draft.pk, []),
            "created": draft.created,
            "opened": draft.opened,
            "closed": draft.closed,
            "problems": [represent_problem(problem) for problem in draft.problems] if is_team else [],
            "chapters": _represent_chapters(chapters[draft.pk], draft, slugs, newest, manuscript, request),
            "changes": _changes(draft, chapters[draft.pk], is_team, request),
        }
        for draft in drafts
    ]


def represent_problem(problem: dict[str, Any]) -> dict[str, Any]:
    return {name: problem.get(name) for name in ("code", "severity", "detail", "section")}


def represent_changes(changes: dict[str, Any]) -> dict[str, Any]:
    """What a draft changed: lists of keys, and how many notes meet which fate."""
    remarks = changes.get("remarks") or {}
    shown: dict[str, Any] = {"against": changes.get("against")}
    shown |= {name: changes.get(name, []) for name in LISTS}
    return shown | {"remarks": {fate: remarks.get(fate, 0) for fate in FATES}}


def _sources(drafts: list[Draft]) -> dict[int, list[dict]]:
    """By draft id: the files that its placements come from, older ones included, then those that gave it none."""
    named = DraftSource.objects.filter(draft__in=drafts).order_by("position").select_related("source")
    used = Placement.objects.filter(draft__in=drafts, source__isnull=False).order_by("chapter_position", "position")
    rows: dict[int, dict[int, Any]] = defaultdict(dict)
    for draft_id, source in [(row.draft_id, row.source) for row in named]:
        rows[draft_id].setdefault(source.pk, source)
    for place in used.select_related("source").only("draft_id", "source"):
        rows[place.draft_id].setdefault(place.source_id, place.source)
    return {
        draft_id: [{"name": s.name, "format": s.format, "bytes": s.bytes, "sha256": s.sha256} for s in sources.values()]
        for draft_id, sources in rows.items()
    }


def _chapters(drafts: list[Draft], request: Request, is_team: bool) -> dict[int, list[dict]]:
    """By draft id: its placements, in order, that may be read."""
    fields = {
        "chapter_key": F("chapter__key"),
        "section_key": F("section__key"),
        "words": F("text__words"),
    }
    names = ("draft_id", "chapter_title", "chapter_position", "title", "position", "discipline_id", "text_id")
    found: dict[int, list[dict]] = defaultdict(list)
    if is_team:
        for row in Placement.objects.filter(draft__in=drafts).values(*names, **fields):
            found[row["draft_id"]].append(row)
        return found
    for draft in drafts:
        found[draft.pk] = list(Placement.objects.readable_by(request.actor, draft).values(*names, **fields))
    return found


def _represent_chapters(
    rows: list[dict], draft: Draft, slugs: dict, newest: Draft | None, manuscript: Manuscript, request: Request
) -> list[dict]:
    chapters: dict[str, dict] = {}
    for row in rows:
        key = row["chapter_key"]
        chapter = chapters.setdefault(
            key,
            {"key": key, "title": row["chapter_title"], "position": row["chapter_position"], "sections": []},
        )
        chapter["sections"].append(
            {
                "key": row["section_key"],
                "title": row["title"],
                "discipline": slugs.get(row["discipline_id"]),
                "position": row["position"],
                "words": row["words"],
                "text_id": str(row["text_id"]),
                "html_url": request.build_absolute_uri(_page(row, draft, newest, manuscript)),
            }
        )
    return list(chapters.values())


def _page(row: dict, draft: Draft, newest: Draft | None, manuscript: Manuscript) -> str:
    """The page a section is read on; before a draft opens, its preview."""
    if not draft.was_opened:
        return reverse("draft", args=[manuscript.slug, draft.number])
    path = reverse("read", args=[manuscript.slug, row["chapter_key"]])
    if newest is None or newest.pk != draft.pk:
        path += f"?draft={draft.number}"
    return path + (f"#s-{row['section_key']}" if row["discipline_id"] else "")


def _changes(draft: Draft, readable: list[dict], is_team: bool, request: Request) -> dict:
    shown = represent_changes(draft.changes)
    if is_team:
        return shown
    known = {row["section_key"] for row in readable} | {row["chapter_key"] for row in readable}
    shown |= {name: [key for key in shown[name] if key in known] for name in LISTS}
    shown["remarks"] = _fates_seen(draft, request)
    return shown


def _fates_seen(draft: Draft, request: Request) -> dict[str, int]:
    """How the notes fared that this person may see: the author's count would tell of others."""
    threads = Thread.objects.visible_to(request.actor).filter(draft__number__lt=draft.number)
    fate = Anchor.objects.filter(thread=OuterRef("pk"), draft=draft).order_by("-attempt").values("fate")[:1]
    counts = Counter(threads.annotate(now=Subquery(fate)).values_list("now", flat=True))
    return {fate: counts[fate] for fate in FATES}

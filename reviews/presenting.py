"""Notes as data: the shape of the REST API, which the reading room and the desk build on.

A fixed number of queries for any number of notes. Names depend on who looks and on the promise each message was
written under (`identity.shown`).
"""

from collections import defaultdict
from collections.abc import Mapping
from typing import Any

from django.db.models import Count, Exists, OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import Coalesce
from django.urls import reverse
from django.utils.translation import gettext as _

from anchoring.selectors import describe
from manuscripts.models import Draft, Manuscript, Membership, Placement, SectionText
from manuscripts.modes import OthersSections
from manuscripts.permissions import Actor

from . import becoming
from .identity import shown
from .models import Agreement, Anchor, Comment, Follow, Mention
from .querysets import closed_section_ids


def iso(moment: Any) -> str | None:
    """RFC 3339, UTC, to the microsecond that is stored."""
    return moment.isoformat().replace("+00:00", "Z") if moment else None


class _Page:
    """Everything that a list of notes needs, loaded once. Hundreds of notes share a few people, chapters and
    sections: these are asked for by themselves and not joined to each note."""

    def __init__(
        self,
        actor: Actor,
        manuscript: Manuscript,
        rows: list[Any],
        draft: Draft | None,
        texts: Mapping[int, str],
    ) -> None:
        self.actor = actor
        self.manuscript = manuscript
        self.draft = draft
        self.me = actor.membership_in(manuscript)
        round_ = draft.round if draft else None
        self.running = (round_ is not None and round_.state == "running") or _some_round_runs(manuscript)
        self.may_write = "write" in actor.scopes
        self.closed = closed_in(draft, self.me)
        self.addresses: dict[str | None, str] = {}
        self.people: dict[tuple[int, str], dict[str, Any]] = {}
        ids = [row.pk for row in rows]
        self.comments: dict[int, list[Any]] = defaultdict(list)
        for comment in Comment.objects.filter(thread__in=ids).values_list(*_COMMENT, named=True):
            self.comments[comment.thread_id].append(comment)
        self.anchors: dict[int, Any] = {}
        self.attempts: dict[int, list[Any]] = defaultdict(list)  # all that were made to place it in this draft
        self.histories: dict[int, list[Any]] = defaultdict(list)  # the place that counts in each draft until this one
        if draft:
            self._load_anchors(ids, draft)
        self._load_texts(rows, texts)
        self._load_places(rows)
        authors = {row.author_id for row in rows} | {c.author_id for found in self.comments.values() for c in found}
        self.members = Membership.objects.select_related("pseudonym_discipline").in_bulk(authors)
        self.slugs = {d.pk: d.resolved().slug for d in manuscript.all_disciplines}

    def _load_anchors(self, ids: list[int], draft: Draft) -> None:
        anchors = Anchor.objects.filter(thread__in=ids, draft__number__lte=draft.number)
        for anchor in anchors.order_by("draft__number", "attempt").values_list(*_ANCHOR, named=True):
            history = self.histories[anchor.thread_id]
            if history and history[-1].draft_id == anchor.draft_id:
                history[-1] = anchor
            else:
                history.append(anchor)
            if anchor.draft_id == draft.pk:
                self.anchors[anchor.thread_id] = anchor
                self.attempts[anchor.thread_id].append(anchor)

    def _load_texts(self, rows: list[Any], texts: Mapping[int, str]) -> None:
        """The words that notes were written on or stand on now; `texts` are already at hand."""
        wanted = {row.text_id for row in rows} | {anchor.text_id for anchor in self.anchors.values()}
        self.texts = dict(texts)
        if missing := wanted - {None} - set(texts):
            self.texts.update(SectionText.objects.filter(pk__in=missing).values_list("pk", "text"))

    def _load_places(self, rows: list[Any]) -> None:
        """Keys of chapters and sections, numbers of drafts, and which discipline a section was addressed to."""
        chapters = {row.chapter_id for row in rows} | {anchor.chapter_id for anchor in self.anchors.values()}
        sections = {row.section_id for row in rows} | {anchor.section_id for anchor in self.anchors.values()}
        drafts = {row.draft_id for row in rows} | ({self.draft.pk} if self.draft else set())
        places = Placement.objects.filter(draft__in=drafts).order_by()
        places = places.filter(Q(chapter__in=chapters - {None}) | Q(section__in=sections - {None}))
        self.numbers: dict[int, int] = {}
        self.chapters: dict[int, str] = {}
        self.sections: dict[int, str] = {}
        self.section_disciplines: dict[tuple[int, int], int | None] = {}
        self.titles: dict[int, str] = {}  # of chapters
        self.standing: set[int] = set()  # chapters of the draft shown
        for place in places.values_list(*_PLACE, named=True):
            self.chapters[place.chapter_id] = place.chapter__key
            self.titles[place.chapter_id] = place.chapter_title
            self.sections[place.section_id] = place.section__key
            self.section_disciplines[place.draft_id, place.section_id] = place.discipline_id
            self.numbers[place.draft_id] = place.draft__number
            if self.draft and place.draft_id == self.draft.pk:
                self.standing.add(place.chapter_id)
        if missing := {row.draft_id for row in rows} - set(self.numbers):
            self.numbers.update(Draft.objects.filter(pk__in=missing).values_list("pk", "number"))

    def person(self, member_id: int, anonymity: str) -> dict[str, Any]:
        """Someone as the actor may see them, for words written under that promise."""
        key = (member_id, anonymity)
        if key not in self.people:
            who = shown(self.actor, self.members[member_id], anonymity)
            seen_id = str(who.id) if who.id else None
            self.people[key] = {"id": seen_id, "name": who.name, "role": who.role, "code": who.code}
        return self.people[key]

    def address(self, chapter: str | None) -> str:
        """The page where a note on that chapter, or on the book, is read."""
        if chapter not in self.addresses:
            slug = self.manuscript.slug
            self.addresses[chapter] = (
                reverse("read", args=[slug, chapter]) if chapter else reverse("read_book", args=[slug])
            )
        return self.addresses[chapter]


def closed_in(draft: Draft | None, viewer: Membership | None) -> set[int]:
    """The sections of the draft that the viewer may not read."""
    if draft is None or viewer is None or draft.round is None:
        return set()
    if draft.round.others_sections != OthersSections.CLOSED:
        return set()
    return closed_section_ids(viewer).get(draft.pk, set())


def _some_round_runs(manuscript: Manuscript) -> bool:
    return bool(manuscript.rounds.filter(state="running").exists())


# Plain columns and not models: with hundreds of notes, making the objects takes longer than asking for them.
_THREAD = ["pk", "manuscript_id", "author_id", "scope", "kind", "reaction", "replacement", "discipline_id"]
_THREAD += ["visibility", "quote_permission", "via", "recorded_by_id", "external_id", "status", "draft_id"]
_THREAD += ["chapter_id", "section_id", "text_id", "start", "end", "created", "updated", "withdrawn"]
_THREAD += ["decision__decision", "decision__reason", "decision__duplicate_of_id", "decision__at"]
_THREAD += ["decision__applied_in__number", "decision__applied_in__label", "agreements_count", "agreed"]
_THREAD += ["chosen", "names_me"]
_COMMENT = ["pk", "thread_id", "author_id", "body", "anonymity", "created", "edited", "withdrawn"]
_ANCHOR = ["thread_id", "draft_id", "draft__label", *becoming.PLACE]
_PLACE = ["draft_id", "draft__number", "chapter_id", "chapter__key", "chapter_title", "section_id", "section__key"]
_PLACE += ["discipline_id"]


class TooMany(Exception):
    """There are more notes than were to be presented at once."""


def present(
    actor: Actor,
    threads: QuerySet,
    draft: Draft | None,
    texts: Mapping[int, str] | None = None,
    most: int | None = None,
) -> list[dict[str, Any]]:
    """The notes of `threads` (of one manuscript, already narrowed to what the actor may see), in its order, as they
    stand in `draft`: the API's shape with paths for URLs, and `mine`, `agreed`, `can` and more for pages. `texts` are
    canonical texts by SectionText id that the caller has at hand. Raises TooMany for more than `most` notes."""
    viewers = [membership.pk for membership in actor.memberships().values()]
    agreed = Agreement.objects.filter(thread=OuterRef("pk"))
    number = agreed.order_by().values("thread").annotate(n=Count("pk")).values("n")
    mentions = Mention.objects.filter(comment__thread=OuterRef("pk"), comment__withdrawn=None)
    noted = threads.annotate(
        agreements_count=Coalesce(Subquery(number), 0),
        agreed=Exists(agreed.filter(member__in=viewers)),
        chosen=follow_chosen(viewers),
        names_me=Exists(mentions.filter(member__in=viewers)),
    )
    listed = noted.values_list(*_THREAD, named=True)
    rows = list(listed[: most + 1] if most is not None else listed)
    if most is not None and len(rows) > most:
        raise TooMany
    if not rows:
        return []
    manuscript = draft.manuscript if draft else Manuscript.objects.get(pk=rows[0].manuscript_id)
    page = _Page(actor, manuscript, rows, draft, texts or {})
    return [_thread(page, row) for row in rows]


def _thread(page: _Page, row: Any) -> dict[str, Any]:
    comments = page.comments[row.pk]
    first = comments[0]
    author = page.person(row.author_id, first.anonymity)
    known = author["id"] is not None  # how it came may tell from whom
    anchor = _anchor(page, row)
    html_url = page.address(_chapter_read(page, row))
    section = page.section_disciplines.get((row.draft_id, row.section_id))
    mine = page.me is not None and row.author_id == page.me.pk
    can, became = _can(page, row, comments, mine), _became(page, row)
    return {
        "id": str(row.pk),
        "url": f"/api/v1/threads/{row.pk}/",
        "html_url": f"{html_url}#note-{row.pk}",
        "external_id": row.external_id if known else None,
        "scope": row.scope,
        "kind": row.kind,
        "reaction": row.reaction or None,
        "body": first.body,
        "replacement": row.replacement,
        "visibility": row.visibility,
        "quote_permission": row.quote_permission,
        "via": row.via if known else "",
        "author": author,
        "discipline": page.slugs.get(row.discipline_id),
        "section_discipline": page.slugs.get(section),
        "written_on": _written_on(page, row),
        "anchor": anchor,
        "status": row.status,
        "decision": _decision(row),
        "agreements": row.agreements_count,
        "comments": [_comment(page, c) for c in comments if c is first or c.withdrawn is None],
        "withdrawn": row.withdrawn is not None,
        "created": iso(row.created),
        "updated": iso(row.updated),
        "mine": mine,
        "agreed": row.agreed,
        "following": _follows(page, row, comments),
        "names_me": row.names_me,
        "can": can,
        "became": became,
        "applied": row.decision__applied_in__label,
        "place_at": reverse("note_place", args=[page.manuscript.slug, row.pk]) if can["place"] and became else "",
        "placed_before": can["place"] and becoming.before_placing(page.attempts[row.pk]) is not None,
    }


def follow_chosen(viewers: list[int]) -> Subquery:
    """Of a thread: whether one of these members chose to follow it; None where they chose nothing."""
    return Subquery(Follow.objects.filter(thread=OuterRef("pk"), member__in=viewers).values("following")[:1])


def _follows(page: _Page, row: Any, comments: list[Any]) -> bool:
    """As `ThreadQuerySet.followed_by` says it of one."""
    if row.chosen is not None or page.me is None:
        return bool(row.chosen)
    return any(c.author_id == page.me.pk and c.withdrawn is None for c in comments)


def _chapter_read(page: _Page, row: Any) -> str | None:
    """The chapter on whose page a note is read; None for the page of the book, which holds what has no chapter."""
    anchor = page.anchors.get(row.pk)
    chapter_id = anchor.chapter_id if anchor else row.chapter_id
    return page.chapters.get(chapter_id) if chapter_id in page.standing or not page.draft else None


def _comment(page: _Page, row: Any) -> dict[str, Any]:
    return {
        "id": str(row.pk),
        "author": page.person(row.author_id, row.anonymity),
        "body": row.body,
        "created": iso(row.created),
        "edited": iso(row.edited),
        "mine": page.me is not None and row.author_id == page.me.pk,
    }


def _written_on(page: _Page, row: Any) -> dict[str, Any]:
    selector = None
    if row.text_id and row.start is not None and row.end is not None:
        selector = describe(page.texts[row.text_id], row.start, row.end)
    return {
        "draft": page.numbers[row.draft_id],
        "chapter": page.chapters.get(row.chapter_id),
        "section": page.sections.get(row.section_id),
        "text_id": str(row.text_id) if row.text_id else None,
        "selector": selector,
    }


def _anchor(page: _Page, row: Any) -> dict[str, Any] | None:
    if page.draft is None:
        return None
    if row.scope == "chapter":
        stands = row.chapter_id in page.standing
        fate, reason = ("kept", "") if stands else ("detached", _("Its chapter was removed"))
        return _place(page, None, page.chapters[row.chapter_id], fate=fate, reason=reason)
    anchor = page.anchors.get(row.pk)
    return _place(page, anchor, None) if anchor else None


def _place(page: _Page, anchor: Any, chapter: str | None, fate: str = "", reason: str = "") -> dict[str, Any]:
    place: dict[str, Any] = {
        "draft": page.draft.number if page.draft else None,
        "chapter": chapter,
        "section": None,
        "text_id": None,
        "start": None,
        "end": None,
        "exact": None,
        "fate": fate,
        "confidence": 1.0,
        "reason": reason,
        "by": "worker",
        "near": None,
    }
    if anchor is None:
        return place
    if anchor.section_id in page.closed:  # one's own note, carried to words one may not read
        return {**place, "fate": "detached", "reason": _("It stands in a section that is closed to you")}
    place.update(fate=anchor.fate, confidence=anchor.confidence, reason=anchor.reason, by=anchor.by)
    place["chapter"] = page.chapters.get(anchor.chapter_id)
    place["section"] = page.sections.get(anchor.section_id)
    if anchor.fate == "detached":
        if anchor.text_id and anchor.near is not None:
            place["near"] = {"text_id": str(anchor.text_id), "offset": anchor.near}
        return place
    place["text_id"] = str(anchor.text_id) if anchor.text_id else None
    if anchor.start is not None and anchor.end is not None:
        place.update(start=anchor.start, end=anchor.end)
        place["exact"] = page.texts[anchor.text_id][anchor.start : anchor.end]
    return place


def _became(page: _Page, row: Any) -> dict[str, Any] | None:
    """What to say of its words on a page, and in which draft it happened (`becoming.became`)."""
    history = page.histories.get(row.pk)
    anchor = page.anchors.get(row.pk)
    if not history or anchor is None or anchor.section_id in page.closed:
        return None
    if len(history) == 1 and anchor.fate == "kept" and anchor.by == "worker":
        return None  # most notes, in a draft that many were written on
    same = anchor.text_id == row.text_id and anchor.start == row.start
    if not same and anchor.start is not None and row.start is not None:
        now, then = page.texts[anchor.text_id][anchor.start : anchor.end], page.texts[row.text_id][row.start : row.end]
        same = now.split() == then.split()
    found = becoming.became(history, same)
    if found is None:
        return None
    shown = anchor if found.fate == "edited" else row if found.fate == "detached" else None
    before = after = ""
    if shown is not None and shown.start is not None:
        before, after = around(page.texts[shown.text_id], shown.start, shown.end)
    known = found.left == row.chapter_id or (page.me is not None and page.me.is_author_team)
    left = page.titles.get(found.left, "") if known else ""  # others may not know of every chapter on its way
    instead = ""
    if found.fate == "detached" and anchor.near_end and anchor.text_id and row.start is not None:
        instead = page.texts[anchor.text_id][anchor.near : anchor.near_end]
    return {**found._asdict(), "left": left, "before": before, "after": after, "instead": instead}


def around(text: str, start: int, end: int, most: int = 300) -> tuple[str, str]:
    """What stands in the same paragraph before and after a range: at most so many characters each, whole words."""
    before = text[max(text.rfind("\n", 0, start) + 1, start - 2 * most) : start]
    last = text.find("\n", end)
    after = text[end : last if 0 <= last < end + 2 * most else end + 2 * most]
    if len(before) > most:
        before = "… " + before[-most:].split(" ", 1)[-1]
    if len(after) > most:
        after = after[:most].rsplit(" ", 1)[0] + " …"
    return before, after


def _decision(row: Any) -> dict[str, Any] | None:
    if row.decision__decision is None:
        return None
    return {
        "decision": row.decision__decision,
        "reason": row.decision__reason,
        "duplicate_of": str(row.decision__duplicate_of_id) if row.decision__duplicate_of_id else None,
        "applied_in": row.decision__applied_in__number,
        "at": iso(row.decision__at),
    }


def _can(page: _Page, row: Any, comments: list[Any], mine: bool) -> dict[str, bool]:
    """What a page offers; the permission table decides again when it is done."""
    me = page.me
    if me is None or not page.may_write:
        return dict.fromkeys(("edit", "withdraw", "reply", "agree", "decide", "place", "follow"), False)
    reader_may = page.running and me.role == "reviewer"
    recorded = row.recorded_by_id is not None and me.is_author_team
    return {
        "edit": mine and row.withdrawn is None and not _answered(row, comments),
        "withdraw": (mine or recorded) and row.withdrawn is None,
        "reply": me.is_author_team or reader_may or (mine and page.running),
        "agree": reader_may and not mine and row.withdrawn is None,
        "decide": me.is_author_team,
        "follow": True,
        "place": row.scope == "section" and (me.is_author_team or (mine and page.running and row.withdrawn is None)),
    }


def _answered(row: Any, comments: list[Any]) -> bool:
    """Whether the author decided or someone else wrote below the note: then its words stay as they are."""
    return row.status == "decided" or any(c.withdrawn is None and c.author_id != row.author_id for c in comments[1:])

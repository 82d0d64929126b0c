"""One consistent picture of a manuscript at one moment, read in a fixed number of queries."""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from sys import intern
from typing import Any, NamedTuple

from django.db import connection, transaction
from django.db.models import Count, Q
from django.db.models.functions import Length
from django.utils import timezone

from manuscripts.models import Discipline, Draft, Manuscript, Membership, Placement, SectionText
from reports import snapshot as shot
from reviews.answers import standing
from reviews.contents import READ_SHARE
from reviews.models import Anchor, Comment, Reading, Review, Thread

CONTEXT = 160  # code points of the paragraph shown before and after a quote
LONGEST_QUOTE = 600
TEAM = ("author", "co_author")


@contextmanager
def one_moment() -> Iterator[None]:
    """Every query inside sees the same state of the database, and nobody who writes has to wait for it.

    Inside a transaction of the caller's that one is as good as it is.
    """
    if connection.in_atomic_block:
        yield
    elif connection.vendor == "sqlite":
        with reading_only():
            yield
    else:
        with transaction.atomic():
            with connection.cursor() as cursor:
                cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
            yield


@contextmanager
def reading_only() -> Iterator[None]:
    """A transaction of SQLite that takes no lock for writing, which the immediate ones of `atomic` do."""
    with connection.cursor() as cursor:
        cursor.execute("BEGIN DEFERRED")
        try:
            yield
        finally:
            cursor.execute("ROLLBACK")


def rfc3339(moment: datetime | None) -> str:
    """A time in UTC with microseconds, so that times sort as text; empty for none."""
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ") if moment else ""


def collect(manuscript: Manuscript, draft: Draft | None) -> shot.Snapshot:
    """The snapshot of one draft of the manuscript; of a book that was never opened, one without answers and notes."""
    with one_moment():
        return Collector(manuscript, draft).snapshot()


class Said(NamedTuple):
    """A message of a thread."""

    author: int
    body: str
    created: datetime
    promise: str


class Standing(NamedTuple):
    """Where a thread stands in the draft: id of the text and code points in it, keys of chapter and section."""

    text: int | None
    start: int | None
    end: int | None
    fate: str
    chapter: str
    section: str


class Collector:
    """Reads everything a report needs of one draft."""

    def __init__(self, manuscript: Manuscript, draft: Draft | None):
        self.manuscript, self.draft = manuscript, draft
        self.rows = list(manuscript.disciplines.all())
        by_id = {row.pk: row for row in self.rows}
        self.slugs = {row.pk: root(row, by_id).slug for row in self.rows}

    def snapshot(self) -> shot.Snapshot:
        """All of it as plain values."""
        draft, round_ = self.draft, self.draft.round if self.draft else None
        members = list(
            self.manuscript.memberships.prefetch_related("disciplines").select_related("pseudonym_discipline")
        )
        places = list(self._places()) if draft else []
        return shot.Snapshot(
            slug=self.manuscript.slug,
            title=self.manuscript.title,
            as_of=rfc3339(timezone.now()),
            language=self.manuscript.language,
            time_zone=self.manuscript.time_zone,
            authors=tuple(m.name for m in members if m.role in TEAM and m.removed is None),
            draft=draft.number if draft else None,
            label=(draft.label or str(draft.number)) if draft else "",
            round=round_.number if round_ else None,
            visibility=round_.visibility if round_ else "open",
            anonymity=round_.anonymity if round_ else "peers",
            others_sections=round_.others_sections if round_ else "open",
            opened=rfc3339(draft.opened) if draft else "",
            deadline=round_.deadline.isoformat() if round_ and round_.deadline else "",
            disciplines=tuple(
                shot.Discipline(d.slug, d.code, d.name, d.span) for d in self.rows if d.merged_into_id is None
            ),
            merged={d.slug: self.slugs[d.pk] for d in self.rows if d.merged_into_id is not None},
            members=tuple(self._member(m) for m in members),
            chapters=tuple(self._chapters(places)),
            sections=tuple(self._sections(places)),
            sources=tuple(sources(places)),
            reviews=tuple(self._reviews()) if round_ else (),
            questions=tuple(self._questions()),
            answers=tuple(self._answers(draft)) if draft else (),
            remarks=tuple(self._remarks()) if draft else (),
            before=self._before(),
        )

    def _slug(self, discipline_id: int | None) -> str:
        return self.slugs.get(discipline_id or 0, "")

    def _member(self, m: Membership) -> shot.Member:
        own = {self.slugs[d.pk] for d in m.disciplines.all()}
        return shot.Member(
            id=str(m.pk),
            name=m.name,
            pseudonym=m.pseudonym,
            role=m.role,
            disciplines=tuple(d.slug for d in self.rows if d.merged_into_id is None and d.slug in own),
            sphere=m.sphere,
            years=m.years,
        )

    def _places(self) -> Iterable[Placement]:
        rows = Placement.objects.filter(draft=self.draft).select_related("chapter", "section", "source")
        rows = rows.annotate(length=Length("text__text"))
        return rows.only(
            "chapter_position",
            "chapter_title",
            "position",
            "title",
            "discipline_id",
            "text_id",
            "chapter__key",
            "section__key",
            "source__format",
            "source__sha256",
        )

    def _chapters(self, places: list[Placement]) -> Iterator[shot.Chapter]:
        """A chapter is asked about where it has a common section and is not the front matter."""
        common = {p.chapter_id for p in places if p.discipline_id is None and p.chapter_position}
        for p in {p.chapter_id: p for p in reversed(places)}.values():
            yield shot.Chapter(p.chapter.key, p.chapter_title, p.chapter_position, p.chapter_id in common)

    def _sections(self, places: list[Placement]) -> Iterator[shot.Section]:
        uploaded = self._uploaded(places)
        for p in places:
            own = self._slug(p.discipline_id)
            title = p.title or (p.chapter_title if own else "")
            yield shot.Section(
                p.section.key,
                p.chapter.key,
                title,
                p.position,
                own,
                p.length,
                p.text_id,
                uploaded.get((p.section_id, p.source_id), p.text_id),
                str(p.source_id or ""),
            )

    def _uploaded(self, places: list[Placement]) -> dict[tuple[int, int | None], int]:
        """The words each section had when its file came: by section and source, the text of their first draft."""
        if self.draft is None:
            return {}
        rows = Placement.objects.filter(
            draft__manuscript=self.manuscript,
            draft__number__lte=self.draft.number,
            source__in={p.source_id for p in places if p.source_id},
        )
        rows = rows.order_by("-draft__number")
        return {
            (section, source): text for section, source, text in rows.values_list("section_id", "source_id", "text_id")
        }

    def _reviews(self) -> Iterator[shot.Review]:
        assert self.draft is not None
        read: dict[int, set[str]] = defaultdict(set)
        seen = Reading.objects.filter(draft__round=self.draft.round_id, share__gte=READ_SHARE)
        for member, key in seen.values_list("member_id", "chapter__key"):
            read[member].add(key)
        parts = Review.objects.filter(round=self.draft.round_id).select_related("member")
        for part in parts:
            present = part.member.removed is None and part.member.role == "reviewer"
            yield shot.Review(str(part.member_id), part.state, frozenset(read[part.member_id]), present)

    def _questions(self) -> Iterator[shot.Question]:
        for q in self.manuscript.questions.prefetch_related("chapters", "disciplines"):
            yield shot.Question(
                id=str(q.pk),
                kind=q.kind,
                text=q.text,
                code=q.code or "",
                scopes=tuple(q.scopes),
                options=tuple(q.options),
                position=q.position,
                chapters=tuple(c.key for c in q.chapters.all()) or None,
                disciplines=tuple(sorted({self._slug(d.pk) for d in q.disciplines.all()})) or None,
                retired=q.retired,
            )

    def _before(self) -> shot.Before | None:
        """The last draft of the round before."""
        if self.draft is None or self.draft.round is None:
            return None
        earlier = self.manuscript.drafts.filter(round__number__lt=self.draft.round.number)
        draft = earlier.select_related("round").order_by("number").last()
        return shot.Before(draft.number, draft.label, tuple(self._answers(draft))) if draft else None

    def _answers(self, draft: Draft) -> Iterator[shot.Answer]:
        """Those that stand for a draft. Whether and which is decided where answers are kept."""
        rows = standing(self.manuscript, draft).select_related("question", "chapter", "section", "draft")
        for a in rows:
            yield shot.Answer(
                id=f"{a.pk:012}",
                member=str(a.member_id),
                question=str(a.question_id),
                scope=a.scope,
                key=a.key or "",
                discipline=self._slug(a.discipline_id),
                value=int(a.value) if a.question.kind == "rating" and (a.value or "").isdigit() else a.value,
                words=a.words,
                draft=a.draft.label or "",
                updated=rfc3339(a.updated),
                promise=a.anonymity,
                via=a.via,
            )

    def _remarks(self) -> Iterator[shot.Remark]:
        """The notes written by then, each where it stands in the draft. Rows pass by one at a time: of a large round
        nothing is held but what the snapshot holds, and words that recur are held once (`intern`)."""
        assert self.draft is not None
        threads = Thread.objects.filter(
            manuscript=self.manuscript, draft__number__lte=self.draft.number, withdrawn=None
        )
        messages = Comment.objects.filter(thread__manuscript=self.manuscript, withdrawn=None).order_by("created", "pk")
        anchors = Anchor.objects.filter(draft=self.draft).order_by("attempt")
        used = Q(pk__in=threads.values("text_id")) | Q(pk__in=anchors.values("text_id"))
        texts = dict(SectionText.objects.filter(used).values_list("pk", "text"))
        said: dict[int, list[Said]] = defaultdict(list)
        for thread, *message in messages.values_list(
            "thread_id", "author_id", "body", "created", "anonymity"
        ).iterator():
            said[thread].append(Said(*message))
        stands = {
            thread: Standing(*where, intern(fate), intern(chapter or ""), intern(section or ""))
            for thread, *where, fate, chapter, section in anchors.values_list(
                "thread_id", "text_id", "start", "end", "fate", "chapter__key", "section__key"
            ).iterator()
        }
        rows = threads.select_related("chapter", "decision", "draft", "quote_choice")
        for t in rows.annotate(agreed=Count("agreements")).iterator():
            if messages_of := said.pop(t.pk, None):
                yield self._remark(t, messages_of, stands.get(t.pk), texts)

    def _remark(self, t: Thread, said: list[Said], anchor: Standing | None, texts: dict[int, str]) -> shot.Remark:
        first, *rest = said
        decision = getattr(t, "decision", None)
        quoted = getattr(t, "quote_choice", None)
        return shot.Remark(
            id=str(t.pk),
            member=intern(str(t.author_id)),
            kind=intern(t.kind),
            body=first.body,
            discipline=self._slug(t.discipline_id),
            scope=intern(t.scope),
            reaction=intern(t.reaction),
            replacement=t.replacement,
            decision=decision.decision if decision else "",
            reason=decision.reason if decision else "",
            agreements=t.agreed,  # type: ignore[attr-defined]
            replies=tuple(shot.Reply(str(c.author), c.body, rfc3339(c.created), c.promise) for c in rest),
            visibility=intern(t.visibility),
            permission=intern(t.quote_permission),
            promise=intern(first.promise),
            via=t.via,
            created=rfc3339(t.created),
            earlier=t.draft.round_id != (self.draft.round_id if self.draft else None),
            choice=quoted.choice if quoted else "",
            **place_of(t, anchor, texts),
        )


def sources(places: list[Placement]) -> Iterator[shot.Source]:
    """The files that the sections come from, in their order."""
    for source in {p.source_id: p.source for p in places}.values():
        if source is not None:
            yield shot.Source(str(source.pk), source.format, source.sha256)


def root(row: Discipline, by_id: dict[int, Discipline]) -> Discipline:
    """What stands for a discipline after all merges."""
    seen: set[int] = set()
    while row.merged_into_id and row.pk not in seen:
        seen.add(row.pk)
        row = by_id[row.merged_into_id]
    return row


def place_of(t: Thread, anchor: Standing | None, texts: dict[int, str]) -> dict[str, Any]:
    """Where a note stands in the draft: chapter, section, words in context, fate. Detached: the words it was on."""
    if t.scope != "section":
        return {"chapter": t.chapter.key if t.chapter else ""}
    chapter, section = (anchor.chapter, anchor.section) if anchor else ("", "")
    if anchor is None or anchor.fate == "detached":
        old = texts.get(t.text_id or 0, "")
        quote = old[t.start : t.end] if t.start is not None else ""
        return {"chapter": chapter, "section": section, "quote": shortened(quote), "fate": "detached"}
    if anchor.text is None or anchor.start is None or anchor.end is None:
        return {"chapter": chapter, "section": section, "fate": anchor.fate}
    text = texts[anchor.text]
    before, after = around(text, anchor.start, anchor.end)
    return {
        "chapter": chapter,
        "section": section,
        "before": before,
        "quote": shortened(text[anchor.start : anchor.end]),
        "after": after,
        "start": anchor.start,
        "end": anchor.end,
        "fate": anchor.fate,
    }


def shortened(quote: str) -> str:
    """A quote of at most LONGEST_QUOTE code points; an ellipsis stands for its middle."""
    half = LONGEST_QUOTE // 2
    return quote if len(quote) <= LONGEST_QUOTE else f"{quote[:half]} … {quote[-half:]}"


def around(text: str, start: int, end: int) -> tuple[str, str]:
    """The rest of the paragraph before and after a quote, cut between words."""
    before = text[text.rfind("\n", 0, start) + 1 : start]
    stop = text.find("\n", end)
    after = text[end : stop if stop >= 0 else len(text)]
    if len(before) > CONTEXT:
        before = "… " + before[-CONTEXT:].split(" ", 1)[-1]
    if len(after) > CONTEXT:
        after = after[:CONTEXT].rsplit(" ", 1)[0] + " …"
    return before, after

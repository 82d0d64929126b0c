"""What a draft holds for one reader: their own pages first, what everyone reads, the sections of others."""

import re
from dataclasses import dataclass, field

from django.db.models import Exists, OuterRef, Subquery
from django.utils.translation import gettext as _

from manuscripts.models import Discipline, Draft, Membership, Placement
from manuscripts.permissions import Actor

WORDS_A_MINUTE = 238  # silent reading of non-fiction: Brysbaert 2019, doi 10.1016/j.jml.2019.104047
WORDS_A_PAGE = 275
READ_SHARE = 0.95  # a chapter seen this far counts as read
NUMBERED = re.compile(r"\s*(?:\d+\s*[.:)]|chapter\b)", re.IGNORECASE)


def minutes(words: int) -> int:
    """Reading time in whole minutes, at least one."""
    return max(1, round(words / WORDS_A_MINUTE))


def pages(words: int) -> int:
    """Printed pages, at least one."""
    return max(1, round(words / WORDS_A_PAGE))


def numbered(position: int, title: str) -> str:
    """`3. The title`; as it stands where the author numbered it, and for front matter."""
    if not position or NUMBERED.match(title):
        return title
    return f"{position}. {title}"


@dataclass
class SectionLine:
    """One discipline's section in the contents."""

    key: str
    chapter_key: str
    title: str
    discipline: Discipline
    words: int
    mine: bool
    share: float

    @property
    def minutes(self) -> int:
        return minutes(self.words)

    @property
    def pages(self) -> int:
        return pages(self.words)

    @property
    def state(self) -> str:
        return reading_state(self.share)


@dataclass
class ChapterLine:
    """One chapter in the contents; `words` counts what this person may read of it."""

    key: str
    position: int
    title: str
    words: int = 0
    common_words: int = 0
    is_common: bool = False
    share: float = 0.0
    disciplines: list[Discipline] = field(default_factory=list)

    @property
    def label(self) -> str:
        return numbered(self.position, self.title)

    @property
    def minutes(self) -> int:
        return minutes(self.words)

    @property
    def minutes_left(self) -> int:
        return minutes(round(self.words * (1 - self.share)))

    @property
    def common_minutes(self) -> int:
        """For what everyone reads of it."""
        return minutes(self.common_words)

    @property
    def common_minutes_left(self) -> int:
        return 0 if self.state == "read" else minutes(round(self.common_words * (1 - self.share)))

    @property
    def state(self) -> str:
        return reading_state(self.share)

    @property
    def percent(self) -> int:
        return round(self.share * 100)


@dataclass
class Contents:
    chapters: list[ChapterLine]
    own: list[SectionLine]
    others: list[SectionLine]

    @property
    def common(self) -> list[ChapterLine]:
        """The chapters everyone reads."""
        return [line for line in self.chapters if line.is_common]

    def chapter(self, key: str) -> ChapterLine | None:
        return next((line for line in self.chapters if line.key == key), None)

    def beside(self, key: str) -> tuple[ChapterLine | None, ChapterLine | None]:
        """The chapters before and after that one, None at the ends."""
        at = next(i for i, line in enumerate(self.chapters) if line.key == key)
        before = self.chapters[at - 1] if at else None
        after = self.chapters[at + 1] if at + 1 < len(self.chapters) else None
        return before, after


def reading_state(share: float) -> str:
    """`read`, `part` or `unread`, of the share of a chapter that was seen (0-1)."""
    if share >= READ_SHARE:
        return "read"
    return "part" if share > 0.02 else "unread"


def contents(actor: Actor, draft: Draft, membership: Membership) -> Contents:
    """What the actor may read of `draft`, with how far they got: what they read in an older draft and stands there as
    it was counts too."""
    own_ids = set() if membership.is_author_team else membership.own_discipline_ids()
    same = Placement.objects.filter(draft=OuterRef("draft"), text=OuterRef(OuterRef("text")))
    read = membership.readings.filter(Exists(same), draft__number__lte=draft.number, chapter=OuterRef("chapter"))
    read = read.order_by("-share").values("share")[:1]
    rows = Placement.objects.readable_by(actor, draft).select_related("chapter", "section", "discipline", "text")
    rows = rows.defer("text__html", "text__markdown", "text__text").annotate(share=Subquery(read))
    rows = rows.order_by("chapter_position", "position")
    chapters: dict[int, ChapterLine] = {}
    own: list[SectionLine] = []
    others: list[SectionLine] = []
    for row in rows:
        share = row.share or 0.0
        line = chapters.get(row.chapter_id)
        if line is None:
            title = row.chapter_title or (_("Front matter") if row.chapter_position == 0 else row.chapter.key)
            line = ChapterLine(row.chapter.key, row.chapter_position, title, share=share)
            chapters[row.chapter_id] = line
        line.share = min(line.share, share)
        line.words += row.text.words
        if row.discipline is None:
            line.is_common = True
            line.common_words += row.text.words
            continue
        line.disciplines.append(row.discipline)
        mine = row.discipline_id in own_ids
        section = SectionLine(
            row.section.key,
            row.chapter.key,
            row.title or row.discipline.name,
            row.discipline,
            row.text.words,
            mine,
            share,
        )
        (own if mine else others).append(section)
    return Contents(list(chapters.values()), own, others)

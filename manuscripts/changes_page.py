"""What one draft changed against another, section by section, as one person may see it: what stands in both drafts
must be theirs to read in both."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from django.utils.translation import gettext as _

from .changes import Difference, Place, differences
from .maps import text_maps
from .marking import Group, Put, Wrap, fold, mark
from .models import Draft, Placement, SectionText
from .moves import kept_moves, with_words
from .passages import Pair, Side, Told, count, tell
from .permissions import Actor
from .rendering import display

MOST_WORDS = 120_000  # of changed sections, old and new, on one page; the rest is shown chapter by chapter
HEADINGS = 2  # levels that the headings of a text stand lower here than in the book
LABEL = 70  # characters of a passage that name it


@dataclass
class Line:
    """One section in the list of changes; `state` as in Difference, or removed."""

    key: str
    place: Placement
    state: str
    moved: bool = False
    was_title: str = ""
    was_chapter: str = ""
    inserted: int = 0
    deleted: int = 0
    moves: int = 0
    groups: list[Group] | None = None  # None: too much for this page

    @property
    def title(self) -> str:
        return self.place.title or self.place.chapter_title or _("Front matter")

    @property
    def is_chapter(self) -> bool:
        """Whether it is the text that bears its chapter's own title."""
        return self.place.discipline_id is None and self.place.title in ("", self.place.chapter_title)

    @property
    def differs(self) -> bool:
        """Whether its words differ, in any way."""
        return self.state != "unchanged"

    @property
    def only_form(self) -> bool:
        """Its words are the same, and what stands between them is not: emphasis, links, levels of headings."""
        return self.state in ("changed", "renamed") and not (self.inserted or self.deleted or self.moves)


@dataclass
class ChapterLines:
    """A chapter with its sections; `was_title` where it was renamed."""

    place: Placement
    was_title: str = ""
    lines: list[Line] = field(default_factory=list)

    @property
    def differs(self) -> bool:
        return any(line.differs or line.moved for line in self.lines)

    @property
    def gone(self) -> bool:
        return all(line.state == "removed" for line in self.lines)


@dataclass
class ChangesPage:
    draft: Draft
    against: Draft
    chapters: list[ChapterLines]

    @property
    def lines(self) -> list[Line]:
        return [line for chapter in self.chapters for line in chapter.lines]

    def number(self, state: str) -> int:
        return sum(line.state == state for line in self.lines)

    @property
    def changed(self) -> int:
        return self.number("changed") + self.number("renamed")

    @property
    def added(self) -> int:
        return self.number("added")

    @property
    def removed(self) -> int:
        return self.number("removed")

    @property
    def moved(self) -> int:
        return sum(line.moved for line in self.lines)

    @property
    def differs(self) -> bool:
        return any(chapter.differs for chapter in self.chapters)

    @property
    def whole(self) -> bool:
        """Whether every section that differs is shown here."""
        return all(line.groups is not None for line in self.lines if line.differs)

    @property
    def inserted(self) -> int:
        return sum(line.inserted for line in self.lines)

    @property
    def deleted(self) -> int:
        return sum(line.deleted for line in self.lines)


def draft_before(actor: Actor, draft: Draft) -> Draft | None:
    """What a draft is compared with where nothing else is asked: the newest one before it that was open."""
    rows = Draft.objects.visible_to(actor).filter(manuscript=draft.manuscript_id, number__lt=draft.number)
    return rows.filter(state__in=["open", "closed"]).select_related("round").order_by("-number").first()


def changes_page(actor: Actor, draft: Draft, against: Draft, image_base: str, chapter: str = "") -> ChangesPage:
    """The page; of one chapter's words where its key is given. Aligns what was not aligned before."""
    old, new = both_readable(actor, against, draft)
    lines, wanted = _lines(old, new, chapter)
    pairs = pairs_of(old, new, wanted)
    moves = [move for move in kept_moves(against, draft) if move.old in wanted and move.new in wanted]
    told = tell(pairs, with_words(moves, old))
    for pair in pairs:
        titles = {line.key: line.title for line in lines.values()}
        _fill_in(lines[pair.key], pair, told[pair.key], titles, image_base)
    return ChangesPage(draft, against, _chapters(lines.values(), old))


def both_readable(actor: Actor, old: Draft, new: Draft) -> tuple[dict[str, Placement], dict[str, Placement]]:
    """The placements of both drafts by section key, without the sections that the actor may not read in one of them.
    Their words are left out."""
    rows = Placement.objects.filter(draft__in=[old, new]).select_related("section", "chapter", "discipline")
    rows = rows.select_related("text").defer("text__html", "text__markdown", "text__text")
    found: dict[int, dict[str, Placement]] = {old.pk: {}, new.pk: {}}
    for row in rows.order_by("chapter_position", "position"):
        found[row.draft_id][row.section.key] = row
    closed: set[str] = set()
    for draft in (old, new):
        readable = set(Placement.objects.readable_by(actor, draft).values_list("section__key", flat=True))
        closed |= set(found[draft.pk]) - readable
    return tuple(  # type: ignore[return-value]
        {key: row for key, row in found[draft.pk].items() if key not in closed} for draft in (old, new)
    )


def _texts(rows: Iterable[Placement]) -> dict[int, SectionText]:
    return SectionText.objects.in_bulk({row.text_id for row in rows})


def _lines(
    old: Mapping[str, Placement], new: Mapping[str, Placement], chapter: str
) -> tuple[dict[str, Line], list[str]]:
    """Every section of both drafts in the order of the new one, a removed one after the one it followed; and the keys
    of those whose words are shown."""
    texts = _texts([row for key, row in (*old.items(), *new.items()) if _other(old, new, key)])
    states = differences(_places(old, texts), _places(new, texts), count=False)
    order = list(new)
    before = ""
    for key in old:
        if key not in new:
            order.insert(order.index(before) + 1 if before in order else 0, key)
        before = key
    lines: dict[str, Line] = {}
    wanted: list[str] = []
    words = 0
    for key in order:
        line = lines[key] = _line(old.get(key), new.get(key), states.get(key))
        if not line.differs:
            continue
        if chapter and chapter not in {row[key].chapter.key for row in (old, new) if key in row}:
            continue
        words += sum(row[key].text.words for row in (old, new) if key in row)
        if words <= MOST_WORDS or not wanted:
            wanted.append(key)
    return lines, wanted


def _other(old: Mapping[str, Placement], new: Mapping[str, Placement], key: str) -> bool:
    return key in old and key in new and old[key].text_id != new[key].text_id


def _places(rows: Mapping[str, Placement], texts: Mapping[int, SectionText]) -> list[Place]:
    return [
        Place(key, row.chapter.key, row.title, row.text_id, texts[row.text_id].markdown if row.text_id in texts else "")
        for key, row in rows.items()
    ]


def _line(was: Placement | None, now: Placement | None, difference: Difference | None) -> Line:
    if now is None or difference is None:
        assert was
        return Line(was.section.key, was, "removed")
    line = Line(now.section.key, now, difference.state, difference.moved)
    if was and was.title != now.title:
        line.was_title = was.title
    if was and was.chapter_id != now.chapter_id:
        line.was_chapter = was.chapter_title
    return line


def pairs_of(old: Mapping[str, Placement], new: Mapping[str, Placement], keys: Sequence[str]) -> list[Pair]:
    """The words of these sections in both drafts, aligned."""
    texts = _texts(rows[key] for key in keys for rows in (old, new) if key in rows)
    both = [key for key in keys if key in old and key in new]
    maps = text_maps([(texts[old[key].text_id], texts[new[key].text_id]) for key in both])
    aligned = dict(zip(both, maps, strict=True))
    pairs = []
    for key in keys:
        was = texts[old[key].text_id] if key in old else None
        now = texts[new[key].text_id] if key in new else None
        pairs.append(Pair(key, was and Side(was.text, was.html), now and Side(now.text, now.html), aligned.get(key)))
    return pairs


def _chapters(lines: Iterable[Line], old: Mapping[str, Placement]) -> list[ChapterLines]:
    was = {row.chapter_id: row.chapter_title for row in old.values()}
    chapters: dict[int, ChapterLines] = {}
    for line in lines:
        place = line.place
        if place.chapter_id not in chapters:
            before = was.get(place.chapter_id, place.chapter_title)
            chapters[place.chapter_id] = ChapterLines(place, before if before != place.chapter_title else "")
        chapters[place.chapter_id].lines.append(line)
    return list(chapters.values())


def _fill_in(line: Line, pair: Pair, told: Sequence[Told], titles: Mapping[str, str], image_base: str) -> None:
    """The words of one section, marked."""
    line.inserted, line.deleted = count(told, pair)
    line.moves = len({each.move for each in told if each.move})
    side = pair.new or pair.old
    assert side
    wraps: list[Wrap] = []
    puts: list[Put] = []
    seen: set[int] = set()
    for each in told:
        first = each.move not in seen
        if each.kind == "moved":
            seen.add(each.move)
        _add_marks(each, first, line.state, titles, wraps, puts)
    line.groups = fold(mark(display(side.html, image_base=image_base), wraps, puts, demote=HEADINGS))


def _add_marks(
    told: Told, first: bool, state: str, titles: Mapping[str, str], wraps: list[Wrap], puts: list[Put]
) -> None:
    item = told.tag == "li"
    if told.kind == "inserted":
        if state != "added":  # a section that is new is marked as one
            wraps.append(Wrap(told.start, told.end, "ins", {"class": "now"}))
    elif told.kind == "deleted" and told.start < told.end:
        wraps.append(Wrap(told.start, told.end, "del", {"class": "was"}))
    elif told.kind == "deleted":
        puts.append(Put(told.start, "del", told.words, {"class": "was"}, told.whole, item))
    elif told.kind == "moved":
        here = {"id": f"to-{told.move}"} if first else {}
        wraps.append(Wrap(told.start, told.end, "span", {"class": "moved", **here}))
        if first:
            words = _("moved from “%s”") % titles[told.other] if told.other else _("moved from elsewhere here")
            puts.append(Put(told.start, "a", words, {"class": "whence", "href": f"#from-{told.move}"}))
    else:
        label = " ".join(told.words.split())
        label = label if len(label) <= LABEL else label[: LABEL - 1] + "…"
        where = {"words": label, "title": titles.get(told.other, "")}
        words = _("moved to “%(title)s”: “%(words)s”") if told.other else _("moved within this section: “%(words)s”")
        attributes = {"class": "whither", "id": f"from-{told.move}", "href": f"#to-{told.move}"}
        puts.append(Put(told.start, "a", words % where, attributes, told.whole and told.start == told.end, item))
        if told.start < told.end:
            wraps.append(Wrap(told.start, told.end, "span", {"class": "left"}))

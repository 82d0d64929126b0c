"""Which chapter and section of a new draft is which of the last: keys are minted once and kept when renamed.

Pure. Titles and disciplines decide first; then likeness of text, as the share of a text's words that stand in runs
of three words which the other text has too (w-shingling, Broder 1997); else a key is new.
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

from django.utils.translation import gettext as _

from manuscripts.headings import normal_heading
from manuscripts.outline import Outline, OutlineSection
from manuscripts.splitting import Question

SAME = 0.5  # share of words from which a text counts as the same under another title
PERHAPS = 0.3  # from which the author is asked, with "no" proposed
RUN = 3
WORD = re.compile(r"\w+")


@dataclass(frozen=True, slots=True)
class OldSection:
    """A section of the last draft. `discipline` is a slug; `text` its words."""

    key: str
    chapter: str
    chapter_title: str
    title: str
    discipline: str | None
    text: str = ""


@dataclass
class Matched:
    """Keys in the outline's order. `next_chapter` is the next free number for a chapter."""

    chapters: list[str]
    sections: list[list[str]]
    next_chapter: int
    questions: list[Question] = field(default_factory=list)


class _Likeness:
    """Shares of words between new texts and a fixed set of old ones."""

    def __init__(self, texts: Mapping[str, str]) -> None:
        self.index: dict[tuple[str, ...], set[str]] = defaultdict(set)
        for key, text in texts.items():
            for run in _runs(text):
                self.index[run].add(key)

    def best(self, text: str, among: set[str]) -> tuple[str | None, float]:
        """The old text that most words of `text` stood in, and their share (0-1)."""
        words = WORD.findall(text.casefold())
        covered: dict[str, set[int]] = defaultdict(set)
        for at, run in enumerate(_runs(text)):
            for key in self.index.get(run, ()):
                if key in among:
                    covered[key].update(range(at, at + RUN))
        if not covered or not words:
            return None, 0.0
        key = max(covered, key=lambda k: (len(covered[k]), k))
        return key, len(covered[key]) / len(words)


def _runs(text: str) -> list[tuple[str, ...]]:
    words = WORD.findall(text.casefold())
    return [tuple(words[i : i + RUN]) for i in range(len(words) - RUN + 1)]


def match(
    outline: Outline,
    old: Sequence[OldSection],
    codes: Mapping[str, str],
    next_chapter: int = 1,
    taken: set[str] | None = None,
    answers: Mapping[str, str | None] | None = None,
    standing: Mapping[str, str] | None = None,
) -> Matched:
    """Give every chapter and section its key.

    `codes` maps discipline slugs to their codes (`c3-ops`), `taken` holds every key that was ever used, `answers`
    what the author said before: from a section's fingerprint to the key it has, or None for "it is new", `standing`
    the keys that sections of this very draft have got before. A common
    section that took over the text of a discipline's section is given that discipline in the outline.
    """
    return _Matcher(outline, old, codes, next_chapter, taken or set(), answers or {}, standing or {}).run()


def likely_disciplines(
    outline: Outline, old: Sequence[OldSection], answered: Mapping[str, str | None] | None = None
) -> list[Question]:
    """Headings beside discipline headings that head the text of a discipline's section of the last draft.

    "Infrastructure engineering" may have become "Networks and platforms". The corrections under `yes` make it so;
    the caller applies them until the author says no.
    """
    present = {section.discipline for chapter in outline.chapters for section in chapter.sections}
    gone = {o.key: o for o in old if o.discipline and o.discipline not in present}
    likeness = _Likeness({key: section.text for key, section in gone.items()})
    questions = []
    for sibling in outline.siblings:
        found, share = likeness.best(sibling.plain, set(gone))
        if found is None or share < SAME or sibling.at in (answered or {}):
            continue
        questions.append(_renamed(sibling.at, sibling.title, None, gone.pop(found), share))
    return questions


def _renamed(at: str, title: str, discipline: str | None, was: OldSection, share: float) -> Question:
    yes: list[dict[str, str | None]] = [{"op": "same", "at": at, "key": was.key}]
    no: list[dict[str, str | None]] = [{"op": "same", "at": at, "key": None}]
    if was.discipline != discipline:
        yes.insert(0, {"op": "discipline", "at": at, "discipline": was.discipline})
        no.insert(0, {"op": "discipline", "at": at, "discipline": discipline})
    name = was.title or was.chapter_title
    told = _("%(share)d %% of its words stood in “%(title)s” in the last draft.")
    context = told % {"share": round(100 * share), "title": name}
    return Question("renamed", at, title, context, "yes" if share >= SAME else "no", {"yes": yes, "no": no}, name)


class _Matcher:
    def __init__(
        self,
        outline: Outline,
        old: Sequence[OldSection],
        codes: Mapping[str, str],
        next_chapter: int,
        taken: set[str],
        answers: Mapping[str, str | None],
        standing: Mapping[str, str],
    ) -> None:
        self.standing = standing
        self.chapters = outline.chapters
        self.old = {section.key: section for section in old}
        self.codes, self.next_chapter, self.answers = codes, next_chapter, answers
        self.taken = taken | set(self.old)
        self.questions: list[Question] = []

    def run(self) -> Matched:
        chapter_keys = self._chapters()
        section_keys = self._sections(chapter_keys)
        return Matched(chapter_keys, section_keys, self.next_chapter, self.questions)

    # chapters

    def _chapters(self) -> list[str]:
        old_titles: dict[str, str] = {}
        texts: dict[str, str] = defaultdict(str)
        for section in self.old.values():
            old_titles[section.chapter] = section.chapter_title
            texts[section.chapter] += "\n" + section.text
        free = {key for key in old_titles if key != "front"}
        keys: list[str | None] = ["front" if c.kind == "front" else None for c in self.chapters]
        for index, chapter in enumerate(self.chapters):
            was = self.old.get(self.standing.get(chapter.sections[0].at, ""))
            if was and keys[index] is None and was.chapter in free:
                keys[index] = was.chapter
                free.discard(was.chapter)
        for same in (str.casefold, normal_heading):
            self._by_title(keys, {key: same(old_titles[key]) for key in free}, same, free)
        likeness = _Likeness({key: texts[key] for key in free})
        for index, chapter in enumerate(self.chapters):
            if keys[index] is None and free:
                found, share = likeness.best("\n".join(s.plain for s in chapter.sections), free)
                if found and share >= SAME:
                    keys[index] = found
                    free.discard(found)
        return [key or self._new_chapter() for key in keys]

    def _by_title(
        self, keys: list[str | None], old: dict[str, str], same: Callable[[str], str], free: set[str]
    ) -> None:
        counts = Counter(old.values())
        by_title = {title: key for key, title in old.items() if title and counts[title] == 1}
        new = Counter(same(chapter.title) for chapter, key in zip(self.chapters, keys, strict=True) if key is None)
        for index, chapter in enumerate(self.chapters):
            title = same(chapter.title)
            if keys[index] is None and new[title] == 1 and (key := by_title.get(title)):
                keys[index] = key
                free.discard(key)

    def _new_chapter(self) -> str:
        key = f"c{self.next_chapter}"
        self.next_chapter += 1
        return key

    # sections

    def _sections(self, chapter_keys: list[str]) -> list[list[str]]:
        keys: list[list[str | None]] = [[None] * len(chapter.sections) for chapter in self.chapters]
        free = set(self.old)
        places = [(c, s) for c, chapter in enumerate(self.chapters) for s in range(len(chapter.sections))]

        def take(c: int, s: int, key: str) -> None:
            keys[c][s] = key
            free.discard(key)

        for c, s in places:
            at = self._section(c, s).at
            said = self.answers[at] if at in self.answers else self.standing.get(at)
            if said in free:
                take(c, s, said)
        for c, s in places:  # the opening of a chapter stays its opening, and a discipline its own
            if keys[c][s] is None and (key := self._same_place(c, s, chapter_keys[c], free)):
                take(c, s, key)
        self._by_likeness(keys, places, free, take)
        return [
            [key or self._new_section(chapter_keys[c], self._section(c, s)) for s, key in enumerate(row)]
            for c, row in enumerate(keys)
        ]

    def _section(self, c: int, s: int) -> OutlineSection:
        return self.chapters[c].sections[s]

    def _same_place(self, c: int, s: int, chapter: str, free: set[str]) -> str | None:
        section = self._section(c, s)
        if section.at in self.answers and self.answers[section.at] is None:
            return None
        mates = [o for o in self.old.values() if o.chapter == chapter and o.discipline == section.discipline]
        if s == 0 and section.discipline is None:
            first = next((o for o in self.old.values() if o.chapter == chapter), None)
            return first.key if first and first.key in free and first.discipline is None else None
        titled = [o.key for o in mates if o.key in free and normal_heading(o.title) == normal_heading(section.title)]
        if titled:
            return titled[0]
        left = [o.key for o in mates if o.key in free]
        return left[0] if section.discipline is not None and len(left) == 1 else None

    def _by_likeness(
        self,
        keys: list[list[str | None]],
        places: list[tuple[int, int]],
        free: set[str],
        take: Callable[[int, int, str], None],
    ) -> None:
        likeness = _Likeness({key: self.old[key].text for key in free})
        for c, s in places:
            section = self._section(c, s)
            if keys[c][s] is not None or not free or section.at in self.answers:
                continue
            found, share = likeness.best(section.plain, free)
            if found is None or share < PERHAPS:
                continue
            was = self.old[found]
            fits = section.discipline in (None, was.discipline) and not (s == 0 and was.discipline)
            if not fits:
                continue
            if share < 0.95 or normal_heading(was.title) != normal_heading(section.title):
                self.questions.append(_renamed(section.at, section.title, section.discipline, was, share))
            if share >= SAME:
                take(c, s, found)
                section.discipline = was.discipline

    def _new_section(self, chapter: str, section: OutlineSection) -> str:
        code = re.sub(r"[^a-z0-9]+", "-", self.codes.get(section.discipline or "", "").lower()).strip("-")
        stem = f"{chapter}-{code or 'own'}" if section.discipline else chapter
        key, number = stem, 2
        while key in self.taken:
            key, number = f"{stem}-{number}", number + 1
        self.taken.add(key)
        return key

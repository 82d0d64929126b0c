"""A reader's path through a draft: what is asked of them in steps, their own pages first, within the minutes they
were asked for. Each step says what it takes, what it still takes, and whether it is done or was passed over.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from typing import Any

#: Minutes for the questions on one section; on a chapter or the book.
SECTION_ANSWERS, ONE_ANSWER = 2, 1
#: Minutes that who was asked for none in particular, and has no pages of their own, is taken to have.
USUAL_MINUTES = 10


@dataclass
class Step:
    """One thing to do: `kind` is read or answer (the reader's own section), chapter, or book. `minutes` it takes as a
    whole, `left` what it still takes; `address` is where, `about` what is read or asked, in `questions` so many."""

    kind: str
    key: str
    title: str
    address: str
    minutes: int
    left: int
    chapter_key: str | None = None
    skipped: bool = False
    about: Any = None
    questions: int = 0

    @property
    def name(self) -> str:
        """As it is kept when it is passed over."""
        return f"{self.kind}:{self.key}"

    @property
    def done(self) -> bool:
        return self.left == 0

    @property
    def open(self) -> bool:
        return not self.done and not self.skipped


@dataclass
class Path:
    """`given` are the minutes it was made to fit, None where nobody named any and the reader has their own pages.
    `too_long`: what comes first takes more than that."""

    steps: list[Step] = field(default_factory=list)
    given: int | None = None
    too_long: bool = False

    @property
    def open_steps(self) -> list[Step]:
        return [step for step in self.steps if step.open]

    @property
    def next(self) -> Step | None:
        return next(iter(self.open_steps), None)

    @property
    def left(self) -> int:
        """Minutes that it still takes."""
        return sum(step.left for step in self.open_steps)

    @property
    def over(self) -> int:
        """Minutes that are over because no chapter fits in them."""
        filled = any(step.kind == "chapter" for step in self.steps)
        return 0 if filled or not self.given else max(0, self.given - _sum(self.steps))

    @property
    def unanswered(self) -> int:
        """How many of its open steps ask for an answer."""
        return sum(1 for step in self.open_steps if step.kind != "read")

    @property
    def skipped(self) -> int:
        return sum(1 for step in self.steps if step.skipped)

    @property
    def first_chapter(self) -> Step | None:
        return next((step for step in self.steps if step.kind == "chapter" and step.open), None)

    def on(self, chapter_key: str) -> list[Step]:
        """The steps that are taken on the page of that chapter."""
        return [step for step in self.steps if step.chapter_key == chapter_key]

    def after(self, chapter_key: str) -> Step | None:
        """The next open step that is not on the page of that chapter: one behind it, else one that was left open
        before it, and the question on the book last of all."""
        here = [at for at, step in enumerate(self.steps) if step.chapter_key == chapter_key]
        last = here[-1] if here else -1
        elsewhere = [step for step in self.steps[last + 1 :] + self.steps[: last + 1] if step.open]
        elsewhere.sort(key=lambda step: step.kind == "book")
        return next((step for step in elsewhere if step.chapter_key != chapter_key), None)


def fit(
    own: Sequence[Step],
    chapters: Sequence[Step],
    book: Sequence[Step],
    asked: int | None,
    skipped: Collection[str] = (),
) -> Path:
    """The path: all of one's own, the chapters that fit into what is left of the minutes, in the book's order, and
    the question on the book where it fits too. What fits is reckoned from whole minutes, so that a path stays the
    same while it is walked.

    Where nobody named the minutes, own pages and the book are the path; without any, what fits USUAL_MINUTES. Where
    no chapter fits and there is nothing of one's own, the shortest is offered, and `too_long` says so.
    """
    given = asked or (_sum(own) + _sum(book) if own else USUAL_MINUTES)
    book = book if _sum(own) + _sum(book) <= given or not own else []
    room = given - _sum(own) - _sum(book)
    too_long = bool(own) and room < 0
    fitting = []
    for chapter in chapters:
        if chapter.minutes <= room:
            fitting.append(chapter)
            room -= chapter.minutes
    if not own and not fitting and chapters:
        fitting, too_long = [min(chapters, key=lambda step: step.minutes)], True
    steps = [*own, *fitting, *book]
    for step in steps:
        step.skipped = not step.done and step.name in skipped
    return Path(steps, given if asked or not own else None, too_long)


def _sum(steps: Sequence[Step]) -> int:
    return sum(step.minutes for step in steps)

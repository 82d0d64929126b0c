"""What an invitation asks of one person: how much to read, how long it takes, by when. For the mail, its preview and
the page behind the personal link."""

from dataclasses import dataclass
from datetime import date

from django.utils.translation import gettext as _

from accounts.mail import inert, one_line
from manuscripts.models import Discipline, Manuscript, Membership, Placement, Round

from .contents import minutes as minutes_to_read
from .path import ONE_ANSWER, SECTION_ANSWERS


@dataclass(frozen=True)
class Letter:
    """What is asked of one person. `sections` and `reading_minutes` are of their own discipline sections in the open
    draft."""

    manuscript: Manuscript
    author: Membership
    name: str
    role: str
    disciplines: list[Discipline]
    sections: list[str]
    reading_minutes: int
    asked_minutes: int | None
    round: Round | None
    message: str

    @property
    def first_name(self) -> str:
        return first_name(self.name)

    @property
    def author_name(self) -> str:
        return inert(self.author.name)

    @property
    def title(self) -> str:
        return inert(self.manuscript.title)

    @property
    def discipline_names(self) -> str:
        return ", ".join(inert(discipline.name) for discipline in self.disciplines)

    @property
    def answer_minutes(self) -> int:
        return SECTION_ANSWERS * len(self.sections) + ONE_ANSWER

    @property
    def minutes_over(self) -> int:
        """What is left of the minutes asked for, for what everyone reads."""
        return max(0, (self.asked_minutes or 0) - self.reading_minutes - self.answer_minutes)

    @property
    def minutes(self) -> int | None:
        """In all: what the author asked for, else the estimate; None where there is nothing to go by."""
        return self.asked_minutes or (self.reading_minutes + self.answer_minutes if self.sections else None)

    @property
    def deadline(self) -> date | None:
        return self.round.deadline if self.round and self.round.state != "ended" else None

    @property
    def paragraphs(self) -> list[str]:
        """The author's own words to this person."""
        return [p.strip() for p in self.message.splitlines() if p.strip()]

    @property
    def subject(self) -> str:
        """The mail's subject: who asks, and how long it takes."""
        words = {"author": self.author_name, "minutes": self.minutes, "title": self.title}
        if self.role in {"author", "co_author"}:
            return one_line(_("%(author)s asks you to work on “%(title)s”") % words)
        if self.role == "reviewer" and self.minutes:
            return one_line(_("%(author)s asks for %(minutes)s minutes of your reading: “%(title)s”") % words)
        return one_line(_("%(author)s asks you to read “%(title)s” in draft") % words)


def first_name(name: str) -> str:
    """How a person is spoken to."""
    return inert(name).split(" ")[0]


def letter_to(
    manuscript: Manuscript,
    author: Membership,
    *,
    name: str,
    role: str,
    disciplines: list[Discipline],
    minutes: int | None,
    message: str = "",
) -> Letter:
    """What a person of those disciplines is asked as things stand now. `author` is who asks."""
    draft = manuscript.open_draft
    ids = {d.resolved().pk for d in disciplines}
    family = [d.pk for d in manuscript.disciplines.select_related("merged_into") if d.resolved().pk in ids]
    own = Placement.objects.filter(draft=draft, discipline__in=family).select_related("text") if draft else []
    return Letter(
        manuscript=manuscript,
        author=author,
        name=name,
        role=role,
        disciplines=disciplines,
        sections=[inert(p.title or p.chapter_title) for p in own],
        reading_minutes=sum(minutes_to_read(p.text.words) for p in own),
        asked_minutes=minutes,
        round=manuscript.current_round,
        message=message,
    )

"""What the sample's people say and do in one round, step by step in the order of its days."""

from collections.abc import Callable
from typing import Any

from django.utils import timezone

from accounts.models import User
from jobs.models import Job
from jobs.queue import cancel
from manuscripts.models import Manuscript, Membership, Placement
from manuscripts.permissions import Actor
from reviews import answers, invitations, members, rounds, threads
from reviews.models import Invitation, Reading, Review, Thread

from . import book
from .past import Calendar, Past

Step = Callable[[], None]
Row = dict[str, Any]

#: Days between a note and its first answer, between answers, and between a note and who agrees with it.
REPLY_AFTER, AGREE_AFTER = 0.55, 0.3


class Cast:
    """Who takes part: memberships and actors by the id of the person in `people.json`."""

    def __init__(self, manuscript: Manuscript, author: Actor) -> None:
        self.manuscript = manuscript
        self.people: dict[str, Row] = {person["id"]: person for person in book.read("people")}
        self.author_id = next(who for who, person in self.people.items() if person["role"] == "author")
        self.members: dict[str, Membership] = {}
        self.actors: dict[str, Actor] = {}
        own = author.membership_in(manuscript)
        assert own is not None
        self.add(self.author_id, own, author)

    @property
    def author(self) -> Actor:
        return self.actors[self.author_id]

    def add(self, who: str, membership: Membership, actor: Actor | None = None) -> None:
        """They come in by their personal link, unless by an account."""
        self.members[who] = membership
        self.actors[who] = actor or Actor(links={membership.pk: membership.link_version})

    def readers(self, number: int) -> dict[str, Row]:
        """What readers did in a round: its part of their entry, by id."""
        key = f"round_{number}"
        return {who: person[key] for who, person in self.people.items() if key in person}


class Telling:
    """One round of the sample. `run` does everything in order; call it in a transaction."""

    def __init__(self, cast: Cast, number: int, calendar: Calendar, past: Past, notes: dict[str, Thread]) -> None:
        self.cast = cast
        self.number = number
        self.calendar = calendar
        self.past = past
        self.notes = notes  # by id, those of earlier rounds included; filled as it goes
        self.manuscript = cast.manuscript
        self.draft = self.manuscript.drafts.get(round__number=number)
        self.places = list(self.draft.placements.select_related("chapter", "section", "text", "discipline"))
        self.questions = {question.code: question for question in answers.questions_of(self.manuscript)}
        self.steps: list[tuple[float, Step]] = []

    def run(self) -> None:
        """All that happened."""
        self._people()
        for answer in book.read(f"answers-{self.number}"):
            self._at(answer["day"], self._answering(answer))
        for remark in book.read(f"remarks-{self.number}"):
            self._remark(remark)
        plan = book.about()["rounds"][self.number - 1]
        if plan["days"] < plan["started_days_ago"]:
            self._at(plan["days"], self._end_round)
        for day, step in sorted(self.steps, key=lambda pair: pair[0]):
            self.past.begin(self.calendar.moment(day))
            step()
        Reading.objects.bulk_create(self._readings())

    def _at(self, day: float, step: Step) -> None:
        self.steps.append((day, step))

    def _end_round(self) -> None:
        rounds.close_round(self.cast.author, self.manuscript)

    # People

    def _people(self) -> None:
        if self.number == 1:
            self._at(-1.0, self._team)
        asked: dict[float, list[str]] = {}
        for who, part in self.cast.readers(self.number).items():
            if who not in self.cast.members:
                asked.setdefault(part["invited"], []).append(who)
        for day, group in asked.items():
            self._at(day, self._inviting(group))
        for who, part in self.cast.readers(self.number).items():
            if "opened" in part:
                self._at(part["opened"], self._coming_in(who, part))
            if part["state"] == "submitted":
                self._at(part["active"] + 0.01, self._submitting(who))

    def _team(self) -> None:
        """Co-author and observer come in before the first reader; the contact is written down."""
        self._invite([who for who, p in self.cast.people.items() if p["role"] in {"co_author", "observer"}])
        for who, person in self.cast.people.items():
            if person["role"] in {"co_author", "observer"}:
                self._accept(who)
            elif person["role"] == "contact":
                made = invitations.make_contact(
                    self.cast.author, self.manuscript, name=person["name"], disciplines=person["disciplines"]
                )
                members.change_member(self.cast.author, made, sphere=person["sphere"], years=person["years"])
                self.cast.add(who, made)

    def _inviting(self, group: list[str]) -> Step:
        return lambda: self._invite(group)

    def _invite(self, group: list[str]) -> None:
        fields = ("name", "email", "disciplines", "role", "minutes")
        rows = [{name: self.cast.people[who][name] for name in fields} for who in group]
        for who, invitation in zip(group, invitations.invite(self.cast.author, self.manuscript, rows), strict=True):
            self.cast.add(who, invitation.membership)
            Invitation.objects.filter(pk=invitation.pk).update(state="sent", sent=timezone.now())
        keep_mail_in(self.manuscript)

    def _accept(self, who: str) -> None:
        person, member = self.cast.people[who], self.cast.members[who]
        user = User.objects.by_email(person["email"])
        invitations.accept(member, user)
        self.cast.actors[who] = Actor(links={member.pk: member.link_version})
        if person["sphere"] or person["years"]:
            members.change_member(self.cast.actors[who], member, sphere=person["sphere"], years=person["years"])

    def _coming_in(self, who: str, part: Row) -> Step:
        def step() -> None:
            member = self.cast.members[who]
            if part["state"] == "declined":
                invitations.decline(member, reason=self.cast.people[who].get("decline_reason", ""))
            elif Membership.objects.get(pk=member.pk).accepted is None:
                self._accept(who)
            else:
                rounds.mark_opened(member)

        return step

    def _submitting(self, who: str) -> Step:
        def step() -> None:
            review = Review.objects.get(member=self.cast.members[who], round=self.draft.round)
            rounds.set_review(self.cast.actors[who], review, "submitted")

        return step

    # Reading and answering

    def _readings(self) -> list[Reading]:
        """Who judged a chapter had read it; who finished had read all they were asked to; who stopped left one open.

        The page measures this while it is scrolled; here it is put down in one go.
        """
        judged: dict[str, dict[int, float]] = {}
        for answer in book.read(f"answers-{self.number}"):
            if "chapter" in answer and self.cast.people[answer["by"]]["role"] == "reviewer":
                chapter = self._chapter(answer["chapter"]).chapter_id
                judged.setdefault(answer["by"], {}).setdefault(chapter, answer["day"])
        common = {p.chapter_id: None for p in self.places if p.chapter_position and p.discipline is None}
        rows: list[Reading] = []
        for who, part in self.cast.readers(self.number).items():
            read = judged.get(who, {})
            left = [chapter for chapter in common if chapter not in read]
            if part["state"] == "submitted":
                read.update(dict.fromkeys(left, float(part["active"])))
            elif part["state"] == "started" and left:
                rows.append(self._reading(who, left[0], 0.4, part["active"]))
            rows += [self._reading(who, chapter, 1.0, day) for chapter, day in read.items()]
        return rows

    def _reading(self, who: str, chapter: int, share: float, day: float) -> Reading:
        member, moment = self.cast.members[who], self.calendar.moment(day)
        return Reading(member=member, chapter_id=chapter, draft=self.draft, share=share, updated=moment)

    def _answering(self, answer: Row) -> Step:
        def step() -> None:
            who = answer["by"]
            recorded = self.cast.people[who]["role"] == "contact"
            answers.save_answer(
                self.cast.author if recorded else self.cast.actors[who],
                self.manuscript,
                question=self.questions[answer["question"]],
                scope=answer["scope"],
                key=self._asked_about(answer),
                value=answer["value"],
                words=answer.get("words", ""),
                member=self.cast.members[who] if recorded else None,
                via=answer.get("via", ""),
            )

        return step

    def _asked_about(self, answer: Row) -> str | None:
        if answer["scope"] == "book":
            return None
        if answer["scope"] == "chapter":
            return self._chapter(answer["chapter"]).chapter.key
        return self._section(answer).section.key

    # Notes

    def _remark(self, remark: Row) -> None:
        """A note and all that follows from it."""
        day, who = remark["day"], remark["id"]
        self._at(day, self._writing(remark))
        for turn, other in enumerate(remark.get("agreements", []), start=1):
            came = self.cast.readers(self.number)[other]["opened"]
            self._at(max(day, came) + AGREE_AFTER * turn, self._agreeing(who, other))
        for turn, answer in enumerate(remark.get("replies", []), start=1):
            self._at(day + REPLY_AFTER * turn, self._replying(who, answer))
        if "decision" in remark:
            last = day + REPLY_AFTER * len(remark.get("replies", []))
            evenings = book.about()["rounds"][self.number - 1]["decided_on"]
            evening = next(evening for evening in evenings if evening > last)
            self._at(evening, self._deciding(who, remark["decision"]))

    def _writing(self, remark: Row) -> Step:
        def step() -> None:
            who = remark["by"]
            recorded = self.cast.people[who]["role"] == "contact"
            new = threads.NewThread(
                kind=remark["kind"],
                body=remark["body"],
                reaction=remark.get("reaction", ""),
                replacement=remark.get("replacement"),
                discipline=remark.get("discipline"),
                visibility=remark.get("visibility", "everyone"),
                quote_permission=remark.get("quote_permission", "no"),
                author=self.cast.members[who] if recorded else None,
                via=remark.get("via", ""),
                **self._where(remark),
            )
            actor = self.cast.author if recorded else self.cast.actors[who]
            self.notes[remark["id"]], _made = threads.create_thread(actor, self.manuscript, new)

        return step

    def _replying(self, note: str, answer: Row) -> Step:
        def step() -> None:
            threads.reply(self.cast.actors[answer["by"]], self.notes[note], answer["body"])

        return step

    def _agreeing(self, note: str, who: str) -> Step:
        def step() -> None:
            threads.agree(self.cast.actors[who], self.notes[note])

        return step

    def _deciding(self, note: str, decision: Row) -> Step:
        """What is told as changed was first promised; `keep_promises` says so once the next draft is open."""
        kind = "will_change" if decision["decision"] == "changed" else decision["decision"]
        return lambda: self._decide(note, kind, decision)

    def _decide(self, note: str, kind: str, decision: Row) -> None:
        other = self.notes[decision["duplicate_of"]] if kind == "duplicate" else None
        self.notes[note] = threads.decide(
            self.cast.author, self.notes[note], kind, decision.get("reason", ""), duplicate_of=other
        )

    def keep_promises(self, day: float) -> None:
        """Marks the notes of the round before that this round's draft has answered."""
        self.past.begin(self.calendar.moment(day))
        for remark in book.read(f"remarks-{self.number - 1}"):
            if remark.get("decision", {}).get("decision") == "changed":
                self._decide(remark["id"], "changed", remark["decision"])

    # Places

    def _chapter(self, title: str) -> Placement:
        """The first section of the chapter of that title, of the front matter for `front`."""
        front = title == "front"
        return next(p for p in self.places if (p.chapter_position == 0 if front else p.chapter_title == title))

    def _section(self, row: Row) -> Placement:
        """The section a row names by its title, else the one that makes the chapter."""
        first = self._chapter(row["chapter"])
        if "section" not in row:
            return first
        return next(p for p in self.places if p.chapter_id == first.chapter_id and p.title == row["section"])

    def _where(self, remark: Row) -> Row:
        """The fields of NewThread that say what the remark is about."""
        if "chapter" not in remark:
            return {}
        first = self._chapter(remark["chapter"])
        if "quote" not in remark:
            return {"chapter": first.chapter.key}
        prefix = remark.get("prefix", "")
        for place in self.places:
            text = place.text.text
            elsewhere = place.chapter_id != first.chapter_id or remark.get("section", place.title) != place.title
            at = -1 if elsewhere else text.find(prefix + remark["quote"])
            if at >= 0:
                start = at + len(prefix)
                end = start + len(remark["quote"])
                if remark.get("whole_paragraph"):
                    start, end = text.rfind("\n", 0, start) + 1, text.index("\n", end)
                return {"text_id": place.text_id, "selector": {"start": start, "end": end}}
        raise LookupError(f"The words of remark {remark['id']} do not stand in draft {self.number}.")


def keep_mail_in(manuscript: Manuscript) -> None:
    """The sample's people do not exist: no letter to them leaves, whatever mail server is set."""
    letters = ("send_invitation", "send_round_mail")
    for job in Job.objects.active().filter(kind__in=letters, subject=f"manuscript:{manuscript.pk}"):
        cancel(job)

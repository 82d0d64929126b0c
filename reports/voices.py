"""Who is named beside a note or an answer, and whose words may stand in which edition. Pure.

What is written keeps the promise under which it was written (named, peers, all). Where names are not known to the
reader of a report, a discipline with fewer than LEAST voices is not named either; and where that would leave just
one such discipline, the next smallest loses its name too.
"""

from collections.abc import Iterable, Sequence
from typing import Any

from reports.figures import CellKey, blanked
from reports.snapshot import Answer, Edition, Member, Remark, Snapshot

TEAM = ("author", "co_author")
Who = dict[str, Any]


def known_to(edition: Edition) -> set[str]:
    """The promises of anonymity under which the reader of an edition knows the names all the same."""
    if not edition.names or edition.edition == "publisher":
        return set()
    return {"named", "peers"} if edition.edition == "author" else {"named"}


def is_named(snapshot: Snapshot, edition: Edition) -> bool:
    """Whether the report's reader knows the names behind all answers that count, so that single ones may stand."""
    return {a.promise for a in snapshot.answers if a.stands} | {snapshot.anonymity} <= known_to(edition)


class Voices:
    """Labels for the people of one report.

    `named`: single answers may stand. `open_notes`: the same of notes, whose promises may be older.
    `shown`: disciplines that may stand beside the words of someone who is not named.
    `apart`: disciplines that a report may be made of alone, since enough people speak for each.
    """

    def __init__(self, snapshot: Snapshot, edition: Edition):
        self.edition = edition
        self.named = is_named(snapshot, edition)
        self.leaves = edition.edition != "author"
        self.members: dict[str, Member] = {m.id: m for m in snapshot.members}
        self._told: dict[tuple[str, str, str, str], Who] = {}
        self.slugs = [d.slug for d in snapshot.disciplines]
        self.open_notes = self.named and {r.promise for r in snapshot.remarks} <= known_to(edition)
        thick = set(self.slugs) if self.open_notes else self._thick(snapshot)
        self.shown = set() if edition.edition == "publisher" else thick
        self.apart = thick if self.open_notes else thick & self._counted(snapshot)

    def _thick(self, snapshot: Snapshot) -> set[str]:
        """Disciplines with enough voices to be named where people are not."""
        people: dict[str, set[str]] = {slug: set() for slug in self.slugs}
        spoken: Iterable[Answer | Remark] = (*(a for a in snapshot.answers if a.stands), *snapshot.remarks)
        for voice in spoken:
            if voice.discipline in people and not self.is_team(voice.member):
                people[voice.discipline].add(voice.member)
        counts = {("", slug): len(members) for slug, members in people.items()}
        return {slug for slug in self.slugs if ("", slug) not in blanked(counts, [""], self.slugs)}

    def _counted(self, snapshot: Snapshot) -> set[str]:
        """Disciplines of which the whole tells how many notes they left: what it leaves blank no choice counts."""
        left = note_writers(self.of_readers(filter(self.counts, snapshot.remarks)), self.slugs)
        hidden = blanked(left, [""], [*self.slugs, ""])
        return {slug for slug in self.slugs if ("", slug) not in hidden or not left["", slug]}

    def is_team(self, member: str) -> bool:
        """Whether this is the author or a co-author."""
        return member in self.members and self.members[member].role in TEAM

    def of_readers(self, remarks: Iterable[Remark]) -> list[Remark]:
        """The notes that the author team did not write: whoever is of it is no voice of a discipline."""
        return [remark for remark in remarks if not self.is_team(remark.member)]

    def who(self, member: str, discipline: str, promise: str, permission: str = "no") -> Who:
        """`{"name", "discipline", "sphere", "team"}`: what may be said of the person behind these words.

        `name` is None where it may not be told; `discipline` a slug or None. The same words stand for all of one
        person's notes, of which there may be thousands: not to be changed.
        """
        asked = (member, discipline, promise, permission)
        if asked not in self._told:
            self._told[asked] = self._who(*asked)
        return self._told[asked]

    def _who(self, member: str, discipline: str, promise: str, permission: str) -> Who:
        person = self.members.get(member)
        if person and person.role in TEAM:
            return {"name": person.name, "discipline": None, "sphere": None, "team": True}
        if person and self._may_name(promise, permission):
            return {
                "name": person.name,
                "discipline": discipline or None,
                "sphere": person.sphere or None,
                "team": False,
            }
        told = discipline if discipline in self.shown else None
        return {"name": None, "discipline": told, "sphere": None, "team": False}

    def _may_name(self, promise: str, permission: str) -> bool:
        if self.leaves:
            return bool(known_to(self.edition)) and permission == "named"
        return promise in known_to(self.edition)

    def may_stand(self, remark: Remark) -> bool:
        """Whether the words of a note may stand in this edition at all."""
        if self.is_team(remark.member):
            return not self.leaves
        return not self.leaves or (remark.visibility == "everyone" and remark.permission != "no")

    def may_be_quoted(self, remark: Remark) -> bool:
        """Whether its words may stand among quotes: the author may leave them out, and never lets them in."""
        return self.may_stand(remark) and remark.choice != "hidden"

    def may_be_listed(self, remark: Remark) -> bool:
        """Whether it stands in the list of all notes: on the desk also those that are left out of quotes."""
        return self.may_stand(remark) if not self.leaves else self.may_be_quoted(remark)

    def counts(self, remark: Remark) -> bool:
        """Whether a note is counted: those for the author only appear in no edition that leaves the desk."""
        return remark.visibility == "everyone" or (self.edition.author_only and not self.leaves)

    def is_chosen(self, discipline: str, promise: str, permission: str = "no") -> bool:
        """Whether words said for a discipline go in. Choosing it tells whose they are: where that is not known anyway,
        nothing is chosen from a discipline too small to be named."""
        wanted = self.edition.disciplines
        known = discipline in self.apart or self._may_name(promise, permission)
        return wanted is None or (discipline in wanted and known)

    def thanks(self, snapshot: Snapshot, finished: int | None) -> dict[str, Any]:
        """Those who finished, of the disciplines that are chosen: `{"finished": n, "names": [...]}`, names only where
        they may be told."""
        done = {r.member for r in snapshot.reviews if r.state == "submitted"}
        if self.edition.disciplines is not None:
            wanted = set(self.edition.disciplines)
            done = {m for m in done if m in self.members and wanted & set(self.members[m].disciplines)}
        allowed = {r.member for r in snapshot.remarks if r.permission == "named" and r.visibility == "everyone"}
        if self.edition.edition == "publisher" or not self.edition.names:
            told: set[str] = set()
        elif self.leaves:
            told = done & allowed
        else:
            told = done if self.named else set()
        names = sorted(self.members[m].name for m in told if m in self.members)
        return {"finished": len(done) if self.edition.disciplines is None else finished, "names": names}


def note_writers(remarks: Iterable[Remark], disciplines: Sequence[str]) -> dict[CellKey, int]:
    """How many people wrote notes for each discipline, and for none ("")."""
    people: dict[str, set[str]] = {slug: set() for slug in [*disciplines, ""]}
    for remark in remarks:
        if remark.discipline in people:
            people[remark.discipline].add(remark.member)
    return {("", slug): len(members) for slug, members in people.items()}

"""Notes as the report shows them: selected, counted, in context, and the passages where disciplines met. Pure."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from typing import Any

from reports.figures import blanked
from reports.snapshot import Edition, Remark, Snapshot
from reports.voices import Voices, note_writers

KINDS = ("comment", "suggestion", "reaction", "experience")
REACTIONS = ("confusing", "valuable", "too_slow", "disagree", "missing")
DECISIONS = ("will_change", "changed", "no_change", "later", "duplicate")
FATES = ("kept", "moved", "edited", "detached")
AGAINST = ("confusing", "disagree", "too_slow")

Data = dict[str, Any]


def chosen(snapshot: Snapshot, edition: Edition, voices: Voices) -> list[Remark]:
    """The notes of this edition, in the order of the book: the book's own first, then by place and time."""
    chapters = {c.key: c.position for c in snapshot.chapters}
    sections = {s.key: s.position for s in snapshot.sections}

    def wanted(r: Remark) -> bool:
        return (
            voices.counts(r)
            and (edition.disciplines is None or voices.is_chosen(r.discipline, r.promise, r.permission))
            and (edition.chapters is None or r.chapter in edition.chapters)
            and (edition.kinds is None or r.kind in edition.kinds)
            and (edition.decisions is None or (r.decision or "open") in edition.decisions)
            and (not edition.since or r.created >= edition.since)
            and (not edition.until or r.created < edition.until)
        )

    def place(r: Remark) -> tuple[int, int, bool, int, str, str]:
        return (
            chapters.get(r.chapter, -1 if r.scope == "book" else 10**6),
            sections.get(r.section, 0),
            r.start is None and bool(r.section) and r.fate == "detached",
            r.start if r.start is not None else -1,
            r.created,
            r.id,
        )

    return sorted(filter(wanted, snapshot.remarks), key=place)


def counts(remarks: Sequence[Remark], voices: Voices, disciplines: Sequence[str]) -> Data:
    """How many notes by kind, reaction, decision (open: none yet; None where it leaves the desk), fate and discipline.

    Where names are not known, a discipline with notes of fewer than LEAST people is None, and so is the next
    smallest where one alone would follow from the total.
    """

    def tally(values: Iterable[str], keys: Sequence[str]) -> Data:
        found = Counter(values)
        return {key: found[key] for key in keys}

    decided = (*DECISIONS, "open")
    by_discipline: Data = tally((r.discipline for r in remarks), disciplines)
    if not voices.open_notes:
        people = note_writers(voices.of_readers(remarks), disciplines)
        hidden = blanked(people, [""], [*disciplines, ""])
        held = [c for c in hidden if people[c]]
        alone = len(held) == 1
        by_discipline = {slug: None if alone or ("", slug) in hidden else n for slug, n in by_discipline.items()}
    return {
        "total": len(remarks),
        "by_kind": tally((r.kind for r in remarks), KINDS),
        "by_reaction": tally((r.reaction for r in remarks if r.reaction), REACTIONS),
        "by_decision": dict.fromkeys(decided)
        if voices.leaves
        else tally((r.decision or "open" for r in remarks), decided),
        "by_fate": tally((r.fate for r in remarks), FATES),
        "by_discipline": by_discipline,
    }


def note(remark: Remark, voices: Voices) -> Data:
    """One note as data. Where it leaves the author team it has no id, date, reply or decision."""
    data: Data = {
        "kind": remark.kind,
        "reaction": remark.reaction or None,
        "body": remark.body,
        "replacement": remark.replacement,
        "who": voices.who(remark.member, remark.discipline, remark.promise, remark.permission),
        "scope": remark.scope,
        "chapter": remark.chapter or None,
        "section": remark.section or None,
        "before": remark.before,
        "quote": remark.quote,
        "after": remark.after,
        "start": remark.start,
        "end": remark.end,
        "fate": remark.fate,
        "agreements": remark.agreements,
        "permission": remark.permission,
    }
    if voices.leaves:
        return data

    def moment(created: str) -> str:
        return created if voices.open_notes else created[:10]

    return data | {
        "id": remark.id,
        "decision": remark.decision or None,
        "reason": remark.reason,
        "visibility": remark.visibility,
        "via": remark.via or None,
        "choice": remark.choice or None,
        "created": moment(remark.created),
        "replies": [
            {
                "who": voices.who(reply.member, "", reply.promise),
                "body": reply.body,
                "created": moment(reply.created),
            }
            for reply in sorted(remark.replies, key=lambda r: (r.created, r.member, r.body))
        ],
    }


def in_context(snapshot: Snapshot, remarks: Sequence[Remark], voices: Voices) -> list[Data]:
    """Notes by chapter and section, in the book's order; the book's own under an entry without a key."""
    known = {s.key: s.chapter for s in snapshot.sections}
    chapters = {c.key for c in snapshot.chapters}
    stand: dict[tuple[str, str], list[Data]] = defaultdict(list)
    for r in remarks:
        if voices.may_be_listed(r):
            chapter = r.chapter if r.chapter in chapters else ""
            section = r.section if chapter and known.get(r.section) == chapter else ""
            stand[chapter, section].append(note(r, voices))
    places: list[Data] = []
    if whole := stand["", ""]:
        places.append({"key": None, "title": "", "position": 0, "notes": whole, "sections": []})
    for chapter in sorted(snapshot.chapters, key=lambda c: (c.position, c.key)):
        inside = sorted((s for s in snapshot.sections if s.chapter == chapter.key), key=lambda s: (s.position, s.key))
        sections = [
            {
                "key": s.key,
                "title": s.title,
                "discipline": s.discipline or None,
                "notes": stand[chapter.key, s.key],
            }
            for s in inside
            if (chapter.key, s.key) in stand
        ]
        own = stand[chapter.key, ""]
        if own or sections:
            places.append(
                {
                    "key": chapter.key,
                    "title": chapter.title,
                    "position": chapter.position,
                    "notes": own,
                    "sections": sections,
                }
            )
    return places


def passages(remarks: Iterable[Remark]) -> list[list[Remark]]:
    """Notes whose words touch, section by section: each group is one passage, in the order of the text."""
    placed = sorted(
        (r for r in remarks if r.start is not None and r.end is not None),
        key=lambda r: (r.chapter, r.section, r.start, r.end, r.id),
    )
    groups: list[list[Remark]] = []
    reach = 0
    for r in placed:
        assert r.start is not None and r.end is not None
        if groups and groups[-1][0].section == r.section and r.start < reach:
            groups[-1].append(r)
            reach = max(reach, r.end)
        else:
            groups.append([r])
            reach = r.end
    return groups


def widest(group: Sequence[Remark]) -> Remark:
    """The note whose words span most of the passage; its context stands for the passage."""
    return min(group, key=lambda r: ((r.start or 0) - (r.end or 0), r.start or 0, r.id))


def in_their_words(remarks: Sequence[Remark], voices: Voices, most: int = 8) -> list[Data]:
    """Passages where disciplines met or parted: those with a note that the author shows first, then those with most
    disciplines, then most notes.

    With fewer than two disciplines on any passage, the passages with most notes and agreement stand. What is shown
    first stands in any case, by itself where it is on no words of the draft.
    """
    spoken = [r for r in remarks if r.kind != "experience" and voices.may_be_quoted(r)]
    spoken = [r for r in spoken if not voices.is_team(r.member) and (r.body or (is_pinned(r) and r.replacement))]
    alone = [[r] for r in spoken if is_pinned(r) and (r.start is None or r.end is None)]
    found = []
    for group in [*alone, *passages(spoken)]:
        met = {r.discipline for r in group}
        agreed = sum(r.agreements for r in group)
        pinned = any(map(is_pinned, group))
        if len(group) > 1 or agreed or pinned:
            place = (group[0].section, group[0].start or 0, group[0].id)
            found.append(((not pinned, -len(met), -len(group), -agreed, *place), group))
    first = sum(any(map(is_pinned, group)) for _, group in found)
    quotes = []
    for _, group in sorted(found, key=lambda item: item[0])[: max(most, first)]:
        whole = widest(group)
        quotes.append(
            {
                "chapter": whole.chapter,
                "section": whole.section,
                "before": whole.before,
                "quote": whole.quote,
                "after": whole.after,
                "notes": [note(r, voices) for r in pinned_first(group)],
            }
        )
    return quotes


def is_pinned(remark: Remark) -> bool:
    """Whether the author shows it first."""
    return remark.choice == "pinned"


def pinned_first(remarks: Iterable[Remark]) -> list[Remark]:
    """The same in the same order, those that the author shows first before the others."""
    return sorted(remarks, key=lambda r: not is_pinned(r))


def unquoted(remarks: Iterable[Remark], voices: Voices) -> list[Data]:
    """What is counted of the notes that could be quoted and are not, by the author's choice, in no order of theirs."""
    facts = [
        {
            "discipline": voices.who(r.member, r.discipline, r.promise, r.permission)["discipline"],
            "kind": r.kind,
            "reaction": r.reaction or None,
            "fate": r.fate,
            "permission": r.permission,
        }
        for r in remarks
        if voices.may_stand(r) and not voices.may_be_quoted(r)
    ]
    return sorted(facts, key=lambda fact: [str(value) for value in fact.values()])


def conflicts(remarks: Sequence[Remark], voices: Voices) -> list[Data]:
    """Passages that one discipline marks valuable and another confusing, disagrees with or finds too slow."""
    found: list[Data] = []
    reactions = [r for r in remarks if r.kind == "reaction" and r.discipline in voices.shown]
    for group in passages(reactions):
        valued = sorted({r.discipline for r in group if r.reaction == "valuable"})
        disputed = sorted({(r.discipline, r.reaction) for r in group if r.reaction in AGAINST})
        against = [pair for pair in disputed if any(pair[0] != v for v in valued)]
        if valued and against:
            whole = widest(group)
            found.append(
                {
                    "chapter": whole.chapter,
                    "section": whole.section,
                    "quote": whole.quote,
                    "valuable": valued,
                    "against": [{"discipline": d, "reaction": r} for d, r in against],
                }
            )
    return found


def stories(remarks: Sequence[Remark], voices: Voices) -> Data:
    """Stories from practice: those that may stand here, and how many of all may be quoted."""
    told = [r for r in remarks if r.kind == "experience"]
    return {
        "total": len(told),
        "quotable": sum(r.permission != "no" for r in told),
        "named": sum(r.permission == "named" for r in told),
        "notes": [note(r, voices) for r in pinned_first(told) if voices.may_be_quoted(r)],
    }

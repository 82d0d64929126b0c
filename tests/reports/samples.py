"""Snapshots to make reports from: small ones worked out by hand, and a round of the usual size."""

from dataclasses import replace
from random import Random

from reports.snapshot import (
    Answer,
    Before,
    Chapter,
    Discipline,
    Member,
    Question,
    Remark,
    Reply,
    Review,
    Section,
    Snapshot,
)

DISCIPLINES = (
    Discipline("business-analysis", "BA", "Business analysis"),
    Discipline("application-development", "DEV", "Application development"),
    Discipline("it-operations", "OPS", "IT operations"),
    Discipline("information-security", "SEC", "Information security", "across"),
)
QUESTIONS = (
    Question("q1", "rating", "How much value has the book for you?", "value", ("book", "own_section"), position=1),
    Question("q2", "verdict", "Does it make sense?", "makes_sense", ("chapter", "own_section"), position=2),
    Question("q3", "words", "What would you improve?", "improve", ("own_section",), position=3),
)
CHAPTERS = (Chapter("c1", "The handover", 1), Chapter("c2", "The queue", 2))
SECTIONS = (
    Section("c1-1", "c1", "", 1, length=4000),
    Section("c1-ops", "c1", "For operations", 2, "it-operations", 1500),
    Section("c2-1", "c2", "", 1, length=3000),
    Section("c2-sec", "c2", "For security", 2, "information-security", 900),
)


def members(*pairs: tuple[str, str]) -> tuple[Member, ...]:
    """(id, discipline slug) pairs as members, with an author."""
    people = tuple(Member(m, f"Person {m}", f"Reader {m}", disciplines=(d,)) for m, d in pairs)
    return (Member("author", "Runa Ekholt", role="author"), *people)


def snapshot(**changes: object) -> Snapshot:
    """A small book of two chapters with nobody in it yet."""
    base = Snapshot(
        slug="one-system",
        title="One System",
        as_of="2026-04-09T10:00:00Z",
        authors=("Runa Ekholt",),
        draft=1,
        label="1",
        round=1,
        opened="2026-04-06T08:00:00Z",
        disciplines=DISCIPLINES,
        members=members(),
        chapters=CHAPTERS,
        sections=SECTIONS,
        questions=QUESTIONS,
    )
    return replace(base, **changes)  # type: ignore[arg-type]


def rating(member: str, discipline: str, value: int | str, **more: object) -> Answer:
    """A rating of the book."""
    return replace(
        Answer(f"{member}-{discipline}-book", member, "q1", "book", "", discipline, value, updated="2026-04-07"),
        **more,  # type: ignore[arg-type]
    )


def verdict(member: str, discipline: str, chapter: str, value: str, **more: object) -> Answer:
    """A verdict on a chapter."""
    return replace(
        Answer(f"{member}-{discipline}-{chapter}", member, "q2", "chapter", chapter, discipline, value),
        **more,  # type: ignore[arg-type]
    )


ALL_DISCIPLINES = (
    *DISCIPLINES[:2],
    Discipline("infrastructure-engineering", "INF", "Infrastructure engineering"),
    Discipline("deployment", "DEP", "Deployment"),
    DISCIPLINES[2],
    Discipline("enterprise-architecture", "EA", "Enterprise architecture", "across"),
    DISCIPLINES[3],
    Discipline("project-management", "PM", "Project management", "across"),
    Discipline("quality-assurance-and-testing", "QA", "Quality assurance and testing", "across"),
    Discipline("governance-risk-and-compliance", "GRC", "Governance, risk and compliance", "across"),
)
SEATS = (1, 4, 0, 6, 1, 8, 4, 7, 1, 0, 3, 6, 4, 8, 1, 9, 2, 0, 6, 4, 8, 7, 1, 9)  # disciplines of 24 readers, in turn
SPHERES = ("director", "manager", "consultant", "worker", "guerrilla")
WORDS = (
    "Nobody here orders disks any more. Say who asks for capacity, and how many weeks before.",
    "I read this aloud at our Monday meeting.",
    "Logging is how a disagreement stops being silent; the enemy is closing it unread.",
    "Some waiting is bought on purpose. A cooling-off day has stopped two bad releases here.",
    "Which of these two am I making when I write a test?",
)


def full_round(seed: int = 7, readers: int = 24, notes: int = 150, **changes: object) -> Snapshot:
    """A round of the usual size: six chapters, ten disciplines, answers and notes of all kinds."""
    random = Random(seed)
    chapters = tuple(Chapter(f"c{n}", f"The title of chapter {n}", n) for n in range(1, 7))
    sections = tuple(Section(f"c{n}-1", f"c{n}", "", 1, length=5000) for n in range(1, 7))
    sections += tuple(
        Section(f"c6-{d.code.lower()}", "c6", f"For {d.name}", 2 + n, d.slug, 1200)
        for n, d in enumerate(ALL_DISCIPLINES)
    )
    people: list[Member] = [Member("author", "Runa Ekholt", role="author")]
    reviews, answers, remarks = [], [], []
    for n in range(readers):
        d = ALL_DISCIPLINES[SEATS[n % len(SEATS)]]
        person = Member(f"m{n:02}", f"Reader {n}", f"{d.name} {n}", "reviewer", (d.slug,), SPHERES[n % 5], n)
        people.append(person)
        reviews.append(Review(person.id, ("submitted", "started", "submitted", "opened", "submitted")[n % 5]))
        if n % 5 == 3:
            continue
        answers.append(rating(person.id, d.slug, random.choice((2, 3, 4, 4, 5, 5, "cannot_judge"))))
        for c in chapters:
            if random.random() < 0.9:
                answers.append(verdict(person.id, d.slug, c.key, random.choice(("yes", "yes", "yes", "partly", "no"))))
        own = f"c6-{d.code.lower()}"
        answers.append(Answer(f"{person.id}-ov", person.id, "q1", "own_section", own, d.slug, random.randint(2, 5)))
        answers.append(Answer(f"{person.id}-os", person.id, "q2", "own_section", own, d.slug, "partly"))
        answers.append(Answer(f"{person.id}-ow", person.id, "q3", "own_section", own, d.slug, None, WORDS[n % 5]))
    for n in range(notes):
        person = people[1 + n % readers]
        kind = ("comment", "suggestion", "reaction", "comment", "experience", "reaction")[n % 6]
        section = sections[n * 7 % len(sections)]
        start = n * 37 % 800
        remarks.append(
            Remark(
                id=f"t{n:03}",
                member=person.id,
                kind=kind,
                body=f"{WORDS[n % 5]} ({n})" if kind != "reaction" or n % 4 else "",
                discipline=person.disciplines[0],
                chapter=section.chapter,
                section=section.key,
                reaction=("confusing", "valuable", "too_slow", "disagree", "missing")[n % 5]
                if kind == "reaction"
                else "",
                replacement="and decides, before anyone asks, where" if kind == "suggestion" else None,
                before="The architect keeps the map of the whole, ",
                quote="and is consulted when",
                after=" two teams need the same road.",
                start=start,
                end=start + 40,
                fate=("kept", "kept", "moved", "edited")[n % 4],
                decision=("", "will_change", "changed", "no_change", "later")[n % 5],
                reason="It stays, for the reader who comes from outside." if n % 5 == 3 else "",
                agreements=n % 3,
                replies=(Reply("author", "Thank you. Which week would you name?", "2026-04-08"),) if n % 9 == 0 else (),
                visibility="authors" if n % 17 == 0 else "everyone",
                permission=("no", "unnamed", "named")[n % 3],
                created=f"2026-04-07T{n % 24:02}:00:00Z",
                earlier=n % 4 == 0,
            )
        )
    was = Random(seed + 1)
    before = tuple(
        replace(a, value=was.choice(("yes", "partly", "no")) if a.scope == "chapter" else was.randint(1, 5))
        for a in answers
        if a.scope != "own_section" and was.random() < 0.8
    )
    return snapshot(
        **{
            "title": "One System, Ten Trades",
            "disciplines": ALL_DISCIPLINES,
            "members": tuple(people),
            "chapters": chapters,
            "sections": sections,
            "reviews": tuple(reviews),
            "answers": tuple(answers),
            "remarks": tuple(remarks),
            "before": Before(2, "1", before),
            "draft": 3,
            "label": "2",
            **changes,
        }
    )

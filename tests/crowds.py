"""Many notes on one chapter, stored at once: writing two thousand one by one takes a minute."""

import random
from datetime import timedelta
from typing import Any

from django.utils import timezone

from manuscripts.models import Draft, Membership
from reviews.models import Agreement, Anchor, Comment, Decision, Thread

KINDS = [
    ("comment", ""),
    ("suggestion", ""),
    ("reaction", "confusing"),
    ("comment", ""),
    ("experience", ""),
    ("reaction", "valuable"),
]
SPOKEN = (
    "the night shift pager handover list rota bridge nobody owns what wakes us and when it fails twice "
    "we learned late that a change was promised before anyone had read its plan aloud in the room"
)


def crowd(draft: Draft, chapter: str, readers: list[Membership], notes: int, seed: int = 7) -> list[Thread]:
    """`notes` notes on words all over a chapter of an open draft, as `create_thread` and the others would store them:
    most with one to three replies, every third agreed with, every fourth decided. Unlike theirs, no event tells of
    them."""
    rng = random.Random(seed)
    places = list(draft.placements.filter(chapter__key=chapter).select_related("text"))
    team = draft.manuscript.memberships.filter(role="author").first()
    begun = timezone.now() - timedelta(days=9)
    threads, others = [], []
    for number in range(notes):
        place = rng.choices(places, [len(p.text.text) for p in places])[0]
        author, *rest = rng.sample(readers, min(4, len(readers)))
        threads.append(_thread(rng, draft, place, author, number, begun + timedelta(minutes=number)))
        others.append([team, *rest][: rng.randint(0, 3)])
    Thread.objects.bulk_create(threads, batch_size=500)
    _messages(rng, draft, threads, others)
    standing = [t for t in threads if t.scope == "section"]
    place_fields = ("draft_id", "chapter_id", "section_id", "text_id", "start", "end")
    Anchor.objects.bulk_create(
        [Anchor(thread=t, fate="kept", **{name: getattr(t, name) for name in place_fields}) for t in standing],
        batch_size=500,
    )
    promise = {"round": draft.round, "anonymity": draft.round.anonymity}
    agreed = [(t, next((r for r in readers if r.pk != t.author_id), None)) for t in threads[::3]]
    Agreement.objects.bulk_create([Agreement(thread=t, member=m, **promise) for t, m in agreed if m], batch_size=500)
    decided = [t for t in threads if t.status == "decided"]
    reasons = [f"{_sentence(rng, 8)} ({t.pk})" for t in decided]
    Decision.objects.bulk_create(
        [
            Decision(thread=t, decision="no_change", reason=why, by=team)
            for t, why in zip(decided, reasons, strict=True)
        ],
        batch_size=500,
    )
    return threads


def _thread(rng: random.Random, draft: Draft, place: Any, author: Membership, number: int, when: Any) -> Thread:
    kind, reaction = KINDS[number % len(KINDS)]
    length = len(place.text.text)
    start = rng.randrange(max(1, length - 40))
    return Thread(
        manuscript=draft.manuscript,
        author=author,
        scope="section",
        kind=kind,
        reaction=reaction,
        replacement=_sentence(rng, 6) if kind == "suggestion" else None,
        discipline=author.disciplines.first(),
        status="decided" if number % 4 == 0 else "open",
        round=draft.round,
        draft=draft,
        chapter_id=place.chapter_id,
        section_id=place.section_id,
        text_id=place.text_id,
        start=start,
        end=min(length, start + rng.randint(5, 160)),
        created=when,
        updated=when,
    )


def _messages(rng: random.Random, draft: Draft, threads: list[Thread], others: list[list[Membership]]) -> None:
    """The words of each note, and what `others` answered to it."""
    comments = []
    for number, (thread, answering) in enumerate(zip(threads, others, strict=True)):
        body = " ".join(_sentence(rng, 12) for _ in range(rng.randint(1, 4))) + f" *No. {number}*"
        said = [(thread.author, body), *((who, f"{_sentence(rng, 14)} ({number})") for who in answering)]
        for after, (who, words) in enumerate(said):
            comments.append(
                Comment(
                    thread=thread,
                    author=who,
                    body=words,
                    round=draft.round,
                    anonymity=draft.round.anonymity,
                    created=thread.created + timedelta(seconds=after),
                )
            )
    Comment.objects.bulk_create(comments, batch_size=500)


def _sentence(rng: random.Random, words: int) -> str:
    return " ".join(rng.choices(SPOKEN.split(), k=words)).capitalize() + "."


def long_chapter(words: int, seed: int = 5) -> str:
    """Markdown of about that many words, a paragraph every sixty."""
    rng = random.Random(seed)
    paragraphs = [" ".join(_sentence(rng, 12) for _ in range(5)) for _ in range(words // 60)]
    return "\n\n".join(["# The crowded chapter", *paragraphs])

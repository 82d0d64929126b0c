"""A chapter of 6,000 words with 300 notes and their replies: CPU of its page and queries (goals 80 ms, 15).

scripts/bench chapter [NOTES]    on SQLite, or on the server of DATABASE_URL
"""

import importlib
import random
import statistics
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

from benchmarks._ground import close, collect_static, prepare, spread, told

GOAL_MS = 80
GOAL_QUERIES = 15
WORDS = 6000
READERS = 24
REQUESTS = 25
PAGE = "/m/measured/read/c3/"


def main() -> int:
    """Print the figures; 1 where a goal is missed."""
    notes = int(sys.argv[1]) if len(sys.argv) > 1 else 300
    with tempfile.TemporaryDirectory() as folder:
        engine = prepare(Path(folder))
        try:
            collect_static()
            importlib.import_module("config.asgi")  # as the server does, which sets how memory is looked after
            fine = _measure(engine, notes)
        finally:
            close()
    return int(not fine)


def _measure(engine: str, notes: int) -> bool:
    from django.db import connection
    from django.test import Client
    from django.test.utils import CaptureQueriesContext

    manuscript, words = _book(notes)
    fine = True
    for role in ("reviewer", "author"):
        member = manuscript.memberships.filter(role=role).order_by("pk").first()
        client = Client(headers={"host": "127.0.0.1"})
        client.force_login(member.user, backend="django.contrib.auth.backends.ModelBackend")
        first, size = _request(client, notes)
        for _ in range(3):
            _request(client, notes)
        samples = [_request(client, notes)[0] for _ in range(REQUESTS)]
        with CaptureQueriesContext(connection) as queries:
            _request(client, notes)
        print(
            f"{engine}, {role}: {words:,} words, {notes} notes, {size // 1024} KB; CPU ms {spread(samples)} "
            f"(least / median / most of {REQUESTS}), the very first {first:.0f}"
        )
        fine &= told("  CPU of the page", statistics.median(samples), GOAL_MS, "ms")
        fine &= told("  queries", len(queries), GOAL_QUERIES, "queries")
    return fine


def _request(client: Any, notes: int) -> tuple[float, int]:
    """CPU milliseconds of this process for one page, and the page's bytes. Fails unless every note is in it."""
    before = time.process_time()
    response = client.get(PAGE)
    spent = (time.process_time() - before) * 1000
    found = response.content.count(b' data-id="')
    assert response.status_code == 200 and found == notes, (response.status_code, found)
    return spent, len(response.content)


def _book(notes: int) -> tuple[Any, int]:
    """An open draft of six chapters, read by 24 people who wrote `notes` notes on the third; its words too."""
    rng = random.Random(3)
    draft, readers = make_chapter(rng, WORDS)
    texts = [place.text for place in draft.placements.filter(chapter__key="c3").select_related("text")]
    for number in range(notes):
        _note(rng, draft.manuscript, readers, texts, number)
    return draft.manuscript, sum(text.words for text in texts)


def make_chapter(rng: random.Random, words: int) -> tuple[Any, list[Any]]:
    """An open draft of six chapters, the third of `words` words, and its 24 readers."""
    from accounts.models import User
    from manuscripts.manuscripts import make_manuscript
    from tests.books import make_draft, make_reader, open_at_once

    author = User.objects.create_user("ada@example.org", name="Ada Lindqvist", is_author=True)
    manuscript = make_manuscript(author, "Measured")
    slugs = [discipline.slug for discipline in manuscript.disciplines.all()]
    chapters = {}
    for number in range(1, 7):
        size = words if number == 3 else 600
        sections = [(f"c{number}-1", None, _markdown(rng, f"# Chapter {number}", size * 6 // 10))]
        for slug in slugs[3:5]:
            sections.append((f"c{number}-{slug[:3]}", slug, _markdown(rng, f"## For {slug}", size * 2 // 10)))
        chapters[f"c{number}"] = (f"Chapter {number}", sections)
    draft = open_at_once(make_draft(manuscript, chapters))
    readers = [make_reader(manuscript, f"Reader {n}", slugs[n % len(slugs)]) for n in range(READERS)]
    return draft, readers


def _markdown(rng: random.Random, heading: str, words: int) -> str:
    """About that many words: paragraphs with emphasis, a list, a table and a footnote now and then."""
    from benchmarks._books import sentence

    blocks, left, number = [heading], words, 0
    while left > 0:
        number += 1
        lines = [sentence(rng, rng.randint(8, 22)) for _ in range(rng.randint(3, 6))]
        lines[0] = f"**{lines[0]}**" if number % 5 == 0 else lines[0]
        left -= sum(len(line.split()) for line in lines)
        if number % 9 == 0:
            lines = [f"- {line}\n" for line in lines]
        blocks.append(" ".join(lines) if number % 9 else "\n".join(lines))
        if number % 12 == 0:
            blocks[-1] += f"[^{number}]\n\n[^{number}]: {sentence(rng, 12)}"
            blocks.append("| who | when |\n|---|---|\n" + "\n".join("| one shift | at noon |" for _ in range(5)))
    return "\n\n".join(blocks)


def _note(rng: random.Random, manuscript: Any, readers: list[Any], texts: list[Any], number: int) -> None:
    """One note with one to three replies; some are agreed with, some decided."""
    from anchoring.selectors import describe
    from benchmarks._books import sentence
    from reviews.threads import NewThread, agree, create_thread, decide, reply
    from tests.books import actor_of

    text = rng.choice(texts)
    start = rng.randrange(len(text.text) - 200)
    kind = ("comment", "suggestion", "reaction", "comment", "experience")[number % 5]
    new = NewThread(
        kind=kind,
        body=" ".join(sentence(rng, 12) for _ in range(rng.randint(1, 4))) + f" *No. {number}*",
        text_id=text.pk,
        selector=describe(text.text, start, start + rng.randint(5, 160)),
        replacement=sentence(rng, 6) if kind == "suggestion" else None,
        reaction="confusing" if kind == "reaction" else "",
    )
    author, *others = rng.sample(readers, 4)
    team = manuscript.memberships.get(role="author")
    thread, _made = create_thread(actor_of(author), manuscript, new)
    for who in [team, *others][: rng.randint(1, 3)]:
        reply(actor_of(who), thread, f"{sentence(rng, 14)} ({number})")
    if number % 3 == 0:
        agree(actor_of(others[0]), thread)
    if number % 4 == 0:
        decide(actor_of(team), thread, "no_change", f"{sentence(rng, 8)} ({number})")

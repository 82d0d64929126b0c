"""Carrying notes to the next draft: how good, how fast, how hard to upset; beside a plain quote search.

scripts/bench carrying [--seed N] [--seeds N] [--data FILE]

The gate is judged on all seeds together. FILE: more revisions, JSON lines as manage.py carry_ranges reads, with truth.
"""

import argparse
import multiprocessing
import random
import resource
import sys
import time
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import Any

from anchoring.align import align
from anchoring.book import carry_book
from anchoring.carry import Range, carry
from benchmarks._ground import told
from benchmarks._hostile import BOOKS, TEXTS
from benchmarks._quote_search import search
from benchmarks._revisions import Pen, Revision, Text
from benchmarks._revisions_books import BOOK_CLASSES, RevisedBook, revised_books
from benchmarks._revisions_cases import CLASSES, next_draft, revisions
from benchmarks._revisions_prose import ENGLISH
from benchmarks._scoring import Place, Tally, judge, misplaced, percent, read

FRESH = 100  # the seeds from here on are measured with, never tuned on
OURS, QUOTES = "ours", "quote search"
QUOTES_MOST = 85.0  # percent correct; where the quote search does better, the set is too easy
SECONDS_HOSTILE, SECONDS_HOSTILE_BOOK = 2.0, 10.0
MEGABYTES = 300
MOST_SAMPLES, SECONDS_SAMPLED = 25, 5.0
# words, texts of the book, notes, goal in milliseconds of CPU
SIZES = (
    (2_000, 1, (10, 100, 1_000), 60),
    (10_000, 1, (10, 100, 1_000), 200),
    (100_000, 20, (10, 100, 1_000, 10_000), 5_000),
)

Matcher = Callable[[str, str, Sequence[tuple[int, int]]], list[Place]]


def main(arguments: Sequence[str] | None = None) -> int:
    """Print the figures; 1 where a gate is missed."""
    parser = argparse.ArgumentParser(prog="scripts/bench carrying", description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--data", type=Path, action="append", default=[], help="score the revisions of this file too")
    parser.add_argument("--each", type=int, default=2, help="revisions of each class and strength, by seed (2)")
    parser.add_argument(
        "--seed", type=int, default=FRESH, help=f"the first seed ({FRESH}); those below {FRESH} are to tune with"
    )
    parser.add_argument("--seeds", type=int, default=5, help="how many seeds, pooled (5, less than two minutes)")
    parser.add_argument("--only-quality", action="store_true", help="leave out time, memory and hostile texts")
    options = parser.parse_args(arguments)
    seeds = range(options.seed, options.seed + options.seeds)
    faults = own_set(options.each, seeds) + own_books(max(1, options.each // 2), seeds)
    for path in options.data:
        try:
            tally = score(read(path))
        except (OSError, ValueError) as error:
            print(error, file=sys.stderr)
            return 2
        print(tally.table(path.name), end="\n\n")
        faults += [f"{path.name}: {fault}" for fault in tally.short_of(OURS)]
    if not options.only_quality:
        faults += costs() + hostile()
    print("\n".join(f"MISSED  {fault}" for fault in faults) or "Every gate is passed.")
    return int(bool(faults))


# How good


def carried(old: str, new: str, ranges: Sequence[tuple[int, int]]) -> list[Place]:
    """Where our aligner puts each range."""
    found = carry(align(old, new), [Range(*each) for each in ranges])
    return [None if each.start is None or each.end is None else (each.start, each.end) for each in found]


def score(revised: Iterable[Revision], matchers: dict[str, Matcher] | None = None) -> Tally:
    """The verdicts on each matcher's places."""
    tally = Tally()
    for revision in revised:
        for name, matcher in (matchers or {OURS: carried, QUOTES: search}).items():
            ranges = [(each["start"], each["end"]) for each in revision.anchors]
            _judge(tally, name, revision, matcher(revision.old_text, revision.new_text, ranges))
    return tally


def score_books(books: Iterable[RevisedBook]) -> Tally:
    """The same for whole books; the quote search has all chapters as one text."""
    tally = Tally()
    for book in books:
        found = [
            book.in_whole(each.key, each.start, each.end) for each in carry_book(book.old, book.new, book.places())
        ]
        _judge(tally, OURS, book.whole, found)
        ranges = [(each["start"], each["end"]) for each in book.whole.anchors]
        _judge(tally, QUOTES, book.whole, search(book.whole.old_text, book.whole.new_text, ranges))
    return tally


def _judge(tally: Tally, name: str, revision: Revision, found: Sequence[Place]) -> None:
    for anchor, place in zip(revision.anchors, found, strict=True):
        tally.add(revision.cls, name, judge(revision.new_text, anchor["truth"], place))


def own_set(each: int, seeds: Sequence[int]) -> list[str]:
    """Our own revisions of single texts."""
    return _pooled("revisions", len(CLASSES), {seed: score(revisions(each, seed=seed)) for seed in seeds})


def own_books(each: int, seeds: Sequence[int]) -> list[str]:
    """Our own revisions of whole books."""
    return _pooled("books", len(BOOK_CLASSES), {seed: score_books(revised_books(each, seed=seed)) for seed in seeds})


def _pooled(name: str, classes: int, tallies: dict[int, Tally]) -> list[str]:
    """Tells all seeds together and the worst of them; what they miss of the gate together."""
    pooled = Tally()
    for tally in tallies.values():
        pooled.take(tally)
    ours = {seed: tally.all()[OURS] for seed, tally in tallies.items()}
    worst = min(ours, key=lambda seed: percent(ours[seed], "correct") - misplaced(ours[seed]))
    print(pooled.table(f"{classes} classes of {name}"))
    print(f"The worst of {len(ours)} seeds is {worst}: {percent(ours[worst], 'correct'):.2f} % correct,", end=" ")
    print(f"{misplaced(ours[worst]):.2f} % misplaced", end="\n\n")
    return [f"{name}: {fault}" for fault in (*pooled.short_of(OURS), *_too_easy(pooled))]


def _too_easy(tally: Tally) -> list[str]:
    verdicts = tally.all()[QUOTES]
    share = percent(verdicts, "correct")
    return [f"the quote search has {share:.1f} % correct: too easy"] if share >= QUOTES_MOST else []


# How fast


def costs() -> list[str]:
    """CPU by draft and by note, each size in a process of its own, which also tells its memory."""
    faults = []
    for words, texts, notes, goal in SIZES:
        old, new = draft_pair(words, texts)
        with multiprocessing.get_context("spawn").Pool(1) as pool:
            spent, base, most = pool.apply(_spent, (old, new, notes))
        for count, seconds in spent.items():
            name = f"{words:>7,} words in {texts:>2}, {count:>6,} notes, CPU"
            if not told(name, 1000 * seconds, goal, "ms"):
                faults.append(f"{name}: {1000 * seconds:.0f} ms, more than {goal}")
        name = f"{words:>7,} words in {texts:>2}, memory at most ({base:.0f} MB before)"
        if not told(name, most, MEGABYTES, "MB"):
            faults.append(f"{name}: {most:.0f} MB")
    print()
    return faults


def draft_pair(words: int, texts: int) -> tuple[dict[str, tuple[str, str]], dict[str, tuple[str, str]]]:
    """A book of about that many words in so many texts, and its next draft."""
    rng = random.Random(words)
    old, new = {}, {}
    for number in range(texts):
        pen = Pen(rng, ENGLISH[number % len(ENGLISH)])
        text, size = Text([]), 0
        while size < words // texts:
            text.sections.append(pen.section())
            size += sum(len(each.text.split()) for part in text.sections[-1] for each in part.sentences)
        old[f"c{number}"] = (f"Chapter {number}", text.render()[0])
        next_draft(text, pen, 0.3)
        new[f"c{number}"] = (f"Chapter {number}", text.render()[0])
    return old, new


def _spent(
    old: dict[str, tuple[str, str]], new: dict[str, tuple[str, str]], notes: Sequence[int]
) -> tuple[dict[int, float], float, float]:
    """Seconds of CPU by number of notes, memory before and at most, in MB.

    The best of many samples: what else runs on the machine only ever adds to it.
    """
    rng = random.Random(1)
    base = _megabytes()
    spent = {}
    for count in notes:
        places = [_anywhere(rng, old) for _ in range(count)]
        samples: list[float] = []
        while len(samples) < 3 or (len(samples) < MOST_SAMPLES and sum(samples) < SECONDS_SAMPLED):
            begun = time.process_time()
            carry_book(old, new, places)
            samples.append(time.process_time() - begun)
        spent[count] = min(samples)
    return spent, base, _megabytes()


def _anywhere(rng: random.Random, book: dict[str, tuple[str, str]]) -> tuple[str, int, int]:
    key = rng.choice(list(book))
    start = rng.randrange(len(book[key][1]) - 200)
    return key, start, start + rng.choice((3, 12, 40, 160))


def _megabytes() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


# How hard to upset


def hostile() -> list[str]:
    """Seconds of CPU for texts and books made to be slow, with 200 notes each."""
    faults = []
    for name, make in TEXTS.items():
        old, new = make()
        middle = len(old) // 2
        places = [Range(middle, min(len(old), middle + 20))] * 200 if old else []
        faults += _timed(name, SECONDS_HOSTILE, lambda o=old, n=new, p=places: carry(align(o, n), p))
    for name, make_book in BOOKS.items():
        before, after = make_book()
        rng = random.Random(2)
        spots = [_anywhere(rng, before) for _ in range(200)]
        faults += _timed(f"book: {name}", SECONDS_HOSTILE_BOOK, lambda o=before, n=after, p=spots: carry_book(o, n, p))
    return faults


def _timed(name: str, goal: float, call: Callable[[], Sequence[Any]]) -> list[str]:
    begun = time.process_time()
    found = call()
    seconds = time.process_time() - begun
    placed = sum(each.start is not None for each in found)
    fine = told(f"{name:<46} {placed:>3} of {len(found):>3} placed, CPU", seconds, goal, "s")
    return [] if fine else [f"{name}: {seconds:.1f} s, more than {goal:g}"]

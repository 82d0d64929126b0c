"""A Word file of 300 pages with 500 notes put into it as comments: places found, and read by other programs (issue 5).

scripts/bench word_notes [FILE]    FILE keeps it, to be looked at
"""

import random
import re
import sys
import time
from pathlib import Path

import django

NOTES, WORDS = 500, 100_000


def main() -> int:
    """Print the figures; 1 where a comment stands on other words than its note."""
    django.setup()
    return int(not _measure(NOTES, WORDS, next(iter(sys.argv[1:]), "")))


def _measure(count: int, words: int, keep: str) -> bool:
    from benchmarks._books import canonical_texts, marked_book
    from manuscripts.formats.docx_comment_parts import Message
    from manuscripts.formats.docx_commented import Commented, Thread
    from tests.word_comments import by_pandoc, by_python_docx, flat

    data = marked_book(words)
    texts = canonical_texts(data)
    print(f"{len(data) // 1024} KB, {sum(len(text.split()) for text in texts)} words in {len(texts)} texts")
    rng = random.Random(5)
    begun = time.monotonic()
    file = Commented(data, texts)
    print(f"  read and compared in {time.monotonic() - begun:.1f} s")
    threads, quotes, missing = [], {}, []
    for number in range(count):
        section, start, end = _somewhere(rng, texts)
        place = file.words(section, start, end)
        quote = texts[section][start:end]
        if place is None or not place.whole:
            missing.append(quote)
            continue
        quotes[f"Note {number}"] = quote
        answers = [Message("Runa", "RE", f"Answer {number}")] if number % 3 == 0 else []
        threads.append(Thread(place, (Message("A reader", "R", f"Note {number}"), *answers), number % 5 == 0))
    made = file.write(threads)
    print(f"  {len(threads)} threads put in after {time.monotonic() - begun:.1f} s; told apart: {missing}")
    wrong = 0
    for read in (by_python_docx, by_pandoc):
        found = {noted.text.strip(): noted.words for noted in read(made).values()}
        bad = [
            (name, quote, found.get(name)) for name, quote in quotes.items() if flat(quote) != flat(found.get(name, ""))
        ]
        print(f"  {read.__name__}: {len(quotes) - len(bad)} of {len(quotes)} on their quote {bad[:3]}")
        wrong += len(bad)
    if keep:
        Path(keep).write_bytes(made)
    return not wrong


def _somewhere(rng: random.Random, texts: list[str]) -> tuple[int, int, int]:
    """Words anywhere: a part of one, a line, or over the end of a paragraph or a cell."""
    section = rng.randrange(len(texts))
    spans = [match.span() for match in re.finditer(r"\S+", texts[section])]
    first = rng.randrange(len(spans))
    last = min(len(spans) - 1, first + rng.choice((0, 0, 1, 2, 4, 8, 20, 60)))
    return section, spans[first][0], spans[last][1]

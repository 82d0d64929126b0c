"""Texts and books made to be slow, for benchmarks and tests: each a function that makes the old and the new one."""

import random
from collections.abc import Callable


def _at_random(seed: int) -> str:
    return " ".join(random.Random(seed).choices("abcdefgh", k=60_000))


def _moved_lines(seed: int) -> str:
    lines = [f"line {number} of the ledger, as it was kept by watch {number % 7}\n" for number in range(8_000)]
    random.Random(seed).shuffle(lines)
    return "".join(lines)


TEXTS: dict[str, Callable[[], tuple[str, str]]] = {
    "one word 50,000 times": lambda: ("word " * 50_000, "word " * 49_990),
    "one word, cut in two": lambda: ("word " * 50_000, "x " + "word " * 30_000 + "y " + "word " * 10_000),
    "5 MB in one line": lambda: ("lorem ipsum " * 420_000, "x" + "lorem ipsum " * 420_000),
    "5 MB without spaces": lambda: ("x" * 5_000_000, "x" * 4_999_999 + "y"),
    "no spaces, 60,000 signs": lambda: ("夜勤は静か" * 12_000, "静かは夜勤" * 12_000),
    "only emoji": lambda: ("👍🏽" * 50_000, "👩‍👩‍👧‍👦" * 25_000),
    "nothing shared": lambda: (
        " ".join(f"old{number % 9_000}" for number in range(60_000)),
        " ".join(f"new{number % 9_000}" for number in range(60_000)),
    ),
    "old text empty": lambda: ("", "word " * 50_000),
    "new text empty": lambda: ("word " * 50_000, ""),
    "identical": lambda: (_at_random(3), _at_random(3)),
    "few words at random": lambda: (_at_random(1), _at_random(2)),
    "two words in turn": lambda: ("a b " * 40_000, "b a " * 40_000),
    "the same line": lambda: ("the same line.\n" * 30_000, "the same line!\n" * 30_000),
    "every line moved": lambda: (_moved_lines(1), _moved_lines(2)),
    "only newlines": lambda: ("\n" * 2_000_000, "\n" * 1_999_999),
    "only combining marks": lambda: ("a" + "\u0301" * 500_000, "a" + "\u0301" * 400_000),
    "backwards": lambda: tuple(" ".join(f"w{number}" for number in range(40_000)[::step]) for step in (1, -1)),  # type: ignore[return-value]
}

Book = dict[str, tuple[str, str]]
TWIN = "Every change was entered in a ledger that three people kept and that no two of them read alike."


def _book(count: int, line: Callable[[int, int], str], lines: int, name: str = "c") -> Book:
    return {
        f"{name}{number}": (f"Chapter {name} {number}", "".join(line(number, at) + "\n" for at in range(lines)))
        for number in range(count)
    }


BOOKS: dict[str, Callable[[], tuple[Book, Book]]] = {
    "one paragraph 20,000 times, other keys": lambda: (
        _book(200, lambda n, at: TWIN, 100),
        _book(199, lambda n, at: TWIN, 100, "k"),
    ),
    "twins that differ in one word": lambda: (
        _book(100, lambda n, at: f"{TWIN[:-1]} on day {n * 100 + at}.", 100),
        _book(100, lambda n, at: f"{TWIN[:-1]} on day {(n * 100 + at) * 7 % 10_000}.", 100, "k"),
    ),
    "every paragraph in another chapter": lambda: (
        _book(
            100, lambda n, at: f"On day {n}-{at} watch {at * 7 + n} wrote {n * at} lines and struck {n + at} out.", 80
        ),
        _book(
            100, lambda n, at: f"On day {at}-{n} watch {n * 7 + at} wrote {n * at} lines and struck {n + at} out.", 80
        ),
    ),
    "3,000 sections, all keys and titles new": lambda: (
        _book(3_000, lambda n, at: f"Section {n} keeps line {at} of its own {n * 31 + at}.", 6),
        _book(3_000, lambda n, at: f"Section {n} keeps line {at} of its own {n * 31 + at}.", 6, "k"),
    ),
    "nothing shared": lambda: (
        _book(50, lambda n, at: " ".join(f"old{n}x{at}y{w}" for w in range(20)), 100),
        _book(50, lambda n, at: " ".join(f"new{n}x{at}y{w}" for w in range(20)), 100),
    ),
    "one chapter of 5 MB": lambda: (
        {"c1": ("One", "lorem ipsum " * 420_000)},
        {"k1": ("One", "ipsum lorem " * 420_000)},
    ),
}

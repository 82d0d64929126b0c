"""Grammars of invented prose, as files of benchmarks/prose/ hold them.

A line is `symbol: shape | shape`, a shape being text with other symbols in braces, or `symbol = word word word`. `x3`
before the colon says that its shapes come three times as often; several lines of a symbol count as one, the plainest
shapes first. `{noun+s}` is another form of the word. A paragraph keeps to its matter: the few words that its writer
comes back to, of the symbols that a grammar calls its topics.
"""

import random
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from itertools import accumulate
from pathlib import Path

FILES = Path(__file__).parent / "prose"
LINE = re.compile(r"(\w+)(?: x(\d+))?(:| =) (.*)")
LETTERS = re.compile(r"[^\W\d_]+")
SYMBOL = re.compile(r"\{(\w+)(?:\+(\w+))?\}")
DEEP, DEEPEST = 4, 6  # symbols inside one another: only plain shapes from here on, only the plainest from there
RETURN = 0.4  # how often a word is one that the paragraph comes back to
OF_TEXT = 12  # words of a text's matter, by topic
SHARED, OWN = 2, 3  # words of a paragraph's matter, by topic: of its text's, and its own

Shape = tuple[tuple[str, str, str], ...]  # some text, then a symbol and the form of its word
Matter = Mapping[str, tuple[str, ...]]  # by topic


# Forms of English words


def plural(word: str) -> str:
    """The plural of a noun, and what he does who does the verb."""
    if word.endswith("man"):
        return word[:-2] + "en"
    if re.search(r"[^aeiou]y$", word):
        return word[:-1] + "ies"
    return word + ("es" if re.search(r"(?:s|x|z|ch|sh)$", word) else "s")


def past(word: str) -> str:
    """The past of a regular verb."""
    if word.endswith("e"):
        return word + "d"
    return word[:-1] + "ied" if re.search(r"[^aeiou]y$", word) else _doubled(word) + "ed"


def going(word: str) -> str:
    """The verb with -ing."""
    return word[:-1] + "ing" if re.search(r"[^e]e$", word) else _doubled(word) + "ing"


def _doubled(word: str) -> str:
    """The verb of one short syllable with its last consonant twice."""
    return word + word[-1] if re.fullmatch(r"(?:qu|[^aeiou])*[aeiou][^aeiouwxy]", word) else word


FORMS: dict[str, Callable[[str], str]] = {"": str, "s": plural, "ed": past, "ing": going, "er": "more {}".format}


@dataclass(frozen=True)
class Grammar:
    """The shapes of each symbol with their running weights, and its words, the common ones first."""

    shapes: dict[str, tuple[list[Shape], list[int]]]
    words: dict[str, tuple[str, ...]]
    topics: tuple[str, ...]

    @classmethod
    def read(cls, *names: str) -> "Grammar":
        """The grammars of these files as one. Raises ValueError naming a line that is none."""
        shapes: dict[str, list[tuple[Shape, int]]] = {}
        words: dict[str, list[str]] = {}
        for line in (line for name in names for line in (FILES / f"{name}.txt").read_text("utf-8").split("\n")):
            if not line or line.startswith("#"):
                continue
            match = LINE.fullmatch(line)
            if not match:
                raise ValueError(f"{line!r} is no line of a grammar")
            symbol, times, kind, rest = match.groups()
            if kind == ":":
                shapes.setdefault(symbol, []).extend((_shape(each), int(times or 1)) for each in rest.split(" | "))
            else:
                words.setdefault(symbol, []).extend(rest.split() * int(times or 1))
        weighed = {
            symbol: ([shape for shape, _ in each], list(accumulate(weight for _, weight in each)))
            for symbol, each in shapes.items()
        }
        topics = tuple(words.pop("topics"))
        return cls(weighed, {symbol: tuple(each) for symbol, each in words.items()}, topics)

    def say(self, rng: random.Random, symbol: str, matter: Matter, depth: int = 0) -> str:
        """Words for the symbol."""
        if symbol in matter and rng.random() < RETURN:
            return rng.choice(matter[symbol])
        words = self.words.get(symbol, ())
        shapes, weights = self.shapes.get(symbol, ((), (0,)))
        if rng.random() * (len(words) + weights[-1]) < len(words):
            return words[int(len(words) * rng.random() ** 1.25)]
        if depth >= DEEP:
            shape = rng.choice(shapes[: 1 if depth >= DEEPEST else max(3, len(shapes) // 4)])
        else:
            shape = rng.choices(shapes, cum_weights=weights)[0]
        return "".join(
            text + (FORMS[form](self.say(rng, inner, matter, depth + 1)) if inner else "")
            for text, inner, form in shape
        )

    def matter(self, rng: random.Random, of: Matter | None = None) -> Matter:
        """What a text comes back to or, with that, what one of its paragraphs does."""
        new = OF_TEXT if of is None else OWN
        return {
            topic: (*(self.say(rng, topic, {}) for _ in range(new)), *(rng.sample(of[topic], SHARED) if of else ()))
            for topic in self.topics
        }

    def kinds(self) -> dict[str, tuple[str, ...]]:
        """By word in each of its forms: the words that can stand in its place."""
        used = {(symbol, form) for shapes, _ in self.shapes.values() for shape in shapes for _, symbol, form in shape}
        found: dict[str, tuple[str, ...]] = {}
        for symbol, form in sorted(used):
            words = tuple(FORMS[form](word) for word in dict.fromkeys(self.words.get(symbol, ())))
            for word in words if len(words) > 1 else ():
                found.setdefault(word.lower(), words)
        return found

    def bones(self) -> frozenset[str]:
        """The words that the shapes themselves are made of."""
        texts = (text for shapes, _ in self.shapes.values() for shape in shapes for text, _, _ in shape)
        return frozenset(word.lower() for text in texts for word in LETTERS.findall(text))


def _shape(text: str) -> Shape:
    parts, at = [], 0
    for match in SYMBOL.finditer(text):
        parts.append((text[at : match.start()], match[1], match[2] or ""))
        at = match.end()
    return (*parts, (text[at:], "", ""))

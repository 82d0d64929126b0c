"""The voices of invented prose to revise: several registers and scripts, each from a grammar, seeded."""

import random
import re
from dataclasses import dataclass, field

from benchmarks._revisions_grammar import Grammar, Matter

WORD = re.compile(r"[^\W_](?:[^\W_]|['\u2019\u0300-\u036f\u0900-\u097f\u0980-\u09ff\u200d\ufe0f])*")
FIRST_LETTER = re.compile(r"^\W*\w|(?<=[.?!] )\w")
BEFORE_VOWEL = re.compile(r"\b([Aa]) (?=[aeiou])")


@dataclass(frozen=True)
class Voice:
    """One way of writing: its grammar, what its words are and what stands between two sentences."""

    name: str
    grammar: Grammar = field(repr=False)
    space: str = " "
    spaced: bool = True  # words are told apart by blanks
    strewn: tuple[tuple[str, ...], ...] = field(default=(), repr=False)  # one to three of each group in a sentence
    words: tuple[str, ...] = field(init=False, repr=False)  # those that carry the matter
    kinds: dict[str, tuple[str, ...]] = field(init=False, repr=False)
    bones: frozenset[str] = field(init=False, repr=False)  # words that hold a sentence together; none stands for them

    def __post_init__(self) -> None:
        mattering = [word for topic in self.grammar.topics for word in self.grammar.words.get(topic, ())]
        object.__setattr__(self, "words", tuple(dict.fromkeys(mattering)))
        object.__setattr__(self, "kinds", self.grammar.kinds())
        object.__setattr__(self, "bones", self.grammar.bones() - self.kinds.keys())

    def sentence(self, rng: random.Random, matter: Matter | None = None) -> str:
        """A sentence, of the matter if there is one."""
        return self._written(rng, "sentence", matter)

    def heading(self, rng: random.Random, matter: Matter | None = None) -> str:
        """A few words without a full stop."""
        return self._written(rng, "heading", matter)

    def _written(self, rng: random.Random, symbol: str, matter: Matter | None) -> str:
        text = self.grammar.say(rng, symbol, matter or {})
        if self.spaced:
            text = BEFORE_VOWEL.sub(r"\1n ", text)
            text = FIRST_LETTER.sub(lambda match: match[0].upper(), text)
        words = text.split(" ")
        for group in self.strewn:
            for _ in range(rng.randint(1, 3)):
                words.insert(rng.randint(1, len(words) - 1), rng.choice(group))
        return " ".join(words)

    def other(self, rng: random.Random, word: str) -> str:
        """A word that is not this one: of its kind, where that is known."""
        while (found := rng.choice(self.kinds.get(word.lower(), self.words))).lower() == word.lower():
            pass
        return found[0].upper() + found[1:] if word[:1].isupper() else found

    def pattern(self) -> re.Pattern[str]:
        """Finds its words in a text; in a script without blanks, those that carry the matter."""
        if self.spaced:
            return WORD
        return re.compile("|".join([*sorted(map(re.escape, self.words), key=len, reverse=True), r"\d+"]))


EMOJI = (
    "👩‍👩‍👧‍👦", "👩🏽‍💻", "🏳️‍🌈", "👍🏿", "🇩🇪", "🧑‍🚒🧑‍🚒🧑‍🚒",
    "❤️‍🔥", "🚀", "🤷🏻‍♀️", "📎", "🫱🏼‍🫲🏾", "☕☕☕",
)  # fmt: skip
MARKED = (
    "re\u0301sume\u0301", "nai\u0308ve", "co\u0302te\u0301", "नमस्ते", "विज्ञान", "Zu\u0308rich", "q\u0323uery\u0301",
    "হাওয়া", "smo\u0308rga\u030asbord", "ʻo\u0304lelo", "Việt", "s\u0301\u0323rot", "fac\u0327ade", "किताब", "পাহাড়",
    "jalapen\u0303o", "Dvor\u030ca\u0301k", "पुस्तकालय", "Łódz\u0301", "cre\u0300me", "u\u0308ber", "रास्ता", "নদী",
)  # fmt: skip

OFFICE, *_ = ENGLISH = tuple(
    Voice(name, Grammar.read("english", name)) for name in ("office", "tale", "manual", "statute")
)
DECORATED = Voice("emoji and marks", OFFICE.grammar, strewn=(MARKED, EMOJI))
CHINESE, JAPANESE, THAI = UNSPACED_VOICES = tuple(
    Voice(name, Grammar.read(name), space="", spaced=False) for name in ("chinese", "japanese", "thai")
)
ARABIC, HEBREW = RIGHT_TO_LEFT = tuple(Voice(name, Grammar.read(name)) for name in ("arabic", "hebrew"))

"""A text as the tokens that drafts are compared by: words and signs, with their sentences and blocks."""

import re
import unicodedata
from dataclasses import dataclass
from itertools import pairwise

from anchoring.text import MARKS, UNSPACED

# Marks of emphasis, headings and code are left out: text that only changed by conversion compares equal.
# The first case is a short cut: most words are plain ones before a blank or a stop.
TOKEN = re.compile(
    rf"[a-zA-Z0-9]++(?=[ \n.,])"
    rf"|[{UNSPACED}]|[^\W_{UNSPACED}](?:[^\W_{UNSPACED}]|[{MARKS}]|['\u2019](?=[^\W_]))*|[^\w\s*#`\\]"
)
SENTENCE_END = {".", "!", "?", "…", "。", "！", "？", "؟", "।"}
# Thai, Lao, Burmese, Khmer: no blanks between words, and no sign at the end of a sentence but a blank.
PAUSED = re.compile("[\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff]")
FIRST_PAUSED = "\u0e00"
WRAPPED = 40  # characters of a line after which one that begins with a small letter goes on with its paragraph
UNIFIED = str.maketrans({"“": '"', "”": '"', "„": '"', "«": '"', "»": '"', "‘": "'", "’": "'", "‚": "'", "–": "-",
                         "—": "-", "‐": "-", "‑": "-", "\u00ad": None})  # fmt: skip


@dataclass(frozen=True, slots=True)
class Tokens:
    """Parallel lists, one entry a token: id (equal words have equal ids), range in code points, sentence, block.

    Sentences and blocks are counted from 0; a sentence ends with its block.
    """

    text: str
    ids: list[int]
    starts: list[int]
    ends: list[int]
    sentences: list[int]
    blocks: list[int]

    def __len__(self) -> int:
        return len(self.ids)

    def word(self, index: int) -> str:
        """A token as it stands in the text."""
        return self.text[self.starts[index] : self.ends[index]]


MOST_TOKENS = 200_000


class TooManyTokens(ValueError):
    """The text has more tokens than are compared."""


def tokenise(text: str, vocabulary: dict[str, int]) -> Tokens:
    """The tokens of a text. `vocabulary` gives each word its id and grows; share it between texts to compare.

    Raises TooManyTokens beyond 200,000, some 170,000 words.
    """
    ids: list[int] = []
    starts: list[int] = []
    ends: list[int] = []
    sentences: list[int] = []
    blocks: list[int] = []
    known: dict[str, int] = {}
    sentence = block = 0
    ended = False
    line = 0
    position = 0
    newline = text.find("\n")
    for match in TOKEN.finditer(text):
        start, position = match.span()
        word = match.group()
        if newline >= 0 and newline < start:
            goes_on = (
                not ended and word[0].islower() and newline - line >= WRAPPED and "\n" not in text[newline + 1 : start]
            )
            newline = text.find("\n", start)
            line = start
            if ids and not goes_on:
                block += 1
                sentence += 1
            ended = False
        number = known.get(word)
        if number is None:
            number = known[word] = vocabulary.setdefault(_plain(word), len(vocabulary))
        if word >= FIRST_PAUSED and ids and start > ends[-1] and _is_pause(text, ends[-1], start):
            ended = True
        if word in SENTENCE_END:
            ended = True
        elif ended and (word[0].isalnum() or start > ends[-1]):  # a quote or bracket after a blank opens the next one
            ended = False
            sentence += 1
        ids.append(number)
        starts.append(start)
        ends.append(position)
        sentences.append(sentence)
        blocks.append(block)
        if len(ids) > MOST_TOKENS:
            raise TooManyTokens
    return Tokens(text, ids, starts, ends, sentences, blocks)


def _is_pause(text: str, end: int, start: int) -> bool:
    """Whether the blank between these two offsets ends a sentence: no line does, they are counted by themselves."""
    return bool(PAUSED.match(text, end - 1) and PAUSED.match(text, start)) and "\n" not in text[end:start]


def _plain(word: str) -> str:
    if word.isascii():
        return word.lower()
    return unicodedata.normalize("NFC", word).translate(UNIFIED).casefold() or word


def spans(units: list[int]) -> list[tuple[int, int]]:
    """First and last+1 token of each unit, from a list that names each token's sentence or block."""
    begins = [index for index, (before, unit) in enumerate(pairwise(units), start=1) if before != unit]
    return list(pairwise([0, *begins, len(units)])) if units else []

"""Which word of an old draft became which word of the new one.

The whole of both texts is compared once, whatever the number of notes. Runs of words that occur once in each text are
found first; the heaviest chain of them in order is the backbone, runs off the chain are moves. From there the map
grows from the certain to the less certain: within sentences that are mapped in part, sentences that were edited
where they stood, what lies between in ever shorter runs, then what is left over wherever it went. What two sentences
share by chance is unmapped again. Each new word is claimed by one old word at most: that is what keeps a note off a
lookalike.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from anchoring.gaps import borders, gaps, inside, swapped
from anchoring.leftovers import leftovers
from anchoring.moves import moves, without_overhang
from anchoring.pruning import prune, slide
from anchoring.runs import heaviest_chain, unique_runs
from anchoring.settling import settle
from anchoring.standing import edited, without_copies
from anchoring.tokens import Tokens, TooManyTokens, spans, tokenise
from anchoring.wordmap import WordMap

VERSION = 5  # of the map below; raised with every change that makes maps other than those kept before
SEED = 6  # words of a run that must be unique in both texts
MOST_CHARACTERS = 3_000_000  # old and new together; beyond that only equal beginnings and ends are mapped
LIKE_BLOCK, LIKE_SENTENCE = 0.4, 0.5  # likeness from which a paragraph, a sentence, became another one


@dataclass(frozen=True, slots=True)
class Alignment:
    """The map from old words to new ones.

    `to[i]` is the new word of old word i, or -1. `moved[i]` is 1 where it stands out of order. `solid[i]` is 1 where
    it belongs to a run of equal words, so that it is no chance match. `complete` is false where the texts were
    too large to compare.
    """

    old_text: str
    new_text: str
    old: Tokens
    new: Tokens
    to: list[int]
    moved: bytearray
    solid: bytearray
    complete: bool = True

    def runs(self) -> list[list[int]]:
        """The map as data: [first old word, first new word, words, 1 if moved] for each run; `restore` reads it."""
        found: list[list[int]] = []
        for i, j in enumerate(self.to):
            if j < 0:
                continue
            last = found[-1] if found else None
            if last and last[0] + last[2] == i and last[1] + last[2] == j and last[3] == self.moved[i]:
                last[2] += 1
            else:
                found.append([i, j, 1, self.moved[i]])
        return found

    def claimed(self) -> bytearray:
        """1 for each new word that an old word became."""
        marks = bytearray(len(self.new))
        for j in self.to:
            if j >= 0:
                marks[j] = 1
        return marks


def align(old: str, new: str) -> Alignment:
    """Compares two texts. Time grows with their length, and is bounded whatever they hold."""
    vocabulary: dict[str, int] = {}
    try:
        if len(old) + len(new) > MOST_CHARACTERS:
            raise TooManyTokens
        old_tokens = tokenise(old, vocabulary)
        new_tokens = old_tokens if old == new else tokenise(new, vocabulary)
    except TooManyTokens:
        return _incomplete(old, new)
    work = WordMap(old_tokens, new_tokens)
    if old == new:
        work.to = list(range(len(old_tokens)))
    else:
        _compare(work)
    return Alignment(old, new, old_tokens, new_tokens, work.to, work.moved, work.solid_words())


def restore(old: str, new: str, runs: Sequence[Sequence[int]] | None) -> Alignment:
    """The alignment of two texts from its kept `runs`; None where they were too large to compare.

    Raises ValueError where the runs are not of these texts.
    """
    if runs is None:
        return _incomplete(old, new)
    vocabulary: dict[str, int] = {}
    work = WordMap(tokenise(old, vocabulary), tokenise(new, vocabulary))
    for i, j, length, moved in runs:
        if not (0 <= i <= i + length <= len(work.a) and 0 <= j <= j + length <= len(work.b)):
            raise ValueError("this map is of other texts")
        work.claim(i, j, length, moved)
    return Alignment(old, new, work.old, work.new, work.to, work.moved, work.solid_words())


def _incomplete(old: str, new: str) -> Alignment:
    nothing = Tokens("", [], [], [], [], [])
    return Alignment(old, new, nothing, nothing, [], bytearray(), bytearray(), complete=False)


def _compare(work: WordMap) -> None:
    runs = [without_overhang(work, run) for run in unique_runs(work.a, work.b, SEED)]
    runs, copied = without_copies(work, runs)
    chain = heaviest_chain(runs)
    for run in chain:
        work.claim(run.old, run.new, run.length)
    in_chain = {id(run) for run in chain}
    edited(work, copied)
    backbone = work.mapped()
    moves(work, [run for run in runs if id(run) not in in_chain], backbone, SEED)
    # Sentences that are known first, or words of theirs are lost to chance matches of others.
    inside(work)
    leftovers(work, work.old_sentences, work.new_sentences, LIKE_SENTENCE, backbone)
    borders(work, "sentences", only_moved=True)
    gaps(work, backbone)
    borders(work, "blocks", only_moved=True)
    prune(work)
    leftovers(work, spans(work.old.blocks), spans(work.new.blocks), LIKE_BLOCK)
    leftovers(work, work.old_sentences, work.new_sentences, LIKE_SENTENCE)
    swapped(work)
    inside(work)
    borders(work, "sentences", only_moved=False)
    prune(work)
    slide(work)
    settle(work)

"""Other words at one place of a rendered text, written into its Markdown so that the markup around them survives.

Pure. Canonical text and Markdown are aligned by our own aligner; `candidates` are ways to write the change, the one
that keeps most markup first. None is trusted: a caller renders them and takes the first of which `is_exact` holds, so
that nothing else can have moved.
"""

import html
import re
from bisect import bisect_left
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher

from anchoring.align import align
from anchoring.text import EATS_NEWLINE, TAG

from .formats import escape

MOST_CANDIDATES = 12
LONGEST_COMPARED = 2_000  # words of old and new together that are compared one by one
WORD = re.compile(r"\w+|\s+|[^\w\s]")
BLANK = " \t"
LINE_START = re.compile(r"[ \t>]*(?:(?:[-+*:]|#{1,6}|\d{1,9}[.)]|\[\^[^\]]+\]:)[ \t]+)*")
#: What stands in the Markdown and shows as nothing: addresses, and the marks of footnotes.
UNSEEN = re.compile(r"\]\((?:[^()\n]|\([^()\n]*\))*\)|\[\^[^\]\n]+\]:?|^\[[^\]\n]+\]:[^\n]*$", re.MULTILINE)
NEITHER = "`"  # neither a word nor a blank to the aligner
#: Markup that a replacement may swallow whole. Links, footnotes, pictures and blocks it may not.
MAY_GO = {"em", "strong", "del", "code"}
LEFT_EMPTY = re.compile(r"<(a|em|strong|del|code|h[1-6]|p|li|dt|dd|figcaption)(?: [^>]*)?></\1>")
OWN_ID = re.compile(r"\bt[0-9a-f]{12}-")
BLOCK_OFFSET = re.compile(r' data-b="\d+"')


@dataclass(frozen=True, slots=True)
class Change:
    """Words `start:end` of a canonical text, in code points, and what shall stand there."""

    start: int
    end: int
    words: str

    def applied(self, text: str) -> str:
        return text[: self.start] + self.words + text[self.end :]


def tidy(text: str, change: Change) -> Change:
    """The change without blanks that would come to stand at the edge of a block, where nothing shows them."""
    start, end, words = change.start, change.end, change.words
    at_start = start == 0 or text[start - 1] == "\n"
    at_end = end == len(text) or text[end] == "\n"
    words = words.lstrip(BLANK) if at_start else words
    words = words.rstrip(BLANK) if at_end else words
    if not words:
        while at_end and start and text[start - 1] in BLANK:
            start -= 1
        while at_start and not at_end and text[end] in BLANK:
            end += 1
        if at_start and at_end and start < end < len(text):
            end += 1  # the whole block goes, its end with it
    return Change(start, end, words)


def changed(old: str, new: str) -> Change:
    """The one stretch by which two texts differ, as small as their common beginning and end leave it."""
    head, tail = _common_ends(old, new)
    return Change(head, len(old) - tail, new[head : len(new) - tail])


def _common_ends(old: Sequence[str], new: Sequence[str]) -> tuple[int, int]:
    """How many characters, or words, both begin with; and how many of the others both end with."""
    most = min(len(old), len(new))
    head = 0
    while head < most and old[head] == new[head]:
        head += 1
    tail = 0
    while tail < most - head and old[-1 - tail] == new[-1 - tail]:
        tail += 1
    return head, tail


def shifted(start: int, end: int, step: Change) -> tuple[int, int] | None:
    """Where `start:end` stands after a step that touched none of its words; None where it did."""
    if end <= step.start:
        return start, end
    if start >= step.end:
        by = len(step.words) - (step.end - step.start)
        return start + by, end + by
    return None


# Ways to write it


def candidates(markdown: str, text: str, change: Change) -> list[str]:
    """Ways to write a change of the canonical `text` into its Markdown, the most careful first."""
    at = _positions(text, markdown)
    found: dict[str, None] = {}
    for written in _ways(markdown, text, at, change):
        found[written] = None
        if len(found) == MOST_CANDIDATES:
            break
    return list(found)


def _ways(markdown: str, text: str, at: list[int], change: Change) -> Iterator[str]:
    single = _shrunk(text, change)
    for changes, edge in (
        (_word_by_word(text, change), "near"),
        (_keeping_markup(text, at, single, "first"), "near"),
        (_keeping_markup(text, at, single, "longest"), "near"),
        (_keeping_markup(text, at, single, "last"), "near"),
        ([single], "near"),
        ([change], "near"),
        ([single], "far"),
        ([change], "far"),
        ([single], "far start"),
        ([single], "far end"),
        ([change], "far start"),
        ([change], "far end"),
    ):
        parts = []
        for each in changes:
            span = _span(markdown, text, at, each, edge)
            if span is None:
                break
            parts.append((*span, each.words))
        if parts and len(parts) == len(changes):
            yield _written(markdown, parts, guarded=True)
            yield _written(markdown, parts, guarded=False)


def _written(markdown: str, parts: list[tuple[int, int, str]], guarded: bool) -> str:
    """The Markdown with words put in. Unguarded they stand as they are: in code nothing is escaped."""
    for low, high, words in sorted(parts, reverse=True):
        before = markdown[:low]
        if guarded:
            words = _guarded(words, bool(LINE_START.fullmatch(before.rpartition("\n")[2])))
        markdown = before + words + markdown[high:]
    return markdown


def _guarded(words: str, starts_line: bool) -> str:
    """Words none of whose characters makes markup; a stroke would end a table's cell."""
    written = escape.inline(words).replace("|", "\\|")
    return escape.line_start(written) if starts_line and written.strip() else written


def _shrunk(text: str, change: Change) -> Change:
    """Without the whole words that old and new begin and end with."""
    old, new = WORD.findall(text[change.start : change.end]), WORD.findall(change.words)
    head, tail = _common_ends(old, new)
    start = change.start + sum(map(len, old[:head]))
    end = change.end - sum(map(len, old[len(old) - tail :]))
    return Change(start, end, "".join(new[head : len(new) - tail]))


def _word_by_word(text: str, change: Change) -> list[Change]:
    """The change as the words that differ, so that markup between those that stay is not touched at all."""
    old, new = WORD.findall(text[change.start : change.end]), WORD.findall(change.words)
    if len(old) + len(new) > LONGEST_COMPARED:
        return []
    begins = [change.start]
    for word in old:
        begins.append(begins[-1] + len(word))
    codes = SequenceMatcher(None, old, new, autojunk=False).get_opcodes()
    return [Change(begins[i], begins[k], "".join(new[j:m])) for tag, i, k, j, m in codes if tag != "equal"]


def _keeping_markup(text: str, at: list[int], change: Change, where: str) -> list[Change]:
    """All markup inside the range stays: the new words go into one of the stretches between, the others go."""
    stretches: list[list[int]] = []
    for index in range(change.start, change.end):
        if index > change.start and at[index] >= 0 and at[index] == at[index - 1] + 1:
            stretches[-1][1] = index + 1
        else:
            stretches.append([index, index + 1])
    if len(stretches) < 2 or len(stretches) > 200:
        return []
    lengths = [end - start for start, end in stretches]
    home = {"first": 0, "last": len(stretches) - 1, "longest": lengths.index(max(lengths))}[where]
    return [Change(start, end, change.words if n == home else "") for n, (start, end) in enumerate(stretches)]


def _span(markdown: str, text: str, at: list[int], change: Change, edge: str) -> tuple[int, int] | None:
    """Where the change's words stand in the Markdown. The far edges take markup beside them in."""
    before = at[change.start - 1] + 1 if change.start and at[change.start - 1] >= 0 else None
    after = len(markdown) if change.end == len(text) else None
    if after is None and at[change.end] >= 0:
        after = _unescaped(markdown, at[change.end])
    if change.start == change.end:
        behind = edge == "near" and change.start and text[change.start - 1] != "\n"
        first, second = (before, after) if behind else (after, before)
        place = first if first is not None else second
        return (place, place) if place is not None else None
    first = _unescaped(markdown, at[change.start]) if at[change.start] >= 0 else before
    last = at[change.end - 1] + 1 if at[change.end - 1] >= 0 else after
    low = before if edge in ("far", "far start") and before is not None else first
    high = after if edge in ("far", "far end") and after is not None else last
    return (low, high) if low is not None and high is not None and low <= high else None


def _unescaped(markdown: str, position: int) -> int:
    """The position, or that of the backslash that guards the character there."""
    run = position
    while run and markdown[run - 1] == "\\":
        run -= 1
    return position - (position - run) % 2


def _positions(text: str, markdown: str) -> list[int]:
    """The place in the Markdown of each character of its canonical text; -1 where it is not known."""
    found = [-1] * len(text)
    markdown = UNSEEN.sub(lambda match: NEITHER * len(match[0]), markdown)
    aligned = align(text, markdown)
    for i, j in enumerate(aligned.to):
        if j >= 0 and aligned.old.word(i) == aligned.new.word(j):
            begin, there = aligned.old.starts[i], aligned.new.starts[j]
            for step in range(aligned.old.ends[i] - begin):
                found[begin + step] = there + step
    known = [index for index, place in enumerate(found) if place >= 0]
    for index in _unknown_runs(found):
        begin, end = index
        right = bisect_left(known, begin)
        low = found[known[right - 1]] + 1 if right else 0
        high = found[known[right]] if right < len(known) else len(markdown)
        for character in range(begin, end):
            place = _next(markdown, text[character], low, high)
            if place < 0:
                break
            found[character], low = place, place + 1
    return found


def _unknown_runs(found: list[int]) -> list[tuple[int, int]]:
    runs: list[tuple[int, int]] = []
    begin = -1
    for index in range(len(found) + 1):
        unknown = index < len(found) and found[index] < 0
        if unknown and begin < 0:
            begin = index
        elif not unknown and begin >= 0:
            runs.append((begin, index))
            begin = -1
    return runs


def _next(markdown: str, character: str, low: int, high: int) -> int:
    """Where a character stands first between two places; a blank of the text may be a line's end."""
    if character not in BLANK:
        return markdown.find(character, low, high)
    found = [place for mark in " \t\n" if (place := markdown.find(mark, low, high)) >= 0]
    return min(found, default=-1)


# Whether it is right


def is_exact(old_html: str, old_text: str, change: Change, new_html: str, new_text: str) -> bool:
    """Whether a rendering is the old one with this change and nothing else.

    The canonical text is exactly the old with the replacement. Outside of the place all markup is the same; inside,
    emphasis and code may have gone with their words, and nothing may have come or been left without words.
    """
    if new_text != change.applied(old_text):
        return False
    old = _Parts.of(old_html, change.start, change.end)
    new = _Parts.of(new_html, change.start, change.start + len(change.words))
    if (old.before, old.after) != (new.before, new.after):
        return False
    if len(LEFT_EMPTY.findall(new_html)) > len(LEFT_EMPTY.findall(old_html)):
        return False
    stays = [tag for tag in old.inside if not _may_go(tag)]
    if not change.words and old_text[change.start : change.end].endswith("\n") and stays[:2] == ["<p>", "</p>"]:
        del stays[:2]  # a paragraph that goes as a whole
    if stays != [tag for tag in new.inside if not _may_go(tag)]:
        return False
    left = iter([tag for tag in old.inside if _may_go(tag)])
    return all(any(tag == other for other in left) for tag in new.inside if _may_go(tag))


def _may_go(tag: str) -> bool:
    return tag.strip("</>").split(" ")[0] in MAY_GO


@dataclass(frozen=True, slots=True)
class _Parts:
    """The tags of a text before a place, at it, and after it, those outside with how far from it they stand."""

    before: list[tuple[int, str]]
    inside: list[str]
    after: list[tuple[int, str]]

    @classmethod
    def of(cls, markup: str, start: int, end: int) -> "_Parts":
        parts = cls([], [], [])
        for offset, tag in _tags(markup):
            if offset < start:
                parts.before.append((offset, tag))
            elif offset <= end:
                parts.inside.append(tag)
            else:
                parts.after.append((offset - end, tag))
        return parts


def _tags(markup: str) -> Iterator[tuple[int, str]]:
    """Each tag but abbreviations', without what depends on the text as a whole, and where it stands in the text."""
    offset = position = 0
    eat = False
    for match in TAG.finditer(markup):
        words = html.unescape(markup[position : match.start()])
        if words:
            offset += len(words) - (eat and words.startswith("\n"))
            eat = False
        position = match.end()
        name = (match.group(2) or "").lower()
        eat = not match.group(1) and name in EATS_NEWLINE
        if name != "abbr":
            yield offset, BLOCK_OFFSET.sub("", OWN_ID.sub("", match.group(0)))

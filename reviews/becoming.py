"""What became of a note's words on the way to the draft that is shown: for its card, which says in which draft; and
where it stood before it was last placed by hand."""

from collections.abc import Iterable, Sequence
from typing import Any, NamedTuple


class Became(NamedTuple):
    """`fate`: edited, moved, detached, or placed (by hand); `draft` the label of the draft in which that happened.
    `comparable`: whether the words there now came of those it was written on, so that both can stand side by side."""

    fate: str
    reason: str
    draft: str | None
    left: int | None  # id of the chapter that a moved note came from
    comparable: bool


def became(history: Sequence[Any], same_words: bool) -> Became | None:
    """From the anchors that count in each draft, oldest first, up to the one shown; None where nothing happened that
    still shows. `same_words`: it stands on the very words it was written on."""
    now = history[-1]
    if now.fate == "detached":
        lost = now
        for row in reversed(history):
            if row.fate != "detached":
                break
            lost = row
        return Became("detached", now.reason, lost.draft__label, None, comparable=False)
    by_hand = any(row.by == "hand" for row in history)
    before: Any = None
    found: Became | None = None
    for row in history:
        happened = "placed" if row.by == "hand" and row.fate != "detached" else row.fate
        if happened == "moved":
            left = before.chapter_id if before is not None and before.chapter_id != row.chapter_id else None
            if found is None or found.fate != "edited" or same_words:
                found = Became("moved", row.reason, row.draft__label, left, comparable=False)
        elif happened in ("edited", "placed"):
            found = Became(happened, row.reason, row.draft__label, None, comparable=not by_hand)
        elif happened == "detached":
            found = None
        before = row
    return None if found and found.fate == "edited" and same_words else found


PLACE = ("chapter_id", "section_id", "text_id", "start", "end", "near", "near_end", "fate", "confidence", "reason")
PLACE += ("by",)


def before_placing(attempts: Iterable[Any]) -> Any | None:
    """Of a note's anchors in one draft, oldest first: the one to go back to from where it was last placed by hand. An
    attempt that repeats the last but one has undone what was between, so that undoing again goes further back."""
    steps: list[Any] = []
    for each in attempts:
        if len(steps) > 1 and all(getattr(each, name) == getattr(steps[-2], name) for name in PLACE):
            steps.pop()
        else:
            steps.append(each)
    return steps[-2] if len(steps) > 1 else None

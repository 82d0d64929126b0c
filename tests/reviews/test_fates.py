"""What became of a reader's notes, as their home tells it."""

from types import SimpleNamespace
from typing import Any

import pytest

from reviews.fates import Told, old_and_new
from reviews.note_cards import State


def told(before: str = "", after: str = "", decided: str = "") -> Told:
    card: Any = SimpleNamespace(
        before=before, after=after, decided=decided, fate=State("warn", "half", "Words changed")
    )
    return Told(card, [])


@pytest.mark.parametrize(
    "before, after, shown",
    [
        (
            "It is so. Nobody knew. The answers take ",
            " to collect. In the room they knew.",
            "The answers take| to collect.",
        ),
        ("He wrote “is it?” Then it took ", " or so", "Then it took| or so"),
        ("See e.g. the plan that took ", ".\nA heading", "See e.g. the plan that took|."),
        ("港口从不睡觉。", "", "港口从不睡觉。|"),
        ("", "", "|"),
    ],
)
def test_only_the_sentence_stands_around_the_words(before, after, shown):
    note = told(before, after)
    assert f"{note.before.rstrip()}|{note.after}" == shown


def test_what_is_decided_as_changed_is_not_told_twice():
    assert told(decided="changed").fate is None
    assert told(decided="later").fate.words == "Words changed"


@pytest.mark.parametrize(
    "old, new, pieces",
    [
        ("an hour so", "an age so", [("same", "an "), ("del", "hour"), ("same", " "), ("ins", "age"), ("same", " so")]),
        ("two sets", "two old sets", [("same", "two "), ("ins", "old "), ("same", "sets")]),
        ("two old sets", "two sets", [("same", "two "), ("del", "old "), ("same", "sets")]),
        ("ramp", "gulls", [("del", "ramp"), ("same", " "), ("ins", "gulls")]),
    ],
)
def test_old_words_and_new_ones_stand_apart(old, new, pieces):
    assert old_and_new(old, new) == pieces

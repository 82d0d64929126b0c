"""Whole numbers as people and programs write them."""

from typing import Any

#: Digits; what has more fits no id and no count that is kept.
MOST_DIGITS = 18


def whole(text: Any) -> int | None:
    """The number that `text` writes in ASCII digits; None where it is no such text or has too many of them."""
    if not isinstance(text, str) or len(text) > MOST_DIGITS or not (text.isascii() and text.isdecimal()):
        return None
    return int(text)

"""How a place in a text is described, by W3C selectors, and how a posted description is proved."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

CONTEXT = 32  # code points of prefix and suffix


class InvalidSelector(ValueError):
    """The selector cannot describe a place in any text; `detail` says why, for the person who wrote it."""

    def __init__(self, detail: str) -> None:
        super().__init__(detail)
        self.detail = detail


class SelectorMismatch(ValueError):
    """The selector describes words that do not stand there: `expected` they say, `found` the text at the offsets."""

    def __init__(self, expected: str, found: str) -> None:
        super().__init__("The selected words are not in this text at that place.")
        self.expected = expected
        self.found = found


@dataclass(frozen=True, slots=True)
class Quote:
    """The words of a place and what stands directly before and after them."""

    exact: str
    prefix: str = ""
    suffix: str = ""


def describe(text: str, start: int, end: int) -> list[dict[str, Any]]:
    """The W3C selectors of `text[start:end]` (code points): a TextQuoteSelector and a TextPositionSelector.

    Raises InvalidSelector for an empty or impossible range.
    """
    check_range(text, start, end)
    return [
        {
            "type": "TextQuoteSelector",
            "exact": text[start:end],
            "prefix": text[max(0, start - CONTEXT) : start],
            "suffix": text[end : end + CONTEXT],
        },
        {"type": "TextPositionSelector", "start": start, "end": end},
    ]


def resolve(text: str, selectors: Any) -> tuple[int, int]:
    """The range (code points) that the selectors describe in `text`.

    The position counts where its words are the quote's; else the only place of the quote; else the only place of
    the quote with its prefix and suffix. Raises InvalidSelector for what is no selector, SelectorMismatch where
    the words stand nowhere or the description fits several places.
    """
    quote, position = read_selectors(selectors)
    found = ""
    if position is not None:
        start, end = position
        if end > len(text):
            if quote is None:
                raise InvalidSelector(f"The range {start}-{end} ends after the text, which has {len(text)} characters.")
        else:
            found = text[start:end]
            if quote is None or found == quote.exact:
                return position
    if quote is None:
        raise InvalidSelector("A selector needs a TextQuoteSelector or a TextPositionSelector.")
    start_of_only = find_quote(text, quote)
    if start_of_only is None:
        raise SelectorMismatch(quote.exact, found)
    return start_of_only, start_of_only + len(quote.exact)


def find_quote(text: str, quote: Quote) -> int | None:
    """Where the quote stands, if that is certain: its only place, or the only one between its prefix and suffix."""
    first = text.find(quote.exact)
    if first < 0:
        return None
    if text.find(quote.exact, first + 1) < 0:
        return first
    if not quote.prefix and not quote.suffix:
        return None
    framed = quote.prefix + quote.exact + quote.suffix
    first = text.find(framed)
    if first < 0 or text.find(framed, first + 1) >= 0:
        return None
    return first + len(quote.prefix)


def read_selectors(selectors: Any) -> tuple[Quote | None, tuple[int, int] | None]:
    """The quote and the position in a posted list of W3C selectors (or one selector alone), types checked.

    Selectors of other types are passed over, as the W3C model asks. Raises InvalidSelector.
    """
    if isinstance(selectors, Mapping):
        selectors = [selectors]
    if not isinstance(selectors, Sequence) or isinstance(selectors, str | bytes):
        raise InvalidSelector("A selector is a list of W3C selectors.")
    if not selectors:
        raise InvalidSelector("The list of selectors is empty.")
    quote: Quote | None = None
    position: tuple[int, int] | None = None
    for selector in selectors:
        if not isinstance(selector, Mapping) or not isinstance(selector.get("type"), str):
            raise InvalidSelector("Each selector is an object with a type.")
        if selector["type"] == "TextQuoteSelector":
            if quote is not None:
                raise InvalidSelector("There is more than one TextQuoteSelector.")
            quote = _read_quote(selector)
        elif selector["type"] == "TextPositionSelector":
            if position is not None:
                raise InvalidSelector("There is more than one TextPositionSelector.")
            position = _read_position(selector)
    if quote is None and position is None:
        raise InvalidSelector("A selector needs a TextQuoteSelector or a TextPositionSelector.")
    return quote, position


def check_range(text: str, start: Any, end: Any) -> None:
    """Raises InvalidSelector unless start and end (code points) hold at least one character of `text`."""
    _check_order(start, end)
    if end > len(text):
        raise InvalidSelector(f"The range {start}-{end} ends after the text, which has {len(text)} characters.")


def _check_order(start: Any, end: Any) -> None:
    for name, value in (("start", start), ("end", end)):
        if isinstance(value, bool) or not isinstance(value, int):
            raise InvalidSelector(f"{name} is a whole number of characters.")
    if start < 0:
        raise InvalidSelector("start is before the text.")
    if end == start:
        raise InvalidSelector("The range is empty.")
    if end < start:
        raise InvalidSelector("end is before start.")


def _read_quote(selector: Mapping[str, Any]) -> Quote:
    exact = selector.get("exact")
    if not isinstance(exact, str):
        raise InvalidSelector("exact is the text of the selected words.")
    if not exact:
        raise InvalidSelector("The quote is empty.")
    context = {}
    for name in ("prefix", "suffix"):
        value = selector.get(name, "")
        if not isinstance(value, str):
            raise InvalidSelector(f"{name} is text.")
        context[name] = value
    return Quote(exact, **context)


def _read_position(selector: Mapping[str, Any]) -> tuple[int, int]:
    start, end = selector.get("start"), selector.get("end")
    _check_order(start, end)
    assert isinstance(start, int) and isinstance(end, int)
    return start, end

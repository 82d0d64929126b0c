"""Who is named in a message by `@`: found in its words alone."""

import re
from collections.abc import Iterable
from unicodedata import normalize

from manuscripts.note_markdown import FENCE

CODE = re.compile(r"`[^`\n]+`")


def named_in(body: str, handles: Iterable[str]) -> set[str]:
    """Those of `handles` that follow an `@` in the words, whatever the case; of two that fit the longer. Nobody is
    named within an address, a longer word, or code."""
    by_key = {" ".join(_key(handle).split()): handle for handle in handles}
    if not by_key or "@" not in body:
        return set()
    longest_first = sorted(by_key, key=len, reverse=True)
    names = "|".join(r"\s+".join(map(re.escape, key.split())) for key in longest_first)
    # An apostrophe may follow, as in @Ada's; what goes on after a point or hyphen is an address or another word.
    pattern = re.compile(rf"(?<![\w.+/@-])@({names})(?![\w@]|[.-]\w)")
    return {by_key[" ".join(found.split())] for found in pattern.findall(_key(_without_code(body)))}


def _key(words: str) -> str:
    return normalize("NFC", words).casefold()


def _without_code(body: str) -> str:
    """The lines of a message outside fenced code, without code within them (as note_markdown reads them)."""
    kept, fence = [], ""
    for line in body.split("\n"):
        opening = FENCE.match(line)
        if fence:
            fence = "" if line.strip().startswith(fence) else fence
        elif opening:
            fence = opening.group(1)
        else:
            kept.append(CODE.sub(" ", line))
    return "\n".join(kept)

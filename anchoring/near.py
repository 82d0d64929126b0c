"""Where a place without words of its own stands in a newer text: a note that lost its words stays where it stood."""

from bisect import bisect_right

from anchoring.align import Alignment


def where_stood(alignment: Alignment, offset: int) -> int:
    """The offset (code points) in the new text of what stood at `offset` in the old one: after the last word before
    it that still stands in its order, else before the first one after it, else the beginning."""
    if not alignment.complete:
        return min(offset, len(alignment.new_text))
    at = bisect_right(alignment.old.ends, offset)
    for i in range(at - 1, -1, -1):
        if alignment.to[i] >= 0 and not alignment.moved[i]:
            return alignment.new.ends[alignment.to[i]]
    for i in range(at, len(alignment.to)):
        if alignment.to[i] >= 0 and not alignment.moved[i]:
            return alignment.new.starts[alignment.to[i]]
    return 0

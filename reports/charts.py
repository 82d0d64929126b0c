"""Charts as hand-written SVG, made of numbers only. Pure.

Colour comes from classes of reports.css and currentColor, size from attributes: no style, no script, so that they
stand under a strict Content-Security-Policy. Each has a text beside it in the page; the drawings are hidden from
screen readers.
"""

from collections.abc import Sequence

SIDE = 22
HEIGHT = 26


class Svg(str):
    """Markup a template may print as it is: nothing in it was typed by anyone."""

    def __html__(self) -> str:
        return self


def drawing(width: float, height: float, body: str, kind: str, stretched: bool = False) -> Svg:
    """An SVG of `width` by `height` units; `stretched` to whatever room it is given."""
    box = f'viewBox="0 0 {width:g} {height:g}" width="{width:g}" height="{height:g}"'
    if stretched:
        box += ' preserveAspectRatio="none"'
    return Svg(f'<svg xmlns="http://www.w3.org/2000/svg" class="{kind}" {box} aria-hidden="true">{body}</svg>')


def mini(bars: Sequence[int]) -> Svg:
    """The tiny histogram of a map cell: one bar for each answer from low to high."""
    most = max([1, *bars])
    drawn = []
    for at, count in enumerate(bars):
        tall = 1 + 12 * count / most
        drawn.append(f'<rect x="{at * 6}" y="{13 - tall:g}" width="5" height="{tall:g}" fill="currentColor"/>')
    return drawing(len(bars) * 6 - 1, 13, "".join(drawn), "mini")


def strip(bins: Sequence[int], most: int = 10) -> Svg:
    """Where notes cluster along a chapter, first line to last; `most` notes fill the height."""
    drawn = []
    for at, count in enumerate(bins):
        tall = 1 + 23 * min(count, most) / most
        shade = 1 if count < 3 else 2 if count < 6 else 3
        drawn.append(f'<rect x="{at * 5}" y="{24 - tall:g}" width="4" height="{tall:g}" class="d{shade}"/>')
    return Svg(
        drawing(len(bins) * 5 - 1, 24, "".join(drawn), "strip").replace("<svg ", '<svg preserveAspectRatio="none" ', 1)
    )


def extent(lanes: Sequence[Sequence[int]]) -> tuple[float, float]:
    """How many squares the fullest lane needs left and right of the line (at least 4 and 8)."""
    left = [below(ratings) for ratings in lanes]
    right = [len(ratings) - below(ratings) for ratings in lanes]
    return max([4, *left]), max([8, *right])


def below(ratings: Sequence[int]) -> float:
    """Squares left of the line: 1 and 2, and half of each 3."""
    return sum(r < 3 for r in ratings) + sum(r == 3 for r in ratings) / 2


def lane(ratings: Sequence[int], room: tuple[float, float]) -> Svg:
    """Ratings low to high, one square a reader, astride the line between little value and much.

    `room` is the extent of all lanes of the chart, so that their lines stand below each other.
    """
    left, right = room
    x = (left - below(ratings)) * SIDE
    drawn = [f'<line x1="{left * SIDE:g}" x2="{left * SIDE:g}" y1="0" y2="{HEIGHT}" class="axis"/>']
    for at, rating in enumerate(sorted(ratings)):
        place = x + at * SIDE
        drawn.append(
            f'<rect x="{place + 1:g}" y="2" width="{SIDE - 2}" height="{HEIGHT - 4}" rx="2" class="f{rating}"/>'
        )
        drawn.append(f'<text x="{place + SIDE / 2:g}" y="17.5" text-anchor="middle" class="t{rating}">{rating}</text>')
    return drawing((left + right) * SIDE, HEIGHT, "".join(drawn), "lane")


def way(then: float, now: float) -> Svg:
    """From an empty dot, then, to a full one, now, on a scale of 0-1."""
    start, end = (6 + 88 * share for share in (then, now))
    kind = "up" if now > then else "down" if now < then else "same"
    body = f'<path d="M0 7H100" class="axis"/><path d="M{start:g} 7H{end:g}" class="{kind}"/>'
    body += f'<circle cx="{start:g}" cy="7" r="4" class="was"/><circle cx="{end:g}" cy="7" r="4.5" class="{kind}"/>'
    return drawing(100, 14, body, "way")


def shape(verdict: str) -> Svg:
    """A verdict: full for yes, half for partly, empty for no."""
    fill = "currentColor" if verdict == "yes" else "none"
    body = f'<circle cx="12" cy="12" r="9" fill="{fill}" stroke="currentColor" stroke-width="2"/>'
    if verdict == "partly":
        body += '<path d="M12 3a9 9 0 0 1 0 18z" fill="currentColor"/>'
    return drawing(24, 24, body, "vd")

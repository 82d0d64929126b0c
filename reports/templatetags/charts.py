"""The charts of `reports.charts` for templates."""

from collections.abc import Mapping, Sequence

from django import template

from reports import charts

register = template.Library()


@register.simple_tag
def mini(bars: Sequence[int]) -> charts.Svg:
    """The tiny histogram of a map cell."""
    return charts.mini(bars)


@register.simple_tag
def lane(ratings: Sequence[int], room: Sequence[float]) -> charts.Svg:
    """One lane of the value chart."""
    return charts.lane(ratings, (room[0], room[1]))


@register.simple_tag
def way(shares: Sequence[float]) -> charts.Svg:
    """How far a figure went between two drafts."""
    return charts.way(*shares)


@register.simple_tag
def shape(verdict: str) -> charts.Svg:
    """The shape of a verdict."""
    return charts.shape(verdict)


@register.simple_tag
def strip(bins: Sequence[int], most: int = 10) -> charts.Svg:
    """Where notes cluster along a chapter."""
    return charts.strip(bins, most)


@register.filter
def boxes(people: Mapping[str, int | None]) -> list[str]:
    """One box for each person asked who did not decline: finished, reading, said yes, no answer. None where the
    figure is blank."""
    names = ("finished", "reading", "opened", "asked", "declined")
    finished, reading, opened, asked, declined = (people.get(name) or 0 for name in names)
    said_yes = max(opened - finished - reading, 0)
    silent = max(asked - declined - finished - reading - said_yes, 0)
    return ["fin"] * finished + ["rea"] * reading + ["ope"] * said_yes + ["inv"] * silent

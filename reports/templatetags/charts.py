"""The charts of `reports.charts` for templates."""

from collections.abc import Sequence

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
def shape(verdict: str) -> charts.Svg:
    """The shape of a verdict."""
    return charts.shape(verdict)


@register.simple_tag
def strip(bins: Sequence[int], most: int = 10) -> charts.Svg:
    """Where notes cluster along a chapter."""
    return charts.strip(bins, most)

"""When a report is made by itself: at seven in the morning where the manuscript is. Pure."""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

AT = time(7)
DAY, MONDAY = timedelta(days=1), 0


def newest_moment(every: str, now: datetime, zone: ZoneInfo) -> datetime:
    """The last moment of "day" or "week" that has come by `now`, in UTC."""
    day = _settled(every, now.astimezone(zone).date(), -DAY)
    return _moment(day, zone) if _moment(day, zone) <= now else _moment(_settled(every, day - DAY, -DAY), zone)


def next_moment(every: str, after: datetime, zone: ZoneInfo) -> datetime:
    """The first moment of "day" or "week" that is later than `after`, in UTC."""
    day = _settled(every, after.astimezone(zone).date(), DAY)
    return _moment(day, zone) if _moment(day, zone) > after else _moment(_settled(every, day + DAY, DAY), zone)


def _settled(every: str, day: date, step: timedelta) -> date:
    """`day`, or where it is no day for that the nearest in the direction of `step`."""
    while every == "week" and day.weekday() != MONDAY:
        day += step
    return day


def _moment(day: date, zone: ZoneInfo) -> datetime:
    """Seven on the clock there. In UTC: two times of one zone are compared by the clock, which is put back once a
    year."""
    return datetime.combine(day, AT, zone).astimezone(UTC)

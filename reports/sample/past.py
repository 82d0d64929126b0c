"""The days on which the sample's people did what they do.

Everything is brought in by the functions that serve everyone, which put down the present moment. So that the pages
show weeks of work and not one busy second, each step is dated back afterwards by `QuerySet.update`, here and in
`telling.py`. Nothing but moments is changed in this way.
"""

from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django.utils import timezone

from manuscripts.models import Event, Manuscript

#: People of the sample are awake for so many hours, from this hour of the day.
WAKES, AWAKE = 7.5, 15.0


class Calendar:
    """Days of a round turned into moments. Day 0 is the day it opened; 2.5 is the middle of the day after next."""

    def __init__(self, time_zone: str, started_days_ago: int) -> None:
        today = timezone.now().astimezone(ZoneInfo(time_zone)).replace(hour=0, minute=0, second=0, microsecond=0)
        self.midnight = today - timedelta(days=started_days_ago)

    def moment(self, day: float) -> datetime:
        """When that was: always before now for days before the present one."""
        whole, part = divmod(day, 1)
        return self.midnight + timedelta(days=whole, hours=WAKES + part * AWAKE)


class Past:
    """Dates back what the activity log says of a manuscript since this object was made."""

    def __init__(self, manuscript: Manuscript) -> None:
        self.manuscript = manuscript
        self.present = timezone.now()

    def settle(self, moment: datetime) -> None:
        """What was written down just now happened at `moment`."""
        Event.objects.filter(manuscript=self.manuscript, at__gte=self.present).update(at=moment)


def date_back(row: Any, **moments: datetime) -> None:
    """Sets moments of one row, past its own functions."""
    type(row)._base_manager.filter(pk=row.pk).update(**moments)

"""The days on which the sample's people did what they do.

Everything is brought in by the functions that serve everyone, which put down the present moment. So that the pages
show weeks of work and not one busy minute, each moment that was put down is afterwards replaced by the one at which
the step is told to have happened, past the models' own functions. Nothing but moments is changed in this way.
"""

from bisect import bisect_right
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from django.db import models
from django.utils import timezone

from manuscripts.models import Draft, Event, Manuscript, Membership, Round
from reviews.models import Agreement, Answer, Comment, Decision, Invitation, Review, Thread

#: People of the sample are awake for so many hours, from this hour of the day.
WAKES, AWAKE = 7.5, 15.0

#: Where moments are put down: the rows, the way from them to their manuscript, the fields.
DATED: tuple[tuple[type[models.Model], str, tuple[str, ...]], ...] = (
    (Manuscript, "pk", ("created",)),
    (Membership, "manuscript", ("created", "accepted")),
    (Event, "manuscript", ("at",)),
    (Draft, "manuscript", ("created", "opened", "closed")),
    (Round, "manuscript", ("started", "ended")),
    (Invitation, "membership__manuscript", ("created", "sent", "opened")),
    (Review, "round__manuscript", ("created", "active", "submitted")),
    (Answer, "question__manuscript", ("created", "updated")),
    (Thread, "manuscript", ("created", "updated")),
    (Comment, "thread__manuscript", ("created",)),
    (Agreement, "thread__manuscript", ("created",)),
    (Decision, "thread__manuscript", ("at",)),
)


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
    """What is done now, and when it is told to have been done."""

    def __init__(self) -> None:
        self.begun: list[datetime] = []
        self.told: list[datetime] = []

    def begin(self, moment: datetime) -> None:
        """What is put down from here on happened at `moment`."""
        self.begun.append(timezone.now())
        self.told.append(moment)

    def date_back(self, manuscript: Manuscript) -> None:
        """Gives every moment of the manuscript that was put down since the first `begin` the one it is told by."""
        for model, path, fields in DATED:
            late = models.Q(*((f"{field}__gte", self.begun[0]) for field in fields), _connector=models.Q.OR)
            rows = list(model._base_manager.filter(late, **{path: manuscript.pk}))
            for row in rows:
                for field in fields:
                    setattr(row, field, self._when(getattr(row, field)))
            model._base_manager.bulk_create(
                rows, batch_size=100, update_conflicts=True, unique_fields=["id"], update_fields=fields
            )

    def _when(self, put_down: datetime | None) -> datetime | None:
        if put_down is None or put_down < self.begun[0]:
            return put_down
        return self.told[bisect_right(self.begun, put_down) - 1]

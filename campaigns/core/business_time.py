"""Business hours: when a number of them is used up, and how many lie between two instants. Pure; aware datetimes."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from typing import Final
from zoneinfo import ZoneInfo, available_timezones

DAYS: Final = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
OFFICE: Final[Mapping[str, tuple[str, str]]] = dict.fromkeys(DAYS[:5], ("09:00", "17:00"))
MOST_DAYS = 3660  # ten years: no clock of ours runs longer


@dataclass(frozen=True, slots=True)
class WorkWeek:
    """Opening hours by weekday (0 is Monday) in an IANA zone, without the holidays.

    Hours are wall-clock times of the zone: on a day whose clocks change a business day is an hour shorter or
    longer only if the change falls into it. An empty mapping means the clock never rests.
    """

    zone: str = "UTC"
    hours: Mapping[int, tuple[time, time]] = field(
        default_factory=lambda: {day: (time(9), time(17)) for day in range(5)}
    )
    holidays: frozenset[date] = frozenset()

    def spans(self, since: datetime) -> Iterator[tuple[datetime, datetime]]:
        """The open spans from `since` on, in UTC, in order; the first may begin at `since`."""
        zone = ZoneInfo(self.zone)
        day = since.astimezone(zone).date()
        for _ in range(MOST_DAYS):
            opening = self.hours.get(day.weekday())
            if opening is not None and day not in self.holidays:
                begins = datetime.combine(day, opening[0], zone).astimezone(UTC)
                ends = datetime.combine(day, opening[1], zone).astimezone(UTC)
                if ends > since and ends > begins:
                    yield max(begins, since.astimezone(UTC)), ends
            day += timedelta(days=1)


def written_week(zone: str, hours: Mapping[str, tuple[str, str]], holidays: Iterable[str]) -> WorkWeek:
    """The week as rules write it: `{"mon": ("09:00", "17:00")}`, holidays as ISO dates. ValueError for others."""
    return WorkWeek(
        zone=zone,
        hours={
            DAYS.index(day): (time.fromisoformat(begins), time.fromisoformat(ends))
            for day, (begins, ends) in hours.items()
        },
        holidays=frozenset(date.fromisoformat(day) for day in holidays),
    )


@lru_cache(maxsize=1)
def time_zones() -> frozenset[str]:
    """The names of all IANA zones; the machine's files are read once."""
    return frozenset(available_timezones())


def due_at(since: datetime, business: timedelta, week: WorkWeek) -> datetime:
    """The instant at which `business` of open time has passed since `since`, in UTC.

    With nothing to use up it is `since` itself. OverflowError if the week is never open long enough.
    """
    left = business
    if left <= timedelta(0):
        return since.astimezone(UTC)
    if not week.hours:
        return since.astimezone(UTC) + left
    for begins, ends in week.spans(since):
        if ends - begins >= left:
            return begins + left
        left -= ends - begins
    raise OverflowError("the week is not open for that long within ten years")


def business_between(since: datetime, until: datetime, week: WorkWeek) -> timedelta:
    """Open time between two instants; zero when `until` is not later."""
    if until <= since:
        return timedelta(0)
    if not week.hours:
        return until - since
    total = timedelta(0)
    for begins, ends in week.spans(since):
        if begins >= until:
            break
        total += min(ends, until) - begins
    return total

"""When a weekly or monthly mail is due: local times in a zone, whatever its clocks do. Pure."""

from __future__ import annotations

from calendar import monthrange
from datetime import UTC, date, datetime, time, timedelta
from typing import Literal
from zoneinfo import ZoneInfo

Every = Literal["week", "month"]


def period_of(every: str, moment: datetime, zone: str) -> str:
    """The period a mail due at a moment is of: `2026-W48` or `2026-11`, by the zone's calendar."""
    day = moment.astimezone(ZoneInfo(zone)).date()
    if every == "week":
        year, week, _ = day.isocalendar()
        return f"{year}-W{week:02d}"
    return f"{day.year}-{day.month:02d}"


def next_due(every: str, day: int, at: str, zone: str, after: datetime) -> datetime:
    """The first instant after `after` on that day (of the week, 1 is Monday; of the month, its last where it has no
    such day) at that local time. A time that the clocks leap over is that much later; of a time that comes twice the
    first is meant."""
    clock = time.fromisoformat(at)
    today = after.astimezone(ZoneInfo(zone)).date()
    for back in range(-1, 70):
        candidate = today + timedelta(days=back)
        if _is_day(every, day, candidate):
            due = _instant(candidate, clock, zone)
            if due > after:
                return due
    raise AssertionError("two months have every day of a week and of a month")


def _is_day(every: str, day: int, candidate: date) -> bool:
    if every == "week":
        return candidate.isoweekday() == day
    return candidate.day == min(day, monthrange(candidate.year, candidate.month)[1])


def _instant(day: date, clock: time, zone: str) -> datetime:
    return datetime.combine(day, clock, ZoneInfo(zone)).astimezone(UTC)

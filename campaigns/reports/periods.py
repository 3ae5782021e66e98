"""Spans of time that reports are about, in a programme's zone: fiscal quarters, months, rolling days, or everything."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from campaigns.core.errors import invalid

NAMES = ("all", "this_quarter", "last_quarter", "this_month", "last_month", "last_90_days", "last_365_days")
_ROLLING = {"last_90_days": 90, "last_365_days": 365}
_QUARTER = re.compile(r"(\d{4})-Q([1-4])", re.ASCII)


@dataclass(frozen=True, slots=True)
class Period:
    """From `begin` to before `end`, aware instants; None for no bound. Days are the programme's own."""

    name: str
    begin: datetime | None = None
    end: datetime | None = None
    first: date | None = None
    last: date | None = None


def quarter_start(day: date, fiscal_month: int) -> date:
    """The first day of the fiscal quarter that holds `day`; fiscal years begin with `fiscal_month` (1 to 12)."""
    back = (day.month - fiscal_month) % 3
    year, month = divmod(day.year * 12 + day.month - 1 - back, 12)
    return date(year, month + 1, 1)


def after(start: date, months: int) -> date:
    """The first day of the month so many months later (or earlier, below zero)."""
    year, month = divmod(start.year * 12 + start.month - 1 + months, 12)
    return date(year, month + 1, 1)


def quarter_name(start: date, fiscal_month: int) -> str:
    """`2026-Q2`; a fiscal year is called by the calendar year in which it begins."""
    months = start.year * 12 + start.month - fiscal_month
    return f"{months // 12}-Q{months % 12 // 3 + 1}"


def read_quarter(name: str, fiscal_month: int) -> date:
    """The first day of `2026-Q2`. Raises `report.quarter`."""
    found = _QUARTER.fullmatch(name.strip().upper())
    if found is None or not 2000 <= int(found[1]) <= 2200:
        raise invalid("report.quarter", "A quarter is written like 2026-Q2.", given=name[:20])
    return after(date(int(found[1]), 1, 1), fiscal_month - 1 + 3 * (int(found[2]) - 1))


def read_period(name: str, now: datetime, zone: str, fiscal_month: int) -> Period:
    """One of NAMES or a fiscal quarter such as `2026-Q2`, as of now. Raises `report.period`, `report.quarter`."""
    today = now.astimezone(ZoneInfo(zone)).date()
    if name in ("", "all"):
        return Period("all")
    if name in _ROLLING:
        return _between(name, today - timedelta(days=_ROLLING[name] - 1), today + timedelta(days=1), zone)
    month, quarter = date(today.year, today.month, 1), quarter_start(today, fiscal_month)
    known = {
        "this_month": (month, after(month, 1)),
        "last_month": (after(month, -1), month),
        "this_quarter": (quarter, after(quarter, 3)),
        "last_quarter": (after(quarter, -3), quarter),
    }
    if name in known:
        return _between(name, *known[name], zone)
    if "Q" not in name.upper():
        raise invalid("report.period", f"{name[:20]!r} is none of {', '.join(NAMES)}.", known=list(NAMES))
    start = read_quarter(name, fiscal_month)
    return _between(quarter_name(start, fiscal_month), start, after(start, 3), zone)


def quarter_period(start: date, zone: str, fiscal_month: int) -> Period:
    """The fiscal quarter that begins on a day."""
    return _between(quarter_name(start, fiscal_month), start, after(start, 3), zone)


def _between(name: str, first: date, end: date, zone: str) -> Period:
    begins, ends = (datetime.combine(day, time(), ZoneInfo(zone)).astimezone(UTC) for day in (first, end))
    return Period(name, begins, ends, first, end - timedelta(days=1))

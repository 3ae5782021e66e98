"""Business hours against hand-counted cases, clock changes, and the property that both functions are inverse."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from campaigns.core.business_time import WorkWeek, business_between, due_at

FRIDAY = datetime(2026, 11, 20, 15, 0, tzinfo=UTC)
HOUR = timedelta(hours=1)


def test_what_is_left_of_friday_goes_on_on_monday() -> None:
    assert due_at(FRIDAY, 4 * HOUR, WorkWeek()) == datetime(2026, 11, 23, 11, 0, tzinfo=UTC)


def test_before_opening_the_clock_waits() -> None:
    assert due_at(datetime(2026, 11, 20, 3, tzinfo=UTC), HOUR, WorkWeek()) == datetime(2026, 11, 20, 10, tzinfo=UTC)


def test_a_holiday_is_skipped() -> None:
    week = WorkWeek(holidays=frozenset({date(2026, 11, 23)}))
    assert due_at(FRIDAY, 4 * HOUR, week) == datetime(2026, 11, 24, 11, 0, tzinfo=UTC)


def test_hours_are_those_of_the_zone() -> None:
    tokyo = WorkWeek(zone="Asia/Tokyo")
    assert due_at(datetime(2026, 11, 20, 0, tzinfo=UTC), HOUR, tokyo) == datetime(2026, 11, 20, 1, tzinfo=UTC)
    assert due_at(FRIDAY, HOUR, tokyo) == datetime(2026, 11, 23, 1, 0, tzinfo=UTC)


def test_a_day_on_which_clocks_change_has_its_own_length() -> None:
    """2026-03-29 in Berlin has 23 hours: a week that is open on Sunday night loses one."""
    sunday = WorkWeek(zone="Europe/Berlin", hours={6: (time(0), time(6))})
    whole = business_between(datetime(2026, 3, 28, tzinfo=UTC), datetime(2026, 3, 30, tzinfo=UTC), sunday)
    assert whole == 5 * HOUR


def test_nothing_to_use_up_is_due_at_once() -> None:
    assert due_at(FRIDAY, timedelta(0), WorkWeek()) == FRIDAY
    assert business_between(FRIDAY, FRIDAY - HOUR, WorkWeek()) == timedelta(0)


def test_a_week_that_never_opens_is_refused() -> None:
    with pytest.raises(OverflowError):
        due_at(FRIDAY, HOUR, WorkWeek(hours={0: (time(9), time(9))}))


@given(
    start=st.datetimes(datetime(2026, 1, 1), datetime(2027, 1, 1), timezones=st.just(UTC)),
    minutes=st.integers(1, 60 * 200),
    zone=st.sampled_from(["UTC", "America/New_York", "Australia/Lord_Howe", "Asia/Tokyo", "Africa/Casablanca"]),
)
def test_what_lies_between_start_and_due_is_what_was_asked(start: datetime, minutes: int, zone: str) -> None:
    week = WorkWeek(zone=zone)
    wanted = timedelta(minutes=minutes)
    assert business_between(start, due_at(start, wanted, week), week) == wanted

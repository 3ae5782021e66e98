"""Figures of reports by hand: Kaplan and Meier, when a benchmark may be shown, periods, mails' times, what is asked."""

from __future__ import annotations

from datetime import UTC, date, datetime
from fractions import Fraction
from uuid import uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from campaigns.core.actor import Actor, Role
from campaigns.core.errors import DomainError
from campaigns.reports.asked import PARTNER_REPORTS, REPORTS, Asks, read_asks
from campaigns.reports.benchmarks import others_percent
from campaigns.reports.figures import Rate
from campaigns.reports.first_deal import kaplan_meier
from campaigns.reports.local_times import next_due, period_of
from campaigns.reports.periods import after, quarter_name, quarter_start, read_period, read_quarter
from campaigns.reports.service.schedules import read_unsubscribe_token, unsubscribe_token

VENDOR = Actor(kind="person", role=Role.CHANNEL, programme_id=uuid4())
PARTNER = Actor(kind="person", role=Role.PARTNER_ADMIN, partner_id=uuid4())


def test_the_curve_is_the_one_of_the_books():
    """Events on days 6 (three), 7, 10, 13, 16, 22, 23; the 6-MP arm of Freireich et al. (1963), in every textbook."""
    events = [6, 6, 6, 7, 10, 13, 16, 22, 23]
    gone = [6, 9, 10, 11, 17, 19, 20, 25, 32, 32, 34, 35]
    curve = kaplan_meier([(day, True) for day in events] + [(day, False) for day in gone])
    shown = [(step.day, step.at_risk, step.events, round(float(step.waiting), 3)) for step in curve.steps]
    assert shown == [
        (6, 21, 3, 0.857), (7, 17, 1, 0.807), (10, 15, 1, 0.753), (13, 12, 1, 0.690), (16, 11, 1, 0.627),
        (22, 7, 1, 0.538), (23, 6, 1, 0.448),
    ]  # fmt: skip
    assert (curve.n, curve.events, curve.median_days) == (21, 9, 23)
    assert kaplan_meier([]).median_days is None
    assert kaplan_meier([(3, False), (9, False)]).steps == ()


@given(st.lists(st.integers(0, 30), max_size=40))
def test_without_censoring_the_curve_is_the_share_that_still_waits(days):
    for step in kaplan_meier([(day, True) for day in days]).steps:
        assert step.waiting == Fraction(sum(day > step.day for day in days), len(days))


def test_a_benchmark_needs_five_others_of_whom_none_is_most_of_it():
    five = [Rate(1, 2)] * 5
    assert others_percent(five) == 50
    assert others_percent(five[:4]) is None
    assert others_percent([*five[:4], Rate(0, 0)]) is None  # who was never decided about contributes nothing
    assert others_percent([*five[:4], Rate(8, 8)]) == 75  # half of the whole is not more than half
    assert others_percent([*five[:4], Rate(9, 9)]) is None
    assert others_percent([Rate(1, 3)] * 6) == 33
    assert others_percent([Rate(1, 3)] * 6, step=5) == 35


@pytest.mark.parametrize(
    ("day", "month", "start", "name"),
    [
        (date(2026, 2, 28), 1, date(2026, 1, 1), "2026-Q1"),
        (date(2026, 12, 31), 1, date(2026, 10, 1), "2026-Q4"),
        (date(2026, 1, 5), 4, date(2026, 1, 1), "2025-Q4"),
        (date(2026, 4, 1), 4, date(2026, 4, 1), "2026-Q1"),
        (date(2026, 1, 31), 2, date(2025, 11, 1), "2025-Q4"),
        (date(2026, 2, 1), 2, date(2026, 2, 1), "2026-Q1"),
        (date(2026, 1, 1), 12, date(2025, 12, 1), "2025-Q1"),
    ],
)
def test_fiscal_quarters(day, month, start, name):
    assert quarter_start(day, month) == start
    assert quarter_name(start, month) == name
    assert read_quarter(name, month) == start


@given(st.dates(date(2000, 1, 1), date(2200, 1, 1)), st.integers(1, 12))
def test_every_day_is_in_its_quarter(day, month):
    start = quarter_start(day, month)
    assert start <= day < after(start, 3)
    assert (start.month - month) % 3 == 0


def test_periods_are_days_of_the_zone():
    now = datetime(2026, 1, 1, 4, 0, tzinfo=UTC)  # still December in New York
    period = read_period("this_month", now, "America/New_York", 1)
    assert (period.first, period.last) == (date(2025, 12, 1), date(2025, 12, 31))
    assert period.begin == datetime(2025, 12, 1, 5, 0, tzinfo=UTC)
    assert read_period("last_90_days", now, "UTC", 1).first == date(2025, 10, 4)
    assert read_period("all", now, "UTC", 1).begin is None
    for wrong in ("tomorrow", "2026-Q5", "1999-Q1", "Q"):
        with pytest.raises(DomainError):
            read_period(wrong, now, "UTC", 1)


@pytest.mark.parametrize(
    ("every", "day", "at", "zone", "now", "due"),
    [
        ("week", 1, "08:30", "Europe/Oslo", "2026-11-23T07:00+00:00", "2026-11-23T07:30+00:00"),
        ("week", 1, "08:30", "Europe/Oslo", "2026-11-23T07:30+00:00", "2026-11-30T07:30+00:00"),
        ("month", 31, "09:00", "UTC", "2026-02-01T00:00+00:00", "2026-02-28T09:00+00:00"),
        ("month", 31, "09:00", "UTC", "2026-02-28T09:00+00:00", "2026-03-31T09:00+00:00"),
        # 02:30 is leapt over on 8 March 2026 in New York: an hour later; 01:30 comes twice on 1 November: the first
        ("week", 7, "02:30", "America/New_York", "2026-03-07T12:00+00:00", "2026-03-08T07:30+00:00"),
        ("week", 7, "01:30", "America/New_York", "2026-10-31T12:00+00:00", "2026-11-01T05:30+00:00"),
        ("week", 1, "00:15", "Pacific/Kiritimati", "2026-11-22T09:00+00:00", "2026-11-22T10:15+00:00"),
    ],
)
def test_a_mail_is_due_at_a_local_time(every, day, at, zone, now, due):
    assert next_due(every, day, at, zone, datetime.fromisoformat(now)) == datetime.fromisoformat(due)


def test_periods_of_mails():
    moment = datetime(2026, 12, 31, 23, 30, tzinfo=UTC)
    assert period_of("week", moment, "UTC") == "2026-W53"
    assert period_of("month", moment, "UTC") == "2026-12"
    assert period_of("month", moment, "Europe/Oslo") == "2027-01"


def test_what_may_be_asked_differs_by_side():
    assert read_asks(VENDOR, {"report": "ropi", "by": "launch"}) == Asks("ropi", "launch")
    for wrong in (
        {"report": "none"}, {"report": "credits", "by": "day"}, {"by": "kit", "state": "half"}, {"model": "guess"},
        {"period": "soon"}, {"partner": "x"}, {"run": "1"}, {"report": "forecast", "by": "month"},
    ):  # fmt: skip
        with pytest.raises(DomainError):
            read_asks(VENDOR, wrong)
    for name in set(REPORTS) - set(PARTNER_REPORTS):
        with pytest.raises(DomainError, match="no such report"):
            read_asks(PARTNER, {"report": name})
    for wrong in ({"by": "partner"}, {"report": "registrations", "by": "partner"}):
        with pytest.raises(DomainError):
            read_asks(PARTNER, wrong)


def test_a_view_keeps_choices_and_no_run():
    asks = read_asks(VENDOR, {"report": "credits", "run": str(uuid4()), "period": "last_quarter", "odd": "x"})
    assert asks.as_json() == {"report": "credits", "period": "last_quarter"}


def test_the_link_that_ends_mails_names_one_schedule_and_cannot_be_made_up():
    key, schedule = "k" * 40, uuid4()
    token = unsubscribe_token(key, schedule)
    assert read_unsubscribe_token(key, token) == schedule
    assert read_unsubscribe_token("x" * 40, token) is None
    assert read_unsubscribe_token(key, token[:-1] + ("0" if token[-1] != "0" else "1")) is None
    assert read_unsubscribe_token(key, "") is None

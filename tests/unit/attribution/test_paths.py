"""Which touches make a path: windows, kinds, doubts, repeats, bounds, order, milestones, what came too late."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from random import Random
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from campaigns.attribution.paths import Milestones, assemble
from campaigns.attribution.rules import PathRules
from campaigns.attribution.touches import Journey, Split, Touch
from campaigns.core.errors import DomainError
from campaigns.core.money import Money
from tests.factories.attribution import CLOSE, CUT_OFF, DAY, EVERYTHING, journey, touch

MINUTE = timedelta(minutes=1)


def ids(deal: Journey, rules: PathRules = EVERYTHING, cut_off: datetime = CUT_OFF) -> list[str]:
    return [item.id for item in assemble(deal, rules, cut_off).touches]


def test_order_is_by_occurrence_then_receipt_then_id() -> None:
    later = CLOSE + DAY
    touches = [
        touch("b", 5), touch("a", 5), touch("z", 9), touch("late", 5, received_at=later), touch("last", 1),
    ]  # fmt: skip
    for seed in range(5):
        Random(seed).shuffle(touches)
        assert ids(journey(*touches)) == ["z", "a", "b", "late", "last"]


def test_the_window_reaches_back_from_the_close_both_ends_included() -> None:
    deal = journey(touch("out", 30.00001), touch("edge", 30), touch("in", 3), touch("end", 0), touch("after", -0.001))
    assert ids(deal, PathRules(look_back_days=30)) == ["edge", "in", "end"]
    assert ids(deal, PathRules(look_back_days=None)) == ["out", "edge", "in", "end"]


def test_the_window_may_end_at_the_opportunity() -> None:
    deal = journey(touch("old", 50), touch("before", 25), touch("between", 5), opportunity_at=CLOSE - 20 * DAY)
    assert ids(deal, PathRules(look_back_days=28, anchor="opportunity")) == ["before"]
    assert ids(deal, PathRules(look_back_days=28)) == ["before", "between"]
    without = replace(deal, opportunity_at=None)
    assert ids(without, PathRules(look_back_days=28, anchor="opportunity")) == ["before", "between"]


def test_an_open_deals_window_ends_at_the_cut_off() -> None:
    deal = journey(touch("a", 10), touch("b", -2), touch("c", -40), closed_at=None)
    assert ids(deal) == ["a", "b"]


def test_what_was_not_known_at_the_cut_off_is_not_there() -> None:
    told_later = touch("told", 9, received_at=CLOSE + 2 * DAY)
    deal = journey(touch("a", 10), told_later, lead_at=CLOSE - 9 * DAY)
    assert ids(deal, cut_off=CLOSE + DAY) == ["a"]
    assert ids(deal, cut_off=CLOSE + 2 * DAY) == ["a", "told"]
    early = assemble(deal, EVERYTHING, CLOSE - 9.5 * DAY)
    assert early.milestones == Milestones()  # neither lead nor close had come


@pytest.mark.parametrize("verdict", ["bot", "unheard-of"])
def test_bots_never_count(verdict: str) -> None:
    deal = journey(touch("a", 2), touch("b", 1, verdict=verdict))
    assert ids(deal, PathRules(suspects=True)) == ["a"]


def test_suspects_count_where_the_rules_say_so() -> None:
    deal = journey(touch("a", 2), touch("b", 1, verdict="suspect"))
    assert ids(deal, PathRules()) == ["a"]
    assert ids(deal, PathRules(suspects=True)) == ["a", "b"]


def test_kinds_count_as_named_and_opens_never() -> None:
    kinds = ("click", "page", "form", "download", "share", "event", "activity", "delivery", "open")
    deal = journey(*(touch(kind, 9 - at, kind=kind) for at, kind in enumerate(kinds)))
    assert ids(deal) == ["click", "page", "form", "download", "share", "event", "activity"]
    assert ids(deal, PathRules(kinds=frozenset({"delivery", "form"}))) == ["form", "delivery"]
    with pytest.raises(DomainError) as caught:
        PathRules(kinds=frozenset({"open", "form"}))
    assert [problem.code for problem in caught.value.problems] == ["attribution.kind_never"]


def test_alike_touches_close_together_are_one() -> None:
    def click(name: str, minutes: float, **about: Any) -> Touch:
        at = CLOSE - DAY + minutes * MINUTE
        return touch(name, channel="mail", occurred_at=at, received_at=at, **about)

    deal = journey(
        click("a", 0), click("same", 29), click("again", 30), click("other-step", 30.5, step="2"), click("same2", 59.9),
        click("third", 60), click("page", 1, kind="page"),
    )  # fmt: skip
    assert ids(deal, PathRules(same_within_s=1800)) == ["a", "page", "again", "other-step", "third"]
    assert len(ids(deal)) == 7


def test_a_bot_does_not_hide_the_person_after_it() -> None:
    deal = journey(touch("bot", 1.001, channel="mail", verdict="bot"), touch("human", 1, channel="mail"))
    assert ids(deal, PathRules()) == ["human"]


def test_of_long_paths_the_first_and_the_latest_count() -> None:
    deal = journey(*(touch(f"t{at}", 20 - at) for at in range(20)), lead_at=CLOSE - 15 * DAY)
    found = assemble(deal, PathRules(most_touches=4), CUT_OFF)
    assert [item.id for item in found.touches] == ["t0", "t17", "t18", "t19"]
    assert found.milestones == Milestones(lead=0, opportunity=None, close=3)
    assert len(found.seen) == 20


def test_milestones_stand_on_the_last_touch_before_them() -> None:
    deal = journey(
        touch("a", 10), touch("b", 8), touch("c", 5), touch("d", 1),
        lead_at=CLOSE - 8 * DAY, opportunity_at=CLOSE - 4 * DAY,
    )  # fmt: skip
    assert assemble(deal, EVERYTHING, CUT_OFF).milestones == Milestones(lead=1, opportunity=2, close=3)
    before_all = replace(deal, lead_at=CLOSE - 11 * DAY, opportunity_at=None)
    assert assemble(before_all, EVERYTHING, CUT_OFF).milestones == Milestones(None, None, 3)


def test_a_touch_named_twice_counts_once_and_must_be_the_same() -> None:
    assert ids(journey(touch("a", 2), touch("a", 2), touch("b", 1))) == ["a", "b"]
    with pytest.raises(DomainError, match=r"attribution\.touch_twice"):
        ids(journey(touch("a", 2), touch("a", 3)))


def test_instants_are_compared_not_wall_clocks() -> None:
    zone = ZoneInfo("America/New_York")
    first = datetime(2026, 11, 1, 1, 50, tzinfo=zone, fold=0)  # summer time: 05:50 UTC
    second = datetime(2026, 11, 1, 1, 10, tzinfo=zone, fold=1)  # winter time: 06:10 UTC
    deal = journey(
        touch("second", occurred_at=second, received_at=second), touch("first", occurred_at=first, received_at=first),
        closed_at=datetime(2026, 11, 1, 1, 20, tzinfo=zone, fold=1),
    )  # fmt: skip
    assert ids(deal, cut_off=datetime(2027, 1, 1, tzinfo=zone).astimezone(CLOSE.tzinfo)) == ["first", "second"]


@pytest.mark.parametrize(
    ("make", "code"),
    [
        (lambda: touch("a", occurred_at=datetime(2026, 1, 1)), "attribution.naive_time"),
        (lambda: journey(closed_at=datetime(2026, 1, 1)), "attribution.naive_time"),
        (lambda: Journey("deal", ()), "attribution.no_value"),
        (lambda: Journey("deal", (Money(1, "EUR"), Money(2, "EUR"))), "attribution.currency_twice"),
        (lambda: journey(splits=(Split("p", 1), Split("p", 2))), "attribution.split"),
        (lambda: journey(splits=(Split("p", 0),)), "attribution.split"),
        (lambda: journey(splits=(Split("p", 2), Split("q", -1))), "attribution.split"),
    ],
)
def test_what_makes_no_sense_has_a_code(make: Any, code: str) -> None:
    with pytest.raises(DomainError) as caught:
        make()
    assert caught.value.code == code

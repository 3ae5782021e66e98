"""The models by hand: the shares of domain.md, milestones missing and falling together, time decay to the cent."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal, localcontext
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from campaigns.attribution.crediting import attribute_deal
from campaigns.attribution.decay import BITS, half_power
from campaigns.attribution.paths import Milestones, Path
from campaigns.attribution.rules import Model, ModelName
from campaigns.attribution.weights import shares, weights
from tests.factories.attribution import journey, path, spec, touch


def percent(*parts: str) -> tuple[Fraction, ...]:
    return tuple(Fraction(part) / 100 for part in parts)


@pytest.mark.parametrize(
    ("model", "count", "milestones", "expected"),
    [
        ("first", 3, {}, percent("100", "0", "0")),
        ("last", 3, {}, percent("0", "0", "100")),
        ("linear", 4, {}, percent("25", "25", "25", "25")),
        ("u_shaped", 1, {}, percent("100")),
        ("u_shaped", 2, {}, percent("50", "50")),
        ("u_shaped", 3, {}, percent("40", "20", "40")),
        ("u_shaped", 6, {}, percent("40", "5", "5", "5", "5", "40")),
        ("w_shaped", 5, {"lead": 1, "opportunity": 3}, percent("30", "30", "5", "30", "5")),
        ("w_shaped", 3, {"lead": 1, "opportunity": 2}, (Fraction(1, 3),) * 3),  # no others: 30 of 90 each
        ("w_shaped", 3, {"lead": 0, "opportunity": 2}, percent("60", "10", "30")),  # first and lead on one touch
        ("w_shaped", 2, {"lead": 0, "opportunity": 1}, (Fraction(2, 3), Fraction(1, 3))),
        ("w_shaped", 1, {"lead": 0, "opportunity": 0}, percent("100")),
        ("w_shaped", 4, {"opportunity": 2}, percent("45", "5", "45", "5")),  # the lead's 30 go half and half
        ("w_shaped", 3, {}, percent("90", "5", "5")),
        ("full_path", 6, {"lead": 1, "opportunity": 3, "close": 5}, percent("22.5", "22.5", "5", "22.5", "5", "22.5")),
        ("full_path", 4, {"lead": 1, "opportunity": 2, "close": 3}, percent("25", "25", "25", "25")),
        ("full_path", 3, {"lead": 0, "opportunity": 2, "close": 2}, percent("45", "10", "45")),
        ("full_path", 3, {"lead": 1, "close": 2}, percent("100/3", "100/3", "100/3")),
        ("full_path", 4, {"lead": 1, "close": 3}, percent("30", "30", "10", "30")),
        ("time_decay", 1, {}, percent("100")),
    ],
)
def test_shares_by_hand(model: str, count: int, milestones: dict[str, int], expected: tuple[Fraction, ...]) -> None:
    assert shares(Model(ModelName(model)), path(count, **milestones)) == expected


@pytest.mark.parametrize("model", list(ModelName))
def test_no_touch_has_no_weight(model: ModelName) -> None:
    assert weights(Model(model), path(0)) == []


places = st.none() | st.integers(0, 29)


@given(st.sampled_from(ModelName), st.integers(1, 30), places, places, places)
def test_shares_are_never_negative_and_sum_to_one(
    model: ModelName, count: int, lead: int | None, opportunity: int | None, close: int | None
) -> None:
    at = [None if place is None else min(place, count - 1) for place in (lead, opportunity, close)]
    found = shares(Model(model), path(count, lead=at[0], opportunity=at[1], close=at[2]))
    assert sum(found) == 1
    assert len(found) == count
    assert min(found) >= 0


def test_time_decay_by_hand_to_the_cent() -> None:
    touches = [touch(f"{chr(97 + at)}", days) for at, days in enumerate((38, 33, 26, 8, 0))]
    found = attribute_deal(journey(*touches, cents=1_200_000, currency="USD"), spec(ModelName.TIME_DECAY))
    assert [credit.amount_minor for credit in found.credits] == [17519, 28744, 57488, 341704, 754545]


def test_a_longer_half_life_forgets_more_slowly() -> None:
    two = journey(touch("early", 30), touch("late", 0), cents=30_000)
    by = {
        days: [
            credit.amount_minor
            for credit in attribute_deal(two, spec(ModelName.TIME_DECAY, half_life_days=days)).credits
        ]
        for days in (30, 15)
    }
    assert by == {30: [10_000, 20_000], 15: [6_000, 24_000]}


def test_a_touch_forgotten_long_since_costs_nobody_a_cent() -> None:
    found = attribute_deal(journey(touch("old", 3000), touch("new", 0)), spec(ModelName.TIME_DECAY, half_life_days=1))
    assert [(credit.touch.id, credit.amount_minor) for credit in found.credits if credit.touch] == [("new", 10_000)]


def test_shares_do_not_depend_on_when_one_asks() -> None:
    early = tuple(touch(f"t{days}", days) for days in (900, 893, 886))
    late = tuple(touch(f"t{days}", days) for days in (14, 7, 0))
    decay = Model(ModelName.TIME_DECAY)
    assert shares(decay, Path(early, early, Milestones())) == shares(decay, Path(late, late, Milestones()))
    assert shares(decay, Path(late, late, Milestones())) == (Fraction(1, 7), Fraction(2, 7), Fraction(4, 7))


@given(st.integers(0, 3650 * 86_400_000_000), st.integers(1, 3650))
def test_powers_of_one_half_against_decimals(elapsed_us: int, days: int) -> None:
    half_life_us = days * 86_400_000_000
    with localcontext(prec=60):
        exact = Decimal(2) ** (Decimal(-elapsed_us) / Decimal(half_life_us)) * 2**BITS
        allowed = exact * Decimal("1e-18") + 1
        assert abs(half_power(elapsed_us, half_life_us) - exact) <= allowed


@pytest.mark.parametrize("halves", [0, 1, 2, 10, 96, 97, 10_000])
def test_whole_half_lives_are_exact(halves: int) -> None:
    half_life = timedelta(days=7) // timedelta(microseconds=1)
    assert half_power(halves * half_life, half_life) == (1 << BITS) >> halves


def test_the_bits_are_these_on_every_machine() -> None:
    # 2^(-1/7) and 2^(-6.9999…) in units of 2^-96, by the whole numbers the tables hold
    assert half_power(1, 7) == BITS_OF_A_SEVENTH
    assert half_power(7 * 604_800_000_000 - 1, 604_800_000_000) == BITS_JUST_BEFORE_SEVEN


BITS_OF_A_SEVENTH = 71758821665315788776189679929
BITS_JUST_BEFORE_SEVEN = 618970019643399524561506279

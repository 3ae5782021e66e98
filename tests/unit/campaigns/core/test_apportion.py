"""Sharing out whole amounts: exact sums, largest remainders, ties to the earliest, refunds as mirrors."""

from __future__ import annotations

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from campaigns.core.apportion import apportion
from campaigns.core.errors import DomainError

fractions = st.fractions(min_value=0, max_value=1000, max_denominator=997)
weights = st.lists(st.one_of(st.integers(0, 10**12), fractions), min_size=1, max_size=30).filter(any)
amounts = st.integers(-(2**63) + 1, 2**63 - 1)


@pytest.mark.parametrize(
    ("total", "shares", "parts"),
    [
        (100, [1, 1, 1], (34, 33, 33)),
        (-100, [1, 1, 1], (-34, -33, -33)),
        (5, [1, 1], (3, 2)),
        (1, [1, 1, 1], (1, 0, 0)),
        (10, [5, 3, 1], (6, 3, 1)),  # 5.56, 3.33, 1.11: the half goes to the largest remainder
        (0, [1, 2], (0, 0)),
        (7, [0, 1, 0], (0, 7, 0)),
        (100, [Fraction(1, 6), Fraction(1, 3), Fraction(1, 2)], (17, 33, 50)),
        (3, [2, 1, 1, 1], (1, 1, 1, 0)),  # 1.2, .6, .6, .6: of three equal remainders the earliest two
    ],
)
def test_by_hand(total: int, shares: list[int | Fraction], parts: tuple[int, ...]) -> None:
    assert apportion(total, shares) == parts


@given(amounts, weights)
def test_parts_sum_exactly_and_stand_within_one_unit_of_their_share(total: int, shares: list[int | Fraction]) -> None:
    parts = apportion(total, shares)
    assert sum(parts) == total
    by = sum(Fraction(share) for share in shares)
    for part, share in zip(parts, shares, strict=True):
        assert abs(part - total * Fraction(share) / by) < 1
        assert part * total >= 0
        assert share != 0 or part == 0
    assert apportion(-total, shares) == tuple(-part for part in parts)


@given(amounts, weights, st.integers(1, 10**6))
def test_only_proportions_count(total: int, shares: list[int | Fraction], factor: int) -> None:
    assert apportion(total, [share * factor for share in shares]) == apportion(total, shares)


@given(st.integers(0, 10**6), st.integers(1, 40))
def test_of_equals_the_earliest_get_more(total: int, among: int) -> None:
    parts = apportion(total, [1] * among)
    assert list(parts) == sorted(parts, reverse=True)


@pytest.mark.parametrize("shares", [[], [0], [0, 0], [1, -1], [2, -1], [Fraction(-1, 2), 1]])
def test_without_a_weight_there_is_nothing_to_share_by(shares: list[int | Fraction]) -> None:
    with pytest.raises(DomainError, match=r"apportion\.weights"):
        apportion(10, shares)

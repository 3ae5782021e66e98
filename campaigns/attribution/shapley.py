"""Shapley attribution in closed form: each set of channels shares its conversions equally among its members."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from fractions import Fraction

from campaigns.attribution.observed import Observed, combine


@dataclass(frozen=True, slots=True)
class Shapley:
    """Exact credit by channel; with the conversions of paths without touches they sum to all conversions."""

    credits: dict[str, Fraction]
    unattributed: int


def shapley(paths: Iterable[Observed]) -> Shapley:
    """φ_i = Σ over sets S with i of R(S) / |S|, R(S) the conversions of paths whose channels are exactly S.

    Zhao, Mahboobi and Bagheri, "Shapley Value Methods for Attribution Modeling in Online Advertising", 2018: equal to
    the sum over all coalitions, whose worth is what paths within them bring, at a cost linear in the paths.
    """
    by_size: defaultdict[str, defaultdict[int, int]] = defaultdict(lambda: defaultdict(int))
    rest = 0
    for path in combine(paths):
        members = set(path.steps)
        if not members:
            rest += path.conversions
        for member in members:
            by_size[member][len(members)] += path.conversions
    return Shapley({name: _sum(by_size[name]) for name in sorted(by_size)}, rest)


def _sum(by_size: dict[int, int]) -> Fraction:
    return sum((Fraction(count, size) for size, count in sorted(by_size.items())), Fraction(0))

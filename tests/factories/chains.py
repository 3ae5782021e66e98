"""Markov chains of observed paths by the definition, and two ways to walk them that share nothing with ours."""

from __future__ import annotations

from collections.abc import Iterable
from fractions import Fraction
from itertools import pairwise

from campaigns.attribution.observed import Observed


def chain_of(paths: Iterable[Observed]) -> dict[str, dict[str, Fraction]]:
    """Transition probabilities as the definition has them."""
    seen: dict[str, dict[str, int]] = {}
    for path in paths:
        for end, times in (("CONVERTED", path.conversions), ("NULL", path.nulls)):
            for here, there in pairwise(("START", *path.steps, end)):
                if times:
                    row = seen.setdefault(here, {})
                    row[there] = row.get(there, 0) + times
    return {
        here: {there: Fraction(times, sum(row.values())) for there, times in row.items()} for here, row in seen.items()
    }


def by_walking(chain: dict[str, dict[str, Fraction]], without: str = "") -> float:
    """The probability to convert by letting the whole crowd walk step by step until nobody is left on the way."""
    walk = {here: {there: float(part) for there, part in row.items()} for here, row in chain.items()}
    crowd, converted = {"START": 1.0}, 0.0
    for _ in range(100_000):
        moved: dict[str, float] = {}
        for here, part in crowd.items():
            for there, probability in walk[here].items():
                if there == "CONVERTED":
                    converted += part * probability
                elif there not in ("NULL", without):
                    moved[there] = moved.get(there, 0.0) + part * probability
        crowd = moved
        if sum(crowd.values()) < 1e-13:
            return converted
    raise AssertionError("the crowd still walks")


def by_enumeration(chain: dict[str, dict[str, Fraction]], without: str = "", here: str = "START") -> Fraction:
    """The same for a chain without circles, by every path there is, in exact fractions."""
    found = Fraction(0)
    for there, probability in chain[here].items():
        if there == "CONVERTED":
            found += probability
        elif there not in ("NULL", without):
            found += probability * by_enumeration(chain, without, there)
    return found

"""Markov attribution of order 1 by removal effect, in closed form. For programmes: one deal tells no probabilities."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from fractions import Fraction
from itertools import pairwise

from campaigns.attribution.observed import Observed, combine
from campaigns.core.apportion import apportion

_DIGITS = 10**12  # results are kept to this part, beyond what the elimination's rounding reaches


@dataclass(frozen=True, slots=True)
class Markov:
    """`conversion`: the chain's probability to convert. `removal`: by channel, the part of it lost without the channel.

    Conversions of paths without any touch are `unattributed` and not in the chain. All fractions to 12 decimals.
    """

    conversion: Fraction
    removal: Mapping[str, Fraction]
    conversions: int
    unattributed: int

    def credits(self) -> dict[str, Fraction]:
        """The attributed conversions shared out by removal effect; they sum to their number exactly."""
        by = sum(self.removal.values())
        return {name: effect * self.conversions / by if by else Fraction(0) for name, effect in self.removal.items()}

    def shared(self, amount_minor: int) -> dict[str, int]:
        """The attributed deals' value by removal effect, in minor units that sum to it; {} if nothing converted."""
        if not any(self.removal.values()):
            return {}
        return dict(zip(self.removal, apportion(amount_minor, list(self.removal.values())), strict=True))


def markov(paths: Iterable[Observed]) -> Markov:
    """The absorbing chain over start, channels, conversion and null, solved by elimination; see Anderl et al., 2016.

    With counts C between channels, row totals D and A = D − C: v = A⁻¹·(exits to conversion) is the probability to
    convert from each channel, (p·A⁻¹)_c / (A⁻¹)_cc the probability that a journey ever meets c. Every journey that
    meets c is lost without it, so c's removal takes meets·v of the whole. Channels are sorted and floats are only
    added, multiplied and divided in one order, so every machine finds the same bits. Cubic in the number of channels.
    """
    counted = combine(paths)
    told = [path for path in counted if path.steps and path.conversions + path.nulls]
    channels = sorted({step for path in told for step in path.steps})
    converted = sum(path.conversions for path in told)
    rest = sum(path.conversions for path in counted if not path.steps)
    if not channels:
        return Markov(Fraction(0), {}, 0, rest)
    starts, chain, wins = _counts(told, {name: at for at, name in enumerate(channels)})
    inverse = _inverse(chain)
    journeys = float(sum(starts))
    wins_from = [sum(a * b for a, b in zip(row, wins, strict=True)) for row in inverse]
    visits = [0.0] * len(channels)
    for start, row in zip(starts, inverse, strict=True):
        if start:
            visits = [visit + start * entry for visit, entry in zip(visits, row, strict=True)]
    whole = sum(start * win for start, win in zip(starts, wins_from, strict=True))
    removal = {
        name: _part(visits[at] / inverse[at][at] * wins_from[at] / whole) if whole else Fraction(0)
        for at, name in enumerate(channels)
    }
    return Markov(_part(whole / journeys), removal, converted, rest)


def _counts(paths: list[Observed], at: Mapping[str, int]) -> tuple[list[int], list[list[float]], list[float]]:
    """(journeys beginning at each channel, D − C, exits to conversion from each), all whole numbers."""
    starts = [0] * len(at)
    chain = [[0.0] * len(at) for _ in at]
    wins = [0.0] * len(at)
    for path in paths:
        times = path.conversions + path.nulls
        starts[at[path.steps[0]]] += times
        for here, there in pairwise(path.steps):
            chain[at[here]][at[here]] += times
            chain[at[here]][at[there]] -= times  # a loop undoes itself: it delays the way out and does not change it
        last = at[path.steps[-1]]
        chain[last][last] += times
        wins[last] += path.conversions
    return starts, chain, wins


def _inverse(rows: list[list[float]]) -> list[list[float]]:
    """By Gauss and Jordan, in place. Each row outweighs its other entries, so no pivot is small and none is sought."""
    for pivot, row in enumerate(rows):
        by = 1.0 / row[pivot]
        scaled = [entry * by for entry in row]
        scaled[pivot] = by
        rows[pivot] = scaled
        for at, other in enumerate(rows):
            factor = other[pivot]
            if at != pivot and factor:
                fresh = [entry - factor * part for entry, part in zip(other, scaled, strict=True)]
                fresh[pivot] = -factor * by
                rows[at] = fresh
    return rows


def _part(value: float) -> Fraction:
    return Fraction(max(0, min(_DIGITS, round(value * _DIGITS))), _DIGITS)

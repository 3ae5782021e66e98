"""Sharing a whole amount out by weights: the largest remainder gets the odd units, so the parts sum exactly."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from math import lcm

from campaigns.core.errors import invalid


def apportion(total: int, weights: Sequence[int | Fraction]) -> tuple[int, ...]:
    """Parts of `total` in proportion to `weights`, by Hamilton's method; their sum is `total`, always.

    Each part is at most one unit from its exact share. What is left over goes one by one to the largest remainders,
    of equal ones to the earliest. A negative total (a refund) is the positive one's mirror, part for part. A weight
    of zero gets zero. Raises `apportion.weights` if one is negative or all are zero.
    """
    whole = _whole(weights)
    by = sum(whole)
    if by == 0 or min(whole) < 0:
        raise invalid("apportion.weights", "To share out, weights of zero or more are needed, one above zero.")
    if total < 0:
        return tuple(-part for part in _shared(-total, whole, by))
    return tuple(_shared(total, whole, by))


def _whole(weights: Sequence[int | Fraction]) -> list[int]:
    """The weights over one denominator."""
    below = lcm(*(weight.denominator for weight in weights))
    if below == 1:
        return [int(weight) for weight in weights]
    return [weight.numerator * (below // weight.denominator) for weight in weights]


def _shared(total: int, weights: list[int], by: int) -> list[int]:
    parts: list[int] = []
    rests: list[int] = []
    for weight in weights:
        part, rest = divmod(total * weight, by)
        parts.append(part)
        rests.append(rest)
    left = total - sum(parts)
    if left:
        # the sort is stable, so the earliest of equal remainders stands first
        for at in sorted(range(len(rests)), key=rests.__getitem__, reverse=True)[:left]:
            parts[at] += 1
    return parts

"""Paths of a programme counted by one dimension: what Markov and Shapley read instead of single deals."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from campaigns.attribution.paths import Path
from campaigns.attribution.touches import dimension
from campaigns.core.errors import invalid


@dataclass(frozen=True, slots=True)
class Observed:
    """How often a path of values (channels, kits, …) ended in a conversion and how often in none."""

    steps: tuple[str, ...]
    conversions: int
    nulls: int = 0


def observe(paths: Iterable[tuple[Path, bool]], by: str) -> tuple[Observed, ...]:
    """(path, won) pairs counted by a dimension of `touches.DIMENSIONS`. Raises `attribution.dimension`."""
    of = dimension(by)
    return combine(Observed(tuple(map(of, path.touches)), int(won), int(not won)) for path, won in paths)


def combine(paths: Iterable[Observed]) -> tuple[Observed, ...]:
    """Each path once, sorted, counts added up. Raises `attribution.count` for a negative one."""
    sums: dict[tuple[str, ...], list[int]] = {}
    for path in paths:
        if path.conversions < 0 or path.nulls < 0:
            raise invalid("attribution.count", "A path is counted zero times or more.", steps=path.steps)
        entry = sums.setdefault(path.steps, [0, 0])
        entry[0] += path.conversions
        entry[1] += path.nulls
    return tuple(Observed(steps, *counts) for steps, counts in sorted(sums.items()))

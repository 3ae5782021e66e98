"""Which deals somebody or something sourced, which it influenced, and either; the first two overlap and never add."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from campaigns.attribution.paths import Path
from campaigns.attribution.touches import Journey, Touch, dimension


@dataclass(frozen=True, slots=True)
class Involvement:
    """Values of one dimension (partners, launches, …) by their part in one deal."""

    sourced: frozenset[str]
    influenced: frozenset[str]

    @property
    def either(self) -> frozenset[str]:
        """The union, in which a deal counts once."""
        return self.sourced | self.influenced


def involvement(journey: Journey, path: Path, by: str) -> Involvement:
    """Sourced: the touch that made the lead; without a lead the first touch, if it came before the opportunity.

    For partners the one who registered the deal out of its own business sourced it, whatever was touched.
    Influenced: every touch that counts, the sourcing one too. Touches without a value in the dimension involve nobody.
    """
    of = dimension(by)
    source = _source(journey, path)
    sourced = {of(source)} if source else set()
    if by == "partner" and journey.brought_by:
        sourced = {journey.brought_by}
    return Involvement(frozenset(sourced - {""}), frozenset({of(touch) for touch in path.touches} - {""}))


def _source(journey: Journey, path: Path) -> Touch | None:
    if journey.lead_at is not None:
        place = path.milestones.lead
        return None if place is None else path.touches[place]
    if not path.touches or (
        journey.opportunity_at is not None and path.touches[0].occurred_at > journey.opportunity_at
    ):
        return None
    return path.touches[0]


@dataclass(frozen=True, slots=True)
class Sum:
    """A number of deals and what they are worth, in minor units by currency."""

    deals: int = 0
    amounts: tuple[tuple[str, int], ...] = ()


@dataclass(frozen=True, slots=True)
class Tally:
    """Three views of the same deals. There is no sum of sourced and influenced: `either` is what both make."""

    sourced: Sum
    influenced: Sum
    either: Sum


def tally(deals: Iterable[tuple[Journey, Involvement]]) -> Mapping[str, Tally]:
    """By value of the dimension, sorted; and under "" all deals in which any value has that part, each once."""
    views: tuple[defaultdict[str, _Running], ...] = tuple(defaultdict(_Running) for _ in range(3))
    for journey, part in deals:
        for view, involved in zip(views, (part.sourced, part.influenced, part.either), strict=True):
            for name in (*involved, "") if involved else ():
                view[name].add(journey)
    return {name: Tally(*(view[name].sum() for view in views)) for name in sorted(views[2])}


class _Running:
    def __init__(self) -> None:
        self._deals = 0
        self._amounts: defaultdict[str, int] = defaultdict(int)

    def add(self, journey: Journey) -> None:
        self._deals += 1
        for value in journey.values:
            self._amounts[value.currency] += value.amount_minor

    def sum(self) -> Sum:
        return Sum(self._deals, tuple(sorted(self._amounts.items())))

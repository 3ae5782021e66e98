"""From paths to money: every unit of every deal's value credited to a touch, or said to be unattributed."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from fractions import Fraction

from campaigns.attribution.paths import Path, assemble
from campaigns.attribution.rules import RunSpec
from campaigns.attribution.touches import Journey, Touch
from campaigns.attribution.weights import weights
from campaigns.core.apportion import apportion
from campaigns.core.errors import DomainError, Kind


@dataclass(frozen=True, slots=True)
class Credit:
    """A touch's part of a deal's value in one currency, within one partner's part of the deal.

    `touch` and `place` (from 0, in the path) are None for what is unattributed. The exact share is weight / of.
    """

    deal: str
    partner: str
    currency: str
    amount_minor: int
    touch: Touch | None
    place: int | None
    weight: int
    of: int

    @property
    def share(self) -> Fraction:
        """The touch's share of the path, 0 to 1."""
        return Fraction(self.weight, self.of)


@dataclass(frozen=True, slots=True)
class Attributed:
    """A deal, the path its touches made, and the credits, which sum to its value in every currency and part."""

    journey: Journey
    path: Path
    credits: tuple[Credit, ...]


def attribute(journeys: Iterable[Journey], spec: RunSpec) -> Iterator[Attributed]:
    """Credits deal by deal, as they are read; only their ids are remembered.

    Raises `attribution.deal_twice` and what `assemble` raises.
    """
    known: set[str] = set()
    for journey in journeys:
        if journey.deal in known:
            message = "A deal is given twice; its value would count twice."
            raise DomainError("attribution.deal_twice", Kind.CONFLICT, message, deal=journey.deal)
        known.add(journey.deal)
        yield attribute_deal(journey, spec)


def attribute_deal(journey: Journey, spec: RunSpec) -> Attributed:
    """One deal's path and credits: by partner, by currency, along the path; touches without a share have none."""
    path = assemble(journey, spec.rules, spec.cut_off)
    shared = weights(spec.model, path)
    places = [place for place, weight in enumerate(shared) if weight]
    counted = [shared[place] for place in places]
    by = sum(counted)
    found: list[Credit] = []
    for partner, currency, amount in _parts(journey):
        if not places:
            found.append(Credit(journey.deal, partner, currency, amount, None, None, 1, 1))
            continue
        amounts = apportion(amount, counted)
        for place, weight, earned in zip(places, counted, amounts, strict=True):
            found.append(Credit(journey.deal, partner, currency, earned, path.touches[place], place, weight, by))
    return Attributed(journey, path, tuple(found))


def _parts(journey: Journey) -> list[tuple[str, str, int]]:
    """(partner, currency, amount): the values split among the partners, each by the largest remainder."""
    values = sorted((value.currency, value.amount_minor) for value in journey.values)
    if not journey.splits:
        return [(journey.partner, currency, amount) for currency, amount in values]
    splits = sorted(journey.splits, key=lambda split: split.partner)
    split_weights = [split.weight for split in splits]
    portions = [(currency, apportion(amount, split_weights)) for currency, amount in values]
    return [
        (split.partner, currency, amounts[at])
        for at, split in enumerate(splits)
        if split.weight
        for currency, amounts in portions
    ]

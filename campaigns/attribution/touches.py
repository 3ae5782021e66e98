"""What attribution reads: touches, and a deal with its value, its moments and the touches found for it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from operator import attrgetter

from campaigns.core.errors import invalid
from campaigns.core.money import Money


def in_utc(moment: datetime) -> datetime:
    """The same instant in UTC. Raises `attribution.naive_time`."""
    if moment.tzinfo is None:
        raise invalid("attribution.naive_time", "A time needs its zone.")
    return moment.astimezone(UTC)


@dataclass(frozen=True, slots=True)
class Touch:
    """That somebody of the deal's company met a launch, or a partner did something for it.

    Times are aware and kept in UTC, for Python compares two of one zone by the wall clock.

    `id` is unique over all sources and compared as text, so that readers pad numbers. `kind`: click, page, form,
    download, share, event, activity, delivery, open. `verdict`: human, suspect, bot.
    """

    id: str
    occurred_at: datetime
    received_at: datetime
    channel: str
    kind: str
    launch: str = ""
    kit: str = ""
    kit_version: str = ""
    asset: str = ""
    step: str = ""
    locale: str = ""
    partner: str = ""
    activity: str = ""
    verdict: str = "human"

    def __post_init__(self) -> None:
        if self.occurred_at.tzinfo is not UTC:
            object.__setattr__(self, "occurred_at", in_utc(self.occurred_at))
        if self.received_at.tzinfo is not UTC:
            object.__setattr__(self, "received_at", in_utc(self.received_at))


@dataclass(frozen=True, slots=True)
class Split:
    """A partner's part of a deal several partners work on; weights are relative, zero or more."""

    partner: str
    weight: int


@dataclass(frozen=True, slots=True)
class Journey:
    """A deal: what it is worth, when what happened, and every touch found, in any order.

    `values` has one amount per currency, negative for a credit note. `partner` holds the deal. `brought_by` is the
    partner who registered it out of its own business, "" where it came from a lead. Without `splits` all is the
    holder's. Raises `attribution.no_value`, `attribution.currency_twice`, `attribution.split` or
    `attribution.naive_time`.
    """

    deal: str
    values: tuple[Money, ...]
    touches: tuple[Touch, ...] = ()
    lead_at: datetime | None = None
    opportunity_at: datetime | None = None
    closed_at: datetime | None = None
    partner: str = ""
    brought_by: str = ""
    splits: tuple[Split, ...] = ()

    def __post_init__(self) -> None:
        for name in ("lead_at", "opportunity_at", "closed_at"):
            if (moment := getattr(self, name)) is not None:
                object.__setattr__(self, name, in_utc(moment))
        if not self.values:
            raise invalid("attribution.no_value", "A deal has a value, be it zero.", deal=self.deal)
        if len({value.currency for value in self.values}) < len(self.values):
            raise invalid("attribution.currency_twice", "A deal has one value in each currency.", deal=self.deal)
        if self.splits:
            whom, weights = {split.partner for split in self.splits}, [split.weight for split in self.splits]
            if len(whom) < len(weights) or min(weights) < 0 or not any(weights):
                raise invalid(
                    "attribution.split",
                    "A split names each partner once, with a weight of zero or more, one of them above zero.",
                    deal=self.deal,
                )


def dimension(name: str) -> Callable[[Touch], str]:
    """Reads a touch's value in one of DIMENSIONS; "" says that it has none. Raises `attribution.dimension`."""
    if name not in DIMENSIONS:
        raise invalid("attribution.dimension", f"{name!r} is none of {', '.join(DIMENSIONS)}.", known=list(DIMENSIONS))
    return DIMENSIONS[name]


# What credits can be grouped by. Assets and steps are named within their kit, so the kit's id stands before theirs.
DIMENSIONS: Mapping[str, Callable[[Touch], str]] = {
    name: attrgetter(name)
    for name in ("channel", "kind", "launch", "kit", "kit_version", "locale", "partner", "activity")
} | {
    "asset": lambda touch: f"{touch.kit}/{touch.asset}" if touch.asset else "",
    "asset_version": lambda touch: f"{touch.kit_version}/{touch.asset}" if touch.asset else "",
    "step": lambda touch: f"{touch.kit}/{touch.step}" if touch.step else "",
}

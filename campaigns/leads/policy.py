"""A programme's rules for leads as frozen values: scoring, routing, windows, recycling. Read by `policy_parse`."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final, Literal

from campaigns.core.business_time import OFFICE, WorkWeek, written_week

MEASURES: Final = ("territory", "product", "tier", "capacity", "win_rate")
ENGAGEMENTS: Final = ("click", "page", "form", "download", "event", "share")
FIELDS: Final = ("country", "region", "product_line", "job_title", "company", "phone", "message", "origin")
Test = Literal["is", "has", "filled", "at_least"]
TESTS: Final[tuple[Test, ...]] = ("is", "has", "filled", "at_least")


@dataclass(frozen=True, slots=True)
class ScorePart:
    """Points for one thing known of a lead.

    `of` is a column of `FIELDS` or `facts.<name>`. `is`: equals one of `values`; `has`: holds one of them as text;
    `filled`: is there at all; `at_least`: is a number not below `values[0]`. Case does not matter.
    """

    name: str
    of: str
    test: Test
    values: tuple[str, ...] = ()
    points: int = 0


@dataclass(frozen=True, slots=True)
class Territory:
    """A named region: countries, and prefixes of postal codes where a country is divided (empty: all of it)."""

    name: str
    countries: tuple[str, ...]
    postal_prefixes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class LeadRules:
    """The rules. Hours are business hours of the week given; days are calendar days.

    `weights` are the points of each of `MEASURES`; `tiers` the share (per cent) of the tier's points that a tier
    earns. Candidates within `close_points` of the best are taken in turn, so that no partner gets everything.
    After `rounds` offers without a taker the lead goes into the pool. An accepted lead without any act for
    `idle_days` is asked about, and after as long again offered anew, at most `most_recycles` times (0: never).
    """

    parts: tuple[ScorePart, ...] = ()
    engagement: Mapping[str, int] = field(
        default_factory=lambda: {"click": 5, "page": 2, "form": 15, "download": 8, "event": 15}
    )
    engagement_most: int = 40
    territories: tuple[Territory, ...] = ()
    weights: Mapping[str, int] = field(
        default_factory=lambda: {"territory": 40, "product": 20, "tier": 15, "capacity": 10, "win_rate": 15}
    )
    tiers: Mapping[str, int] = field(default_factory=dict)
    close_points: int = 10
    rounds: int = 3
    window_hours: int = 16
    idle_days: int = 14
    most_recycles: int = 1
    zone: str = "UTC"
    hours: Mapping[str, tuple[str, str]] = field(default_factory=lambda: dict(OFFICE))
    holidays: tuple[str, ...] = ()

    def week(self) -> WorkWeek:
        """The business hours as the clock uses them."""
        return written_week(self.zone, self.hours, self.holidays)

    def territory_of(self, country: str, postal_code: str) -> Territory | None:
        """The territory a place lies in: the longest postal prefix wins, a whole country comes last."""
        best: tuple[int, Territory] | None = None
        for item in self.territories:
            if country not in item.countries:
                continue
            prefixes = [prefix for prefix in item.postal_prefixes if postal_code.startswith(prefix)]
            if item.postal_prefixes and not prefixes:
                continue
            length = max((len(prefix) for prefix in prefixes), default=0)
            if best is None or length > best[0]:
                best = (length, item)
        return best[1] if best else None

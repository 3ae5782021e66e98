"""A programme's public rules of registration as frozen values of plain data."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from campaigns.core.business_time import OFFICE, WorkWeek, written_week


@dataclass(frozen=True, slots=True)
class Route:
    """Who reviews a deal: the first route whose countries hold it and whose amount it reaches.

    `countries` empty: any. `from_minor` is in the policy's currency. `persons` are ids of reviewers, empty: anybody
    who may decide. `approvals` is how many different persons must say yes.
    """

    name: str
    countries: tuple[str, ...] = ()
    from_minor: int = 0
    persons: tuple[str, ...] = ()
    approvals: int = 1


@dataclass(frozen=True, slots=True)
class Policy:
    """The rules. Amounts in minor units of `currency`; days are calendar days, hours business hours.

    A deal clears itself when nothing matches, its amount is at most `auto_clear_minor` (0: never) and the
    partner's tier is one of `auto_clear_tiers` (empty: any).
    """

    currency: str = "EUR"
    protection_days: int = 90
    extension_days: int = 60
    most_extensions: int = 2
    resubmit_days: int = 5
    appeal_days: int = 14
    review_hours: int = 16
    warn_days: tuple[int, ...] = (30, 14, 3)
    ladder: tuple[int, ...] = (50, 100, 150)
    auto_clear_minor: int = 0
    auto_clear_tiers: tuple[str, ...] = ()
    minimum_minor: int = 0
    routes: tuple[Route, ...] = ()
    zone: str = "UTC"
    hours: Mapping[str, tuple[str, str]] = field(default_factory=lambda: dict(OFFICE))
    holidays: tuple[str, ...] = ()
    words: str = ""  # what the programme adds in its own words

    def week(self) -> WorkWeek:
        """The business hours as the clock uses them."""
        return written_week(self.zone, self.hours, self.holidays)

    def route(self, country: str, amount_minor: int) -> Route:
        """The route of a deal; one that anybody may review where none fits. The dearest fitting one wins."""
        fitting = [
            route
            for route in self.routes
            if amount_minor >= route.from_minor and (not route.countries or country in route.countries)
        ]
        return max(fitting, key=lambda route: (route.from_minor, bool(route.countries)), default=Route("all"))

"""What somebody asks of a report: which, grouped how, of what and when; as an address, a body or a saved view says."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields
from typing import Any
from uuid import UUID

from campaigns.attribution.rules import ModelName
from campaigns.attribution.service.programme_models import MODELS as PROGRAMME_MODELS
from campaigns.core.actor import Actor
from campaigns.core.errors import invalid, not_found
from campaigns.reports.credits import DIMENSIONS, PARTNER_DIMENSIONS, STATES
from campaigns.reports.periods import NAMES, read_quarter

MODELS = (*ModelName, *PROGRAMME_MODELS)
GROUPINGS: Mapping[str, tuple[str, ...]] = {  # the first is the usual one
    "credits": ("kit", *(name for name in DIMENSIONS if name != "kit")),
    "registrations": ("month", "partner", "region", "product"),
    "funnels": ("kit",),
    "durations": ("all",),
    "forecast": ("all", "partner", "region", "product", "stage"),
    "ropi": ("all", "partner", "launch"),
    "first_deal": ("day",),
    "benchmarks": ("partner",),
}
REPORTS = tuple(GROUPINGS)
PARTNER_REPORTS = ("credits", "registrations", "funnels", "durations", "benchmarks")
BY_QUARTER = frozenset({"forecast"})
OVER_RUNS = frozenset({"credits", "ropi"})
TIMELESS = frozenset({"first_deal", "benchmarks"})
MOST_TEXT = 80


@dataclass(frozen=True, slots=True)
class Asks:
    """A report and its choices; "" is the usual one. `partner` and `run` are ids; a saved view names no run, so that it
    goes by the newest of its model."""

    report: str = "credits"
    by: str = ""
    state: str = ""
    model: str = ""
    run: str = ""
    period: str = ""
    partner: str = ""
    product: str = ""
    region: str = ""

    @property
    def grouping(self) -> str:
        """By what it is grouped."""
        return self.by or GROUPINGS[self.report][0]

    @property
    def run_id(self) -> UUID | None:
        """The run asked for."""
        return UUID(self.run) if self.run else None

    @property
    def partner_id(self) -> UUID | None:
        """The one partner asked for."""
        return UUID(self.partner) if self.partner else None

    def as_json(self) -> dict[str, str]:
        """What a view keeps: the report and every choice that is made."""
        return {name: value for name, value in asdict(self).items() if value and name != "run"}


def reports_for(actor: Actor) -> tuple[str, ...]:
    """The reports this side has."""
    return PARTNER_REPORTS if actor.partner_id else REPORTS


def groupings_for(actor: Actor, report: str) -> tuple[str, ...]:
    """What a report can be grouped by on this side."""
    if actor.partner_id is None:
        return GROUPINGS[report]
    if report == "credits":
        return ("kit", *(name for name in PARTNER_DIMENSIONS if name != "kit"))
    return tuple(name for name in GROUPINGS[report] if name != "partner" or report == "benchmarks")


def read_asks(actor: Actor, given: Mapping[str, Any]) -> Asks:
    """Choices as text, unknown names left out. Raises `report.*` for a choice that does not exist on this side,
    `report.not_found` for a report that does not, `partner.not_found` and `attribution_run.not_found` for no ids.
    """
    texts = {item.name: str(given.get(item.name) or "").strip()[:MOST_TEXT] for item in fields(Asks)}
    asks = Asks(**texts | {"report": texts["report"] or "credits"})
    if asks.report not in reports_for(actor):
        raise not_found("report")
    code = "report.dimension" if asks.report == "credits" else "report.grouping"
    _one_of(code, asks.grouping, groupings_for(actor, asks.report))
    _one_of("report.state", asks.state or "won", STATES)
    _one_of("report.model", asks.model or "first", MODELS)
    if asks.period and asks.period not in NAMES:
        if "Q" not in asks.period.upper():
            raise invalid("report.period", f"{asks.period[:20]!r} is none of {', '.join(NAMES)}.", known=list(NAMES))
        read_quarter(asks.period, 1)
    for value, what in ((asks.partner, "partner"), (asks.run, "attribution_run")):
        if value:
            _id(value, what)
    return asks


def _one_of(code: str, value: str, known: tuple[str, ...]) -> None:
    if value not in known:
        raise invalid(code, f"{value!r} is none of {', '.join(known)}.", known=list(known))


def _id(value: str, what: str) -> None:
    try:
        UUID(value)
    except ValueError:
        raise not_found(what) from None

"""Which partner a vendor's lead is offered to, and why: pure over what is known of the lead and the candidates."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from fractions import Fraction
from typing import Any, Final
from uuid import UUID

from campaigns.leads.policy import LeadRules

NEVER: Final = datetime.min.replace(tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Place:
    """What routing asks of a lead. `company_partner` already works with the company, if one does."""

    country: str = ""
    postal_code: str = ""
    product_line: str = ""
    company_partner: UUID | None = None


@dataclass(frozen=True, slots=True)
class Candidate:
    """A partner that might take the lead; `won` of `decided` deals, `offers` in the last 30 days.

    Empty tuples mean that it serves any country, postal code or product; `capacity` None that it has no limit.
    """

    partner_id: UUID
    tier: str = ""
    countries: tuple[str, ...] = ()
    postal_prefixes: tuple[str, ...] = ()
    product_lines: tuple[str, ...] = ()
    capacity: int | None = None
    open_leads: int = 0
    won: int = 0
    decided: int = 0
    offers: int = 0
    last_offer_at: datetime | None = None
    takes_leads: bool = True
    refused: bool = False  # it declined this lead, or let it lapse


@dataclass(frozen=True, slots=True)
class Weighed:
    """A candidate's points by measure, or the code that excludes it."""

    candidate: Candidate
    points: dict[str, Fraction] = field(default_factory=dict)
    excluded: str = ""

    @property
    def total(self) -> Fraction:
        """All points together."""
        return sum(self.points.values(), Fraction(0))

    def as_dict(self) -> dict[str, Any]:
        """As an offer keeps it: points to a hundredth."""
        return {
            "partner_id": str(self.candidate.partner_id),
            "excluded": self.excluded,
            "total": float(round(self.total, 2)),
            "points": {name: float(round(value, 2)) for name, value in self.points.items()},
            "offers": self.candidate.offers,
        }


@dataclass(frozen=True, slots=True)
class Choice:
    """Whom to offer the lead to (None: nobody can take it), the codes that say why, and everyone weighed."""

    partner_id: UUID | None
    reason: tuple[dict[str, Any], ...]
    considered: tuple[Weighed, ...]


def excluded(place: Place, one: Candidate) -> str:
    """The code that keeps a candidate from a lead of that place, or nothing."""
    if not one.takes_leads:
        return "takes_none"
    if one.refused:
        return "refused"
    if one.capacity is not None and one.open_leads >= one.capacity:
        return "full"
    if place.country and one.countries and place.country not in one.countries:
        return "country"
    fits = any(place.postal_code.startswith(prefix) for prefix in one.postal_prefixes)
    if place.postal_code and one.postal_prefixes and place.country in one.countries and not fits:
        return "postal_code"
    if place.product_line and one.product_lines and place.product_line not in one.product_lines:
        return "product"
    return ""


def _points(place: Place, one: Candidate, rules: LeadRules) -> dict[str, Fraction]:
    """A partner that names a country or a product earns more than one that says it serves any."""
    half = Fraction(1, 2)
    shares: dict[str, Fraction] = {
        "territory": Fraction(1) if place.country and place.country in one.countries else half,
        "product": Fraction(1) if place.product_line and place.product_line in one.product_lines else half,
        "tier": Fraction(rules.tiers.get(one.tier, 0), 100),
        "capacity": half if one.capacity is None else Fraction(one.capacity - one.open_leads, max(one.capacity, 1)),
        # two imagined deals, one won: a newcomer stands at a half instead of at nothing
        "win_rate": Fraction(one.won + 1, one.decided + 2),
    }
    return {name: shares[name] * weight for name, weight in rules.weights.items() if name in shares and weight}


def _turn(item: Weighed) -> tuple[int, datetime, str]:
    """Whose turn it is: fewest offers of late, then longest without one; the id ends every tie the same way."""
    one = item.candidate
    return one.offers, one.last_offer_at or NEVER, str(one.partner_id)


def choose(place: Place, candidates: Iterable[Candidate], rules: LeadRules) -> Choice:
    """Weigh the candidates and choose one; the same input gives the same choice, in whatever order it comes."""
    listed = sorted(candidates, key=lambda one: str(one.partner_id))
    weighed = [
        Weighed(one, excluded=code) if (code := excluded(place, one)) else Weighed(one, _points(place, one, rules))
        for one in listed
    ]
    weighed.sort(key=lambda item: (bool(item.excluded), -item.total, str(item.candidate.partner_id)))
    able = [item for item in weighed if not item.excluded]
    if not able:
        return Choice(None, ({"code": "nobody", "params": {"asked": len(weighed)}},), tuple(weighed))
    known = [item for item in able if item.candidate.partner_id == place.company_partner]
    if known:
        return Choice(known[0].candidate.partner_id, ({"code": "knows_company", "params": {}},), tuple(weighed))
    close = [item for item in able if able[0].total - item.total <= rules.close_points]
    chosen = min(close, key=_turn)
    return Choice(chosen.candidate.partner_id, _reasons(place, chosen, len(close), rules), tuple(weighed))


def _reasons(place: Place, chosen: Weighed, close: int, rules: LeadRules) -> tuple[dict[str, Any], ...]:
    """What spoke for the chosen one, the weightiest first; nothing in it tells of another partner."""
    one = chosen.candidate
    territory = rules.territory_of(place.country, place.postal_code)
    figures: dict[str, dict[str, Any]] = {
        "territory": {"country": place.country, "name": territory.name if territory else ""},
        "product": {"product": place.product_line},
        "tier": {"tier": one.tier},
        "capacity": {"open": one.open_leads, "capacity": one.capacity},
        "win_rate": {"won": one.won, "decided": one.decided},
    }
    speaks = {
        "territory": place.country in one.countries,
        "product": bool(place.product_line) and place.product_line in one.product_lines,
        "tier": bool(one.tier) and rules.tiers.get(one.tier, 0) > 0,
        "capacity": one.capacity is not None,
        "win_rate": one.decided > 0,
    }
    told = [
        {"code": name, "params": figures[name]}
        for name, _ in sorted(chosen.points.items(), key=lambda pair: (-pair[1], pair[0]))
        if speaks[name]
    ]
    if close > 1:
        told.append({"code": "in_turn", "params": {}})
    return tuple(told) or ({"code": "able", "params": {}},)

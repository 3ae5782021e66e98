"""Where a programme's leads find somebody: territories against products, by the very test that routing makes."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from campaigns.core.actor import Actor
from campaigns.core.permissions import require
from campaigns.core.tenancy import must_exist, programme_of
from campaigns.leads.candidates import candidates_of
from campaigns.leads.models import Lead
from campaigns.leads.policy import LeadRules
from campaigns.leads.queries import listed
from campaigns.leads.routing import Candidate, Place, excluded
from campaigns.leads.routing_models import PartnerCoverage
from campaigns.leads.rules_in_force import rules_in_force
from campaigns.leads.standing import Standing
from campaigns.partners.models import Membership, Partner

LATELY: Final = timedelta(days=365)  # whose leads say which places and products matter
MOST_ROWS, MOST_PRODUCTS = 200, 20


@dataclass(frozen=True, slots=True)
class Demand:
    """Leads of the last year of one country and product: how many came, and how many wait for a partner now."""

    country: str
    postal_code: str
    product_line: str
    came: int
    waiting: int


@dataclass(frozen=True, slots=True)
class Cell:
    """One place and product: partners that take such leads, how many of them have room, and where nobody does.

    `named` of the partners say so by the country's name; the others serve any. `missing` are country codes, with a
    postal prefix where the territory has one. `partly` says that everybody who could take such a lead limits itself
    to postal codes within.
    """

    partners: int
    named: int
    free: int
    missing: tuple[str, ...]
    partly: bool
    waiting: int

    @property
    def gap(self) -> bool:
        """Whether leads from somewhere in the place find nobody."""
        return bool(self.missing)


@dataclass(frozen=True, slots=True)
class CoverageRow:
    """A territory by its name, or a country outside all of them by its code; cells in the order of the products."""

    name: str
    countries: tuple[str, ...]
    territory: bool
    came: int
    cells: tuple[Cell, ...]


@dataclass(frozen=True, slots=True)
class Covered:
    """What one partner covers, as it is edited; `version` 0 and no limit where nothing was said."""

    partner_id: UUID
    name: str
    tier: str
    countries: tuple[str, ...]
    postal_prefixes: tuple[str, ...]
    product_lines: tuple[str, ...]
    capacity: int | None
    takes_leads: bool
    version: int
    open_leads: int = 0


@dataclass(frozen=True, slots=True)
class CoveragePage:
    """Rows of places, columns of products (the first, "", is a lead that names none), and every partner."""

    products: tuple[str, ...]
    rows: tuple[CoverageRow, ...]
    partners: tuple[Covered, ...]

    @property
    def gaps(self) -> int:
        """How many cells have nobody."""
        return sum(cell.gap for row in self.rows for cell in row.cells)


def coverage_rows(
    rules: LeadRules, candidates: Sequence[Candidate], products: Sequence[str], demand: Iterable[Demand]
) -> tuple[CoverageRow, ...]:
    """Every territory, and every country outside them that leads come from or partners name; gaps first. Pure."""
    places: dict[tuple[bool, str], tuple[tuple[str, str], ...]] = {}
    for one in rules.territories:
        parts = tuple((country, prefix) for country in one.countries for prefix in one.postal_prefixes or ("",))
        places[True, one.name] = (*places.get((True, one.name), ()), *parts)
    came: Counter[tuple[bool, str]] = Counter()
    waiting: Counter[tuple[tuple[bool, str], str]] = Counter()
    for met in demand:
        territory = rules.territory_of(met.country, met.postal_code)
        key = (True, territory.name) if territory else (False, met.country)
        if met.country:
            places.setdefault(key, ((met.country, ""),))
            came[key] += met.came
            waiting[key, met.product_line] += met.waiting
    inside = {country for one in rules.territories for country in one.countries}
    for country in sorted({country for one in candidates for country in one.countries} - inside):
        places.setdefault((False, country), ((country, ""),))
    rows = [
        CoverageRow(
            key[1], tuple(dict.fromkeys(country for country, _ in parts)), key[0], came[key],
            tuple(_cell(parts, product, candidates, waiting[key, product]) for product in products),
        )
        for key, parts in places.items()
    ]  # fmt: skip
    rows.sort(key=lambda row: (not any(cell.gap for cell in row.cells), not row.territory, -row.came, row.name))
    return tuple(rows[:MOST_ROWS])


def _cell(parts: Sequence[tuple[str, str]], product: str, candidates: Sequence[Candidate], waiting: int) -> Cell:
    able: dict[UUID, Candidate] = {}
    missing: list[str] = []
    for country, prefix in parts:
        here = [
            one for one in candidates
            if not excluded(Place(country, prefix, product), replace(one, refused=False, capacity=None))
            and (one.capacity is None or one.capacity > 0)
        ]  # fmt: skip
        able |= {one.partner_id: one for one in here}
        if not here:
            missing.append(f"{country} {prefix}".strip())
    free = sum(one.capacity is None or one.open_leads < one.capacity for one in able.values())
    whole = not missing and not any(prefix for _, prefix in parts)
    partly = whole and bool(able) and all(
        one.postal_prefixes and any(country in one.countries for country, _ in parts) for one in able.values()
    )  # fmt: skip
    named = sum(any(country in one.countries for country, _ in parts) for one in able.values())
    return Cell(len(able), named, free, tuple(missing), partly, waiting)


def coverage_page(session: Session, actor: Actor, products: Sequence[str], now: datetime) -> CoveragePage:
    """The programme's coverage. `products` are codes that matter besides those leads and partners name."""
    require(actor, "vendor_lead.read")
    programme_id = programme_of(actor)
    candidates = candidates_of(session, programme_id, Standing(), now)
    demand = _demand(session, programme_id, now)
    named = Counter(dict.fromkeys(products, 1))
    named.update(product for one in candidates for product in one.product_lines)
    for met in demand:
        named[met.product_line] += met.came
    named.pop("", None)
    columns = ("", *(product for product, _ in sorted(named.items(), key=lambda pair: (-pair[1], pair[0]))))
    columns = columns[: MOST_PRODUCTS + 1]
    rows = coverage_rows(rules_in_force(session, programme_id).rules, candidates, columns, demand)
    open_leads = {one.partner_id: one.open_leads for one in candidates}
    partners = tuple(
        replace(one, open_leads=open_leads.get(one.partner_id, 0)) for one in _partners(session, programme_id)
    )
    return CoveragePage(columns, rows, partners)


def coverage_of(session: Session, actor: Actor, partner_id: UUID) -> Covered:
    """What one partner of the programme covers; `partner.not_found` for anybody else's."""
    require(actor, "vendor_lead.read")
    found = next(iter(_partners(session, programme_of(actor), partner_id)), None)
    return must_exist(found, "partner")  # type: ignore[no-any-return]


def _partners(session: Session, programme_id: UUID, partner_id: UUID | None = None) -> list[Covered]:
    query = (
        select(Partner.id, Partner.name, Membership.tier, PartnerCoverage)
        .join(Membership, Membership.partner_id == Partner.id)
        .outerjoin(PartnerCoverage, PartnerCoverage.membership_id == Membership.id)
        .where(Membership.programme_id == programme_id, Membership.ended_at.is_(None))
        .order_by(Partner.name, Partner.id)
        .execution_options(populate_existing=True)
    )
    if partner_id is not None:
        query = query.where(Partner.id == partner_id)
    return [
        Covered(row.id, row.name, row.tier, (), (), (), None, True, 0)
        if (said := row.PartnerCoverage) is None
        else Covered(
            row.id, row.name, row.tier, tuple(said.countries), tuple(said.postal_prefixes), tuple(said.product_lines),
            said.capacity, said.takes_leads, said.version,
        )
        for row in session.execute(query)
    ]  # fmt: skip


def _demand(session: Session, programme_id: UUID, now: datetime) -> list[Demand]:
    rows = session.execute(
        select(
            Lead.country, Lead.postal_code, Lead.product_line, func.count(),
            func.count().filter(Lead.state.in_(("unrouted", "pooled"))),
        )
        .where(Lead.programme_id == programme_id, Lead.own.is_(False), Lead.created_at > now - LATELY, listed())
        .group_by(Lead.country, Lead.postal_code, Lead.product_line)
    )  # fmt: skip
    return [Demand(*row) for row in rows.tuples()]


def partner_names(session: Session, ids: Iterable[UUID | None]) -> Mapping[UUID, str]:
    """Names by id, for whoever may see them already."""
    wanted = {one for one in ids if one is not None}
    if not wanted:
        return {}
    return dict(session.execute(select(Partner.id, Partner.name).where(Partner.id.in_(wanted))).tuples().all())

"""Reads of a vendor's leads: the list, one lead with whom it was offered to and why, what partners ask for."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from sqlalchemy import ColumnElement, Select, and_, func, or_, select
from sqlalchemy.orm import Session, aliased

from campaigns.core.actor import Actor
from campaigns.core.permissions import require
from campaigns.core.tenancy import must_exist, programme_of
from campaigns.leads.coverage import partner_names
from campaigns.leads.models import Lead, LeadIntake, LeadNote
from campaigns.leads.queries import Note, listed, notes_of
from campaigns.leads.reading import fact_name
from campaigns.leads.routing_models import LeadOffer, PoolRequest
from campaigns.partners.models import Partner

PAGE: Final = 50
STATES: Final = ("unrouted", "offered", "pooled", "accepted", "handed", "closed")
SORTS: Final = ("new", "old", "score", "due")


@dataclass(frozen=True, slots=True)
class VendorFilter:
    """What of the list is asked for; empty means all. `text` is in name, address or company."""

    state: str = ""
    text: str = ""
    country: str = ""
    product_line: str = ""
    partner_id: UUID | None = None

    def applied(self, query: Select[Any]) -> Select[Any]:
        """The query kept to it. A partner has the lead, or is asked about it now."""
        for column, wanted in ((Lead.state, self.state), (Lead.country, self.country),
                               (Lead.product_line, self.product_line)):  # fmt: skip
            if wanted:
                query = query.where(column == wanted)
        if self.partner_id is not None:
            asked = select(LeadOffer.id).where(
                LeadOffer.lead_id == Lead.id, LeadOffer.state == "open", LeadOffer.partner_id == self.partner_id
            )
            query = query.where(or_(Lead.partner_id == self.partner_id, asked.correlate(Lead).exists()))
        if self.text:
            columns = (Lead.name, Lead.email, Lead.company)
            query = query.where(or_(*[column.icontains(self.text, autoescape=True) for column in columns]))
        return query


@dataclass(frozen=True, slots=True)
class VendorLine:
    """A lead in the list. `partner` has it, or is asked until `due_at`; `left_s` are seconds on the clock."""

    id: UUID
    name: str
    company: str
    country: str
    product_line: str
    state: str
    score: int | None
    score_parts: tuple[dict[str, Any], ...]
    partner: str
    due_at: datetime | None
    left_s: float
    requests: int
    created_at: datetime


@dataclass(frozen=True, slots=True)
class VendorList:
    """One page; `counts` by state over all leads, `asked` the open requests, products and countries to choose from."""

    lines: tuple[VendorLine, ...]
    total: int
    page: int
    pages: int
    counts: Mapping[str, int]
    asked: int
    products: tuple[str, ...]
    countries: tuple[str, ...]
    partners: Mapping[UUID, str]


@dataclass(frozen=True, slots=True)
class OfferLine:
    """An offer with its reason, the answer and who gave it; `considered` is everybody weighed, with names."""

    id: UUID
    partner: str
    state: str
    reason: tuple[dict[str, Any], ...]
    considered: tuple[dict[str, Any], ...]
    created_at: datetime
    due_at: datetime
    decided_at: datetime | None
    decline_reason: str
    decline_note: str


@dataclass(frozen=True, slots=True)
class RequestLine:
    """A partner asks for a lead of the pool, or asked."""

    id: UUID
    lead_id: UUID
    lead: str
    score: int | None
    country: str
    product_line: str
    partner: str
    note: str
    state: str
    created_at: datetime


@dataclass(frozen=True, slots=True)
class VendorLeadPage:
    """One lead with all that is known of its way. `nobody` is everybody weighed when it went to the pool."""

    lead: Lead
    partner: str
    source: str
    raw: Mapping[str, Any]
    offers: tuple[OfferLine, ...]
    requests: tuple[RequestLine, ...]
    notes: tuple[Note, ...]
    nobody: tuple[dict[str, Any], ...]


def theirs(actor: Actor) -> ColumnElement[bool]:
    """The leads of the actor's programme that are the vendor's: never one of a partner's own."""
    return and_(Lead.programme_id == programme_of(actor), Lead.own.is_(False))


def vendor_leads(
    session: Session, actor: Actor, asked: VendorFilter, now: datetime, *, sort: str = "new", page: int = 1
) -> VendorList:
    """The vendor's leads; 50 a page, in the order asked for: new, old, score or due (what runs out first)."""
    require(actor, "vendor_lead.read")
    mine = and_(theirs(actor), listed())
    total = session.execute(asked.applied(select(func.count(Lead.id)).where(mine))).scalar_one()
    pages = max(1, -(-total // PAGE))
    page = min(max(page, 1), pages)
    holder, offered = aliased(Partner), aliased(Partner)
    rows = session.execute(
        asked.applied(
            select(
                Lead, LeadOffer.due_at, holder.name.label("holder"), offered.name.label("offered"), _requests(),
            )
            .outerjoin(LeadOffer, and_(LeadOffer.lead_id == Lead.id, LeadOffer.state == "open"))
            .outerjoin(holder, holder.id == Lead.partner_id)
            .outerjoin(offered, offered.id == LeadOffer.partner_id)
            .where(mine)
        )
        .order_by(*_order(sort))
        .limit(PAGE)
        .offset((page - 1) * PAGE)
        .execution_options(populate_existing=True)
    )  # fmt: skip
    return VendorList(
        tuple(_line(row, now) for row in rows), total, page, pages, _counts(session, mine),
        session.execute(_open(actor)).scalar_one(), _distinct(session, mine, Lead.product_line),
        _distinct(session, mine, Lead.country), _holders(session, actor),
    )  # fmt: skip


def _requests() -> Any:
    query = select(func.count()).where(PoolRequest.lead_id == Lead.id, PoolRequest.state == "open")
    return query.correlate(Lead).scalar_subquery().label("requests")


def _order(sort: str) -> Sequence[ColumnElement[Any]]:
    newest = (Lead.created_at.desc(), Lead.id.desc())
    orders: Mapping[str, Sequence[ColumnElement[Any]]] = {
        "old": (Lead.created_at.asc(), Lead.id.asc()),
        "score": (Lead.score.desc().nulls_last(), *newest),
        "due": (LeadOffer.due_at.asc().nulls_last(), *newest),
    }
    return orders.get(sort, newest)


def _line(row: Any, now: datetime) -> VendorLine:
    lead: Lead = row.Lead
    left = max((row.due_at - now).total_seconds(), 0.0) if row.due_at else 0.0
    return VendorLine(
        lead.id, lead.name, lead.company, lead.country, lead.product_line, lead.state, lead.score,
        tuple(lead.score_parts), row.holder or row.offered or "", row.due_at, left, row.requests, lead.created_at,
    )  # fmt: skip


def _counts(session: Session, mine: ColumnElement[bool]) -> dict[str, int]:
    rows = session.execute(select(Lead.state, func.count()).where(mine).group_by(Lead.state))
    return dict(rows.tuples().all())


def _distinct(session: Session, mine: ColumnElement[bool], column: Any) -> tuple[str, ...]:
    return tuple(session.scalars(select(column).where(mine, column != "").distinct().order_by(column).limit(300)))


def _holders(session: Session, actor: Actor) -> dict[UUID, str]:
    """Partners that were ever asked about one of the vendor's leads or have one, by name."""
    asked = select(LeadOffer.partner_id).where(LeadOffer.programme_id == programme_of(actor))
    has = select(Lead.partner_id).where(theirs(actor), Lead.partner_id.is_not(None))
    rows = session.execute(
        select(Partner.id, Partner.name).where(or_(Partner.id.in_(asked), Partner.id.in_(has))).order_by(Partner.name)
    )
    return dict(rows.tuples().all())


def _open(actor: Actor) -> Select[tuple[int]]:
    return select(func.count(PoolRequest.id)).where(
        PoolRequest.programme_id == programme_of(actor), PoolRequest.state == "open"
    )


def open_offers_of(session: Session, lead_ids: Sequence[UUID]) -> list[LeadOffer]:
    """The offers that wait for an answer, of leads whoever calls may see."""
    query = select(LeadOffer).where(LeadOffer.lead_id.in_(lead_ids), LeadOffer.state == "open")
    return list(session.scalars(query))


def open_requests_of(session: Session, lead_ids: Sequence[UUID]) -> dict[UUID, int]:
    """How many partners ask for each of these leads, which whoever calls may see."""
    rows = session.execute(
        select(PoolRequest.lead_id, func.count())
        .where(PoolRequest.lead_id.in_(lead_ids), PoolRequest.state == "open")
        .group_by(PoolRequest.lead_id)
    )
    return dict(rows.tuples().all())


def vendor_lead_page(session: Session, actor: Actor, lead_id: UUID) -> VendorLeadPage:
    """One lead of the vendor's; `lead.not_found` for a partner's own and anybody else's."""
    require(actor, "vendor_lead.read")
    row = must_exist(
        session.execute(
            select(Lead, LeadIntake.source, LeadIntake.data)
            .outerjoin(LeadIntake, LeadIntake.id == Lead.intake_id)
            .where(Lead.id == lead_id, theirs(actor))
            .execution_options(populate_existing=True)
        ).one_or_none(),
        "lead",
    )
    lead: Lead = row.Lead
    offers = session.scalars(
        select(LeadOffer)
        .where(LeadOffer.lead_id == lead_id)
        .order_by(LeadOffer.created_at.desc(), LeadOffer.id)
        .execution_options(populate_existing=True)
    ).all()
    nobody = _nobody(session, lead)
    weighed = [UUID(one["partner_id"]) for offer in offers for one in offer.considered]
    weighed += [UUID(one["partner_id"]) for one in nobody]
    names = partner_names(session, [lead.partner_id, *(one.partner_id for one in offers), *weighed])
    return VendorLeadPage(
        lead, names.get(lead.partner_id, "") if lead.partner_id else "", row.source or "", row.data or {},
        tuple(_offer(one, names) for one in offers), tuple(_asked(session, actor, lead_id)),
        tuple(notes_of(session, lead)), tuple(_named(nobody, names)),
    )  # fmt: skip


def _named(considered: Sequence[Mapping[str, Any]], names: Mapping[UUID, str]) -> list[dict[str, Any]]:
    return [{**one, "name": names.get(UUID(one["partner_id"]), "")} for one in considered]


def _offer(offer: LeadOffer, names: Mapping[UUID, str]) -> OfferLine:
    return OfferLine(
        offer.id, names.get(offer.partner_id, ""), offer.state, tuple(offer.reason),
        tuple(_named(offer.considered, names)), offer.created_at, offer.due_at, offer.decided_at, offer.decline_reason,
        offer.decline_note,
    )  # fmt: skip


def _nobody(session: Session, lead: Lead) -> list[dict[str, Any]]:
    """Who was weighed when the lead last found nobody; empty while it is not in the pool."""
    if lead.state != "pooled":
        return []
    found = session.execute(
        select(LeadNote.data)
        .where(LeadNote.lead_id == lead.id, LeadNote.kind == "state", LeadNote.data["to"].astext == "pooled")
        .order_by(LeadNote.happened_at.desc(), LeadNote.id.desc())
        .limit(1)
    ).scalar_one_or_none()
    return list((found or {}).get("considered") or [])


def _asked(session: Session, actor: Actor, lead_id: UUID | None = None, state: str = "") -> list[RequestLine]:
    query = (
        select(PoolRequest, Lead, Partner.name)
        .join(Lead, Lead.id == PoolRequest.lead_id)
        .join(Partner, Partner.id == PoolRequest.partner_id)
        .where(PoolRequest.programme_id == programme_of(actor), theirs(actor))
        .order_by(PoolRequest.created_at, PoolRequest.id)
        .limit(200)
        .execution_options(populate_existing=True)
    )
    if lead_id is not None:
        query = query.where(PoolRequest.lead_id == lead_id)
    if state:
        query = query.where(PoolRequest.state == state)
    return [
        RequestLine(
            one.PoolRequest.id, one.Lead.id, one.Lead.company or one.Lead.name, one.Lead.score, one.Lead.country,
            one.Lead.product_line, one.name, one.PoolRequest.note, one.PoolRequest.state, one.PoolRequest.created_at,
        )
        for one in session.execute(query)
    ]  # fmt: skip


def pool_requests(session: Session, actor: Actor) -> list[RequestLine]:
    """What partners ask for now, the longest waiting first; at most 200."""
    require(actor, "vendor_lead.read")
    return _asked(session, actor, state="open")


def known_facts(session: Session, actor: Actor, limit: int = 50) -> list[str]:
    """What else is known of the vendor's leads, by the names that rules use."""
    require(actor, "vendor_lead.read")
    name = func.jsonb_object_keys(Lead.facts).label("name")
    found = select(name).where(theirs(actor), Lead.facts != {}).distinct().limit(limit * 4).subquery()
    return sorted({fact for key in session.scalars(select(found.c.name)) if (fact := fact_name(key))})[:limit]

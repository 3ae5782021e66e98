"""Reads of what is offered to a partner and what lies in the pool: cards without whom to call."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Select, and_, select
from sqlalchemy.orm import Session

from campaigns.core.actor import Actor, Role
from campaigns.core.errors import DomainError, Kind
from campaigns.core.permissions import require
from campaigns.core.tenancy import must_exist, partner_of
from campaigns.leads.masking import masked_name, masked_text
from campaigns.leads.models import Lead, LeadMerge
from campaigns.leads.offer_token import OfferLink
from campaigns.leads.routing_models import LeadOffer, PoolRequest
from campaigns.partners.models import Grant, Membership, Partner, Person, Programme

MOST_CARDS = 200


@dataclass(frozen=True, slots=True)
class Card:
    """A lead as a partner may see it before it is its own. `person` are initials, `message` has nobody to call."""

    lead_id: UUID
    programme_name: str
    programme_slug: str
    company: str
    person: str
    job_title: str
    country: str
    region: str
    postal_code: str
    product_line: str
    message: str
    score: int | None
    score_parts: tuple[dict[str, Any], ...]
    arrived_at: datetime


@dataclass(frozen=True, slots=True)
class OfferCard:
    """An offer with its card; `reason` are codes and figures. `left_s` are seconds of time on the clock."""

    id: UUID
    state: str
    reason: tuple[dict[str, Any], ...]
    due_at: datetime
    left_s: float
    card: Card


@dataclass(frozen=True, slots=True)
class PoolCard:
    """A lead of the pool and the partner's open request for it, if any."""

    card: Card
    request_id: UUID | None


@dataclass(frozen=True, slots=True)
class Contact:
    """Whom to call."""

    lead_id: UUID
    name: str
    email: str
    phone: str


@dataclass(frozen=True, slots=True)
class LinkReader:
    """Who a link acts for, and the language and zone to show times in."""

    actor: Actor
    locale: str
    time_zone: str


def _card(lead: Lead, name: str, slug: str) -> Card:
    return Card(
        lead.id, name, slug, lead.company, masked_name(lead.name), lead.job_title, lead.country, lead.region,
        lead.postal_code, lead.product_line, masked_text(lead.message, lead.name, lead.email), lead.score,
        tuple(lead.score_parts), lead.created_at,
    )  # fmt: skip


def _offers(actor: Actor) -> Select[Any]:
    require(actor, "lead.read")
    return (
        select(LeadOffer, Lead, Programme.name, Programme.slug)
        .join(Lead, Lead.id == LeadOffer.lead_id)
        .join(Programme, Programme.id == LeadOffer.programme_id)
        .where(LeadOffer.partner_id == partner_of(actor))
        .execution_options(populate_existing=True)
    )


def _offer(row: Any, now: datetime) -> OfferCard:
    offer: LeadOffer = row.LeadOffer
    over = offer.state == "open" and offer.due_at <= now
    return OfferCard(
        offer.id, "expired" if over else offer.state, tuple(offer.reason), offer.due_at,
        max((offer.due_at - now).total_seconds(), 0.0), _card(row.Lead, row.name, row.slug),
    )  # fmt: skip


def open_offers(session: Session, actor: Actor, now: datetime) -> list[OfferCard]:
    """What the partner may accept now, in all its programmes, the most urgent first."""
    rows = session.execute(
        _offers(actor)
        .where(LeadOffer.state == "open", LeadOffer.due_at > now)
        .order_by(LeadOffer.due_at, LeadOffer.id)
        .limit(MOST_CARDS)
    )
    return [_offer(row, now) for row in rows]


def offer_card(session: Session, actor: Actor, offer_id: UUID, now: datetime) -> OfferCard:
    """One offer of the partner's, open or over; `offer.not_found` for anybody else's."""
    row = session.execute(_offers(actor).where(LeadOffer.id == offer_id)).one_or_none()
    return _offer(must_exist(row, "offer"), now)


def accepted_contact(session: Session, actor: Actor, offer_id: UUID) -> Contact:
    """Whom to call about an offer the partner accepted; `offer.not_found` as long as the lead is not its own."""
    row = session.execute(
        select(Lead.id, Lead.name, Lead.email, Lead.phone)
        .join(LeadOffer, LeadOffer.lead_id == Lead.id)
        .where(LeadOffer.id == offer_id, LeadOffer.state == "accepted", Lead.partner_id == partner_of(actor))
    ).one_or_none()
    return Contact(*must_exist(row, "offer"))


def pool_cards(session: Session, actor: Actor) -> list[PoolCard]:
    """The pools of the partner's programmes, the newest lead first."""
    require(actor, "lead.read")
    partner_id = partner_of(actor)
    gone = select(LeadMerge.id).where(LeadMerge.loser_id == Lead.id, LeadMerge.undone_at.is_(None))
    mine = and_(PoolRequest.lead_id == Lead.id, PoolRequest.partner_id == partner_id, PoolRequest.state == "open")
    rows = session.execute(
        select(Lead, Programme.name, Programme.slug, PoolRequest.id.label("request_id"))
        .join(Programme, Programme.id == Lead.programme_id)
        .join(Membership, Membership.programme_id == Lead.programme_id)
        .outerjoin(PoolRequest, mine)
        .where(
            Membership.partner_id == partner_id, Membership.ended_at.is_(None), Lead.state == "pooled",
            Lead.own.is_(False), ~gone.exists(),
        )
        .order_by(Lead.created_at.desc(), Lead.id.desc())
        .limit(MOST_CARDS)
    )  # fmt: skip
    return [PoolCard(_card(row.Lead, row.name, row.slug), row.request_id) for row in rows]


def link_reader(session: Session, link: OfferLink) -> LinkReader:
    """The person a link was written to, acting for their company; `link.gone` when they left."""
    row = session.execute(
        select(Grant, Person, Partner.time_zone)
        .join(Person, Person.id == Grant.person_id)
        .join(Partner, Partner.id == Grant.partner_id)
        .where(Grant.id == link.grant_id, Grant.revoked_at.is_(None), Person.disabled_at.is_(None))
    ).one_or_none()
    if row is None or row.Person.epoch != link.epoch:
        raise DomainError("link.gone", Kind.GONE, "This link does not work any more. Sign in to go on.")
    grant, person = row.Grant, row.Person
    actor = Actor(
        kind="link", role=Role(grant.role), person_id=person.id, partner_id=grant.partner_id,
        scopes=frozenset({"lead.read", "lead.write"}), locale=person.locale, name=person.name,
    )  # fmt: skip
    return LinkReader(actor, person.locale, row.time_zone)

"""Reads what routing needs: the partners of a programme with what they cover and have, and where a lead lies."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import func, or_, select
from sqlalchemy.orm import Session

from campaigns.leads.models import Lead
from campaigns.leads.routing import Candidate, Place
from campaigns.leads.routing_models import LeadOffer, PartnerCoverage, PoolRequest
from campaigns.leads.standing import Standing
from campaigns.partners.models import Membership

LATELY = timedelta(days=30)
_NO_COVERAGE = PartnerCoverage(countries=[], postal_prefixes=[], product_lines=[], capacity=None, takes_leads=True)


def place_of(session: Session, lead: Lead, standing: Standing) -> Place:
    """Where a lead lies and who works with its company: by a protected deal, else by another lead of the vendor."""
    return Place(
        country=lead.country,
        postal_code=lead.postal_code,
        product_line=lead.product_line,
        company_partner=standing.company_partner or _holder(session, lead),
    )


def _holder(session: Session, lead: Lead) -> UUID | None:
    if not lead.company_key:
        return None
    return session.execute(
        select(Lead.partner_id)
        .where(
            Lead.programme_id == lead.programme_id,
            Lead.company_key == lead.company_key,
            Lead.own.is_(False),
            Lead.id != lead.id,
            Lead.state.in_(("accepted", "handed")),
        )
        .order_by(Lead.decided_at.desc(), Lead.id)
        .limit(1)
    ).scalar_one_or_none()


def refusers_of(session: Session, lead: Lead) -> set[UUID]:
    """Who is not asked again: whoever declined, or took the lead and let it go; and whoever was asked in these rounds.

    A partner whose offer only ran out said nothing. In the same rounds others come first; when the lead is recycled
    or routed again (`routed_from`), it may be asked once more.
    """
    said = LeadOffer.state.in_(("declined", "accepted"))
    now = LeadOffer.created_at >= (lead.routed_from or lead.created_at)
    held = select(PoolRequest.partner_id).where(PoolRequest.lead_id == lead.id, PoolRequest.state == "granted")
    asked = select(LeadOffer.partner_id).where(LeadOffer.lead_id == lead.id, or_(said, now))
    return {*session.scalars(asked), *session.scalars(held)}


def candidates_of(
    session: Session, programme_id: UUID, standing: Standing, now: datetime, refused: Collection[UUID] = ()
) -> list[Candidate]:
    """Every partner of the programme as routing weighs it."""
    members = session.execute(
        select(Membership.partner_id, Membership.tier, PartnerCoverage)
        .outerjoin(PartnerCoverage, PartnerCoverage.membership_id == Membership.id)
        .where(Membership.programme_id == programme_id, Membership.ended_at.is_(None))
    ).all()
    opened = dict(
        session.execute(
            select(Lead.partner_id, func.count())
            .where(Lead.programme_id == programme_id, Lead.own.is_(False), Lead.state == "accepted")
            .group_by(Lead.partner_id)
        )
        .tuples()
        .all()
    )
    offers = {
        row.partner_id: (row.lately, row.last)
        for row in session.execute(
            select(
                LeadOffer.partner_id,
                func.count().filter(LeadOffer.created_at > now - LATELY).label("lately"),
                func.max(LeadOffer.created_at).label("last"),
            )
            .where(LeadOffer.programme_id == programme_id)
            .group_by(LeadOffer.partner_id)
        )
    }
    found = []
    for partner_id, tier, said in members:
        covers = said or _NO_COVERAGE
        lately, last = offers.get(partner_id, (0, None))
        found.append(
            Candidate(
                partner_id, tier, tuple(covers.countries), tuple(covers.postal_prefixes), tuple(covers.product_lines),
                covers.capacity, opened.get(partner_id, 0), standing.won.get(partner_id, 0),
                standing.decided.get(partner_id, 0), lately, last, covers.takes_leads, partner_id in refused,
            )
        )  # fmt: skip
    return found

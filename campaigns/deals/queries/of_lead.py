"""Which deal a lead became, for the partner and for the vendor."""

from __future__ import annotations

from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from campaigns.core.actor import Actor
from campaigns.core.permissions import may
from campaigns.core.tenancy import partner_of, programme_of
from campaigns.deals.models import Deal


def deal_of_lead(session: Session, actor: Actor, lead_id: UUID) -> UUID | None:
    """The partner's newest deal that began with the lead; None where there is none or the actor may not see deals."""
    if not may(actor, "deal.read"):
        return None
    mine = select(Deal.id).where(Deal.lead_id == lead_id, Deal.partner_id == partner_of(actor))
    return session.scalar(mine.order_by(Deal.created_at.desc(), Deal.id.desc()).limit(1))


def registration_of_lead(session: Session, actor: Actor, lead_id: UUID) -> UUID | None:
    """The newest registration that began with a vendor's lead; None for a draft, which is the partner's own."""
    if not may(actor, "registration.read"):
        return None
    query = select(Deal.id).where(
        Deal.lead_id == lead_id, Deal.programme_id == programme_of(actor), Deal.submitted_at.is_not(None)
    )
    return session.scalar(query.order_by(Deal.created_at.desc(), Deal.id.desc()).limit(1))

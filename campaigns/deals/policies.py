"""Which rules hold: the newest version for new registrations and routing, a deal's own for its windows."""

from __future__ import annotations

from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from campaigns.deals.models import Deal, DealPolicy
from campaigns.deals.policy import Policy
from campaigns.deals.policy_parse import from_json


def newest_policy(session: Session, programme_id: UUID) -> tuple[UUID | None, Policy]:
    """(id, rules) that hold now; (None, the defaults) where a programme has published none."""
    row = session.execute(
        select(DealPolicy.id, DealPolicy.data)
        .where(DealPolicy.programme_id == programme_id)
        .order_by(DealPolicy.number.desc())
        .limit(1)
    ).one_or_none()
    return (None, Policy()) if row is None else (row.id, from_json(row.data))


def policy_by_id(session: Session, policy_id: UUID | None) -> Policy:
    """A version; the defaults for None."""
    if policy_id is None:
        return Policy()
    return from_json(session.execute(select(DealPolicy.data).where(DealPolicy.id == policy_id)).scalar_one())


def policy_of(session: Session, deal: Deal) -> Policy:
    """The rules a deal was registered under: windows and periods once promised stay."""
    return policy_by_id(session, deal.policy_id)

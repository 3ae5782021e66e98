"""Reads the rules that hold in a programme: the newest published version, or the defaults where there is none."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from campaigns.leads.policy import LeadRules
from campaigns.leads.policy_parse import read_rules
from campaigns.leads.routing_models import LeadPolicy
from campaigns.partners.models import Programme


@dataclass(frozen=True, slots=True)
class Published:
    """A version of the rules; `id` None and `number` 0 for the defaults."""

    id: UUID | None
    number: int
    rules: LeadRules
    published_at: datetime | None = None
    note: str = ""


def rules_in_force(session: Session, programme_id: UUID) -> Published:
    """The newest version; without one the defaults with the programme's own clock."""
    row = session.execute(
        select(LeadPolicy).where(LeadPolicy.programme_id == programme_id).order_by(LeadPolicy.number.desc()).limit(1)
    ).scalar_one_or_none()
    if row is None:
        zone = session.execute(select(Programme.time_zone).where(Programme.id == programme_id)).scalar_one()
        return Published(None, 0, LeadRules(zone=zone))
    return Published(row.id, row.number, read_rules(row.data)[0], row.published_at, row.note)


def versions_of(session: Session, programme_id: UUID, limit: int = 50) -> list[Published]:
    """The published versions, newest first."""
    rows = session.scalars(
        select(LeadPolicy)
        .where(LeadPolicy.programme_id == programme_id)
        .order_by(LeadPolicy.number.desc())
        .limit(limit)
    )
    return [Published(row.id, row.number, read_rules(row.data)[0], row.published_at, row.note) for row in rows]

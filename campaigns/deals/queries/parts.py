"""What both sides read of a deal alike: products, team, files, requests."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from campaigns.deals.models import Deal, DealEvidence, DealLine, DealMember, DealRequest
from campaigns.partners.models import Partner


@dataclass(frozen=True, slots=True)
class LineRow:
    """A product of a deal; the amount is the whole line's, in minor units."""

    product: str
    quantity: int
    amount_minor: int
    currency: str


@dataclass(frozen=True, slots=True)
class TeamRow:
    """A partner of the team and its part in hundredths of a percent.

    To another partner of the team it has no id and no name unless the vendor decided that they read each other's.
    """

    partner_id: UUID | None
    name: str
    role: str
    split_bp: int


@dataclass(frozen=True, slots=True)
class EvidenceRow:
    """A file of the deal."""

    id: UUID
    filename: str
    content_type: str
    size: int
    created_at: datetime
    request_id: UUID | None


@dataclass(frozen=True, slots=True)
class RequestRow:
    """An extension or appeal that was asked for."""

    id: UUID
    kind: str
    state: str
    reason: str
    answer: str
    created_at: datetime
    decided_at: datetime | None


def lines_of(session: Session, deal_id: UUID) -> tuple[LineRow, ...]:
    """A deal's products in their order."""
    rows = session.execute(
        select(DealLine.product, DealLine.quantity, DealLine.amount_minor, DealLine.currency)
        .where(DealLine.deal_id == deal_id)
        .order_by(DealLine.place)
    )
    return tuple(LineRow(*row) for row in rows)


def totals_of(lines: tuple[LineRow, ...]) -> dict[str, int]:
    """Minor units by currency; never added across currencies."""
    found: dict[str, int] = {}
    for line in lines:
        found[line.currency] = found.get(line.currency, 0) + line.amount_minor
    return found


def team_for(session: Session, deal: Deal, partner_id: UUID) -> tuple[TeamRow, ...]:
    """The team as one of its partners reads it."""
    rows = team_of(session, deal.id)
    if deal.team_named:
        return rows
    hidden = [one if one.partner_id == partner_id else TeamRow(None, "", one.role, one.split_bp) for one in rows]
    # by name they would stand in the order of names
    return tuple(sorted(hidden, key=lambda one: (one.role != "lead", one.partner_id is None, one.role, -one.split_bp)))


def team_of(session: Session, deal_id: UUID) -> tuple[TeamRow, ...]:
    """The team as the vendor reads it, the leading partner first."""
    rows = session.execute(
        select(DealMember.partner_id, Partner.name, DealMember.role, DealMember.split_bp)
        .join(Partner, Partner.id == DealMember.partner_id)
        .where(DealMember.deal_id == deal_id, DealMember.removed_at.is_(None))
        .order_by(DealMember.role != "lead", Partner.name, DealMember.id)
    )
    return tuple(TeamRow(*row) for row in rows)


def evidence_of(session: Session, deal_id: UUID) -> tuple[EvidenceRow, ...]:
    """A deal's files, oldest first."""
    rows = session.execute(
        select(
            DealEvidence.id, DealEvidence.filename, DealEvidence.content_type, DealEvidence.size,
            DealEvidence.created_at, DealEvidence.request_id,
        )
        .where(DealEvidence.deal_id == deal_id)
        .order_by(DealEvidence.id)
    )  # fmt: skip
    return tuple(EvidenceRow(*row) for row in rows)


def requests_of(session: Session, deal_id: UUID, kinds: tuple[str, ...]) -> tuple[RequestRow, ...]:
    """What was asked about a deal, newest first."""
    rows = session.execute(
        select(
            DealRequest.id, DealRequest.kind, DealRequest.state, DealRequest.reason, DealRequest.answer,
            DealRequest.created_at, DealRequest.decided_at,
        )
        .where(DealRequest.deal_id == deal_id, DealRequest.kind.in_(kinds))
        .order_by(DealRequest.id.desc())
    )  # fmt: skip
    return tuple(RequestRow(*row) for row in rows)

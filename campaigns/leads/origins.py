"""The finished piece that a partner's lead came from, to be shown beside it."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from campaigns.core.actor import Actor
from campaigns.core.tenancy import partner_of
from campaigns.launches.models import Launch, LaunchPiece
from campaigns.leads.models import Lead


@dataclass(frozen=True, slots=True)
class Origin:
    """A ready piece of the partner's own launch; `title` as the launch keeps it, `output` may hold its size."""

    piece_id: UUID
    launch_id: UUID
    kind: str
    title: str
    output: str


def origin_of(session: Session, actor: Actor, lead_id: UUID) -> Origin | None:
    """The piece, in the lead's language where there is one; None for a lead that came from no finished piece."""
    row = session.execute(
        select(LaunchPiece.id, LaunchPiece.launch_id, LaunchPiece.kind, LaunchPiece.title, LaunchPiece.output)
        .join(Launch, Launch.id == LaunchPiece.launch_id)
        .join(Lead, (Lead.launch_id == Launch.id) & (Lead.source_asset_id == LaunchPiece.asset_id))
        .where(
            Lead.id == lead_id, Lead.partner_id == partner_of(actor), Launch.partner_id == partner_of(actor),
            Lead.source_asset_id != "", LaunchPiece.state == "ready",
        )
        .order_by((LaunchPiece.locale == Lead.locale).desc(), LaunchPiece.position)
        .limit(1)
    ).one_or_none()  # fmt: skip
    return Origin(*row) if row is not None else None

"""The one way into a lead's changes: its row is locked first, so whoever decides about it does so one after another."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from sqlalchemy import select, update

from campaigns.core.actor import Actor
from campaigns.core.errors import DomainError, Kind
from campaigns.core.ids import new_id
from campaigns.core.tenancy import must_exist
from campaigns.db.unit_of_work import UnitOfWork
from campaigns.leads.models import Lead, LeadMerge, LeadNote


def hold(uow: UnitOfWork, lead_id: UUID) -> Lead:
    """The lead, locked until the transaction ends and read anew."""
    row = uow.session.execute(
        select(Lead).where(Lead.id == lead_id).with_for_update().execution_options(populate_existing=True)
    ).scalar_one_or_none()
    return must_exist(row, "lead")  # type: ignore[no-any-return]


def change(uow: UnitOfWork, lead: Lead, **values: Any) -> None:
    """Write values into a held lead; its version rises."""
    uow.session.execute(
        update(Lead)
        .where(Lead.id == lead.id)
        .values(**values, version=Lead.version + 1)
        .execution_options(synchronize_session=False)
    )
    uow.session.refresh(lead)


def moved_on(state: str) -> DomainError:
    """The conflict for a decision that came too late."""
    return DomainError("lead.state", Kind.CONFLICT, "The lead has changed meanwhile. Look at it again.", state=state)


def merged_away(uow: UnitOfWork, lead_id: UUID) -> bool:
    """Whether the lead stands for another one now."""
    query = select(LeadMerge.id).where(LeadMerge.loser_id == lead_id, LeadMerge.undone_at.is_(None))
    return uow.session.execute(query).scalar_one_or_none() is not None


def tell(
    uow: UnitOfWork, actor: Actor, lead_id: UUID, kind: str, words: str = "", data: dict[str, Any] | None = None
) -> UUID:
    """Put a line under the lead; `side` comes from who acts."""
    side = "partner" if actor.partner_id else "vendor" if actor.programme_id else "system"
    note = LeadNote(
        id=new_id(), created_at=uow.now, lead_id=lead_id, side=side, person_id=actor.person_id, kind=kind, words=words,
        data=data or {}, happened_at=uow.now,
    )  # fmt: skip
    uow.session.add(note)
    uow.session.flush()
    return note.id

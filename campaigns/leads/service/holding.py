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
from campaigns.outbound.events import record_event


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


def announce(
    uow: UnitOfWork,
    lead: Lead,
    kind: str,
    *,
    partner_id: UUID | None = None,
    data: dict[str, Any] | None = None,
    vendor_data: dict[str, Any] | None = None,
    origin: str = "",
) -> None:
    """Write the business event `lead.<kind>`; nothing in it says who the person is.

    Told are the vendor and the partner that has the lead, or `partner_id`: the one that is asked, or that had it. What
    came to a partner's own launch is that partner's alone. A vendor's lead tells a partner no version, since by it one
    could count who was asked before.
    """
    whole = {"state": lead.state, "version": lead.version}
    record_event(
        uow, f"lead.{kind}", "lead", lead.id, programme_id=lead.programme_id,
        partner_id=partner_id or lead.partner_id, origin=origin, for_vendor=not lead.own,
        data={
            "own": lead.own, "product_line": lead.product_line, "country": lead.country, "score": lead.score,
            **(data or {}),
        },
        vendor_data={**whole, "source": lead.source_channel, **(vendor_data or {})},
        partner_data=whole if lead.own else {"state": lead.state} if lead.partner_id else {},
    )  # fmt: skip


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

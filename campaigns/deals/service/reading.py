"""Which deals a person may look at: a partner its own and those of its teams, a vendor its programme's."""

from __future__ import annotations

from uuid import UUID

from sqlalchemy import ColumnElement, or_, select
from sqlalchemy.orm import Session

from campaigns.core.actor import Actor
from campaigns.core.tenancy import must_exist, partner_of, programme_of
from campaigns.db.unit_of_work import UnitOfWork
from campaigns.deals.models import Deal, DealMember


def seen_by(actor: Actor) -> ColumnElement[bool]:
    """The condition on `Deal`. A member of a team sees the deal, never its draft."""
    if actor.partner_id is None:
        return (Deal.programme_id == programme_of(actor)) & Deal.submitted_at.is_not(None)
    partner_id = partner_of(actor)
    team = select(DealMember.deal_id).where(DealMember.partner_id == partner_id, DealMember.removed_at.is_(None))
    return or_(Deal.partner_id == partner_id, Deal.id.in_(team))


def load_seen(uow: UnitOfWork, actor: Actor, deal_id: UUID, *, lock: bool = False) -> Deal:
    """A deal the actor may look at, as it is now; `deal.not_found` for any other."""
    query = select(Deal).where(Deal.id == deal_id, seen_by(actor))
    if lock:
        query = query.with_for_update(key_share=True)
    return must_exist(  # type: ignore[no-any-return]
        uow.session.scalars(query.execution_options(populate_existing=True)).one_or_none(), "deal"
    )


def find_seen(session: Session, actor: Actor, deal_id: UUID) -> Deal:
    """The same for a page that only reads."""
    row = session.scalars(select(Deal).where(Deal.id == deal_id, seen_by(actor))).one_or_none()
    return must_exist(row, "deal")  # type: ignore[no-any-return]

"""Reads of files of leads: of the vendor, or of the partner that brought them."""

from __future__ import annotations

from uuid import UUID

from sqlalchemy import ColumnElement, and_, select
from sqlalchemy.orm import Session

from campaigns.core.actor import Actor
from campaigns.core.permissions import require
from campaigns.core.tenancy import must_exist, own_rows, partner_of
from campaigns.leads.routing_models import LeadImport
from campaigns.partners.models import Membership, Programme


def own_imports(actor: Actor) -> ColumnElement[bool]:
    """The files of the one who asks: a vendor's are those that no partner brought."""
    mine = own_rows(actor, LeadImport)
    return mine if actor.partner_id is not None else and_(mine, LeadImport.partner_id.is_(None))


def lead_import(session: Session, actor: Actor, import_id: UUID) -> LeadImport:
    """One file as it is now; `import.not_found` for anybody else's."""
    require(actor, "lead.read" if actor.partner_id else "vendor_lead.read")
    query = select(LeadImport).where(LeadImport.id == import_id, own_imports(actor))
    row = session.execute(query.execution_options(populate_existing=True)).scalar_one_or_none()
    return must_exist(row, "import")  # type: ignore[no-any-return]


def last_imports(session: Session, actor: Actor, limit: int = 10) -> list[LeadImport]:
    """The last files, newest first."""
    require(actor, "lead.read" if actor.partner_id else "vendor_lead.read")
    query = select(LeadImport).where(own_imports(actor))
    return list(session.scalars(query.order_by(LeadImport.created_at.desc(), LeadImport.id.desc()).limit(limit)))


def programmes_with(session: Session, actor: Actor) -> dict[UUID, str]:
    """The programmes a partner may hand leads in for, by name."""
    require(actor, "lead.read")
    rows = session.execute(
        select(Programme.id, Programme.name)
        .join(Membership, Membership.programme_id == Programme.id)
        .where(Membership.partner_id == partner_of(actor), Membership.ended_at.is_(None))
        .order_by(Programme.name, Programme.id)
    )
    return dict(rows.tuples().all())

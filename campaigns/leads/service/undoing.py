"""Taking back a file of leads: what nobody works on yet is closed, offers of it are withdrawn, the rows may come again.

Nothing is deleted: that a file came and went stays to be read.
"""

from __future__ import annotations

from typing import Final
from uuid import UUID

from sqlalchemy import or_, select, update

from campaigns.core.actor import SYSTEM, Actor
from campaigns.core.permissions import require
from campaigns.core.tenancy import must_exist
from campaigns.db import audit, jobs
from campaigns.db.unit_of_work import UnitOfWork, UnitOfWorkFactory
from campaigns.leads.imports import own_imports
from campaigns.leads.models import Lead, LeadIntake, LeadMerge, LeadNote
from campaigns.leads.routing_models import LeadImport, LeadOffer, PoolRequest
from campaigns.leads.service.acting import ACTS
from campaigns.leads.service.holding import change, hold, tell
from campaigns.leads.service.looking import moved

UNDO: Final = "leads.undo_import"
BATCH: Final = 200
FREE: Final = ("unrouted", "offered", "pooled", "new")


def ask_undo(uow: UnitOfWork, actor: Actor, import_id: UUID) -> None:
    """Owe that a file is taken back; twice is once. `import.not_found`, `import.state` while it is still going in."""
    require(actor, "lead.write" if actor.partner_id else "vendor_lead.write")
    query = select(LeadImport).where(LeadImport.id == import_id, own_imports(actor)).with_for_update()
    found = uow.session.execute(query.execution_options(populate_existing=True)).scalar_one_or_none()
    row: LeadImport = must_exist(found, "import")
    if row.state in ("undoing", "undone"):
        return
    if row.state not in ("done", "failed"):
        raise moved(row.state)
    row.state = "undoing"
    uow.session.flush()
    jobs.enqueue(uow, UNDO, str(import_id), {"import_id": str(import_id)})
    audit.record(uow, actor, "lead.undo_import", "lead_import", import_id, {"source": row.source})


def undo_import(factory: UnitOfWorkFactory, import_id: UUID, *, batch: int = BATCH) -> None:
    """Take a file's rows back, batch by batch; a repeat goes on where an earlier attempt came to."""
    while True:
        with factory() as uow:
            row = uow.session.get(LeadImport, import_id, with_for_update=True, populate_existing=True)
            if row is None or row.state != "undoing":
                return
            part = uow.session.scalars(
                select(LeadIntake.id)
                .where(LeadIntake.import_id == import_id, LeadIntake.undone_at.is_(None))
                .order_by(LeadIntake.id)
                .limit(batch)
            ).all()
            if not part:
                row.state, row.finished_at = "undone", uow.now
                return
            uow.session.execute(
                update(LeadIntake)
                .where(LeadIntake.id.in_(part))
                .values(undone_at=uow.now)
                .execution_options(synchronize_session=False)
            )
            leads = uow.session.scalars(select(Lead.id).where(Lead.intake_id.in_(part)).order_by(Lead.id)).all()
            row.undone += sum(_take_back(uow, lead_id) for lead_id in leads)


def _take_back(uow: UnitOfWork, lead_id: UUID) -> bool:
    """Close a lead that nobody works on; False where somebody does, or another source knows of it too."""
    lead = hold(uow, lead_id)
    if lead.state not in FREE or lead.acted_at is not None or _known(uow, lead_id):
        return False
    for model, ended in ((LeadOffer, "withdrawn"), (PoolRequest, "refused")):
        uow.session.execute(
            update(model)
            .where(model.lead_id == lead_id, model.state == "open")
            .values(state=ended, decided_at=uow.now)
            .execution_options(synchronize_session=False)
        )
    change(uow, lead, state="closed", decided_at=uow.now)
    tell(uow, SYSTEM, lead_id, "state", data={"to": "closed", "why": "undone"})
    return True


def _known(uow: UnitOfWork, lead_id: UUID) -> bool:
    """Whether somebody wrote something about it, merged it, or handed it in from elsewhere as well."""
    merged = select(LeadMerge.id).where(
        or_(LeadMerge.winner_id == lead_id, LeadMerge.loser_id == lead_id), LeadMerge.undone_at.is_(None)
    )
    if uow.session.execute(merged.limit(1)).scalar_one_or_none() is not None:
        return True
    notes = uow.session.execute(
        select(LeadNote.kind, LeadNote.data["intake"].astext).where(LeadNote.lead_id == lead_id)
    ).all()
    if any(kind in ACTS for kind, _ in notes):
        return True
    others = [UUID(intake) for _, intake in notes if intake]
    standing = select(LeadIntake.id).where(LeadIntake.id.in_(others), LeadIntake.undone_at.is_(None)).limit(1)
    return bool(others) and uow.session.execute(standing).scalar_one_or_none() is not None

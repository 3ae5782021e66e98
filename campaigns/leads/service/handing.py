"""A lead becomes a deal, which is its end as a lead. What the draft begins with is read by the deals themselves."""

from __future__ import annotations

from uuid import UUID

from sqlalchemy import select

from campaigns.core.actor import Actor
from campaigns.core.permissions import require
from campaigns.core.tenancy import must_exist, partner_of
from campaigns.db import audit
from campaigns.db.unit_of_work import UnitOfWork
from campaigns.leads.models import Lead
from campaigns.leads.service.holding import announce, change, hold, moved_on, tell

OPEN = ("new", "accepted")


def hand_over(uow: UnitOfWork, actor: Actor, lead_id: UUID, deal_id: UUID) -> None:
    """The lead goes on as a deal, in the transaction that makes the deal. Again with the same deal is harmless.

    `lead.state` (conflict) when the lead is neither new nor accepted.
    """
    require(actor, "lead.write")
    own = select(Lead.id).where(Lead.id == lead_id, Lead.partner_id == partner_of(actor))
    must_exist(uow.session.execute(own).scalar_one_or_none(), "lead")
    lead = hold(uow, lead_id)
    if lead.state == "handed":
        return
    if lead.partner_id != actor.partner_id or lead.state not in OPEN:
        raise moved_on(lead.state)
    change(uow, lead, state="handed", acted_at=uow.now, asked_at=None, decided_at=lead.decided_at or uow.now)
    tell(uow, actor, lead_id, "state", data={"to": "handed", "deal": str(deal_id)})
    announce(uow, lead, "converted", data={"deal": str(deal_id)})
    audit.record(uow, actor, "lead.hand_over", "lead", lead_id, {"deal": str(deal_id)}, programme_id=lead.programme_id)

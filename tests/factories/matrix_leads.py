"""A vendor's leads as rows for the tenancy matrix: one offered, one in the pool and asked for, a merge, two files."""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from uuid import UUID

from campaigns.core.ids import new_id
from campaigns.db.unit_of_work import UnitOfWork
from campaigns.leads.models import Lead, LeadIntake, LeadMerge
from campaigns.leads.routing_models import LeadImport, LeadOffer, PoolRequest


def add_vendors_leads(uow: UnitOfWork, programme_id: UUID, partner_id: UUID, mark: str) -> dict[str, object]:
    """Ids by the names of path parameters; `double` is another lead of the partner's, as forms name it."""

    def lead(name: str, **values: Any) -> Lead:
        whose = {"programme_id": programme_id, "partner_id": values.get("partner_id")}
        intake = LeadIntake(id=new_id(), kind="api", source=name, digest=name, data={"name": mark}, **whose)
        uow.session.add(intake)
        uow.session.flush()
        row = Lead(
            id=new_id(), programme_id=programme_id, intake_id=intake.id, name=mark, email=f"{name}@firma.de",
            email_key=f"{name}@firma.de", company=mark, locale="en", **values,
        )  # fmt: skip
        uow.session.add(row)
        uow.session.flush()
        return row

    offered = lead("offered", own=False, state="offered")
    pooled = lead("pooled", own=False, state="pooled")
    vendors = [lead(f"vendors{n}", own=False, state="pooled") for n in range(3)]
    double, winner, loser = (
        lead(name, own=True, partner_id=partner_id, state="new") for name in ("double", "winner", "loser")
    )
    offer = LeadOffer(
        id=new_id(), programme_id=programme_id, partner_id=partner_id, lead_id=offered.id, state="open",
        reason=[{"code": "in_turn", "params": {}}], considered=[], due_at=uow.now + timedelta(days=1),
    )  # fmt: skip
    request = PoolRequest(
        id=new_id(), programme_id=programme_id, partner_id=partner_id, lead_id=pooled.id, state="open", note=mark
    )
    merge = LeadMerge(id=new_id(), winner_id=winner.id, loser_id=loser.id)
    vendors_merge = LeadMerge(id=new_id(), winner_id=vendors[1].id, loser_id=vendors[2].id)
    files = [
        LeadImport(
            id=new_id(), programme_id=programme_id, partner_id=whose, kind="csv", source=mark, filename=mark,
            storage_key=mark, state="done",
        )
        for whose in (None, partner_id)
    ]  # fmt: skip
    uow.session.add_all([offer, request, merge, vendors_merge, *files])
    uow.session.flush()
    return {
        "offer_id": offer.id, "pooled_id": pooled.id, "request_id": request.id, "merge_id": merge.id,
        "double": double.id, "vendor_double": vendors[0].id, "vendor_merge_id": vendors_merge.id,
        "verdict": "refuse", "fate": "confirm",
        "vendor_lead_id": pooled.id, "covering_id": partner_id,
        "vendor_import_id": files[0].id, "lead_import_id": files[1].id, "programme": programme_id,
    }  # fmt: skip

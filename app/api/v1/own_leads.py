"""A partner hands in a lead of its own; it stays the partner's, and the vendor sees totals."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from app.api.operation import Call, operation
from app.api.v1.lead_offers import Made
from app.api.v1.vendor_leads import VendorLeadIn
from campaigns.leads import service


class OwnLeadIn(VendorLeadIn):
    """A lead of your own for one of your programmes; it is never offered to anybody else."""

    programme_id: UUID


@operation(
    "post", "/leads", summary="Hand in a lead of your own; the same twice is once", tag="Leads",
    permission="lead.write", body=OwnLeadIn, answer=Made, status=201,
)  # fmt: skip
def create_lead(call: Call[OwnLeadIn, Any]) -> Made:
    given = call.body.model_dump(exclude={"facts", "source", "programme_id"})
    return Made(
        id=service.take_lead(
            call.uow, call.actor, given, call.body.facts, kind="api", source=call.body.source,
            programme_id=call.body.programme_id,
        )
    )  # fmt: skip

"""What a vendor does about its leads: notes, doubles, and the requests that partners make for the pool."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from app.api.operation import Call, Shape, operation
from app.api.v1.lead_offers import LeadMergeIn, LeadNoteIn, Made
from campaigns.leads import service
from campaigns.leads.vendor_queries import pool_requests


class PoolRequestOut(Shape):
    """A partner asks for a lead of the pool, and why it."""

    id: UUID
    lead_id: UUID
    lead: str
    score: int | None
    country: str
    product_line: str
    partner: str
    note: str
    created_at: datetime


class PoolRequestList(Shape):
    """What partners ask for now, the longest waiting first; at most 200."""

    items: list[PoolRequestOut]


@operation(
    "post", "/vendor-leads/{vendor_lead_id:uuid}/notes", summary="Write down what you did about a lead you handed in",
    tag="Vendor leads", permission="vendor_lead.write", body=LeadNoteIn, answer=Made, status=201,
)  # fmt: skip
def add_vendor_lead_note(call: Call[LeadNoteIn, Any]) -> Made:
    lead_id, said = call.path["vendor_lead_id"], call.body
    return Made(id=service.add_note(call.uow, call.actor, lead_id, said.kind, said.words))


@operation(
    "post", "/vendor-leads/{vendor_lead_id:uuid}/merges", summary="Another of your leads is this one",
    tag="Vendor leads", permission="vendor_lead.write", body=LeadMergeIn, answer=Made, status=201,
)  # fmt: skip
def merge_vendor_leads(call: Call[LeadMergeIn, Any]) -> Made:
    return Made(id=service.merge_leads(call.uow, call.actor, call.path["vendor_lead_id"], call.body.lead_id))


@operation(
    "post", "/vendor-lead-merges/{vendor_merge_id:uuid}/undo", summary="They are two after all; twice is once",
    tag="Vendor leads", permission="vendor_lead.write", answer=Made,
)  # fmt: skip
def unmerge_vendor_leads(call: Call[Any, Any]) -> Made:
    return Made(id=service.unmerge_leads(call.uow, call.actor, call.path["vendor_merge_id"]))


@operation(
    "get", "/pool-requests", summary="What partners ask for", tag="Vendor leads", permission="vendor_lead.read",
    answer=PoolRequestList,
)  # fmt: skip
def list_pool_requests(call: Call[Any, Any]) -> PoolRequestList:
    found = pool_requests(call.uow.session, call.actor)
    return PoolRequestList(
        items=[PoolRequestOut(**{name: getattr(one, name) for name in PoolRequestOut.model_fields}) for one in found]
    )

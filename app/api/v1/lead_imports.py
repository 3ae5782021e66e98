"""Files of leads and of an event's guests, of a vendor or a partner: handed in as they are, and followed."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any, Literal
from uuid import UUID

from flask import request
from pydantic import Field

from app.api.operation import Call, Shape, operation
from app.api.v1.imports import CSV_TYPES
from app.api.values import Text
from campaigns.leads import service
from campaigns.leads.imports import lead_import
from campaigns.leads.routing_models import LeadImport


class VendorFileQuery(Shape):
    """What the file is: a list, or an event's guests. `source` names the list or event; the same row is once in it.
    A `draft` waits to be looked at and confirmed."""

    kind: Literal["csv", "event"] = "csv"
    source: Annotated[Text, Field(max_length=120)] = ""
    filename: Annotated[Text, Field(max_length=200)] = "leads.csv"
    draft: bool = False


class OwnFileQuery(VendorFileQuery):
    """And the programme that the leads are for."""

    programme_id: UUID


class LeadImportOut(Shape):
    """A file: draft, waiting, running, done, failed, undoing or undone. `known` were there before, `undone` leads
    were taken back; `problems` have a line and a code."""

    id: UUID
    kind: str
    source: str
    filename: str
    state: str
    error: str
    rows: int
    rows_done: int
    taken: int
    known: int
    undone: int
    problems: list[dict[str, Any]]
    created_at: datetime
    finished_at: datetime | None


def shown_import(row: LeadImport) -> LeadImportOut:
    """A file as the API shows it."""
    return LeadImportOut(**{name: getattr(row, name) for name in LeadImportOut.model_fields})


def _found(call: Call[Any, Any], import_id: UUID) -> LeadImportOut:
    return shown_import(lead_import(call.uow.session, call.actor, import_id))


def _receive(call: Call[Any, Any], asked: VendorFileQuery, programme_id: UUID | None) -> LeadImportOut:
    made = service.receive_leads(
        call.uow, call.actor, call.container.storage, kind=asked.kind, source=asked.source, filename=asked.filename,
        data=request.get_data(), programme_id=programme_id, draft=asked.draft,
    )  # fmt: skip
    return _found(call, made)


@operation(
    "post", "/vendor-lead-imports", summary="Hand in a file of leads to be routed", tag="Vendor leads",
    permission="vendor_lead.write", query=VendorFileQuery, answer=LeadImportOut, status=201, takes=CSV_TYPES,
    upload_mb=50,
)  # fmt: skip
def create_vendor_lead_import(call: Call[Any, VendorFileQuery]) -> LeadImportOut:
    return _receive(call, call.query, None)


@operation(
    "get", "/vendor-lead-imports/{vendor_import_id:uuid}", summary="A file of leads", tag="Vendor leads",
    permission="vendor_lead.read", answer=LeadImportOut,
)  # fmt: skip
def get_vendor_lead_import(call: Call[Any, Any]) -> LeadImportOut:
    return _found(call, call.path["vendor_import_id"])


@operation(
    "post", "/lead-imports", summary="Take in a file of your own leads", tag="Leads", permission="lead.write",
    query=OwnFileQuery, answer=LeadImportOut, status=201, takes=CSV_TYPES, upload_mb=50,
)  # fmt: skip
def create_lead_import(call: Call[Any, OwnFileQuery]) -> LeadImportOut:
    return _receive(call, call.query, call.query.programme_id)


@operation(
    "get", "/lead-imports/{lead_import_id:uuid}", summary="A file of your own leads", tag="Leads",
    permission="lead.read", answer=LeadImportOut,
)  # fmt: skip
def get_lead_import(call: Call[Any, Any]) -> LeadImportOut:
    return _found(call, call.path["lead_import_id"])

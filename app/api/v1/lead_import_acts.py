"""A file of leads that waits to be confirmed: looked at, confirmed, put away; and one that is in, taken back."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from app.api.operation import Call, Shape, operation
from app.api.v1.lead_imports import LeadImportOut, shown_import
from campaigns.core.errors import DomainError, Kind
from campaigns.leads import service
from campaigns.leads.imports import last_imports, lead_import
from campaigns.leads.service.looking import look_at


class LeadColumn(Shape):
    """A column of a file: its header, the field it was taken for, or the fact."""

    header: str
    name: str
    fact: str


class LeadPreview(Shape):
    """What a file would bring. `good`, `bad` and `doubles` are of the first `looked_at` of `total` rows."""

    columns: list[LeadColumn]
    rows: list[list[str]]
    total: int
    looked_at: int
    good: int
    bad: int
    doubles: int
    problems: list[dict[str, Any]]


class LeadImportList(Shape):
    """The last fifty files, newest first."""

    items: list[LeadImportOut]


def _list(call: Call[Any, Any]) -> LeadImportList:
    return LeadImportList(items=[shown_import(one) for one in last_imports(call.uow.session, call.actor, 50)])


def _preview(call: Call[Any, Any], import_id: UUID) -> LeadPreview:
    row = lead_import(call.uow.session, call.actor, import_id)
    if row.state != "draft":
        raise DomainError("import.state", Kind.CONFLICT, "The file is not at that point any more.", state=row.state)
    found = look_at(call.container.storage.get(row.storage_key), row.options)
    return LeadPreview(
        columns=[LeadColumn(header=header, name=name, fact=fact) for header, name, fact in found.columns],
        rows=[list(cells) for cells in found.rows], total=found.total, looked_at=found.looked_at, good=found.good,
        bad=found.bad, doubles=found.doubles, problems=[dict(one) for one in found.problems],
    )  # fmt: skip


def _after(call: Call[Any, Any], import_id: UUID) -> LeadImportOut:
    return shown_import(lead_import(call.uow.session, call.actor, import_id))


@operation(
    "get", "/vendor-lead-imports", summary="Your last files of leads to be routed", tag="Vendor leads",
    permission="vendor_lead.read", answer=LeadImportList,
)  # fmt: skip
def list_vendor_lead_imports(call: Call[Any, Any]) -> LeadImportList:
    return _list(call)


@operation(
    "get", "/vendor-lead-imports/{vendor_import_id:uuid}/preview", summary="What a draft would bring",
    tag="Vendor leads", permission="vendor_lead.read", answer=LeadPreview,
)  # fmt: skip
def preview_vendor_lead_import(call: Call[Any, Any]) -> LeadPreview:
    return _preview(call, call.path["vendor_import_id"])


@operation(
    "post", "/vendor-lead-imports/{vendor_import_id:uuid}/confirm", summary="Let a draft go in; twice is once",
    tag="Vendor leads", permission="vendor_lead.write", answer=LeadImportOut,
)  # fmt: skip
def confirm_vendor_lead_import(call: Call[Any, Any]) -> LeadImportOut:
    service.confirm_leads(call.uow, call.actor, call.path["vendor_import_id"])
    return _after(call, call.path["vendor_import_id"])


@operation(
    "post", "/vendor-lead-imports/{vendor_import_id:uuid}/undo", summary="Take a file's leads back; twice is once",
    tag="Vendor leads", permission="vendor_lead.write", answer=LeadImportOut,
)  # fmt: skip
def undo_vendor_lead_import(call: Call[Any, Any]) -> LeadImportOut:
    service.ask_undo(call.uow, call.actor, call.path["vendor_import_id"])
    return _after(call, call.path["vendor_import_id"])


@operation(
    "delete", "/vendor-lead-imports/{vendor_import_id:uuid}", summary="Put a draft away", tag="Vendor leads",
    permission="vendor_lead.write", status=204,
)  # fmt: skip
def discard_vendor_lead_import(call: Call[Any, Any]) -> None:
    service.discard_leads(call.uow, call.actor, call.container.storage, call.path["vendor_import_id"])


@operation(
    "get", "/lead-imports", summary="Your last files of leads", tag="Leads", permission="lead.read",
    answer=LeadImportList,
)  # fmt: skip
def list_lead_imports(call: Call[Any, Any]) -> LeadImportList:
    return _list(call)


@operation(
    "get", "/lead-imports/{lead_import_id:uuid}/preview", summary="What a draft of your own would bring", tag="Leads",
    permission="lead.read", answer=LeadPreview,
)  # fmt: skip
def preview_lead_import(call: Call[Any, Any]) -> LeadPreview:
    return _preview(call, call.path["lead_import_id"])


@operation(
    "post", "/lead-imports/{lead_import_id:uuid}/confirm", summary="Let a draft of your own go in; twice is once",
    tag="Leads", permission="lead.write", answer=LeadImportOut,
)  # fmt: skip
def confirm_lead_import(call: Call[Any, Any]) -> LeadImportOut:
    service.confirm_leads(call.uow, call.actor, call.path["lead_import_id"])
    return _after(call, call.path["lead_import_id"])


@operation(
    "post", "/lead-imports/{lead_import_id:uuid}/undo", summary="Take your file's leads back; twice is once",
    tag="Leads", permission="lead.write", answer=LeadImportOut,
)  # fmt: skip
def undo_lead_import(call: Call[Any, Any]) -> LeadImportOut:
    service.ask_undo(call.uow, call.actor, call.path["lead_import_id"])
    return _after(call, call.path["lead_import_id"])


@operation(
    "delete", "/lead-imports/{lead_import_id:uuid}", summary="Put a draft of your own away", tag="Leads",
    permission="lead.write", status=204,
)  # fmt: skip
def discard_lead_import(call: Call[Any, Any]) -> None:
    service.discard_leads(call.uow, call.actor, call.container.storage, call.path["lead_import_id"])

"""The audit log of the caller's tenant, newest first."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import select

from app.api.operation import Call, Shape, operation
from app.api.paging import Page, PageQuery, fetch
from campaigns.core.tenancy import scoped
from campaigns.db.models import AuditEntry


class AuditOut(Shape):
    """One entry; `hash` chains over `prev_hash`."""

    number: int
    at: datetime
    actor: dict[str, Any]
    action: str
    subject_type: str
    subject_id: str
    data: dict[str, Any]
    prev_hash: str
    hash: str


class AuditPage(Page[AuditOut]):
    """A page of entries."""


def _show(row: AuditEntry) -> AuditOut:
    return AuditOut(
        number=row.number,
        at=row.created_at,
        actor=row.actor,
        action=row.action,
        subject_type=row.subject_type,
        subject_id=row.subject_id,
        data=row.data,
        prev_hash=row.prev_hash,
        hash=row.hash,
    )


@operation(
    "get",
    "/audit",
    summary="What was done in your tenant",
    tag="Audit",
    permission="audit.read",
    query=PageQuery,
    answer=AuditPage,
)
def list_audit(call: Call[Any, PageQuery]) -> AuditPage:
    rows, cursor = fetch(
        call.uow.session, scoped(select(AuditEntry), call.actor, AuditEntry), AuditEntry, call.query, _show, int
    )
    return AuditPage(items=rows, next_cursor=cursor)

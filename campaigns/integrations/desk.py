"""The incoming half of the error desk: what could not be applied, applied again, or skipped with a reason."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from campaigns.core.actor import Actor
from campaigns.core.errors import DomainError, Kind, invalid
from campaigns.core.permissions import require
from campaigns.core.tenancy import must_exist, own_rows
from campaigns.core.text import one_line
from campaigns.db import audit
from campaigns.db.unit_of_work import UnitOfWork
from campaigns.integrations.receiving import ask
from campaigns.outbound.models import InboundChange

MOST_AT_ONCE = 500
MOST_SHOWN = 100


@dataclass(frozen=True, slots=True)
class InboundView:
    """A change as it was received, and what came of it."""

    id: UUID
    created_at: datetime
    endpoint_id: UUID
    message_id: str
    type: str
    state: str
    code: str
    message: str
    body: dict[str, Any]
    applied_at: datetime | None


def inbound_query(actor: Actor, *, state: str = "") -> Select[tuple[InboundChange]]:
    """Rows of the actor's programme, without an order; a partner has none."""
    require(actor, "webhook.manage")
    query = select(InboundChange).where(own_rows(actor, InboundChange))
    return query.where(InboundChange.state == state) if state else query


def inbound_view(row: InboundChange) -> InboundView:
    """A row as people see it."""
    return InboundView(
        row.id, row.created_at, row.endpoint_id, row.message_id, row.type, row.state, row.code,
        str(row.problem.get("message", "")), row.body, row.applied_at,
    )  # fmt: skip


def failed_changes(session: Session, actor: Actor) -> list[InboundView]:
    """The newest hundred that failed."""
    newest = inbound_query(actor, state="failed").order_by(InboundChange.created_at.desc(), InboundChange.id.desc())
    return [inbound_view(row) for row in session.scalars(newest.limit(MOST_SHOWN))]


def inbound_of(session: Session, actor: Actor, change_id: UUID) -> InboundView:
    """One of them, in any state; `change.not_found`."""
    row = session.scalars(inbound_query(actor).where(InboundChange.id == change_id)).one_or_none()
    return inbound_view(must_exist(row, "change"))


def _held(uow: UnitOfWork, actor: Actor, change_id: UUID) -> InboundChange:
    query = inbound_query(actor).where(InboundChange.id == change_id).with_for_update()
    row: InboundChange = must_exist(
        uow.session.scalars(query.execution_options(populate_existing=True)).one_or_none(), "change"
    )
    if row.state != "failed":
        raise DomainError("change.state", Kind.CONFLICT, "The change is over meanwhile. Load the page again.")
    return row


def _again(uow: UnitOfWork, row: InboundChange) -> None:
    row.state, row.code, row.problem, row.applied_at = "waiting", "", {}, None
    uow.session.flush()
    ask(uow, row.id)


def replay_change(uow: UnitOfWork, actor: Actor, change_id: UUID) -> None:
    """Apply a failed one again, once what was wrong is mended. `change.state` for any other."""
    row = _held(uow, actor, change_id)
    _again(uow, row)
    audit.record(uow, actor, "change.replay", "change", row.id)


def replay_failed_changes(uow: UnitOfWork, actor: Actor) -> int:
    """Apply up to 500 failed ones again, in the order they came; how many."""
    query = inbound_query(actor, state="failed").order_by(InboundChange.created_at, InboundChange.id)
    rows = uow.session.scalars(
        query.limit(MOST_AT_ONCE).with_for_update(skip_locked=True).execution_options(populate_existing=True)
    ).all()
    for row in rows:
        _again(uow, row)
    if rows:
        audit.record(uow, actor, "change.replay_all", "change", "all", {"count": len(rows)})
    return len(rows)


def skip_change(uow: UnitOfWork, actor: Actor, change_id: UUID, reason: str) -> None:
    """Leave a failed one, with a reason of 1 to 300 characters (`desk.reason`)."""
    said = one_line(reason)
    if not 0 < len(said) <= 300:
        raise invalid("desk.reason", "Say in 1 to 300 characters why.", needed=300)
    row = _held(uow, actor, change_id)
    row.state, row.problem, row.applied_at = "skipped", {**row.problem, "skipped": said}, uow.now
    uow.session.flush()
    audit.record(uow, actor, "change.skip", "change", row.id, {"reason": said})

"""Reading endpoints and their deliveries, each tenant its own."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Row, Select, func, select
from sqlalchemy.orm import Session

from campaigns.core.actor import Actor
from campaigns.core.permissions import require
from campaigns.core.tenancy import must_exist, own_rows
from campaigns.outbound.models import BusinessEvent, WebhookDelivery, WebhookEndpoint

MOST_SHOWN = 100


@dataclass(frozen=True, slots=True)
class EndpointView:
    """An endpoint as people see it: never its secret. `waiting` and `failed` count its deliveries."""

    id: UUID
    created_at: datetime
    url: str
    title: str
    system: str
    types: tuple[str, ...]
    adapter: str
    state: str
    pause_reason: str
    failing_since: datetime | None
    former_until: datetime | None
    version: int
    waiting: int
    failed: int


@dataclass(frozen=True, slots=True)
class DeliveryView:
    """A delivery and the event it tells."""

    id: UUID
    created_at: datetime
    endpoint_id: UUID
    type: str
    state: str
    attempts: int
    due_at: datetime
    status: int | None
    error: str
    answer: str
    finished_at: datetime | None


def endpoints_of(session: Session, actor: Actor) -> list[EndpointView]:
    """All of the actor's tenant, the newest first, the disabled ones last."""
    require(actor, "webhook.manage")
    rows = session.scalars(
        select(WebhookEndpoint)
        .where(own_rows(actor, WebhookEndpoint))
        .order_by(WebhookEndpoint.state == "disabled", WebhookEndpoint.created_at.desc(), WebhookEndpoint.id)
        .limit(MOST_SHOWN)
    ).all()
    counts = _counts(session, [row.id for row in rows])
    return [_endpoint(row, counts) for row in rows]


def endpoint_of(session: Session, actor: Actor, endpoint_id: UUID) -> EndpointView:
    """One of the actor's tenant; `webhook.not_found`."""
    require(actor, "webhook.manage")
    row: WebhookEndpoint = must_exist(
        session.scalars(
            select(WebhookEndpoint).where(WebhookEndpoint.id == endpoint_id, own_rows(actor, WebhookEndpoint))
        ).one_or_none(),
        "webhook",
    )
    return _endpoint(row, _counts(session, [row.id]))


def _counts(session: Session, ids: Sequence[UUID]) -> dict[tuple[UUID, str], int]:
    found = session.execute(
        select(WebhookDelivery.endpoint_id, WebhookDelivery.state, func.count())
        .where(WebhookDelivery.endpoint_id.in_(ids), WebhookDelivery.state.in_(("waiting", "failed")))
        .group_by(WebhookDelivery.endpoint_id, WebhookDelivery.state)
    )
    return {(endpoint_id, state): count for endpoint_id, state, count in found}


def _endpoint(row: WebhookEndpoint, counts: dict[tuple[UUID, str], int]) -> EndpointView:
    return EndpointView(
        row.id, row.created_at, row.url, row.title, row.system, tuple(row.types), row.adapter, row.state,
        row.pause_reason, row.failing_since, row.former_until, row.version, counts.get((row.id, "waiting"), 0),
        counts.get((row.id, "failed"), 0),
    )  # fmt: skip


def deliveries_query(actor: Actor, *, endpoint_id: UUID | None = None, state: str = "") -> Select[Any]:
    """Rows (delivery, type of its event) of the actor's tenant, without an order."""
    require(actor, "webhook.manage")
    query = (
        select(WebhookDelivery, BusinessEvent.type)
        .join(WebhookEndpoint, WebhookEndpoint.id == WebhookDelivery.endpoint_id)
        .join(BusinessEvent, BusinessEvent.id == WebhookDelivery.event_id)
        .where(own_rows(actor, WebhookEndpoint))
    )
    if endpoint_id is not None:
        query = query.where(WebhookDelivery.endpoint_id == endpoint_id)
    return query.where(WebhookDelivery.state == state) if state else query


def deliveries_of(
    session: Session, actor: Actor, *, endpoint_id: UUID | None = None, state: str = ""
) -> list[DeliveryView]:
    """The newest hundred."""
    query = deliveries_query(actor, endpoint_id=endpoint_id, state=state)
    newest = query.order_by(WebhookDelivery.created_at.desc(), WebhookDelivery.id.desc()).limit(MOST_SHOWN)
    return [delivery_view(row) for row in session.execute(newest)]


def delivery_view(row: Row[Any]) -> DeliveryView:
    """A row of `deliveries_query` as people see it."""
    one, type_ = row
    return DeliveryView(
        one.id, one.created_at, one.endpoint_id, type_, one.state, one.attempts, one.due_at, one.status, one.error,
        one.answer, one.finished_at,
    )  # fmt: skip


def event_of(session: Session, actor: Actor, delivery_id: UUID) -> tuple[DeliveryView, BusinessEvent, bool]:
    """One delivery, its event, and whether a partner is told; `delivery.not_found`."""
    require(actor, "webhook.manage")
    row = session.execute(deliveries_query(actor).where(WebhookDelivery.id == delivery_id)).one_or_none()
    view = delivery_view(must_exist(row, "delivery"))
    event = session.scalars(
        select(BusinessEvent)
        .join(WebhookDelivery, WebhookDelivery.event_id == BusinessEvent.id)
        .where(WebhookDelivery.id == delivery_id)
    ).one()
    return view, event, actor.partner_id is not None

"""The outgoing half of the error desk: send a failed delivery again, all of them, or skip one with a reason."""

from __future__ import annotations

from uuid import UUID

from sqlalchemy import select

from campaigns.core.actor import Actor
from campaigns.core.errors import DomainError, Kind, invalid
from campaigns.core.permissions import require
from campaigns.core.tenancy import must_exist, own_rows
from campaigns.core.text import one_line
from campaigns.db import audit
from campaigns.db.unit_of_work import UnitOfWork
from campaigns.outbound.delivering import ask
from campaigns.outbound.models import WebhookDelivery, WebhookEndpoint

MOST_AT_ONCE = 500
OVER = ("failed", "skipped", "delivered")


def _own(uow: UnitOfWork, actor: Actor, delivery_id: UUID) -> tuple[WebhookDelivery, WebhookEndpoint]:
    require(actor, "webhook.manage")
    found = uow.session.execute(
        select(WebhookDelivery, WebhookEndpoint)
        .join(WebhookEndpoint, WebhookEndpoint.id == WebhookDelivery.endpoint_id)
        .where(WebhookDelivery.id == delivery_id, own_rows(actor, WebhookEndpoint))
        .with_for_update(of=WebhookDelivery)
        .execution_options(populate_existing=True)
    ).one_or_none()
    row, endpoint = must_exist(found, "delivery")
    return row, endpoint


def replay_delivery(uow: UnitOfWork, actor: Actor, delivery_id: UUID) -> None:
    """Send it again from the first wait on, under the same id. `delivery.state` while it still waits by itself."""
    row, endpoint = _own(uow, actor, delivery_id)
    if endpoint.state == "disabled":
        raise DomainError("endpoint.disabled", Kind.CONFLICT, "This endpoint is switched off. Make a new one.")
    if row.state not in OVER:
        raise DomainError("delivery.state", Kind.CONFLICT, "The delivery has changed meanwhile. Load the page again.")
    _again(uow, row)
    audit.record(uow, actor, "webhook.replay", "webhook", row.endpoint_id, {"delivery": str(row.id)})


def _again(uow: UnitOfWork, row: WebhookDelivery) -> None:
    row.state, row.error, row.finished_at, row.lease_until = "waiting", "", None, None
    row.replayed_from, row.due_at = row.attempts, uow.now
    uow.session.flush()
    ask(uow, row.id, row.attempts + 1)


def replay_failed(uow: UnitOfWork, actor: Actor, endpoint_id: UUID | None = None) -> int:
    """Send up to 500 failed deliveries again, the oldest first; how many. Those of disabled endpoints stay.

    `webhook.not_found` for an endpoint that is not the actor's.
    """
    require(actor, "webhook.manage")
    query = (
        select(WebhookDelivery)
        .join(WebhookEndpoint, WebhookEndpoint.id == WebhookDelivery.endpoint_id)
        .where(own_rows(actor, WebhookEndpoint), WebhookEndpoint.state != "disabled", WebhookDelivery.state == "failed")
        .order_by(WebhookDelivery.created_at, WebhookDelivery.id)
        .limit(MOST_AT_ONCE)
        .with_for_update(of=WebhookDelivery, skip_locked=True)
        .execution_options(populate_existing=True)
    )
    if endpoint_id is not None:
        own = select(WebhookEndpoint.id).where(WebhookEndpoint.id == endpoint_id, own_rows(actor, WebhookEndpoint))
        must_exist(uow.session.scalar(own), "webhook")
        query = query.where(WebhookEndpoint.id == endpoint_id)
    rows = uow.session.scalars(query).all()
    for row in rows:
        _again(uow, row)
    if rows:
        audit.record(uow, actor, "webhook.replay_all", "webhook", str(endpoint_id or "all"), {"count": len(rows)})
    return len(rows)


def skip_delivery(uow: UnitOfWork, actor: Actor, delivery_id: UUID, reason: str) -> None:
    """Leave a failed or waiting one undelivered, with a reason of 1 to 300 characters (`desk.reason`)."""
    row, _ = _own(uow, actor, delivery_id)
    said = one_line(reason)
    if not 0 < len(said) <= 300:
        raise invalid("desk.reason", "Say in 1 to 300 characters why.", needed=300)
    if row.state not in ("failed", "waiting"):
        raise DomainError("delivery.state", Kind.CONFLICT, "The delivery has changed meanwhile. Load the page again.")
    row.state, row.error, row.finished_at = "skipped", said, uow.now
    uow.session.flush()
    audit.record(uow, actor, "webhook.skip", "webhook", row.endpoint_id, {"delivery": str(row.id), "reason": said})

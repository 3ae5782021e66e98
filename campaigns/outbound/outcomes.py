"""What came of an attempt: delivered, tried again later, failed, and what that says about the endpoint."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import select

from campaigns.core.actor import SYSTEM
from campaigns.db import audit
from campaigns.db.unit_of_work import UnitOfWork
from campaigns.outbound.delivering import ask
from campaigns.outbound.endpoints import close_endpoint
from campaigns.outbound.letters import tell_paused
from campaigns.outbound.models import WebhookDelivery, WebhookEndpoint
from campaigns.outbound.patience import PAUSE_AFTER, wait_after


@dataclass(frozen=True, slots=True)
class Outcome:
    """The answer's status, or the `error` that stood in its place; the beginning of the answer's text."""

    status: int | None
    error: str = ""
    answer: str = ""
    retry_after_s: int | None = None


def record(uow: UnitOfWork, delivery_id: UUID, attempt: int, outcome: Outcome, public_url: str) -> str:
    """Write down what came of an attempt; the delivery's state, "lost" if another attempt was claimed meanwhile.

    2xx delivers. 410 disables the endpoint. Anything else, redirects too, waits for the next attempt or has failed;
    an endpoint that did nothing but fail for three days is paused, and its people get a letter.
    """
    found = uow.session.execute(
        select(WebhookDelivery, WebhookEndpoint)
        .join(WebhookEndpoint, WebhookEndpoint.id == WebhookDelivery.endpoint_id)
        .where(WebhookDelivery.id == delivery_id, WebhookDelivery.attempts == attempt)
        .with_for_update()
        .execution_options(populate_existing=True)
    ).one_or_none()
    if found is None or found[0].state != "waiting":
        return "lost"
    row: WebhookDelivery = found[0]
    endpoint: WebhookEndpoint = found[1]
    row.lease_until, row.status, row.answer = None, outcome.status, outcome.answer
    row.error = outcome.error or ("redirect" if 300 <= (outcome.status or 0) < 400 else "")
    if 200 <= (outcome.status or 0) < 300:
        row.state, row.finished_at, endpoint.failing_since = "delivered", uow.now, None
    elif outcome.status == 410:
        row.state, row.error, row.finished_at = "failed", "gone", uow.now
        if endpoint.state != "disabled":
            close_endpoint(uow, endpoint)
            audit.record(
                uow, SYSTEM, "webhook.gone", "webhook", endpoint.id,
                programme_id=endpoint.programme_id, partner_id=endpoint.partner_id,
            )  # fmt: skip
    else:
        _later(uow, row, endpoint, outcome, public_url)
    uow.session.flush()
    return row.state


def _later(uow: UnitOfWork, row: WebhookDelivery, endpoint: WebhookEndpoint, outcome: Outcome, public_url: str) -> None:
    endpoint.failing_since = endpoint.failing_since or uow.now
    wait = wait_after(row.attempts - row.replayed_from, asked_s=outcome.retry_after_s)
    if wait is None:
        row.state, row.finished_at = "failed", uow.now
    else:
        row.due_at = uow.now + wait
        ask(uow, row.id, row.attempts + 1, wait)
    if endpoint.state == "active" and uow.now - endpoint.failing_since >= PAUSE_AFTER:
        endpoint.state, endpoint.pause_reason = "paused", "failing"
        endpoint.version += 1
        audit.record(
            uow, SYSTEM, "webhook.pause", "webhook", endpoint.id, {"reason": "failing"},
            programme_id=endpoint.programme_id, partner_id=endpoint.partner_id,
        )  # fmt: skip
        tell_paused(uow, endpoint, public_url)

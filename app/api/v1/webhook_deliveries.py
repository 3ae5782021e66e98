"""What was sent to the caller's endpoints: seen with body and answer, sent again, skipped with a reason."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any, Literal
from uuid import UUID

from pydantic import Field
from sqlalchemy import literal, tuple_

from app.api.operation import Body, Call, Shape, operation
from app.api.paging import Page, PageQuery, decode, encode
from app.api.values import Text
from campaigns.outbound import cloud_events, desk, queries
from campaigns.outbound.models import WebhookDelivery


class DeliveriesQuery(PageQuery):
    """Only one endpoint's, only in one state."""

    endpoint_id: UUID | None = None
    state: Literal["", "waiting", "delivered", "failed", "skipped"] = ""


class WebhookDeliveryOut(Shape):
    """A delivery: `status` and `answer` are the last answer's, `error` what stood in its place."""

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


class WebhookDeliveryWithBodyOut(WebhookDeliveryOut):
    """The same with the CloudEvents body."""

    body: dict[str, Any]


class WebhookDeliveryPage(Page[WebhookDeliveryOut]):
    """A page of deliveries, newest first."""


class SkipIn(Body):
    """Why it is not needed."""

    reason: Annotated[Text, Field(min_length=1, max_length=300)]


def _members(one: queries.DeliveryView) -> dict[str, Any]:
    return {name: getattr(one, name) for name in WebhookDeliveryOut.model_fields}


@operation(
    "get", "/webhook-deliveries", summary="What was sent to your endpoints", tag="Webhooks",
    permission="webhook.manage", query=DeliveriesQuery, answer=WebhookDeliveryPage,
)  # fmt: skip
def list_webhook_deliveries(call: Call[Any, DeliveriesQuery]) -> WebhookDeliveryPage:
    asked, row = call.query, WebhookDelivery
    query = queries.deliveries_query(call.actor, endpoint_id=asked.endpoint_id, state=asked.state)
    if asked.cursor:
        at, row_id = decode(asked.cursor, UUID)
        query = query.where(tuple_(row.created_at, row.id) < tuple_(literal(at), literal(row_id)))
    found = call.uow.session.execute(
        query.order_by(row.created_at.desc(), row.id.desc()).limit(asked.limit + 1)
    ).all()  # fmt: skip
    shown = [queries.delivery_view(one) for one in found[: asked.limit]]
    more = len(found) > asked.limit
    return WebhookDeliveryPage(
        items=[WebhookDeliveryOut(**_members(one)) for one in shown],
        next_cursor=encode(shown[-1].created_at, shown[-1].id) if more else None,
    )


@operation(
    "get", "/webhook-deliveries/{delivery_id:uuid}", summary="One delivery with its body and the last answer",
    tag="Webhooks", permission="webhook.manage", answer=WebhookDeliveryWithBodyOut,
)  # fmt: skip
def get_webhook_delivery(call: Call[Any, Any]) -> WebhookDeliveryWithBodyOut:
    one, event, partner = queries.event_of(call.uow.session, call.actor, call.path["delivery_id"])
    body = cloud_events.cloud_event(event, call.container.settings.public_url, partner=partner)
    return WebhookDeliveryWithBodyOut(**_members(one), body=body)


@operation(
    "post", "/webhook-deliveries/{delivery_id:uuid}/replay", summary="Send it again under the same id",
    tag="Webhooks", permission="webhook.manage", status=204,
)  # fmt: skip
def replay_webhook_delivery(call: Call[Any, Any]) -> None:
    desk.replay_delivery(call.uow, call.actor, call.path["delivery_id"])


@operation(
    "post", "/webhook-deliveries/{delivery_id:uuid}/skip", summary="Leave it undelivered, with a reason",
    tag="Webhooks", permission="webhook.manage", body=SkipIn, status=204,
)  # fmt: skip
def skip_webhook_delivery(call: Call[SkipIn, Any]) -> None:
    desk.skip_delivery(call.uow, call.actor, call.path["delivery_id"], call.body.reason)

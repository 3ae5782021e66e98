"""What other systems sent: seen as received, applied again, skipped with a reason."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any, Literal
from uuid import UUID

from pydantic import Field

from app.api.operation import Body, Call, Shape, operation
from app.api.paging import Page, PageQuery, fetch
from app.api.v1.webhooks import CountOut
from app.api.values import Text
from campaigns.integrations import desk
from campaigns.outbound.models import InboundChange


class InboundQuery(PageQuery):
    """Only in one state."""

    state: Literal["", "waiting", "applied", "ignored", "failed", "skipped"] = ""


class InboundChangeOut(Shape):
    """A change as received; `code` and `message` say why it was not applied."""

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


class InboundChangePage(Page[InboundChangeOut]):
    """A page of changes, newest first."""


class SkipChangeIn(Body):
    """Why it is not needed."""

    reason: Annotated[Text, Field(min_length=1, max_length=300)]


def _show(row: InboundChange) -> InboundChangeOut:
    one = desk.inbound_view(row)
    return InboundChangeOut(**{name: getattr(one, name) for name in InboundChangeOut.model_fields})


@operation(
    "get", "/inbound-changes", summary="What other systems sent", tag="Webhooks", permission="webhook.manage",
    query=InboundQuery, answer=InboundChangePage,
)  # fmt: skip
def list_inbound_changes(call: Call[Any, InboundQuery]) -> InboundChangePage:
    query = desk.inbound_query(call.actor, state=call.query.state)
    rows, cursor = fetch(call.uow.session, query, InboundChange, call.query, _show)
    return InboundChangePage(items=rows, next_cursor=cursor)


@operation(
    "post", "/inbound-changes/replay", summary="Apply up to 500 failed changes again", tag="Webhooks",
    permission="webhook.manage", answer=CountOut,
)  # fmt: skip
def replay_inbound_changes(call: Call[Any, Any]) -> CountOut:
    return CountOut(count=desk.replay_failed_changes(call.uow, call.actor))


@operation(
    "post", "/inbound-changes/{change_id:uuid}/replay", summary="Apply a failed change again", tag="Webhooks",
    permission="webhook.manage", status=204,
)  # fmt: skip
def replay_inbound_change(call: Call[Any, Any]) -> None:
    desk.replay_change(call.uow, call.actor, call.path["change_id"])


@operation(
    "post", "/inbound-changes/{change_id:uuid}/skip", summary="Leave a failed change, with a reason", tag="Webhooks",
    permission="webhook.manage", body=SkipChangeIn, status=204,
)  # fmt: skip
def skip_inbound_change(call: Call[SkipChangeIn, Any]) -> None:
    desk.skip_change(call.uow, call.actor, call.path["change_id"], call.body.reason)

"""Messages kept as files because no SMTP server is set."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from flask import Response
from sqlalchemy import select

from app.api.operation import Call, Shape, operation
from app.api.paging import Page, PageQuery, fetch
from campaigns.core.tenancy import must_exist, scoped
from campaigns.mailroom.models import KeptMessage


class MessageOut(Shape):
    """A kept message."""

    id: UUID
    message_id: str
    recipient: str
    subject: str
    kind: str
    created_at: datetime


class MessagePage(Page[MessageOut]):
    """A page of kept messages."""


def _show(row: KeptMessage) -> MessageOut:
    return MessageOut(
        id=row.id,
        message_id=row.message_id,
        recipient=row.recipient,
        subject=row.subject,
        kind=row.kind,
        created_at=row.created_at,
    )


@operation(
    "get",
    "/outbox",
    summary="Messages kept as files",
    tag="Outbox",
    permission="outbox.read",
    query=PageQuery,
    answer=MessagePage,
)
def list_outbox(call: Call[Any, PageQuery]) -> MessagePage:
    rows, cursor = fetch(
        call.uow.session, scoped(select(KeptMessage), call.actor, KeptMessage), KeptMessage, call.query, _show
    )
    return MessagePage(items=rows, next_cursor=cursor)


@operation(
    "get",
    "/outbox/{message_id:uuid}/message",
    summary="One kept message as it would go out",
    tag="Outbox",
    permission="outbox.read",
    gives="message/rfc822",
)
def get_outbox_message(call: Call[Any, Any]) -> Response:
    query = scoped(select(KeptMessage), call.actor, KeptMessage).where(KeptMessage.id == call.path["message_id"])
    row = must_exist(call.uow.session.scalars(query).one_or_none(), "message")
    return Response(call.container.storage.get(row.storage_key), mimetype="message/rfc822")

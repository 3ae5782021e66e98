"""What happened to leads, deals and accounts, to be fetched: the bodies that webhooks carry, oldest first."""

from __future__ import annotations

import re
from datetime import datetime
from typing import Annotated, Any

from pydantic import BeforeValidator, Field

from app.api.operation import Call, Shape, operation
from app.api.values import Instant
from campaigns.outbound.cloud_events import cloud_event
from campaigns.outbound.feed import OVERLAP, events_since


def _spelled(value: object) -> object:
    """Only RFC 3339; a bare number is no instant in the document, though it could be read as one."""
    if not isinstance(value, str) or not re.match(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d", value):
        raise ValueError("Write the time like 2026-11-23T09:00:00Z.")
    return value


class ChangesQuery(Shape):
    """From when on, and the `cursor` of the page before."""

    since: Annotated[Instant | None, BeforeValidator(_spelled)] = None
    cursor: Annotated[int, Field(ge=0, lt=2**63)] = 0
    limit: Annotated[int, Field(ge=1, le=200)] = 100


class ChangesOut(Shape):
    """CloudEvents. After the last page (`next_cursor` null) begin the next time with `since` = `next_since`."""

    items: list[dict[str, Any]]
    next_cursor: int | None
    next_since: datetime


@operation(
    "get", "/changes", summary="What happened, oldest first; read with an overlap and know repeats by their id",
    tag="Webhooks", permission="change.read", query=ChangesQuery, answer=ChangesOut,
)  # fmt: skip
def list_changes(call: Call[Any, ChangesQuery]) -> ChangesOut:
    asked = call.query
    rows = events_since(call.uow.session, call.actor, asked.since, asked.cursor, asked.limit + 1)
    shown, source = rows[: asked.limit], call.container.settings.public_url
    partner = call.actor.partner_id is not None
    return ChangesOut(
        items=[cloud_event(row, source, partner=partner) for row in shown],
        next_cursor=shown[-1].id if len(rows) > asked.limit else None,
        next_since=call.uow.now - OVERLAP,
    )

"""Taking a signed change in: verified, kept as it came, applied later by a job. The same message twice is once."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert

from campaigns.core.errors import DomainError, Kind, invalid, not_found
from campaigns.core.ids import new_id
from campaigns.db import jobs
from campaigns.db.unit_of_work import UnitOfWork
from campaigns.integrations.canonical import MOST_BYTES
from campaigns.outbound.delivering import keys_of
from campaigns.outbound.models import InboundChange, WebhookEndpoint
from campaigns.outbound.signatures import verify

APPLY = "integrations.apply"


@dataclass(frozen=True, slots=True)
class Taken:
    """A change that is kept; `new` is false for a message that came before."""

    id: UUID
    new: bool


@dataclass(frozen=True, slots=True)
class Genuine:
    """A message that its endpoint's secret signed: whose endpoint it is, and the message's id."""

    endpoint_id: UUID
    programme_id: UUID
    message_id: str


def receive(uow: UnitOfWork, secret_key: str, endpoint_id: UUID, headers: Mapping[str, str], body: bytes) -> Taken:
    """Verify a message of a vendor's endpoint with a system's name, and keep it.

    Raises what `genuine` raises, and `hook.json` for a genuine message that holds no JSON object.
    """
    found = genuine(uow, secret_key, endpoint_id, headers, body, MOST_BYTES)
    return keep_change(uow, found.programme_id, found.endpoint_id, found.message_id, _object(body))


def genuine(
    uow: UnitOfWork, secret_key: str, endpoint_id: UUID, headers: Mapping[str, str], body: bytes, most: int
) -> Genuine:
    """The endpoint behind a signed message of at most `most` bytes.

    Raises `hook.not_found`, `hook.too_large`, `hook.unsigned`, `hook.time`, `hook.signature`.
    """
    endpoint = uow.session.scalars(
        select(WebhookEndpoint).where(
            WebhookEndpoint.id == endpoint_id, WebhookEndpoint.programme_id.is_not(None),
            WebhookEndpoint.system != "", WebhookEndpoint.state != "disabled",
        )
    ).one_or_none()  # fmt: skip
    if endpoint is None or endpoint.programme_id is None:
        raise not_found("hook")
    if len(body) > most:
        raise DomainError("hook.too_large", Kind.TOO_LARGE, f"At most {most >> 10} kB are taken.")
    message_id = verify(keys_of(secret_key, endpoint, uow), headers, body, uow.now)
    return Genuine(endpoint.id, endpoint.programme_id, message_id)


def _object(body: bytes) -> dict[str, Any]:
    try:
        found = json.loads(body)
        json.dumps(found, ensure_ascii=False, allow_nan=False).encode()  # no lone surrogates, no NaN
    except (ValueError, RecursionError) as error:
        raise invalid("hook.json", "The body is not JSON in UTF-8.") from error
    if not isinstance(found, dict) or b"\\u0000" in body or b"\x00" in body:
        raise invalid("hook.json", "The body must be a JSON object without NUL.")
    return found


def keep_change(
    uow: UnitOfWork,
    programme_id: UUID,
    endpoint_id: UUID,
    message_id: str,
    body: dict[str, Any],
    *,
    told_at: datetime | None = None,
) -> Taken:
    """Keep a change and ask for its application; the one before where the message came already."""
    type_ = body.get("type")
    made = uow.session.execute(
        insert(InboundChange)
        .values(
            id=new_id(), created_at=uow.now, programme_id=programme_id, endpoint_id=endpoint_id,
            message_id=message_id, told_at=told_at, type=type_[:80] if isinstance(type_, str) else "", body=body,
        )
        .on_conflict_do_nothing(index_elements=["endpoint_id", "message_id"])
        .returning(InboundChange.id)
    ).scalar_one_or_none()  # fmt: skip
    if made is None:
        known = select(InboundChange.id).where(
            InboundChange.endpoint_id == endpoint_id, InboundChange.message_id == message_id
        )
        return Taken(uow.session.scalars(known).one(), False)
    ask(uow, made)
    return Taken(made, True)


def ask(uow: UnitOfWork, change_id: UUID) -> None:
    """Ask for a change to be applied."""
    jobs.enqueue(uow, APPLY, str(change_id), {"change": str(change_id)}, max_attempts=10)

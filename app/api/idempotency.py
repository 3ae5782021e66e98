"""Idempotency-Key: same key and body → the stored answer; other body → 422; still under way → 409.

The reservation is committed before the work, the answer together with its effect.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from hashlib import sha256
from typing import Any
from uuid import UUID

from sqlalchemy import delete, select, update
from sqlalchemy.dialects.postgresql import insert

from campaigns.core.actor import Actor
from campaigns.core.errors import DomainError, Kind, invalid
from campaigns.core.ids import new_id
from campaigns.db.models import IdempotencyKey
from campaigns.db.unit_of_work import UnitOfWork, UnitOfWorkFactory

LEASE = timedelta(seconds=60)
KEPT = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class StoredAnswer:
    """An answer given before."""

    status: int
    headers: dict[str, Any]
    body: bytes


def tenant_of(actor: Actor) -> str:
    """Keys live within one tenant."""
    return f"partner:{actor.partner_id}" if actor.partner_id else f"programme:{actor.programme_id}"


def body_digest(method: str, path: str, body: bytes) -> str:
    """What must be the same for a key to mean the same request."""
    return sha256(b"\n".join((method.encode(), path.encode(), body))).hexdigest()


def reserve(factory: UnitOfWorkFactory, actor: Actor, key: str, digest: str) -> UUID | StoredAnswer:
    """Take the key (its row's id), or give the stored answer; 409 and 422 as errors."""
    if not 1 <= len(key) <= 200 or not key.isascii() or not key.isprintable():
        raise invalid("idempotency.key", "Idempotency-Key must be 1 to 200 printable ASCII characters.")
    tenant = tenant_of(actor)
    with factory() as uow:
        now = uow.now
        uow.session.execute(
            delete(IdempotencyKey).where(
                IdempotencyKey.tenant == tenant,
                IdempotencyKey.key == key,
                (IdempotencyKey.expires_at < now)
                | (IdempotencyKey.status.is_(None) & (IdempotencyKey.lease_until < now)),
            )
        )
        row_id = uow.session.execute(
            insert(IdempotencyKey)
            .values(
                id=new_id(), tenant=tenant, key=key, body_digest=digest, lease_until=now + LEASE, expires_at=now + KEPT
            )
            .on_conflict_do_nothing(index_elements=["tenant", "key"])
            .returning(IdempotencyKey.id)
        ).scalar_one_or_none()
        if row_id is not None:
            return row_id
        row = uow.session.scalars(
            select(IdempotencyKey).where(IdempotencyKey.tenant == tenant, IdempotencyKey.key == key)
        ).one_or_none()
        if row is None:
            raise DomainError("idempotency.in_progress", Kind.CONFLICT, "The same request is under way; ask again.")
        if row.body_digest != digest:
            raise invalid("idempotency.other_body", "This Idempotency-Key was used with another request.")
        if row.status is None:
            raise DomainError("idempotency.in_progress", Kind.CONFLICT, "The same request is under way; ask again.")
        return StoredAnswer(row.status, row.headers, row.body or b"")


def keep(uow: UnitOfWork, row_id: UUID, status: int, headers: dict[str, str], body: bytes) -> None:
    """Store the answer in the transaction of its effect."""
    uow.session.execute(
        update(IdempotencyKey).where(IdempotencyKey.id == row_id).values(status=status, headers=headers, body=body)
    )


def release(factory: UnitOfWorkFactory, row_id: UUID) -> None:
    """Give the key back after an error, so that a mended request may use it."""
    with factory() as uow:
        uow.session.execute(delete(IdempotencyKey).where(IdempotencyKey.id == row_id))

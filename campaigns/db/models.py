"""Rows of the ground itself: jobs, audit entries, idempotency keys."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, Index, LargeBinary, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from campaigns.db.base import Base, Keyed, Numbered


class Job(Keyed, Base):
    """Work that must happen, written in the transaction that calls for it.

    waiting → leased → done; waiting ← leased (retry, lease ran out); → parked after `max_attempts`,
    cancelled. `key` is unique among unfinished jobs of a task, so asking twice is harmless.
    """

    __tablename__ = "job"
    __table_args__ = (
        CheckConstraint("state IN ('waiting','leased','done','parked','cancelled')", name="state"),
        CheckConstraint("(state = 'leased') = (lease_until IS NOT NULL)", name="leased_has_lease"),
        Index("uq_job_key", "task", "key", unique=True, postgresql_where=text("state IN ('waiting','leased')")),
        Index("ix_job_due", "run_at", postgresql_where=text("state = 'waiting'")),
        Index("ix_job_leased", "lease_until", postgresql_where=text("state = 'leased'")),
    )
    task: Mapped[str]
    queue: Mapped[str]
    key: Mapped[str]
    payload: Mapped[dict[str, Any]] = mapped_column(server_default=text("'{}'"))
    state: Mapped[str] = mapped_column(server_default="waiting")
    run_at: Mapped[datetime]
    attempts: Mapped[int] = mapped_column(server_default="0")
    max_attempts: Mapped[int] = mapped_column(server_default="5")
    lease_until: Mapped[datetime | None]
    lease_token: Mapped[UUID | None]
    last_error: Mapped[dict[str, Any] | None]
    request_id: Mapped[str] = mapped_column(server_default="")
    woken_at: Mapped[datetime | None]
    finished_at: Mapped[datetime | None]


class AuditEntry(Numbered, Base):
    """What somebody did. Append-only by trigger; `hash` chains over `prev_hash` within one `chain` (a tenant)."""

    __tablename__ = "audit_entry"
    __table_args__ = (
        UniqueConstraint("chain", "number"),
        Index("ix_audit_entry_subject", "subject_type", "subject_id"),
    )
    chain: Mapped[str]
    number: Mapped[int]
    actor: Mapped[dict[str, Any]]
    action: Mapped[str]
    subject_type: Mapped[str]
    subject_id: Mapped[str]
    programme_id: Mapped[UUID | None]
    partner_id: Mapped[UUID | None]
    data: Mapped[dict[str, Any]] = mapped_column(server_default=text("'{}'"))
    request_id: Mapped[str] = mapped_column(server_default="")
    prev_hash: Mapped[str]
    hash: Mapped[str]


class IdempotencyKey(Keyed, Base):
    """An answer kept for a client that may ask again: same key and body → this answer."""

    __tablename__ = "idempotency_key"
    __table_args__ = (UniqueConstraint("tenant", "key"),)
    tenant: Mapped[str]
    key: Mapped[str]
    body_digest: Mapped[str]
    status: Mapped[int | None]
    headers: Mapped[dict[str, Any]] = mapped_column(server_default=text("'{}'"))
    body: Mapped[bytes | None] = mapped_column(LargeBinary)
    lease_until: Mapped[datetime]
    expires_at: Mapped[datetime]

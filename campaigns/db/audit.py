"""The audit log: append-only, one hash chain per tenant. A trigger refuses UPDATE and DELETE."""

from __future__ import annotations

import hashlib
import json
from typing import Any
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from campaigns.core.actor import Actor
from campaigns.db.models import AuditEntry
from campaigns.db.unit_of_work import UnitOfWork

GENESIS = "0" * 64


def chain_of(programme_id: UUID | None, partner_id: UUID | None) -> str:
    """Which chain an entry belongs to: the partner's, the programme's, or the installation's."""
    if partner_id:
        return f"partner:{partner_id}"
    return f"programme:{programme_id}" if programme_id else "system"


def entry_hash(prev_hash: str, content: dict[str, Any]) -> str:
    """SHA-256 over the previous hash and the canonical JSON of the entry."""
    body = json.dumps(content, sort_keys=True, separators=(",", ":"), ensure_ascii=False, default=str)
    return hashlib.sha256(f"{prev_hash}\n{body}".encode()).hexdigest()


def record(
    uow: UnitOfWork,
    actor: Actor,
    action: str,
    subject_type: str,
    subject_id: UUID | int | str,
    data: dict[str, Any] | None = None,
    *,
    programme_id: UUID | None = None,
    partner_id: UUID | None = None,
) -> None:
    """Append what the actor did. The chain is locked until commit, so numbers never skip or fork."""
    programme = programme_id or actor.programme_id
    partner = partner_id or actor.partner_id
    chain = chain_of(programme, partner)
    session = uow.session
    session.execute(select(func.pg_advisory_xact_lock(func.hashtextextended(f"audit:{chain}", 0))))
    last = session.execute(
        select(AuditEntry.number, AuditEntry.hash)
        .where(AuditEntry.chain == chain)
        .order_by(AuditEntry.number.desc())
        .limit(1)
    ).one_or_none()
    number, prev = (last.number + 1, last.hash) if last else (1, GENESIS)
    content = {
        "chain": chain,
        "number": number,
        "at": uow.now.isoformat(),
        "actor": actor.as_dict(),
        "action": action,
        "subject": [subject_type, str(subject_id)],
        "data": data or {},
    }
    session.add(
        AuditEntry(
            created_at=uow.now,
            chain=chain,
            number=number,
            actor=actor.as_dict(),
            action=action,
            subject_type=subject_type,
            subject_id=str(subject_id),
            programme_id=programme,
            partner_id=partner,
            data=data or {},
            request_id=uow.request_id,
            prev_hash=prev,
            hash=entry_hash(prev, content),
        )
    )
    session.flush()


def verify(session: Session, chain: str) -> list[int]:
    """The numbers of entries whose hash or order is wrong; empty when the chain is intact."""
    wrong: list[int] = []
    prev, expected = GENESIS, 1
    rows = session.scalars(
        select(AuditEntry)
        .where(AuditEntry.chain == chain)
        .order_by(AuditEntry.number)
        .execution_options(yield_per=1000)
    )
    for row in rows:
        content = {
            "chain": row.chain,
            "number": row.number,
            "at": row.created_at.isoformat(),
            "actor": row.actor,
            "action": row.action,
            "subject": [row.subject_type, row.subject_id],
            "data": row.data,
        }
        if row.number != expected or row.prev_hash != prev or row.hash != entry_hash(prev, content):
            wrong.append(row.number)
        prev, expected = row.hash, row.number + 1
    return wrong

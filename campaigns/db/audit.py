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
    """Append what the actor did, at the end of the transaction.

    A chain is locked until commit, so numbers never skip or fork. Its lock is therefore the last one a transaction
    takes (`UnitOfWork.write_last`), several chains in the order of their names: two transactions that record in one
    chain never wait for each other in a circle, whatever rows they touch and in whatever order a service records.
    """
    programme = programme_id or actor.programme_id
    partner = partner_id or actor.partner_id
    entry = AuditEntry(
        created_at=uow.now,
        chain=chain_of(programme, partner),
        actor=actor.as_dict(),
        action=action,
        subject_type=subject_type,
        subject_id=str(subject_id),
        programme_id=programme,
        partner_id=partner,
        data=dict(data or {}),
        request_id=uow.request_id,
    )
    uow.write_last(lambda: _append(uow.session, entry), order=entry.chain)


def _append(session: Session, entry: AuditEntry) -> None:
    """Gives the entry its number and hashes. The chain's lock is held from here until commit."""
    session.execute(select(func.pg_advisory_xact_lock(func.hashtextextended(f"audit:{entry.chain}", 0))))
    last = session.execute(
        select(AuditEntry.number, AuditEntry.hash)
        .where(AuditEntry.chain == entry.chain)
        .order_by(AuditEntry.number.desc())
        .limit(1)
    ).one_or_none()
    entry.number, entry.prev_hash = (last.number + 1, last.hash) if last else (1, GENESIS)
    entry.hash = entry_hash(entry.prev_hash, _content(entry))
    session.add(entry)
    session.flush()


def _content(entry: AuditEntry) -> dict[str, Any]:
    """What the hash of an entry covers."""
    return {
        "chain": entry.chain,
        "number": entry.number,
        "at": entry.created_at.isoformat(),
        "actor": entry.actor,
        "action": entry.action,
        "subject": [entry.subject_type, entry.subject_id],
        "data": entry.data,
    }


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
        if row.number != expected or row.prev_hash != prev or row.hash != entry_hash(prev, _content(row)):
            wrong.append(row.number)
        prev, expected = row.hash, row.number + 1
    return wrong

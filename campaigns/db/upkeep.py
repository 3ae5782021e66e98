"""What the ground's own rows need from time to time: pruning, and the nightly proof of the audit chains."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy import delete, exists, select, text
from sqlalchemy.orm import Session

from campaigns.core.errors import DomainError, Kind
from campaigns.db import audit, jobs
from campaigns.db.base import Base
from campaigns.db.models import AuditEntry, IdempotencyKey, Job
from campaigns.db.unit_of_work import UnitOfWork

ANALYZE_TASK = "upkeep.analyze"
MANY_ROWS = 1000  # fewer change no plan that autovacuum would not see to in time
KEEP_DONE = timedelta(days=7)
KEEP_PARKED = timedelta(days=90)
BATCH = 20_000


def has_job(session: Session, task: str, key: str) -> bool:
    """True if a job with this task and key was ever asked for, whatever became of it (until it is pruned)."""
    return bool(session.scalar(select(exists().where(Job.task == task, Job.key == key))))


def ask_analyze(uow: UnitOfWork, tables: Sequence[str]) -> None:
    """After many rows were written: have the planner look at these tables soon, once however often it is asked."""
    for table in tables:
        jobs.enqueue(uow, ANALYZE_TASK, table, {"table": table})


def analyze(session: Session, table: str) -> bool:
    """ANALYZE one of our tables; reads a sample only. False for a name that is none."""
    if table not in Base.metadata.tables:
        return False
    session.execute(text(f'ANALYZE "{table}"'))
    return True


def prune(session: Session, now: datetime) -> dict[str, int]:
    """Delete finished jobs and kept answers whose time is over; how many of each, at most `BATCH`."""
    over = (
        select(Job.id)
        .where(
            ((Job.state == "done") & (Job.finished_at < now - KEEP_DONE))
            | (Job.state.in_(("parked", "cancelled")) & (Job.finished_at < now - KEEP_PARKED))
        )
        .limit(BATCH)
    )
    gone = session.execute(delete(Job).where(Job.id.in_(over)).returning(Job.id)).all()
    answers = session.execute(
        delete(IdempotencyKey).where(IdempotencyKey.expires_at < now).returning(IdempotencyKey.id)
    ).all()
    return {"jobs": len(gone), "answers": len(answers)}


def verify_audit(session: Session) -> int:
    """Recompute every chain and return how many there are.

    Raises DomainError `audit.broken` that names each broken chain and its first wrong entry.
    """
    chains = session.scalars(select(AuditEntry.chain).distinct().order_by(AuditEntry.chain)).all()
    broken = {chain: wrong[0] for chain in chains if (wrong := audit.verify(session, chain))}
    if broken:
        named = ", ".join(f"{chain} from entry {number}" for chain, number in broken.items())
        raise DomainError(
            "audit.broken", Kind.CONFLICT, f"Entries of the audit log were changed: {named}.", chains=list(broken)
        )
    return len(chains)

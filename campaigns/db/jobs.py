"""Jobs: the row is the truth, a message only wakes. Enqueue, claim with a lease, finish, fail, sweep."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import select, text, true, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from campaigns.core.ids import new_id
from campaigns.core.ports import Wake
from campaigns.db.models import Job
from campaigns.db.unit_of_work import UnitOfWork

LEASE = timedelta(seconds=20)  # short, since whoever holds it extends it; see docs/decisions/0005-leases.md
# Literal text: once psycopg prepares the statement, a predicate of parameters matches no partial index.
UNFINISHED = text("state IN ('waiting','leased')")
BACK_OFF_S = (2, 10, 60, 300, 1800)


@dataclass(frozen=True, slots=True)
class ClaimedJob:
    """A job held by this process until its lease runs out."""

    id: UUID
    task: str
    payload: dict[str, Any]
    attempts: int
    max_attempts: int
    lease_token: UUID
    request_id: str


def enqueue(
    uow: UnitOfWork,
    task: str,
    key: str,
    payload: dict[str, Any] | None = None,
    *,
    queue: str = "default",
    run_at: datetime | None = None,
    max_attempts: int = 5,
) -> UUID | None:
    """Write a job in this transaction; None if an unfinished one with the same task and key exists.

    The wake-up call goes out after commit, if the job is due by then.
    """
    due = run_at or uow.now
    row = uow.session.execute(
        insert(Job)
        .values(
            id=new_id(),
            task=task,
            queue=queue,
            key=key,
            payload=payload or {},
            run_at=due,
            max_attempts=max_attempts,
            request_id=uow.request_id,
        )
        .on_conflict_do_nothing(index_elements=["task", "key"], index_where=UNFINISHED)
        .returning(Job.id)
    ).scalar_one_or_none()
    if row is not None and due <= uow.now:
        uow.wake_after_commit(Wake(row, task, queue, uow.request_id))
    return row


def under_way(session: Session, task: str, key: str) -> bool:
    """True while a job of this task and key waits or runs."""
    found = select(Job.id).where(Job.task == task, Job.key == key, Job.state.in_(("waiting", "leased"))).limit(1)
    return session.scalar(found) is not None


def claim(session: Session, job_id: UUID, now: datetime, *, lease: timedelta = LEASE) -> ClaimedJob | None:
    """Take a due job; None if it is finished, not yet due, or held by somebody whose lease still runs."""
    token = new_id()
    row = session.execute(
        update(Job)
        .where(
            Job.id == job_id,
            ((Job.state == "waiting") & (Job.run_at <= now)) | ((Job.state == "leased") & (Job.lease_until < now)),
        )
        .values(state="leased", lease_until=now + lease, lease_token=token, attempts=Job.attempts + 1)
        .returning(Job.task, Job.payload, Job.attempts, Job.max_attempts, Job.request_id)
    ).one_or_none()
    if row is None:
        return None
    return ClaimedJob(job_id, row.task, row.payload, row.attempts, row.max_attempts, token, row.request_id)


def finish(session: Session, job: ClaimedJob, now: datetime) -> bool:
    """Mark it done; False if the lease was lost to another process meanwhile."""
    done = session.execute(
        update(Job)
        .where(Job.id == job.id, Job.lease_token == job.lease_token, Job.state == "leased")
        .values(state="done", lease_until=None, finished_at=now)
        .returning(Job.id)
    ).one_or_none()
    return done is not None


def fail(session: Session, job: ClaimedJob, now: datetime, error: dict[str, Any], *, retry: bool) -> str:
    """Back off and wait, or park after the last attempt. Returns the new state, "lost" if the lease was."""
    again = retry and job.attempts < job.max_attempts
    wait = timedelta(seconds=BACK_OFF_S[min(job.attempts, len(BACK_OFF_S)) - 1])
    row = session.execute(
        update(Job)
        .where(Job.id == job.id, Job.lease_token == job.lease_token, Job.state == "leased")
        .values(
            state="waiting" if again else "parked",
            lease_until=None,
            last_error=error,
            run_at=now + wait if again else Job.run_at,
            finished_at=None if again else now,
        )
        .returning(Job.state)
    ).scalar_one_or_none()
    return row or "lost"


def extend(session: Session, job: ClaimedJob, now: datetime, *, lease: timedelta = LEASE) -> bool:
    """Hold the job for another lease from now; False if somebody else has it or it is over."""
    held = session.execute(
        update(Job)
        .where(Job.id == job.id, Job.lease_token == job.lease_token, Job.state == "leased")
        .values(lease_until=now + lease)
        .returning(Job.id)
    ).one_or_none()
    return held is not None


def release_all(session: Session, now: datetime, *, queues: Sequence[str] | None = None) -> int:
    """End the leases in some queues (None: all) at once; only where it is certain that no worker of theirs lives."""
    released = session.execute(
        update(Job)
        .where(Job.state == "leased", Job.lease_until > now, Job.queue.in_(queues) if queues is not None else true())
        .values(lease_until=now - timedelta(milliseconds=1), woken_at=None)
        .returning(Job.id)
    ).all()
    return len(released)


WORKER_DIED = {"code": "job.worker_died", "message": "The worker ended in the middle of the last attempt."}


def dead(session: Session, now: datetime, *, limit: int = 100) -> list[UUID]:
    """Jobs out of attempts whose lease ran out, the longest ago first."""
    over = (Job.state == "leased", Job.lease_until < now, Job.attempts >= Job.max_attempts)
    return list(session.scalars(select(Job.id).where(*over).order_by(Job.lease_until).limit(limit)))


def park_dead(session: Session, job_id: UUID, now: datetime) -> ClaimedJob | None:
    """Park one of them, so a task that kills its worker cannot do so for ever; None if somebody was quicker."""
    row = session.execute(
        update(Job)
        .where(Job.id == job_id, Job.state == "leased", Job.lease_until < now, Job.attempts >= Job.max_attempts)
        .values(state="parked", lease_until=None, finished_at=now, last_error=WORKER_DIED)
        .returning(Job.id, Job.task, Job.payload, Job.attempts, Job.max_attempts, Job.lease_token, Job.request_id)
    ).one_or_none()
    return ClaimedJob(*row) if row else None


def due(
    session: Session,
    now: datetime,
    *,
    queues: Sequence[str] | None = None,
    limit: int = 500,
    quiet: timedelta = timedelta(seconds=5),
) -> list[Wake]:
    """Jobs that should have run: due and not woken lately, or with a lease that ran out. Marks them woken.

    `queues` limits it to those; None means all. Jobs out of attempts are left to `park_dead`.
    """
    picked = (
        select(Job.id)
        .where(
            ((Job.state == "waiting") & (Job.run_at <= now))
            | ((Job.state == "leased") & (Job.lease_until < now) & (Job.attempts < Job.max_attempts)),
            (Job.woken_at.is_(None)) | (Job.woken_at < now - quiet),
            Job.queue.in_(queues) if queues is not None else true(),
        )
        .order_by(Job.run_at)
        .limit(limit)
        .with_for_update(skip_locked=True)
    )
    rows = session.execute(
        update(Job)
        .where(Job.id.in_(picked))
        .values(woken_at=now)
        .returning(Job.id, Job.task, Job.queue, Job.request_id)
    ).all()
    return [Wake(row.id, row.task, row.queue, row.request_id) for row in rows]

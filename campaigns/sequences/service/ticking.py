"""The beat: which launches have mail due, and a bounded number of jobs for them, fair across partners."""

from __future__ import annotations

from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import ColumnElement, Date, DateTime, case, cast, func, select, text
from sqlalchemy.orm import Session

from campaigns.db import jobs
from campaigns.db.models import Job
from campaigns.db.unit_of_work import UnitOfWork
from campaigns.kits.models import KitVersion
from campaigns.launches.models import Launch
from campaigns.launches.rules import OPEN_FOR
from campaigns.launches.service import finish_if_done
from campaigns.sequences.models import Delivery, Enrolment

TASK = "send.batch"
MOST_JOBS = 64  # unfinished ones at a time, of all launches together
MOST_JOBS_OF_LAUNCH = 4
BACKLOG_OF_JOB = 500  # one more job for every so many due

# for each running launch the oldest mail due and how many, counted no further than anybody needs
_DUE = text(
    """
    SELECT launch.id, found.waiting FROM launch
    CROSS JOIN LATERAL (
      SELECT count(*) AS waiting, min(due.due_at) AS oldest FROM (
        SELECT due_at FROM delivery WHERE launch_id = launch.id AND state = 'due' AND due_at <= :now
        ORDER BY due_at LIMIT :backlog
      ) AS due
    ) AS found
    WHERE launch.state = 'running' AND launch.starts_at <= :now AND found.waiting > 0
    ORDER BY row_number() OVER (PARTITION BY launch.partner_id ORDER BY found.oldest, launch.id),
      found.oldest, launch.id
    LIMIT :most
    """
)


def enqueue_due(uow: UnitOfWork, *, most: int = MOST_JOBS) -> int:
    """Write a job for each running launch with mail due, oldest first, one launch of every partner before the second.

    A launch with much to send has up to four unfinished jobs, so that several processes share it; each job
    has a key of its own, so ticking twice is harmless. Returns jobs written.
    """
    session = uow.session
    busy = set(session.execute(select(Job.key).where(Job.task == TASK, Job.state.in_(("waiting", "leased")))).scalars())
    room = most - len(busy)
    if room <= 0:
        return 0
    written = 0
    for launch_id, key in _wanted(session, uow.now, most):
        if key in busy:
            continue
        if written == room:
            break
        if jobs.enqueue(uow, TASK, key, {"launch_id": str(launch_id)}, queue="send") is not None:
            written += 1
    return written


def _wanted(session: Session, now: datetime, most: int) -> list[tuple[UUID, str]]:
    """(launch, job key), the first job of every launch before the second of any, fair across partners within."""
    rows = session.execute(_DUE, {"now": now, "most": most, "backlog": BACKLOG_OF_JOB * MOST_JOBS_OF_LAUNCH}).all()
    wanted: list[tuple[UUID, str]] = []
    for slot in range(MOST_JOBS_OF_LAUNCH):
        enough = [row.id for row in rows if row.waiting > slot * BACKLOG_OF_JOB]
        wanted += [(launch_id, f"{launch_id}:{slot}") for launch_id in enough]
    return wanted


def finish_over(uow: UnitOfWork, limit: int = 50) -> int:
    """Finish running launches that have nothing left to send. Returns how many.

    A launch whose sequence was begun is over with its last mail; one that mails nobody when `open_until` says so.
    Pages, links and forms of a finished launch go on working.
    """
    left = select(Delivery.id).where(Delivery.launch_id == Launch.id, Delivery.state.in_(("due", "claimed")))
    begun = select(Enrolment.id).where(Enrolment.launch_id == Launch.id)
    over = select(Launch.id).where(Launch.state == "running", begun.exists(), ~left.exists())
    silent = (
        select(Launch.id)
        .join(KitVersion, KitVersion.id == Launch.kit_version_id)
        .where(Launch.state == "running", ~begun.exists(), _open_until() <= uow.now)
    )
    found = [*uow.session.scalars(over.limit(limit)), *uow.session.scalars(silent.limit(limit))]
    return sum(finish_if_done(uow, launch_id) for launch_id in found)


def _open_until() -> ColumnElement[datetime]:
    """`launches.rules.open_until` in SQL; the sessions are in UTC."""
    last_day = cast(KitVersion.manifest["valid_until"].astext, Date)
    after_it = cast(last_day + 1, DateTime(timezone=True))
    return func.coalesce(
        func.greatest(after_it, case((last_day.is_not(None), Launch.starts_at + timedelta(days=1)))),
        Launch.starts_at + OPEN_FOR,
    )

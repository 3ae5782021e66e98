"""The beat: which launches have mail due, and a bounded number of jobs for them, fair across partners."""

from __future__ import annotations

from sqlalchemy import Integer, func, lateral, select, true, type_coerce
from sqlalchemy.orm import aliased

from campaigns.db import jobs
from campaigns.db.models import Job
from campaigns.db.unit_of_work import UnitOfWork
from campaigns.launches.models import Launch
from campaigns.sequences.models import Delivery

TASK = "send.batch"
MOST_JOBS = 64  # unfinished ones at a time, of all launches together


def enqueue_due(uow: UnitOfWork, *, most: int = MOST_JOBS) -> int:
    """Write a job for each running launch with mail due, oldest first, one launch of every partner before the second.

    A launch has at most one unfinished job, so ticking twice is harmless. Returns jobs written.
    """
    session = uow.session
    unfinished = session.execute(
        select(Job.key).where(Job.task == TASK, Job.state.in_(("waiting", "leased")))
    ).scalars()
    busy = set(unfinished)
    room = most - len(busy)
    if room <= 0:
        return 0
    mail = aliased(Delivery)
    oldest = lateral(
        select(mail.due_at)
        .where(mail.launch_id == Launch.id, mail.state == "due", mail.due_at <= uow.now)
        .order_by(mail.due_at)
        .limit(1)
    )
    turn = type_coerce(
        func.row_number().over(partition_by=Launch.partner_id, order_by=(oldest.c.due_at, Launch.id)), Integer
    ).label("turn")
    launches = session.execute(
        select(Launch.id, turn)
        .join(oldest, true())
        .where(Launch.state == "running", Launch.starts_at <= uow.now)
        .order_by(turn, oldest.c.due_at, Launch.id)
        .limit(most)
    ).all()
    written = 0
    for row in launches:
        if str(row.id) in busy or written >= room:
            continue
        if jobs.enqueue(uow, TASK, str(row.id), {"launch_id": str(row.id)}, queue="send") is not None:
            written += 1
    return written

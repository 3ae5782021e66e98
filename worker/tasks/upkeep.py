"""Upkeep: wake what waits too long, give up what kills its workers, verify the audit chains, prune what is over."""

from __future__ import annotations

from campaigns.bootstrap import Container
from campaigns.core.logs import get_logger
from campaigns.core.settings import QUEUES
from campaigns.db import jobs, upkeep
from campaigns.db.jobs import WORKER_DIED, ClaimedJob
from worker.task import JOB_TASKS, job_task, tick_task

log = get_logger(__name__)

ENOUGH_WAITING = 100


@tick_task("upkeep.sweep")
def sweep(container: Container) -> int:
    """Wake due jobs and jobs of lost workers; returns how many.

    A queue in which many calls wait already gets no more: its workers are busy, not forgotten.
    """
    with container.uow() as uow:
        for dead in jobs.park_dead(uow.session, uow.now):
            log.warning("job.parked", job=str(dead.id), task=dead.task, error=WORKER_DIED)
            task = JOB_TASKS.get(dead.task)
            if task is not None and task.on_parked is not None:
                task.on_parked(uow, dead, dict(WORKER_DIED))
    idle = [queue for queue in QUEUES if (container.waker.depth(queue) or 0) < ENOUGH_WAITING]
    with container.uow() as uow:
        woken = jobs.due(uow.session, uow.now, queues=idle)
        for wake in woken:
            uow.wake_after_commit(wake)
    return len(woken)


@tick_task("upkeep.daily")
def daily(container: Container) -> None:
    """Ask for the day's upkeep, once a day however often this runs and whoever was down in the night."""
    with container.uow() as uow:
        for task in (verify_audit, prune):
            day = uow.now.date().isoformat()
            if not upkeep.has_job(uow.session, task.name, day):
                jobs.enqueue(uow, task.name, day, {"day": day})


@job_task("upkeep.verify_audit", soft_limit_s=1800)
def verify_audit(container: Container, job: ClaimedJob) -> None:
    """Recompute every audit chain; a broken one is logged as an error and fails the job for people to see."""
    with container.uow.reading() as session:
        log.info("audit.verified", chains=upkeep.verify_audit(session), day=job.payload.get("day", ""))


@job_task("upkeep.prune", soft_limit_s=600)
def prune(container: Container, job: ClaimedJob) -> None:
    """Delete done jobs, expired sessions and kept answers whose time is over."""
    with container.uow(job.request_id) as uow:
        counts = upkeep.prune(uow.session, uow.now)
    log.info("upkeep.pruned", **counts)

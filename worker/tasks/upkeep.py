"""Upkeep: wake what waits too long, give up what kills its workers, verify the audit chains, prune what is over."""

from __future__ import annotations

from uuid import UUID

from sqlalchemy.exc import SQLAlchemyError

from campaigns.artifacts.pruning import prune_derived
from campaigns.audience.service.importing import old_drafts
from campaigns.bootstrap import Container
from campaigns.core.logs import get_logger
from campaigns.core.settings import QUEUES
from campaigns.db import jobs, upkeep
from campaigns.db.jobs import WORKER_DIED, ClaimedJob
from campaigns.leads.service.looking import old_lead_drafts
from worker.task import JOB_TASKS, job_task, tell_parked, tick_task
from worker.tasks import webhooks

log = get_logger(__name__)

ENOUGH_WAITING = 100


@tick_task("upkeep.sweep")
def sweep(container: Container) -> int:
    """Wake due jobs and jobs of lost workers; returns how many.

    A queue in which many calls wait already gets no more: its workers are busy, not forgotten.
    """
    with container.uow.reading() as session:
        dead = jobs.dead(session, container.clock.now())
    for job_id in dead:
        _park(container, job_id)
    idle = [queue for queue in QUEUES if (container.waker.depth(queue) or 0) < ENOUGH_WAITING]
    with container.uow() as uow:
        woken = jobs.due(uow.session, uow.now, queues=idle)
        for wake in woken:
            uow.wake_after_commit(wake)
    return len(woken)


def _park(container: Container, job_id: UUID) -> None:
    """Give one job up in a transaction of its own, so that no job keeps the others from being swept."""
    try:
        with container.uow() as uow:
            job = jobs.park_dead(uow.session, job_id, uow.now)
            task = JOB_TASKS.get(job.task) if job else None
            if job is not None and task is not None:
                log.warning("job.parked", job=str(job.id), task=job.task, error=WORKER_DIED)
                tell_parked(task, uow, job, dict(WORKER_DIED))
    except SQLAlchemyError as error:
        log.warning("job.not_parked", job=str(job_id), reason=type(error).__name__)


@tick_task("upkeep.daily")
def daily(container: Container) -> None:
    """Ask for the day's upkeep, once a day however often this runs and whoever was down in the night."""
    with container.uow() as uow:
        for task in (verify_audit, prune, prune_storage, webhooks.prune):
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


@job_task(upkeep.ANALYZE_TASK, soft_limit_s=120)
def analyze(container: Container, job: ClaimedJob) -> None:
    """Have the planner look at a table that has just grown much; a transaction of its own, since it takes a lock."""
    with container.uow(job.request_id) as uow:
        upkeep.analyze(uow.session, job.payload["table"])


@job_task("upkeep.prune_storage", soft_limit_s=600)
def prune_storage(container: Container, job: ClaimedJob) -> None:
    """Delete previews and pictures that nobody reaches any more, files of old imports, and broken-off writes."""
    with container.uow(job.request_id) as uow:
        files = [*old_drafts(uow), *old_lead_drafts(uow)]
    for key in files:
        container.storage.delete(key)
    log.info("storage.pruned", drafts=len(files), **prune_derived(container.uow, container.storage, uow.now))

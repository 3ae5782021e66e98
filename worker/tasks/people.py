"""Upkeep of people's rows: sessions long over, windows of request limits."""

from __future__ import annotations

from datetime import timedelta

from campaigns.bootstrap import Container
from campaigns.core.logs import get_logger
from campaigns.db import jobs, upkeep
from campaigns.db.jobs import ClaimedJob
from campaigns.partners.service import limits, sessions
from worker.task import job_task, tick_task

log = get_logger(__name__)

KEEP_SESSIONS = timedelta(days=30)
KEEP_WINDOWS = timedelta(days=2)


@tick_task("people.daily")
def daily(container: Container) -> None:
    """Ask for the day's upkeep, once a day however often this runs."""
    with container.uow() as uow:
        day = uow.now.date().isoformat()
        if not upkeep.has_job(uow.session, prune.name, day):
            jobs.enqueue(uow, prune.name, day)


@job_task("people.prune", soft_limit_s=600)
def prune(container: Container, job: ClaimedJob) -> None:
    """Delete sessions a month after their end and request windows after two days."""
    with container.uow(job.request_id) as uow:
        gone = sessions.forget_before(uow, uow.now - KEEP_SESSIONS)
        windows = limits.forget_before(uow.session, uow.now - KEEP_WINDOWS)
    log.info("people.pruned", sessions=gone, windows=windows)

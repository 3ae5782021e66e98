"""Runs of attribution: on demand, and every night where something happened."""

from __future__ import annotations

from campaigns.attribution.service import TASK, nightly
from campaigns.attribution.service.asking import run_asked
from campaigns.bootstrap import Container
from campaigns.db import jobs, upkeep
from campaigns.db.jobs import ClaimedJob
from worker.task import job_task, tick_task


@job_task(TASK, soft_limit_s=900)
def run(container: Container, job: ClaimedJob) -> None:
    """Read, compute and write one run in one transaction."""
    run_asked(container.uow, job.id, job.payload)


@job_task("attribution.nightly")
def ask(container: Container, job: ClaimedJob) -> None:
    """Ask for a run of each programme whose newest one is out of date."""
    with container.uow(job.request_id) as uow:
        nightly(uow)


@tick_task("attribution.daily")
def daily(container: Container) -> None:
    """Once a day (UTC), however often this is called."""
    with container.uow() as uow:
        day = uow.now.date().isoformat()
        if not upkeep.has_job(uow.session, ask.name, day):
            jobs.enqueue(uow, ask.name, day, {"day": day})

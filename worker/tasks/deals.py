"""What time brings to deals, and the letters about them."""

from __future__ import annotations

from uuid import UUID

from campaigns.bootstrap import Container
from campaigns.core.logs import get_logger
from campaigns.db import jobs
from campaigns.db.jobs import ClaimedJob
from campaigns.deals.letters import write_letters
from campaigns.deals.service.timekeeping import is_due, keep_time
from worker.task import job_task, tick_task

log = get_logger(__name__)


@tick_task("deals.tick")
def tick(container: Container) -> bool:
    """Ask for what time has brought, if there is anything; one job does it, however many beats ask."""
    with container.uow() as uow:
        due = is_due(uow.session, uow.now)
        if due:
            jobs.enqueue(uow, "deals.keep_time", "time")
    return due


@job_task("deals.keep_time", soft_limit_s=300)
def time_passes(container: Container, job: ClaimedJob) -> None:
    """Rungs, expiry and warnings, a bounded number of each; the next tick asks for the rest."""
    log.info("deals.time_kept", job=str(job.id), **keep_time(container.uow))


@job_task("deals.tell", soft_limit_s=60)
def tell(container: Container, job: ClaimedJob) -> None:
    """Write the letters about a line of a deal's timeline."""
    with container.uow(job.request_id) as uow:
        url, given = container.settings.public_url, job.payload
        write_letters(uow, url, UUID(given["deal_id"]), given["letter"], given["about"])

"""Sending: the beat that asks for batches and settles lost ones, and the batch itself."""

from __future__ import annotations

from uuid import UUID

from campaigns.bootstrap import Container
from campaigns.core.logs import get_logger
from campaigns.db.jobs import ClaimedJob
from campaigns.sequences.sending import reconcile_expired, send_due
from campaigns.sequences.service import enqueue_due, finish_over
from worker.task import job_task, tick_task

log = get_logger(__name__)


@tick_task("sequences.tick")
def tick(container: Container) -> int:
    """Settle what lost workers held, ask for batches of what is due, finish what is over; returns jobs written."""
    settled = reconcile_expired(container)
    if settled:
        log.warning("send.reconciled", **settled)
    with container.uow() as uow:
        written = enqueue_due(uow)
    with container.uow() as uow:
        finish_over(uow)
    return written


@job_task("send.batch", queue="send", soft_limit_s=300)
def send_batch(container: Container, job: ClaimedJob) -> None:
    """Send what is due in one launch; the next tick asks again if there was more."""
    done = send_due(container, UUID(job.payload["launch_id"]), request_id=job.request_id)
    if done.outcome:
        log.info("send.batch", launch=job.payload["launch_id"], more=done.more, **done.outcome)

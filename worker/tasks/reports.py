"""Mails of saved views: found when due, written once each."""

from __future__ import annotations

from uuid import UUID

from campaigns.bootstrap import Container
from campaigns.db.jobs import ClaimedJob
from campaigns.reports.service.mailing import write_mailing
from campaigns.reports.service.schedules import TASK, due_mailings
from worker.task import job_task, tick_task


@tick_task("reports.tick")
def tick(container: Container) -> int:
    """Ask for what is due; how many."""
    with container.uow() as uow:
        return due_mailings(uow)


@job_task(TASK)
def write(container: Container, job: ClaimedJob) -> None:
    """Compute the table and owe the letter, in one transaction."""
    settings = container.settings
    with container.uow(job.request_id) as uow:
        mailing_id = UUID(job.payload["mailing_id"])
        write_mailing(uow, mailing_id, secret_key=settings.secret_key, public_url=settings.public_url)

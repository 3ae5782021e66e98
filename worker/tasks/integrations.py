"""Applying what other systems sent, and reading those that are fetched from."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from campaigns.bootstrap import Container
from campaigns.core.errors import DomainError
from campaigns.db.jobs import ClaimedJob
from campaigns.db.unit_of_work import UnitOfWork
from campaigns.gateways.http_crm import open_crm
from campaigns.integrations import feeds
from campaigns.integrations.applying import apply_change, give_up
from campaigns.integrations.receiving import APPLY
from worker.task import job_task, tick_task


def _gave_up(uow: UnitOfWork, job: ClaimedJob, error: dict[str, Any]) -> None:
    give_up(uow, UUID(job.payload["change"]), error)


@job_task(APPLY, on_parked=_gave_up)
def apply(container: Container, job: ClaimedJob) -> None:
    """Carry out one kept change."""
    with container.uow(job.request_id) as uow:
        apply_change(uow, UUID(job.payload["change"]))


@tick_task("integrations.tick")
def ask_to_read(container: Container) -> None:
    """Ask for every reading that is due."""
    with container.uow() as uow:
        feeds.ask_due(uow)


@job_task(feeds.PULL, soft_limit_s=120)
def pull(container: Container, job: ClaimedJob) -> None:
    """Claim (commit), read without a transaction, record; what cannot be read stands on the error desk."""
    settings = container.settings
    with container.uow(job.request_id) as uow:
        claimed = feeds.claim(uow, UUID(job.payload["endpoint"]), settings.secret_key)
    if claimed is None:
        return
    try:
        crm = open_crm(
            claimed.adapter, claimed.url, claimed.keys, container.clock, loopback=settings.webhook_loopback
        )  # fmt: skip
        told = feeds.read(crm, claimed.since)
    except DomainError as error:
        with container.uow(job.request_id) as uow:
            feeds.record_failure(uow, claimed, error)
        return
    with container.uow(job.request_id) as uow:
        feeds.record_read(uow, claimed, told)

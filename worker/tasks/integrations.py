"""Applying what other systems sent."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from campaigns.bootstrap import Container
from campaigns.db.jobs import ClaimedJob
from campaigns.db.unit_of_work import UnitOfWork
from campaigns.integrations.applying import apply_change, give_up
from campaigns.integrations.receiving import APPLY
from worker.task import job_task


def _gave_up(uow: UnitOfWork, job: ClaimedJob, error: dict[str, Any]) -> None:
    give_up(uow, UUID(job.payload["change"]), error)


@job_task(APPLY, on_parked=_gave_up)
def apply(container: Container, job: ClaimedJob) -> None:
    """Carry out one kept change."""
    with container.uow(job.request_id) as uow:
        apply_change(uow, UUID(job.payload["change"]))

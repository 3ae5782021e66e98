"""Taking a vendor's accounts and open opportunities in."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from campaigns.accounts.service import mark_failed, run_import
from campaigns.bootstrap import Container
from campaigns.db.jobs import ClaimedJob
from campaigns.db.unit_of_work import UnitOfWork
from worker.task import job_task


def _gave_up(uow: UnitOfWork, job: ClaimedJob, error: dict[str, Any]) -> None:
    mark_failed(uow, UUID(job.payload["import_id"]), str(error.get("code", "job.crashed")))


@job_task("accounts.import", soft_limit_s=900, on_parked=_gave_up)
def import_accounts(container: Container, job: ClaimedJob) -> None:
    """Read the file batch by batch, from where an earlier attempt came to."""
    run_import(container.uow, container.storage, UUID(job.payload["import_id"]))

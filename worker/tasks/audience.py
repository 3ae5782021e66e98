"""Taking uploaded contacts in."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from campaigns.audience.models import ContactImport
from campaigns.audience.service.importing import run_import
from campaigns.bootstrap import Container
from campaigns.db.jobs import ClaimedJob
from campaigns.db.unit_of_work import UnitOfWork
from worker.task import job_task


def _gave_up(uow: UnitOfWork, job: ClaimedJob, error: dict[str, Any]) -> None:
    row = uow.session.get(ContactImport, UUID(job.payload["import_id"]), with_for_update=True)
    if row is not None and row.state in ("waiting", "running"):
        row.state, row.error, row.finished_at = "failed", str(error.get("code", "job.crashed")), uow.now


@job_task("audience.import", soft_limit_s=900, on_parked=_gave_up)
def import_contacts(container: Container, job: ClaimedJob) -> None:
    """Read the file batch by batch, from where an earlier attempt came to."""
    run_import(container.uow, container.storage, container.settings.secret_key, UUID(job.payload["import_id"]))

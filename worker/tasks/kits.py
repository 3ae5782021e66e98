"""The check of an uploaded kit."""

from __future__ import annotations

from uuid import UUID

from campaigns.bootstrap import Container
from campaigns.db.jobs import ClaimedJob
from campaigns.kits.service import run_check
from worker.task import job_task


@job_task("kit.check", soft_limit_s=300)
def check(container: Container, job: ClaimedJob) -> None:
    """Every piece in every locale with every sample brand."""
    run_check(container.uow, container.storage, container.fonts, UUID(job.payload["version_id"]))

"""The check of an uploaded kit, and the pictures it is shown with."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from campaigns.artifacts.samples import make_samples
from campaigns.bootstrap import Container
from campaigns.db.jobs import ClaimedJob
from campaigns.db.unit_of_work import UnitOfWork
from campaigns.kits.service import give_up_check, run_check
from worker.task import job_task


def _gave_up(uow: UnitOfWork, job: ClaimedJob, error: dict[str, Any]) -> None:
    give_up_check(uow, UUID(job.payload["version_id"]), error)


@job_task("kit.check", queue="check", soft_limit_s=300, on_parked=_gave_up)
def check(container: Container, job: ClaimedJob) -> None:
    """Every piece in every locale with every sample brand."""
    run_check(container.uow, container.storage, container.fonts, UUID(job.payload["version_id"]))


@job_task("kit.picture", queue="check", soft_limit_s=300)
def picture(container: Container, job: ClaimedJob) -> None:
    """What the studio shows of the kit, made before anybody looks."""
    make_samples(
        container.uow,
        container.storage,
        container.fonts,
        UUID(job.payload["version_id"]),
        public_url=container.settings.public_url,
        today=container.clock.now().date(),
    )

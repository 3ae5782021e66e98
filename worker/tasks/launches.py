"""A launch whose pieces are all made becomes ready, and its sequence starts."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from campaigns.bootstrap import Container
from campaigns.db.jobs import ClaimedJob
from campaigns.db.unit_of_work import UnitOfWork
from campaigns.launches.service import fail_start, mark_ready
from campaigns.sequences.service.starting import start_sequence
from worker.task import job_task


def _gave_up(uow: UnitOfWork, job: ClaimedJob, error: dict[str, Any]) -> None:
    fail_start(uow, UUID(job.payload["launch_id"]), error)


@job_task("launch.advance", on_parked=_gave_up)
def advance(container: Container, job: ClaimedJob) -> None:
    """Ready, then running. Both steps may come twice."""
    launch_id = UUID(job.payload["launch_id"])
    with container.uow(job.request_id) as uow:
        mark_ready(uow, launch_id)
    with container.uow(job.request_id) as uow:
        start_sequence(uow, launch_id)

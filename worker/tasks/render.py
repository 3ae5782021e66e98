"""Rendering one piece of a launch."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from campaigns.artifacts.service import keep, make
from campaigns.bootstrap import Container
from campaigns.db.jobs import ClaimedJob
from campaigns.db.unit_of_work import UnitOfWork
from campaigns.launches.pinned import pinned_launch
from campaigns.launches.service import fail_piece, record_piece, start_piece
from worker.task import job_task


def _gave_up(uow: UnitOfWork, job: ClaimedJob, error: dict[str, Any]) -> None:
    fail_piece(uow, UUID(job.payload["piece_id"]), error)


@job_task("render.piece", queue="render", on_parked=_gave_up)
def render_piece(container: Container, job: ClaimedJob) -> None:
    """Claim the piece, render it outside any transaction, record it."""
    with container.uow(job.request_id) as uow:
        work = start_piece(uow, UUID(job.payload["piece_id"]))
    if work is None:
        return
    pinned = pinned_launch(container.uow, container.storage, container.settings, work.launch_id)
    order = pinned.order(work.asset_id, work.output, work.locale)
    rendered = make(container.uow, container.storage, container.fonts, order)
    with container.uow(job.request_id) as uow:
        record_piece(uow, work, keep(uow, rendered))

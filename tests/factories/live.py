"""A whole launch in one process: a kit published, launched, rendered and mailed by the real tasks over real rows."""

from __future__ import annotations

from uuid import UUID

from sqlalchemy import select

from campaigns.bootstrap import Container
from campaigns.core.actor import Actor, Role
from campaigns.db.models import Job
from campaigns.kits import service as kits
from campaigns.kits.service.checking import run_check
from campaigns.launches.models import Launch
from campaigns.launches.service import LaunchRequest, launch_campaign
from tests.factories.campaign_kits import kit_zip
from worker.task import JOB_TASKS, run_job
from worker.tasks import load_all


def drain(container: Container, most: int = 2000) -> int:
    """Run every job that is due, as the workers would, until none is left. Returns how many ran."""
    load_all()
    ran = 0
    while ran < most:
        with container.uow.reading() as session:
            waiting = session.execute(
                select(Job.id, Job.task)
                .where(Job.state == "waiting", Job.run_at <= container.clock.now())
                .order_by(Job.run_at, Job.id)
            ).all()
        known = [row for row in waiting if row.task in JOB_TASKS]
        if not known:
            break
        for row in known:
            run_job(container, JOB_TASKS[row.task], row.id)
            ran += 1
    return ran


def publish(container: Container, programme_id: UUID, data: bytes | None = None) -> UUID:
    vendor = Actor(kind="person", role=Role.ADMIN, programme_id=programme_id, name="Tove")
    with container.uow() as uow:
        upload = kits.upload_kit(uow, vendor, container.storage, data or kit_zip(), "kit.zip")
    run_check(container.uow, container.storage, container.fonts, upload.version_id)
    with container.uow() as uow:
        kits.publish(uow, vendor, upload.version_id)
    return upload.version_id


def go_live(
    container: Container,
    partner: Actor,
    version_id: UUID,
    *,
    locales: tuple[str, ...] = ("en", "de"),
    list_id: UUID | None = None,
    click: str = "click",
) -> Launch:
    """Launch and work everything off; the launch as it then stands."""
    request = LaunchRequest(kit_version_id=version_id, locales=locales, list_id=list_id, client_token=click)
    with container.uow() as uow:
        launch_id = launch_campaign(uow, partner, request)
    drain(container)
    with container.uow.reading() as session:
        launch = session.get_one(Launch, launch_id)
        session.expunge(launch)
    return launch

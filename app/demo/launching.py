"""Launches the demo campaign for every partner and writes each finished piece beside the data."""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from uuid import UUID

from sqlalchemy import select

from app.demo.plan import DemoFailed, DemoPartner, DemoPlan
from app.demo.seed import partner_actor
from campaigns.bootstrap import Container
from campaigns.kits.models import Kit
from campaigns.kits.queries import newest_published
from campaigns.launches.bundle import entries
from campaigns.launches.queries import launch_page, progress
from campaigns.launches.service.launching import LaunchRequest, launch_campaign
from campaigns.partners.models import Partner

LIMIT_S = 300.0


@dataclass(frozen=True, slots=True)
class DemoLaunch:
    """A partner's launch, as the demo follows it."""

    partner: DemoPartner
    partner_id: UUID
    launch_id: UUID


def start(container: Container, plan: DemoPlan, partner: DemoPartner, list_id: UUID | None) -> DemoLaunch:
    """One click for one partner; the same launch when it was made before."""
    with container.uow() as uow:
        partner_id = uow.session.scalars(select(Partner.id).where(Partner.slug == partner.slug)).one()
        actor = partner_actor(partner_id, partner.locales[0])
        kit_id = uow.session.scalars(select(Kit.id).where(Kit.slug == plan.launch)).one()
        version = newest_published(uow.session, actor, kit_id)
        if version is None:
            raise DemoFailed(f"The kit {plan.launch} is not published.")
        request = LaunchRequest(version.id, partner.locales, "demo", list_id=list_id)
        return DemoLaunch(partner, partner_id, launch_campaign(uow, actor, request))


def follow(container: Container, launches: list[DemoLaunch]) -> Iterator[tuple[int, int]]:
    """(ready, total) over all launches until every one is settled; DemoFailed says what failed."""
    end = time.monotonic() + LIMIT_S
    while True:
        with container.uow.reading() as session:
            states = [
                progress(session, partner_actor(launch.partner_id, "en"), launch.launch_id) for launch in launches
            ]
        yield sum(state.ready for state in states), sum(state.total for state in states)
        if any(state.state == "failed" for state in states):
            raise DemoFailed("A launch failed; its page says which piece and why.")
        if all(state.settled for state in states):
            return
        if time.monotonic() > end:
            raise DemoFailed("The launches did not end; is a worker running?")
        time.sleep(0.05)


def write_files(container: Container, launch: DemoLaunch, folder: Path) -> list[Path]:
    """Every finished piece of a launch as a file under `folder/<partner>/<locale>/`, in order."""
    with container.uow.reading() as session:
        page = launch_page(session, partner_actor(launch.partner_id, "en"), launch.launch_id)
    written = []
    for name, key in entries(page.pieces):
        target = folder / launch.partner.slug / name
        target.parent.mkdir(parents=True, exist_ok=True)
        size = container.storage.stat(key)
        if not target.exists() or size is None or target.stat().st_size != size.size:
            target.write_bytes(container.storage.get(key))
        written.append(target)
    return written

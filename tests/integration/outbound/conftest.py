"""A vendor and a partner with endpoints at a real receiver, and the worker's own tasks run by hand."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast
from uuid import UUID

import pytest
from sqlalchemy import select

from campaigns.bootstrap import Container
from campaigns.core.actor import Actor, Role
from campaigns.core.clock import SetClock
from campaigns.core.ids import new_id
from campaigns.db.models import Job
from campaigns.outbound.endpoints import EndpointForm, create_endpoint
from campaigns.outbound.events import record_event
from campaigns.outbound.models import WebhookDelivery, WebhookEndpoint
from campaigns.partners.models import Grant, Membership, Partner, Person, Programme
from tests.factories.launching import settings
from tests.fixtures.receiver import Receiver
from worker.task import JOB_TASKS, run_job
from worker.tasks import load_all

load_all()


@dataclass
class World:
    """Who is there, and the container everything runs in."""

    container: Container
    clock: SetClock
    receiver: Receiver
    vendor: Actor
    partner: Actor
    other: Actor
    secrets: dict[UUID, str] = field(default_factory=dict)

    def endpoint(self, actor: Actor | None = None, path: str = "/in", **about: Any) -> UUID:
        with self.container.uow() as uow:
            form = EndpointForm(url=self.receiver.url + path, **about)
            key = self.container.settings.secret_key
            made = create_endpoint(uow, actor or self.vendor, key, form, loopback=True)
        self.secrets[made.id] = made.secret
        return made.id

    def happens(self, type_: str = "deal.won", **about: Any) -> int:
        whose = {"programme_id": self.vendor.programme_id, "partner_id": self.partner.partner_id}
        with self.container.uow() as uow:
            return record_event(uow, type_, "deal", new_id(), **(whose | about))

    def work(self) -> list[str]:
        """Run every job that is due by the clock, as workers would; their outcomes."""
        outcomes = []
        while True:
            with self.container.uow() as uow:
                due = uow.session.execute(
                    select(Job.id, Job.task).where(
                        (Job.state == "waiting") & (Job.run_at <= uow.now)
                        | (Job.state == "leased") & (Job.lease_until < uow.now)
                    )
                    .order_by(Job.run_at, Job.id)
                ).all()  # fmt: skip
            due = [one for one in due if one.task.startswith("outbound.")]
            if not due:
                return outcomes
            outcomes += [run_job(self.container, JOB_TASKS[one.task], one.id) for one in due]

    def deliveries(self) -> list[WebhookDelivery]:
        with self.container.uow.reading() as session:
            rows = list(session.scalars(select(WebhookDelivery).order_by(WebhookDelivery.created_at)))
            session.expunge_all()
            return rows

    def row(self, endpoint_id: UUID) -> WebhookEndpoint:
        with self.container.uow.reading() as session:
            found = session.get_one(WebhookEndpoint, endpoint_id)
            session.expunge_all()
            return found

    def later(self, **by: float) -> None:
        self.clock.advance(timedelta(**by))


def tenant(uow: Any, model: type, slug: str) -> UUID:
    row = model(id=new_id(), slug=slug, name=slug.title())
    uow.session.add(row)
    uow.session.flush()
    return row.id


@pytest.fixture
def world(committing, clock, waker, receiver, tmp_path: Path) -> World:
    about = replace(settings(tmp_path), webhook_loopback=True)
    container = cast(Container, SimpleNamespace(uow=committing, clock=clock, waker=waker, settings=about))
    with committing() as uow:
        programme, partner = tenant(uow, Programme, "halvorsen"), tenant(uow, Partner, "osterly")
        other = tenant(uow, Partner, "tanabe")
        for one in (partner, other):
            uow.session.add(Membership(programme_id=programme, partner_id=one))
        people = [Person(id=new_id(), email=f"{n}@halvorsen.example", name=n, locale=n) for n in ("en", "ar", "ja")]
        uow.session.add_all(people)
        uow.session.flush()
        roles = ("admin", "admin", "marketing")
        uow.session.add_all(
            Grant(id=new_id(), person_id=one.id, role=role, programme_id=programme)
            for one, role in zip(people, roles, strict=True)
        )
    return World(
        container, clock, receiver,
        Actor(kind="person", role=Role.ADMIN, programme_id=programme, person_id=people[0].id),
        Actor(kind="person", role=Role.PARTNER_ADMIN, partner_id=partner),
        Actor(kind="person", role=Role.PARTNER_ADMIN, partner_id=other),
    )  # fmt: skip

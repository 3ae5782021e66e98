"""Real launches while whole worker trees, the broker and the database are killed: all complete, nothing twice."""

from __future__ import annotations

import os
import random
import shutil
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from uuid import UUID

import psutil
import pytest
from sqlalchemy import func, select, update
from sqlalchemy.exc import OperationalError

from app.demo.seed import partner_actor
from app.embedded.postgres import EmbeddedPostgres
from app.embedded.valkey import EmbeddedValkey
from campaigns.artifacts.models import Artifact
from campaigns.audience.service.contacts import Basis, ContactForm, add_contact
from campaigns.audience.service.lists import create_list
from campaigns.bootstrap import Container
from campaigns.core.actor import SYSTEM
from campaigns.core.settings import read
from campaigns.db import jobs
from campaigns.db.models import Job
from campaigns.db.session import make_engine
from campaigns.db.upgrade import upgrade
from campaigns.gateways.open import open_container
from campaigns.launches.models import Launch, LaunchPiece
from campaigns.launches.service import LaunchRequest, launch_campaign
from campaigns.mailroom.models import KeptMessage
from campaigns.partners.brand.logos import upload_logo
from campaigns.partners.brand.queries import brand_page
from campaigns.partners.brand.revisions import save_brand
from campaigns.partners.brand.rules import BrandForm
from campaigns.partners.service.founding import add_partner, found_programme
from campaigns.sequences.models import Delivery, Enrolment
from tests.factories.live import publish
from tests.factories.starter import starter_zip
from tests.fixtures.stack import WorkerTree
from worker.tasks.send import tick
from worker.tasks.upkeep import sweep

ROOT = Path(__file__).resolve().parents[2]
KILLS, CONTACTS, SEED = 20, 6, int(os.environ.get("KILL_SEED", "20261122"))


@dataclass
class Stack:
    """A database and a broker of this test's own, and worker trees that are killed and started again."""

    postgres: EmbeddedPostgres
    valkey: EmbeddedValkey
    environment: dict[str, str]
    container: Container
    folder: Path

    def nobody_works(self) -> None:
        """After a kill: give back the leases, as `throughline up` does, and let a delivery's three minutes be over."""
        with self.container.uow() as uow:
            jobs.release_all(uow.session, uow.now)
            claimed = update(Delivery).where(Delivery.state == "claimed")
            uow.session.execute(claimed.values(lease_until=uow.now - timedelta(seconds=1)))

    def kill_broker(self) -> None:
        """SIGKILL: everything in it is gone, since it keeps nothing."""
        assert self.valkey.child is not None
        self.valkey.child.stop(at_once=True)
        self.valkey.start(dict(os.environ))

    def crash_database(self) -> None:
        """An immediate shutdown: sessions cut, no checkpoint; the start replays the log."""
        child = self.postgres.child
        assert child is not None
        psutil.Process(child.pid).send_signal(3)  # SIGQUIT, PostgreSQL's immediate shutdown
        child.process.wait(20)
        self.postgres.start(dict(os.environ))
        self.container.engine.dispose()


@pytest.fixture
def stack() -> Iterator[Stack]:
    folder = Path(tempfile.mkdtemp(prefix="tlk-"))
    folder.chmod(0o711)
    (folder / "run").mkdir(mode=0o711)
    postgres = EmbeddedPostgres(folder / "postgres", folder / "run", folder / "postgres.log")
    valkey = EmbeddedValkey(folder / "run", folder / "valkey.log")
    environment = {
        **{name: value for name, value in os.environ.items() if name not in ("SMTP_URL", "METRICS_TOKEN")},
        "DATABASE_URL": postgres.start(dict(os.environ)),
        "BROKER_URL": valkey.start(dict(os.environ)),
        "STORAGE_URL": (folder / "storage").as_uri(),
        "PUBLIC_URL": "http://127.0.0.1:8000",
        "SECRET_KEY": "k" * 48,
        "DATA_DIR": str(folder),
    }
    engine = make_engine(environment["DATABASE_URL"])
    upgrade(engine)
    engine.dispose()
    container = open_container(read(environment, root=ROOT), pool_size=2)
    made = Stack(postgres, valkey, environment, container, folder)
    yield made
    container.close()
    valkey.stop()
    postgres.stop()
    shutil.rmtree(folder, ignore_errors=True)


def _world(container: Container) -> tuple[UUID, UUID, UUID]:
    """(partner, kit version, list): a starter kit in one language, a brand, six people who may be mailed."""
    with container.uow() as uow:
        programme_id = found_programme(
            uow, SYSTEM, name="Halvorsen", postal_address="Fjordgata 11", sender_email="p@halvorsen.example"
        )
        partner_id = add_partner(
            uow, SYSTEM, [programme_id], name="Osterly", slug="osterly", country="GB", locales=["en"], time_zone="UTC"
        )
    version_id = publish(container, programme_id, starter_zip(locales=("en",)))
    with container.uow() as uow:  # it was checked here and now; no worker needs to do it again
        uow.session.execute(update(Job).where(Job.task == "kit.check").values(state="cancelled"))
    actor = partner_actor(partner_id, "en")
    for ground in ("light", "dark"):
        data = (ROOT / "assets" / "demo" / "osterly" / f"logo-{ground}.svg").read_bytes()
        upload_logo(container.uow, container.storage, actor, filename="logo.svg", data=data, ground=ground)  # type: ignore[arg-type]
    words = {"name": "Osterly", "legal_line": "Osterly Ltd", "address": "14 Quayside", "phone": "+44 117 496 0142"}
    colours = {"primary": "#14304d", "secondary": "#f2a61c", "url": "osterly.example", "email": "a@osterly.example"}
    with container.uow() as uow:
        save_brand(uow, actor, BrandForm.from_dict({**words, **colours}), brand_page(uow.session, actor).version)
        list_id = create_list(uow, actor, "Clients")
        for number in range(CONTACTS):
            form = ContactForm(f"person{number}@clients.example", first_name=f"P{number}")
            basis = Basis("contract", "test", uow.now)
            add_contact(uow, actor, container.settings.secret_key, form, basis, list_id)
    return partner_id, version_id, list_id


@pytest.fixture
def stack_environment(stack: Stack) -> dict[str, str]:
    """What `worker_tree` starts its workers with: this test's own servers."""
    return stack.environment


@pytest.mark.slow
@pytest.mark.timeout(240)
def test_launches_survive_twenty_killed_trees_a_lost_broker_and_a_crashed_database(
    stack: Stack, worker_tree: Callable[..., WorkerTree], capsys: pytest.CaptureFixture[str]
) -> None:
    container = stack.container
    partner_id, version_id, list_id = _world(container)
    chance = random.Random(SEED)
    launches: list[UUID] = []
    deadline = time.monotonic() + 200
    kills = 0
    tree = worker_tree()
    tree.start()
    while kills < KILLS:
        offer = f"Visit number {len(launches)} is on us."  # a new text, so that every launch makes pieces of its own
        request = LaunchRequest(version_id, ("en",), f"click-{kills}", list_id=list_id, fields={"offer": offer})
        with container.uow() as uow:
            launches.append(launch_campaign(uow, partner_actor(partner_id, "en"), request))
        moment = chance.uniform(0.0, 1.6)
        _wait(container, _working(container), moment, deadline)
        tree.kill()
        kills += 1
        if kills == KILLS // 3:
            stack.kill_broker()
        if kills == 2 * KILLS // 3:
            stack.crash_database()
        stack.nobody_works()
        tree.start()
    while not _all_done(container, launches):
        assert time.monotonic() < deadline, _story(container, tree)
        _beat(container)
        time.sleep(0.1)
    with capsys.disabled():
        print(
            f"\nseed {SEED}: {kills} trees killed, the broker lost and the database crashed in {len(launches)} launches"
        )
    _nothing_lost_nothing_twice(container, launches)


def _beat(container: Container) -> None:
    with suppress(OperationalError):
        sweep(container)
        tick(container)


def _working(container: Container) -> int:
    with container.uow.reading() as session:
        return int(session.scalar(select(func.coalesce(func.sum(Job.attempts), 0))) or 0)


def _wait(container: Container, before: int, moment: float, deadline: float) -> None:
    """Until workers took up jobs after `before`, and then a moment more: the kill meets work in hand."""
    while _working(container) <= before and time.monotonic() < deadline:
        _beat(container)
        time.sleep(0.03)
    until = time.monotonic() + moment
    while time.monotonic() < until:
        _beat(container)
        time.sleep(min(0.1, max(0.0, until - time.monotonic())))


def _all_done(container: Container, launches: list[UUID]) -> bool:
    with container.uow.reading() as session:
        running = select(func.count()).select_from(Launch).where(Launch.id.in_(launches), Launch.state == "running")
        sent = select(func.count()).select_from(Delivery).where(Delivery.step_id == "invite", Delivery.state == "sent")
        return (session.scalar(running), session.scalar(sent)) == (len(launches), len(launches) * CONTACTS)


def _story(container: Container, tree: WorkerTree) -> str:
    with container.uow.reading() as session:
        told = [
            session.execute(select(model.state, func.count()).group_by(model.state)).all()
            for model in (Launch, LaunchPiece, Delivery)
        ]
        left = session.execute(
            select(Job.task, Job.state, Job.attempts, Job.last_error).where(Job.state != "done")
        ).all()
    return f"{told}\n{left}\n{tree.log.read_bytes()[-3000:].decode('utf-8', 'replace')}"


def _nothing_lost_nothing_twice(container: Container, launches: list[UUID]) -> None:
    with container.uow.reading() as session:
        pieces = session.execute(
            select(LaunchPiece.launch_id, func.count(), func.count(LaunchPiece.artifact_id))
            .where(LaunchPiece.state == "ready")
            .group_by(LaunchPiece.launch_id)
        ).all()
        assert {(int(ready), int(made)) for _launch, ready, made in pieces} == {(12, 12)}
        assert len(pieces) == len(launches)
        artifacts = session.execute(select(Artifact.fingerprint, func.count()).group_by(Artifact.fingerprint)).all()
        assert {count for _fingerprint, count in artifacts} == {1}
        keys = session.scalars(select(Artifact.storage_key)).all()
        assert all(container.storage.stat(key) for key in keys)
        assert session.scalar(select(func.count()).select_from(Enrolment)) == len(launches) * CONTACTS
        kept = session.execute(
            select(KeptMessage.delivery_id, func.count())
            .where(KeptMessage.kind == "step")
            .group_by(KeptMessage.delivery_id)
        ).all()
        assert len(kept) == len(launches) * CONTACTS, "each first mail was kept"
        assert {count for _delivery, count in kept} == {1}, "and none of them twice"
        parked = session.scalars(select(Job.task).where(Job.state == "parked")).all()
        assert parked == []
